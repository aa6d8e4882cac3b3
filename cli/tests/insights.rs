//! Questions over many campaigns, through the front door. The store has two campaigns of the small
//! testbed, in which `lean` never starts at the target.

use std::path::Path;

use domain::event::{CampaignStarted, Event, Outcome, Pins, StepFinished, TrialsPlanned};
use domain::ids::CampaignId;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use store::{Append, EventLog as _, Expected};

#[cfg(feature = "tables")]
use crate::portolan;
use crate::{log, refused};

fn store(folder: &Path) {
    let log = log(folder);
    for (number, id) in ["2026-11-23.small", "2026-11-30.small"].into_iter().enumerate() {
        let campaign: CampaignId = id.parse().unwrap();
        log.append(Append {
            stream: format!("campaign/{id}"),
            expected: Expected::NoStream,
            command: uuid::Uuid::from_u128(1 + number as u128),
            at: jiff::Timestamp::UNIX_EPOCH,
            events: events(&campaign),
        })
        .unwrap();
    }
}

fn events(campaign: &CampaignId) -> Vec<Event> {
    let testbed: Testbed = toml::from_str(include_str!("../../lab/testbeds/small.toml")).unwrap();
    let trials = plan(&testbed, &Selection::default(), 2).unwrap();
    let (campaign, pins) = (campaign.clone(), Pins::new());
    let walked: Vec<Event> = trials.iter().flat_map(|trial| walk(&campaign, trial)).collect();
    let started = CampaignStarted { campaign: campaign.clone(), testbed, pins };
    let planned = TrialsPlanned { campaign, trials };
    let mut events = vec![Event::CampaignStarted(started), Event::TrialsPlanned(planned)];
    events.extend(walked);
    events
}

fn walk(campaign: &CampaignId, trial: &Trial) -> Vec<Event> {
    let outcome = |step| match (trial.guest.as_str(), step) {
        ("lean", Step::Restart) => {
            Outcome::NotCompleted { reason: "Kernel panic - not syncing".to_owned() }
        }
        _ => Outcome::Completed,
    };
    let finished = |step: Step| StepFinished {
        campaign: campaign.clone(),
        trial: trial.clone(),
        step,
        outcome: outcome(step),
        observations: Vec::new(),
        evidence: Vec::new(),
        pins: Pins::new(),
        act: "act".to_owned(),
        duration_ms: u64::from(step.number()) * 1000,
    };
    Step::ALL.into_iter().map(|step| Event::StepFinished(finished(step))).collect()
}

#[cfg(feature = "tables")]
#[test]
fn questions_over_many_campaigns_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    let all = portolan(folder.path(), &["insights"]);
    assert_eq!(all.code, 0, "{}", all.err);
    for words in ["2 campaigns: 2026-11-23.small, 2026-11-30.small", "kernel panic", "qemu-img"] {
        assert!(all.out.contains(words), "{words}: {}", all.out);
    }
    let cause = ["insights", "--by", "cause", "--format", "csv", "--campaign", "2026-11-23.small"];
    assert_eq!(
        portolan(folder.path(), &cause).out,
        "cause,of,all_targets,kvm-like,xen-like\r\n\
         kernel panic,cells,2,1,1\r\n\
         kernel panic,trials,8,4,4\r\n"
    );
    let json = portolan(folder.path(), &["insights", "--by", "duration", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["tables"][0]["by"], "duration");
    assert_eq!(json["tables"][0]["rows"][6][3], 7000);
    assert_eq!(all.out, portolan(folder.path(), &["insights"]).out, "the same bytes twice");
}

#[cfg(feature = "tables")]
#[test]
fn what_tells_of_tools_is_not_for_a_public_audience() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    for form in ["text", "json"] {
        let words = ["insights", "--audience", "public", "--format", form];
        let public = portolan(folder.path(), &words);
        assert_eq!(public.code, 0, "{}", public.err);
        for secret in ["qemu-img", "portolan-ovf", "direct", "median"] {
            assert!(!public.out.contains(secret), "public {form} names {secret}: {}", public.out);
        }
    }
    for by in ["converter", "duration"] {
        let words = ["insights", "--audience", "public", "--by", by];
        refused(folder.path(), &words, 2, "tells of tools: it is not for a public audience");
    }
}

#[cfg(feature = "tables")]
#[test]
fn what_cannot_be_asked_is_said() {
    let folder = tempfile::tempdir().unwrap();
    refused(&folder.path().join("nothing"), &["insights"], 2, "there is no store at");
    store(folder.path());
    refused(
        folder.path(),
        &["insights", "--campaign", "c"],
        2,
        "there is no campaign `c`; known: 2026",
    );
    refused(folder.path(), &["insights", "--format", "csv"], 2, "say which with --by");
    refused(folder.path(), &["insights", "--json", "--format", "text"], 2, "ask for two things");
    refused(folder.path(), &["insights", "--by", "moon"], 2, "possible values: guest, cause");
}

#[cfg(not(feature = "tables"))]
#[test]
fn a_program_without_tables_says_how_to_build_one_with_them() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    refused(folder.path(), &["insights"], 2, "cargo build --release --features tables");
}
