//! `portolan ovf check`: what is wrong with a package, and what to do about it.

use domain::score::Score;
use package::{Finding, Report};
use serde::Serialize;

use crate::args::{Args, OvfCheck};
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &OvfCheck) -> Result<(), Exit> {
    let report =
        package::check(&command.file, command.target).map_err(|error| Exit::Usage(error.into()))?;
    let name = command.file.display().to_string();
    if args.json {
        print_json(&View::from((&name, &report)))?;
    } else {
        print(&text(&name, &report))?;
    }
    match report.score() {
        Score::Failure => {
            Err(Exit::wrong(format!("{name} is not a package that can be relied on")))
        }
        Score::Warning | Score::Success => Ok(()),
    }
}

/// What is printed as JSON.
#[derive(Serialize)]
struct View<'r> {
    file: &'r str,
    score: Score,
    machines: Vec<&'r str>,
    disks: usize,
    files: usize,
    findings: &'r [Finding],
    /// Findings that are not told, since there are so many.
    left_out: u64,
}

impl<'r> From<(&'r String, &'r Report)> for View<'r> {
    fn from((file, report): (&'r String, &'r Report)) -> Self {
        let said = report.descriptor.as_ref();
        let systems = said.map(|it| it.systems.as_slice()).unwrap_or_default();
        Self {
            file,
            score: report.score(),
            machines: systems.iter().map(|it| it.id.as_str()).collect(),
            disks: said.map_or(0, |it| it.disks.len()),
            files: report.contents.entries.len(),
            findings: &report.findings,
            left_out: report.left_out,
        }
    }
}

fn text(name: &str, report: &Report) -> String {
    let mut text = format!("{name}: {}", report.score().word());
    if let Some(said) = &report.descriptor {
        let machines = count(said.systems.len() as u64, "machine");
        let disks = count(said.disks.len() as u64, "disk");
        let files = count(report.contents.entries.len() as u64, "file");
        text.push_str(&format!(", {machines}, {disks}, {files}"));
    }
    text.push('\n');
    for finding in &report.findings {
        let Finding { id, score, words, place, remedy } = finding;
        text.push_str(&format!("\n{} {id}  {place}: {words}\n  → {remedy}\n", score.symbol()));
    }
    if report.left_out > 0 {
        let more = count(report.left_out, "finding");
        text.push_str(&format!("\n{more} left out, none worse than what is told of its rule\n"));
    }
    text
}
