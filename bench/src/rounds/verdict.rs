//! The samples of all rounds as figures, held against the goals.

use super::{Measure, Sample};
use crate::event::{Shape, entries, mean_leaf_bytes};
use crate::peers::Kind;
use crate::stats::Spread;
use crate::table::{Goal, Table};

/// At least this many times the speed of a peer.
const TIMES: [(&[Kind], f64); 4] = [
    (&[Kind::Fjall], 1.5),
    (&[Kind::Redb], 2.0),
    (&[Kind::Sqlite], 2.0),
    (&[Kind::PgInsert, Kind::PgCopy], 3.0),
];

/// The same for concurrent appenders. The queue in front of a peer is not the peer's own, so what it
/// gains is shown and not held against the goals.
const TIMES_TOGETHER: [(&[Kind], Option<f64>); 8] = [
    (&[Kind::Redb], Some(3.0)),
    (&[Kind::PgConnections], Some(2.5)),
    (&[Kind::Fjall], None),
    (&[Kind::Sqlite], None),
    (&[Kind::RedbQueue], None),
    (&[Kind::PgQueue], None),
    (&[Kind::FjallQueue], None),
    (&[Kind::SqliteQueue], None),
];

/// Adds the figures of every measure.
pub(crate) fn report(samples: &[Sample], quick: bool, table: &mut Table) {
    table.section("Append: what every engine is given");
    let leaf = mean_leaf_bytes(&entries(0..10_000, Shape::Short));
    table.one("mean size of a leaf", leaf, "bytes");
    for measure in Measure::all(quick) {
        let own: Vec<&Sample> = samples.iter().filter(|it| it.measure == measure).collect();
        if own.is_empty() {
            continue;
        }
        table.section(&format!(
            "Append, {}: ratio to the raw file of the same round",
            measure.name()
        ));
        own_lines(&own, measure, table);
        peer_lines(&own, table);
        times_lines(&own, measure, table);
    }
}

fn of<'a>(samples: &[&'a Sample], kind: Kind) -> Vec<&'a Sample> {
    samples.iter().copied().filter(|it| it.kind == kind).collect()
}

fn own_lines(samples: &[&Sample], measure: Measure, table: &mut Table) {
    let raw = samples.iter().map(|it| it.raw());
    table.add("raw file", Spread::of(raw), "ev/s").note(control(samples));
    let own = of(samples, Kind::Portolan);
    if own.is_empty() {
        return;
    }
    let goal = match (measure.threads, measure.batch) {
        (1, 1024) => 0.30,
        (1, 64) => 0.65,
        (1, _) => 0.5,
        (_, _) => 1.0,
    };
    let settled = Spread::of(own.iter().map(|it| it.settled()));
    let acknowledged = Spread::of(own.iter().map(|it| it.acknowledged()));
    table.add("portolan, settled", settled, "x").goal(Goal::AtLeast(goal)).note(speed(&own));
    table.add("portolan, acknowledged", acknowledged, "x").note(latency(&own));
    let best = |rates: &mut dyn Iterator<Item = f64>| rates.fold(0.0, f64::max);
    let quiet = best(&mut own.iter().map(|it| it.timing.settled))
        / best(&mut samples.iter().flat_map(|it| [it.raw_before, it.raw_after]));
    let line = table.one("portolan, its best run / the raw file's", quiet, "x");
    line.note("as if the disk had been quiet");
}

fn peer_lines(samples: &[&Sample], table: &mut Table) {
    let mut kinds: Vec<Kind> = samples.iter().map(|it| it.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds.into_iter().filter(|kind| *kind != Kind::Portolan) {
        let own = of(samples, kind);
        let settled = Spread::of(own.iter().map(|it| it.settled()));
        let acknowledged = Spread::of(own.iter().map(|it| it.acknowledged())).median;
        let note = format!("acknowledged {acknowledged:.3}, {}", speed(&own));
        table.add(format!("{}, settled", kind.name()), settled, "x").note(note);
    }
}

/// How many times a peer's ratio the product's is, round by round: both settled. Beside it, both
/// acknowledged, and the product settled against the peer that was only acknowledged.
fn times_lines(samples: &[&Sample], measure: Measure, table: &mut Table) {
    let goals: Vec<(&[Kind], Option<f64>)> = match (measure.threads, measure.batch) {
        (1, 1024) => TIMES.iter().map(|(kinds, goal)| (*kinds, Some(*goal))).collect(),
        (1, _) => TIMES.iter().map(|(kinds, _)| (*kinds, None)).collect(),
        (_, _) => TIMES_TOGETHER.to_vec(),
    };
    for (kinds, goal) in goals {
        let both_settled = times(samples, kinds, Sample::settled, Sample::settled);
        if both_settled.median == 0.0 {
            continue;
        }
        let acknowledged = times(samples, kinds, Sample::acknowledged, Sample::acknowledged).median;
        let strict = times(samples, kinds, Sample::settled, Sample::acknowledged).median;
        let names: Vec<&str> = kinds.iter().map(|it| it.name()).collect();
        let line = table.add(format!("portolan / {}", names.join(", ")), both_settled, "times");
        line.note(format!("acknowledged {acknowledged:.2}; settled / acknowledged {strict:.2}"));
        if let Some(goal) = goal {
            line.goal(Goal::AtLeast(goal));
        }
    }
}

/// The product against the best of these ways to use a peer.
fn times(
    samples: &[&Sample],
    peers: &[Kind],
    own: fn(&Sample) -> f64,
    theirs: fn(&Sample) -> f64,
) -> Spread {
    let best = |round: usize| {
        let of_round = samples.iter().filter(|it| it.round == round && peers.contains(&it.kind));
        of_round.map(|it| theirs(it)).max_by(f64::total_cmp)
    };
    let portolan = of(samples, Kind::Portolan);
    Spread::of(portolan.iter().filter_map(|it| Some(own(it) / best(it.round)?)))
}

/// How far the raw file differs from itself: what no ratio can be more exact than.
fn control(samples: &[&Sample]) -> String {
    let Spread { median, least, most } =
        Spread::of(samples.iter().map(|it| it.raw_after / it.raw_before));
    format!("after / before: {median:.2} [{least:.2} .. {most:.2}]")
}

fn speed(samples: &[&Sample]) -> String {
    let rate = Spread::of(samples.iter().map(|it| it.timing.acknowledged)).median;
    let cpu = Spread::of(samples.iter().map(|it| it.timing.cpu_us)).median;
    format!("{rate:.0} ev/s acknowledged, {cpu:.1} µs CPU an event")
}

fn latency(samples: &[&Sample]) -> String {
    let p50 = Spread::of(samples.iter().map(|it| it.timing.p50_us)).median;
    let p99 = Spread::of(samples.iter().map(|it| it.timing.p99_us)).median;
    format!("an append takes {p50:.0} µs, p99 {p99:.0} µs")
}
