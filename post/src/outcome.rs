//! What became of one attempt: accepted, or refused with where, why, and whether trying again may help.

use std::fmt;

use crate::head::Address;

/// What became of one attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Whoever is next on the way has it and answers for it.
    Accepted {
        /// What was answered.
        reply: Words,
    },
    /// It is still here.
    Refused(Refusal),
}

/// A refusal, or the want of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// How far it came.
    pub phase: Phase,
    /// The code of the answer, if there was one.
    pub code: Option<u16>,
    /// The enhanced status (RFC 3463) of the answer, as in `5.1.1`.
    pub status: Option<String>,
    /// What was answered, or what went wrong.
    pub words: Words,
    /// Whether the same again would be refused again. A letter whose refusal is not permanent is tried again.
    pub permanent: bool,
}

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Finding the other side, and its greeting.
    Connect,
    /// Encrypting the connection.
    Tls,
    /// Saying who we are.
    Auth,
    /// Naming the sender.
    From,
    /// Naming the recipient.
    To,
    /// Asking to send the letter.
    Data,
    /// The letter was sent; its answer. Without one it may have been accepted.
    EndOfData,
    /// The answer of a webhook.
    Answer,
    /// Writing a file.
    File,
}

impl Phase {
    /// Its name, for the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::From => "from",
            Self::To => "to",
            Self::Data => "data",
            Self::EndOfData => "end of data",
            Self::Answer => "answer",
            Self::File => "file",
        }
    }
}

/// What the other side said: short, on one line, in two readings.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    whole: String,
    without_addresses: String,
}

/// As many characters as are kept.
const MOST: usize = 400;

impl Words {
    /// Cleans what was said. `known` are the addresses that it was said about: their parts are addresses too.
    pub fn clean(said: &str, known: &[&Address]) -> Self {
        let visible = |it: char| if it.is_control() { ' ' } else { it };
        let mut line: String = said.chars().take(4 * MOST).map(visible).collect();
        if said.chars().nth(4 * MOST).is_some() {
            // Half an address is not known as one.
            line.truncate(line.rfind(' ').unwrap_or_default());
        }
        let whole = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let masked = mask(&whole, known);
        let short = |it: String| it.chars().take(MOST).collect();
        Self { whole: short(whole), without_addresses: short(masked) }
    }

    /// As it was said, for operators only: it may hold addresses.
    pub fn for_operators(&self) -> &str {
        &self.whole
    }

    /// For the log and everybody else.
    pub fn without_addresses(&self) -> &str {
        &self.without_addresses
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.without_addresses)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.without_addresses)
    }
}

/// Puts `(address)` in place of whatever looks like an address, or is a part of one that is known.
fn mask(text: &str, known: &[&Address]) -> String {
    let ends = |it: char| it.is_whitespace() || "<>()[]{}\"',;:`".contains(it);
    let is_known = |word: &str| {
        let word = word.trim_end_matches('.');
        let same = |it: &str| it.eq_ignore_ascii_case(word);
        known.iter().any(|it| same(it.local()) || same(it.domain()))
    };
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends);
        // Some write `user=40example.org`, some `user%example.org@relay`.
        if word.contains('@') || word.contains("=40") || word.contains("%40") || is_known(word) {
            out.push_str("(address)");
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// The enhanced status at the beginning of an answer, when it is of the same class as its code.
pub(crate) fn status(code: Option<u16>, words: &str) -> Option<String> {
    let first = words.split_whitespace().next()?;
    let is_status =
        is_status(first) && first.bytes().next() == Some(b'0' + u8::try_from(code? / 100).ok()?);
    is_status.then(|| first.to_owned())
}

/// Whether a word is an enhanced status: `5.1.1`.
pub(crate) fn is_status(word: &str) -> bool {
    let number = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.into_iter().all(number)
}
