//! Which second factors a user has and which one is asked for.

use super::settings::{Contact, FactorConfiguration, MfaConfiguration, MfaMethod, Settings};
use super::user::User;

/// What is asked of a user after the first factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Nothing.
    None,
    /// A code of this kind.
    Ask(MfaMethod),
    /// Which of these it shall be.
    Choose(Vec<MfaMethod>),
    /// To set one of these up.
    SetUp(Vec<MfaMethod>),
}

/// Whether a user could give a code of this kind.
pub fn can_use(user: &User, method: MfaMethod) -> bool {
    match method {
        MfaMethod::Sms => user.contact(Contact::PhoneNumber).is_some(),
        MfaMethod::Email => user.contact(Contact::Email).is_some(),
        MfaMethod::SoftwareToken => user.mfa.software_token.is_some(),
    }
}

/// The second factors a user has turned on and can use.
pub fn turned_on(settings: &Settings, user: &User) -> Vec<MfaMethod> {
    let methods = settings.mfa.methods.iter().copied();
    methods.filter(|method| user.mfa.enabled.contains(method) && can_use(user, *method)).collect()
}

/// The second factors that may be asked for. Where everybody needs one, an address will do without being turned on.
fn usable(settings: &Settings, user: &User) -> Vec<MfaMethod> {
    let chosen = turned_on(settings, user);
    if chosen.is_empty() && settings.mfa.configuration == MfaConfiguration::On {
        let methods = settings.mfa.methods.iter().copied();
        return methods.filter(|method| can_use(user, *method)).collect();
    }
    chosen
}

/// Whether a sign-in of this user needs a second factor.
pub fn is_needed(settings: &Settings, user: &User) -> bool {
    match settings.mfa.configuration {
        MfaConfiguration::Off => false,
        MfaConfiguration::Optional => !turned_on(settings, user).is_empty(),
        MfaConfiguration::On => true,
    }
}

/// What is asked of a user who has shown one factor. `wanted` where the sign-in asked for two.
pub fn second_factor(settings: &Settings, user: &User, wanted: bool) -> SecondFactor {
    if settings.mfa.configuration == MfaConfiguration::Off || !(wanted || is_needed(settings, user)) {
        return SecondFactor::None;
    }
    let usable = usable(settings, user);
    if let Some(preferred) = user.mfa.preferred
        && usable.contains(&preferred)
    {
        return SecondFactor::Ask(preferred);
    }
    match usable[..] {
        [] if settings.mfa.configuration == MfaConfiguration::On => SecondFactor::SetUp(settings.mfa.methods.clone()),
        [] => SecondFactor::None,
        [only] => SecondFactor::Ask(only),
        _ => SecondFactor::Choose(usable),
    }
}

/// Whether a passkey with user verification counts as two factors for this user.
pub fn passkey_is_enough(settings: &Settings, user: &User) -> bool {
    settings.web_authn.factor_configuration == FactorConfiguration::MultiFactorWithUserVerification && user.mfa.passkeys
}

/// The names of challenges as the parameters carry them: a JSON list as text.
pub fn names(methods: &[MfaMethod]) -> String {
    let names: Vec<&str> = methods.iter().map(|method| method.challenge_name()).collect();
    serde_json::Value::from(names).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::pool::user::{SoftwareToken, UserStatus};
    use crate::totp::TotpSecret;

    fn user() -> User {
        let mut user = User::new("s".to_owned(), "s", UserStatus::Confirmed, Timestamp::from_millis(0));
        user.set_attribute("email", "ann@example.com");
        user
    }

    fn with_token(mut user: User) -> User {
        user.mfa.software_token = Some(SoftwareToken { secret: TotpSecret::generate(), name: None, last_step: None });
        user.mfa.enabled.insert(MfaMethod::SoftwareToken);
        user
    }

    fn settings(configuration: MfaConfiguration, methods: &[MfaMethod]) -> Settings {
        let mut settings = Settings::default();
        settings.mfa.configuration = configuration;
        settings.mfa.methods = methods.to_vec();
        settings
    }

    #[test]
    fn optional_asks_those_who_set_one_up() {
        let settings = settings(MfaConfiguration::Optional, &MfaMethod::ALL);
        assert_eq!(second_factor(&settings, &user(), false), SecondFactor::None);
        assert_eq!(second_factor(&settings, &user(), true), SecondFactor::None, "there is none to be wanted");
        let mut ann = with_token(user());
        assert_eq!(second_factor(&settings, &ann, false), SecondFactor::Ask(MfaMethod::SoftwareToken));
        ann.mfa.enabled.insert(MfaMethod::Email);
        let both = vec![MfaMethod::SoftwareToken, MfaMethod::Email];
        assert_eq!(second_factor(&settings, &ann, false), SecondFactor::Choose(both));
        ann.mfa.preferred = Some(MfaMethod::Email);
        assert_eq!(second_factor(&settings, &ann, false), SecondFactor::Ask(MfaMethod::Email));
    }

    #[test]
    fn required_asks_everybody() {
        use MfaMethod::{Email, SoftwareToken};
        let token_only = settings(MfaConfiguration::On, &[SoftwareToken]);
        assert_eq!(second_factor(&token_only, &user(), false), SecondFactor::SetUp(vec![SoftwareToken]));
        let with_email = settings(MfaConfiguration::On, &[SoftwareToken, Email]);
        assert_eq!(second_factor(&with_email, &user(), false), SecondFactor::Ask(Email));
        assert_eq!(second_factor(&with_email, &with_token(user()), false), SecondFactor::Ask(SoftwareToken));
    }

    #[test]
    fn off_asks_nobody() {
        let settings = settings(MfaConfiguration::Off, &MfaMethod::ALL);
        assert_eq!(second_factor(&settings, &with_token(user()), true), SecondFactor::None);
    }
}
