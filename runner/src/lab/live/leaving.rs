//! Steps 1 to 3 of a live migration: the VM runs at the source, stays on, and its memory begins to leave.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use domain::observation::{Channel, Observation};
use domain::plan::Trial;

use super::super::acts::Lab;
use super::super::machine::Machine;
use super::super::qemu_img::Disk;
use super::super::seen::{Seen, Stop};
use super::network::Network;
use super::stream::Leaving;
use super::{Heard, Moving, SOURCE_PORT, SOURCE_SERIAL, api, broken, lost, port};
use crate::slots::Claim;

/// Lines over the connection after which it counts as open.
const OPEN: u64 = 3;
/// Longest wait for them.
const OPENS: Duration = Duration::from_secs(30);

impl Lab {
    /// Step 1: boots the VM on the shared disk and the shared network, reads its facts, pauses and
    /// resumes it, and waits for its connection.
    pub(super) async fn set_out(
        &self,
        trial: &Trial,
        claim: Claim,
    ) -> Result<(Moving, Seen), Stop> {
        let folder = self.live_folder(trial);
        // Sockets that a killed run left there would be taken for ones that answer.
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Stop::io(&folder, &error));
            }
            Ok(()) | Err(_) => {}
        }
        std::fs::create_dir_all(&folder).map_err(|error| Stop::io(&folder, &error))?;
        let mut seen = self.shared_store(trial).await?;
        let profile = self.profile(&trial.source)?;
        let subnet = self.subnet(&trial.guest, &trial.source)?;
        let vm = self.source_definition(&self.source_key(trial))?;
        let peer = self.peer(&trial.guest)?;
        let quarantine = self.engine.quarantine;
        let network = Network::start(&self.ledger, quarantine, &folder, (subnet, peer)).await;
        let network = network.map_err(Stop::lab)?;

        let (disk, serial) = (self.shared_disk(trial)?, folder.join(SOURCE_SERIAL));
        let argv = vm.argv_on(&port(SOURCE_PORT), (profile, self.engine), &disk, &serial);
        let none = self.claim(0, 0).await?;
        let source = Machine::start(&self.ledger, argv, &serial, none).await;
        let mut source = source.map_err(Stop::lab)?;
        match self.look_at(&mut source, &trial.guest).await {
            Ok(more) => seen.add(more),
            Err(stop) => return Err(stop.after(seen)),
        }
        self.asked(&trial.guest, &mut seen);
        let connected = network.wait_for_count(OPEN, OPENS).await;
        seen.observations.push(Observation::flag("live.connected", connected, Channel::GuestAgent));
        let (source, before) = (Some(source), Heard::default());
        let moving =
            Moving { network, source, target: None, leaving: None, vm, before, _claim: claim };
        Ok((moving, seen))
    }

    /// Puts the guest's image into the store that both hosts reach.
    async fn shared_store(&self, trial: &Trial) -> Result<Seen, Stop> {
        let profile = self.profile(&trial.source)?;
        let image = self.image(&trial.guest, &trial.source)?;
        let path = self.shared_disk(trial)?;
        let from = Disk { path: &image.path, format: "raw" };
        let to = Disk { path: &path, format: &profile.disk_format };
        let made = self.convert(from, to, &profile.create_arguments()).await;
        made.map_err(|stop| stop.blame_the_lab("the shared disk could not be made"))?;
        let measure = self.measure(to).await;
        let measure = measure.map_err(|stop| stop.blame_the_lab("the shared disk"))?;
        let integer =
            |fact: &str, value| Observation::integer(fact, value, Channel::DiskInspection);
        let observations = vec![
            integer("disk.capacity_bytes", measure.capacity_bytes),
            integer("disk.snapshots", measure.snapshots),
        ];
        Ok(Seen { observations, proofs: Vec::new() })
    }
}

impl Moving {
    /// Step 2: nothing is switched off; it is looked whether that is so.
    pub(super) async fn stays_on(&mut self) -> Result<Seen, Stop> {
        let machine = self.machine()?;
        let running = machine.status().await.map_err(broken)? == "running";
        let observations = vec![api("source.running", running)];
        Ok(Seen { observations, proofs: Vec::new() })
    }

    /// Step 3: the source begins to send its memory, and runs on.
    pub(super) async fn leave(&mut self, folder: &Path) -> Result<Seen, Stop> {
        let gone = || Stop::lab("the VM is no more at its source".to_owned());
        let source = self.source.as_mut().ok_or_else(gone)?;
        let leaving = Leaving::begin(source, folder).await.map_err(lost)?;
        let running = source.status().await.map_err(broken)? == "running";
        let bytes = i64::try_from(leaving.bytes()).unwrap_or(i64::MAX);
        let observations = vec![
            api("source.running", running),
            Observation::integer("live.first_bytes", bytes, Channel::Host),
        ];
        self.leaving = Some(leaving);
        Ok(Seen { observations, proofs: Vec::new() })
    }
}
