//! Writes the first view of the static routes as HTML, for the build.
//!
//! `prerender CONFIG.json` prints one JSON object:
//! `{"routes": {"/auth/login": {"title": "…", "html": "…"}, …}}`.

use doorward::{
    app::prerender,
    config::{self, Settings},
};
use serde_json::Value;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: prerender CONFIG.json");
        return ExitCode::FAILURE;
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path} cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    let config = config::parse::<Value>(&text, "localhost");
    match config.and_then(|config| Settings::read::<Value>(&config).map(|_| config)) {
        Ok(config) => {
            println!("{}", prerender(&config));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{path}: {problem}");
            ExitCode::FAILURE
        }
    }
}
