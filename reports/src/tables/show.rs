//! Tables for a terminal, and as CSV.

use comfy_table::{CellAlignment, presets};

use super::table::{Field, Table};
use crate::sheet::sheet;

impl Table {
    /// For a terminal, with its title above it.
    #[must_use]
    pub fn text(&self) -> String {
        if self.rows.is_empty() {
            return format!("{}\n  nothing to tell", self.title);
        }
        let mut table = comfy_table::Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(&self.columns);
        for row in &self.rows {
            table.add_row(row.iter().map(Field::shown));
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            let is_number = |row: &Vec<Field>| row.get(place).is_some_and(Field::is_number);
            let numbers = self.rows.iter().any(is_number);
            let side = if numbers { CellAlignment::Right } else { CellAlignment::Left };
            column.set_cell_alignment(side);
        }
        format!("{}\n{table}", self.title)
    }

    /// As CSV, with a header; columns of durations are in milliseconds, and their names say so.
    ///
    /// # Errors
    /// When the bytes cannot be written; in memory that does not happen.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let header = self.columns.iter().enumerate().map(|(place, name)| {
            let is_time = |row: &Vec<Field>| matches!(row.get(place), Some(Field::Duration(_)));
            let unit = if self.rows.iter().any(is_time) { "_ms" } else { "" };
            format!("{}{unit}", name.replace(' ', "_"))
        });
        let rows = self.rows.iter().map(|row| row.iter().map(Field::plain));
        sheet(header, rows)
    }
}
