//! What this process and the tools it waited for have cost, as the kernel counts it.

use domain::event::Cost;

/// Clock ticks of /proc are hundredths of a second on Linux.
const MS_PER_TICK: u64 = 10;

/// Processor time and memory so far. Wall time is left at zero: only the caller knows the start.
#[must_use]
pub fn spent() -> Cost {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().map(|it| it.parse().unwrap_or(0)).collect())
        .unwrap_or_default();
    // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime; the first here is field 3.
    let ticks = |field: usize| fields.get(field - 3).copied().unwrap_or(0) * MS_PER_TICK;
    Cost {
        wall_ms: 0,
        own_cpu_ms: ticks(14) + ticks(15),
        tools_cpu_ms: ticks(16) + ticks(17),
        own_peak_kib: peak_kib().unwrap_or(0),
        processors: std::thread::available_parallelism()
            .map_or(1, |it| u32::try_from(it.get()).unwrap_or(1)),
    }
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
