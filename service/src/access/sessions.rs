//! Sessions of people with a browser: an encrypted cookie says which grant was shown and when; what
//! the grant is worth is asked for at every request.

use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionExt as _, SessionMiddleware};
use actix_web::cookie::SameSite;
use actix_web::{HttpRequest, web};
use domain::access::{Known, Viewer};
use domain::ids::{AccountId, GrantId, Sha256Digest};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::problem::Problem;
use crate::service::Service;

/// How long a session lasts at most.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How long it lasts when nobody uses it.
pub const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// The cookie is written anew when the last use that it names is so long ago.
const REFRESH: SignedDuration = SignedDuration::from_secs(60);

const CSRF: &str = "csrf";
const SIGNED: &str = "signed";

/// What a session says about who has signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signed {
    account: AccountId,
    grant: GrantId,
    issued: Timestamp,
    used: Timestamp,
}

/// The name of the cookie.
#[must_use]
pub(crate) fn cookie(service: &Service) -> &'static str {
    match service.is_public_by_tls() {
        true => "__Host-portolan",
        false => "portolan",
    }
}

/// Middleware: opens the cookie, and writes it when it has changed.
pub(crate) fn middleware(service: &Service) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), service.identity.keys.cookies())
        .cookie_name(cookie(service).to_owned())
        .cookie_secure(service.is_public_by_tls())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(BrowserSession::default())
        .build()
}

/// Who has signed in, if the session is still good and the grant in force.
pub(crate) fn viewer(session: &Session, service: &Service) -> Viewer {
    let Ok(Some(signed)) = session.get::<Signed>(SIGNED) else { return Viewer::Public };
    let now = service.now();
    let viewer = match is_good(&signed, now) && !is_ended(session, &signed, service) {
        true => service.access.look(|it| it.grant(&signed.grant).map(|it| it.viewer(now))),
        false => None,
    };
    match viewer {
        Some(Viewer::Known(known)) if known.account == signed.account => {
            if now.duration_since(signed.used) >= REFRESH {
                // Fails only for what cannot be written as JSON.
                let _ = session.insert(SIGNED, Signed { used: now, ..signed });
            }
            Viewer::Known(known)
        }
        Some(Viewer::Known(_) | Viewer::Public) | None => {
            session.remove(SIGNED);
            Viewer::Public
        }
    }
}

fn is_good(signed: &Signed, now: Timestamp) -> bool {
    let (age, idle) = (now.duration_since(signed.issued), now.duration_since(signed.used));
    // A clock that was put back makes nobody's session longer.
    let is_past = age >= -REFRESH && idle >= -REFRESH;
    is_past && age < LONGEST && idle < IDLE
}

fn is_ended(session: &Session, signed: &Signed, service: &Service) -> bool {
    let Signed { account, issued, .. } = signed;
    name(session).is_none_or(|it| service.identity.ended.has(it, account, *issued))
}

/// What a session is remembered by when it has ended.
fn name(session: &Session) -> Option<Sha256Digest> {
    let token = session.get::<String>(CSRF).ok().flatten()?;
    Some(Sha256Digest::of(token.as_bytes()))
}

/// Until when a session lasts if it is used; none when nobody has signed in by one.
#[must_use]
pub(crate) fn ends(request: &HttpRequest) -> Option<Timestamp> {
    let signed = request.get_session().get::<Signed>(SIGNED).ok().flatten()?;
    signed.issued.checked_add(LONGEST).ok()
}

/// Begins a session for whoever has just shown who they are: nothing of the session before is kept,
/// so that nobody who knew that one knows this one.
///
/// # Errors
/// When the system gives no random numbers.
pub(crate) fn begin(session: &Session, service: &Service, known: &Known) -> Result<(), Problem> {
    let now = service.now();
    session.clear();
    session.renew();
    let signed = Signed {
        account: known.account.clone(),
        grant: known.grant.clone(),
        issued: now,
        used: now,
    };
    session.insert(SIGNED, signed).map_err(|error| Problem::internal(&error))?;
    token_or_new(session, service).map(drop)
}

/// Lets the session of a request go on that ended all others of its account.
pub(crate) fn outlive(session: &Session, service: &Service, known: &Known) {
    if let Ok(Some(signed)) = session.get::<Signed>(SIGNED)
        && signed.grant == known.grant
    {
        // Fails only for what cannot be written as JSON.
        let _ = session.insert(SIGNED, Signed { issued: service.now(), ..signed });
    }
}

/// Ends a session, also for whoever kept its cookie. One in which nobody has signed in is worth
/// nothing to anybody and is not remembered: everybody gets as many of those as they like.
pub(crate) async fn end(session: &Session, service: &web::Data<Service>) {
    let is_signed = matches!(session.get::<Signed>(SIGNED), Ok(Some(_)));
    let name = name(session).filter(|_| is_signed);
    session.purge();
    let (Some(name), at) = (name, service.clone()) else { return };
    let ended = web::block(move || at.identity.ended.end(name, at.now())).await;
    if let Ok(Err(error)) = ended {
        tracing::error!(%error, "a session that has ended is forgotten at the next start");
    }
}

/// The token that a form of this session has to send back; none when there is no session.
#[must_use]
pub fn csrf_token(request: &HttpRequest) -> Option<String> {
    token(&request.get_session())
}

/// The token of a session.
pub(crate) fn token(session: &Session) -> Option<String> {
    session.get::<String>(CSRF).ok().flatten()
}

/// The token of a session; it gets one when it has none.
///
/// # Errors
/// When the system gives no random numbers.
pub(crate) fn token_or_new(session: &Session, service: &Service) -> Result<String, Problem> {
    if let Some(token) = token(session) {
        return Ok(token);
    }
    let secret = Secret::new(&service.settings.random).ok_or_else(no_random)?;
    let token = secret.letters().expose_secret().to_owned();
    session.insert(CSRF, &token).map_err(|error| Problem::internal(&error))?;
    Ok(token)
}

/// The system gives no random numbers.
pub(crate) fn no_random() -> Problem {
    Problem::internal(&"the system gives no random numbers")
}
