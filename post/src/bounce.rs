//! Letters that came back: what a delivery status notification (RFC 3464) says, and about which of our letters.
//!
//! Anybody can write one. Only a Message-ID that we sent makes it worth a thought, and the recipient that it names is a
//! claim, to be held against whom that letter was for.

mod fields;
mod mailbox;
mod parts;

use std::fmt;

use crate::head::MessageId;
use crate::outcome::{Words, is_status};
use parts::Part;

pub use mailbox::{Found, Unread, maildir, mbox, messages};

/// As large as a notification may be: the letter that came back may be in it.
pub const NOTIFICATION_BYTES: usize = 16 * 1024 * 1024;

/// As many recipients of one notification are read; our letters have one.
const RECIPIENTS: usize = 64;

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The letter that it is about, from the headers that came back.
    pub message_id: MessageId,
    /// What became of it, for each recipient it names.
    pub fates: Vec<Fate>,
}

/// What became of a letter for one recipient, as claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Fate {
    /// Who it was for, as claimed: not checked, and for a comparison only.
    pub recipient: String,
    /// What was done.
    pub action: Action,
    /// The enhanced status (RFC 3463), as in `5.1.1`.
    pub status: Option<String>,
    /// What the last server said.
    pub words: Words,
}

/// What was done with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It will not arrive.
    Failed,
    /// It is still on its way.
    Delayed,
    /// It arrived.
    Delivered,
    /// It went on to where nobody tells us more.
    Relayed,
    /// It went on to several others.
    Expanded,
}

/// Why a message tells nothing about our letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABounce {
    /// Something else.
    #[error("this is not a delivery status notification (multipart/report, RFC 3464)")]
    OtherMail,
    /// Too large to be looked at.
    #[error("this is larger than {NOTIFICATION_BYTES} bytes")]
    TooLarge,
    /// It does not say which letter.
    #[error("the notification does not say which letter it is about: no Message-ID, or several")]
    WhichLetter,
    /// It does not say what became of it.
    #[error("the notification does not say what became of the letter")]
    WhichFate,
}

/// Reads one message. Whatever the bytes, it comes to an end and does not panic.
pub fn read(bytes: &[u8]) -> Result<Bounce, NotABounce> {
    if bytes.len() > NOTIFICATION_BYTES {
        return Err(NotABounce::TooLarge);
    }
    let report = Part::read(bytes);
    if !report.is_report() {
        return Err(NotABounce::OtherMail);
    }
    let parts = report.parts();
    let status = parts.iter().find(|it| STATUS.contains(&it.kind.as_str()));
    let groups = fields::groups(&status.map(Part::text).unwrap_or_default());
    // The first group is about the message, each later one about a recipient.
    let fates: Vec<Fate> = groups.iter().skip(1).take(RECIPIENTS).filter_map(fate).collect();
    if fates.is_empty() {
        return Err(NotABounce::WhichFate);
    }
    Ok(Bounce { message_id: returned_id(&parts).ok_or(NotABounce::WhichLetter)?, fates })
}

/// What became of a letter.
const STATUS: [&str; 2] = ["message/delivery-status", "message/global-delivery-status"];

/// A letter that came back, or its head.
const RETURNED: [&str; 5] = [
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
];

/// The name of the letter in the headers that came back; none, if there are several.
fn returned_id(parts: &[Part<'_>]) -> Option<MessageId> {
    let returned = parts.iter().filter(|it| RETURNED.contains(&it.kind.as_str()));
    let found: Vec<String> = returned.flat_map(|it| ids(&fields::head(&it.text()))).collect();
    match found.as_slice() {
        [only] => only.parse().ok(),
        _ => None,
    }
}

fn ids(head: &fields::Group) -> Vec<String> {
    head.all("message-id").map(|it| it.trim().to_owned()).collect()
}

fn fate(group: &fields::Group) -> Option<Fate> {
    let recipient = group.one("original-recipient").or_else(|| group.one("final-recipient"))?;
    let action = match group.one("action")?.trim().to_ascii_lowercase().as_str() {
        "failed" => Action::Failed,
        "delayed" => Action::Delayed,
        "delivered" => Action::Delivered,
        "relayed" => Action::Relayed,
        "expanded" => Action::Expanded,
        _ => return None,
    };
    // `rfc822; press@example.org`, and `5.1.1 (no such user)`.
    let recipient = recipient.split_once(';').map_or(recipient, |(_, it)| it).trim();
    let status =
        group.one("status").and_then(|it| it.split_whitespace().next()).filter(|it| is_status(it));
    let said = group.one("diagnostic-code").unwrap_or_default();
    let said = said.split_once(';').map_or(said, |(_, it)| it);
    let known = recipient.parse().ok();
    Some(Fate {
        recipient: recipient.chars().filter(|it| !it.is_control()).take(254).collect(),
        action,
        status: status.map(str::to_owned),
        words: Words::clean(said, &known.iter().collect::<Vec<_>>()),
    })
}

impl fmt::Debug for Fate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Fate");
        shown.field("action", &self.action).field("status", &self.status);
        shown.field("words", &self.words).finish_non_exhaustive()
    }
}
