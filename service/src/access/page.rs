//! The page of grants, for operators with a browser.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::access::{Known, Scope};
use domain::ids::GrantId;
use reports::granted::grants;
use reports::pages::access::{Access, JustGiven};
use reports::pages::frame::Frame;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::api::{Granting, wanted};
use super::{answers, grants as giving, sessions};
use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Operator;

const GRANT: Who = Who::Operator(Scope::Grant);

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::get("/access", GRANT, || -> Route { web::to(show) }),
    Address::post("/access/grants", GRANT, || -> Route { web::to(give) }),
    Address::post("/access/grants/{grant}/revoke", GRANT, || -> Route { web::to(revoke) }),
];

#[derive(Deserialize)]
struct Form {
    account: String,
    role: String,
    means: domain::access::Means,
    reason: String,
}

#[derive(Deserialize)]
struct Why {
    reason: String,
}

async fn show(
    service: web::Data<Service>,
    session: Session,
    operator: Operator,
) -> Result<HttpResponse, Problem> {
    page(&service, (&session, &operator.0), Ok(None))
}

/// The page, with what came of the form.
fn page(
    service: &Service,
    (session, known): (&Session, &Known),
    came: Result<Option<JustGiven>, Problem>,
) -> Result<HttpResponse, Problem> {
    let now = service.now();
    let mut grants = service.access.look(|it| grants(it, now));
    grants.reverse();
    let (given, error) = match came {
        Ok(given) => (given, None),
        Err(problem) if problem.status < 500 => (None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let status = error.as_ref().map_or(StatusCode::OK, actix_web::ResponseError::status_code);
    let error = error.map(|it| it.detail);
    let csrf = sessions::token_or_new(session, service)?;
    let frame = Frame::new("Access", "/access").seen_by(Some(known.role.clone()));
    answers::page(status, Access { grants, given, error, csrf }.html(&frame))
}

async fn give(
    service: web::Data<Service>,
    session: Session,
    operator: Operator,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Form { account, role, means, reason } = form.into_inner();
    let asked = Granting { account, role, scopes: None, means, expires: None, reason };
    let came = given(&service, asked, operator.0.account.as_str()).await;
    page(&service, (&session, &operator.0), came.map(Some))
}

async fn given(
    service: &web::Data<Service>,
    asked: Granting,
    by: &str,
) -> Result<JustGiven, Problem> {
    let (wanted, at) = (wanted(asked, by)?, service.clone());
    let given = web::block(move || at.give(wanted)).await;
    let given = given.map_err(|error| Problem::internal(&error))??;
    let secret = given.secret.map(|it| match it.expose_secret() {
        path if path.starts_with('/') => service.public(path),
        token => token.to_owned(),
    });
    Ok(JustGiven { grant: given.grant.to_string(), secret })
}

async fn revoke(
    service: web::Data<Service>,
    session: Session,
    operator: Operator,
    (grant, why): (web::Path<String>, web::Form<Why>),
) -> Result<HttpResponse, Problem> {
    let by = operator.0.account.to_string();
    let Ok(grant) = grant.parse::<GrantId>() else {
        return Err(Problem::not_found("There is no such grant."));
    };
    let at = service.clone();
    let block = move || giving::revoke(&at.access, &grant, (&why.reason, &by), at.now());
    let taken = web::block(block).await.map_err(|error| Problem::internal(&error))?;
    match taken {
        Ok(_) => Ok(answers::see_other("/access")),
        Err(error) => page(&service, (&session, &operator.0), Err(error.into())),
    }
}
