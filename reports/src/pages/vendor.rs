//! A vendor's own page: its results in every campaign it is part of, what it answered, and a place
//! to answer. It is made of [`VendorView`] alone: of another vendor it holds nothing but what the
//! public sees.

mod answer_line;
mod letter_line;

use askama::Template;
use domain::event::Answered;
use domain::ids::{CampaignId, VendorId};
use domain::letter::Known;
use domain::plan::CellId;
use domain::policy::Policy;
use domain::registry::Declared;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::bar::Counts;
use super::campaign_line::newest_first;
use super::frame::Frame;
use super::links;
use crate::chronicle::CampaignRecord;
use crate::leak;
use crate::letters::guard::{Guard, earlier, untold};
use crate::tally::Tally;
use crate::vendor::VendorView;

pub use answer_line::AnswerLine;
pub use domain::access::LONGEST_ANSWER;
pub use letter_line::LetterLine;

/// Campaigns that are shown in full; older ones are named, and shown when asked for.
pub const MOST_SHOWN: usize = 3;

/// One vendor's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VendorPage {
    /// Which vendor.
    #[schema(value_type = String)]
    pub vendor: VendorId,
    /// Its name.
    pub name: String,
    /// Campaigns shown in full, the newest first.
    pub campaigns: Vec<VendorCampaign>,
    /// Every campaign that it is part of, the newest first.
    pub all: Vec<String>,
}

/// One campaign as one vendor may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VendorCampaign {
    /// Its results.
    #[schema(value_type = Object)]
    pub results: VendorView,
    /// How many of its cells stand how.
    pub counts: Counts,
    /// Until when nobody else is shown these results before somebody publishes them; none when anybody
    /// may see them.
    #[schema(value_type = Option<String>)]
    pub embargo: Option<Timestamp>,
    /// Letters about them, the oldest first.
    pub letters: Vec<LetterLine>,
    /// What it answered, the oldest first.
    pub answers: Vec<AnswerLine>,
}

/// What belongs to one showing of the page and to no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Showing {
    /// Proves that an answer came from this page; none for whoever may not answer.
    pub csrf: Option<String>,
    /// Proves that an operator's reply came from it; none for whoever may not reply.
    pub reply: Option<String>,
    /// An operator looks at it, not the vendor.
    pub preview: bool,
    /// An answer that was refused.
    pub refused: Option<Refused>,
}

/// An answer that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// To which campaign.
    pub campaign: String,
    /// In the vendor's words.
    pub text: String,
    /// Why, as a sentence.
    pub why: String,
}

#[derive(Template)]
#[template(path = "pages/vendor.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a VendorPage,
    showing: &'a Showing,
}

impl VendorPage {
    /// What this vendor may see of these campaigns; of one campaign if that is asked for. None when
    /// it is part of none of them. Campaigns whose own words name a tool are left out: it may be
    /// another's.
    #[must_use]
    pub fn new(
        (records, policy): (&[CampaignRecord], &Policy),
        vendor: &VendorId,
        known: Known<'_>,
        asked: Option<&str>,
    ) -> Option<Self> {
        let named = |it: &&CampaignRecord| it.testbed.vendors.iter().any(|it| it.id == *vendor);
        let may_see = |it: &&CampaignRecord| named(it) && leak::tool_named_in_record(it).is_none();
        let own: Vec<_> = newest_first(records).into_iter().filter(may_see).collect();
        let is_asked = |it: &&&CampaignRecord| asked.is_none_or(|asked| it.id.as_str() == asked);
        let shown = own.iter().filter(is_asked).take(MOST_SHOWN);
        // Of a cell between two vendors each learns what the public learns, or will learn.
        let told = |it: &CampaignRecord, view: VendorView| {
            let earlier = earlier(records, it, known.letters);
            view.without(&untold((it, earlier), known.letters, Guard::default()))
        };
        let views = shown.filter_map(|it| Some(told(it, VendorView::of(it, policy, vendor)?)));
        let campaigns: Vec<_> = views.map(|it| VendorCampaign::new(it, known)).collect();
        Some(Self {
            vendor: vendor.clone(),
            name: campaigns.first()?.results.name.clone(),
            campaigns,
            all: own.iter().map(|it| it.id.to_string()).collect(),
        })
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame, showing: &Showing) -> Result<String, askama::Error> {
        Page { frame, view: self, showing }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Results of {}", self.name)
    }

    /// Its campaigns that are not shown in full, with the address of each.
    #[must_use]
    pub fn others(&self) -> Vec<(&str, String)> {
        let is_shown =
            |id: &str| self.campaigns.iter().any(|it| it.results.campaign.as_str() == id);
        let path = links::vendor(&self.vendor);
        let other = self.all.iter().filter(|it| !is_shown(it));
        other.map(|it| (it.as_str(), links::asking(&path, &[("campaign", it.clone())]))).collect()
    }
}

impl VendorPage {
    /// Whether this cell of this campaign is shown on it.
    #[must_use]
    pub fn has(&self, campaign: &CampaignId, cell: &CellId) -> bool {
        let mut of_campaign = self.campaigns.iter().filter(|it| it.results.campaign == *campaign);
        of_campaign.any(|it| it.results.cells().contains(cell))
    }
}

impl VendorCampaign {
    fn new(results: VendorView, known: Known<'_>) -> Self {
        let tally: Tally = results.cells.iter().map(|it| it.standing).collect();
        let is_own = |it: &&Declared<Answered>| {
            it.what.vendor == results.vendor && it.what.campaign == results.campaign
        };
        let answers = known.answers.iter().filter(is_own);
        let embargo = known.letters.embargo(&results.campaign);
        let embargo = embargo.filter(|_| known.letters.is_embargoed(&results.campaign));
        Self {
            counts: Counts::from(&tally),
            embargo: embargo.map(|it| it.what.until),
            letters: LetterLine::all(&results, known.letters),
            answers: answers.map(|it| AnswerLine::new(it, known.letters)).collect(),
            results,
        }
    }
}

impl Showing {
    /// What was refused of this campaign.
    #[must_use]
    pub fn refused_of(&self, campaign: &CampaignId) -> Option<&Refused> {
        self.refused.as_ref().filter(|it| it.campaign == campaign.as_str())
    }
}
