//! Where everything of a trend goes.

use askama::Template;
use domain::score::{Score, Standing};

use super::levels::{Line, Move, SIGN, line};
use super::shares::{Bar, bars};
use super::upgrades::{Tick, ticks};
use super::words::{in_words, latest, notes};
use super::{Chart, Course, MOST_CHARTS, Trend};
use crate::picture::column::{Axis, Head, PITCH};
use crate::picture::frame::{Foot, Frame, Sign, sign};
use crate::picture::label::{NAME, short, width};

/// The height of a chart, in pixels.
const HEIGHT: u32 = 54;

/// From one chart to the next, in pixels.
const STEP: u32 = HEIGHT + 18;

/// Above the first chart, where the numbers of version changes stand, in pixels.
const NUMBERS: u32 = 20;

/// Characters of a chart's label.
const LABEL: usize = 2 * NAME;

/// A trend with its places.
#[derive(Debug, Template)]
#[template(path = "picture/trend.svg")]
pub(super) struct TrendDrawing {
    frame: Frame,
    sign: u32,
    pitch: u32,
    bar: u32,
    height: u32,
    heads: Vec<Head>,
    head_foot: u32,
    ticks: Vec<Tick>,
    tick_text: u32,
    tick_top: u32,
    tick_bottom: u32,
    left: u32,
    right: u32,
    charts: Vec<Placed>,
    foot: Foot,
}

/// A chart in its place.
#[derive(Debug)]
struct Placed {
    label: String,
    latest: String,
    baseline: u32,
    second: u32,
    top: u32,
    bottom: u32,
    plot: Plot,
}

/// What a chart draws.
#[derive(Debug)]
enum Plot {
    Bars(Vec<Bar>),
    Line(Line),
}

/// Draws a trend.
pub(super) fn draw(trend: &Trend) -> Result<String, askama::Error> {
    let drawn = &trend.charts[..trend.charts.len().min(MOST_CHARTS)];
    let axis = axis(trend, drawn);
    let top = axis.head_height() + NUMBERS;
    let bottom = top + STEP * drawn.len() as u32;
    let ticks = ticks(&axis, &trend.upgrades);
    let notes = notes(trend, &axis, &ticks);
    let foot = Foot::new(signs(drawn), notes, bottom, axis.right().max(360));
    let frame = Frame::new(&trend.name, &trend.title, in_words(trend, drawn, &axis, &ticks), false);
    let placed = (top..).step_by(STEP as usize).zip(drawn);
    let drawing = TrendDrawing {
        frame: frame.sized(axis.right() + 8, &foot),
        sign: SIGN,
        pitch: PITCH,
        bar: PITCH - 4,
        height: HEIGHT,
        heads: axis.heads(),
        head_foot: axis.head_foot(),
        ticks,
        tick_text: axis.head_height() + 11,
        tick_top: axis.head_height() + 14,
        tick_bottom: bottom - 12,
        left: axis.left,
        right: axis.right(),
        charts: placed.map(|(y, it)| chart(&axis, it, y)).collect(),
        foot,
    };
    drawing.render()
}

fn axis<'a>(trend: &'a Trend, drawn: &[Chart]) -> Axis<'a> {
    let bare = Axis::new(&trend.columns, 0);
    let labels = |it: &Chart| width(&short(&it.label, LABEL)).max(width(&latest(it, &bare)));
    let widest = drawn.iter().map(labels).max().unwrap_or(0);
    Axis::new(&trend.columns, widest + 14)
}

fn chart(axis: &Axis<'_>, chart: &Chart, top: u32) -> Placed {
    let plot = match &chart.course {
        Course::Shares(tallies) => Plot::Bars(bars(axis, tallies, top, HEIGHT)),
        Course::Levels(course) => Plot::Line(line(axis, course, top)),
    };
    Placed {
        label: short(&chart.label, LABEL),
        latest: latest(chart, axis),
        baseline: top + 24,
        second: top + 42,
        top,
        bottom: top + HEIGHT,
        plot,
    }
}

/// The three scores, and the state of having none where a bar shows it.
fn signs(drawn: &[Chart]) -> Vec<Sign> {
    let scores = [Score::Success, Score::Warning, Score::Failure];
    let mut signs: Vec<Sign> = scores.map(|it| sign(Standing::Scored(it))).into();
    let has_states = |it: &Chart| match &it.course {
        Course::Shares(tallies) => tallies.iter().any(|it| it.scored() < it.total()),
        Course::Levels(_) => false,
    };
    if drawn.iter().any(has_states) {
        signs.push((String::new(), "no score".to_owned()));
    }
    signs
}
