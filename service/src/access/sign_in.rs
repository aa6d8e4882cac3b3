//! Signing in with a password, signing out, and the page that says as whom one is signed in.

use std::time::Duration;

use actix_session::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{AccessCommand, Known, Means, Viewer};
use domain::event::SignedIn;
use domain::ids::AccountId;
use reports::pages::account::Account;
use reports::pages::frame::Frame;
use reports::pages::sign_in::{Door, SignIn};
use secrecy::SecretString;
use serde::Deserialize;

use super::{answers, csrf, next, sessions};
use crate::address::{Address, Who};
use crate::api::responses::Problems;
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer;

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::get("/sign-in", Who::Anyone, || -> Route { web::to(form) }),
    Address::post("/sign-in", Who::Anyone, || -> Route { web::to(sign_in) }),
    Address::post("/sign-out", Who::Anyone, || -> Route { web::to(sign_out) }),
    Address::get("/account", Who::Known, || -> Route { web::to(account) }),
    Address::get("/api/v1/access/me", Who::Known, || -> Route { web::to(me) }),
];

/// How long to wait when too many sign in at once.
const BUSY: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Tried {
    account: String,
    password: String,
    next: Option<String>,
}

async fn form(
    service: web::Data<Service>,
    session: Session,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let next = next::local(asked.next.as_deref()).to_owned();
    page(&service, &session, (next, String::new()), None)
}

/// The form, and why the attempt before did not succeed.
pub(super) fn page(
    service: &Service,
    session: &Session,
    (next, account): (String, String),
    error: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let status = if error.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    let view = SignIn {
        csrf: sessions::token_or_new(session, service)?,
        next,
        account,
        error: error.map(str::to_owned),
        door: service.identity.door_name().map(|name| Door { name, href: "/sign-in/oidc".into() }),
    };
    answers::page(status, view.html(&Frame::new(view.title(), "/sign-in")))
}

async fn sign_in(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    tried: web::Form<Tried>,
) -> Result<HttpResponse, Problem> {
    csrf::require(&request)?;
    let Tried { account, password, next } = tried.into_inner();
    let (next, password) = (next::local(next.as_deref()).to_owned(), SecretString::from(password));
    if let Err(wait) = service.identity.throttle.count(&account, answers::address(&request)) {
        return Ok(answers::wait(StatusCode::TOO_MANY_REQUESTS, "too-many-sign-ins", wait));
    }
    let Some(is_right) = check(&service, account.clone(), password).await? else {
        return Ok(answers::wait(StatusCode::SERVICE_UNAVAILABLE, "busy", BUSY));
    };
    match by_password(&service, &account).filter(|_| is_right) {
        Some(known) => {
            enter(&service, &session, &known).await?;
            Ok(answers::see_other(&next))
        }
        None => {
            service.identity.note_failed("password");
            let words = "The account or the password is not right, or the account has no access \
                         any more.";
            let account: String = account.chars().take(64).collect();
            page(&service, &session, (next, account), Some(words))
        }
    }
}

/// Whether the password is right; none when too many are being checked already.
async fn check(
    service: &web::Data<Service>,
    account: String,
    password: SecretString,
) -> Result<Option<bool>, Problem> {
    let Some(place) = service.identity.place_to_check().await else { return Ok(None) };
    let service = service.clone();
    let checked = web::block(move || {
        let _place = place;
        service.identity.passwords.is_right(&account, &password)
    });
    let checked = checked.await.map_err(|error| Problem::internal(&error))?;
    checked.map(Some).map_err(|error| Problem::internal(&error))
}

/// Who an account is by its password: by the last grant in force of that means.
fn by_password(service: &Service, account: &str) -> Option<Known> {
    let account = account.parse::<AccountId>().ok()?;
    let now = service.now();
    service.access.look(|registry| {
        let its = registry.grants().filter(|it| {
            let what = &it.granted.what;
            what.account == account && what.means == Means::Password && it.is_in_force(now)
        });
        match its.max_by_key(|it| it.granted.position)?.viewer(now) {
            Viewer::Known(known) => Some(known),
            Viewer::Public => None,
        }
    })
}

/// Records the sign-in, and begins the session.
pub(super) async fn enter(
    service: &Service,
    session: &Session,
    known: &Known,
) -> Result<(), Problem> {
    let signed_in =
        SignedIn { account: known.account.clone(), grant: known.grant.clone(), means: known.means };
    service.record_access(AccessCommand::NoteSignIn(signed_in)).await?;
    sessions::begin(session, service, known)
}

async fn sign_out(service: web::Data<Service>, session: Session) -> HttpResponse {
    sessions::end(&session, &service).await;
    answers::see_other("/")
}

async fn account(request: HttpRequest, session: Session) -> Result<HttpResponse, Problem> {
    let view = seen(&request)?;
    let viewer = viewer::of(&request);
    let frame = Frame::new("Your account", "/account").seen_by(viewer.role().cloned());
    let csrf = sessions::token(&session).filter(|_| view.session_ends.is_some());
    answers::page(StatusCode::OK, view.html(&frame, csrf.as_deref()))
}

/// As whom the sender is known.
#[utoipa::path(get, path = "/api/v1/access/me", tag = "access",
    responses((status = 200, body = Account), Problems), security(("token" = [])))]
pub(super) async fn me(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::Ok();
    Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).json(seen(&request)?))
}

fn seen(request: &HttpRequest) -> Result<Account, Problem> {
    match viewer::of(request) {
        Viewer::Known(known) => {
            let ends = sessions::ends(request).map(|it| it.to_string());
            Ok(Account::of(&known, ends))
        }
        Viewer::Public => Err(Problem::not_signed_in()),
    }
}
