//! The way to another's door, and the way back.

use actix_session::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{AccessCommand, Grant, Known, Means, Role, Viewer};
use domain::event::AccessGranted;
use domain::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use openidconnect::RedirectUrl;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::fault::OidcError;
use super::provider::{Oidc, Pending, Person};
use crate::access::sign_in::{enter, page};
use crate::access::{Secret, answers, grants, next, sessions};
use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/sign-in/oidc", Who::Anyone, || -> Route { web::to(go) }),
    Address::get(BACK, Who::Anyone, || -> Route { web::to(back) }),
];

/// Where the other door sends people back to.
const BACK: &str = "/sign-in/oidc/callback";
/// How long somebody may take to sign in there.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// How long a grant lasts that the other door's word gives.
const GRANTED: SignedDuration = SignedDuration::from_hours(12);
/// With less than so much of it left, a sign-in gives another.
const ENOUGH: SignedDuration = SignedDuration::from_hours(6);
/// Where it is kept in the session.
const PENDING: &str = "oidc";

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
}

/// What the other door sends back with somebody.
#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
}

async fn go(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let oidc = door(&service)?;
    if let Err(wait) = service.identity.throttle.count_address(answers::address(&request)) {
        return Ok(answers::wait(StatusCode::TOO_MANY_REQUESTS, "too-many-sign-ins", wait));
    }
    let drawn = || {
        let secret = Secret::new(&service.settings.random).ok_or_else(sessions::no_random)?;
        Ok::<_, Problem>(secret.letters().expose_secret().to_owned())
    };
    let pending = Pending {
        state: drawn()?,
        nonce: drawn()?,
        verifier: drawn()?,
        next: next::local(asked.next.as_deref()).to_owned(),
        since: service.now(),
    };
    match oidc.way_there(&pending, &way_back(&request, &service)?).await {
        Ok(there) => {
            session.insert(PENDING, &pending).map_err(|error| Problem::internal(&error))?;
            Ok(answers::see_other(&there))
        }
        Err(error) => failed(&service, &session, &error),
    }
}

async fn back(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    back: web::Query<Back>,
) -> Result<HttpResponse, Problem> {
    let oidc = door(&service)?;
    let Back { code, state } = back.into_inner();
    // Taken out first: whatever comes of it, it is good for one try.
    let pending = session.remove_as::<Pending>(PENDING).and_then(Result::ok);
    let pending = pending.filter(|it| is_same(it, state.as_deref(), service.now()));
    let (Some(pending), Some(code)) = (pending, code) else {
        let words =
            "The sign-in there was not completed, or took longer than 10 minutes. Try again.";
        return refused(&service, &session, words);
    };
    let way_back = way_back(&request, &service)?;
    let person = oidc.person(code, (&pending, &way_back), &service.settings.clock).await;
    let Person { account, role } = match person {
        Ok(person) => person,
        Err(error) => return failed(&service, &session, &error),
    };
    let Some(role) = role else {
        let words =
            "You are known there, but nothing you are there has a role here. Ask an operator.";
        return refused(&service, &session, words);
    };
    let Some(known) = known(&service, account, role).await? else {
        let words = "Your access was taken back. Ask an operator.";
        return refused(&service, &session, words);
    };
    enter(&service, &session, &known).await?;
    Ok(answers::see_other(&pending.next))
}

fn door(service: &Service) -> Result<&Oidc, Problem> {
    let oidc = service.identity.oidc.as_ref();
    oidc.ok_or_else(|| Problem::not_found("This service knows local accounts only."))
}

/// Where the other door sends people back to, as they call this service.
fn way_back(request: &HttpRequest, service: &Service) -> Result<RedirectUrl, Problem> {
    let url = match &service.settings.public_url {
        Some(_) => service.public(BACK),
        None => {
            let host = request.headers().get(header::HOST).and_then(|it| it.to_str().ok());
            format!("http://{}{BACK}", host.unwrap_or("127.0.0.1"))
        }
    };
    RedirectUrl::new(url).map_err(|_| Problem::bad_request("The host of the request is no host."))
}

fn is_same(pending: &Pending, state: Option<&str>, now: Timestamp) -> bool {
    let age = now.duration_since(pending.since);
    let is_fresh = !age.is_negative() && age < LONGEST;
    let is_ours = state.is_some_and(|it| it.as_bytes().ct_eq(pending.state.as_bytes()).into());
    is_fresh && is_ours
}

fn failed(
    service: &Service,
    session: &Session,
    error: &OidcError,
) -> Result<HttpResponse, Problem> {
    tracing::warn!(%error, "no sign-in at another's door");
    let words = match error {
        OidcError::NotBelieved { .. } => "What came back from there cannot be believed. Try again.",
        OidcError::Down { .. } | OidcError::Issuer(_) | OidcError::Caller(_) => {
            "The other door does not answer. Try again later, or use a password."
        }
    };
    refused(service, session, words)
}

fn refused(service: &Service, session: &Session, words: &str) -> Result<HttpResponse, Problem> {
    service.identity.note_failed("oidc");
    page(service, session, ("/".to_owned(), String::new()), Some(words))
}

/// Who somebody is here: by a grant that lasts, or by a new one. None when an operator has taken back
/// one that would last still.
async fn known(
    service: &Service,
    account: AccountId,
    role: Role,
) -> Result<Option<Known>, Problem> {
    let now = service.now();
    let lasting = |it: &Grant| match it.granted.what.expires {
        Some(end) => end.duration_since(now),
        None => SignedDuration::ZERO,
    };
    let (kept, is_refused) = service.access.look(|registry| {
        let its = || {
            registry.grants().filter(|it| {
                it.granted.what.account == account && it.granted.what.means == Means::Oidc
            })
        };
        let is_refused = its().any(|it| it.revoked.is_some() && lasting(it).is_positive());
        let mut good = its().filter(|it| it.granted.what.role == role && it.is_in_force(now));
        (good.find(|it| lasting(it) >= ENOUGH).map(|it| it.viewer(now)), is_refused)
    });
    match kept {
        _ if is_refused => Ok(None),
        Some(Viewer::Known(known)) => Ok(Some(known)),
        Some(Viewer::Public) | None => granted(service, account, role).await,
    }
}

async fn granted(
    service: &Service,
    account: AccountId,
    role: Role,
) -> Result<Option<Known>, Problem> {
    let grant = grants::new_id(&service.settings.random).ok_or_else(sessions::no_random)?;
    let granted = AccessGranted {
        grant: grant.clone(),
        account,
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Oidc,
        secret_sha256: None,
        expires: service.now().checked_add(GRANTED).ok(),
        reason: "signed in at another's door".to_owned(),
        by: "oidc".to_owned(),
    };
    service.record_access(AccessCommand::Grant(granted)).await?;
    let now = service.now();
    match service.access.look(|it| it.grant(&grant).map(|it| it.viewer(now))) {
        Some(Viewer::Known(known)) => Ok(Some(known)),
        Some(Viewer::Public) | None => Ok(None),
    }
}
