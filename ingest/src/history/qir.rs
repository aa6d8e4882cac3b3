//! The `result.json` of the QUIC Interop Runner: a list for each pair of client and server, in the
//! order of the clients, and for each client in that of the servers.

use std::collections::{BTreeMap, BTreeSet};

use domain::observation::bounded_text;
use domain::score::Standing;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::Field;
use super::lines::Lines;
use super::roster::Roster;
use super::row::{Row, missing};
use super::words;

/// The file. What else is in it says nothing about a trial.
#[derive(Deserialize)]
struct Report<'a> {
    /// Seconds since 1970.
    start_time: Option<f64>,
    /// The folder of the run's logs: the only name that a run has.
    log_dir: Option<String>,
    clients: Vec<String>,
    servers: Vec<String>,
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    /// By abbreviation. Reports before 2020 have none.
    #[serde(default)]
    tests: BTreeMap<String, Test>,
}

#[derive(Deserialize)]
struct Test {
    name: Option<String>,
}

/// How a pair did in one test.
#[derive(Deserialize)]
struct Entry {
    abbr: String,
    name: Option<String>,
    /// Null when the test was not run.
    result: Option<String>,
}

/// What a pair did, each entry with its line.
struct Cell {
    line: u64,
    entries: Vec<(u64, Entry)>,
    /// False when something of it cannot be read: what is missing may stand there.
    is_whole: bool,
}

/// Reads a file into the roster.
pub(super) fn take(text: &str, roster: &mut Roster<'_>) {
    let report: Report<'_> = match serde_json::from_str(text) {
        Ok(report) => report,
        Err(error) => {
            let words = format!("the file is no result.json: {}", words_of(&error));
            return roster.reject((error.line() as u64).max(1), words);
        }
    };
    let (clients, servers) = (report.clients.len(), report.servers.len());
    let (pairs, found) = (clients.saturating_mul(servers), report.results.len());
    if pairs != found {
        let words = format!(
            "`results` has {found} lists for {clients} clients and {servers} servers: which pair a \
             list belongs to is told by its place alone, so there must be {pairs}"
        );
        return roster.reject(1, words);
    }
    let at = match (report.start_time, roster.defaults.at) {
        (Some(seconds), _) => words::instant_of_seconds(seconds),
        (None, Some(at)) => Ok(at),
        (None, None) => Err(missing(Field::At)),
    };
    match at {
        Ok(at) => pairs_of(&report, text, at, roster),
        Err(reason) => roster.reject(1, reason),
    }
}

fn pairs_of(report: &Report<'_>, text: &str, at: Timestamp, roster: &mut Roster<'_>) {
    let mut lines = Lines::of(text);
    let lists = report.results.iter();
    let cells: Vec<Cell> = lists.map(|list| cell(list, &mut lines, roster)).collect();
    let tests = tests(report, &cells);
    // Each trial gets a copy of its own: a name that no campaign could have is cut before.
    let told = || report.log_dir.as_deref().map(|it| words::cut(it).to_owned());
    let campaign = roster.defaults.text(Field::Campaign).or_else(told);
    let servers = || report.servers.iter().map(String::as_str);
    let clients = report.clients.iter().map(String::as_str);
    let pairs = clients.flat_map(|client| servers().map(move |server| (client, server)));
    for (pair, cell) in pairs.zip(&cells) {
        let tried = Tried { campaign: &campaign, at, pair };
        for (line, entry) in &cell.entries {
            let name = tests.get(entry.abbr.as_str()).map_or("", String::as_str);
            let row = tried.row(*line, (&entry.abbr, name), entry.result.as_deref());
            roster.take(*line, row);
        }
        let known: BTreeSet<&str> = cell.entries.iter().map(|(_, it)| it.abbr.as_str()).collect();
        let missing = tests.iter().filter(|(test, _)| cell.is_whole && !known.contains(*test));
        for (test, name) in missing {
            roster.take(cell.line, tried.row(cell.line, (test, name), None));
        }
    }
}

/// The entries of one pair that can be read.
fn cell(list: &RawValue, lines: &mut Lines<'_>, roster: &mut Roster<'_>) -> Cell {
    let line = lines.of_piece(list.get());
    let mut cell = Cell { line, entries: Vec::new(), is_whole: true };
    let mut reject = |line, what: &str, error: &serde_json::Error| {
        roster.reject(line, format!("{what} of `results` cannot be read: {}", words_of(error)));
        false
    };
    // A run that was cut short leaves a null where a list should be.
    let entries: Option<Vec<&RawValue>> =
        serde_json::from_str(list.get()).unwrap_or_else(|error| {
            cell.is_whole = reject(line, "a list", &error);
            None
        });
    for entry in entries.unwrap_or_default() {
        let line = lines.of_piece(entry.get());
        match serde_json::from_str(entry.get()) {
            Ok(entry) => cell.entries.push((line, entry)),
            Err(error) => cell.is_whole = reject(line, "an entry", &error),
        }
    }
    cell
}

/// An error without the place, which is told otherwise.
fn words_of(error: &serde_json::Error) -> String {
    let words = words::of_error(error);
    words.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Every test that any pair was put to, with its name.
fn tests<'a>(report: &Report<'_>, cells: &'a [Cell]) -> BTreeMap<&'a str, String> {
    let entries = cells.iter().flat_map(|cell| &cell.entries);
    let named = entries.filter(|(_, entry)| !entry.abbr.trim().is_empty()).map(|(_, entry)| {
        let name = report.tests.get(&entry.abbr).and_then(|it| it.name.as_deref());
        let name = name.or(entry.name.as_deref()).unwrap_or_default();
        (entry.abbr.as_str(), bounded_text(name))
    });
    named.collect()
}

/// One pair of one report.
struct Tried<'a> {
    campaign: &'a Option<String>,
    at: Timestamp,
    /// Client and server.
    pair: (&'a str, &'a str),
}

impl Tried<'_> {
    /// The trial of one test; a result that is not there was not run.
    fn row(&self, line: u64, test: (&str, &str), result: Option<&str>) -> Result<Row, String> {
        let (client, server) = self.pair;
        let (abbreviation, name) = test;
        let told = |text: &str| {
            let text = words::cut(text);
            Some(text).filter(|it| !it.trim().is_empty()).map(ToOwned::to_owned)
        };
        let standing = result.map_or(Ok(Standing::NotRun), words::standing);
        Ok(Row {
            line,
            campaign: self.campaign.clone(),
            at: self.at,
            guest: told(abbreviation).ok_or("an entry of `results` has an empty `abbr`")?,
            guest_name: name.to_owned(),
            source: told(client).ok_or("a name of `clients` is empty")?,
            target: told(server).ok_or("a name of `servers` is empty")?,
            route: None,
            repetition: 1,
            standing: standing?,
            step: None,
            reason: String::new(),
            duration_ms: 0,
            versions: Vec::new(),
            stand_ins: Vec::new(),
        })
    }
}
