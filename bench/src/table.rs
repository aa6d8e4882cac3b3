//! The result: one line a figure, its goal beside it, as an aligned table and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::stats::Spread;

/// What a figure has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn met(self, value: f64) -> bool {
        match self {
            Goal::AtLeast(goal) => value >= goal,
            Goal::AtMost(goal) => value <= goal,
        }
    }
}

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    section: String,
    name: String,
    unit: &'static str,
    value: Spread,
    goal: Option<Goal>,
    /// Whether the median reaches the goal.
    met: Option<bool>,
    note: String,
}

/// All figures, in the order they were measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    lines: Vec<Line>,
    #[serde(skip)]
    section: String,
}

impl Table {
    /// What follows belongs together under this heading.
    pub(crate) fn section(&mut self, heading: &str) {
        heading.clone_into(&mut self.section);
    }

    /// Adds a figure.
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        value: Spread,
        unit: &'static str,
    ) -> &mut Line {
        let (section, name) = (self.section.clone(), name.into());
        let index = self.lines.len();
        let note = String::new();
        self.lines.push(Line { section, name, unit, value, goal: None, met: None, note });
        &mut self.lines[index]
    }

    /// Adds a figure measured once.
    pub(crate) fn one(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> &mut Line {
        self.add(name, Spread::one(value), unit)
    }

    /// How many goals were met, and how many there are.
    pub(crate) fn met(&self) -> (usize, usize) {
        let judged = self.lines.iter().filter_map(|line| line.met);
        (judged.clone().filter(|met| *met).count(), judged.count())
    }
}

impl Line {
    /// Holds it against a goal.
    pub(crate) fn goal(&mut self, goal: Goal) -> &mut Self {
        (self.goal, self.met) = (Some(goal), Some(goal.met(self.value.median)));
        self
    }

    /// Says something beside it.
    pub(crate) fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.note = note.into();
        self
    }

    fn goal_text(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::AtLeast(goal)) => format!("≥ {}", number(goal)),
            Some(Goal::AtMost(goal)) => format!("≤ {}", number(goal)),
        }
    }

    fn verdict(&self) -> &'static str {
        match self.met {
            None => "",
            Some(true) => "met",
            Some(false) => "MISSED",
        }
    }

    fn spread_text(&self) -> String {
        let Spread { least, most, .. } = self.value;
        if least == most { String::new() } else { format!("{} .. {}", number(least), number(most)) }
    }
}

/// Three digits that count, thousands grouped: ratios and rates stand in the same column.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 10.0 => format!("{value:.3}"),
        size if size < 1000.0 => format!("{value:.1}"),
        _ => grouped(value.round() as i64),
    }
}

fn grouped(number: i64) -> String {
    let digits = number.abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut section = "";
        for line in &self.lines {
            if line.section != section {
                section = &line.section;
                write!(f, "\n{section}\n")?;
                writeln!(
                    f,
                    "  {:<46} {:>11} {:<5} {:>21}  {:>8} goal",
                    "", "median", "", "spread", ""
                )?;
            }
            let mut text = String::new();
            let (value, spread) = (number(line.value.median), line.spread_text());
            write!(text, "  {:<46} {value:>11} {:<5} {spread:>21}", line.name, line.unit)?;
            write!(text, "  {:>8} {:<7} {}", line.goal_text(), line.verdict(), line.note)?;
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_can_be_read() {
        assert_eq!(number(0.2718), "0.272");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1_234_567.0), "1 234 567");
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn a_goal_is_held_against_the_median() {
        let mut table = Table::default();
        table.section("s");
        table.add("a", Spread::of([0.1, 0.4, 0.9]), "x").goal(Goal::AtLeast(0.3));
        table.one("b", 2.0, "s").goal(Goal::AtMost(1.0));
        assert_eq!(table.met(), (1, 2));
        assert!(table.to_string().contains("MISSED"));
    }
}
