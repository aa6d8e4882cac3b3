//! A report as one self-contained page: no script, nothing fetched from elsewhere.

use askama::Template;
use domain::event::Ending;
use domain::score::Standing;
use domain::step::Step;

use crate::chronicle::CampaignRecord;
use crate::cost::{CostRow, cost};
use crate::explain::{Explanation, Leaves};
use crate::gallery::gallery;
use crate::history::History;
use crate::insight::insights;
use crate::matrix::Judged;
use crate::notice;
use crate::page::{GuestSection, Slot};
use crate::picture::Shown;
use crate::public::PublicView;
use crate::receipt::Receipt;
use crate::redaction::for_operators;
use crate::setting::PinChange;
use crate::tally::{ALL, Tally};
use crate::tool::Tool;
use crate::units::instant;

/// Who a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anyone: names no tool.
    Public,
    /// Who runs the campaign: routes, tools, checks, facts and evidence.
    Operator,
    /// Who checks it: what operators see, with event positions, acts and whole digests.
    Auditor,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    view: &'a PublicView,
    audience: Audience,
    receipt: Option<&'a Receipt>,
    started: String,
    last_recorded: String,
    tally: Tally,
    insights: Vec<String>,
    pictures: Vec<Shown>,
    guests: Vec<GuestSection<'a>>,
    tools: Vec<Tool>,
    changes: Vec<PinChange>,
    untold: Option<String>,
    cost: Vec<CostRow>,
    notices: Vec<String>,
    legend: Vec<Standing>,
    aggregation: [&'static str; 4],
    steps: [Step; 7],
}

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The campaign, judged.
    pub judged: &'a Judged<'a>,
    /// For whom.
    pub audience: Audience,
    /// The history it stands in.
    pub history: &'a History,
    /// How to get the same view again.
    pub receipt: Option<&'a Receipt>,
    /// The leaf of each event in the log's tree, for auditors.
    pub leaves: Option<&'a Leaves>,
    /// Every campaign, for the pictures; without any there are none.
    pub records: &'a [CampaignRecord],
}

impl Report<'_> {
    /// The report as one HTML file.
    ///
    /// # Errors
    /// When the page cannot be written; in memory that does not happen.
    pub fn page(&self) -> Result<String, askama::Error> {
        let judged = self.judged;
        match self.audience {
            Audience::Public => {
                let view = PublicView::from(judged).of_history(self.history);
                let page = page(&view, (Audience::Public, self.receipt), Vec::new());
                Page { pictures: self.pictures()?, ..page }.render()
            }
            Audience::Operator | Audience::Auditor => {
                self.detailed(&for_operators(judged).of_history(self.history))
            }
        }
    }

    fn detailed(&self, view: &PublicView) -> Result<String, askama::Error> {
        let explained = |(guest, cell)| {
            let told = Explanation::of(self.judged, guest, cell);
            match self.leaves {
                Some(leaves) => told.with_leaves(leaves),
                None => told,
            }
        };
        let explanations = self.judged.cells().map(explained).collect();
        let campaign = self.judged.campaign;
        let page = Page {
            tools: Tool::all(campaign),
            changes: campaign.changes.iter().map(PinChange::from).collect(),
            untold: None,
            pictures: self.pictures()?,
            ..page(view, (self.audience, self.receipt), explanations)
        };
        page.render()
    }

    fn pictures(&self) -> Result<Vec<Shown>, askama::Error> {
        let shown = self.records.iter().find(|it| it.id == self.judged.campaign.id);
        shown.map_or(Ok(Vec::new()), |it| gallery(it, self.records))
    }
}

/// The report for anyone, from what anyone may see.
///
/// # Errors
/// When the page cannot be written; in memory that does not happen.
pub fn public(view: &PublicView, receipt: Option<&Receipt>) -> Result<String, askama::Error> {
    page(view, (Audience::Public, receipt), Vec::new()).render()
}

fn page<'a>(
    view: &'a PublicView,
    (audience, receipt): (Audience, Option<&'a Receipt>),
    explanations: Vec<Explanation>,
) -> Page<'a> {
    Page {
        view,
        audience,
        receipt,
        started: instant(view.course.started),
        last_recorded: instant(view.course.last_recorded),
        tally: view.cells().map(|(_, cell)| cell.standing).collect(),
        insights: insights(view),
        pictures: Vec::new(),
        guests: GuestSection::all(view, explanations),
        tools: Vec::new(),
        changes: view.changes.clone(),
        untold: notice::untold(view.untold_changes),
        cost: cost(view),
        notices: notice::all(view),
        legend: ALL.into(),
        aggregation: notice::AGGREGATION,
        steps: Step::ALL,
    }
}

impl Audience {
    /// What it is called in a report.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Audience::Public => "Public report",
            Audience::Operator => "Operator's report",
            Audience::Auditor => "Auditor's report",
        }
    }

    /// Whether it is for auditors.
    #[must_use]
    pub fn is_auditor(self) -> bool {
        self == Audience::Auditor
    }

    /// What it holds, in words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Audience::Public => "names no conversion tool; routes have numbers",
            Audience::Operator => "names conversion tools: do not publish",
            Audience::Auditor => {
                "names conversion tools: do not publish; with event positions and digests"
            }
        }
    }
}
