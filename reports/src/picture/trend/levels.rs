//! A line of three levels, broken where there is no score.

use domain::score::{Score, Standing};

use crate::picture::column::{Axis, PITCH};

/// The side of a sign on the line, in pixels.
pub(super) const SIGN: u32 = 16;

/// A line with its signs.
#[derive(Debug)]
pub(super) struct Line {
    /// The heights of the three levels, the best first.
    pub(super) guides: [u32; 3],
    pub(super) moves: Vec<Move>,
    pub(super) points: Vec<Point>,
    pub(super) gaps: Vec<Gap>,
}

/// A move of the pen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// To a place without drawing.
    Begin(u32, u32),
    /// To a level.
    Level(u32),
    /// To the right, so far.
    Across(u32),
}

/// A campaign with a score.
#[derive(Debug)]
pub(super) struct Point {
    /// Which of the signs: its letter.
    pub(super) key: &'static str,
    pub(super) told: String,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// A campaign without one.
#[derive(Debug)]
pub(super) struct Gap {
    pub(super) told: String,
    pub(super) x: u32,
}

/// The line of a chart.
pub(super) fn line(axis: &Axis<'_>, course: &[Option<Standing>], top: u32) -> Line {
    let guides = [SIGN / 2, SIGN / 2 + 19, SIGN / 2 + 38].map(|it| top + it);
    let mut line = Line { guides, moves: Vec::new(), points: Vec::new(), gaps: Vec::new() };
    let mut before: Option<u32> = None;
    for (place, standing) in course.iter().skip(axis.older).take(axis.len()).enumerate() {
        let score = standing.and_then(Standing::score);
        let level = score.map(|it| level(guides, it));
        match (standing, score.zip(level)) {
            (_, Some((score, level))) => line.go(axis, place, (score, level), before),
            (Some(state), None) => line.rest(axis, place, *state),
            (None, None) => {}
        }
        before = level;
    }
    line
}

impl Line {
    fn go(&mut self, axis: &Axis<'_>, place: usize, to: (Score, u32), before: Option<u32>) {
        let (score, level) = to;
        match before {
            None => self.moves.push(Move::Begin(axis.at(place), level)),
            Some(before) if before != level => self.moves.push(Move::Level(level)),
            Some(_) => {}
        }
        if before == Some(level) {
            self.moves.pop();
        }
        self.moves.push(Move::Across(axis.at(place + 1)));
        self.points.push(Point {
            key: letter(score),
            told: format!("{}: {score}", axis.name(place)),
            x: axis.at(place) + (PITCH - SIGN) / 2,
            y: level - SIGN / 2,
        });
    }

    fn rest(&mut self, axis: &Axis<'_>, place: usize, state: Standing) {
        let told = format!("{}: {state}", axis.name(place));
        self.gaps.push(Gap { told, x: axis.at(place) });
    }
}

fn letter(score: Score) -> &'static str {
    match score {
        Score::Success => "s",
        Score::Warning => "w",
        Score::Failure => "f",
    }
}

fn level(guides: [u32; 3], score: Score) -> u32 {
    let [success, warning, failure] = guides;
    match score {
        Score::Success => success,
        Score::Warning => warning,
        Score::Failure => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_breaks_where_there_is_no_score() {
        let column = |day| crate::picture::Column {
            label: format!("run-{day}"),
            date: jiff::civil::date(2026, 1, day),
        };
        let columns: Vec<_> = (1..=5).map(column).collect();
        let scored = |it| Some(Standing::Scored(it));
        let course = [
            scored(Score::Success),
            scored(Score::Success),
            scored(Score::Failure),
            Some(Standing::LabError),
            scored(Score::Failure),
        ];
        let line = line(&Axis::new(&columns, 100), &course, 0);
        let [success, _, failure] = line.guides;
        let at = |place: u32| 100 + PITCH * place;
        let expected = [
            Move::Begin(at(0), success),
            Move::Across(at(2)),
            Move::Level(failure),
            Move::Across(at(3)),
            Move::Begin(at(4), failure),
            Move::Across(at(5)),
        ];
        assert_eq!(line.moves, expected);
        assert_eq!((line.points.len(), line.gaps.len()), (4, 1));
        assert_eq!(line.gaps[0].told, "run-4: lab error");
    }
}
