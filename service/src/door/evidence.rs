//! `/api/v1/evidence/SHA256`: pieces of evidence by the digest of their bytes. They go up before the
//! event that names them.

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::ids::Sha256Digest;
use serde::{Deserialize, Serialize};
use store::{Blobs, StoreError};
use utoipa::ToSchema;

use super::body::Body;
use super::invalid;
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Lab;

const PATH: &str = "/api/v1/evidence/{sha256}";

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::put(PATH, Who::Lab, || -> Route { web::to(put) }),
    Address::get(PATH, Who::Lab, || -> Route { web::to(get) }),
];

/// A piece of evidence that is kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Kept {
    /// Its digest.
    sha256: String,
    /// How many bytes it has.
    bytes: u64,
}

/// Keeps a piece of evidence; it is safe on disk when this is answered.
#[utoipa::path(
    put,
    path = "/api/v1/evidence/{sha256}",
    tag = "labs",
    params(("sha256" = String, Path, description = "the digest of the bytes, 64 hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        Problems,
        Refusals,
        (status = 201, description = "it is kept from now on", body = Kept),
        (status = 200, description = "it was there", body = Kept),
        (status = 422, description = "invalid: these bytes have another digest", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn put(
    service: web::Data<Service>,
    lab: Lab,
    request: HttpRequest,
    payload: web::Payload,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let named = digest(&path)?;
    let body = Body::raw(&service.door, &request, payload, Blobs::LARGEST).await?;
    service.door.rates.evidence(&lab.0.grant, body.len())?;
    let bytes = body.len() as u64;
    let at = service.clone();
    let status = at.background.work(move || keep(&service, named, &body)).await?;
    Ok(HttpResponse::build(status).json(Kept { sha256: named.to_string(), bytes }))
}

fn keep(service: &Service, named: Sha256Digest, body: &Body) -> Result<StatusCode, Problem> {
    let bytes = body.bytes()?;
    let found = Sha256Digest::of(&bytes);
    if found != named {
        return Err(invalid(format!("these bytes have the digest {found}, and not {named}")));
    }
    let is_there = service.library.blobs().contains(named)?;
    service.desk.keep(&bytes)?;
    Ok(if is_there { StatusCode::OK } else { StatusCode::CREATED })
}

/// A piece of evidence; HEAD tells only whether it is there.
#[utoipa::path(
    get,
    path = "/api/v1/evidence/{sha256}",
    tag = "labs",
    params(("sha256" = String, Path, description = "the digest of the bytes, 64 hexadecimal digits")),
    responses(
        Problems,
        (status = 200, description = "the bytes, verified", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 422, description = "invalid: this is no digest", body = Problem,
            content_type = "application/problem+json"),
    ),
    security(("token" = ["record"]))
)]
pub(super) async fn get(
    service: web::Data<Service>,
    _: Lab,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let named = digest(&path)?;
    let is_head = request.method() == Method::HEAD;
    let found = web::block(move || match is_head {
        true => Ok(service.library.blobs().contains(named)?.then(Vec::new)),
        false => bytes(&service, named),
    });
    let found = found.await.map_err(|error| Problem::internal(&error))??;
    let missing = || Problem::not_found("There is no evidence with this digest.");
    let bytes = found.ok_or_else(missing)?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        // Whatever a guest wrote into it: no browser shows it as a page of this service.
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .body(bytes))
}

fn bytes(service: &Service, named: Sha256Digest) -> Result<Option<Vec<u8>>, Problem> {
    match service.library.blobs().get(named) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::BlobMissing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn digest(path: &str) -> Result<Sha256Digest, Problem> {
    path.parse().map_err(|_| invalid("a digest is written as 64 hexadecimal digits"))
}
