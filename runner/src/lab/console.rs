//! The serial console: a file QEMU writes and a guest fills with whatever it likes.
//!
//! A guest reports facts in a frame: a line with the number of bytes and their SHA-256, the JSON on
//! one line, an end line (`lab/guests/README.md`). Everything else is log.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use domain::applications::Replies;
use domain::facts::GuestFacts;
use domain::ids::Sha256Digest;

/// Most bytes of console read; a guest that prints more is stopped.
pub(crate) const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Most bytes of console kept as evidence: the beginning and the end.
const MOST_EVIDENCE: usize = 256 * 1024;
/// Lines of the end of the console that are kept as an observation.
const TAIL: usize = 12;

const FRAME: &str = "<<<PORTOLAN FACTS 1 ";
const END: &str = "<<<PORTOLAN END>>>";
const APPS: &str = "<<<PORTOLAN APPS 1 ";
const APPS_END: &str = "<<<PORTOLAN APPS END>>>";
const TICK: &str = "<<<PORTOLAN TICK uptime_ms=";

/// What a console has said so far.
#[derive(Debug)]
pub(crate) struct Console {
    path: PathBuf,
    text: String,
    read: u64,
}

impl Console {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), text: String::new(), read: 0 }
    }

    /// A console that somebody else reads; see [`Console::hear`].
    pub(crate) fn elsewhere() -> Self {
        Self::new(Path::new(""))
    }

    /// All that was printed so far. False when the guest has said more than a guest may.
    pub(crate) fn hear(&mut self, text: String) -> bool {
        self.read = text.len() as u64;
        self.text = text;
        self.read <= MOST_BYTES
    }

    /// How much was read.
    pub(crate) fn heard(&self) -> u64 {
        self.read
    }

    /// Reads what is new. False when the guest has said more than a guest may.
    pub(crate) fn refresh(&mut self) -> bool {
        let mut fresh = Vec::new();
        let file = std::fs::File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.read))?;
            file.take(MOST_BYTES + 1 - self.read.min(MOST_BYTES)).read_to_end(&mut fresh)
        });
        if let Ok(count) = file {
            self.read += count as u64;
            self.text.push_str(&String::from_utf8_lossy(&fresh));
        }
        self.read <= MOST_BYTES
    }

    /// The facts, if a whole and undamaged frame of them was printed; of several the first.
    pub(crate) fn facts(&self) -> Option<GuestFacts> {
        let bodies = self.bodies(FRAME, END);
        let mut facts = bodies.filter_map(|it| serde_json::from_str::<GuestFacts>(it).ok());
        facts.find(|it| it.schema == 1)
    }

    /// What the guest's applications replied, if a whole and undamaged frame of that was printed.
    pub(crate) fn replies(&self) -> Option<Replies> {
        let bodies = self.bodies(APPS, APPS_END);
        let mut replies = bodies.filter_map(|it| serde_json::from_str::<Replies>(it).ok());
        replies.find(|it| it.schema == 1)
    }

    /// What stands in whole and undamaged frames.
    fn bodies<'a>(
        &'a self,
        head: &'static str,
        end: &'static str,
    ) -> impl Iterator<Item = &'a str> {
        let frames = self.text.match_indices(head);
        frames.filter_map(move |(start, _)| body(&self.text[start..], head, end))
    }

    /// Whether both copies of the facts were printed and none could be read.
    pub(crate) fn damaged_facts(&self) -> bool {
        self.text.matches(END).count() >= 2 && self.facts().is_none()
    }

    /// Why the guest will not report, if it will not; `small` is what reading it said.
    pub(crate) fn gave_up(&self, small: bool) -> Option<String> {
        if !small {
            return Some(format!("console flooded: more than {MOST_BYTES} bytes"));
        }
        if self.damaged_facts() {
            return Some("the guest's facts arrived damaged".to_owned());
        }
        self.final_line().map(|line| format!("the guest gave up: {line}"))
    }

    /// A line after which the guest will not go on, if it printed one.
    pub(crate) fn final_line(&self) -> Option<String> {
        let line = self.text.lines().find(|line| domain::diagnosis::is_final(line))?;
        Some(printable(line.trim()))
    }

    /// The guest's last sign of life: its uptime in milliseconds.
    pub(crate) fn last_tick(&self) -> Option<u64> {
        let ticks = self.text.rmatch_indices(TICK);
        let number = |text: &str| text.split(">>>").next()?.parse().ok();
        ticks.filter_map(|(start, _)| number(&self.text[start + TICK.len()..])).next()
    }

    /// Whether the guest said that it goes down by itself.
    pub(crate) fn said_goodbye(&self) -> bool {
        self.text.contains("<<<PORTOLAN DOWN graceful>>>")
    }

    /// The last lines that say something, without ticks and frames.
    pub(crate) fn tail(&self) -> Vec<String> {
        let says = |line: &&str| !line.trim().is_empty() && !line.contains("<<<PORTOLAN");
        let mut lines: Vec<String> = self
            .text
            .lines()
            .rev()
            .filter(says)
            .filter(|line| !line.starts_with('{'))
            .take(TAIL)
            .map(printable)
            .collect();
        lines.reverse();
        lines
    }

    /// What is kept as evidence: all of it, or its beginning and its end. Ticks are left out.
    pub(crate) fn evidence(&self) -> Vec<u8> {
        let lines = self.text.lines().filter(|line| !line.starts_with(TICK));
        let text = lines.collect::<Vec<_>>().join("\n");
        let bytes = text.as_bytes();
        if bytes.len() <= MOST_EVIDENCE {
            return bytes.to_vec();
        }
        let half = MOST_EVIDENCE / 2;
        let middle = b"\n[... the middle of the console is left out ...]\n";
        [&bytes[..half], middle, &bytes[bytes.len() - half..]].concat()
    }
}

/// A line as it may be shown: no control characters, bounded.
fn printable(line: &str) -> String {
    line.chars().filter(|c| !c.is_control()).take(240).collect()
}

/// Reads one frame: header line, body line, end line. None when anything does not fit.
fn body<'a>(text: &'a str, head: &str, end: &str) -> Option<&'a str> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let header = lines.next()?.strip_prefix(head)?.strip_suffix(">>>")?;
    let (bytes, sha256) = header.split_once(' ')?;
    let bytes: usize = bytes.strip_prefix("bytes=")?.parse().ok()?;
    let sha256: Sha256Digest = sha256.strip_prefix("sha256=")?.parse().ok()?;
    let body = lines.next()?;
    let is_whole = body.len() == bytes && Sha256Digest::of(body.as_bytes()) == sha256;
    (is_whole && lines.next()? == end).then_some(body)
}

#[cfg(test)]
#[path = "console_tests.rs"]
mod tests;
