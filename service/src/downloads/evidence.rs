//! Evidence: what labs kept as proof. It comes from guests and tools: a browser is never let guess
//! what it is.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::Sha256Digest;
use store::StoreError;

use crate::asked::Named;
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::viewer::Insider;

/// How a PNG file begins, with the length and the name of its first chunk.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";

/// Largest text that is shown in a browser, in bytes; a larger one is taken away as a file.
const LARGEST_TEXT: usize = 8 << 20;

pub(super) async fn evidence(
    service: web::Data<Service>,
    request: HttpRequest,
    _: Insider,
    Named(sha256): Named<Sha256Digest>,
) -> Result<HttpResponse, Problem> {
    let tag = format!("\"{sha256}\"");
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, tag.as_str()))
        .insert_header((header::CACHE_CONTROL, "private, max-age=0, must-revalidate"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    let known = request.headers().get(header::IF_NONE_MATCH);
    let is_known = known.is_some_and(|it| it.as_bytes() == tag.as_bytes());
    let bytes = work(move || {
        // One large piece at a time: a few at once would fill the memory.
        let _turn = service.fetching.lock();
        let found = service.library.blobs().get(sha256);
        if let Err(StoreError::BlobMissing(_)) = found {
            return Err(Problem::not_found("No such evidence is kept here."));
        }
        Ok(found?)
    });
    let bytes = bytes.await?;
    if is_known {
        return Ok(answer.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    if bytes.starts_with(PNG) {
        answer.content_type("image/png");
    } else if is_text(&bytes) {
        answer.content_type("text/plain; charset=utf-8");
    } else {
        let name = format!("attachment; filename=\"{sha256}.bin\"");
        answer.content_type("application/octet-stream");
        answer.insert_header((header::CONTENT_DISPOSITION, name));
    }
    Ok(answer.body(bytes))
}

/// Whether it can be read as it is.
fn is_text(bytes: &[u8]) -> bool {
    bytes.len() <= LARGEST_TEXT && std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'))
}
