//! `portolan verify FILE`: what a file proves, without a store and without trust in who made it.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read as _};
use std::path::Path;

use anyhow::Context as _;
use domain::ids::Sha256Digest;
use ledger::bundle::{BundleError, Kind, Report, Visitor, verify_hash_proof, verify_with};
use ledger::{Hash, TlogProof, Verifier};
use serde::Serialize;
use store::Blobs;

use super::listing::{Listing, count};
use super::{attestation, bundle};
use super::{print, print_json};
use crate::args::{Args, VerifyFile};
use crate::exit::Exit;
use crate::progress::{Meter, plain};
use crate::trust;

/// How every bundle begins.
const BEGINNING: &[u8] = b"{\"portolan\":\"";
/// How every proof in the common form begins, as far as is read before the kind is known.
const COMMON: &[u8] = b"c2sp.org/tlog";
/// Largest proof in the common form that is read, in bytes.
const LARGEST_COMMON: u64 = 2 << 20;
/// How every zip file begins that has no more than files in it.
const ZIP: &[u8] = b"PK";

#[derive(Serialize)]
struct Told<'a> {
    right: bool,
    kind: Kind,
    origin: &'a str,
    /// Whether a key that was named vouches for it.
    trusted: bool,
    signers: &'a [Verifier],
    size: u64,
    /// Hexadecimal.
    root: String,
    older: Option<Older>,
    index: Option<u64>,
    event: Option<&'a str>,
    /// The hash of the event, where the event itself is not for everybody. Hexadecimal.
    leaf: Option<String>,
    events: u64,
    checkpoints: u64,
    key_changes: u64,
    unproven_key_changes: &'a [u64],
    evidence: u64,
}

#[derive(Serialize)]
struct Older {
    size: u64,
    root: String,
}

pub(super) fn execute(args: &Args, command: &VerifyFile) -> Result<(), Exit> {
    let (beginning, from) = open(&command.file)?;
    if beginning.starts_with(ZIP) {
        return bundle::verify(args, command, from);
    }
    if beginning == COMMON {
        return common(args, command, from);
    }
    if beginning != BEGINNING && beginning.trim_ascii_start().starts_with(b"{") {
        return attestation::verify(args, command, from);
    }
    if beginning != BEGINNING {
        let path = command.file.display();
        return Err(Exit::usage(format!("{path}: {}", BundleError::NotABundle)));
    }
    let trusted = trust::keys(&command.trust)?;
    let meter = Meter::new(args.quiet || args.json, "verifying", None);
    let mut visitor = Evidence { meter };
    let report = match verify_with(from, &trusted, &mut visitor) {
        Ok(report) => report,
        Err(error) => return refused(args, &command.file, error),
    };
    drop(visitor);
    if args.json {
        print_json(&told(&report, None))
    } else {
        print(&plain(&text_of(&report, None)))
    }
}

/// A proof in the common form, with the hash of an event that is not for everybody.
fn common(args: &Args, command: &VerifyFile, from: impl BufRead) -> Result<(), Exit> {
    let mut text = String::new();
    let path = command.file.display();
    let read = from.take(LARGEST_COMMON + 1).read_to_string(&mut text);
    read.with_context(|| format!("cannot read {path}")).map_err(Exit::Usage)?;
    let proof = text.parse::<TlogProof>();
    let proof = proof.map_err(|error| Exit::usage(format!("{path}: {error}")))?;
    match verify_hash_proof(proof, &trust::keys(&command.trust)?) {
        Ok((report, leaf)) if args.json => print_json(&told(&report, Some(leaf))),
        Ok((report, leaf)) => print(&plain(&text_of(&report, Some(leaf)))),
        Err(error @ BundleError::NoKey) => Err(Exit::usage(format!("{path}: {error}"))),
        Err(error) => refused(args, &command.file, error),
    }
}

/// The file and how it begins: what is neither a bundle nor JSON is not read to its end.
fn open(path: &Path) -> Result<(Vec<u8>, impl BufRead), Exit> {
    let cannot = || format!("cannot read {}", path.display());
    let mut from: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).with_context(cannot).map_err(Exit::Usage)?))
    };
    let mut beginning = Vec::new();
    let read = from.by_ref().take(BEGINNING.len() as u64).read_to_end(&mut beginning);
    read.with_context(cannot).map_err(Exit::Usage)?;
    Ok((beginning.clone(), Cursor::new(beginning).chain(from)))
}

/// What cannot be a bundle that this version knows is bad input; the rest proves nothing.
fn refused(args: &Args, path: &Path, error: BundleError) -> Result<(), Exit> {
    let input = matches!(
        error,
        BundleError::NotABundle
            | BundleError::UnknownKind(_)
            | BundleError::OtherFormat { .. }
            | BundleError::Read(_)
    );
    if args.json && !input {
        print_json(&serde_json::json!({ "right": false, "problem": error.to_string() }))?;
    }
    let error = anyhow::Error::new(error).context(path.display().to_string());
    Err(if input { Exit::Usage(error) } else { Exit::Wrong(error) })
}

/// Checks the evidence of an export on the way.
struct Evidence {
    meter: Meter,
}

impl Visitor for Evidence {
    fn leaf(&mut self, position: u64, _leaf: &[u8]) -> Result<(), String> {
        self.meter.at(position + 1);
        Ok(())
    }

    fn evidence(&mut self, sha256: &Hash, zstd: &[u8]) -> Result<(), String> {
        let claimed = Sha256Digest::from_bytes(sha256.to_bytes());
        match Blobs::unpacked(zstd) {
            Some(bytes) if Sha256Digest::of(&bytes) == claimed => Ok(()),
            Some(_) => {
                Err(format!("evidence {claimed} was altered: its bytes have another digest"))
            }
            None => Err(format!("evidence {claimed} is damaged: it cannot be unpacked")),
        }
    }
}

fn told(report: &Report, leaf: Option<Hash>) -> Told<'_> {
    Told {
        right: true,
        kind: report.kind,
        origin: &report.origin,
        trusted: report.trusted,
        signers: &report.signers,
        size: report.state.size,
        root: report.state.root.to_string(),
        older: report.older.map(|it| Older { size: it.size, root: it.root.to_string() }),
        index: report.index,
        event: report.leaf.as_deref(),
        leaf: leaf.map(|it| it.to_string()),
        events: report.events,
        checkpoints: report.checkpoints,
        key_changes: report.key_changes,
        unproven_key_changes: &report.unproven_key_changes,
        evidence: report.evidence,
    }
}

fn text_of(report: &Report, leaf: Option<Hash>) -> String {
    let mut list = Listing::new(12);
    let (size, root) = (report.state.size, report.state.root);
    list.row("✓ right", proved(report));
    list.row("log", &report.origin);
    if let Some(older) = &report.older {
        list.row("before", format!("{}, root {}", count(older.size, "event"), older.root));
    }
    list.row("state", format!("{}, root {root}", count(size, "event")));
    if report.kind == Kind::Export {
        list.row("checkpoints", format!("{} signed, each with its root", report.checkpoints));
        list.row("key changes", report.key_changes);
        if let Some(position) = report.unproven_key_changes.last() {
            list.row(
                "!",
                format!(
                    "the key before event {position} has not signed the change to the next, as when \
                     it was lost:\nwhoever trusts it can trust nothing after that"
                ),
            );
        }
        let evidence = match report.evidence {
            0 => "none in this file".to_owned(),
            pieces => format!("{} unaltered", count(pieces, "piece")),
        };
        list.row("evidence", evidence);
    }
    if let Some(event) = &report.leaf {
        list.row("event", event);
    }
    if let Some(leaf) = leaf {
        list.row("leaf hash", leaf);
    }
    let signers: Vec<String> = report.signers.iter().map(ToString::to_string).collect();
    list.row("signed by", signers.join("\n"));
    if report.trusted {
        list.row("✓ trusted", "by a key you named");
    } else {
        list.row(
            "! no key",
            "no key was named: this shows only that the file is consistent in itself.\n\
             Compare the key above with the one that the operator of the log has published.",
        );
    }
    list.text().to_owned()
}

fn proved(report: &Report) -> String {
    let size = report.state.size;
    match (report.kind, report.index, &report.older) {
        (Kind::Inclusion, Some(index), _) => {
            format!("event {index} is in the log as it was after {}", count(size, "event"))
        }
        (Kind::Consistency, _, Some(older)) => {
            let first = count(older.size, "event");
            format!("the log of {size} events begins with the same {first} as before")
        }
        (Kind::Inclusion | Kind::Consistency | Kind::Export, _, _) => {
            format!("{} are those that were signed", count(report.events, "event"))
        }
    }
}
