//! What the chronicle keeps of a campaign beside its cells: what its page tells of its course.

use std::collections::HashSet;

use domain::event::{Pins, VersionChanged};
use domain::ids::Sha256Digest;
use domain::verdict::Steps;

use crate::setting::Work;

/// A campaign's course, as far as its own page alone tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// How often it was resumed.
    pub resumed: u32,
    /// The versions pinned at the start.
    pub pins: Pins,
    /// Versions that changed in mid-campaign.
    pub changes: Vec<VersionChanged>,
    /// Steps that were withdrawn later.
    pub withdrawn: usize,
    /// How much was done.
    pub work: Work,
}

impl Aside {
    /// The same without what all cells together come to.
    #[must_use]
    pub(crate) fn without_totals(&self) -> Self {
        Self { withdrawn: 0, work: Work::default(), ..self.clone() }
    }
}

/// How much was done in trials that are over.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    steps: usize,
    unshared_ms: u64,
    /// The acts, each by eight bytes of its digest: a campaign may have as many as steps.
    acts: HashSet<u64>,
}

impl Done {
    /// Counts a trial that is over.
    pub(super) fn count(&mut self, steps: &Steps) {
        for seen in steps.values().map(|it| &it.finished) {
            self.steps += 1;
            self.unshared_ms = self.unshared_ms.saturating_add(seen.duration_ms);
            self.acts.insert(short(&seen.act));
        }
    }

    /// The same with trials on their way.
    pub(super) fn with<'a>(&self, walking: impl Iterator<Item = &'a Steps>) -> Work {
        let mut work =
            Work { steps: self.steps, acts: self.acts.len(), unshared_ms: self.unshared_ms };
        let mut more = HashSet::new();
        for seen in walking.flat_map(|it| it.values()).map(|it| &it.finished) {
            work.steps += 1;
            work.unshared_ms = work.unshared_ms.saturating_add(seen.duration_ms);
            let act = short(&seen.act);
            work.acts += usize::from(!self.acts.contains(&act) && more.insert(act));
        }
        work
    }
}

fn short(act: &str) -> u64 {
    let digest = Sha256Digest::of(act.as_bytes()).to_bytes();
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
