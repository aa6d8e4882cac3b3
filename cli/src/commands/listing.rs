//! Lists for a terminal: names on the left, in one column, what they stand for on the right.

use std::fmt::Write as _;

/// A list that is being written.
#[derive(Debug)]
pub(super) struct Listing {
    text: String,
    /// Characters of the left column.
    width: usize,
}

impl Listing {
    pub(super) fn new(width: usize) -> Self {
        Self { text: String::new(), width }
    }

    /// A name and what it stands for; further lines of that are indented.
    pub(super) fn row(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        let (width, value) = (self.width, value.to_string());
        for (number, line) in value.split('\n').enumerate() {
            let name = if number == 0 { name } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "{name:<width$}  {line}");
        }
        self
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// A number of bytes as a person reads it.
pub(super) fn bytes(count: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.into_iter().find(|(_, shift)| count >> shift >= 10) {
        // Rounded to one digit behind the point, in whole numbers.
        Some((unit, shift)) => {
            let tenths = (u128::from(count) * 10 + (1 << (shift - 1))) >> shift;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{count} bytes"),
    }
}

/// A count with its noun, which takes an `s` unless there is one.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
