//! Quantities as people read them: durations, sizes, shares, instants. Whole numbers only.

use jiff::Timestamp;

/// A duration: `640 ms`, `12.3 s`, `4 min 05 s`, `1 h 04 min`.
#[must_use]
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    let minutes = seconds / 60;
    match seconds {
        0 => format!("{ms} ms"),
        1..=59 => format!("{seconds}.{} s", ms % 1000 / 100),
        60..=3599 => format!("{minutes} min {:02} s", seconds % 60),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// A size: `640 B`, `1.5 KiB`, `12.0 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

/// A part of a whole: `37 %`, `0.4 %` below one per cent, `–` of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let Some(permille) = (part * 1000).checked_div(whole) else {
        return "–".to_owned();
    };
    if permille < 10 { format!("0.{permille} %") } else { format!("{} %", permille / 10) }
}

/// An instant, to the minute: `2026-11-23 08:30 UTC`.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A count with its noun: `1 cell`, `2 cells`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        let durations = [0, 640, 12_345, 245_000, 3_840_000].map(duration);
        assert_eq!(durations, ["0 ms", "640 ms", "12.3 s", "4 min 05 s", "1 h 04 min"]);
        let sizes = [640, 1536, 12 << 20, u64::MAX].map(size);
        assert_eq!(sizes, ["640 B", "1.5 KiB", "12.0 MiB", "17179869183.9 GiB"]);
        let shares = [(1, 3), (4, 1000), (3, 3), (1, 0)].map(|(part, whole)| share(part, whole));
        assert_eq!(shares, ["33 %", "0.4 %", "100 %", "–"]);
        assert_eq!(count(1, "cell"), "1 cell");
    }
}
