//! From what has been written and a new command about letters to the event it causes, or a refusal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::publishing::{embargo, publish, settle};
use super::{Letter, LetterRegistry, Stage};
use crate::declare::{NotDeclared, optional, words};
use crate::event::{
    About, Answered, CampaignPublished, DisputeSettled, EmbargoSet, LetterAcknowledged,
    LetterEvent, LetterFailed, LetterPrepared, LetterPreviewed, LetterReported, LetterSent,
};
use crate::ids::{CampaignId, ContactId, LetterId};
use crate::registry::Declared;

/// Something asked about letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterCommand {
    /// Keep results from the public until a date.
    Embargo(EmbargoSet),
    /// Note that a letter was written.
    Prepare(LetterPrepared),
    /// Note that an operator looked at it.
    NotePreview(LetterPreviewed),
    /// Note that it was handed over.
    NoteSent(LetterSent),
    /// Note that it could not be handed over.
    NoteFailure(LetterFailed),
    /// Note what another system says of it.
    NoteReport(LetterReported),
    /// Note that its recipient has it.
    Acknowledge(LetterAcknowledged),
    /// Reply to what a vendor disputes.
    Settle(DisputeSettled),
    /// Make results public.
    Publish(CampaignPublished),
}

impl LetterCommand {
    /// The letter it is about; none when it is about a campaign or an answer.
    #[must_use]
    pub fn letter(&self) -> Option<&LetterId> {
        match self {
            LetterCommand::Prepare(it) => Some(&it.letter),
            LetterCommand::NotePreview(it) => Some(&it.letter),
            LetterCommand::NoteSent(it) => Some(&it.letter),
            LetterCommand::NoteFailure(it) => Some(&it.letter),
            LetterCommand::NoteReport(it) => Some(&it.letter),
            LetterCommand::Acknowledge(it) => Some(&it.letter),
            LetterCommand::Embargo(_) | LetterCommand::Settle(_) | LetterCommand::Publish(_) => {
                None
            }
        }
    }
}

impl LetterCommand {
    /// The same, by whoever really asks.
    #[must_use]
    pub fn by(self, by: &str) -> Self {
        let by = by.to_owned();
        match self {
            LetterCommand::Embargo(it) => LetterCommand::Embargo(EmbargoSet { by, ..it }),
            LetterCommand::Prepare(it) => LetterCommand::Prepare(LetterPrepared { by, ..it }),
            LetterCommand::NotePreview(it) => {
                LetterCommand::NotePreview(LetterPreviewed { by, ..it })
            }
            LetterCommand::Settle(it) => LetterCommand::Settle(DisputeSettled { by, ..it }),
            LetterCommand::Publish(it) => LetterCommand::Publish(CampaignPublished { by, ..it }),
            command @ (LetterCommand::NoteSent(_)
            | LetterCommand::NoteFailure(_)
            | LetterCommand::NoteReport(_)
            | LetterCommand::Acknowledge(_)) => command,
        }
    }
}

/// What is known when a command is judged.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Letters and publications.
    pub letters: &'a LetterRegistry,
    /// What vendors answered.
    pub answers: &'a [Declared<Answered>],
}

/// Why a command about letters is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// A text is missing, too long, or holds control characters.
    #[error(transparent)]
    Words(#[from] NotDeclared),
    /// The date of an embargo has passed.
    #[error("the date {0} has passed: an embargo looks ahead")]
    Past(Timestamp),
    /// The results are public.
    #[error("the results of `{0}` are public already: nobody can take them back")]
    Public(CampaignId),
    /// Another letter has this name.
    #[error("there is another letter `{0}` already")]
    There(LetterId),
    /// There is no such letter.
    #[error("there is no letter `{0}`")]
    None(LetterId),
    /// The digest does not follow the last one to its team: somebody else wrote one meanwhile.
    #[error("another digest to `{0}` was written meanwhile: is somebody else sending?")]
    Overtaken(ContactId),
    /// Nobody has looked at the letter.
    #[error("nobody has looked at letter `{0}`: preview it first")]
    NotPreviewed(LetterId),
    /// The letter was handed over already, as another message.
    #[error("letter `{0}` was sent already")]
    Sent(LetterId),
    /// The letter was not handed over yet.
    #[error("letter `{0}` was not sent yet")]
    NotSent(LetterId),
    /// The attempt is not the next one: somebody else is sending.
    #[error(
        "attempt {attempt} of letter `{letter}` is not the next one: is somebody else sending?"
    )]
    Attempt {
        /// Which letter.
        letter: LetterId,
        /// The attempt.
        attempt: u32,
    },
    /// No answer at this position disputes a result.
    #[error("no vendor disputes a result at position {0}")]
    NoDispute(u64),
    /// Publishing needs a reason.
    #[error("{0}: publishing now needs a reason, which is recorded")]
    NeedsReason(String),
}

/// Judges a command about letters. No event when it says what stands already. Pure.
///
/// # Errors
/// A [`NotWritten`] that says what is wrong.
pub fn judge(
    known: Known<'_>,
    command: LetterCommand,
    at: Timestamp,
) -> Result<Option<LetterEvent>, NotWritten> {
    let letters = known.letters;
    match command {
        LetterCommand::Embargo(set) => embargo(letters, set, at),
        LetterCommand::Prepare(prepared) => prepare(letters, prepared),
        LetterCommand::NotePreview(previewed) => preview(letters, previewed),
        LetterCommand::NoteSent(sent) => note_sent(letters, sent),
        LetterCommand::NoteFailure(failed) => note_failure(letters, failed),
        LetterCommand::NoteReport(reported) => note_report(letters, reported),
        LetterCommand::Acknowledge(acknowledged) => acknowledge(letters, acknowledged),
        LetterCommand::Settle(settled) => settle(known, settled),
        LetterCommand::Publish(published) => publish(known, published, at),
    }
}

fn prepare(
    letters: &LetterRegistry,
    prepared: LetterPrepared,
) -> Result<Option<LetterEvent>, NotWritten> {
    let prepared = LetterPrepared { by: words("who writes it", &prepared.by)?, ..prepared };
    match letters.letter(&prepared.letter) {
        Some(there) if there.prepared.what == prepared => Ok(None),
        Some(_) => Err(NotWritten::There(prepared.letter)),
        None if is_overtaken(letters, &prepared) => Err(NotWritten::Overtaken(prepared.contact)),
        None => Ok(Some(LetterEvent::LetterPrepared(prepared))),
    }
}

/// Whether a digest was written from a log in which the last one to the same team did not stand yet:
/// it would tell again what that one tells.
fn is_overtaken(letters: &LetterRegistry, prepared: &LetterPrepared) -> bool {
    let is_digest = matches!(prepared.about, About::Digest { .. });
    let last = letters.last_digest(&prepared.contact).map(|it| &it.prepared.what.letter);
    is_digest && last != prepared.follows.as_ref()
}

fn preview(
    letters: &LetterRegistry,
    previewed: LetterPreviewed,
) -> Result<Option<LetterEvent>, NotWritten> {
    let previewed = LetterPreviewed { by: words("who looks at it", &previewed.by)?, ..previewed };
    let letter = found(letters, &previewed.letter)?;
    let is_known = letter.previewed.iter().any(|it| it.what == previewed);
    Ok((!is_known).then_some(LetterEvent::LetterPreviewed(previewed)))
}

fn note_sent(
    letters: &LetterRegistry,
    sent: LetterSent,
) -> Result<Option<LetterEvent>, NotWritten> {
    let letter = found(letters, &sent.letter)?;
    // A digest for a team tells nothing private of anybody: nobody has to look at it first.
    let is_private = matches!(letter.prepared.what.about, About::Results { .. });
    if is_private && letter.previewed.is_empty() {
        return Err(NotWritten::NotPreviewed(sent.letter));
    }
    match &letter.sent {
        Some(before) if before.what.message_id == sent.message_id => Ok(None),
        Some(_) => Err(NotWritten::Sent(sent.letter)),
        None => Ok(Some(LetterEvent::LetterSent(sent))),
    }
}

fn note_failure(
    letters: &LetterRegistry,
    failed: LetterFailed,
) -> Result<Option<LetterEvent>, NotWritten> {
    let failed = LetterFailed { reason: words("why it failed", &failed.reason)?, ..failed };
    let letter = found(letters, &failed.letter)?;
    if letter.failed.last().is_some_and(|it| it.what == failed) {
        return Ok(None);
    }
    match letter.stage() {
        Stage::Prepared | Stage::Previewed | Stage::Delayed
            if letter.next_attempt() == failed.attempt =>
        {
            Ok(Some(LetterEvent::LetterFailed(failed)))
        }
        Stage::Prepared | Stage::Previewed | Stage::Delayed | Stage::Failed => {
            Err(NotWritten::Attempt { letter: failed.letter, attempt: failed.attempt })
        }
        Stage::Sent | Stage::Delivered | Stage::Bounced | Stage::Acknowledged => {
            Err(NotWritten::Sent(failed.letter))
        }
    }
}

fn note_report(
    letters: &LetterRegistry,
    reported: LetterReported,
) -> Result<Option<LetterEvent>, NotWritten> {
    let letter = was_sent(letters, &reported.letter)?;
    let words = optional("what is told of it", &reported.words)?;
    let status = optional("the status", &reported.status)?;
    let reported = LetterReported { words, status, ..reported };
    let is_known = letter.reported.iter().any(|it| it.what == reported);
    Ok((!is_known).then_some(LetterEvent::LetterReported(reported)))
}

fn acknowledge(
    letters: &LetterRegistry,
    acknowledged: LetterAcknowledged,
) -> Result<Option<LetterEvent>, NotWritten> {
    let letter = was_sent(letters, &acknowledged.letter)?;
    let is_known = letter.acknowledged.is_some();
    Ok((!is_known).then_some(LetterEvent::LetterAcknowledged(acknowledged)))
}

fn found<'a>(letters: &'a LetterRegistry, id: &LetterId) -> Result<&'a Letter, NotWritten> {
    letters.letter(id).ok_or_else(|| NotWritten::None(id.clone()))
}

fn was_sent<'a>(letters: &'a LetterRegistry, id: &LetterId) -> Result<&'a Letter, NotWritten> {
    let letter = found(letters, id)?;
    letter.sent.is_some().then_some(letter).ok_or_else(|| NotWritten::NotSent(id.clone()))
}
