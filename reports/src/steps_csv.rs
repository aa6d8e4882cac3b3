//! One row a step of every trial, for spreadsheets and scripts. Names tools: for operators only.

use domain::event::Outcome;
use domain::verdict::{StepSeen, StepVerdict, Steps};

use crate::matrix::{Judged, TrialJudged};
use crate::sheet::sheet;

const HEADER: [&str; 15] = [
    "campaign",
    "guest",
    "source",
    "target",
    "route",
    "repetition",
    "step",
    "title",
    "standing",
    "outcome",
    "duration_ms",
    "position",
    "act",
    "cause",
    "reason",
];

/// Every step of every trial; the columns of the record are empty where a step was not reached.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn operator(judged: &Judged<'_>) -> Result<String, csv::Error> {
    let empty = Steps::new();
    let trials = judged.cells().flat_map(|(_, cell)| &cell.routes).flat_map(|it| &it.trials);
    let rows = trials.flat_map(|trial| {
        let steps = judged.campaign.trials.get(&trial.trial).unwrap_or(&empty);
        let row = |step| row(judged, trial, step, steps.get(&step.step));
        trial.verdict.steps.iter().map(row).collect::<Vec<_>>()
    });
    sheet(HEADER, rows)
}

fn row(
    judged: &Judged<'_>,
    judgement: &TrialJudged,
    step: &StepVerdict,
    seen: Option<&StepSeen>,
) -> [String; 15] {
    let trial = &judgement.trial;
    let of_record = |field: fn(&StepSeen) -> String| seen.map(field).unwrap_or_default();
    [
        judged.campaign.id.to_string(),
        trial.guest.to_string(),
        trial.source.to_string(),
        trial.target.to_string(),
        trial.route.to_string(),
        trial.repetition.to_string(),
        step.step.number().to_string(),
        step.step.title().to_owned(),
        step.standing.word().to_owned(),
        of_record(|it| outcome(&it.finished.outcome).to_owned()),
        of_record(|it| it.finished.duration_ms.to_string()),
        of_record(|it| it.position.to_string()),
        of_record(|it| it.finished.act.clone()),
        step.cause.map(|it| it.words().to_owned()).unwrap_or_default(),
        step.reason.clone().unwrap_or_default(),
    ]
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::NotCompleted { .. } => "not completed",
        Outcome::LabError { .. } => "lab error",
    }
}
