//! `portolan policy show`: a policy as its file says it, or every rule it comes to.

use std::path::Path;

use domain::ids::Sha256Digest;
use domain::policy::Policy;
use serde::Serialize;

use super::super::{print, print_json};
use super::flat::flat;
use crate::args::{Args, ShowPolicy};
use crate::exit::Exit;
use crate::policies;

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    sha256: Sha256Digest,
    policy: &'a Policy,
}

pub(super) fn execute(args: &Args, command: &ShowPolicy) -> Result<(), Exit> {
    let asked = command.asked.as_deref().or(args.policy.as_deref());
    let found = policies::find(asked.unwrap_or(Path::new("default")))?;
    let policy = &found.policy;
    if args.json {
        let sha256 = policy.digest();
        return print_json(&Shown { schema: "portolan.policy/1", sha256, policy });
    }
    if command.resolved {
        return print(&flat(policy)?);
    }
    print(&found.text)
}
