//! Who may see what, for operators with a browser: the same as the command line and the interface for
//! programs do.

use std::collections::BTreeSet;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::access::{Known, Means, Scope};
use domain::ids::GrantId;
use jiff::{SignedDuration, Timestamp};
use reports::pages::frame::Frame;
use reports::pages::grants::{self as page, Grants, Showing, Tried};
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use crate::access::{Wanted, revoke, sessions};
use crate::address::{Address, Who};
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::showing::{self, see_other};
use crate::viewer::Operator;

const GRANT: Who = Who::Operator(Scope::Grant);

/// Most days that a grant of the form lasts.
const MOST_DAYS: u16 = 3650;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get("/access", GRANT, || -> Route { web::to(list) }),
    Address::post("/access/grants", GRANT, || -> Route { web::to(give) }),
    Address::post("/access/revocations", GRANT, || -> Route { web::to(take_back) }),
];

/// What the form brings. The boxes of scopes have their names.
#[derive(Debug, Clone, Deserialize)]
struct Giving {
    account: String,
    role: String,
    means: Means,
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
    read: Option<String>,
    record: Option<String>,
    control: Option<String>,
    grant: Option<String>,
    answer: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct TakingBack {
    grant: String,
    #[serde(default)]
    reason: String,
}

async fn list(
    service: web::Data<Service>,
    Operator(known): Operator,
    session: Session,
) -> Result<HttpResponse, Problem> {
    shown(&service, (&known, &session), StatusCode::OK, Showing::default())
}

/// The page, with what belongs to this showing.
fn shown(
    service: &Service,
    (known, session): (&Known, &Session),
    status: StatusCode,
    showing: Showing,
) -> Result<HttpResponse, Problem> {
    let now = service.now();
    let records = service.library.records(now);
    let vendors: BTreeSet<_> =
        records.iter().flat_map(|it| it.testbed.vendors.iter().map(|it| it.id.clone())).collect();
    let vendors = vendors.into_iter().collect();
    let view = service.access.look(|registry| Grants::new(registry, vendors, now));
    let csrf = sessions::token(session).unwrap_or_default();
    let frame = Frame::new(view.title(), "/access").seen_by(Some(known.role.clone()));
    showing::page(status, view.html(&frame, &Showing { csrf, ..showing }))
}

async fn give(
    service: web::Data<Service>,
    Operator(known): Operator,
    session: Session,
    form: web::Form<Giving>,
) -> Result<HttpResponse, Problem> {
    let giving = form.into_inner();
    let made = match giving.wanted(&known, service.now()) {
        Ok(wanted) => {
            let (at, is_link) = (service.clone(), wanted.means == Means::Link);
            let account = wanted.account.to_string();
            let giver = known.clone();
            let given = work(move || Ok(at.give_for(&giver, wanted)?)).await;
            given.map(|given| (given, is_link, account))
        }
        Err(words) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words)),
    };
    let showing = match made {
        Ok((given, is_link, account)) => {
            let secret = given.secret.as_ref().map(|it| it.expose_secret().to_owned());
            let secret = secret.map(|it| match is_link {
                true => format!("{}{it}", service.called()),
                false => it,
            });
            let (grant, expires) = (given.grant.to_string(), given.expires);
            let given = page::Given { grant, account, secret, is_link, expires };
            Showing { given: Some(given), ..Showing::default() }
        }
        Err(problem) if problem.status < 500 => {
            let Giving { account, role, reason, days, .. } = giving;
            let error = format!("Not given: {}.", problem.detail.trim_end_matches('.'));
            let tried = Tried { account, role, reason, days, error };
            let showing = Showing { tried, ..Showing::default() };
            return shown(&service, (&known, &session), StatusCode::UNPROCESSABLE_ENTITY, showing);
        }
        Err(problem) => return Err(problem),
    };
    shown(&service, (&known, &session), StatusCode::CREATED, showing)
}

impl Giving {
    /// What is asked for, in types; otherwise what is wrong, in words.
    fn wanted(&self, by: &Known, now: Timestamp) -> Result<Wanted, String> {
        let boxes = [
            (Scope::Read, &self.read),
            (Scope::Record, &self.record),
            (Scope::Control, &self.control),
            (Scope::Grant, &self.grant),
            (Scope::Answer, &self.answer),
        ];
        let chosen = boxes.into_iter().filter(|(_, it)| it.is_some()).map(|(scope, _)| scope);
        let chosen: Vec<Scope> = chosen.collect();
        Ok(Wanted {
            account: self
                .account
                .trim()
                .parse()
                .map_err(|error| format!("the account: {error}"))?,
            role: self.role.parse().map_err(|error| format!("the role: {error}"))?,
            scopes: (!chosen.is_empty()).then_some(chosen),
            means: self.means,
            expires: self.end(now)?,
            reason: self.reason.clone(),
            by: by.account.to_string(),
        })
    }

    /// When it ends, in whole seconds: a link names them.
    fn end(&self, now: Timestamp) -> Result<Option<Timestamp>, String> {
        let days = self.days.trim();
        if days.is_empty() {
            return Ok(None);
        }
        let wrong = || format!("the days are a number from 1 to {MOST_DAYS}");
        let days = days.parse::<u16>().ok().filter(|it| (1..=MOST_DAYS).contains(it));
        let lasting = SignedDuration::from_hours(i64::from(days.ok_or_else(wrong)?) * 24);
        let whole = Timestamp::from_second(now.as_second()).map_err(|_| wrong())?;
        whole.checked_add(lasting).map(Some).map_err(|_| wrong())
    }
}

async fn take_back(
    service: web::Data<Service>,
    Operator(known): Operator,
    session: Session,
    form: web::Form<TakingBack>,
) -> Result<HttpResponse, Problem> {
    let TakingBack { grant, reason } = form.into_inner();
    let Ok(id) = grant.parse::<GrantId>() else {
        return Err(Problem::bad_request("Choose the grant to take back."));
    };
    let (at, by) = (service.clone(), known.account.to_string());
    let now = service.now();
    match work(move || Ok(revoke(&at.access, &id, (&reason, &by), now)?)).await {
        Ok(_) => Ok(see_other("/access")),
        Err(problem) if problem.status < 500 => {
            let error = format!("Not taken back: {}.", problem.detail.trim_end_matches('.'));
            let tried = Tried { error, ..Tried::default() };
            let showing = Showing { tried, ..Showing::default() };
            shown(&service, (&known, &session), StatusCode::UNPROCESSABLE_ENTITY, showing)
        }
        Err(problem) => Err(problem),
    }
}
