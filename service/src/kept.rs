//! What was made once and is kept: under what it shows, for which role, and how far the log was.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::CampaignId;
use domain::policy::Policy;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::asked::When;
use crate::cache::{Fit, Lull, Page, Renewal, Wanted};
use crate::front::lane::{self, Moment};
use crate::problem::Problem;
use crate::reading::Reader;
use crate::service::Service;

/// Pages that are made at once: each may read a whole campaign, and hold it in memory meanwhile.
const AT_ONCE: usize = 2;
/// Readers who may wait for one to be made.
const WAITING: usize = 128;

/// Bounds what readers can make the service do: any instant may be asked for, and each is another page.
#[derive(Debug)]
pub(crate) struct Makers {
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Default for Makers {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), waiting: Semaphore::new(WAITING) }
    }
}

impl Makers {
    /// A place to make a page in. It is held by whoever makes it, not by who asked: that one may hang up.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = || Problem::busy("Many pages are being made. Try again in a moment.");
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| busy())
    }
}

/// What tells one page from another.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// What is shown.
    pub(crate) name: String,
    /// A number that changes whenever it may.
    pub(crate) revision: u64,
    /// A number that changes with whatever may change it but for steps; none where each step is shown
    /// at once.
    pub(crate) grounds: Option<u64>,
    /// It never changes.
    pub(crate) pinned: bool,
    /// It shows everybody the same: nobody writes down who saw it.
    pub(crate) is_open: bool,
    /// When these numbers were not older; none where the answer is more than the page, so that nobody
    /// gets it without its handler.
    pub(crate) moment: Option<Moment>,
}

impl Key {
    /// Something that changes with this campaign.
    pub(crate) fn of_campaign(
        service: &Service,
        id: &CampaignId,
        name: String,
        when: &When,
    ) -> Self {
        let of_all = Self::of_all(service, name);
        Self { revision: service.library.revision(id), ..of_all }.pinned_by(service, when)
    }

    /// Something that changes with any campaign.
    pub(crate) fn of_all(service: &Service, name: String) -> Self {
        let moment = Some(service.moment());
        let (revision, grounds) = (service.library.shown(), Some(service.library.grounds()));
        let name = service.named(&name);
        Self { name, revision, grounds, pinned: false, is_open: false, moment }
    }

    /// The same, but it never changes where the question says so: it names a position and the
    /// version of a policy.
    pub(crate) fn pinned_by(self, service: &Service, when: &When) -> Self {
        let policy = service.policy(when.policy.as_deref()).map(Policy::label).ok();
        let pinned = when.known_at.is_some() && policy.is_some() && when.policy == policy;
        let revision = if when.known_at.is_some() { 0 } else { self.revision };
        let grounds = self.grounds.filter(|_| when.known_at.is_none());
        Self { pinned, revision, grounds, ..self }
    }

    /// The same, for who has to see each step at once.
    pub(crate) fn at_once(self) -> Self {
        Self { grounds: None, ..self }
    }

    fn wanted(&self, service: &Service) -> Wanted {
        let lull = self.grounds.map(|grounds| Lull { grounds, now: service.now() });
        Wanted { revision: self.revision, lull }
    }
}

/// The page under this key, made anew on a thread for such work when there is none. That an auditor
/// is shown it is written down before it is sent.
///
/// # Errors
/// What making it said; and when the showing cannot be written down.
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
    let (name, wanted) = (format!("{}\n{}", reader.word(), key.name), key.wanted(&service));
    let (page, is_newest) = match service.cache.get(&name, wanted) {
        Some((page, Fit::Newest)) => (page, true),
        Some((page, Fit::Stands)) => (page, false),
        Some((page, Fit::Passing)) => {
            renew(&service, (name, wanted), make);
            (page, false)
        }
        None => (made(&service, (name, wanted), make).await?, false),
    };
    if page.is_to_compress(request) {
        let page = page.clone();
        work(move || Ok(page.compressed().cloned())).await?;
    }
    if reader.is_insider() && !key.is_open {
        service.note_shown(request, page.content()).await?;
    }
    // What is to be made anew soon is not kept on the short way.
    if let (None, Some(moment), true) = (&reader.role, key.moment, is_newest) {
        lane::keep(request, (&page, caching), moment);
    }
    Ok(page.answer(request, caching))
}

/// The page, made on a thread for such work when a place for it is free.
async fn made(
    service: &web::Data<Service>,
    (name, wanted): (String, Wanted),
    make: impl FnOnce(&Service) -> Result<Page, Problem> + Send + 'static,
) -> Result<Page, Problem> {
    let place = service.makers.place().await?;
    let at = service.clone();
    work(move || {
        let _place = place;
        // Whoever waited may find it made by another.
        at.cache.page((&name, wanted), || at.now(), || make(&at))
    })
    .await
}

/// Makes a page anew behind the answer, unless somebody does already.
fn renew(
    service: &web::Data<Service>,
    (name, wanted): (String, Wanted),
    make: impl FnOnce(&Service) -> Result<Page, Problem> + Send + 'static,
) {
    let Some(renewal) = Renewal::begin(service, &name) else { return };
    let service = service.clone();
    actix_web::rt::spawn(async move {
        let _renewal = renewal;
        // What goes wrong is told to whoever asks when the page before is too old to be shown.
        drop(made(&service, (name, wanted), make).await);
    });
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
    /// The name of something, with all that decides how it is shown beside what was recorded of it.
    fn named(&self, name: &str) -> String {
        format!("{name}\n{}\n{}", self.waived(), self.publicity())
    }

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
