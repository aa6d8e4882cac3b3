//! A comparison in plain words. What names no tool goes in, names no tool comes out.

use std::fmt;

use domain::change::Change;
use domain::event::Ending;
use domain::plan::CellId;

use super::public::{PublicCellDiff, PublicDiff, PublicStood};
use super::shown::Part;
use super::{Culprits, Side, Since, VersionDiff};
use crate::units::{count, instant};

impl fmt::Display for VersionDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, from, to } = self;
        match (from.is_empty(), to.is_empty()) {
            (true, _) => write!(f, "{subject} (new) {to}"),
            (false, true) => write!(f, "{subject} {from} (gone)"),
            (false, false) => write!(f, "{subject} {from} → {to}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::OfTools(1) => f.write_str("a conversion tool's version"),
            Self::OfTools(tools) => write!(f, "versions of {tools} conversion tools"),
        }
    }
}

/// `goes with host:kernel 6.1 → 6.2, or with …`, and what else may be said of versions.
impl<V: fmt::Display> fmt::Display for Culprits<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sets(sets) => {
                let set = |set: &Vec<V>| joined(set, " together with ");
                let sets: Vec<String> = sets.iter().map(set).collect();
                write!(f, "goes with {}", sets.join(", or with "))
            }
            Self::Unclear(versions) => {
                write!(f, "no few versions tell it; these differ: {}", joined(versions, "; "))
            }
            Self::OtherRoutes => f.write_str("goes with the routes that were walked"),
            Self::SameVersions => f.write_str("no version tells it: the same ones gave both"),
            Self::Unknown => f.write_str("nothing is known of the versions"),
        }
    }
}

fn joined<V: fmt::Display>(versions: &[V], between: &str) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// The reference: `baseline spring (campaign c-1)`.
#[must_use]
pub fn reference(view: &PublicDiff) -> String {
    let campaign = &view.from.campaign;
    match &view.baseline {
        Some((name, 1)) => format!("baseline {name} (campaign {campaign})"),
        Some((name, revision)) => {
            format!("baseline {name} (campaign {campaign}, setting {revision})")
        }
        None => format!("campaign {campaign}"),
    }
}

/// One of the two campaigns: `c-1 on harbour lab, started 2026-11-23 08:30 UTC, completed`.
#[must_use]
pub fn side(side: &Side) -> String {
    let ending = match (side.told, side.ending) {
        (true, _) => "as another system told it",
        (false, Some(Ending::Completed)) => "completed",
        (false, Some(Ending::Cancelled)) => "stopped by a person",
        (false, Some(Ending::LabError)) => "ended with lab errors",
        (false, None) => "not ended",
    };
    let Side { campaign, testbed, started, .. } = side;
    format!("{campaign} on {testbed}, started {}, {ending}", instant(*started))
}

/// What became of a cell, in a sentence. `goes_with` is what a reader may know of its versions.
#[must_use]
pub fn sentence(cell: &PublicCellDiff, goes_with: Option<&str>) -> String {
    let CellId { guest, source, target } = &cell.cell;
    let mut words = format!("{source} → {target} for {guest} {}: ", became(cell.change));
    words.push_str(&from_to(cell));
    if let Some(since) = &cell.since {
        let Since { first, last_other, .. } = since;
        let other = last_other_called(cell.change);
        words.push_str(&format!(" since {first} ({other} {last_other})"));
    }
    if let Some(open) = cell.open_since.as_ref().filter(|_| !cell.change.is_regression()) {
        words.push_str(&format!("; a regression is open since {open}"));
    }
    if let Some(goes_with) = goes_with {
        words.push_str(&format!("; {goes_with}"));
    }
    words + "."
}

/// What the last campaign is called in which the cell stood otherwise.
#[must_use]
pub fn last_other_called(change: Change) -> &'static str {
    match change {
        Change::Regressed
        | Change::WorseWithinFailure
        | Change::Unstable
        | Change::RedundancyLost => "last good",
        Change::Vanished | Change::BlockedByLab | Change::NeverAttempted => "last scored",
        Change::GreenByAnotherRoute
        | Change::Fixed
        | Change::Improved
        | Change::New
        | Change::Unchanged => "otherwise until",
    }
}

/// How a cell stood or stands: `FAILURE at step 7`, `unstable WARNING`, `not planned`.
#[must_use]
pub fn stood(stood: Option<&PublicStood>) -> String {
    let Some(stood) = stood else { return "not planned".to_owned() };
    let unstable = if stood.unstable { "unstable " } else { "" };
    let at = stood.fails_at.map(|it| format!(" at step {}", it.number())).unwrap_or_default();
    format!("{unstable}{}{at}", stood.standing.word())
}

/// From what to what a cell went: `SUCCESS → FAILURE at step 7`.
#[must_use]
pub fn from_to(cell: &PublicCellDiff) -> String {
    let (before, after) = (cell.before.as_ref(), cell.after.as_ref());
    let (was, is) = (stood(before), stood(after));
    match (cell.change, before, after) {
        (Change::RedundancyLost, Some(a), Some(b)) => {
            let routes = count(a.independent, "independent route");
            format!("{was} by {routes} → {}", b.independent)
        }
        (change, _, Some(after)) if change.is_gap() && after.standing.score().is_some() => {
            format!("{was} → {is} by the routes that were left")
        }
        _ if was == is => is,
        _ => format!("{was} → {is}"),
    }
}

fn became(change: Change) -> &'static str {
    match change {
        Change::Regressed => "regressed",
        Change::WorseWithinFailure => "fails earlier",
        Change::Unstable => "became unstable",
        Change::Vanished => "vanished",
        Change::BlockedByLab => "is blocked by the lab",
        Change::RedundancyLost => "lost redundancy",
        Change::GreenByAnotherRoute => "is carried by another route",
        Change::Fixed => "is fixed",
        Change::Improved => "improved",
        Change::New => "is new",
        Change::NeverAttempted => "was never attempted",
        Change::Unchanged => "is unchanged",
    }
}
