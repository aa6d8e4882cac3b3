//! What anyone may see of many campaigns, as columns of codes.

use domain::ids::{CampaignId, GuestId, PlatformId};

use super::frame::{bytes, codes, frame};
use super::{Sources, TablesError};
use crate::fault::Fault;
use crate::outcomes::{NONE, Names, code};
use crate::public::{PublicCell, PublicView};
use crate::topic::Topic;

/// Columns that are being filled.
#[derive(Debug, Default)]
struct Columns {
    campaigns: Names<CampaignId>,
    guests: Names<GuestId>,
    platforms: Names<PlatformId>,
    faults: Names<Fault>,
    topics: Names<Topic>,
    cells: Cells,
    changes: Changes,
    routes: Routes,
}

#[derive(Debug, Default)]
struct Cells {
    campaign: Vec<u16>,
    guest: Vec<u16>,
    source: Vec<u16>,
    target: Vec<u16>,
    score: Vec<u8>,
    fault: Vec<u16>,
}

#[derive(Debug, Default)]
struct Changes {
    topic: Vec<u16>,
    score: Vec<u8>,
    /// 0 where the facts were not observed.
    is_read: Vec<u8>,
}

#[derive(Debug, Default)]
struct Routes {
    guest: Vec<u16>,
    target: Vec<u16>,
    is_repeated: Vec<u8>,
    is_unstable: Vec<u8>,
}

/// The code of a fault that is none.
pub(super) const NO_FAULT: u16 = u16::MAX;

/// The columns of these views.
pub(super) fn of(views: &[PublicView]) -> Result<Sources, TablesError> {
    let mut columns = Columns::default();
    for view in views {
        let campaign = columns.campaigns.code(&view.campaign)?;
        for (guest, cell) in view.cells() {
            let guest = columns.guests.code(guest)?;
            columns.push(campaign, guest, cell)?;
        }
    }
    columns.finish()
}

impl Columns {
    fn push(&mut self, campaign: u16, guest: u16, cell: &PublicCell) -> Result<(), TablesError> {
        let source = self.platforms.code(&cell.source)?;
        let target = self.platforms.code(&cell.target)?;
        let score = cell.standing.score().map_or(NONE, code);
        let fault = match cell.reason.as_ref().and_then(Fault::of_reason) {
            Some(fault) => self.faults.code(&fault)?,
            None => NO_FAULT,
        };
        self.cells.campaign.push(campaign);
        self.cells.guest.push(guest);
        self.cells.source.push(source);
        self.cells.target.push(target);
        self.cells.score.push(score);
        self.cells.fault.push(fault);
        self.push_topics(cell, score)?;
        for route in &cell.routes {
            self.routes.guest.push(guest);
            self.routes.target.push(target);
            self.routes.is_repeated.push(u8::from(route.scored > 1));
            self.routes.is_unstable.push(u8::from(route.unstable));
        }
        Ok(())
    }

    fn push_topics(&mut self, cell: &PublicCell, score: u8) -> Result<(), TablesError> {
        let Some(reason) = &cell.reason else { return Ok(()) };
        let changed = reason.topics().into_iter().map(|it| (it, 1));
        let unread = reason.unread().into_iter().map(|it| (it, 0));
        for (topic, is_read) in changed.chain(unread) {
            self.changes.topic.push(self.topics.code(&topic)?);
            self.changes.score.push(score);
            self.changes.is_read.push(is_read);
        }
        Ok(())
    }

    fn finish(self) -> Result<Sources, TablesError> {
        let Self { cells, changes, routes, .. } = &self;
        Ok(Sources {
            ways: Names::default(),
            cells: frame([
                codes("campaign", &cells.campaign),
                codes("guest", &cells.guest),
                codes("source", &cells.source),
                codes("target", &cells.target),
                bytes("score", &cells.score),
                codes("fault", &cells.fault),
            ])?,
            changes: frame([
                codes("topic", &changes.topic),
                bytes("score", &changes.score),
                bytes("is_read", &changes.is_read),
            ])?,
            routes: frame([
                codes("guest", &routes.guest),
                codes("target", &routes.target),
                bytes("is_repeated", &routes.is_repeated),
                bytes("is_unstable", &routes.is_unstable),
            ])?,
            walked: None,
            campaigns: self.campaigns,
            guests: self.guests,
            platforms: self.platforms,
            faults: self.faults,
            topics: self.topics,
        })
    }
}
