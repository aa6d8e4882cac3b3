//! Trials and steps as columns.

use super::numbers::{Numbers, joined, parted};
use super::{Full, NO_DURATION};

/// The trials, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trials {
    /// Campaign, guest, source and target: a cell's four codes in one key.
    cells: Numbers,
    /// A cell's number and a route's code.
    routes: Numbers,
    /// A route's number and a repetition's code.
    trials: Numbers,
}

/// The codes of one trial: campaign, guest, source, target, route, repetition.
pub(crate) type Codes = [u16; 6];

impl Trials {
    /// The number of a trial.
    pub(super) fn number(&mut self, codes: Codes) -> Result<u32, Full> {
        let [campaign, guest, source, target, route, repetition] = codes;
        let cell = [campaign, guest, source, target];
        let cell = cell.into_iter().fold(0, |key, code| key << 16 | u64::from(code));
        let cell = self.cells.number(cell)?;
        let route = self.routes.number(joined(cell, route))?;
        self.trials.number(joined(route, repetition))
    }

    /// The codes of the trial with this number.
    #[cfg(feature = "tables")]
    pub(crate) fn codes(&self, trial: u32) -> Option<Codes> {
        let (route, repetition) = parted(*self.trials.keys().get(trial as usize)?);
        let (cell, route) = parted(*self.routes.keys().get(route as usize)?);
        let [campaign, guest, source, target] = cell_codes(*self.cells.keys().get(cell as usize)?);
        Some([campaign, guest, source, target, route, repetition])
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.trials.keys().len()
    }

    /// For each trial the number of its route.
    pub(crate) fn routes(&self) -> impl ExactSizeIterator<Item = usize> {
        self.trials.keys().iter().map(|key| parted(*key).0 as usize)
    }

    /// For each route of a cell the number of that cell.
    pub(crate) fn cells_of_routes(&self) -> impl ExactSizeIterator<Item = usize> {
        self.routes.keys().iter().map(|key| parted(*key).0 as usize)
    }

    /// For each cell the codes of its campaign, guest, source and target.
    pub(crate) fn cells(&self) -> impl ExactSizeIterator<Item = [u16; 4]> {
        self.cells.keys().iter().map(|key| cell_codes(*key))
    }
}

fn cell_codes(key: u64) -> [u16; 4] {
    [48, 32, 16, 0].map(|shift| (key >> shift) as u16)
}

/// The steps; equal places belong together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    /// The number of its trial.
    pub(crate) trial: Vec<u32>,
    /// Its own number, 1 to 7.
    pub(crate) step: Vec<u8>,
    /// FAILURE 0, WARNING 1, SUCCESS 2, [`super::NONE`].
    pub(crate) score: Vec<u8>,
    /// The code of its fault, or [`super::NONE`].
    pub(crate) fault: Vec<u8>,
    /// In milliseconds, or [`NO_DURATION`].
    pub(crate) duration_ms: Vec<u32>,
}

/// A duration as its code: 49 days stand for all that are longer.
pub(super) fn bounded(duration_ms: Option<u64>) -> u32 {
    let most = NO_DURATION - 1;
    duration_ms.map_or(NO_DURATION, |it| u32::try_from(it).map_or(most, |it| it.min(most)))
}
