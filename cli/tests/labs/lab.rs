//! A lab with a scripted driver: it walks for real, moves no VM, and records at a service.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::campaign::{Campaign, Progress};
use domain::command::Command;
use domain::decide::decide;
use domain::event::{Event, EvidenceKind, Outcome, Pins, Recorded};
use domain::ids::CampaignId;
use domain::observation::{Channel, Observation};
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use domain::wire::{Submission, SubmissionVersion};
use runner::remote::{
    Consignment, Courier, Door, Patience, RemoteError, RemoteRecorder, SPOOL_BYTES, Spool, standing,
};
use runner::{Driver, Proof, Run, RunEnd, StepReport};
use tokio_util::sync::CancellationToken;

/// Every step takes a moment and leaves two pieces of evidence, one of them shared by all trials.
pub(crate) struct Scripted {
    pub(crate) moment: Duration,
}

impl Driver for Scripted {
    async fn perform(&self, trial: &Trial, step: Step) -> StepReport {
        tokio::time::sleep(self.moment).await;
        let own = format!("{trial}: {step}\n").into_bytes();
        let shared = vec![step.number(); 3000];
        StepReport {
            outcome: Outcome::Completed,
            observations: vec![Observation::flag("boot.ok", true, Channel::Host)],
            proofs: vec![
                Proof::new(EvidenceKind::Stdout, "stdout", own),
                Proof::new(EvidenceKind::SerialLog, "serial.log", shared),
            ],
            act: step.number().to_string(),
            duration_ms: 1,
        }
    }

    async fn release(&self, _: &Trial) {}
}

/// A lab of one campaign.
pub(crate) struct Lab {
    pub(crate) folder: PathBuf,
    pub(crate) door: Door,
    pub(crate) campaign: CampaignId,
    pub(crate) moment: Duration,
    pub(crate) lease: Option<String>,
    pub(crate) stop: CancellationToken,
}

/// What stands at the end of a walk.
pub(crate) struct Walked {
    pub(crate) end: RunEnd<RemoteError>,
    pub(crate) spool: Arc<Spool>,
    pub(crate) courier: Arc<Courier>,
    pub(crate) recorder: Arc<RemoteRecorder>,
}

pub(crate) fn testbed() -> Testbed {
    let testbed: Testbed =
        toml::from_str(include_str!("../../../lab/testbeds/small.toml")).unwrap();
    testbed.validate().unwrap()
}

pub(crate) fn trials() -> Vec<Trial> {
    plan(&testbed(), &Selection::default(), 1).unwrap()
}

pub(crate) fn patience() -> Patience {
    Patience {
        least: Duration::from_millis(5),
        most: Duration::from_millis(100),
        jitter: Arc::new(|| 1.0),
    }
}

impl Lab {
    pub(crate) fn new(folder: &Path, door: Door) -> Self {
        Self {
            folder: folder.to_owned(),
            door,
            campaign: "c-far".parse().unwrap(),
            moment: Duration::from_millis(1),
            lease: None,
            stop: CancellationToken::new(),
        }
    }

    pub(crate) fn start_command(&self) -> Command {
        let testbed = Box::new(testbed());
        Command::StartCampaign { testbed, pins: Pins::new(), plan: trials() }
    }

    /// Records one command at once.
    pub(crate) async fn submit(&self, command: Command) {
        let batch = Submission {
            schema: SubmissionVersion::V1,
            campaign: self.campaign.clone(),
            expected_version: None,
            lease: None,
            commands: vec![command],
        };
        let accepted = patience().ask(1000, || self.door.submit(&batch)).await.unwrap();
        assert_eq!(accepted.refused, None);
    }

    /// Starts the campaign and gives its state as it is computed here.
    pub(crate) async fn start(&self) -> Campaign {
        let start = self.start_command();
        self.submit(start.clone()).await;
        let events = decide(None, &self.campaign, start).unwrap();
        events.iter().fold(None, domain::campaign::evolve).unwrap()
    }

    pub(crate) fn consignment(&self) -> Consignment {
        Consignment {
            server: self.door.server().to_owned(),
            campaign: self.campaign.clone(),
            lease: self.lease.clone(),
        }
    }

    pub(crate) fn spool(&self, most: u64) -> Arc<Spool> {
        Arc::new(Spool::keep(&self.folder, &self.consignment(), most).unwrap())
    }

    /// Walks what is left of a campaign.
    pub(crate) async fn walk(&self, campaign: Campaign) -> Walked {
        self.walk_into(self.spool(SPOOL_BYTES), campaign).await
    }

    pub(crate) async fn walk_into(&self, spool: Arc<Spool>, campaign: Campaign) -> Walked {
        let (door, stop) = (self.door.clone(), self.stop.clone());
        let courier = Arc::new(Courier::send(door, &spool, patience(), stop));
        let open: Vec<(Trial, Progress)> = campaign
            .trials
            .iter()
            .filter(|(_, it)| it.next_step().is_some())
            .map(|(trial, it)| (trial.clone(), it.clone()))
            .collect();
        let (id, heard) = (self.campaign.clone(), Arc::new(|_: &Command, _: &[Event]| {}));
        let recorder = Arc::new(RemoteRecorder::new((&spool, &courier), id, campaign, heard));
        let run = Run {
            driver: Arc::new(Scripted { moment: self.moment }),
            recorder: Arc::new(Shared(Arc::clone(&recorder))),
            cancel: self.stop.clone(),
            groups_at_once: 4,
            one_by_one: false,
            notice: Arc::new(|_| {}),
        };
        let end = Arc::new(run).walk_all(open).await;
        Walked { end, spool, courier, recorder }
    }

    /// What a lab does that was killed: delivers what it left, asks how far the campaign is, goes on.
    pub(crate) async fn resume(&self) -> Walked {
        let spool = self.spool(SPOOL_BYTES);
        let (door, stop) = (self.door.clone(), self.stop.clone());
        let courier = Courier::send(door, &spool, patience(), stop);
        courier.delivered().await.unwrap();
        drop(courier);
        let state = patience().ask(1000, || self.door.state(&self.campaign)).await.unwrap();
        self.walk_into(spool, standing(&state)).await
    }
}

/// A recorder that a run and a test hold both.
struct Shared(Arc<RemoteRecorder>);

impl runner::Recorder for Shared {
    type Error = RemoteError;

    async fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, RemoteError> {
        self.0.record(trial, step, report).await
    }
}

/// The steps of each trial as the log has them: once each and in order, or the test has failed.
pub(crate) fn steps(events: &[Recorded]) -> usize {
    let seen: Mutex<std::collections::BTreeMap<Trial, Vec<Step>>> = Mutex::default();
    for recorded in events {
        if let Event::StepFinished(it) = &recorded.event {
            seen.lock().unwrap().entry(it.trial.clone()).or_default().push(it.step);
        }
    }
    let seen = seen.into_inner().unwrap();
    for (trial, steps) in &seen {
        assert_eq!(steps[..], Step::ALL[..steps.len()], "{trial}");
    }
    seen.values().map(Vec::len).sum()
}

/// Every piece of evidence that the log names is there and whole.
pub(crate) fn expect_evidence(store: &Path, events: &[Recorded]) {
    let blobs = store::Blobs::local(&store.join("evidence")).unwrap();
    let mut named = 0;
    for recorded in events {
        if let Event::StepFinished(it) = &recorded.event {
            for evidence in &it.evidence {
                assert_eq!(blobs.get(evidence.sha256).unwrap().len() as u64, evidence.bytes);
                named += 1;
            }
        }
    }
    assert!(named > 0, "no evidence was named");
}

/// Steps of the whole plan.
pub(crate) const SPOOLED: usize = 4 * 2 * 7;
