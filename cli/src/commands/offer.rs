//! `portolan offer`: a campaign whose trials agents walk.

use std::time::Duration;

use domain::event::Ending;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::testbed::Testbed;
use domain::wire::{CampaignState, OfferRequest};
use runner::remote::Door;
use serde::Serialize;

use super::embedded::told_to_stop;
use super::run::{chosen, planned};
use super::{print, print_json};
use crate::args::{Args, Offer};
use crate::exit::Exit;
use crate::progress::tell;
use crate::remote::{self, AGAIN};
use crate::{clock, settings};

/// How often the service is asked how far the campaign has come.
const LOOK: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Told {
    campaign: CampaignId,
    trials: usize,
    server: String,
    ended: Option<Ending>,
}

pub(super) fn execute(args: &Args, command: &Offer) -> Result<(), Exit> {
    let (testbed, plan) = asked(command)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    runtime.block_on(async {
        let door = door(args, command).await?;
        let campaign = clock::new_campaign().map_err(Exit::usage)?;
        let trials = plan.len();
        let offer = OfferRequest { campaign: campaign.clone(), testbed, plan };
        remote::patience().ask(AGAIN, || door.offer(&offer)).await?;
        let server = door.server().to_owned();
        if !args.json {
            print(&format!("campaign {campaign}: {trials} trials are offered at {server}\n"))?;
        }
        let ended = match command.wait {
            true => Some(follow(args, &door, &campaign).await?),
            false => None,
        };
        if args.json {
            let told = Told { campaign: campaign.clone(), trials, server, ended };
            print_json(&told)?;
        }
        match ended {
            None => Ok(()),
            Some(Ending::Completed) if args.json => Ok(()),
            Some(Ending::Completed) => print(&format!("campaign {campaign} ran to its end\n")),
            Some(Ending::LabError) => Err(Exit::lab("some trials met a lab error")),
            Some(Ending::Cancelled) => Err(Exit::Stopped("the campaign was stopped")),
        }
    })
}

/// The service that is named, or the one that serves this store.
async fn door(args: &Args, command: &Offer) -> Result<Door, Exit> {
    match &command.server {
        Some(server) => remote::door(server, &command.credential),
        None => remote::running(args).await?.ok_or_else(|| {
            Exit::usage("no service serves this store: portolan serve, or name one with --server")
        }),
    }
}

fn asked(command: &Offer) -> Result<(Testbed, Vec<Trial>), Exit> {
    match (&command.plan, &command.testbed) {
        (Some(path), _) => {
            let file = settings::plan(path)?;
            Ok((file.testbed, file.trials))
        }
        (None, Some(name)) => {
            let testbed = chosen(name, &command.part)?;
            let plan = planned(&testbed, &command.part)?;
            Ok((testbed, plan))
        }
        (None, None) => Err(Exit::usage("name a testbed or a plan")),
    }
}

/// Tells how far a campaign has come, until it ends.
async fn follow(args: &Args, door: &Door, campaign: &CampaignId) -> Result<Ending, Exit> {
    let mut last = None;
    loop {
        let patience = remote::patience();
        let state = patience.ask(usize::MAX, || door.state(campaign));
        let state = tokio::select! {
            state = state => state?,
            () = told_to_stop() => {
                return Err(Exit::Stopped("following; the campaign goes on at the service"));
            }
        };
        if let Some(ending) = state.ended {
            return Ok(ending);
        }
        let over = over(&state);
        if last.replace(over) != Some(over) && !args.quiet && !args.json {
            tell(&format!("[{over}/{}] trials are walked", state.trials.len()));
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn over(state: &CampaignState) -> usize {
    state.trials.iter().filter(|it| it.next_step.is_none()).count()
}
