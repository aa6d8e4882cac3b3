//! Campaigns: all of them, the newest, and one of them, ended or running.

use std::collections::BTreeSet;

use domain::ids::CampaignId;
use reports::gallery::gallery;
use reports::pages::campaign::CampaignPage;
use reports::pages::campaigns::Campaigns;
use reports::pages::links;
use reports::pages::live::Live;
use reports::pages::overview::Overview;
use reports::pages::table::{Filter, Marks};

use crate::asked::When;
use crate::problem::Problem;
use crate::reading::{Reader, no_campaign, view};
use crate::service::Service;
use crate::views::{pinned, said, stale};

/// How things stand, and where that is kept for ever.
///
/// # Errors
/// When the log cannot be read.
pub(crate) fn overview(
    service: &Service,
    reader: &Reader,
    when: &When,
) -> Result<(Overview, Option<String>), Problem> {
    let past = service.past(when, reader)?;
    let permalink = pinned(service, &past, when).map(|it| links::asking("/", &it.pairs()));
    Ok((Overview::new(&past.records, &past.registry, reader.audience), permalink))
}

/// Every campaign, and where that is kept for ever.
///
/// # Errors
/// When the log cannot be read.
pub(crate) fn campaigns(
    service: &Service,
    reader: &Reader,
    when: &When,
) -> Result<(Campaigns, Option<String>), Problem> {
    let past = service.past(when, reader)?;
    let permalink = pinned(service, &past, when).map(|it| links::asking("/campaigns", &it.pairs()));
    Ok((Campaigns::new(&past.records), permalink))
}

/// One campaign, and where it is kept for ever.
///
/// # Errors
/// When it is not seen from there.
pub(crate) fn campaign(
    service: &Service,
    reader: &Reader,
    (id, when): (&CampaignId, &When),
) -> Result<(CampaignPage, String), Problem> {
    let (past, stale) = (service.past(when, reader)?, stale(service, reader, (id, when))?);
    let (filter, asked) = (Filter::default(), when.links());
    let marks = Marks { filter: &filter, asked: &asked, stale: &stale };
    let (page, record, pinned) = match reader.is_insider() {
        true => {
            let reading = service.reading(id, when)?;
            let record = service.record(&reading)?;
            let page = reading.judged(reader, |sight, judged| {
                let page = CampaignPage::new(&view(reader, sight, judged), &record, &marks);
                Ok(page.with_tools(judged.campaign))
            })?;
            (page, record, reading.pinned()?)
        }
        false => {
            let sighted = service.sighted(id, when)?;
            let page = CampaignPage::new(&sighted.view, &sighted.record, &marks);
            let pinned = sighted.pinned();
            (page, sighted.record, pinned)
        }
    };
    let (said, pinned) = said(service, reader, (&record, None, when), pinned);
    let pictures = gallery(&record, &past.records).map_err(|error| Problem::internal(&error))?;
    let permalink = links::asking(&links::campaign(id), &pinned.pairs());
    Ok((page.with_pictures(pictures).with_said(said), permalink))
}

/// One campaign as it runs.
///
/// # Errors
/// When it is not there.
pub(crate) fn live(service: &Service, reader: &Reader, id: &CampaignId) -> Result<Live, Problem> {
    let past = service.past(&When::default(), reader)?;
    let record = past.records.iter().find(|it| it.id == *id).ok_or_else(|| no_campaign(id))?;
    let (filter, asked, stale) = (Filter::default(), links::Asked::default(), BTreeSet::new());
    Ok(Live::new(record, &Marks { filter: &filter, asked: &asked, stale: &stale }))
}
