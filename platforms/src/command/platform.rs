//! A platform that is reached by a driver file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::observation::{Observation, Value, bounded_text};

use super::driver::{Driver, Verb};
use super::fields::INSPECTED;
use super::reading;
use super::running::{known_format, read};
use super::values::{Values, VarProblem};
use crate::clock::Clock;
use crate::platform::{Answered, Platform, taken_back};
use crate::transport::Transport;
use crate::words::{
    Arrival, CapabilitySet, ExportPlan, Fault, FaultClass, Finding, Job, JobState, PlatformFacts,
    PowerOp, ResourceReport, Undone, VmRef, VmSpec,
};

/// A driver with the values it needs and a way to run its calls.
#[derive(Clone)]
pub struct CommandPlatform {
    pub(super) driver: Arc<Driver>,
    pub(super) values: Values,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
}

impl CommandPlatform {
    /// A platform reached by this driver.
    ///
    /// # Errors
    /// A value is missing, or the driver does not know it.
    pub fn new(
        driver: Arc<Driver>,
        given: &BTreeMap<String, String>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VarProblem> {
        let values = Values::of(&driver, given)?;
        Ok(Self { driver, values, transport, clock })
    }

    /// The same platform, reached another way.
    #[must_use]
    pub fn over(&self, transport: Arc<dyn Transport>) -> Self {
        Self { transport, ..self.clone() }
    }

    /// The clock it waits by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The driver behind it.
    #[must_use]
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Program and arguments of a verb with these values, which may be any that the verb knows; nothing is run. Secrets
    /// are not among arguments.
    ///
    /// # Errors
    /// `Unsupported` when the driver does not have the verb.
    pub fn rehearsed(&self, verb: &str, given: &[(&str, &str)]) -> Answered<Vec<String>> {
        let values =
            given.iter().fold(self.values.clone(), |it, (name, value)| it.with(name, value));
        let call = self.call(self.verb(verb)?, &values)?;
        Ok(call.argv.into_iter().map(|it| it.real).collect())
    }

    fn of(&self, vm: &VmRef) -> Values {
        self.values.clone().with("vm", &vm.id).with("vm_name", &vm.name)
    }

    /// A machine's values, with what `inspect` tells of it where the verb asks for that.
    async fn looked_up(&self, verb: &str, vm: &VmRef) -> Answered<Values> {
        let verb = self.verb(verb)?;
        let wanted =
            |name: &str| verb.argv.iter().any(|it| it.template().names().any(|it| it == name));
        let mut values = self.of(vm);
        if !INSPECTED.iter().any(|it| wanted(it)) {
            return Ok(values);
        }
        let spec = self.inspect(vm).await?;
        let disk = spec.disks.into_iter().next().unwrap_or_default();
        for (name, value) in INSPECTED.into_iter().zip([disk.place, disk.format, spec.console]) {
            values = value.iter().fold(values, |values, it| values.with_place(name, it));
        }
        Ok(values)
    }

    fn of_arrival(&self, arrival: &Arrival) -> Result<Values, Fault> {
        let file = text(&arrival.file)?;
        let values = self.values.clone().with("name", &arrival.name);
        Ok(values.with("format", &arrival.format).with_place("file", file))
    }

    /// Runs a verb that begins something, and keeps what is needed to ask about it. `before` are the machines that were
    /// there, where it may make one.
    async fn begin(
        &self,
        name: &str,
        own: Values,
        kept: BTreeMap<String, String>,
        before: &[VmRef],
    ) -> Answered<Job> {
        let verb = self.verb(name)?;
        match self.run(name, &own).await {
            Ok(answer) => {
                Ok(self.job((name, verb), kept, reading::told(read(verb, &answer)?), before))
            }
            // What was half made is taken back at once: there is no job that anybody could ask about.
            Err(fault) => {
                let job = self.job((name, verb), kept, BTreeMap::new(), before);
                Err(taken_back(self, &job, fault).await)
            }
        }
    }

    fn job(
        &self,
        (name, verb): (&str, &Verb),
        values: BTreeMap<String, String>,
        told: BTreeMap<String, String>,
        before: &[VmRef],
    ) -> Job {
        let (every, limit) =
            verb.wait.as_ref().map_or((Duration::ZERO, verb.limit), |it| (it.every, it.limit));
        let asked = values.get("vm").or_else(|| values.get("name")).map_or("", String::as_str);
        // What an import told comes first: some platforms have two machines of one name.
        let made = told.get("id").map_or(asked, String::as_str);
        Job {
            id: told.get("job").cloned().unwrap_or_else(|| format!("{name}-{asked}")),
            driver: self.driver.id.clone(),
            verb: name.to_owned(),
            was_there: before.iter().any(|it| it.id == made || it.name == made),
            values,
            told,
            every,
            limit,
        }
    }

    /// The machines that are there before an import that might be taken back.
    async fn before(&self, verb: &str) -> Answered<Vec<VmRef>> {
        match self.verb(verb)?.undo {
            Some(_) => self.list().await,
            None => Ok(Vec::new()),
        }
    }

    /// The values of a job: those it was begun with and those it was answered.
    fn of_job(&self, job: &Job) -> Values {
        let values = self.values.clone().with_all(&job.values).with_all(&job.told);
        match job.vm() {
            Some(vm) => values.with("vm", &vm.id).with("vm_name", &vm.name),
            None => values,
        }
    }

    /// The verb that a job was begun with.
    fn verb_of(&self, job: &Job) -> Result<&Verb, Fault> {
        if job.driver != self.driver.id {
            let words = format!("the job `{}` is one of the driver `{}`", job.id, job.driver);
            return Err(Fault::new(FaultClass::NotFound, words));
        }
        self.verb(&job.verb)
    }
}

/// A path as an argument can hold it.
fn text(path: &Path) -> Result<&str, Fault> {
    path.to_str().ok_or_else(|| {
        Fault::new(FaultClass::Unsupported, format!("{} is no text", path.display()))
    })
}

fn kept<const N: usize>(values: [(&str, &str); N]) -> BTreeMap<String, String> {
    values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

impl Platform for CommandPlatform {
    fn capabilities(&self) -> &CapabilitySet {
        &self.driver.capabilities
    }

    async fn identify(&self) -> Answered<PlatformFacts> {
        let records = self.records("identify", &self.values).await?;
        reading::facts(&reading::merged(records), &self.driver.product)
    }

    async fn list(&self) -> Answered<Vec<VmRef>> {
        reading::machines(&self.records("list", &self.values).await?)
    }

    async fn inspect(&self, vm: &VmRef) -> Answered<VmSpec> {
        let values = self.of(vm);
        let answer = self.run("inspect", &values).await?;
        let verb = self.verb("inspect")?;
        let mut records = read(verb, &answer)?;
        for other in &verb.also {
            records.extend(self.records(other, &values).await?);
        }
        let list = |it: &Option<super::driver::Reading>| {
            it.as_ref().map_or(Ok(Vec::new()), |it| reading::records(it, &answer))
        };
        reading::spec(&reading::merged(records), &list(&verb.disks)?, &list(&verb.nics)?)
    }

    async fn power(&self, vm: &VmRef, op: PowerOp) -> Answered<Job> {
        let values = kept([("vm", &vm.id), ("vm_name", &vm.name)]);
        self.begin(op.verb(), self.of(vm), values, &[]).await
    }

    async fn export(&self, vm: &VmRef, plan: &ExportPlan) -> Answered<Job> {
        self.verb("export")?;
        known_format(self.driver.capabilities.formats_out.iter(), &plan.format)?;
        let out = text(&plan.folder)?;
        let values = self.looked_up("export", vm).await?;
        let values = values.with("format", &plan.format).with_place("out", out);
        let kept =
            kept([("vm", &vm.id), ("vm_name", &vm.name), ("format", &plan.format), ("out", out)]);
        self.begin("export", values, kept, &[]).await
    }

    async fn resources(&self) -> Answered<ResourceReport> {
        reading::resources(&self.records("resources", &self.values).await?)
    }

    async fn precheck(&self, arrival: &Arrival) -> Answered<Vec<Finding>> {
        let dry = self.driver.verbs.get("import").and_then(|it| it.dry.as_deref());
        let own = self.driver.verbs.contains_key("precheck");
        let verb = dry.filter(|_| !own).unwrap_or("precheck");
        self.verb(verb)?;
        known_format(self.driver.capabilities.formats_in.iter(), &arrival.format)?;
        Ok(reading::findings(self.records(verb, &self.of_arrival(arrival)?).await?))
    }

    async fn import(&self, arrival: &Arrival) -> Answered<Job> {
        self.verb("import")?;
        known_format(self.driver.capabilities.formats_in.iter(), &arrival.format)?;
        let values = self.of_arrival(arrival)?;
        let kept = kept([
            ("name", &arrival.name),
            ("format", &arrival.format),
            ("file", text(&arrival.file)?),
        ]);
        let before = self.before("import").await?;
        self.begin("import", values, kept, &before).await
    }

    async fn guest_facts(&self, vm: &VmRef) -> Answered<Vec<Observation>> {
        let channel = self.verb("guest-facts")?.channel;
        let records = self.records("guest-facts", &self.of(vm)).await?;
        let mut facts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in records.into_iter().flatten() {
            facts.entry(name).or_default().push(bounded_text(&value));
        }
        let observation = |(name, mut values): (String, Vec<String>)| {
            let value = match values.len() {
                1 => Value::Text(values.remove(0)),
                _ => Value::List(values),
            };
            Observation::new(&name, value, channel)
        };
        Ok(facts.into_iter().map(observation).collect())
    }

    async fn console(&self, vm: &VmRef) -> Answered<String> {
        self.verb("console")?;
        let values = self.looked_up("console", vm).await?;
        Ok(self.run("console", &values).await?.stdout)
    }

    async fn screenshot(&self, vm: &VmRef, file: &Path) -> Answered<()> {
        let values = self.of(vm).with_place("out", text(file)?);
        self.run("screenshot", &values).await.map(drop)
    }

    async fn delete(&self, vm: &VmRef) -> Answered<()> {
        self.run("delete", &self.of(vm)).await.map(drop)
    }

    async fn snapshot(&self, vm: &VmRef, name: &str) -> Answered<()> {
        self.run("snapshot", &self.of(vm).with("snapshot", name)).await.map(drop)
    }

    async fn snapshots(&self, vm: &VmRef) -> Answered<Vec<String>> {
        let records = self.records("snapshots", &self.of(vm)).await?;
        let name = |it| reading::needed(it, "snapshots", "snapshot");
        records.iter().map(name).collect()
    }

    async fn delete_snapshot(&self, vm: &VmRef, name: &str) -> Answered<()> {
        self.run("snapshot-delete", &self.of(vm).with("snapshot", name)).await.map(drop)
    }

    async fn poll(&self, job: &Job) -> Answered<JobState> {
        let Some(wait) = &self.verb_of(job)?.wait else {
            return Ok(JobState::Done);
        };
        let record = reading::merged(self.records(&wait.verb, &self.of_job(job)).await?);
        let found = reading::needed(&record, &wait.verb, &wait.field)?;
        if found == wait.equals {
            return Ok(JobState::Done);
        }
        if wait.failed.contains(&found) {
            let words = format!("`{}` came to `{found}` instead of `{}`", job.verb, wait.equals);
            return Ok(JobState::Failed(Fault::new(FaultClass::Vendor, words)));
        }
        let progress = wait.progress.as_ref().and_then(|it| record.get(it));
        Ok(JobState::Running(progress.and_then(|it| reading::progress(it))))
    }

    async fn cancel(&self, job: &Job) -> Answered<()> {
        let Some(cancel) = &self.verb_of(job)?.cancel else {
            let words = format!("the driver `{}` cannot call off `{}`", self.driver.id, job.verb);
            return Err(Fault::new(FaultClass::Unsupported, words));
        };
        self.run(cancel, &self.of_job(job)).await.map(drop)
    }

    async fn undo(&self, job: &Job) -> Answered<Undone> {
        let Some(undo) = &self.verb_of(job)?.undo else {
            return Ok(Undone::Nothing);
        };
        if job.was_there {
            return Ok(Undone::NotOurs);
        }
        match self.run(undo, &self.of_job(job)).await {
            Ok(_) => Ok(Undone::Everything),
            // Nothing had been made yet.
            Err(fault) if fault.class == FaultClass::NotFound => Ok(Undone::Nothing),
            Err(fault) => Err(fault),
        }
    }
}
