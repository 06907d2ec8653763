//! Every path of the app, once. Nothing else in the tree spells one.

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident $place:ident $path:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: &str = $path;
        )*

        /// The pages that have a path.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Place {
            $($(#[$doc])* $place,)*
        }

        impl Place {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$place),*];

            /// The place a path stands for. A slash at the end makes no difference.
            pub fn of(path: &str) -> Option<Self> {
                match path.strip_suffix('/').unwrap_or(path) {
                    "" => Some(Self::Home),
                    $($path => Some(Self::$place),)*
                    part if part.starts_with(ACCOUNT_PART) => Some(Self::Account),
                    _ => None,
                }
            }

            /// Its path.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$place => $path,)*
                }
            }
        }
    };
}

routes! {
    /// What a visitor sees first.
    HOME Home "/";
    /// Create an account.
    SIGN_UP SignUp "/auth/signup";
    /// Enter the code that proves the email address.
    VERIFY Verify "/auth/verify_account";
    /// Sign in.
    LOGIN Login "/auth/login";
    /// Ask for a code and set a new password with it.
    FORGOT_PASSWORD ForgotPassword "/auth/forgot_password";
    /// Where people come back to from the pool's domain.
    CALLBACK Callback "/auth/callback";
    /// Signs out, then says so.
    SIGN_OUT SignOut "/auth/signout";
    /// The profile; for signed-in people only.
    AUTHENTICATED Authenticated "/authenticated_page";
    /// AWS credentials by the identity pool; for signed-in people, and for guests where there are some.
    AWS_ACCESS AwsAccess "/aws_access";
    /// Calls a server that trusts this pool; for signed-in people only.
    PROTECTED_API ProtectedApi "/protected_api";
    /// The account centre: an overview, and below it the sections of [`AccountPlace`]; for signed-in people only.
    ACCOUNT Account "/account";
}

/// What is below [`ACCOUNT`].
const ACCOUNT_PART: &str = "/account/";

/// The sections of the account centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountPlace {
    /// Name, picture and other attributes.
    Details,
    /// Email address and phone number.
    Contact,
    /// A new password.
    Password,
    /// Second factors.
    Factors,
    /// Passkeys.
    Passkeys,
    /// Remembered devices.
    Devices,
    /// Where the person is signed in.
    Sessions,
    /// Linked sign-ins, a copy of the data, the end of the account.
    Data,
}

impl AccountPlace {
    /// All of them, as people see them.
    pub const ALL: &[Self] = &[
        Self::Details,
        Self::Contact,
        Self::Password,
        Self::Factors,
        Self::Passkeys,
        Self::Devices,
        Self::Sessions,
        Self::Data,
    ];

    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Details => "/account/profile",
            Self::Contact => "/account/contact",
            Self::Password => "/account/password",
            Self::Factors => "/account/second_factors",
            Self::Passkeys => "/account/passkeys",
            Self::Devices => "/account/devices",
            Self::Sessions => "/account/sessions",
            Self::Data => "/account/data",
        }
    }

    /// The section that a path below [`ACCOUNT`] stands for.
    pub fn of(path: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        Self::ALL.iter().copied().find(|section| section.path() == path)
    }
}

/// The paths whose first view is written into static HTML at build time.
pub const PRERENDERED: &[&str] = &[HOME, SIGN_UP, VERIFY, LOGIN, FORGOT_PASSWORD];

/// Where a person who has signed in is sent if no page was asked for.
pub const AFTER_LOGIN: &str = AUTHENTICATED;

/// Where `/.well-known/change-password` leads (W3C, "A Well-Known URL for Changing Passwords"): password
/// managers send people there. Whoever is signed out signs in first, where a forgotten one can be reset.
pub const CHANGE_PASSWORD: &str = AccountPlace::Password.path();

/// The query parameter that remembers which page was asked for.
pub const NEXT: &str = "next";

/// What a change of page does to the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// "Back" returns to the page before.
    Push,
    /// The page before was not to be seen; "back" goes past it.
    Replace,
}

/// A path on this origin that is safe to go to: absolute, without scheme, host or tricks that
/// browsers read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Takes `/path?query#hash`; refuses everything a browser could take for another origin:
    /// `//host`, `/\host`, control characters and white space (which browsers drop before parsing),
    /// and anything that does not begin with a slash.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let absolute = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
        let plain = text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        let path = text.split(['?', '#']).next().unwrap_or_default();
        // Browsers resolve these, also percent-encoded, and would end up somewhere else.
        let straight =
            !path.split('/').any(|part| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
        (absolute && plain && straight && text.len() <= 2048).then(|| Self(text.to_owned()))
    }

    /// The path as it goes into the address bar.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path without query and hash.
    pub fn path(&self) -> &str {
        let end = self.0.find(['?', '#']).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// Whether following it after signing in makes sense: pages for signed-out people would send
    /// the person straight back, and `/auth/signout` would undo the sign-in.
    fn fits_after_login(&self) -> bool {
        !self.path().starts_with("/auth/")
    }
}

/// The login page, remembering where the person wanted to go.
pub fn login_then(wanted: &str) -> String {
    match LocalPath::parse(wanted).filter(LocalPath::fits_after_login) {
        Some(path) if path.as_str() != AFTER_LOGIN => {
            format!("{LOGIN}?{NEXT}={}", encode_component(path.as_str()))
        }
        _ => LOGIN.to_owned(),
    }
}

/// Where to go after signing in: the page that was asked for, if it is one of ours.
pub fn after_login(next: Option<&str>) -> String {
    next.and_then(LocalPath::parse)
        .filter(LocalPath::fits_after_login)
        .map_or_else(|| AFTER_LOGIN.to_owned(), |path| path.0)
}

/// The page that was asked for, from the login page's query (without the question mark).
pub fn next_of(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(NEXT)?.strip_prefix('='))?;
    decode_component(value)
}

/// Undoes percent-encoding; `None` if what comes out is not text.
fn decode_component(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            (digit()? << 4 | digit()?) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes everything but RFC 3986's unreserved characters and the slash, which a query
/// may carry as it is.
fn encode_component(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => out.extend(['%', DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_of_the_original_are_kept() {
        let paths: Vec<_> = Place::ALL.iter().map(|place| place.path()).collect();
        assert_eq!(
            paths,
            [
                "/",
                "/auth/signup",
                "/auth/verify_account",
                "/auth/login",
                "/auth/forgot_password",
                "/auth/callback",
                "/auth/signout",
                "/authenticated_page",
                "/aws_access",
                "/protected_api",
                "/account"
            ]
        );
        for place in Place::ALL {
            assert_eq!(Place::of(place.path()), Some(*place));
            assert_eq!(Place::of(&format!("{}/", place.path().trim_end_matches('/'))), Some(*place));
        }
        for section in AccountPlace::ALL {
            assert_eq!(AccountPlace::of(section.path()), Some(*section));
            assert_eq!(Place::of(section.path()), Some(Place::Account));
        }
        assert_eq!((AccountPlace::of("/account"), AccountPlace::of("/account/nothing")), (None, None));
        for path in ["/auth", "/accounts", "/auth/login/x", "/auth/loginx", "/auth/login//", "auth/login"] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }

    #[test]
    fn only_paths_on_this_origin_are_followed() {
        for bad in [
            "",
            "//evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "/\t/evil.test",
            "/\n/evil.test",
            " /x",
            "/a\\b",
            "evil",
            "/ü",
            "/a b",
            "/x/../auth/signout",
            "/x/%2E%2e/auth/signout",
            "/./auth/signout",
            "/..",
        ] {
            assert_eq!(LocalPath::parse(bad), None, "{bad:?}");
        }
        for good in ["/", "/authenticated_page", "/a?b=c&d=//x#y", "/a//b"] {
            assert_eq!(LocalPath::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn the_page_that_was_asked_for_comes_back_after_login() {
        assert_eq!(login_then("/authenticated_page"), "/auth/login");
        let login = login_then("/authenticated_page?tab=1&x=y");
        assert_eq!(login, "/auth/login?next=/authenticated_page%3Ftab%3D1%26x%3Dy");
        let query = login.split_once('?').unwrap().1;
        assert_eq!(next_of(query).as_deref(), Some("/authenticated_page?tab=1&x=y"));
        assert_eq!(next_of("a=b&next=%2F%2Fevil.test").as_deref(), Some("//evil.test"));
        for bad in ["", "next", "nextt=/x", "next=%", "next=%zz", "next=%ff"] {
            assert_eq!(next_of(bad), None, "{bad}");
        }
        assert_eq!(after_login(Some("/authenticated_page?tab=1&x=y")), "/authenticated_page?tab=1&x=y");
        assert_eq!(after_login(None), AFTER_LOGIN);
        assert_eq!(after_login(Some("//evil.test")), AFTER_LOGIN);
        assert_eq!(after_login(Some("/auth/signout")), AFTER_LOGIN);
        assert_eq!(login_then("/auth/signout"), LOGIN);
    }

    proptest! {
        #[test]
        fn encoding_is_undone_by_decoding(text in ".{0,40}") {
            prop_assert_eq!(decode_component(&encode_component(&text)), Some(text));
        }

        #[test]
        fn any_query_is_read(query in ".{0,40}") {
            let _ = next_of(&query);
        }

        #[test]
        fn no_text_leads_to_another_origin(text in ".{0,40}") {
            if let Some(path) = LocalPath::parse(&text) {
                prop_assert!(path.as_str().starts_with('/'));
                prop_assert!(!path.as_str().starts_with("//"));
                prop_assert!(!path.as_str().contains('\\'));
            }
        }
    }
}
