//! What only operators may see, as columns: trials, put together from their steps, and the steps.

use std::collections::BTreeMap;
use std::hash::Hash;

use polars::prelude::{NamedFrom as _, Series};

use super::frame::{bytes, codes, frame};
use super::sources::NO_FAULT;
use super::{Sources, TablesError, Walked, Way};
use crate::outcomes::{Full, NO_DURATION, NONE, Names, Outcomes, State};

/// The trials and steps of these outcomes, with the codes of `sources`.
pub(super) fn of(outcomes: &Outcomes, sources: &mut Sources) -> Result<Walked, TablesError> {
    let campaigns = recoded(&outcomes.campaigns, &mut sources.campaigns)?;
    let guests = recoded(&outcomes.guests, &mut sources.guests)?;
    let platforms = recoded(&outcomes.platforms, &mut sources.platforms)?;
    let faults = recoded(&outcomes.faults, &mut sources.faults)?;
    let fault = |code: &u8| faults.get(usize::from(*code)).copied().unwrap_or(NO_FAULT);
    let mut ways = Ways { outcomes, names: &mut sources.ways, known: BTreeMap::new() };
    let mut columns: [Vec<u16>; 5] = Default::default();
    for trial in 0..outcomes.trials.len() as u32 {
        let [campaign, guest, source, target, route, _] =
            outcomes.trials.codes(trial).ok_or(Full)?;
        let way = ways.code(campaign, route)?;
        let row = [
            campaigns[usize::from(campaign)],
            guests[usize::from(guest)],
            platforms[usize::from(source)],
            platforms[usize::from(target)],
            way,
        ];
        columns.iter_mut().zip(row).for_each(|(column, code)| column.push(code));
    }
    let sums = Sums::of(outcomes);
    let [campaign, guest, source, target, way] = &columns;
    let trials = frame([
        codes("campaign", campaign),
        codes("guest", guest),
        codes("source", source),
        codes("target", target),
        codes("way", way),
        bytes("score", &sums.score),
        codes("fault", &sums.fault.iter().map(fault).collect::<Vec<u16>>()),
        Series::new("duration_ms".into(), &sums.duration_ms),
    ])?;
    let durations = Series::new("duration_ms".into(), &outcomes.steps.duration_ms);
    Ok(Walked { trials, steps: frame([bytes("step", &outcomes.steps.step), durations])? })
}

/// What the steps of each trial come to.
struct Sums {
    score: Vec<u8>,
    /// Of its first step that is a FAILURE.
    fault: Vec<u8>,
    duration_ms: Vec<u64>,
}

impl Sums {
    fn of(outcomes: &Outcomes) -> Self {
        let (trials, steps) = (outcomes.trials.len(), &outcomes.steps);
        let mut states = vec![State::default(); trials];
        let mut failed = vec![(u8::MAX, NONE); trials];
        let mut duration_ms = vec![0_u64; trials];
        let rows = steps.trial.iter().zip(&steps.step).zip(&steps.score);
        let rows = rows.zip(&steps.fault).zip(&steps.duration_ms);
        for ((((trial, step), score), fault), duration) in rows {
            let trial = *trial as usize;
            states[trial].see(*step, *score);
            if *score == 0 && *step < failed[trial].0 {
                failed[trial] = (*step, *fault);
            }
            if *duration != NO_DURATION {
                duration_ms[trial] += u64::from(*duration);
            }
        }
        let score = states.iter().map(|it| it.score()).collect();
        let fault = failed.into_iter().map(|(_, fault)| fault).collect();
        Self { score, fault, duration_ms }
    }
}

/// Routes with their tools, as they are met.
struct Ways<'a> {
    outcomes: &'a Outcomes,
    names: &'a mut Names<Way>,
    known: BTreeMap<(u16, u16), u16>,
}

impl Ways<'_> {
    /// The code of a campaign's route with its tools.
    fn code(&mut self, campaign: u16, route: u16) -> Result<u16, Full> {
        if let Some(code) = self.known.get(&(campaign, route)) {
            return Ok(*code);
        }
        let tools = self.outcomes.tools(campaign, route).to_vec();
        let way = Way { route: self.outcomes.routes.name(route).ok_or(Full)?.clone(), tools };
        let code = self.names.code(&way)?;
        self.known.insert((campaign, route), code);
        Ok(code)
    }
}

/// For each code of one dictionary the code of the same name in another.
fn recoded<T: Clone + Eq + Hash>(from: &Names<T>, to: &mut Names<T>) -> Result<Vec<u16>, Full> {
    from.all().iter().map(|name| to.code(name)).collect()
}
