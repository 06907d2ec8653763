//! The program itself: its first line, its options, its exit codes.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

const ISSUER: &str = "http://127.0.0.1:1/eu-central-1_Fake";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_protected_api"));
    for name in ["PORT", "ADDRESS", "ISSUER", "CLIENT_ID", "SCOPE", "ALLOW_ORIGIN", "LEEWAY", "REFETCH_INTERVAL"] {
        command.env_remove(format!("API_{name}"));
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Killed without a warning when dropped.
struct Process {
    child: Child,
    line: String,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, line }
    }

    fn url(&self) -> &str {
        self.line.trim_end().strip_prefix("protected_api listening on ").unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const USUAL: [&str; 6] = ["--port", "0", "--issuer", ISSUER, "--client-id", "1example23456789"];

#[tokio::test]
async fn it_says_where_it_listens_and_answers_there() {
    let process = Process::start(command(&USUAL));
    let url = process.url();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{url}");
    let health = reqwest::get(format!("{url}/health")).await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().as_str()), (200, r#"{"status":"ok"}"#));
    assert_eq!(reqwest::get(url).await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_environment_says_the_same_as_the_options() {
    let mut by_environment = command(&[]);
    by_environment
        .envs([("API_PORT", "0"), ("API_ISSUER", ISSUER), ("API_CLIENT_ID", "one,two")])
        .env("API_ALLOW_ORIGIN", "http://localhost:8080,https://app.example.com");
    let process = Process::start(by_environment);
    for (origin, allowed) in
        [("http://localhost:8080", true), ("https://app.example.com", true), ("http://a.test", false)]
    {
        let request = reqwest::Client::new().get(process.url()).header("origin", origin);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
    }
}

#[tokio::test]
async fn no_token_is_in_what_it_says() {
    let mut process = Process::start(command(&USUAL));
    // Names a key, so that the pool is asked, which is not there: that is said on standard error.
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6InNlY3JldGtleSJ9.c2VjcmV0cGF5bG9hZA.c2VjcmV0c2lnbmF0dXJl";
    let answer = reqwest::Client::new().get(process.url()).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    process.child.kill().unwrap();
    let mut said = String::new();
    process.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("no keys from http://127.0.0.1:1/eu-central-1_Fake/.well-known/jwks.json"), "{said}");
    for part in token.split('.').chain(["secretkey", "secretpayload"]) {
        assert!(!said.contains(part), "{said}");
    }
}

#[test]
fn wrong_options_are_explained() {
    let help = command(&["--help"]).output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    for option in
        ["--port", "--address", "--issuer", "--client-id", "--scope", "--allow-origin", "--leeway", "API_PORT"]
    {
        assert!(text.contains(option), "{option}");
    }
    assert!(command(&["--version"]).output().unwrap().stdout.starts_with(b"protected_api "));
    let client = "1example23456789";
    for (arguments, named) in [
        (&[][..], "--issuer"),
        (&["--issuer", ISSUER], "--client-id"),
        (&["--issuer", "eu-central-1_AbCdEf123", "--client-id", client], "expected is one such as https://"),
        (&["--issuer", "http://example.com/pool", "--client-id", client], "could be anybody's"),
        (&["--issuer", ISSUER, "--client-id", "a b"], "id of an app client"),
        (&["--issuer", ISSUER, "--client-id", client, "--allow-origin", "*"], "not an origin"),
        (&["--issuer", ISSUER, "--client-id", client, "--scope", "a b"], "not one scope"),
        (&["--issuer", ISSUER, "--client-id", client, "--port", "65536"], "--port"),
        (&["--issuer", ISSUER, "--client-id", client, "--leeway", "3600"], "--leeway"),
        (&["--issuer", ISSUER, "--client-id", client, "--refetch-interval", "0"], "--refetch-interval"),
    ] {
        let output = command(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(output.stdout.is_empty() && said.contains(named), "{arguments:?}: {said}");
    }
}

#[test]
fn a_taken_port_is_explained() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command(&["--port", &port, "--issuer", ISSUER, "--client-id", "one"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&port) && said.contains("API_PORT=") && said.lines().count() == 1, "{said}");
}

#[cfg(unix)]
#[tokio::test]
async fn it_stops_when_asked_even_with_a_connection_on_which_nothing_is_asked() {
    let mut process = Process::start(command(&USUAL));
    let silent = std::net::TcpStream::connect(process.url().strip_prefix("http://").unwrap()).unwrap();
    // An answer to another shows that it is up to accepting connections.
    assert_eq!(reqwest::get(process.url()).await.unwrap().status(), 401);
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
    drop(silent);
}
