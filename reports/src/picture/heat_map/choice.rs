//! What of a heat map is drawn: the worst rows, the last columns, squares joined to runs.

use super::runs::{Run, runs};
use super::{HeatMap, HeatRow, MOST_ROWS};
use crate::picture::column::Axis;
use crate::picture::label::{NAME, short, width};
use crate::picture::words::counted;
use crate::units::count;

/// The columns and rows that are drawn.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) axis: Axis<'a>,
    pub(super) groups: Vec<ChosenGroup<'a>>,
    left_out: usize,
}

/// The rows of a guest.
#[derive(Debug)]
pub(super) struct ChosenGroup<'a> {
    pub(super) guest: String,
    pub(super) rows: Vec<ChosenRow<'a>>,
}

/// A row, which is a cell.
#[derive(Debug)]
pub(super) struct ChosenRow<'a> {
    pub(super) label: String,
    pub(super) runs: Vec<Run<'a>>,
}

impl<'a> Chosen<'a> {
    pub(super) fn new(map: &'a HeatMap) -> Self {
        let axis = Axis::new(&map.columns, 0);
        let row = |row: &'a HeatRow| ChosenRow {
            label: format!("{} → {}", short(&row.source, NAME), short(&row.target, NAME)),
            runs: runs(&row.squares, axis.older, axis.len()),
        };
        let group = |(guest, rows): (&str, Vec<&'a HeatRow>)| ChosenGroup {
            guest: short(guest, NAME),
            rows: rows.into_iter().map(row).collect(),
        };
        let groups: Vec<ChosenGroup<'a>> = map.drawn().into_iter().map(group).collect();
        let left = groups.iter().map(ChosenGroup::width).max().unwrap_or(0) + 10;
        let left_out = map.rows.len().saturating_sub(MOST_ROWS);
        Self { axis: Axis::new(&map.columns, left), groups, left_out }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &ChosenRow<'a>> {
        self.groups.iter().flat_map(|it| &it.rows)
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = &Run<'a>> {
        self.rows().flat_map(|it| &it.runs)
    }

    pub(super) fn has_links(&self) -> bool {
        self.runs().any(|it| it.href.is_some())
    }

    /// What is said of what is left out.
    pub(super) fn notes(&self) -> Vec<String> {
        let left_out = (self.left_out > 0).then(|| {
            let cells = count(self.left_out, "cell");
            format!("{cells} not drawn: here are the {MOST_ROWS} that stand worst.")
        });
        self.axis.note().into_iter().chain(left_out).collect()
    }
}

impl ChosenGroup<'_> {
    /// The width of its widest label, in pixels.
    fn width(&self) -> u32 {
        let labels = self.rows.iter().map(|it| width(&it.label));
        labels.chain([width(&self.guest)]).max().unwrap_or(0)
    }
}

impl<'a> ChosenRow<'a> {
    /// Where the whole row leads, if all its squares lead there.
    pub(super) fn href(&self) -> Option<&'a str> {
        let first = self.runs.first()?.href?;
        self.runs.iter().all(|it| it.href == Some(first)).then_some(first)
    }

    /// The row in words: how often it stood how.
    pub(super) fn in_words(&self) -> String {
        let each = |run: &Run<'_>| std::iter::repeat_n(run.look.standing, run.len);
        let campaigns = counted("campaign", self.runs.iter().flat_map(each));
        format!("{}: {campaigns}", self.label)
    }
}
