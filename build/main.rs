//! What is made when the app is compiled: the constants of its texts, and the styles that are loaded later. It also keeps
//! relocations in the wasm, so that the build can split it into lazily loaded chunks.

mod sheet;
mod texts;

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("texts.rs"), texts::make()?)?;
    fs::write(out.join("later.css"), sheet::make()?)?;
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
    Ok(())
}
