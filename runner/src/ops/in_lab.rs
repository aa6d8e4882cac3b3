//! A machine of the embedded lab, operated by QMP.

use std::path::PathBuf;
use std::time::Duration;

use domain::ids::{GuestId, PlatformId};
use serde_json::{Value, json};

use super::{Came, Off, Operated, Trouble};
use crate::lab::acts::Lab;
use crate::lab::layout::SourceKey;
use crate::lab::machine::{Boot, Machine, THAW};
use crate::lab::qemu_img::Disk;
use crate::lab::qmp::QmpFault;
use crate::ledger::vm_uses;
use crate::stopwatch::Stopwatch;

/// QEMU's name of the machine's disk.
const DISK: &str = "disk0";
/// The job that puts what was written since a snapshot back into the disk.
const JOB: &str = "merge";
/// Longest that may take.
const MERGE: Duration = Duration::from_secs(120);
/// How often a job is asked about.
const GLANCE: Duration = Duration::from_millis(100);

/// A machine of the lab. The lab keeps no inventory: its list is the disks that are there and the processes that run.
pub(super) struct InLab<'a> {
    lab: &'a Lab,
    key: SourceKey,
    machine: Option<Machine>,
    paused_at: Option<u64>,
}

impl<'a> InLab<'a> {
    pub(super) fn of(lab: &'a Lab, platform: &PlatformId, guest: &GuestId) -> Self {
        let (guest, source) = (guest.clone(), platform.clone());
        let key = SourceKey { guest, source, repetition: 1, alone: String::new() };
        Self { lab, key, machine: None, paused_at: None }
    }

    fn folder(&self) -> PathBuf {
        self.key.folder(self.lab.ledger.folder())
    }

    fn disk(&self) -> Came<PathBuf> {
        let profile = self.lab.profile(&self.key.source)?;
        Ok(self.folder().join(format!("ops.{}", profile.disk_format)))
    }

    fn overlay(&self) -> PathBuf {
        self.folder().join(format!("{}.qcow2", super::SNAPSHOT))
    }

    fn running(&mut self) -> Came<&mut Machine> {
        self.machine.as_mut().ok_or_else(|| Trouble::Lab("the machine does not run".to_owned()))
    }

    /// The file that the disk's writes go to.
    async fn top(&mut self) -> Came<String> {
        let blocks = self.running()?.ask("query-block", json!({})).await.map_err(said)?;
        let disks = blocks.as_array().into_iter().flatten();
        let disk = disks.into_iter().find(|it| it["device"] == DISK);
        let file = disk.and_then(|it| it["inserted"]["file"].as_str());
        Ok(file.unwrap_or_default().to_owned())
    }

    async fn jobs(&mut self) -> Came<Vec<Value>> {
        let jobs = self.running()?.ask("query-block-jobs", json!({})).await.map_err(said)?;
        Ok(jobs.as_array().cloned().unwrap_or_default())
    }

    /// Waits until the job is ready, or is over.
    async fn until(&mut self, is_there: impl Fn(&[Value]) -> bool) -> Came<()> {
        let clock = Stopwatch::start();
        while !is_there(&self.jobs().await?) {
            if clock.elapsed() > MERGE {
                let words = format!("the snapshot was not merged within {} s", MERGE.as_secs());
                return Err(Trouble::Product(words));
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }

    async fn boot(&mut self) -> Came<()> {
        let claim = self.lab.claim_for(&self.key.guest).await?;
        let profile = self.lab.profile(&self.key.source)?;
        let vm = self.lab.source_definition(&self.key)?;
        let serial = self.folder().join("ops-serial");
        let argv = vm.argv(profile, self.lab.engine, &self.disk()?, &serial);
        let machine = Machine::start(&self.lab.ledger, argv, &serial, claim).await;
        let machine = self.machine.insert(machine.map_err(Trouble::Lab)?);
        let limit = Duration::from_secs(self.lab.testbed.timeouts.boot_s.into());
        match machine.wait_for_facts(limit).await {
            Boot::Reported(_) => Ok(()),
            Boot::Failed(why) => Err(Trouble::Product(why)),
            Boot::Died(why) => Err(Trouble::Lab(why)),
        }
    }
}

impl Operated for InLab<'_> {
    async fn arrive(&mut self) -> Came<()> {
        let folder = self.folder();
        std::fs::create_dir_all(&folder)
            .map_err(|error| Trouble::Lab(format!("{}: {error}", folder.display())))?;
        let profile = self.lab.profile(&self.key.source)?;
        let image = self.lab.image(&self.key.guest, &self.key.source)?;
        let disk = self.disk()?;
        let (from, to) = (
            Disk { path: &image.path, format: "raw" },
            Disk { path: &disk, format: &profile.disk_format },
        );
        let made = self.lab.convert(from, to, &profile.create_arguments()).await;
        made.map_err(|stop| stop.blame_the_lab("the machine's disk could not be made"))?;
        Ok(())
    }

    async fn listed(&mut self) -> Came<(usize, bool)> {
        let disk = self.disk()?;
        let used = vm_uses(&disk).map_err(|error| Trouble::Lab(error.to_string()))?;
        Ok((usize::from(disk.exists()), !used))
    }

    async fn start(&mut self) -> Came<()> {
        self.force_off().await?;
        self.boot().await
    }

    async fn pause(&mut self) -> Came<bool> {
        let (is_frozen, before) = self.running()?.pause().await.map_err(said)?;
        self.paused_at = before;
        Ok(is_frozen)
    }

    async fn unpause(&mut self) -> Came<bool> {
        let before = self.paused_at;
        let after = self.running()?.unpause(before, THAW).await.map_err(said)?;
        Ok(after > before)
    }

    async fn snapshot(&mut self) -> Came<bool> {
        let overlay = self.overlay().to_string_lossy().into_owned();
        let with = json!({ "device": DISK, "snapshot-file": overlay, "format": "qcow2" });
        self.running()?.ask("blockdev-snapshot-sync", with).await.map_err(said)?;
        Ok(self.top().await? == overlay)
    }

    async fn remove_snapshot(&mut self) -> Came<bool> {
        let with = json!({ "device": DISK, "job-id": JOB });
        self.running()?.ask("block-commit", with).await.map_err(said)?;
        self.until(|jobs| jobs.iter().all(|it| it["ready"] == true)).await?;
        let with = json!({ "device": JOB });
        self.running()?.ask("block-job-complete", with).await.map_err(said)?;
        self.until(<[Value]>::is_empty).await?;
        let overlay = self.overlay();
        let is_gone = self.top().await? != overlay.to_string_lossy();
        if is_gone {
            let _ = std::fs::remove_file(overlay);
        }
        Ok(is_gone)
    }

    async fn lives(&mut self) -> Came<bool> {
        Ok(self.running()?.ticks_within(THAW).await)
    }

    async fn shut_down(&mut self) -> Came<Off> {
        let limit = Duration::from_secs(self.lab.testbed.timeouts.shutdown_s.into());
        let seen = self.running()?.shut_down(limit).await.map_err(Trouble::Lab)?;
        self.machine = None;
        Ok(Off::of(&seen))
    }

    async fn force_off(&mut self) -> Came<()> {
        if let Some(mut machine) = self.machine.take() {
            machine.pull_the_plug().await;
        }
        Ok(())
    }

    async fn leave(&mut self) -> Came<()> {
        self.force_off().await?;
        let _ = tokio::fs::remove_dir_all(self.folder()).await;
        Ok(())
    }
}

/// What QEMU refuses is the product's; that it does not answer is the lab's.
fn said(fault: QmpFault) -> Trouble {
    match fault {
        QmpFault::Refused { .. } => Trouble::Product(fault.to_string()),
        QmpFault::Closed | QmpFault::Silent(_) => Trouble::Lab(fault.to_string()),
    }
}
