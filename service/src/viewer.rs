//! Who is looking: found once for each request, then carried as a type that a handler asks for.

use actix_session::SessionExt as _;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use domain::access::{Known, Role, Viewer};
use domain::ids::VendorId;
use std::future::{Ready, ready};

use crate::access::{Secret, sessions};
use crate::problem::Problem;
use crate::service::Service;

/// Middleware: finds out who is looking, and leaves it with the request.
pub(crate) async fn identify<B>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error>
where
    B: actix_web::body::MessageBody + 'static,
{
    let viewer = find(&request)?;
    request.extensions_mut().insert(viewer);
    next.call(request).await
}

/// Who sends this request: by a token, or by a session, or else nobody known. A token that is worth
/// nothing is an error: its owner must not mistake the public's view for its own.
fn find(request: &ServiceRequest) -> Result<Viewer, Problem> {
    let service = request.app_data::<web::Data<Service>>();
    let service = service.ok_or_else(|| Problem::internal(&"no service"))?;
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(sessions::viewer(&request.get_session(), service));
    };
    let token = value.to_str().ok().and_then(|it| it.strip_prefix("Bearer "));
    match token.and_then(|it| Secret::parse(it.trim())).map(|it| service.viewer_by_token(&it)) {
        Some(known @ Viewer::Known(_)) => Ok(known),
        Some(Viewer::Public) | None => Err(Problem::not_signed_in()),
    }
}

/// Whoever is looking at this request, as [`identify`] found.
#[must_use]
pub fn of(request: &HttpRequest) -> Viewer {
    request.extensions().get::<Viewer>().cloned().unwrap_or(Viewer::Public)
}

/// Anybody at all; a handler that takes this makes what the public may see, and more only by
/// matching on who it is.
#[derive(Debug, Clone)]
pub struct Anyone(pub Viewer);

/// An auditor or an operator: sees tools.
#[derive(Debug, Clone)]
pub struct Insider(pub Known);

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator(pub Known);

/// A lab, or an operator who records.
#[derive(Debug, Clone)]
pub struct Lab(pub Known);

/// A vendor, and which.
#[derive(Debug, Clone)]
pub struct Vendor(pub Known, pub VendorId);

/// A viewer of one kind, out of whoever is looking; none when it is another.
trait Kind: Sized {
    fn of(viewer: Viewer) -> Option<Self>;
}

impl Kind for Anyone {
    fn of(viewer: Viewer) -> Option<Self> {
        Some(Self(viewer))
    }
}

impl Kind for Insider {
    fn of(viewer: Viewer) -> Option<Self> {
        known(viewer, |role| matches!(role, Role::Auditor | Role::Operator)).map(Self)
    }
}

impl Kind for Operator {
    fn of(viewer: Viewer) -> Option<Self> {
        known(viewer, |role| matches!(role, Role::Operator)).map(Self)
    }
}

impl Kind for Lab {
    fn of(viewer: Viewer) -> Option<Self> {
        known(viewer, |role| matches!(role, Role::Lab | Role::Operator)).map(Self)
    }
}

impl Kind for Vendor {
    fn of(viewer: Viewer) -> Option<Self> {
        let known = known(viewer, |role| matches!(role, Role::Vendor { .. }))?;
        match known.role.clone() {
            Role::Vendor { vendor } => Some(Self(known, vendor)),
            Role::Auditor | Role::Operator | Role::Lab => None,
        }
    }
}

fn known(viewer: Viewer, is_right: impl FnOnce(&Role) -> bool) -> Option<Known> {
    match viewer {
        Viewer::Known(known) if is_right(&known.role) => Some(known),
        Viewer::Known(_) | Viewer::Public => None,
    }
}

/// Makes a kind of viewer something that a handler can ask for.
macro_rules! extractor {
    ($($kind:ty),+) => {$(
        impl FromRequest for $kind {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let viewer = of(request);
                let denied = denied(&viewer);
                ready(<$kind as Kind>::of(viewer).ok_or(denied))
            }
        }
    )+};
}

extractor!(Anyone, Insider, Operator, Lab, Vendor);

/// The answer to somebody who may not.
#[must_use]
pub fn denied(viewer: &Viewer) -> Problem {
    match viewer {
        Viewer::Public => Problem::not_signed_in(),
        Viewer::Known(known) => Problem::not_allowed(format!(
            "This is not for the role {}: ask an operator for another grant.",
            known.role.word()
        )),
    }
}
