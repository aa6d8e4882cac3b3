//! Which versions go with a change: the smallest sets of components that tell every campaign in
//! which the cell was bad from every one in which it was good.

use std::collections::BTreeSet;

use domain::change::Change;
use domain::event::Pins;
use domain::plan::CellId;
use serde::Serialize;

use super::since::{Kind, Since, change_in, kind};
use super::{Line, versions};

/// Most components looked for together; more of them at once say nothing.
const LARGEST_SET: usize = 3;
/// With more candidates than this, one component fewer: sets are tried one by one.
const MANY: usize = 24;
/// Most sets told.
const MOST_SETS: usize = 8;

/// A version that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VersionDiff {
    /// Whose version, as pins have it.
    pub subject: String,
    /// The version before; empty when there was none.
    pub from: String,
    /// The version after; empty when there is none.
    pub to: String,
}

/// What goes with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Culprits {
    /// Each of these sets alone tells good from bad; all are of the same, smallest size.
    Sets(Vec<Vec<VersionDiff>>),
    /// Versions differ, and no small set tells good from bad.
    Unclear(Vec<VersionDiff>),
    /// The same versions gave both: look at the lab, at chance, or at what is not pinned.
    SameVersions,
    /// Nothing is known of the versions, as with what another system told without them.
    Unknown,
}

/// The versions that differ between two sets of pins, by subject.
#[must_use]
pub fn differences(from: &Pins, to: &Pins) -> Vec<VersionDiff> {
    let subjects: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let version = |pins: &Pins, subject: &String| pins.get(subject).cloned().unwrap_or_default();
    let diff = |subject: &String| VersionDiff {
        subject: subject.clone(),
        from: version(from, subject),
        to: version(to, subject),
    };
    subjects.into_iter().map(diff).filter(|it| it.from != it.to).collect()
}

/// What goes with a change of a cell; none where the change says nothing about versions.
pub(super) fn culprits(
    line: &Line<'_>,
    id: &CellId,
    since: &Since,
    now: Change,
) -> Option<Culprits> {
    if now == Change::New || !matches!(kind(now), Kind::Worse | Kind::Better) {
        return None;
    }
    let (mut same, mut other) = (Vec::new(), Vec::new());
    for campaign in &line.all {
        let Some(cell) = campaign.cells.get(id) else { continue };
        match kind(change_in(line, campaign, id)) {
            Kind::Gap => {}
            it if it == kind(now) => same.push(versions(cell)),
            Kind::Worse | Kind::Better | Kind::Same => other.push(versions(cell)),
        }
    }
    let of = |id_of: &_| line.all.iter().find(|it| it.id == *id_of)?.cells.get(id).map(versions);
    let candidates = differences(&of(&since.last_other)?, &of(&since.first)?);
    Some(smallest(&candidates, &same, &other))
}

/// The smallest sets of candidates that tell every one of these from every one of those.
fn smallest(candidates: &[VersionDiff], these: &[Pins], those: &[Pins]) -> Culprits {
    if these.iter().chain(those).any(Pins::is_empty) {
        return Culprits::Unknown;
    }
    if candidates.is_empty() {
        return Culprits::SameVersions;
    }
    let tells = |set: &[VersionDiff]| {
        let differ =
            |a: &Pins, b: &Pins| set.iter().any(|it| a.get(&it.subject) != b.get(&it.subject));
        these.iter().all(|a| those.iter().all(|b| differ(a, b)))
    };
    let largest = if candidates.len() > MANY { LARGEST_SET - 1 } else { LARGEST_SET };
    for size in 1..=largest.min(candidates.len()) {
        let mut found = sets(candidates, size);
        found.retain(|set| tells(set));
        if !found.is_empty() {
            found.truncate(MOST_SETS);
            return Culprits::Sets(found);
        }
    }
    Culprits::Unclear(candidates.to_vec())
}

/// Every set of this many, in order.
fn sets(of: &[VersionDiff], size: usize) -> Vec<Vec<VersionDiff>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let with = |place: usize| {
        let rest = sets(&of[place + 1..], size - 1);
        rest.into_iter().map(move |set| [&of[place..=place], &set].concat())
    };
    (0..of.len()).flat_map(with).collect()
}
