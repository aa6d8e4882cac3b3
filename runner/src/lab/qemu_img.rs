//! qemu-img: convert, measure, check and compare disk images.

use std::path::Path;

use domain::observation::{Channel, Observation, Value};
use serde_json::Value as Json;

use super::acts::{Lab, Seen, Stop};
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
        let run = self.tool(convert(from, Disk { path: &partial, ..to }, options)).await?;
        if !run.succeeded() {
            let _ = std::fs::remove_file(&partial);
            return Err(failed("the conversion", &run));
        }
        std::fs::rename(&partial, to.path).map_err(|error| Stop::io(to.path, &error))?;
        Ok(run)
    }

    /// Capacity and number of snapshots.
    pub(crate) async fn measure(&self, disk: Disk<'_>) -> Result<Measure, Stop> {
        let run = self.tool(info(disk)).await?;
        let info: Json = serde_json::from_str(&run.stdout).unwrap_or_default();
        match info["virtual-size"].as_i64() {
            Some(capacity_bytes) => {
                let snapshots = info["snapshots"].as_array().map_or(0, Vec::len);
                Ok(Measure { capacity_bytes, snapshots: i64::try_from(snapshots).unwrap_or(0) })
            }
            None => Err(failed("reading the image", &run)),
        }
    }

    /// Checks an image's own structure; facts are named `PREFIX.corruptions` and `PREFIX.leaks`.
    pub(crate) async fn check(&self, disk: Disk<'_>, prefix: &str) -> Result<Seen, Stop> {
        let run = self.tool(check(disk)).await?;
        // 63: this format has no check.
        let value = |key: &str| match run.status.code() {
            Some(63) => Value::NotApplicable(format!("{} images have no check", disk.format)),
            _ => {
                let report: Json = serde_json::from_str(&run.stdout).unwrap_or_default();
                let known = if report.is_object() { 0 } else { 1 };
                Value::Integer(report[key].as_i64().unwrap_or(known))
            }
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

    /// Runs a tool in the work folder within the testbed's limit.
    pub(crate) async fn tool(&self, argv: Vec<String>) -> Result<ToolRun, Stop> {
        let limit = std::time::Duration::from_secs(self.testbed.timeouts.convert_s.into());
        let run = tool::run(&self.ledger, self.ledger.folder(), argv, limit).await;
        run.map_err(|fault| match fault {
            ToolFault::TimedOut { .. } => Stop::product(fault.to_string(), Seen::default()),
            ToolFault::NotStarted { .. } | ToolFault::Lost { .. } => Stop::lab(fault.to_string()),
        })
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

/// A tool that said no. A full disk is the lab's trouble, everything else the product's.
fn failed(what: &str, run: &ToolRun) -> Stop {
    let said = super::machine::last_line(&run.stderr).to_owned();
    if run.stderr.contains("No space left on device") {
        return Stop::lab(format!("the lab's disk is full: {said}. Free space, then --resume"));
    }
    let proofs = run.proofs("failed");
    Stop::product(format!("{what} failed: {said}"), Seen { observations: Vec::new(), proofs })
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
