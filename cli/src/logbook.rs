//! Where a campaign is recorded: at the desk in this process, or through the door of a service.

mod desk;
mod door;
mod last;

use std::sync::Arc;

use domain::campaign::Progress;
use domain::command::Command;
use domain::event::Pins;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::Testbed;
use ingest::Desk;
use reports::chronicle::Chronicle;
use reports::history::History;
use runner::remote::{Fault, JudgedThere, RemoteError, RemoteRecorder};
use runner::{Recorder, StepReport};
use tokio_util::sync::CancellationToken;

use crate::args::{Args, Remote};
use crate::commands;
use crate::exit::Exit;
use crate::progress::tell;
use crate::recorder::{DeskRecorder, RecordError};
use crate::remote;
use door::There;

/// A campaign that is about to be walked.
pub(crate) struct Voyage {
    pub(crate) campaign: CampaignId,
    pub(crate) testbed: Testbed,
    /// Which resumption this is, 0 for none.
    pub(crate) attempt: u32,
}

/// Where a campaign is recorded.
pub(crate) enum Logbook {
    /// At the desk of the store, which this process owns.
    Here(Arc<Desk>),
    /// At a service.
    There(Box<There>),
}

/// How the matrices of a campaign are had after it was walked.
pub(crate) struct Told {
    pub(crate) history: History,
    /// Whether positions and digests are those of a log that can be asked again from here.
    pub(crate) is_log: bool,
}

impl Logbook {
    /// The service that is named, the desk of the store, or the service that owns the store.
    pub(crate) fn open(
        args: &Args,
        command: &Remote,
        runtime: &tokio::runtime::Runtime,
    ) -> Result<Self, Exit> {
        if let Some(server) = &command.server {
            let door = remote::door(server, &command.credential)?;
            return Ok(Self::There(Box::new(There::new(args, door, command.spooling, false))));
        }
        match commands::desk_or_owner(args)? {
            Ok(desk) => Ok(Self::Here(Arc::new(desk))),
            Err(in_use) => {
                let door = runtime.block_on(remote::running(args))?.ok_or(in_use)?;
                tell(&format!("recording through the service at {}", door.server()));
                Ok(Self::There(Box::new(There::new(args, door, command.spooling, true))))
            }
        }
    }

    /// The last campaign that did not run to its end.
    pub(crate) async fn interrupted(&self) -> Result<Voyage, Exit> {
        match self {
            Self::Here(desk) => desk::interrupted(desk),
            Self::There(there) => there.interrupted().await,
        }
    }

    /// Records the start, or the resumption when there is no plan, and returns the trials that are
    /// left to walk. `stop` is cancelled when nothing more can be recorded.
    pub(crate) async fn begin(
        &self,
        voyage: &Voyage,
        pins: Pins,
        plan: Option<Vec<Trial>>,
        stop: &CancellationToken,
    ) -> Result<Vec<(Trial, Progress)>, Exit> {
        let mut walk = match self {
            Self::Here(desk) => desk::begin(desk, voyage, pins, plan)?,
            Self::There(there) => there.begin(voyage, pins, plan, stop).await?,
        };
        walk.retain(|(_, progress)| progress.next_step().is_some());
        Ok(walk)
    }

    /// Records the steps of a campaign that has begun.
    pub(crate) fn recorder(&self, campaign: &CampaignId) -> Result<AnyRecorder, Exit> {
        Ok(match self {
            Self::Here(desk) => AnyRecorder::Desk(DeskRecorder {
                desk: Arc::clone(desk),
                campaign: campaign.clone(),
            }),
            Self::There(there) => AnyRecorder::Remote(there.recorder()?),
        })
    }

    /// Records any other command of a campaign that has begun.
    pub(crate) async fn keep(&self, campaign: &CampaignId, command: Command) -> Result<(), Exit> {
        match self {
            Self::Here(desk) => {
                desk.submit(campaign, command, crate::clock::now())?;
                Ok(())
            }
            Self::There(there) => Ok(there.recorder()?.keep(command, Vec::new()).await?),
        }
    }

    /// Why nothing more is recorded, if so.
    pub(crate) fn refusal(&self) -> Option<RemoteError> {
        match self {
            Self::Here(_) => None,
            Self::There(there) => there.refusal().map(RemoteError::Refused),
        }
    }

    /// Waits until everything is where it belongs.
    pub(crate) async fn settle(&self) -> Result<(), Exit> {
        match self {
            Self::Here(_) => Ok(()),
            Self::There(there) => there.settle().await,
        }
    }

    /// What can be shown of a campaign that was walked.
    pub(crate) fn told(&self, args: &Args) -> Result<Told, Exit> {
        match self {
            Self::Here(desk) => {
                Ok(Told { history: commands::history_in(desk.log())?, is_log: true })
            }
            Self::There(there) => there.told(args),
        }
    }

    /// The page on which a service shows a campaign; none where the store itself can be asked.
    pub(crate) fn page(&self, campaign: &CampaignId) -> Option<String> {
        match self {
            Self::Here(_) => None,
            Self::There(there) => there.page(campaign),
        }
    }

    /// How the service judges a campaign; none where the store itself can be asked.
    pub(crate) async fn judged_there(
        &self,
        campaign: &CampaignId,
    ) -> Result<Option<JudgedThere>, Fault> {
        match self {
            Self::Here(_) => Ok(None),
            Self::There(there) => there.judged(campaign).await.map(Some),
        }
    }

    /// Takes every event into a chronicle; whether there are any to be had from here.
    pub(crate) fn chronicle(&self, args: &Args, chronicle: &mut Chronicle) -> Result<bool, Exit> {
        match self {
            Self::Here(desk) => {
                for recorded in desk.log().read(0, store::Direction::Forward) {
                    chronicle.project(recorded?);
                }
                Ok(true)
            }
            Self::There(there) => there.chronicle(args, chronicle),
        }
    }

    /// The campaign is over and was shown.
    pub(crate) fn close(&self, completed: bool) {
        match self {
            Self::Here(_) => {}
            Self::There(there) => there.close(completed),
        }
    }
}

/// Records at either place.
pub(crate) enum AnyRecorder {
    Desk(DeskRecorder),
    Remote(Arc<RemoteRecorder>),
}

impl Recorder for AnyRecorder {
    type Error = RecordError;

    async fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, RecordError> {
        match self {
            Self::Desk(desk) => desk.record(trial, step, report).await,
            Self::Remote(remote) => Ok(remote.record(trial, step, report).await?),
        }
    }
}
