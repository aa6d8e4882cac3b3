//! Matrices as JSON, for scripts.

use crate::history::History;
use crate::matrix::{Cell, Judged};
use crate::matrix_file::{
    CellEntry, Limit, MatrixEntry, MatrixFile, RouteEntry, SCHEMA, ViewpointEntry,
};
use crate::notice;
use crate::public::{PublicCell, PublicMatrix, PublicRoute, PublicView};
use crate::redaction::{for_operators, ranked_for_operators};
use crate::setting::PinChange;
use crate::tool::Tool;

/// The file as it is printed, to the byte: what others sign is the digest of this.
///
/// # Errors
/// None that is known: every part has a spelling.
pub fn text(file: &MatrixFile) -> Result<String, serde_json::Error> {
    Ok(format!("{}\n", serde_json::to_string_pretty(file)?))
}

/// The matrices as anyone may see them.
#[must_use]
pub fn public(view: &PublicView) -> MatrixFile {
    let view = view.clone();
    MatrixFile {
        schema: SCHEMA,
        audience: "public",
        notices: notice::all(&view),
        matrices: view.matrices.iter().map(matrix).collect(),
        campaign: view.campaign,
        testbed: view.testbed,
        course: view.course,
        policy: view.policy,
        policy_sha256: view.policy_sha256,
        viewpoint: ViewpointEntry::from(view.viewpoint),
        waivers: view.waivers,
        migration: view.migration,
        told: view.told,
        withdrawn: view.withdrawn,
        platforms: view.platforms,
        guests: view.guests,
        host: view.host,
        tools: None,
        changes: view.changes,
        untold_changes: view.untold_changes,
        work: view.work,
        unplaced: view.unplaced,
        withheld: view.withheld,
    }
}

/// The same matrices with routes and tools named. For operators.
#[must_use]
pub fn operator(judged: &Judged<'_>, history: &History) -> MatrixFile {
    let campaign = judged.campaign;
    let mut file = public(&for_operators(judged).of_history(history));
    file.audience = "operator";
    file.tools = Some(Tool::all(campaign));
    file.changes = campaign.changes.iter().map(PinChange::from).collect();
    file.untold_changes = 0;
    let entries = file.matrices.iter_mut().flat_map(|it| &mut it.cells);
    for (entry, (_, cell)) in entries.zip(judged.cells()) {
        name_routes(entry, cell, judged);
    }
    file
}

fn name_routes(entry: &mut CellEntry, cell: &Cell, judged: &Judged<'_>) {
    entry.best_route.clone_from(&cell.verdict.best);
    let ranked = ranked_for_operators(cell, judged.policy);
    for (route, (number, _, tried)) in entry.routes.iter_mut().zip(ranked) {
        route.number = number;
        route.route = Some(tried.verdict.route.clone());
        route.duration_ms = Some(tried.verdict.duration_ms);
    }
}

fn matrix(matrix: &PublicMatrix) -> MatrixEntry {
    MatrixEntry {
        guest: matrix.guest.clone(),
        counts: matrix.tally().entries().map(|(it, count)| (it.word(), count)).collect(),
        cells: matrix.cells.iter().map(cell).collect(),
    }
}

fn cell(cell: &PublicCell) -> CellEntry {
    CellEntry {
        source: cell.source.clone(),
        target: cell.target.clone(),
        standing: cell.standing,
        score: cell.standing.score(),
        raw_standing: cell.raw,
        unstable: cell.unstable,
        scored: cell.scored,
        planned: cell.planned,
        limit: cell.reason.as_ref().map(Limit::from),
        best_route: None,
        routes: (1..).zip(&cell.routes).map(|(number, it)| route(number, it)).collect(),
    }
}

fn route(number: usize, route: &PublicRoute) -> RouteEntry {
    RouteEntry {
        number,
        route: None,
        duration_ms: None,
        tools: route.tools,
        standing: route.standing,
        unstable: route.unstable,
        scored: route.scored,
        planned: route.planned,
        steps: route.steps.iter().map(|it| it.word()).collect(),
        limit: route.reason.as_ref().map(Limit::from),
    }
}
