//! What was declared, as JSON: baselines, waivers, and what is stale because of upgrades. The words of
//! whoever declared something may name a tool: the public is not told them.

use actix_web::HttpResponse;
use domain::ids::{BaselineName, CampaignId};
use domain::registry::Registry;
use jiff::Timestamp;
use reports::declared::{self, BaselineEntry, WaiverEntry};
use reports::pages::overview::revalidation;
use reports::pages::stale_line::Stale;
use reports::setting::PublicWaiver;
use serde::Serialize;
use utoipa::ToSchema;

use super::json;
use super::responses::{Problems, Unchanged};
use crate::asked::{Asking, When};
use crate::library::Past;
use crate::problem::Problem;
use crate::reading::Reader;
use crate::service::Service;
use crate::visit::Visit;

/// Every baseline, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BaselineList {
    /// The baselines.
    baselines: Vec<Baseline>,
}

/// A baseline as it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Baseline {
    /// What the reference is called.
    #[schema(value_type = String)]
    name: BaselineName,
    /// The campaign it stands for.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// Which setting of this name it is, 1 for the first.
    revision: u32,
    /// When it was set.
    #[schema(value_type = String, format = DateTime)]
    set: Timestamp,
    /// Position of the event in the log.
    position: u64,
    /// All of it, with reason and lineage. For auditors and operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    told: Option<BaselineEntry>,
}

/// Every waiver in force, by name; for auditors and operators the others, too.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WaiverList {
    /// Those in force.
    #[schema(value_type = Vec<Object>)]
    in_force: Vec<PublicWaiver>,
    /// All of them, in force or not. For auditors and operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    all: Option<Vec<WaiverEntry>>,
}

/// What is stale of the baseline that was set last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StaleView {
    /// What is stale; null without a baseline.
    stale: Option<Stale>,
}

/// Every baseline.
#[utoipa::path(get, path = "/api/v1/baselines", tag = "reading", params(When),
    responses((status = 200, body = BaselineList), Unchanged, Problems))]
pub(super) async fn baselines(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let name = "/baselines".to_owned();
    let make = |_: &Service, reader: &Reader, past: &Past| {
        let entry = |it: BaselineEntry| Baseline {
            name: it.name.clone(),
            campaign: it.campaign.clone(),
            revision: it.revision,
            set: it.set,
            position: it.position,
            told: reader.is_insider().then_some(it),
        };
        let all = declared::baselines(&past.registry);
        Ok(BaselineList { baselines: all.into_iter().map(entry).collect() })
    };
    of_past(visit, (name, when), make).await
}

/// Every waiver.
#[utoipa::path(get, path = "/api/v1/waivers", tag = "reading", params(When),
    responses((status = 200, body = WaiverList), Unchanged, Problems))]
pub(super) async fn waivers(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let (name, asked) = ("/waivers".to_owned(), when.viewpoint());
    let make = move |service: &Service, reader: &Reader, past: &Past| {
        let now = service.library.instant(asked, service.now())?.unwrap_or(service.now());
        let registry: &Registry = &past.registry;
        let in_force = registry.in_force(now).into_iter().map(PublicWaiver::from).collect();
        let all = reader.is_insider().then(|| declared::waivers(registry, now));
        Ok(WaiverList { in_force, all })
    };
    of_past(visit, (name, when), make).await
}

/// Cells of the baseline that was set last whose evidence is of versions that are no longer there.
#[utoipa::path(get, path = "/api/v1/stale", tag = "reading", params(When),
    responses((status = 200, body = StaleView), Unchanged, Problems))]
pub(super) async fn stale(
    visit: Visit,
    Asking(when): Asking<When>,
) -> Result<HttpResponse, Problem> {
    let name = "/stale".to_owned();
    let make = |_: &Service, reader: &Reader, past: &Past| {
        let found = revalidation(&past.records, &past.registry);
        let baseline = past.registry.last_baseline().zip(found);
        let stale = baseline.map(|(set, found)| Stale::new(&set.name, &found, reader.audience));
        Ok(StaleView { stale })
    };
    of_past(visit, (name, when), make).await
}

/// What is made of all campaigns from somewhere in time.
async fn of_past<V: Serialize>(
    visit: Visit,
    (name, when): (String, When),
    make: impl FnOnce(&Service, &Reader, &Past) -> Result<V, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let key = visit.key(format!("{name}?{when:?}"), &when);
    let make = move |service: &Service, reader: &Reader| {
        make(service, reader, &service.past(&when, reader)?)
    };
    json(visit, key, make).await
}
