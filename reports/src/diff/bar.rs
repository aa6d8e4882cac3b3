//! What a route must reach for its cell to stand as it did, or as it does: the bar that routes fall
//! below when a cell gets worse, and rise to when it gets better.

use domain::change::Change;
use domain::ids::RouteId;
use domain::score::Score;
use domain::step::Step;

use super::line::Row;
use super::since::Span;
use crate::chronicle::RouteRecord;

/// A bar, and on which side of it the cell is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    score: Score,
    /// Of a FAILURE, the step that must be reached.
    step: Option<Step>,
    /// Repetitions must agree.
    stable: bool,
    /// The cell has risen to it; else it has fallen below.
    risen: bool,
}

impl Bar {
    /// The bar that the cell crossed; none where the change says nothing about versions.
    pub(super) fn of(row: &Row<'_, '_>, span: Span, now: Change) -> Option<Self> {
        let risen = match now {
            Change::Regressed
            | Change::WorseWithinFailure
            | Change::Unstable
            | Change::RedundancyLost
            | Change::GreenByAnotherRoute => false,
            Change::Fixed | Change::Improved => true,
            Change::Vanished
            | Change::BlockedByLab
            | Change::New
            | Change::NeverAttempted
            | Change::Unchanged => return None,
        };
        let stand = &row.cell(if risen { span.first } else { row.first() })?.stand;
        let score = stand.standing.score()?;
        Some(Self {
            score,
            step: stand.limiting.filter(|_| score == Score::Failure),
            stable: row.change(span.first) == Change::Unstable,
            risen,
        })
    }

    /// Whether a route is on the same side as the cell is now; none where it has no score.
    pub(super) fn shows(&self, route: &RouteRecord) -> Option<bool> {
        let score = route.verdict.standing.score()?;
        let step = || route.reason.as_ref().map(|it| it.step);
        let far_enough = || self.step.is_none_or(|bar| step().is_none_or(|it| it >= bar));
        let steady = !self.stable || !route.verdict.unstable;
        let reaches = score > self.score || score == self.score && far_enough() && steady;
        Some(reaches == self.risen)
    }

    /// The routes that were on the other side when it was last seen otherwise.
    pub(super) fn crossing<'a>(&self, row: &Row<'_, 'a>, span: Span) -> Vec<&'a RouteId> {
        let crossed = |it: &&RouteRecord| {
            let before = row.route(span.last_other, &it.verdict.route);
            self.shows(it) == Some(true) && before.and_then(|it| self.shows(it)) == Some(false)
        };
        let routes = row.cell(span.first).map(|it| it.routes.as_slice()).unwrap_or_default();
        routes.iter().filter(crossed).map(|it| &it.verdict.route).collect()
    }
}
