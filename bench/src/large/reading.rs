//! Scanning and decoding, held against the same bytes in a plain file of lines.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use store::{Direction, DiskLog, EventLog as _};

use crate::clock::timed;
use crate::machine::{memory_mib, quiet};
use crate::peers::portolan::settings;

/// Scans both in turn; each ratio is of a scan of the log and the plain ones around it.
pub(super) fn scan(store: &Path, plain: &Path, times: u32) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    write_plain(&log, plain)?;
    let (before_mib, _) = memory_mib()?;
    let mut before = timed_plain(plain, log.head())?;
    let (mut ratios, mut fastest) = (Vec::new(), f64::MAX);
    for _ in 0..times {
        let (count, own) = timed(|| decode_log(&log));
        ensure!(count? == log.head(), "the scan ended early");
        let after = timed_plain(plain, log.head())?;
        ratios.push(f64::midpoint(before, after) / own);
        (before, fastest) = (after, fastest.min(own));
    }
    let (memory_mib, _) = memory_mib()?;
    let rate = log.head() as f64 / fastest;
    Ok(json!({
        "ratios": ratios,
        "rate": rate,
        "before_mib": before_mib,
        "memory_mib": memory_mib,
    }))
}

fn write_plain(log: &DiskLog, plain: &Path) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(plain)?);
    for leaf in log.leaves(0) {
        file.write_all(&leaf?.1)?;
        file.write_all(b"\n")?;
    }
    file.into_inner()?.sync_all()?;
    quiet(plain)
}

fn decode_log(log: &DiskLog) -> Result<u64> {
    let mut count = 0;
    for recorded in log.read(0, Direction::Forward) {
        black_box(recorded?);
        count += 1;
    }
    Ok(count)
}

fn timed_plain(plain: &Path, expected: u64) -> Result<f64> {
    let (count, seconds) = timed(|| decode_plain(plain));
    ensure!(count? == expected, "the plain file ended early");
    Ok(seconds)
}

fn decode_plain(plain: &Path) -> Result<u64> {
    let mut lines = BufReader::with_capacity(1 << 20, File::open(plain)?);
    let (mut line, mut count) = (Vec::new(), 0);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(count);
        }
        let leaf = line.strip_suffix(b"\n").unwrap_or(&line);
        black_box(store::schema::decode(count, leaf)?);
        count += 1;
    }
}
