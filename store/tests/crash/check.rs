//! What must hold of a store, however it was left: everything acknowledged is there as it was, the
//! rest goes on as it was submitted, and all parts of the store agree.

use std::collections::BTreeMap;
use std::path::Path;

use domain::event::Recorded;
use domain::ids::Sha256Digest;
use ledger::{Builder, Checkpoint, Hash, Note, TileId, TileSource, leaf_hash};
use store::{Direction, DiskLog, EventLog, NewKey, Settings, Snapshot, StoreError};
use uuid::Uuid;

use crate::images::Finding;
use crate::script::{Ack, Decision, Script};

/// The seed of everything that is appended in these tests.
pub(crate) const SEED: u32 = 1;

/// A writer who was never there before.
const NEWCOMER: u32 = 99;

type Checked<T> = Result<T, Finding>;

/// The settings of the appender, but for the size of segments.
pub(crate) fn settings(segment_bytes: u64) -> Settings {
    let new_key = NewKey { origin: "example.org/crash".to_owned(), seed: [7; 32] };
    Settings { cache_bytes: 1 << 20, segment_bytes, new_key: Some(new_key) }
}

fn unreadable(error: StoreError) -> Finding {
    Finding::Unreadable(error.to_string())
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(Finding::Wrong(why())) }
}

/// Opens a store, looks at all of it, appends to it, and looks again after opening it once more.
pub(crate) fn store(store: &Path, acks: &[Ack]) -> Checked<()> {
    let open = || DiskLog::open(store, &settings(1 << 15)).map_err(unreadable);
    let log = open()?;
    let events = contents(&log, acks)?;
    beside(&log, store)?;
    submitted_again(&log, &events)?;
    let last = newcomers(&log)?;
    drop(log);
    let log = open()?;
    let now = contents(&log, acks)?;
    ensure(now.len() >= events.len() && now[..events.len()] == events, || {
        "events changed when the store was opened again".to_owned()
    })?;
    ensure(now[events.len()..] == last, || "a new event is not there after reopening".to_owned())
}

/// Looks at everything an open log holds.
pub(crate) fn contents(log: &DiskLog, acks: &[Ack]) -> Checked<Vec<Recorded>> {
    let (_, root) = log.settle().map_err(unreadable)?;
    let events: Result<Vec<Recorded>, _> = log.read(0, Direction::Forward).collect();
    let events = events.map_err(unreadable)?;
    let leaves: Result<Vec<(u64, Vec<u8>)>, _> = log.leaves(0).collect();
    let leaves = leaves.map_err(unreadable)?;
    acknowledged(&leaves, &events, acks)?;
    numbered(log, &events, &leaves)?;
    as_submitted(&events)?;
    indexed(log, &events)?;
    tree(log, &leaves, root)?;
    Ok(events)
}

fn acknowledged(leaves: &[(u64, Vec<u8>)], events: &[Recorded], acks: &[Ack]) -> Checked<()> {
    for ack in acks {
        let lost =
            || Finding::Lost(format!("event {} of {} is not as it was", ack.first, leaves.len()));
        let first = usize::try_from(ack.first).map_err(|_| lost())?;
        let count = usize::try_from(ack.count).map_err(|_| lost())?;
        let there = leaves.get(first..first + count).ok_or_else(lost)?;
        let bytes: Vec<u8> =
            there.iter().flat_map(|(_, leaf)| [leaf, &b"\n"[..]].concat()).collect();
        let same = Sha256Digest::of(&bytes) == ack.leaves && events[first].command == ack.command;
        same.then_some(()).ok_or_else(lost)?;
    }
    Ok(())
}

/// Positions and versions have no gaps.
fn numbered(log: &DiskLog, events: &[Recorded], leaves: &[(u64, Vec<u8>)]) -> Checked<()> {
    let (head, count) = (log.head(), events.len());
    let same = head == count as u64 && leaves.len() == count;
    ensure(same, || format!("head {head}, {count} events, {} leaves", leaves.len()))?;
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    for (at, (event, (position, _))) in (0..).zip(events.iter().zip(leaves)) {
        let version = versions.entry(&event.stream).or_default();
        let right = event.position == at && *position == at && event.version == *version;
        ensure(right, || format!("event {at} has position {position}, or a wrong version"))?;
        *version += 1;
    }
    Ok(())
}

/// Each writer's decisions are there whole, once, in order, from its first one on.
fn as_submitted(events: &[Recorded]) -> Checked<()> {
    let mut scripts: BTreeMap<u32, Script> = BTreeMap::new();
    for decision in events.chunk_by(|one, next| one.command == next.command) {
        let position = decision[0].position;
        let wrong = || Finding::Wrong(format!("event {position} was never submitted like that"));
        let (writer, _) = Script::place(SEED, decision[0].command).ok_or_else(wrong)?;
        let script = scripts.entry(writer).or_insert_with(|| Script::new(SEED, writer));
        let submitted = script.next().ok_or_else(wrong)?;
        same(decision, &submitted).then_some(()).ok_or_else(wrong)?;
    }
    Ok(())
}

fn same(recorded: &[Recorded], submitted: &Decision) -> bool {
    let first = submitted.expected.unwrap_or(recorded[0].version);
    let envelope = |(version, event): (u64, &Recorded)| {
        event.command == submitted.command
            && event.stream == submitted.stream
            && event.at == submitted.at
            && event.version == version
    };
    recorded.iter().map(|it| &it.event).eq(&submitted.events)
        && (first..).zip(recorded).all(envelope)
}

/// The index finds what the segments hold.
fn indexed(log: &DiskLog, events: &[Recorded]) -> Checked<()> {
    let backward: Result<Vec<Recorded>, _> = log.read(u64::MAX, Direction::Backward).collect();
    let same = backward.map_err(unreadable)?.iter().rev().eq(events);
    ensure(same, || "reading backward gives other events".to_owned())?;
    let (mut streams, mut commands) = (BTreeMap::new(), BTreeMap::new());
    for event in events {
        streams.entry(event.stream.as_str()).or_insert_with(Vec::new).push(event);
        let key: (&str, Uuid) = (&event.stream, event.command);
        commands.entry(key).or_insert_with(Vec::new).push(event);
    }
    for (stream, events) in &streams {
        let found: Result<Vec<Recorded>, _> =
            log.read_stream(stream, 0, Direction::Forward).collect();
        let same = found.map_err(unreadable)?.iter().eq(events.iter().copied());
        ensure(same, || format!("the index has other events in {stream}"))?;
    }
    for ((stream, command), events) in commands {
        let found = log.recorded_for(stream, command).map_err(unreadable)?.unwrap_or_default();
        ensure(found.iter().eq(events), || format!("the index does not find command {command}"))?;
    }
    Ok(())
}

struct Tiles<'a>(&'a DiskLog);

impl TileSource for Tiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        self.0.tile(id)
    }
}

/// The tree over the tiles, the one over the leaves, and every kept checkpoint are the same.
fn tree(log: &DiskLog, leaves: &[(u64, Vec<u8>)], root: Hash) -> Checked<()> {
    let notes = log.checkpoints().map_err(unreadable)?;
    let mut signed: BTreeMap<u64, Hash> = BTreeMap::new();
    for note in &notes {
        let checkpoint = checkpoint(note, log)?;
        signed.insert(checkpoint.size(), checkpoint.root());
    }
    let mut builder = Builder::new();
    for (_, leaf) in leaves {
        let at = builder.size();
        let same = signed.remove(&at).is_none_or(|root| root == builder.root());
        ensure(same, || format!("the checkpoint of size {at} is of another tree"))?;
        builder.push(leaf_hash(leaf));
    }
    signed.retain(|size, root| *size != builder.size() || *root != builder.root());
    ensure(signed.is_empty(), || format!("checkpoints of a tree that is not there: {signed:?}"))?;
    ensure(builder.root() == root, || "the index has another tree".to_owned())?;
    let tiles = ledger::root(&Tiles(log), builder.size()).ok();
    ensure(tiles == Some(root), || "the tiles give another tree".to_owned())
}

fn checkpoint(note: &Note, log: &DiskLog) -> Checked<Checkpoint> {
    let keys = log.verifiers();
    note.verify(&keys).map_err(|error| Finding::Unsigned(error.to_string()))?;
    note.text().parse().map_err(|error| Finding::Wrong(format!("a checkpoint: {error}")))
}

/// A second process that only looks sees the same log.
fn beside(log: &DiskLog, store: &Path) -> Checked<()> {
    let (head, root) = log.settle().map_err(unreadable)?;
    let snapshot = Snapshot::take(store).map_err(unreadable)?;
    let damage = snapshot.damage().map_err(unreadable)?;
    ensure(damage.is_none(), || format!("a snapshot sees damage: {damage:?}"))?;
    let tree = snapshot.tree(|_| ()).map_err(unreadable)?;
    let same = snapshot.end() == head && tree.size() == head && tree.root() == root;
    ensure(same, || "a snapshot sees another log".to_owned())
}

/// Every writer's last decision, submitted again, is answered with what is there.
fn submitted_again(log: &DiskLog, events: &[Recorded]) -> Checked<()> {
    let mut last: BTreeMap<u32, (usize, Uuid)> = BTreeMap::new();
    for decision in events.chunk_by(|one, next| one.command == next.command) {
        if let Some((writer, _)) = Script::place(SEED, decision[0].command) {
            let known = last.entry(writer).or_insert((0, decision[0].command));
            *known = (known.0 + 1, decision[0].command);
        }
    }
    for (writer, (known, command)) in &last {
        let decision = Script::new(SEED, *writer).nth(known - 1);
        let answer = decision.map(|it| log.append(it.append())).transpose().map_err(unreadable)?;
        let there = events.iter().filter(|it| it.command == *command);
        let same = answer.unwrap_or_default().iter().eq(there);
        ensure(same, || format!("command {command} is recorded twice"))?;
    }
    Ok(())
}

/// New decisions are taken, right behind what is there.
fn newcomers(log: &DiskLog) -> Checked<Vec<Recorded>> {
    let mut all = Vec::new();
    for decision in Script::new(SEED, NEWCOMER).take(3) {
        let head = log.head();
        let recorded = log.append(decision.append()).map_err(unreadable)?;
        ensure(recorded[0].position == head, || format!("a new event is not at {head}"))?;
        all.extend(recorded);
    }
    Ok(all)
}
