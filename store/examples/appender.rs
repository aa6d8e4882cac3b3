//! Appends to a log and says on standard output what was acknowledged, until it is told to stop or
//! is killed. The crash tests trace it, kill it and make its disk fail.
//!
//! `appender STORE [seed=N] [writers=N] [decisions=N] [segment=BYTES] [checkpoint=N] [end=abort]
//! [engine=sled]`: so many decisions of each writer (0: for ever), a checkpoint after every so many,
//! and at the end a clean stop or an abort. A store that is there is gone on with.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{IoSlice, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use domain::event::Recorded;
use domain::ids::Sha256Digest;
use store::{Direction, DiskLog, EventLog, NewKey, Settings};

use crate::script::{Ack, Decision, Script};

#[path = "../tests/crash/rng.rs"]
mod rng;
#[path = "../tests/crash/script.rs"]
mod script;

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How often a refused decision is submitted again: a broken log must go on refusing.
const TRIES: usize = 4;

/// What to do, as told on the command line.
struct Task {
    folder: String,
    words: BTreeMap<String, String>,
}

impl Task {
    fn read() -> Done<Self> {
        let mut words = std::env::args().skip(1);
        let folder = words.next().ok_or("which store?")?;
        let pair = |it: String| it.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
        Ok(Self { folder, words: words.filter_map(pair).collect() })
    }

    fn number(&self, name: &str, otherwise: u32) -> Done<u32> {
        Ok(self.words.get(name).map(|it| it.parse()).transpose()?.unwrap_or(otherwise))
    }

    fn says(&self, name: &str, value: &str) -> bool {
        self.words.get(name).is_some_and(|it| it == value)
    }
}

fn main() -> Done<()> {
    let task = Task::read()?;
    if task.says("engine", "sled") {
        return append_to_plain_sled(&task);
    }
    let settings = Settings {
        cache_bytes: 4 << 20,
        segment_bytes: task.number("segment", 1 << 16)?.into(),
        new_key: Some(NewKey { origin: "example.org/crash".to_owned(), seed: [7; 32] }),
    };
    let log = DiskLog::open(Path::new(&task.folder), &settings).map_err(said)?;
    let writers = writers(&log, &task)?;
    let gave_up = std::thread::scope(|scope| {
        let start = |writer: Writer| scope.spawn(|| writer.run(&log, &task).is_err());
        let threads: Vec<_> = writers.into_iter().map(start).collect();
        threads.into_iter().map(|it| it.join().unwrap_or(true)).max()
    });
    drop(log);
    if gave_up == Some(true) { Err("a writer gave up".into()) } else { Ok(()) }
}

/// Every writer where it was when the log was closed.
fn writers(log: &DiskLog, task: &Task) -> Done<Vec<Writer>> {
    let seed = task.number("seed", 1)?;
    let mut next: BTreeMap<u32, u32> = BTreeMap::new();
    for event in log.read(0, Direction::Forward) {
        let command = event.map_err(said)?.command;
        let (writer, number) = Script::place(seed, command).ok_or("events of another seed")?;
        next.insert(writer, number + 1);
    }
    let writer = |id| {
        let mut script = Script::new(seed, id);
        let known = next.get(&id).copied().unwrap_or(0) as usize;
        let last = known.checked_sub(1).and_then(|last| script.nth(last));
        Writer { id, script, last }
    };
    Ok((0..task.number("writers", 1)?).map(writer).collect())
}

/// One thread that appends.
struct Writer {
    id: u32,
    script: Script,
    /// The decision it submitted last before, perhaps without an answer.
    last: Option<Decision>,
}

impl Writer {
    fn run(mut self, log: &DiskLog, task: &Task) -> Done<()> {
        if let Some(last) = self.last.take() {
            submit(log, &[last])?;
        }
        let (end, checkpoint) = (task.number("decisions", 100)?, task.number("checkpoint", 0)?);
        let mut done = 0;
        while end == 0 || done < end {
            let batch = self.batch();
            submit(log, &batch)?;
            let before = done;
            done += u32::try_from(batch.len())?;
            if checkpoint > 0 && done / checkpoint > before / checkpoint {
                log.checkpoint().map_err(said)?;
            }
        }
        if self.id == 0 && task.says("end", "abort") {
            std::process::abort();
        }
        Ok(())
    }

    fn batch(&mut self) -> Vec<Decision> {
        let mut batch: Vec<Decision> = self.script.next().into_iter().collect();
        while batch.last().is_some_and(|it| it.joined) {
            batch.extend(self.script.next());
        }
        batch
    }
}

/// Submits decisions until all are acknowledged, or have been refused too often.
fn submit(log: &DiskLog, batch: &[Decision]) -> Done<()> {
    let mut refusal = None;
    for _ in 0..TRIES {
        refusal = None;
        let answers = log.append_all(batch.iter().map(Decision::append).collect());
        for (decision, answer) in batch.iter().zip(answers) {
            match answer {
                Ok(recorded) => acknowledge(log, decision, &recorded)?,
                Err(error) => refusal = Some(said(error)),
            }
        }
        if refusal.is_none() {
            break;
        }
    }
    refusal.map_or(Ok(()), Err)
}

fn acknowledge(log: &DiskLog, decision: &Decision, recorded: &[Recorded]) -> Done<()> {
    let first = recorded.first().ok_or("nothing was recorded")?.position;
    let mut leaves = Vec::new();
    for leaf in log.leaves(first).take(recorded.len()) {
        leaves.extend(leaf.map_err(said)?.1);
        leaves.push(b'\n');
    }
    let (count, leaves) = (recorded.len() as u64, Sha256Digest::of(&leaves));
    say(&Ack { command: decision.command, first, count, leaves }.to_string())
}

/// One system call, and not the one by which files are written: faults are injected into that.
fn say(line: &str) -> Done<()> {
    let mut out = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let written = out.write_vectored(&[IoSlice::new(line.as_bytes())])?;
    if written == line.len() { Ok(()) } else { Err("standard output is full".into()) }
}

/// Says at once what went wrong: the process may not come to its end.
fn said(error: store::StoreError) -> Box<dyn Error + Send + Sync> {
    eprintln!("appender: {error}");
    error.into()
}

/// What the log would be on sled alone: a control that must lose acknowledged events.
fn append_to_plain_sled(task: &Task) -> Done<()> {
    let engine = sled::Config::new().path(&task.folder).mode(sled::Mode::HighThroughput).open()?;
    let first = engine.len() as u64;
    let script =
        Script::new(task.number("seed", 1)?, 0).take(task.number("decisions", 100)? as usize);
    for (position, decision) in (first..).zip(script) {
        let value = serde_json::to_vec(&decision.events)?;
        engine.insert(position.to_be_bytes(), value.as_slice())?;
        engine.flush()?;
        let leaves = Sha256Digest::of(&value);
        say(&Ack { command: decision.command, first: position, count: 1, leaves }.to_string())?;
    }
    if task.says("end", "abort") {
        std::process::abort();
    }
    Ok(())
}
