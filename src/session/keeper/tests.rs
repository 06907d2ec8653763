use super::*;
use crate::{
    cognito::{
        client::{HttpRequest, HttpResponse, Transport},
        error::Fault,
        oauth::{self, PENDING_SECONDS, Refusal},
        sign_in::{Asks, MfaSetup, Way},
        srp::{BigMod, DeviceSecret, HostMath, SECRET_BYTES},
    },
    session::{
        centre,
        message::Handed,
        store::{Device, USER_EMAIL, USER_TOKEN},
        world::{Channel, Clock, Fetch, Lock, Machine, Passkeys, Random, Request, Storage, TabStorage, Timer},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// What the server answers to the next call: the operation it expects, and status and body or a
/// fault.
type Answer = (&'static str, Result<(u16, Value), Fault>);

type Meanwhile = Box<dyn FnOnce(&Fake)>;

#[derive(Default)]
struct Fake {
    storage: RefCell<BTreeMap<String, String>>,
    now: Cell<u64>,
    answers: RefCell<VecDeque<Answer>>,
    calls: RefCell<Vec<(String, Value)>>,
    /// What another tab does while we wait for the lock.
    meanwhile: RefCell<Option<Meanwhile>>,
    /// What happens while the next call is under way, or after so many.
    under_way: RefCell<Option<Meanwhile>>,
    calls_before: Cell<usize>,
    /// The tab's storage is denied.
    forgetful: Cell<bool>,
    /// The storage is full: what is set lives as long as the page.
    full: Cell<bool>,
    /// By how much the clock was set.
    clock_set: Cell<u64>,
    /// What nobody waits for, and what was said to other tabs.
    work: RefCell<Vec<Local<'static, ()>>>,
    said: RefCell<Vec<String>>,
    /// What the storage held while it was said.
    seen_with: RefCell<Vec<BTreeMap<String, String>>>,
    /// What comes of the next passkey that is made, and what it was made from.
    passkey: RefCell<Option<Result<String, PasskeyFault>>>,
    asked_for: RefCell<Vec<String>>,
    /// Answers of the pool can be other texts than JSON.
    plain: Cell<bool>,
    /// What only this tab sees.
    tab: RefCell<BTreeMap<String, String>>,
}

impl Fake {
    /// Lets something happen while the call of this number is under way, counted from 1.
    fn on_call(&self, number: usize, happens: impl FnOnce(&Fake) + 'static) {
        self.calls_before.set(number - 1);
        self.under_way.replace(Some(Box::new(happens)));
    }
}

impl Transport for Rc<Fake> {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        let operation = request.target.rsplit('.').next().unwrap_or_default().to_owned();
        let (expected, answer) = self.answers.borrow_mut().pop_front().expect("a call too many");
        assert_eq!(operation, expected);
        if self.calls.borrow().len() >= self.calls_before.get()
            && let Some(happens) = self.under_way.take()
        {
            happens(self);
        }
        self.calls.borrow_mut().push((operation, serde_json::from_str(&request.body).unwrap()));
        std::future::ready(answer.map(|(status, body)| HttpResponse {
            status,
            error_type: None,
            body: if self.plain.get() { text(body) } else { body.to_string() },
        }))
    }
}

impl Fetch for Rc<Fake> {
    fn fetch(&self, request: Request) -> impl Future<Output = Result<HttpResponse, Fault>> {
        let (expected, answer) = self.answers.borrow_mut().pop_front().expect("a call too many");
        if expected != "token" {
            assert_eq!(request.url, expected);
            let headers = request.headers.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
            self.calls.borrow_mut().push((expected.to_owned(), Value::Object(headers)));
            let answer = answer.map(|(status, body)| HttpResponse { status, error_type: None, body: text(body) });
            return std::future::ready(answer);
        }
        assert_eq!(request.url, "https://domain.test/oauth2/token");
        let form = request.body.split('&').filter_map(|pair| pair.split_once('='));
        let form = form.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        self.calls.borrow_mut().push(("token".to_owned(), Value::Object(form)));
        let response = |(status, body): (u16, Value)| HttpResponse { status, error_type: None, body: text(body) };
        std::future::ready(answer.map(response))
    }
}

impl TabStorage for Rc<Fake> {
    fn keep(&self, key: &str, value: &str) -> bool {
        if self.forgetful.get() {
            return false;
        }
        self.tab.borrow_mut().insert(key.to_owned(), value.to_owned());
        true
    }
    fn take(&self, key: &str) -> Option<String> {
        self.tab.borrow_mut().remove(key)
    }
}

impl Storage for Rc<Fake> {
    fn get(&self, key: &str) -> Option<String> {
        self.storage.borrow().get(key).cloned()
    }
    fn set(&self, key: &str, value: &str) -> bool {
        self.storage.borrow_mut().insert(key.to_owned(), value.to_owned());
        !self.full.get()
    }
    fn remove(&self, key: &str) {
        self.storage.borrow_mut().remove(key);
    }
    fn is_shared(&self) -> bool {
        !self.full.get()
    }
}

impl Clock for Rc<Fake> {
    fn now(&self) -> u64 {
        self.now.get()
    }
    fn ticks(&self) -> u64 {
        self.now.get().saturating_sub(self.clock_set.get())
    }
}

impl Timer for Rc<Fake> {
    fn sleep(&self, _: u32) -> impl Future<Output = ()> {
        std::future::pending()
    }
    fn spawn(&self, work: Local<'static, ()>) {
        self.work.borrow_mut().push(work);
    }
}

impl Channel for Rc<Fake> {
    fn say(&self, text: &str) {
        self.said.borrow_mut().push(text.to_owned());
        self.seen_with.borrow_mut().push(self.storage.borrow().clone());
    }
}

impl Random for Rc<Fake> {
    fn secret(&self) -> [u8; SECRET_BYTES] {
        [7; SECRET_BYTES]
    }
}

impl Lock for Rc<Fake> {
    type Guard = ();
    async fn acquire(&self, _: &str) -> Option<()> {
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile(self);
        }
        Some(())
    }
}

impl Machine for Rc<Fake> {
    fn user_agent(&self) -> String {
        "Browser/1.0".into()
    }
}

impl Passkeys for Rc<Fake> {
    fn stop_passkey(&self, _: Mediation) {}
    async fn use_passkey(&self, _: String, _: Mediation) -> Result<String, PasskeyFault> {
        Err(PasskeyFault::Unsupported)
    }
    fn has_passkeys(&self) -> bool {
        self.passkey.borrow().is_some()
    }
    async fn create_passkey(&self, options: String) -> Result<String, PasskeyFault> {
        self.asked_for.borrow_mut().push(options);
        self.passkey.take().unwrap_or(Err(PasskeyFault::Unsupported))
    }
}

impl BigMod for Rc<Fake> {
    fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String {
        HostMath.mod_pow(base, exponent, modulus)
    }
    fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String {
        HostMath.sub_mul_mod(minuend, factor, value, modulus)
    }
    fn add_mul(&self, a: &str, b: &str, c: &str) -> String {
        HostMath.add_mul(a, b, c)
    }
}

/// A text as it is, anything else as JSON.
fn text(body: Value) -> String {
    body.as_str().map_or_else(|| body.to_string(), str::to_owned)
}

/// Nothing here waits for anything, so one poll is enough.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("waits for something"),
    }
}

fn access(issued: u64, ends: u64) -> String {
    let claims = json!({"username": "sub", "iat": issued, "exp": ends}).to_string();
    format!("e30.{}.{issued}", URL_SAFE_NO_PAD.encode(claims))
}

fn id() -> String {
    format!("e30.{}.x", URL_SAFE_NO_PAD.encode(r#"{"email":"ada@example.com","sub":"sub"}"#))
}

fn tokens(issued: u64, ends: u64) -> Tokens {
    Tokens {
        access: AccessToken::new(access(issued, ends)),
        id: IdToken::new(id()),
        refresh: RefreshToken::new("refresh-1"),
    }
}

fn renewed(issued: u64, ends: u64) -> Result<(u16, Value), Fault> {
    Ok((200, json!({"AuthenticationResult": {"AccessToken": access(issued, ends), "IdToken": id()}})))
}

fn refused(name: &str) -> Result<(u16, Value), Fault> {
    Ok((400, json!({"__type": name, "message": "x"})))
}

fn user() -> Result<(u16, Value), Fault> {
    Ok((200, json!({"Username": "sub", "UserAttributes": [{"Name": "name", "Value": "Ada"}]})))
}

fn submit() -> Input {
    let (user, password) = (UserName::new("ada@example.com"), Password::new("hunter2!"));
    Input::Submit { user, way: Way::Srp(password) }
}

fn verifier() -> Result<(u16, Value), Fault> {
    Ok((
        200,
        json!({"ChallengeName": "PASSWORD_VERIFIER", "Session": "s", "ChallengeParameters": {
            "SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ZWY=", "USER_ID_FOR_SRP": "sub", "USERNAME": "sub"}}),
    ))
}

fn signed_in() -> Result<(u16, Value), Fault> {
    let mut answer = renewed(1000, 4600).unwrap();
    answer.1["AuthenticationResult"]["RefreshToken"] = json!("r");
    Ok(answer)
}

fn device() -> Device {
    Device {
        key: DeviceKey::new("us-east-1_1"),
        group: DeviceGroupKey::new("-g"),
        password: DevicePassword::new("device-password"),
    }
}

struct Scene {
    world: Rc<Fake>,
    keeper: Rc<Keeper<Rc<Fake>>>,
    told: Rc<RefCell<Vec<Change>>>,
}

/// A keeper at the time 1000, with tokens in storage that end at `ends`.
fn scene(ends: Option<u64>, answers: Vec<Answer>) -> Scene {
    scene_with(ends, answers, |_| {}, Limits::default())
}

/// The same with another pool, or with limits.
fn scene_with(ends: Option<u64>, answers: Vec<Answer>, change: fn(&mut Pool), limits: Limits) -> Scene {
    let world = Rc::new(Fake { now: Cell::new(1000), answers: RefCell::new(answers.into()), ..Default::default() });
    let mut pool = Pool {
        id: UserPoolId::parse("us-east-1_Test").unwrap(),
        client: ClientId::new("c"),
        endpoints: Endpoints {
            user_pools: "http://pool/".into(),
            identity_pools: "http://pool/".into(),
            sts: "http://sts/".into(),
        },
        domain: Some(Domain {
            base: "https://domain.test".into(),
            scopes: vec!["openid".into()],
            redirect_uri: "https://app.test/back".into(),
            logout_uri: Some("https://app.test/bye".into()),
        }),
        identity_pool: None,
    };
    change(&mut pool);
    if let Some(ends) = ends {
        Store::new(&pool.client).save(&world, &UserName::new("sub"), &tokens(ends.saturating_sub(3600), ends));
    }
    let told = Rc::new(RefCell::new(Vec::new()));
    let keeper = Keeper::new(pool, limits, world.clone(), {
        let told = told.clone();
        move |change| told.borrow_mut().push(change)
    });
    Scene { world, keeper, told }
}

impl Scene {
    fn last_session(&self) -> Session {
        let told = self.told.borrow();
        let session = told.iter().rev().find_map(|change| match change {
            Change::Session(session) => Some(session.clone()),
            _ => None,
        });
        session.expect("no session was told")
    }

    fn is_signed_in(&self) -> bool {
        matches!(self.last_session(), Session::SignedIn(_))
    }

    /// Renews what ends soon; whether that worked.
    async fn renewed(&self) -> bool {
        matches!(self.keeper.fresh_tokens(None, REFRESH_AHEAD).await, Some(Refreshed::Fresh(_) | Refreshed::Ended))
    }

    /// Who is stored, with whole tokens.
    fn whole(&self) -> Option<(UserName, Tokens)> {
        match Store::new(&ClientId::new("c")).load(&self.world) {
            Stored::Whole(user, tokens) => Some((user, tokens)),
            Stored::Broken(_) | Stored::Nobody => None,
        }
    }

    fn all_answers_were_used(&self) {
        assert!(self.world.answers.borrow().is_empty(), "{:?}", self.world.answers.borrow());
    }
}

#[test]
fn a_fresh_session_is_restored_at_once_and_brought_up_to_date() {
    let scene = scene(Some(5000), vec![("GetUser", user())]);
    run(scene.keeper.restore());
    let told = scene.told.borrow();
    let names: Vec<_> = told
        .iter()
        .map(|change| match change {
            Change::Session(Session::SignedIn(user)) => user.profile.display_name().unwrap().to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["ada@example.com", "Ada"]);
}

#[test]
fn nothing_or_garbage_in_storage_is_nobody() {
    let empty = scene(None, vec![]);
    run(empty.keeper.restore());
    assert_eq!(empty.last_session(), Session::SignedOut);

    let garbage = scene(Some(5000), vec![]);
    garbage.world.set("CognitoIdentityServiceProvider.c.sub.accessToken", "not a token");
    let before = garbage.world.storage.borrow().len();
    run(garbage.keeper.restore());
    assert_eq!(garbage.last_session(), Session::SignedOut);
    assert_eq!(garbage.world.storage.borrow().len(), before, "what is not understood is not deleted");
}

#[test]
fn tokens_that_end_soon_are_refreshed_first() {
    let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600)), ("GetUser", user())]);
    run(scene.keeper.restore());
    assert!(scene.is_signed_in());
    assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
    let refresh = scene.world.get("CognitoIdentityServiceProvider.c.sub.refreshToken");
    assert_eq!(refresh.as_deref(), Some("refresh-1"), "kept where the pool does not rotate");
    scene.all_answers_were_used();
}

#[test]
fn a_server_without_the_new_operation_is_asked_the_old_way() {
    let answers = vec![
        ("GetTokensFromRefreshToken", refused("UnknownOperationException")),
        ("InitiateAuth", renewed(1000, 4600)),
        ("GetUser", user()),
    ];
    let scene = scene(Some(900), answers);
    run(scene.keeper.restore());
    assert!(scene.is_signed_in());
    assert_eq!(scene.world.calls.borrow()[1].1["AuthFlow"], "REFRESH_TOKEN_AUTH");
}

#[test]
fn a_rotated_refresh_token_replaces_the_old_one() {
    let mut answer = renewed(1000, 4600).unwrap();
    answer.1["AuthenticationResult"]["RefreshToken"] = json!("refresh-2");
    let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", Ok(answer)), ("GetUser", user())]);
    run(scene.keeper.restore());
    let refresh = scene.world.get("CognitoIdentityServiceProvider.c.sub.refreshToken");
    assert_eq!(refresh.as_deref(), Some("refresh-2"));
}

#[test]
fn trouble_on_the_way_keeps_the_session_and_says_so() {
    for answer in [
        Err(Fault::Offline),
        Err(Fault::TimedOut),
        Ok((500, json!("oops"))),
        Ok((200, json!({}))),
        refused("TooManyRequestsException"),
        refused("InternalErrorException"),
    ] {
        let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", answer.clone())]);
        let before = scene.world.storage.borrow().clone();
        run(scene.keeper.restore());
        assert_eq!(*scene.world.storage.borrow(), before, "{answer:?}");
        match scene.last_session() {
            Session::SignedIn(user) => assert!(user.stale.is_some(), "{answer:?}"),
            other => panic!("{answer:?}: {other:?}"),
        }
    }
}

#[test]
fn a_definitive_refusal_ends_the_session_and_keeps_the_email() {
    for name in ["NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"] {
        let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", refused(name))]);
        scene.world.set(USER_EMAIL, "ada@example.com");
        run(scene.keeper.restore());
        assert_eq!(scene.last_session(), Session::SignedOut, "{name}");
        assert!(scene.told.borrow().contains(&Change::Ended(Ending::Refused)), "{name}");
        let keys: Vec<_> = scene.world.storage.borrow().keys().cloned().collect();
        assert_eq!(keys, [USER_EMAIL], "{name}");
    }
}

#[test]
fn a_token_the_server_rejects_is_refreshed_once() {
    let answers = vec![
        ("GetUser", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", renewed(1001, 4601)),
        ("GetUser", user()),
    ];
    let again = scene(Some(5000), answers);
    run(again.keeper.restore());
    assert!(again.is_signed_in());

    let answers = vec![
        ("GetUser", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", renewed(1001, 4601)),
        ("GetUser", refused("NotAuthorizedException")),
    ];
    let over = scene(Some(5000), answers);
    run(over.keeper.restore());
    assert_eq!(over.last_session(), Session::SignedOut);
    over.all_answers_were_used();
}

#[test]
fn tokens_of_another_tab_are_adopted_instead_of_refreshing_again() {
    let scene = scene(Some(1030), vec![("GetUser", user())]);
    *scene.world.meanwhile.borrow_mut() = Some(Box::new(|fake| {
        let key = "CognitoIdentityServiceProvider.c.sub.accessToken".to_owned();
        fake.storage.borrow_mut().insert(key, access(1000, 4600));
    }));
    run(scene.keeper.restore());
    assert!(scene.is_signed_in());
    assert_eq!(scene.world.calls.borrow()[0].1["AccessToken"], access(1000, 4600));
}

#[test]
fn tokens_of_another_tab_that_show_only_after_the_lock_are_adopted() {
    for answer in [renewed(1000, 4601), refused("NotAuthorizedException")] {
        let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", answer), ("GetUser", user())]);
        let store = Store::new(&ClientId::new("c"));
        *scene.world.under_way.borrow_mut() = Some(Box::new({
            let world = scene.world.clone();
            move |_| {
                let Stored::Whole(user, old) = store.load(&world) else { panic!("nobody is stored") };
                store.save(&world, &user, &Tokens { refresh: old.refresh, ..tokens(1000, 4600) });
            }
        }));
        run(scene.keeper.restore());
        assert_eq!(scene.world.calls.borrow()[1].1["AccessToken"], access(1000, 4600));
        let Session::SignedIn(user) = scene.last_session() else { panic!("signed out") };
        assert_eq!(user.stale, None);
    }
}

#[test]
fn a_sign_out_in_another_tab_wins_over_a_refresh() {
    let scene = scene(Some(1030), vec![]);
    *scene.world.meanwhile.borrow_mut() = Some(Box::new(|fake| fake.storage.borrow_mut().clear()));
    run(scene.renewed());
    assert!(scene.world.storage.borrow().is_empty(), "nothing is written back");
}

#[test]
fn a_refresh_that_is_overtaken_by_another_sign_in_changes_nothing() {
    for answer in [renewed(1000, 4600), refused("NotAuthorizedException")] {
        let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", answer)]);
        let store = Store::new(&ClientId::new("c"));
        let bob = Tokens { refresh: RefreshToken::new("bob"), ..tokens(1000, 4600) };
        *scene.world.under_way.borrow_mut() = Some(Box::new({
            let (store, bob, world) = (store.clone(), bob.clone(), scene.world.clone());
            move |_| {
                store.clear(&world);
                store.save(&world, &UserName::new("bob"), &bob);
            }
        }));
        assert!(!run(scene.renewed()), "to be looked at again");
        assert_eq!(scene.whole(), Some((UserName::new("bob"), bob)));
        assert!(scene.told.borrow().is_empty(), "nobody is told about a session that is gone");
    }
}

#[test]
fn a_renewal_that_failed_asks_to_be_tried_again() {
    let failing = scene(Some(1030), vec![("GetTokensFromRefreshToken", Err(Fault::ServerDown))]);
    assert!(!run(failing.renewed()));
    let working = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
    assert!(run(working.renewed()));
    assert!(working.told.borrow().contains(&Change::Renewed(4600)));
}

#[test]
fn a_clock_that_is_a_day_ahead_refreshes_once_not_for_ever() {
    const DAY: u64 = 86_400;
    let scene = scene(Some(4600), vec![("GetTokensFromRefreshToken", renewed(1010, 4610)), ("GetUser", user())]);
    scene.world.now.set(1010 + DAY);
    run(scene.keeper.restore());
    match scene.last_session() {
        Session::SignedIn(user) => assert_eq!(user.expires_at, 4610 + DAY, "by this machine's clock"),
        other => panic!("{other:?}"),
    }
    // A minute later the token is still good, and nothing is asked.
    scene.world.now.set(1070 + DAY);
    run(scene.renewed());
    scene.all_answers_were_used();
}

#[test]
fn signing_out_works_without_a_network() {
    let scene = scene(Some(5000), vec![("RevokeToken", Err(Fault::Offline))]);
    run(scene.keeper.sign_out(SignOut::ThisSession));
    assert_eq!(scene.last_session(), Session::SignedOut);
    assert!(scene.world.storage.borrow().is_empty());
    assert!(!scene.told.borrow().contains(&Change::Ended(Ending::Refused)), "the person did it, not the server");
}

#[test]
fn the_password_is_in_no_request_of_a_sign_in() {
    let scene =
        scene(None, vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", signed_in()), ("GetUser", user())]);
    scene.keeper.prepare();
    let attempt = run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert_eq!((attempt.asks, attempt.problem), (Asks::SignedIn, None));
    assert!(attempt.step().is_none(), "the tokens are in storage and nowhere else");
    assert!(scene.is_signed_in());
    let calls = scene.world.calls.borrow();
    assert!(calls.iter().all(|(_, body)| !body.to_string().contains("hunter2")));
    assert_eq!(calls[1].1["ChallengeResponses"]["USERNAME"], "sub", "the name that came back, not the typed one");
    assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
}

/// A sign-in from a device that the pool does not know yet.
fn from_a_new_device(confirmed: Result<(u16, Value), Fault>) -> Scene {
    let mut tokens = signed_in().unwrap();
    tokens.1["AuthenticationResult"]["NewDeviceMetadata"] = json!({"DeviceKey": "us-east-1_1", "DeviceGroupKey": "-g"});
    scene(
        None,
        vec![
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", Ok(tokens)),
            ("ConfirmDevice", confirmed),
            ("GetUser", user()),
        ],
    )
}

#[test]
fn a_new_device_is_confirmed_with_a_verifier_and_remembered() {
    let scene = from_a_new_device(Ok((200, json!({"UserConfirmationNecessary": false}))));
    run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert!(scene.is_signed_in());
    let stored = Store::new(&ClientId::new("c")).device(&scene.world, &UserName::new("sub")).unwrap();
    assert_eq!((stored.key.as_str(), stored.group.as_str()), ("us-east-1_1", "-g"));
    let confirm = &scene.world.calls.borrow()[2].1;
    assert_eq!(confirm["DeviceKey"], "us-east-1_1");
    assert_eq!(confirm["DeviceName"], "Browser/1.0", "what it is found by in a list");
    let made = DeviceSecret::new(&HostMath, &stored.group, &stored.key, &[7; SECRET_BYTES]);
    assert_eq!(confirm["DeviceSecretVerifierConfig"], serde_json::to_value(&made.verifier).unwrap());
    assert_eq!(stored.password, made.password);
    assert!(!confirm.to_string().contains(stored.password.as_str()), "it never leaves the browser");
}

#[test]
fn a_device_that_cannot_be_confirmed_does_not_keep_anybody_out() {
    let scene = from_a_new_device(Err(Fault::Offline));
    run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert!(scene.is_signed_in());
    assert_eq!(Store::new(&ClientId::new("c")).device(&scene.world, &UserName::new("sub")), None);
}

#[test]
fn a_remembered_device_proves_itself() {
    let start = json!({"ChallengeName": "DEVICE_SRP_AUTH", "Session": "s2", "ChallengeParameters": {}});
    let proof = json!({"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": "s3", "ChallengeParameters": {
        "SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ZWY=", "DEVICE_KEY": "us-east-1_1"}});
    let scene = scene(
        None,
        vec![
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", Ok((200, start))),
            ("RespondToAuthChallenge", Ok((200, proof))),
            ("RespondToAuthChallenge", signed_in()),
            ("GetUser", user()),
        ],
    );
    Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
    run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert!(scene.is_signed_in());
    let calls = scene.world.calls.borrow();
    assert_eq!(calls[0].1["AuthParameters"].get("DEVICE_KEY"), None, "the typed name is not the pool's");
    for (i, challenge) in [(1, "PASSWORD_VERIFIER"), (2, "DEVICE_SRP_AUTH"), (3, "DEVICE_PASSWORD_VERIFIER")] {
        assert_eq!(calls[i].1["ChallengeName"], challenge);
        assert_eq!(calls[i].1["ChallengeResponses"]["DEVICE_KEY"], "us-east-1_1");
        assert_eq!(calls[i].1["ChallengeResponses"]["USERNAME"], "sub");
    }
    assert!(calls[2].1["ChallengeResponses"]["SRP_A"].is_string());
    assert!(calls[3].1["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"].is_string());
    assert!(calls.iter().all(|(_, body)| !body.to_string().contains("device-password")));
}

#[test]
fn a_device_that_the_pool_has_forgotten_is_forgotten_and_the_sign_in_goes_on_without() {
    let forgotten = Ok((400, json!({"__type": "ResourceNotFoundException", "message": "Device does not exist."})));
    let scene = scene(
        None,
        vec![
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", forgotten),
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", signed_in()),
            ("GetUser", user()),
        ],
    );
    let store = Store::new(&ClientId::new("c"));
    store.save_device(&scene.world, &UserName::new("sub"), &device());
    run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert!(scene.is_signed_in());
    assert_eq!(store.device(&scene.world, &UserName::new("sub")), None);
    assert_eq!(scene.world.calls.borrow()[3].1["ChallengeResponses"].get("DEVICE_KEY"), None);
}

#[test]
fn a_refresh_names_the_remembered_device() {
    let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
    Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
    assert!(run(scene.renewed()));
    assert_eq!(scene.world.calls.borrow()[0].1["DeviceKey"], "us-east-1_1");
}

#[test]
fn an_authenticator_app_is_set_up_on_the_way_in() {
    let setup = json!({"ChallengeName": "MFA_SETUP", "Session": "s2", "ChallengeParameters": {
        "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]"}});
    let scene = scene(
        None,
        vec![
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", Ok((200, setup))),
            ("AssociateSoftwareToken", Ok((200, json!({"SecretCode": "ABCDEFGHIJKLMNOP", "Session": "s3"})))),
            ("VerifySoftwareToken", Ok((200, json!({"Status": "SUCCESS", "Session": "s4"})))),
            ("RespondToAuthChallenge", signed_in()),
            ("GetUser", user()),
        ],
    );
    let attempt = run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert_eq!(attempt.asks, Asks::SetUpMfa);
    let attempt = run(scene.keeper.sign_in(attempt, Input::SetUp(MfaSetup::Totp)));
    assert_eq!(attempt.asks, Asks::ScanTotp);
    let verify = Input::VerifyTotp { code: TotpCode::new("123456"), name: None };
    run(scene.keeper.sign_in(attempt, verify));
    assert!(scene.is_signed_in());
    let calls = scene.world.calls.borrow();
    let sessions: Vec<_> = calls[1..5].iter().map(|(_, body)| body["Session"].as_str().unwrap()).collect();
    assert_eq!(sessions, ["s", "s2", "s3", "s4"], "each is used once");
}

#[test]
fn a_refusal_that_is_not_about_the_token_leaves_the_session_alone() {
    let body = json!({"__type": "NotAuthorizedException",
                      "message": "A client attempted to write unauthorized attribute"});
    let scene = scene(Some(5000), vec![("UpdateUserAttributes", Ok((400, body)))]);
    let update = |token| UpdateUserAttributes::new(token, vec![]);
    let error = run(centre::authorised(&*scene.keeper, update)).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::AttributeNotWritable));
    assert!(scene.told.borrow().is_empty());
    assert!(!scene.world.storage.borrow().is_empty());
    scene.all_answers_were_used();
}

#[test]
fn only_what_is_sent_is_remembered_and_only_when_it_worked() {
    let answer = json!({"UserConfirmed": false, "Session": "s",
        "CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}});
    let worked = scene(None, vec![("SignUp", Ok((200, answer)))]);
    let user = UserName::new("ada@example.com");
    let signed_up = run(worked.keeper.sign_up(user.clone(), Some(Password::new("p")), vec![])).unwrap();
    assert!(!signed_up.confirmed);
    assert_eq!(signed_up.sent.unwrap().delivery_medium, Some(DeliveryMedium::Email));
    assert_eq!(signed_up.session, Some(ChallengeSession::new("s")));
    assert_eq!(worked.world.get(USER_EMAIL).as_deref(), Some("ada@example.com"));

    let failed = scene(None, vec![("SignUp", refused("UsernameExistsException"))]);
    assert!(run(failed.keeper.sign_up(user, None, vec![])).is_err());
    assert!(failed.world.storage.borrow().is_empty());
    assert_eq!(failed.world.calls.borrow()[0].1.get("Password"), None, "none was chosen");
}

#[test]
fn a_code_that_outlives_the_session_of_its_sign_up_counts_all_the_same() {
    let over =
        json!({"__type": "NotAuthorizedException", "message": "Invalid session for the user, session is expired."});
    let scene = scene(None, vec![("ConfirmSignUp", Ok((400, over))), ("ConfirmSignUp", Ok((200, json!({}))))]);
    let (ada, code) = (UserName::new("ada@example.com"), ConfirmationCode::new("123456"));
    assert_eq!(run(scene.keeper.confirm_sign_up(ada, code, Some(ChallengeSession::new("s1")))), Ok(None));
    assert_eq!(scene.world.calls.borrow()[1].1.get("Session"), None);
    scene.all_answers_were_used();
}

#[test]
fn whoever_confirms_an_account_is_signed_in_by_the_sessions_of_the_two_calls() {
    let scene = scene(
        None,
        vec![
            ("ConfirmSignUp", Ok((200, json!({"Session": "s2"})))),
            ("InitiateAuth", signed_in()),
            ("GetUser", user()),
        ],
    );
    let (ada, code) = (UserName::new("ada@example.com"), ConfirmationCode::new("123456"));
    let session = Some(ChallengeSession::new("s1"));
    let session = run(scene.keeper.confirm_sign_up(ada.clone(), code, session)).unwrap().unwrap();
    let input = Input::Submit { user: ada, way: Way::SignedUp(session) };
    assert_eq!(run(scene.keeper.sign_in(Attempt::default(), input)).asks, Asks::SignedIn);
    assert!(scene.is_signed_in());
    let calls = scene.world.calls.borrow();
    assert_eq!(calls[0].1["Session"], "s1");
    assert_eq!((&calls[1].1["Session"], &calls[1].1["AuthFlow"]), (&json!("s2"), &json!("USER_AUTH")));
    assert!(scene.world.storage.borrow().values().all(|text| text != "s1" && text != "s2"), "nowhere but here");
}

#[test]
fn a_profile_that_comes_after_somebody_else_signed_in_is_not_theirs() {
    let scene = scene(Some(5000), vec![("GetUser", user())]);
    *scene.world.under_way.borrow_mut() = Some(Box::new({
        let world = scene.world.clone();
        move |_| {
            Store::new(&ClientId::new("c")).save(&world, &UserName::new("bob"), &tokens(1000, 4600));
        }
    }));
    run(scene.keeper.restore());
    assert_eq!(scene.told.borrow().len(), 1, "{:?}", scene.told.borrow());
}

const OAUTH: &str = "CognitoIdentityServiceProvider.c.oauthSignIn";
const LOGOUT: &str = "https://domain.test/logout?client_id=c&logout_uri=https%3A%2F%2Fapp.test%2Fbye";

/// A parameter of an address.
fn parameter(url: &str, name: &str) -> String {
    let pairs = url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_owned()).unwrap()
}

/// Tokens for a request.
fn social(url: &str) -> Result<(u16, Value), Fault> {
    let claims = json!({"iss": "https://idp.test/us-east-1_Test", "aud": "c", "token_use": "id", "sub": "sub",
                        "nonce": parameter(url, "nonce"), "email": "mira@social.test"});
    let id = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
    Ok((200, json!({"access_token": access(1000, 4600), "id_token": id, "refresh_token": "r"})))
}

fn spent() -> Result<(u16, Value), Fault> {
    Ok((400, json!({"error": "invalid_grant"})))
}

impl Scene {
    /// Begins a sign-in at a provider; gives the address the browser is sent to.
    fn begin(&self) -> String {
        self.keeper.begin_social("Google", Some("/asked?for".into())).unwrap()
    }

    fn finish(&self, query: &str) -> Finished {
        run(self.keeper.finish_social(query.to_owned()))
    }

    fn will_answer(&self, answers: Vec<Answer>) {
        self.world.answers.borrow_mut().extend(answers);
    }
}

fn failed(next: Option<&str>, failure: Failure) -> Finished {
    Finished { next: next.map(str::to_owned), result: Err(failure) }
}

#[test]
fn a_sign_in_at_a_provider_becomes_a_session_like_any_other() {
    let scene = scene(None, vec![]);
    let url = scene.begin();
    assert!(url.starts_with("https://domain.test/oauth2/authorize?") && !url.contains("asked"), "{url}");
    scene.will_answer(vec![("token", social(&url))]);
    let finished = scene.finish(&format!("code=c0de&state={}", parameter(&url, "state")));
    assert_eq!(finished, Finished { next: Some("/asked?for".into()), result: Ok(()) });
    let Session::SignedIn(user) = scene.last_session() else { panic!("nobody is signed in") };
    assert_eq!(user.profile.email(), Some("mira@social.test"));
    assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
    assert_eq!(scene.world.get(OAUTH).as_deref(), Some("true,false"));
    let calls = scene.world.calls.borrow();
    assert_eq!((&calls[0].1["code"], &calls[0].1["client_id"]), (&json!("c0de"), &json!("c")));
    let verifier = CodeVerifier::new(calls[0].1["code_verifier"].as_str().unwrap());
    assert_eq!(oauth::code_challenge(&verifier), parameter(&url, "code_challenge"));
    scene.all_answers_were_used();
}

#[test]
fn nobody_is_sent_away_who_could_not_finish_when_they_come_back() {
    let scene = scene(None, vec![]);
    scene.world.forgetful.set(true);
    assert_eq!(scene.keeper.begin_social("Google", None), None);
}

#[test]
fn an_answer_counts_once_and_only_where_it_was_asked_for() {
    let scene = scene(None, vec![]);
    let stray = failed(None, Failure::Stray);
    assert_eq!(scene.finish("code=c0de&state=x"), stray, "another tab, or a bookmark");
    let url = scene.begin();
    let query = format!("code=c0de&state={}", parameter(&url, "state"));
    scene.will_answer(vec![("token", social(&url))]);
    assert!(scene.finish(&query).result.is_ok());
    assert_eq!(scene.finish(&query), stray, "the same again");
    scene.begin();
    assert_eq!(scene.finish("code=c0de&state=forged"), failed(Some("/asked?for"), Failure::OtherState));
    assert_eq!(scene.finish(&query), stray, "a wrong answer uses the request up");
    assert_eq!(scene.world.calls.borrow().len(), 1, "no wrong answer reaches the token endpoint");
}

#[test]
fn every_other_way_it_can_end_signs_nobody_in() {
    let refused = |refusal| Failure::Refused(refusal);
    let table: [(&str, u64, Option<Answer>, Failure); 6] = [
        ("error=access_denied", 0, None, refused(Refusal::Cancelled)),
        ("error=invalid_request&error_description=Already+found", 0, None, refused(Refusal::EmailTaken)),
        ("code=c0de", PENDING_SECONDS + 1, None, Failure::TooLate),
        ("code=c0de", 0, Some(("token", spent())), Failure::CodeSpent),
        (
            "code=c0de",
            0,
            Some(("token", Ok((400, json!({"error": "invalid_client"}))))),
            refused(Refusal::Misconfigured),
        ),
        ("code=c0de", 0, Some(("token", social("?nonce=other"))), Failure::OtherToken),
    ];
    for (query, later, answer, failure) in table {
        let scene = scene(None, answer.into_iter().collect());
        let url = scene.begin();
        scene.world.now.set(1000 + later);
        let finished = scene.finish(&format!("{query}&state={}", parameter(&url, "state")));
        assert_eq!(finished, failed(Some("/asked?for"), failure), "{query}");
        assert!(scene.told.borrow().is_empty() && scene.world.storage.borrow().is_empty(), "{query}");
        assert!(scene.world.tab.borrow().is_empty(), "{query}");
        scene.all_answers_were_used();
    }
}

#[test]
fn an_exchange_without_an_answer_is_tried_again_without_asking_the_provider() {
    let scene = scene(None, vec![("token", Err(Fault::Offline))]);
    let url = scene.begin();
    let query = format!("code=c0de&state={}", parameter(&url, "state"));
    assert_eq!(scene.finish(&query), failed(Some("/asked?for"), Failure::NoAnswer(Fault::Offline)));
    scene.will_answer(vec![("token", social(&url))]);
    assert_eq!(scene.finish(&query), Finished { next: Some("/asked?for".into()), result: Ok(()) });
    assert!(scene.is_signed_in());
    let calls = scene.world.calls.borrow();
    assert_eq!(calls[0], calls[1], "the same request");
}

#[test]
fn signing_out_of_a_session_from_the_domain_goes_by_the_domain() {
    let revoked = || vec![("RevokeToken", Ok((200, json!({}))))];
    let from_domain = |answers| {
        let scene = scene(Some(5000), answers);
        Store::new(&ClientId::new("c")).note_domain(&scene.world, true);
        scene
    };
    let leaving = from_domain(revoked());
    assert_eq!(run(leaving.keeper.sign_out(SignOut::ThisSession)), SignedOut::Leave(LOGOUT.into()));
    assert!(leaving.world.storage.borrow().is_empty());
    assert!(leaving.told.borrow().is_empty(), "it is not done before the browser has been there");

    let offline = from_domain(vec![("RevokeToken", Err(Fault::Offline))]);
    assert_eq!(run(offline.keeper.sign_out(SignOut::ThisSession)), SignedOut::NotAtPool);
    assert_eq!(offline.last_session(), Session::SignedOut);

    let no_way_back = |pool: &mut Pool| pool.domain.as_mut().unwrap().logout_uri = None;
    let nowhere = scene_with(Some(5000), revoked(), no_way_back, Limits::default());
    Store::new(&ClientId::new("c")).note_domain(&nowhere.world, true);
    assert_eq!(run(nowhere.keeper.sign_out(SignOut::ThisSession)), SignedOut::NotAtPool);
    assert_eq!(nowhere.last_session(), Session::SignedOut);

    let with_password = scene(Some(5000), revoked());
    assert_eq!(run(with_password.keeper.sign_out(SignOut::ThisSession)), SignedOut::Done);
    assert_eq!(with_password.last_session(), Session::SignedOut);
}

#[test]
fn a_session_by_password_after_one_from_the_domain_is_none_from_the_domain() {
    let answers = vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", signed_in()), ("GetUser", user())];
    let scene = scene(None, answers);
    Store::new(&ClientId::new("c")).note_domain(&scene.world, true);
    run(scene.keeper.sign_in(Attempt::default(), submit()));
    assert!(scene.is_signed_in());
    assert_eq!(scene.world.get(OAUTH), None);
}

/// What a provider's answer makes of whoever is stored by then, and what was said to other tabs.
fn comes_back(scene: &Scene) -> Vec<Message> {
    scene.world.work.take();
    let url = scene.begin();
    scene.will_answer(vec![("token", social(&url)), ("RevokeToken", Ok((200, json!({}))))]);
    assert!(scene.finish(&format!("code=c0de&state={}", parameter(&url, "state"))).result.is_ok());
    work(scene);
    assert_eq!(scene.whole().unwrap().1.refresh, RefreshToken::new("r"));
    scene.world.said.take().iter().filter_map(|text| Message::read(text)).collect()
}

#[test]
fn a_session_that_a_sign_in_at_a_provider_takes_the_place_of_is_ended_at_the_pool() {
    let scene = scene(Some(5000), vec![]);
    let said = comes_back(&scene);
    assert_eq!(revoked(&scene), ["refresh-1"]);
    let session = SessionMark::of(&tokens(1400, 5000));
    assert_eq!(said, [Message::Renewed { session, tokens: None }]);
    scene.all_answers_were_used();
    // What another tab has refreshed while we waited for it.
    let refreshed = super::tests::scene(Some(5000), vec![]);
    let world = refreshed.world.clone();
    refreshed.world.meanwhile.replace(Some(Box::new(move |_| {
        let fresh = Tokens { refresh: RefreshToken::new("refresh-2"), ..tokens(1500, 5100) };
        Store::new(&ClientId::new("c")).renew(&world, &UserName::new("sub"), &fresh);
    })));
    comes_back(&refreshed);
    assert_eq!(revoked(&refreshed), ["refresh-2"]);
    // Copies of the tab find nothing in a storage of their own.
    let copied = super::tests::scene(Some(5000), vec![]);
    copied.world.full.set(true);
    let said = comes_back(&copied);
    assert!(matches!(&said[..], [Message::Renewed { tokens: Some(_), .. }]), "{said:?}");
}

#[test]
fn whoever_comes_back_from_a_provider_as_somebody_else_ends_the_session_of_whoever_left() {
    let scene = scene(None, vec![]);
    let bobs = Tokens { refresh: RefreshToken::new("bob's"), ..tokens(1000, 5000) };
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("bob"), &bobs);
    let said = comes_back(&scene);
    assert_eq!(revoked(&scene), ["bob's"]);
    assert_eq!(said, [Message::Over { session: SessionMark::of(&bobs), ending: Ending::SignedOut }]);
    assert!(scene.is_signed_in());
    scene.all_answers_were_used();
}

#[test]
fn a_sign_in_over_a_session_ends_that_one_and_one_over_none_waits_for_nobody() {
    let answers = || vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", signed_in()), ("GetUser", user())];
    let over = scene(Some(5000), [answers(), vec![("RevokeToken", Ok((200, json!({}))))]].concat());
    over.world.work.take();
    assert_eq!(run(over.keeper.sign_in(Attempt::default(), submit())).asks, Asks::SignedIn);
    assert_eq!(over.whole(), Some((UserName::new("sub"), proved())));
    work(&over);
    assert_eq!(revoked(&over), ["refresh-1"]);
    over.all_answers_were_used();

    let none = scene(None, answers());
    none.world.work.take();
    none.world.meanwhile.replace(Some(Box::new(|_| panic!("there is nothing to wait for"))));
    assert_eq!(run(none.keeper.sign_in(Attempt::default(), submit())).asks, Asks::SignedIn);
    work(&none);
    assert!(revoked(&none).is_empty());
    assert!(none.world.said.borrow().is_empty());
}

#[test]
fn what_the_pool_takes_for_the_same_session_is_not_ended_by_a_sign_in() {
    let claims = json!({"username": "sub", "iat": 1000, "exp": 4600, "origin_jti": "o"}).to_string();
    let access = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
    let scene = scene(None, vec![]);
    scene.world.work.take();
    let stored = Tokens { access: AccessToken::new(access.clone()), ..tokens(1000, 4600) };
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("sub"), &stored);
    let url = scene.begin();
    let (status, mut answer) = social(&url).unwrap();
    answer["access_token"] = json!(access);
    scene.will_answer(vec![("token", Ok((status, answer)))]);
    assert!(scene.finish(&format!("code=c0de&state={}", parameter(&url, "state"))).result.is_ok());
    work(&scene);
    assert!(revoked(&scene).is_empty());
}

/// An ID token of somebody whom the pool knows by a provider.
fn of_google() -> IdToken {
    let claims = json!({"sub": "sub", "cognito:username": "google_1", "email": "mira@social.test",
        "identities": [{"userId": "1", "providerName": "Google", "dateCreated": "1700000001999"}]});
    IdToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string())))
}

#[test]
fn which_provider_somebody_comes_from_is_known_before_the_pool_has_answered() {
    let answers = vec![("GetUser", Err(Fault::Offline))];
    let scene = scene(None, answers);
    let claims = json!({"username": "google_1", "iat": 1000, "exp": 4600}).to_string();
    let access = AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
    let stored = Tokens { access, id: of_google(), ..tokens(1000, 4600) };
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("google_1"), &stored);
    run(scene.keeper.restore());
    let told = scene.told.borrow();
    assert_eq!(told.len(), 2, "at once, and when there was no answer");
    for change in told.iter() {
        let Change::Session(Session::SignedIn(user)) = change else { panic!("{change:?}") };
        let provider = centre::password::made_by_provider(&user.username, &user.profile);
        assert_eq!(provider.as_deref(), Some("Google"));
        let linked = centre::data::linked(&user.profile);
        assert_eq!(linked.iter().map(|linked| linked.since).collect::<Vec<_>>(), [Some(1_700_000_001)]);
    }
}

#[test]
fn what_a_server_does_not_have_is_no_error_and_any_other_name_is_one() {
    let list = |answer| {
        let scene = scene(Some(5000), vec![("ListUserSessions", answer)]);
        run(centre::sessions::list(&*scene.keeper)).unwrap_err()
    };
    for offers_none in
        [refused("UnknownOperationException"), refused("OperationNotEnabledException"), Ok((501, json!(1)))]
    {
        let error = list(offers_none);
        assert!(centre::lacks(&error), "{error:?}");
    }
    for trouble in [refused("NeverHeardOfException"), refused("InternalErrorException"), refused("InternalFailure")] {
        let error = list(trouble);
        assert!(!centre::lacks(&error), "{error:?}");
    }
    let all = |sessions| {
        let answers = vec![
            ("GetUser", user()),
            ("GetUserAuthFactors", refused("UnknownOperationException")),
            ("ListDevices", Ok((200, json!({"Devices": []})))),
            ("ListWebAuthnCredentials", Ok((200, json!({"Credentials": []})))),
            ("ListUserSessions", refused(sessions)),
        ];
        let scene = scene(Some(5000), answers);
        let file = run(centre::data::export(&*scene.keeper, 0));
        file.map(|text| serde_json::from_str::<Value>(&text).unwrap()["not_available"].clone())
    };
    assert_eq!(all("UnknownOperationException"), Ok(json!(["sign_in_factors", "sessions"])));
    assert_eq!(all("NeverHeardOfException").unwrap_err().kind(), Some(ErrorKind::Unknown));
}

#[test]
fn a_factor_that_was_removed_elsewhere_is_not_switched_on_by_preferring_it() {
    use centre::factors::{self, Factor, Factors};
    let user = |on: Value, preferred: Value| {
        let user = json!({"Username": "sub", "UserAttributes": [], "UserMFASettingList": on, "PreferredMfaSetting": preferred});
        ("GetUser", Ok((200, user)))
    };
    let set = || ("SetUserMFAPreference", Ok((200, json!({}))));
    let shown = Factors { on: vec![Factor::App, Factor::Email], preferred: Some(Factor::App) };
    let prefer = |answers, wanted| {
        let scene = scene(Some(5000), answers);
        let answer = run(factors::prefer(&*scene.keeper, &shown, wanted));
        scene.all_answers_were_used();
        let calls = scene.world.calls.take();
        (answer, calls.into_iter().filter(|(name, _)| name == "SetUserMFAPreference").map(|(_, body)| body).collect())
    };
    let (answer, sent): (_, Vec<Value>) =
        prefer(vec![user(json!(["SOFTWARE_TOKEN_MFA"]), json!(null))], Some(Factor::Email));
    assert_eq!(answer.unwrap_err().kind(), Some(ErrorKind::InvalidParameter));
    assert!(sent.is_empty());
    let (answer, sent) = prefer(vec![user(json!(["EMAIL_OTP"]), json!(null))], None);
    assert!(answer.is_ok() && sent.is_empty(), "the preferred one is gone");
    // Another one is preferred by now: that is what is taken back.
    let (answer, sent) =
        prefer(vec![user(json!(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]), json!("EMAIL_OTP")), set()], None);
    assert_eq!(answer, Ok(()));
    assert_eq!(sent[0]["EmailMfaSettings"], json!({"Enabled": true, "PreferredMfa": false}));
    assert_eq!(sent[0].get("SoftwareTokenMfaSettings"), None);
}

/// Carries out what nobody waits for; what waits for something else is left.
fn carry_out(scene: &Scene) {
    let work = scene.world.work.take();
    for mut task in work {
        let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

fn call_api(scene: &Scene) -> Result<ApiAnswer, Error> {
    run(scene.keeper.call_api(ApiRequest { method: "GET", url: "https://api.test/".into(), body: None }))
}

#[test]
fn a_server_that_trusts_the_pool_gets_the_access_token_and_one_more_try() {
    let good = || Ok((200, json!("hello")));
    let scene = scene(Some(5000), vec![("https://api.test/", good())]);
    assert_eq!(call_api(&scene), Ok(ApiAnswer { status: 200, body: "hello".into() }));
    let sent = scene.world.calls.borrow()[0].1["authorization"].clone();
    assert_eq!(sent, format!("Bearer {}", access(1400, 5000)));

    scene.will_answer(vec![
        ("https://api.test/", Ok((401, json!("no")))),
        ("GetTokensFromRefreshToken", renewed(1000, 4600)),
        ("https://api.test/", good()),
    ]);
    assert_eq!(call_api(&scene).unwrap().status, 200);
    assert_eq!(scene.world.calls.borrow()[3].1["authorization"], format!("Bearer {}", access(1000, 4600)));
    scene.all_answers_were_used();
}

#[test]
fn a_server_that_refuses_twice_ends_no_session() {
    let refused = || ("https://api.test/", Ok((401, json!("no"))));
    let answers = vec![refused(), ("GetTokensFromRefreshToken", renewed(1000, 4600)), refused()];
    let scene = scene(Some(5000), answers);
    assert_eq!(call_api(&scene).unwrap().status, 401);
    assert!(scene.whole().is_some());
    assert!(!scene.told.borrow().iter().any(|change| matches!(change, Change::Ended(_))));
}

#[test]
fn nobody_has_nothing_to_send() {
    let scene = scene(None, vec![]);
    assert_eq!(call_api(&scene), Err(not_authorized()));
    assert_eq!(run(scene.keeper.access_token()), Err(not_authorized()));
}

const IDENTITY: &str = "us-east-1:d00d0a2d-0000-4000-8000-000000000002";

fn with_identity_pool(pool: &mut Pool) {
    let id = IdentityPoolId::parse("us-east-1:d00d0a2d-0000-4000-8000-000000000001").unwrap();
    pool.identity_pool = Some(IdentityPool { id, guests: true });
}

fn credentials(ends: u64) -> Vec<Answer> {
    let credentials =
        json!({"AccessKeyId": "ASIA", "SecretKey": "s3cr3t", "SessionToken": "t0k3n", "Expiration": ends});
    vec![
        ("GetId", Ok((200, json!({"IdentityId": IDENTITY})))),
        ("GetCredentialsForIdentity", Ok((200, json!({"IdentityId": IDENTITY, "Credentials": credentials})))),
    ]
}

#[test]
fn aws_credentials_are_kept_until_they_end_and_not_longer_than_the_session() {
    let scene = scene_with(Some(4600), credentials(4600), with_identity_pool, Limits::default());
    let first = run(scene.keeper.aws_access()).unwrap();
    assert_eq!((first.identity.as_str(), first.guest, first.expires_at), (IDENTITY, false, 4600));
    let logins = &scene.world.calls.borrow()[0].1["Logins"].clone();
    assert_eq!(logins["cognito-idp.us-east-1.amazonaws.com/us-east-1_Test"], id());
    assert_eq!(run(scene.keeper.aws_access()).unwrap(), first, "the same again, without asking");
    assert!(scene.world.storage.borrow().values().all(|text| !text.contains("s3cr3t")), "in memory only");
    assert!(!format!("{first:?}").contains("s3cr3t") && !format!("{first:?}").contains("t0k3n"));

    scene.world.now.set(4310);
    scene.will_answer(credentials(8000));
    assert_eq!(run(scene.keeper.aws_access()).unwrap().expires_at, 8000, "ahead of their end");

    scene.will_answer(vec![("RevokeToken", Ok((200, json!({}))))]);
    run(scene.keeper.sign_out(SignOut::ThisSession));
    scene.will_answer(credentials(8000));
    assert!(run(scene.keeper.aws_access()).unwrap().guest, "nobody's are somebody else's");
    assert_eq!(scene.world.calls.borrow().last().unwrap().1.get("Logins"), None);
    scene.all_answers_were_used();
}

#[test]
fn without_an_identity_pool_or_guests_there_are_no_aws_credentials() {
    let none = scene(Some(9000), vec![]);
    let kind = |error: Error| error.kind().unwrap();
    assert_eq!(kind(run(none.keeper.aws_access()).unwrap_err()), ErrorKind::ResourceNotFound);
    let no_guests = |pool: &mut Pool| {
        with_identity_pool(pool);
        pool.identity_pool.as_mut().unwrap().guests = false;
    };
    let nobody = scene_with(None, vec![], no_guests, Limits::default());
    assert_eq!(kind(run(nobody.keeper.aws_access()).unwrap_err()), ErrorKind::NotAuthorized);
}

#[test]
fn credentials_that_come_after_somebody_else_has_signed_in_are_nobodys() {
    let scene = scene_with(Some(9000), credentials(4600), with_identity_pool, Limits::default());
    *scene.world.under_way.borrow_mut() = Some(Box::new({
        let world = scene.world.clone();
        move |_| {
            Store::new(&ClientId::new("c")).save(&world, &UserName::new("bob"), &tokens(1000, 9000));
        }
    }));
    assert!(run(scene.keeper.aws_access()).is_err());
    scene.will_answer(credentials(4600));
    assert!(run(scene.keeper.aws_access()).is_ok());
    scene.all_answers_were_used();
}

#[test]
fn sts_is_asked_with_a_signature_and_its_refusal_drops_the_credentials() {
    let answer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/R/C</Arn>\
                  <UserId>AROA:C</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                  </GetCallerIdentityResponse>";
    let mut answers = credentials(9000);
    answers.push(("http://sts/", Ok((200, json!(answer)))));
    let scene = scene_with(Some(9000), answers, with_identity_pool, Limits::default());
    let caller = run(scene.keeper.caller_identity()).unwrap();
    assert_eq!(caller.account, "123456789012");
    let headers = scene.world.calls.borrow()[2].1.clone();
    let signature = headers["authorization"].as_str().unwrap();
    assert!(
        signature.starts_with("AWS4-HMAC-SHA256 Credential=ASIA/19700101/us-east-1/sts/aws4_request"),
        "{signature}"
    );

    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>";
    scene.will_answer(vec![("http://sts/", Ok((403, json!(expired))))]);
    assert_eq!(run(scene.keeper.caller_identity()), Err(AwsFault::Aws(crate::aws::sts::Error::Expired)));
    scene.will_answer(credentials(9000));
    assert!(run(scene.keeper.aws_access()).is_ok(), "new ones");
    scene.all_answers_were_used();
}

const IDLE: Limits = Limits { idle: Some(900), total: None };

fn warnings(scene: &Scene) -> Vec<Option<u64>> {
    let told = scene.told.borrow();
    let ends = |change: &Change| match change {
        Change::Warning(warning) => Some(warning.map(|warning| warning.ends_at)),
        _ => None,
    };
    told.iter().filter_map(ends).collect()
}

#[test]
fn whoever_does_nothing_is_warned_and_then_signed_out() {
    let scene = scene_with(Some(90_000), vec![("GetUser", user())], |_| {}, IDLE);
    run(scene.keeper.restore());
    scene.world.now.set(1839);
    assert!(scene.keeper.mind_limits());
    assert_eq!(warnings(&scene), []);
    scene.world.now.set(1840);
    scene.keeper.mind_limits();
    assert_eq!(warnings(&scene), [Some(1900)]);
    scene.keeper.hear(News::Active);
    assert_eq!(warnings(&scene), [Some(1900), None], "any activity is an answer");
    scene.world.now.set(2740);
    assert!(!scene.keeper.mind_limits());
    assert!(scene.told.borrow().contains(&Change::Ended(Ending::Idle)));
    assert_eq!(scene.last_session(), Session::SignedOut);
    assert!(scene.world.storage.borrow().is_empty(), "{:?}", scene.world.storage);
    scene.will_answer(vec![("RevokeToken", Ok((200, json!({}))))]);
    carry_out(&scene);
    scene.all_answers_were_used();
}

#[test]
fn a_page_that_is_opened_after_the_limit_shows_nothing_of_anybody() {
    let scene = scene_with(Some(90_000), vec![], |_| {}, IDLE);
    scene.world.set("Doorward.c.lastActive", "1:50");
    run(scene.keeper.restore());
    assert!(!scene.told.borrow().iter().any(|change| matches!(change, Change::Session(Session::SignedIn(_)))));
    assert!(scene.told.borrow().contains(&Change::Ended(Ending::Idle)));
}

#[test]
fn what_another_tab_notes_counts_here_too() {
    let scene = scene_with(Some(90_000), vec![("GetUser", user())], |_| {}, IDLE);
    run(scene.keeper.restore());
    scene.world.now.set(1850);
    scene.world.set("Doorward.c.lastActive", "1:1800");
    assert!(scene.keeper.mind_limits());
    assert_eq!(warnings(&scene), []);
}

#[test]
fn the_longest_time_cannot_be_prolonged_but_its_warning_can_be_put_away() {
    let limits = Limits { idle: None, total: Some(3600) };
    let scene = scene_with(Some(90_000), vec![("GetUser", user())], |_| {}, limits);
    // These tokens were made at 86,400: the clock is behind, and the session began now.
    run(scene.keeper.restore());
    scene.world.now.set(1000 + 3300);
    scene.keeper.mind_limits();
    assert_eq!(warnings(&scene), [Some(4600)]);
    scene.keeper.dismiss_warning();
    assert_eq!(warnings(&scene), [Some(4600), None]);
    scene.keeper.mind_limits();
    assert_eq!(warnings(&scene).len(), 2, "once is enough");
    scene.world.now.set(4600);
    assert!(!scene.keeper.mind_limits());
    assert!(scene.told.borrow().contains(&Change::Ended(Ending::TooLong)));
}

#[test]
fn a_warning_that_was_read_does_not_come_back_because_the_clocks_seem_a_second_further_apart() {
    let limits = Limits { idle: None, total: Some(3600) };
    let scene = scene_with(Some(5000), vec![("GetUser", user())], |_| {}, limits);
    run(scene.keeper.restore());
    scene.world.now.set(4300);
    scene.keeper.mind_limits();
    let shown = warnings(&scene);
    assert!(matches!(shown[..], [Some(_)]), "{shown:?}");
    scene.keeper.dismiss_warning();
    for seconds in [399, 401] {
        scene.keeper.arrived(&tokens(4300 + seconds, 9000));
        scene.keeper.mind_limits();
        assert_eq!(warnings(&scene), [shown[0], None], "{seconds}");
    }
}

#[test]
fn the_ways_to_sign_out_tell_the_server_more_or_less() {
    for (how, answers) in [
        (SignOut::ThisBrowser, vec![]),
        (SignOut::ThisSession, vec![("RevokeToken", Ok((200, json!({}))))]),
        (SignOut::Everywhere, vec![("GlobalSignOut", Ok((200, json!({}))))]),
        (
            SignOut::Everywhere,
            vec![
                ("GlobalSignOut", refused("NotAuthorizedException")),
                ("GetTokensFromRefreshToken", renewed(1000, 4600)),
                ("GlobalSignOut", Ok((200, json!({})))),
            ],
        ),
    ] {
        let scene = scene(Some(5000), answers);
        assert_eq!(run(scene.keeper.sign_out(how)), SignedOut::Done, "{how:?}");
        assert_eq!(scene.last_session(), Session::SignedOut);
        assert!(scene.world.storage.borrow().is_empty(), "{how:?}: {:?}", scene.world.storage);
        scene.all_answers_were_used();
    }
}

#[test]
fn a_sign_out_that_the_server_has_not_heard_of_is_finished_later() {
    let scene = scene(Some(5000), vec![("RevokeToken", Err(Fault::Offline))]);
    scene.world.work.take();
    assert_eq!(run(scene.keeper.sign_out(SignOut::ThisSession)), SignedOut::Later);
    assert!(scene.world.storage.borrow().is_empty(), "here it is done");
    let mut later = scene.world.work.take();
    let mut poll =
        || later.iter_mut().all(|task| task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    scene.will_answer(vec![("RevokeToken", Err(Fault::Offline))]);
    assert!(!poll());
    scene.will_answer(vec![("RevokeToken", Ok((200, json!({}))))]);
    scene.keeper.hear(News::Awake);
    assert!(poll(), "the network is back");
    scene.all_answers_were_used();
}

#[test]
fn what_only_this_page_keeps_is_said_and_handed_to_copies_of_it() {
    let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
    scene.world.full.set(true);
    assert!(run(scene.renewed()));
    assert!(scene.told.borrow().contains(&Change::NotKept));
    let said = scene.world.said.borrow().clone();
    let copy = super::tests::scene(Some(1030), vec![]);
    copy.world.full.set(true);
    for text in said {
        copy.keeper.hear(News::Said(text));
    }
    assert_eq!(copy.whole().unwrap().1.access, AccessToken::new(access(1000, 4600)));
}

#[test]
fn where_storage_is_shared_no_token_is_in_a_message() {
    let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
    assert!(run(scene.renewed()));
    let said = scene.world.said.borrow();
    assert_eq!(said.len(), 1);
    assert!(!said[0].contains("refresh-1") && !said[0].contains("e30"), "{said:?}");
}

/// A tab that finds the storage without a session before it has heard why can only say that somebody signed out.
#[test]
fn why_a_session_is_over_is_said_before_the_storage_shows_it() {
    let scene = scene(Some(5000), vec![]);
    scene.keeper.deleted();
    let other = super::tests::scene(Some(5000), vec![("GetUser", user())]);
    run(other.keeper.restore());
    other.world.storage.replace(scene.world.seen_with.borrow()[0].clone());
    other.keeper.hear(News::Said(scene.world.said.borrow()[0].clone()));
    assert!(other.whole().is_some(), "the storage decides");
    other.world.storage.replace(scene.world.storage.borrow().clone());
    other.keeper.hear(News::Stored);
    assert!(other.told.borrow().contains(&Change::Ended(Ending::Deleted)));
}

#[test]
fn messages_about_other_sessions_change_nothing() {
    let scene = scene(Some(5000), vec![]);
    scene.world.full.set(true);
    let other = SessionMark::of(&Tokens { refresh: RefreshToken::new("other"), ..tokens(0, 99_000) });
    let own = SessionMark::of(&tokens(1400, 5000));
    assert_ne!(other, own);
    scene.keeper.hear(News::Said(Message::Over { session: other, ending: Ending::SignedOut }.write()));
    scene.keeper.hear(News::Said("{\"doorward\":\"over\"}".into()));
    scene.keeper.hear(News::Said("garbage".into()));
    assert!(scene.whole().is_some());
    scene.keeper.hear(News::Said(Message::Over { session: own, ending: Ending::SignedOut }.write()));
    assert!(scene.whole().is_none());
}

#[test]
fn half_a_session_in_storage_does_not_sign_an_open_page_out() {
    let scene = scene(Some(5000), vec![("GetUser", user()), ("GetUser", user())]);
    run(scene.keeper.restore());
    scene.world.remove("CognitoIdentityServiceProvider.c.sub.accessToken");
    scene.keeper.hear(News::Stored);
    assert!(scene.is_signed_in());
    run(scene.keeper.load_profile());
    assert_eq!(scene.world.calls.borrow()[1].1["AccessToken"], access(1400, 5000));
    scene.world.set("CognitoIdentityServiceProvider.c.sub.accessToken", "garbage");
    scene.keeper.hear(News::Stored);
    assert!(scene.is_signed_in());
}

#[test]
fn a_clock_difference_outlives_the_page() {
    const DAY: u64 = 86_400;
    let scene = scene(Some(4600), vec![("GetTokensFromRefreshToken", renewed(1010, 4610)), ("GetUser", user())]);
    scene.world.now.set(1010 + DAY);
    run(scene.keeper.restore());
    assert_eq!(scene.world.get("Doorward.c.clockAhead"), Some(format!("1:{DAY}")));
    scene.will_answer(vec![("GetUser", user())]);
    let pool = || scene.keeper.pool.clone();
    let next = Keeper::new(pool(), Limits::default(), scene.world.clone(), |_| {});
    run(next.restore());
    scene.all_answers_were_used();
    // The clock is set right: nobody knows that before new tokens come, but nothing is used beyond its time.
    scene.world.now.set(1020);
    assert_eq!(next.left(TokenTimes { issued_at: 1010, expires_at: 4610, together: true }), 3600);
}

#[test]
fn a_refusal_that_is_about_tokens_that_are_gone_ends_nothing() {
    let answers = vec![
        ("GetUser", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", renewed(1001, 4601)),
        ("GetUser", refused("NotAuthorizedException")),
    ];
    let scene = scene(Some(5000), answers);
    let other = Tokens { refresh: RefreshToken::new("bob"), ..tokens(1500, 5100) };
    // Bob signs in while the second refusal is on its way.
    let world = scene.world.clone();
    let stored = other.clone();
    scene.world.on_call(3, move |_| {
        Store::new(&ClientId::new("c")).save(&world, &UserName::new("bob"), &stored);
    });
    run(scene.keeper.load_profile());
    assert_eq!(scene.whole(), Some((UserName::new("bob"), other)));
    assert!(!scene.told.borrow().contains(&Change::Ended(Ending::Refused)));
}

#[test]
fn a_session_that_somebody_began_meanwhile_gets_its_own_refresh() {
    let answers = vec![
        ("GetUser", refused("NotAuthorizedException")),
        ("GetUser", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", renewed(2000, 5600)),
        ("GetUser", user()),
    ];
    let scene = scene(Some(5000), answers);
    let other = Tokens { refresh: RefreshToken::new("bob"), ..tokens(1500, 5100) };
    let (world, stored) = (scene.world.clone(), other.clone());
    scene.world.on_call(1, move |_| {
        Store::new(&ClientId::new("c")).save(&world, &UserName::new("bob"), &stored);
    });
    run(scene.keeper.load_profile());
    assert!(!scene.told.borrow().contains(&Change::Ended(Ending::Refused)));
    assert_eq!(scene.whole().unwrap().1.access, AccessToken::new(access(2000, 5600)));
    scene.all_answers_were_used();
}

fn keeps_a_device(scene: &Scene) {
    Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
}

#[test]
fn the_account_centre_asks_with_a_fresh_token_and_once_more_if_it_is_refused() {
    let sessions = json!({"Sessions": [{"SessionId": "o", "IsCurrentSession": true}, {"SessionId": "p"}]});
    let answers = vec![
        ("ListUserSessions", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", renewed(1001, 4601)),
        ("ListUserSessions", Ok((200, sessions))),
        ("DeleteUser", Ok((200, json!("")))),
    ];
    let scene = scene(Some(5000), answers);
    scene.world.plain.set(true);
    let account: &dyn Account = &*scene.keeper;
    let found = run(centre::authorised(account, ListUserSessions::new)).unwrap().sessions;
    assert_eq!(found.iter().map(|session| centre::is_current(account, session)).collect::<Vec<_>>(), [true, false]);
    assert!(run(centre::authorised(account, DeleteUser::new)).is_ok(), "an empty body says yes");
    let tokens: Vec<_> = scene.world.calls.borrow().iter().map(|(_, body)| body["AccessToken"].clone()).collect();
    assert_eq!(tokens[0], access(1400, 5000));
    assert_eq!(tokens[2..], [access(1001, 4601), access(1001, 4601)]);
    scene.all_answers_were_used();
}

#[test]
fn what_the_account_centre_is_refused_ends_the_session_only_if_it_is_definitive() {
    let list = |scene: &Scene| run(centre::authorised(&*scene.keeper, ListDevices::new)).unwrap_err();
    let wrong = json!({"__type": "NotAuthorizedException", "message": "Incorrect username or password."});
    let kept = scene(Some(5000), vec![("ListDevices", Ok((400, wrong))), ("ListDevices", Err(Fault::Offline))]);
    assert_eq!(list(&kept).reason(), Some(Reason::WrongPassword));
    assert_eq!(list(&kept), Error::Fault(Fault::Offline));
    assert!(kept.whole().is_some() && kept.told.borrow().is_empty());

    let answers = vec![
        ("ListDevices", refused("NotAuthorizedException")),
        ("GetTokensFromRefreshToken", refused("NotAuthorizedException")),
    ];
    let ended = scene(Some(5000), answers);
    assert_eq!(list(&ended), not_authorized());
    assert!(ended.told.borrow().contains(&Change::Ended(Ending::Refused)));

    let nobody = scene(None, vec![]);
    assert_eq!(list(&nobody), not_authorized());
    assert_eq!(nobody.last_session(), Session::SignedOut);
}

#[test]
fn a_profile_that_changed_is_read_again_and_the_other_tabs_hear_of_it() {
    let scene = scene(Some(5000), vec![("GetUser", user()), ("GetUser", Err(Fault::Offline))]);
    scene.world.set("CognitoIdentityServiceProvider.c.sub.userData", "{}");
    assert_eq!(run(scene.keeper.reload()), Ok(()));
    assert_eq!(scene.last_session().user().unwrap().display_name(), "Ada");
    assert_eq!(scene.world.get("CognitoIdentityServiceProvider.c.sub.userData"), None);
    let said = Message::Profile { session: SessionMark::of(&tokens(1400, 5000)) };
    assert_eq!(Message::read(&scene.world.said.borrow()[0]), Some(said));
    assert_eq!(run(scene.keeper.reload()), Err(Error::Fault(Fault::Offline)));
    assert!(scene.last_session().user().unwrap().stale.is_some());
    assert_eq!(run(super::tests::scene(None, vec![]).keeper.reload()), Err(not_authorized()));
}

#[test]
fn passkeys_are_made_by_the_browser() {
    let scene = scene(Some(5000), vec![]);
    let options = PasskeyOptions::parse(r#"{"challenge":"c"}"#).unwrap();
    let create = |comes: Result<&str, PasskeyFault>| {
        scene.world.passkey.replace(Some(comes.map(str::to_owned)));
        assert!(scene.keeper.passkeys_supported());
        run(scene.keeper.create_passkey(options.clone()))
    };
    assert_eq!(create(Ok(r#"{"id":"a"}"#)), Ok(PasskeyCredential::parse(r#"{"id":"a"}"#).unwrap()));
    assert_eq!(create(Ok("nonsense")), Err(PasskeyFault::Failed));
    assert_eq!(create(Err(PasskeyFault::Exists)), Err(PasskeyFault::Exists));
    assert_eq!(scene.world.asked_for.borrow()[0], options.to_json());
    assert!(!scene.keeper.passkeys_supported(), "the browser says so");
}

#[test]
fn an_authenticator_app_is_proven_before_it_is_on() {
    use centre::factors::{self, Factor, Factors};
    let standing = |preferred: Value| {
        let on = ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"];
        let user = json!({"Username": "sub", "UserAttributes": [], "UserMFASettingList": on, "PreferredMfaSetting": preferred});
        ("GetUser", Ok((200, user)))
    };
    let answers = vec![
        ("AssociateSoftwareToken", Ok((200, json!({"SecretCode": "JBSWY3DPEHPK3PXP"})))),
        ("VerifySoftwareToken", Ok((200, json!({"Status": "ERROR"})))),
        ("VerifySoftwareToken", Ok((200, json!({"Status": "SUCCESS"})))),
        ("SetUserMFAPreference", Ok((200, json!({})))),
        standing(Value::Null),
        ("SetUserMFAPreference", Ok((200, json!({})))),
        standing(json!("EMAIL_OTP")),
        ("SetUserMFAPreference", Ok((200, json!({})))),
    ];
    let scene = scene(Some(5000), answers);
    let account: &dyn Account = &*scene.keeper;
    assert_eq!(run(factors::new_app(account)).unwrap().as_str(), "JBSWY3DPEHPK3PXP");
    let confirm = || run(factors::confirm_app(account, TotpCode::new("123456"), DeviceName::parse("my phone")));
    assert_eq!(confirm().unwrap_err().kind(), Some(ErrorKind::EnableSoftwareTokenMFA));
    assert_eq!(confirm(), Ok(()));
    assert_eq!(run(factors::switch(account, Factor::App, true)), Ok(()));
    let mut now = Factors { on: vec![Factor::App, Factor::Email], preferred: None };
    assert_eq!(run(factors::prefer(account, &now, None)), Ok(()), "nothing to send");
    assert_eq!(run(factors::prefer(account, &now, Some(Factor::Email))), Ok(()));
    now.preferred = Some(Factor::Email);
    assert_eq!(run(factors::prefer(account, &now, None)), Ok(()));
    let calls = scene.world.calls.borrow();
    assert_eq!((&calls[2].1["UserCode"], &calls[2].1["FriendlyDeviceName"]), (&json!("123456"), &json!("my phone")));
    assert_eq!(calls[3].1["SoftwareTokenMfaSettings"], json!({"Enabled": true, "PreferredMfa": false}));
    assert_eq!(calls[5].1["EmailMfaSettings"], json!({"Enabled": true, "PreferredMfa": true}));
    assert_eq!(calls[7].1["EmailMfaSettings"], json!({"Enabled": true, "PreferredMfa": false}));
    scene.all_answers_were_used();
}

#[test]
fn a_passkey_goes_from_the_browser_to_the_pool_and_one_that_is_gone_is_forgotten() {
    use centre::passkeys::{self, NotMade};
    let begin = || ("StartWebAuthnRegistration", Ok((200, json!({"CredentialCreationOptions": {"challenge": "c"}}))));
    let answers = vec![
        begin(),
        ("CompleteWebAuthnRegistration", Ok((200, json!({})))),
        begin(),
        ("StartWebAuthnRegistration", Err(Fault::Offline)),
        ("DeleteWebAuthnCredential", refused("ResourceNotFoundException")),
        ("DeleteWebAuthnCredential", refused("LimitExceededException")),
    ];
    let scene = scene(Some(5000), answers);
    let account: &dyn Account = &*scene.keeper;
    let make = |comes: Result<&str, PasskeyFault>| {
        scene.world.passkey.replace(Some(comes.map(str::to_owned)));
        run(passkeys::make(account))
    };
    assert_eq!(make(Ok(r#"{"id":"a"}"#)), Ok(()));
    assert_eq!(scene.world.calls.borrow()[1].1["Credential"], json!({"id": "a"}));
    assert_eq!(make(Err(PasskeyFault::Cancelled)), Err(NotMade::Browser(PasskeyFault::Cancelled)));
    assert_eq!(make(Err(PasskeyFault::Cancelled)), Err(NotMade::Pool(Error::Fault(Fault::Offline))));
    let forget = || run(passkeys::forget(account, CredentialId::new("a")));
    assert_eq!(forget(), Ok(()));
    assert_eq!(forget().unwrap_err().kind(), Some(ErrorKind::LimitExceeded));
    scene.all_answers_were_used();
}

#[test]
fn this_browser_knows_which_device_it_is_and_forgets_it() {
    let scene = scene(Some(5000), vec![]);
    assert_eq!(scene.keeper.this_device(), None);
    keeps_a_device(&scene);
    assert_eq!(scene.keeper.this_device(), Some(device().key));
    scene.keeper.forget_this_device();
    assert_eq!(scene.keeper.this_device(), None);
    assert!(!scene.world.storage.borrow().keys().any(|key| key.contains("evice") || key.contains("randomPassword")));
    assert!(scene.whole().is_some());
}

#[test]
fn a_session_that_the_pool_does_not_mark_is_known_by_its_token() {
    let scene = scene(None, vec![]);
    assert_eq!(scene.keeper.session_origin(), None);
    let claims = json!({"username": "sub", "iat": 1000, "exp": 4600, "origin_jti": "o"}).to_string();
    let access = AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("sub"), &Tokens { access, ..tokens(1000, 4600) });
    assert_eq!(scene.keeper.session_origin(), Some(SessionId::new("o")));
    let session = |json: Value| serde_json::from_value::<UserSession>(json).unwrap();
    let is_current = |json| centre::is_current(&*scene.keeper, &session(json));
    assert!(is_current(json!({"SessionId": "o"})) && !is_current(json!({"SessionId": "p"})));
    assert!(!is_current(json!({"SessionId": "o", "IsCurrentSession": false})), "the pool knows best");
}

#[test]
fn a_deleted_account_leaves_nothing_behind_and_asks_the_server_nothing() {
    let scene = scene(Some(5000), vec![]);
    let mark = SessionMark::of(&tokens(1400, 5000));
    keeps_a_device(&scene);
    scene.world.set(USER_EMAIL, "ada@example.com");
    scene.keeper.deleted();
    assert!(scene.world.storage.borrow().is_empty(), "{:?}", scene.world.storage);
    let changes = [
        Change::Ended(Ending::Deleted),
        Change::Remembered(None),
        Change::Warning(None),
        Change::Session(Session::SignedOut),
    ];
    assert_eq!(*scene.told.borrow(), changes);
    let said = scene.world.said.take();
    assert_eq!(Message::read(&said[0]), Some(Message::Over { session: mark, ending: Ending::Deleted }));

    // A tab that shares the storage, and one that does not.
    for full in [false, true] {
        let other = super::tests::scene(Some(5000), vec![("GetUser", user())]);
        run(other.keeper.restore());
        other.world.full.set(full);
        other.keeper.hear(News::Said(said[0].clone()));
        if !full {
            assert!(other.is_signed_in(), "the storage decides");
            Store::new(&ClientId::new("c")).clear(&other.world);
            other.keeper.hear(News::Stored);
        }
        assert!(other.told.borrow().ends_with(&changes), "{:?}", other.told);
    }
}

/// What is proved again here with a password counts for ten minutes.
fn prove(scene: &Scene, attempt: Attempt, input: Input) -> Attempt {
    run(scene.keeper.prove(attempt, input, 600))
}

/// The tokens that `signed_in` answers with.
fn proved() -> Tokens {
    Tokens { refresh: RefreshToken::new("r"), ..tokens(1000, 4600) }
}

/// Carries out what nobody waits for, as far as it goes.
fn work(scene: &Scene) {
    for mut task in scene.world.work.take() {
        let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

fn revoked(scene: &Scene) -> Vec<Value> {
    let calls = scene.world.calls.borrow();
    calls.iter().filter(|(name, _)| name == "RevokeToken").map(|(_, body)| body["Token"].clone()).collect()
}

#[test]
fn whoever_proves_it_again_has_a_new_session_in_place_of_the_old_one_and_stays_where_they_are() {
    let answers = vec![
        ("InitiateAuth", verifier()),
        ("RespondToAuthChallenge", signed_in()),
        ("RevokeToken", Ok((200, json!({})))),
    ];
    let scene = scene(Some(5000), answers);
    scene.world.work.take();
    let attempt = prove(&scene, Attempt::default(), submit());
    assert_eq!((attempt.asks, attempt.problem), (Asks::SignedIn, None));
    assert_eq!(scene.whole(), Some((UserName::new("sub"), proved())));
    assert_eq!(*scene.told.borrow(), [Change::Renewed(4600)], "nothing that makes a guard look");
    let said = Message::Renewed { session: SessionMark::of(&tokens(1400, 5000)), tokens: None };
    assert_eq!(Message::read(&scene.world.said.borrow()[0]), Some(said));
    assert_eq!(scene.world.get(USER_EMAIL), None, "no name was typed");
    let parameters = scene.world.calls.borrow()[0].1["AuthParameters"].clone();
    assert_eq!(parameters["USERNAME"], "sub", "theirs, whatever is handed in");
    assert_eq!(parameters.get("ACCESS_TOKEN"), None);
    work(&scene);
    assert_eq!(revoked(&scene), ["refresh-1"]);
    scene.all_answers_were_used();
}

#[test]
fn the_pool_is_told_who_is_signed_in_where_it_asks_for_what_is_missing() {
    let claims = json!({"username": "sub", "iat": 1000, "exp": 4600, "auth_time": 300}).to_string();
    let fresh = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
    let code = json!({"ChallengeName": "EMAIL_OTP", "Session": "s",
        "ChallengeParameters": {"USERNAME": "sub", "CODE_DELIVERY_DESTINATION": "a***"}});
    let answers = vec![
        (
            "GetTokensFromRefreshToken",
            Ok((200, json!({"AuthenticationResult": {"AccessToken": fresh, "IdToken": id()}}))),
        ),
        ("InitiateAuth", Ok((200, code.clone()))),
        ("InitiateAuth", Ok((200, code))),
        ("RespondToAuthChallenge", refused("CodeMismatchException")),
        ("RespondToAuthChallenge", signed_in()),
    ];
    // The token has to be one that the pool takes.
    let scene = scene(Some(1030), answers);
    let choice = || Input::Submit { user: UserName::new(""), way: Way::Choice(None) };
    let asked = prove(&scene, Attempt::default(), choice());
    assert_eq!(asked.asks, Asks::Code);
    let parameters = |call: usize| scene.world.calls.borrow()[call].1["AuthParameters"].clone();
    let expected = json!({"USERNAME": "sub", "ACCESS_TOKEN": fresh, "MAX_AGE": "600",
        "TARGET_ACR_VALUES": "urn:cognito:loa:1"});
    assert_eq!(parameters(1), expected);
    // Somebody who has just signed in is asked for something all the same.
    run(scene.keeper.prove(Attempt::default(), choice(), 3600));
    assert_eq!(parameters(2)["MAX_AGE"], "0");
    let code = || Input::Code(ConfirmationCode::new("123456"));
    let again = prove(&scene, asked, code());
    assert_eq!((again.asks, again.problem.is_some()), (Asks::Code, true));
    assert_eq!(prove(&scene, again, code()).asks, Asks::SignedIn);
    assert_eq!(scene.whole(), Some((UserName::new("sub"), proved())));
    scene.all_answers_were_used();
}

#[test]
fn what_is_not_proved_changes_nothing() {
    let wrong = || Ok((400, json!({"__type": "NotAuthorizedException", "message": "Incorrect username or password."})));
    for (answers, reason) in [
        (vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", wrong())], Some(Reason::WrongPassword)),
        (vec![("InitiateAuth", Err(Fault::Offline))], None),
    ] {
        let scene = scene(Some(5000), answers);
        let before = scene.world.storage.borrow().clone();
        let attempt = prove(&scene, Attempt::default(), submit());
        assert_eq!(attempt.asks, Asks::Credentials);
        assert_eq!(attempt.problem.unwrap().reason(), reason);
        assert_eq!(*scene.world.storage.borrow(), before);
        assert!(scene.told.borrow().is_empty());
        scene.all_answers_were_used();
    }
    let nobody = scene(None, vec![]);
    assert_eq!(prove(&nobody, Attempt::default(), submit()).problem, Some(not_authorized()));
    let offline = scene(Some(1030), vec![("GetTokensFromRefreshToken", Err(Fault::Offline))]);
    let choice = Input::Submit { user: UserName::new(""), way: Way::Choice(None) };
    assert_eq!(prove(&offline, Attempt::default(), choice).problem, Some(Error::Fault(Fault::Offline)));
}

#[test]
fn somebody_else_who_proves_who_they_are_is_not_let_in() {
    let claims = json!({"username": "bob", "iat": 1000, "exp": 4600}).to_string();
    let bob = json!({"AuthenticationResult": {"AccessToken": format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)),
        "IdToken": id(), "RefreshToken": "bob's",
        "NewDeviceMetadata": {"DeviceKey": "us-east-1_1", "DeviceGroupKey": "-g"}}});
    let answers = vec![
        ("InitiateAuth", verifier()),
        ("RespondToAuthChallenge", Ok((200, bob))),
        ("RevokeToken", Ok((200, json!({})))),
    ];
    let scene = scene(Some(5000), answers);
    scene.world.work.take();
    let before = scene.world.storage.borrow().clone();
    let attempt = prove(&scene, Attempt::default(), submit());
    assert_eq!((attempt.asks, attempt.problem), (Asks::Credentials, Some(not_authorized())));
    assert_eq!(*scene.world.storage.borrow(), before);
    assert!(scene.told.borrow().is_empty());
    work(&scene);
    assert_eq!(revoked(&scene), ["bob's"]);
    scene.all_answers_were_used();
}

#[test]
fn a_session_that_is_over_or_somebody_elses_by_then_is_not_replaced() {
    for other in [None, Some(UserName::new("bob"))] {
        let answers = vec![
            ("InitiateAuth", verifier()),
            ("RespondToAuthChallenge", signed_in()),
            ("RevokeToken", Ok((200, json!({})))),
        ];
        let scene = scene(Some(5000), answers);
        scene.world.work.take();
        let (world, by_then) = (scene.world.clone(), other.clone());
        scene.world.on_call(2, move |_| {
            let store = Store::new(&ClientId::new("c"));
            store.clear(&world);
            if let Some(bob) = by_then {
                store.save(&world, &bob, &tokens(1500, 5100));
            }
        });
        let attempt = prove(&scene, Attempt::default(), submit());
        assert_eq!((attempt.asks, attempt.problem), (Asks::Credentials, Some(not_authorized())));
        assert_eq!(scene.whole().map(|(user, _)| user), other);
        work(&scene);
        assert_eq!(revoked(&scene), ["r"], "the one that nobody has");
    }
    // And an answer to a question that was put to somebody else goes nowhere.
    let code = json!({"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s", "ChallengeParameters": {}});
    let scene = scene(Some(5000), vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", Ok((200, code)))]);
    let asked = prove(&scene, Attempt::default(), submit());
    assert_eq!(asked.asks, Asks::Code);
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("bob"), &tokens(1500, 5100));
    let attempt = prove(&scene, asked, Input::Code(ConfirmationCode::new("123456")));
    assert_eq!((attempt.asks, attempt.problem), (Asks::Credentials, Some(not_authorized())));
}

#[test]
fn what_the_pool_takes_for_the_same_session_is_not_revoked() {
    let of_session = |tokens: Tokens| {
        let claims = json!({"username": "sub", "iat": 1000, "exp": 4600, "origin_jti": "o"}).to_string();
        Tokens { access: AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims))), ..tokens }
    };
    let scene = scene(None, vec![]);
    scene.world.work.take();
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("sub"), &of_session(tokens(1000, 4600)));
    assert!(run(scene.keeper.replace(&UserName::new("sub"), &of_session(proved()))));
    work(&scene);
    assert!(revoked(&scene).is_empty());
    assert_eq!(scene.whole().unwrap().1.refresh, RefreshToken::new("r"));
}

#[test]
fn a_sign_in_is_recent_by_when_it_was_and_not_by_when_the_tokens_were_made() {
    let scene = scene(None, vec![]);
    let account = &*scene.keeper;
    assert_eq!(account.signed_in_for(), None);
    assert!(!centre::step_up::is_fresh(account, 600));
    let claims = json!({"username": "sub", "iat": 1000, "exp": 4600, "auth_time": 500}).to_string();
    let access = AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
    let tokens = Tokens { access, ..tokens(1000, 4600) };
    Store::new(&ClientId::new("c")).save(&scene.world, &UserName::new("sub"), &tokens);
    assert_eq!(account.signed_in_for(), Some(500));
    assert_eq!(centre::step_up::fresh_for(account, 600), Some(100));
    scene.world.now.set(1101);
    assert_eq!(centre::step_up::fresh_for(account, 600), None);
    assert!(!centre::step_up::is_fresh(account, 600));
    // A clock that is a day ahead makes no sign-in older.
    scene.world.now.set(1000 + 86_400);
    scene.keeper.gauge.remember(86_400);
    assert_eq!(account.signed_in_for(), Some(500));
}

#[test]
fn whoever_came_from_a_provider_proves_it_there() {
    let of = |username: &str, through_domain: bool| {
        let scene = scene(None, vec![]);
        let claims = json!({"cognito:username": username, "identities": [{"providerName": "Google"}]}).to_string();
        let id = IdToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
        let store = Store::new(&ClientId::new("c"));
        store.note_domain(&scene.world, through_domain);
        store.save(&scene.world, &UserName::new("sub"), &Tokens { id, ..tokens(1400, 5000) });
        scene
    };
    let google = || Some(Again::AtProvider("Google".into()));
    assert_eq!(of("google_1", true).keeper.again(), google());
    assert_eq!(of("google_1", false).keeper.again(), google(), "there is no other way");
    assert_eq!(of("sub", true).keeper.again(), google(), "linked, and came that way");
    assert_eq!(of("sub", false).keeper.again(), Some(Again::Here), "linked, and came by password");
    assert_eq!(scene(None, vec![]).keeper.again(), None);
    let plain = scene(Some(5000), vec![]);
    assert_eq!(plain.keeper.again(), Some(Again::Here));
    assert_eq!(plain.keeper.begin_social_again(None), None);
    let url = of("google_1", true).keeper.begin_social_again(Some("/account".into())).unwrap();
    assert!(url.contains("identity_provider=Google") && url.ends_with("&prompt=login"), "{url}");
}

#[test]
fn what_takes_the_place_of_a_session_reaches_copies_of_the_tab_also_if_they_have_refreshed_since() {
    let signed_in_at = |auth_time: u64, issued: u64| {
        let claims = json!({"username": "sub", "iat": issued, "exp": issued + 3600, "auth_time": auth_time,
            "origin_jti": auth_time.to_string()});
        let access = AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string())));
        Tokens { access, ..tokens(issued, issued + 3600) }
    };
    let (refreshed, proved_before) = (signed_in_at(100, 1400), signed_in_at(900, 900));
    let copy = scene(None, vec![]);
    copy.world.full.set(true);
    let user = UserName::new("sub");
    Store::new(&ClientId::new("c")).save(&copy.world, &user, &refreshed);
    let say = |old: &Tokens, new: &Tokens| {
        let message = Message::Renewed { session: SessionMark::of(old), tokens: Some(Handed::new(&user, new)) };
        copy.keeper.hear(News::Said(message.write()));
    };
    say(&refreshed, &signed_in_at(100, 1300));
    assert_eq!(copy.whole().unwrap().1, refreshed, "older ones of the same sign-in are not taken");
    say(&refreshed, &proved_before);
    assert_eq!(copy.whole().unwrap().1, proved_before);
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: AttributeName::new(name), value: value.to_owned() }
}

#[test]
fn an_attribute_without_a_value_is_removed_and_not_left_empty() {
    let answers = vec![
        ("UpdateUserAttributes", Ok((200, json!({})))),
        ("DeleteUserAttributes", Ok((200, json!({})))),
        ("GetUser", user()),
    ];
    let scene = scene(Some(5000), answers);
    let changes = vec![attribute("name", "Ada"), attribute("nickname", ""), attribute("custom:x", "1")];
    run(centre::details::save(&*scene.keeper, changes)).unwrap();
    let calls = scene.world.calls.borrow();
    let named = |value: &Value| value.as_array().unwrap().iter().map(|a| a["Name"].clone()).collect::<Vec<_>>();
    assert_eq!(named(&calls[0].1["UserAttributes"]), ["name", "custom:x"]);
    assert_eq!(calls[1].1["UserAttributeNames"], json!(["nickname"]));
    scene.all_answers_were_used();
}

#[test]
fn what_could_be_saved_is_shown_also_if_the_rest_could_not() {
    let answers = vec![
        ("UpdateUserAttributes", Ok((200, json!({})))),
        ("DeleteUserAttributes", refused("InvalidParameterException")),
        ("GetUser", user()),
        ("UpdateUserAttributes", refused("AliasExistsException")),
        ("GetUser", Err(Fault::Offline)),
    ];
    let scene = scene(Some(5000), answers);
    let save = |changes| run(centre::details::save(&*scene.keeper, changes)).unwrap_err().kind();
    assert_eq!(save(vec![attribute("name", "Ada"), attribute("email", "")]), Some(ErrorKind::InvalidParameter));
    assert_eq!(save(vec![attribute("name", "Ada"), attribute("email", "")]), Some(ErrorKind::AliasExists));
    scene.all_answers_were_used();
}

#[test]
fn a_new_address_says_where_its_code_went() {
    let sent = json!({"CodeDeliveryDetailsList": [
        {"Destination": "+*0123", "DeliveryMedium": "SMS", "AttributeName": "phone_number"},
        {"Destination": "a***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}]});
    let answers = vec![
        ("UpdateUserAttributes", Ok((200, sent))),
        ("GetUser", user()),
        ("UpdateUserAttributes", Ok((200, json!({"CodeDeliveryDetailsList": null})))),
        ("GetUser", user()),
    ];
    let scene = scene(Some(5000), answers);
    let change = || {
        let change = centre::contact::change(&*scene.keeper, centre::contact::Contact::Email, "a@b.test".into());
        run(change).unwrap()
    };
    assert_eq!(change().unwrap().destination.as_deref(), Some("a***"));
    assert_eq!(change(), None, "a pool that sends none");
    scene.all_answers_were_used();
}

#[test]
fn the_other_sessions_are_all_but_this_one_where_the_pool_keeps_a_list() {
    let list = json!({"Sessions": [{"SessionId": "mine", "IsCurrentSession": true}, {"SessionId": "a"}]});
    let answers = vec![
        ("ListUserSessions", Ok((200, list))),
        ("ListUserSessions", refused("OperationNotEnabledException")),
        ("ListUserSessions", Err(Fault::Offline)),
    ];
    let scene = scene(Some(5000), answers);
    let others = || run(centre::password::other_sessions(&*scene.keeper));
    let found = others().unwrap().unwrap();
    assert_eq!(found.into_iter().map(|session| session.id).collect::<Vec<_>>(), [SessionId::new("a")]);
    assert_eq!(others(), Ok(None));
    assert_eq!(others(), Err(Fault::Offline.into()));
    scene.all_answers_were_used();
}

#[test]
fn the_pool_says_whether_there_is_a_password_or_says_nothing() {
    let factors = |list: Value| Ok((200, json!({"Username": "sub", "ConfiguredUserAuthFactors": list})));
    let answers = vec![
        ("GetUserAuthFactors", factors(json!(["PASSWORD", "EMAIL_OTP"]))),
        ("GetUserAuthFactors", factors(json!(["EMAIL_OTP"]))),
        ("GetUserAuthFactors", factors(Value::Null)),
        ("ChangePassword", Ok((200, json!({})))),
        ("ChangePassword", Ok((200, json!({})))),
    ];
    let scene = scene(Some(5000), answers);
    let account: &dyn Account = &*scene.keeper;
    let has = || run(centre::password::has_password(account)).unwrap();
    assert_eq!([has(), has(), has()], [Some(true), Some(false), None]);
    for current in [Some(Password::new("old")), None] {
        run(centre::password::change(account, current, Password::new("new"))).unwrap();
    }
    let calls = scene.world.calls.borrow();
    assert_eq!(calls[3].1["PreviousPassword"], "old");
    assert_eq!(calls[4].1.get("PreviousPassword"), None);
    scene.all_answers_were_used();
}

#[test]
fn lists_are_read_to_their_last_page_and_this_browser_is_in_them() {
    let entry = |key: &str, at: u32| json!({"DeviceKey": key, "DeviceLastAuthenticatedDate": at});
    let answers = vec![
        ("ListDevices", Ok((200, json!({"Devices": [entry("us-east-1_2", 20)], "PaginationToken": "p"})))),
        ("ListDevices", Ok((200, json!({"Devices": [entry("us-east-1_3", 30)]})))),
        ("GetDevice", Ok((200, json!({"Device": entry("us-east-1_1", 10)})))),
    ];
    let with_device = scene(Some(5000), answers);
    Store::new(&ClientId::new("c")).save_device(&with_device.world, &UserName::new("sub"), &device());
    let found = run(centre::devices::list(&*with_device.keeper)).unwrap();
    let seen: Vec<_> = found.iter().map(|device| (device.key.as_str(), device.is_this)).collect();
    assert_eq!(seen, [("us-east-1_1", true), ("us-east-1_3", false), ("us-east-1_2", false)]);
    let calls = with_device.world.calls.borrow();
    assert_eq!(calls[1].1["PaginationToken"], "p");
    // One that goes on with the same page for ever has an end.
    let session = |id: &str| json!({"Sessions": [{"SessionId": id}], "NextToken": "n"});
    let answers = ["a", "b"].map(|id| ("ListUserSessions", Ok((200, session(id))))).into_iter().collect();
    let scene = scene(Some(5000), answers);
    assert_eq!(run(centre::sessions::list(&*scene.keeper)).unwrap().len(), 2);
    scene.all_answers_were_used();
}

#[test]
fn a_device_that_the_pool_does_not_know_any_more_is_forgotten_here_as_well() {
    for (answer, forgotten) in [
        (Ok((200, json!({}))), true),
        (refused("ResourceNotFoundException"), true),
        (refused("InternalErrorException"), false),
        (Err(Fault::Offline), false),
    ] {
        let scene = scene(Some(5000), vec![("ForgetDevice", answer)]);
        Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
        let key = DeviceKey::new("us-east-1_1");
        assert_eq!(run(centre::devices::forget(&*scene.keeper, key)).is_ok(), forgotten);
        assert_eq!(scene.keeper.this_device().is_none(), forgotten);
    }
}

#[test]
fn sessions_are_ended_one_after_the_other_as_far_as_that_goes() {
    let session = |id: &str| json!({"SessionId": id});
    let list = json!({"Sessions": [session("a"), session("b"), session("c")]});
    let begin = |answers: Vec<Answer>| {
        let scene = scene(Some(5000), [vec![("ListUserSessions", Ok((200, list.clone())))], answers].concat());
        let open = run(centre::sessions::list(&*scene.keeper)).unwrap();
        let (ended, failure) = run(centre::sessions::end_all(&*scene.keeper, &open));
        scene.all_answers_were_used();
        (ended.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>(), failure)
    };
    let done = || ("RevokeUserSession", Ok((200, json!({}))));
    let gone = ("RevokeUserSession", refused("ResourceNotFoundException"));
    assert_eq!(begin(vec![done(), gone, done()]), (vec!["a".into(), "b".into(), "c".into()], None));
    let trouble = ("RevokeUserSession", refused("InternalErrorException"));
    let internal = Error::Service(ServiceError { kind: ErrorKind::InternalError, reason: None });
    assert_eq!(begin(vec![done(), trouble, done()]), (vec!["a".into(), "c".into()], Some(internal)));
    let offline = ("RevokeUserSession", Err(Fault::Offline));
    assert_eq!(begin(vec![done(), offline]), (vec!["a".into()], Some(Fault::Offline.into())));
}
