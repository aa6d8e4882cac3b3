//! The plan of a campaign: every trial it will walk, in a stable order.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{GuestId, PlatformId, RouteId};
use crate::testbed::{Migration, Mode, Platform, Route, Testbed};

/// Most trials one campaign may have.
pub const MOST_TRIALS: usize = 100_000;

/// One walk of one guest along one route, one repetition: who it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// The operating system image that travels.
    pub guest: GuestId,
    /// Where it comes from.
    pub source: PlatformId,
    /// Where it goes.
    pub target: PlatformId,
    /// The way it takes.
    pub route: RouteId,
    /// 1 for the first repetition.
    pub repetition: u32,
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {} by {}", self.guest, self.source, self.target, self.route)?;
        if self.repetition > 1 {
            write!(f, " (repetition {})", self.repetition)?;
        }
        Ok(())
    }
}

/// Source × target for one guest: which cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellId {
    /// Whose matrix.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {}", self.guest, self.source, self.target)
    }
}

impl Trial {
    /// The cell it belongs to.
    #[must_use]
    pub fn cell(&self) -> CellId {
        let Self { guest, source, target, .. } = self;
        CellId { guest: guest.clone(), source: source.clone(), target: target.clone() }
    }
}

/// Which part of a testbed to walk. An empty list stands for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these guests.
    pub guests: Vec<GuestId>,
    /// Only these sources.
    pub sources: Vec<PlatformId>,
    /// Only these targets.
    pub targets: Vec<PlatformId>,
    /// Which type of migration; none for the only one that the testbed has routes for, or cold.
    pub migration: Option<Migration>,
}

/// Why a plan cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    /// The selection names something the testbed lacks.
    #[error("the testbed has no {kind} `{id}`; it has: {known}")]
    Unknown {
        /// The kind of entry.
        kind: &'static str,
        /// The unknown identifier.
        id: String,
        /// What the testbed has.
        known: String,
    },
    /// Nothing is left to walk.
    #[error("the selection leaves no trial: source and target must be different platforms")]
    Empty,
    /// No route is for this type of migration.
    #[error("the testbed has no route for {wanted} migration; its routes are for: {known}")]
    NoRoute {
        /// The type.
        wanted: Migration,
        /// The types that it has routes for.
        known: String,
    },
    /// The type of migration makes no sense between any of the platforms.
    #[error(
        "{0} migration is not applicable here: it needs two platforms of one vendor and product"
    )]
    NotApplicable(Migration),
    /// What moves while it runs cannot stay behind.
    #[error("live migration moves a running VM: mode copy is for cold and loose ones")]
    LiveCopy,
    /// More trials than a campaign may have.
    #[error("{0} trials are more than a campaign may have ({MOST_TRIALS}): select fewer")]
    TooMany(usize),
    /// No repetition, or too many.
    #[error("repetitions must be between 1 and 1000")]
    Repetitions,
}

/// Every trial: each guest from each source to each other platform by each route, repeated.
///
/// A campaign walks one type of migration: only the routes for it, and only between platforms where
/// it makes sense; see [`not_applicable`]. Trials that share a source VM stand together, so that what they share is made once and freed
/// early.
///
/// # Errors
/// When the selection names something unknown, is empty or too large.
pub fn plan(
    testbed: &Testbed,
    selection: &Selection,
    repetitions: u32,
) -> Result<Vec<Trial>, PlanProblem> {
    if !(1..=1000).contains(&repetitions) {
        return Err(PlanProblem::Repetitions);
    }
    let guests: Vec<&GuestId> = testbed.guests.iter().map(|guest| &guest.id).collect();
    let platforms: Vec<&PlatformId> = testbed.platforms.iter().map(|entry| &entry.id).collect();
    known("guest", &selection.guests, &guests)?;
    known("platform", &selection.sources, &platforms)?;
    known("platform", &selection.targets, &platforms)?;

    let migration = migration(testbed, selection.migration)?;
    if migration == Migration::Live && testbed.mode == Mode::Copy {
        return Err(PlanProblem::LiveCopy);
    }
    let routes: Vec<&Route> =
        testbed.routes.iter().filter(|it| it.through.migration() == migration).collect();

    let (mut trials, mut apart) = (Vec::new(), false);
    for repetition in 1..=repetitions {
        for guest in chosen(&guests, &selection.guests) {
            for source in chosen(&platforms, &selection.sources) {
                for target in chosen(&platforms, &selection.targets).filter(|it| *it != source) {
                    if !testbed.applies(migration, source, target) {
                        apart = true;
                        continue;
                    }
                    trials.extend(routes.iter().map(|route| Trial {
                        guest: guest.clone(),
                        source: source.clone(),
                        target: target.clone(),
                        route: route.id.clone(),
                        repetition,
                    }));
                }
            }
        }
    }
    match trials.len() {
        0 if apart => Err(PlanProblem::NotApplicable(migration)),
        0 => Err(PlanProblem::Empty),
        count if count > MOST_TRIALS => Err(PlanProblem::TooMany(count)),
        _ => Ok(trials),
    }
}

/// The type of migration to walk.
fn migration(testbed: &Testbed, wanted: Option<Migration>) -> Result<Migration, PlanProblem> {
    let known = testbed.migrations();
    let wanted = wanted.unwrap_or_else(|| testbed.usual_migration());
    if known.contains(&wanted) {
        return Ok(wanted);
    }
    let known: Vec<&str> = known.iter().map(|it| it.word()).collect();
    Err(PlanProblem::NoRoute { wanted, known: known.join(", ") })
}

/// The type of migration that these trials walk; the testbed's usual one when there are none.
#[must_use]
pub fn migration_of(testbed: &Testbed, trials: &[Trial]) -> Migration {
    let first = trials.first().map(|it| testbed.migration(&it.route));
    first.unwrap_or_else(|| testbed.usual_migration())
}

/// The cells of these guests for which the question makes no sense: between platforms where this type
/// of migration cannot be. Row by row; no trial of them is ever planned.
#[must_use]
pub fn not_applicable(
    testbed: &Testbed,
    migration: Migration,
    guests: &BTreeSet<&GuestId>,
) -> Vec<CellId> {
    let platforms = || testbed.platforms.iter();
    let pairs = || platforms().flat_map(|source| platforms().map(move |target| (source, target)));
    let apart: Vec<_> = pairs().filter(|(a, b)| !migration.applies(a, b)).collect();
    let travel = testbed.guests.iter().map(|it| &it.id).filter(|it| guests.contains(it));
    let cell = |guest: &GuestId, (source, target): &(&Platform, &Platform)| CellId {
        guest: guest.clone(),
        source: source.id.clone(),
        target: target.id.clone(),
    };
    travel.flat_map(|guest| apart.iter().map(move |it| cell(guest, it))).collect()
}

fn chosen<'a, T: PartialEq>(all: &'a [&'a T], wanted: &'a [T]) -> impl Iterator<Item = &'a T> {
    all.iter().copied().filter(move |id| wanted.is_empty() || wanted.contains(id))
}

fn known<T: PartialEq + fmt::Display>(
    kind: &'static str,
    wanted: &[T],
    all: &[&T],
) -> Result<(), PlanProblem> {
    match wanted.iter().find(|id| !all.contains(id)) {
        None => Ok(()),
        Some(id) => Err(PlanProblem::Unknown {
            kind,
            id: id.to_string(),
            known: all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        }),
    }
}
