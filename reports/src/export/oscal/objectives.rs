//! Controls and objectives. No catalog of others knows ours, so they are defined in the document:
//! a control for each guest, an objective for each cell.

use domain::ids::GuestId;

use super::shape::{
    Control, ControlRef, Controls, Everything, ObjectiveRef, Objectives, Part, ReviewedControls,
    SelectedObjectives,
};
use crate::export::cell::cells;
use crate::matrix_file::{CellEntry, MatrixEntry, MatrixFile};

/// The objective of a cell. Identifiers have no capitals: the words between them are no part of one.
pub(super) fn objective_id(guest: &GuestId, cell: &CellEntry) -> String {
    format!("move-OF-{guest}-FROM-{}-TO-{}", cell.source, cell.target)
}

fn control_id(guest: &GuestId) -> String {
    format!("moves-OF-{guest}")
}

/// Every control with its objectives; none when nothing was planned.
pub(super) fn objectives(file: &MatrixFile) -> Option<Objectives> {
    let controls: Vec<Control> = planned(file).map(control).collect();
    (!controls.is_empty()).then_some(Objectives { objectives_and_methods: controls })
}

fn planned(file: &MatrixFile) -> impl Iterator<Item = &MatrixEntry> {
    file.matrices.iter().filter(|it| !it.cells.is_empty())
}

fn control(matrix: &MatrixEntry) -> Control {
    let part = |cell: &CellEntry| Part {
        id: objective_id(&matrix.guest, cell),
        name: "objective",
        prose: format!(
            "By the best of the routes tried, the guest runs at platform {} as it did at platform \
             {}: every rule of the policy holds.",
            cell.target, cell.source
        ),
    };
    Control {
        control_id: control_id(&matrix.guest),
        description: format!("Guest {} can be moved between platforms.", matrix.guest),
        parts: matrix.cells.iter().map(part).collect(),
    }
}

/// What was assessed: all of it.
pub(super) fn reviewed(file: &MatrixFile) -> ReviewedControls {
    let controls: Vec<ControlRef> =
        planned(file).map(|it| ControlRef { control_id: control_id(&it.guest) }).collect();
    let objective = |(guest, cell)| ObjectiveRef { objective_id: objective_id(guest, cell) };
    let objectives: Vec<ObjectiveRef> = cells(file).map(objective).collect();
    let selected =
        (!objectives.is_empty()).then_some(SelectedObjectives { include_objectives: objectives });
    ReviewedControls {
        control_selections: [Controls {
            description: "The controls that this document defines, of no other catalog.",
            include_all: controls.is_empty().then_some(Everything {}),
            include_controls: controls,
        }],
        control_objective_selections: selected.into_iter().collect(),
    }
}
