//! The matrices of a campaign, of one guest or of all, with a form that asks for others.

use std::collections::BTreeSet;

use askama::Template;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::frame::Frame;
use super::links::{self, Asked};
use super::table::{Filter, Marks, MatrixTable};
use crate::chronicle::CampaignRecord;
use crate::notice;
use crate::public::PublicView;
use crate::receipt::Receipt;
use crate::tally::ALL;

/// The matrices of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Matrices {
    /// The campaign.
    pub campaign: CampaignLine,
    /// Name and version of the policy.
    pub policy: String,
    /// What was asked for.
    pub filter: Filter,
    /// From where in time, and by what rules.
    pub asked: Asked,
    /// Every guest that can be asked for, with its name.
    pub guests: Vec<Choice>,
    /// Every platform that can be asked for.
    #[schema(value_type = Vec<String>)]
    pub platforms: Vec<PlatformId>,
    /// The matrices.
    pub matrices: Vec<MatrixTable>,
    /// What else belongs to these scores, in words.
    pub notices: Vec<String>,
    /// How to get the same view again.
    pub receipt: Option<ReceiptLine>,
}

/// A guest that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GuestChoice)]
pub struct Choice {
    /// Which guest.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Its name.
    pub name: String,
}

/// The question and the digest of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptLine {
    /// What the call gives.
    pub title: String,
    /// The call that prints the same view as JSON.
    pub command: String,
    /// SHA-256 of what that call prints.
    pub sha256: String,
}

#[derive(Template)]
#[template(path = "pages/matrices.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Matrices,
    standings: [Standing; 7],
}

/// What matrices are shown with: what was asked for, by what they are judged, and what is stale.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Which cells are wanted.
    pub filter: &'a Filter,
    /// From where in time, and by what rules.
    pub asked: &'a Asked,
    /// Name and version of the policy.
    pub policy: &'a str,
    /// Cells that rest on versions that are no longer there.
    pub stale: &'a BTreeSet<CellId>,
    /// How to get the same view again.
    pub receipt: Option<&'a Receipt>,
}

impl Matrices {
    /// The matrices of a campaign that a chronicle keeps.
    #[must_use]
    pub fn of_record(record: &CampaignRecord, question: &Question<'_>) -> Self {
        let matrices = MatrixTable::of_record(record, &question.marks());
        let notices = record.told.then(|| notice::TOLD.to_owned()).into_iter().collect();
        Self { matrices, notices, ..Self::bare(record, question) }
    }

    /// The same matrices with what only a whole view knows: raw scores, and every notice.
    #[must_use]
    pub fn of_view(record: &CampaignRecord, view: &PublicView, question: &Question<'_>) -> Self {
        let all = notice::all(view);
        let own = all.into_iter().filter(|it| it != notice::SCORES && it != notice::STAND_INS);
        let matrices = MatrixTable::of_view(view, &question.marks());
        Self { matrices, notices: own.collect(), ..Self::bare(record, question) }
    }

    fn bare(record: &CampaignRecord, question: &Question<'_>) -> Self {
        let guests = record.testbed.guests.iter();
        let guests = guests.map(|it| Choice { guest: it.id.clone(), name: it.name.clone() });
        Self {
            campaign: CampaignLine::from(record),
            policy: question.policy.to_owned(),
            filter: question.filter.clone(),
            asked: question.asked.clone(),
            guests: guests.collect(),
            platforms: record.testbed.platforms.iter().map(|it| it.id.clone()).collect(),
            matrices: Vec::new(),
            notices: Vec::new(),
            receipt: question.receipt.map(ReceiptLine::from),
        }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self, standings: ALL }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        let id: &CampaignId = &self.campaign.campaign;
        match &self.filter.guest {
            Some(guest) => format!("{guest} in campaign {id}"),
            None => format!("Matrices of campaign {id}"),
        }
    }

    /// The same view, whatever is recorded after this position of the log.
    #[must_use]
    pub fn permalink(&self, position: u64) -> String {
        let known_at = self.asked.known_at.or(Some(position));
        let asked = Asked { known_at, ..self.asked.clone() };
        let pairs = [self.filter.pairs(), asked.pairs()].concat();
        links::asking(&self.action(), &pairs)
    }

    /// Where the form asks.
    #[must_use]
    pub fn action(&self) -> String {
        links::matrix(&self.campaign.campaign, None, &Asked::default())
    }
}

impl<'a> Question<'a> {
    fn marks(&self) -> Marks<'a> {
        Marks { filter: self.filter, asked: self.asked, stale: self.stale }
    }
}

impl Filter {
    /// Names and values, as a question spells them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let guest = self.guest.as_ref().map(|it| ("guest", it.to_string()));
        let source = self.source.as_ref().map(|it| ("source", it.to_string()));
        let target = self.target.as_ref().map(|it| ("target", it.to_string()));
        let standing = self.standing.map(|it| ("standing", it.word().to_owned()));
        [guest, source, target, standing].into_iter().flatten().collect()
    }

    /// Whether this guest is asked for.
    #[must_use]
    pub fn is_guest(&self, guest: &GuestId) -> bool {
        self.guest.as_ref() == Some(guest)
    }

    /// Whether this source is asked for.
    #[must_use]
    pub fn is_source(&self, platform: &PlatformId) -> bool {
        self.source.as_ref() == Some(platform)
    }

    /// Whether this target is asked for.
    #[must_use]
    pub fn is_target(&self, platform: &PlatformId) -> bool {
        self.target.as_ref() == Some(platform)
    }

    /// Whether this standing is asked for.
    #[must_use]
    pub fn is_standing(&self, standing: Standing) -> bool {
        self.standing == Some(standing)
    }
}

impl From<&Receipt> for ReceiptLine {
    fn from(receipt: &Receipt) -> Self {
        Self {
            title: Receipt::TITLE.to_owned(),
            command: receipt.command.clone(),
            sha256: receipt.sha256.to_string(),
        }
    }
}
