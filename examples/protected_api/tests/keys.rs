//! Where the keys come from: fetched once for everybody, again when a new one appears, and never too often.

mod common;

use axum::http::StatusCode;
use common::{FakePool, INTERVAL, KEY, NOW, OTHER_KEY, PACE, TestClock};
use protected_api::key_set::KeyId;
use protected_api::keys::{Keys, MAX_AGE, Pace, Unavailable};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

async fn has(keys: &Keys, name: &str) -> Result<bool, Unavailable> {
    let id = KeyId::new(name);
    keys.for_token(&id).await.map(|keys| keys.has(&id))
}

#[tokio::test]
async fn keys_are_fetched_when_they_are_needed_and_then_kept() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one"), OTHER_KEY.jwk("two")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(pool.asked(), 0);
    for name in ["one", "two", "one"] {
        assert_eq!(has(&keys, name).await, Ok(true));
        clock.advance(INTERVAL);
    }
    assert_eq!(pool.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_and_an_old_one_forgotten() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    pool.has(&[OTHER_KEY.jwk("two")]);
    assert_eq!(has(&keys, "two").await, Ok(false), "too early to ask again");
    assert_eq!(pool.asked(), 1);
    clock.advance(INTERVAL);
    assert_eq!(has(&keys, "two").await, Ok(true));
    assert_eq!(pool.asked(), 2);
    assert_eq!(has(&keys, "one").await, Ok(false));
}

#[tokio::test]
async fn made_up_names_do_not_make_it_ask_more_than_once_in_an_interval() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    clock.advance(INTERVAL);
    for attempt in 0..50 {
        assert_eq!(has(&keys, &format!("made up {attempt}")).await, Ok(false));
        assert_eq!(has(&keys, "one").await, Ok(true), "the real key counts all the while");
    }
    assert_eq!(pool.asked(), 2);
    clock.advance(INTERVAL - 1);
    assert_eq!(has(&keys, "made up").await, Ok(false));
    assert_eq!(pool.asked(), 2);
    clock.advance(1);
    assert_eq!(has(&keys, "made up").await, Ok(false));
    assert_eq!(pool.asked(), 3);
}

#[tokio::test]
async fn requests_at_the_same_time_share_one_fetch() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    pool.hold();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let keys = keys.clone();
            tokio::spawn(async move { has(&keys, "one").await })
        })
        .collect();
    pool.until_asked(1).await;
    // Also where the answer takes longer than the interval.
    clock.advance(INTERVAL);
    pool.let_go();
    for task in waiting {
        assert_eq!(task.await.unwrap(), Ok(true));
    }
    assert_eq!(pool.asked(), 1);
}

#[tokio::test]
async fn whoever_asks_first_may_go_away() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    pool.hold();
    let first = tokio::spawn({
        let keys = keys.clone();
        async move { has(&keys, "one").await }
    });
    pool.until_asked(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    pool.let_go();
    assert_eq!(has(&keys, "one").await, Ok(true));
    assert_eq!(pool.asked(), 1);
}

#[tokio::test]
async fn known_keys_do_not_wait_for_a_fetch() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    clock.advance(INTERVAL);
    pool.hold();
    let waiting = tokio::spawn({
        let keys = keys.clone();
        async move { has(&keys, "made up").await }
    });
    pool.until_asked(2).await;
    assert_eq!(has(&keys, "one").await, Ok(true));
    assert!(!waiting.is_finished());
    pool.let_go();
    assert_eq!(waiting.await.unwrap(), Ok(false));
}

#[tokio::test]
async fn without_any_key_it_says_when_to_ask_again() {
    let (pool, clock) = (FakePool::start(&[]).await, TestClock::new());
    let keys = pool.keys(&clock);
    pool.answers(StatusCode::INTERNAL_SERVER_ERROR, "no");
    assert_eq!(has(&keys, "one").await, Err(Unavailable { retry_after: INTERVAL }));
    clock.advance(INTERVAL - 3);
    assert_eq!(has(&keys, "one").await, Err(Unavailable { retry_after: 3 }));
    assert_eq!(pool.asked(), 1);
    pool.has(&[KEY.jwk("one")]);
    clock.advance(3);
    assert_eq!(has(&keys, "one").await, Ok(true));
}

#[tokio::test]
async fn what_is_no_key_set_leaves_the_keys_as_they_are() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    let huge = json!({ "keys": [OTHER_KEY.jwk("two")], "more": "x".repeat(100_000) }).to_string();
    let good = json!({ "keys": [OTHER_KEY.jwk("two")] }).to_string();
    let answers = [
        (StatusCode::OK, ""),
        (StatusCode::OK, "<html>"),
        (StatusCode::OK, r#"{"keys":[]}"#),
        (StatusCode::OK, r#"{"keys":[{"kty":"oct","k":"AA","kid":"two"}]}"#),
        (StatusCode::OK, &huge),
        (StatusCode::NOT_FOUND, &good),
        (StatusCode::INTERNAL_SERVER_ERROR, &good),
        // To where nobody has said that there are keys.
        (StatusCode::FOUND, &good),
        (StatusCode::PERMANENT_REDIRECT, &good),
    ];
    for (times, (status, text)) in answers.into_iter().enumerate() {
        pool.answers(status, text);
        clock.advance(INTERVAL);
        assert_eq!(has(&keys, "two").await, Ok(false), "{status} {times}");
        assert_eq!(has(&keys, "one").await, Ok(true), "{status} {times}");
        assert_eq!(pool.asked(), 2 + times);
    }
    pool.answers(StatusCode::OK, &good);
    clock.advance(INTERVAL);
    assert_eq!(has(&keys, "two").await, Ok(true));
}

#[tokio::test]
async fn old_keys_are_fetched_anew_while_they_still_count() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    pool.hold();
    pool.has(&[OTHER_KEY.jwk("two")]);
    clock.advance(MAX_AGE);
    for _ in 0..10 {
        assert_eq!(has(&keys, "one").await, Ok(true), "nobody waits");
    }
    pool.until_asked(2).await;
    pool.let_go();
    assert_eq!(has(&keys, "two").await, Ok(true));
    assert_eq!(has(&keys, "one").await, Ok(false), "the pool has dropped it");
    assert_eq!(pool.asked(), 2);
}

#[tokio::test]
async fn old_keys_count_while_the_pool_cannot_be_reached() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    pool.answers(StatusCode::BAD_GATEWAY, "");
    clock.advance(MAX_AGE);
    assert_eq!(has(&keys, "one").await, Ok(true));
    pool.until_asked(2).await;
    assert_eq!(has(&keys, "made up").await, Ok(false), "waits for the attempt that is under way, and makes no other");
    assert_eq!(has(&keys, "one").await, Ok(true));
    assert_eq!(pool.asked(), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_stops_nothing() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    let keys = pool.keys(&clock);
    assert_eq!(has(&keys, "one").await, Ok(true));
    clock.set(NOW - 1_000_000);
    pool.has(&[OTHER_KEY.jwk("two")]);
    assert_eq!(has(&keys, "two").await, Ok(true));
}

#[tokio::test]
async fn a_pool_that_is_not_there_gives_no_keys() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let clock = TestClock::new();
    let issuer = format!("http://{address}/pool").parse().unwrap();
    let keys = Keys::new(&issuer, Arc::<TestClock>::clone(&clock), PACE).unwrap();
    assert_eq!(has(&keys, "one").await, Err(Unavailable { retry_after: INTERVAL }));
}

#[tokio::test]
async fn a_pool_that_does_not_answer_is_not_waited_for() {
    let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
    pool.hold();
    let pace = Pace { patience: Duration::ZERO, ..PACE };
    let keys = Keys::new(&pool.issuer.parse().unwrap(), Arc::<TestClock>::clone(&clock), pace).unwrap();
    assert_eq!(has(&keys, "one").await, Err(Unavailable { retry_after: INTERVAL }));
}
