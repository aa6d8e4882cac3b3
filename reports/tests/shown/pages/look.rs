//! What pages look like, to the byte.

use reports::html::Audience;
use reports::pages::assets;

use super::own;
use super::sample::{Log, Sample, all, events, foreign, plain};
use super::signed_in::signed_in;

/// Names of assets without the digest of their content.
fn unhashed(html: &str) -> String {
    assets::all().iter().fold(html.to_owned(), |html, it| html.replace(&it.name, it.plain_name))
}

fn snapshots(audience: &str, samples: Vec<Sample>) {
    for Sample { name, html, .. } in samples {
        insta::assert_snapshot!(format!("{audience}_{name}"), unhashed(&html));
    }
}

#[test]
fn pages_for_anyone() {
    let log = Log::of(events());
    snapshots("public", all(&log, Audience::Public));
    snapshots("public", foreign(&log));
    snapshots("public", plain());
    snapshots("signed_in", signed_in());
}

#[test]
fn pages_for_auditors() {
    snapshots("auditor", all(&Log::of(events()), Audience::Auditor));
}

#[test]
fn pages_of_the_audit_of_help_and_of_search() {
    snapshots("public", own::public(&Log::of(events())));
}

#[test]
fn pages_that_name_tools() {
    snapshots("insider", own::insiders(&Log::of(events())));
}

#[test]
fn pages_of_a_vendor() {
    snapshots("acme", own::of_vendor(&Log::of(events()), "acme"));
    snapshots("toolsmith", own::of_vendor(&Log::of(events()), "toolsmith"));
}
