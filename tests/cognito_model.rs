//! Every operation of `src/cognito/operations`, sent through the client and checked against AWS's own model
//! (`tests/model/cognito.json`): the name, the service, the request in its smallest and its fullest form, the
//! response, the errors that its documentation names, and that nothing sensitive prints.

use doorward::cognito::{
    client::{Client, Endpoints, HttpRequest, HttpResponse, Operation, Transport},
    error::Fault,
    operations::*,
    srp::{DeviceSecret, HostMath, SECRET_BYTES},
    types::*,
};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// Members that only clients with a secret send. This one is public.
const FOR_SECRET_CLIENTS: [&str; 2] = ["SecretHash", "ClientSecret"];

/// Shapes that the model calls sensitive and that print nevertheless: what a person is called, and the app
/// client's id, which is public.
const MAY_PRINT: [&str; 3] = ["UsernameType", "ClientIdType", "AttributeValueType"];

/// Errors that every operation can answer with, as the documentation of `operations` says.
const COMMON: [&str; 6] =
    ["Forbidden", "InternalError", "InvalidParameter", "OperationNotEnabled", "ResourceNotFound", "TooManyRequests"];

/// AWS's model.
struct Model(Value);

impl Model {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("model/cognito.json")).unwrap())
    }

    /// The service that has an operation, by the model's name.
    fn service_of(&self, operation: &str) -> Option<&'static str> {
        ["cognito-idp", "cognito-identity"]
            .into_iter()
            .find(|service| self.0[service]["operations"].get(operation).is_some())
    }

    fn operations(&self) -> BTreeMap<String, Vec<String>> {
        ["cognito-idp", "cognito-identity"]
            .iter()
            .flat_map(|service| self.0[service]["operations"].as_object().unwrap())
            .map(|(name, operation)| {
                let errors = operation["errors"].as_array().unwrap().iter();
                let short = |error: &Value| error.as_str().unwrap().strip_suffix("Exception").unwrap().to_owned();
                (name.clone(), errors.map(short).collect())
            })
            .collect()
    }
}

/// One pass over a value and its shape.
struct Check<'a> {
    shapes: &'a Map<String, Value>,
    problems: Vec<String>,
    /// Texts that must not print.
    sensitive: Vec<String>,
    /// Texts that are in the value, and free ones, not words of an enum.
    plain: Vec<String>,
    /// Members of structures that the value does not have.
    missing: Vec<String>,
}

impl<'a> Check<'a> {
    fn new(model: &'a Model, service: &str) -> Self {
        let shapes = model.0[service]["shapes"].as_object().unwrap();
        Self { shapes, problems: vec![], sensitive: vec![], plain: vec![], missing: vec![] }
    }

    fn problem(&mut self, path: &str, what: impl std::fmt::Display) {
        self.problems.push(format!("{path}: {what}"));
    }

    fn size(&mut self, shape: &Value, size: usize, path: &str) {
        if shape["min"].as_u64().is_some_and(|min| (size as u64) < min) {
            self.problem(path, format_args!("{size} is less than {}", shape["min"]));
        }
        if shape["max"].as_u64().is_some_and(|max| (size as u64) > max) {
            self.problem(path, format_args!("{size} is more than {}", shape["max"]));
        }
    }

    fn value(&mut self, name: &str, value: &Value, path: &str, sensitive: bool) {
        let shapes = self.shapes;
        let shape = &shapes[name];
        let sensitive = (sensitive || shape["sensitive"] == true) && !MAY_PRINT.contains(&name);
        match (shape["type"].as_str().unwrap(), value) {
            ("structure", Value::Object(_)) if shape["document"] == true => self.everything_is_sensitive(value),
            ("structure", Value::Object(object)) => {
                let members = shape["members"].as_object().unwrap();
                for required in shape["required"].as_array().into_iter().flatten() {
                    if !object.contains_key(required.as_str().unwrap()) {
                        self.problem(path, format_args!("{required} is missing"));
                    }
                }
                for (member, value) in object {
                    match members.get(member) {
                        Some(shape) => {
                            self.value(shape.as_str().unwrap(), value, &format!("{path}.{member}"), sensitive)
                        }
                        None => self.problem(path, format_args!("{member} is unknown")),
                    }
                }
                let absent = members.keys().filter(|member| !object.contains_key(*member));
                self.missing.extend(absent.map(|member| format!("{path}.{member}")));
            }
            ("list", Value::Array(list)) => {
                self.size(shape, list.len(), path);
                for value in list {
                    self.value(shape["member"].as_str().unwrap(), value, &format!("{path}[]"), sensitive);
                }
            }
            ("map", Value::Object(map)) => {
                self.size(shape, map.len(), path);
                for (key, value) in map {
                    self.value(shape["key"].as_str().unwrap(), &json!(key), &format!("{path} key"), false);
                    self.value(shape["value"].as_str().unwrap(), value, &format!("{path}.{key}"), sensitive);
                }
            }
            ("string", Value::String(text)) => {
                self.size(shape, text.chars().count(), path);
                if let Some(pattern) = shape["pattern"].as_str() {
                    // The service matches whole texts.
                    let whole = Regex::new(&format!("^(?:{pattern})$")).unwrap();
                    if !whole.is_match(text) {
                        self.problem(path, format_args!("{text:?} does not match {pattern}"));
                    }
                }
                match shape["enum"].as_array() {
                    Some(values) if !values.contains(value) => self.problem(path, format_args!("{text:?} is no value")),
                    Some(_) => {}
                    None if sensitive => self.sensitive.push(text.clone()),
                    None => self.plain.push(text.clone()),
                }
            }
            ("integer", Value::Number(number)) if number.is_u64() => {
                self.size(shape, usize::try_from(number.as_u64().unwrap()).unwrap(), path);
            }
            ("timestamp", Value::Number(number)) => self.plain.push(format!("{:.0}", number.as_f64().unwrap().floor())),
            ("boolean", Value::Bool(_)) => {}
            (kind, _) => self.problem(path, format_args!("{value} is no {kind}")),
        }
    }

    fn everything_is_sensitive(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.sensitive.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|value| self.everything_is_sensitive(value)),
            Value::Object(map) => map.values().for_each(|value| self.everything_is_sensitive(value)),
            _ => {}
        }
    }
}

/// Answers everything with the same body, and keeps what was asked.
struct Recorder {
    body: String,
    seen: RefCell<Vec<(String, String, Value)>>,
}

impl Transport for Recorder {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        let body = serde_json::from_str(&request.body).unwrap();
        self.seen.borrow_mut().push((request.url.to_owned(), request.target, body));
        std::future::ready(Ok(HttpResponse { status: 200, error_type: None, body: self.body.clone() }))
    }
}

/// Nothing here waits for anything, so one poll is enough.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("waits for something"),
    }
}

struct Suite {
    model: Model,
    done: BTreeSet<String>,
}

impl Suite {
    /// Sends every form of a request and reads the response. Together the forms must have every member of
    /// the model; each by itself must be acceptable. `None` is the response without a body.
    fn operation<O>(&mut self, forms: &[O], response: Option<Value>) -> Vec<O::Response>
    where
        O: Operation + Debug,
        O::Response: Debug,
    {
        let name = O::NAME;
        assert!(self.done.insert(name.to_owned()), "{name} is tested twice");
        let service = self.model.service_of(name).unwrap_or_else(|| panic!("{name} is not in the model"));
        let operation = &self.model.0[service]["operations"][name];
        let input = operation["input"].as_str().unwrap();
        let mut members: BTreeSet<_> =
            self.model.0[service]["shapes"][input]["members"].as_object().unwrap().keys().cloned().collect();
        members.retain(|member| !FOR_SECRET_CLIENTS.contains(&member.as_str()));

        let body = response.as_ref().map(Value::to_string).unwrap_or_default();
        let world = Rc::new(Recorder { body, seen: RefCell::default() });
        let at = str::to_owned;
        let endpoints =
            Endpoints { user_pools: at("cognito-idp"), identity_pools: at("cognito-identity"), sts: at("sts") };
        let client = Client::new(endpoints, world.clone());
        let mut read = Vec::new();
        for request in forms {
            read.push(run(client.call(request)).unwrap_or_else(|error| panic!("{name}: {error:?}")));
            let (url, target, body) = world.seen.borrow_mut().pop().unwrap();
            assert_eq!(url, service, "{name}");
            let prefix = self.model.0[service]["targetPrefix"].as_str().unwrap();
            assert_eq!(target, format!("{prefix}.{name}"));
            let mut check = Check::new(&self.model, service);
            check.value(input, &body, name, false);
            assert!(check.problems.is_empty(), "{:#?}", check.problems);
            prints_no_secrets(name, request, &check.sensitive);
            members.retain(|member| body.get(member).is_none());
        }
        assert!(members.is_empty(), "{name}: no form of the request has {members:?}");

        match (operation["output"].as_str(), response) {
            (None, None) => assert!(O::EMPTY_BODY, "{name} answers with nothing"),
            (Some(output), Some(response)) => {
                assert!(!O::EMPTY_BODY, "{name} answers with {output}");
                let mut check = Check::new(&self.model, service);
                check.value(output, &response, name, false);
                assert!(check.problems.is_empty(), "the representative response: {:#?}", check.problems);
                assert!(check.missing.is_empty(), "the representative response lacks {:?}", check.missing);
                prints_no_secrets(name, &read[0], &check.sensitive);
                let printed = format!("{:?}", read[0]);
                for text in check.plain {
                    // Names of challenges are read into an enum of ours, where the model has plain text, and
                    // one secret of the model is not marked as such.
                    let known = ChallengeName::KNOWN.iter().any(|name| name.as_str() == text);
                    let redacted = text == "aws-session-token";
                    assert!(known || redacted || printed.contains(&text), "{name}: {text:?} is lost in {printed}");
                }
            }
            (output, response) => panic!("{name}: the model has {output:?}, the test {response:?}"),
        }
        read
    }

    /// An operation that answers `{}`.
    fn without_answer<O>(&mut self, forms: &[O])
    where
        O: Operation<Response = Nothing> + Debug,
    {
        self.operation(forms, (!O::EMPTY_BODY).then(|| json!({})));
    }
}

fn prints_no_secrets(name: &str, thing: &impl Debug, secrets: &[String]) {
    let printed = format!("{thing:?}");
    for secret in secrets {
        assert!(!printed.contains(secret.as_str()), "{name} prints {secret:?}: {printed}");
    }
}

fn client() -> ClientId {
    ClientId::new("1example23456789")
}

fn user() -> UserName {
    UserName::new("ada@example.com")
}

fn token() -> AccessToken {
    AccessToken::new("access.token-1_=")
}

fn session() -> ChallengeSession {
    ChallengeSession::new("a-session-of-twenty-letters-or-more")
}

fn code() -> ConfirmationCode {
    ConfirmationCode::parse("654321").unwrap()
}

fn password() -> Password {
    Password::new("Correct-Horse-9")
}

fn device_key() -> DeviceKey {
    DeviceKey::new("us-east-1_0a1b2c3d-0000-4000-8000-0123456789ab")
}

fn session_id() -> SessionId {
    SessionId::new("tkn0123456789abcdefghijklmno")
}

fn page() -> PageToken {
    PageToken::new("the-next-page")
}

fn identity_pool() -> IdentityPoolId {
    IdentityPoolId::parse("us-east-1:0a1b2c3d-0000-4000-8000-0123456789ab").unwrap()
}

fn identity() -> IdentityId {
    IdentityId::new("us-east-1:ba9876543210-0000-4000-8000-d3c2b1a0")
}

fn pool() -> UserPoolId {
    UserPoolId::parse("us-east-1_Abc123").unwrap()
}

fn logins() -> Logins {
    Logins::of_pool(&pool(), IdToken::new("id.token.of-ada"))
        .with(ProviderName::new("accounts.example.com"), IdToken::new("id.token.of-another-provider"))
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: AttributeName::new(name), value: value.into() }
}

fn metadata() -> Parameters {
    [("campaign".to_owned(), "spring".to_owned())].into()
}

fn analytics() -> Option<AnalyticsMetadata> {
    Some(AnalyticsMetadata { analytics_endpoint_id: "endpoint-1".into() })
}

fn context() -> Option<UserContextData> {
    Some(UserContextData { ip_address: Some("192.0.2.7".into()), encoded_data: Some("encoded-context".into()) })
}

fn delivery() -> Value {
    json!({"CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})
}

fn tokens() -> Value {
    json!({"AccessToken": "access.of.answer", "ExpiresIn": 3600, "TokenType": "Bearer", "RefreshToken": "refresh.of.answer",
           "IdToken": "id.of.answer", "NewDeviceMetadata": {"DeviceKey": device_key().as_str(), "DeviceGroupKey": "-Ab1"}})
}

fn auth_answer() -> Value {
    json!({"ChallengeName": "SELECT_CHALLENGE", "Session": "a-session-that-came-back", "ChallengeParameters": {"USERNAME": "sub-1"},
           "AvailableChallenges": ["PASSWORD_SRP", "WEB_AUTHN"], "AuthenticationResult": tokens()})
}

fn device() -> Value {
    json!({"DeviceKey": device_key().as_str(), "DeviceAttributes": [{"Name": "device_name", "Value": "Ada's browser"}],
           "DeviceCreateDate": 1_700_000_000.25, "DeviceLastModifiedDate": 1_700_000_001, "DeviceLastAuthenticatedDate": 1_700_000_002.5})
}

/// Creating an account and getting back into one.
fn sign_up(suite: &mut Suite) {
    let smallest = SignUp::new(client(), user());
    let fullest = SignUp {
        password: Some(password()),
        user_attributes: vec![attribute("email", "ada@example.com"), attribute("custom:agentName", "007")],
        validation_data: vec![attribute("invitation", "42")],
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..smallest.clone()
    };
    let mut answer = delivery();
    answer["UserConfirmed"] = json!(true);
    answer["UserSub"] = json!("sub-1");
    answer["Session"] = json!("a-session-for-confirming");
    let read = suite.operation(&[smallest, fullest], Some(answer));
    assert!(read[0].user_confirmed && read[0].session.is_some());

    let smallest = ConfirmSignUp::new(client(), user(), code());
    let fullest = ConfirmSignUp {
        force_alias_creation: Some(false),
        session: Some(session()),
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..smallest.clone()
    };
    suite.operation(&[smallest, fullest], Some(json!({"Session": "a-session-for-signing-in"})));

    let smallest = ResendConfirmationCode::new(client(), user());
    let fullest = ResendConfirmationCode {
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..smallest.clone()
    };
    suite.operation(&[smallest, fullest], Some(delivery()));

    let smallest = ForgotPassword::new(client(), user());
    let fullest = ForgotPassword {
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..smallest.clone()
    };
    suite.operation(&[smallest, fullest], Some(delivery()));

    let smallest = ConfirmForgotPassword::new(client(), user(), code(), password());
    let fullest = ConfirmForgotPassword {
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..smallest.clone()
    };
    suite.without_answer(&[smallest, fullest]);
}

/// Signing in, and what ends or renews a session.
fn auth(suite: &mut Suite) {
    let mut forms: Vec<_> = [
        AuthFlow::UserSrpAuth,
        AuthFlow::UserPasswordAuth,
        AuthFlow::UserAuth,
        AuthFlow::CustomAuth,
        AuthFlow::RefreshTokenAuth,
    ]
    .map(|flow| InitiateAuth::new(client(), flow))
    .into();
    forms.push(InitiateAuth {
        auth_parameters: [("USERNAME", "ada@example.com"), ("PASSWORD", "Correct-Horse-9")].into(),
        session: Some(session()),
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..InitiateAuth::new(client(), AuthFlow::UserAuth)
    });
    let read = suite.operation(&forms, Some(auth_answer()));
    assert_eq!(read[0].available_challenges, [ChallengeName::PasswordSrp, ChallengeName::WebAuthn]);
    let result = read[0].authentication_result.clone().unwrap();
    assert_eq!(result.expires_in, Some(3600));
    assert_eq!(result.into_tokens(None).unwrap().refresh.as_str(), "refresh.of.answer");

    let mut forms: Vec<_> =
        ChallengeName::KNOWN.iter().map(|name| RespondToAuthChallenge::new(client(), name.clone())).collect();
    forms.push(RespondToAuthChallenge {
        session: Some(session()),
        challenge_responses: [("USERNAME", "sub-1"), ("NEW_PASSWORD", "Correct-Horse-9")].into(),
        analytics_metadata: analytics(),
        user_context_data: context(),
        client_metadata: metadata(),
        ..RespondToAuthChallenge::new(client(), ChallengeName::NewPasswordRequired)
    });
    suite.operation(&forms, Some(auth_answer()));

    let smallest = GetTokensFromRefreshToken::new(client(), RefreshToken::new("refresh.token"));
    let fullest =
        GetTokensFromRefreshToken { device_key: Some(device_key()), client_metadata: metadata(), ..smallest.clone() };
    suite.operation(&[smallest, fullest], Some(json!({"AuthenticationResult": tokens()})));

    let smallest = RevokeToken::new(RefreshToken::new("refresh.token"), client());
    let fullest =
        RevokeToken { revoke_associated_sessions: Some(RevokeAssociatedSessions::Linked), ..smallest.clone() };
    let other = RevokeToken { revoke_associated_sessions: Some(RevokeAssociatedSessions::None), ..smallest.clone() };
    suite.without_answer(&[smallest, fullest, other]);

    suite.without_answer(&[GlobalSignOut::new(token())]);

    let feedback = |value| {
        UpdateAuthEventFeedback::new(
            pool(),
            user(),
            EventId::new("0a1b2c3d-0000-4000-8000-0123456789ab"),
            FeedbackToken::new("feedback.token"),
            value,
        )
    };
    suite.without_answer(&[feedback(FeedbackValue::Valid), feedback(FeedbackValue::Invalid)]);
}

/// The person's own account.
fn account(suite: &mut Suite) {
    let answer = json!({"Username": "sub-1", "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
                        "MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}],
                        "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA", "UserMFASettingList": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]});
    let read = suite.operation(&[GetUser::new(token())], Some(answer));
    assert_eq!(read[0].preferred_mfa_setting, Some(ChallengeName::SoftwareTokenMfa));
    assert_eq!(read[0].user_mfa_setting_list, [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa]);
    assert_eq!(read[0].mfa_options[0].delivery_medium, DeliveryMedium::Sms);

    let smallest = UpdateUserAttributes::new(token(), vec![attribute("name", "Ada")]);
    let fullest = UpdateUserAttributes { client_metadata: metadata(), ..smallest.clone() };
    let answer = json!({"CodeDeliveryDetailsList": [delivery()["CodeDeliveryDetails"]]});
    suite.operation(&[smallest, fullest], Some(answer));

    suite.without_answer(&[DeleteUserAttributes::new(token(), vec![AttributeName::new("nickname")])]);

    let smallest = GetUserAttributeVerificationCode::new(token(), AttributeName::new("email"));
    let fullest = GetUserAttributeVerificationCode { client_metadata: metadata(), ..smallest.clone() };
    let mut by_text = delivery();
    by_text["CodeDeliveryDetails"]["DeliveryMedium"] = json!("SMS");
    suite.operation(&[smallest, fullest], Some(by_text));

    suite.without_answer(&[VerifyUserAttribute::new(token(), AttributeName::new("email"), code())]);

    let smallest = ChangePassword::new(token(), password());
    let fullest = ChangePassword { previous_password: Some(Password::new("Former-Horse-8")), ..smallest.clone() };
    suite.without_answer(&[smallest, fullest]);

    suite.without_answer(&[DeleteUser::new(token())]);
}

/// Second factors.
fn mfa(suite: &mut Suite) {
    let forms = [
        AssociateSoftwareToken::new(TokenOrSession::AccessToken(token())),
        AssociateSoftwareToken::new(TokenOrSession::Session(session())),
    ];
    let answer = json!({"SecretCode": "ABCDEFGHIJKLMNOP", "Session": "a-session-for-verifying"});
    suite.operation(&forms, Some(answer));

    let smallest = VerifySoftwareToken::new(TokenOrSession::Session(session()), TotpCode::parse("123 456").unwrap());
    let fullest = VerifySoftwareToken {
        who: TokenOrSession::AccessToken(token()),
        friendly_device_name: Some(DeviceName::parse("Ada's phone").unwrap()),
        ..smallest.clone()
    };
    let answer = json!({"Status": "SUCCESS", "Session": "a-session-for-answering"});
    let read = suite.operation(&[smallest, fullest], Some(answer));
    assert_eq!(read[0].status, VerifyStatus::Success);

    let smallest = SetUserMFAPreference::new(token());
    let (on, off) =
        (MfaSetting { enabled: true, preferred_mfa: true }, MfaSetting { enabled: false, preferred_mfa: false });
    let fullest = SetUserMFAPreference {
        sms_mfa_settings: Some(off),
        software_token_mfa_settings: Some(on),
        email_mfa_settings: Some(off),
        web_authn_mfa_settings: Some(WebAuthnMfaSetting { enabled: true }),
        ..smallest.clone()
    };
    suite.without_answer(&[smallest, fullest]);

    let answer = json!({"Username": "sub-1", "PreferredMfaSetting": "SMS_MFA", "UserMFASettingList": ["SMS_MFA"],
                        "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN"]});
    let read = suite.operation(&[GetUserAuthFactors::new(token())], Some(answer));
    use AuthFactor as F;
    assert_eq!(
        read[0].configured_user_auth_factors,
        [F::Password, F::EmailOtp, F::SmsOtp, F::WebAuthn, F::SoftwareToken]
    );

    let by_text =
        MfaOption { delivery_medium: DeliveryMedium::Sms, attribute_name: AttributeName::new("phone_number") };
    suite.without_answer(&[SetUserSettings::new(token(), vec![]), SetUserSettings::new(token(), vec![by_text])]);
}

/// Passkeys, devices and sessions.
fn credentials(suite: &mut Suite) {
    let options = json!({"challenge": "challenge-bytes", "rp": {"id": "example.com"}, "user": {"id": "user-handle"}});
    let answer = json!({"CredentialCreationOptions": options});
    let read = suite.operation(&[StartWebAuthnRegistration::new(token())], Some(answer));
    assert_eq!(serde_json::from_str::<Value>(&read[0].credential_creation_options.to_json()).unwrap(), options);

    let credential = r#"{"id":"credential-id","response":{"attestationObject":"attestation-bytes"}}"#;
    let credential = PasskeyCredential::parse(credential).unwrap();
    suite.without_answer(&[CompleteWebAuthnRegistration::new(token(), credential)]);

    let smallest = ListWebAuthnCredentials::new(token());
    let fullest = ListWebAuthnCredentials { next_token: Some(page()), max_results: Some(20), ..smallest.clone() };
    let answer = json!({"Credentials": [{"CredentialId": "credential-id", "FriendlyCredentialName": "Ada's key",
                        "RelyingPartyId": "example.com", "AuthenticatorAttachment": "platform",
                        "AuthenticatorTransports": ["internal", "hybrid"], "CreatedAt": 1_700_000_000}], "NextToken": "page-two"});
    suite.operation(&[smallest, fullest], Some(answer));

    suite.without_answer(&[DeleteWebAuthnCredential::new(token(), CredentialId::new("credential-id"))]);

    let secret = DeviceSecret::new(&HostMath, &DeviceGroupKey::new("-Ab1"), &device_key(), &[7; SECRET_BYTES]);
    let smallest = ConfirmDevice::new(token(), device_key());
    let fullest = ConfirmDevice {
        device_secret_verifier_config: Some(secret.verifier),
        device_name: DeviceName::parse("Ada's browser"),
        ..smallest.clone()
    };
    let read = suite.operation(&[smallest, fullest], Some(json!({"UserConfirmationNecessary": true})));
    assert!(read[0].user_confirmation_necessary);

    let read = suite.operation(&[GetDevice::new(token(), device_key())], Some(json!({"Device": device()})));
    assert_eq!(read[0].device.device_create_date.map(Timestamp::seconds), Some(1_700_000_000));

    let smallest = ListDevices::new(token());
    let fullest = ListDevices { limit: Some(60), pagination_token: Some(page()), ..smallest.clone() };
    suite.operation(&[smallest, fullest], Some(json!({"Devices": [device()], "PaginationToken": "page-two"})));

    suite.without_answer(&[ForgetDevice::new(token(), device_key())]);

    let smallest = UpdateDeviceStatus::new(token(), device_key());
    let status = |status| UpdateDeviceStatus { device_remembered_status: Some(status), ..smallest.clone() };
    let forms =
        [smallest.clone(), status(DeviceRememberedStatus::Remembered), status(DeviceRememberedStatus::NotRemembered)];
    suite.without_answer(&forms);

    let smallest = ListUserSessions::new(token());
    let fullest = ListUserSessions { next_token: Some(page()), ..smallest.clone() };
    let answer = json!({"Sessions": [{"SessionId": session_id().as_str(), "SessionType": "SSO", "ClientId": client().as_str(),
                        "CreateDate": 1_700_000_000, "LastActiveDate": 1_700_000_100, "DeviceType": "Firefox on Linux",
                        "LastIPAddress": "192.0.2.7", "LastLocation": {"City": "Lausanne", "Country": "CH"},
                        "OriginSessionId": "sso0123456789abcdefghijklmno", "IsCurrentSession": true}], "NextToken": "page-two"});
    let read = suite.operation(&[smallest, fullest], Some(answer));
    let first = &read[0].sessions[0];
    assert_eq!((first.session_type, first.is_current_session), (Some(SessionKind::Sso), Some(true)));
    assert_eq!(first.last_ip_address.as_ref().map(IpAddress::as_str), Some("192.0.2.7"));

    let smallest = RevokeUserSession::new(token(), session_id());
    let fullest =
        RevokeUserSession { revoke_associated_sessions: Some(RevokeAssociatedSessions::Linked), ..smallest.clone() };
    suite.without_answer(&[smallest, fullest]);
}

/// Identity pools.
fn identities(suite: &mut Suite) {
    let smallest = GetId::new(identity_pool());
    let fullest = GetId { logins: logins(), account_id: Some("123456789012".into()), ..smallest.clone() };
    suite.operation(&[smallest, fullest], Some(json!({"IdentityId": identity().as_str()})));

    let smallest = GetCredentialsForIdentity::new(identity());
    let fullest = GetCredentialsForIdentity {
        logins: logins(),
        custom_role_arn: Some("arn:aws:iam::123456789012:role/reader".into()),
        ..smallest.clone()
    };
    let answer = json!({"IdentityId": identity().as_str(), "Credentials": {"AccessKeyId": "AKIAEXAMPLE",
                        "SecretKey": "aws-secret-key", "SessionToken": "aws-session-token", "Expiration": 1_700_003_600.75}});
    let read = suite.operation(&[smallest, fullest], Some(answer));
    assert_eq!(read[0].credentials.session_token.as_str(), "aws-session-token");
    assert!(!format!("{read:?}").contains("aws-session-token"));

    let smallest = GetOpenIdToken::new(identity());
    let fullest = GetOpenIdToken { logins: logins(), ..smallest.clone() };
    let answer = json!({"IdentityId": identity().as_str(), "Token": "open.id.token"});
    suite.operation(&[smallest, fullest], Some(answer));

    suite.without_answer(&[UnlinkIdentity::new(identity(), logins(), vec![pool().provider()])]);
}

#[test]
fn every_operation_is_spoken_as_the_model_has_it() {
    let mut suite = Suite { model: Model::read(), done: BTreeSet::new() };
    sign_up(&mut suite);
    auth(&mut suite);
    account(&mut suite);
    mfa(&mut suite);
    credentials(&mut suite);
    identities(&mut suite);
    let all: BTreeSet<_> = suite.model.operations().into_keys().collect();
    assert_eq!(suite.done, all);
    assert_eq!(all.len(), 38);
}

#[test]
fn the_documentation_of_every_operation_names_its_errors() {
    let operations = Model::read().operations();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cognito/operations");
    let declaration = Regex::new(r"(?m)^operation! \{\n((?:    ///.*\n)+)    (\w+) \{").unwrap();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for declared in declaration.captures_iter(&text) {
            let (docs, name) = (declared[1].replace("///", " "), declared[2].to_owned());
            assert!(docs.contains(&format!("`{name}`: ")), "{name} does not say what it is");
            let words =
                docs.split_once("beyond the common ones:").unwrap_or_else(|| panic!("{name} names no errors")).1;
            let named: BTreeSet<_> = words.split([',', '.']).map(str::trim).filter(|word| !word.is_empty()).collect();
            let known: BTreeSet<_> =
                operations[&name].iter().map(String::as_str).filter(|error| !COMMON.contains(error)).collect();
            assert_eq!(named, known, "{name}");
            found.insert(name);
        }
    }
    assert_eq!(found, operations.into_keys().collect());
}

#[test]
fn challenge_names_are_those_of_the_model() {
    let model = Model::read();
    let values = model.0["cognito-idp"]["shapes"]["ChallengeNameType"]["enum"].as_array().unwrap();
    let values: Vec<_> = values.iter().map(|value| value.as_str().unwrap()).collect();
    assert_eq!(ChallengeName::KNOWN.iter().map(ChallengeName::as_str).collect::<Vec<_>>(), values);
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let model = Model::read();
    let problems = |shape: &str, value: Value| {
        let mut check = Check::new(&model, "cognito-idp");
        check.value(shape, &value, "x", false);
        check.problems.len()
    };
    let good = json!({"AccessToken": "a", "UserCode": "123456"});
    assert_eq!(problems("VerifySoftwareTokenRequest", good), 0);
    for (shape, bad) in [
        ("VerifySoftwareTokenRequest", json!({})),
        ("VerifySoftwareTokenRequest", json!({"UserCode": "123456", "Unknown": 1})),
        ("VerifySoftwareTokenRequest", json!({"UserCode": "12345"})),
        ("VerifySoftwareTokenRequest", json!({"UserCode": "1234567"})),
        ("VerifySoftwareTokenRequest", json!({"UserCode": "12345a"})),
        ("VerifySoftwareTokenRequest", json!({"UserCode": 123_456})),
        ("VerifySoftwareTokenRequest", json!([])),
        ("SessionIdType", json!("xyz0123456789abcdefghijklmno")),
        ("FeedbackValueType", json!("Perhaps")),
        ("QueryLimitType", json!(61)),
        ("TokenModelType", json!("not a token")),
        ("BooleanType", json!("true")),
        ("ConfiguredUserAuthFactorsListType", json!(vec!["PASSWORD"; 9])),
    ] {
        assert_eq!(problems(shape, bad.clone()), 1, "{shape} {bad}");
    }
}
