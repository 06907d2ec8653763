//! The constants of `src/i18n` from its languages. A language that lacks a text, has one too many, or has other places to fill
//! in than English, fails the build.

use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

const LANGUAGES: &str = "src/i18n/languages";
/// Where the forms `one` and `two` are for exactly that many, by CLDR. In French `one` is for 0 as well, in Russian for 21.
const EXACT: [&str; 12] = ["ar", "de", "en", "es", "he", "hu", "it", "nb", "nl", "pl", "sv", "tr"];

/// What the build refuses to go on with.
type Wrong = String;

/// The code for all of them.
pub fn make() -> Result<String, Wrong> {
    println!("cargo:rerun-if-changed={LANGUAGES}");
    read_all(Path::new(LANGUAGES)).and_then(|all| texts(&all)).map_err(|wrong| format!("{LANGUAGES}/{wrong}"))
}

/// One language: its name, its direction, and its texts by key.
struct Language {
    name: String,
    right_to_left: bool,
    texts: BTreeMap<String, Text>,
}

/// A text, or its forms by CLDR's plural category.
enum Text {
    Plain(String),
    Plural(BTreeMap<String, String>),
}

fn read_all(folder: &Path) -> Result<BTreeMap<String, Language>, Wrong> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let tag = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            let text = fs::read_to_string(&path).map_err(|error| format!("{tag}.json: {error}"))?;
            let language = read(&text).map_err(|wrong| format!("{tag}.json: {wrong}"))?;
            Ok((tag, language))
        })
        .collect()
}

fn read(text: &str) -> Result<Language, Wrong> {
    let groups: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut language = Language { name: String::new(), right_to_left: false, texts: BTreeMap::new() };
    for (group, entries) in groups {
        let entries = entries.as_object().ok_or_else(|| format!("{group} is not a group of texts"))?;
        if group == "language" {
            let text = |key: &str| entries.get(key).and_then(Value::as_str).unwrap_or_default();
            language.name = text("name").to_owned();
            language.right_to_left = match text("direction") {
                "ltr" => false,
                "rtl" => true,
                other => return Err(format!("language.direction is {other:?}, not \"ltr\" or \"rtl\"")),
            };
            continue;
        }
        for (key, value) in entries {
            let plain = |value: &Value| {
                let text = value.as_str().filter(|text| !text.is_empty() && text.trim() == *text);
                text.map(str::to_owned).ok_or_else(|| format!("{key} is empty, or begins or ends with a space"))
            };
            let text = match value {
                Value::Object(forms) => {
                    let forms = forms.iter().map(|(name, form)| Ok((name.clone(), plain(form)?)));
                    Text::Plural(forms.collect::<Result<_, Wrong>>()?)
                }
                text => Text::Plain(plain(text)?),
            };
            if language.texts.insert(key.clone(), text).is_some() {
                return Err(format!("{key} is there twice"));
            }
        }
    }
    Ok(language)
}

/// How many places a text has to fill in.
fn places(text: &str) -> usize {
    text.matches("{}").count()
}

/// Says how the translation into the language of this tag differs from English in what it must not.
fn compare(tag: &str, english: &Language, other: &Language) -> Result<(), Wrong> {
    if let Some(key) = english.texts.keys().find(|key| !other.texts.contains_key(*key)) {
        return Err(format!("{key} is missing"));
    }
    for (key, text) in &other.texts {
        let forms: Vec<(&str, &String)> = match (english.texts.get(key), text) {
            (Some(Text::Plain(_)), Text::Plain(text)) => vec![("", text)],
            (Some(Text::Plural(_)), Text::Plural(forms)) if forms.contains_key("other") => {
                forms.iter().map(|(name, form)| (name.as_str(), form)).collect()
            }
            (Some(Text::Plural(_)), _) => return Err(format!("{key} needs its plural forms, \"other\" at least")),
            (Some(Text::Plain(_)), Text::Plural(_)) => return Err(format!("{key} has no plural forms")),
            (None, _) => return Err(format!("{key} is not in en.json")),
        };
        let wanted = match &english.texts[key] {
            Text::Plain(text) => places(text),
            Text::Plural(forms) => places(&forms["other"]),
        };
        // A form for exactly one or two may say the number as a word.
        let spells = |name: &str| matches!(name, "one" | "two") && EXACT.contains(&tag);
        let fits = |name: &str, form: &str| places(form) == wanted || (spells(name) && places(form) + 1 == wanted);
        if let Some((_, form)) = forms.into_iter().find(|(name, form)| !fits(name, form)) {
            return Err(format!("{key} has {} places {{}} to fill in, not {wanted}: {form:?}", places(form)));
        }
    }
    Ok(())
}

/// The code: one constant for each text, numbered in the order of the keys, as `tools/languages.mjs` orders them too.
fn texts(languages: &BTreeMap<String, Language>) -> Result<String, Wrong> {
    let english = languages.get("en").ok_or("en.json is missing")?;
    for (tag, language) in languages {
        compare(tag, english, language).map_err(|wrong| format!("{tag}.json: {wrong}"))?;
    }
    let (mut plain, mut plural, mut all) = (String::new(), String::new(), String::new());
    for (number, (key, text)) in english.texts.iter().enumerate() {
        let (shown, kept, list) = match text {
            // As code: a text may have an address in it.
            Text::Plain(text) => (format!("`{text}`"), text.clone(), &mut plain),
            Text::Plural(forms) => {
                // As tools/languages.mjs writes it, too.
                let kept: Vec<_> = forms.iter().map(|(name, form)| format!("{name}\u{1f}{form}")).collect();
                (
                    forms.get("other").map(|text| format!("`{text}`")).ok_or(format!("{key} has no \"other\""))?,
                    kept.join("\u{1e}"),
                    &mut plural,
                )
            }
        };
        let (of, end) = if matches!(text, Text::Plain(_)) { ("Self(", ")") } else { ("Self(Msg(", "))") };
        // Writing to a string does not fail.
        let _ = writeln!(
            list,
            "#[doc = {shown:?}] pub const {key}: Self = {of}&Text {{ number: {number}, english: {kept:?} }}{end};"
        );
        if matches!(text, Text::Plain(_)) {
            let _ = writeln!(all, "({key:?}, Self::{key}),");
        }
    }
    let list: String = languages
        .iter()
        .map(|(tag, l)| format!("Self {{ tag: {tag:?}, name: {:?}, right_to_left: {} }},\n", l.name, l.right_to_left))
        .collect();
    Ok(format!(
        "impl Msg {{\n{plain}
        /// All texts by key, for tests.\n#[cfg(test)] const ALL: &[(&str, Self)] = &[\n{all}];\n}}
        impl Plural {{\n{plural}}}
        impl Language {{\n/// All that there are, by tag.\npub const ALL: &[Self] = &[\n{list}];\n}}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a language that has these forms, where English has `{} of {}`.
    fn wrong(tag: &str, forms: &str) -> Option<Wrong> {
        let language = |forms: &str| {
            let text = format!(r#"{{"language": {{"name": "x", "direction": "ltr"}}, "texts": {{"KEY": {forms}}}}}"#);
            read(&text).unwrap()
        };
        let english = language(r#"{"one": "one of {}", "other": "{} of {}"}"#);
        texts(&BTreeMap::from([("en".to_owned(), english), (tag.to_owned(), language(forms))])).err()
    }

    #[test]
    fn only_a_form_for_exactly_one_or_two_says_its_number_as_a_word() {
        for (tag, forms) in [
            ("ar", r#"{"zero": "{} {}", "one": "{}", "two": "{}", "few": "{} {}", "many": "{} {}", "other": "{} {}"}"#),
            ("pl", r#"{"one": "{}", "few": "{} {}", "many": "{} {}", "other": "{} {}"}"#),
            ("ru", r#"{"one": "{} {}", "few": "{} {}", "many": "{} {}", "other": "{} {}"}"#),
            ("ja", r#"{"other": "{} {}"}"#),
        ] {
            assert_eq!(wrong(tag, forms), None, "{tag}");
        }
        for (tag, forms) in [
            ("ar", r#"{"one": "{}", "few": "{}", "other": "{} {}"}"#),
            ("pl", r#"{"one": "{}", "many": "{}", "other": "{} {}"}"#),
            ("ja", r#"{"other": "{}"}"#),
            // 21 is one of these, or 0.
            ("ru", r#"{"one": "{}", "few": "{} {}", "many": "{} {}", "other": "{} {}"}"#),
            ("fr", r#"{"one": "{}", "other": "{} {}"}"#),
            // Nobody has looked.
            ("xx", r#"{"one": "{}", "other": "{} {}"}"#),
            ("de", r#"{"one": "word", "other": "{} {}"}"#),
            ("de", r#"{"one": "{} {} {}", "other": "{} {}"}"#),
        ] {
            let wrong = wrong(tag, forms).unwrap_or_default();
            assert!(wrong.starts_with(&format!("{tag}.json: KEY has ")), "{tag}: {wrong:?}");
        }
    }

    #[test]
    fn all_languages_pass() {
        let made = make().unwrap();
        assert!(made.contains("pub const SIGN_IN"), "they are not where they are looked for");
    }
}
