//! Secrets: known by name everywhere, by value only where a process is started.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

/// Fewest characters of a secret: a shorter one could not be masked without masking half of what is printed.
pub const SHORTEST_SECRET: usize = 4;

/// Secrets by name. `Debug` shows the names alone.
#[derive(Clone, Default)]
pub struct Secrets(Arc<BTreeMap<String, SecretString>>);

/// Why a value is no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// Too short.
    #[error(
        "the secret `{0}` has fewer than {SHORTEST_SECRET} characters: it could not be masked in what programs print"
    )]
    Short(String),
    /// A byte that no environment variable can hold.
    #[error("the secret `{0}` has a NUL character")]
    Nul(String),
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Secrets {
    /// Secrets by name. One line break at the end of a value, as editors leave it, does not count.
    ///
    /// # Errors
    /// The first value that cannot be kept secret.
    pub fn new(given: BTreeMap<String, SecretString>) -> Result<Self, SecretFault> {
        let mut kept = BTreeMap::new();
        for (name, value) in given {
            let value = value.expose_secret();
            let value = value.strip_suffix('\n').unwrap_or(value);
            let value = value.strip_suffix('\r').unwrap_or(value);
            if value.chars().count() < SHORTEST_SECRET {
                return Err(SecretFault::Short(name));
            }
            if value.contains('\0') {
                return Err(SecretFault::Nul(name));
            }
            kept.insert(name, SecretString::from(value.to_owned()));
        }
        Ok(Self(Arc::new(kept)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(SecretString::expose_secret)
    }

    /// Whether a text holds the value of one of them.
    #[must_use]
    pub fn leak_into(&self, text: &str) -> bool {
        self.0.values().any(|it| text.contains(it.expose_secret()))
    }

    /// The text with every value replaced by its name. The longest go first: one may be part of another.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        if !self.leak_into(&text) {
            return text;
        }
        let mut all: Vec<(&String, &SecretString)> = self.0.iter().collect();
        all.sort_by_key(|(_, value)| std::cmp::Reverse(value.expose_secret().len()));
        all.into_iter().fold(text, |text, (name, value)| {
            text.replace(value.expose_secret(), &format!("${{{name}}}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(all: &[(&str, &str)]) -> Result<Secrets, SecretFault> {
        let given = all.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Secrets::new(given.collect())
    }

    #[test]
    fn a_value_is_replaced_by_its_name_wherever_it_is() {
        let secrets = secrets(&[("a", "hunter2\n"), ("b", "hunter2-and-more")]).unwrap();
        let text = "x hunter2 y hunter2-and-more".to_owned();
        assert_eq!(secrets.masked(text), "x ${a} y ${b}");
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_masked_is_no_secret() {
        assert_eq!(secrets(&[("a", "abc\n")]).unwrap_err(), SecretFault::Short("a".to_owned()));
        assert_eq!(secrets(&[("a", "ab\0cd")]).unwrap_err(), SecretFault::Nul("a".to_owned()));
    }
}
