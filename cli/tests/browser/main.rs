//! Every page of a real service in a real browser, as each role sees it, and what each role does
//! there. `PORTOLAN_PICTURES=1` also makes the pictures of README anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

// What becomes of a trial, as the reports' tests tell it.
#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(
    dead_code,
    reason = "its campaign and its views are of use in the room of the reports only"
)]
mod fixture;
#[path = "../../../reports/tests/shown/tale.rs"]
mod tale;

mod pages;
mod serving;
mod year;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::access::{Known, Means, Role, Viewer};
use domain::command::{self, RecordStep};
use domain::event::Outcome;
use domain::step::Step;
use domain::wire::{Submission, SubmissionVersion};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::serving::{PASSWORD, Serving};

const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn every_role_finds_its_way_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    year::make(&store, now());
    let serving = Serving::start(&store);
    let plan = plan(&serving);
    let mut walk =
        Command::new(format!("{HOME}/lab/browser.sh")).stdin(Stdio::piped()).spawn().unwrap();
    walk.stdin.take().unwrap().write_all(plan.to_string().as_bytes()).unwrap();
    assert!(walk.wait().unwrap().success(), "what is wrong stands above");
}

#[expect(clippy::disallowed_methods, reason = "the service reads the same clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn plan(serving: &Serving) -> Value {
    serving.person("anna", "operator");
    serving.person("otto", "auditor");
    let lab = serving.grant("lab-1", "lab", "token");
    let link = |account: &str| {
        let words = ["access", "link", "boreal", "--account", account, "--reason", "autumn"];
        serving.say(&words)
    };
    let (good, bad) = (link("boreal"), link("boreal-2"));
    let taken = bad["grant"].as_str().unwrap();
    serving.say(&["access", "revoke", taken, "--reason", "sent to the wrong people"]);
    let vendor = Role::Vendor { vendor: "boreal".parse().unwrap() };
    let cases = json!([
        case("public", &Viewer::Public, json!({ "script": [true, false] })),
        case(
            "first",
            &Viewer::Public,
            json!({ "link": serving.first, "script": [true], "walks": false })
        ),
        case("vendor", &known(vendor), json!({ "link": good["link"], "revoked": bad["link"] })),
        case("lab", &known(Role::Lab), json!({ "token": lab["token"], "walks": false })),
        case("auditor", &known(Role::Auditor), json!({ "account": "otto" })),
        case("operator", &known(Role::Operator), json!({ "account": "anna" })),
    ]);
    let pictures = asked("PORTOLAN_PICTURES").map(|_| Path::new(HOME).join("docs/pictures"));
    let shots = asked("PORTOLAN_SHOTS");
    json!({
        "url": serving.url, "password": PASSWORD, "cases": cases, "pictures": pictures,
        "folder": shots, "shots": shots.is_some(), "token": lab["token"], "pushes": pushes(),
        "running": year::RUNNING, "ended": year::ENDED,
    })
}

/// What whoever runs the test asks for besides.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is asked for pictures by the environment only"
)]
fn asked(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

fn case(role: &str, viewer: &Viewer, more: Value) -> Value {
    let pages = pages::of(viewer);
    let mut case = json!({ "role": role, "pages": pages.open, "refused": pages.refused });
    case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    case
}

fn known(role: Role) -> Viewer {
    Viewer::Known(Known {
        account: "x".parse().unwrap(),
        grant: "g-1".parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Password,
        expires: None,
    })
}

/// What a lab reports of the campaign that runs, one batch after the other: each ends a trial.
fn pushes() -> Vec<Submission> {
    let reason = "the guest is already off".to_owned();
    let ends = |trial| RecordStep {
        trial,
        step: Step::SanityCheck,
        attempt: 0,
        outcome: Outcome::NotCompleted { reason: reason.clone() },
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "look at the guest".to_owned(),
        duration_ms: 1_200,
    };
    let batch = |step| Submission {
        schema: SubmissionVersion::V1,
        campaign: year::RUNNING.parse().unwrap(),
        expected_version: None,
        lease: None,
        commands: vec![command::Command::RecordStep(step)],
    };
    year::rest().into_iter().take(20).map(|it| batch(ends(it))).collect()
}
