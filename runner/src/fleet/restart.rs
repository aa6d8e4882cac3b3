//! Step 7 at a harbour: the machine is started, looked at and shut down.

use std::path::Path;
use std::time::Duration;

use domain::ids::GuestId;
use domain::observation::{Channel, Observation};
use domain::plan::Trial;
use domain::step::Step;
use platforms::words::{PowerOp, VmRef};

use super::moorings::MADE;
use super::trouble::stop;
use super::watch::Watch;
use super::{Fleet, Harbour};
use crate::driver::StepReport;
use crate::lab::layout::read_whole;
use crate::lab::seen::{Seen, Stop, report};
use crate::stopwatch::Stopwatch;

impl Fleet {
    /// Step 7: it is started, looked at and shut down.
    pub(super) async fn restart(&self, harbour: &Harbour, trial: &Trial) -> StepReport {
        let made = self.berth(harbour, trial).folder.join(MADE);
        if !made.exists() {
            self.import(harbour, trial).await;
        }
        let claim = self.lab().claim_for(&trial.guest).await;
        let clock = Stopwatch::start();
        let result = match claim {
            Ok(_claim) => self.restart_now(harbour, trial, &made).await,
            Err(stop) => Err(stop),
        };
        report(Step::Restart, &self.lab().own(trial), clock, result)
    }

    async fn restart_now(
        &self,
        harbour: &Harbour,
        trial: &Trial,
        made: &Path,
    ) -> Result<Seen, Stop> {
        let lost = || Stop::lab("the imported VM could not be had again".to_owned());
        let vm: VmRef = read_whole(made).ok_or_else(lost)?;
        let source = self.lab().source_vm(&self.lab().source_key(trial)).await?;
        // From here on its disk is written to: a later attempt must import it again.
        std::fs::remove_file(made).map_err(|error| Stop::io(made, &error))?;
        let looked = self.look(harbour, &vm, &trial.guest).await;
        let unchanged = self.lab().source_digest(&source)? == source.sha256;
        let last = Observation::flag("source.unchanged", unchanged, Channel::DiskInspection);
        let last = Seen { observations: vec![last], proofs: Vec::new() };
        match looked {
            Ok(mut seen) => {
                seen.add(last);
                Ok(seen)
            }
            Err(stop) => {
                self.expect_target_off(harbour, &vm, trial).await;
                Err(stop.after(last))
            }
        }
    }

    async fn look(&self, harbour: &Harbour, vm: &VmRef, guest: &GuestId) -> Result<Seen, Stop> {
        let started = harbour.power(vm, PowerOp::Start).await;
        started.map_err(|fault| stop("the start", &fault))?;
        let timeouts = self.lab().testbed.timeouts;
        let mut watch = Watch::of(harbour, vm.clone());
        let mut seen = watch
            .look(Duration::from_secs(timeouts.boot_s.into()), self.lab().probes(guest))
            .await?;
        let off = watch.shut_down(Duration::from_secs(timeouts.shutdown_s.into())).await;
        let off = off.map_err(|stop| stop.after(seen.clone()))?;
        // Once more: the console has gone on since.
        seen.proofs = off.proofs;
        seen.observations.extend(off.observations);
        self.lab().asked(guest, &mut seen);
        Ok(seen)
    }
}
