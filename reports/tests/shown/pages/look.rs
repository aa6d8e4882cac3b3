//! What pages look like, to the byte.

use reports::html::Audience;
use reports::pages::assets;

use super::sample::{Log, Sample, all, events, public};

/// Names of assets without the digest of their content.
fn plain(html: &str) -> String {
    assets::all().iter().fold(html.to_owned(), |html, it| html.replace(&it.name, it.plain_name))
}

fn snapshots(audience: &str, samples: Vec<Sample>) {
    for Sample { name, html } in samples {
        insta::assert_snapshot!(format!("{audience}_{name}"), plain(&html));
    }
}

#[test]
fn pages_for_anyone() {
    snapshots("public", public(&Log::of(events())));
}

#[test]
fn pages_for_auditors() {
    snapshots("auditor", all(&Log::of(events()), Audience::Auditor));
}
