//! AssociateSoftwareToken, VerifySoftwareToken, SetUserMFAPreference, SetUserSettings, GetUserAuthFactors.

use super::profile::mfa_settings;
use super::sign_in::{associate_in_sign_in, verify_in_sign_in};
use super::{AccessTokenRequest, Peer, parse};
use crate::pool::Pool;
use crate::pool::mfa;
use crate::pool::settings::{Contact, FactorConfiguration, FirstFactor, MfaConfiguration, MfaMethod, Tier};
use crate::pool::user::SoftwareToken;
use crate::totp::TotpSecret;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociateRequest {
    access_token: Option<Secret>,
    session: Option<Secret>,
}

fn neither() -> ApiError {
    ApiError::invalid_parameter("Either AccessToken or Session must be given.")
}

/// `AssociateSoftwareToken`: a secret for an authenticator app, which counts once `VerifySoftwareToken` has seen a
/// code from it. The app before it works until then.
pub fn associate_software_token(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: AssociateRequest = parse(request)?;
    if let Some(session) = &request.session {
        return associate_in_sign_in(pool, session.reveal());
    }
    let caller = pool.caller(request.access_token.ok_or_else(neither)?.reveal())?;
    pool.write(|state, now| {
        if !has_method(&state.settings, MfaMethod::SoftwareToken) {
            return Err(ApiError::no_software_token());
        }
        let user = state.user_mut(&caller.sub)?;
        let secret = TotpSecret::generate();
        let shown = secret.reveal().to_owned();
        user.mfa.unverified_secret = Some(secret);
        user.modified = now;
        Ok(json!({ "SecretCode": shown }))
    })
}

fn has_method(settings: &crate::pool::settings::Settings, method: MfaMethod) -> bool {
    settings.mfa.configuration != MfaConfiguration::Off && settings.mfa.methods.contains(&method)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyRequest {
    access_token: Option<Secret>,
    session: Option<Secret>,
    user_code: Secret,
    friendly_device_name: Option<String>,
}

/// `VerifySoftwareToken`: the first code of the app. It does not turn the second factor on: `SetUserMFAPreference`
/// does, or the end of the sign-in in which it is set up.
pub fn verify_software_token(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: VerifyRequest = parse(request)?;
    let (code, name) = (request.user_code.reveal(), request.friendly_device_name);
    if let Some(session) = &request.session {
        return verify_in_sign_in(pool, session.reveal(), code, name.as_deref());
    }
    let caller = pool.caller(request.access_token.ok_or_else(neither)?.reveal())?;
    pool.write(|state, now| {
        let lockout = state.settings.lockout.clone();
        if let Some(failures) = state.lockouts.get(&caller.sub) {
            failures.check(now, &lockout)?;
        }
        let user = state.user_mut(&caller.sub)?;
        let secret = user.mfa.unverified_secret.clone().ok_or_else(ApiError::no_software_token)?;
        let Some(step) = secret.step_of(code, now) else {
            state.count_failure(&caller.sub, now);
            return Err(ApiError::new("EnableSoftwareTokenMFAException", "Code mismatch"));
        };
        user.mfa.unverified_secret = None;
        user.mfa.software_token = Some(SoftwareToken { secret, name, last_step: Some(step) });
        user.modified = now;
        Ok(json!({ "Status": "SUCCESS" }))
    })
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Preference {
    enabled: bool,
    preferred_mfa: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PreferenceRequest {
    access_token: Secret,
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<Preference>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    software_token: Option<Preference>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<Preference>,
    #[serde(rename = "WebAuthnMfaSettings")]
    web_authn: Option<Preference>,
}

/// `SetUserMFAPreference`: which second factors there are and which comes first. What is not named stays.
pub fn set_user_mfa_preference(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: PreferenceRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let changes = [
        (MfaMethod::Sms, request.sms),
        (MfaMethod::SoftwareToken, request.software_token),
        (MfaMethod::Email, request.email),
    ];
    let preferred = changes.iter().filter(|(_, change)| change.is_some_and(|change| change.preferred_mfa)).count();
    if preferred > 1 {
        return Err(ApiError::invalid_parameter("More than one MFA method was set as preferred."));
    }
    pool.write(|state, now| {
        let settings = state.settings.clone();
        let user = state.user(&caller.sub)?;
        let mut mfa = user.mfa.clone();
        for (method, change) in changes {
            let Some(change) = change else { continue };
            if change.preferred_mfa && !change.enabled {
                return Err(ApiError::invalid_parameter(
                    "Can't set the preferred MFA method as the method is not enabled.",
                ));
            }
            if change.enabled {
                if !has_method(&settings, method) {
                    return Err(ApiError::invalid_parameter(format!(
                        "{} is not a second factor of this user pool.",
                        method.challenge_name()
                    )));
                }
                if method == MfaMethod::Email && settings.features.tier < Tier::Essentials {
                    return Err(ApiError::invalid_parameter("The feature plan of this user pool has no email MFA."));
                }
                if !can_turn_on(user, method) {
                    return Err(ApiError::invalid_parameter(cannot(method)));
                }
                mfa.enabled.insert(method);
            } else {
                mfa.enabled.remove(&method);
            }
            if change.preferred_mfa {
                mfa.preferred = Some(method);
            } else if mfa.preferred == Some(method) {
                mfa.preferred = None;
            }
        }
        if let Some(change) = request.web_authn {
            if change.enabled {
                if settings.web_authn.factor_configuration != FactorConfiguration::MultiFactorWithUserVerification {
                    return Err(ApiError::invalid_parameter("Passkeys are not a second factor of this user pool."));
                }
                if mfa.enabled.is_empty() {
                    return Err(ApiError::invalid_parameter(
                        "Another MFA method must be enabled before passkeys can be.",
                    ));
                }
            }
            mfa.passkeys = change.enabled;
        }
        let user = state.user_mut(&caller.sub)?;
        user.mfa = mfa;
        user.modified = now;
        Ok(json!({}))
    })
}

/// Codes go only to addresses that are known to be the user's.
fn can_turn_on(user: &crate::pool::user::User, method: MfaMethod) -> bool {
    match method {
        MfaMethod::Sms => user.verified(Contact::PhoneNumber),
        MfaMethod::Email => user.verified(Contact::Email),
        MfaMethod::SoftwareToken => user.mfa.software_token.is_some(),
    }
}

fn cannot(method: MfaMethod) -> &'static str {
    match method {
        MfaMethod::Sms => "User does not have delivery config set to turn on SMS_MFA",
        MfaMethod::SoftwareToken => "User has not verified software token mfa",
        MfaMethod::Email => "User does not have a verified email to turn on EMAIL_OTP",
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SettingsRequest {
    access_token: Secret,
    #[serde(rename = "MFAOptions")]
    mfa_options: Vec<MfaOption>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: Option<String>,
    attribute_name: Option<String>,
}

/// `SetUserSettings`: the old way to turn SMS on and off. AWS keeps it and advises against it.
pub fn set_user_settings(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: SettingsRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let is_sms = |option: &MfaOption| {
        option.delivery_medium.as_deref() == Some("SMS") && option.attribute_name.as_deref() == Some("phone_number")
    };
    if !request.mfa_options.iter().all(is_sms) {
        return Err(ApiError::invalid_parameter("MFAOptions can only have SMS to phone_number."));
    }
    pool.write(|state, now| {
        let has_sms = has_method(&state.settings, MfaMethod::Sms);
        let user = state.user_mut(&caller.sub)?;
        let on = !request.mfa_options.is_empty();
        if on && !(has_sms && can_turn_on(user, MfaMethod::Sms)) {
            return Err(ApiError::invalid_parameter(cannot(MfaMethod::Sms)));
        }
        user.mfa.legacy_sms = on;
        if on {
            user.mfa.enabled.insert(MfaMethod::Sms);
        } else {
            user.mfa.enabled.remove(&MfaMethod::Sms);
        }
        user.modified = now;
        Ok(json!({}))
    })
}

/// `GetUserAuthFactors`: the caller's second factors, and what they can begin to sign in with.
pub fn get_user_auth_factors(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.read(|state| {
        let user = state.user(&caller.sub)?;
        let settings = &state.settings;
        let configured: Vec<&FirstFactor> = settings
            .first_factors
            .iter()
            .filter(|factor| match factor {
                FirstFactor::Password => user.password.is_some(),
                FirstFactor::EmailOtp => user.contact(Contact::Email).is_some(),
                FirstFactor::SmsOtp => user.contact(Contact::PhoneNumber).is_some(),
                FirstFactor::WebAuthn => !user.passkeys.is_empty(),
            })
            .collect();
        let mut answer = json!({ "Username": user.username, "ConfiguredUserAuthFactors": configured });
        if let Some(preferred) = user.mfa.preferred {
            answer["PreferredMfaSetting"] = json!(preferred.challenge_name());
        }
        let turned_on = mfa_settings(&mfa::turned_on(settings, user), user.mfa.passkeys);
        if !turned_on.is_empty() {
            answer["UserMFASettingList"] = json!(turned_on);
        }
        Ok(answer)
    })
}
