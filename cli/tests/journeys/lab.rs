//! A store of its own for each journey, and what is expected of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::called::Called;

/// guest, source, target, standing: the small testbed's matrix from first principles.
pub(crate) const EXPECTED: [&str; 4] = [
    "lean kvm-like xen-like FAILURE",
    "lean xen-like kvm-like FAILURE",
    "server kvm-like xen-like WARNING",
    "server xen-like kvm-like SUCCESS",
];

pub(crate) struct Lab {
    folder: tempfile::TempDir,
}

impl Called {
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every file of this journey, with its length.
    pub(crate) fn files(&self) -> Vec<(PathBuf, u64)> {
        let all = files_below(self.folder());
        all.into_iter().map(|it| (it.clone(), std::fs::metadata(it).unwrap().len())).collect()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
        command.args(words).env("PORTOLAN_STORE", self.store()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Called {
        called(self.command(words))
    }

    pub(crate) fn start(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub(crate) fn report(&self, audience: &str) -> String {
        let file = self.folder.path().join("report.html");
        let name = file.to_str().unwrap();
        self.run(&["report", "--audience", audience, "--out", name]).expect_code(0);
        std::fs::read_to_string(file).unwrap()
    }

    /// guest, source, target and standing of every cell, sorted.
    pub(crate) fn standings(&self) -> Vec<String> {
        let csv = self.run(&["matrix", "--format", "csv"]);
        let mut lines = csv.expect_code(0).out.lines().map(|it| it.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let column = |name: &str| header.iter().position(|it| *it == name).unwrap();
        let columns = ["guest", "source", "target", "standing"].map(column);
        let cell = |row: Vec<&str>| columns.map(|it| row[it]).join(" ");
        let mut cells: Vec<_> = lines.map(cell).collect();
        cells.sort();
        cells
    }

    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        let log = self.run(&["log", "show"]);
        let lines = log.expect_code(0).out.lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Every trial that was restarted, with its observations of step 1 and of step 7, by fact.
    pub(crate) fn restarts(&self) -> Vec<(String, serde_json::Value, serde_json::Value)> {
        let (mut before, mut after) = (BTreeMap::new(), Vec::new());
        for event in self.events() {
            let event = &event["event"];
            let trial = event["trial"].to_string();
            let Some(seen) = event["observations"].as_array() else { continue };
            let facts = seen
                .iter()
                .map(|it| (it["fact"].as_str().unwrap().to_owned(), it["value"].clone()));
            let facts: serde_json::Value = facts.collect::<serde_json::Map<_, _>>().into();
            if event["step"] == "sanity-check" {
                before.insert(trial, facts);
            } else if event["step"] == "restart" {
                after.push((trial, facts));
            }
        }
        after
            .into_iter()
            .map(|(trial, after)| (trial.clone(), before[&trial].clone(), after))
            .collect()
    }

    /// Every step that was completed or failed is in the log once, whatever happened in between.
    pub(crate) fn expect_each_step_once(&self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for event in self.events() {
            let event = &event["event"];
            let lab_error = event["outcome"].get("lab-error").is_some();
            if event["type"] == "StepFinished" && !lab_error {
                *seen.entry(format!("{} {}", event["trial"], event["step"])).or_default() += 1;
            }
        }
        let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "recorded twice: {twice:?}");
    }

    /// No process and no file of any run of this store is left.
    pub(crate) fn expect_nothing_left(&self) {
        assert_eq!(self.processes(), Vec::<i32>::new(), "processes left");
        let work = self.store().join("work");
        let left = std::fs::read_dir(&work).map(|it| it.flatten().count()).unwrap_or(0);
        assert_eq!(left, 0, "files left in {}", work.display());
    }

    /// Processes that work in this store's folder, besides portolan itself.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let ours = format!("{}/work", self.store().display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let (Some(pid), true) = (pid, String::from_utf8_lossy(&line).contains(&ours)) {
                found.push(pid);
            }
        }
        found
    }

    /// Whether some source VM of a run of this store has been shut down.
    pub(crate) fn shut_down_once(&self) -> bool {
        let folders = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten();
        let campaigns = folders(&self.store().join("work")).map(|it| it.path());
        let mut groups = campaigns.flat_map(|it| folders(&it).map(|it| it.path()));
        groups.any(|it| it.join("source.json").exists())
    }

    /// Waits until some VM of a run of this store has a file of this name.
    pub(crate) fn wait_for_file(&self, name: &str) {
        let folders = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten();
        let campaigns = || folders(&self.store().join("work")).map(|it| it.path());
        for _ in 0..2400 {
            if campaigns().flat_map(|it| folders(&it)).any(|it| it.path().join(name).exists()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("no {name} appeared within a minute");
    }

    /// The first process that works in this store, once there is one.
    pub(crate) fn wait_for_process(&self) -> i32 {
        for _ in 0..1200 {
            if let Some(pid) = self.processes().first() {
                return *pid;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no process of the lab appeared within a minute");
    }
}

pub(crate) fn called(mut command: Command) -> Called {
    command.output().unwrap().into()
}

/// Every file below a folder, in order.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_below(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}
