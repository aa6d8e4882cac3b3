//! What nobody asks for: leases that nobody keeps up are freed, and campaigns whose last trial is
//! over are ended.

use std::sync::Arc;
use std::time::Duration;

use domain::command::Command;
use domain::decide::Refusal;
use domain::event::{Cost, Ending};
use domain::ids::CampaignId;
use ingest::DeskError;

use super::offers;
use crate::problem::Problem;
use crate::service::Service;

/// How often leases are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps leases and offers in order for as long as it is awaited.
pub async fn tend(service: Arc<Service>) {
    let mut rounds = tokio::time::interval(EVERY);
    let mut is_first = true;
    loop {
        rounds.tick().await;
        let service = Arc::clone(&service);
        let round = move || round(&service, is_first);
        // A round that breaks off is followed by the next.
        let _ = tokio::task::spawn_blocking(round).await;
        is_first = false;
    }
}

/// One look at everything. Whole campaigns are looked at only when something may have ended.
fn round(service: &Service, is_first: bool) {
    let door = &service.door;
    let is_freed = door.leases().sweep(service.now());
    if is_freed {
        door.tell();
    }
    door.rates.sweep();
    let offers: Vec<(CampaignId, bool)> =
        door.leases().offers().iter().map(|it| (it.campaign.clone(), it.stopping)).collect();
    for (campaign, stopping) in offers {
        if is_first || is_freed || stopping {
            conclude(service, &campaign);
        }
    }
}

/// Records the end of an offered campaign if it has come. A log that fails is asked again at the
/// next occasion: whoever recorded the last step has its answer already.
pub(super) fn conclude(service: &Service, campaign: &CampaignId) {
    if let Err(error) = end(service, campaign) {
        tracing::error!(%campaign, %error, "the end of a campaign was not recorded");
    }
}

fn end(service: &Service, campaign: &CampaignId) -> Result<(), Problem> {
    if ending(service, campaign).is_none() {
        return Ok(());
    }
    let _control = service.door.control();
    // Looked at anew: somebody may have offered it again meanwhile.
    let Some((ending, attempt)) = ending(service, campaign) else { return Ok(()) };
    let finish = Command::FinishCampaign { ending, cost: Cost::default(), attempt };
    match service.desk.submit(campaign, finish, service.now()) {
        Ok(_) | Err(DeskError::Refused(Refusal::AlreadyEnded(_))) => {}
        Err(error) => return Err(error.into()),
    }
    service.door.leases().end(campaign);
    offers::save(service)
}

fn ending(service: &Service, campaign: &CampaignId) -> Option<(Ending, u32)> {
    let state = service.desk.campaign(campaign)?;
    let ending = service.door.leases().ending(campaign, &state, service.now())?;
    Some((ending, state.resumed))
}
