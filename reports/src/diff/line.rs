//! A baseline, what ran after it and the campaign compared, cell by cell through all of them.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::ops::Range;

use domain::change::Change;
use domain::ids::{CampaignId, RouteId};
use domain::plan::CellId;

use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};

/// A line of campaigns.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The reference.
    pub baseline: &'a CampaignRecord,
    /// The campaign compared.
    pub compared: &'a CampaignRecord,
    /// Every campaign known, in order.
    all: Vec<&'a CampaignRecord>,
    /// The places of the two among them.
    places: (usize, usize),
}

impl<'a> Line<'a> {
    /// The line from a baseline to a campaign among all known; none when one of them is unknown.
    ///
    /// Campaigns are in the order in which they started; what another system told stands where its
    /// trials were tried. Those between the two tell since when something is so, and all of them
    /// which versions go with it.
    #[must_use]
    pub fn new(all: &'a [CampaignRecord], from: &CampaignId, to: &CampaignId) -> Option<Self> {
        let mut all: Vec<&CampaignRecord> = all.iter().collect();
        all.sort_by_key(|it| (it.started, it.positions));
        let place = |id: &CampaignId| all.iter().position(|it| it.id == *id);
        let places = (place(from)?, place(to)?);
        Some(Self { baseline: all[places.0], compared: all[places.1], all, places })
    }

    /// Every campaign known, in order.
    pub fn campaigns(&self) -> impl Iterator<Item = &'a CampaignRecord> + '_ {
        self.all.iter().copied()
    }

    /// Every cell that one of the two planned, through all campaigns: each campaign is walked once.
    pub(super) fn rows(&self) -> Vec<Row<'_, 'a>> {
        let ids: BTreeSet<&'a CellId> =
            self.baseline.cells.keys().chain(self.compared.cells.keys()).collect();
        let mut walks: Vec<_> = self.all.iter().map(|it| it.cells.iter().peekable()).collect();
        let row = |id| {
            let cells = walks.iter_mut().map(|walk| advance(walk, id)).collect();
            Row { line: self, id, cells }
        };
        ids.into_iter().map(row).collect()
    }
}

/// The cell of this name, where a walk through sorted cells comes to it.
fn advance<'a>(
    walk: &mut Peekable<impl Iterator<Item = (&'a CellId, &'a CellRecord)>>,
    id: &CellId,
) -> Option<&'a CellRecord> {
    while walk.next_if(|(found, _)| *found < id).is_some() {}
    walk.next_if(|(found, _)| *found == id).map(|(_, cell)| cell)
}

/// One cell through all campaigns of a line.
#[derive(Debug)]
pub(super) struct Row<'l, 'a> {
    line: &'l Line<'a>,
    /// Which cell.
    pub(super) id: &'a CellId,
    cells: Vec<Option<&'a CellRecord>>,
}

impl<'a> Row<'_, 'a> {
    /// The place of the baseline among all campaigns.
    pub(super) fn first(&self) -> usize {
        self.line.places.0
    }

    /// The place of the campaign compared.
    pub(super) fn last(&self) -> usize {
        self.line.places.1
    }

    /// The places of all campaigns.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.cells.len()
    }

    /// The places of the campaigns after the baseline, the compared one last.
    pub(super) fn after_baseline(&self) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let (first, last) = self.line.places;
        let between = if first < last { first + 1..last } else { 0..0 };
        between.chain([last])
    }

    /// The campaign at a place.
    pub(super) fn campaign(&self, place: usize) -> &'a CampaignRecord {
        self.line.all[place]
    }

    /// The cell in that campaign; none where it was not planned.
    pub(super) fn cell(&self, place: usize) -> Option<&'a CellRecord> {
        self.cells[place]
    }

    /// One of its routes in that campaign; none where it was not planned.
    pub(super) fn route(&self, place: usize, route: &RouteId) -> Option<&'a RouteRecord> {
        self.cells[place]?.route(route)
    }

    /// What had become of the cell since the baseline.
    pub(super) fn change(&self, place: usize) -> Change {
        let stand = |place: usize| self.cells[place].map(|it| &it.stand);
        Change::between(stand(self.first()), stand(place))
    }
}
