//! A matrix as pages show it: source × target of one guest, each cell a link.

mod cell;

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::bar::Counts;
use super::links::{self, Asked};
use crate::chronicle::CampaignRecord;
use crate::public::{PublicCell, PublicView};
use crate::tally::{Tally, as_optional_word};

pub use cell::TableCell;

/// Most columns of a matrix whose cells have room.
const MOST_ROOMY: usize = 6;

/// The matrix of one guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatrixTable {
    /// In which campaign.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// Whose cells.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// The guest's name.
    pub name: String,
    /// How many of all its cells stand how, shown or not.
    pub counts: Counts,
    /// How many of its cells were planned and are not told.
    #[serde(skip_serializing_if = "is_zero")]
    pub withheld: usize,
    /// The columns: where it goes.
    #[schema(value_type = Vec<String>)]
    pub targets: Vec<PlatformId>,
    /// The rows: where it comes from.
    pub rows: Vec<Row>,
    /// The same matrix on a page of its own.
    pub href: String,
}

/// A row of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MatrixRow)]
pub struct Row {
    /// Where the guest comes from.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// A place for each column.
    pub slots: Vec<Slot>,
}

/// A place in a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
#[schema(as = MatrixSlot)]
pub enum Slot {
    /// Source and target are the same.
    Same,
    /// No trial was planned.
    NotPlanned,
    /// It was planned and is not told.
    Withheld,
    /// It stands otherwise than was asked for.
    LeftOut,
    /// A cell.
    Planned(TableCell),
}

/// Which cells are wanted. Nothing is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MatrixFilter)]
pub struct Filter {
    /// Of this guest.
    #[schema(value_type = Option<String>)]
    pub guest: Option<GuestId>,
    /// From this platform.
    #[schema(value_type = Option<String>)]
    pub source: Option<PlatformId>,
    /// To this platform.
    #[schema(value_type = Option<String>)]
    pub target: Option<PlatformId>,
    /// That stand so.
    #[serde(serialize_with = "as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub standing: Option<Standing>,
}

/// What a matrix is shown with beside its cells.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a> {
    /// Which cells are wanted.
    pub filter: &'a Filter,
    /// What links carry on.
    pub asked: &'a Asked,
    /// Cells that rest on versions that are no longer there.
    pub stale: &'a BTreeSet<CellId>,
}

impl MatrixTable {
    /// The matrices of a campaign that a chronicle keeps.
    #[must_use]
    pub fn of_record(record: &CampaignRecord, marks: &Marks<'_>) -> Vec<Self> {
        let platforms: Vec<&PlatformId> =
            record.testbed.platforms.iter().map(|it| &it.id).collect();
        let guests = record.testbed.guests.iter().map(|it| (&it.id, it.name.as_str()));
        let table = |(guest, name): (&GuestId, &str)| {
            let cells = record.cells.iter().filter(|(id, _)| id.guest == *guest);
            let cells = cells
                .map(|(id, it)| (id.clone(), TableCell::of_record(&record.id, (id, it), marks)));
            let told = (cells.collect(), &record.withheld);
            Self::new((&record.id, guest, name), &platforms, told, marks)
        };
        guests
            .filter(|(id, _)| marks.wants(id))
            .map(table)
            .filter(|it| it.counts.total + it.withheld > 0)
            .collect()
    }

    /// The matrices of a campaign as anyone may see it.
    #[must_use]
    pub fn of_view(view: &PublicView, marks: &Marks<'_>) -> Vec<Self> {
        let wanted = view.matrices.iter().filter(|it| marks.wants(&it.guest));
        let table = |it: &crate::public::PublicMatrix| {
            let cell = |cell: &PublicCell| {
                let (guest, source, target) =
                    (it.guest.clone(), cell.source.clone(), cell.target.clone());
                let id = CellId { guest, source, target };
                (id.clone(), TableCell::of_view(&view.campaign, (&id, cell), marks))
            };
            let platforms: Vec<&PlatformId> = it.platforms.iter().collect();
            let subject = (&view.campaign, &it.guest, view.guest_name(&it.guest));
            let told = (it.cells.iter().map(cell).collect(), &view.withheld);
            Self::new(subject, &platforms, told, marks)
        };
        wanted.map(table).collect()
    }

    /// Whether it has so many columns that cells had better be small.
    #[must_use]
    pub fn is_dense(&self) -> bool {
        self.targets.len() > MOST_ROOMY
    }

    fn new(
        (campaign, guest, name): (&CampaignId, &GuestId, &str),
        platforms: &[&PlatformId],
        (mut cells, withheld): (BTreeMap<CellId, TableCell>, &BTreeSet<CellId>),
        marks: &Marks<'_>,
    ) -> Self {
        let tally: Tally = cells.values().map(|it| it.standing).collect();
        let Filter { source, target, standing, .. } = marks.filter;
        let side = |wanted: &Option<PlatformId>| {
            let all = platforms.iter().map(|it| (*it).clone());
            all.filter(|it| wanted.as_ref().is_none_or(|wanted| wanted == it)).collect::<Vec<_>>()
        };
        let targets = side(target);
        let mut slot = |source: &PlatformId, target: &PlatformId| {
            let (guest, source, target) = (guest.clone(), source.clone(), target.clone());
            let is_same = source == target;
            let id = CellId { guest, source, target };
            match cells.remove(&id) {
                Some(cell) if standing.is_some_and(|it| it != cell.standing) => Slot::LeftOut,
                Some(cell) => Slot::Planned(cell),
                None if is_same => Slot::Same,
                None if withheld.contains(&id) => Slot::Withheld,
                None => Slot::NotPlanned,
            }
        };
        let row = |source: PlatformId| Row {
            slots: targets.iter().map(|it| slot(&source, it)).collect(),
            source,
        };
        let rows = side(source).into_iter().map(row).collect();
        Self {
            campaign: campaign.clone(),
            guest: guest.clone(),
            name: name.to_owned(),
            counts: Counts::from(&tally),
            withheld: withheld.iter().filter(|it| it.guest == *guest).count(),
            rows,
            targets,
            href: links::matrix(campaign, Some(guest), marks.asked),
        }
    }
}

impl Marks<'_> {
    fn wants(&self, guest: &GuestId) -> bool {
        self.filter.guest.as_ref().is_none_or(|it| it == guest)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `skip_serializing_if` passes one")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
