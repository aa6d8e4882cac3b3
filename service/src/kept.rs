//! What was made once and is kept: under what it shows, for which role, and how far the log was.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::CampaignId;
use domain::policy::Policy;

use crate::asked::When;
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::Reader;
use crate::service::Service;

/// What tells one page from another.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// What is shown.
    pub(crate) name: String,
    /// A number that changes whenever it may.
    pub(crate) revision: u64,
    /// It never changes.
    pub(crate) pinned: bool,
}

impl Key {
    /// Something that changes with this campaign.
    pub(crate) fn of_campaign(
        service: &Service,
        id: &CampaignId,
        name: String,
        when: &When,
    ) -> Self {
        let (revision, name) =
            (service.library.revision(id), format!("{name}\n{}", service.waived()));
        Self { name, revision, pinned: false }.pinned_by(service, when)
    }

    /// Something that changes with any campaign.
    pub(crate) fn of_all(service: &Service, name: String) -> Self {
        let revision = service.library.shown();
        Self { name: format!("{name}\n{}", service.waived()), revision, pinned: false }
    }

    /// The same, but it never changes where the question says so: it names a position and the
    /// version of a policy.
    pub(crate) fn pinned_by(self, service: &Service, when: &When) -> Self {
        let policy = service.policy(when.policy.as_deref()).map(Policy::label).ok();
        let pinned = when.known_at.is_some() && policy.is_some() && when.policy == policy;
        let revision = if when.known_at.is_some() { 0 } else { self.revision };
        Self { pinned, revision, ..self }
    }
}

/// The page under this key, made anew on a thread for such work when there is none.
///
/// # Errors
/// What making it said.
pub(crate) async fn answer(
    service: web::Data<Service>,
    request: &HttpRequest,
    (key, reader): (Key, &Reader),
    make: impl FnOnce(&Service) -> Result<Page, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let caching = match (&reader.role, key.pinned) {
        (None, true) => "public, max-age=31536000, immutable",
        (None, false) => "public, max-age=0, must-revalidate",
        // Asked for again each time: whoever has signed out does not see it any more.
        (Some(_), true | false) => "private, max-age=0, must-revalidate",
    };
    let (name, revision) = (format!("{}\n{}", reader.word(), key.name), key.revision);
    if let Some(page) = service.cache.get(&name, revision) {
        return Ok(page.answer(request, caching));
    }
    let made = work(move || service.cache.page(&name, revision, || make(&service))).await?;
    Ok(made.answer(request, caching))
}

/// Does what takes a while, not on a thread that answers requests.
///
/// # Errors
/// What it said.
pub(crate) async fn work<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    web::block(act).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

impl Service {
    /// The waivers in force now: what a page shows changes when one ends by itself.
    pub(crate) fn waived(&self) -> String {
        let now = self.now();
        self.library.declared(|registry| {
            let waivers = registry.in_force(now);
            let names: Vec<&str> = waivers.iter().map(|it| it.waiver.as_str()).collect();
            names.join(" ")
        })
    }
}
