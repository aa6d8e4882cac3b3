//! Matrices for a terminal. Symbol and word always; colour only when asked for.

use comfy_table::{CellAlignment, Table, presets};
use domain::event::Ending;
use domain::score::{Score, Standing};
use domain::testbed::{Migration, Mode};

use crate::held::{Held, held_back};
use crate::notice;
use crate::public::{PublicCell, PublicMatrix, PublicView};
use crate::receipt::Receipt;
use crate::setting::PublicPlatform;
use crate::tally::ALL;
use crate::units::{count, instant};
use crate::withheld;

/// Whether to colour a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With ANSI escape sequences.
    Always,
    /// Plain text.
    Never,
}

/// All matrices of a campaign with header, legend and notices.
#[must_use]
pub fn matrices(view: &PublicView, receipt: Option<&Receipt>, colour: Colour) -> String {
    let mut parts = vec![header(view)];
    parts.extend(view.matrices.iter().map(|matrix| guest(view, matrix)));
    parts.push(legend());
    parts.push(notices(view));
    parts.extend(receipt.map(Receipt::words));
    paint(&printable(&parts.join("\n\n")), colour) + "\n"
}

/// A standing with its symbol: `✓ SUCCESS`.
#[must_use]
pub fn signed(standing: Standing) -> String {
    format!("{} {}", standing.symbol(), standing.word())
}

/// Colours every signed standing. Done last, so that layout never counts invisible characters.
#[must_use]
pub fn paint(text: &str, colour: Colour) -> String {
    match colour {
        Colour::Never => text.to_owned(),
        Colour::Always => ALL.iter().fold(text.to_owned(), |text, standing| {
            let (plain, code) = (signed(*standing), code(*standing));
            text.replace(&plain, &format!("\u{1b}[{code}m{plain}\u{1b}[0m"))
        }),
    }
}

/// The ANSI code of a standing's colour.
fn code(standing: Standing) -> &'static str {
    match standing {
        Standing::Scored(Score::Success) => "32",
        Standing::Scored(Score::Warning) => "33",
        Standing::Scored(Score::Failure) => "1;31",
        Standing::LabError => "35",
        Standing::Blocked | Standing::NotRun | Standing::NotApplicable => "2",
    }
}

/// A text in which nothing but line ends can move a terminal's cursor.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn header(view: &PublicView) -> String {
    let course = &view.course;
    let (scored, planned) = view.trials();
    let mut lines = vec![
        format!("Campaign {} on {}", view.campaign, view.testbed),
        format!("  started  {}, {}", instant(course.started), ending(view)),
        format!("  policy   {} (sha256 {:.12}…)", view.policy, view.policy_sha256.to_string()),
        format!("  trials   {scored} of {planned} scored"),
    ];
    if view.migration != Migration::Cold {
        lines.push(format!("  type     {} migration", view.migration));
    }
    if view.mode == Mode::Copy {
        lines.push("  mode     copy: sources are started again".to_owned());
    }
    if let Some(as_of) = view.viewpoint.as_of {
        lines.push(format!("  as of    {}", instant(as_of)));
    }
    if let Some(position) = view.viewpoint.known_at {
        lines.push(format!("  known at position {position} of the log"));
    }
    if course.resumed > 0 {
        lines.push(format!("  resumed  {}", count(course.resumed as usize, "time")));
    }
    lines.extend(view.platforms.iter().map(platform));
    let changes = view.changes.len() + view.untold_changes;
    if changes > 0 {
        lines.push(format!("  versions {} changed in mid-campaign", changes));
    }
    lines.join("\n")
}

fn platform(platform: &PublicPlatform) -> String {
    let stand_in = if platform.stand_in { " (stand-in)" } else { "" };
    let version = if platform.version.is_empty() { "version not found" } else { &platform.version };
    format!("  platform {}{stand_in}: {version}", platform.id)
}

fn ending(view: &PublicView) -> String {
    match view.course.ending {
        Some(Ending::Completed) => "completed".to_owned(),
        Some(Ending::Cancelled) => "stopped by a person; it can be resumed".to_owned(),
        Some(Ending::LabError) => "ended with lab errors; it can be resumed".to_owned(),
        None => format!("not ended; last event {}", instant(view.course.last_recorded)),
    }
}

fn guest(view: &PublicView, matrix: &PublicMatrix) -> String {
    let title = format!("{}: {}", matrix.guest, view.guest_name(&matrix.guest));
    let tally = matrix.tally();
    let mut lines =
        vec![title, table(view, matrix), format!("{}: {tally}", count(tally.total(), "cell"))];
    lines.extend(held_back(matrix).iter().map(held));
    lines.join("\n")
}

fn table(view: &PublicView, matrix: &PublicMatrix) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let targets = matrix.platforms.iter().map(ToString::to_string);
    table.set_header(std::iter::once("from ╲ to".to_owned()).chain(targets));
    for source in &matrix.platforms {
        let cells = matrix.platforms.iter().map(|target| match matrix.cell(source, target) {
            Some(cell) => shown(cell),
            None if source == target => "—".to_owned(),
            None if view.withholds(&matrix.guest, source, target) => withheld::SIGNED.to_owned(),
            None => "not planned".to_owned(),
        });
        table.add_row(std::iter::once(source.to_string()).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table.to_string()
}

fn shown(cell: &PublicCell) -> String {
    let unstable = if cell.unstable { " ~" } else { "" };
    let raw = cell.differing_raw().map(|it| format!(" (raw {})", signed(it)));
    let raw = raw.unwrap_or_default();
    // Of what makes no sense nothing was planned.
    let counts = (cell.planned > 0).then(|| format!(" {}/{}", cell.scored, cell.planned));
    format!("{}{}{unstable}{raw}", signed(cell.standing), counts.unwrap_or_default())
}

fn held(held: &Held) -> String {
    let cells: Vec<String> =
        held.cells.iter().map(|(source, target)| format!("{source} → {target}")).collect();
    format!("  {} at {}\n    {}", signed(held.standing), held.reason, cells.join(", "))
}

fn legend() -> String {
    let signs: Vec<String> = ALL.iter().map(|it| signed(*it)).collect();
    format!(
        "{}\n~ unstable: repetitions disagree   2/3: trials scored of those planned",
        signs.join("   ")
    )
}

fn notices(view: &PublicView) -> String {
    notice::all(view).iter().map(|it| wrapped(it, 0)).collect::<Vec<_>>().join("\n")
}

/// A text broken between words where a line would pass 100 characters, its lines indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if indent + line.chars().count() + word.chars().count() < 100 => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    let indent = " ".repeat(indent);
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}
