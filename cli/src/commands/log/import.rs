//! `portolan log import`: a log that was written down, or kept by an early version, taken over.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;
use ledger::Verifier;
use ledger::bundle::Report;
use serde::Serialize;
use store::{Settings, Snapshot, StoreError};

use super::quiet;
use crate::args::{self, Args};
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::progress::Meter;
use crate::{opening, trust};

#[derive(Serialize)]
struct Told {
    origin: String,
    events: u64,
    /// Hexadecimal.
    root: String,
    checkpoints: u64,
    evidence: u64,
    keys: Vec<Verifier>,
    trusted: bool,
    /// Whether the store can sign now.
    secret_key: bool,
}

pub(super) fn execute(args: &Args, command: &args::Import) -> Result<(), Exit> {
    let trusted = trust::keys(&command.trust)?;
    if let Some(url) = &args.evidence {
        return Err(Exit::usage(format!(
            "an import keeps evidence in the store's own folder: leave --evidence {url} out (and \
             PORTOLAN_EVIDENCE), then copy that folder to where it belongs"
        )));
    }
    let told = if command.file.is_dir() {
        early(args, &command.file, &trusted)?
    } else {
        export(args, &command.file, &trusted)?
    };
    if args.json { print_json(&told) } else { print(&text(args, &told)) }
}

fn export(args: &Args, file: &Path, trusted: &[Verifier]) -> Result<Told, Exit> {
    let from: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()));
        Box::new(BufReader::new(opened.map_err(Exit::Usage)?))
    };
    let meter = Meter::new(quiet(args), "importing", None);
    let report = store::import(&args.store, from, trusted, |done| meter.at(done));
    drop(meter);
    let Report { origin, events, state, checkpoints, evidence, trusted, .. } =
        report.map_err(refused)?;
    let keys = Snapshot::take(&args.store)?.verifiers().to_vec();
    let root = state.root.to_string();
    Ok(Told { origin, events, root, checkpoints, evidence, keys, trusted, secret_key: false })
}

/// Whatever is wrong with it, the file is bad input.
fn refused(error: StoreError) -> Exit {
    let exit = Exit::from(error);
    if let Exit::Wrong(error) = exit { Exit::Usage(error) } else { exit }
}

/// Events of an early version had no signatures: they get a tree and a key now.
fn early(args: &Args, old: &Path, trusted: &[Verifier]) -> Result<Told, Exit> {
    if !trusted.is_empty() {
        return Err(Exit::usage("a store of an early version is not signed: leave --key out"));
    }
    let settings = Settings { new_key: Some(opening::key(None)?), ..opening::settings(args) };
    store::import_early(old, &args.store, &settings).map_err(refused)?;
    let log = Snapshot::take(&args.store)?;
    let stat = log.stat(|_| ())?;
    let keys = log.verifiers().to_vec();
    Ok(Told {
        origin: keys.first().map(|key| key.name().to_owned()).unwrap_or_default(),
        events: stat.events,
        root: stat.root.to_string(),
        checkpoints: log.checkpoints()?.len() as u64,
        evidence: stat.evidence,
        keys,
        trusted: false,
        secret_key: true,
    })
}

fn text(args: &Args, told: &Told) -> String {
    let (events, pieces) = (count(told.events, "event"), count(told.evidence, "piece"));
    let checkpoints = count(told.checkpoints, "checkpoint");
    let store = args.store.display();
    let mut text = format!(
        "took over {events} of {}, {checkpoints}, {pieces} of evidence\nroot {}\n",
        told.origin, told.root
    );
    if told.secret_key {
        text.push_str("signed with a new key; publish its public half:\n");
    } else if told.trusted {
        text.push_str("trusted by a key you named; the log's first key:\n");
    } else {
        text.push_str("no key was named: compare the log's first key with the published one:\n");
    }
    text.push_str(&told.keys.first().map(|key| format!("{key}\n")).unwrap_or_default());
    if !told.secret_key {
        text.push_str(&format!(
            "\nThe secret key is in no export, so this store can be read but not appended to.\n\
             Copy log/keys/signer from the old store to {store}/log/keys/signer (mode 0600), or\n\
             go on with a new key: portolan --store {store} log keygen\n"
        ));
    }
    text
}
