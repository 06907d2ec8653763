//! Parameters of a query or a form.

/// Names and values in their order.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// A value. One that is empty is as good as none (RFC 6749 section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Names and values that begin with a prefix, in their order.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a parameter occurs more than once, so that nobody could say which value is meant.
    pub fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(found, _)| found == name).count() > 1
    }

    /// What is wrong with them as a whole: a parameter that occurs twice (RFC 6749 section 3.1), bytes that are no text.
    pub fn flaw(&self) -> Option<String> {
        for (name, value) in &self.0 {
            // What stands where bytes could not be read.
            if name.contains(char::REPLACEMENT_CHARACTER) || value.contains(char::REPLACEMENT_CHARACTER) {
                return Some("The request is not UTF-8.".to_owned());
            }
            if self.repeats(name) {
                return Some(format!("The parameter {name} occurs more than once."));
            }
        }
        None
    }

    /// The same parameters as text.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// The same without some, and with one more at the end.
    pub fn replacing(&self, without: &[&str], name: &str, value: &str) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !without.contains(&name.as_str())).cloned();
        Self(kept.chain([(name.to_owned(), value.to_owned())]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let params = Params::read(b"a=1+2&b=%C3%A4%26&c=&d&prefix.x=y");
        assert_eq!(params.get("a"), Some("1 2"));
        assert_eq!(params.get("b"), Some("ä&"));
        assert_eq!((params.get("c"), params.get("d"), params.get("e")), (None, None, None));
        assert_eq!(params.with_prefix("prefix.").collect::<Vec<_>>(), [("prefix.x", "y")]);
        assert_eq!(params.flaw(), None);
        assert_eq!(params.replacing(&["b", "c", "d", "prefix.x"], "z", "/").encode(), "a=1+2&z=%2F");
    }

    #[test]
    fn repeated_and_broken_ones_are_flaws() {
        assert!(Params::read(b"a=1&b=2&a=1").flaw().unwrap().contains('a'));
        assert!(Params::read(b"a=%FF").flaw().is_some());
    }
}
