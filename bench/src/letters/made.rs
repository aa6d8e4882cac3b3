//! A campaign of the most vendors that a testbed can declare: each makes a tool, which is tried beside
//! seven tools of others, and the first twenty make a platform too. Each trial is the seven steps of one
//! real trial. An event has 60 kB at most, so no campaign can have a thousand vendors: a thousand
//! contacts are theirs in turn.

use std::path::Path;

use anyhow::Result;
use domain::event::{
    CampaignFinished, CampaignStarted, Cost, Ending, Event, Evidence, EvidenceKind, Outcome, Pins,
    StepFinished, TrialsPlanned,
};
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::Testbed;
use store::{Append, Blobs, DiskLog, EventLog as _, Expected};
use uuid::Uuid;

use crate::peers::portolan::settings;
use crate::views::{at, sample};

/// What the campaign is called.
pub(super) const CAMPAIGN: &str = "thousand";

/// Its vendors, each with a tool.
pub(super) const VENDORS: usize = domain::testbed::MOST_ENTRIES;
const PLATFORMS: usize = 20;
const GUESTS: usize = 2;
/// How many tools are tried in a cell.
const TOOLS_A_CELL: usize = 8;

/// Records a campaign of so many trials; the number of its steps.
pub(super) fn record(store: &Path, count: usize) -> Result<u64> {
    let log = DiskLog::open(store, &settings())?;
    let blobs = Blobs::local(&store.join("evidence"))?;
    let (testbed, trials) = (testbed(VENDORS)?, trials(count)?);
    let (steps, mut position, mut count) = (sample()?, 0, 0);
    let campaign: domain::ids::CampaignId = CAMPAIGN.parse().map_err(anyhow::Error::msg)?;
    let mut append = |events: Vec<Event>| -> Result<()> {
        let (stream, command) = (format!("campaign/{CAMPAIGN}"), Uuid::from_u128(position + 1));
        let (expected, when) =
            (Expected::Exact(u64::try_from(position)?), at(u64::try_from(position)?));
        position += events.len() as u128;
        log.append(Append { stream, expected, command, at: when, events })?;
        Ok(())
    };
    let (id, pins) = (campaign.clone(), pins(VENDORS));
    append(vec![Event::CampaignStarted(CampaignStarted { campaign: id, testbed, pins })])?;
    for some in trials.chunks(100) {
        let (campaign, trials) = (campaign.clone(), some.to_vec());
        append(vec![Event::TrialsPlanned(TrialsPlanned { campaign, trials })])?;
    }
    for (place, trial) in trials.iter().enumerate() {
        let walked = walk(&steps, trial, place, &blobs)?;
        count += walked.len() as u64;
        let named = |it| Event::StepFinished(StepFinished { campaign: campaign.clone(), ..it });
        append(walked.into_iter().map(named).collect())?;
    }
    let cost = Cost { wall_ms: 3_600_000, processors: 2, ..Cost::default() };
    append(vec![Event::CampaignFinished(CampaignFinished {
        campaign,
        ending: Ending::Completed,
        cost,
    })])?;
    log.settle()?;
    Ok(count)
}

/// A trial: every seventh fails when it is started at the target, with what its tool complained of.
fn walk(
    steps: &[StepFinished],
    trial: &Trial,
    place: usize,
    blobs: &Blobs,
) -> Result<Vec<StepFinished>> {
    let fails = place % 7 == 3;
    let mut walked = Vec::with_capacity(steps.len());
    for it in steps {
        let mut step = StepFinished { trial: trial.clone(), ..it.clone() };
        step.duration_ms += (place % 97) as u64;
        if fails && step.step == Step::Restart {
            step.outcome = Outcome::NotCompleted { reason: "the guest gave up".to_owned() };
            let text = complaint(trial);
            step.evidence = vec![Evidence {
                kind: EvidenceKind::SerialLog,
                name: "serial.log".to_owned(),
                sha256: blobs.put(text.as_bytes())?,
                bytes: text.len() as u64,
            }];
        }
        walked.push(step);
    }
    Ok(walked)
}

/// What a guest's console says before it gives up: 4 kB.
fn complaint(trial: &Trial) -> String {
    let line = |number: u32| format!("[{number:4}.000000] of {trial:?}: waiting for the root\n");
    let lines: String = (0..20).map(line).collect();
    format!("{lines}kernel panic: no root file system was found\n")
}

/// Cell by cell, then once more with other tools: none is tried twice in a cell.
fn trials(count: usize) -> Result<Vec<Trial>> {
    let mut trials = Vec::with_capacity(count);
    let cells = GUESTS * PLATFORMS * (PLATFORMS - 1);
    for number in 0..count {
        let cell = number % cells;
        let tool = (cell + number / cells * (VENDORS / TOOLS_A_CELL)) % VENDORS;
        let (guest, pair) = (cell % GUESTS, cell / GUESTS);
        let (source, other) = (pair / (PLATFORMS - 1), pair % (PLATFORMS - 1));
        let target = if other < source { other } else { other + 1 };
        trials.push(serde_json::from_value(serde_json::json!({
            "guest": format!("guest-{guest}"),
            "source": format!("p{source:02}"),
            "target": format!("p{target:02}"),
            "route": format!("route-{tool:04}"),
            "repetition": 1,
        }))?);
    }
    Ok(trials)
}

fn pins(vendors: usize) -> Pins {
    let platforms =
        (0..PLATFORMS).map(|it| (format!("platform:p{it:02}"), format!("10.{}", it % 3)));
    let tools =
        (0..vendors).map(|it| (format!("converter:tool-{it:04}"), format!("7.{}", it % 10)));
    platforms.chain(tools).collect()
}

fn testbed(vendors: usize) -> Result<Testbed> {
    use serde_json::{Value, json};
    let each = |count: usize, one: &dyn Fn(usize) -> Value| -> Vec<Value> {
        (0..count).map(one).collect()
    };
    let testbed = json!({
        "name": "thousand",
        "slots": { "cpu": 2, "memory_mib": 2048 },
        "vendor": each(vendors, &|it| {
            json!({ "id": format!("vendor-{it:04}"), "name": format!("Vendor {it:04} Ltd") })
        }),
        "platform": each(PLATFORMS, &|it| json!({
            "id": format!("p{it:02}"),
            "vendor": format!("vendor-{:04}", it % vendors),
            "product": format!("Platform {it}"),
            "driver": "qemu",
        })),
        "guest": each(GUESTS, &|it| json!({
            "id": format!("guest-{it}"), "name": format!("Guest {it}"),
            "architecture": "x86_64", "firmware": "bios", "memory_mib": 256, "cpus": 1,
        })),
        "converter": each(vendors, &|it| json!({
            "id": format!("tool-{it:04}"),
            "vendor": format!("vendor-{it:04}"),
            "product": format!("Mover {it:04}"),
        })),
        "route": each(vendors, &|it| json!({
            "id": format!("route-{it:04}"),
            "through": "disk",
            "converters": [format!("tool-{it:04}")],
        })),
    });
    Ok(serde_json::from_value(testbed)?)
}
