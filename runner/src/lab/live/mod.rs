//! Live migration, type 1: a VM runs on while it moves between two hosts of one hypervisor.
//!
//! Both hosts reach one disk (a shared store) and one network segment. The seven steps keep their numbers;
//! docs/scoring.md says what each means here. Nothing is shared between trials: whoever moves is gone.

mod arriving;
mod heard;
mod leaving;
mod network;
mod stream;

use std::path::PathBuf;

use domain::ids::GuestId;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::step::Step;

use heard::Heard;
use network::Network;
pub(crate) use network::{Peer, SOURCE_PORT, TARGET_PORT, argv as network_argv};
pub(crate) use stream::IN as INCOMING;
use stream::{Leaving, Lost};

use super::acts::Lab;
use super::machine::Machine;
use super::profile::Profile;
use super::qmp::QmpFault;
use super::seen::{Seen, Stop, report};
use super::vm::VmDefinition;
use crate::driver::StepReport;
use crate::slots::Claim;
use crate::stopwatch::Stopwatch;

/// The disk that both hosts reach, before its format's ending.
pub(crate) const SHARED: &str = "shared";
/// Consoles of the two VMs.
pub(crate) const SOURCE_SERIAL: &str = "source-serial";
pub(crate) const TARGET_SERIAL: &str = "target-serial";

/// The network of a VM at a port.
pub(crate) fn port(name: &str) -> String {
    format!("stream,id=net0,server=off,addr.type=unix,addr.path={name}")
}

/// A VM on its way. Dropping it ends all of its processes.
#[derive(Debug)]
pub(crate) struct Moving {
    network: Network,
    /// At the source, until it is gone from there.
    source: Option<Machine>,
    /// At the target, once it is made up.
    target: Option<Machine>,
    leaving: Option<Leaving>,
    vm: VmDefinition,
    /// What was heard before it moved.
    before: Heard,
    _claim: Claim,
}

/// How far a VM has come.
fn reached(moving: Option<&Moving>) -> u8 {
    match moving {
        None => 0,
        Some(Moving { source: None, .. }) => Step::Import.number(),
        Some(Moving { target: Some(_), .. }) => Step::ConsistencyCheck.number(),
        Some(Moving { leaving: Some(_), .. }) => Step::Export.number(),
        Some(_) => Step::SanityCheck.number(),
    }
}

impl Lab {
    /// One step of a live migration.
    pub(crate) async fn perform_live(&self, trial: &Trial, step: Step) -> StepReport {
        let mut moving = self.moving.lock().await.remove(trial);
        let ready = self.caught_up(trial, &mut moving, step).await;
        let claim = match (&ready, &moving) {
            (Ok(()), None) => self.claim_both(&trial.guest).await.map(Some),
            _ => Ok(None),
        };
        let clock = Stopwatch::start();
        let result = match (ready, claim) {
            (Ok(()), Ok(claim)) => self.live_step(trial, &mut moving, (step, claim)).await,
            (Err(stop), _) | (_, Err(stop)) => Err(stop),
        };
        if let Some(moving) = moving {
            self.moving.lock().await.insert(trial.clone(), moving);
        }
        report(step, &self.own(trial), clock, result)
    }

    /// Does again what a killed run lost, so that this step can be walked.
    async fn caught_up(
        &self,
        trial: &Trial,
        moving: &mut Option<Moving>,
        step: Step,
    ) -> Result<(), Stop> {
        let acts = [Step::SanityCheck, Step::Export, Step::ConsistencyCheck, Step::Import];
        for act in acts.into_iter().filter(|it| it.number() < step.number()) {
            if reached(moving.as_ref()) >= act.number() {
                continue;
            }
            let claim = match moving {
                None => Some(self.claim_both(&trial.guest).await?),
                Some(_) => None,
            };
            let again = self.live_step(trial, moving, (act, claim)).await;
            let lost = |_| Stop::lab(format!("the {} could not be done again", act.title()));
            again.map_err(lost)?;
        }
        Ok(())
    }

    async fn live_step(
        &self,
        trial: &Trial,
        moving: &mut Option<Moving>,
        (step, claim): (Step, Option<Claim>),
    ) -> Result<Seen, Stop> {
        if let (Step::SanityCheck, Some(claim)) = (step, claim) {
            let (fresh, seen) = self.set_out(trial, claim).await?;
            *moving = Some(fresh);
            return Ok(seen);
        }
        let lost = || Stop::lab("the VM on its way was lost".to_owned());
        let it = moving.as_mut().ok_or_else(lost)?;
        match step {
            Step::SanityCheck => Err(Stop::lab("the VM is on its way already".to_owned())),
            Step::Shutdown => it.stays_on().await,
            Step::Export => it.leave(&self.live_folder(trial)).await,
            Step::ResourceCheck => self.live_resources(trial, it).await,
            Step::ConsistencyCheck => self.make_up(trial, it).await,
            Step::Import => self.arrive(trial, it).await,
            Step::Restart => self.runs_on(trial, it).await,
        }
    }

    /// Both ends run at once: whoever claimed one and waited for the other could wait for ever.
    async fn claim_both(&self, guest: &GuestId) -> Result<Claim, Stop> {
        let guest = self.guest(guest)?;
        let (cpus, memory) = (guest.cpus.saturating_mul(2), guest.memory_mib.saturating_mul(2));
        self.claim(cpus, memory).await
    }

    /// Where everything of a VM on its way lies.
    fn live_folder(&self, trial: &Trial) -> PathBuf {
        self.source_key(trial).folder(self.ledger.folder())
    }

    /// The disk that both hosts reach: of the source's format, whatever the target would make.
    fn shared_disk(&self, trial: &Trial) -> Result<PathBuf, Stop> {
        let format = &self.profile(&trial.source)?.disk_format;
        Ok(self.live_folder(trial).join(format!("{SHARED}.{format}")))
    }

    /// A platform's hardware around the shared disk.
    fn around_shared(&self, trial: &Trial, profile: &Profile) -> Result<Profile, Stop> {
        let disk_format = self.profile(&trial.source)?.disk_format.clone();
        Ok(Profile { disk_format, ..profile.clone() })
    }
}

impl Moving {
    /// The VM where it is now.
    fn machine(&mut self) -> Result<&mut Machine, Stop> {
        let gone = || Stop::lab("the VM is at neither end".to_owned());
        self.source.as_mut().or(self.target.as_mut()).ok_or_else(gone)
    }
}

fn api(fact: &str, value: bool) -> Observation {
    Observation::flag(fact, value, Channel::PlatformApi)
}

fn number(fact: &str, value: Option<i64>, channel: Channel) -> Option<Observation> {
    value.map(|value| Observation::integer(fact, value, channel))
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// QEMU does not do what it did a moment ago: the lab's trouble.
fn broken(fault: QmpFault) -> Stop {
    Stop::lab(fault.to_string())
}

fn lost(fault: Lost) -> Stop {
    match fault {
        Lost::Failed(_) => Stop::product(fault.to_string(), Seen::default()),
        Lost::Lab(reason) => Stop::lab(reason),
    }
}
