//! Making a bundle: the files of a view, then what only the log can add.

use ledger::dsse::{IN_TOTO, SUMS as SUMS_TYPE};
use reports::bundle::{self, Bundle};
use reports::matrix::Judged;
use reports::public::PublicView;
use store::{DiskLog, EventLog as _, Snapshot};

use super::proving::Prover;
use crate::args::{Args, Audience, ExportCampaign};
use crate::commands::export::{own, reader};
use crate::commands::report;
use crate::commands::seen::Seen;
use crate::exit::Exit;

/// The zip file about a campaign that was judged.
pub(in crate::commands) fn make(
    args: &Args,
    command: &ExportCampaign,
    seen: &Seen,
    judged: &Judged<'_>,
) -> Result<Vec<u8>, Exit> {
    let log = if command.unsigned { None } else { Some(own(args)?) };
    let audience = reader(command.audience);
    let mut bundle = shown(seen, judged, audience)?;
    let page = report::page(args, seen, judged, audience)?;
    bundle.put(bundle::REPORT, page);
    prove(args, log.as_ref(), judged, audience, &mut bundle)?;
    if let Some(log) = &log {
        sign(log, IN_TOTO, &mut bundle, (bundle::STATEMENT, bundle::STATEMENT))?;
    }
    bundle.seal(&judged.campaign.id, log.is_some()).map_err(lab)?;
    if let Some(log) = &log {
        sign(log, SUMS_TYPE, &mut bundle, (bundle::SUMS, bundle::SIGNED_SUMS))?;
    }
    bundle.check_size().map_err(|error| Exit::Usage(error.into()))?;
    bundle.zip().map_err(lab)
}

/// What follows from the view alone.
fn shown(seen: &Seen, judged: &Judged<'_>, audience: Audience) -> Result<Bundle, Exit> {
    let made = match audience {
        Audience::Public => Bundle::public(&PublicView::from(judged).of_history(&seen.history)),
        Audience::Operator | Audience::Auditor => Bundle::operator(judged, &seen.history),
    };
    made.map_err(lab)
}

/// Adds the state of the log and the proofs. Only operators see events.
fn prove(
    args: &Args,
    log: Option<&DiskLog>,
    judged: &Judged<'_>,
    audience: Audience,
    bundle: &mut Bundle,
) -> Result<(), Exit> {
    let (first, last) = (judged.campaign.first_position, judged.campaign.last_position);
    if let Some(log) = log
        && Snapshot::take(&args.store)?.newest()?.1.size() <= last
    {
        log.checkpoint()?;
    }
    let prover = Prover::new(Snapshot::take(&args.store)?, last)?;
    bundle.put(bundle::CHECKPOINT, prover.note().to_string());
    bundle.put(bundle::KEYS, prover.keys());
    // Who guesses an event to the byte can hold the guess against its hash, and some events name
    // tools: a proof of one is not for everyone.
    if audience == Audience::Public {
        return Ok(());
    }
    bundle.put(bundle::FIRST, prover.without_event(first)?);
    bundle.put(bundle::LAST, prover.without_event(last)?);
    for position in bundle::deciding_events(judged) {
        bundle.put(bundle::event_proof(position), prover.with_event(position)?);
    }
    Ok(())
}

/// Puts a file in an envelope that the log's key has signed; what is signed ends in no newline.
fn sign(
    log: &DiskLog,
    kind: &str,
    bundle: &mut Bundle,
    (from, to): (&str, &str),
) -> Result<(), Exit> {
    let text = bundle.file(from).unwrap_or_default();
    let text = text.strip_suffix(b"\n").unwrap_or(text).to_vec();
    bundle.put(to, format!("{}\n", log.attest(kind, text)?));
    Ok(())
}

fn lab(error: impl std::error::Error + Send + Sync + 'static) -> Exit {
    Exit::Lab(error.into())
}
