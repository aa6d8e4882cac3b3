//! Who writes and who reads.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::{Malformed, OneLine};

/// One mail address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// The address, for an envelope and for operators. It never goes into the log.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// Letters that stand in an address without quotes (`atext` of RFC 5322), and the dot between them.
pub(super) fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

pub(super) fn has_dots_between(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|it| !it.is_empty())
}

/// Whether a name is one of the domain name system.
pub(crate) fn is_domain(text: &str) -> bool {
    let label = |it: &str| {
        it.len() <= 63
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !it.starts_with('-')
            && !it.ends_with('-')
    };
    has_dots_between(text) && text.len() <= 253 && text.split('.').all(label)
}

impl FromStr for Address {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (local, domain) = text.split_once('@').ok_or(Malformed::NotAnAddress)?;
        let good = local.len() <= 64 && has_dots_between(local) && local.bytes().all(is_local);
        if !good || !is_domain(domain) || text.len() > 254 {
            return Err(Malformed::NotAnAddress);
        }
        Ok(Self { text: text.to_owned(), at: local.len() })
    }
}

/// An address with the name of whoever reads there: `Press <press@example.org>`, or the address alone.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Mailbox {
    /// The name that is shown.
    pub name: Option<OneLine>,
    /// The address behind it.
    pub address: Address,
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Self { name: None, address }
    }
}

impl FromStr for Mailbox {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Ok(text.parse::<Address>()?.into());
        };
        let address = rest.strip_suffix('>').ok_or(Malformed::NotAnAddress)?.parse()?;
        let name = name.trim().trim_matches('"');
        let name = if name.is_empty() { None } else { Some(name.parse()?) };
        Ok(Self { name, address })
    }
}

impl TryFrom<String> for Address {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl TryFrom<String> for Mailbox {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Address(…)")
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Mailbox(…)")
    }
}
