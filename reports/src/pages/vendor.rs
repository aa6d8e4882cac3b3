//! A vendor's own page: its results in every campaign it is part of, what it answered, and a place
//! to answer. It is made of [`VendorView`] alone: of another vendor it holds nothing but what the
//! public sees.

use askama::Template;
use domain::event::Answered;
use domain::ids::VendorId;
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
use crate::tally::Tally;
use crate::vendor::VendorView;

pub use domain::access::LONGEST_ANSWER;

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
    /// What it answered, the oldest first.
    pub answers: Vec<AnswerLine>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerLine {
    /// Position of its event.
    pub position: u64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// By whom.
    pub account: String,
    /// In the vendor's words.
    pub text: String,
}

/// What belongs to one showing of the page and to no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Showing {
    /// Proves that an answer came from this page; none for whoever may not answer.
    pub csrf: Option<String>,
    /// An operator looks at it, not the vendor.
    pub preview: bool,
    /// An answer that was refused: its campaign, its text, and why.
    pub refused: Option<(String, String, String)>,
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
        answers: &[Declared<Answered>],
        asked: Option<&str>,
    ) -> Option<Self> {
        let named = |it: &&CampaignRecord| it.testbed.vendors.iter().any(|it| it.id == *vendor);
        let may_see = |it: &&CampaignRecord| named(it) && leak::tool_named_in_record(it).is_none();
        let own: Vec<_> = newest_first(records).into_iter().filter(may_see).collect();
        let is_asked = |it: &&&CampaignRecord| asked.is_none_or(|asked| it.id.as_str() == asked);
        let shown = own.iter().filter(is_asked).take(MOST_SHOWN);
        let views = shown.filter_map(|it| VendorView::of(it, policy, vendor));
        let campaigns: Vec<_> = views.map(|it| VendorCampaign::new(it, answers)).collect();
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

impl VendorCampaign {
    fn new(results: VendorView, answers: &[Declared<Answered>]) -> Self {
        let tally: Tally = results.cells.iter().map(|it| it.standing).collect();
        let is_own = |it: &&Declared<Answered>| {
            it.what.vendor == results.vendor && it.what.campaign == results.campaign
        };
        let answers = answers.iter().filter(is_own).map(AnswerLine::from).collect();
        Self { counts: Counts::from(&tally), answers, results }
    }
}

impl From<&Declared<Answered>> for AnswerLine {
    fn from(it: &Declared<Answered>) -> Self {
        Self {
            position: it.position,
            at: it.at,
            account: it.what.account.to_string(),
            text: it.what.text.clone(),
        }
    }
}

impl Showing {
    /// What was refused of this campaign: the text, and why.
    #[must_use]
    pub fn refused_of(&self, campaign: &domain::ids::CampaignId) -> Option<(&str, &str)> {
        let (id, text, why) = self.refused.as_ref()?;
        (id == campaign.as_str()).then_some((text.as_str(), why.as_str()))
    }
}
