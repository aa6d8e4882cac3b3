//! An address of the service, and who may reach it. The router is built from these and from nothing
//! else: an address without a rule cannot be written.

use actix_web::body::EitherBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpResponse, ResponseError as _, Route, web};
use domain::access::{Role, Scope, Viewer};

use crate::problem::Problem;
use crate::viewer;

/// Who may reach an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody.
    Anyone,
    /// Whoever has signed in.
    Known,
    /// Auditors and operators.
    Insider,
    /// Operators, within this scope.
    Operator(Scope),
    /// Labs and operators who may record.
    Lab,
    /// Vendors, within this scope; each its own only.
    Vendor(Scope),
}

/// One address.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The method.
    pub method: &'static str,
    /// The path, in actix's pattern.
    pub path: &'static str,
    /// Who may reach it.
    pub who: Who,
    /// What answers.
    pub handler: fn() -> Route,
}

impl Who {
    /// Whether this viewer may.
    #[must_use]
    pub fn allows(self, viewer: &Viewer) -> bool {
        let (role, may) = (viewer.role(), |scope| viewer.may(scope));
        match self {
            Who::Anyone => true,
            Who::Known => role.is_some(),
            Who::Insider => {
                matches!(role, Some(Role::Auditor | Role::Operator)) && may(Scope::Read)
            }
            Who::Operator(scope) => matches!(role, Some(Role::Operator)) && may(scope),
            Who::Lab => matches!(role, Some(Role::Lab | Role::Operator)) && may(Scope::Record),
            Who::Vendor(scope) => matches!(role, Some(Role::Vendor { .. })) && may(scope),
        }
    }
}

impl Address {
    /// A page or a document.
    #[must_use]
    pub const fn get(path: &'static str, who: Who, handler: fn() -> Route) -> Self {
        Self { method: "GET", path, who, handler }
    }

    /// Something that changes something.
    #[must_use]
    pub const fn post(path: &'static str, who: Who, handler: fn() -> Route) -> Self {
        Self { method: "POST", path, who, handler }
    }

    /// Something that is put in a place that its content names.
    #[must_use]
    pub const fn put(path: &'static str, who: Who, handler: fn() -> Route) -> Self {
        Self { method: "PUT", path, who, handler }
    }

    /// Something that is ended.
    #[must_use]
    pub const fn delete(path: &'static str, who: Who, handler: fn() -> Route) -> Self {
        Self { method: "DELETE", path, who, handler }
    }

    /// The route: the handler behind its rule.
    #[must_use]
    pub fn route(self) -> Route {
        let who = self.who;
        let rule = from_fn(move |request: ServiceRequest, next: Next<_>| allow(who, request, next));
        let method = Method::from_bytes(self.method.as_bytes()).unwrap_or(Method::GET);
        (self.handler)().method(method).wrap(rule)
    }
}

/// Lets a request pass if whoever sends it may. The refusal is an answer and no error, so that what
/// stands further out knows which address it is about.
async fn allow<B>(
    who: Who,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error>
where
    B: actix_web::body::MessageBody + 'static,
{
    let viewer = viewer::of(request.request());
    match who.allows(&viewer) {
        true => Ok(next.call(request).await?.map_into_left_body()),
        false => Ok(request.error_response(viewer::denied(&viewer)).map_into_right_body()),
    }
}

/// Puts every address where it belongs; what is not among them is not found.
pub fn mount(config: &mut web::ServiceConfig, addresses: &[Address]) {
    let mut paths: Vec<&'static str> = Vec::new();
    for address in addresses {
        if !paths.contains(&address.path) {
            paths.push(address.path);
        }
    }
    for path in paths {
        let mut resource = web::resource(path);
        for address in addresses.iter().filter(|it| it.path == path) {
            resource = resource.route(address.route());
            if address.method == "GET" {
                let head = Address { method: "HEAD", ..*address };
                resource = resource.route(head.route());
            }
        }
        let methods = addresses.iter().filter(|it| it.path == path).map(|it| it.method);
        let methods: Vec<&str> = methods.collect();
        let allowed = methods.join(", ") + if methods.contains(&"GET") { ", HEAD" } else { "" };
        config.service(resource.default_service(web::to(move || {
            let allowed = allowed.clone();
            async move { wrong_method(&allowed) }
        })));
    }
    config.default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::not_found("There is nothing at this address."))
}

/// The answer where an address takes other methods.
fn wrong_method(allowed: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::METHOD_NOT_ALLOWED;
    let words = format!("This address does not take this method, but {allowed}.");
    let mut answer = Problem::new(status, "wrong-method", words).error_response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    answer
}
