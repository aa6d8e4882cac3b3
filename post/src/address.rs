//! Words of a mail's head, each checked where it comes in: one line, an address, a mailbox, the name of a message.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// Why a word cannot stand in a mail. It does not repeat the word: that may be somebody's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A line end or another control character, which would begin a header of its own.
    #[error("it holds a control character or a line end; write it on one line")]
    Control,
    /// Longer than a line of mail bears.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Not an address that every mail server takes.
    #[error(
        "it is not a mail address as in `name@example.org`: ASCII only (a domain of other letters in its `xn--` form), \
         without quotes, spaces and comments"
    )]
    NotAnAddress,
    /// Not the name of a message.
    #[error("it is not a Message-ID as in `<2013.press@portolan.example>`")]
    NotAMessageId,
    /// Not an https address.
    #[error(
        "it is not an address as in `https://example.org/…`, in ASCII, without spaces and brackets"
    )]
    NotALink,
    /// Not a media type.
    #[error("it is not the type of a file as in `text/csv`")]
    NotAMediaType,
}

/// Text on one line: a subject, a name, the name of a file.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OneLine(String);

/// As much as a subject or a name may take.
const LINE_BYTES: usize = 500;

impl OneLine {
    /// The text as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OneLine {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        // The separators of Unicode end lines too, for some that read mail.
        if text.chars().any(|it| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}')) {
            return Err(Malformed::Control);
        }
        match text.trim() {
            "" => Err(Malformed::Empty),
            _ if text.len() > LINE_BYTES => Err(Malformed::TooLong(LINE_BYTES)),
            trimmed => Ok(Self(trimmed.to_owned())),
        }
    }
}

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
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

fn has_dots_between(text: &str) -> bool {
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

macro_rules! from_string {
    ($($word:ty),*) => {$(
        impl TryFrom<String> for $word {
            type Error = Malformed;

            fn try_from(text: String) -> Result<Self, Malformed> {
                text.parse()
            }
        }
    )*};
}
from_string!(OneLine, Address, Mailbox, MessageId);

impl fmt::Debug for OneLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OneLine({} bytes)", self.0.len())
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
