//! Walks by a scripted driver: it fails where it is told to, and everything else is real.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod at_a_real_v2v;
mod converters;
mod leftovers;
mod scripted;

use std::sync::Arc;

use domain::campaign::Progress;
use domain::event::Outcome;
use domain::plan::{Selection, plan};
use domain::step::Step;
use runner::{Notice, Run, RunEnd};
use tokio_util::sync::CancellationToken;

use scripted::{Desk, Refused, Scripted, testbed};

type End = RunEnd<Refused>;

async fn run(driver: Scripted, desk: &Arc<Desk>, cancel: CancellationToken) -> End {
    let trials = desk.unfinished();
    let run = Run {
        driver: Arc::new(driver),
        recorder: Arc::clone(desk),
        cancel,
        groups_at_once: 2,
        one_by_one: false,
        notice: Arc::new(|_: Notice| {}),
    };
    Arc::new(run).walk_all(trials).await
}

fn desk() -> Arc<Desk> {
    let plan = plan(&testbed(), &Selection::default(), 2).unwrap();
    Arc::new(Desk::new(plan))
}

#[tokio::test]
async fn every_trial_walks_all_seven_steps_in_order() {
    let desk = desk();
    let end = run(Scripted::default(), &desk, CancellationToken::new()).await;
    assert_eq!(end.over, desk.planned());
    assert!(desk.recorded().values().all(|steps| *steps == Step::ALL));
}

#[tokio::test]
async fn a_failure_at_any_step_ends_that_trial_alone() {
    for step in Step::ALL {
        let desk = desk();
        let victim = desk.trials()[0].clone();
        let failure = Outcome::NotCompleted { reason: "scripted".to_owned() };
        let driver = Scripted::default().fail(&victim, step, failure, 1);
        let end = run(driver, &desk, CancellationToken::new()).await;
        assert_eq!(end.over, desk.planned(), "a failed trial is over too");
        for (trial, steps) in desk.recorded() {
            let reached = if trial == victim { step.number() } else { 7 };
            assert_eq!(steps.len(), usize::from(reached), "{trial} with a failure at {step}");
        }
    }
}

#[tokio::test]
async fn a_lab_error_stops_its_trial_and_a_second_run_goes_on_from_there() {
    for step in Step::ALL {
        let desk = desk();
        let victim = desk.trials()[1].clone();
        let broken = Outcome::LabError { reason: "the lab's disk is full".to_owned() };
        let driver = Scripted::default().fail(&victim, step, broken, 1);
        let end = run(driver.clone(), &desk, CancellationToken::new()).await;
        assert_eq!(end.lab_errors, [(victim.clone(), "the lab's disk is full".to_owned())]);
        assert_eq!(end.over, desk.planned() - 1);

        let again = run(driver.clone(), &desk, CancellationToken::new()).await;
        assert_eq!((again.over, again.lab_errors.len()), (1, 0));
        let repeated = driver.performed(&victim, step);
        assert_eq!(repeated, 2, "the broken step is tried again, {step}");
        for other in Step::ALL.into_iter().filter(|other| *other != step) {
            assert_eq!(driver.performed(&victim, other), 1, "{other} is not repeated");
        }
    }
}

#[tokio::test]
async fn a_cancelled_run_stops_at_once_and_records_nothing_half() {
    let desk = desk();
    let cancel = CancellationToken::new();
    let driver = Scripted::default().hang_at(Step::Export, cancel.clone());
    let end = run(driver, &desk, cancel).await;
    assert!(end.cancelled);
    assert_eq!(end.over, 0);
    assert!(desk.recorded().values().all(|steps| steps.len() <= 2));
}

#[tokio::test]
async fn a_report_that_cannot_be_recorded_stops_the_whole_run() {
    let desk = desk();
    desk.refuse_after(5);
    let end = run(Scripted::default(), &desk, CancellationToken::new()).await;
    assert!(end.unrecorded.is_some());
    assert!(desk.recorded().values().map(Vec::len).sum::<usize>() <= 5);
}

#[tokio::test]
async fn every_trial_is_released_once_however_it_ends() {
    let desk = desk();
    let victim = desk.trials()[0].clone();
    let failure = Outcome::NotCompleted { reason: "scripted".to_owned() };
    let driver = Scripted::default().fail(&victim, Step::Import, failure, 1);
    run(driver.clone(), &desk, CancellationToken::new()).await;
    assert_eq!(driver.released(), desk.planned());
}

#[tokio::test]
async fn a_walk_that_panics_is_a_lab_error_of_its_trial_and_of_no_other() {
    let desk = desk();
    let victim = desk.trials()[2].clone();
    let driver = Scripted::default().panic_at(&victim, Step::Export);
    let end = run(driver, &desk, CancellationToken::new()).await;
    assert_eq!(end.over, desk.planned() - 1);
    assert_eq!(end.lab_errors.len(), 1);
    assert_eq!(end.lab_errors[0].0, victim);
}

#[test]
fn progress_starts_at_the_first_step() {
    assert_eq!(Progress::default().next_step(), Some(Step::SanityCheck));
}
