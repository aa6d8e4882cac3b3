//! Made-up outcomes of many campaigns, as a CSV file that every contestant reads.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;

use crate::event::Seed;

/// How the outcomes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As campaigns record them: trial after trial, step after step.
    Recorded,
    /// In no order at all.
    Shuffled,
    /// Every campaign with guests and platforms of its own.
    OwnNames,
}

impl Shape {
    pub(super) const ALL: [Shape; 3] = [Shape::Recorded, Shape::Shuffled, Shape::OwnNames];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Recorded => "as recorded",
            Shape::Shuffled => "in no order",
            Shape::OwnNames => "of campaigns with names of their own",
        }
    }
}

/// 17 matrices of 20 × 20 cells, three routes, seven repetitions, seven steps: 999,600 rows.
const CAMPAIGNS: u64 = 4;
const GUESTS: u64 = 5;
const MATRICES: u64 = 17;
const PLATFORMS: u64 = 20;
pub(super) const ROUTES: [&str; 3] = ["direct", "ovf", "raw"];
const REPETITIONS: u64 = 7;

/// What a trial may fail by.
pub(super) const FAULTS: [&str; 4] =
    ["kernel panic", "no DHCP offer", "could not be completed", "rules do not hold"];

pub(super) const HEADER: &str =
    "campaign,guest,source,target,route,repetition,step,score,fault,duration_ms";

/// Writes the file.
pub(super) fn write(file: &Path, shape: Shape, quick: bool) -> Result<()> {
    let mut lines = Vec::new();
    let repetitions = if quick { 1 } else { REPETITIONS };
    for campaign in 0..CAMPAIGNS {
        for repetition in 1..=repetitions {
            for guest in (0..GUESTS).filter(|it| campaign * GUESTS + it < MATRICES) {
                for cell in 0..PLATFORMS * PLATFORMS {
                    for route in 0..ROUTES.len() as u64 {
                        trial(&mut lines, shape, [campaign, repetition, guest, cell, route]);
                    }
                }
            }
        }
    }
    if shape == Shape::Shuffled {
        let mut seed = Seed::of(1);
        for place in (1..lines.len()).rev() {
            lines.swap(place, seed.below(place as u64 + 1) as usize);
        }
    }
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "{HEADER}")?;
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    Ok(out.flush()?)
}

/// The seven steps of a trial. Cells differ, their routes a little, and repetitions now and then.
fn trial(lines: &mut Vec<String>, shape: Shape, codes: [u64; 5]) {
    let [campaign, repetition, guest, cell, route] = codes;
    let own = |kind: char, code: u64| match shape {
        Shape::OwnNames => format!("{kind}{campaign}-{code}"),
        Shape::Recorded | Shape::Shuffled => format!("{kind}{code}"),
    };
    let place = (campaign * GUESTS + guest) * PLATFORMS * PLATFORMS + cell;
    let of_cell = Seed::of(place).below(3);
    let of_route = of_cell.saturating_sub(u64::from(Seed::of(place * 3 + route).flip(30)));
    let mut seed = Seed::of((place * 3 + route) * 100 + repetition);
    let score = of_route.saturating_sub(u64::from(seed.flip(3)));
    let limiting = 1 + seed.below(7);
    let fault = seed.one_of(&FAULTS).to_owned();
    for step in 1..=7 {
        let (score, fault) = match (score, step == limiting) {
            (0, true) => ("0", fault.as_str()),
            (0, false) if step > limiting => ("255", ""),
            (1, true) => ("1", ""),
            _ => ("2", ""),
        };
        let duration = 20 + seed.below(40) * seed.below(40) * seed.below(40);
        let duration = if score == "255" { String::new() } else { duration.to_string() };
        let (source, target) = (own('p', cell / PLATFORMS), own('p', cell % PLATFORMS));
        let (guest, route) = (own('g', guest), ROUTES[route as usize]);
        lines.push(format!(
            "c{campaign},{guest},{source},{target},{route},{repetition},{step},{score},{fault},{duration}"
        ));
    }
}
