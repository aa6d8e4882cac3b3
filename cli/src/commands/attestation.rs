//! `portolan verify` of a signed statement: whether a key vouches for it, and what it says.

use std::io::Read;
use std::path::Path;

use anyhow::Context as _;
use ledger::Verifier;
use ledger::dsse::{DsseError, Envelope, IN_TOTO, LARGEST_ENVELOPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Snapshot;

use super::listing::{Listing, count};
use super::{print, print_json};
use crate::args::{Args, VerifyFile};
use crate::exit::Exit;
use crate::progress::plain;
use crate::trust;

/// What kind of statement says how tests went.
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// Most subjects that are shown; more are counted.
const SUBJECTS: usize = 10;

/// The part of an in-toto statement that is told.
#[derive(Deserialize)]
struct Statement {
    subject: Vec<Resource>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: Value,
}

#[derive(Deserialize, Serialize)]
struct Resource {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: Digest,
}

#[derive(Default, Deserialize, Serialize)]
struct Digest {
    #[serde(default)]
    sha256: String,
}

#[derive(Serialize)]
struct Told<'a> {
    right: bool,
    kind: &'static str,
    /// Whether a key that was named vouches for it.
    trusted: bool,
    signers: Vec<&'a Verifier>,
    predicate_type: &'a str,
    subject: &'a [Resource],
    /// `PASSED`, `WARNED` or `FAILED`, when it is a test result.
    result: Option<&'a str>,
    passed: u64,
    warned: u64,
    failed: u64,
    /// Tests without a score, where the statement names them.
    without_score: u64,
    /// What the tests were done with, as far as it has a name.
    configuration: Vec<String>,
}

/// Checks the envelope in these bytes, which are JSON.
pub(super) fn verify(args: &Args, command: &VerifyFile, from: impl Read) -> Result<(), Exit> {
    let path = &command.file;
    let named = trust::keys(&command.trust)?;
    let envelope = match read(path, from)? {
        Ok(envelope) => known(path, envelope)?,
        Err(error) => return unread(args, path, error),
    };
    let keys = if named.is_empty() { keys_of_store(args, path)? } else { named.clone() };
    let signers = match envelope.verify(&keys) {
        Ok(signers) => signers,
        Err(error) => return wrong(args, path, error.into()),
    };
    let statement: Statement = match serde_json::from_slice(envelope.payload()) {
        Ok(statement) => statement,
        Err(error) => {
            let error = anyhow::Error::new(error).context("it is signed, but is no statement");
            return wrong(args, path, error);
        }
    };
    let told = told(&statement, signers, !named.is_empty());
    if args.json { print_json(&told) } else { print(&plain(&text(args, &told))) }
}

fn read(path: &Path, from: impl Read) -> Result<Result<Envelope, DsseError>, Exit> {
    let mut bytes = Vec::new();
    let read = from.take(LARGEST_ENVELOPE as u64 + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {}", path.display())).map_err(Exit::Usage)?;
    Ok(Envelope::parse(&bytes))
}

/// The envelope, if what is in it can be understood.
fn known(path: &Path, envelope: Envelope) -> Result<Envelope, Exit> {
    if envelope.payload_type() == IN_TOTO {
        return Ok(envelope);
    }
    let kind = word(envelope.payload_type());
    let path = path.display();
    Err(Exit::usage(format!("{path}: the envelope holds what is not known here: {kind}")))
}

/// What cannot be an envelope is bad input; one that is broken proves nothing.
fn unread(args: &Args, path: &Path, error: DsseError) -> Result<(), Exit> {
    match error {
        DsseError::Json(_) | DsseError::PayloadType => {
            let path = path.display();
            Err(Exit::usage(format!("{path}: not a bundle, and no signed statement: {error}")))
        }
        DsseError::TooLong(_) => Err(Exit::usage(format!("{}: {error}", path.display()))),
        DsseError::Base64(_)
        | DsseError::Newline
        | DsseError::Unsigned
        | DsseError::TooManySignatures
        | DsseError::BadSignature(_)
        | DsseError::Stranger { .. } => wrong(args, path, error.into()),
    }
}

/// The keys of the store that the call names: an envelope holds none.
fn keys_of_store(args: &Args, path: &Path) -> Result<Vec<Verifier>, Exit> {
    match Snapshot::take(&args.store) {
        Ok(log) => Ok(log.verifiers().to_vec()),
        Err(error) => Err(Exit::usage(format!(
            "{}: a signed statement does not hold its key: name the one that the operator has \
             published with --key ({error})",
            path.display()
        ))),
    }
}

/// What was checked and is not right, as JSON too where that was asked for.
pub(super) fn wrong(args: &Args, path: &Path, error: anyhow::Error) -> Result<(), Exit> {
    if args.json {
        print_json(&serde_json::json!({ "right": false, "problem": format!("{error:#}") }))?;
    }
    Err(Exit::Wrong(error.context(path.display().to_string())))
}

fn told<'a>(statement: &'a Statement, signers: Vec<&'a Verifier>, trusted: bool) -> Told<'a> {
    let predicate = &statement.predicate;
    let is_result = statement.predicate_type == TEST_RESULT;
    let result = predicate["result"].as_str().filter(|_| is_result);
    let items = |name: &str| predicate[name].as_array().map_or(&[][..], Vec::as_slice);
    let length = |name: &str| if is_result { items(name).len() as u64 } else { 0 };
    let configuration = items("configuration");
    let names = configuration.iter().filter_map(|it| it["name"].as_str());
    let unscored =
        configuration.iter().filter_map(|it| it["annotations"]["without_score"].as_array());
    Told {
        right: true,
        kind: "statement",
        trusted,
        signers,
        predicate_type: &statement.predicate_type,
        subject: &statement.subject,
        result,
        passed: length("passedTests"),
        warned: length("warnedTests"),
        failed: length("failedTests"),
        without_score: unscored.map(|it| it.len() as u64).sum(),
        configuration: names.map(str::to_owned).collect(),
    }
}

fn text(args: &Args, told: &Told<'_>) -> String {
    let mut list = Listing::new(12);
    list.row("✓ right", "the statement is as it was signed");
    list.row("says", word(told.predicate_type));
    if let Some(result) = told.result {
        let Told { passed, warned, failed, without_score, .. } = told;
        let counts = format!("{passed} passed, {warned} warned, {failed} failed");
        list.row("result", format!("{}: {counts}, {without_score} without a score", word(result)));
    }
    for it in told.configuration.iter().take(SUBJECTS) {
        list.row("with", word(it));
    }
    for Resource { name, digest } in told.subject.iter().take(SUBJECTS) {
        list.row("about", format!("{}\nsha256 {}", word(name), word(&digest.sha256)));
    }
    match told.subject.len().saturating_sub(SUBJECTS) {
        0 => {}
        more => drop(list.row("about", count(more as u64, "more subject"))),
    }
    let signers: Vec<String> = told.signers.iter().map(ToString::to_string).collect();
    list.row("signed by", signers.join("\n"));
    if told.trusted {
        list.row("✓ trusted", "by a key you named");
    } else {
        list.row(
            "! no key",
            format!(
                "no key was named: this is a key of the store {}.\n\
                 Compare it with the one that the operator of the log has published.",
                args.store.display()
            ),
        );
    }
    list.text().to_owned()
}

/// What somebody else wrote: on one line, and not at length.
pub(super) fn word(text: &str) -> String {
    const LONGEST: usize = 200;
    let end = if text.chars().count() > LONGEST { "…" } else { "" };
    let shown = text.chars().take(LONGEST).map(|letter| match letter {
        _ if letter.is_control() => letter.escape_unicode().to_string(),
        _ => letter.to_string(),
    });
    shown.collect::<String>() + end
}
