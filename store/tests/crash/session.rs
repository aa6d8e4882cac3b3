//! Runs of the program `appender`, traced, one after the other on the same store.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::images::Tape;
use crate::recorder::{Ended, Recorder};
use crate::script::Ack;
use crate::tree::Tree;

/// The appender on this store, with these words.
pub(crate) fn appender(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg(store).args(words);
    command
}

/// Cargo puts examples beside the folder of the tests, and builds them with the tests unless it was
/// asked for one test alone.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().with_file_name("examples").join("appender");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = [here.join("src"), here.join("../ledger/src"), here.join("../domain/src")];
    let sources = rooms.iter().filter_map(|it| newest(it)).max();
    let fresh = program.metadata().is_ok_and(|it| it.modified().ok() > sources);
    let hint =
        "older than its sources, or missing: cargo build -p portolan-store --example appender";
    assert!(fresh, "{} is {hint}", program.display());
    program
}

/// When the newest file in a folder was written.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = folder.read_dir().unwrap().map(|it| it.unwrap().path());
    let time = |path: PathBuf| match path.is_dir() {
        true => newest(&path),
        false => path.metadata().unwrap().modified().ok(),
    };
    entries.filter_map(time).max()
}

/// Records sessions of the appender on one store.
#[derive(Debug)]
pub(crate) struct Studio {
    folder: tempfile::TempDir,
    recorder: Recorder,
    earlier: Vec<Ack>,
}

impl Studio {
    /// Without a store yet.
    pub(crate) fn new() -> Self {
        Self::on(&Tree::default(), Vec::new())
    }

    /// On a disk as a power cut left it.
    pub(crate) fn on(disk: &Tree, earlier: Vec<Ack>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        disk.save(folder.path());
        let recorder = Recorder::new(folder.path());
        Self { folder, recorder, earlier }
    }

    /// Where the store is.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("store")
    }

    /// One session, with options for strace.
    pub(crate) fn run(&mut self, words: &[&str], options: &[String]) -> Ended {
        let store = self.store();
        self.recorder.run(&appender(&store, words), options)
    }

    /// A session that ends as it was told to.
    pub(crate) fn session(mut self, words: &[&str]) -> Self {
        let ended = self.run(words, &[]);
        let aborts = words.contains(&"end=abort");
        assert!(if aborts { ended.aborted() } else { ended.status.success() }, "{ended:?}");
        self
    }

    /// A session that is killed just before this call, the so-many-th of its kind in its thread.
    pub(crate) fn killed(mut self, words: &[&str], call: &str, when: usize) -> Self {
        let ended = self.run(words, &kill_at(call, when));
        assert!(ended.was_killed(), "{call} {when}: {ended:?}");
        self
    }

    /// A session that is killed just before this call if it comes to that, and ends well otherwise.
    pub(crate) fn perhaps_killed(mut self, words: &[&str], call: &str, when: usize) -> Self {
        let ended = self.run(words, &kill_at(call, when));
        assert!(ended.was_killed() || ended.status.success(), "{call} {when}: {ended:?}");
        self
    }

    /// How many lines the record has until now.
    pub(crate) fn lines(&self) -> usize {
        self.recorder.lines()
    }

    /// The recording of all sessions.
    pub(crate) fn tape(self) -> Tape {
        Tape { recording: self.recorder.finish(), earlier: self.earlier }
    }
}

fn kill_at(call: &str, when: usize) -> [String; 2] {
    ["-e".to_owned(), format!("inject={call}:signal=SIGKILL:when={when}")]
}
