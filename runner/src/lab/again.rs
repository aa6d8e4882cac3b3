//! The source VM is started again: where it is to go on (mode copy), or where its trial failed and nothing else is left
//! of it.

use std::path::PathBuf;
use std::time::Duration;

use domain::event::Outcome;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::{Migration, Mode};

use super::acts::Lab;
use super::layout::SourceKey;
use super::machine::{Boot, Machine};
use super::seen::{Seen, Stop};
use crate::driver::StepReport;

/// The fact: the source VM started again after the trial and answered.
pub(crate) const STARTABLE: &str = "source.startable";
/// The copy of the source's disk, beside it.
pub(crate) const COPY: &str = "again";

/// Whether this was the last act of a trial.
pub(crate) fn is_end(step: Step, outcome: &Outcome) -> bool {
    step == Step::Restart || *outcome != Outcome::Completed
}

/// Whether the source is wanted again after a trial that ended so.
pub(crate) fn is_wanted(mode: Mode, outcome: &Outcome) -> bool {
    mode == Mode::Copy || matches!(outcome, Outcome::NotCompleted { .. })
}

/// What was found of the source, put beside what the trial's last step saw. A source that does not start fails the trial.
pub(crate) fn joined(mut report: StepReport, found: Result<Seen, Stop>) -> StepReport {
    let seen = match found {
        Ok(seen) => seen,
        Err(stop) => {
            let (why, seen) = stop.parts();
            report.outcome = worse(report.outcome, why);
            seen
        }
    };
    report.observations.extend(seen.observations);
    report.proofs.extend(seen.proofs);
    report
}

/// What a step comes to after which the source could not be started (the product's fault) or could not be tried (the
/// lab's).
fn worse(of_step: Outcome, of_source: Outcome) -> Outcome {
    let both = |first: String, second: String| format!("{first}; {second}");
    match (of_step, of_source) {
        (it, Outcome::Completed) => it,
        (Outcome::Completed, Outcome::NotCompleted { reason }) => {
            Outcome::NotCompleted { reason: no_start(&reason) }
        }
        (Outcome::Completed, Outcome::LabError { reason }) => {
            Outcome::LabError { reason: no_try(&reason) }
        }
        // What the trial came to was found out before: the lab's trouble afterwards does not undo that.
        (Outcome::NotCompleted { reason }, Outcome::LabError { reason: why }) => {
            Outcome::NotCompleted { reason: both(reason, no_try(&why)) }
        }
        (Outcome::NotCompleted { reason }, Outcome::NotCompleted { reason: why }) => {
            Outcome::NotCompleted { reason: both(reason, no_start(&why)) }
        }
        (Outcome::LabError { reason }, Outcome::NotCompleted { reason: why }) => {
            Outcome::LabError { reason: both(reason, no_start(&why)) }
        }
        (Outcome::LabError { reason }, Outcome::LabError { reason: why }) => {
            Outcome::LabError { reason: both(reason, no_try(&why)) }
        }
    }
}

fn no_start(why: &str) -> String {
    format!("the source VM does not start again: {why}")
}

fn no_try(why: &str) -> String {
    format!("the source VM could not be started again: {why}")
}

/// What is told of a source that was started again, and not of the target: the fact and the proofs, under names of their
/// own.
pub(crate) fn told(starts: bool, channel: Channel, mut seen: Seen) -> Seen {
    for proof in &mut seen.proofs {
        proof.name = format!("source-again-{}", proof.name);
    }
    seen.observations = vec![Observation::flag(STARTABLE, starts, channel)];
    seen
}

impl Lab {
    /// After a step of a trial from the lab: the source is started again where it is wanted.
    pub(crate) async fn source_again(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> StepReport {
        let key = self.source_key(trial);
        let is_off = self.migration(trial) != Migration::Live && self.kept_source(&key).is_some();
        let is_due = is_off && is_end(step, &report.outcome);
        // After a lab error the trial is walked again, from a source that is off.
        let is_lab = matches!(report.outcome, Outcome::LabError { .. });
        if !is_due || is_lab || !is_wanted(self.testbed.mode, &report.outcome) {
            return report;
        }
        let act = || async { self.start_again(&key).await };
        joined(report, self.again.once(key.clone(), act).await)
    }

    /// Starts the source on a copy of its disk, which other trials may still need as it is, and shuts it down.
    async fn start_again(&self, key: &SourceKey) -> Result<Seen, Stop> {
        let source = self.source_vm(key).await?;
        let claim = self.claim_for(&key.guest).await?;
        let profile = self.profile(&key.source)?;
        let disk = self.copy_of(key, &source.format);
        self.upload(&source.disk, &disk).await?;
        let serial = disk.with_extension("serial");
        let argv = source.vm.argv(profile, self.engine, &disk, &serial);
        let mut machine =
            Machine::start(&self.ledger, argv, &serial, claim).await.map_err(Stop::lab)?;
        let timeouts = self.testbed.timeouts;
        let boot = machine.wait_for_facts(Duration::from_secs(timeouts.boot_s.into())).await;
        let limit = Duration::from_secs(timeouts.shutdown_s.into());
        let off = match &boot {
            Boot::Reported(_) => machine.shut_down(limit).await.map(|_| ()),
            Boot::Failed(_) | Boot::Died(_) => {
                machine.pull_the_plug().await;
                Ok(())
            }
        };
        let seen = Seen { observations: Vec::new(), proofs: machine.proofs().await };
        drop(machine);
        let _ = std::fs::remove_file(&disk);
        let channel = Channel::SerialConsole;
        match (boot, off) {
            (Boot::Reported(_), Ok(())) => Ok(told(true, channel, seen)),
            (Boot::Failed(reason), _) => Err(Stop::product(reason, told(false, channel, seen))),
            (Boot::Died(reason), _) | (Boot::Reported(_), Err(reason)) => Err(Stop::lab(reason)),
        }
    }

    fn copy_of(&self, key: &SourceKey, format: &str) -> PathBuf {
        key.folder(self.ledger.folder()).join(format!("{COPY}.{format}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::seen::report;
    use crate::stopwatch::Stopwatch;

    fn stop(is_lab: bool, words: &str) -> Stop {
        match is_lab {
            true => Stop::lab(words.to_owned()),
            false => Stop::product(words.to_owned(), Seen::default()),
        }
    }

    fn after(of_step: Result<Seen, Stop>, found: Result<Seen, Stop>) -> String {
        let report = report(Step::Restart, "act", Stopwatch::start(), of_step);
        match joined(report, found).outcome {
            Outcome::Completed => "completed".to_owned(),
            Outcome::NotCompleted { reason } => format!("product: {reason}"),
            Outcome::LabError { reason } => format!("lab: {reason}"),
        }
    }

    #[test]
    fn a_source_that_does_not_start_fails_a_trial_that_went_well() {
        let ok = || Ok(Seen::default());
        assert_eq!(after(ok(), ok()), "completed");
        assert_eq!(
            after(ok(), Err(stop(false, "no facts"))),
            "product: the source VM does not start again: no facts"
        );
        assert_eq!(
            after(ok(), Err(stop(true, "no space"))),
            "lab: the source VM could not be started again: no space"
        );
    }

    #[test]
    fn what_the_trial_came_to_stands_first() {
        assert_eq!(
            after(Err(stop(false, "panic")), Err(stop(true, "no space"))),
            "product: panic; the source VM could not be started again: no space"
        );
        assert_eq!(
            after(Err(stop(true, "died")), Err(stop(false, "no facts"))),
            "lab: died; the source VM does not start again: no facts"
        );
    }

    #[test]
    fn it_is_wanted_after_each_copy_and_after_moves_that_failed() {
        let failed = Outcome::NotCompleted { reason: String::new() };
        let broken = Outcome::LabError { reason: String::new() };
        assert!(is_wanted(Mode::Copy, &Outcome::Completed));
        assert!(!is_wanted(Mode::Move, &Outcome::Completed));
        assert!(is_wanted(Mode::Move, &failed) && !is_wanted(Mode::Move, &broken));
        assert!(is_end(Step::Restart, &Outcome::Completed) && is_end(Step::Export, &failed));
        assert!(!is_end(Step::Import, &Outcome::Completed));
    }

    #[test]
    fn nothing_that_the_source_says_is_taken_for_the_target() {
        let said = Observation::flag("boot.reached", true, Channel::SerialConsole);
        let seen = told(
            true,
            Channel::SerialConsole,
            Seen { observations: vec![said], proofs: Vec::new() },
        );
        let facts: Vec<&str> = seen.observations.iter().map(|it| it.fact.as_str()).collect();
        assert_eq!(facts, [STARTABLE]);
    }
}
