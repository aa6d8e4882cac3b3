//! The two sides of a comparison and what they took place in.

use domain::change::independent;
use domain::event::Ending;
use domain::ids::{CampaignId, GuestId, PlatformId, RouteId};
use domain::score::{Score, Standing};
use domain::step::Step;
use jiff::Timestamp;
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord};
use crate::reason::Reason;

/// One of the two campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Which one.
    pub campaign: CampaignId,
    /// What people call its testbed.
    pub testbed: String,
    /// When it started; of one that another system told, when its first trial was tried.
    pub started: Timestamp,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// Another system told it.
    pub told: bool,
}

/// What both campaigns took place in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// Platforms, in the order of the later testbed, then those that only the baseline had.
    pub platforms: Vec<PlatformId>,
    /// Guests and their names, in the same order.
    pub guests: Vec<(GuestId, String)>,
    /// Something else plays one of the platforms.
    pub stand_ins: bool,
}

/// How a cell stands in one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    /// The best over its routes.
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// The furthest step at which a route fails, where the cell is a FAILURE.
    pub fails_at: Option<Step>,
    /// How many independent routes carry it; 0 where it does not run.
    pub independent: usize,
    /// What holds its best route back.
    pub reason: Option<Reason>,
    /// The route that gives it its score.
    pub best: Option<RouteId>,
    /// Every route with its score.
    pub carriers: Vec<RouteId>,
}

impl From<&CampaignRecord> for Side {
    fn from(record: &CampaignRecord) -> Self {
        Self {
            campaign: record.id.clone(),
            testbed: record.testbed.name.clone(),
            started: record.started,
            ending: record.ended.map(|(ending, _)| ending),
            told: record.told,
        }
    }
}

impl Scene {
    /// The scene of a baseline and a later campaign.
    pub(super) fn of(from: &CampaignRecord, to: &CampaignRecord) -> Self {
        let mut platforms: Vec<PlatformId> = Vec::new();
        let mut guests: Vec<(GuestId, String)> = Vec::new();
        for testbed in [&to.testbed, &from.testbed] {
            let fresh = testbed.platforms.iter().map(|it| &it.id);
            let fresh: Vec<_> = fresh.filter(|it| !platforms.contains(it)).cloned().collect();
            platforms.extend(fresh);
            let known = |id: &GuestId| guests.iter().any(|(known, _)| known == id);
            let fresh = testbed.guests.iter().filter(|it| !known(&it.id));
            let fresh: Vec<_> = fresh.map(|it| (it.id.clone(), it.name.clone())).collect();
            guests.extend(fresh);
        }
        let mut all = from.testbed.platforms.iter().chain(&to.testbed.platforms);
        let stand_ins = all.any(|it| it.stand_in);
        Self { platforms, guests, stand_ins }
    }
}

impl From<&CellRecord> for Stood {
    fn from(cell: &CellRecord) -> Self {
        let stand = &cell.stand;
        let fails = stand.standing == Standing::Scored(Score::Failure);
        Self {
            standing: stand.standing,
            unstable: stand.unstable,
            fails_at: stand.limiting.filter(|_| fails),
            independent: if fails { 0 } else { independent(&stand.carriers) },
            reason: cell.reason.clone(),
            best: stand.best.clone(),
            carriers: stand.carriers.iter().map(|it| it.route.clone()).collect(),
        }
    }
}
