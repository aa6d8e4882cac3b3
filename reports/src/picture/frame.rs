//! What every picture has: a name, its story in words, its size, a legend and notes.

use domain::score::Standing;

use super::label::{SENTENCE, prefix, short, width};

/// The head of a picture.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// What its ids begin with.
    pub(super) id: String,
    /// Its name, which a screen reader says first.
    pub(super) title: String,
    /// What it shows, in words.
    pub(super) desc: String,
    /// `img`, or `group` when it holds links: a reader would not find those in an image.
    pub(super) role: &'static str,
    /// In pixels.
    pub(super) width: u32,
    /// In pixels.
    pub(super) height: u32,
}

impl Frame {
    pub(super) fn new(name: &str, title: &str, desc: String, has_links: bool) -> Self {
        let role = if has_links { "group" } else { "img" };
        let title = short(title, SENTENCE);
        Self { id: prefix(name), title, desc, role, width: 0, height: 0 }
    }

    /// The picture with its size. The width is the larger of the drawing's and the foot's.
    pub(super) fn sized(self, width: u32, foot: &Foot) -> Self {
        Self { width: width.max(foot.width), height: foot.bottom, ..self }
    }
}

/// The end of a picture: its signs explained and what it leaves out.
#[derive(Debug, Clone)]
pub(super) struct Foot {
    /// What a sign is a sample of: a class.
    pub(super) sample: &'static str,
    /// One for each sign.
    pub(super) keys: Vec<Key>,
    /// One for each sentence.
    pub(super) notes: Vec<Note>,
    /// The right end of what is widest, in pixels.
    pub(super) width: u32,
    /// Where it ends, in pixels.
    pub(super) bottom: u32,
}

/// A sign with its meaning.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The standing's word, or what else it means.
    pub(super) word: String,
    /// Without colour.
    pub(super) symbol: String,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) middle: u32,
    pub(super) text_x: u32,
    pub(super) baseline: u32,
}

/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) text: String,
    pub(super) baseline: u32,
}

/// The side of a sign's square, in pixels.
pub(super) const SIDE: u32 = 20;

/// From a sign to its meaning, in pixels.
const TEXT: u32 = SIDE + 6;

/// Between lines of signs, in pixels.
const GAP: u32 = 6;

/// From one line of text to the next, in pixels.
const LINE: u32 = 18;

/// A symbol and what it means.
pub(super) type Sign = (String, String);

impl Foot {
    /// A foot below `top`. Signs go on in a new line where one would pass `room`.
    pub(super) fn new(signs: Vec<Sign>, notes: Vec<String>, top: u32, room: u32) -> Self {
        let (mut x, mut y, mut right) = (0, top, 0);
        let mut keys = Vec::new();
        for (symbol, word) in signs {
            let need = TEXT + width(&word);
            if x > 0 && x + need > room {
                (x, y) = (0, y + SIDE + GAP);
            }
            let end = x + need;
            let (middle, text_x, baseline) = (x + SIDE / 2, x + TEXT, y + 14);
            keys.push(Key { word, symbol, x, y, middle, text_x, baseline });
            (x, right) = (end + 16, right.max(end));
        }
        let below = if keys.is_empty() { top } else { y + SIDE + GAP };
        let notes = lines(notes, below);
        let widest = notes.iter().map(|it| width(&it.text)).max().unwrap_or(0);
        let bottom = notes.last().map_or(below, |it| it.baseline + GAP);
        Self { sample: "p-tile", keys, notes, width: right.max(widest), bottom }
    }

    /// The same foot with samples of bands, which have no symbols.
    pub(super) fn of_bands(mut self) -> Self {
        self.keys.iter_mut().for_each(|it| it.symbol.clear());
        Self { sample: "p-ribbon", ..self }
    }
}

impl Key {
    /// The side of its square, in pixels.
    pub(super) fn side(&self) -> u32 {
        SIDE
    }
}

/// Sentences below each other.
fn lines(texts: Vec<String>, top: u32) -> Vec<Note> {
    let line = |(line, text)| Note { text, baseline: top + line * LINE - 4 };
    (1..).zip(texts).map(line).collect()
}

/// The sign of a standing.
pub(super) fn sign(standing: Standing) -> Sign {
    (standing.symbol().to_string(), standing.word().to_owned())
}
