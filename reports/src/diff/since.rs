//! Since when a cell stands as it does, and whether a regression is still open.

use domain::change::Change;
use domain::ids::CampaignId;
use domain::plan::CellId;
use jiff::Timestamp;

use super::Line;
use crate::chronicle::CampaignRecord;

/// Since when a cell stands as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The first campaign that showed it: of what got worse, the first bad one.
    pub first: CampaignId,
    /// When that campaign started.
    pub first_at: Timestamp,
    /// The last campaign before it that told of the cell: of what got worse, the last good one.
    pub last_other: CampaignId,
    /// When that campaign started.
    pub last_other_at: Timestamp,
}

/// What a change says about a cell, as far as "since when" is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Worse,
    Better,
    Same,
    /// Nothing is known: such campaigns neither begin nor end anything.
    Gap,
}

/// The kind of a change.
pub(super) fn kind(change: Change) -> Kind {
    match change {
        Change::Regressed
        | Change::WorseWithinFailure
        | Change::Unstable
        | Change::RedundancyLost => Kind::Worse,
        Change::Fixed | Change::Improved | Change::New => Kind::Better,
        Change::Unchanged | Change::GreenByAnotherRoute => Kind::Same,
        Change::Vanished | Change::BlockedByLab | Change::NeverAttempted => Kind::Gap,
    }
}

/// What became of a cell between the baseline and a campaign.
pub(super) fn change_in<'a>(line: &Line<'a>, campaign: &'a CampaignRecord, id: &CellId) -> Change {
    let stand = |it: &'a CampaignRecord| it.cells.get(id).map(|it| &it.stand);
    Change::between(stand(line.baseline), stand(campaign))
}

/// Since when a cell stands as it does; none where nothing changed.
pub(super) fn since(line: &Line<'_>, id: &CellId, now: Change) -> Option<Since> {
    if now == Change::Unchanged || now == Change::NeverAttempted {
        return None;
    }
    let is_same = |it: Change| match kind(now) {
        Kind::Gap | Kind::Same => it == now,
        Kind::Worse | Kind::Better => kind(it) == kind(now),
    };
    let (mut first, mut last_other) = (line.compared, line.baseline);
    for campaign in line.after().rev() {
        let then = change_in(line, campaign, id);
        if is_same(then) {
            first = campaign;
        } else if kind(then) != Kind::Gap || kind(now) == Kind::Gap {
            last_other = campaign;
            break;
        }
    }
    Some(Since {
        first: first.id.clone(),
        first_at: first.started,
        last_other: last_other.id.clone(),
        last_other_at: last_other.started,
    })
}

/// The campaign since which a regression is open: no later one was as good as the baseline.
pub(super) fn open_since(line: &Line<'_>, id: &CellId) -> Option<CampaignId> {
    let mut open = None;
    // From the last one back: the first that was as good as the baseline closed what came before.
    for campaign in line.after().rev() {
        match change_in(line, campaign, id) {
            Change::Regressed | Change::WorseWithinFailure | Change::Unstable => {
                open = Some(campaign.id.clone());
            }
            Change::Vanished | Change::BlockedByLab | Change::NeverAttempted => {}
            Change::RedundancyLost
            | Change::GreenByAnotherRoute
            | Change::Fixed
            | Change::Improved
            | Change::New
            | Change::Unchanged => break,
        }
    }
    open
}
