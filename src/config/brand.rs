//! What the site looks like: `doorward.brand`, and the colours that come of its accent.

use super::{At, Config, Json, Problem, Sections, Terms, settings};

/// What is the site's own about its looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// `doorward.brand.name`, or else `doorward.name`.
    pub name: String,
    /// `doorward.brand.logo`: a path of this site or an `https:` URL.
    pub logo: Option<String>,
    /// `doorward.brand.wordmark`: the logo has the name in it, is wide, and stands alone.
    pub wordmark: bool,
    /// `doorward.brand.accent`: `#rrggbb`.
    pub accent: Option<Colour>,
    /// `doorward.terms` and `doorward.privacy`, which the footer links to.
    pub terms: Terms,
}

impl Config {
    /// Reads it.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    #[inline(never)]
    pub fn brand<J: Json>(&self) -> Result<Brand, Problem> {
        let Sections { ours, .. } = Sections::<J>::read(&self.text)?;
        let at = ours.get("doorward.brand");
        if at.value.is_some() {
            at.object("an object such as {\"name\": \"Example\", \"accent\": \"#0a7d55\"}")?;
        }
        const LOGO: &str = "a path of this site that begins with a slash, or an https:// URL";
        const ACCENT: &str = "a colour as #rrggbb";
        let accent = at.optional("doorward.brand.accent", ACCENT, |text| Colour::parse(text).is_some())?;
        Ok(Brand {
            name: name(&at)?.unwrap_or_else(|| self.name.clone()),
            logo: at.optional("doorward.brand.logo", LOGO, is_picture)?,
            wordmark: at.get("doorward.brand.wordmark").flag()?,
            accent: accent.and_then(|text| Colour::parse(&text)),
            terms: settings::terms(&ours)?,
        })
    }
}

fn name<J: Json>(brand: &At<J>) -> Result<Option<String>, Problem> {
    brand.optional("doorward.brand.name", super::NAME, super::is_name)
}

/// A link that can stand between quotes in a style sheet.
fn is_picture(text: &str) -> bool {
    settings::is_link(text) && !text.bytes().any(|b| matches!(b, b'\'' | b'(' | b')'))
}

impl Brand {
    /// One rule of CSS that says it; `None` if there is nothing to say.
    pub fn css(&self) -> Option<String> {
        let mut root = String::new();
        if let Some(accent) = self.accent {
            let [light, dark] = Palette::both(accent);
            root = [":root{", &light.css(), "}@media (prefers-color-scheme:dark){:root{", &dark.css(), "}}"].concat();
        }
        if let Some(logo) = &self.logo {
            root.push_str(
                &[".brand__mark{background:url(\"", logo, "\") center/contain no-repeat;border-radius:0}"].concat(),
            );
            if self.wordmark {
                // The name stays for people who do not see the picture.
                root.push_str(".brand{font-size:0}.brand__mark{inline-size:9rem;background-position:0}");
            }
        }
        if self.terms != Terms::default() {
            root.push_str(FOOTER);
        }
        (!root.is_empty()).then(|| ["@layer pages{", &root, "}"].concat())
    }
}

/// The links of the footer: as high as a finger, and with a capital, because their texts are made for a sentence.
const FOOTER: &str = ".footer__link{display:inline-block;margin-inline:.5rem;padding-block:.25rem;color:inherit}\
                      .footer__link::first-letter{text-transform:uppercase}";

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

const WHITE: Colour = Colour([255; 3]);
const BLACK: Colour = Colour([0; 3]);

/// The linear light of each value of a channel, 0 to 65535: ((c + 0.055) / 1.055) ^ 2.4 above 0.04045 (IEC 61966-2-1).
const LINEAR: [u16; 256] = {
    let mut table = [0; 256];
    let mut channel = 0;
    while channel < 256 {
        table[channel] = linear(channel as u128);
        channel += 1;
    }
    table
};

/// x ^ 2.4 = y is x ^ 12 = y ^ 5, in fixed point.
const fn linear(channel: u128) -> u16 {
    if channel <= 10 {
        return ((channel * 65535 * 100 / 1292 + 127) / 255) as u16;
    }
    const ONE: u128 = 1 << 56;
    let x = (channel * 1000 + 14025) * ONE / 269_025;
    let x2 = x * x / ONE;
    let x4 = x2 * x2 / ONE;
    let x12 = (x4 * x4 / ONE) * x4 / ONE;
    let (mut low, mut high): (u128, u128) = (0, 65535);
    while low < high {
        let y = (low + high).div_ceil(2) * ONE / 65535;
        let y2 = y * y / ONE;
        let y5 = (y2 * y2 / ONE) * y / ONE;
        if y5 <= x12 {
            low = (low + high).div_ceil(2);
        } else {
            high = (low + high).div_ceil(2) - 1;
        }
    }
    low as u16
}

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2).filter(|d| !d.contains('+'))?, 16).ok();
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// As it was read.
    pub fn hex(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
        std::iter::once('#').chain(self.0.into_iter().flat_map(|c| [digit(c >> 4), digit(c)])).collect()
    }

    /// So many parts of 255 of another colour mixed in.
    fn mix(self, other: Self, parts: u8) -> Self {
        let (mine, others) = (255 - u32::from(parts), u32::from(parts));
        let channel = |i: usize| ((u32::from(self.0[i]) * mine + u32::from(other.0[i]) * others + 127) / 255) as u8;
        Self([channel(0), channel(1), channel(2)])
    }

    /// Relative luminance (WCAG 2.2), 0 to 65535.
    fn luminance(self) -> u32 {
        let [red, green, blue] = self.0.map(|channel| u32::from(LINEAR[usize::from(channel)]));
        (red * 2126 + green * 7152 + blue * 722) / 10_000
    }

    /// The contrast ratio (WCAG 2.2) times a hundred, rounded down: 100 to 2100.
    fn contrast(self, other: Self) -> u32 {
        let (a, b) = (self.luminance(), other.luminance());
        // A twentieth of full light, rounded so that the ratio errs on the low side.
        (a.max(b) + 3276) * 100 / (a.min(b) + 3278)
    }
}

/// The tokens of `style/tokens.css` that follow the accent.
#[derive(Debug, Clone, Copy)]
struct Palette {
    accent: Colour,
    accent_strong: Colour,
    on_accent: Colour,
    accent_soft: Colour,
    focus: Colour,
}

/// The tokens that the accent has to be told apart from, as in `style/tokens.css`.
struct Ground {
    page: Colour,
    surface: Colour,
    sunken: Colour,
    on_accent: Colour,
    /// What makes the accent stand out more.
    away: Colour,
    /// How much of the ground is in the soft colour, in parts of 255.
    soft: u8,
}

const LIGHT: Ground = Ground {
    page: Colour([0xf5, 0xf6, 0xfa]),
    surface: WHITE,
    sunken: Colour([0xf0, 0xf1, 0xf7]),
    on_accent: WHITE,
    away: BLACK,
    soft: 230,
};

const DARK: Ground = Ground {
    page: Colour([0x11, 0x13, 0x1c]),
    surface: Colour([0x1a, 0x1d, 0x2a]),
    sunken: Colour([0x14, 0x17, 0x22]),
    on_accent: Colour([0x10, 0x13, 0x1c]),
    away: WHITE,
    soft: 224,
};

/// WCAG 2.2, 1.4.3, with a little room for how colours are rounded.
const TEXT: u32 = 455;

impl Palette {
    /// For light and for dark.
    fn both(accent: Colour) -> [Self; 2] {
        [Self::on(accent, &LIGHT), Self::on(accent, &DARK)]
    }

    /// As much of the accent as can be read wherever it stands.
    fn on(accent: Colour, ground: &Ground) -> Self {
        let soft = accent.mix(ground.surface, ground.soft);
        let reads = |colour: Colour| {
            let under = [ground.page, ground.surface, ground.sunken, soft];
            under.iter().chain([&ground.on_accent]).all(|other| colour.contrast(*other) >= TEXT)
        };
        // The last one is black on light, white on dark: that always reads.
        let readable = (0..=255).map(|parts| accent.mix(ground.away, parts)).find(|colour| reads(*colour));
        let readable = readable.unwrap_or(ground.away);
        let strong = readable.mix(ground.away, 64);
        Self {
            accent: readable,
            accent_strong: strong,
            on_accent: ground.on_accent,
            accent_soft: soft,
            focus: readable,
        }
    }

    fn css(&self) -> String {
        let tokens = [
            ("--accent:", self.accent),
            (";--accent-strong:", self.accent_strong),
            (";--on-accent:", self.on_accent),
            (";--accent-soft:", self.accent_soft),
            (";--focus:", self.focus),
        ];
        tokens.iter().map(|(name, colour)| [name, colour.hex().as_str()].concat()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKENS: &str = include_str!("../../style/tokens.css");

    /// A token's colour, for light or for dark.
    fn token(name: &str, dark: bool) -> Colour {
        let sheet = TOKENS.split("prefers-color-scheme: dark").nth(usize::from(dark)).unwrap();
        let line = sheet.lines().find_map(|line| line.trim().strip_prefix(&format!("--{name}: "))).unwrap();
        Colour::parse(line.trim_end_matches(';')).unwrap_or_else(|| panic!("{name}: {line}"))
    }

    /// WCAG's formula as it is written there.
    fn contrast(a: Colour, b: Colour) -> f64 {
        let luminance = |Colour(channels): Colour| {
            let [r, g, b] = channels.map(|c| {
                let c = f64::from(c) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Every pair that the style sheets use.
    fn check(palette: &Palette, dark: bool) {
        let grounds = ["page", "surface", "sunken"].map(|name| token(name, dark));
        let Palette { accent, accent_strong, on_accent, accent_soft, focus } = *palette;
        for (name, colour) in [("accent", accent), ("accent-strong", accent_strong)] {
            for ground in grounds.into_iter().chain([accent_soft, on_accent]) {
                let ratio = contrast(colour, ground);
                assert!(ratio >= 4.5, "{name} {} on {}: {ratio}", colour.hex(), ground.hex());
            }
        }
        for name in ["text", "muted"] {
            let ratio = contrast(token(name, dark), accent_soft);
            assert!(ratio >= 4.5, "{name} on accent-soft {}: {ratio}", accent_soft.hex());
        }
        for ground in grounds.into_iter().chain([accent_soft]) {
            assert!(contrast(focus, ground) >= 3.0, "focus {} on {}", focus.hex(), ground.hex());
        }
    }

    proptest! {
        #[test]
        fn every_accent_can_be_read(channels: [u8; 3]) {
            let [light, dark] = Palette::both(Colour(channels));
            check(&light, false);
            check(&dark, true);
        }
    }

    #[test]
    fn the_extremes_can_be_read_too() {
        for red in [0, 127, 255] {
            for green in [0, 127, 255] {
                for blue in [0, 127, 255] {
                    let [light, dark] = Palette::both(Colour([red, green, blue]));
                    check(&light, false);
                    check(&dark, true);
                }
            }
        }
    }

    #[test]
    fn the_colours_that_are_shipped_can_be_read() {
        for dark in [false, true] {
            let [accent, accent_strong, on_accent, accent_soft, focus] =
                ["accent", "accent-strong", "on-accent", "accent-soft", "focus"].map(|name| token(name, dark));
            check(&Palette { accent, accent_strong, on_accent, accent_soft, focus }, dark);
            let at_least = |ratio: f64, name: &str, on: &str| {
                let found = contrast(token(name, dark), token(on, dark));
                assert!(found >= ratio, "{name} on {on}, dark {dark}: {found}");
            };
            for ground in ["page", "surface", "sunken"] {
                for name in ["text", "muted", "danger", "success", "warning"] {
                    at_least(4.5, name, ground);
                }
            }
            at_least(3.0, "line-strong", "surface");
            at_least(4.5, "on-danger", "danger");
            at_least(4.5, "on-danger", "danger-strong");
            for name in ["danger", "success", "warning"] {
                at_least(4.5, name, &format!("{name}-soft"));
                at_least(4.5, "text", &format!("{name}-soft"));
            }
        }
    }

    #[test]
    fn the_grounds_are_those_of_the_tokens() {
        for (ground, dark) in [(&LIGHT, false), (&DARK, true)] {
            assert_eq!(ground.page, token("page", dark));
            assert_eq!(ground.surface, token("surface", dark));
            assert_eq!(ground.sunken, token("sunken", dark));
        }
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        let [light, _] = Palette::both(Colour([0x0a, 0x5d, 0x45]));
        assert_eq!(light.accent.hex(), "#0a5d45");
    }

    #[test]
    fn light_is_as_the_standard_says() {
        for channel in 0..=255u8 {
            let c = f64::from(channel) / 255.0;
            let exact = if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
            let found = f64::from(LINEAR[usize::from(channel)]);
            assert!((found - exact * 65535.0).abs() <= 1.5, "{channel}: {found}, {}", exact * 65535.0);
        }
    }

    #[test]
    fn colours_are_written_as_they_are_read() {
        assert_eq!(Colour::parse("#0A7d55").map(Colour::hex).as_deref(), Some("#0a7d55"));
        for wrong in ["0a7d55", "#0a7d5", "#0a7d555", "#0a7dgg", "#+1+1+1", "#äää", "red", "", "#fff"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_logo_cannot_leave_its_quotes() {
        for fine in ["/logo.svg", "https://example.com/logo.png?v=2"] {
            assert!(is_picture(fine), "{fine}");
        }
        for wrong in
            ["logo.svg", "//example.com/l.svg", "http://example.com/l.svg", "/a\")}x{", "/a)", "/a b", "/a\\", "data:,"]
        {
            assert!(!is_picture(wrong), "{wrong}");
        }
    }
}
