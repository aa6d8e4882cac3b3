//! What evidence promises: the bytes that were kept or an error, private, and nothing left behind.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use domain::ids::Sha256Digest;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn evidence() -> (TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(&folder.path().join("evidence")).unwrap();
    (folder, blobs)
}

fn path(blobs: &Blobs, digest: Sha256Digest) -> PathBuf {
    blobs.root.join(name(digest, PACKED))
}

/// Every file and folder below.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            let inside = if path.is_dir() { below(&path) } else { Vec::new() };
            std::iter::once(path).chain(inside)
        })
        .collect()
}

/// A frame with a checksum that is right.
fn checksummed(frame: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&frame).to_le_bytes();
    [&*frame, &[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0], &checksum].concat()
}

/// Something like a serial log: repeats itself, but not quite.
pub(super) fn serial_log() -> Vec<u8> {
    let line = |at: u64| format!("[{:>9}.{:06}] device {} ready\r\n", at / 7, at * 7919, at % 13);
    (0..20).map(line).collect::<String>().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_kept_is_read_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000), times in 1_usize..50
    ) {
        let (_folder, blobs) = evidence();
        let bytes = bytes.repeat(times);
        let digest = blobs.put(&bytes).unwrap();
        prop_assert_eq!(digest, Sha256Digest::of(&bytes));
        prop_assert_eq!(&blobs.get(digest).unwrap(), &bytes);
        prop_assert_eq!(Blobs::unpacked(&blobs.packed(digest).unwrap()), Some(bytes));
        prop_assert!(blobs.contains(digest).unwrap() && !blobs.is_empty().unwrap());
    }

    #[test]
    fn no_bytes_make_unpacking_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300), like in any::<bool>()
    ) {
        let head: &[u8] = if like { &[0x28, 0xb5, 0x2f, 0xfd] } else { &[] };
        let _ = unpack(&checksummed([head, &bytes].concat()));
        prop_assert_eq!(unpack(&bytes), None);
    }
}

#[test]
fn what_is_not_there_is_missing() {
    let (_folder, blobs) = evidence();
    let digest = Sha256Digest::of(b"never kept");
    assert!(matches!(blobs.get(digest), Err(StoreError::BlobMissing(it)) if it == digest));
    assert!(!blobs.contains(digest).unwrap());
    assert!(blobs.is_empty().unwrap());
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let whole = pack(&serial_log()).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[at] ^= 1 << bit;
            assert_eq!(unpack(&bent), None, "byte {at}, bit {bit}");
        }
        assert_eq!(unpack(&whole[..at]), None, "cut at {at}");
    }
    assert_eq!(unpack(&whole), Some(serial_log()));
}

#[test]
fn other_bytes_are_never_handed_out() {
    let (_folder, blobs) = evidence();
    let digest = blobs.put(&serial_log()).unwrap();
    let whole = fs::read(path(&blobs, digest)).unwrap();
    let mut bent = whole.clone();
    bent[20] ^= 1;
    let others = [
        bent,
        whole[..whole.len() - 1].to_vec(),
        [&*whole, b"more"].concat(),
        [&*whole, &*whole].concat(),
        pack(b"other bytes").unwrap(),
        serial_log(),
        Vec::new(),
    ];
    for other in others {
        fs::write(path(&blobs, digest), other).unwrap();
        let read = blobs.get(digest);
        assert!(matches!(read, Err(StoreError::BlobDamaged(it)) if it == digest), "{read:?}");
    }
}

#[test]
fn what_is_damaged_is_written_again_and_what_is_whole_is_not() {
    let (_folder, blobs) = evidence();
    let digest = blobs.put(b"serial log").unwrap();
    let path = path(&blobs, digest);
    let written = || fs::metadata(&path).unwrap().modified().unwrap();
    let first = written();
    blobs.put(b"serial log").unwrap();
    assert_eq!(written(), first);
    fs::write(&path, b"").unwrap();
    blobs.put(b"serial log").unwrap();
    assert_eq!(blobs.get(digest).unwrap(), b"serial log");
    // After a failed write what seems to be there is not relied on.
    blobs.doubtful.store(true, Ordering::Release);
    let before = written();
    blobs.put(b"serial log").unwrap();
    assert_ne!(written(), before);
}

#[test]
fn a_frame_that_holds_more_than_it_may_is_not_opened() {
    let (_folder, blobs) = evidence();
    let bomb = vec![0; Blobs::LARGEST + 1];
    let digest = Sha256Digest::of(&bomb);
    assert!(matches!(blobs.put(&bomb), Err(StoreError::BlobTooLarge { .. })));
    // 64 MiB and one byte of nothing, in a few KiB.
    let packed = pack(&bomb).unwrap();
    assert!(packed.len() < 10_000);
    fs::create_dir_all(path(&blobs, digest).parent().unwrap()).unwrap();
    fs::write(path(&blobs, digest), &packed).unwrap();
    assert!(matches!(blobs.get(digest), Err(StoreError::BlobDamaged(_))));
    // A frame that does not say how much it holds.
    let mut silent = zstd::Encoder::new(Vec::new(), 3).unwrap();
    silent.write_all(b"in two").unwrap();
    silent.flush().unwrap();
    silent.write_all(b" parts").unwrap();
    let silent = silent.finish().unwrap();
    assert_eq!(zstd::decode_all(&*silent).unwrap(), b"in two parts");
    assert_eq!(unpack(&checksummed(silent)), None);
    // One that lies: it declares a size of two bytes (single segment: byte 5), then holds more.
    let mut lie = zstd::bulk::compress(&[7; 200], 3).unwrap();
    assert_eq!(unpack(&checksummed(lie.clone())), Some(vec![7; 200]));
    assert_eq!((lie[4], lie[5]), (0x20, 200));
    lie[5] = 2;
    assert_eq!(unpack(&checksummed(lie)), None);
    // A second frame behind the declared one.
    let two = [zstd::bulk::compress(b"a", 3).unwrap(), zstd::bulk::compress(&bomb, 3).unwrap()];
    assert_eq!(unpack(&checksummed(two.concat())), None);
    // And a file that is larger than anything that was ever kept.
    let file = fs::File::options().write(true).open(path(&blobs, digest)).unwrap();
    file.set_len(1 << 40).unwrap();
    assert!(matches!(blobs.get(digest), Err(StoreError::BlobDamaged(_))));
}

#[test]
fn only_the_owner_may_read_it() {
    let (folder, blobs) = evidence();
    blobs.put(b"serial log").unwrap();
    for path in below(folder.path()) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn what_the_earlier_store_kept_is_still_read() {
    let (_folder, blobs) = evidence();
    let digest = Sha256Digest::of(b"old log");
    let plain = blobs.root.join(name(digest, PLAIN));
    fs::create_dir(plain.parent().unwrap()).unwrap();
    fs::write(&plain, b"old log").unwrap();
    assert_eq!(blobs.get(digest).unwrap(), b"old log");
    assert!(blobs.contains(digest).unwrap() && !blobs.is_empty().unwrap());
    blobs.put(b"old log").unwrap();
    assert!(!path(&blobs, digest).exists(), "what is whole is not written again");
    fs::write(&plain, b"old lie").unwrap();
    assert!(matches!(blobs.get(digest), Err(StoreError::BlobDamaged(_))));
    blobs.put(b"old log").unwrap();
    assert_eq!(blobs.get(digest).unwrap(), b"old log");
}

#[test]
fn a_write_that_fails_says_why_and_leaves_nothing() {
    let (folder, blobs) = evidence();
    let digest = Sha256Digest::of(b"serial log");
    // A folder stands where the file should go: it cannot be renamed onto.
    fs::create_dir_all(path(&blobs, digest).join("occupied")).unwrap();
    let before = below(folder.path());
    let error = blobs.put(b"serial log").unwrap_err();
    assert!(matches!(&error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains(&path(&blobs, digest).display().to_string()), "{error}");
    assert_eq!(below(folder.path()), before);
}

#[test]
fn a_sweep_removes_what_was_half_written_and_nothing_else() {
    let (_folder, blobs) = evidence();
    let digest = blobs.put(b"serial log").unwrap();
    let half = path(&blobs, digest).with_extension("zst#12");
    for file in [&half, &blobs.root.join(".tmpAbCdEf")] {
        fs::write(file, b"half").unwrap();
    }
    assert_eq!(blobs.sweep().unwrap(), 2);
    assert_eq!(blobs.sweep().unwrap(), 0);
    assert_eq!(blobs.get(digest).unwrap(), b"serial log");
}

#[test]
fn many_writers_of_the_same_bytes_agree() {
    let (folder, blobs) = evidence();
    let log = serial_log();
    std::thread::scope(|scope| {
        let put = || (0..20).for_each(|_| assert!(blobs.put(&log).is_ok()));
        (0..4).for_each(|_| drop(scope.spawn(put)));
    });
    assert_eq!(blobs.get(Sha256Digest::of(&log)).unwrap(), log);
    let files = below(folder.path()).into_iter().filter(|path| path.is_file()).count();
    assert_eq!(files, 1);
}

#[test]
fn it_may_be_called_from_within_any_runtime() {
    let (_folder, blobs) = evidence();
    let blobs = Arc::new(blobs);
    let journey = |blobs: &Blobs, bytes: &[u8]| blobs.get(blobs.put(bytes).unwrap()).unwrap();
    let mut small = tokio::runtime::Builder::new_current_thread();
    let mut large = tokio::runtime::Builder::new_multi_thread();
    // One blocking thread: a call that needed a second one would wait for ever.
    for builder in [small.max_blocking_threads(1), large.worker_threads(1).max_blocking_threads(1)]
    {
        let runtime = builder.build().unwrap();
        let other = Arc::clone(&blobs);
        let apart = runtime.block_on(async {
            assert_eq!(journey(&blobs, b"on a worker"), b"on a worker");
            tokio::task::spawn_blocking(move || journey(&other, b"on a blocking thread")).await
        });
        assert_eq!(apart.unwrap(), b"on a blocking thread");
    }
}
