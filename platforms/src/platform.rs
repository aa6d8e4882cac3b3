//! The boundary that every driver stands behind.

use domain::observation::Observation;

use crate::clock::Clock;
use crate::words::{
    Arrival, CapabilitySet, ExportPlan, Fault, FaultClass, Finding, Job, JobState, PlatformFacts,
    PowerOp, ResourceReport, Undone, VmRef, VmSpec,
};

/// What every call gives.
pub type Answered<T> = Result<T, Fault>;

/// A hypervisor environment that can be reached.
///
/// Every method but [`Platform::capabilities`] may fail with any class of fault. What is not declared fails with
/// `Unsupported` before anything is run. Dropping a future ends what it had started.
pub trait Platform: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> &CapabilitySet;
    /// Product and versions.
    fn identify(&self) -> impl Future<Output = Answered<PlatformFacts>> + Send;
    /// Every machine; no id twice.
    fn list(&self) -> impl Future<Output = Answered<Vec<VmRef>>> + Send;
    /// A machine's hardware and state.
    fn inspect(&self, vm: &VmRef) -> impl Future<Output = Answered<VmSpec>> + Send;
    /// Changes a machine's power.
    fn power(&self, vm: &VmRef, op: PowerOp) -> impl Future<Output = Answered<Job>> + Send;
    /// Begins to write a machine out.
    fn export(&self, vm: &VmRef, plan: &ExportPlan) -> impl Future<Output = Answered<Job>> + Send;
    /// What is there and free.
    fn resources(&self) -> impl Future<Output = Answered<ResourceReport>> + Send;
    /// What the vendor's own checker says; nothing is changed.
    fn precheck(&self, arrival: &Arrival) -> impl Future<Output = Answered<Vec<Finding>>> + Send;
    /// Begins to take a machine in; [`Job::made_by_hand`] says how.
    fn import(&self, arrival: &Arrival) -> impl Future<Output = Answered<Job>> + Send;
    /// Facts of the guest, each with the channel it was read by.
    fn guest_facts(&self, vm: &VmRef) -> impl Future<Output = Answered<Vec<Observation>>> + Send;
    /// What the guest printed.
    fn console(&self, vm: &VmRef) -> impl Future<Output = Answered<String>> + Send;
    /// Writes a picture of the screen to this file.
    fn screenshot(
        &self,
        vm: &VmRef,
        file: &std::path::Path,
    ) -> impl Future<Output = Answered<()>> + Send;
    /// Removes a machine.
    fn delete(&self, vm: &VmRef) -> impl Future<Output = Answered<()>> + Send;
    /// Makes a snapshot of this name, of a machine that may run.
    fn snapshot(&self, vm: &VmRef, name: &str) -> impl Future<Output = Answered<()>> + Send;
    /// The names of a machine's snapshots.
    fn snapshots(&self, vm: &VmRef) -> impl Future<Output = Answered<Vec<String>>> + Send;
    /// Removes a snapshot; the machine stays as it is now.
    fn delete_snapshot(&self, vm: &VmRef, name: &str) -> impl Future<Output = Answered<()>> + Send;
    /// How far a job is. Any instance of the same driver answers, not only the one that began it.
    fn poll(&self, job: &Job) -> impl Future<Output = Answered<JobState>> + Send;
    /// Calls a job off.
    fn cancel(&self, job: &Job) -> impl Future<Output = Answered<()>> + Send;
    /// Takes back what a failed job had made.
    fn undo(&self, job: &Job) -> impl Future<Output = Answered<Undone>> + Send;

    /// The one machine of this name or id.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Ambiguous` when several have the name: the first is never taken for it.
    fn find(&self, name: &str) -> impl Future<Output = Answered<VmRef>> + Send {
        async move { only(self.list().await?, name) }
    }
}

/// The one of these that has this id or name.
fn only(mut all: Vec<VmRef>, name: &str) -> Answered<VmRef> {
    if let Some(exact) = all.iter().position(|it| it.id == name) {
        return Ok(all.swap_remove(exact));
    }
    all.retain(|it| it.name == name);
    match all.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Fault::new(FaultClass::NotFound, format!("there is no machine `{name}`"))),
        several => {
            let ids: Vec<&str> = several.iter().map(|it| it.id.as_str()).take(8).collect();
            Err(Fault::new(
                FaultClass::Ambiguous,
                format!(
                    "{} machines are called `{name}`: name one by its id: {}",
                    several.len(),
                    ids.join(", ")
                ),
            ))
        }
    }
}

/// Asks about a job until it is over; a transient fault of a question is no end of it. What fails or takes too long is called off where that can be done, and taken back.
///
/// # Errors
/// What the job failed with, `Timeout` when its time is over, or what a question about it failed with.
pub async fn settle<P: Platform>(platform: &P, job: &Job, clock: &dyn Clock) -> Answered<()> {
    let begun = clock.now();
    loop {
        let lost = match platform.poll(job).await {
            Ok(JobState::Done) => return Ok(()),
            Ok(JobState::Failed(fault)) => return Err(taken_back(platform, job, fault).await),
            Ok(JobState::Running(_)) => None,
            // The job goes on while a connection is lost.
            Err(fault) if fault.class == FaultClass::Transient => Some(fault),
            Err(fault) => return Err(fault),
        };
        if clock.now().saturating_sub(begun) >= job.limit {
            return Err(called_off(platform, job, lost).await);
        }
        clock.sleep(job.every).await;
    }
}

/// The fault of a job whose time is over, after it was called off and taken back as far as that can be done.
async fn called_off<P: Platform>(platform: &P, job: &Job, lost: Option<Fault>) -> Fault {
    let words = format!("{} of {} was not over in {:?}", job.verb, job.id, job.limit);
    let mut fault = Fault::new(FaultClass::Timeout, words);
    if let Some(lost) = lost {
        fault = with(fault, &format!("the last question about it came to nothing ({lost})"));
    }
    // Most platforms cannot call it off; then it goes on, and the fault says so.
    if let Err(error) = platform.cancel(job).await {
        fault = with(fault, &format!("it was not called off ({error})"));
    }
    taken_back(platform, job, fault).await
}

/// The fault, after what a job had made was taken back, if it can have made anything.
pub(crate) async fn taken_back<P: Platform>(platform: &P, job: &Job, fault: Fault) -> Fault {
    if !fault.class.may_leave_something() {
        return fault;
    }
    match platform.undo(job).await {
        Ok(Undone::Nothing) => fault,
        Ok(Undone::NotOurs) => {
            with(fault, "nothing was taken back: the machine had been there before")
        }
        Ok(Undone::Everything) => with(fault, "what it had made was taken back"),
        Err(error) => with(fault, &format!("what it had made could not be taken back ({error})")),
    }
}

fn with(mut fault: Fault, words: &str) -> Fault {
    fault.words = format!("{}; {words}", fault.words);
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vm(id: &str, name: &str) -> VmRef {
        VmRef { id: id.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn a_name_that_two_have_is_nobodys() {
        let all = vec![vm("1", "web"), vm("2", "web"), vm("3", "db"), vm("4", "1")];
        assert_eq!(only(all.clone(), "db").unwrap(), vm("3", "db"));
        assert_eq!(only(all.clone(), "1").unwrap(), vm("1", "web"), "an id comes before a name");
        assert_eq!(only(all.clone(), "web").unwrap_err().class, FaultClass::Ambiguous);
        assert_eq!(only(all, "mail").unwrap_err().class, FaultClass::NotFound);
    }
}
