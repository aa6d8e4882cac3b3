//! The product: its columns, its fold and its analyses.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use domain::diagnosis::Cause;
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::score::Score;
use domain::step::Step;
use reports::cell_scores::CellScores;
use reports::fault::Fault;
use reports::outcomes::{Outcomes, Row};
use reports::tables::{Analysis, Field, Sources, Table};
use serde_json::json;

use super::contest::{Contestant, Rows};
use super::data::HEADER;
use crate::clock::processor_time;

/// Analyses that are measured, by the name that peers know.
pub(super) const ANALYSES: [(&str, Analysis); 4] = [
    ("guest", Analysis::Guest),
    ("cause", Analysis::Cause),
    ("converter", Analysis::Converter),
    ("duration", Analysis::Duration),
];

/// The outcomes of a file.
#[derive(Default)]
pub(super) struct Own {
    /// As the product holds them.
    pub(super) outcomes: Outcomes,
    /// As codes for those who fold or group by themselves.
    pub(super) plain: Plain,
    /// Trials and steps as a judged campaign has them.
    trials: Vec<(CampaignId, Trial)>,
    steps: Vec<Read>,
}

/// One step as it was read.
struct Read {
    /// The place of its trial.
    trial: usize,
    step: Step,
    score: Option<Score>,
    fault: Option<Fault>,
    duration_ms: Option<u64>,
}

/// Names by code, and columns of codes.
#[derive(Default)]
pub(super) struct Plain {
    /// Of campaigns, guests, sources and targets.
    pub(super) names: [Vec<String>; 4],
    pub(super) routes: usize,
    pub(super) columns: [Vec<u16>; 5],
    pub(super) score: Vec<u8>,
}

impl Own {
    /// Reads the file that all read.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)?;
        let mut lines = text.lines();
        ensure!(lines.next() == Some(HEADER), "another header");
        let mut own = Self::default();
        let mut known: [BTreeMap<String, u16>; 5] = Default::default();
        let mut trials: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            ensure!(fields.len() == 10, "ten fields");
            for (place, name) in fields.iter().take(5).enumerate() {
                let next = u16::try_from(known[place].len())?;
                let code = *known[place].entry((*name).to_owned()).or_insert(next);
                own.plain.columns[place].push(code);
            }
            own.plain.score.push(fields[7].parse()?);
            let (next, key) = (trials.len(), fields[..6].to_vec());
            let trial = *trials.entry(key).or_insert(next);
            if trial == own.trials.len() {
                own.trials.push(read_trial(&fields)?);
            }
            own.steps.push(read_step(trial, &fields)?);
        }
        own.plain.routes = known[4].len();
        for (names, known) in own.plain.names.iter_mut().zip(known) {
            let mut by_code: Vec<(u16, String)> = known.into_iter().map(|(a, b)| (b, a)).collect();
            by_code.sort_unstable();
            *names = by_code.into_iter().map(|(_, name)| name).collect();
        }
        own.outcomes = own.pushed()?;
        Ok(own)
    }

    /// The product's columns, made anew.
    fn pushed(&self) -> Result<Outcomes> {
        let mut outcomes = Outcomes::default();
        // Read at every restart, as real campaigns do: the fold has to look whether they move.
        let addresses = ["10.71.1.15/24".to_owned()];
        for read in &self.steps {
            let Read { step, score, fault, duration_ms, .. } = *read;
            let (campaign, trial) = &self.trials[read.trial];
            let is_read = step == Step::Restart && score.is_some();
            let addresses = is_read.then_some(addresses.as_slice());
            outcomes.push(&Row { campaign, trial, step, score, fault, duration_ms, addresses })?;
        }
        Ok(outcomes)
    }
}

fn read_trial(fields: &[&str]) -> Result<(CampaignId, Trial)> {
    let trial = Trial {
        guest: fields[1].parse()?,
        source: fields[2].parse()?,
        target: fields[3].parse()?,
        route: fields[4].parse()?,
        repetition: fields[5].parse()?,
    };
    Ok((fields[0].parse()?, trial))
}

fn read_step(trial: usize, fields: &[&str]) -> Result<Read> {
    Ok(Read {
        trial,
        step: Step::from_number(fields[6].parse()?).context("a step")?,
        score: match fields[7] {
            "0" => Some(Score::Failure),
            "1" => Some(Score::Warning),
            "2" => Some(Score::Success),
            _ => None,
        },
        fault: match fields[8] {
            "" => None,
            "kernel panic" => Some(Fault::Cause(Cause::KernelPanic)),
            "no DHCP offer" => Some(Fault::Cause(Cause::NoDhcpOffer)),
            "could not be completed" => Some(Fault::NotCompleted),
            _ => Some(Fault::Rules),
        },
        duration_ms: fields[9].parse().ok(),
    })
}

/// What a call returns, and the milliseconds of processor time it took.
pub(super) fn spent<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let before = processor_time();
    let value = black_box(call());
    (value, (processor_time() - before).as_secs_f64() * 1e3)
}

/// The product's fold.
pub(super) struct Cells<'a>(pub(super) &'a Own);

impl Contestant for Cells<'_> {
    fn run(&mut self) -> Result<f64> {
        Ok(spent(|| CellScores::of(&self.0.outcomes)).1)
    }

    fn tell(&mut self) -> Result<Rows> {
        let scores = CellScores::of(&self.0.outcomes);
        let code = |score| match score {
            None => json!(null),
            Some(Score::Failure) => json!(0),
            Some(Score::Warning) => json!(1),
            Some(Score::Success) => json!(2),
        };
        let named = scores.named(&self.0.outcomes);
        Ok(named
            .map(|it| {
                let names = [it.campaign.as_str(), it.guest.as_str()];
                let places = [it.source.as_str(), it.target.as_str()];
                let names = names.into_iter().chain(places).map(|name| json!(name));
                names.chain([code(it.score)]).collect()
            })
            .collect())
    }
}

/// The product's columns, made anew from steps and trials that know their names.
pub(super) struct Pushed<'a>(pub(super) &'a Own);

impl Contestant for Pushed<'_> {
    fn run(&mut self) -> Result<f64> {
        let (outcomes, ms) = spent(|| self.0.pushed());
        outcomes?;
        Ok(ms)
    }

    fn tell(&mut self) -> Result<Rows> {
        Ok(Rows::new())
    }
}

/// What stands before every analysis: trials put together, columns given to polars.
pub(super) struct Prepared<'a>(pub(super) &'a Own);

impl Contestant for Prepared<'_> {
    fn run(&mut self) -> Result<f64> {
        let (sources, ms) = spent(|| Sources::operator(&[], &self.0.outcomes));
        sources?;
        Ok(ms)
    }

    fn tell(&mut self) -> Result<Rows> {
        Ok(Rows::new())
    }
}

/// One analysis, from the columns to the table.
pub(super) struct Analysed<'a> {
    pub(super) own: &'a Own,
    pub(super) analysis: Analysis,
}

impl Analysed<'_> {
    fn table(&self) -> Result<Table> {
        Ok(Sources::operator(&[], &self.own.outcomes)?.table(self.analysis)?)
    }
}

impl Contestant for Analysed<'_> {
    fn run(&mut self) -> Result<f64> {
        let (table, ms) = spent(|| self.table());
        table?;
        Ok(ms)
    }

    fn tell(&mut self) -> Result<Rows> {
        let table = self.table()?;
        let wide = |fixed: usize| -> Rows {
            let cells = |row: &Vec<Field>| {
                let left: Vec<_> = row.iter().take(fixed).map(plain).collect();
                let named = table.columns.iter().zip(row).skip(fixed);
                let counted = named.filter(|(_, field)| plain(field) != json!(0));
                let rows = counted
                    .map(|(name, field)| [left.clone(), vec![json!(name), plain(field)]].concat());
                rows.collect::<Vec<_>>()
            };
            table.rows.iter().flat_map(cells).collect()
        };
        Ok(match self.analysis {
            // Without the column that says "trials", and for a cause without the sum.
            Analysis::Guest => wide(3).into_iter().map(|row| without(row, &[1])).collect(),
            Analysis::Cause => wide(3).into_iter().map(|row| without(row, &[1, 2])).collect(),
            // Without the tools, or the title of the step.
            Analysis::Topic
            | Analysis::Target
            | Analysis::Source
            | Analysis::Consistency
            | Analysis::Converter
            | Analysis::Duration => {
                let rows = table.rows.iter().map(|row| row.iter().map(plain).collect());
                rows.map(|row| without(row, &[1])).collect()
            }
        })
    }
}

fn without(row: Vec<serde_json::Value>, places: &[usize]) -> Vec<serde_json::Value> {
    let kept = row.into_iter().enumerate().filter(|(place, _)| !places.contains(place));
    kept.map(|(_, value)| value).collect()
}

/// A field as peers spell it.
fn plain(field: &Field) -> serde_json::Value {
    match field {
        Field::Nothing => json!(0),
        Field::Text(words) if words.starts_with("no score") => json!(255),
        Field::Text(words) => json!(words),
        Field::Score(Score::Failure) => json!(0),
        Field::Score(Score::Warning) => json!(1),
        Field::Score(Score::Success) => json!(2),
        Field::Count(count) | Field::Duration(count) | Field::Share { part: count, .. } => {
            json!(count)
        }
    }
}
