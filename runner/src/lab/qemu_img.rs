//! qemu-img: convert, measure, check and compare disk images.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use domain::observation::{Channel, Observation, Value};
use serde_json::Value as Json;

use super::acts::Lab;
use super::seen::{Seen, Stop};
use crate::tool::{self, ToolFault, ToolRun};

/// A disk image and its format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: &'a str,
}

/// What qemu-img knows of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) capacity_bytes: i64,
    pub(crate) snapshots: i64,
}

impl Lab {
    /// Converts a disk. The result appears whole or not at all.
    pub(crate) async fn convert(
        &self,
        from: Disk<'_>,
        to: Disk<'_>,
        options: &[String],
    ) -> Result<ToolRun, Stop> {
        let partial = to.path.with_extension("partial");
        let run = self.run_tool(convert(from, Disk { path: &partial, ..to }, options)).await;
        let run = run.map_err(|fault| match fault {
            ToolFault::TimedOut { .. } => Stop::product(fault.to_string(), Seen::default()),
            ToolFault::NotStarted { .. } | ToolFault::Lost { .. } => Stop::lab(fault.to_string()),
        })?;
        if !run.succeeded() {
            let _ = std::fs::remove_file(&partial);
            return Err(failed("the conversion", &run));
        }
        std::fs::rename(&partial, to.path).map_err(|error| Stop::io(to.path, &error))?;
        Ok(run)
    }

    /// Capacity and number of snapshots.
    pub(crate) async fn measure(&self, disk: Disk<'_>) -> Result<Measure, Stop> {
        self.measured(info(disk)).await
    }

    async fn measured(&self, argv: Vec<String>) -> Result<Measure, Stop> {
        let run = self.tool(argv).await?;
        let info: Json = serde_json::from_str(&run.stdout).unwrap_or_default();
        match info["virtual-size"].as_i64() {
            Some(capacity_bytes) => {
                let snapshots = info["snapshots"].as_array().map_or(0, Vec::len);
                Ok(Measure { capacity_bytes, snapshots: i64::try_from(snapshots).unwrap_or(0) })
            }
            None => Err(failed("reading the image", &run)),
        }
    }

    /// The same of a disk that a machine may be writing to.
    pub(crate) async fn measure_in_use(&self, disk: Disk<'_>) -> Result<Measure, Stop> {
        self.measured(info_in_use(disk)).await
    }

    /// Checks an image's own structure; facts are named `PREFIX.corruptions` and `PREFIX.leaks`.
    pub(crate) async fn check(&self, disk: Disk<'_>, prefix: &str) -> Result<Seen, Stop> {
        let run = self.tool(check(disk)).await?;
        // qemu-img(1): 0 sound, 2 corrupt, 3 leaks, 63 this format has no check, 1 not completed.
        let report: Json = serde_json::from_str(&run.stdout).unwrap_or_default();
        let without = match run.status.code() {
            Some(0 | 2 | 3) if report.is_object() => None,
            Some(63) => Some(format!("{} images have no check", disk.format)),
            _ => return Err(failed("the check", &run)),
        };
        let value = |key: &str| match &without {
            Some(why) => Value::NotApplicable(why.clone()),
            None => Value::Integer(report[key].as_i64().unwrap_or(0)),
        };
        let observe = |name: &str, key: &str| {
            Observation::new(&format!("{prefix}.{name}"), value(key), Channel::DiskInspection)
        };
        let observations = vec![observe("corruptions", "corruptions"), observe("leaks", "leaks")];
        Ok(Seen { observations, proofs: run.proofs("check") })
    }

    /// Whether two disks show a guest the same bytes.
    pub(crate) async fn compare(&self, a: Disk<'_>, b: Disk<'_>) -> Result<(bool, ToolRun), Stop> {
        let run = self.tool(compare(a, b)).await?;
        match run.status.code() {
            Some(0) => Ok((true, run)),
            Some(1) => Ok((false, run)),
            _ => Err(failed("the comparison", &run)),
        }
    }

    /// Whether this qemu-img writes a format. Asked by a try: the wording of lists changes.
    pub(crate) async fn writes(&self, format: &str) -> Result<(bool, ToolRun), Stop> {
        let run = self.tool(words(&["qemu-img", "create", "-f", format, "-o", "help"])).await?;
        Ok((run.succeeded(), run))
    }

    /// Runs a tool in the work folder within the testbed's limit. One that does not end is the
    /// lab's trouble, unless it is a conversion.
    pub(crate) async fn tool(&self, argv: Vec<String>) -> Result<ToolRun, Stop> {
        self.run_tool(argv).await.map_err(|fault| Stop::lab(fault.to_string()))
    }

    async fn run_tool(&self, argv: Vec<String>) -> Result<ToolRun, ToolFault> {
        let limit = std::time::Duration::from_secs(self.testbed.timeouts.convert_s.into());
        tool::run(&self.ledger, self.ledger.folder(), argv, limit).await
    }
}

/// Converts one disk into another.
pub(crate) fn convert(from: Disk<'_>, to: Disk<'_>, options: &[String]) -> Vec<String> {
    let mut argv = words(&["qemu-img", "convert", "-f", from.format, "-O", to.format]);
    argv.extend(options.iter().cloned());
    argv.extend([text(from.path), text(to.path)]);
    argv
}

/// Tells an image's capacity and snapshots.
pub(crate) fn info(disk: Disk<'_>) -> Vec<String> {
    words(&["qemu-img", "info", "--output=json", "-f", disk.format, &text(disk.path)])
}

/// The same without waiting for whoever writes to it: a machine that runs has locked its disk.
fn info_in_use(disk: Disk<'_>) -> Vec<String> {
    let mut argv = info(disk);
    argv.insert(2, "--force-share".to_owned());
    argv
}

/// Checks an image's own structure.
pub(crate) fn check(disk: Disk<'_>) -> Vec<String> {
    words(&["qemu-img", "check", "--output=json", "-f", disk.format, &text(disk.path)])
}

/// Compares what two disks show a guest.
pub(crate) fn compare(a: Disk<'_>, b: Disk<'_>) -> Vec<String> {
    let formats = ["qemu-img", "compare", "-f", a.format, "-F", b.format];
    [words(&formats), vec![text(a.path), text(b.path)]].concat()
}

/// Puts a disk into a platform's storage as it is, holes kept.
pub(crate) fn upload(from: &Path, to: &Path) -> Vec<String> {
    let cp = words(&["cp", "--sparse=auto", "--reflink=auto", "--"]);
    [cp, vec![text(from), text(to)]].concat()
}

/// What tools say when the machine they run on fails them.
const LAB_TROUBLE: [&str; 8] = [
    "No space left on device",
    "Disk quota exceeded",
    "Input/output error",
    "Permission denied",
    "Read-only file system",
    "Cannot allocate memory",
    "Too many open files",
    "Failed to get", // a lock: something else uses the image
];

/// A tool that said no. What its machine did to it is the lab's trouble, everything else the
/// product's.
fn failed(what: &str, run: &ToolRun) -> Stop {
    let said = super::machine::last_line(&run.stderr).to_owned();
    let proofs = run.proofs("failed");
    let seen = Seen { observations: Vec::new(), proofs };
    if let Some(signal) = run.status.signal() {
        return Stop::lab(format!("{what} was ended by signal {signal}")).after(seen);
    }
    if run.stderr.contains("No space left on device") {
        return Stop::lab(format!("the lab's disk is full: {said}")).after(seen);
    }
    if LAB_TROUBLE.iter().any(|trouble| run.stderr.contains(trouble)) {
        return Stop::lab(format!("{what} could not be done here: {said}")).after(seen);
    }
    Stop::product(format!("{what} failed: {said}"), seen)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
