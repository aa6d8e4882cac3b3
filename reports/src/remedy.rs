//! What would turn a route green, in words.

use std::collections::BTreeSet;

use domain::diagnosis::Cause;
use domain::score::{Score, Standing};
use domain::verdict::StepVerdict;

use crate::matrix::RouteTried;
use crate::reason::decisive;

/// What to do, the most pressing first; nothing when the route is a SUCCESS.
#[must_use]
pub fn remedies(route: &RouteTried) -> Vec<String> {
    let Some(trial) = decisive(route) else {
        return Vec::new();
    };
    let causes: BTreeSet<Cause> = trial.steps.iter().filter_map(|it| it.cause).collect();
    let mut remedies: Vec<String> = causes.iter().map(|it| it.remedy().to_owned()).collect();
    for score in [Score::Failure, Score::Warning] {
        remedies.extend(trial.steps.iter().flat_map(|step| rules(step, score)));
    }
    if route.verdict.unstable {
        remedies.push("make repetitions agree: find out what differs between them".to_owned());
    }
    let is_told = trial.steps.iter().all(|it| it.checks.is_empty());
    match trial.standing {
        Standing::Scored(Score::Failure | Score::Warning) if is_told => {
            remedies.push("walk it here: another system told it, and nothing was observed".into());
        }
        Standing::LabError => remedies.insert(0, lab(&trial.steps)),
        Standing::NotRun | Standing::Blocked => {
            remedies.push("run the campaign to its end".to_owned());
        }
        Standing::Scored(_) | Standing::NotApplicable => {}
    }
    remedies
}

/// What is to hold, of what costs this score. A cause says more than that the step be completed. What
/// was not judged has nothing to hold.
fn rules(step: &StepVerdict, score: Score) -> Vec<String> {
    if step.checks.is_empty() {
        return Vec::new();
    }
    if let (Some(reason), Score::Failure, None) = (&step.reason, score, step.cause) {
        return vec![format!("get the {} completed: {reason}", step.step.title())];
    }
    if step.reason.is_some() {
        return Vec::new();
    }
    let costing = step.checks.iter().filter(|it| it.finding.score() == Some(score));
    costing.map(|it| format!("let rule {} hold: {}", it.rule, it.title)).collect()
}

fn lab(steps: &[StepVerdict]) -> String {
    let broken = steps.iter().find(|it| it.standing == Standing::LabError);
    let is_withdrawn = broken.is_some_and(StepVerdict::is_withdrawn);
    match broken.and_then(|it| it.reason.as_ref()) {
        Some(reason) if is_withdrawn => format!("walk it again in another campaign ({reason})"),
        Some(reason) => format!("repair the lab and resume the campaign ({reason})"),
        None => "repair the lab and resume the campaign".to_owned(),
    }
}
