//! Mutations that keep a bundle a bundle: its strings, numbers and lines change places, with those
//! of other bundles too. What breaks JSON is found soon, and hides all that comes behind it.

use std::ops::Range;
use std::sync::LazyLock;

use libfuzzer_sys::fuzzer_mutate;

use crate::logs::{LOGS, Log};

/// Changes `input[..size]` in place to at most `most` bytes; the same for the same seed.
pub fn mutate(input: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed) << 1 | 1);
    let spliced = match dice.roll(4) {
        0 => None,
        1 => splice(&input[..size], lines, &mut dice),
        _ => splice(&input[..size], values, &mut dice),
    };
    match spliced.filter(|it| it.len() <= most && it.len() <= input.len()) {
        Some(spliced) => {
            input[..spliced.len()].copy_from_slice(&spliced);
            spliced.len()
        }
        None => fuzzer_mutate(input, size, most),
    }
}

/// Pieces to choose from: those of a bundle of each kind of each log.
static BUNDLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let all = |log: &Log| [log.inclusion(5), log.consistency(3, 7), log.export(10), log.export(3)];
    LOGS.iter().flat_map(all).collect()
});

/// Replaces a piece by another one, doubles it or takes it out.
fn splice(
    input: &[u8],
    pieces: fn(&[u8]) -> Vec<Range<usize>>,
    dice: &mut Dice,
) -> Option<Vec<u8>> {
    let own = pieces(input);
    let piece = dice.choose(&own)?.clone();
    let (before, behind) = (&input[..piece.start], &input[piece.end..]);
    let other = match dice.roll(4) {
        0 => input[dice.choose(&own)?.clone()].to_vec(),
        1 => Vec::new(),
        2 => input[piece.clone()].repeat(2),
        _ => {
            let bundle = dice.choose(&BUNDLES)?;
            bundle[dice.choose(&pieces(bundle))?.clone()].to_vec()
        }
    };
    Some([before, &other, behind].concat())
}

/// Where each line is, its newline included.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &[u8]| {
        let begin = start;
        start += line.len();
        begin..start
    };
    text.split_inclusive(|it| *it == b'\n').map(line).collect()
}

/// Where each string with its quotes, and each other value without brackets, is.
fn values(text: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let length = match text[at] {
            b'"' => string(&text[at..]),
            _ => text[at..].iter().take_while(|it| it.is_ascii_alphanumeric()).count(),
        };
        if length > 0 {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
    found
}

/// Length of the string that begins here.
fn string(text: &[u8]) -> usize {
    let mut escaped = false;
    let ends = |it: &u8| {
        let ends = *it == b'"' && !escaped;
        escaped = *it == b'\\' && !escaped;
        ends
    };
    text[1..].iter().position(ends).map_or(text.len(), |it| it + 2)
}

/// Random numbers from a seed (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).map_or(0, |it| it % sides)
    }

    fn choose<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.roll(all.len())])
    }
}
