//! Every path of the app, once. Nothing else in the tree spells one.

use leptos_router::{PossibleRouteMatch, path};

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident $segments:ident $path:tt;)*) => {
        $(
            $(#[$doc])*
            pub const $name: &str = $path;

            #[doc = concat!("The router's form of [`", stringify!($name), "`].")]
            pub fn $segments() -> impl PossibleRouteMatch + Clone + Send + Sync + 'static {
                path!($path)
            }
        )*

        /// All of them, for tests and for the prerenderer.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

routes! {
    /// What a visitor sees first.
    HOME home "/";
    /// Create an account.
    SIGN_UP sign_up "/auth/signup";
    /// Enter the code that proves the email address.
    VERIFY verify "/auth/verify_account";
    /// Sign in.
    LOGIN login "/auth/login";
    /// Ask for a code and set a new password with it.
    FORGOT_PASSWORD forgot_password "/auth/forgot_password";
    /// Signs out, then says so.
    SIGN_OUT sign_out "/auth/signout";
    /// The profile; for signed-in people only.
    AUTHENTICATED authenticated "/authenticated_page";
}

/// The paths whose first view is written into static HTML at build time.
pub const PRERENDERED: &[&str] = &[HOME, SIGN_UP, VERIFY, LOGIN, FORGOT_PASSWORD];

/// Where a person who has signed in is sent if no page was asked for.
pub const AFTER_LOGIN: &str = AUTHENTICATED;

/// The query parameter that remembers which page was asked for.
pub const NEXT: &str = "next";

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
        (absolute && plain && text.len() <= 2048).then(|| Self(text.to_owned()))
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

/// Percent-encodes everything but RFC 3986's unreserved characters and the slash, which a query
/// may carry as it is.
fn encode_component(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char)
            }
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_of_the_original_are_kept() {
        assert_eq!(
            ALL,
            [
                "/",
                "/auth/signup",
                "/auth/verify_account",
                "/auth/login",
                "/auth/forgot_password",
                "/auth/signout",
                "/authenticated_page"
            ]
        );
    }

    #[test]
    fn only_paths_on_this_origin_are_followed() {
        for bad in [
            "", "//evil.test", "/\\evil.test", "\\/evil.test", "https://evil.test", "javascript:alert(1)",
            "/\t/evil.test", "/\n/evil.test", " /x", "/a\\b", "evil", "/ü", "/a b",
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
        assert_eq!(after_login(Some("/authenticated_page?tab=1&x=y")), "/authenticated_page?tab=1&x=y");
        assert_eq!(after_login(None), AFTER_LOGIN);
        assert_eq!(after_login(Some("//evil.test")), AFTER_LOGIN);
        assert_eq!(after_login(Some("/auth/signout")), AFTER_LOGIN);
        assert_eq!(login_then("/auth/signout"), LOGIN);
    }

    proptest! {
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
