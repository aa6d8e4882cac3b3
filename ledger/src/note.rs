//! Signed notes: a text and signature lines below it, <https://c2sp.org/signed-note>.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::signature::{DASH, Signature};
use crate::signer::Signer;
use crate::verifier::Verifier;

/// Longest note accepted, in bytes.
pub const LONGEST_NOTE: usize = 1 << 20;

/// Most signatures accepted in one note.
pub const MOST_SIGNATURES: usize = 64;

/// A text with the signatures that claim to be of it. Nothing is known to be true of a note before
/// [`Note::verify`] has said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// Why a text is no signed note, or cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too long to be looked at.
    #[error("the note has {0} bytes; at most {LONGEST_NOTE} are read")]
    TooLong(usize),
    /// The text to be signed.
    #[error("the text of a note is UTF-8, ends in a newline and has no other control characters")]
    Text,
    /// No blank line before signatures, or none below it.
    #[error("a signed note ends in a blank line and at least one line `— NAME SIGNATURE`")]
    Unsigned,
    /// A line below the blank one.
    #[error("signature line {0} does not read `— NAME base64(key id and signature)`")]
    SignatureLine(usize),
    /// More signatures than are looked at.
    #[error("the note has more than {MOST_SIGNATURES} signatures")]
    TooManySignatures,
    /// A signature of a known key is wrong: the text was altered, or the signature.
    #[error("the signature of {0} does not fit the text: the note was altered")]
    BadSignature(String),
    /// Nobody known has signed.
    #[error("the note is signed by {signed}, by none of the keys accepted here: {accepted}")]
    Stranger {
        /// The names and ids in the signature lines.
        signed: String,
        /// The names and ids of the keys that would do.
        accepted: String,
    },
}

impl Note {
    /// Signs a text; it must end in a newline. The signatures stand in the order of the signers.
    ///
    /// # Errors
    /// [`NoteError::Text`], [`NoteError::Unsigned`] without a signer, and the limits of size.
    pub fn sign(text: String, signers: &[&Signer]) -> Result<Self, NoteError> {
        check_text(&text)?;
        let signatures: Vec<_> = signers.iter().map(|it| Signature::of(&text, it)).collect();
        match signatures.len() {
            0 => Err(NoteError::Unsigned),
            1..=MOST_SIGNATURES => Ok(Self { text, signatures }),
            _ => Err(NoteError::TooManySignatures),
        }
    }

    /// The signed text, with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines from top to bottom.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Which of the known keys have signed; at least one. Signatures of other keys are passed
    /// over; a wrong signature of a known key condemns the note.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] or [`NoteError::Stranger`].
    pub fn verify<'k>(&self, known: &'k [Verifier]) -> Result<Vec<&'k Verifier>, NoteError> {
        let mut signers = Vec::new();
        for signature in &self.signatures {
            let mut claimed = known.iter().filter(|key| signature.claims(key)).peekable();
            if claimed.peek().is_none() {
                continue;
            }
            let signer = claimed.find(|key| key.verifies(&self.text, signature.bytes()));
            let signer = signer.ok_or_else(|| NoteError::BadSignature(signature.signer()))?;
            if !signers.contains(&signer) {
                signers.push(signer);
            }
        }
        if signers.is_empty() { Err(self.stranger(known)) } else { Ok(signers) }
    }

    fn stranger(&self, known: &[Verifier]) -> NoteError {
        let signed: Vec<_> = self.signatures.iter().map(Signature::signer).collect();
        let accepted: Vec<_> = known.iter().map(Verifier::label).collect();
        NoteError::Stranger { signed: signed.join(", "), accepted: accepted.join(", ") }
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > LONGEST_NOTE {
            return Err(NoteError::TooLong(note.len()));
        }
        // The text may have blank lines too: the last one separates.
        let separator = note.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, lines) = (&note[..=separator], &note[separator + 2..]);
        check_text(text)?;
        let signatures = parse_signatures(lines)?;
        Ok(Self { text: text.to_owned(), signatures })
    }
}

impl TryFrom<&[u8]> for Note {
    type Error = NoteError;

    fn try_from(note: &[u8]) -> Result<Self, NoteError> {
        std::str::from_utf8(note).map_err(|_| NoteError::Text)?.parse()
    }
}

impl TryFrom<String> for Note {
    type Error = NoteError;

    fn try_from(note: String) -> Result<Self, NoteError> {
        note.parse()
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.to_string()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > LONGEST_NOTE {
        return Err(NoteError::TooLong(text.len()));
    }
    let clean = !text.bytes().any(|byte| byte < b' ' && byte != b'\n');
    if clean && text.ends_with('\n') { Ok(()) } else { Err(NoteError::Text) }
}

/// The signature lines below the blank line; each ends in a newline.
fn parse_signatures(lines: &str) -> Result<Vec<Signature>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
    let mut signatures = Vec::new();
    for (number, line) in lines.split('\n').enumerate() {
        if number == MOST_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let line = line.strip_prefix(DASH).and_then(Signature::parse);
        signatures.push(line.ok_or(NoteError::SignatureLine(number + 1))?);
    }
    Ok(signatures)
}
