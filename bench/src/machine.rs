//! The machine: its load, this process's memory, and what a folder takes on disk.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The cache that every engine that has one is given, in bytes.
pub(crate) const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Load averages over 1, 5 and 15 minutes, and the processors they share.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<&str> = load.split_whitespace().take(3).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} on {processors} processors", words.join(" "))
}

/// Memory of this process in MiB: now, and at its peak.
pub(crate) fn memory_mib() -> Result<(f64, f64)> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| -> Result<f64> {
        let line = status.lines().find(|line| line.starts_with(name)).context("no such field")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        Ok(kib / 1024.0)
    };
    Ok((field("VmRSS:")?, field("VmHWM:")?))
}

/// What a file or folder takes on disk, in bytes: allocated blocks, not lengths.
pub(crate) fn disk_bytes(path: &Path) -> Result<u64> {
    let own = fs::symlink_metadata(path)?;
    let mut sum = own.blocks() * 512;
    if own.is_dir() {
        for entry in fs::read_dir(path)? {
            sum += disk_bytes(&entry?.path())?;
        }
    }
    Ok(sum)
}

/// Waits until the file system holds everything: nobody pays for what another left behind.
pub(crate) fn quiet(folder: &Path) -> Result<()> {
    rustix::fs::syncfs(fs::File::open(folder)?)?;
    Ok(())
}
