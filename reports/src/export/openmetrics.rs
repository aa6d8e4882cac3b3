//! OpenMetrics 1.0 as text, for a monitoring system: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
//!
//! No label names a tool, for no audience. Only labels of `_info` metrics come from free texts.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::export::cell::cells;
use crate::export::words::line;
use crate::matrix_file::{CellEntry, MatrixFile};
use crate::tally::ALL;

/// Labels of one sample, in the order they are written.
type Labels<'a> = Vec<(&'static str, &'a str)>;

/// The state set's name is the name of its states' label too, as the standard wants it.
const STANDING: &str = "portolan_cell_standing";

/// The matrices as OpenMetrics text.
#[must_use]
pub fn openmetrics(file: &MatrixFile) -> String {
    let mut text = Text::default();
    about(&mut text, file);
    times(&mut text, file);
    standings(&mut text, file);
    counts(&mut text, file);
    text.0.push_str("# EOF\n");
    text.0
}

/// What the numbers are about, as labels.
fn about(text: &mut Text, file: &MatrixFile) {
    text.family("portolan_campaign", "info", "The campaign whose last results these are.");
    let digest = file.policy_sha256.to_string();
    let campaign = vec![
        ("campaign", file.campaign.as_str()),
        ("testbed", &file.testbed),
        ("policy", &file.policy),
        ("policy_sha256", &digest),
    ];
    text.sample("portolan_campaign_info", &campaign, 1);
    text.family("portolan_platform", "info", "A hypervisor environment, and what plays it.");
    for it in &file.platforms {
        let platform = vec![
            ("platform", it.id.as_str()),
            ("vendor", &it.vendor),
            ("product", &it.product),
            ("version", &it.version),
            ("stand_in", if it.stand_in { "yes" } else { "no" }),
        ];
        text.sample("portolan_platform_info", &platform, 1);
    }
    text.family("portolan_guest", "info", "An operating system image.");
    for it in &file.guests {
        let guest = vec![("guest", it.id.as_str()), ("name", it.name.as_str())];
        text.sample("portolan_guest_info", &guest, 1);
    }
}

fn times(text: &mut Text, file: &MatrixFile) {
    let mut time = |name: &str, help: &str, at: Timestamp| {
        text.family(name, "gauge", help);
        text.unit(name, "seconds");
        text.sample(name, &Labels::new(), seconds(at));
    };
    let course = &file.course;
    time("portolan_campaign_started_seconds", "When the campaign started.", course.started);
    time(
        "portolan_evidence_timestamp_seconds",
        "When the campaign's last event was recorded.",
        course.last_recorded,
    );
    let name = "portolan_log_last_position";
    text.family(name, "gauge", "Position of the campaign's last event in the log.");
    text.sample(name, &Labels::new(), course.last_position);
}

fn standings(text: &mut Text, file: &MatrixFile) {
    text.family(STANDING, "stateset", "How a cell stands; exactly one state is 1.");
    for (guest, cell) in cells(file) {
        for standing in ALL {
            let mut labels = of_cell(guest.as_str(), cell);
            labels.push((STANDING, standing.word()));
            text.sample(STANDING, &labels, u8::from(cell.standing == standing));
        }
    }
    let name = "portolan_cells";
    text.family(name, "gauge", "How many cells of a guest stand so.");
    for matrix in &file.matrices {
        for standing in ALL {
            let count = matrix.counts.get(standing.word()).copied().unwrap_or(0);
            let labels = vec![("guest", matrix.guest.as_str()), ("standing", standing.word())];
            text.sample(name, &labels, count);
        }
    }
}

fn counts(text: &mut Text, file: &MatrixFile) {
    let mut gauge = |name: &str, help: &str, value: fn(&CellEntry) -> usize| {
        text.family(name, "gauge", help);
        for (guest, cell) in cells(file) {
            text.sample(name, &of_cell(guest.as_str(), cell), value(cell));
        }
    };
    let unstable = "1 when repetitions of the cell's best route disagree.";
    gauge("portolan_cell_unstable", unstable, |it| usize::from(it.unstable));
    gauge("portolan_trials_scored", "Trials of a cell that were scored.", |it| it.scored);
    gauge("portolan_trials_planned", "Trials of a cell that were planned.", |it| it.planned);
}

fn of_cell<'a>(guest: &'a str, cell: &'a CellEntry) -> Labels<'a> {
    vec![("guest", guest), ("source", cell.source.as_str()), ("target", cell.target.as_str())]
}

/// Seconds since 1970, to the millisecond.
fn seconds(at: Timestamp) -> String {
    let ms = at.as_millisecond();
    format!("{}{}.{:03}", if ms < 0 { "-" } else { "" }, ms.abs() / 1000, ms.abs() % 1000)
}

/// The exposition while it is written. Writing to a string cannot fail.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# TYPE {name} {kind}\n# HELP {name} {help}\n");
    }

    fn unit(&mut self, name: &str, unit: &str) {
        let _ = writeln!(self.0, "# UNIT {name} {unit}");
    }

    fn sample(&mut self, name: &str, labels: &Labels<'_>, value: impl std::fmt::Display) {
        let spelled = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", escaped(value));
        let labels: Vec<String> = labels.iter().map(spelled).collect();
        let _ = match labels.as_slice() {
            [] => writeln!(self.0, "{name} {value}"),
            _ => writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")),
        };
    }
}

/// A label's value: backslash, quotation mark and newline are escaped. No newline is left by then.
fn escaped(value: &str) -> String {
    line(value).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_millisecond() {
        let at = |text: &str| seconds(text.parse().unwrap());
        assert_eq!(at("2026-11-23T08:30:00.5Z"), "1795422600.500");
        assert_eq!(at("1969-12-31T23:59:58.75Z"), "-1.250");
    }
}
