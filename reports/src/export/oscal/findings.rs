//! What was seen of each cell, and what follows from it.

use domain::ids::GuestId;
use domain::score::{Score, Standing};

use super::components::{GUEST, PLATFORM};
use super::document::LOG;
use super::identity::Identity;
use super::objectives::objective_id;
use super::property::{our, ours};
use super::shape::{
    Finding, Observation, ObservationRef, Property, RelevantEvidence, Status, Subject, Target,
};
use crate::export::cell::{duration_ms, name, reason};
use crate::export::words::escaped;
use crate::matrix_file::{CellEntry, MatrixFile};

/// What was seen of a cell. The file does not tell when each was seen: that of the campaign's last
/// event stands for all.
pub(super) fn observation(
    file: &MatrixFile,
    identity: Identity,
    (guest, cell): (&GuestId, &CellEntry),
) -> Observation {
    let (first, last) = (file.course.first_position, file.course.last_position);
    Observation {
        uuid: identity.part("observation", &name(guest, cell)),
        title: title(guest, cell),
        description: format!(
            "{}. {} of {} trials were scored.",
            told(cell),
            cell.scored,
            cell.planned
        ),
        props: properties(cell),
        methods: ["TEST"],
        types: ["control-objective"],
        subjects: subjects(identity, guest, cell),
        relevant_evidence: [RelevantEvidence {
            href: format!("#{}", identity.part(LOG, "")),
            description: format!("The events of the campaign, positions {first} to {last}."),
        }],
        collected: file.course.last_recorded,
    }
}

/// What follows for the objective of a cell.
pub(super) fn finding(identity: Identity, (guest, cell): (&GuestId, &CellEntry)) -> Finding {
    let name = name(guest, cell);
    Finding {
        uuid: identity.part("finding", &name),
        title: title(guest, cell),
        description: format!("{}.", told(cell)),
        props: our("standing", cell.standing.word()).into_iter().collect(),
        target: Target {
            kind: "objective-id",
            target_id: objective_id(guest, cell),
            status: status(cell),
        },
        related_observations: [ObservationRef {
            observation_uuid: identity.part("observation", &name),
        }],
    }
}

/// Satisfied is a SUCCESS and nothing else. Where there is no score nothing was determined, which
/// assessors call "other than satisfied" (NIST SP 800-53A, 3.3).
fn status(cell: &CellEntry) -> Status {
    let (state, reason) = match cell.standing {
        Standing::Scored(Score::Success) => ("satisfied", "pass"),
        Standing::Scored(Score::Failure) => ("not-satisfied", "fail"),
        Standing::Scored(Score::Warning)
        | Standing::LabError
        | Standing::Blocked
        | Standing::NotRun
        | Standing::NotApplicable => ("not-satisfied", "other"),
    };
    let remarks = match cell.standing {
        Standing::Scored(Score::Success | Score::Failure) => None,
        Standing::Scored(Score::Warning) => Some(
            "WARNING: the guest runs at the target, but not as it did. This is no failure."
                .to_owned(),
        ),
        Standing::LabError | Standing::Blocked | Standing::NotRun | Standing::NotApplicable => {
            let word = cell.standing.word();
            Some(format!("Not assessed: {word}. This says nothing about what was to be assessed."))
        }
    };
    Status { state, reason, remarks }
}

fn title(guest: &GuestId, cell: &CellEntry) -> String {
    format!("Guest {guest} from platform {} to platform {}", cell.source, cell.target)
}

/// Standing and reason: `WARNING: step 7 (restart at the target): firewall`.
fn told(cell: &CellEntry) -> String {
    let word = cell.standing.word();
    match reason(cell) {
        Some(reason) => format!("{word}: {}", escaped(&reason)),
        None => word.to_owned(),
    }
}

fn properties(cell: &CellEntry) -> Vec<Property> {
    let cause = cell.limit.as_ref().and_then(|it| it.cause);
    let route = cell.best_route.as_ref().map(ToString::to_string);
    let duration = duration_ms(cell).map(|it| it.to_string());
    ours([
        ("standing", cell.standing.word().to_owned()),
        ("unstable", if cell.unstable { "yes" } else { "no" }.to_owned()),
        ("trials-scored", cell.scored.to_string()),
        ("trials-planned", cell.planned.to_string()),
        ("cause", cause.map(|it| it.words().to_owned()).unwrap_or_default()),
        ("best-route", route.unwrap_or_default()),
        ("duration-ms", duration.unwrap_or_default()),
    ])
}

fn subjects(identity: Identity, guest: &GuestId, cell: &CellEntry) -> Vec<Subject> {
    let subject = |kind: &str, id: &str, title: String| Subject {
        subject_uuid: identity.part(kind, id),
        kind: "component",
        title,
    };
    vec![
        subject(GUEST, guest.as_str(), format!("guest {guest}")),
        subject(PLATFORM, cell.source.as_str(), format!("source {}", cell.source)),
        subject(PLATFORM, cell.target.as_str(), format!("target {}", cell.target)),
    ]
}
