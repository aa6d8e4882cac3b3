//! Who was shown and told what, what was made public, and who may see what: for operators and auditors
//! only.

mod told;

use askama::Template;
use domain::access::{AccessRegistry, Grant};
use domain::event::Disclosed;
use domain::letter::LetterRegistry;
use domain::registry::Declared;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use super::grant_line::GrantLine;

pub(super) use told::form;
pub use told::{Happened, Publication, ToldLetter};

/// Disclosures, letters and publications that a page shows, of each so many.
pub const MOST: usize = 500;

/// The ledger of disclosures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Disclosures {
    /// What was shown to auditors and vendors, the newest first; at most [`MOST`].
    pub disclosures: Vec<DisclosureLine>,
    /// Older disclosures that are not listed.
    pub older: usize,
    /// Letters and digests, the newest first; at most [`MOST`].
    pub letters: Vec<ToldLetter>,
    /// Older letters that are not listed.
    pub older_letters: usize,
    /// Campaigns that were made public, the newest first; at most [`MOST`].
    pub publications: Vec<Publication>,
    /// Grants in force.
    pub in_force: Vec<GrantLine>,
    /// Grants that are worth nothing any more.
    pub over: Vec<GrantLine>,
    /// How often somebody has signed in.
    pub sign_ins: u64,
}

/// One thing that was shown to somebody for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisclosureLine {
    /// Position of its event.
    pub position: u64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// To whom.
    pub account: String,
    /// As what: `auditor`, or `vendor:ID`.
    pub role: String,
    /// By which grant.
    pub grant: String,
    /// The address of what was shown.
    pub what: String,
    /// Where a person sees the same; none where nobody does.
    #[serde(skip)]
    #[schema(ignore)]
    pub href: Option<String>,
    /// About which campaign, if about one.
    pub campaign: Option<String>,
    /// Digest of the bytes.
    pub sha256: String,
    /// How many there were.
    pub bytes: u64,
}

#[derive(Template)]
#[template(path = "pages/disclosures.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Disclosures,
}

impl Disclosures {
    /// What stands in the registries now; `page_of` gives the page that shows what an address for
    /// programs tells.
    #[must_use]
    pub fn new(
        (registry, letters): (&AccessRegistry, &LetterRegistry),
        now: Timestamp,
        page_of: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let line = |it: &Declared<Disclosed>| {
            let what = &it.what.what;
            let is_path = what.starts_with('/') && !what.starts_with("//");
            let href = page_of(what).or_else(|| is_path.then(|| what.clone()));
            DisclosureLine { href, ..DisclosureLine::from(it) }
        };
        let all = registry.disclosures();
        let (in_force, over): (Vec<&Grant>, Vec<&Grant>) =
            registry.grants().partition(|it| it.is_in_force(now));
        let lines = |grants: Vec<&Grant>| GrantLine::newest_first(&grants, registry, now);
        Self {
            older: all.len().saturating_sub(MOST),
            disclosures: all.into_iter().rev().take(MOST).map(line).collect(),
            letters: told::letters(letters),
            older_letters: letters.letters().count().saturating_sub(MOST),
            publications: told::publications(letters),
            in_force: lines(in_force),
            over: lines(over),
            sign_ins: registry.sign_ins().values().sum(),
        }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Disclosures".to_owned()
    }
}

impl From<&Declared<Disclosed>> for DisclosureLine {
    fn from(it: &Declared<Disclosed>) -> Self {
        let what = &it.what;
        Self {
            position: it.position,
            at: it.at,
            account: what.account.to_string(),
            role: what.role.to_string(),
            grant: what.grant.to_string(),
            what: what.what.clone(),
            href: None,
            campaign: what.campaign.as_ref().map(ToString::to_string),
            sha256: what.sha256.to_string(),
            bytes: what.bytes,
        }
    }
}
