//! Digests on their way: a mail or a notice, under a name that follows from the digest.

use std::path::Path;

use domain::event::{Carrier, LetterForm};
use domain::ids::{LetterId, Sha256Digest};
use domain::letter::LetterRegistry;
use post::folder::Folder;
use post::openpgp::Sealing;
use post::settings::Way;
use post::{
    Address, Certificate, Message, Notice, Outcome, Parcel, Protection, Reach, Seed, Settings,
    Subscription, Transport, Webhook,
};

use super::super::outbox::{Became, Leaving, Outbox, origin};
use super::super::parcels::message_id;
use super::due::Written;
use crate::args::Args;
use crate::clock;
use crate::exit::Exit;

/// What happened, as the type of a CloudEvent.
const KIND: &str = "portolan.digest";

/// Digests on their way.
pub(super) struct Round<'a> {
    settings: &'a Settings,
    /// Where everything goes, whatever the settings say.
    folder: Option<&'a Path>,
    outbox: Outbox<'a>,
    transport: Transport,
    origin: String,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        args: &Args,
        (settings, folder): (&'a Settings, Option<&'a Path>),
        outbox: Outbox<'a>,
    ) -> Result<Self, Exit> {
        let transport = settings.transport().map_err(|error| Exit::Usage(error.into()))?;
        Ok(Self { settings, folder, outbox, transport, origin: origin(args)? })
    }

    /// Tries once; the digest stands in the log.
    pub(super) fn send(
        &mut self,
        (team, written): (&Subscription, &Written),
        letters: &LetterRegistry,
    ) -> Result<Became, Exit> {
        let id = &written.prepared.letter;
        let letter = letters.letter(id);
        let letter = letter.ok_or_else(|| Exit::wrong(format!("`{id}` is not in the log")))?;
        let tried = match &team.way {
            Reach::Mail { address, certificate } => {
                self.mail(written, (address, certificate.as_deref()))
            }
            Reach::Webhook(webhook) => self.notify(webhook, written, &team.id),
        };
        match tried {
            Ok((leaving, outcome)) => self.outbox.note(letter, leaving, outcome),
            Err(why) => self.outbox.note_unmade(letter, &why),
        }
    }

    /// Records what became of the last ones, and says goodbye to a mail server.
    pub(super) fn end(mut self) -> Result<(), Exit> {
        let recorded = self.outbox.record();
        self.outbox.wait(self.transport.close());
        recorded
    }

    /// Fails when it cannot be made.
    fn mail(
        &mut self,
        written: &Written,
        to: (&Address, Option<&Certificate>),
    ) -> Result<(Leaving, Outcome), Exit> {
        let made = self.message(written, to)?;
        let carrier = match &self.settings.way {
            Way::Folder(_) => Carrier::Folder,
            Way::Smtp(_) => Carrier::Smtp,
        };
        let message_id = made.message_id().as_str().trim_matches(['<', '>']).to_owned();
        let outcome = self.outbox.wait(self.transport.send(&made));
        Ok((Leaving { message_id, carrier }, outcome))
    }

    fn message(
        &self,
        written: &Written,
        (to, certificate): (&Address, Option<&Certificate>),
    ) -> Result<Message, Exit> {
        let digest = &written.digest;
        let parcel = Parcel {
            message_id: message_id(&written.prepared.letter, &self.origin, self.settings)?,
            date: written.at,
            from: self.settings.from.clone(),
            to: to.clone().into(),
            reply_to: self.settings.reply_to.clone(),
            subject: digest.subject().parse().map_err(Exit::usage)?,
            text: digest.text(),
            html: Some(digest.html().map_err(Exit::lab)?),
            attachments: Vec::new(),
            list_unsubscribe: None,
            auto_submitted: true,
        };
        let seed = Seed::from(clock::seed()?);
        let protection = match (certificate, written.prepared.form) {
            (Some(to), LetterForm::Encrypted) => {
                let (signer, at) = (self.settings.signer.as_ref(), clock::now());
                Protection::OpenPgp(Sealing { to, signer, seed: &seed, at })
            }
            (Some(_) | None, _) => Protection::None,
        };
        parcel.message(&protection).map_err(|error| Exit::Usage(error.into()))
    }

    fn notify(
        &self,
        webhook: &Webhook,
        written: &Written,
        team: &str,
    ) -> Result<(Leaving, Outcome), Exit> {
        let notice = Notice {
            id: notice_id(&written.prepared.letter, &self.origin),
            source: source(&self.origin),
            kind: KIND.to_owned(),
            subject: Some(team.to_owned()),
            time: written.at,
            data: serde_json::to_value(&written.digest).map_err(Exit::lab)?,
        };
        let message_id = notice.id.clone();
        Ok(match self.folder {
            Some(folder) => {
                (Leaving { message_id, carrier: Carrier::Folder }, Folder::at(folder).keep(&notice))
            }
            None => {
                let outcome = self.outbox.wait(webhook.send(&notice, clock::now()));
                (Leaving { message_id, carrier: Carrier::Webhook }, outcome)
            }
        })
    }
}

/// The `id` of a notice: the same for every attempt, and without a dot, which stands between the parts
/// that are signed.
fn notice_id(letter: &LetterId, origin: &str) -> String {
    let digest = Sha256Digest::of(format!("{origin}\n{letter}").as_bytes()).to_string();
    format!("msg_{digest:.32}")
}

/// The log as the source of a CloudEvent: a URI, in which other letters than those of a URI are spelled
/// by their bytes.
fn source(origin: &str) -> String {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~/".contains(&it);
    let spelled = origin.bytes().map(|it| match is_plain(it) {
        true => char::from(it).to_string(),
        false => format!("%{it:02X}"),
    });
    format!("portolan:{}", spelled.collect::<String>())
}
