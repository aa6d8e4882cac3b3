//! What was told by letter, and what was made public: the part of the ledger that leaves the service.

use domain::event::{About, CampaignPublished, Carrier, Fate, LetterForm};
use domain::ids::{CampaignId, Sha256Digest};
use domain::letter::{Letter, LetterRegistry};
use domain::registry::Declared;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::MOST;
use crate::units::count;

/// What is listed of one letter, the newest: attempts, previews and reports may be many.
const MOST_OF_ONE: usize = 50;

/// A letter, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToldLetter {
    /// Position of the event by which it was written.
    pub position: u64,
    /// When it was written.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Its name.
    pub letter: String,
    /// About which campaign; none for a digest.
    pub campaign: Option<String>,
    /// Whose results it tells; none for a digest.
    pub vendor: Option<String>,
    /// The positions of the log between which a digest tells what changed; none for results.
    pub span: Option<[u64; 2]>,
    /// To whom, by the name in the settings.
    pub contact: String,
    /// Whether it holds the results: `encrypted`, `plain`, or `link`.
    #[schema(value_type = String)]
    pub form: LetterForm,
    /// By which way it left: `folder`, `smtp` or `webhook`; none when it has not.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Carrier>,
    /// Its Message-ID; none when it has not left.
    pub message_id: Option<String>,
    /// How far it is.
    pub state: &'static str,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    #[schema(value_type = String)]
    pub policy_sha256: Sha256Digest,
    /// The last event that it tells of: its position in the log.
    pub known_at: u64,
    /// Digest of what it tells, in the form for programs.
    #[schema(value_type = String)]
    pub content_sha256: Sha256Digest,
    /// How many bytes that are.
    pub content_bytes: u64,
    /// The letter before it to the same contact about the same thing.
    pub follows: Option<String>,
    /// Who had it written.
    pub by: String,
    /// What happened to it, the oldest first.
    pub happened: Vec<Happened>,
}

/// Something that happened to a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Happened {
    /// Position of its event.
    pub position: u64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What, in a word: `previewed`, `failed`, `sent`, `delivered`, `delayed`, `bounced` or
    /// `acknowledged`.
    pub what: &'static str,
    /// By whom, or in whose words; empty when nobody said anything.
    pub words: String,
}

/// A campaign that was made public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Publication {
    /// Position of its event.
    pub position: u64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Which campaign.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// The log as it was when somebody decided.
    pub known_at: u64,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    #[schema(value_type = String)]
    pub policy_sha256: Sha256Digest,
    /// A cell that fewer makers of conversion tools carry was withheld.
    pub fewest_tools: u32,
    /// The cells that were withheld.
    pub withheld: Vec<String>,
    /// Why before its time, or with an open dispute; empty when neither was so.
    pub reason: String,
    /// Who decided.
    pub by: String,
}

/// Every letter, the newest first; at most [`MOST`].
pub(super) fn letters(registry: &LetterRegistry) -> Vec<ToldLetter> {
    let mut all: Vec<&Letter> = registry.letters().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.prepared.position));
    all.into_iter().take(MOST).map(ToldLetter::from).collect()
}

/// Every publication, the newest first; at most [`MOST`].
pub(super) fn publications(registry: &LetterRegistry) -> Vec<Publication> {
    let mut all: Vec<&Declared<CampaignPublished>> = registry.published().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.position));
    all.into_iter().take(MOST).map(Publication::from).collect()
}

impl ToldLetter {
    /// What it is about, in words.
    #[must_use]
    pub fn about(&self) -> String {
        match (&self.vendor, &self.campaign, self.span) {
            (Some(vendor), Some(campaign), _) => format!("results of {vendor} in {campaign}"),
            (_, _, Some([from, to])) => format!("what changed in events {from} to {to}"),
            (_, _, None) => String::new(),
        }
    }

    /// What is in it, in words.
    #[must_use]
    pub fn form(&self) -> &'static str {
        form(self.form)
    }

    /// By which way it left, in a word.
    #[must_use]
    pub fn way(&self) -> &'static str {
        match self.channel {
            Some(Carrier::Folder) => "as a file",
            Some(Carrier::Smtp) => "by mail",
            Some(Carrier::Webhook) => "to a program",
            None => "not yet",
        }
    }
}

impl Publication {
    /// How many makers a cell needed, in words.
    #[must_use]
    pub fn makers(&self) -> String {
        count(self.fewest_tools as usize, "maker")
    }
}

/// What is in a letter, in words.
pub(in crate::pages) fn form(form: LetterForm) -> &'static str {
    match form {
        LetterForm::Encrypted => "the results, encrypted",
        LetterForm::Plain => "the results, not encrypted",
        LetterForm::Link => "where the results are",
    }
}

impl From<&Letter> for ToldLetter {
    fn from(it: &Letter) -> Self {
        let what = &it.prepared.what;
        let (campaign, vendor, span) = match &what.about {
            About::Results { campaign, vendor } => {
                (Some(campaign.to_string()), Some(vendor.to_string()), None)
            }
            About::Digest { from, to } => (None, None, Some([*from, *to])),
        };
        Self {
            position: it.prepared.position,
            at: it.prepared.at,
            letter: what.letter.to_string(),
            campaign,
            vendor,
            span,
            contact: what.contact.to_string(),
            form: what.form,
            channel: it.sent.as_ref().map(|it| it.what.carrier),
            message_id: it.sent.as_ref().map(|it| it.what.message_id.clone()),
            state: it.stage().word(),
            policy: what.policy.clone(),
            policy_sha256: what.policy_sha256,
            known_at: what.known_at,
            content_sha256: what.content_sha256,
            content_bytes: what.content_bytes,
            follows: what.follows.as_ref().map(ToString::to_string),
            by: what.by.clone(),
            happened: happened(it),
        }
    }
}

fn happened(letter: &Letter) -> Vec<Happened> {
    let previewed = letter.previewed.iter().map(|it| line(it, "previewed", it.what.by.clone()));
    let failed = letter.failed.iter().map(|it| line(it, "failed", it.what.reason.clone()));
    let sent = letter.sent.iter().map(|it| line(it, "sent", it.what.reply.clone()));
    let reported = letter.reported.iter().map(|it| {
        let words = [it.what.status.as_str(), it.what.words.as_str()].join(" ");
        line(it, fate(it.what.fate), words.trim().to_owned())
    });
    let acknowledged = letter.acknowledged.iter();
    let acknowledged = acknowledged.map(|it| line(it, "acknowledged", it.what.account.to_string()));
    let all = previewed.chain(failed).chain(sent).chain(reported).chain(acknowledged);
    let mut all: Vec<Happened> = all.collect();
    all.sort_by_key(|it| it.position);
    all.split_off(all.len().saturating_sub(MOST_OF_ONE))
}

fn line<T>(it: &Declared<T>, what: &'static str, words: String) -> Happened {
    Happened { position: it.position, at: it.at, what, words }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Delivered => "delivered",
        Fate::Delayed => "delayed",
        Fate::Bounced => "bounced",
    }
}

impl From<&Declared<CampaignPublished>> for Publication {
    fn from(it: &Declared<CampaignPublished>) -> Self {
        let what = &it.what;
        Self {
            position: it.position,
            at: it.at,
            campaign: what.campaign.clone(),
            known_at: what.known_at,
            policy: what.policy.clone(),
            policy_sha256: what.policy_sha256,
            fewest_tools: what.fewest_tools,
            withheld: what.withheld.iter().map(ToString::to_string).collect(),
            reason: what.reason.clone(),
            by: what.by.clone(),
        }
    }
}
