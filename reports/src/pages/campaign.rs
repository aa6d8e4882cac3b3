//! The page of one campaign: when it ran, in what, how its cells stand and what it cost.

use askama::Template;
use domain::ids::{BaselineName, Sha256Digest};
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::frame::Frame;
use super::links::{self, Asked};
use super::said::Said;
use super::table::{Marks, MatrixTable};
use crate::chronicle::CampaignRecord;
use crate::cost::{CostRow, cost};
use crate::history::CampaignHistory;
use crate::insight::insights;
use crate::notice;
use crate::picture::Shown;
use crate::public::PublicView;
use crate::setting::{Course, Pin, PinChange, PublicGuest, PublicPlatform};
use crate::tool::Tool;
use crate::units::count;

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignPage {
    /// The campaign.
    pub campaign: CampaignLine,
    /// When it started and how it went on.
    #[schema(value_type = Object)]
    pub course: Course,
    /// Name and version of the policy.
    pub policy: String,
    /// Digest of the policy.
    #[schema(value_type = String)]
    pub policy_sha256: Sha256Digest,
    /// What its matrices say, in words.
    pub insights: Vec<String>,
    /// Its matrices.
    pub matrices: Vec<MatrixTable>,
    /// The hypervisor environments, with the versions found.
    #[schema(value_type = Vec<Object>)]
    pub platforms: Vec<PublicPlatform>,
    /// The operating system images, with the versions found.
    #[schema(value_type = Vec<Object>)]
    pub guests: Vec<PublicGuest>,
    /// Versions of the lab's machine.
    #[schema(value_type = Vec<Object>)]
    pub host: Vec<Pin>,
    /// The conversion tools. For operators and auditors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub tools: Vec<Tool>,
    /// Versions that changed in mid-campaign.
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<PinChange>,
    /// How many changes of conversion tools are not told, in words.
    pub untold: Option<String>,
    /// What it cost; for JSON that is in its course.
    #[serde(skip)]
    pub cost: Vec<CostRow>,
    /// Pictures of it among those before; what they show is in the matrices.
    #[serde(skip)]
    pub pictures: Vec<Shown>,
    /// What vendors said of it as a whole, the oldest first.
    pub said: Vec<Said>,
    /// What it can be downloaded as.
    pub downloads: Vec<Download>,
    /// What changed in it since the baseline that was set last; none without one.
    pub changes_href: Option<String>,
    /// What else belongs to these scores, in words.
    pub notices: Vec<String>,
}

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Download {
    /// What it is.
    pub title: &'static str,
    /// Where it is.
    pub href: String,
}

#[derive(Template)]
#[template(path = "pages/campaign.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a CampaignPage,
}

/// The forms in which a campaign can be downloaded.
const FORMS: [(&str, &str); 4] = [
    ("report", "Report, one page"),
    ("csv", "Cells, CSV"),
    ("json", "Matrices, JSON"),
    ("bundle", "Everything, ZIP"),
];

impl CampaignPage {
    /// The page for anyone.
    #[must_use]
    pub fn new(view: &PublicView, record: &CampaignRecord, marks: &Marks<'_>) -> Self {
        let id = &record.id;
        let download = |(form, title)| Download { title, href: links::download(id, form) };
        let own = |it: &String| it != notice::SCORES && it != notice::STAND_INS;
        Self {
            campaign: CampaignLine::from(record),
            course: view.course.clone(),
            policy: view.policy.clone(),
            policy_sha256: view.policy_sha256,
            insights: insights(view),
            matrices: MatrixTable::of_view(view, marks),
            platforms: view.platforms.clone(),
            guests: view.guests.clone(),
            host: view.host.clone(),
            tools: Vec::new(),
            changes: view.changes.clone(),
            untold: notice::untold(view.untold_changes),
            cost: cost(view),
            pictures: Vec::new(),
            said: Vec::new(),
            changes_href: None,
            downloads: FORMS.map(download).into(),
            notices: notice::all(view).into_iter().filter(own).collect(),
        }
    }

    /// The same page with conversion tools named. For operators and auditors.
    #[must_use]
    pub fn with_tools(self, campaign: &CampaignHistory) -> Self {
        let changes = campaign.changes.iter().map(PinChange::from).collect();
        Self { tools: Tool::all(campaign), changes, untold: None, ..self }
    }

    /// The same page with a link to what changed since a baseline.
    #[must_use]
    pub fn since_baseline(self, baseline: &BaselineName) -> Self {
        let changes_href = Some(links::diff(baseline, Some(&self.campaign.campaign)));
        Self { changes_href, ..self }
    }

    /// The same page with pictures, see [`crate::gallery::gallery`].
    #[must_use]
    pub fn with_pictures(self, pictures: Vec<Shown>) -> Self {
        Self { pictures, ..self }
    }

    /// The same page with what vendors said of the campaign, as its reader may see it.
    #[must_use]
    pub fn with_said(self, said: Vec<Said>) -> Self {
        Self { said, ..self }
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
        format!("Campaign {}", self.campaign.campaign)
    }

    /// The page that shows it as it runs.
    #[must_use]
    pub fn live_href(&self) -> String {
        links::live(&self.campaign.campaign)
    }

    /// How often it was resumed, in words.
    #[must_use]
    pub fn resumed(&self) -> String {
        count(self.course.resumed as usize, "time")
    }

    /// All its matrices.
    #[must_use]
    pub fn matrices_href(&self) -> String {
        links::matrix(&self.campaign.campaign, None, &Asked::default())
    }

    /// Its first and its last event.
    #[must_use]
    pub fn events(&self) -> [(u64, String); 2] {
        let Course { first_position, last_position, .. } = self.course;
        [first_position, last_position].map(|it| (it, links::event(it)))
    }
}
