//! Keeps the arrows of `docs/architecture.md`: which room may name which, and what may be named where.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Room → the rooms it may name, besides itself.
const ARROWS: [(&str, &[&str]); 12] = [
    ("cognito", &[]),
    ("aws", &["cognito"]),
    ("i18n", &[]),
    ("routes", &[]),
    ("config", &["cognito"]),
    ("session", &["aws", "cognito"]),
    ("browser", &["cognito", "config", "routes", "session"]),
    ("door", &["browser", "cognito", "config", "routes", "session"]),
    ("components", &["i18n"]),
    ("state", &["cognito", "config", "i18n", "routes", "session"]),
    ("pages", &["aws", "cognito", "components", "config", "i18n", "routes", "session", "state"]),
    ("app", &["browser", "cognito", "components", "config", "door", "i18n", "pages", "routes", "session", "state"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder, as (path from the project's root, text).
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)));
    found.sort();
    assert!(!found.is_empty(), "nothing found in {folder}");
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// A source file without comments and without its unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a text names by `crate::…`.
fn named_rooms(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // `use crate::{a::b, c}`: the names at the outermost level.
            let (mut depth, mut word) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    let first_word =
        |text: String| -> String { text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    rooms.into_iter().map(first_word).filter(|room| !room.is_empty()).collect()
}

fn room_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main", "bin"].contains(&room)).then(|| room.to_owned())
}

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let arrows: BTreeMap<_, _> = ARROWS.into();
    let mut wrong = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        let Some(room) = room_of(&path) else { continue };
        let allowed = arrows.get(room.as_str()).unwrap_or_else(|| panic!("{path}: which room is this?"));
        for named in named_rooms(&code(&text)) {
            if named != room && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{path} names {named}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_of_the_list_exists() {
    let rooms: Vec<_> = files("src", &["rs"]).iter().filter_map(|(path, _)| room_of(path)).collect();
    for (room, _) in ARROWS {
        assert!(rooms.iter().any(|found| found == room), "{room} is gone: take it out of the list");
    }
}

/// Words that belong into one place: (word, where it may stand).
#[test]
fn what_belongs_to_one_place_is_named_nowhere_else() {
    let places: [(&str, &[&str]); 14] = [
        ("web_sys", &["src/browser/"]),
        ("js_sys", &["src/browser/"]),
        ("wasm_bindgen", &["src/browser/"]),
        ("gloo_storage", &["src/browser/"]),
        ("localStorage", &["src/browser/"]),
        ("reqwest", &["src/browser/"]),
        ("leptos_router", &["src/browser/navigation.rs"]),
        ("crate::browser", &["src/app/start.rs", "src/door.rs"]),
        ("browser::", &["src/app/start.rs", "src/door.rs", "src/browser/"]),
        ("num_bigint", &["src/cognito/srp.rs"]),
        ("CognitoIdentityServiceProvider", &["src/session/store.rs"]),
        ("\"/auth/", &["src/routes.rs"]),
        ("\"/authenticated_page", &["src/routes.rs"]),
        ("amazonaws.com", &["src/config/settings.rs", "src/cognito/types.rs"]),
    ];
    let mut wrong = Vec::new();
    // The keeper's unit tests are files of their own.
    let tests = ["src/session/keeper/tests.rs", "src/session/keeper/simulation.rs"];
    for (path, text) in files("src", &["rs"]).into_iter().filter(|(path, _)| !tests.contains(&path.as_str())) {
        let code = code(&text);
        for (word, allowed) in places {
            if code.contains(word) && !allowed.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("{path} names {word}, which belongs into {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_protocol_and_the_session_know_no_framework() {
    for folder in ["src/cognito", "src/aws", "src/session"] {
        for (path, text) in files(folder, &["rs"]) {
            assert!(!code(&text).contains("leptos"), "{path} names leptos");
        }
    }
}

#[test]
fn texts_for_people_are_in_i18n() {
    let mut wrong = Vec::new();
    for folder in ["src/pages", "src/components", "src/app"] {
        for (path, text) in files(folder, &["rs"]) {
            for line in code(&text).lines() {
                // A literal that begins with a capital and has a word after it reads like a sentence.
                let sentence = line.split('"').skip(1).step_by(2).find(|literal| {
                    let mut words = literal.split(' ');
                    let first = words.next().unwrap_or_default();
                    first.len() > 1
                        && first.starts_with(|c: char| c.is_ascii_uppercase())
                        && words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
                });
                if let Some(sentence) = sentence {
                    wrong.push(format!("{path}: {sentence:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_opens_the_door_for_injected_code() {
    let mut wrong = Vec::new();
    let mut sources = files("src", &["rs", "js"]);
    sources.extend(files("web", &["js"]));
    sources.push(("index.html".into(), fs::read_to_string(root().join("index.html")).unwrap()));
    for (path, text) in sources {
        let code = code(&text);
        for word in [
            "inner_html",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "javascript:",
            "style=",
            "<style",
            "unsafe-inline",
        ] {
            if code.contains(word) {
                wrong.push(format!("{path} has {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_app_the_dev_pool_and_the_example_of_a_backend_share_no_code() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let app = read("Cargo.toml");
    let dependencies = app.split_once("[dependencies]").unwrap().1;
    for crate_name in ["devpool", "protected_api"] {
        assert!(!dependencies.contains(crate_name), "the app depends on {crate_name}");
    }
    for (folder, others) in
        [("devpool", ["doorward", "protected_api"]), ("examples/protected_api", ["doorward", "devpool"])]
    {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let dependencies = manifest.split_once("[dependencies]").unwrap().1;
        for line in dependencies.lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains("path ="), "{folder} depends on what is not its own: {line}");
            assert!(!others.iter().any(|other| line.contains(other)), "{folder}: {line}");
        }
        for (path, text) in files(folder, &["rs"]) {
            let code = code(&text);
            assert!(!code.contains("../src/"), "{path} reaches into the app");
            for other in others {
                assert!(!code.contains(&format!("{other}::")), "{path} reaches into {other}");
            }
            // A file may be named by its path as long as the crate's own folder holds it.
            for word in ["#[path", "include!", "include_str!", "include_bytes!"] {
                for (_, after) in code.match_indices(word).map(|(at, word)| code[at..].split_at(word.len())) {
                    let named = after.split('"').nth(1).unwrap_or_else(|| panic!("{path} names no path after {word}"));
                    let file = root().join(&path).parent().unwrap().join(named);
                    let file = file.canonicalize().unwrap_or_else(|error| panic!("{path} names {named}: {error}"));
                    assert!(file.starts_with(root().join(folder).canonicalize().unwrap()), "{path} borrows {named}");
                }
            }
        }
    }
    for (path, text) in files("src", &["rs"]) {
        assert!(!code(&text).contains("devpool"), "{path} names the dev pool");
        // The app has a page of that name.
        let code = code(&text).replace("pages::protected_api::", "");
        assert!(!code.contains("protected_api::"), "{path} reaches into the example of a backend");
    }
}

/// The packages of a lock file, as name and version.
fn locked(path: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let value = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let lines: Vec<_> = text.lines().collect();
    let packages = lines.windows(2).filter(|pair| pair[0].starts_with("name = "));
    packages.map(|pair| [value(pair[0]).unwrap(), value(pair[1]).unwrap()].join(" ")).collect()
}

#[test]
fn the_examples_of_apps_are_tried_with_the_versions_that_everything_else_is() {
    let ours = locked("Cargo.lock");
    for name in ["minimal", "own_pages"] {
        let file = format!("examples/{name}/Cargo.lock");
        let mut others = locked(&file);
        assert!(others.iter().any(|package| package.starts_with("doorward ")));
        others.retain(|package| !package.starts_with(&format!("{name} ")) && !ours.contains(package));
        assert!(others.is_empty(), "{file} has other versions; make them the same: {others:#?}");
    }
}

#[test]
fn the_reader_of_this_test_understands_use_lines() {
    assert_eq!(
        named_rooms("use crate::{cognito::{error::Error, types::*}, i18n::Msg,\n session};"),
        ["cognito", "i18n", "session"]
    );
    assert_eq!(named_rooms("crate::routes::LOGIN"), ["routes"]);
    assert_eq!(code("a\n// crate::b\n    /// c\nd"), "a\nd");
}
