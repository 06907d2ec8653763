//! Second factors: which are on, and switching them on and off.

use super::authorised;
use crate::{
    cognito::{
        error::{Error, ErrorKind, ServiceError},
        operations::{
            AssociateSoftwareToken, AuthFactor, ChallengeName, GetUser, GetUserAuthFactors, MfaSetting,
            SetUserMFAPreference, TokenOrSession, VerifySoftwareToken, VerifyStatus, WebAuthnMfaSetting,
        },
        types::{DeviceName, TotpCode, TotpSecret},
    },
    session::Account,
};

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Codes from an authenticator app.
    App,
    /// Codes by text message.
    Sms,
    /// Codes by email.
    Email,
    /// A passkey that verifies the user counts as both factors.
    Passkey,
}

impl Factor {
    /// All of them, the safest first.
    pub const ALL: [Self; 4] = [Self::App, Self::Passkey, Self::Email, Self::Sms];

    /// Reads the name of its challenge.
    fn read(name: &ChallengeName) -> Option<Self> {
        match name {
            ChallengeName::SoftwareTokenMfa => Some(Self::App),
            ChallengeName::SmsMfa => Some(Self::Sms),
            ChallengeName::EmailOtp => Some(Self::Email),
            ChallengeName::WebAuthn => Some(Self::Passkey),
            // Not a challenge, but what the pool calls them in its lists.
            ChallengeName::Unknown(name) if name == "WEB_AUTHN_MFA" => Some(Self::Passkey),
            _ => None,
        }
    }
}

/// The second factors of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    /// Those that are on, in the order of [`Factor::ALL`].
    pub on: Vec<Factor>,
    /// The only one that is asked for. Without it, who has several chooses at each sign-in.
    pub preferred: Option<Factor>,
}

impl Factors {
    fn read(on: &[ChallengeName], preferred: Option<&ChallengeName>) -> Self {
        let on: Vec<_> = on.iter().filter_map(Factor::read).collect();
        Self {
            preferred: preferred.and_then(Factor::read),
            on: Factor::ALL.into_iter().filter(|factor| on.contains(factor)).collect(),
        }
    }

    /// Those that are on and can be preferred: passkeys are never asked for after a password.
    pub fn codes(&self) -> Vec<Factor> {
        self.on.iter().copied().filter(|factor| *factor != Factor::Passkey).collect()
    }
}

/// Which are on (GetUser).
///
/// # Errors
/// As [`authorised`].
pub async fn factors(account: &dyn Account) -> Result<Factors, Error> {
    let user = authorised(account, GetUser::new).await?;
    Ok(Factors::read(&user.user_mfa_setting_list, user.preferred_mfa_setting.as_ref()))
}

/// What the person can begin a sign-in with, and their second factors (GetUserAuthFactors).
///
/// # Errors
/// As [`authorised`].
pub async fn standing(account: &dyn Account) -> Result<(Vec<AuthFactor>, Factors), Error> {
    let found = authorised(account, GetUserAuthFactors::new).await?;
    let factors = Factors::read(&found.user_mfa_setting_list, found.preferred_mfa_setting.as_ref());
    Ok((found.configured_user_auth_factors, factors))
}

/// A new secret for an authenticator app (AssociateSoftwareToken). An app that is on goes on until [`confirm_app`].
///
/// # Errors
/// SoftwareTokenMFANotFound if the pool has none of this kind; ConcurrentModification; as [`authorised`].
pub async fn new_app(account: &dyn Account) -> Result<TotpSecret, Error> {
    let who = |token| AssociateSoftwareToken::new(TokenOrSession::AccessToken(token));
    Ok(authorised(account, who).await?.secret_code)
}

/// Proves with a first code that the app has the secret (VerifySoftwareToken). The app is on after [`switch`].
///
/// # Errors
/// EnableSoftwareTokenMFA or CodeMismatch if the code is wrong; SoftwareTokenMFANotFound if another set-up has taken the place of
/// this one; as [`authorised`].
pub async fn confirm_app(account: &dyn Account, code: TotpCode, name: Option<DeviceName>) -> Result<(), Error> {
    let verify = move |token| VerifySoftwareToken {
        friendly_device_name: name.clone(),
        ..VerifySoftwareToken::new(TokenOrSession::AccessToken(token), code.clone())
    };
    match authorised(account, verify).await?.status {
        VerifyStatus::Success => Ok(()),
        _ => Err(Error::Service(ServiceError { kind: ErrorKind::EnableSoftwareTokenMFA, reason: None })),
    }
}

/// Switches one on or off (SetUserMFAPreference). One that was preferred is not any more.
///
/// # Errors
/// InvalidParameter if the pool has none of this kind, or the person lacks what it needs: a confirmed address, an app, a passkey;
/// as [`authorised`].
pub async fn switch(account: &dyn Account, factor: Factor, enabled: bool) -> Result<(), Error> {
    set(account, factor, MfaSetting { enabled, preferred_mfa: false }).await
}

/// Makes one the only one that is asked for, or with `None` leaves it to each sign-in (SetUserMFAPreference). `shown` is what the
/// person chose from.
///
/// # Errors
/// InvalidParameter if the one that is wanted has been switched off since; as [`switch`].
pub async fn prefer(account: &dyn Account, shown: &Factors, wanted: Option<Factor>) -> Result<(), Error> {
    if wanted == shown.preferred {
        return Ok(());
    }
    // To prefer one is to switch it on, also if it was removed in another tab.
    let now = factors(account).await?;
    match (wanted, wanted.or(now.preferred)) {
        (_, Some(factor)) if now.on.contains(&factor) => {
            set(account, factor, MfaSetting { enabled: true, preferred_mfa: wanted.is_some() }).await
        }
        (Some(_), _) => Err(Error::Service(ServiceError { kind: ErrorKind::InvalidParameter, reason: None })),
        (None, _) => Ok(()),
    }
}

async fn set(account: &dyn Account, factor: Factor, setting: MfaSetting) -> Result<(), Error> {
    let change = move |token| {
        let mut change = SetUserMFAPreference::new(token);
        match factor {
            Factor::App => change.software_token_mfa_settings = Some(setting),
            Factor::Sms => change.sms_mfa_settings = Some(setting),
            Factor::Email => change.email_mfa_settings = Some(setting),
            Factor::Passkey => change.web_authn_mfa_settings = Some(WebAuthnMfaSetting { enabled: setting.enabled }),
        }
        change
    };
    authorised(account, change).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_read_by_the_names_that_pools_have_for_them() {
        let names: Vec<_> = ["EMAIL_OTP", "WEB_AUTHN_MFA", "SOFTWARE_TOKEN_MFA", "RETINA_SCAN"]
            .into_iter()
            .map(ChallengeName::read)
            .collect();
        let factors = Factors::read(&names, Some(&ChallengeName::EmailOtp));
        assert_eq!(factors.on, [Factor::App, Factor::Passkey, Factor::Email]);
        assert_eq!(factors.preferred, Some(Factor::Email));
        assert_eq!(factors.codes(), [Factor::App, Factor::Email]);
        assert_eq!(Factors::read(&[], None), Factors::default());
        assert_eq!(Factor::read(&ChallengeName::SmsMfa), Some(Factor::Sms));
    }
}
