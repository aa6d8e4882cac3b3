//! `portolan export`: the matrices of a campaign in formats of others.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use ledger::dsse::IN_TOTO;
use reports::export::in_toto::statement;
use reports::export::junit::{WarningAs, junit};
use reports::export::openmetrics::openmetrics;
use reports::export::oscal::oscal;
use reports::export::schema;
use reports::matrix::Judged;
use reports::matrix_file::MatrixFile;
use reports::public::PublicView;
use reports::{cells_csv, json};
use serde::Serialize;
use store::{DiskLog, StoreError};

use super::matrix::{no_tool_named, rendered};
use super::published::published;
use super::seen::Seen;
use super::{print, print_bytes, print_json};
use crate::args::{Args, Audience, ExportAudience, ExportCampaign, ExportFormat, Warnings};
use crate::exit::Exit;
use crate::opening;
use crate::output::Output;

#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    bytes: usize,
}

pub(super) fn execute(args: &Args, command: &ExportCampaign) -> Result<(), Exit> {
    check(args, command)?;
    let file = || matrices(args, command);
    let text = match command.format {
        ExportFormat::Bundle => return write(args, command, &bundle(args, command)?),
        ExportFormat::Parquet => return write(args, command, &parquet(args, command)?),
        ExportFormat::Csv => csv(args, command)?,
        ExportFormat::Json => rendered(json::text(&file()?))?,
        ExportFormat::Junit => rendered(junit(&file()?, warnings(command.warnings)))?,
        ExportFormat::InToto if command.unsigned => rendered(statement(&file()?))? + "\n",
        ExportFormat::InToto => signed(args, rendered(statement(&file()?))?)?,
        ExportFormat::Oscal => rendered(oscal(&file()?))?,
        ExportFormat::Openmetrics => openmetrics(&file()?),
        ExportFormat::Schema => schema::MATRIX.to_owned(),
        ExportFormat::SchemaExplain => schema::EXPLAIN.to_owned(),
    };
    write(args, command, text.as_bytes())
}

/// Refuses what would be passed over in silence.
fn check(args: &Args, command: &ExportCampaign) -> Result<(), Exit> {
    if command.warnings.is_some() && command.format != ExportFormat::Junit {
        return Err(Exit::usage("--warnings: only junit has no word for a WARNING"));
    }
    let signed = [ExportFormat::InToto, ExportFormat::Bundle];
    if command.unsigned && !signed.contains(&command.format) {
        return Err(Exit::usage("--unsigned: only in-toto and bundle are signed"));
    }
    let bytes = [ExportFormat::Bundle, ExportFormat::Parquet];
    if bytes.contains(&command.format) && command.out.is_none() {
        return Err(Exit::usage("this format is no text: name its file with --out"));
    }
    if args.json && file(command).is_none() {
        return Err(Exit::usage(
            "--json tells of a file that was written: name it with --out. The matrices as JSON: \
             --format json",
        ));
    }
    Ok(())
}

/// The file that was asked for; none for standard output.
fn file(command: &ExportCampaign) -> Option<&Path> {
    command.out.as_deref().filter(|out| *out != Path::new("-"))
}

/// What is made of the campaign that was asked for, judged.
fn judged<T>(
    args: &Args,
    command: &ExportCampaign,
    make: impl FnOnce(&Seen, &Judged<'_>) -> Result<T, Exit>,
) -> Result<T, Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let public = command.audience == ExportAudience::Public;
    let campaign = if public { published(args, campaign)? } else { Cow::Borrowed(campaign) };
    let judged = seen.judged(&campaign, &waivers);
    if public {
        no_tool_named(&judged)?;
    }
    make(&seen, &judged)
}

fn csv(args: &Args, command: &ExportCampaign) -> Result<String, Exit> {
    judged(args, command, |_, judged| {
        rendered(match command.audience {
            ExportAudience::Public => cells_csv::public(&PublicView::from(judged)),
            ExportAudience::Operator => cells_csv::operator(judged),
        })
    })
}

/// The file that every other format is made from.
fn matrices(args: &Args, command: &ExportCampaign) -> Result<MatrixFile, Exit> {
    judged(args, command, |seen, judged| Ok(seen.file(judged, reader(command.audience))))
}

/// All of it in one zip file, with proofs.
fn bundle(args: &Args, command: &ExportCampaign) -> Result<Vec<u8>, Exit> {
    judged(args, command, |seen, judged| super::bundle::make(args, command, seen, judged))
}

/// One row a cell in columns.
#[cfg(feature = "parquet")]
fn parquet(args: &Args, command: &ExportCampaign) -> Result<Vec<u8>, Exit> {
    use reports::export::parquet;
    judged(args, command, |_, judged| {
        let made = match command.audience {
            ExportAudience::Public => parquet::public(&PublicView::from(judged)),
            ExportAudience::Operator => parquet::operator(judged),
        };
        made.map_err(|error| Exit::Lab(error.into()))
    })
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Args, _: &ExportCampaign) -> Result<Vec<u8>, Exit> {
    Err(Exit::usage(
        "this portolan was built without Parquet. Build one with it: \
         cargo build --release --features parquet",
    ))
}

/// The reader of other commands that sees the same.
pub(super) fn reader(audience: ExportAudience) -> Audience {
    match audience {
        ExportAudience::Public => Audience::Public,
        ExportAudience::Operator => Audience::Operator,
    }
}

/// The report's word for what a WARNING becomes.
fn warnings(asked: Option<Warnings>) -> WarningAs {
    match asked {
        None | Some(Warnings::Success) => WarningAs::Success,
        Some(Warnings::Skipped) => WarningAs::Skipped,
        Some(Warnings::Failure) => WarningAs::Failure,
    }
}

/// The statement in an envelope that the log's key has signed.
fn signed(args: &Args, statement: String) -> Result<String, Exit> {
    Ok(format!("{}\n", own(args)?.attest(IN_TOTO, statement.into_bytes())?))
}

/// The log, to sign with its key.
pub(super) fn own(args: &Args) -> Result<DiskLog, Exit> {
    opening::own(args).map_err(|error| {
        let bare = matches!(error, StoreError::InUse { .. } | StoreError::NoKey(_));
        let told = || format!("{error}. Without a signature it can be had now: --unsigned");
        if bare { Exit::usage(told()) } else { error.into() }
    })
}

/// A reader never sees half a file. Only one for the public is readable for everyone.
fn write(args: &Args, command: &ExportCampaign, bytes: &[u8]) -> Result<(), Exit> {
    let Some(out) = file(command) else { return print_bytes(bytes) };
    let mut file = Output::create(out)?;
    let written = file.write_all(bytes);
    written.with_context(|| format!("cannot write {}", out.display())).map_err(Exit::Lab)?;
    match command.audience {
        ExportAudience::Public => file.finish_public()?,
        ExportAudience::Operator => file.finish()?,
    }
    match (args.json, args.quiet) {
        (true, _) => print_json(&Told { file: out, bytes: bytes.len() }),
        (false, true) => Ok(()),
        (false, false) => print(&format!("wrote {} ({} bytes)\n", out.display(), bytes.len())),
    }
}
