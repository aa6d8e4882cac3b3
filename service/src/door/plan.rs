//! What a campaign started with: its testbed and its trials, read from the beginning of its stream.

use domain::event::Event;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::testbed::Testbed;
use ingest::Desk;
use store::{Direction, StoreError};

/// Testbed and trials of a campaign, in the order of the plan; none when it has not started.
///
/// # Errors
/// When an event cannot be read.
pub(super) fn plan(
    desk: &Desk,
    campaign: &CampaignId,
) -> Result<Option<(Testbed, Vec<Trial>)>, StoreError> {
    let stream = format!("campaign/{campaign}");
    let (mut testbed, mut trials) = (None, Vec::new());
    for recorded in desk.log().read_stream(&stream, 0, Direction::Forward) {
        let event = recorded?.event;
        if let Event::CampaignStarted(it) = event {
            testbed = Some(it.testbed);
        } else if let Event::TrialsPlanned(it) = event {
            trials.extend(it.trials);
        } else {
            // The plan stands together, right behind the start.
            break;
        }
    }
    Ok(testbed.map(|it| (it, trials)))
}

/// The testbed alone.
///
/// # Errors
/// As [`plan`].
pub(super) fn testbed(desk: &Desk, campaign: &CampaignId) -> Result<Option<Testbed>, StoreError> {
    let stream = format!("campaign/{campaign}");
    let first = desk.log().read_stream(&stream, 0, Direction::Forward).next().transpose()?;
    match first.map(|it| it.event) {
        Some(Event::CampaignStarted(it)) => Ok(Some(it.testbed)),
        Some(_) | None => Ok(None),
    }
}
