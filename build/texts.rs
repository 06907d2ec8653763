//! The constants of `src/i18n` from its languages. A language that lacks a text, has one too many, or has other places to fill
//! in than English, fails the build.

use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

const LANGUAGES: &str = "src/i18n/languages";
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

/// Says how a translation differs from English in what it must not.
fn compare(english: &Language, other: &Language) -> Result<(), Wrong> {
    if let Some(key) = english.texts.keys().find(|key| !other.texts.contains_key(*key)) {
        return Err(format!("{key} is missing"));
    }
    for (key, text) in &other.texts {
        let forms: Vec<&String> = match (english.texts.get(key), text) {
            (Some(Text::Plain(_)), Text::Plain(text)) => vec![text],
            (Some(Text::Plural(_)), Text::Plural(forms)) if forms.contains_key("other") => forms.values().collect(),
            (Some(Text::Plural(_)), _) => return Err(format!("{key} needs its plural forms, \"other\" at least")),
            (Some(Text::Plain(_)), Text::Plural(_)) => return Err(format!("{key} has no plural forms")),
            (None, _) => return Err(format!("{key} is not in en.json")),
        };
        let wanted = match &english.texts[key] {
            Text::Plain(text) => places(text),
            Text::Plural(forms) => places(&forms["other"]),
        };
        // A form for exactly one or two may say the number as a word.
        let fits = |form: &&String| match text {
            Text::Plain(_) => places(form) == wanted,
            Text::Plural(_) => places(form) == wanted || places(form) + 1 == wanted,
        };
        if let Some(form) = forms.into_iter().find(|form| !fits(form)) {
            return Err(format!("{key} has {} places {{}} to fill in, not {wanted}", places(form)));
        }
    }
    Ok(())
}

/// The code: one constant for each text, numbered in the order of the keys, as `tools/languages.mjs` orders them too.
fn texts(languages: &BTreeMap<String, Language>) -> Result<String, Wrong> {
    let english = languages.get("en").ok_or("en.json is missing")?;
    for (tag, language) in languages {
        compare(english, language).map_err(|wrong| format!("{tag}.json: {wrong}"))?;
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
