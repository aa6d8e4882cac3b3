//! Pages that were made before, plain and compressed, so that showing one again costs nothing but
//! sending it.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use domain::ids::Sha256Digest;
use flate2::Compression;
use flate2::write::GzEncoder;

/// How many bytes of pages are kept, plain and compressed together.
const MOST_BYTES: usize = 64 << 20;

/// Pages by what they show and for whom; a page whose revision has passed is made anew.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<String, (u64, Page)>,
    bytes: usize,
}

/// A page as it is sent.
#[derive(Debug, Clone)]
pub struct Page {
    plain: Bytes,
    compressed: Bytes,
    tag: HeaderValue,
    kind: HeaderValue,
}

impl Page {
    /// A page of this media type.
    #[must_use]
    pub fn new(text: impl Into<Bytes>, kind: &'static str) -> Self {
        let page = Self::packed(text, kind);
        let compressed = compress(&page.plain).map(Bytes::from).unwrap_or_default();
        Self { compressed, ..page }
    }

    /// What is packed already: nobody compresses it again.
    #[must_use]
    pub fn packed(bytes: impl Into<Bytes>, kind: &'static str) -> Self {
        let plain: Bytes = bytes.into();
        let digest = Sha256Digest::of(&plain).to_string();
        let tag = HeaderValue::from_str(&format!("\"{}\"", &digest[..32]));
        let tag = tag.unwrap_or(HeaderValue::from_static("\"\""));
        Self { plain, compressed: Bytes::new(), tag, kind: HeaderValue::from_static(kind) }
    }

    /// The bytes as they are before compression.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.plain
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
        let takes_gzip = sent.get(header::ACCEPT_ENCODING).is_some_and(|it| {
            it.to_str().is_ok_and(|it| it.split(',').any(|it| it.trim().starts_with("gzip")))
        });
        if takes_gzip && !self.compressed.is_empty() && self.compressed.len() < self.plain.len() {
            answer.insert_header((header::CONTENT_ENCODING, "gzip"));
            return answer.body(self.compressed.clone());
        }
        // Named even though it says nothing: nobody else compresses it again.
        answer.insert_header((header::CONTENT_ENCODING, "identity"));
        answer.body(self.plain.clone())
    }

    fn has_tag(&self, tag: &str) -> bool {
        tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes()
    }

    fn size(&self) -> usize {
        self.plain.len() + self.compressed.len()
    }
}

impl Cache {
    /// The page under this key, made anew when there is none of this revision. The key says what is
    /// shown and to whom: two who may see different things never share one.
    ///
    /// # Errors
    /// What making it said.
    pub fn page<E>(
        &self,
        key: &str,
        revision: u64,
        make: impl FnOnce() -> Result<Page, E>,
    ) -> Result<Page, E> {
        if let Some(page) = self.get(key, revision) {
            return Ok(page);
        }
        let page = make()?;
        self.kept().put(key, revision, &page);
        Ok(page)
    }

    /// The page under this key, if there is one of this revision.
    #[must_use]
    pub fn get(&self, key: &str, revision: u64) -> Option<Page> {
        let kept = self.kept();
        let (made, page) = kept.pages.get(key)?;
        (*made == revision).then(|| page.clone())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn put(&mut self, key: &str, revision: u64, page: &Page) {
        if page.size() > MOST_BYTES / 8 {
            return;
        }
        if self.bytes + page.size() > MOST_BYTES {
            // All at once: pages are quickly made, and what is wanted comes back.
            self.pages.clear();
            self.bytes = 0;
        }
        self.bytes += page.size();
        let before = self.pages.insert(key.to_owned(), (revision, page.clone()));
        self.bytes -= before.map_or(0, |(_, page)| page.size());
    }
}

fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(plain)?;
    encoder.finish()
}
