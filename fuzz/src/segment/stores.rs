//! Two small stores, made once a process: one with an active segment alone, and one with a sealed
//! segment between two others. They lie in the temporary folder, best in memory (`TMPDIR`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use domain::event::{Event, VersionChanged};
use store::{Append, DiskLog, EventLog as _, Expected, NewKey, Settings, Snapshot};
use uuid::Uuid;

/// Both stores.
pub(super) static STORES: LazyLock<Stores> = LazyLock::new(|| Stores {
    // Two decisions of one event, one of three: three records.
    open: Store::make("open", &[(1, 10), (3, 10), (1, 10)], "00000000000000000000.log", 0),
    // 250 events make a segment, twelve large ones the next: it has two blocks, as a tile ends at
    // 256. Three more are left for the active segment.
    sealed: Store::make("sealed", &[(250, 10), (12, 2000), (3, 10)], SEALED, 250),
});

const SEALED: &str = "00000000000000000250.jsonl.zst";

pub(super) struct Stores {
    pub(super) open: Store,
    pub(super) sealed: Store,
}

/// A store of which one file is replaced again and again.
pub(super) struct Store {
    pub(super) folder: PathBuf,
    /// The file that is replaced.
    path: PathBuf,
    /// What stood in it.
    pub(super) file: Vec<u8>,
    /// Position of the first event in it.
    pub(super) first: u64,
    /// How many events were signed.
    pub(super) signed: u64,
    /// The leaves before it, and from its first one on.
    pub(super) before: Vec<Vec<u8>>,
    pub(super) original: Vec<Vec<u8>>,
    /// How many of these stand in the segment behind it.
    pub(super) behind: usize,
}

impl Store {
    /// Makes a store of decisions: how many events each, with so many bytes of text.
    fn make(name: &str, decisions: &[(usize, usize)], file: &str, first: u64) -> Self {
        let folder = std::env::temp_dir().join(format!("portolan-fuzz-{}", std::process::id()));
        let folder = folder.join(name);
        append(&folder, decisions);
        let path = folder.join("log/segments").join(file);
        let log = Snapshot::take(&folder).expect("a store");
        let signed = log.head().expect("a signed head").1.size();
        assert_eq!(signed, log.end(), "the head is signed when a log is closed");
        let mut before: Vec<Vec<u8>> = log.leaves(0).map(|it| it.expect("a leaf").1).collect();
        let original = before.split_off(usize::try_from(first).expect("a small store"));
        let behind = if first == 0 { 0 } else { 3 };
        let file = fs::read(&path).expect("the file to be replaced");
        Self { folder, path, file, first, signed, before, original, behind }
    }

    /// Puts bytes in the place of the file.
    pub(super) fn put(&self, bytes: &[u8]) {
        fs::write(&self.path, bytes).expect("the temporary folder can be written");
    }

    /// The leaves from the replaced file on, and why there are no more, if they end early.
    pub(super) fn leaves(&self, log: &Snapshot) -> (Vec<Vec<u8>>, Option<String>) {
        let (mut leaves, mut next) = (Vec::new(), self.first);
        for leaf in log.leaves(self.first) {
            match leaf {
                Ok((position, leaf)) => {
                    assert_eq!(position, next, "positions have no gaps");
                    leaves.push(leaf);
                    next += 1;
                }
                Err(error) => return (leaves, Some(error.to_string())),
            }
        }
        (leaves, None)
    }
}

fn append(folder: &Path, decisions: &[(usize, usize)]) {
    let new_key = Some(NewKey { origin: "log.example".to_owned(), seed: [1; 32] });
    let settings = Settings { segment_bytes: 16 << 10, new_key, ..Settings::default() };
    let log = DiskLog::open(folder, &settings).expect("the temporary folder is empty");
    for (number, (events, bytes)) in decisions.iter().enumerate() {
        let append = Append {
            stream: format!("campaign/{number}"),
            expected: Expected::NoStream,
            command: Uuid::new_v5(&Uuid::NAMESPACE_URL, &[number as u8]),
            at: "2026-11-23T06:00:00Z".parse().expect("a time"),
            events: (0..*events).map(|it| event(it, *bytes)).collect(),
        };
        log.append(append).expect("an append");
    }
    log.checkpoint().expect("a key");
    log.settle().expect("a disk");
}

fn event(number: usize, bytes: usize) -> Event {
    Event::VersionChanged(VersionChanged {
        campaign: "c".parse().expect("an id"),
        subject: "platform:a".to_owned(),
        from: "x".repeat(bytes),
        to: number.to_string(),
    })
}
