//! `portolan policy list`: the policies that are shipped.

use std::path::Path;

use domain::ids::Sha256Digest;
use domain::policy::Base;
use serde::Serialize;

use super::super::listing::Listing;
use super::super::{print, print_json};
use super::size;
use crate::args::Args;
use crate::exit::Exit;
use crate::policies::{self, Found};

#[derive(Serialize)]
struct List {
    schema: &'static str,
    policies: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    policy: String,
    sha256: Sha256Digest,
    note: String,
    extends: Option<Base>,
    rules: usize,
    gates: usize,
}

pub(super) fn execute(args: &Args) -> Result<(), Exit> {
    let mut listed = Vec::new();
    let mut listing = Listing::new(8);
    for name in policies::names() {
        let found = policies::find(Path::new(name))?;
        listing.row(name, words(&found));
        let Found { policy, extends, .. } = found;
        listed.push(Listed {
            name,
            policy: policy.label(),
            sha256: policy.digest(),
            extends,
            rules: policy.rules.len(),
            gates: policy.gates.len(),
            note: policy.note,
        });
    }
    if args.json {
        return print_json(&List { schema: "portolan.policies/1", policies: listed });
    }
    print(listing.text())
}

fn words(found: &Found) -> String {
    let Found { policy, extends, .. } = found;
    let builds = extends.as_ref().map(|it| format!("; builds on {it}")).unwrap_or_default();
    let mut lines = vec![
        format!("{} (sha256 {:.12}…)", policy.label(), policy.digest().to_string()),
        format!("{}{builds}", size(policy)),
    ];
    if !policy.note.is_empty() {
        lines.push(policy.note.clone());
    }
    lines.join("\n")
}
