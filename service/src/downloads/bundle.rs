//! Everything about a campaign in one zip file, with the state of the log and its signatures.

use ledger::dsse::{IN_TOTO, SUMS as SUMS_TYPE};
use ledger::{Checkpoint, Hash, Note, Verifier};
use reports::bundle::{self, Bundle};
use reports::public::PublicView;
use store::DiskLog;

use super::files::report;
use crate::asked::When;
use crate::bundling::{Prover, prove, sign};
use crate::problem::Problem;
use crate::reading::{Reader, Reading};
use crate::service::Service;

/// The open log, as it was signed last.
struct Signed<'a> {
    log: &'a DiskLog,
    note: Note,
    checkpoint: Checkpoint,
}

impl Prover for Signed<'_> {
    type Error = Problem;

    fn note(&self) -> &Note {
        &self.note
    }

    fn keys(&self) -> Vec<Verifier> {
        self.log.verifiers()
    }

    fn proof(&self, position: u64) -> Result<(Vec<u8>, Vec<Hash>), Problem> {
        let proven = self.log.prove_in(position, (self.note.clone(), &self.checkpoint))?;
        let proven = proven.ok_or_else(not_signed)?;
        Ok((proven.leaf, proven.proof))
    }
}

/// The zip file about a campaign.
pub(super) fn make(
    service: &Service,
    reading: &Reading,
    (reader, when): (&Reader, &When),
) -> Result<Vec<u8>, Problem> {
    let log = service.library.log();
    let (note, checkpoint) = log.newest()?;
    let signed = Signed { log, note, checkpoint };
    reading.judged(reader, |sight, judged| {
        if signed.checkpoint.size() <= judged.campaign.last_position {
            return Err(not_signed());
        }
        let mut bundle = match reader.is_insider() {
            true => unmade(Bundle::operator(judged, sight.history))?,
            false => unmade(Bundle::public(&PublicView::from(judged).of_history(sight.history)))?,
        };
        bundle.put(bundle::REPORT, report(service, reading, (reader, when), (sight, judged))?);
        prove(&signed, judged, !reader.is_insider(), &mut bundle)?;
        sign(log, IN_TOTO, &mut bundle, (bundle::STATEMENT, bundle::STATEMENT))?;
        unmade(bundle.seal(&judged.campaign.id, true))?;
        sign(log, SUMS_TYPE, &mut bundle, (bundle::SUMS, bundle::SIGNED_SUMS))?;
        unmade(bundle.check_size())?;
        unmade(bundle.zip())
    })
}

fn not_signed() -> Problem {
    let words = "The campaign is newer than what was signed last: ask again soon.";
    Problem::conflict("not-signed", words)
}

fn unmade<T, E: std::fmt::Display>(made: Result<T, E>) -> Result<T, Problem> {
    made.map_err(|error| Problem::internal(&error))
}
