//! Any event: every field anything it may be.

use std::fmt::Debug;
use std::str::FromStr;

use domain::event::{
    CampaignResumed, Event, Evidence, EvidenceKind, KeyChanged, Outcome, Recorded, StepFinished,
    TrialsPlanned, VersionChanged,
};
use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::step::Step;
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use uuid::Uuid;

use super::samples;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", any::<String>(), "[\\x00-\\x1f\"\\\\/\\u{2028}é🧭]{0,12}"]
}

fn id<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    "[a-z0-9][a-z0-9._-]{0,63}".prop_map(|it| it.parse().unwrap())
}

fn trial() -> impl Strategy<Value = Trial> {
    (id(), id(), id(), id(), any::<u32>()).prop_map(|(guest, source, target, route, repetition)| {
        Trial { guest, source, target, route, repetition }
    })
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

fn observation() -> impl Strategy<Value = Observation> {
    let channels = vec![Channel::SerialConsole, Channel::DiskInspection, Channel::Host];
    (text(), value(), proptest::sample::select(channels))
        .prop_map(|(fact, value, channel)| Observation { fact, value, channel })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    (text(), any::<[u8; 32]>(), any::<u64>()).prop_map(|(name, sha256, bytes)| Evidence {
        kind: EvidenceKind::SerialLog,
        name,
        sha256: Sha256Digest::from_bytes(sha256),
        bytes,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Completed),
        text().prop_map(|reason| Outcome::NotCompleted { reason }),
        text().prop_map(|reason| Outcome::LabError { reason }),
    ]
}

fn step_finished() -> impl Strategy<Value = StepFinished> {
    let who = (id(), trial(), proptest::sample::select(&Step::ALL[..]), outcome());
    let seen = (vec(observation(), 0..6), vec(evidence(), 0..4), btree_map(text(), text(), 0..5));
    (who, seen, text(), any::<u64>()).prop_map(|(who, seen, act, duration_ms)| {
        let ((campaign, trial, step, outcome), (observations, evidence, pins)) = (who, seen);
        StepFinished {
            campaign,
            trial,
            step,
            outcome,
            observations,
            evidence,
            pins,
            act,
            duration_ms,
        }
    })
}

fn event() -> impl Strategy<Value = Event> {
    let samples: Vec<Event> = samples::all().into_iter().map(|(_, it)| it.event).collect();
    let changed = (id(), text(), text(), text()).prop_map(|(campaign, subject, from, to)| {
        Event::VersionChanged(VersionChanged { campaign, subject, from, to })
    });
    let planned = (id(), vec(trial(), 0..9))
        .prop_map(|(campaign, trials)| Event::TrialsPlanned(TrialsPlanned { campaign, trials }));
    prop_oneof![
        6 => step_finished().prop_map(Event::StepFinished),
        1 => planned,
        1 => changed,
        1 => id().prop_map(|campaign| Event::CampaignResumed(CampaignResumed { campaign })),
        1 => (text(), text()).prop_map(|(from, to)| Event::KeyChanged(KeyChanged { from, to })),
        2 => proptest::sample::select(samples),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    (first..last, 0..1_000_000_000_i32)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

/// Any event in any envelope.
pub(super) fn recorded() -> impl Strategy<Value = Recorded> {
    (any::<u64>(), time(), text(), any::<u64>(), any::<u128>(), event()).prop_map(
        |(position, at, stream, version, command, event)| Recorded {
            position,
            at,
            stream,
            version,
            command: Uuid::from_u128(command),
            event,
        },
    )
}
