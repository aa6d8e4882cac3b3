//! A comparison for a terminal. Symbol and word always; colour only when asked for.

use comfy_table::{Table, presets};
use domain::change::Change;
use domain::ids::GuestId;
use domain::plan::CellId;

use super::public::PublicStood;
use super::shown::{Entry, Shown};
use super::words;
use crate::text::{Colour, paint, printable, signed, wrapped};
use crate::units::count;

/// The whole comparison: what changed, and what did not where all cells are asked for.
#[must_use]
pub fn text(shown: &Shown, all: bool, colour: Colour) -> String {
    let mut parts = vec![header(shown)];
    let is_told = |it: &Change| all || it.is_change();
    let told: Vec<Change> = Change::ALL.into_iter().filter(is_told).collect();
    if shown.entries.iter().any(|it| told.contains(&it.cell.change)) {
        let guests = &shown.view.scene.guests;
        parts.extend(guests.iter().filter_map(|(guest, name)| matrix(shown, guest, name)));
        parts.push(legend(shown));
    }
    parts.extend(told.into_iter().filter_map(|change| class(shown, change)));
    parts.extend(open(shown));
    parts.extend(versions(shown));
    parts.push(notices(shown));
    coloured(&printable(&parts.join("\n\n")), colour) + "\n"
}

/// A class of change with its symbol: `▼ regressed`.
#[must_use]
pub fn sign(change: Change) -> String {
    format!("{} {change}", change.symbol())
}

fn header(shown: &Shown) -> String {
    let view = &shown.view;
    let mut lines = vec![
        format!("Changes from {} to campaign {}", words::reference(view), view.to.campaign),
        format!("  from     {}", words::side(&view.from)),
        format!("  to       {}", words::side(&view.to)),
        format!("  policy   {} (sha256 {:.12}…)", view.policy, view.policy_sha256.to_string()),
        format!("  cells    {}", tally(shown)),
    ];
    match shown.open().count() {
        0 => {}
        open => lines.push(format!("  open     {}", count(open, "regression"))),
    }
    lines.join("\n")
}

/// How many cells there are, and of each class that occurs.
fn tally(shown: &Shown) -> String {
    let counts = shown.view.counts().into_iter().filter(|(_, number)| *number > 0);
    let counts: Vec<String> = counts.map(|(change, number)| format!("{number} {change}")).collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let all = format!("{}: {counts}", shown.entries.len());
    wrapped(&all, 11).trim_start().to_owned()
}

/// A guest's cells with their signs; none where neither campaign planned one.
fn matrix(shown: &Shown, guest: &GuestId, name: &str) -> Option<String> {
    let platforms = &shown.view.scene.platforms;
    let sign = |source, target| {
        let cell = CellId { guest: guest.clone(), source, target };
        shown.entry(&cell).map(|it| it.cell.change.symbol().to_string())
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let targets = platforms.iter().map(ToString::to_string);
    table.set_header(std::iter::once("from ╲ to".to_owned()).chain(targets));
    let mut planned = false;
    for source in platforms {
        let signs: Vec<Option<String>> =
            platforms.iter().map(|target| sign(source.clone(), target.clone())).collect();
        planned |= signs.iter().any(Option::is_some);
        let signs = signs.into_iter().map(Option::unwrap_or_default);
        table.add_row(std::iter::once(source.to_string()).chain(signs));
    }
    planned.then(|| format!("{guest}: {name}\n{table}"))
}

/// The signs that occur.
fn legend(shown: &Shown) -> String {
    let occurs = |it: &Change| shown.of(*it).next().is_some();
    let signs: Vec<String> = Change::ALL.into_iter().filter(occurs).map(sign).collect();
    let others = "×2: two independent routes carry it   at 7: the step that fails   ~ unstable";
    let lines: Vec<String> = signs.chunks(4).map(|it| it.join("   ")).collect();
    format!("{}\n{others}", lines.join("\n"))
}

/// The cells of one class, and what is to be said of them together.
fn class(shown: &Shown, change: Change) -> Option<String> {
    let entries: Vec<&Entry> = shown.of(change).collect();
    if entries.is_empty() {
        return None;
    }
    let mut lines = vec![format!("{}: {}", sign(change), count(entries.len(), "cell"))];
    lines.push(table(&entries, "since", |it| {
        it.cell.since.as_ref().map(|it| it.first.to_string()).unwrap_or_default()
    }));
    lines.extend(grouped(&entries, goes_with));
    lines.extend(grouped(&entries, Entry::carried));
    lines.extend(grouped(&entries, Entry::held_back));
    Some(lines.join("\n"))
}

fn table(entries: &[&Entry], last: &str, of: impl Fn(&Entry) -> String) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["cell", "before", "now", last]);
    for entry in entries {
        let cell = &entry.cell;
        let (before, after) = (stood(cell.before.as_ref()), stood(cell.after.as_ref()));
        table.add_row([cell.cell.to_string(), before, after, of(entry)]);
    }
    table.to_string()
}

/// `✓ SUCCESS ×2`, `✗ FAILURE at 7 ~`.
fn stood(stood: Option<&PublicStood>) -> String {
    let Some(stood) = stood else { return "not planned".to_owned() };
    let mut words = signed(stood.standing);
    match (stood.fails_at, stood.independent) {
        (Some(step), _) => words.push_str(&format!(" at {}", step.number())),
        (None, 0) => {}
        (None, routes) => words.push_str(&format!(" ×{routes}")),
    }
    if stood.unstable {
        words.push_str(" ~");
    }
    words
}

/// What is said of several cells alike, once, with the cells it is said of where not of all.
fn grouped(entries: &[&Entry], say: fn(&Entry) -> Option<String>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for entry in entries {
        let Some(words) = say(entry) else { continue };
        let cell = entry.cell.cell.to_string();
        match groups.iter_mut().find(|it| it.0 == words) {
            Some((_, cells)) => cells.push(cell),
            None => groups.push((words, vec![cell])),
        }
    }
    let lines = |(words, cells): (String, Vec<String>)| match cells.len() == entries.len() {
        true => wrapped(&words, 2),
        false => format!("{}\n{}", wrapped(&(words + ":"), 2), wrapped(&cells.join(", "), 4)),
    };
    groups.into_iter().map(lines).collect()
}

fn goes_with(entry: &Entry) -> Option<String> {
    let since = entry.cell.since.as_ref()?;
    let other = words::last_other_called(entry.cell.change);
    let goes_with = entry.goes_with().map(|it| format!("; {it}")).unwrap_or_default();
    Some(format!("{other} {}{goes_with}", since.last_other))
}

/// The regressions that are open, whatever became of their cells since.
fn open(shown: &Shown) -> Option<String> {
    let open: Vec<&Entry> = shown.open().map(|(entry, _)| entry).collect();
    let since = |it: &Entry| it.cell.open_since.as_ref().map(ToString::to_string);
    let table = || table(&open, "open since", |it| since(it).unwrap_or_default());
    (!open.is_empty())
        .then(|| format!("Open until as good as in {}\n{}", shown.view.from.campaign, table()))
}

fn versions(shown: &Shown) -> Option<String> {
    let versions = shown.versions.iter().map(|it| wrapped(&it.to_string(), 2));
    let versions: Vec<String> = versions.collect();
    (!versions.is_empty()).then(|| format!("Versions that differ\n{}", versions.join("\n")))
}

fn notices(shown: &Shown) -> String {
    shown.notices().iter().map(|it| wrapped(it, 0)).collect::<Vec<_>>().join("\n")
}

/// Colours every sign. Done last, so that layout never counts invisible characters.
fn coloured(text: &str, colour: Colour) -> String {
    match colour {
        Colour::Never => text.to_owned(),
        Colour::Always => Change::ALL.iter().fold(paint(text, colour), |text, change| {
            let (plain, code) = (sign(*change), code(*change));
            text.replace(&plain, &format!("\u{1b}[{code}m{plain}\u{1b}[0m"))
        }),
    }
}

/// The ANSI code of a class's colour.
fn code(change: Change) -> &'static str {
    match change {
        Change::Regressed | Change::WorseWithinFailure => "1;31",
        Change::Unstable | Change::RedundancyLost | Change::GreenByAnotherRoute => "33",
        Change::Vanished | Change::BlockedByLab => "35",
        Change::Fixed | Change::Improved => "32",
        Change::New => "36",
        Change::NeverAttempted | Change::Unchanged => "2",
    }
}
