//! Making a bundle: the files of a view, then what only the log can add.

use ledger::dsse::{IN_TOTO, SUMS as SUMS_TYPE};
use reports::bundle::{self, Bundle};
use reports::matrix::Judged;
use reports::public::PublicView;
use service::bundling::{self, sign};
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
    let last = judged.campaign.last_position;
    if let Some(log) = log
        && Snapshot::take(&args.store)?.newest()?.1.size() <= last
    {
        log.checkpoint()?;
    }
    let prover = Prover::new(Snapshot::take(&args.store)?, last)?;
    bundling::prove(&prover, judged, audience == Audience::Public, bundle)
}

fn lab(error: impl std::error::Error + Send + Sync + 'static) -> Exit {
    Exit::Lab(error.into())
}
