//! What history and chronicle both keep of a log beside its campaigns: from where it is seen, what
//! was declared, how far it goes.

use domain::event::{CheckWaived, Recorded};
use domain::registry::Registry;
use jiff::Timestamp;

use crate::viewpoint::Viewpoint;

/// What is seen of a log as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// From where it is seen.
    pub(crate) viewpoint: Viewpoint,
    /// What was declared.
    pub(crate) registry: Registry,
    /// Position and time of the last event.
    pub(crate) head: Option<(u64, Timestamp)>,
    /// Events that had no place.
    pub(crate) unplaced: u64,
    /// The latest time of any event; clocks are set back now and then.
    latest: Option<Timestamp>,
}

/// What stands in a log around a history that was read without it, as far as it is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Position and time of the last event; none when the history has it.
    pub head: Option<(u64, Timestamp)>,
    /// The latest time of any event; none when the history has it.
    pub latest: Option<Timestamp>,
    /// How many events had no place, those of the history included.
    pub unplaced: u64,
}

impl Seen {
    /// The same, as part of a longer log of which only this was read.
    pub(crate) fn amid(self, log: &Surroundings) -> Self {
        let Surroundings { head, latest, unplaced } = *log;
        Self { head: head.or(self.head), latest: latest.or(self.latest), unplaced, ..self }
    }

    /// Nothing yet, from somewhere in time.
    pub(crate) fn from_viewpoint(viewpoint: Viewpoint) -> Self {
        Self { viewpoint, ..Self::default() }
    }

    /// Remembers that an event at this position and time is seen.
    pub(crate) fn look(&mut self, position: u64, at: Timestamp) {
        self.head = Some((position, at));
        self.latest = self.latest.max(Some(at));
    }

    /// Remembers that an event is seen, and what it declares.
    pub(crate) fn take_in(&mut self, recorded: &Recorded) {
        self.look(recorded.position, recorded.at);
        self.registry.evolve(recorded);
    }

    /// The same in the present; see [`Viewpoint::at_present`].
    pub(crate) fn at_present(self, now: Timestamp) -> Self {
        let waivers = self.registry.waivers().values();
        let expiries = waivers.map(|it| it.waived.what.expires);
        Self { viewpoint: self.viewpoint.at_present(self.latest, expiries, now), ..self }
    }

    /// The waivers in force at the instant it is seen at; without one at the latest of its events.
    pub(crate) fn in_force(&self) -> Vec<&CheckWaived> {
        let instant = self.viewpoint.as_of.or(self.latest);
        instant.map(|it| self.registry.in_force(it)).unwrap_or_default()
    }
}
