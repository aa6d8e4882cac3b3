//! How a desk comes to know where everything stands: from the events of its log, shown to it by whoever reads
//! them anyway, or read by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::declare;
use domain::event::Recorded;
use domain::ids::CampaignId;
use domain::registry::Registry;
use store::{Blobs, Direction, EventLog};

use super::declaring::Declarations;
use super::standing::{Campaigns, Standing};
use super::{Desk, DeskError};

/// A desk that is not open yet.
#[derive(Debug, Default)]
pub struct Beginning {
    campaigns: BTreeMap<CampaignId, Standing>,
    registry: Registry,
    declarations: Declarations,
    /// The position of the event that it has to see next.
    next: u64,
}

impl Beginning {
    /// Sees an event of the log; any but the next one is left for later.
    pub fn see(&mut self, recorded: &Recorded) {
        if recorded.position != self.next {
            return;
        }
        self.next += 1;
        self.registry.evolve(recorded);
        self.declarations.version += u64::from(recorded.stream == declare::STREAM);
        let Some(id) = recorded.event.campaign() else { return };
        match self.campaigns.get_mut(id) {
            Some(standing) => standing.evolve(recorded),
            None => self.campaigns.entry(id.clone()).or_default().evolve(recorded),
        }
    }

    /// Takes over the log whose events it saw, and its evidence. What it has not seen is read.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn open(
        mut self,
        log: Arc<dyn EventLog>,
        blobs: impl Into<Arc<Blobs>>,
    ) -> Result<Desk, DeskError> {
        for recorded in log.read(self.next, Direction::Forward) {
            self.see(&recorded?);
        }
        let Self { campaigns, registry, declarations, .. } = self;
        let (campaigns, registry) = (Campaigns::new(campaigns), Mutex::new(Arc::new(registry)));
        let declarations = Mutex::new(declarations);
        Ok(Desk { log, blobs: blobs.into(), campaigns, declarations, registry })
    }
}
