//! What browsers and apps say of themselves (`User-Agent`), read into what people call them.

/// A browser, and the system that it runs on. What is not known is missing: none of the text itself is shown to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agent {
    /// The browser, or the program.
    pub browser: Option<&'static str>,
    /// The system.
    pub system: Option<&'static str>,
}

/// What a browser is recognised by, and its name. Each names itself; those further down are also named by those further up.
const BROWSERS: [(&str, &str); 18] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Samsung Internet", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("YaBrowser", "Yandex Browser"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("Boto", "Boto3"),
    ("aws-sdk", "AWS SDK"),
    ("Node.js", "Node.js"),
];

/// The same for systems. An iPad that asks for pages of a desktop says that it is a Mac.
const SYSTEMS: [(&str, &str); 13] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    (" iOS", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("ChromeOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("macOS", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
    ("FreeBSD", "FreeBSD"),
];

impl Agent {
    /// Reads a `User-Agent`, or the few words that a pool makes of one: "Chrome on Windows".
    pub fn read(text: &str) -> Self {
        let first =
            |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| text.contains(mark)).map(|found| found.1);
        Self { browser: first(&BROWSERS), system: first(&SYSTEMS) }
    }

    /// Whether nothing is known.
    pub fn is_unknown(self) -> bool {
        self == Self::default()
    }
}

/// A name that somebody gave: neither what a program says of itself nor what a pool makes of that.
pub fn own_name(text: &str) -> Option<&str> {
    let text = text.trim();
    let Agent { browser, system } = Agent::read(text);
    let made = match (browser, system) {
        (Some(browser), Some(system)) => text == [browser, " on ", system].concat(),
        (Some(one), None) | (None, Some(one)) => text == one,
        (None, None) => text.is_empty() || text == "unknown",
    };
    let plain = text.len() <= 64 && !text.contains('/') && !text.chars().any(char::is_control);
    (plain && !made).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_recognised() {
        const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let table = [
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36"),
                "Chrome",
                "Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
                ),
                "Edge",
                "Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Chrome/141.0.0.0 Safari/537.36 OPR/120.0"
                ),
                "Opera",
                "macOS",
            ),
            (
                format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15"),
                "Safari",
                "macOS",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1"
                ),
                "Safari",
                "iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} CriOS/141.0 Mobile/15E148 Safari/604.1"
                ),
                "Chrome",
                "iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) {WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"
                ),
                "Firefox",
                "iPad",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} EdgiOS/141.0 Mobile/15E148 Safari/604.1"
                ),
                "Edge",
                "iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 15; SM-S921B) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
                ),
                "Samsung Internet",
                "Android",
            ),
            ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0".into(), "Firefox", "Android"),
            (
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
                "Firefox",
                "Linux",
            ),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 16093.0.0) {WEBKIT} Chrome/141.0.0.0 Safari/537.36"),
                "Chrome",
                "ChromeOS",
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/141.0.0.0 Safari/537.36"),
                "Chrome",
                "Linux",
            ),
            ("Chrome on Windows".into(), "Chrome", "Windows"),
            ("Safari on iOS".into(), "Safari", "iOS"),
            ("Samsung Internet on Android".into(), "Samsung Internet", "Android"),
        ];
        for (text, browser, system) in table {
            assert_eq!(Agent::read(&text), Agent { browser: Some(browser), system: Some(system) }, "{text}");
            assert_eq!(own_name(&text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_missing() {
        for (text, browser, system) in [
            ("", None, None),
            ("unknown", None, None),
            ("<script>alert(1)</script>", None, None),
            ("MyApp/1.0 CFNetwork/1568.100.1 Darwin/24.0.0", None, None),
            ("Dalvik/2.1.0 (Linux; U; Android 15)", None, Some("Android")),
            ("curl/8.5.0", Some("curl"), None),
        ] {
            assert_eq!(Agent::read(text), Agent { browser, system }, "{text}");
            assert_eq!(own_name(text), None, "{text}");
        }
    }

    #[test]
    fn names_that_somebody_gave_are_kept() {
        for name in ["Ada's phone", "Work laptop", "Ada's iPhone", "Chrome at work", "Zoë ✓"] {
            assert_eq!(own_name(&format!(" {name} ")), Some(name));
        }
        for no in ["a\u{7}b", "x".repeat(65).as_str()] {
            assert_eq!(own_name(no), None, "{no}");
        }
    }
}
