//! Analyses over many campaigns, computed column by column. The only place that uses polars.
//!
//! What anyone may see is made from [`PublicView`]s; only operators' tables are made from
//! [`Outcomes`], which name routes and tools. Nothing of polars leaves this module, and nothing that
//! must be there at once goes through it: matrices, pages and letters do without.

mod analysis;
mod counts;
mod frame;
mod insights;
mod show;
mod sources;
mod table;
mod trials;

mod causes;
mod consistency;
mod converters;
mod durations;
mod guests;
mod platforms;
mod topics;

use domain::ids::{CampaignId, ConverterId, GuestId, PlatformId, RouteId};
use polars::prelude::DataFrame;

use crate::fault::Fault;
use crate::outcomes::{Full, Names, Outcomes};
use crate::public::PublicView;
use crate::topic::Topic;

pub use analysis::Analysis;
pub use insights::{Insights, PolicyUsed};
pub use table::{Field, Table};

/// What analyses are made from: names, and columns of their codes.
#[derive(Debug, Clone)]
pub struct Sources {
    campaigns: Names<CampaignId>,
    guests: Names<GuestId>,
    platforms: Names<PlatformId>,
    faults: Names<Fault>,
    topics: Names<Topic>,
    ways: Names<Way>,
    /// One row a cell.
    cells: DataFrame,
    /// One row for each topic that holds a cell back.
    changes: DataFrame,
    /// One row for each route of a cell.
    routes: DataFrame,
    /// What only operators may see.
    walked: Option<Walked>,
}

/// Trials and their steps: they tell of tools.
#[derive(Debug, Clone)]
struct Walked {
    /// One row a trial.
    trials: DataFrame,
    /// One row a step.
    steps: DataFrame,
}

/// A route with its tools: campaigns may give one name to different tools.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Way {
    route: RouteId,
    tools: Vec<ConverterId>,
}

/// Why there is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TablesError {
    /// It tells of tools, and only what anyone may see was given.
    #[error("`{}` tells of tools: it is not for a public audience", .0.word())]
    OperatorsOnly(Analysis),
    /// More names or rows than can be held.
    #[error(transparent)]
    Full(#[from] Full),
    /// The column engine refused; that is a bug of ours.
    #[error("the column engine: {0}")]
    Engine(String),
}

impl Sources {
    /// What anyone may see of these campaigns.
    ///
    /// # Errors
    /// When there are more names than codes.
    pub fn public(views: &[PublicView]) -> Result<Self, TablesError> {
        sources::of(views)
    }

    /// The same, and what operators see besides: the outcomes of the same campaigns.
    ///
    /// # Errors
    /// When there are more names than codes.
    pub fn operator(views: &[PublicView], outcomes: &Outcomes) -> Result<Self, TablesError> {
        let mut sources = Self::public(views)?;
        sources.walked = Some(trials::of(outcomes, &mut sources)?);
        Ok(sources)
    }

    /// The table of an analysis.
    ///
    /// # Errors
    /// When it tells of tools and [`Sources::public`] made these.
    pub fn table(&self, analysis: Analysis) -> Result<Table, TablesError> {
        let walked = || self.walked.as_ref().ok_or(TablesError::OperatorsOnly(analysis));
        match analysis {
            Analysis::Guest => guests::table(self),
            Analysis::Cause => causes::table(self),
            Analysis::Topic => topics::table(self),
            Analysis::Target => platforms::table(self, analysis, "target"),
            Analysis::Source => platforms::table(self, analysis, "source"),
            Analysis::Consistency => consistency::table(self),
            Analysis::Converter => converters::table(self, &walked()?.trials),
            Analysis::Duration => durations::table(&walked()?.steps),
        }
    }

    /// What has scores and faults: cells, and for operators trials.
    fn scored(&self) -> impl Iterator<Item = (&'static str, &DataFrame)> {
        let trials = self.walked.as_ref().map(|it| ("trials", &it.trials));
        [("cells", &self.cells)].into_iter().chain(trials)
    }
}
