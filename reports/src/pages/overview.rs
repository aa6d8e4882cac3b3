//! The first page: how things stand today, what got worse, what is out of date, what is running.

use std::collections::BTreeSet;

use askama::Template;
use domain::plan::CellId;
use domain::registry::Registry;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::{CampaignLine, newest_first};
use super::frame::Frame;
use super::links::Asked;
use super::open_regression::OpenRegressions;
use super::stale_line::{Stale, stale_cells};
use super::table::{Filter, Marks, MatrixTable};
use crate::chronicle::CampaignRecord;
use crate::html::Audience;
use crate::stale::{Revalidation, current};

/// Most campaigns that the first page lists.
const MOST_CAMPAIGNS: usize = 8;

/// Most stale cells that the first page tells one by one.
const MOST_STALE: usize = 8;

/// How things stand today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Overview {
    /// The newest campaign; none before the first.
    pub latest: Option<CampaignLine>,
    /// Its matrices.
    pub matrices: Vec<MatrixTable>,
    /// What is open against the baseline that was set last; none without a baseline.
    pub regressions: Option<OpenRegressions>,
    /// What is stale of that baseline; none without a baseline.
    pub stale: Option<Stale>,
    /// Campaigns that have not ended, the newest first.
    pub running: Vec<CampaignLine>,
    /// The newest campaigns, ended or not.
    pub campaigns: Vec<CampaignLine>,
    /// How many campaigns there are in all.
    pub total: usize,
}

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Overview,
}

impl Overview {
    /// How things stand, given every campaign and what was declared.
    #[must_use]
    pub fn new(records: &[CampaignRecord], registry: &Registry, audience: Audience) -> Self {
        let all = newest_first(records);
        let found = revalidation(records, registry);
        let stale: BTreeSet<CellId> = stale_cells(found.as_ref(), audience);
        let (filter, asked) = (Filter::default(), Asked::default());
        let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
        let lines: Vec<CampaignLine> = all.iter().map(|it| CampaignLine::from(*it)).collect();
        let baseline = registry.last_baseline();
        Self {
            matrices: all.first().map(|it| MatrixTable::of_record(it, &marks)).unwrap_or_default(),
            latest: lines.first().cloned(),
            regressions: OpenRegressions::newest(records, registry),
            stale: baseline.zip(found).map(|(set, found)| Stale::new(&set.name, &found, audience)),
            running: lines.iter().filter(|it| it.state.is_running()).cloned().collect(),
            total: lines.len(),
            campaigns: lines.into_iter().take(MOST_CAMPAIGNS).collect(),
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
        "How well virtual machines travel".to_owned()
    }
}

/// What would bring the baseline up to date that was set last; none without one.
#[must_use]
pub fn revalidation(records: &[CampaignRecord], registry: &Registry) -> Option<Revalidation> {
    let baseline = registry.last_baseline()?;
    let record = records.iter().find(|it| it.id == baseline.campaign)?;
    Some(Revalidation::of(record, records, &current(records, registry)))
}
