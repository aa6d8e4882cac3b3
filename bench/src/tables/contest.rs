//! Contestants in rounds: first held against each other row by row, then timed in turn.

use anyhow::{Result, ensure};

use crate::stats::Spread;
use crate::table::{Goal, Table};

/// Rows of plain values, in any order.
pub(super) type Rows = Vec<Vec<serde_json::Value>>;

/// Somebody who does the work.
pub(super) trait Contestant {
    /// Does it, and says how many milliseconds of processor time it took.
    fn run(&mut self) -> Result<f64>;

    /// Does it, and says what came out.
    fn tell(&mut self) -> Result<Rows>;
}

/// Contestants with their names.
pub(super) struct Contest<'a> {
    rounds: usize,
    entries: Vec<(&'static str, Box<dyn Contestant + 'a>)>,
}

/// What each took in each round, in milliseconds.
pub(super) struct Times(Vec<(&'static str, Vec<f64>)>);

impl<'a> Contest<'a> {
    pub(super) fn new(rounds: usize) -> Self {
        Self { rounds, entries: Vec::new() }
    }

    pub(super) fn enter(&mut self, name: &'static str, contestant: impl Contestant + 'a) {
        self.entries.push((name, Box::new(contestant)));
    }

    /// Compares all answers, then times everybody in every round, in another order each round.
    pub(super) fn hold(mut self) -> Result<Times> {
        let mut first: Option<(&str, Rows)> = None;
        for (name, contestant) in &mut self.entries {
            let mut rows = contestant.tell()?;
            rows.sort_by_cached_key(|row| serde_json::Value::from(row.clone()).to_string());
            match &first {
                None => first = Some((name, rows)),
                Some((known, same)) => compare((known, same), (name, &rows))?,
            }
        }
        let mut times: Vec<(&'static str, Vec<f64>)> =
            self.entries.iter().map(|(name, _)| (*name, Vec::new())).collect();
        for round in 0..self.rounds {
            for place in 0..self.entries.len() {
                let turn = (place + round) % self.entries.len();
                times[turn].1.push(self.entries[turn].1.run()?);
            }
        }
        Ok(Times(times))
    }
}

fn compare((known, same): (&str, &Rows), (name, rows): (&str, &Rows)) -> Result<()> {
    let (all, others) = (same.len(), rows.len());
    ensure!(all == others, "{known} has {all} rows and {name} has {others}");
    let differing = same.iter().zip(rows).find(|(a, b)| a != b);
    if let Some((a, b)) = differing {
        anyhow::bail!("{known} says {a:?} and {name} says {b:?}");
    }
    ensure!(all > 0, "nothing was computed");
    Ok(())
}

/// One contestant alone, in milliseconds.
pub(super) fn alone(rounds: usize, mut contestant: impl Contestant) -> Result<Vec<f64>> {
    (0..rounds).map(|_| contestant.run()).collect()
}

impl Times {
    /// A line for each.
    pub(super) fn report(&self, table: &mut Table) {
        for (name, times) in &self.0 {
            table.add(*name, Spread::of(times.iter().copied()), "ms");
        }
    }

    /// One against another, round by round; nothing when the other did not take part.
    pub(super) fn ratio(&self, (a, b): (&str, &str), goal: Option<Goal>, table: &mut Table) {
        let of = |wanted: &str| self.0.iter().find(|(name, _)| *name == wanted).map(|(_, it)| it);
        let (Some(ours), Some(theirs)) = (of(a), of(b)) else { return };
        let ratios = ours.iter().zip(theirs).map(|(a, b)| a / b);
        let least = |it: &[f64]| it.iter().copied().fold(f64::INFINITY, f64::min);
        let quiet = least(ours) / least(theirs);
        let line = table.add(format!("{a} / {b}"), Spread::of(ratios), "times");
        line.note(format!("their best runs: {quiet:.3}"));
        if let Some(goal) = goal {
            line.goal(goal);
        }
    }
}
