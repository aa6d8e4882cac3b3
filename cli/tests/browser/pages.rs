//! Every page of the service, from its own addresses: one that nobody knows how to open, or that is
//! said to be no page without being among these, fails the test.

use domain::access::{Role, Viewer};
use service::address::{Address, Who};

use crate::year::{ENDED, RUNNING};

/// What a browser is not walked through, since no person reads it there.
const NO_PAGES: [&str; 17] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/checkpoint",
    "/tile/entries/{path:.*}",
    "/tile/{path:.*}",
    "/feed.atom",
    "/badges/{guest}.svg",
    "/badges/{source}/{target}/{guest}.svg",
    "/assets/{name}",
    "/campaigns/{id}/events",
    "/campaigns/{id}/{form:report|csv|json|junit|in-toto|oscal|openmetrics|bundle}",
    "/evidence/{sha256}",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    // Opened by a link that works once: their journeys look at them.
    "/first/{secret}",
    "/v/{link}",
];

/// What somebody may open, and what is refused.
pub(crate) struct Pages {
    pub(crate) open: Vec<String>,
    pub(crate) refused: Vec<String>,
}

/// The pages for whoever is known so.
pub(crate) fn of(viewer: &Viewer) -> Pages {
    let mut pages = Pages { open: Vec::new(), refused: Vec::new() };
    for address in pages_among(&service::routes::addresses()) {
        for path in paths(address.path) {
            match may(address.who, viewer, &path) {
                true => pages.open.push(path),
                false => pages.refused.push(path),
            }
        }
    }
    pages
}

fn pages_among(addresses: &[Address]) -> Vec<Address> {
    let is_page = |it: &&Address| {
        it.method == "GET" && !it.path.starts_with("/api/") && !NO_PAGES.contains(&it.path)
    };
    addresses.iter().filter(is_page).copied().collect()
}

/// The rule of the address, and what a vendor's page asks beside it.
fn may(who: Who, viewer: &Viewer, path: &str) -> bool {
    let own = match viewer.role() {
        Some(Role::Vendor { vendor }) => path == format!("/vendors/{vendor}"),
        Some(Role::Lab) => !path.starts_with("/vendors/"),
        Some(Role::Auditor | Role::Operator) | None => true,
    };
    let is_of_vendor = path.starts_with("/vendors/");
    who.allows(viewer) && (own || !is_of_vendor)
}

/// What is asked for at an address: with and without a question where that shows other things.
fn paths(pattern: &str) -> Vec<String> {
    let (cells, at) = (format!("/campaigns/{ENDED}/cells"), format!("/campaigns/{ENDED}"));
    let of = |paths: &[&str]| paths.iter().map(|it| (*it).to_owned()).collect();
    match pattern {
        "/" => of(&["/", "/?known_at=2"]),
        "/campaigns" | "/audit" | "/converters" | "/vendors" | "/disclosures" | "/access"
        | "/help" | "/sign-in" | "/account" => of(&[pattern]),
        "/campaigns/{id}" => vec![at, format!("/campaigns/{RUNNING}")],
        "/campaigns/{id}/matrix" => {
            let failing = format!("{at}/matrix?guest=lean&standing=FAILURE");
            vec![format!("{at}/matrix"), failing, format!("{at}/matrix?guest=none")]
        }
        "/campaigns/{id}/cells/{source}/{target}/{guest}" => vec![
            format!("{cells}/boreal-hv/atlas-esv/cloud"),
            format!("{cells}/atlas-esv/boreal-x/cloud"),
            format!("{cells}/boreal-hv/boreal-x/lean"),
            format!("{cells}/atlas-esv/boreal-x/lean"),
        ],
        "/campaigns/{id}/live" => vec![format!("/campaigns/{RUNNING}/live"), format!("{at}/live")],
        "/history" => of(&["/history", "/history?at=1", "/history?at=2001-01-01"]),
        "/diff" => of(&["/diff", "/diff?campaign=autumn&class=regressed"]),
        "/audit/events" => of(&["/audit/events?position=0"]),
        "/audit/events/{position}" => of(&["/audit/events/3"]),
        "/vendors/{vendor}" => of(&["/vendors/boreal", "/vendors/atlas"]),
        "/search" => of(&["/search", "/search?q=boreal", "/search?q=nothing-like-it"]),
        "/help/{topic}" => {
            let topics = ["auditors", "vendors", "operators", "labs"];
            topics.map(|it| format!("/help/{it}")).to_vec()
        }
        new => panic!("nobody has said how the page {new} is opened"),
    }
}
