//! A comparison as one reader is shown it: what anyone may see, and for operators tools and routes
//! besides.

use domain::change::Change;
use domain::ids::{CampaignId, RouteId};
use domain::plan::CellId;

use super::public::{Frame, PublicCellDiff, PublicDiff, PublicVersion};
use super::{CellDiff, Culprits, Diff, VersionDiff, words};
use crate::notice;

/// A comparison for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What anyone may see.
    pub view: PublicDiff,
    /// Conversion tools and routes are named.
    pub names_tools: bool,
    /// Every cell, in the order of the view's.
    pub entries: Vec<Entry>,
    /// Versions that differ, as far as this reader may know them.
    pub versions: Vec<Part>,
}

/// One cell for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What anyone may see of it.
    pub cell: PublicCellDiff,
    /// Which versions go with it, as far as this reader may know them.
    pub culprits: Option<Culprits<Part>>,
    /// Its routes. For operators.
    pub routes: Option<Routes>,
}

/// The routes that carried a cell and that carry it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    /// The route that gave the score.
    pub best_before: Option<RouteId>,
    /// The route that gives it now.
    pub best_after: Option<RouteId>,
    /// Every route that had the cell's score.
    pub before: Vec<RouteId>,
    /// Every route that has it now.
    pub after: Vec<RouteId>,
}

/// A version that differs, as far as a reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// In full.
    Version(VersionDiff),
    /// Versions of so many conversion tools, for readers who may not know which.
    OfTools(usize),
}

impl Shown {
    /// The comparison for anyone.
    #[must_use]
    pub fn public(view: PublicDiff) -> Self {
        let entry = |cell: &PublicCellDiff| Entry {
            culprits: cell.culprits.as_ref().map(|it| it.map(Part::from)),
            cell: cell.clone(),
            routes: None,
        };
        Self {
            names_tools: false,
            entries: view.cells.iter().map(entry).collect(),
            versions: view.versions.iter().map(Part::from).collect(),
            view,
        }
    }

    /// The comparison with tools and routes named. For operators.
    #[must_use]
    pub fn operator(diff: &Diff, frame: &Frame<'_>) -> Self {
        let view = PublicDiff::new(diff, frame);
        let entry = |(cell, named): (&PublicCellDiff, &CellDiff)| Entry {
            culprits: named.culprits.as_ref().map(|it| it.map(Part::from)),
            cell: cell.clone(),
            routes: Some(Routes::from(named)),
        };
        Self {
            names_tools: true,
            entries: view.cells.iter().zip(&diff.cells).map(entry).collect(),
            versions: diff.versions.iter().map(Part::from).collect(),
            view,
        }
    }

    /// The cells of one class.
    pub fn of(&self, change: Change) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |it| it.cell.change == change)
    }

    /// The cells with an open regression, with the campaign since which it is open.
    pub fn open(&self) -> impl Iterator<Item = (&Entry, &CampaignId)> {
        self.entries.iter().filter_map(|it| Some((it, it.cell.open_since.as_ref()?)))
    }

    /// The cell of this name.
    #[must_use]
    pub fn entry(&self, cell: &CellId) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|it| it.cell.cell.cmp(cell));
        place.ok().and_then(|place| self.entries.get(place))
    }

    /// Every notice that belongs to the comparison, in the order they are read.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        notice::of(self.view.scene.stand_ins, self.view.unplaced)
    }
}

impl Entry {
    /// What goes with it, in words.
    #[must_use]
    pub fn goes_with(&self) -> Option<String> {
        self.culprits.as_ref().map(ToString::to_string)
    }

    /// What holds it back now, in words.
    #[must_use]
    pub fn held_back(&self) -> Option<String> {
        let reason = self.cell.after.as_ref()?.reason.as_ref()?;
        Some(format!("now held back at {reason}"))
    }

    /// Which routes carried it and carry it now, where that is the change.
    #[must_use]
    pub fn carried(&self) -> Option<String> {
        let Routes { before, after, .. } = self.routes.as_ref()?;
        let routes = [Change::RedundancyLost, Change::GreenByAnotherRoute];
        let named = |routes: &[RouteId]| {
            routes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let words = || format!("carried by {}, now by {}", named(before), named(after));
        routes.contains(&self.cell.change).then(words)
    }

    /// The name of its place in a page. `:` is in no identifier, so no two cells share one.
    #[must_use]
    pub fn anchor(&self) -> String {
        let CellId { guest, source, target } = &self.cell.cell;
        format!("change:{guest}:{source}:{target}")
    }

    /// All of it in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        words::sentence(&self.cell, self.goes_with().as_deref())
    }
}

impl From<&CellDiff> for Routes {
    fn from(cell: &CellDiff) -> Self {
        let (before, after) = (cell.before.as_ref(), cell.after.as_ref());
        Self {
            best_before: before.and_then(|it| it.best.clone()),
            best_after: after.and_then(|it| it.best.clone()),
            before: before.map(|it| it.carriers.clone()).unwrap_or_default(),
            after: after.map(|it| it.carriers.clone()).unwrap_or_default(),
        }
    }
}

impl<V> Culprits<V> {
    /// The same with each version shown in another way.
    fn map<'a, T>(&'a self, shown: impl Fn(&'a V) -> T + Copy) -> Culprits<T> {
        let all = |set: &'a Vec<V>| set.iter().map(shown).collect();
        match self {
            Self::Sets(sets) => Culprits::Sets(sets.iter().map(all).collect()),
            Self::Unclear(versions) => Culprits::Unclear(all(versions)),
            Self::SameVersions => Culprits::SameVersions,
            Self::OtherRoutes => Culprits::OtherRoutes,
            Self::Unknown => Culprits::Unknown,
        }
    }
}

impl From<&VersionDiff> for Part {
    fn from(version: &VersionDiff) -> Self {
        Self::Version(version.clone())
    }
}

impl From<&PublicVersion> for Part {
    fn from(version: &PublicVersion) -> Self {
        match version {
            PublicVersion::Told(version) => Self::Version(version.get().clone()),
            PublicVersion::OfTools(tools) => Self::OfTools(*tools),
        }
    }
}
