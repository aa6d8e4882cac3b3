//! Pages that were made before, plain and, once somebody has taken them so, compressed: showing one
//! again costs nothing but sending it.

mod lull;

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::ids::Sha256Digest;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use crate::service::Service;

use lull::Made;
pub(crate) use lull::{Fit, Lull, Wanted};

/// How many bytes of pages are kept, plain and compressed together.
const MOST_BYTES: usize = 64 << 20;

/// Pages by what they show and for whom; a page whose revision has passed is made anew, in its time.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<String, (Made, Page)>,
    bytes: usize,
    /// Pages that somebody makes anew while the ones before are shown.
    renewed: HashSet<String>,
}

/// The right to make a page anew while the one before is shown; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Renewal {
    service: Data<Service>,
    key: String,
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.service.cache.kept().renewed.remove(&self.key);
    }
}

/// A page as it is sent.
#[derive(Debug, Clone)]
pub struct Page {
    plain: Bytes,
    /// Filled when somebody takes it; none when nobody gets it so.
    compressed: Option<Arc<OnceLock<Bytes>>>,
    tag: HeaderValue,
    kind: HeaderValue,
    content: (Sha256Digest, u64),
}

impl Page {
    /// A page of this media type.
    #[must_use]
    pub fn new(text: impl Into<Bytes>, kind: &'static str) -> Self {
        Self { compressed: Some(Arc::default()), ..Self::packed(text, kind) }
    }

    /// What is packed already: nobody compresses it again.
    #[must_use]
    pub fn packed(bytes: impl Into<Bytes>, kind: &'static str) -> Self {
        let plain: Bytes = bytes.into();
        let digest = Sha256Digest::of(&plain);
        let content = (digest, plain.len() as u64);
        let tag = HeaderValue::from_str(&format!("\"{:.32}\"", digest.to_string()));
        let tag = tag.unwrap_or(HeaderValue::from_static("\"\""));
        let kind = HeaderValue::from_static(kind);
        Self { plain, compressed: None, tag, kind, content }
    }

    /// The same page, which shows this content: what programs get.
    #[must_use]
    pub fn of_content(self, content: &[u8]) -> Self {
        Self { content: (Sha256Digest::of(content), content.len() as u64), ..self }
    }

    /// Digest and size of what it shows, in the form for programs; of its bytes when it is such.
    #[must_use]
    pub fn content(&self) -> (Sha256Digest, u64) {
        self.content
    }

    /// The bytes as they are before compression.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.plain
    }

    /// Whether this request is answered with compressed bytes that are not there yet.
    pub(crate) fn is_to_compress(&self, request: &HttpRequest) -> bool {
        self.compressed.as_ref().is_some_and(|it| it.get().is_none()) && takes_gzip(request)
    }

    /// The compressed bytes, where they are fewer. They are made once, which is work.
    pub(crate) fn compressed(&self) -> Option<&Bytes> {
        let make = || compress(&self.plain).map(Bytes::from).unwrap_or_default();
        let made = self.compressed.as_ref()?.get_or_init(make);
        (!made.is_empty() && made.len() < self.plain.len()).then_some(made)
    }

    /// The answer to a request for it: nothing new, compressed, or as it is.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest, caching: &'static str) -> HttpResponse {
        let sent = request.headers();
        let is_known = sent.get(header::IF_NONE_MATCH).is_some_and(|it| {
            it.to_str().is_ok_and(|tags| tags.split(',').any(|tag| self.has_tag(tag.trim())))
        });
        let mut answer = match is_known {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        answer
            .insert_header((header::ETAG, self.tag.clone()))
            .insert_header((header::VARY, "accept-encoding, authorization, cookie"))
            .insert_header((header::CACHE_CONTROL, caching));
        if is_known {
            return answer.finish();
        }
        answer.insert_header((header::CONTENT_TYPE, self.kind.clone()));
        let compressed = if takes_gzip(request) { self.compressed() } else { None };
        if let Some(compressed) = compressed {
            answer.insert_header((header::CONTENT_ENCODING, "gzip"));
            return answer.body(compressed.clone());
        }
        // Named even though it says nothing: nobody else compresses it again.
        answer.insert_header((header::CONTENT_ENCODING, "identity"));
        answer.body(self.plain.clone())
    }

    fn has_tag(&self, tag: &str) -> bool {
        tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes()
    }

    /// What it takes at most: compressed, it is kept where that is less.
    fn size(&self) -> usize {
        self.plain.len() * if self.compressed.is_some() { 2 } else { 1 }
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING);
    accepted
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.split(',').any(|it| it.trim().starts_with("gzip")))
}

impl Cache {
    /// The page under this key, made anew when there is none that will do. The key says what is shown
    /// and to whom: two who may see different things never share one.
    ///
    /// # Errors
    /// What making it said.
    pub(crate) fn page<E>(
        &self,
        (key, wanted): (&str, Wanted),
        clock: impl Fn() -> Timestamp,
        make: impl FnOnce() -> Result<Page, E>,
    ) -> Result<Page, E> {
        // Whoever makes it anew while it is passing has come for that.
        if let Some((page, Fit::Newest | Fit::Stands)) = self.get(key, wanted) {
            return Ok(page);
        }
        let at = clock();
        let page = make()?;
        self.kept().put(key, Made::of(wanted, at, clock()), &page);
        Ok(page)
    }

    /// The page under this key, if there is one that will do, and how well.
    pub(crate) fn get(&self, key: &str, wanted: Wanted) -> Option<(Page, Fit)> {
        let kept = self.kept();
        let (made, page) = kept.pages.get(key)?;
        made.fit(wanted).map(|fit| (page.clone(), fit))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renewal {
    /// The right to make this page anew, unless somebody has it.
    pub(crate) fn begin(service: &Data<Service>, key: &str) -> Option<Self> {
        let is_first = service.cache.kept().renewed.insert(key.to_owned());
        is_first.then(|| Self { service: service.clone(), key: key.to_owned() })
    }
}

impl Kept {
    fn put(&mut self, key: &str, made: Made, page: &Page) {
        if page.size() > MOST_BYTES / 8 {
            return;
        }
        if self.bytes + page.size() > MOST_BYTES {
            // All at once: pages are quickly made, and what is wanted comes back.
            self.pages.clear();
            self.bytes = 0;
        }
        self.bytes += page.size();
        let before = self.pages.insert(key.to_owned(), (made, page.clone()));
        self.bytes -= before.map_or(0, |(_, page)| page.size());
    }
}

fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(plain)?;
    encoder.finish()
}
