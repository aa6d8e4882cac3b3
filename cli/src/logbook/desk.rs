//! Recording at the desk in this process.

use domain::campaign::Progress;
use domain::command::Command;
use domain::event::{Ending, Pins};
use domain::plan::Trial;
use ingest::Desk;
use reports::history::CampaignHistory;

use super::Voyage;
use crate::clock;
use crate::commands::{history_in, pick};
use crate::exit::Exit;

/// The last campaign that did not run to its end.
pub(super) fn interrupted(desk: &Desk) -> Result<Voyage, Exit> {
    let history = history_in(desk.log())?;
    let last = pick(&history, None)?;
    let open = |it: &&CampaignHistory| !matches!(it.ended, Some((Ending::Completed, _)));
    let Some(campaign) = history.campaigns().iter().rev().find(open) else {
        let words = format!("campaign `{}` ran to its end: nothing to resume", last.id);
        return Err(Exit::usage(words));
    };
    let (id, testbed) = (campaign.id.clone(), campaign.testbed.clone());
    Ok(Voyage { campaign: id, testbed, attempt: campaign.resumed + 1 })
}

/// Records the start or the resumption and returns the trials with how far each has come.
pub(super) fn begin(
    desk: &Desk,
    voyage: &Voyage,
    pins: Pins,
    plan: Option<Vec<Trial>>,
) -> Result<Vec<(Trial, Progress)>, Exit> {
    let order = match plan {
        Some(plan) => {
            let testbed = Box::new(voyage.testbed.clone());
            let start = Command::StartCampaign { testbed, pins, plan: plan.clone() };
            desk.submit(&voyage.campaign, start, clock::now())?;
            plan
        }
        None => {
            let resume = Command::ResumeCampaign { pins, attempt: voyage.attempt };
            desk.submit(&voyage.campaign, resume, clock::now())?;
            let history = history_in(desk.log())?;
            pick(&history, Some(&voyage.campaign))?.plan.clone()
        }
    };
    let campaign = desk.campaign(&voyage.campaign);
    let stand = |trial: Trial| {
        let known = campaign.as_ref().and_then(|it| it.trials.get(&trial));
        let progress = known.cloned().unwrap_or_default();
        (trial, progress)
    };
    Ok(order.into_iter().map(stand).collect())
}
