//! The fleet looked at without touching anything: drivers are asked by their reading verbs alone.

use domain::foretell::Looked;
use domain::ids::PlatformId;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::preflight::at_source;
use domain::step::Step;
use platforms::platform::Platform as _;
use platforms::words::{Capability, PowerState, VmSpec};

use super::hail::{AT_SOURCE, AT_TARGET, has_all};
use super::source::first_disk;
use super::trouble::stop;
use super::{Fleet, Harbour, rehearse};
use crate::lab::described::by_platform;
use crate::lab::qemu_img::Disk;
use crate::lab::seen::{Seen, Stop};
use crate::lab::survey::{OF_IMAGE, OF_ITS_DISK, looked};
use crate::lab::{Rehearsed, SettingsProblem};
use crate::survey::Survey;

/// Facts of the disk of a machine that is there already.
const OF_MACHINE: [&str; 2] = ["disk.capacity_bytes", "disk.snapshots"];

impl Fleet {
    /// Every command that a run would do for a trial; none when one of its platforms could not be set up.
    ///
    /// # Errors
    /// When the settings of its platforms or its guest cannot be used.
    pub fn rehearse(&self, trial: &Trial) -> Result<Vec<Rehearsed>, SettingsProblem> {
        let is_end = |id: &PlatformId| trial.source == *id || trial.target == *id;
        if self.out_of_reach.iter().any(|it| is_end(&it.platform)) {
            return Ok(Vec::new());
        }
        rehearse(&self.lab().testbed, trial, &self.harbours)
    }

    /// The source: what is known of it, and the capacity of its disk in bytes.
    async fn look_at_source(&self, trial: &Trial) -> Result<(Seen, Option<i64>), Stop> {
        self.trouble(&trial.source).await?;
        let Some(harbour) = self.harbours.get(&trial.source) else {
            return self.lab().look_at_source(trial).await;
        };
        has_all(harbour, "source", &AT_SOURCE)?;
        match harbour.machine(&trial.guest) {
            Some(name) => self.look_at_machine(harbour, trial, name).await,
            None => {
                has_all(harbour, "source", &[Capability::Import])?;
                let unmade = by_platform(trial.guest.as_str(), &VmSpec::default());
                self.lab().look_at_image(trial, at_source(&unmade)).await
            }
        }
    }

    /// A machine that is there already, as its platform describes it, running or not.
    async fn look_at_machine(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        name: &str,
    ) -> Result<(Seen, Option<i64>), Stop> {
        let what = format!("platform `{}`: the machine at the source", harbour.declared.id);
        let (vm, spec) = harbour.look_up(name).await.map_err(|fault| stop(&what, &fault))?;
        let key = self.lab().source_key(trial);
        self.lab().glimpsed.lock().insert(key, spec.clone());
        let mut seen = Seen {
            observations: at_source(&by_platform(trial.guest.as_str(), &spec)),
            ..Seen::default()
        };
        let (path, format) = first_disk(&spec, &vm).map_err(|it| it.after(seen.clone()))?;
        let measure = self.lab().measure_in_use(Disk { path: &path, format: &format }).await;
        let measure = measure.map_err(|stop| stop.after(seen.clone()))?;
        let number = |fact, it| Observation::integer(fact, it, Channel::DiskInspection);
        let facts = OF_MACHINE.into_iter().zip([measure.capacity_bytes, measure.snapshots]);
        seen.observations.extend(facts.map(|(fact, it)| number(fact, it)));
        let asks = harbour.platform.capabilities().has(Capability::GuestFacts);
        if asks && spec.state == Some(PowerState::Running) {
            // A guest that answers nothing is none of the platform's troubles: its rules are left to a run.
            seen.observations.extend(harbour.platform.guest_facts(&vm).await.unwrap_or_default());
        }
        Ok((seen, Some(measure.capacity_bytes)))
    }

    /// What the target has for the machine, and whether it would fit.
    async fn look_at_target(
        &self,
        trial: &Trial,
        capacity: Option<i64>,
    ) -> [Result<Seen, Stop>; 2] {
        if let Err(stop) = self.trouble(&trial.target).await {
            return [Err(stop.clone()), Err(stop)];
        }
        let lab = self.lab();
        let package = lab.without_package(trial);
        let Some(harbour) = self.harbours.get(&trial.target) else {
            return [lab.resources_for(trial, capacity).await, lab.fit(trial, package).await];
        };
        if let Err(stop) = has_all(harbour, "target", &AT_TARGET) {
            return [Err(stop.clone()), Err(stop)];
        }
        [
            self.resources_for(harbour, trial, capacity).await,
            self.fit(harbour, trial, package).await,
        ]
        .map(|it| it.map_err(|stop| stop.at(&format!("platform `{}`", harbour.declared.id))))
    }
}

impl Survey for Fleet {
    async fn look(&self, trial: &Trial) -> Vec<Looked> {
        let (seen, capacity) = match self.look_at_source(trial).await {
            Ok((seen, capacity)) => (Ok(seen), capacity),
            Err(stop) => (Err(stop), None),
        };
        let own = self.harbours.get(&trial.source).and_then(|it| it.machine(&trial.guest));
        let of_source = if own.is_some() { &OF_MACHINE[..] } else { &OF_IMAGE[..] };
        let [resources, fit] = self.look_at_target(trial, capacity).await;
        vec![
            looked(Step::SanityCheck, seen, of_source),
            looked(Step::ResourceCheck, resources, &OF_ITS_DISK),
            looked(Step::ConsistencyCheck, fit, of_source),
        ]
    }
}
