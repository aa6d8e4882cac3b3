//! What the chronicle keeps of a trial: its verdict without words, shared by all that are alike.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use domain::check::{Check, Finding};
use domain::event::Pins;
use domain::score::Score;
use domain::step::Step;
use domain::verdict::{StepVerdict, TrialVerdict};

/// One trial that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrialDigest {
    /// 1 for the first.
    pub(super) repetition: u32,
    /// Its verdict, raw and without words.
    pub(super) verdict: Arc<TrialVerdict>,
    /// The guest's addresses at the target, if they were read.
    pub(super) addresses: Option<Arc<Vec<String>>>,
    /// The versions in force at its last step.
    pub(super) pins: Arc<Pins>,
    /// Positions of its steps in the log.
    pub(super) positions: Positions,
    /// Wall time of its steps, in milliseconds.
    pub(super) duration_ms: u64,
}

/// Positions of the seven steps, kept small: counted from the campaign's first event, 0 where a step
/// was not reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Positions([u32; 7]);

impl Positions {
    /// Notes the position of a step, given that of the campaign's first event. No campaign has four
    /// thousand million events between its first and its last.
    pub(super) fn set(&mut self, step: Step, position: u64, first: u64) {
        self.0[place(step)] = u32::try_from(position.saturating_sub(first)).unwrap_or(u32::MAX);
    }

    /// The position of a step, if it was reached.
    pub(super) fn of(&self, step: Step, first: u64) -> Option<u64> {
        let offset = self.0[place(step)];
        (offset > 0).then(|| first + u64::from(offset))
    }

    /// The first and the last position.
    pub(super) fn span(&self, first: u64) -> Option<(u64, u64)> {
        let reached = || self.0.iter().copied().filter(|it| *it > 0).map(u64::from);
        Some((first + reached().min()?, first + reached().max()?))
    }
}

/// Values of which there are few and which many trials share.
#[derive(Debug, Clone, Default)]
pub(super) struct Interned {
    verdicts: HashSet<Arc<TrialVerdict>>,
    addresses: HashSet<Arc<Vec<String>>>,
    pins: HashSet<Arc<Pins>>,
}

impl Interned {
    pub(super) fn verdict(&mut self, verdict: TrialVerdict) -> Arc<TrialVerdict> {
        intern(&mut self.verdicts, without_words(verdict))
    }

    pub(super) fn addresses(&mut self, addresses: &[String]) -> Arc<Vec<String>> {
        intern(&mut self.addresses, addresses.to_vec())
    }

    pub(super) fn pins(&mut self, pins: &Pins) -> Arc<Pins> {
        match self.pins.get(pins) {
            Some(known) => Arc::clone(known),
            None => intern(&mut self.pins, pins.clone()),
        }
    }
}

fn intern<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, value: T) -> Arc<T> {
    if let Some(known) = known.get(&value) {
        return Arc::clone(known);
    }
    let value = Arc::new(value);
    known.insert(Arc::clone(&value));
    value
}

/// The same verdict without what only a page in full shows: checks that cost nothing, and words.
pub(super) fn without_words(verdict: TrialVerdict) -> TrialVerdict {
    let steps = verdict.steps.into_iter().map(|step| StepVerdict {
        checks: step.checks.into_iter().filter_map(costing).collect(),
        reason: step.reason.map(|_| String::new()),
        ..step
    });
    TrialVerdict { standing: verdict.standing, steps: steps.collect() }
}

fn costing(check: Check) -> Option<Check> {
    let costs = check.finding.score().is_some_and(|score| score < Score::Success);
    let is_waived = matches!(check.finding, Finding::Waived(_));
    let bare = |check: Check| Check { title: String::new(), why: String::new(), ..check };
    (costs || is_waived).then(|| bare(check))
}

/// The place of a step among the seven.
fn place(step: Step) -> usize {
    usize::from(step.number()) - 1
}
