//! Levels of authentication: what `TARGET_ACR_VALUES` asks for and the `acr` claim says.

use super::state::{Method, Proof};
use crate::wire::ApiError;

/// A level, from weakest to strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// One factor.
    One,
    /// One factor that cannot be phished: a passkey.
    Two,
    /// More than one factor.
    Three,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// The URI.
    pub fn uri(self) -> &'static str {
        match self {
            Self::One => "urn:cognito:loa:1",
            Self::Two => "urn:cognito:loa:2",
            Self::Three => "urn:cognito:loa:3",
        }
    }

    /// The level a proof reaches, if it is one.
    pub fn of(proof: &Proof) -> Option<Self> {
        if proof.multi_factor {
            Some(Self::Three)
        } else if proof.methods.contains(&Method::Pop) {
            Some(Self::Two)
        } else {
            (!proof.methods.is_empty()).then_some(Self::One)
        }
    }

    /// The levels a list separated by spaces names, in its order. What is no level is passed over.
    ///
    /// # Errors
    /// `InvalidParameterException` if none is.
    pub fn list(text: &str) -> Result<Vec<Self>, ApiError> {
        let known = |uri: &str| Self::ALL.into_iter().find(|level| level.uri() == uri);
        let levels: Vec<Self> = text.split_ascii_whitespace().filter_map(known).collect();
        if levels.is_empty() {
            return Err(ApiError::invalid_parameter("TARGET_ACR_VALUES has no value that is known."));
        }
        Ok(levels)
    }
}

/// What a sign-in was asked to reach: levels in order of preference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target(pub Vec<Level>);

impl Target {
    /// The level that a proof reaches among those asked for, the most preferred first.
    pub fn reached(&self, proof: &Proof) -> Option<Level> {
        let level = Level::of(proof)?;
        self.0.iter().copied().find(|target| *target <= level)
    }

    /// Whether a second factor is to be asked for: where something is preferred that one factor does not reach.
    pub fn wants_second_factor(&self, proof: &Proof) -> bool {
        match (self.0.first(), Level::of(proof)) {
            (Some(first), Some(level)) => *first > level,
            _ => false,
        }
    }
}

/// The `amr` claim of a proof.
pub fn amr(proof: &Proof) -> Vec<&'static str> {
    let name = |method: &Method| match method {
        Method::Pwd => "pwd",
        Method::Otp => "otp",
        Method::Pop => "pop",
    };
    proof.methods.iter().map(name).chain(proof.multi_factor.then_some("mfa")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_levels_are_passed_over() {
        assert_eq!(Level::list("urn:x urn:cognito:loa:3  urn:cognito:loa:1").unwrap(), [Level::Three, Level::One]);
        assert!(Level::list("urn:x").is_err());
        assert!(Level::list("").is_err());
    }

    #[test]
    fn a_proof_reaches_a_level() {
        let password = Proof::by(Method::Pwd);
        let both = password.clone().and(Method::Otp);
        let target = Target(vec![Level::Three, Level::One]);
        assert_eq!(target.reached(&password), Some(Level::One));
        assert_eq!(target.reached(&both), Some(Level::Three));
        assert!(target.wants_second_factor(&password));
        assert!(!target.wants_second_factor(&both));
        assert!(!Target::default().wants_second_factor(&password));
        assert_eq!(Target(vec![Level::Two]).reached(&password), None);
        assert_eq!(amr(&both), ["pwd", "otp", "mfa"]);
    }
}
