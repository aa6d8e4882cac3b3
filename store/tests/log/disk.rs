//! What the log on disk promises beyond the rest: it is there again, whole, or says what is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use domain::event::Recorded;
use store::{Direction, DiskLog, EventLog as _, Expected, Settings, Snapshot, StoreError};
use tempfile::TempDir;

use crate::fixture::{decision, disk, small, text};

/// Fills a log with so many events in streams of seven, one decision each.
fn fill(log: &DiskLog, events: std::ops::Range<u64>) {
    for number in events {
        let stream = format!("s{}", number / 7);
        let padded = format!("{number} {}", "x".repeat(100));
        log.append(decision(&stream, Expected::Exact(number % 7), &[&padded])).unwrap();
    }
}

/// A store, and its log with so many events.
fn filled(events: u64) -> (TempDir, DiskLog) {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    fill(&log, 0..events);
    (store, log)
}

fn all(log: &DiskLog) -> Vec<Recorded> {
    log.read(0, Direction::Forward).map(Result::unwrap).collect()
}

/// The segment files, in order.
fn segments(store: &Path) -> Vec<PathBuf> {
    let folder = fs::read_dir(store.join("log/segments")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn last(store: &Path) -> PathBuf {
    segments(store).pop().unwrap()
}

#[test]
fn everything_is_there_again() {
    let (store, log) = filled(500);
    let (before, top) = (all(&log), log.settle().unwrap());
    let stream: Vec<_> = log.read_stream("s3", 0, Direction::Forward).map(Result::unwrap).collect();
    drop(log);
    let log = disk(store.path());
    assert_eq!(*log.mended(), store::Mended::default());
    assert_eq!(all(&log), before);
    assert_eq!(log.settle().unwrap(), top);
    let again: Vec<_> = log.read_stream("s3", 0, Direction::Forward).map(Result::unwrap).collect();
    assert_eq!(again, stream);
    // A command of long ago is known, and the next event gets the next place.
    fill(&log, 0..501);
    let known = &before[10];
    assert_eq!(log.recorded_for("s1", known.command).unwrap(), Some(vec![known.clone()]));
    assert_eq!(log.head(), 501);
    assert_eq!(all(&log)[..500], before);
}

#[test]
fn sealed_segments_unpack_to_json_lines() {
    let (store, log) = filled(500);
    let leaves: Vec<Vec<u8>> = log.leaves(0).map(|it| it.unwrap().1).collect();
    drop(log);
    let mut lines = Vec::new();
    for path in segments(store.path()) {
        if path.extension().is_some_and(|it| it == "zst") {
            let unpacked = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
            lines.extend(unpacked.split_inclusive(|it| *it == b'\n').map(<[u8]>::to_vec));
        }
    }
    assert!(lines.len() > 256, "several segments are sealed: {}", lines.len());
    for (line, leaf) in lines.iter().zip(&leaves) {
        assert_eq!(line.strip_suffix(b"\n").unwrap(), leaf);
    }
}

#[test]
fn an_append_that_was_cut_short_is_removed() {
    let (store, log) = filled(10);
    let before = all(&log);
    drop(log);
    let path = last(store.path());
    let whole = fs::read(&path).unwrap();
    for torn in [&b"PREC"[..], &[0; 5000], &whole[..60], &whole[..400]] {
        fs::write(&path, [&whole, torn].concat()).unwrap();
        let log = disk(store.path());
        assert_eq!(log.mended().torn_bytes, torn.len() as u64);
        assert_eq!(all(&log), before);
    }
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_lost_tail_is_noticed_and_the_rest_can_be_read() {
    let (store, log) = filled(10);
    drop(log);
    let path = last(store.path());
    let whole = fs::read(&path).unwrap();
    // Also at the very edge between two records.
    for end in [whole.len() - 1, whole.len() / 10 * 9, whole.len() / 2, 0] {
        fs::write(&path, &whole[..end]).unwrap();
        let error = DiskLog::open(store.path(), &small()).unwrap_err();
        assert!(
            matches!(error, StoreError::TailLost { promised: 10, .. }),
            "cut at {end} of {}: {error}",
            whole.len()
        );
        let snapshot = Snapshot::take(store.path()).unwrap();
        assert_eq!(snapshot.read(0, Direction::Forward).count() as u64, snapshot.end());
        assert!(snapshot.damage().unwrap().unwrap().contains("10 were recorded"));
    }
}

#[test]
fn a_damaged_record_is_located_and_what_stands_before_it_can_be_read() {
    let (store, log) = filled(20);
    let before = all(&log);
    drop(log);
    let path = last(store.path());
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&path, bytes).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { position: 9 | 10, .. }), "{error}");
    let snapshot = Snapshot::take(store.path()).unwrap();
    let readable: Vec<Recorded> =
        snapshot.read(0, Direction::Forward).map(Result::unwrap).collect();
    assert!(readable.len() == 9 || readable.len() == 10);
    assert_eq!(readable, before[..readable.len()]);
    assert!(snapshot.damage().unwrap().unwrap().contains("segments/0"));
}

#[test]
fn a_damaged_sealed_segment_is_located() {
    let (store, log) = filled(500);
    let before = all(&log);
    drop(log);
    let path = segments(store.path()).remove(1);
    let first: u64 = path.file_name().unwrap().to_str().unwrap()[..20].parse().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let snapshot = Snapshot::take(store.path()).unwrap();
    let read: Vec<Result<Recorded, StoreError>> = snapshot.read(0, Direction::Forward).collect();
    let (last, readable) = read.split_last().unwrap();
    assert!(matches!(last, Err(StoreError::Damaged { position, .. }) if *position == first));
    assert_eq!(readable.len() as u64, first);
    for (read, before) in readable.iter().zip(&before) {
        assert_eq!(read.as_ref().unwrap(), before);
    }
}

#[test]
fn the_table_of_a_sealed_segment_is_no_single_point_of_failure() {
    let (store, log) = filled(500);
    let before = all(&log);
    drop(log);
    let path = segments(store.path()).remove(1);
    let whole = fs::read(&path).unwrap();
    for cut in [1, 5, 30] {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(all(&disk(store.path())), before);
    }
}

#[test]
fn a_segment_that_was_sealed_and_not_removed_is_there_once() {
    let (store, log) = filled(60);
    let open = last(store.path());
    let kept = fs::read(&open).unwrap();
    fill(&log, 60..500);
    let before = all(&log);
    drop(log);
    let sealed = open.with_extension("jsonl.zst");
    let whole = fs::read(&sealed).unwrap();
    for sealed_again in [&whole[..], &whole[..whole.len() / 3], b""] {
        fs::write(&open, &kept).unwrap();
        fs::write(&sealed, sealed_again).unwrap();
        // The copy of the open segment was taken before it was full.
        if sealed_again.len() == whole.len() {
            assert_eq!(all(&disk(store.path())), before);
        } else {
            let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
            assert!(error.contains("ends before it"), "{error}");
        }
    }
}

#[test]
fn a_missing_segment_is_named() {
    let (store, log) = filled(500);
    drop(log);
    let paths = segments(store.path());
    fs::remove_file(&paths[1]).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("ends before it, and the next segment begins at"), "{error}");
}

#[test]
fn the_index_is_made_anew_when_it_is_gone_or_damaged() {
    let (store, log) = filled(500);
    let (before, top) = (all(&log), log.settle().unwrap());
    drop(log);
    let index = store.path().join("log/index");
    let damages: [&dyn Fn(); 4] = [
        &|| fs::remove_dir_all(&index).unwrap(),
        &|| fs::write(index.join("db"), b"garbage").unwrap(),
        &|| fs::write(index.join("conf"), b"garbage").unwrap(),
        &|| {
            let mut bytes = fs::read(index.join("db")).unwrap();
            let length = bytes.len();
            bytes[length / 3..length / 3 + 4000].fill(0x55);
            fs::write(index.join("db"), bytes).unwrap();
        },
    ];
    for damage in damages {
        damage();
        let log = disk(store.path());
        assert_eq!(log.settle().unwrap(), top);
        assert_eq!(all(&log), before);
        fill(&log, 0..500);
        assert_eq!(log.head(), 500);
    }
    let log = DiskLog::repair(store.path(), &small()).unwrap();
    assert_eq!(log.mended().index_made_anew.as_deref(), Some("asked for"));
    assert_eq!(log.settle().unwrap(), top);
}

#[test]
fn events_that_were_replaced_do_not_fit_the_signed_head() {
    let store = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    for (folder, text) in [(store.path(), "true"), (other.path(), "forged")] {
        let log = disk(folder);
        log.append(decision("a", Expected::NoStream, &[text])).unwrap();
    }
    fs::copy(last(other.path()), last(store.path())).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("the tree is not the one that was signed"), "{error}");
    fs::remove_dir_all(store.path().join("log/index")).unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("the tree is not the one that was signed"), "{error}");
}

#[test]
fn a_second_process_hears_who_owns_the_store() {
    let store = tempfile::tempdir().unwrap();
    let _log = disk(store.path());
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains(&format!("in use by process {}", std::process::id())), "{error}");
    // Looking is allowed.
    assert_eq!(Snapshot::take(store.path()).unwrap().end(), 0);
}

#[test]
fn only_the_owner_may_read() {
    let store = tempfile::tempdir().unwrap();
    let folder = store.path().join("data");
    let log = disk(&folder);
    fill(&log, 0..500);
    log.checkpoint().unwrap();
    drop(log);
    let mut left = vec![folder];
    while let Some(path) = left.pop() {
        let metadata = fs::metadata(&path).unwrap();
        let mode = metadata.permissions().mode() & 0o777;
        if metadata.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            // sled makes its folders itself; they stand in ours.
            assert!(
                mode == 0o700 || path.to_str().unwrap().contains("/index/"),
                "{path:?} {mode:o}"
            );
        } else if !path.to_str().unwrap().contains("/index/") {
            assert_eq!(mode, 0o600, "{path:?}");
        }
    }
}

#[test]
fn other_formats_are_refused_with_words() {
    let store = tempfile::tempdir().unwrap();
    let missing = Settings::default();
    let error = DiskLog::open(store.path(), &missing).unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)), "{error}");
    fs::create_dir_all(store.path().join("log")).unwrap();
    fs::write(store.path().join("log/db"), b"").unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("early version"), "{error}");
    fs::remove_file(store.path().join("log/db")).unwrap();
    drop(disk(store.path()));
    fs::write(store.path().join("log/format"), "portolan log 3\n").unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("use the portolan version that wrote it, or a newer one"), "{error}");
    fs::write(store.path().join("log/format"), "whatever").unwrap();
    let error = DiskLog::open(store.path(), &small()).unwrap_err().to_string();
    assert!(error.contains("does not say `portolan log 2`"), "{error}");
}

#[test]
fn threads_that_append_at_the_same_time_share_syncs_and_lose_nothing() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let log = &log;
            scope.spawn(move || {
                for number in 0..50_u64 {
                    let stream = format!("t{thread}");
                    let request =
                        decision(&stream, Expected::Exact(number), &[&number.to_string()]);
                    log.append(request).unwrap();
                }
            });
        }
    });
    assert_eq!(log.head(), 400);
    for thread in 0..8 {
        let stream = log.read_stream(&format!("t{thread}"), 0, Direction::Forward);
        let texts: Vec<String> = stream.map(|it| text(&it.unwrap().event).to_owned()).collect();
        assert_eq!(texts, (0..50).map(|it| it.to_string()).collect::<Vec<_>>());
    }
    drop(log);
    assert_eq!(disk(store.path()).head(), 400);
}
