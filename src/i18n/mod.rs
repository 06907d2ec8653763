//! Every text a person reads, by key. No text comes from the server, and none is written elsewhere.
//!
//! The texts are in `languages/*.json`, one file a language; `build/texts.rs` makes a constant of each. English is in the code;
//! another language is fetched as a whole when somebody reads it, and [`speak`] takes it in.
//!
//! Texts are plain: no HTML. Places to fill in are written `{}` and filled in order.

use std::cell::Cell;

/// A text a person reads.
///
/// A constant each, not one table, so that a text is in the same chunk of the download as the page
/// that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Msg(&'static Text);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Text {
    /// Its place in the texts of another language.
    number: u16,
    english: &'static str,
}

/// A text that is about a number of things, in the forms that a language has for them (CLDR's cardinal categories).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Plural(Msg);

/// A language that there are texts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// As in BCP 47: `pt-BR`.
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// It is written from right to left.
    pub right_to_left: bool,
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

thread_local! {
    static TEXTS: Cell<&'static [&'static str]> = const { Cell::new(&[]) };
    static CATEGORY: Cell<fn(u64) -> String> = const { Cell::new(english_category) };
}

fn english_category(count: u64) -> String {
    if count == 1 { "one" } else { "other" }.to_owned()
}

/// Speaks another language from now on: its texts by number, none for English, and how it tells which plural form
/// belongs to a number. Texts that were read before stay as they are; the pages are drawn again for that.
pub fn speak(texts: Vec<String>, category: Option<fn(u64) -> String>) {
    // Kept for good: a person changes the language a few times at most.
    let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
    TEXTS.set(texts.leak());
    CATEGORY.set(category.unwrap_or(english_category));
}

impl Msg {
    /// The text.
    #[inline(never)]
    pub fn text(self) -> &'static str {
        TEXTS.get().get(usize::from(self.0.number)).copied().unwrap_or(self.0.english)
    }

    /// The text with its places filled in, in order.
    pub fn fill(self, values: &[&str]) -> String {
        fill(self.text(), values)
    }
}

impl Plural {
    /// The text for so many, with its places filled in: the first with the number, the others in order.
    pub fn fill(self, count: u64, values: &[&str]) -> String {
        let forms = self.0.text();
        let category = CATEGORY.get()(count);
        let form = |wanted: &str| {
            forms.split('\u{1e}').filter_map(|form| form.split_once('\u{1f}')).find(|(name, _)| *name == wanted)
        };
        let text = form(&category).or_else(|| form("other")).map_or("", |(_, text)| text);
        // A form may say its number as a word.
        let spelled = text.matches("{}").count() == values.len();
        let count = count.to_string();
        let mut all = vec![count.as_str()];
        all.extend(values);
        fill(text, &all[usize::from(spelled)..])
    }
}

fn fill(text: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut pieces = text.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        filled.push_str(values.next().copied().unwrap_or_default());
        filled.push_str(piece);
    }
    filled
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

    #[test]
    fn a_number_takes_the_form_that_the_language_has_for_it() {
        assert_eq!(Plural::RULE_LENGTH.fill(8, &[]), "at least 8 characters");
        assert_eq!(Plural::RULE_LENGTH.fill(1, &[]), "at least 1 character");
        let mut texts: Vec<String> = (0..=Plural::RULE_LENGTH.0.0.number).map(|_| "–".to_owned()).collect();
        *texts.last_mut().unwrap() = "two\u{1f}ein Paar\u{1e}other\u{1f}mindestens {}".to_owned();
        speak(texts, Some(|count| if count == 2 { "two" } else { "many" }.to_owned()));
        assert_eq!(Plural::RULE_LENGTH.fill(2, &[]), "ein Paar");
        assert_eq!(Plural::RULE_LENGTH.fill(8, &[]), "mindestens 8", "a form that is not there is the other one");
        speak(Vec::new(), None);
        assert_eq!(Plural::RULE_LENGTH.fill(8, &[]), "at least 8 characters");
    }

    #[test]
    fn languages_have_names_and_tags() {
        for Language { tag, name, right_to_left } in Language::ALL {
            assert!(!name.is_empty() && tag.split('-').all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric())));
            assert_eq!(*right_to_left, ["ar", "fa", "he", "ur"].contains(tag), "{tag}");
        }
        assert!(Language::ALL.iter().any(|language| language.tag == "en"));
    }
}
