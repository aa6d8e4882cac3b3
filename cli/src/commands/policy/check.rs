//! `portolan policy check`: whether a policy can be used, and what differs from its base.

use std::path::Path;

use domain::ids::Sha256Digest;
use domain::policy::{Difference, Relation, differences};
use reports::policy_diff_text::{relation_in_words, rules_between};
use reports::text::printable;
use serde::Serialize;

use super::super::{print, print_json};
use super::size;
use crate::args::Args;
use crate::exit::Exit;
use crate::policies::{self, Found};

#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    policy: String,
    sha256: Sha256Digest,
    note: String,
    rules: usize,
    gates: usize,
    base: Option<BaseChecked>,
}

/// What a policy builds on, and how it lies to it.
#[derive(Serialize)]
struct BaseChecked {
    extends: String,
    policy: String,
    sha256: Sha256Digest,
    relation: Relation,
    differences: Vec<Difference>,
}

pub(super) fn execute(args: &Args, asked: &Path) -> Result<(), Exit> {
    let found = policies::find(asked)?;
    let policy = &found.policy;
    let checked = Checked {
        schema: "portolan.policy-check/1",
        policy: policy.label(),
        sha256: policy.digest(),
        note: policy.note.clone(),
        rules: policy.rules.len(),
        gates: policy.gates.len(),
        base: base(&found),
    };
    if args.json {
        return print_json(&checked);
    }
    print(&printable(&words(&checked, &size(policy))))
}

fn base(found: &Found) -> Option<BaseChecked> {
    let (extends, base) = (found.extends.as_ref()?, found.base.as_ref()?);
    Some(BaseChecked {
        extends: extends.to_string(),
        policy: base.label(),
        sha256: base.digest(),
        relation: Relation::of(&found.policy, base),
        differences: differences(base, &found.policy),
    })
}

fn words(checked: &Checked, size: &str) -> String {
    let Checked { policy, sha256, note, .. } = checked;
    let mut lines = vec![format!("{policy} (sha256 {:.12}…): {size}", sha256.to_string())];
    if !note.is_empty() {
        lines.push(note.clone());
    }
    match &checked.base {
        None => lines.push("It builds on nothing.".to_owned()),
        Some(base) => {
            let BaseChecked { extends, policy, .. } = base;
            lines.push(format!("It builds on {extends}, which is {policy}."));
            lines.push(relation_in_words(base.relation, "It", "its base"));
            lines.push(rules_between(&base.differences));
        }
    }
    lines.join("\n") + "\n"
}
