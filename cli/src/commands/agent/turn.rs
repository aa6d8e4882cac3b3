//! One turn of an agent: the trials of one lease, walked, delivered and given back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::campaign::{Campaign, Progress as Walked};
use domain::event::Pins;
use domain::ids::PlatformId;
use domain::plan::Trial;
use domain::testbed::{Slots, Testbed};
use domain::wire::Leased;
use runner::lab::{QemuLab, Sharing};
use runner::remote::{
    Consignment, Courier, Fault, Held, LeaseEnd, RemoteError, RemoteRecorder, Spool,
};
use runner::{Ledger, RunEnd};
use tokio_util::sync::CancellationToken;

use super::Lab;
use crate::commands::embedded::unless_cancelled;
use crate::commands::voyage::{Ready, claim, prepare};
use crate::exit::Exit;
use crate::progress::{Progress, tell};
use crate::remote::{self, AGAIN};
use crate::settings;

/// How a turn ended.
pub(super) enum Turn {
    /// Its trials are walked, or another's: the next lease may be asked for.
    Done,
    /// A person stopped the agent.
    Stopped,
    /// The service does not want these trials walked here.
    Refused(String),
    /// The lab broke.
    LabError(String),
}

/// Takes a turn. Nothing of it is left behind but what could not be delivered.
pub(super) async fn turn(
    lab: &Lab<'_>,
    leased: Leased,
    cancel: &CancellationToken,
) -> Result<Turn, Exit> {
    let over = cancel.child_token();
    let held = Held::hold(&lab.door, &leased, remote::patience(), over.clone());
    let count = leased.trials.len();
    lab.say(&format!("campaign {}: {count} trials are ours", leased.campaign));
    let ledger = claim(&lab.work.join(format!("{}+{}", leased.campaign, leased.lease)))?;
    let walked = walk(lab, &leased, (&held, &ledger), &over).await;
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.remove().context("removing the work folder").map_err(Exit::Lab)?;
    }
    let ended = held.end();
    // Whether it comes back now or when its time has passed: it is not ours any more.
    if let Err(fault) = held.give_back().await {
        tracing::info!(%fault, "the lease was not given back");
    }
    match (walked, ended) {
        _ if cancel.is_cancelled() => Ok(Turn::Stopped),
        (Err(exit @ (Exit::Usage(_) | Exit::Wrong(_) | Exit::Gate(_))), _) => Err(exit),
        (_, Some(LeaseEnd::Lost(refusal))) => {
            tell(&format!("portolan: the lease is lost: {refusal}"));
            Ok(Turn::Done)
        }
        (_, Some(LeaseEnd::Stopping)) => {
            lab.say("the campaign is being stopped");
            Ok(Turn::Done)
        }
        (Err(Exit::Lab(error)), None) => Ok(Turn::LabError(format!("{error:#}"))),
        (Err(Exit::Stopped(_)), None) => Ok(Turn::Stopped),
        (Ok(turn), None) => Ok(turn),
    }
}

/// Prepares the lab, tells its versions, walks, and delivers.
async fn walk(
    lab: &Lab<'_>,
    leased: &Leased,
    (held, ledger): (&Held, &Arc<Ledger>),
    over: &CancellationToken,
) -> Result<Turn, Exit> {
    let testbed = testbed(lab, leased)?;
    let ready = prepare(lab.args, &lab.command.cache, &testbed, ledger);
    let ready = unless_cancelled(over, ready).await?;
    let pins = reached(&ready.pins, &lab.command.platforms);
    match held.tell(pins, &remote::patience(), AGAIN).await {
        Ok(()) => {}
        Err(Fault::Refused(refusal)) => return Ok(Turn::Refused(refusal.to_string())),
        Err(fault) => return Err(fault.into()),
    }
    let to = Consignment {
        server: lab.door.server().to_owned(),
        campaign: leased.campaign.clone(),
        lease: Some(leased.lease.to_string()),
    };
    let most = lab.command.spooling.spool_limit << 20;
    let spool = Arc::new(Spool::keep(&remote::spools(lab.args), &to, most)?);
    let courier = Courier::send(lab.door.clone(), &spool, remote::patience(), over.clone());
    let courier = Arc::new(courier);
    let recorder = RemoteRecorder::new(
        (&spool, &courier),
        leased.campaign.clone(),
        standing(leased),
        Arc::new(|_, _| {}),
    );
    let end = walk_all(lab, leased, (&testbed, ready, ledger), (recorder, over)).await?;
    deliver(lab, (&spool, &courier), held, over).await?;
    told(end)
}

/// Walks the trials of a lease, group by group.
async fn walk_all(
    lab: &Lab<'_>,
    leased: &Leased,
    (testbed, ready, ledger): (&Testbed, Ready, &Arc<Ledger>),
    (recorder, over): (RemoteRecorder, &CancellationToken),
) -> Result<RunEnd<RemoteError>, Exit> {
    let stand = |it: &domain::wire::TrialState| (it.trial.clone(), it.progress());
    let mut trials: Vec<(Trial, Walked)> = leased.trials.iter().map(stand).collect();
    trials.retain(|(_, progress)| progress.next_step().is_some());
    // What shares a source VM stands side by side.
    let group = |it: &Trial| (it.guest.clone(), it.source.clone(), it.repetition);
    trials.sort_by_key(|(trial, _)| group(trial));
    let names: Vec<Trial> = trials.iter().map(|(trial, _)| trial.clone()).collect();
    let occasion: String = leased.lease.as_str().chars().take(12).collect();
    let how = (ready.engine, Sharing::Shared, occasion);
    let driver = QemuLab::new(testbed, ready.images, Arc::clone(ledger), how, &names)?;
    let progress = Progress::new(trials.len(), lab.args.quiet || lab.args.json);
    let seen = progress.clone();
    let run = runner::Run {
        driver: Arc::new(driver),
        recorder: Arc::new(recorder),
        cancel: over.clone(),
        groups_at_once: testbed.slots.cpu as usize + 1,
        one_by_one: false,
        notice: Arc::new(move |notice| seen.tell(&notice)),
    };
    let end = Arc::new(run).walk_all(trials).await;
    progress.end();
    Ok(end)
}

/// Waits until everything is delivered: as long as the lease is in force, or a while when a person
/// stops the agent. What the service does not want any more is dropped.
async fn deliver(
    lab: &Lab<'_>,
    (spool, courier): (&Arc<Spool>, &Arc<Courier>),
    held: &Held,
    over: &CancellationToken,
) -> Result<(), Exit> {
    let delivered = tokio::select! {
        delivered = courier.delivered() => delivered,
        () = over.cancelled() => {
            let within = Duration::from_secs(lab.command.spooling.deliver_within);
            let lost = matches!(held.end(), Some(LeaseEnd::Lost(_)));
            match tokio::time::timeout(if lost { Duration::ZERO } else { within }, courier.delivered()).await {
                Ok(delivered) => delivered,
                Err(_) => {
                    set_aside(spool, held);
                    return Ok(());
                }
            }
        }
    };
    match delivered {
        Ok(()) => Ok(spool.remove()?),
        Err(refusal) if remote::is_lost(&refusal) => Ok(remote::drop_spool(spool, &refusal)?),
        Err(refusal) => Err(RemoteError::Refused(refusal).into()),
    }
}

/// What was not delivered in time: dropped when the lease is lost, kept for the next start else.
fn set_aside(spool: &Spool, held: &Held) {
    match held.end() {
        Some(LeaseEnd::Lost(refusal)) => {
            let _ = remote::drop_spool(spool, &refusal);
        }
        Some(LeaseEnd::Stopping) | None => {
            let bytes = spool.waiting();
            tell(&format!(
                "portolan: {bytes} bytes wait; the next agent in this store delivers them"
            ));
        }
    }
}

fn told(end: RunEnd<RemoteError>) -> Result<Turn, Exit> {
    match (end.unrecorded, end.lab_errors.first()) {
        (Some(RemoteError::Refused(refusal)), _) if remote::is_lost(&refusal) => Ok(Turn::Done),
        (Some(error), _) => Err(error.into()),
        (None, Some((trial, reason))) => Ok(Turn::LabError(format!("{trial}: {reason}"))),
        (None, None) => Ok(Turn::Done),
    }
}

/// The testbed of a lease, when this lab can play it.
fn testbed(lab: &Lab<'_>, leased: &Leased) -> Result<Testbed, Exit> {
    let mut testbed = leased.testbed.clone();
    if let Some((cpu, memory_mib)) = lab.command.slots {
        testbed.slots = Slots { cpu, memory_mib };
    }
    let testbed = testbed.validate();
    let testbed = testbed.context("the testbed of the lease").map_err(Exit::Usage)?;
    settings::embedded("the testbed of the lease", testbed)
}

/// The versions of what this agent reaches: others reach the rest.
fn reached(pins: &Pins, platforms: &[PlatformId]) -> Pins {
    let plays = |id: &str| platforms.iter().any(|it| it.as_str() == id);
    let reaches = |subject: &str| match subject.split_once(':') {
        Some(("platform", id)) => plays(id),
        Some(("guest", id)) => id.split_once('@').is_none_or(|(_, at)| plays(at)),
        _ => true,
    };
    let reached = pins.iter().filter(|(subject, _)| reaches(subject));
    reached.map(|(subject, version)| (subject.clone(), version.clone())).collect()
}

fn standing(leased: &Leased) -> Campaign {
    let trials = leased.trials.iter().map(|it| (it.trial.clone(), it.progress())).collect();
    Campaign { trials, pins: leased.pins.clone(), resumed: 0, ended: None }
}
