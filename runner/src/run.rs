//! The run of a campaign: its trials walked side by side, group by group, until over or stopped.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::campaign::Progress;
use domain::plan::Trial;
use domain::step::Step;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::driver::{Driver, StepReport};
use crate::walk::{Recorder, WalkEnd, walk};

/// Something a person watching would want to know.
#[derive(Debug, Clone)]
pub enum Notice {
    /// A step of a trial ended.
    Step {
        /// Which trial.
        trial: Trial,
        /// Which step.
        step: Step,
        /// Whether it was completed.
        completed: bool,
    },
    /// A trial is over, or stopped for now.
    Trial {
        /// Which trial.
        trial: Trial,
        /// The lab error that stopped it, if one did.
        lab_error: Option<String>,
    },
}

/// How a run ended.
#[derive(Debug)]
pub struct RunEnd<E> {
    /// Trials with nothing left to walk.
    pub over: usize,
    /// Trials stopped by a lab error, with the reason.
    pub lab_errors: Vec<(Trial, String)>,
    /// It was stopped.
    pub cancelled: bool,
    /// The first report that could not be recorded; nothing was walked after it.
    pub unrecorded: Option<E>,
}

/// What a run needs.
pub struct Run<D, R> {
    /// Performs the steps.
    pub driver: Arc<D>,
    /// Records them.
    pub recorder: Arc<R>,
    /// Stops everything.
    pub cancel: CancellationToken,
    /// Groups of trials on the way at once. A group shares a source VM and its disks; the bound
    /// keeps the disk space small.
    pub groups_at_once: usize,
    /// Walk one trial after the other, to compare with.
    pub one_by_one: bool,
    /// Hears of every step and trial.
    pub notice: Arc<dyn Fn(Notice) + Send + Sync>,
}

impl<D: Driver, R: Recorder> Run<D, R> {
    /// Walks all trials. Trials of the same guest, source and repetition go together, in order.
    pub async fn walk_all(self: Arc<Self>, trials: Vec<(Trial, Progress)>) -> RunEnd<R::Error> {
        let at_once = if self.one_by_one { 1 } else { self.groups_at_once.max(1) };
        let gate = Arc::new(Semaphore::new(at_once));
        let mut missing: BTreeSet<Trial> = trials.iter().map(|(trial, _)| trial.clone()).collect();
        let mut groups = JoinSet::new();
        let key =
            |it: &(Trial, Progress)| (it.0.guest.clone(), it.0.source.clone(), it.0.repetition);
        for group in trials.chunk_by(|a, b| !self.one_by_one && key(a) == key(b)) {
            let (run, gate, group) = (Arc::clone(&self), Arc::clone(&gate), group.to_vec());
            groups.spawn(async move {
                let _turn = gate.acquire().await;
                run.walk_group(group).await
            });
        }
        let mut end =
            RunEnd { over: 0, lab_errors: Vec::new(), cancelled: false, unrecorded: None };
        while let Some(group) = groups.join_next().await {
            for (trial, it) in group.unwrap_or_default() {
                missing.remove(&trial);
                end.count(trial, it);
            }
        }
        let broke_off = |trial| (trial, "its walk broke off: a defect, please report".to_owned());
        end.lab_errors.extend(missing.into_iter().map(broke_off));
        end.cancelled |= self.cancel.is_cancelled() && end.unrecorded.is_none();
        end
    }

    async fn walk_group(
        self: Arc<Self>,
        group: Vec<(Trial, Progress)>,
    ) -> Vec<(Trial, WalkEnd<R::Error>)> {
        let mut walks = JoinSet::new();
        for (trial, progress) in group {
            let run = Arc::clone(&self);
            walks.spawn(async move {
                let end = run.walk_one(&trial, progress).await;
                (trial, end)
            });
        }
        let mut ends = Vec::new();
        while let Some(walk) = walks.join_next().await {
            // A walk that broke off is missed by its trial, see `walk_all`.
            ends.extend(walk.ok());
        }
        ends
    }

    async fn walk_one(&self, trial: &Trial, progress: Progress) -> WalkEnd<R::Error> {
        let seen = |step: Step, report: &StepReport| {
            let completed = report.outcome == domain::event::Outcome::Completed;
            (self.notice)(Notice::Step { trial: trial.clone(), step, completed });
        };
        let from = (trial, progress);
        let end = walk(&*self.driver, &*self.recorder, from, &self.cancel, seen).await;
        if matches!(end, WalkEnd::Unrecorded(_)) {
            self.cancel.cancel();
        }
        self.driver.release(trial).await;
        let lab_error = match &end {
            WalkEnd::LabError(reason) => Some(reason.clone()),
            WalkEnd::Over | WalkEnd::Cancelled | WalkEnd::Unrecorded(_) => None,
        };
        (self.notice)(Notice::Trial { trial: trial.clone(), lab_error });
        end
    }
}

impl<E> RunEnd<E> {
    fn count(&mut self, trial: Trial, end: WalkEnd<E>) {
        match end {
            WalkEnd::Over => self.over += 1,
            WalkEnd::LabError(reason) => self.lab_errors.push((trial, reason)),
            WalkEnd::Cancelled => self.cancelled = true,
            WalkEnd::Unrecorded(error) => self.unrecorded = self.unrecorded.take().or(Some(error)),
        }
    }
}
