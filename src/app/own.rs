//! Pages of others, for apps that are built on this one without changing it.

use leptos::prelude::AnyView;

/// A page that an app adds, or that stands in the place of one of ours.
#[derive(Debug, Clone, Copy)]
pub struct OwnPage {
    /// Its path. One of [`routes`](crate::routes) replaces that page.
    pub path: &'static str,
    /// Who may see it.
    pub who: Who,
    /// Draws it: a `components::Page`, or anything else. Everything is reached through
    /// [`AppState`](crate::state::AppState).
    pub draw: fn() -> AnyView,
}

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Everybody,
    /// People who are signed in. Others go to the sign-in page, which brings them back.
    SignedIn,
    /// People who are not. Others go to their page.
    SignedOut,
}

/// The page at a path. A slash at the end makes no difference.
pub fn find(pages: &'static [OwnPage], path: &str) -> Option<&'static OwnPage> {
    let path = path.strip_suffix('/').unwrap_or(path);
    pages.iter().find(|page| page.path.strip_suffix('/').unwrap_or(page.path) == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::IntoAny;

    #[test]
    fn pages_are_found_by_their_path() {
        const fn page(path: &'static str) -> OwnPage {
            OwnPage { path, who: Who::Everybody, draw: || "".into_any() }
        }
        static PAGES: [OwnPage; 2] = [page("/"), page("/orders")];
        let found = |path: &str| find(&PAGES, path).map(|page| page.path);
        assert_eq!(found("/"), Some("/"));
        assert_eq!(found("/orders/"), Some("/orders"));
        assert_eq!((found("/orders/1"), found("/order")), (None, None));
    }
}
