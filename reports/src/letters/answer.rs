//! What a vendor answered to the results of a campaign, and what was replied.

use domain::event::Answered;
use domain::ids::{CampaignId, VendorId};
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use domain::registry::Declared;
use serde::Serialize;

use crate::units::instant;

/// An answer that still stands: the last one about its cell, or about the campaign as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Position of its event.
    pub position: u64,
    /// When.
    pub at: String,
    /// The one result it is about; null for the campaign as a whole.
    pub cell: Option<CellId>,
    /// It says that a result is wrong.
    pub disputes: bool,
    /// The vendor allows it to stand beside the published result.
    pub may_be_public: bool,
    /// In the vendor's words.
    pub text: String,
    /// What was replied; null while nothing was.
    pub reply: Option<Reply>,
}

/// A reply to a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// When.
    pub at: String,
    /// The reply.
    pub text: String,
}

/// What was said and replied so far.
#[derive(Debug, Clone, Copy)]
pub struct Talk<'a> {
    /// Every vendor's answers, the oldest first.
    pub answers: &'a [Declared<Answered>],
    /// The replies.
    pub letters: &'a LetterRegistry,
}

impl Answer {
    /// The answers of one vendor to the results of one campaign that still stand, the oldest first. A
    /// dispute stands beside a later answer as long as nobody replied to it.
    #[must_use]
    pub fn standing(talk: &Talk<'_>, vendor: &VendorId, campaign: &CampaignId) -> Vec<Self> {
        let is_own =
            |it: &&Declared<Answered>| it.what.vendor == *vendor && it.what.campaign == *campaign;
        let own: Vec<&Declared<Answered>> = talk.answers.iter().filter(is_own).collect();
        let is_last = |place: usize, it: &Declared<Answered>| {
            !own.iter().skip(place + 1).any(|later| later.what.cell == it.what.cell)
        };
        let is_open = |it: &Declared<Answered>| {
            it.what.disputes && talk.letters.settled(it.position).is_none()
        };
        let stands =
            own.iter().enumerate().filter(|(place, it)| is_last(*place, it) || is_open(it));
        stands.map(|(_, it)| Self::new(it, talk.letters)).collect()
    }

    fn new(it: &Declared<Answered>, letters: &LetterRegistry) -> Self {
        let reply = letters.settled(it.position);
        Self {
            position: it.position,
            at: instant(it.at),
            cell: it.what.cell.clone(),
            disputes: it.what.disputes,
            may_be_public: it.what.may_be_public,
            text: it.what.text.clone(),
            reply: reply.map(|it| Reply { at: instant(it.at), text: it.what.text.clone() }),
        }
    }

    /// What it is about, in words.
    #[must_use]
    pub fn about(&self) -> String {
        let about = self.cell.as_ref().map_or("the campaign".to_owned(), ToString::to_string);
        let verb = if self.disputes { "disputes" } else { "about" };
        format!("{verb} {about}")
    }
}
