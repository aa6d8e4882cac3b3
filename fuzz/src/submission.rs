//! What labs and operators send: what is taken reads the same after it is written again, is within
//! its bounds, and can be judged from any state; what is not taken is told in few plain words.

use std::collections::BTreeSet;

use domain::campaign::{Campaign, evolve};
use domain::command::Command;
use domain::decide::decide;
use domain::event::{Outcome, Pins};
use domain::lease::{Bounds, Leases, Offer, Wanted};
use domain::wire::{
    DeclarationRequest, Heartbeat, LeaseRequest, MOST_COMMANDS, MOST_EVIDENCE, MOST_OBSERVATIONS,
    MOST_PINS, OfferRequest, Submission,
};
use jiff::{SignedDuration, Timestamp};

/// Reads the input as each request of the door.
pub fn check(input: &[u8]) {
    match Submission::read(input) {
        Ok(submission) => taken(&submission),
        Err(why) => {
            let words = why.to_string();
            assert!(words.chars().count() < 4000, "{} letters", words.len());
            assert!(!words.chars().any(char::is_control), "{words:?}");
        }
    }
    requests(input);
}

/// What is written reads back, byte by byte the same when it is written again.
macro_rules! reads_back {
    ($kind:ty, $input:expr) => {{
        let read: Option<$kind> = serde_json::from_slice($input).ok();
        if let Some(read) = &read {
            let written = serde_json::to_vec(read).expect("what was read");
            let again: $kind = serde_json::from_slice(&written).expect("what was written");
            assert_eq!(serde_json::to_vec(&again).expect("what was read"), written);
        }
        read
    }};
}

fn requests(input: &[u8]) {
    let lease = reads_back!(LeaseRequest, input).filter(|it| it.check().is_ok());
    if let Some(lease) = lease {
        assert!(!lease.platforms.is_empty() && lease.most > 0 && lease.pins.len() <= MOST_PINS);
    }
    let beat = reads_back!(Heartbeat, input).filter(|it| it.check().is_ok());
    assert!(beat.is_none_or(|it| it.pins.len() <= MOST_PINS));
    reads_back!(OfferRequest, input);
    reads_back!(DeclarationRequest, input);
}

fn taken(submission: &Submission) {
    let written = serde_json::to_vec(submission).expect("what was read");
    let again = Submission::read(&written).expect("what was written");
    assert_eq!(serde_json::to_vec(&again).expect("what was read"), written);
    assert!((1..=MOST_COMMANDS).contains(&submission.commands.len()));
    let mut state: Option<Campaign> = None;
    for command in &submission.commands {
        bounded(command);
        let Ok(events) = decide(state.as_ref(), &submission.campaign, command.clone()) else {
            continue;
        };
        let once = !matches!(command, Command::ShowScores { .. } | Command::ResumeCampaign { .. });
        state = events.iter().fold(state, evolve);
        if once {
            let twice = decide(state.as_ref(), &submission.campaign, command.clone());
            assert!(twice.is_err() || is_lab_error(command), "recorded twice: {command:?}");
        }
    }
    under_lease(submission, state.as_ref());
}

/// A batch that names no lease of ours records nothing of a campaign that is offered.
fn under_lease(submission: &Submission, state: Option<&Campaign>) {
    let length = SignedDuration::from_secs(60);
    let mut leases = Leases::new(Bounds { offers: 1, leases: 1, trials: 8, length });
    let trials: Vec<_> = state.into_iter().flat_map(|it| it.trials.keys().cloned()).collect();
    let platforms: BTreeSet<_> = trials.iter().map(|it| it.source.clone()).collect();
    let campaign = submission.campaign.clone();
    let offer = Offer { campaign, trials, attempts: 0, stopping: false };
    leases.put(offer).expect("the first");
    let holder = "lab".parse().expect("a name");
    let (now, id) = (Timestamp::UNIX_EPOCH, "of-nobody-else".parse().expect("a name"));
    assert!(leases.admit(submission, &holder, now).is_err());
    let wanted = Wanted { holder, platforms, pins: Pins::new(), most: 8 };
    let known = |_: &_| state.cloned().map(Into::into);
    let taken = leases.take(id, &wanted, known, now).expect("nothing is pinned by it");
    assert!(taken.is_none_or(|it| (1..=8).contains(&it.trials.len())));
}

fn is_lab_error(command: &Command) -> bool {
    matches!(command, Command::RecordStep(it) if matches!(it.outcome, Outcome::LabError { .. }))
}

fn bounded(command: &Command) {
    match command {
        Command::RecordStep(it) => {
            assert!(it.observations.len() <= MOST_OBSERVATIONS);
            assert!(it.evidence.len() <= MOST_EVIDENCE);
        }
        Command::StartCampaign { testbed, pins, .. } => {
            assert!(pins.len() <= MOST_PINS);
            testbed.clone().validate().expect("it was checked");
        }
        Command::ResumeCampaign { pins, .. } => assert!(pins.len() <= MOST_PINS),
        Command::ShowScores { .. } | Command::FinishCampaign { .. } => {}
        Command::PinVersions { .. } | Command::WithdrawStep { .. } | Command::TakeOver(_) => {
            panic!("a command that nobody may send: {command:?}")
        }
    }
}
