//! Keeps relocations in the wasm, so that the build can split it into lazily loaded chunks, and makes one rule of the style
//! sheets that travel with those (`src/app/sheet.rs`).

use std::{env, error::Error, fs, path::Path};

/// In the order of the cascade.
const LATER: [&str; 2] = ["style/pages.css", "style/centre.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let mut sheet = "@layer pages{".to_owned();
    for path in LATER {
        println!("cargo:rerun-if-changed={path}");
        sheet.push_str(&tidy(&fs::read_to_string(path)?));
    }
    sheet.push('}');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("later.css"), sheet)?;
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
    Ok(())
}

/// Without comments and indentation. No text in these sheets has either in it.
fn tidy(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    plain.extend(parts.filter_map(|part| part.split_once("*/")).map(|(_, after)| after));
    plain.lines().map(str::trim).collect()
}
