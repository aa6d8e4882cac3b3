//! The model itself, tried with small programs whose syncs are known.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::recorder::Recorder;

/// A folder, and the record of what small programs do to it.
struct Bench {
    folder: tempfile::TempDir,
    recorder: Recorder,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::new(folder.path());
        Self { folder, recorder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn run(&mut self, program: &str, args: &[&str], paths: &[&str]) {
        let mut command = Command::new(program);
        command.args(args).args(paths.iter().map(|it| self.path(it)));
        let ended = self.recorder.run(&command, &[]);
        assert!(ended.status.success(), "{ended:?}");
    }

    /// Writes so many blocks of one byte's value to the end of a file, and syncs it or not.
    fn append(&mut self, name: &str, byte: u8, blocks: usize, sync: bool) {
        let source = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(source.path(), vec![byte; blocks * 1000]).unwrap();
        let mut words = vec!["bs=1000".to_owned(), "oflag=append".to_owned()];
        words.push(format!("if={}", source.path().display()));
        words.push(format!("of={}", self.path(name).display()));
        words.push(if sync { "conv=notrunc,fdatasync" } else { "conv=notrunc" }.to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.run("dd", &words, &[]);
    }
}

/// Many disks at one moment.
fn images(recording: &Recording, cut: usize, rule: Names) -> Vec<Tree> {
    let disk = Disk::at(recording, cut, rule);
    (0..200).map(|seed| disk.image(&mut Rng::new(&[seed]))).collect()
}

fn file<'a>(image: &'a Tree, name: &str) -> Option<&'a [u8]> {
    image.listing().get(name).copied().flatten()
}

#[test]
fn what_was_synced_is_there_and_what_was_not_is_there_in_part() {
    let mut bench = Bench::new();
    bench.append("log", b'a', 9, true);
    bench.run("sync", &[], &["."]);
    bench.append("log", b'b', 30, false);
    let recording = bench.recorder.finish();
    for rule in Names::ALL {
        let mut sizes = BTreeSet::new();
        let mut torn = 0;
        for image in images(&recording, recording.lines, rule) {
            let bytes = file(&image, "log").expect("its name was synced");
            assert_eq!(bytes[..9000], [b'a'; 9000], "what was synced is as it was");
            sizes.insert(bytes.len());
            torn += usize::from(bytes[9000..].iter().any(|it| *it != b'b'));
        }
        assert!(sizes.contains(&9000) && sizes.contains(&39000), "{sizes:?}");
        assert!(torn > 20, "{torn}");
    }
}

#[test]
fn a_name_is_safe_by_the_rule() {
    let mut bench = Bench::new();
    bench.append("new", b'a', 1, true);
    let recording = bench.recorder.finish();
    let kept = |rule| {
        let all = images(&recording, recording.lines, rule);
        all.iter().filter(|it| file(it, "new").is_some()).count()
    };
    assert_eq!(kept(Names::Journal), 200, "a sync of the file takes its name along");
    assert_eq!(kept(Names::Folders), 200);
    assert!(kept(Names::Strict) < 150, "POSIX wants the folder to be synced");
}

#[test]
fn a_rename_is_whole_or_not_there() {
    let mut bench = Bench::new();
    bench.append("head", b'a', 1, true);
    bench.append("head.new", b'b', 1, true);
    bench.run("sync", &[], &["."]);
    bench.run("mv", &["-T"], &["head.new", "head"]);
    let recording = bench.recorder.finish();
    for rule in Names::ALL {
        let mut seen = BTreeSet::new();
        for image in images(&recording, recording.lines, rule) {
            let (head, new) = (file(&image, "head"), file(&image, "head.new"));
            let head = head.expect("one of the two")[0];
            assert_eq!(new.is_some(), head == b'a', "both names at once");
            seen.insert(head);
        }
        assert_eq!(seen.len(), 2, "both happen");
    }
}

#[test]
fn names_of_a_journal_come_in_their_order() {
    let mut bench = Bench::new();
    for name in ["1", "2", "3", "4"] {
        bench.run("mkdir", &[], &[name]);
    }
    let recording = bench.recorder.finish();
    let orders = |rule| {
        let all = images(&recording, recording.lines, rule);
        all.iter().map(|it| it.listing().into_keys().collect::<String>()).collect::<BTreeSet<_>>()
    };
    let ordered = ["", "1", "12", "123", "1234"].map(str::to_owned);
    assert_eq!(orders(Names::Journal), BTreeSet::from(ordered));
    assert_eq!(orders(Names::Folders), orders(Names::Journal));
    assert!(orders(Names::Strict).len() > 5, "any subset");
}

#[test]
fn a_cut_sees_nothing_of_what_came_later() {
    let mut bench = Bench::new();
    bench.append("log", b'a', 5, true);
    let middle = bench.recorder.lines();
    bench.append("log", b'b', 5, true);
    bench.run("unlink", &[], &["log"]);
    let recording = bench.recorder.finish();
    let disk = Disk::at(&recording, middle, Names::Journal);
    let image = disk.image(&mut Rng::new(&[1]));
    assert_eq!(file(&image, "log"), Some(&[b'a'; 5000][..]));
    let last = Disk::at(&recording, recording.lines, Names::Journal);
    let gone = (0..50).filter(|it| file(&last.image(&mut Rng::new(&[*it])), "log").is_none());
    assert!((5..45).contains(&gone.count()), "an unlink that was not synced may be lost");
}

#[test]
fn a_truncation_may_be_lost() {
    let mut bench = Bench::new();
    bench.append("log", b'a', 5, true);
    bench.run("sync", &[], &["."]);
    bench.run("truncate", &["-s", "1000"], &["log"]);
    let recording = bench.recorder.finish();
    let all = images(&recording, recording.lines, Names::Journal);
    let sizes: BTreeSet<usize> = all.iter().map(|it| file(it, "log").unwrap().len()).collect();
    assert_eq!(sizes, BTreeSet::from([1000, 5000]));
}

#[test]
fn an_image_can_be_saved_and_loaded() {
    let mut bench = Bench::new();
    bench.run("mkdir", &[], &["a", "a/b"]);
    bench.append("a/b/c", b'x', 1, true);
    let recording = bench.recorder.finish();
    let image = Disk::at(&recording, recording.lines, Names::Journal).image(&mut Rng::new(&[1]));
    let folder = tempfile::tempdir().unwrap();
    image.save(folder.path());
    assert_eq!(Tree::load(folder.path()).listing(), image.listing());
    assert!(Path::new(&folder.path().join("a/b/c")).is_file());
}

#[test]
#[should_panic(expected = "the model does not know this call")]
fn a_call_that_the_model_does_not_know_is_refused() {
    let mut bench = Bench::new();
    bench.run("mkfifo", &[], &["pipe"]);
}
