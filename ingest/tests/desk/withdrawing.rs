//! Withdrawals: of steps that were recorded and scored, once, signed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::campaign::Campaign;
use domain::decide::Refusal;
use domain::declare::Declaration;
use domain::event::{Event, Outcome, Recorded};
use domain::step::Step;
use ingest::{Desk, DeskError};
use store::EventLog;

use crate::faulty::Faulty;
use crate::support::*;

/// A desk with a campaign that ended: a trial that was walked, one that stopped, one that met a lab
/// error. Also the positions of the last step of each.
fn ended_campaign(log: Arc<dyn EventLog>, store: &Path) -> (Desk, [u64; 3]) {
    let desk = desk(store, log);
    desk.submit(&id(), start(), at(1)).unwrap();
    let record = |command| desk.submit(&id(), command, at(2)).unwrap()[0].position;
    for step in Step::ALL {
        record(self::step(0, step));
    }
    let reason = || "no controller".to_owned();
    let walked = record(step(1, Step::SanityCheck)) - 1;
    let stopped = record(ended(1, Step::Shutdown, Outcome::NotCompleted { reason: reason() }));
    let broken = record(ended(2, Step::SanityCheck, Outcome::LabError { reason: reason() }));
    desk.submit(&id(), completed(), at(3)).unwrap();
    (desk, [walked, stopped, broken])
}

fn withdraw(desk: &Desk, position: u64, reason: &str) -> Result<Vec<Recorded>, DeskError> {
    desk.withdraw(position, (reason, "ada"), at(10))
}

fn state(desk: &Desk) -> Option<Arc<Campaign>> {
    desk.campaign(&id())
}

#[test]
fn a_scored_step_is_withdrawn_after_its_campaign_has_ended_and_that_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(log(folder.path()));
    let (desk, [walked, stopped, _]) = ended_campaign(log, folder.path());
    let before = state(&desk);
    for (position, step) in [(walked, Step::Restart), (stopped, Step::Shutdown)] {
        let recorded = withdraw(&desk, position, " a switch was off ").unwrap();
        let [only] = recorded.as_slice() else { panic!("{recorded:?}") };
        let Event::StepWithdrawn(it) = &only.event else { panic!("{only:?}") };
        assert_eq!((it.position, it.step, &*it.reason), (position, step, "a switch was off"));
        assert_eq!(only.stream, "campaign/c-1");
        assert_eq!(signed(&desk).last(), Some(&desk.log().head()));
        assert_eq!(desk.registry().withdrawals()[&position].position, only.position);
    }
    assert_eq!(state(&desk), before, "the campaign goes on from where it was");
    drop(desk);
    let desk = open(folder.path());
    assert_eq!(desk.registry().withdrawals().len(), 2);
    assert!(matches!(withdraw(&desk, walked, "other words"), Err(DeskError::Withdrawn(_))));
}

#[test]
fn asked_again_in_the_same_words_it_is_answered_and_in_others_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, [walked, ..]) = ended_campaign(Arc::new(log(folder.path())), folder.path());
    let first = withdraw(&desk, walked, "a switch was off").unwrap();
    let head = desk.log().head();
    assert_eq!(withdraw(&desk, walked, "a switch was off").unwrap(), first);
    let other = withdraw(&desk, walked, "a cable").unwrap_err();
    assert!(other.to_string().contains("has been withdrawn already"));
    let other = desk.withdraw(walked, ("a switch was off", "eve"), at(10)).unwrap_err();
    assert!(matches!(other, DeskError::Withdrawn(_)));
    assert_eq!(desk.log().head(), head);
}

#[test]
fn where_no_step_with_a_score_stands_there_is_nothing_to_withdraw() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, [walked, _, broken]) = ended_campaign(Arc::new(log(folder.path())), folder.path());
    let declaration = Declaration::Upgrade {
        subject: "platform:kvm-like".to_owned(),
        from: "1".to_owned(),
        to: "2".to_owned(),
    };
    let declared = desk.declare(declaration, "ada", at(9)).unwrap().unwrap().position;
    let withdrawn = withdraw(&desk, walked, "a switch was off").unwrap()[0].position;
    let head = desk.log().head();
    for position in [0, 1, broken, broken + 1, declared, withdrawn, head, head + 1, u64::MAX] {
        let refused = withdraw(&desk, position, "a switch was off").unwrap_err();
        assert!(
            matches!(refused, DeskError::NoStep(it) if it == position),
            "{position}: {refused}"
        );
    }
    assert_eq!(desk.log().head(), head);
}

#[test]
fn words_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, [walked, ..]) = ended_campaign(Arc::new(log(folder.path())), folder.path());
    let head = desk.log().head();
    for (reason, by) in [("", "ada"), ("\u{1b}[2J", "ada"), ("r", " "), ("r", "a\nb")] {
        let refused = desk.withdraw(walked, (reason, by), at(10)).unwrap_err();
        assert!(matches!(refused, DeskError::Refused(Refusal::Words(_))), "{refused}");
    }
    assert_eq!(desk.log().head(), head);
}

#[test]
fn a_second_desk_that_has_not_heard_of_it_is_answered_too() {
    let folder = tempfile::tempdir().unwrap();
    let shared: Arc<dyn EventLog> = Arc::new(log(folder.path()));
    let (here, [walked, ..]) = ended_campaign(Arc::clone(&shared), folder.path());
    let there = desk(folder.path(), Arc::clone(&shared));
    let first = withdraw(&here, walked, "a switch was off").unwrap();
    let head = shared.head();
    assert_eq!(withdraw(&there, walked, "a switch was off").unwrap(), first);
    assert_eq!(shared.head(), head);
}

#[test]
fn who_was_stopped_before_it_was_signed_asks_again_and_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let (desk, [walked, ..]) =
        ended_campaign(Arc::clone(&faulty) as Arc<dyn EventLog>, folder.path());
    let before = signed(&desk);
    faulty.signs_nothing.store(true, Ordering::Relaxed);
    assert!(withdraw(&desk, walked, "a switch was off").is_err());
    assert_eq!(signed(&desk), before);
    drop((desk, faulty));
    let desk = open(folder.path());
    withdraw(&desk, walked, "a switch was off").unwrap();
    assert_eq!(signed(&desk).last(), Some(&desk.log().head()));
    assert_eq!(desk.registry().withdrawals().len(), 1);
}
