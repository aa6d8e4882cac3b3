//! One platform behind a driver, and what a testbed says of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use domain::ids::GuestId;
use domain::testbed;
use platforms::command::CommandPlatform;
use platforms::platform::{Answered, Platform as _, settle};
use platforms::words::{FaultClass, Job, PlatformFacts, PowerOp, PowerState, VmRef, VmSpec};

use crate::lab::SettingsProblem;

/// Settings of a platform that its driver does not see.
const OWN: [&str; 3] = ["folder", "disk_format", "host_only_modules"];
/// Before the name of a guest: which machine of the platform it is.
const MACHINE: &str = "vm.";

/// What a testbed's settings say beside the values of the driver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// The folder that disks for this platform are put into; the work folder when nothing is said.
    pub folder: Option<PathBuf>,
    /// The format of those disks; the first that the driver's definition holds when nothing is said.
    pub disk_format: Option<String>,
    /// Guests that are there already: machines by name or id.
    pub machines: BTreeMap<String, String>,
}

impl Own {
    /// Parts a platform's settings into these and the values of its driver.
    ///
    /// # Errors
    /// A folder that is not absolute: the platform has another working folder.
    pub fn of(
        platform: &testbed::Platform,
    ) -> Result<(Self, BTreeMap<String, String>), SettingsProblem> {
        let (mut own, mut vars) = (Self::default(), BTreeMap::new());
        for (key, value) in &platform.settings {
            match key.strip_prefix(MACHINE) {
                Some(guest) => {
                    own.machines.insert(guest.to_owned(), value.clone());
                }
                None if OWN.contains(&key.as_str()) => {}
                None => {
                    vars.insert(key.clone(), value.clone());
                }
            }
        }
        own.folder = platform.settings.get("folder").map(PathBuf::from);
        own.disk_format = platform.settings.get("disk_format").cloned();
        if own.folder.as_ref().is_some_and(|it| !it.is_absolute()) {
            let why = "settings.folder must begin with /: the platform must find it, too";
            return Err(problem(platform, why.to_owned()));
        }
        Ok((own, vars))
    }
}

/// A platform that is reached.
pub struct Harbour {
    pub(crate) platform: CommandPlatform,
    pub(super) declared: testbed::Platform,
    pub(crate) disk_format: String,
    pub(super) own: Own,
}

impl Harbour {
    /// The platform of a testbed, reached by this driver.
    ///
    /// # Errors
    /// When its disks have no format that the driver's definition holds.
    pub fn new(
        declared: &testbed::Platform,
        own: Own,
        platform: CommandPlatform,
    ) -> Result<Self, SettingsProblem> {
        let held = platform.definition().map(|it| it.disks.clone()).unwrap_or_default();
        let disk_format = own.disk_format.clone().or_else(|| held.first().cloned());
        let missing = || {
            let why = "its driver describes no machine around a disk: say settings.disk_format";
            problem(declared, why.to_owned())
        };
        let disk_format = disk_format.ok_or_else(missing)?;
        if !held.is_empty() && !held.contains(&disk_format) {
            let why = format!(
                "settings.disk_format is `{disk_format}`; its driver's definition holds: {}",
                held.join(", ")
            );
            return Err(problem(declared, why));
        }
        Ok(Self { platform, declared: declared.clone(), disk_format, own })
    }

    /// What it says of itself, as campaigns pin it.
    ///
    /// # Errors
    /// What the platform said.
    pub async fn version(&self) -> Answered<String> {
        version_of(&self.platform).await
    }

    /// The machine that a guest is here already, if the testbed names one.
    pub(super) fn machine(&self, guest: &GuestId) -> Option<&str> {
        self.own.machines.get(guest.as_str()).map(String::as_str)
    }

    /// Changes a machine's power, and waits for it.
    pub(crate) async fn power(&self, vm: &VmRef, op: PowerOp) -> Answered<()> {
        let job = self.platform.power(vm, op).await?;
        self.settle(&job).await
    }

    pub(super) async fn settle(&self, job: &Job) -> Answered<()> {
        settle(&self.platform, job, self.platform.clock()).await
    }

    pub(super) async fn sleep(&self, how_long: Duration) {
        self.platform.clock().sleep(how_long).await;
    }

    pub(crate) async fn state(&self, vm: &VmRef) -> Answered<Option<PowerState>> {
        Ok(self.platform.inspect(vm).await?.state)
    }

    /// A machine's hardware, in the words of the driver.
    pub(super) async fn look_up(&self, name: &str) -> Answered<(VmRef, VmSpec)> {
        let vm = self.platform.find(name).await?;
        let spec = self.platform.inspect(&vm).await?;
        Ok((vm, spec))
    }

    /// Pulls the plug of a machine that runs.
    pub(crate) async fn stop(&self, vm: &VmRef) -> Answered<()> {
        if self.state(vm).await? == Some(PowerState::Off) {
            return Ok(());
        }
        match self.power(vm, PowerOp::ForceOff).await {
            // It went off by itself in between.
            Err(fault) if fault.class == FaultClass::Conflict => Ok(()),
            done => done,
        }
    }

    /// Removes the machine of this name, running or not; one that is not there is gone already.
    pub(super) async fn remove(&self, name: &str) -> Answered<()> {
        let vm = match self.platform.find(name).await {
            Err(fault) if fault.class == FaultClass::NotFound => return Ok(()),
            found => found?,
        };
        self.stop(&vm).await?;
        self.platform.delete(&vm).await
    }
}

/// What a platform says of itself, in one line.
pub(super) async fn version_of(platform: &CommandPlatform) -> Answered<String> {
    let PlatformFacts { product, version, build, api, host } = platform.identify().await?;
    let part = |name: &str, it: Option<String>| it.map(|it| format!(", {name} {it}"));
    let parts = [part("build", build), part("api", api), part("at", host)];
    let more: String = parts.into_iter().flatten().collect();
    let driver = &platform.driver().id;
    Ok(format!("{product} {version}{more}, driver {driver}"))
}

fn problem(platform: &testbed::Platform, why: String) -> SettingsProblem {
    SettingsProblem { owner: format!("platform `{}`", platform.id), why }
}
