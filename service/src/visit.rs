//! A request for something to be seen: of whom it is asked, and who asks.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::access::Viewer;

use crate::asked::When;
use crate::problem::Problem;
use crate::reading::{Key, Reader};
use crate::service::Service;
use crate::viewer;

/// Somebody, anybody, wants to see something.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) service: web::Data<Service>,
    pub(crate) request: HttpRequest,
    pub(crate) viewer: Viewer,
}

impl Visit {
    /// Who reads what is shown.
    pub(crate) fn reader(&self) -> Reader {
        Reader::of(&self.viewer)
    }

    /// The key of something that changes with any campaign, seen from there.
    pub(crate) fn key(&self, name: String, when: &When) -> Key {
        Key::of_all(&self.service, name).pinned_by(&self.service, when)
    }

    /// The same of something that shows what vendors answered, too. Replies are among what changes any
    /// view; answers are not, since most are for few: how many there are stands in the name, which
    /// nobody is shown.
    pub(crate) fn key_with_answers(&self, name: &str, when: &When) -> Key {
        let answers = self.service.library.answers();
        self.key(format!("{name}\n{answers}"), when)
    }
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let service = request.app_data::<web::Data<Service>>().cloned();
        let (viewer, request) = (viewer::of(request), request.clone());
        let visit = service.map(|service| Self { service, request, viewer });
        ready(visit.ok_or_else(|| Problem::internal(&"no service")))
    }
}
