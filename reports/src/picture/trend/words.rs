//! A trend in words.

use domain::score::{Score, Standing};

use super::upgrades::{Tick, sentences};
use super::{Chart, Course, MOST_CHARTS, Trend};
use crate::picture::column::Axis;
use crate::picture::label::{SENTENCE, short};
use crate::picture::words::counted;
use crate::tally::Tally;
use crate::units::count;

/// How a chart stands in the last campaign that is drawn: `9 of 12 SUCCESS`.
pub(super) fn latest(chart: &Chart, axis: &Axis<'_>) -> String {
    let Some(last) = axis.len().checked_sub(1) else { return String::new() };
    at(chart, axis.older + last)
}

/// The picture in words.
pub(super) fn in_words(trend: &Trend, drawn: &[Chart], axis: &Axis<'_>, ticks: &[Tick]) -> String {
    let mut sentences = vec![format!("{} over {}.", count(drawn.len(), "chart"), axis.in_words())];
    sentences.extend(drawn.iter().map(|it| course(it, axis)));
    sentences.extend(ticks.iter().map(|it| format!("{}.", it.told)));
    sentences.extend(left_out(trend, axis));
    sentences.join(" ")
}

/// What is said below the picture.
pub(super) fn notes(trend: &Trend, axis: &Axis<'_>, ticks: &[Tick]) -> Vec<String> {
    sentences(ticks).into_iter().chain(left_out(trend, axis)).collect()
}

fn left_out(trend: &Trend, axis: &Axis<'_>) -> Vec<String> {
    let more = trend.charts.len().saturating_sub(MOST_CHARTS);
    let charts = (more > 0).then(|| format!("{} not drawn.", count(more, "more chart")));
    axis.note().into_iter().chain(charts).collect()
}

/// A chart in words: where it began and where it stands, or how often it stood how.
fn course(chart: &Chart, axis: &Axis<'_>) -> String {
    let label = short(&chart.label, SENTENCE);
    let Some(last) = axis.len().checked_sub(1) else { return format!("{label}.") };
    match &chart.course {
        Course::Shares(_) => {
            let (then, now) = (at(chart, axis.older), at(chart, axis.older + last));
            format!("{label}: {then} in {}, {now} in {}.", axis.name(0), axis.name(last))
        }
        Course::Levels(course) => {
            let places = axis.older..axis.older + axis.len();
            let standings = places.map(|it| course.get(it).copied().flatten());
            let now = at(chart, axis.older + last);
            format!("{label}: {}; {now} in {}.", counted("campaign", standings), axis.name(last))
        }
    }
}

fn at(chart: &Chart, place: usize) -> String {
    match &chart.course {
        Course::Shares(tallies) => tallies.get(place).map_or_else(nothing, share),
        Course::Levels(course) => course.get(place).copied().flatten().map_or_else(nothing, signed),
    }
}

fn share(tally: &Tally) -> String {
    match tally.total() {
        0 => nothing(),
        total => format!("{} of {total} SUCCESS", tally.of(Standing::Scored(Score::Success))),
    }
}

fn signed(standing: Standing) -> String {
    format!("{} {standing}", standing.symbol())
}

fn nothing() -> String {
    "no score".to_owned()
}
