//! What the parts of a report cost by themselves, in this process: nobody can be cheaper than their
//! sum as long as they are done that way.

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use domain::event::Event;
use domain::wire::Submission;
use ingest::Desk;
use sha2::{Digest as _, Sha256};
use store::{Blobs, DiskLog};
use uuid::Uuid;

use super::access::LABS;
use super::ingesting::next_campaign;
use super::lab::{Campaign, Says};
use crate::clock::{processor_time, timed};
use crate::peers::portolan::settings;
use crate::stats::Spread;
use crate::table::Table;
use crate::views::{Made, at};

/// Steps in a batch, and of each lab.
const BATCH: usize = 64;
const STEPS: usize = 3072;
const PASSES: usize = 5;

/// Measures them over the same steps.
pub(super) fn measure(folder: &Path, table: &mut Table) -> Result<()> {
    let made = Made::new()?;
    table.section(&format!("What the parts of a report cost, batches of {BATCH}, on one core"));
    let campaign = next_campaign(&made, Says::Everything)?;
    let bodies = campaign.bodies(BATCH, STEPS)?;
    let leaves = leaves(&made)?;
    let mut add = |name: &str, part: &dyn Fn() -> Result<()>| -> Result<()> {
        let mut costs = Vec::new();
        for _ in 0..PASSES {
            let (result, seconds) = timed(part);
            result?;
            costs.push(seconds * 1e6 / STEPS as f64);
        }
        table.add(name, Spread::of(costs), "µs");
        Ok(())
    };
    add("read and check the JSON of a request", &|| read(&bodies))?;
    add("SHA-256 of the leaves", &|| {
        for leaf in &leaves {
            black_box(Sha256::digest(leaf));
        }
        Ok(())
    })?;
    add("decode the leaves again, for the pages", &|| {
        (0..).zip(&leaves).try_for_each(|(position, leaf)| {
            black_box(store::schema::decode(position, leaf)?);
            Ok(())
        })
    })?;
    add("write and sync the leaves, batch by batch", &|| written(folder, &leaves))?;
    desk(folder, &made, table)
}

fn leaves(made: &Made) -> Result<Vec<Vec<u8>>> {
    let steps = made.campaign(0).filter(|it| matches!(it, Event::StepFinished(_))).take(STEPS);
    let leaf = |(version, event): (u64, Event)| {
        Ok(store::schema::encode("campaign/c-000000", version, Uuid::nil(), at(0), &event)?)
    };
    (0..).zip(steps).map(leaf).collect()
}

fn read(bodies: &[Vec<u8>]) -> Result<()> {
    bodies.iter().try_for_each(|body| {
        black_box(Submission::read(body)?);
        Ok(())
    })
}

fn written(folder: &Path, leaves: &[Vec<u8>]) -> Result<()> {
    let mut file = tempfile::tempfile_in(folder)?;
    for leaves in leaves.chunks(BATCH) {
        file.write_all(&leaves.concat())?;
        file.sync_data()?;
    }
    Ok(())
}

/// The desk without HTTP: the same steps of as many campaigns at once.
fn desk(folder: &Path, made: &Made, table: &mut Table) -> Result<()> {
    let store = folder.join("web-desk");
    let log = Arc::new(DiskLog::open(&store, &settings())?);
    let desk = Desk::open(log.clone(), Blobs::local(&store.join("evidence"))?)?;
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let campaigns = (0..LABS).map(|_| submissions(&desk, made));
        let campaigns = campaigns.collect::<Result<Vec<_>>>()?;
        let before = processor_time();
        let (done, seconds) = timed(|| at_once(&desk, campaigns));
        done?;
        log.settle()?;
        let steps = (LABS * STEPS) as f64;
        rates.push(steps / seconds);
        costs.push((processor_time() - before).as_secs_f64() * 1e6 / steps);
    }
    let cost = Spread::of(costs).median;
    let line =
        table.add(format!("the desk without HTTP, {LABS} at once"), Spread::of(rates), "ev/s");
    line.note(format!("{cost:.1} µs CPU a step: judged, recorded, safe on disk"));
    drop((desk, log));
    Ok(std::fs::remove_dir_all(store)?)
}

fn submissions(desk: &Desk, made: &Made) -> Result<(Campaign, Vec<Submission>)> {
    let campaign = next_campaign(made, Says::Everything)?;
    desk.submit(&campaign.id, campaign.begin(), at(0))?;
    let read = campaign.bodies(BATCH, STEPS)?;
    let read = read.iter().map(|body| Ok(Submission::read(body)?)).collect::<Result<_>>()?;
    Ok((campaign, read))
}

fn at_once(desk: &Desk, campaigns: Vec<(Campaign, Vec<Submission>)>) -> Result<()> {
    std::thread::scope(|scope| {
        let labs: Vec<_> = campaigns
            .into_iter()
            .map(|(campaign, submissions)| {
                scope.spawn(move || {
                    for it in submissions {
                        let (expected, commands) = (it.expected_version, it.commands);
                        let done = desk.submit_all(&campaign.id, expected, commands, at(0))?;
                        ensure!(done.refused.is_none(), "a step was refused");
                    }
                    Ok(())
                })
            })
            .collect();
        labs.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("a lab panicked"))?)
    })
}
