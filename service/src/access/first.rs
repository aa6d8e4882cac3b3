//! The first operator of a new service: a link that works once, for a quarter of an hour, on the
//! machine itself.

use std::sync::{Mutex, PoisonError};

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use domain::access::{AccessCommand, Known, Means, Role, Viewer};
use domain::event::AccessGranted;
use domain::ids::{AccountId, Sha256Digest};
use jiff::{SignedDuration, Timestamp};
use reports::pages::confirm::Confirm;
use reports::pages::frame::Frame;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::grants::{self, LOCAL};
use super::sign_in::enter;
use super::{Secret, answers, csrf, sessions};
use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;

/// How long the link works.
const OFFERED: SignedDuration = SignedDuration::from_mins(15);
/// How long whoever opens it is an operator; long enough to set a password.
const GRANTED: SignedDuration = SignedDuration::from_hours(12);

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::get("/first/{secret}", Who::Anyone, || -> Route { web::to(ask) }),
    Address::post("/first/{secret}", Who::Anyone, || -> Route { web::to(open) }),
];

/// The link that was offered, if there is one.
#[derive(Debug, Default)]
pub(crate) struct First(Mutex<Option<(Sha256Digest, Timestamp)>>);

impl First {
    fn offer(&self, secret: &Secret, until: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((secret.digest(), until));
    }

    fn is_offered(&self, secret: Sha256Digest, now: Timestamp) -> bool {
        let offered = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offered.is_some_and(|it| is_same(it.0, secret) && now < it.1)
    }

    /// Takes the offer: the second who tries finds none.
    fn take(&self, secret: Sha256Digest, now: Timestamp) -> bool {
        let mut offered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offered.take_if(|it| is_same(it.0, secret) && now < it.1).is_some()
    }
}

fn is_same(one: Sha256Digest, other: Sha256Digest) -> bool {
    one.to_bytes().ct_eq(&other.to_bytes()).into()
}

impl Service {
    /// The path of a link by which somebody at this machine becomes the first operator, once and for
    /// a quarter of an hour. None when there is an operator.
    #[must_use]
    pub fn offer_first_operator(&self) -> Option<SecretString> {
        let now = self.now();
        let has_operator = self.access.look(|it| {
            it.grants().any(|it| {
                let what = &it.granted.what;
                what.role == Role::Operator && what.account.as_str() != LOCAL && it.is_in_force(now)
            })
        });
        if has_operator {
            return None;
        }
        let secret = Secret::new(&self.settings.random)?;
        self.identity.first.offer(&secret, now.checked_add(OFFERED).ok()?);
        Some(format!("/first/{}", secret.letters().expose_secret()).into())
    }
}

async fn ask(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    text: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let secret = shown(&request, &service, &text)?;
    if !service.identity.first.is_offered(secret.digest(), service.now()) {
        return Err(gone(&service));
    }
    let view = Confirm {
        title: "Become the first operator".to_owned(),
        words:
            "Nobody operates this service yet. Whoever goes on is an operator for 12 hours, and \
                should give themselves a password before: portolan access password NAME."
                .to_owned(),
        button: "Become the first operator".to_owned(),
        action: format!("/first/{}", secret.letters().expose_secret()),
        csrf: sessions::token_or_new(&session, &service)?,
    };
    answers::page(StatusCode::OK, view.html(&Frame::new(view.title.clone(), "/first")))
}

async fn open(
    request: HttpRequest,
    service: web::Data<Service>,
    session: Session,
    text: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    csrf::require(&request)?;
    let secret = shown(&request, &service, &text)?;
    if !service.identity.first.take(secret.digest(), service.now()) {
        return Err(gone(&service));
    }
    let known = grant(&service, &secret).await?;
    enter(&service, &session, &known).await?;
    Ok(answers::see_other("/account"))
}

async fn grant(service: &Service, secret: &Secret) -> Result<Known, Problem> {
    let grant = grants::new_id(&service.settings.random).ok_or_else(sessions::no_random)?;
    let account = "operator".parse::<AccountId>().map_err(|error| Problem::internal(&error))?;
    let granted = AccessGranted {
        grant: grant.clone(),
        account,
        role: Role::Operator,
        scopes: Role::Operator.scopes().to_vec(),
        means: Means::Link,
        secret_sha256: Some(secret.digest()),
        expires: service.now().checked_add(GRANTED).ok(),
        reason: "the first operator, at the machine itself".to_owned(),
        by: LOCAL.to_owned(),
    };
    service.record_access(AccessCommand::Grant(granted)).await?;
    let now = service.now();
    match service.access.look(|it| it.grant(&grant).map(|it| it.viewer(now))) {
        Some(Viewer::Known(known)) => Ok(known),
        Some(Viewer::Public) | None => Err(Problem::internal(&"a new grant is not in force")),
    }
}

/// The secret, if it comes from this machine and not too often.
fn shown(request: &HttpRequest, service: &Service, text: &str) -> Result<Secret, Problem> {
    let address = answers::address(request);
    let is_near = address.is_some_and(|it| it.is_loopback());
    let is_rare = service.identity.throttle.count_address(address).is_ok();
    Secret::parse(text).filter(|_| is_near && is_rare).ok_or_else(|| gone(service))
}

fn gone(service: &Service) -> Problem {
    service.identity.note_failed("first operator");
    Problem::not_found(
        "This link opens nothing: it works once, for 15 minutes, on the machine of the service. \
         Start the service again for another.",
    )
}
