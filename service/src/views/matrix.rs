//! The matrices of a campaign, and one cell of them.

use std::collections::BTreeSet;

use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use jiff::Timestamp;
use reports::chronicle::CampaignRecord;
use reports::explain::{Explanation, Leaves};
use reports::pages::cell::{CellOf, CellPage};
use reports::pages::links;
use reports::pages::matrices::{Matrices, Question};
use reports::pages::table::Filter;
use reports::public::PublicView;
use reports::receipt::Receipt;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::asked::{When, standing};
use crate::problem::Problem;
use crate::reading::{Reader, view};
use crate::service::Service;
use crate::views::{receipt, said, stale};

/// Which cells of a campaign are asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MatrixAsked {
    /// What was known at this position of the log; all of it when it is not given.
    known_at: Option<u64>,
    /// How things stood at this instant (RFC 3339); the latest when it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// The name of another policy than the usual one, or its name and version.
    policy: Option<String>,
    /// Only this guest.
    #[param(value_type = Option<String>)]
    guest: Option<GuestId>,
    /// Only from this platform.
    #[param(value_type = Option<String>)]
    source: Option<PlatformId>,
    /// Only to this platform.
    #[param(value_type = Option<String>)]
    target: Option<PlatformId>,
    /// Only cells that stand so, such as `WARNING`.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "standing")]
    standing: Option<Standing>,
}

impl MatrixAsked {
    /// From where in time and by what rules.
    pub(crate) fn when(&self) -> When {
        let Self { known_at, as_of, policy, .. } = self.clone();
        When { known_at, as_of, policy }
    }

    /// Which cells.
    pub(crate) fn filter(&self) -> Filter {
        let Self { guest, source, target, standing, .. } = self.clone();
        Filter { guest, source, target, standing }
    }

    /// The same question of another place in time.
    fn permalink(&self, id: &CampaignId, pinned: &links::Asked) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.guest.iter().map(|it| ("guest", it.to_string())));
        pairs.extend(self.source.iter().map(|it| ("source", it.to_string())));
        pairs.extend(self.target.iter().map(|it| ("target", it.to_string())));
        pairs.extend(self.standing.iter().map(|it| ("standing", it.word().to_owned())));
        pairs.extend(pinned.pairs());
        links::asking(&format!("/campaigns/{id}/matrix"), &pairs)
    }
}

/// The matrices of a campaign, and where they are kept for ever.
///
/// # Errors
/// When the campaign is not seen from there.
pub(crate) fn matrices(
    service: &Service,
    reader: &Reader,
    (id, asked): (&CampaignId, &MatrixAsked),
) -> Result<(Matrices, String), Problem> {
    let (when, filter) = (asked.when(), asked.filter());
    let (links, stale) = (when.links(), stale(service, reader, (id, &when))?);
    let Seen { record, view, receipt, pinned } = match reader.is_insider() {
        true => told(service, reader, (id, &when, filter.guest.as_ref()))?,
        false => {
            let sighted = service.sighted(id, &when)?;
            let receipt = sighted.receipt(filter.guest.as_ref())?;
            let pinned = sighted.pinned();
            Seen { record: sighted.record, view: sighted.view, receipt, pinned }
        }
    };
    let question = Question {
        filter: &filter,
        asked: &links,
        policy: &view.policy,
        stale: &stale,
        receipt: Some(&receipt),
    };
    let made = Matrices::of_view(&record, &view, &question);
    Ok((made, asked.permalink(id, &pinned)))
}

/// What matrices are made of, as their reader may see it.
struct Seen {
    record: CampaignRecord,
    view: PublicView,
    receipt: Receipt,
    pinned: links::Asked,
}

/// What auditors and operators see.
fn told(
    service: &Service,
    reader: &Reader,
    (id, when, guest): (&CampaignId, &When, Option<&GuestId>),
) -> Result<Seen, Problem> {
    let reading = service.reading(id, when)?;
    let (record, pinned) = (service.record(&reading)?, reading.pinned()?);
    reading.judged(reader, |sight, judged| {
        let mut wanted = judged.clone();
        wanted.matrices.retain(|it| guest.is_none_or(|guest| *guest == it.guest));
        let receipt = receipt(&reading, reader, (sight, &wanted))?;
        Ok(Seen { record, view: view(reader, sight, judged), receipt, pinned })
    })
}

/// One cell of a campaign, and where it is kept for ever.
///
/// # Errors
/// When there is no such cell.
pub(crate) fn cell(
    service: &Service,
    reader: &Reader,
    (id, cell, when): (&CampaignId, &CellId, &When),
) -> Result<(CellPage, String), Problem> {
    let (links, past) = (when.links(), service.past(when, reader)?);
    let stale = stale(service, reader, (id, when))?.contains(cell);
    let records = past.records.as_slice();
    let page = |record: &CampaignRecord, view: &PublicView, receipt: &Receipt| {
        let receipt = Some(receipt);
        let of = CellOf { view, record, records, asked: &links, stale, receipt };
        CellPage::new(&of, cell).ok_or_else(|| no_cell(cell))
    };
    if !reader.is_insider() {
        let sighted = service.sighted(id, when)?;
        let made = page(&sighted.record, &sighted.view, &sighted.receipt(None)?)?;
        let about = (&sighted.record, Some(cell), when);
        let (said, pinned) = said(service, reader, about, sighted.pinned());
        return Ok((made.with_said(said), links::cell(id, cell, &pinned)));
    }
    let reading = service.reading(id, when)?;
    let record = service.record(&reading)?;
    let made = reading.judged(reader, |sight, judged| {
        let receipt = receipt(&reading, reader, (sight, judged))?;
        let page = page(&record, &view(reader, sight, judged), &receipt)?;
        let CellId { guest, source, target } = cell;
        let told = Explanation::new(judged, guest, source, target);
        let told = told.map_err(|error| Problem::not_found(format!("{error}.")))?;
        Ok(page.told_by(with_leaves(service, told)?))
    })?;
    let (said, pinned) = said(service, reader, (&record, Some(cell), when), reading.pinned()?);
    Ok((made.with_said(said), links::cell(id, cell, &pinned)))
}

/// The derivation with the leaf of each of its events in the log's tree.
fn with_leaves(service: &Service, mut told: Explanation) -> Result<Explanation, Problem> {
    let positions: BTreeSet<u64> = told.positions().collect();
    let mut leaves = Leaves::new();
    for position in positions {
        leaves.extend(service.library.leaf(position)?.map(|it| (position, it)));
    }
    Ok(told.with_leaves(&leaves))
}

/// The answer to a question about a cell that was not planned.
pub(crate) fn no_cell(cell: &CellId) -> Problem {
    let CellId { guest, source, target } = cell;
    Problem::not_found(format!("No trial of {guest} from {source} to {target} was planned."))
}
