//! The views that pages and the interface for programs share: each made once from what its reader may
//! see.

mod campaign;
mod matrix;
mod over_time;
mod said;

use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::plan::CellId;
use reports::html::Audience;
use reports::matrix::Judged;
use reports::pages::links;
use reports::pages::overview::revalidation;
use reports::pages::stale_line::stale_cells;
use reports::receipt::Receipt;
use reports::sight::Sight;

use crate::asked::When;
use crate::library::Past;
use crate::problem::Problem;
use crate::reading::{Reader, Reading};
use crate::service::Service;

pub(crate) use campaign::{campaign, campaigns, live, overview};
pub(crate) use matrix::{MatrixAsked, cell, matrices};
pub(crate) use over_time::{DiffAsked, HistoryAsked, changes, feed, history};
use said::said;

/// Where a view of all campaigns is kept for ever; none as long as there is nothing to see.
pub(crate) fn pinned(service: &Service, past: &Past, when: &When) -> Option<links::Asked> {
    let known_at = when.known_at.or_else(|| service.library.shown().checked_sub(1));
    let policy = Some(past.policy.label());
    known_at.map(|it| links::Asked { known_at: Some(it), as_of: when.as_of, policy })
}

/// How to get the same view again.
pub(crate) fn receipt(
    reading: &Reading,
    reader: &Reader,
    (sight, judged): (&Sight<'_>, &Judged<'_>),
) -> Result<Receipt, Problem> {
    let receipt = sight.receipt(judged, reader.audience, reading.policy_word());
    receipt.map_err(|error| Problem::internal(&error))
}

/// Cells of a campaign that rest on versions that are no longer there.
fn stale(
    service: &Service,
    reader: &Reader,
    (id, when): (&CampaignId, &When),
) -> Result<BTreeSet<CellId>, Problem> {
    let usual = When { policy: None, ..when.clone() };
    let past = service.past(&usual, reader)?;
    let found = revalidation(&past.records, &past.registry);
    let told = stale_cells(found.as_ref(), reader.audience);
    let cells = found.into_iter().flat_map(|it| it.cells);
    let own = cells.filter(|it| it.evidence.as_ref() == Some(id)).map(|it| it.cell);
    Ok(own.filter(|it| told.contains(it)).collect())
}

/// The audience of a file that somebody asks for, if it may have it.
///
/// # Errors
/// When it may not.
pub(crate) fn audience(reader: &Reader, asked: Option<Audience>) -> Result<Reader, Problem> {
    match asked {
        None => Ok(reader.clone()),
        Some(Audience::Public) => Ok(Reader { audience: Audience::Public, ..reader.clone() }),
        Some(audience) if reader.is_insider() => Ok(Reader { audience, ..reader.clone() }),
        Some(_) if reader.role.is_none() => Err(Problem::not_signed_in()),
        Some(_) => Err(Problem::not_allowed("Only auditors and operators may have this.")),
    }
}
