//! A matrix as pages show it: source × target of one guest, each cell a link.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::bar::Counts;
use super::links::{self, Asked};
use crate::chronicle::{CampaignRecord, CellRecord};
use crate::public::{PublicCell, PublicView};
use crate::tally::{Tally, as_optional_word, as_word};

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
    /// It stands otherwise than was asked for.
    LeftOut,
    /// A cell.
    Planned(TableCell),
}

/// A cell as far as a matrix shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableCell {
    /// Whose matrix.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Row.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// Column.
    #[schema(value_type = String)]
    pub target: PlatformId,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// How it stands raw, where that is another standing.
    #[serde(serialize_with = "as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub raw: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Versions that it rests on are no longer there.
    pub stale: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds it back.
    pub why: Option<String>,
    /// Where it is told in full.
    pub href: String,
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

/// One place of a matrix alone, as it is swapped while a campaign runs.
#[derive(Template)]
#[template(path = "pages/place.html")]
struct Place<'a> {
    cell: &'a TableCell,
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
            Self::new((&record.id, guest, name), &platforms, cells.collect(), marks)
        };
        guests
            .filter(|(id, _)| marks.wants(id))
            .map(table)
            .filter(|it| it.counts.total > 0)
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
            Self::new(subject, &platforms, it.cells.iter().map(cell).collect(), marks)
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
        mut cells: BTreeMap<CellId, TableCell>,
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
            match cells.remove(&CellId { guest, source, target }) {
                Some(cell) if standing.is_some_and(|it| it != cell.standing) => Slot::LeftOut,
                Some(cell) => Slot::Planned(cell),
                None if is_same => Slot::Same,
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

impl TableCell {
    /// A cell that a chronicle keeps.
    #[must_use]
    pub fn of_record(
        campaign: &CampaignId,
        (id, cell): (&CellId, &CellRecord),
        marks: &Marks<'_>,
    ) -> Self {
        Self {
            unstable: cell.stand.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
            ..Self::bare(campaign, (id, cell.stand.standing), marks)
        }
    }

    /// A cell as anyone may see it.
    #[must_use]
    pub fn of_view(
        campaign: &CampaignId,
        (id, cell): (&CellId, &PublicCell),
        marks: &Marks<'_>,
    ) -> Self {
        Self {
            raw: cell.differing_raw(),
            unstable: cell.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
            ..Self::bare(campaign, (id, cell.standing), marks)
        }
    }

    fn bare(campaign: &CampaignId, (id, standing): (&CellId, Standing), marks: &Marks<'_>) -> Self {
        let CellId { guest, source, target } = id.clone();
        Self {
            guest,
            source,
            target,
            standing,
            raw: None,
            unstable: false,
            stale: marks.stale.contains(id),
            scored: 0,
            planned: 0,
            why: None,
            href: links::cell(campaign, id, marks.asked),
        }
    }

    /// The `<td>` of the cell, as the matrix has it: what a page that is watched swaps.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self) -> Result<String, askama::Error> {
        Place { cell: self }.render()
    }

    /// Its place in a page. `:` is in no identifier, so no two cells share one.
    #[must_use]
    pub fn anchor(&self) -> String {
        format!("cell:{}:{}:{}", self.guest, self.source, self.target)
    }

    /// All of it in a sentence, for those who do not see the matrix.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { guest, source, target, standing, .. } = self;
        let unstable = if self.unstable { ", unstable" } else { "" };
        let stale = if self.stale { ", stale" } else { "" };
        format!("{source} → {target} for {guest}: {standing}{unstable}{stale}")
    }
}
