//! A comparison as one self-contained page, or as sections of another: no script, nothing fetched
//! from elsewhere.

use askama::Template;
use domain::change::Change;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;

use super::public::PublicDiff;
use super::shown::{Entry, Part, Shown};
use super::words;
use crate::html::Audience;
use crate::units::count;

/// Most sentences at the top of the page; tables below have all.
const MOST_SENTENCES: usize = 12;

#[derive(Template)]
#[template(path = "diff.html")]
struct Page<'a> {
    audience: Audience,
    diff: Sections<'a>,
}

/// The comparison as this reader may see it, as one HTML file.
///
/// # Errors
/// When the page cannot be written; in memory that does not happen.
pub fn page(shown: &Shown) -> Result<String, askama::Error> {
    let audience = if shown.names_tools { Audience::Operator } else { Audience::Public };
    Page { audience, diff: Sections::of(shown) }.render()
}

/// What the template of the sections shows, on whatever page.
pub(crate) struct Sections<'a> {
    pub(crate) view: &'a PublicDiff,
    pub(crate) from: String,
    pub(crate) sides: [String; 2],
    pub(crate) tally: Vec<(Change, usize)>,
    pub(crate) summary: String,
    pub(crate) sentences: Vec<String>,
    pub(crate) notices: Vec<String>,
    pub(crate) guests: Vec<GuestSection<'a>>,
    pub(crate) classes: Vec<ClassSection<'a>>,
    pub(crate) open: Vec<(&'a Entry, &'a CampaignId)>,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) legend: [Change; 12],
}

/// The changes of one guest's cells.
pub(crate) struct GuestSection<'a> {
    pub(crate) guest: &'a GuestId,
    pub(crate) name: &'a str,
    pub(crate) columns: &'a [PlatformId],
    pub(crate) rows: Vec<Row<'a>>,
}

/// A row of the matrix of changes.
pub(crate) struct Row<'a> {
    pub(crate) source: &'a PlatformId,
    pub(crate) slots: Vec<Slot<'a>>,
}

/// A place in the matrix of changes.
pub(crate) enum Slot<'a> {
    /// Source and target are the same.
    Same,
    /// No trial was planned, in either campaign.
    NotPlanned,
    /// There is nothing more to tell of it.
    Quiet(&'a Entry),
    /// Told below.
    Changed(&'a Entry),
}

/// The cells of one class.
pub(crate) struct ClassSection<'a> {
    pub(crate) change: Change,
    pub(crate) other: &'static str,
    pub(crate) entries: Vec<&'a Entry>,
}

/// A version that differs.
pub(crate) struct VersionRow {
    pub(crate) part: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl<'a> Sections<'a> {
    pub(crate) fn of(shown: &'a Shown) -> Self {
        let view = &shown.view;
        let tally = view.counts().into_iter().filter(|(_, number)| *number > 0).collect();
        let guests = &view.scene.guests;
        let changed = Change::ALL.into_iter().filter(|it| it.is_change());
        Self {
            view,
            from: words::reference(view),
            sides: [words::side(&view.from), words::side(&view.to)],
            tally,
            summary: summary(shown),
            sentences: sentences(shown),
            notices: shown.notices(),
            guests: guests.iter().filter_map(|(id, name)| guest(shown, id, name)).collect(),
            classes: changed.filter_map(|it| class(shown, it)).collect(),
            open: shown.open().collect(),
            versions: shown.versions.iter().map(VersionRow::from).collect(),
            legend: Change::ALL,
        }
    }
}

impl Sections<'_> {
    /// The same with one class told in full. Matrices stay whole; only what is told has a link.
    pub(crate) fn of_class(mut self, class: Change) -> Self {
        self.classes.retain(|it| it.change == class);
        let rows = self.guests.iter_mut().flat_map(|it| &mut it.rows);
        for slot in rows.flat_map(|it| &mut it.slots) {
            match *slot {
                Slot::Changed(entry) if entry.cell.change != class => *slot = Slot::Quiet(entry),
                Slot::Same | Slot::NotPlanned | Slot::Quiet(_) | Slot::Changed(_) => {}
            }
        }
        self
    }
}

fn summary(shown: &Shown) -> String {
    let changed = shown.entries.iter().filter(|it| it.cell.change.is_change()).count();
    let cells = count(shown.entries.len(), "cell");
    let open = count(shown.open().count(), "regression");
    format!("{changed} of {cells} changed; {open} open.")
}

/// The most pressing changes in words.
fn sentences(shown: &Shown) -> Vec<String> {
    let mut told: Vec<&Entry> =
        shown.entries.iter().filter(|it| it.cell.change.is_change()).collect();
    told.sort_by_key(|it| it.cell.change);
    let more = told.len().saturating_sub(MOST_SENTENCES);
    let mut sentences: Vec<String> =
        told.iter().take(MOST_SENTENCES).map(|it| it.sentence()).collect();
    sentences.extend((more > 0).then(|| format!("And {} more, below.", count(more, "change"))));
    sentences
}

fn guest<'a>(shown: &'a Shown, guest: &'a GuestId, name: &'a str) -> Option<GuestSection<'a>> {
    let columns = &shown.view.scene.platforms;
    let slot = |source: &PlatformId, target: &PlatformId| {
        let (source, target) = (source.clone(), target.clone());
        let is_same = source == target;
        match shown.entry(&CellId { guest: guest.clone(), source, target }) {
            Some(entry) if entry.cell.change.is_change() => Slot::Changed(entry),
            Some(entry) => Slot::Quiet(entry),
            None if is_same => Slot::Same,
            None => Slot::NotPlanned,
        }
    };
    let row = |source: &'a PlatformId| Row {
        source,
        slots: columns.iter().map(|target| slot(source, target)).collect(),
    };
    let is_planned = shown.entries.iter().any(|it| it.cell.cell.guest == *guest);
    is_planned.then(|| GuestSection {
        guest,
        name,
        columns,
        rows: columns.iter().map(row).collect(),
    })
}

fn class(shown: &Shown, change: Change) -> Option<ClassSection<'_>> {
    let entries: Vec<&Entry> = shown.of(change).collect();
    let section = ClassSection { change, other: words::last_other_called(change), entries };
    (!section.entries.is_empty()).then_some(section)
}

impl From<&Part> for VersionRow {
    fn from(part: &Part) -> Self {
        match part {
            Part::Version(it) => {
                Self { part: it.subject.clone(), from: it.from.clone(), to: it.to.clone() }
            }
            Part::OfTools(_) => {
                Self { part: part.to_string(), from: "not told".into(), to: "not told".into() }
            }
        }
    }
}
