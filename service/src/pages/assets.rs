//! What pages need beside their HTML. A name holds a digest of the content: it is kept for ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use reports::pages::assets;

use crate::cache::Page;
use crate::problem::Problem;
use crate::viewer::Anyone;

static PAGES: LazyLock<BTreeMap<&str, Page>> = LazyLock::new(|| {
    let page =
        |it: &'static assets::Asset| (it.name.as_str(), Page::new(it.bytes, it.content_type));
    assets::all().iter().map(page).collect()
});

pub(super) async fn asset(
    request: HttpRequest,
    name: web::Path<String>,
    Anyone(_): Anyone,
) -> Result<HttpResponse, Problem> {
    let page = PAGES.get(name.as_str());
    let page = page.ok_or_else(|| Problem::not_found("There is no such asset."))?;
    Ok(page.answer(&request, "public, max-age=31536000, immutable"))
}
