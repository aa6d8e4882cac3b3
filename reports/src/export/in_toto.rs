//! An in-toto statement with a test result, to be signed:
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>.
//!
//! Its subject is the JSON file of the same matrices, byte for byte.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use domain::event::Ending;
use domain::ids::Sha256Digest;
use domain::score::{Score, Standing};
use jiff::Timestamp;
use serde::Serialize;

use crate::export::cell::{cells, name, trials};
use crate::export::definition::{MEDIA_TYPE, definition};
use crate::json;
use crate::matrix_file::{CellEntry, MatrixFile};
use crate::tally::Tally;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://in-toto.io/attestation/test-result/v0.1";

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: [Resource<'a>; 1],
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: TestResult<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestResult<'a> {
    result: &'static str,
    configuration: [Resource<'a>; 2],
    passed_tests: Vec<String>,
    warned_tests: Vec<String>,
    failed_tests: Vec<String>,
}

/// A `ResourceDescriptor` of the attestation framework.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    name: String,
    digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Annotations<'a>>,
}

#[derive(Serialize)]
struct Digest {
    sha256: Sha256Digest,
}

/// What the three lists do not say, so that nothing is hidden.
#[derive(Serialize)]
struct Annotations<'a> {
    campaign: &'a str,
    audience: &'static str,
    started: Timestamp,
    last_recorded: Timestamp,
    ending: Option<Ending>,
    first_position: u64,
    last_position: u64,
    cells: BTreeMap<&'static str, usize>,
    /// Names of cells that are in none of the three lists.
    without_score: Vec<String>,
    trials_scored: usize,
    trials_planned: usize,
    notices: &'a [String],
}

/// The statement as JSON, without a newline at its end.
///
/// # Errors
/// None that is known: every part has a spelling.
pub fn statement(file: &MatrixFile) -> Result<String, serde_json::Error> {
    let matrix = json::text(file)?;
    let subject = Resource {
        name: format!("{}.{}.matrix.json", file.campaign, file.audience),
        digest: Digest { sha256: Sha256Digest::of(matrix.as_bytes()) },
        content: None,
        media_type: Some(MEDIA_TYPE),
        annotations: None,
    };
    serde_json::to_string_pretty(&Statement {
        kind: STATEMENT,
        subject: [subject],
        predicate_type: PREDICATE,
        predicate: TestResult {
            result: result(file),
            configuration: [policy(file), campaign(file)?],
            passed_tests: names(file, |it| it == Standing::Scored(Score::Success)),
            warned_tests: names(file, |it| it == Standing::Scored(Score::Warning)),
            failed_tests: names(file, |it| it == Standing::Scored(Score::Failure)),
        },
    })
}

/// The lowest cell. A cell without a score is no pass, nor is one that is withheld, nor is a campaign
/// without cells.
fn result(file: &MatrixFile) -> &'static str {
    let scores: Vec<_> = cells(file).map(|(_, cell)| cell.standing.score()).collect();
    if scores.contains(&Some(Score::Failure)) {
        return "FAILED";
    }
    let is_whole = !scores.is_empty() && file.withheld.is_empty();
    let all_passed = is_whole && scores.iter().all(|it| *it == Some(Score::Success));
    if all_passed { "PASSED" } else { "WARNED" }
}

fn policy(file: &MatrixFile) -> Resource<'_> {
    Resource {
        name: format!("policy {}", file.policy),
        digest: Digest { sha256: file.policy_sha256 },
        content: None,
        media_type: None,
        annotations: None,
    }
}

/// The campaign's definition, whole: its digest can be checked, and its versions read.
fn campaign(file: &MatrixFile) -> Result<Resource<'_>, serde_json::Error> {
    let definition = definition(file)?;
    Ok(Resource {
        name: format!("campaign {}", file.campaign),
        digest: Digest { sha256: Sha256Digest::of(&definition) },
        content: Some(Base64::encode_string(&definition)),
        media_type: Some(MEDIA_TYPE),
        annotations: Some(annotations(file)),
    })
}

fn annotations(file: &MatrixFile) -> Annotations<'_> {
    let (trials_scored, trials_planned) = trials(file);
    let tally: Tally = cells(file).map(|(_, cell)| cell.standing).collect();
    Annotations {
        campaign: file.campaign.as_str(),
        audience: file.audience,
        started: file.course.started,
        last_recorded: file.course.last_recorded,
        ending: file.course.ending,
        first_position: file.course.first_position,
        last_position: file.course.last_position,
        cells: tally.entries().map(|(it, count)| (it.word(), count)).collect(),
        without_score: names(file, |it| it.score().is_none()),
        trials_scored,
        trials_planned,
        notices: &file.notices,
    }
}

/// The names of cells that stand so.
fn names(file: &MatrixFile, stands: fn(Standing) -> bool) -> Vec<String> {
    let chosen = |(_, cell): &(_, &CellEntry)| stands(cell.standing);
    cells(file).filter(chosen).map(|(guest, cell)| name(guest, cell)).collect()
}
