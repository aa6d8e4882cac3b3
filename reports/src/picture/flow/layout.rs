//! Where everything of a flow goes.

use std::collections::BTreeMap;

use askama::Template;

use super::Flow;
use super::pieces::Pieces;
use super::places::{Across, LABEL, PADDING, Places, Ribbon};
use super::stack::{Place, Stack};
use super::sums::{Joined, Sums, Text};
use crate::picture::frame::{Foot, Frame, sign};
use crate::units::count;

/// The width of a platform's bar, in pixels.
const BAR: u32 = 8;

/// Between a bar and its label, in pixels.
const GAP: u32 = 8;

/// The width of the room for bands between a platform and a route, in pixels.
const REACH: u32 = 170;

/// A flow with its places.
#[derive(Debug, Template)]
#[template(path = "picture/flow.svg")]
struct FlowDrawing {
    frame: Frame,
    sources: Vec<Mark>,
    routes: Vec<Mark>,
    targets: Vec<Mark>,
    ribbons: Vec<Ribbon>,
    foot: Foot,
}

/// A platform or a route.
#[derive(Debug)]
struct Mark {
    label: String,
    weight: u64,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    text_x: u32,
    baseline: u32,
}

/// The columns of the picture.
#[derive(Debug, Clone, Copy)]
struct Columns {
    left: Across,
    right: Across,
    end: u32,
}

/// Draws a flow.
pub(super) fn draw(flow: &Flow) -> Result<String, askama::Error> {
    let joined = Joined::new(flow);
    let pieces = Pieces::new(&joined);
    let mut places = Places::new(&pieces);
    let columns = Columns::new(&joined);
    let signs = joined.all.entries().map(|(it, _)| sign(it)).collect();
    let foot = Foot::new(signs, Vec::new(), places.bottom + 16, columns.end).of_bands();
    let frame = Frame::new(&flow.name, &flow.title, in_words(&joined), false);
    let drawing = FlowDrawing {
        frame: frame.sized(columns.end, &foot),
        ribbons: places.ribbons(&joined, &pieces, [columns.left, columns.right]),
        sources: columns.sources(&places.sources, &joined),
        routes: columns.routes(&places.routes, &joined),
        targets: columns.targets(&places.targets, &joined),
        foot,
    };
    drawing.render()
}

impl Columns {
    fn new(joined: &Joined<'_>) -> Self {
        let widest = |texts: BTreeMap<usize, Text>| texts.values().map(Text::width).max();
        let before = widest(joined.sources()).unwrap_or(0) + GAP + BAR;
        let left = Across::new(before, REACH);
        let boxes = widest(joined.routes()).unwrap_or(0) + 2 * GAP;
        let right = Across::new(left.end + boxes, REACH);
        let end = right.end + BAR + GAP + widest(joined.targets()).unwrap_or(0);
        Self { left, right, end }
    }

    fn sources(self, stack: &Stack, joined: &Joined<'_>) -> Vec<Mark> {
        let x = self.left.begin - BAR;
        marks(stack, joined.sources(), |place| Mark::bar(place, x, x - GAP))
    }

    fn targets(self, stack: &Stack, joined: &Joined<'_>) -> Vec<Mark> {
        let x = self.right.end;
        marks(stack, joined.targets(), |place| Mark::bar(place, x, x + BAR + GAP))
    }

    fn routes(self, stack: &Stack, joined: &Joined<'_>) -> Vec<Mark> {
        let (x, width) = (self.left.end, self.right.begin - self.left.end);
        marks(stack, joined.routes(), |place| Mark {
            width,
            height: place.height.max(LABEL + PADDING),
            y: place.y - (LABEL + PADDING).saturating_sub(place.height) / 2,
            ..Mark::bar(place, x, x + width / 2)
        })
    }
}

fn marks(stack: &Stack, texts: BTreeMap<usize, Text>, mark: impl Fn(&Place) -> Mark) -> Vec<Mark> {
    let named = stack.places.iter().zip(texts.into_values());
    let mark = |(place, text): (&Place, Text)| Mark {
        weight: text.sums.total(),
        label: text.label,
        ..mark(place)
    };
    named.map(mark).collect()
}

impl Mark {
    /// A bar beside which a label stands, not yet known.
    fn bar(place: &Place, x: u32, text_x: u32) -> Self {
        let (y, height) = (place.y, place.height);
        let baseline = y + height / 2 + 4;
        Self { label: String::new(), weight: 0, x, y, width: BAR, height, text_x, baseline }
    }
}

/// The picture in words. The counts sum up to the whole.
fn in_words(joined: &Joined<'_>) -> String {
    let many = |sums: &Sums| {
        let total = count(sums.total() as usize, &joined.noun);
        if sums.total() > 0 { format!("{total}: {sums}.") } else { format!("{total}.") }
    };
    let [sources, routes, targets] = joined.kinds;
    let kinds = [(sources, "source"), (routes, "route"), (targets, "target")];
    let kinds = kinds.map(|(many, noun)| count(many, noun)).join(", ");
    let routes = joined.routes();
    let along = routes.values().map(|it| format!(" {}: {}", it.label, many(&it.sums)));
    format!("{kinds}. {}{}", many(&joined.all), along.collect::<String>())
}
