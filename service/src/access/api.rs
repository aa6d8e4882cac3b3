//! Grants for programs: who has which, giving one, taking one back, and setting a password.

use actix_session::Session;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, Route, web};
use domain::access::{Means, Role, Scope};
use domain::ids::{AccountId, GrantId};
use jiff::Timestamp;
use reports::granted::{GrantEntry, grants};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::grants as giving;
use super::{Wanted, sessions};
use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::service::Service;
use crate::viewer::Operator;

const GRANT: Who = Who::Operator(Scope::Grant);

/// The addresses of this group.
pub(super) const ADDRESSES: &[Address] = &[
    Address::get("/api/v1/access/grants", GRANT, || -> Route { web::to(list) }),
    Address::post("/api/v1/access/grants", GRANT, || -> Route { web::to(give) }),
    Address::post("/api/v1/access/grants/{grant}/revoke", GRANT, || -> Route { web::to(revoke) }),
    Address::post("/api/v1/access/passwords", GRANT, || -> Route { web::to(set_password) }),
];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(list, give, revoke, set_password, super::sign_in::me))]
pub(crate) struct Accesses;

/// What a program asks to be granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Granting {
    /// To whom.
    pub account: String,
    /// As what: `auditor`, `operator`, `lab` or `vendor:ID`.
    pub role: String,
    /// For what: `read`, `record`, `control`, `grant`, `answer`; everything the role may do when it
    /// is left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub scopes: Option<Vec<Scope>>,
    /// How it is proved: `password`, `token` or `link`.
    #[schema(value_type = String)]
    pub means: Means,
    /// Until when.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
    /// What for.
    pub reason: String,
}

/// What was granted. The secret is shown this once.
#[derive(Serialize, ToSchema)]
struct GivenShown {
    /// The grant, by which it is taken back.
    grant: String,
    /// Until when it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<Timestamp>,
    /// The token, when that proves it.
    token: Option<String>,
    /// The link, when that proves it.
    link: Option<String>,
}

/// Why a grant is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Revoking {
    /// In words.
    reason: String,
}

/// A password for an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// Whose.
    account: String,
    /// The password.
    password: String,
}

/// Every grant, the oldest first.
#[utoipa::path(get, path = "/api/v1/access/grants", tag = "access",
    responses((status = 200, body = Vec<GrantEntry>), Problems),
    security(("token" = ["grant"])))]
async fn list(service: web::Data<Service>, _: Operator) -> HttpResponse {
    let now = service.now();
    secret().json(service.access.look(|it| grants(it, now)))
}

/// Gives an account a role. The answer holds the secret, this once.
#[utoipa::path(post, path = "/api/v1/access/grants", tag = "access", request_body = Granting,
    responses((status = 201, body = GivenShown), Problems, Refusals),
    security(("token" = ["grant"])))]
async fn give(
    service: web::Data<Service>,
    operator: Operator,
    asked: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted(parsed(&asked)?, operator.0.account.as_str())?;
    let at = service.clone();
    let given = web::block(move || at.give_for(&operator.0, wanted)).await;
    let given = given.map_err(|error| Problem::internal(&error))??;
    let shown = given.secret.as_ref().map(|it| it.expose_secret().to_owned());
    let (link, token) = match shown {
        Some(path) if path.starts_with('/') => (Some(service.public(&path)), None),
        token => (None, token),
    };
    let given = GivenShown { grant: given.grant.to_string(), expires: given.expires, token, link };
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(given))
}

/// What is asked for, in types.
pub(super) fn wanted(asked: Granting, by: &str) -> Result<Wanted, Problem> {
    Ok(Wanted {
        account: asked.account.parse::<AccountId>().map_err(|error| invalid(&error))?,
        role: asked.role.parse::<Role>().map_err(|error| invalid(&error))?,
        scopes: asked.scopes,
        means: asked.means,
        expires: asked.expires,
        reason: asked.reason,
        by: by.to_owned(),
    })
}

/// Takes a grant back: it is worth nothing from then on.
#[utoipa::path(post, path = "/api/v1/access/grants/{grant}/revoke", tag = "access",
    params(("grant" = String, Path, description = "Which grant")), request_body = Revoking,
    responses((status = 204, description = "It is taken back, or was before"), Problems, Refusals),
    security(("token" = ["grant"])))]
async fn revoke(
    service: web::Data<Service>,
    operator: Operator,
    grant: web::Path<String>,
    asked: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let Revoking { reason } = parsed(&asked)?;
    let grant = grant.parse::<GrantId>().map_err(|error| invalid(&error))?;
    let by = operator.0.account.to_string();
    let block = move || giving::revoke(&service.access, &grant, (&reason, &by), service.now());
    web::block(block).await.map_err(|error| Problem::internal(&error))??;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets the password of an account, and ends its other sessions. What the account may do is granted
/// apart from that.
#[utoipa::path(post, path = "/api/v1/access/passwords", tag = "access", request_body = NewPassword,
    responses((status = 204, description = "It is set"), Problems, Refusals),
    security(("token" = ["grant"])))]
async fn set_password(
    service: web::Data<Service>,
    Operator(known): Operator,
    session: Session,
    asked: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let NewPassword { account, password } = parsed(&asked)?;
    let account = account.parse::<AccountId>().map_err(|error| invalid(&error))?;
    service.may_set_password(&known, &account)?;
    let password = SecretString::from(password);
    let Some(place) = service.identity.place_to_check().await else {
        let words = "Too many passwords are being checked. Try again.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", words));
    };
    let at = service.clone();
    let is_own = account == known.account;
    let set = web::block(move || {
        let _place = place;
        at.set_password(&account, &password)
    });
    let set = set.await;
    set.map_err(|error| Problem::internal(&error))??;
    if is_own {
        sessions::outlive(&session, &service, &known);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// A body of JSON. What is wrong with it is told without its words: it may hold a secret.
fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::bad_request(format!(
            "The body is not the JSON that this address takes, at line {line}, column {column}."
        ))
    })
}

fn invalid(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
}

fn secret() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
