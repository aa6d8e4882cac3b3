//! Any batch and any answer: every field anything it may be.

use std::str::FromStr;

use domain::command::{Command, RecordStep};
use domain::event::{CellShown, Cost, Ending, Evidence, EvidenceKind, Outcome};
use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::wire::{
    Accepted, AcceptedVersion, RecordedCommand, RefusedCommand, Submission, SubmissionVersion,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::start;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", any::<String>(), "[\\x00-\\x1f\"\\\\/\\u{2028}é🧭]{0,12}"]
}

/// A name that is fit to be kept.
fn name() -> impl Strategy<Value = String> {
    "[!-~é🧭]{1,40}"
}

fn id<T: FromStr<Err: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    "[a-z0-9][a-z0-9._-]{0,63}".prop_map(|it| it.parse().unwrap())
}

fn digest() -> impl Strategy<Value = Sha256Digest> {
    any::<[u8; 32]>().prop_map(Sha256Digest::from_bytes)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Flag),
        any::<i64>().prop_map(Value::Integer),
        text().prop_map(Value::Text),
        vec(text(), 0..4).prop_map(Value::List),
        text().prop_map(Value::NotApplicable),
    ]
}

fn seen() -> impl Strategy<Value = Observation> {
    let channels = vec![Channel::SerialConsole, Channel::GuestAgent, Channel::Host];
    (name(), value(), proptest::sample::select(channels))
        .prop_map(|(fact, value, channel)| Observation { fact, value, channel })
}

fn kept() -> impl Strategy<Value = Evidence> {
    let kinds = vec![EvidenceKind::Argv, EvidenceKind::Screenshot, EvidenceKind::Manifest];
    (proptest::sample::select(kinds), name(), digest(), any::<u64>())
        .prop_map(|(kind, name, sha256, bytes)| Evidence { kind, name, sha256, bytes })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Completed),
        text().prop_map(|reason| Outcome::NotCompleted { reason }),
        text().prop_map(|reason| Outcome::LabError { reason }),
    ]
}

fn any_step() -> impl Strategy<Value = RecordStep> {
    let trial = (id(), id(), id(), id(), any::<u32>()).prop_map(
        |(guest, source, target, route, repetition)| Trial {
            guest,
            source,
            target,
            route,
            repetition,
        },
    );
    let what = (trial, proptest::sample::select(&Step::ALL[..]), any::<u32>(), outcome());
    (what, vec(seen(), 0..6), vec(kept(), 0..4), name(), any::<u64>()).prop_map(
        |((trial, step, attempt, outcome), observations, evidence, act, duration_ms)| RecordStep {
            trial,
            step,
            attempt,
            outcome,
            observations,
            evidence,
            act,
            duration_ms,
        },
    )
}

fn cell() -> impl Strategy<Value = CellShown> {
    let standings = vec![Standing::Scored(Score::Failure), Standing::NotRun, Standing::Blocked];
    let standings = proptest::sample::select(standings);
    (id(), id(), id(), standings, proptest::option::of(id())).prop_map(
        |(guest, source, target, standing, route)| CellShown {
            guest,
            source,
            target,
            standing,
            route,
        },
    )
}

fn any_command() -> impl Strategy<Value = Command> {
    let pins = || btree_map(name(), name(), 0..5);
    let resume = (pins(), any::<u32>())
        .prop_map(|(pins, attempt)| Command::ResumeCampaign { pins, attempt });
    let endings = vec![Ending::Completed, Ending::Cancelled, Ending::LabError];
    let finish = (proptest::sample::select(endings), any::<[u64; 4]>(), any::<[u32; 2]>())
        .prop_map(
            |(ending, [wall_ms, tools_cpu_ms, own_cpu_ms, own_peak_kib], [processors, attempt])| {
                let cost = Cost { wall_ms, tools_cpu_ms, own_cpu_ms, own_peak_kib, processors };
                Command::FinishCampaign { ending, cost, attempt }
            },
        );
    let shown = (name(), digest(), vec(cell(), 0..4), any::<u32>()).prop_map(
        |(policy, policy_sha256, cells, attempt)| Command::ShowScores {
            policy,
            policy_sha256,
            cells,
            attempt,
        },
    );
    prop_oneof![
        6 => any_step().prop_map(Command::RecordStep),
        1 => Just(start()),
        1 => resume,
        1 => finish,
        1 => shown,
    ]
}

/// Any batch that is fit to be sent.
pub(super) fn any_submission() -> impl Strategy<Value = Submission> {
    let about = (id(), any::<Option<u64>>(), proptest::option::of(name()));
    (about, vec(any_command(), 1..8)).prop_map(|((campaign, expected_version, lease), commands)| {
        let schema = SubmissionVersion::V1;
        Submission { schema, campaign, expected_version, lease, commands }
    })
}

/// Any answer.
pub(super) fn any_accepted() -> impl Strategy<Value = Accepted> {
    let recorded = (any::<u128>(), any::<Option<u64>>(), any::<u64>(), any::<bool>()).prop_map(
        |(command, position, events, repeated)| RecordedCommand {
            command: Uuid::from_u128(command),
            position,
            events,
            repeated,
        },
    );
    let refused = (any::<u64>(), text()).prop_map(|(index, why)| RefusedCommand { index, why });
    (id(), any::<u64>(), vec(recorded, 0..9), proptest::option::of(refused)).prop_map(
        |(campaign, version, recorded, refused)| Accepted {
            schema: AcceptedVersion::V1,
            campaign,
            version,
            recorded,
            refused,
        },
    )
}
