//! Portolan's own export of steps: the rows of a trial become one.

use std::collections::BTreeMap;

use domain::score::Standing;
use domain::step::Step;
use domain::verdict::{StepVerdict, TrialVerdict};

use super::roster::Roster;
use super::row::Row;

/// Trials while their steps are gathered, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Walks {
    walks: Vec<(Row, BTreeMap<Step, Row>)>,
    places: BTreeMap<Key, usize>,
}

/// Which trial: campaign; guest, source and target; route; repetition.
type Key = (Option<String>, [String; 3], Option<String>, u32);

impl Walks {
    /// Takes the row of one step.
    pub(super) fn take(&mut self, row: Row, roster: &mut Roster<'_>) {
        let line = row.line;
        let Some(step) = row.step else {
            roster.reject(line, "the row of a step does not say which step");
            return;
        };
        let platforms = [row.guest.clone(), row.source.clone(), row.target.clone()];
        let trial = (row.campaign.clone(), platforms, row.route.clone(), row.repetition);
        let place = *self.places.entry(trial).or_insert(self.walks.len());
        if place == self.walks.len() {
            self.walks.push((row.clone(), BTreeMap::new()));
        }
        if let Some(other) = self.walks[place].1.insert(step, row) {
            roster.reject(
                line,
                format!("{step} of this trial stands in line {} already", other.line),
            );
        }
    }

    /// Gives the roster every trial.
    pub(super) fn finish(self, roster: &mut Roster<'_>) {
        for (first, steps) in self.walks {
            roster.take(first.line, Ok(trial(first, &steps)));
        }
    }
}

/// A trial from its steps, by the rule that every trial is judged by.
fn trial(first: Row, steps: &BTreeMap<Step, Row>) -> Row {
    let verdict = TrialVerdict::of(Step::ALL.map(|step| verdict(step, steps.get(&step))).into());
    let broken = verdict.steps.iter().find(|it| it.standing == Standing::LabError);
    let holds_back = match verdict.standing {
        Standing::Scored(_) => verdict.limiting(),
        Standing::LabError => broken,
        Standing::NotRun | Standing::Blocked | Standing::NotApplicable => None,
    };
    Row {
        standing: verdict.standing,
        step: holds_back.map(|it| it.step),
        reason: holds_back.and_then(|it| it.reason.clone()).unwrap_or_default(),
        duration_ms: steps.values().map(|it| it.duration_ms).fold(0, u64::saturating_add),
        ..first
    }
}

fn verdict(step: Step, row: Option<&Row>) -> StepVerdict {
    StepVerdict {
        step,
        standing: row.map_or(Standing::NotRun, |it| it.standing),
        checks: Vec::new(),
        reason: row.map(|it| it.reason.clone()),
        cause: None,
    }
}
