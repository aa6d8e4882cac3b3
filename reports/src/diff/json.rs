//! A comparison as JSON, for scripts.

use super::file::{
    BaselineEntry, CellEntry, DiffFile, GoesWithEntry, RoutesEntry, SCHEMA, StoodEntry,
    VersionEntry,
};
use super::public::PublicStood;
use super::shown::{Entry, Part, Routes, Shown};
use super::{Culprits, VersionDiff};
use crate::matrix_file::Limit;

/// The comparison as this reader may see it.
#[must_use]
pub fn file(shown: &Shown) -> DiffFile {
    let view = &shown.view;
    let baseline = view.baseline.clone();
    DiffFile {
        schema: SCHEMA,
        audience: if shown.names_tools { "operator" } else { "public" },
        baseline: baseline.map(|(name, revision)| BaselineEntry { name, revision }),
        from: view.from.clone(),
        to: view.to.clone(),
        policy: view.policy.clone(),
        policy_sha256: view.policy_sha256,
        notices: shown.notices(),
        cells_total: shown.entries.len(),
        counts: view.counts().into_iter().map(|(change, number)| (change.key(), number)).collect(),
        open_regressions: shown.open().count(),
        cells: shown.entries.iter().map(CellEntry::from).collect(),
        versions: shown.versions.iter().map(VersionEntry::from).collect(),
        unplaced: view.unplaced,
    }
}

impl From<&Entry> for CellEntry {
    fn from(entry: &Entry) -> Self {
        let (cell, id) = (&entry.cell, &entry.cell.cell);
        Self {
            guest: id.guest.clone(),
            source: id.source.clone(),
            target: id.target.clone(),
            change: cell.change,
            before: cell.before.as_ref().map(StoodEntry::from),
            after: cell.after.as_ref().map(StoodEntry::from),
            since: cell.since.clone(),
            goes_with: entry.culprits.as_ref().map(GoesWithEntry::from),
            open_since: cell.open_since.clone(),
            routes: entry.routes.as_ref().map(RoutesEntry::from),
            words: entry.sentence(),
        }
    }
}

impl From<&PublicStood> for StoodEntry {
    fn from(stood: &PublicStood) -> Self {
        Self {
            standing: stood.standing,
            score: stood.standing.score(),
            unstable: stood.unstable,
            fails_at: stood.fails_at.map(|it| it.number()),
            independent_routes: stood.independent,
            limit: stood.reason.as_ref().map(Limit::from),
        }
    }
}

impl From<&Culprits<Part>> for GoesWithEntry {
    fn from(culprits: &Culprits<Part>) -> Self {
        let all = |set: &Vec<Part>| set.iter().map(VersionEntry::from).collect();
        let (kind, sets) = match culprits {
            Culprits::Sets(sets) => ("sets", sets.iter().map(all).collect()),
            Culprits::Unclear(versions) => ("unclear", vec![all(versions)]),
            Culprits::SameVersions => ("same-versions", Vec::new()),
            Culprits::OtherRoutes => ("other-routes", Vec::new()),
            Culprits::Unknown => ("unknown", Vec::new()),
        };
        Self { kind, sets, words: culprits.to_string() }
    }
}

impl From<&Part> for VersionEntry {
    fn from(part: &Part) -> Self {
        match part {
            Part::Version(VersionDiff { subject, from, to }) => Self {
                subject: subject.clone(),
                from: Some(from.clone()),
                to: Some(to.clone()),
                tools: None,
            },
            Part::OfTools(tools) => Self {
                subject: "conversion tools".to_owned(),
                from: None,
                to: None,
                tools: Some(*tools),
            },
        }
    }
}

impl From<&Routes> for RoutesEntry {
    fn from(routes: &Routes) -> Self {
        let Routes { best_before, best_after, before, after } = routes.clone();
        Self { best_before, best_after, before, after }
    }
}
