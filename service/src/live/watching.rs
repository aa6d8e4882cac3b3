//! Somebody who watches a campaign.

use std::collections::VecDeque;
use std::convert::Infallible;

use actix_web::http::{Method, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::ids::{CampaignId, GrantId};
use futures_util::stream;
use reports::leak;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::audience::Watching;
use super::channel::Watch;
use super::messages;
use crate::asked::{Asking, Named};
use crate::places::Place;
use crate::problem::Problem;
use crate::reading::{no_campaign, unpublishable, work};
use crate::service::Service;
use crate::showing::insider;
use crate::viewer::Anyone;

/// From where on somebody watches.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    /// What happened after this position of the log; a reconnecting browser names a later one.
    after: Option<u64>,
}

/// Who watches what: asked again before each message, since nobody asks anew for as long as it lasts.
struct Who {
    service: web::Data<Service>,
    campaign: CampaignId,
    /// By which grant an insider watches; none of the public.
    grant: Option<GrantId>,
}

/// One who watches, from one message to the next.
struct Watcher {
    /// What is to be sent at once.
    first: VecDeque<Bytes>,
    then: Receiver<Bytes>,
    /// Nothing comes after the first.
    ended: bool,
    stopping: CancellationToken,
    who: Who,
    _place: Place<Watching>,
}

pub(super) async fn watch(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named(id): Named<CampaignId>,
    Asking(from): Asking<From>,
) -> Result<HttpResponse, Problem> {
    let grant = insider(&viewer).map(|it| it.grant.clone());
    if grant.is_none() {
        let (at, named) = (service.clone(), id.clone());
        work(move || check(&at, &named)).await?;
    }
    if request.method() == Method::HEAD {
        // Nobody waits for what is never sent.
        return Ok(head().finish());
    }
    let place = service.live.audience.place(&request)?;
    let last = request.headers().get("last-event-id").and_then(|it| it.to_str().ok());
    let after = last.and_then(|it| it.parse().ok()).or(from.after);
    let channel = service.live.channel(&service, &id).await?;
    let channel = channel.ok_or_else(|| no_campaign(&id))?;
    let Watch { first, ended, then } = channel.watch(after);
    let stopping = service.stopping.clone();
    let first = VecDeque::from([first]);
    let who = Who { service, campaign: id, grant };
    let watcher = Watcher { first, then, ended, stopping, who, _place: place };
    let messages = stream::unfold(watcher, |mut watcher| async move {
        watcher.next().await.map(|it| (Ok::<_, Infallible>(it), watcher))
    });
    Ok(head().streaming(messages))
}

/// How an answer begins that does not end by itself.
fn head() -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"));
    answer
}

/// Refuses the public what nobody has published, and where a declared text names a tool.
fn check(service: &Service, id: &CampaignId) -> Result<(), Problem> {
    let records = service.library.records(service.now());
    let record = records.iter().find(|it| it.id == *id).ok_or_else(|| no_campaign(id))?;
    // What it tells as it runs is of every cell.
    if service.is_embargoed(id) || !service.withheld(id).is_empty() {
        return Err(no_campaign(id));
    }
    leak::tool_named_in_record(record).map_or(Ok(()), |_| Err(unpublishable()))
}

impl Who {
    /// Whether they may still see it: an embargo holds at once, and so does the end of a grant.
    fn may(&self) -> bool {
        let Self { service, campaign, grant } = self;
        match grant {
            Some(grant) => {
                let now = service.now();
                service.access.look(|it| it.grant(grant).is_some_and(|it| it.is_in_force(now)))
            }
            None => !service.is_embargoed(campaign) && service.withheld(campaign).is_empty(),
        }
    }
}

impl Watcher {
    /// What is sent next; nothing when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        let message = self.message().await?;
        self.who.may().then_some(message)
    }

    async fn message(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.pop_front() {
            return Some(first);
        }
        if self.ended {
            return None;
        }
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => None,
            told = self.then.recv() => match told {
                Ok(bytes) => Some(bytes),
                // What was missed is not told again: whoever is that slow looks anew.
                Err(RecvError::Lagged(_)) => Some(Bytes::from_static(messages::RESET)),
                Err(RecvError::Closed) => None,
            },
        }
    }
}
