//! Damage to any file of a closed store: one flipped bit, a file cut short, gone, overwritten or
//! grown. It is told, with the place, or does no harm; what is read is always as it was recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::event::Recorded;
use store::{Direction, DiskLog, EventLog, Snapshot};

use crate::check::{self, SEED, settings};
use crate::images::{Finding, keep_disk, scratch};
use crate::panics::watched;
use crate::rng::Rng;
use crate::script::Script;
use crate::tree::Tree;

/// A closed store with sealed segments, an active one, an index, a head and checkpoints.
struct Original {
    disk: Tree,
    /// The files in it.
    files: Vec<String>,
    events: Vec<Recorded>,
}

fn original() -> Original {
    let folder = scratch();
    let store = folder.path().join("store");
    let mut scripts = [Script::new(SEED, 0), Script::new(SEED, 1)];
    // Small sealed segments, a large one of several blocks, and one that is not sealed.
    for (segment_bytes, decisions) in [(8192, 40), (150_000, 160), (1 << 20, 20)] {
        let log = DiskLog::open(&store, &settings(segment_bytes)).unwrap();
        for script in &mut scripts {
            for decision in script.take(decisions) {
                log.append(decision.append()).unwrap();
            }
            log.checkpoint().unwrap();
        }
    }
    let log = DiskLog::open(&store, &settings(1 << 20)).unwrap();
    let events = log.read(0, Direction::Forward).map(Result::unwrap).collect();
    drop(log);
    let disk = Tree::load(folder.path());
    let files = disk.listing().into_iter().filter_map(|(path, it)| it.map(|_| path)).collect();
    Original { disk, files, events }
}

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// The bit of this number is flipped.
    Flip(usize),
    /// Only so many bytes are left.
    Cut(usize),
    /// The file is gone.
    Gone,
    /// So many bytes of noise stand behind its end.
    Grown(usize),
    /// The sector at this byte is zeros.
    Zeros(usize),
}

impl Damage {
    fn draw(size: usize, rng: &mut Rng) -> Self {
        match rng.below(20) {
            0 | 1 => Self::Cut(rng.below(size)),
            2 => Self::Gone,
            3 => Self::Grown(1 + rng.below(600)),
            4 => Self::Zeros(rng.below(size) / 512 * 512),
            _ => Self::Flip(rng.below(size * 8)),
        }
    }

    /// The file afterwards; nothing when it is gone.
    fn apply(self, mut bytes: Vec<u8>, rng: &mut Rng) -> Option<Vec<u8>> {
        match self {
            Self::Gone => return None,
            Self::Flip(_) | Self::Zeros(_) if bytes.is_empty() => {}
            Self::Flip(bit) => bytes[bit / 8] ^= 1 << (bit % 8),
            Self::Cut(size) => bytes.truncate(size),
            Self::Grown(more) => bytes.extend((0..more).map(|_| rng.draw().to_le_bytes()[0])),
            Self::Zeros(from) => {
                let end = bytes.len().min(from + 512);
                bytes[from..end].fill(0);
            }
        }
        Some(bytes)
    }

    /// The first byte that is not as it was.
    fn first_byte(self, size: usize) -> usize {
        match self {
            Self::Flip(bit) => bit / 8,
            Self::Cut(from) | Self::Zeros(from) => from,
            Self::Gone => 0,
            Self::Grown(_) => size,
        }
    }
}

/// How a store got along with damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Everything is there as it was.
    Harmless,
    /// It said what is damaged.
    Told,
}

/// One damaged store, looked at in every way.
fn judge(original: &Original, store: &Path, bound: usize) -> Result<Outcome, String> {
    let told = snapshot(original, store, bound)?;
    let opened = match DiskLog::open(store, &settings(8192)) {
        Ok(log) => check::contents(&log, &[]),
        Err(error) => Err(Finding::Unreadable(error.to_string())),
    };
    match opened {
        Ok(events) if events == original.events => {
            Ok(if told.is_some() { Outcome::Told } else { Outcome::Harmless })
        }
        Err(Finding::Unsigned(_)) if told.is_some() => Ok(Outcome::Told),
        Ok(events) => Err(format!("it opens with {} events without a word", events.len())),
        Err(Finding::Unreadable(why)) => located(&why, store).map(|()| Outcome::Told),
        Err(other) => Err(format!("{other:?}")),
    }
}

/// What can be read without the index: right up to the damage, and the damage is told.
fn snapshot(original: &Original, store: &Path, bound: usize) -> Result<Option<String>, String> {
    let snapshot = match Snapshot::take(store) {
        Ok(snapshot) => snapshot,
        Err(error) if bound == original.events.len() || bound == 0 => {
            return located(&error.to_string(), store).map(|()| Some(error.to_string()));
        }
        Err(error) => return Err(format!("{bound} events could be read, but: {error}")),
    };
    let mut told = snapshot.damage().unwrap_or_else(|error| Some(error.to_string()));
    told = snapshot.checkpoints().err().map(|error| error.to_string()).or(told);
    let mut read = 0;
    for (event, there) in snapshot.read(0, Direction::Forward).zip(&original.events) {
        match event {
            Ok(event) if event == *there => read += 1,
            Ok(event) => return Err(format!("event {} is not as it was", event.position)),
            Err(error) => {
                told = Some(error.to_string());
                break;
            }
        }
    }
    if read < bound {
        return Err(format!("{read} of {bound} events before the damage can be read: {told:?}"));
    }
    match &told {
        None if read < original.events.len() => Err(format!("it ends after {read} events")),
        None => Ok(None),
        Some(why) => located(why, store).map(|()| told),
    }
}

/// Whether a complaint names an event or a file.
fn located(why: &str, store: &Path) -> Result<(), String> {
    let event = ["event ", "ends after "].iter().any(|it| why.contains(it));
    let file = why.contains(&*store.to_string_lossy());
    if event || file { Ok(()) } else { Err(format!("it does not say where: {why}")) }
}

/// How many events stand before this byte of a file.
fn events_before(original: &Original, path: &str, bytes: &[u8], byte: usize) -> usize {
    let all = original.events.len();
    let name = path.strip_prefix("store/log/segments/").and_then(|name| name.split_once('.'));
    let Some((first, ending)) = name else { return all };
    let first: usize = first.parse().unwrap();
    match ending {
        "log" => first + events_in_records(&original.events[first..], bytes, byte),
        _ => first + events_in_frames(bytes, byte),
    }
}

/// Decisions stand one behind the other, each with the text of its events.
fn events_in_records(events: &[Recorded], bytes: &[u8], byte: usize) -> usize {
    let mut known = 0;
    for decision in events.chunk_by(|one, next| one.command == next.command) {
        let command = decision[0].command.to_string();
        let last = bytes.windows(command.len()).rposition(|it| it == command.as_bytes()).unwrap();
        let end = last + bytes[last..].iter().position(|it| *it == b'\n').unwrap();
        if end >= byte {
            break;
        }
        known += decision.len();
    }
    known
}

/// Blocks of lines stand one behind the other, each a zstd frame.
fn events_in_frames(bytes: &[u8], byte: usize) -> usize {
    let (mut known, mut at) = (0, 0);
    while let Ok(size) = zstd::zstd_safe::find_frame_compressed_size(&bytes[at..]) {
        if at + size > byte {
            break;
        }
        let lines = zstd::decode_all(&bytes[at..at + size]).unwrap();
        known += lines.iter().filter(|it| **it == b'\n').count();
        at += size;
    }
    known
}

fn kind(path: &str) -> String {
    let path = path.trim_start_matches("store/");
    match path.strip_prefix("log/segments/") {
        Some(name) if name.ends_with(".log") => "active segment".to_owned(),
        Some(_) => "sealed segment".to_owned(),
        None if path.starts_with("log/checkpoints") => "checkpoint".to_owned(),
        None if path.starts_with("log/index") => "index".to_owned(),
        None => path.to_owned(),
    }
}

#[test]
fn damage_is_told_or_does_no_harm() {
    let original = original();
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for number in 0..crate::damages() {
        let mut rng = Rng::new(&[5, number as u64]);
        let (path, damage, outcome) = damaged(&original, number, &mut rng);
        let column = match &outcome {
            Ok(outcome) => format!("{outcome:?}"),
            Err(_) => "WRONG".to_owned(),
        };
        *table.entry(kind(&path)).or_default().entry(column).or_default() += 1;
        wrong.extend(outcome.err().map(|why| format!("{number}: {path}, {damage:?}: {why}")));
    }
    table.iter().for_each(|(kind, outcomes)| println!("{kind}: {outcomes:?}"));
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), crate::damages(), wrong.join("\n"));
}

/// Damages one file of a copy and looks at it.
fn damaged(
    original: &Original,
    number: usize,
    rng: &mut Rng,
) -> (String, Damage, Result<Outcome, String>) {
    let path = original.pick(rng);
    let bytes = original.bytes(&path);
    let damage = Damage::draw(bytes.len(), rng);
    let bound = events_before(original, &path, bytes, damage.first_byte(bytes.len()));
    let folder = scratch();
    original.disk.save(folder.path());
    match damage.apply(bytes.to_vec(), rng) {
        Some(bytes) => std::fs::write(folder.path().join(&path), bytes).unwrap(),
        None => std::fs::remove_file(folder.path().join(&path)).unwrap(),
    }
    let before = Tree::load(folder.path());
    let store = folder.path().join("store");
    let (judged, panics) = watched(|| judge(original, &store, bound));
    let outcome = match panics.into_iter().next() {
        Some(panic) => Err(format!("it panicked: {panic}")),
        None => judged.unwrap_or_else(|| Err("it panicked".to_owned())),
    };
    if let Err(why) = &outcome {
        keep_disk(&format!("damage-{number}"), &before, &format!("{path}, {damage:?}: {why}"));
    }
    (path, damage, outcome)
}

impl Original {
    fn bytes(&self, path: &str) -> &[u8] {
        self.disk.listing()[path].unwrap_or_default()
    }

    /// A file: each kind is as likely as the others, or each file.
    fn pick(&self, rng: &mut Rng) -> String {
        let kinds: BTreeSet<String> = self.files.iter().map(|it| kind(it)).collect();
        let wanted = kinds.iter().nth(rng.below(kinds.len())).filter(|_| rng.chance(70));
        let fits = |path: &&String| wanted.is_none_or(|wanted| kind(path) == *wanted);
        let files: Vec<&String> = self.files.iter().filter(fits).collect();
        files[rng.below(files.len())].clone()
    }
}
