//! Looking back: what stands around a campaign in the log, and every campaign as it stood once.

use std::sync::Arc;

use domain::ids::CampaignId;
use domain::policy::Policy;
use domain::registry::Registry;
use jiff::Timestamp;
use reports::chronicle::{CampaignRecord, Chronicle};
use reports::history::Surroundings;
use reports::viewpoint::Viewpoint;
use store::{Direction, EventLog as _, StoreError};

use super::present::Reach;
use super::{Library, Records, full};

/// Every campaign as it stood once, and what had been declared by then.
#[derive(Debug, Clone)]
pub struct Past {
    /// The campaigns that are seen, the oldest first.
    pub records: Records,
    /// What had been declared.
    pub registry: Registry,
    /// By what they are judged.
    pub policy: Policy,
    /// Events that had no place.
    pub unplaced: u64,
}

impl Past {
    /// The same of these campaigns alone.
    #[must_use]
    pub fn only(self, is_shown: impl Fn(&CampaignRecord) -> bool) -> Self {
        if self.records.iter().all(&is_shown) {
            return self;
        }
        let records = self.records.iter().filter(|it| is_shown(it));
        Self { records: Arc::new(records.cloned().collect()), ..self }
    }
}

/// Why something cannot be seen.
#[derive(Debug, thiserror::Error)]
pub enum Unseen {
    /// The log does not reach there: the answer would change.
    #[error(
        "known_at={asked} lies beyond the log, which has {events} events: what will be known then is \
         not known yet"
    )]
    Beyond {
        /// The position that was asked for.
        asked: u64,
        /// How many events there are.
        events: u64,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Library {
    /// Refuses a viewpoint whose answer is not known yet.
    ///
    /// # Errors
    /// [`Unseen::Beyond`].
    pub fn check(&self, viewpoint: Viewpoint) -> Result<(), Unseen> {
        let events = self.seen();
        match viewpoint.known_at {
            Some(asked) if asked >= events => Err(Unseen::Beyond { asked, events }),
            Some(_) | None => Ok(()),
        }
    }

    /// What stands around one campaign in the log, as far as it is seen from there.
    pub(super) fn surroundings(&self, viewpoint: Viewpoint) -> Result<Surroundings, StoreError> {
        let present = self.read();
        if present.is_alone() {
            return Ok(Surroundings::default());
        }
        let unplaced = present.unplaced(viewpoint);
        drop(present);
        let (head, latest) = (self.head(viewpoint)?, self.latest(viewpoint)?);
        Ok(Surroundings { head, latest, unplaced })
    }

    /// Position and time of the last event that is seen from there.
    pub(super) fn head(
        &self,
        viewpoint: Viewpoint,
    ) -> Result<Option<(u64, Timestamp)>, StoreError> {
        let present = self.read();
        let Some(as_of) = viewpoint.as_of else {
            let Some(position) = viewpoint.known_at else { return Ok(present.times().head()) };
            drop(present);
            let recorded = self.log.read(position, Direction::Forward).next().transpose()?;
            return Ok(recorded.map(|it| (it.position, it.at)));
        };
        let end = viewpoint.known_at.map_or(self.seen(), |it| it + 1);
        let ranges = present.times().recorded_by(as_of, end);
        drop(present);
        for range in ranges {
            let mut found = None;
            for recorded in self.log.read(range.start, Direction::Forward) {
                let recorded = recorded?;
                if recorded.position >= range.end {
                    break;
                }
                if recorded.at <= as_of {
                    found = Some((recorded.position, recorded.at));
                }
            }
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The latest time of any event that is known from there.
    pub(super) fn latest(&self, viewpoint: Viewpoint) -> Result<Option<Timestamp>, StoreError> {
        let present = self.read();
        let Some(known_at) = viewpoint.known_at else { return Ok(present.times().latest()) };
        let (mut latest, rest) = present.times().until(known_at);
        drop(present);
        for recorded in self.log.read(rest.start, Direction::Forward) {
            let recorded = recorded?;
            if recorded.position >= rest.end {
                break;
            }
            latest = latest.max(Some(recorded.at));
        }
        Ok(latest)
    }

    /// What had been declared, as seen from there.
    pub(super) fn registry(&self, viewpoint: Viewpoint) -> Result<Registry, StoreError> {
        match self.read().registry(viewpoint) {
            Some(registry) => Ok(registry.clone()),
            None => full::registry(&self.log, viewpoint),
        }
    }

    /// The instant whose waivers are in force from there.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn instant(
        &self,
        viewpoint: Viewpoint,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        match (viewpoint.as_of, viewpoint.known_at) {
            (None, None) => Ok(Some(now)),
            (Some(as_of), _) => Ok(Some(as_of)),
            (None, Some(_)) => self.latest(viewpoint),
        }
    }

    /// One campaign as comparing over time needs it, by a policy and from somewhere in time.
    ///
    /// # Errors
    /// When one of its events cannot be read.
    pub fn record(
        &self,
        id: &CampaignId,
        (policy, viewpoint): (&Policy, Viewpoint),
        now: Timestamp,
    ) -> Result<Option<CampaignRecord>, StoreError> {
        let is_own = self.read().chronicle().policy().digest() == policy.digest();
        if is_own && viewpoint == Viewpoint::default() {
            return Ok(self.records(now).iter().find(|it| it.id == *id).cloned());
        }
        let instant = self.instant(viewpoint, now)?;
        let registry = self.registry(viewpoint)?;
        let end = self.end(id, viewpoint);
        full::record(&self.log, (id, end), (policy, viewpoint), &registry, instant)
    }

    /// Every campaign from somewhere in time, judged by the policy of the service. Only those that
    /// had begun and not ended are read again.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn past(&self, viewpoint: Viewpoint, now: Timestamp) -> Result<Past, StoreError> {
        let policy = self.read().chronicle().policy().clone();
        if viewpoint == Viewpoint::default() {
            let (records, present) = (self.records(now), self.read());
            let registry = present.chronicle().registry().clone();
            let unplaced = present.chronicle().unplaced();
            return Ok(Past { records, registry, policy, unplaced });
        }
        let instant = self.instant(viewpoint, now)?;
        let registry = self.registry(viewpoint)?;
        let waivers = instant.map(|it| registry.in_force(it)).unwrap_or_default();
        let (mut records, mut straddling) = (Vec::new(), Vec::new());
        let judged = self.judged(now);
        let present = self.read();
        for it in judged.records.iter() {
            match present.reach(it, viewpoint) {
                Reach::Whole => records.extend(judged.under(it, &present, &waivers)),
                Reach::Part => {
                    straddling.push((it.id.clone(), judged.end(&it.id, &present, viewpoint)));
                }
                Reach::Nothing => {}
            }
        }
        let unplaced = present.unplaced(viewpoint);
        drop(present);
        for (id, end) in straddling {
            let by = (&policy, viewpoint);
            records.extend(full::record(&self.log, (&id, end), by, &registry, instant)?);
        }
        records.sort_by_key(|it| it.positions.0);
        Ok(Past { records: Arc::new(records), registry, policy, unplaced })
    }

    /// Every campaign from somewhere in time, judged by any policy. Reads the whole log.
    ///
    /// # Errors
    /// When an event cannot be read.
    pub fn past_by(
        &self,
        policy: &Policy,
        viewpoint: Viewpoint,
        now: Timestamp,
    ) -> Result<Past, StoreError> {
        let mut chronicle = Chronicle::new(policy.clone(), viewpoint);
        let end = viewpoint.known_at.map_or(self.seen(), |it| it + 1);
        for recorded in self.log.read(0, Direction::Forward) {
            let recorded = recorded?;
            if recorded.position >= end {
                break;
            }
            chronicle.project(recorded);
        }
        let chronicle = chronicle.at_present(now);
        let records = Arc::new(chronicle.records(&chronicle.in_force()));
        let (registry, unplaced) = (chronicle.registry().clone(), chronicle.unplaced());
        Ok(Past { records, registry, policy: policy.clone(), unplaced })
    }
}
