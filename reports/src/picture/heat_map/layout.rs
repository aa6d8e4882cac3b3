//! Where everything of a heat map goes.

use askama::Template;

use super::HeatMap;
use super::choice::{Chosen, ChosenGroup, ChosenRow};
use super::runs::Run;
use super::strips::{Strip, Unit, key, strips, units};
use super::words::{in_words, signs};
use crate::picture::column::{Axis, Head, PITCH};
use crate::picture::frame::{Foot, Frame, SIDE};

/// With more runs than these, a tooltip tells a whole row: else the picture would grow too large.
const MOST_TOLD: usize = 600;

/// The heads of the columns are repeated when so many rows have passed.
const HEADS_EVERY: usize = 12;

/// A heat map with its places.
#[derive(Debug, Template)]
#[template(path = "picture/heat_map.svg")]
pub(super) struct HeatDrawing<'a> {
    frame: Frame,
    side: u32,
    units: Vec<Unit>,
    strips: Vec<Strip>,
    heads: Vec<Head>,
    head_foot: u32,
    groups: Vec<Group<'a>>,
    foot: Foot,
}

/// The cells of a guest.
#[derive(Debug)]
struct Group<'a> {
    guest: &'a str,
    baseline: u32,
    /// Where the heads of the columns begin, if they are repeated here.
    heads_at: Option<u32>,
    rows: Vec<Row<'a>>,
}

/// A cell.
#[derive(Debug)]
struct Row<'a> {
    label: &'a str,
    baseline: u32,
    y: u32,
    /// The tooltip of the whole row, where the squares have none.
    told: Option<String>,
    /// Where the whole row leads, if all its squares lead there.
    href: Option<&'a str>,
    /// The row in words, for those who hear that link.
    words: Option<String>,
    lots: Vec<Lot<'a>>,
}

/// Squares that share a link, where the row does not.
#[derive(Debug)]
struct Lot<'a> {
    href: Option<&'a str>,
    runs: Vec<Placed>,
}

/// A use of a strip.
#[derive(Debug)]
struct Placed {
    key: String,
    x: u32,
    told: Option<String>,
}

/// Draws a heat map.
pub(super) fn draw(map: &HeatMap) -> Result<String, askama::Error> {
    let chosen = Chosen::new(map);
    let axis = &chosen.axis;
    let (groups, bottom) = groups(&chosen);
    let foot = Foot::new(signs(&chosen), chosen.notes(), bottom + 8, axis.right().max(360));
    let frame = Frame::new(&map.name, &map.title, in_words(&chosen), chosen.has_links());
    let drawing = HeatDrawing {
        frame: frame.sized(axis.right(), &foot),
        side: SIDE,
        units: units(&chosen),
        strips: strips(&chosen),
        heads: axis.heads(),
        head_foot: axis.head_foot(),
        groups,
        foot,
    };
    drawing.render()
}

/// The groups below each other, and where they end.
fn groups<'a>(chosen: &'a Chosen<'a>) -> (Vec<Group<'a>>, u32) {
    let each = chosen.runs().count() <= MOST_TOLD;
    let (mut y, mut since) = (0, HEADS_EVERY);
    let mut groups = Vec::new();
    for it in &chosen.groups {
        let heads_at = (since >= HEADS_EVERY).then_some(y);
        y += heads_at.map_or(26, |_| chosen.axis.head_height());
        since = heads_at.map_or(since, |_| 0) + it.rows.len();
        groups.push(group(&chosen.axis, it, y, each));
        groups.last_mut().into_iter().for_each(|group| group.heads_at = heads_at);
        y += PITCH * it.rows.len() as u32 + 8;
    }
    (groups, y)
}

fn group<'a>(axis: &Axis<'_>, group: &'a ChosenGroup<'a>, top: u32, each: bool) -> Group<'a> {
    let placed = (top..).step_by(PITCH as usize).zip(&group.rows);
    let rows = placed.map(|(y, it)| row(axis, it, y, each)).collect();
    Group { guest: &group.guest, baseline: top - 8, heads_at: None, rows }
}

fn row<'a>(axis: &Axis<'_>, row: &'a ChosenRow<'a>, y: u32, each: bool) -> Row<'a> {
    let href = row.href();
    let placed = |run: &Run<'_>| Placed {
        key: key(run.look, run.len),
        x: axis.at(run.start),
        told: each.then(|| format!("{}: {}", row.label, told(axis, run))),
    };
    let lot = |runs: &[Run<'a>]| Lot {
        href: runs.first().and_then(|it| it.href).filter(|_| href.is_none()),
        runs: runs.iter().map(placed).collect(),
    };
    let words = || {
        let runs: Vec<String> = row.runs.iter().map(|it| told(axis, it)).collect();
        format!("{}: {}", row.label, runs.join("; "))
    };
    Row {
        label: &row.label,
        baseline: y + 15,
        y,
        told: (!each).then(|| row.in_words()),
        href,
        words: href.filter(|_| each).map(|_| words()),
        lots: row.runs.chunk_by(|a, b| a.href == b.href).map(lot).collect(),
    }
}

fn told(axis: &Axis<'_>, run: &Run<'_>) -> String {
    format!("{} in {}", run.look.in_words(), axis.names(run.start, run.len))
}
