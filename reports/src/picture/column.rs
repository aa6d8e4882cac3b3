//! Campaigns in time order, as the columns of a picture.

use jiff::civil::Date;

use super::label::{NAME, short, width};
use crate::units::count;

/// The most campaigns that a picture draws: the last ones.
pub const MOST_COLUMNS: usize = 60;

/// From one column to the next, in pixels.
pub(super) const PITCH: u32 = 24;

/// Below the head of a column, in pixels.
const UNDER: u32 = 6;

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub label: String,
    /// The day it started.
    pub date: Date,
}

/// The columns that are drawn.
#[derive(Debug, Clone)]
pub(super) struct Axis<'a> {
    columns: &'a [Column],
    /// How many older ones are not drawn.
    pub(super) older: usize,
    /// Where the first one begins, in pixels.
    pub(super) left: u32,
}

/// What stands above a column, turned to read upwards.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) label: String,
    pub(super) date: String,
    /// The baseline of the label, in pixels from the left.
    pub(super) label_at: u32,
    /// The baseline of the date.
    pub(super) date_at: u32,
}

impl<'a> Axis<'a> {
    pub(super) fn new(columns: &'a [Column], left: u32) -> Self {
        let older = columns.len().saturating_sub(MOST_COLUMNS);
        Self { columns: &columns[older..], older, left }
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Where a column begins, in pixels.
    pub(super) fn at(&self, place: usize) -> u32 {
        self.left + PITCH * place as u32
    }

    /// Where the last column ends, in pixels.
    pub(super) fn right(&self) -> u32 {
        self.at(self.len())
    }

    pub(super) fn heads(&self) -> Vec<Head> {
        let head = |(place, it): (usize, &Column)| Head {
            label: short(&it.label, NAME),
            date: it.date.to_string(),
            label_at: self.at(place) + 9,
            date_at: self.at(place) + 20,
        };
        self.columns.iter().enumerate().map(head).collect()
    }

    /// The room that the heads need, in pixels.
    pub(super) fn head_height(&self) -> u32 {
        let date = width("2026-11-23");
        let labels = self.columns.iter().map(|it| width(&short(&it.label, NAME)));
        labels.chain([date]).max().unwrap_or(date) + 4 + UNDER
    }

    /// Where the heads begin to be read, in pixels below their top.
    pub(super) fn head_foot(&self) -> u32 {
        self.head_height() - UNDER
    }

    /// A column in words: `run-1`.
    pub(super) fn name(&self, place: usize) -> String {
        self.columns.get(place).map_or_else(String::new, |it| short(&it.label, NAME))
    }

    /// Neighbours in words: `run-1 to run-3`.
    pub(super) fn names(&self, start: usize, len: usize) -> String {
        match len {
            0 | 1 => self.name(start),
            _ => format!("{} to {}", self.name(start), self.name(start + len - 1)),
        }
    }

    /// All columns in words: `3 campaigns, from run-1 (2026-01-01) to run-3 (2026-03-01)`.
    pub(super) fn in_words(&self) -> String {
        let dated = |it: &Column| format!("{} ({})", short(&it.label, NAME), it.date);
        let campaigns = count(self.len(), "campaign");
        match self.columns {
            [] => campaigns,
            [only] => format!("{campaigns}, {}", dated(only)),
            [first, .., last] => format!("{campaigns}, from {} to {}", dated(first), dated(last)),
        }
    }

    /// What is said when older columns are left out.
    pub(super) fn note(&self) -> Option<String> {
        (self.older > 0).then(|| format!("{} not drawn.", count(self.older, "older campaign")))
    }
}
