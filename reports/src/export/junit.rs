//! JUnit XML, for CI services: one test suite a guest, one test case a cell.
//!
//! JUnit has no word for a WARNING; the reader chooses what becomes of it. A lab error is an
//! `error`, never a `failure`.

use std::time::Duration;

use domain::score::{Score, Standing};
use quick_junit::{
    NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite,
};

use crate::export::cell::{duration_ms, reason};
use crate::export::words::line;
use crate::matrix_file::{CellEntry, MatrixEntry, MatrixFile};

/// What a WARNING becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningAs {
    /// A test that passed; what changed stands in its output.
    Success,
    /// A test that was skipped.
    Skipped,
    /// A test that failed.
    Failure,
}

/// The matrices as JUnit XML.
///
/// # Errors
/// When the bytes cannot be written; in memory that does not happen.
pub fn junit(file: &MatrixFile, warning: WarningAs) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("portolan {}", file.campaign));
    report.timestamp = file.course.started.to_string().parse().ok();
    report.add_test_suites(file.matrices.iter().map(|it| suite(file, it, warning)));
    report.to_string()
}

fn suite(file: &MatrixFile, matrix: &MatrixEntry, warning: WarningAs) -> TestSuite {
    let mut suite = TestSuite::new(matrix.guest.as_str());
    suite.timestamp = file.course.started.to_string().parse().ok();
    suite.add_properties(properties([
        ("campaign", file.campaign.to_string()),
        ("audience", file.audience.to_owned()),
        ("testbed", line(&file.testbed)),
        ("policy", line(&file.policy)),
        ("policy_sha256", file.policy_sha256.to_string()),
        ("first_position", file.course.first_position.to_string()),
        ("last_position", file.course.last_position.to_string()),
    ]));
    suite.add_properties(file.notices.iter().map(|it| Property::new("notice", line(it))));
    suite.add_test_cases(matrix.cells.iter().map(|it| case(matrix, it, warning)));
    suite
}

fn case(matrix: &MatrixEntry, cell: &CellEntry, warning: WarningAs) -> TestCase {
    let name = format!("{} → {}", cell.source, cell.target);
    let mut case = TestCase::new(name, status(cell, warning));
    case.set_classname(format!("{}.{}", matrix.guest, cell.source));
    case.time = duration_ms(cell).map(Duration::from_millis);
    case.add_properties(properties([
        ("standing", cell.standing.word().to_owned()),
        ("unstable", cell.unstable.to_string()),
        ("trials_scored", cell.scored.to_string()),
        ("trials_planned", cell.planned.to_string()),
    ]));
    case.add_properties(cell.best_route.iter().map(|it| Property::new("best_route", it.as_str())));
    if cell.standing == Standing::Scored(Score::Warning) && warning == WarningAs::Success {
        case.set_system_out(message(cell));
    }
    case
}

fn properties<const N: usize>(values: [(&str, String); N]) -> [Property; N] {
    values.map(|(name, value)| Property::new(name, value))
}

fn status(cell: &CellEntry, warning: WarningAs) -> TestCaseStatus {
    let status = match (cell.standing, warning) {
        (Standing::Scored(Score::Success), _)
        | (Standing::Scored(Score::Warning), WarningAs::Success) => {
            return TestCaseStatus::success();
        }
        (Standing::Scored(Score::Failure), _)
        | (Standing::Scored(Score::Warning), WarningAs::Failure) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        (Standing::LabError, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (Standing::Scored(Score::Warning), WarningAs::Skipped)
        | (Standing::Blocked | Standing::NotRun | Standing::NotApplicable, _) => {
            TestCaseStatus::skipped()
        }
    };
    explained(status, cell)
}

/// The same with its reason, and the class of cause as its type.
fn explained(mut status: TestCaseStatus, cell: &CellEntry) -> TestCaseStatus {
    let cause = cell.limit.as_ref().and_then(|it| it.cause);
    status.set_type(cause.map_or(cell.standing.word(), |it| it.words()));
    status.set_message(message(cell));
    status
}

/// `WARNING: step 7 (restart at the target): firewall`.
fn message(cell: &CellEntry) -> String {
    let word = cell.standing.word();
    reason(cell).map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"))
}
