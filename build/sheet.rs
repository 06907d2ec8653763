//! One rule of the style sheets that travel with the pages that need them (`src/app/sheet.rs`).

use std::{fs, io};

/// In the order of the cascade.
const LATER: [&str; 2] = ["style/pages.css", "style/centre.css"];

/// The rule.
pub fn make() -> io::Result<String> {
    let mut sheet = "@layer pages{".to_owned();
    for path in LATER {
        println!("cargo:rerun-if-changed={path}");
        sheet.push_str(&tidy(&fs::read_to_string(path)?));
    }
    sheet.push('}');
    Ok(sheet)
}

/// Without comments and indentation. No text in these sheets has either in it.
fn tidy(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    plain.extend(parts.filter_map(|part| part.split_once("*/")).map(|(_, after)| after));
    plain.lines().map(str::trim).collect()
}
