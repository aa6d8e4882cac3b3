//! Steps 4 to 7 of a live migration: the target can, waits, takes the memory, and the VM runs on there.

use std::time::Duration;

use domain::observation::{Channel, Observation, Value, find};
use domain::plan::Trial;
use serde_json::json;

use super::super::acts::Lab;
use super::super::machine::Machine;
use super::super::seen::{Seen, Stop};
use super::{
    INCOMING, Moving, SOURCE_SERIAL, TARGET_PORT, TARGET_SERIAL, api, broken, lost, number, port,
    whole,
};
use crate::ledger::vm_uses;
use crate::stopwatch::Stopwatch;

/// Longest wait for the VM to run at the target once all of it is there.
const RUNS: Duration = Duration::from_secs(20);
/// How often it is looked whether it does.
const GLANCE: Duration = Duration::from_millis(20);
/// Lines over the connection after which it counts as alive at the target.
const ALIVE: u64 = 5;
/// Longest wait for them.
const ANSWERS: Duration = Duration::from_secs(20);
/// Why nothing stands in the way of an address that both ends have.
const MOVES_ALONG: &str = "the VM keeps its hardware address: it moves along";

impl Lab {
    /// Step 4: memory, processors and network at the target, and whether both ends are alike.
    pub(super) async fn live_resources(
        &self,
        trial: &Trial,
        it: &mut Moving,
    ) -> Result<Seen, Stop> {
        let (source, target) = (self.profile(&trial.source)?, self.profile(&trial.target)?);
        let (guest, offers) = (self.guest(&trial.guest)?, self.offers().await?);
        let capacity = self.capacity(trial, 0)?;
        let running = it.machine()?.ask("query-version", json!({})).await.map_err(broken)?;
        let number =
            |fact: &str, value: i64| Observation::integer(fact, value, Channel::PlatformApi);
        let missing = offers.missing(target);
        let observations = vec![
            number("memory.needed_mib", guest.memory_mib.into()),
            number("memory.available_mib", capacity.memory_mib),
            number("cpu.needed", guest.cpus.into()),
            number("cpu.available", capacity.cpus),
            api("network.present", offers.shared_network()),
            Observation::list("hardware.missing", missing, Channel::PlatformApi),
            Observation::new(
                "mac.in_use",
                Value::NotApplicable(MOVES_ALONG.to_owned()),
                Channel::PlatformApi,
            ),
            api("live.machine_same", source.machine == target.machine),
            api("live.cpu_same", source.cpu == target.cpu),
            api("live.version_same", self.installed_version().await? == version(&running)),
            api("live.storage_shared", self.shared_disk(trial)?.is_file()),
        ];
        Ok(Seen { observations, proofs: Vec::new() })
    }

    /// What the QEMU says of itself that a target starts: the installed one, which may not be the one
    /// that the source runs.
    async fn installed_version(&self) -> Result<String, Stop> {
        let argv = ["qemu-system-x86_64", "--version"].map(str::to_owned).to_vec();
        let run = self.tool(argv).await?;
        let first = run.stdout.split("version ").nth(1).unwrap_or_default();
        Ok(first.split([' ', '\n']).next().unwrap_or_default().to_owned())
    }

    /// Step 5: a VM is made up at the target and waits for memory.
    pub(super) async fn make_up(&self, trial: &Trial, it: &mut Moving) -> Result<Seen, Stop> {
        let profile = self.around_shared(trial, self.profile(&trial.target)?)?;
        let (disk, serial) =
            (self.shared_disk(trial)?, self.live_folder(trial).join(TARGET_SERIAL));
        let engine = (&profile, self.engine);
        let mut argv = it.vm.argv_on(&port(TARGET_PORT), engine, &disk, &serial);
        argv.extend(["-incoming".to_owned(), format!("unix:{INCOMING}")]);
        let none = self.claim(0, 0).await?;
        let target = Machine::start(&self.ledger, argv, &serial, none).await;
        let mut target = target.map_err(Stop::lab)?;
        let waits = target.status().await.map_err(broken)? == "inmigrate";
        let firmware = self.offers().await?.firmware(&self.guest(&trial.guest)?.firmware);
        let observations = vec![api("firmware.offered", firmware), api("live.incoming", waits)];
        it.target = Some(target);
        Ok(Seen { observations, proofs: Vec::new() })
    }

    /// Step 6: the memory arrives; the VM runs at the target and is gone from the source.
    pub(super) async fn arrive(&self, trial: &Trial, it: &mut Moving) -> Result<Seen, Stop> {
        let folder = self.live_folder(trial);
        let limit = Duration::from_secs(self.testbed.timeouts.convert_s.into());
        it.before = it.network.heard();
        it.network.listen_anew();
        let (Some(mut source), Some(mut target), Some(leaving)) =
            (it.source.take(), it.target.take(), it.leaving.take())
        else {
            return Err(Stop::lab("the VM is not at both ends".to_owned()));
        };
        let state = match leaving.arrive(&mut source, &folder, limit).await {
            Ok(state) => state,
            Err(fault) => return Err(lost(fault).after(it.left_behind(source, target).await)),
        };
        if !runs(&mut target).await {
            let seen = it.taken_back(source, target).await;
            return Err(Stop::product("the VM does not run at the target".to_owned(), seen));
        }
        let both = source.status().await.map_err(broken)? == "running";
        let mut proofs = source.proofs().await;
        // What is asked to quit may end before it answers.
        let _ = source.ask("quit", json!({})).await;
        source.pull_the_plug().await;
        let serial = folder.join(SOURCE_SERIAL);
        let gone = !vm_uses(&serial).map_err(|error| Stop::io(&serial, &error))?;
        proofs.extend(target.proofs().await);
        it.target = Some(target);
        let ram = &state["ram"];
        let told =
            |fact, value: &serde_json::Value| number(fact, value.as_i64(), Channel::PlatformApi);
        let measured = [
            told("live.downtime_ms", &state["downtime"]),
            told("live.total_ms", &state["total-time"]),
            told("live.transferred_bytes", &ram["transferred"]),
            told("live.rounds", &ram["dirty-sync-count"]),
        ];
        let mut observations: Vec<Observation> = measured.into_iter().flatten().collect();
        observations.push(api("live.both_running", both));
        observations.push(Observation::flag("live.source_gone", gone, Channel::Host));
        Ok(Seen { observations, proofs })
    }

    /// Step 7: the same boot runs on at the target, is asked for its facts, paused and resumed, and in the
    /// end shut down.
    pub(super) async fn runs_on(&self, trial: &Trial, it: &mut Moving) -> Result<Seen, Stop> {
        let gone = || Stop::lab("the VM is not at its target".to_owned());
        let mut target = it.target.take().ok_or_else(gone)?;
        let alive = it.network.wait_for_count(it.before.count.saturating_add(ALIVE), ANSWERS).await;
        let mut seen = Seen { observations: it.survived(alive), proofs: Vec::new() };
        if !alive {
            seen.proofs.extend(target.proofs().await);
            seen.observations.push(target.tail());
            let why = "the guest is not heard any more on its network".to_owned();
            return Err(Stop::product(why, seen));
        }
        let looked = tokio::select! {
            looked = self.look_at(&mut target, &trial.guest) => looked,
            never = it.network.keep_asking() => match never {},
        };
        match looked {
            Ok(more) => seen.add(more),
            Err(stop) => return Err(stop.after(seen)),
        }
        self.asked(&trial.guest, &mut seen);
        // Of this very VM, not of what step 1 recorded: a killed run's VM was another boot.
        if let Some(Value::Text(boot)) = find(&seen.observations, "boot.id") {
            let kept = *boot == it.before.boot;
            let kept = Observation::flag("live.boot_kept", kept, Channel::SerialConsole);
            seen.observations.push(kept);
        }
        let limit = Duration::from_secs(self.testbed.timeouts.shutdown_s.into());
        let off = target.shut_down(limit).await;
        seen.proofs = target.proofs().await;
        match off {
            Ok(observations) => {
                seen.observations.extend(observations);
                Ok(seen)
            }
            Err(reason) => Err(Stop::lab(reason).after(seen)),
        }
    }
}

impl Moving {
    /// What the counter and the connection say of the move.
    fn survived(&self, alive: bool) -> Vec<Observation> {
        let (before, now) = (&self.before, self.network.heard());
        let counted = alive && now.breaks == before.breaks && now.boot == before.boot;
        let flag = |fact: &str, value| Observation::flag(fact, value, Channel::GuestAgent);
        vec![
            flag("live.counter_kept", counted),
            flag("live.connection_kept", alive && now.opened == before.opened),
            Observation::integer("live.gap_ms", whole(now.longest_gap_ms), Channel::GuestAgent),
        ]
    }

    /// The migration failed: whether the VM runs on where it was.
    async fn left_behind(&mut self, mut source: Machine, mut target: Machine) -> Seen {
        target.pull_the_plug().await;
        let count = self.network.heard().count;
        let alive = self.network.wait_for_count(count.saturating_add(ALIVE), ANSWERS).await;
        let running = source.status().await.is_ok_and(|it| it == "running");
        let observations = vec![
            api("source.running", running),
            Observation::flag("live.runs_on_at_source", running && alive, Channel::GuestAgent),
        ];
        let proofs = [source.proofs().await, target.proofs().await].concat();
        self.source = Some(source);
        Seen { observations, proofs }
    }

    /// All has arrived and nothing runs: the source is told to go on.
    async fn taken_back(&mut self, mut source: Machine, mut target: Machine) -> Seen {
        target.pull_the_plug().await;
        let _ = source.ask("cont", json!({})).await;
        self.left_behind(source, target).await
    }
}

/// Whether a VM runs at the target, within its time.
async fn runs(target: &mut Machine) -> bool {
    let clock = Stopwatch::start();
    while clock.elapsed() < RUNS {
        match target.status().await {
            Ok(status) if status == "running" => return true,
            Ok(_) => tokio::time::sleep(GLANCE).await,
            Err(_) => return false,
        }
    }
    false
}

/// `{"qemu": {"major": 7, "minor": 2, "micro": 22}}` → `7.2.22`.
fn version(answer: &serde_json::Value) -> String {
    let part = |name: &str| answer["qemu"][name].as_u64().unwrap_or_default();
    format!("{}.{}.{}", part("major"), part("minor"), part("micro"))
}
