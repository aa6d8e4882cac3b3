//! Canonical events: every type, every field, every variant; nothing left out by `..`.
//!
//! Each enum is walked by a `next` that matches every variant, so that a new one does not compile
//! until it has its sample here, linked into the chain.

use domain::event::{
    CampaignFinished, CampaignResumed, CampaignStarted, CellShown, Cost, Ending, Event, Evidence,
    EvidenceKind, KeyChanged, Outcome, Pins, Recorded, ScoresShown, StepFinished, TrialsPlanned,
    VersionChanged,
};
use domain::ids::{CampaignId, Sha256Digest};
use domain::observation::{Channel, Observation, Value};
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use uuid::Uuid;

use super::{access, declared, letter, testbed};

/// Every sample under the name of its golden file, as the log would hold it.
pub(crate) fn all() -> Vec<(String, Recorded)> {
    let first = Event::CampaignStarted(CampaignStarted {
        campaign: campaign(),
        testbed: testbed::sample(),
        pins: pins(),
    });
    let samples = chain(first, next_event).into_iter().flat_map(|event| {
        let name = event.name();
        let variants = variants(event).into_iter().zip(1..);
        variants.map(move |(event, number)| (format!("{name}-{number}"), event))
    });
    samples.map(|(name, event)| (name.clone(), record(&name, event))).collect()
}

/// An event in an envelope that needs every digit, told from others by its command alone: a sample
/// that is added moves no other.
pub(crate) fn record(name: &str, event: Event) -> Recorded {
    let stream = event.campaign().map_or("log".to_owned(), |id| format!("campaign/{id}"));
    Recorded {
        position: 7,
        at: "2026-11-23T08:30:00.123456789Z".parse().unwrap(),
        stream,
        version: u64::MAX,
        command: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()),
        event,
    }
}

/// Everything from the first on, as `next` links it.
pub(super) fn chain<T>(first: T, next: fn(&T) -> Option<T>) -> Vec<T> {
    std::iter::successors(Some(first), next).collect()
}

/// The event, and what else is needed to spell every variant in it.
fn variants(event: Event) -> Vec<Event> {
    match event {
        Event::CampaignStarted(first) => {
            let testbed = testbed::of_today();
            let of_today = CampaignStarted { testbed, ..first.clone() };
            vec![Event::CampaignStarted(first), Event::CampaignStarted(of_today)]
        }
        Event::StepFinished(first) => {
            let steps = chain(Step::SanityCheck, next_step).into_iter();
            let outcomes = chain(Outcome::Completed, next_outcome).into_iter().cycle();
            let finished = |(step, outcome)| StepFinished { step, outcome, ..first.clone() };
            steps.zip(outcomes).map(finished).map(Event::StepFinished).collect()
        }
        Event::CampaignFinished(first) => {
            let finished = |ending| CampaignFinished { ending, ..first.clone() };
            let endings = chain(Ending::Completed, next_ending).into_iter();
            endings.map(finished).map(Event::CampaignFinished).collect()
        }
        Event::TrialsPlanned(_)
        | Event::CampaignResumed(_)
        | Event::VersionChanged(_)
        | Event::ScoresShown(_)
        | Event::KeyChanged(_)
        | Event::BaselineSet(_)
        | Event::UpgradeDeclared(_)
        | Event::CheckWaived(_)
        | Event::WaiverEnded(_)
        | Event::StepWithdrawn(_)
        | Event::TrialsTold(_) => vec![event],
        Event::Access(event) => access::variants(event).into_iter().map(Event::Access).collect(),
        Event::Letter(event) => letter::variants(event).into_iter().map(Event::Letter).collect(),
    }
}

fn next_event(event: &Event) -> Option<Event> {
    match event {
        Event::CampaignStarted(_) => Some(Event::TrialsPlanned(TrialsPlanned {
            campaign: campaign(),
            trials: vec![trial(1), trial(u32::MAX)],
        })),
        Event::TrialsPlanned(_) => {
            Some(Event::CampaignResumed(CampaignResumed { campaign: campaign() }))
        }
        Event::CampaignResumed(_) => Some(Event::VersionChanged(VersionChanged {
            campaign: campaign(),
            subject: "host:kernel".to_owned(),
            from: String::new(),
            to: "Linux 6.1.0 \"tëst\"\n\u{7f}\u{2028}/\\".to_owned(),
        })),
        Event::VersionChanged(_) => Some(Event::StepFinished(step_finished())),
        Event::StepFinished(_) => Some(Event::CampaignFinished(campaign_finished())),
        Event::CampaignFinished(_) => Some(Event::ScoresShown(scores_shown())),
        Event::ScoresShown(_) => Some(Event::KeyChanged(KeyChanged {
            from: "portolan.example/log+530d903d+AQBwV0w=".to_owned(),
            to: "portolan.example/log+0a5b1c2d+AfO3Kx8=".to_owned(),
        })),
        Event::KeyChanged(_) => Some(Event::BaselineSet(declared::baseline_set())),
        Event::BaselineSet(_) => Some(Event::UpgradeDeclared(declared::upgrade_declared())),
        Event::UpgradeDeclared(_) => Some(Event::CheckWaived(declared::check_waived())),
        Event::CheckWaived(_) => Some(Event::WaiverEnded(declared::waiver_ended())),
        Event::WaiverEnded(_) => Some(Event::StepWithdrawn(declared::step_withdrawn())),
        Event::StepWithdrawn(_) => Some(Event::TrialsTold(declared::trials_told())),
        Event::TrialsTold(_) => Some(Event::Access(access::first())),
        Event::Access(event) => {
            let next = access::next(event).map(Event::Access);
            Some(next.unwrap_or_else(|| Event::Letter(letter::first())))
        }
        Event::Letter(event) => letter::next(event).map(Event::Letter),
    }
}

pub(super) fn campaign() -> CampaignId {
    "2026-11-23-harbour".parse().unwrap()
}

pub(super) fn pins() -> Pins {
    let pins = [("platform:kvm-like", "QEMU 7.2.22, q35"), ("host:kernel", "")];
    pins.into_iter().map(|(subject, version)| (subject.into(), version.into())).collect()
}

pub(super) fn trial(repetition: u32) -> Trial {
    Trial {
        guest: "lean".parse().unwrap(),
        source: "kvm-like".parse().unwrap(),
        target: "xen-like".parse().unwrap(),
        route: "ovf".parse().unwrap(),
        repetition,
    }
}

/// A step with every kind of evidence, and observations of every kind of value and channel.
fn step_finished() -> StepFinished {
    let values = chain(Value::Flag(true), next_value).into_iter();
    let channels = chain(Channel::SerialConsole, next_channel).into_iter().cycle();
    let observation = |(value, channel)| Observation { fact: "a.fact".to_owned(), value, channel };
    let kinds = chain(EvidenceKind::Argv, next_kind).into_iter();
    StepFinished {
        campaign: campaign(),
        trial: trial(2),
        step: Step::SanityCheck,
        outcome: Outcome::Completed,
        observations: values.zip(channels).map(observation).collect(),
        evidence: kinds.zip(0..).map(|(kind, bytes)| evidence(kind, bytes)).collect(),
        pins: pins(),
        act: "restart lean at xen-like".to_owned(),
        duration_ms: u64::MAX,
    }
}

fn evidence(kind: EvidenceKind, bytes: u64) -> Evidence {
    let sha256 = Sha256Digest::of(&bytes.to_be_bytes());
    Evidence { kind, name: "serial.log".to_owned(), sha256, bytes }
}

fn campaign_finished() -> CampaignFinished {
    CampaignFinished {
        campaign: campaign(),
        ending: Ending::Completed,
        cost: Cost {
            wall_ms: 95_000,
            tools_cpu_ms: 150_000,
            own_cpu_ms: 900,
            own_peak_kib: 24_000,
            processors: 2,
        },
    }
}

fn scores_shown() -> ScoresShown {
    let standings = chain(Standing::Scored(Score::Failure), next_standing);
    let cell = |standing: Standing| CellShown {
        guest: "lean".parse().unwrap(),
        source: "kvm-like".parse().unwrap(),
        target: "xen-like".parse().unwrap(),
        standing,
        route: standing.score().map(|_| "ovf".parse().unwrap()),
    };
    ScoresShown {
        campaign: campaign(),
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        cells: standings.into_iter().map(cell).collect(),
    }
}

fn next_outcome(outcome: &Outcome) -> Option<Outcome> {
    match outcome {
        Outcome::Completed => {
            Some(Outcome::NotCompleted { reason: "the guest gave up: ALERT!".to_owned() })
        }
        Outcome::NotCompleted { .. } => {
            Some(Outcome::LabError { reason: "no space left: free 2 GiB".to_owned() })
        }
        Outcome::LabError { .. } => None,
    }
}

fn next_ending(ending: &Ending) -> Option<Ending> {
    match ending {
        Ending::Completed => Some(Ending::Cancelled),
        Ending::Cancelled => Some(Ending::LabError),
        Ending::LabError => None,
    }
}

fn next_step(step: &Step) -> Option<Step> {
    match step {
        Step::SanityCheck => Some(Step::Shutdown),
        Step::Shutdown => Some(Step::Export),
        Step::Export => Some(Step::ResourceCheck),
        Step::ResourceCheck => Some(Step::ConsistencyCheck),
        Step::ConsistencyCheck => Some(Step::Import),
        Step::Import => Some(Step::Restart),
        Step::Restart => None,
    }
}

fn next_value(value: &Value) -> Option<Value> {
    match value {
        Value::Flag(true) => Some(Value::Flag(false)),
        Value::Flag(false) => Some(Value::Integer(i64::MIN)),
        Value::Integer(_) => Some(Value::Text("Westmere \"E56xx\"".to_owned())),
        Value::Text(_) => Some(Value::List(vec!["10.71.1.15/24".to_owned(), String::new()])),
        Value::List(_) => Some(Value::NotApplicable("a raw image has nothing to check".to_owned())),
        Value::NotApplicable(_) => None,
    }
}

fn next_channel(channel: &Channel) -> Option<Channel> {
    match channel {
        Channel::SerialConsole => Some(Channel::GuestAgent),
        Channel::GuestAgent => Some(Channel::PlatformApi),
        Channel::PlatformApi => Some(Channel::DiskInspection),
        Channel::DiskInspection => Some(Channel::Host),
        Channel::Host => None,
    }
}

fn next_kind(kind: &EvidenceKind) -> Option<EvidenceKind> {
    match kind {
        EvidenceKind::Argv => Some(EvidenceKind::Stdout),
        EvidenceKind::Stdout => Some(EvidenceKind::Stderr),
        EvidenceKind::Stderr => Some(EvidenceKind::SerialLog),
        EvidenceKind::SerialLog => Some(EvidenceKind::Screenshot),
        EvidenceKind::Screenshot => Some(EvidenceKind::Descriptor),
        EvidenceKind::Descriptor => Some(EvidenceKind::Manifest),
        EvidenceKind::Manifest => None,
    }
}

pub(super) fn next_standing(standing: &Standing) -> Option<Standing> {
    match standing {
        Standing::Scored(Score::Failure) => Some(Standing::Scored(Score::Warning)),
        Standing::Scored(Score::Warning) => Some(Standing::Scored(Score::Success)),
        Standing::Scored(Score::Success) => Some(Standing::NotRun),
        Standing::NotRun => Some(Standing::Blocked),
        Standing::Blocked => Some(Standing::NotApplicable),
        Standing::NotApplicable => Some(Standing::LabError),
        Standing::LabError => None,
    }
}
