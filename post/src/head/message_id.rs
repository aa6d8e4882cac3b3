//! How a letter is known again.

use std::fmt;
use std::str::FromStr;

use super::Malformed;
use super::address::{has_dots_between, is_local};

/// The name of a message, the same however often it is sent: `<left@right>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// The name in its angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let inner = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
        let (left, right) =
            inner.and_then(|it| it.split_once('@')).ok_or(Malformed::NotAMessageId)?;
        let good = |it: &str| has_dots_between(it) && it.bytes().all(is_local);
        if !good(left) || !good(right) || text.len() > 250 {
            return Err(Malformed::NotAMessageId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MessageId({})", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
