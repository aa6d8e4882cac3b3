//! Recording at a service: through the spool, so that a lab that loses the network goes on.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use domain::campaign::{Campaign, Progress, evolve};
use domain::command::Command;
use domain::decide::decide;
use domain::event::{Ending, Pins};
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::wire::{CampaignState, Submission, SubmissionVersion};
use reports::chronicle::Chronicle;
use reports::viewpoint::Viewpoint;
use runner::remote::{
    Consignment, Courier, Delivery, Door, Fault, JudgedThere, Refusal, RemoteRecorder, Spool,
    standing,
};
use tokio_util::sync::CancellationToken;

use super::{Told, Voyage, last};
use crate::args::{Args, Spooling};
use crate::commands::{each_event, history_from, told_to_stop};
use crate::exit::Exit;
use crate::journal::Journal;
use crate::progress::tell;
use crate::remote::{self, AGAIN};
use crate::settings;

/// How often, and after how long each time, a service is asked whether it has seen an end.
const FOLLOWING: u32 = 20;
const FOLLOWED: Duration = Duration::from_millis(100);

/// A service at which a campaign is recorded.
pub(crate) struct There {
    door: Door,
    spooling: Spooling,
    /// Whether it serves the store of this call: then everything can be read there.
    serves_store: bool,
    quiet: bool,
    /// Where what waits lies.
    spools: PathBuf,
    /// Where what is remembered of campaigns at services lies.
    folder: PathBuf,
    resumed: OnceLock<CampaignState>,
    open: OnceLock<Open>,
}

/// A campaign that has begun.
struct Open {
    spool: Arc<Spool>,
    courier: Arc<Courier>,
    recorder: Arc<RemoteRecorder>,
    journal: Arc<Journal>,
}

impl There {
    pub(super) fn new(args: &Args, door: Door, spooling: Spooling, serves_store: bool) -> Self {
        Self {
            door,
            spooling,
            serves_store,
            quiet: args.quiet,
            spools: remote::spools(args),
            folder: args.store.join("remote"),
            resumed: OnceLock::new(),
            open: OnceLock::new(),
        }
    }

    /// The campaign that was begun from here last, as the service knows it.
    pub(super) async fn interrupted(&self) -> Result<Voyage, Exit> {
        self.deliver_rest().await?;
        let server = self.door.server();
        let Some(last) = last::begun_at(&self.folder, server) else {
            return Err(Exit::usage(format!("nothing to resume that was begun at {server}")));
        };
        let state = || self.door.state(&last);
        let state = remote::patience().ask(AGAIN, state).await?;
        if state.ended == Some(Ending::Completed) {
            let words = format!("campaign `{}` ran to its end: nothing to resume", state.campaign);
            return Err(Exit::usage(words));
        }
        let testbed = state.testbed.clone().validate();
        let testbed = testbed.context("the testbed that the service tells").map_err(Exit::Usage)?;
        let testbed = settings::embedded("the recorded testbed", testbed)?;
        let (campaign, attempt) = (state.campaign.clone(), state.resumed + 1);
        let _ = self.resumed.set(state);
        Ok(Voyage { campaign, testbed, attempt })
    }

    /// Records the start or the resumption; the service must be there for that.
    pub(super) async fn begin(
        &self,
        voyage: &Voyage,
        pins: Pins,
        plan: Option<Vec<Trial>>,
        stop: &CancellationToken,
    ) -> Result<Vec<(Trial, Progress)>, Exit> {
        let resumed = self.resumed.get();
        let first = match plan.clone() {
            Some(plan) => {
                self.deliver_rest().await?;
                let testbed = Box::new(voyage.testbed.clone());
                Command::StartCampaign { testbed, pins, plan }
            }
            None => Command::ResumeCampaign { pins, attempt: voyage.attempt },
        };
        self.submit(&voyage.campaign, first.clone()).await?;
        let remembered = last::remember(&self.folder, self.door.server(), &voyage.campaign);
        remembered.context("remembering the campaign").map_err(Exit::Lab)?;
        let before = resumed.map(standing);
        let events = decide(before.as_ref(), &voyage.campaign, first.clone());
        let events = events.map_err(Exit::usage)?;
        let campaign = events.iter().fold(before, evolve);
        let campaign = campaign.ok_or_else(|| Exit::usage("the campaign did not begin"))?;
        let order = plan.into_iter().flatten();
        let order = order.chain(resumed.into_iter().flat_map(trials_of));
        let stand = |trial: Trial| {
            let progress = campaign.trials.get(&trial).cloned().unwrap_or_default();
            (trial, progress)
        };
        let walk = order.map(stand).collect();
        let journal = Journal::open(&self.folder, &voyage.campaign);
        let journal = journal.context("opening the journal").map_err(Exit::Lab)?;
        journal.write(&first, &events);
        self.keep_at(voyage, campaign, journal, stop)?;
        Ok(walk)
    }

    pub(super) fn recorder(&self) -> Result<Arc<RemoteRecorder>, Exit> {
        let open = self.open.get().ok_or_else(|| Exit::lab("no campaign has begun"))?;
        Ok(Arc::clone(&open.recorder))
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.open.get()?.courier.refusal()
    }

    /// Waits until everything is delivered, a while, or until a person has enough of it.
    pub(super) async fn settle(&self) -> Result<(), Exit> {
        let Some(open) = self.open.get() else { return Ok(()) };
        let within = Duration::from_secs(self.spooling.deliver_within);
        if let (Delivery::Away(why), false) = (open.courier.delivery(), self.quiet) {
            tell(&format!("waiting for the service: {why}"));
        }
        let delivered = tokio::select! {
            delivered = tokio::time::timeout(within, open.courier.delivered()) => delivered.ok(),
            () = told_to_stop() => None,
        };
        match delivered {
            Some(Ok(())) => Ok(()),
            Some(Err(refusal)) => Err(runner::remote::RemoteError::Refused(refusal).into()),
            None => {
                let why = match open.courier.delivery() {
                    Delivery::Away(why) => format!(": {why}"),
                    Delivery::Done | Delivery::Going | Delivery::Stopped(_) => String::new(),
                };
                Err(Exit::lab(format!(
                    "{} bytes wait on this machine for {}{why}. Later: portolan spool deliver",
                    open.spool.waiting(),
                    self.door.server(),
                )))
            }
        }
    }

    pub(super) fn told(&self, args: &Args) -> Result<Told, Exit> {
        let delivered = self.open.get().is_some_and(|it| it.spool.waiting() == 0);
        if self.serves_store && delivered {
            return Ok(Told { history: history_from(args, Viewpoint::default())?, is_log: true });
        }
        let open = self.open.get().ok_or_else(|| Exit::lab("no campaign has begun"))?;
        Ok(Told { history: open.journal.history(), is_log: false })
    }

    pub(super) fn chronicle(&self, args: &Args, chronicle: &mut Chronicle) -> Result<bool, Exit> {
        if self.serves_store {
            each_event(args, Viewpoint::default(), |recorded| chronicle.project(recorded))?;
        }
        Ok(self.serves_store)
    }

    /// The page of a campaign at the service; none where the store itself can be asked.
    pub(super) fn page(&self, campaign: &CampaignId) -> Option<String> {
        (!self.serves_store).then(|| self.door.page(campaign))
    }

    /// How the service judges a campaign that was delivered. It follows its log a little later: it is
    /// asked until it has seen the end, but not for long.
    pub(super) async fn judged(&self, campaign: &CampaignId) -> Result<JudgedThere, Fault> {
        let judged = || self.door.judged(campaign);
        for _ in 0..FOLLOWING {
            let judged = remote::patience().ask(AGAIN, judged).await?;
            if judged.is_over() {
                return Ok(judged);
            }
            tokio::time::sleep(FOLLOWED).await;
        }
        judged().await
    }

    /// Removes what is not wanted any more.
    pub(super) fn close(&self, completed: bool) {
        let Some(open) = self.open.get() else { return };
        if open.spool.waiting() == 0 {
            if let Err(error) = open.spool.remove() {
                tracing::warn!(%error, "the spool could not be removed");
            }
            if completed {
                open.journal.remove();
                last::forget(&self.folder);
            }
        }
    }

    /// Opens the spool and sends the courier off.
    fn keep_at(
        &self,
        voyage: &Voyage,
        campaign: Campaign,
        journal: Arc<Journal>,
        stop: &CancellationToken,
    ) -> Result<(), Exit> {
        let to = Consignment {
            server: self.door.server().to_owned(),
            campaign: voyage.campaign.clone(),
            lease: None,
        };
        let spool = Spool::keep(&self.spools, &to, self.spooling.spool_limit << 20)?;
        let (spool, patience) = (Arc::new(spool), remote::patience());
        let courier = Courier::send(self.door.clone(), &spool, patience, stop.clone());
        let courier = Arc::new(courier);
        let (id, heard) = (voyage.campaign.clone(), journal.listener());
        let recorder = RemoteRecorder::new((&spool, &courier), id, campaign, heard);
        let recorder = Arc::new(recorder);
        let _ = self.open.set(Open { spool, courier, recorder, journal });
        Ok(())
    }

    /// Delivers what earlier runs left for this service. What it does not take stays, and is told.
    async fn deliver_rest(&self) -> Result<(), Exit> {
        let within = Duration::from_secs(self.spooling.deliver_within);
        for path in Spool::all(&self.spools).context("reading the spools").map_err(Exit::Lab)? {
            let spool = match Spool::open(&path, u64::MAX) {
                Ok(spool) if spool.to().server == self.door.server() => spool,
                Ok(_) => continue,
                Err(error) => {
                    tell(&format!("not delivered: {error}"));
                    continue;
                }
            };
            if let Err(exit) = remote::deliver_or_drop(&self.door, spool, within).await {
                exit.tell();
            }
        }
        Ok(())
    }

    /// Records one command at once.
    async fn submit(&self, campaign: &CampaignId, command: Command) -> Result<(), Exit> {
        let batch = Submission {
            schema: SubmissionVersion::V1,
            campaign: campaign.clone(),
            expected_version: None,
            lease: None,
            commands: vec![command],
        };
        let accepted = remote::patience().ask(AGAIN, || self.door.submit(&batch)).await?;
        accepted.refused.map_or(Ok(()), |it| Err(Exit::usage(it.why)))
    }
}

fn trials_of(state: &CampaignState) -> impl Iterator<Item = Trial> {
    state.trials.iter().map(|it| it.trial.clone())
}
