//! Every text a person reads, by key. No text comes from the server, and none is written elsewhere.
//!
//! Texts are plain: no HTML. Places to fill in are written `{}` and filled in order.

mod en;

/// A text a person reads.
///
/// A constant each, not one table, so that a text is in the same chunk of the download as the page
/// that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Msg(&'static str);

macro_rules! messages {
    ($($(#[$doc:meta])* $key:ident = $text:literal;)*) => {
        #[allow(missing_docs)] // the text beside each key says what it is
        impl Msg {
            $($(#[$doc])* pub const $key: Self = Self($text);)*

            /// All texts by key, for tests.
            #[cfg(test)]
            pub(super) const ALL: &[(&str, Self)] = &[$((stringify!($key), Self::$key)),*];
        }
    };
}
use messages;

impl Msg {
    /// The text.
    pub const fn text(self) -> &'static str {
        self.0
    }

    /// The text with its places filled in, in order.
    pub fn fill(self, values: &[&str]) -> String {
        let mut values = values.iter();
        let mut pieces = self.0.split("{}");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            filled.push_str(values.next().copied().unwrap_or_default());
            filled.push_str(piece);
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(Msg::RESET_LEAD.fill(&["a@b.test"]), Msg::RESET_LEAD.text().replace("{}", "a@b.test"));
        assert!(!Msg::RESET_LEAD.fill(&[]).contains("{}"));
    }

    #[test]
    fn texts_are_plain_sentences() {
        for (key, text) in Msg::ALL {
            let text = text.text();
            assert!(!text.is_empty() && text.trim() == text, "{key}");
            assert!(!text.contains(['<', '>']), "{key} is not HTML");
            assert!(!text.contains("Exception"), "{key} is not AWS's English");
        }
    }
}
