//! Nothing is changed by a page of somebody else: what a browser sends with our cookie has to come
//! from our own pages (what the browser says about that), and has to bring the session's token.

use actix_session::SessionExt as _;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::sessions;
use crate::problem::Problem;
use crate::service::Service;

/// The header in which scripts send the token.
pub(crate) const HEADER: &str = "X-Portolan-CSRF";
/// Largest form that is read, in bytes: a vendor's longest answer, each letter spelled with `%`.
const LARGEST_FORM: usize = 256 << 10;

/// Left with a request that has brought the token of its session.
struct Brought;

/// The field of a form in which the token comes; other fields are the handler's.
#[derive(Deserialize)]
struct Field {
    csrf: Option<String>,
}

/// Middleware: lets nothing change anything for a cookie alone. Whoever sends a token of its own
/// (`Authorization`) cannot be tricked, since no browser sends that by itself.
pub(crate) async fn guard<B>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error>
where
    B: actix_web::body::MessageBody + 'static,
{
    let is_bearer = request.headers().contains_key(header::AUTHORIZATION);
    if request.method().is_safe() || is_bearer {
        return next.call(request).await;
    }
    let service = request.app_data::<web::Data<Service>>().cloned();
    let service = service.ok_or_else(|| Problem::internal(&"no service"))?;
    check_origin(&request, service.settings.public_url.as_deref())?;
    if request.cookie(sessions::cookie(&service)).is_some() {
        check_token(&mut request).await?;
        request.extensions_mut().insert(Brought);
    }
    next.call(request).await
}

/// Lets only those pass whose request has brought the token of its session. For what is changed
/// without having signed in: somebody could be signed in as somebody else.
///
/// # Errors
/// When it has not.
pub(crate) fn require(request: &HttpRequest) -> Result<(), Problem> {
    match request.extensions().get::<Brought>() {
        Some(Brought) => Ok(()),
        None => Err(no_token()),
    }
}

/// What the browser says about where the request is from, as Go's `CrossOriginProtection` takes it.
fn check_origin(request: &ServiceRequest, public_url: Option<&str>) -> Result<(), Problem> {
    let headers = request.headers();
    let is_ours = match text(headers, "sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match headers.get(header::ORIGIN) {
            // No browser of the last years, or no browser at all: the token decides.
            None => true,
            Some(origin) => origin.to_str().is_ok_and(|origin| {
                is_host(origin, text(headers, "host"))
                    || public_url.is_some_and(|it| is(it, origin))
            }),
        },
    };
    if is_ours {
        return Ok(());
    }
    let words = "This came from a page of another site. Do it from the service's own pages.";
    Err(Problem::new(StatusCode::FORBIDDEN, "cross-origin", words))
}

/// Whether an origin is that of this host.
fn is_host(origin: &str, host: Option<&str>) -> bool {
    let uri = origin.parse::<Uri>().ok();
    let authority = uri.as_ref().and_then(Uri::authority).map(|it| it.as_str());
    authority.is_some() && authority == host
}

/// Whether an origin is that of this address.
fn is(url: &str, origin: &str) -> bool {
    let parts = |it: &str| {
        let uri = it.parse::<Uri>().ok()?;
        Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_owned()))
    };
    parts(url).is_some_and(|it| Some(it) == parts(origin))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|it| it.to_str().unwrap_or("?"))
}

/// Holds the token of the header or of the form against that of the session.
async fn check_token(request: &mut ServiceRequest) -> Result<(), Problem> {
    let expected = sessions::token(&request.get_session()).ok_or_else(no_token)?;
    let brought = match text(request.headers(), HEADER).map(str::to_owned) {
        Some(brought) => Some(brought),
        None => of_form(request).await?,
    };
    let is_right = brought.is_some_and(|it| it.as_bytes().ct_eq(expected.as_bytes()).into());
    if is_right { Ok(()) } else { Err(no_token()) }
}

/// The field of the form, which is read and put back for the handler.
async fn of_form(request: &mut ServiceRequest) -> Result<Option<String>, Problem> {
    if request.content_type() != "application/x-www-form-urlencoded" {
        return Ok(None);
    }
    let body = read(request.take_payload()).await?;
    let field = serde_urlencoded(&body);
    request.set_payload(Payload::from(body));
    Ok(field)
}

fn serde_urlencoded(body: &Bytes) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    // A field that comes twice, or that is no text, is no token.
    web::Query::<Field>::from_query(text).ok()?.into_inner().csrf
}

async fn read(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("The form did not arrive whole."))?;
        if body.len() + chunk.len() > LARGEST_FORM {
            let words = format!("A form has at most {LARGEST_FORM} bytes.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", words));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn no_token() -> Problem {
    let words = "The form is not from this session, or the session is over. Open the page again \
                 and send it from there.";
    Problem::new(StatusCode::FORBIDDEN, "csrf", words)
}
