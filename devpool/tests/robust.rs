//! What was acknowledged is there: with many clients at once, after a restart, and after `kill -9` at any moment. All of
//! it against the program itself, over sockets, with a state file. And how much memory that takes.

mod common;

use common::process::Process;
use common::{CLIENT, DevPool, PASSWORD, Tokens};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::{JoinSet, block_in_place};

const CLIENTS: usize = 50;

fn email(number: usize) -> String {
    format!("user{number}@example.com")
}

fn refresh(token: &str) -> Value {
    json!({ "ClientId": CLIENT, "RefreshToken": token })
}

/// Everything a person does in a first session; gives the refresh token that counts at its end.
async fn a_first_session(pool: &DevPool, number: usize) -> String {
    let email = email(number);
    pool.sign_up(&email).await;
    let code = pool.code(&email).await;
    pool.ok("ConfirmSignUp", json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code })).await;
    let reply = pool.with_srp(&email, PASSWORD).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let Tokens { access, refresh: first, .. } = Tokens::from(&reply.json());
    let attributes = json!([
        { "Name": "name", "Value": format!("User {number}") },
        { "Name": "custom:agentName", "Value": format!("{number:03}") },
    ]);
    pool.ok("UpdateUserAttributes", json!({ "AccessToken": access, "UserAttributes": attributes })).await;
    pool.ok("AssociateSoftwareToken", json!({ "AccessToken": access })).await;
    let path = format!("users/{}/totp", email.replace('@', "%40"));
    let code = pool.admin(Method::GET, &path, None).await["code"].clone();
    pool.ok("VerifySoftwareToken", json!({ "AccessToken": access, "UserCode": code })).await;
    let totp = json!({ "Enabled": true, "PreferredMfa": true });
    pool.ok("SetUserMFAPreference", json!({ "AccessToken": access, "SoftwareTokenMfaSettings": totp })).await;
    let rotated = Tokens::from(&pool.ok("GetTokensFromRefreshToken", refresh(&first)).await);
    assert_ne!(rotated.refresh, first);
    if signs_out(number) {
        pool.ok("GlobalSignOut", json!({ "AccessToken": rotated.access })).await;
    }
    rotated.refresh
}

fn signs_out(number: usize) -> bool {
    number.is_multiple_of(2)
}

/// Holds against the pool what its 50 clients were told.
async fn assert_all_there(pool: &DevPool, tokens: &[(usize, String)]) {
    let users = pool.admin(Method::GET, "users", None).await;
    let users = users.as_array().unwrap();
    assert_eq!(users.len(), CLIENTS);
    for (number, token) in tokens {
        let email = email(*number);
        let user = users.iter().find(|user| user["email"] == email.as_str()).unwrap();
        assert_eq!(user["status"], "CONFIRMED", "{email}");
        assert_eq!(user["attributes"]["name"], format!("User {number}"));
        assert_eq!(user["attributes"]["custom:agentName"], format!("{number:03}"));
        assert_eq!(user["mfa"]["software_token"], true, "{email}");
        assert_eq!(user["mfa"]["preferred"], "SOFTWARE_TOKEN");
        assert_eq!(user["sessions"], usize::from(!signs_out(*number)), "{email}");
        if signs_out(*number) {
            let error = pool.err("GetTokensFromRefreshToken", refresh(token)).await;
            assert!(error.starts_with("NotAuthorizedException"), "{error}");
        }
        let question = pool.with_srp(&email, PASSWORD).await.json();
        assert_eq!(question["ChallengeName"], "SOFTWARE_TOKEN_MFA", "{email}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]);
    let pool = Arc::new(process.client());
    pool.settings(json!({ "refresh_token_rotation": { "enabled": true } })).await;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let pool = Arc::clone(&pool);
        clients.spawn(async move { (number, a_first_session(&pool, number).await) });
    }
    let tokens = clients.join_all().await;
    assert_all_there(&pool, &tokens).await;
    process.kill();

    let process = Process::start(folder.path(), &[]);
    let pool = process.client();
    assert_all_there(&pool, &tokens).await;
    for (_, token) in tokens.iter().filter(|(number, _)| !signs_out(*number)) {
        let renewed = Tokens::from(&pool.ok("GetTokensFromRefreshToken", refresh(token)).await);
        assert_eq!(pool.get_user(&renewed.access).await.status, 200);
    }
    assert_eq!(process.complaints(), "");
}

/// When a process is killed.
struct Moment {
    /// After so many acknowledgements in all.
    limit: usize,
    /// Not at once then, but as soon as this folder has a half-written file in it.
    in_a_write: Option<PathBuf>,
}

/// Signs up until the process is gone; gives those that were acknowledged. The one whose acknowledgement is the last
/// kills it, in the middle of what all the others are doing.
async fn sign_up_until_killed(
    process: Arc<Mutex<Process>>,
    name: String,
    acknowledged: Arc<AtomicUsize>,
    moment: Arc<Moment>,
) -> Vec<String> {
    let pool = process.lock().unwrap().client();
    let mut done = Vec::new();
    loop {
        let email = format!("{name}-{}@example.com", done.len());
        let request = json!({ "ClientId": CLIENT, "Username": email, "Password": PASSWORD });
        match pool.try_send(pool.operation("SignUp", &request)).await {
            Ok(reply) => assert_eq!(reply.status, 200, "{}", reply.text),
            Err(_) => return done,
        }
        done.push(email);
        if acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == moment.limit {
            block_in_place(|| {
                // The others go on writing, so there will be one.
                while moment.in_a_write.as_ref().is_some_and(|folder| drafts(folder) == 0) {
                    std::hint::spin_loop();
                }
                process.lock().unwrap().kill();
            });
        }
    }
}

fn drafts(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_any_moment_loses_nothing() {
    const WRITERS: usize = 6;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join(".devpool/state.json");
    let mut expected: Vec<String> = Vec::new();
    let mut interrupted = 0;
    // From "before anything" on; the numbers have nothing in common, so that it hits here and there.
    for (round, limit) in [0, 1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29].into_iter().enumerate() {
        let process = Process::start(folder.path(), &[]);
        if limit > 0 {
            let in_a_write = round.is_multiple_of(2).then(|| state.parent().unwrap().to_owned());
            let moment = Arc::new(Moment { limit, in_a_write });
            let process = Arc::new(Mutex::new(process));
            let acknowledged = Arc::new(AtomicUsize::new(0));
            let mut writers = JoinSet::new();
            for writer in 0..WRITERS {
                let (process, acknowledged, moment) =
                    (Arc::clone(&process), Arc::clone(&acknowledged), Arc::clone(&moment));
                let name = format!("round{round}-writer{writer}");
                writers.spawn(sign_up_until_killed(process, name, acknowledged, moment));
            }
            expected.extend(writers.join_all().await.into_iter().flatten());
        } else {
            // It has hardly begun to make its key.
            drop(process);
            assert!(!state.exists());
            continue;
        }
        let content = fs::read(&state).unwrap();
        serde_json::from_slice::<Value>(&content).unwrap();
        interrupted += drafts(state.parent().unwrap());
        assert!(drafts(state.parent().unwrap()) <= 1);

        let process = Process::start(folder.path(), &[]);
        assert_eq!(drafts(state.parent().unwrap()), 0, "the draft of the one that was killed is gone");
        let users = process.client().admin(Method::GET, "users", None).await;
        let users: Vec<&str> = users.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect();
        for email in &expected {
            assert!(users.contains(&email.as_str()), "{email} was acknowledged");
        }
    }
    assert!(expected.len() >= 130, "{}", expected.len());
    println!("{} sign-ups acknowledged, {interrupted} kills in the middle of a write", expected.len());
}

/// Resident memory of a process in MB, where the system says so.
fn resident_megabytes(process: &Process) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1024)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
    let Some(at_start) = resident_megabytes(&process) else {
        println!("this system does not say how much memory a process has");
        return;
    };
    let pool = Arc::new(process.client());
    pool.user("ann@example.com").await;
    let mut clients = JoinSet::new();
    for _ in 0..20 {
        let pool = Arc::clone(&pool);
        clients.spawn(async move {
            let tokens = pool.tokens("ann@example.com").await;
            for _ in 0..49 {
                assert_eq!(pool.get_user(&tokens.access).await.status, 200);
            }
        });
    }
    clients.join_all().await;
    let after = resident_megabytes(&process).unwrap();
    println!("resident: {at_start} MB after the start, {after} MB after 1000 requests of 20 clients");
    assert!(at_start < 50 && after < 50, "{at_start} MB, {after} MB");
}
