//! The log for whoever checks it: what was signed, by which keys, proofs, and the tree as tiles
//! (<https://c2sp.org/tlog-tiles>). Of an event the public sees its place, its time, its class and its
//! hash; the rest may name tools.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::Sha256Digest;
use jiff::Timestamp;
use ledger::{Checkpoint, EntriesId, Note, TileId, append_entry};
use serde::{Deserialize, Serialize};
use store::{Direction, EventLog as _, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::JSON;
use super::responses::Problems;
use crate::asked::{Asking, Named};
use crate::problem::Problem;
use crate::reading::{Reader, work};
use crate::service::Service;
use crate::viewer::{Anyone, Insider};

/// The media type of signed notes and of proofs in the common form.
const TEXT: &str = "text/plain; charset=utf-8";

/// What is so for ever.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// What may be otherwise soon.
const NOW: &str = "no-cache";

/// Every checkpoint that was kept, smallest tree first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CheckpointList {
    /// The checkpoints.
    checkpoints: Vec<Signed>,
}

/// A signed statement about the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SignedCheckpoint)]
pub(crate) struct Signed {
    /// How many events it covers.
    size: u64,
    /// The root of the tree over them, hexadecimal.
    root: String,
    /// The signed note.
    note: String,
}

/// What anyone may see of an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EventSeen {
    /// Its place in the log.
    position: u64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Its class, such as `StepFinished`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its hash as a leaf of the log's tree (RFC 6962), hexadecimal.
    #[schema(value_type = String)]
    leaf_sha256: Sha256Digest,
}

/// Between which signed states a proof is asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// The size of the older checkpoint.
    from: u64,
    /// The size of the newer one; what was signed last when it is not given.
    to: Option<u64>,
}

/// What was signed last, as a signed note.
#[utoipa::path(get, path = "/api/v1/log/checkpoint", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), Problems))]
pub(super) async fn checkpoint(
    service: web::Data<Service>,
    _: Anyone,
) -> Result<HttpResponse, Problem> {
    let note = work(move || Ok(service.library.log().newest()?.0)).await?;
    Ok(sent(TEXT, NOW, note.to_string()))
}

/// Every checkpoint that was kept.
#[utoipa::path(get, path = "/api/v1/log/checkpoints", tag = "log",
    responses((status = 200, body = CheckpointList), Problems))]
pub(super) async fn checkpoints(
    service: web::Data<Service>,
    _: Anyone,
) -> Result<HttpResponse, Problem> {
    let notes = work(move || Ok(service.library.log().checkpoints()?)).await?;
    let checkpoints = notes.iter().map(signed).collect::<Result<_, _>>()?;
    let text = serde_json::to_string(&CheckpointList { checkpoints });
    Ok(sent(JSON, NOW, text.map_err(|error| Problem::internal(&error))?))
}

/// The public keys that the log has signed with, one a line, the oldest first.
#[utoipa::path(get, path = "/api/v1/log/keys", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), Problems))]
pub(super) async fn keys(service: web::Data<Service>, _: Anyone) -> Result<HttpResponse, Problem> {
    let keys = service.library.log().verifiers();
    Ok(sent(TEXT, NOW, keys.iter().map(|key| format!("{key}\n")).collect::<String>()))
}

/// The proof that the log as it was signed once is the beginning of the log as it was signed later.
/// `portolan verify` checks it.
#[utoipa::path(get, path = "/api/v1/log/consistency", tag = "log", params(Between),
    responses((status = 200, body = Object), Problems))]
pub(super) async fn consistency(
    service: web::Data<Service>,
    _: Anyone,
    Asking(Between { from, to }): Asking<Between>,
) -> Result<HttpResponse, Problem> {
    let proof = work(move || {
        let log = service.library.log();
        let (newest, kept) = (log.newest()?, log.checkpoints()?);
        let older = find(&kept, from)?;
        let newer = to.map_or(Ok(newest.0), |to| find(&kept, to))?;
        let (before, after) = (signed(&older)?.size, signed(&newer)?.size);
        if before > after {
            let words = format!("from={before} is larger than to={after}.");
            return Err(Problem::bad_request(words));
        }
        let mut bytes = Vec::new();
        let written = log.prove_since(older, newer)?.write(&mut bytes);
        written.map_err(|error| Problem::internal(&error))?;
        Ok(bytes)
    });
    Ok(sent(JSON, NOW, proof.await?))
}

/// What anyone may see of an event.
#[utoipa::path(get, path = "/api/v1/log/events/{position}", tag = "log",
    params(("position" = u64, Path, description = "Its place in the log, from 0")),
    responses((status = 200, body = EventSeen), Problems))]
pub(super) async fn event(
    service: web::Data<Service>,
    _: Anyone,
    Named(position): Named<u64>,
) -> Result<HttpResponse, Problem> {
    let seen = work(move || {
        let library = &service.library;
        let recorded = library.log().read(position, Direction::Forward).next().transpose()?;
        let (Some(recorded), Some(leaf_sha256)) = (recorded, library.leaf(position)?) else {
            return Err(no_event(position, library.log().head()));
        };
        let (at, kind) = (recorded.at, recorded.event.name());
        Ok(EventSeen { position, at, kind, leaf_sha256 })
    });
    let text = serde_json::to_string(&seen.await?).map_err(|error| Problem::internal(&error))?;
    Ok(sent(JSON, FOREVER, text))
}

/// The proof that an event is in the log as it was signed last. Auditors and operators get the file of
/// `portolan log prove`, with the event; anybody else the common form (c2sp.org/tlog-proof) with its
/// hash.
#[utoipa::path(get, path = "/api/v1/log/events/{position}/proof", tag = "log",
    params(("position" = u64, Path, description = "The event's place in the log, from 0")),
    responses(
        (status = 200, content((String = "text/plain"), (Object = "application/json"))),
        (status = 409, body = Problem, content_type = "application/problem+json",
            description = "It was not signed yet"),
        Problems
    ))]
pub(super) async fn proof(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named(position): Named<u64>,
) -> Result<HttpResponse, Problem> {
    let with_event = Reader::of(&viewer).is_insider();
    let kind = if with_event { JSON } else { TEXT };
    let reading = service.clone();
    let proof = work(move || {
        let log = reading.library.log();
        if position >= log.head() {
            return Err(no_event(position, log.head()));
        }
        let unsigned = "The event is newer than what was signed last: ask again soon.";
        let proven = log.prove(position)?;
        let proven = proven.ok_or_else(|| Problem::conflict("not-signed", unsigned))?;
        if !with_event {
            return Ok(proven.without_event().to_string().into_bytes());
        }
        let mut bytes = Vec::new();
        let written = proven.with_event(log)?.write(&mut bytes);
        written.map_err(|error| Problem::internal(&error))?;
        Ok(bytes)
    });
    let proof = proof.await?;
    if with_event {
        service.note_shown(&request, content(&proof)).await?;
    }
    Ok(sent(kind, "private, no-cache", proof))
}

/// A tile of the tree.
pub(super) async fn tile(
    service: web::Data<Service>,
    _: Anyone,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: TileId = format!("tile/{path}").parse().map_err(|_| no_tile())?;
    let hashes = work(move || match service.library.log().tile(id) {
        Err(StoreError::NoTile(_)) => Err(no_tile()),
        hashes => Ok(hashes?),
    });
    let bytes: Vec<u8> = hashes.await?.iter().flat_map(|it| it.to_bytes()).collect();
    Ok(sent("application/octet-stream", FOREVER, bytes))
}

/// A bundle of events.
pub(super) async fn entries(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Insider,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: EntriesId = format!("tile/entries/{path}").parse().map_err(|_| no_tile())?;
    let reading = service.clone();
    let bytes = work(move || {
        let (log, mut bytes) = (reading.library.log(), Vec::new());
        let first = id.index.checked_mul(256).ok_or_else(no_tile)?;
        if first.checked_add(id.width.into()).is_none_or(|end| end > log.head()) {
            return Err(no_tile());
        }
        for leaf in log.leaves(first).take(id.width.into()) {
            let added = append_entry(&mut bytes, &leaf?.1);
            added.map_err(|error| Problem::internal(&error))?;
        }
        Ok(bytes)
    });
    let bytes = bytes.await?;
    service.note_shown(&request, content(&bytes)).await?;
    Ok(sent("application/octet-stream", "private, no-cache", bytes))
}

/// What is written down about bytes that an auditor is shown.
fn content(bytes: &[u8]) -> (Sha256Digest, u64) {
    (Sha256Digest::of(bytes), bytes.len() as u64)
}

fn sent(kind: &str, caching: &str, body: impl Into<web::Bytes>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type(kind).insert_header((header::CACHE_CONTROL, caching));
    answer.insert_header((header::VARY, "authorization, cookie")).body(body.into())
}

fn signed(note: &Note) -> Result<Signed, Problem> {
    let checkpoint: Result<Checkpoint, _> = note.text().parse();
    let checkpoint =
        checkpoint.map_err(|error: ledger::CheckpointError| Problem::internal(&error))?;
    let (size, root) = (checkpoint.size(), checkpoint.root().to_string());
    Ok(Signed { size, root, note: note.to_string() })
}

/// The checkpoint of this size.
fn find(kept: &[Note], size: u64) -> Result<Note, Problem> {
    for note in kept {
        if signed(note)?.size == size {
            return Ok(note.clone());
        }
    }
    Err(Problem::not_found(format!(
        "No checkpoint of {size} events was kept: /api/v1/log/checkpoints lists those that were."
    )))
}

fn no_event(position: u64, events: u64) -> Problem {
    Problem::not_found(format!("There is no event {position}: the log has {events}."))
}

fn no_tile() -> Problem {
    Problem::not_found("There is no such tile: its path is like tile/0/x001/234.p/17.")
}
