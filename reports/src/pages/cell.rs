//! The page of one cell: for anyone how it stands, why and what may be done; for operators and
//! auditors the whole derivation, down to what was kept as proof.

use askama::Template;
use domain::ids::PlatformId;
use domain::plan::CellId;
use domain::score::Standing;
use domain::step::Step;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::cell_past::CellThen;
use super::frame::Frame;
use super::links::{self, Asked};
use super::matrices::ReceiptLine;
use super::meaning::{meaning, remedies};
use super::said::Said;
use crate::chronicle::CampaignRecord;
use crate::explain::Explanation;
use crate::notice;
use crate::public::{PublicCell, PublicRoute, PublicView};
use crate::receipt::Receipt;
use crate::setting::PublicPlatform;
use crate::tally::{as_optional_word, as_word};

/// One cell of one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellPage {
    /// The campaign.
    pub campaign: CampaignLine,
    /// Name and version of the policy.
    pub policy: String,
    /// From where in time, and by what rules.
    pub asked: Asked,
    /// Whose matrix, from where to where.
    #[schema(value_type = Object)]
    pub cell: CellId,
    /// The guest's name.
    pub guest_name: String,
    /// The platforms it has to do with: the source, then the target.
    #[schema(value_type = Vec<Object>)]
    pub platforms: Vec<PublicPlatform>,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// How it stands raw, where that is another standing.
    #[serde(serialize_with = "as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub raw: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Versions that it rests on are no longer there.
    pub stale: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds it back, in words.
    pub reason: Option<String>,
    /// What it means that it stands so.
    pub meaning: &'static str,
    /// What would turn it green.
    pub remedies: Vec<String>,
    /// Its routes, the best first. They have numbers, not names.
    pub routes: Vec<RouteLine>,
    /// How the score comes about, with tools named. For operators and auditors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub told: Option<Explanation>,
    /// What vendors said of it, the oldest first.
    pub said: Vec<Said>,
    /// How it stood in every campaign, the newest first.
    pub past: Vec<CellThen>,
    /// How far the score reaches.
    pub notices: Vec<String>,
    /// How to get the same view again.
    pub receipt: Option<ReceiptLine>,
}

/// One route of a cell, as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RouteLine {
    /// Its number: 1 for the best.
    pub number: usize,
    /// How many tools it needs, in words.
    pub tools: &'static str,
    /// The lowest repetition.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// How each of the seven steps stands in the repetition that decides.
    pub steps: Vec<StepLine>,
    /// What holds it back, in words.
    pub reason: Option<String>,
}

/// One step of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepLine {
    /// Its number, 1 to 7.
    pub step: u8,
    /// What a person calls it.
    pub title: &'static str,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
}

/// What a cell's page is made of.
#[derive(Debug, Clone, Copy)]
pub struct CellOf<'a> {
    /// The campaign as anyone may see it; for operators with the reasons that they see.
    pub view: &'a PublicView,
    /// The same campaign as the chronicle keeps it.
    pub record: &'a CampaignRecord,
    /// Every campaign, for the cell's past.
    pub records: &'a [CampaignRecord],
    /// From where in time, and by what rules.
    pub asked: &'a Asked,
    /// It rests on versions that are no longer there.
    pub stale: bool,
    /// How to get the same view again.
    pub receipt: Option<&'a Receipt>,
}

#[derive(Template)]
#[template(path = "pages/cell.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a CellPage,
}

impl CellPage {
    /// The page of a cell for anyone; none where the campaign planned no such cell.
    #[must_use]
    pub fn new(of: &CellOf<'_>, id: &CellId) -> Option<Self> {
        let matrix = of.view.matrices.iter().find(|it| it.guest == id.guest)?;
        let cell: &PublicCell = matrix.cell(&id.source, &id.target)?;
        let platforms = [&id.source, &id.target].into_iter();
        let platform = |id: &PlatformId| of.view.platforms.iter().find(|it| it.id == *id).cloned();
        Some(Self {
            campaign: CampaignLine::from(of.record),
            policy: of.view.policy.clone(),
            asked: of.asked.clone(),
            cell: id.clone(),
            guest_name: of.view.guest_name(&id.guest).to_owned(),
            platforms: platforms.filter_map(platform).collect(),
            standing: cell.standing,
            raw: cell.differing_raw(),
            unstable: cell.unstable,
            stale: of.stale,
            scored: cell.scored,
            planned: cell.planned,
            reason: cell.reason.as_ref().map(ToString::to_string),
            meaning: meaning(cell.standing),
            remedies: remedies(cell),
            routes: (1..)
                .zip(&cell.routes)
                .map(|(number, it)| RouteLine::new(number, it))
                .collect(),
            told: None,
            said: Vec::new(),
            past: CellThen::all(of.records, id, &of.record.id),
            notices: notice::of_cell(&of.record.testbed, [&id.source, &id.target]),
            receipt: of.receipt.map(ReceiptLine::from),
        })
    }

    /// The same page with the whole derivation. For operators and auditors.
    #[must_use]
    pub fn told_by(self, told: Explanation) -> Self {
        let remedies = told.remedies.clone();
        Self { remedies, reason: told.reason.clone(), told: Some(told), ..self }
    }

    /// The same page with what vendors said of the cell, as its reader may see it.
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
        let CellId { guest, source, target } = &self.cell;
        format!("{guest}: {source} → {target}")
    }

    /// The matrix that the cell stands in.
    #[must_use]
    pub fn matrix_href(&self) -> String {
        links::matrix(&self.campaign.campaign, Some(&self.cell.guest), &self.asked)
    }
}

impl RouteLine {
    fn new(number: usize, route: &PublicRoute) -> Self {
        let step = |(step, standing): (Step, Standing)| StepLine {
            step: step.number(),
            title: step.title(),
            standing,
        };
        Self {
            number,
            tools: route.tools_in_words(),
            standing: route.standing,
            unstable: route.unstable,
            scored: route.scored,
            planned: route.planned,
            steps: route.steps().map(step).collect(),
            reason: route.reason.as_ref().map(ToString::to_string),
        }
    }
}
