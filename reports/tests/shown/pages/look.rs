//! What pages look like, to the byte.

use reports::html::Audience;
use reports::pages::assets;

use super::sample::{Log, Sample, all, events, foreign, plain};

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
}

#[test]
fn pages_for_auditors() {
    snapshots("auditor", all(&Log::of(events()), Audience::Auditor));
}
