//! A pool's password policy, checked before the password is sent. The pool has the last word.

/// What a pool expects of a password (`PasswordPolicyType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99.
    pub min_length: u8,
    /// At least one of a–z.
    pub lowercase: bool,
    /// At least one of A–Z.
    pub uppercase: bool,
    /// At least one of 0–9.
    pub numbers: bool,
    /// At least one of Cognito's symbols.
    pub symbols: bool,
}

impl Default for PasswordPolicy {
    /// Cognito's own default.
    fn default() -> Self {
        Self { min_length: 8, lowercase: true, uppercase: true, numbers: true, symbols: true }
    }
}

/// One requirement of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// At least so many characters.
    Length(u8),
    /// A lower-case letter.
    Lowercase,
    /// An upper-case letter.
    Uppercase,
    /// A digit.
    Number,
    /// A symbol.
    Symbol,
}

/// The characters Cognito counts as symbols, and the space when it is neither first nor last.
/// Source: the developer guide, "Adding user pool password requirements".
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+=";

impl PasswordPolicy {
    /// The rules, in the order they are shown.
    pub fn rules(&self) -> impl Iterator<Item = Rule> {
        [
            Some(Rule::Length(self.min_length)),
            self.lowercase.then_some(Rule::Lowercase),
            self.uppercase.then_some(Rule::Uppercase),
            self.numbers.then_some(Rule::Number),
            self.symbols.then_some(Rule::Symbol),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether a password keeps every rule.
    pub fn accepts(&self, password: &str) -> bool {
        self.rules().all(|rule| rule.holds(password))
    }
}

impl Rule {
    /// Whether a password keeps this rule.
    pub fn holds(self, password: &str) -> bool {
        match self {
            Self::Length(min) => password.chars().count() >= usize::from(min),
            Self::Lowercase => password.bytes().any(|b| b.is_ascii_lowercase()),
            Self::Uppercase => password.bytes().any(|b| b.is_ascii_uppercase()),
            Self::Number => password.bytes().any(|b| b.is_ascii_digit()),
            Self::Symbol => password.contains(|c| SYMBOLS.contains(c)) || password.trim_matches(' ').contains(' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_rule_is_checked() {
        let policy = PasswordPolicy::default();
        for (password, accepted) in [
            ("Abcdef1!", true),
            ("Abcde1!", false),
            ("ABCDEF1!", false),
            ("abcdef1!", false),
            ("Abcdefg!", false),
            ("Abcdefg1", false),
            ("Abcd ef1", true),
            (" Abcdef1", false),
            ("Abcdef1 ", false),
            ("Ünïcödé1A!", true),
            ("", false),
        ] {
            assert_eq!(policy.accepts(password), accepted, "{password:?}");
        }
    }

    #[test]
    fn rules_that_are_off_are_not_listed() {
        let policy =
            PasswordPolicy { min_length: 12, lowercase: false, uppercase: false, numbers: true, symbols: false };
        assert_eq!(policy.rules().collect::<Vec<_>>(), [Rule::Length(12), Rule::Number]);
    }

    proptest! {
        #[test]
        fn a_longer_password_breaks_no_rule(password in ".{0,20}", more in "[a-zA-Z0-9!]{1,5}") {
            let policy = PasswordPolicy::default();
            if policy.accepts(&password) {
                let longer = password + &more;
                prop_assert!(policy.accepts(&longer));
            }
        }
    }
}
