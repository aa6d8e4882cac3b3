//! A machine at a platform that a driver reaches, operated by the driver's verbs; and where a fleet's machines are operated.

use std::time::Duration;

use domain::ids::{GuestId, PlatformId};
use platforms::platform::Platform as _;
use platforms::words::{Capability, FaultClass, PowerOp, PowerState, VmRef};

use super::in_lab::InLab;
use super::{Came, Carried, Off, Operated, SNAPSHOT, Trouble, operate};
use crate::fleet::trouble::stop;
use crate::fleet::watch::Watch;
use crate::fleet::{Fleet, Harbour};
use crate::lab::layout::SourceKey;

impl Fleet {
    /// Carries every operation out on a machine of this guest that is made at this platform and goes afterwards. A machine
    /// that was there before is never touched. `told` hears of each operation.
    pub async fn operate(
        &self,
        platform: &PlatformId,
        guest: &GuestId,
        told: impl Fn(&Carried),
    ) -> Vec<Carried> {
        match self.harbours.get(platform) {
            Some(harbour) => {
                operate(&mut AtHarbour::of(self, harbour, (platform, guest)), told).await
            }
            None => operate(&mut InLab::of(self.lab(), platform, guest), told).await,
        }
    }

    /// Takes away what an interrupted operation may have left at this platform.
    ///
    /// # Errors
    /// What the platform said; then the machine may still be there.
    pub async fn leave(&self, platform: &PlatformId, guest: &GuestId) -> Result<(), String> {
        let Some(harbour) = self.harbours.get(platform) else { return Ok(()) };
        match AtHarbour::of(self, harbour, (platform, guest)).leave().await {
            Ok(()) => Ok(()),
            Err(Trouble::NotOffered) => Err("the driver cannot remove a machine".to_owned()),
            Err(Trouble::Product(why) | Trouble::Lab(why)) => Err(why),
        }
    }
}

/// A machine that was made at a platform to be operated.
struct AtHarbour<'a> {
    fleet: &'a Fleet,
    harbour: &'a Harbour,
    key: SourceKey,
    vm: Option<VmRef>,
    watch: Option<Watch<'a>>,
    paused_at: Option<u64>,
}

impl<'a> AtHarbour<'a> {
    fn of(
        fleet: &'a Fleet,
        harbour: &'a Harbour,
        (platform, guest): (&PlatformId, &GuestId),
    ) -> Self {
        let (guest, source) = (guest.clone(), platform.clone());
        let key = SourceKey { guest, source, repetition: 1, alone: String::new() };
        Self { fleet, harbour, key, vm: None, watch: None, paused_at: None }
    }

    fn offers(&self, capability: Capability) -> Came<()> {
        let has = self.harbour.platform.capabilities().has(capability);
        has.then_some(()).ok_or(Trouble::NotOffered)
    }

    fn vm(&self) -> Came<&VmRef> {
        self.vm.as_ref().ok_or_else(|| Trouble::Lab("the machine is not there".to_owned()))
    }

    fn watch(&mut self) -> Came<&mut Watch<'a>> {
        self.watch.as_mut().ok_or_else(|| Trouble::Lab("the machine does not run".to_owned()))
    }

    async fn snapshots(&self) -> Came<Vec<String>> {
        let all = self.harbour.platform.snapshots(self.vm()?).await;
        Ok(all.map_err(|fault| stop("its snapshots", &fault))?)
    }
}

impl Operated for AtHarbour<'_> {
    async fn arrive(&mut self) -> Came<()> {
        self.offers(Capability::Import)?;
        self.offers(Capability::Inspect)?;
        let (vm, _) = self.fleet.place(self.harbour, &self.key).await?;
        self.vm = Some(vm);
        Ok(())
    }

    async fn listed(&mut self) -> Came<(usize, bool)> {
        let vm = self.vm()?;
        let all = self.harbour.platform.list().await;
        let all = all.map_err(|fault| stop("the list", &fault))?;
        let state = self.harbour.state(vm).await.map_err(|fault| stop("its state", &fault))?;
        let times = all.iter().filter(|it| it.name == vm.name).count();
        Ok((times, state == Some(PowerState::Off)))
    }

    async fn start(&mut self) -> Came<()> {
        self.offers(Capability::Power(PowerOp::Start))?;
        let vm = self.vm()?.clone();
        self.harbour.stop(&vm).await.map_err(|fault| stop("the stop", &fault))?;
        let started = self.harbour.power(&vm, PowerOp::Start).await;
        started.map_err(|fault| stop("the start", &fault))?;
        let limit = Duration::from_secs(self.fleet.lab().testbed.timeouts.boot_s.into());
        self.watch = Some(Watch::of(self.harbour, vm));
        self.watch()?.answers(limit).await?;
        Ok(())
    }

    async fn pause(&mut self) -> Came<bool> {
        self.offers(Capability::Power(PowerOp::Pause))?;
        let (is_frozen, before) = self.watch()?.pause().await?;
        self.paused_at = before;
        Ok(is_frozen)
    }

    async fn unpause(&mut self) -> Came<bool> {
        self.offers(Capability::Power(PowerOp::Unpause))?;
        let before = self.paused_at;
        Ok(self.watch()?.unpause(before).await? > before)
    }

    async fn snapshot(&mut self) -> Came<bool> {
        self.offers(Capability::Snapshot)?;
        self.offers(Capability::Snapshots)?;
        // One that could not be removed again is not made.
        self.offers(Capability::SnapshotDelete)?;
        let made = self.harbour.platform.snapshot(self.vm()?, SNAPSHOT).await;
        made.map_err(|fault| stop("the snapshot", &fault))?;
        Ok(self.snapshots().await?.iter().any(|it| it == SNAPSHOT))
    }

    async fn remove_snapshot(&mut self) -> Came<bool> {
        self.offers(Capability::SnapshotDelete)?;
        let gone = self.harbour.platform.delete_snapshot(self.vm()?, SNAPSHOT).await;
        gone.map_err(|fault| stop("removing the snapshot", &fault))?;
        Ok(self.snapshots().await?.iter().all(|it| it != SNAPSHOT))
    }

    async fn lives(&mut self) -> Came<bool> {
        Ok(self.watch()?.ticks().await?)
    }

    async fn shut_down(&mut self) -> Came<Off> {
        self.offers(Capability::Power(PowerOp::ShutdownGraceful))?;
        let limit = Duration::from_secs(self.fleet.lab().testbed.timeouts.shutdown_s.into());
        let seen = self.watch()?.shut_down(limit).await?.observations;
        Ok(Off::of(&seen))
    }

    async fn force_off(&mut self) -> Came<()> {
        self.offers(Capability::Power(PowerOp::ForceOff))?;
        let off = self.harbour.power(self.vm()?, PowerOp::ForceOff).await;
        Ok(off.map_err(|fault| stop("pulling the plug", &fault))?)
    }

    async fn leave(&mut self) -> Came<()> {
        let berth = self.fleet.source_berth(self.harbour, &self.key);
        // A snapshot that is left keeps some platforms from removing its machine.
        if self.offers(Capability::SnapshotDelete).is_ok()
            && let Ok(vm) = self.harbour.platform.find(&berth.name).await
            && let Err(fault) = self.harbour.platform.delete_snapshot(&vm, SNAPSHOT).await
            && fault.class != FaultClass::NotFound
        {
            tracing::debug!(%fault, "no snapshot was removed");
        }
        Ok(self.fleet.cast_off(self.harbour, &berth).await?)
    }
}
