//! What labs send: the steps of real trials in their order, as prebuilt requests.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use domain::command::{Command, RecordStep};
use domain::event::{Event, StepFinished};
use domain::ids::{CampaignId, Sha256Digest};
use domain::wire::{Submission, SubmissionVersion};

use super::connection::{Connection, send};
use crate::views::{Made, id};

/// What every piece of evidence is: kept once, named by every step.
const EVIDENCE: &[u8] = b"evidence of the benchmark";

/// Campaigns from here on are the labs': those before are in the store.
const FIRST: u64 = 500_000;

/// How much a step says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// One observation, one piece of evidence.
    Little,
    /// All that was recorded from real VMs.
    Everything,
}

/// One campaign as a lab reports it.
pub(super) struct Campaign {
    pub(super) id: CampaignId,
    start: Command,
    steps: Vec<Command>,
    /// How many events its start causes.
    started: u64,
}

impl Campaign {
    /// The campaign of this number, which nobody has reported yet.
    pub(super) fn new(made: &Made, number: u64, says: Says) -> Result<Self> {
        let (mut start, mut plan, mut steps, mut started) = (None, Vec::new(), Vec::new(), 0);
        for event in made.campaign(FIRST + number) {
            if let Event::CampaignStarted(it) = event {
                start = Some((it.testbed, it.pins));
                started += 1;
            } else if let Event::TrialsPlanned(it) = event {
                plan.extend(it.trials);
                started += 1;
            } else if let Event::StepFinished(it) = event {
                steps.push(Command::RecordStep(said(it, says)));
            }
        }
        let (testbed, pins) = start.context("a campaign starts")?;
        let start = Command::StartCampaign { testbed: Box::new(testbed), pins, plan };
        Ok(Self { id: id(FIRST + number), start, steps, started })
    }

    /// How many steps it has.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The command that begins it.
    pub(super) fn begin(&self) -> Command {
        self.start.clone()
    }

    /// The request that begins it.
    pub(super) fn start(&self, token: &str) -> Result<Vec<u8>> {
        let body = self.body(0, vec![self.begin()])?;
        Ok(post(token, &body))
    }

    /// Its first steps, so many in a request; each request says where the campaign stands before it.
    pub(super) fn steps(&self, token: &str, batch: usize, steps: usize) -> Result<Vec<Vec<u8>>> {
        Ok(self.bodies(batch, steps)?.iter().map(|body| post(token, body)).collect())
    }

    /// The same without heads.
    pub(super) fn bodies(&self, batch: usize, steps: usize) -> Result<Vec<Vec<u8>>> {
        ensure!(steps <= self.steps.len(), "a campaign has {} steps", self.steps.len());
        let batches = self.steps[..steps].chunks(batch).enumerate();
        let body = |(place, steps): (usize, &[Command])| {
            self.body(self.started + (place * batch) as u64, steps.to_vec())
        };
        batches.map(body).collect()
    }

    fn body(&self, version: u64, commands: Vec<Command>) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(&Submission {
            schema: SubmissionVersion::V1,
            campaign: self.id.clone(),
            expected_version: Some(version),
            lease: None,
            commands,
        })?)
    }
}

/// Brings the evidence that all steps name.
pub(super) fn bring_evidence(address: SocketAddr, token: &str) -> Result<()> {
    let path = format!("/api/v1/evidence/{}", Sha256Digest::of(EVIDENCE));
    let request = send("PUT", &path, (token, "application/octet-stream"), EVIDENCE);
    let answer = Connection::open(address)?.ask(&request)?;
    let words = String::from_utf8_lossy(&answer.body);
    ensure!(matches!(answer.status, 200 | 201), "evidence: {} {words}", answer.status);
    Ok(())
}

/// Reports: all that was sent has to be recorded.
pub(super) fn report(connection: &mut Connection, request: &[u8]) -> Result<()> {
    let answer = connection.ask(request)?;
    let is_whole = answer.body.ends_with(br#""refused":null}"#);
    let words = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
    ensure!(answer.status == 200 && is_whole, "a report: {} {}", answer.status, words());
    Ok(())
}

fn post(token: &str, body: &[u8]) -> Vec<u8> {
    send("POST", "/api/v1/events", (token, "application/json"), body)
}

fn said(step: StepFinished, says: Says) -> RecordStep {
    let StepFinished { trial, step, outcome, observations, evidence, act, duration_ms, .. } = step;
    let mut said =
        RecordStep { trial, step, attempt: 0, outcome, observations, evidence, act, duration_ms };
    for it in &mut said.evidence {
        (it.sha256, it.bytes) = (Sha256Digest::of(EVIDENCE), EVIDENCE.len() as u64);
    }
    if says == Says::Little {
        said.observations.truncate(1);
        said.evidence.truncate(1);
    }
    said
}
