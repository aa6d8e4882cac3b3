//! What went wrong, as a page for whoever looks with a browser.

use actix_web::http::StatusCode;
use domain::access::Viewer;
use reports::pages::frame::Frame;
use reports::pages::problem::Problem as Page;

use crate::problem::Problem;
use crate::reading::Reader;

/// The page of a problem, for whoever asked for this path; see [`crate::routes::ProblemPage`].
pub(crate) fn page(problem: &Problem, viewer: &Viewer, path: &str) -> Option<String> {
    let mut page = Page::new(problem.status, problem.title.clone(), problem.detail.clone());
    if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
        page = page.first("Sign in", Some("/sign-in".to_owned()));
    }
    page.html(&Frame::new(page.title(), path).seen_by(Reader::of(viewer).role)).ok()
}
