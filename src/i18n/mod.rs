//! Every text a person reads, by key. No text comes from the server, and none is written elsewhere.
//!
//! Texts are plain: no HTML. Places to fill in are written `{}` and filled in order.

mod en;

macro_rules! messages {
    ($($(#[$doc:meta])* $key:ident = $text:literal;)*) => {
        /// The key of a text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the text beside each key says what it is
        pub enum Msg {
            $($(#[$doc])* $key,)*
        }

        impl Msg {
            /// All keys, for tests.
            pub const ALL: &[Self] = &[$(Self::$key),*];

            /// The text.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$key => $text,)*
                }
            }
        }
    };
}
use messages;

pub use en::Msg;

impl Msg {
    /// The text with its places filled in, in order.
    pub fn fill(self, values: &[&str]) -> String {
        let mut values = values.iter();
        let mut pieces = self.text().split("{}");
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
        assert_eq!(Msg::CodeSentTo.fill(&["a***@e***"]), Msg::CodeSentTo.text().replace("{}", "a***@e***"));
        assert!(!Msg::CodeSentTo.fill(&[]).contains("{}"));
    }

    #[test]
    fn texts_are_plain_sentences() {
        for key in Msg::ALL {
            let text = key.text();
            assert!(!text.is_empty() && text.trim() == text, "{key:?}");
            assert!(!text.contains(['<', '>']), "{key:?} is not HTML");
            assert!(!text.contains("Exception"), "{key:?} is not AWS's English");
        }
    }
}
