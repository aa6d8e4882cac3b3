//! What other processes use, as the kernel tells it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};

/// Ticks of a second in which the kernel tells processor time: the same on every Linux.
const TICKS: f64 = 100.0;

/// Processor time of a process and of its children so far, in seconds, ten milliseconds exact.
/// Threads that have ended count.
pub(super) fn spent(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("no such form of stat")?;
    let number = |place: usize| -> Result<f64> {
        Ok(fields.split_whitespace().nth(place).context("no such field")?.parse()?)
    };
    let (user, system) = (number(11)?, number(12)?);
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let of_children = children.split_whitespace().map(|child| spent(child.parse()?));
    Ok((user + system) / TICKS + of_children.sum::<Result<f64>>()?)
}

/// Processor time of each thread of a process, in nanoseconds.
#[derive(Debug)]
pub(super) struct Threads(BTreeMap<String, u64>);

impl Threads {
    /// As it is now; exact when the process rests.
    pub(super) fn of(pid: u32) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
            let entry = entry?;
            // It may have ended between the two.
            let Ok(stat) = fs::read_to_string(entry.path().join("schedstat")) else { continue };
            let spent = stat.split_whitespace().next().context("no such form of schedstat")?;
            threads.insert(entry.file_name().to_string_lossy().into_owned(), spent.parse()?);
        }
        Ok(Self(threads))
    }

    /// What was spent since then, in milliseconds. What a thread spent that has ended is lost.
    pub(super) fn since(&self, before: &Threads) -> f64 {
        let spent = |(thread, now): (&String, &u64)| {
            now.saturating_sub(before.0.get(thread).copied().unwrap_or(0))
        };
        self.0.iter().map(spent).sum::<u64>() as f64 / 1e6
    }
}

/// Memory of a process, in KiB.
pub(super) fn resident_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|it| it.starts_with("VmRSS:")).context("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_seen() -> Result<()> {
        let (own, before) = (std::process::id(), Threads::of(std::process::id())?);
        let mut number = 1_u64;
        while Threads::of(own)?.since(&before) < 30.0 {
            number = std::hint::black_box(number.wrapping_mul(3));
        }
        assert!(spent(own)? >= 0.02, "{}", spent(own)?);
        assert!(resident_kib(own)? > 100);
        Ok(())
    }
}
