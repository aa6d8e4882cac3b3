//! Since when a cell stands as it does, and whether a regression is still open.

use domain::change::Change;
use domain::ids::CampaignId;
use domain::score::{Score, Standing};
use jiff::Timestamp;
use serde::Serialize;

use super::line::Row;

/// Since when a cell stands as it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The first campaign that showed it: of what got worse, the first bad one.
    pub first: CampaignId,
    /// When that campaign started.
    pub first_at: Timestamp,
    /// The last campaign before it that told something else of the cell: of what got worse, the last
    /// good one.
    pub last_other: CampaignId,
    /// When that campaign started.
    pub last_other_at: Timestamp,
}

/// The same, as places among all campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) last_other: usize,
}

impl Span {
    pub(super) fn told(self, row: &Row<'_, '_>) -> Since {
        let (first, last_other) = (row.campaign(self.first), row.campaign(self.last_other));
        Since {
            first: first.id.clone(),
            first_at: first.started,
            last_other: last_other.id.clone(),
            last_other_at: last_other.started,
        }
    }
}

/// Whether a campaign shows what is so now: the same, or more of it.
pub(super) fn shows(then: Change, now: Change) -> bool {
    match now {
        Change::Regressed | Change::WorseWithinFailure | Change::Unstable => then.is_regression(),
        Change::RedundancyLost => then == now || then.is_regression(),
        Change::Improved => then == now || then == Change::Fixed,
        Change::Vanished | Change::BlockedByLab | Change::NeverAttempted => then.is_gap(),
        Change::GreenByAnotherRoute | Change::Fixed | Change::New | Change::Unchanged => {
            then == now
        }
    }
}

/// Since when a cell stands as it does; none where nothing changed, or nothing was ever known.
///
/// A gap neither begins nor ends anything, unless the cell is a gap now.
pub(super) fn since(row: &Row<'_, '_>, now: Change) -> Option<Span> {
    if !now.is_change() {
        return None;
    }
    let mut first = row.last();
    for place in row.after_baseline().rev() {
        let then = row.change(place);
        if shows(then, now) {
            first = place;
        } else if !then.is_gap() {
            return Some(Span { first, last_other: place });
        }
    }
    let was_known = row.cell(row.first()).is_some_and(|it| it.stand.standing.score().is_some());
    (was_known || !now.is_gap()).then(|| Span { first, last_other: row.first() })
}

/// The campaign since which a regression is open: no later one was as good as the baseline.
pub(super) fn open_since(row: &Row<'_, '_>) -> Option<CampaignId> {
    let before = row.cell(row.first()).map(|it| it.stand.standing);
    let mut open = None;
    // From the last one back: the first that was as good as the baseline closed what came before.
    for place in row.after_baseline().rev() {
        match row.change(place) {
            // What failed always and now fails sometimes is no worse.
            Change::Unstable if before == Some(Standing::Scored(Score::Failure)) => break,
            Change::Regressed | Change::WorseWithinFailure | Change::Unstable => open = Some(place),
            Change::Vanished | Change::BlockedByLab | Change::NeverAttempted => {}
            Change::RedundancyLost
            | Change::GreenByAnotherRoute
            | Change::Fixed
            | Change::Improved
            | Change::New
            | Change::Unchanged => break,
        }
    }
    open.map(|place| row.campaign(place).id.clone())
}
