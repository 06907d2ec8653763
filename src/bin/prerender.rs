//! Writes the first view of the static routes as HTML, for the build.
//!
//! `prerender CONFIG.json LANGUAGES.json` prints one JSON object:
//! `{"routes": {"/auth/login": {"title": "…", "html": "…"}, …}, "languages": {"de": …}, …}`.

use doorward::{
    app::prerender,
    config::{self, Settings},
};
use serde_json::Value;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (Some(path), Some(languages)) = (std::env::args().nth(1), std::env::args().nth(2)) else {
        eprintln!("usage: prerender CONFIG.json LANGUAGES.json");
        return ExitCode::FAILURE;
    };
    let read = |path: &str| std::fs::read_to_string(path).map_err(|error| eprintln!("{path} cannot be read: {error}"));
    let (Ok(text), Ok(languages)) = (read(&path), read(&languages)) else { return ExitCode::FAILURE };
    let Ok(languages) = serde_json::from_str(&languages).map_err(|error| eprintln!("{languages}: {error}")) else {
        return ExitCode::FAILURE;
    };
    let config = config::parse::<Value>(&text, "localhost");
    match config.and_then(|config| Settings::read::<Value>(&config, "en").map(|_| config)) {
        Ok(config) => {
            println!("{}", prerender(&config, &languages));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{path}: {problem}");
            ExitCode::FAILURE
        }
    }
}
