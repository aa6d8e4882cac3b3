//! The parts of a report's page: a section for each guest, an entry for each cell.

use domain::ids::{GuestId, PlatformId};

use crate::explain::Explanation;
use crate::held::{Held, held_back};
use crate::public::{PublicCell, PublicMatrix, PublicView};
use crate::setting::PublicGuest;
use crate::tally::Tally;
use crate::units::count;

/// The section of one guest.
#[derive(Debug, Clone)]
pub(crate) struct GuestSection<'a> {
    pub(crate) guest: &'a PublicGuest,
    pub(crate) summary: String,
    pub(crate) columns: &'a [PlatformId],
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) held: Vec<HeldEntry>,
    pub(crate) cells: Vec<CellEntry<'a>>,
}

/// A row of the matrix.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    pub(crate) source: &'a PlatformId,
    pub(crate) slots: Vec<Slot<'a>>,
}

/// A place in the matrix.
#[derive(Debug, Clone)]
pub(crate) enum Slot<'a> {
    /// Source and target are the same.
    Same,
    /// No trial was planned.
    NotPlanned,
    /// It was planned and is not told.
    Withheld,
    /// A cell, told below under its anchor.
    Planned(&'a PublicCell, String),
}

/// A reason and links to the cells it holds back.
#[derive(Debug, Clone)]
pub(crate) struct HeldEntry {
    pub(crate) held: Held,
    pub(crate) links: Vec<Link>,
}

/// A link to a cell.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) anchor: String,
    pub(crate) label: String,
}

/// A cell told in full.
#[derive(Debug, Clone)]
pub(crate) struct CellEntry<'a> {
    pub(crate) anchor: String,
    pub(crate) cell: &'a PublicCell,
    pub(crate) told: Option<Explanation>,
}

impl<'a> GuestSection<'a> {
    /// One section per guest. The explanations are those of all cells in order, or none at all.
    pub(crate) fn all(view: &'a PublicView, explanations: Vec<Explanation>) -> Vec<Self> {
        let mut explanations = explanations.into_iter();
        let guest = |matrix: &PublicMatrix| view.guests.iter().find(|it| it.id == matrix.guest);
        let matrices = view.matrices.iter().filter_map(|it| Some((guest(it)?, it)));
        matrices.map(|(guest, it)| Self::new((view, guest, it), &mut explanations)).collect()
    }

    fn new(
        (view, guest, matrix): (&'a PublicView, &'a PublicGuest, &'a PublicMatrix),
        explanations: &mut impl Iterator<Item = Explanation>,
    ) -> Self {
        let entry = |cell: &'a PublicCell| CellEntry {
            anchor: anchor(&guest.id, &cell.source, &cell.target),
            cell,
            told: explanations.next(),
        };
        let tally = matrix.tally();
        Self {
            guest,
            summary: summary(&tally),
            columns: &matrix.platforms,
            rows: matrix.platforms.iter().map(|it| row(view, matrix, it)).collect(),
            held: held_back(matrix).into_iter().map(|it| held(&guest.id, it)).collect(),
            cells: matrix.cells.iter().map(entry).collect(),
        }
    }
}

fn summary(tally: &Tally) -> String {
    format!("{}: {tally}", count(tally.total(), "cell"))
}

fn row<'a>(view: &PublicView, matrix: &'a PublicMatrix, source: &'a PlatformId) -> Row<'a> {
    let slot = |target: &PlatformId| match matrix.cell(source, target) {
        Some(cell) => Slot::Planned(cell, anchor(&matrix.guest, source, target)),
        None if source == target => Slot::Same,
        None if view.withholds(&matrix.guest, source, target) => Slot::Withheld,
        None => Slot::NotPlanned,
    };
    Row { source, slots: matrix.platforms.iter().map(slot).collect() }
}

fn held(guest: &GuestId, held: Held) -> HeldEntry {
    let link = |(source, target): &(PlatformId, PlatformId)| Link {
        anchor: anchor(guest, source, target),
        label: format!("{source} → {target}"),
    };
    HeldEntry { links: held.cells.iter().map(link).collect(), held }
}

/// The name of a cell's place in the page. `:` is in no identifier, so no two cells share one.
fn anchor(guest: &GuestId, source: &PlatformId, target: &PlatformId) -> String {
    format!("cell:{guest}:{source}:{target}")
}
