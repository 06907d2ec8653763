//! The program itself: its first line, its exit codes, its state file over restarts and violent ends.

mod common;

use common::process::{Process, command};
use common::{CLIENT, DevPool, PASSWORD};
use devpool::StateLocation;
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream};
use std::process::Command;

async fn post(url: &str, path: &str, body: Value) -> Value {
    let response = reqwest::Client::new().post(format!("{url}/_devpool/{path}")).json(&body).send().await.unwrap();
    assert!(response.status().is_success());
    response.json().await.unwrap()
}

async fn get(url: &str, path: &str) -> Value {
    let response = reqwest::get(format!("{url}/_devpool/{path}")).await.unwrap();
    response.json().await.unwrap()
}

#[test]
fn it_says_where_it_listens_and_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--memory"]);
    let url = &process.url;
    assert_eq!(process.line, format!("devpool listening on {url} (outbox {url}/_devpool/)\n"));
    let mut help = command(folder.path());
    let output = help.arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for option in ["--port", "--memory", "--state", "--quiet", "POOL_PORT"] {
        assert!(text.contains(option), "{option}");
    }
    let output = command(folder.path()).arg("--version").output().unwrap();
    assert!(output.stdout.starts_with(b"devpool "));
    let output = command(folder.path()).arg("--host=0.0.0.0").output().unwrap();
    assert!(!output.status.success(), "there is no other address");
}

#[test]
fn no_other_address_of_this_machine_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--memory"]);
    let (_, port) = process.address().rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    // Those of every network card, those that only look like the right one, and those that mean "any".
    let mut others: Vec<IpAddr> = if_addrs::get_if_addrs().unwrap().iter().map(if_addrs::Interface::ip).collect();
    others.extend([Ipv6Addr::LOCALHOST.into(), IpAddr::from([127, 0, 0, 2])]);
    others.retain(|address| *address != Ipv4Addr::LOCALHOST);
    for address in others {
        let connected = TcpStream::connect((address, port));
        assert!(connected.is_err(), "reachable by {address}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn all_its_sockets_are_loopback() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--memory"]);
    let (_, port) = process.address().rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    // Which of the machine's sockets are this process's own: whatever port they have.
    let files = fs::read_dir(format!("/proc/{}/fd", process.child.id())).unwrap();
    let own: Vec<String> = files
        .filter_map(|file| Some(fs::read_link(file.ok()?.path()).ok()?.to_str()?.to_owned()))
        .filter_map(|name| Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut sockets = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let lines = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
        sockets.extend(lines.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, inode) = (*fields.get(1)?, *fields.get(9)?);
            own.iter().any(|own| own == inode).then(|| format!("{table} {local}"))
        }));
    }
    assert_eq!(sockets, [format!("tcp 0100007F:{port:04X}")]);
}

#[test]
fn a_taken_port_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path(), &["--memory"]);
    let port = first.url.rsplit(':').next().unwrap();
    for from_environment in [false, true] {
        let mut second = command(folder.path());
        if from_environment {
            second.env("POOL_PORT", port);
        } else {
            second.args(["--port", port]);
        }
        let output = second.arg("--memory").output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(port) && said.contains("another dev pool"), "{said}");
        assert!(said.contains("POOL_PORT="), "{said}");
        assert_eq!(said.lines().count(), 1);
    }
}

#[test]
fn a_state_file_it_cannot_use_is_named_and_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    for (content, expected) in [
        (&b"not JSON"[..], "not a state file"),
        (b"\xff\xfe\x00", "not a state file"),
        (b"", "not a state file"),
        (br#"{"format":"doorward-devpool","version":1}"#, "not a state file"),
        (br#"{"format":"doorward-devpool","version":999,"new":true}"#, "newer dev pool"),
    ] {
        fs::write(&path, content).unwrap();
        let output = command(folder.path()).args(["--port", "0", "--state", "state.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(expected) && said.contains("state.json"), "{said}");
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let output = command(folder.path()).args(["--port", "0", "--state", "."]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[tokio::test]
async fn it_stops_when_asked_even_while_a_call_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["--memory"]);
    let rule = json!({ "operation": "GetUser", "kind": "hang" });
    post(&process.url, "faults", rule).await;
    let hanging = tokio::spawn(
        reqwest::Client::new()
            .post(&process.url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser")
            .body("{}")
            .send(),
    );
    while get(&process.url, "faults").await != json!([]) {
        tokio::task::yield_now().await;
    }
    let pid = process.child.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(killed.success());
    let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap()).await.unwrap();
    assert!(status.success());
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn a_restart_keeps_users_sessions_codes_and_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let state = || StateLocation::File(folder.path().join("state.json"));
    let pool = DevPool::start_with(state()).await;
    pool.user("ann@example.com").await;
    pool.sign_up("bob@example.com").await;
    pool.settings(json!({ "codes": { "sends": 7 } })).await;
    pool.advance(60).await;
    let tokens = pool.tokens("ann@example.com").await;
    let code = pool.code("bob@example.com").await;
    let jwks = "/us-east-1_Doorward1/.well-known/jwks.json";
    let key = pool.send(pool.request(Method::GET, jwks)).await.json();
    pool.stop().await;

    let pool = DevPool::start_with(state()).await;
    assert_eq!(pool.send(pool.request(Method::GET, jwks)).await.json(), key);
    let clock = pool.admin(Method::GET, "clock", None).await;
    assert_eq!(clock["advanced_seconds"], 60);
    let settings = pool.admin(Method::GET, "settings", None).await;
    assert_eq!(settings["codes"]["sends"], 7);
    assert_eq!(pool.with_srp("ann@example.com", PASSWORD).await.status, 200);
    assert_eq!(pool.code("bob@example.com").await, code);
    let request = json!({ "ClientId": CLIENT, "Username": "bob@example.com", "ConfirmationCode": code });
    pool.ok("ConfirmSignUp", request).await;
    let request = json!({ "ClientId": CLIENT, "RefreshToken": tokens.refresh });
    let answer = pool.ok("GetTokensFromRefreshToken", request).await;
    // The new port made a new issuer: the old access token is none of this run's, a refreshed one is.
    let refreshed = answer["AuthenticationResult"]["AccessToken"].as_str().unwrap();
    assert_eq!(pool.get_user(refreshed).await.status, 200);
    assert_eq!(pool.get_user(&tokens.access).await.error(), "NotAuthorizedException: Invalid Access Token");
}

#[tokio::test]
async fn a_state_file_that_cannot_be_written_is_an_internal_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone/state.json");
    let pool = DevPool::start_with(StateLocation::File(path)).await;
    // A file stands where the folder should be, which stops even root.
    fs::write(folder.path().join("gone"), "in the way").unwrap();
    let request = json!({ "ClientId": CLIENT, "Username": "ann@example.com", "Password": PASSWORD });
    let reply = pool.call("SignUp", request).await;
    assert_eq!(reply.status, 500);
    assert!(reply.error().starts_with("InternalErrorException: the state file"));
}

#[test]
fn requests_leave_a_line_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path()).args(["--port", "0", "--memory"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split(' ').nth(3).unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let body = json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "ann@example.com", "PASSWORD": PASSWORD },
        });
        reqwest::Client::new()
            .post(&url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
    });
    child.kill().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert!(said.contains("InitiateAuth 400 NotAuthorizedException"), "{said}");
    assert!(!said.contains(PASSWORD) && !said.contains("ann@"));
}
