//! What a letter becomes on its way: a mail with its parts and its name.

use domain::event::LetterForm;
use domain::ids::{LetterId, Sha256Digest};
use jiff::Timestamp;
use post::openpgp::Sealing;
use post::{Attachment, Message, MessageId, Parcel, Protection, Seed, Settings};
use reports::letters::html::html;
use reports::letters::link::LinkLetter;
use reports::letters::sheet::csv;
use reports::letters::text::text;

use super::writing::Written;
use crate::clock;
use crate::exit::Exit;

/// The parts of a letter as somebody reads them.
pub(super) struct Parts {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
    /// Names, types and contents.
    pub(super) files: Vec<(String, &'static str, Vec<u8>)>,
}

impl Parts {
    /// What this letter brings in its form.
    pub(super) fn of(written: &Written<'_>) -> Result<Self, Exit> {
        let letter = &written.letter;
        if written.prepared.form == LetterForm::Link {
            let LinkLetter { subject, text } = LinkLetter::from(letter);
            return Ok(Self { subject, text, html: None, files: Vec::new() });
        }
        let lab = |error: &dyn std::fmt::Display| Exit::lab(error);
        let (vendor, campaign) = (&letter.results.vendor, &letter.results.campaign);
        let table = csv(letter).map_err(|error| lab(&error))?;
        let page = letter.results.page().map_err(|error| lab(&error))?;
        let files = vec![
            (format!("{campaign}-{vendor}.csv"), "text/csv; charset=utf-8", table.into_bytes()),
            (format!("{campaign}-{vendor}.html"), "text/html; charset=utf-8", page.into_bytes()),
        ];
        let html = html(letter).map_err(|error| lab(&error))?;
        Ok(Self { subject: letter.subject(), text: text(letter), html: Some(html), files })
    }
}

/// The name of the mail that a letter is: the same for every attempt, and known to whoever knows
/// the letter and the log.
pub(super) fn message_id(
    letter: &LetterId,
    origin: &str,
    settings: &Settings,
) -> Result<MessageId, Exit> {
    let digest = Sha256Digest::of(format!("{origin}\n{letter}").as_bytes()).to_string();
    let domain = settings.from.address.domain();
    format!("<{letter}.{digest:.16}@{domain}>").parse().map_err(Exit::usage)
}

/// The mail, signed and encrypted where the contact has a certificate.
pub(super) fn message(
    written: &Written<'_>,
    (settings, origin): (&Settings, &str),
    written_at: Timestamp,
) -> Result<Message, Exit> {
    let parts = Parts::of(written)?;
    let file = |(name, kind, bytes): (String, &str, Vec<u8>)| {
        let (name, media_type) = (name.parse(), kind.parse());
        let (name, media_type) = (name.map_err(Exit::usage)?, media_type.map_err(Exit::usage)?);
        Ok(Attachment { name, media_type, bytes })
    };
    let parcel = Parcel {
        message_id: message_id(&written.prepared.letter, origin, settings)?,
        date: written_at,
        from: settings.from.clone(),
        to: written.contact.address.clone().into(),
        reply_to: settings.reply_to.clone(),
        subject: parts.subject.parse().map_err(Exit::usage)?,
        text: parts.text,
        html: parts.html,
        attachments: parts.files.into_iter().map(file).collect::<Result<_, Exit>>()?,
        list_unsubscribe: None,
        auto_submitted: false,
    };
    let seed = Seed::from(clock::seed()?);
    let protection = match (&written.contact.certificate, written.prepared.form) {
        (Some(to), LetterForm::Encrypted | LetterForm::Link) => {
            let (signer, at) = (settings.signer.as_ref(), clock::now());
            Protection::OpenPgp(Sealing { to, signer, seed: &seed, at })
        }
        (Some(_) | None, _) => Protection::None,
    };
    parcel.message(&protection).map_err(|error| Exit::Usage(error.into()))
}
