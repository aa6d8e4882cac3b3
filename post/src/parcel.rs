//! One letter to one recipient, and the bytes that it becomes.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use lettre::message::header::ContentType;

use crate::head::{Address, Mailbox, Malformed, MessageId, OneLine};
use crate::mime;
use crate::openpgp::{Protection, Unusable};

/// As many bytes as a message may have, headers, encoding and all: what mail servers commonly take.
pub const MESSAGE_BYTES: usize = 10 * 1024 * 1024;

/// One letter to one recipient. Everything in it is given: no clock is read, nothing is drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The same for every attempt, so that a second copy is known as one.
    pub message_id: MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// Who writes.
    pub from: Mailbox,
    /// Who reads: one, so that nobody learns of others.
    pub to: Mailbox,
    /// Where answers go, if not to who writes.
    pub reply_to: Option<Mailbox>,
    /// What it is about. Under OpenPGP it is inside, and the outer one says nothing.
    pub subject: OneLine,
    /// The letter as plain text.
    pub text: String,
    /// The letter as HTML.
    pub html: Option<String>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
    /// How to end such letters (RFC 2369, RFC 8058).
    pub list_unsubscribe: Option<Unsubscribe>,
    /// Whether no person wrote it (RFC 3834), so that no machine answers.
    pub auto_submitted: bool,
}

/// A file that goes with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: OneLine,
    /// Its type.
    pub media_type: MediaType,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The type of a file, as in `text/csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(pub(crate) ContentType);

impl FromStr for MediaType {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let visible = text.len() <= 100 && text.bytes().all(|it| (b' '..=b'~').contains(&it));
        // What has parts of its own would be read as a part of the letter.
        let is_whole =
            !["multipart/", "message/"].iter().any(|it| text.to_ascii_lowercase().starts_with(it));
        let parsed = ContentType::parse(text).ok().filter(|_| visible && is_whole);
        parsed.map(Self).ok_or(Malformed::NotAMediaType)
    }
}

/// A link that ends such letters; by one request, without a page between, if `one_click`.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    pub(crate) link: String,
    pub(crate) one_click: bool,
}

impl Unsubscribe {
    /// Takes an https link.
    pub fn at(link: &str, one_click: bool) -> Result<Self, Malformed> {
        let plain = link.bytes().all(|it| it.is_ascii_graphic() && !b"<>\",".contains(&it));
        if !link.starts_with("https://") || link.len() > 800 || !plain {
            return Err(Malformed::NotALink);
        }
        Ok(Self { link: link.to_owned(), one_click })
    }
}

/// Why a letter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// It would be larger than mail servers take.
    #[error(
        "the letter is larger than {MESSAGE_BYTES} bytes: send fewer or smaller files, or a link to them"
    )]
    TooLarge,
    /// Its date is before 1970 or too far away.
    #[error("the letter's date cannot be written in a mail")]
    Date,
    /// It cannot be encrypted or signed.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// lettre would not build it.
    #[error("the letter cannot be written as a mail: {0}")]
    Form(String),
}

/// A letter as it travels: its bytes, and the two addresses of its envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub(crate) message_id: MessageId,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}

impl Message {
    /// Its name.
    pub fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// What is sent: ASCII, lines of at most 998 bytes, ended by CR LF.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Parcel {
    /// The letter as bytes: the same parcel and the same protection give the same bytes.
    pub fn message(&self, protection: &Protection<'_>) -> Result<Message, Unsendable> {
        let raw: usize = self.attachments.iter().map(|it| it.bytes.len()).sum();
        // Before it is encoded, which makes it larger.
        if raw + self.text.len() + self.html.as_ref().map_or(0, String::len) > MESSAGE_BYTES {
            return Err(Unsendable::TooLarge);
        }
        let bytes = mime::write(self, protection)?;
        if bytes.len() > MESSAGE_BYTES {
            return Err(Unsendable::TooLarge);
        }
        let (from, to) = (self.from.address.clone(), self.to.address.clone());
        Ok(Message { message_id: self.message_id.clone(), from, to, bytes })
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Parcel");
        shown.field("message_id", &self.message_id).field("date", &self.date);
        shown.field("attachments", &self.attachments).finish_non_exhaustive()
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Attachment({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for Unsubscribe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Unsubscribe(…)") // its link bears a token
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Message({}, {} bytes)", self.message_id, self.bytes.len())
    }
}
