//! `log tiles`: what a web server gives out, checked by somebody else's code.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::{EntriesId, TileId, parse_entries};
use sha2_for_ct_merkle::Sha256;
use store::EventLog as _;
use tlog_tiles::tlog::{self, HashReader as _};

use crate::fixture::{Bench, campaign, files, first_key};

/// The published folder, read as the third-party crate wants it.
struct Www(std::path::PathBuf);

impl tlog_tiles::TileReader for Www {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        // Its paths name the height of a tile too: tile/8/0/001.
        let path = |tile: &tlog_tiles::Tile| self.0.join(tile.path().replacen("/8", "", 1));
        Ok(tiles.iter().map(|tile| std::fs::read(path(tile)).unwrap()).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn a_strangers_code_finds_the_signed_root_in_the_tiles_and_in_the_entries() {
    let bench = Bench::small();
    insta::assert_snapshot!("tiles", bench.call("log tiles --out www").expect_code(0).out);
    let www = bench.file("www");
    let checkpoint = std::fs::read_to_string(www.join("checkpoint")).unwrap();
    let root = bench.call("log stat --json").json()["root"].as_str().unwrap().to_owned();
    let size = 602;

    // The entries, hashed by ct-merkle.
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for index in 0..3 {
        let width = if index < 2 { 256 } else { 90 };
        let bundle = std::fs::read(www.join(EntriesId { index, width }.path())).unwrap();
        parse_entries(&bundle).unwrap().iter().for_each(|leaf| tree.push(leaf.to_vec()));
    }
    let computed: String =
        tree.root().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((tree.len(), computed), (size, root.clone()));

    // The tiles, read by tlog_tiles, which checks each against the root.
    let bytes: [u8; 32] = root.parse::<ledger::Hash>().unwrap().to_bytes();
    let reader = Www(www.clone());
    let hashes = tlog_tiles::TileHashReader::new(size, tlog::Hash(bytes), &reader);
    let wanted = [0, 255, 256, 601].map(|leaf| tlog::stored_hash_index(0, leaf));
    let found = hashes.read_hashes(&wanted).unwrap();
    for (leaf, hash) in [0_u64, 255, 256, 601].iter().zip(found) {
        let line = bench.call(&format!("log prove --event {leaf}")).out;
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let leaf = ledger::leaf_hash(line["leaf"].as_str().unwrap().as_bytes());
        assert_eq!(hash.0, leaf.to_bytes());
    }
    // And the checkpoint, by the operator's key.
    let note: ledger::Note = checkpoint.parse().unwrap();
    note.verify(&[first_key().parse().unwrap()]).unwrap();
}

#[test]
fn publishing_again_writes_only_what_is_new() {
    let bench = Bench::small();
    bench.call("log tiles --out www").expect_code(0);
    let before = files(&bench.file("www"));
    let again = bench.call("log tiles --out www --json").expect_code(0).json();
    assert_eq!((again["written"].as_u64(), again["kept"].as_u64()), (Some(0), Some(8)));
    assert_eq!(files(&bench.file("www")), before);
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 300);
    log.checkpoint().unwrap();
    drop(log);
    let more = bench.call("log tiles --out www --json").expect_code(0).json();
    assert_eq!((more["size"].as_u64(), more["removed"].as_u64()), (Some(904), Some(2)));
    let after = files(&bench.file("www"));
    for (name, bytes) in before.iter().filter(|(name, _)| !name.to_string_lossy().contains(".p/")) {
        let same = after[name] == *bytes;
        assert_eq!(same, name != std::path::Path::new("checkpoint"), "{}", name.display());
    }
    assert!(!bench.file("www/tile/0/002.p").exists(), "the full tile is there");
    assert!(bench.file("www/tile/0/003.p/136").exists());
    // As if it had been published at once.
    bench.call("log tiles --out fresh").expect_code(0);
    let mut fresh = files(&bench.file("fresh"));
    fresh.append(&mut after.clone());
    let older = std::path::PathBuf::from("tile/1/000.p/2");
    assert_eq!(fresh.keys().filter(|name| !after.contains_key(*name)).count(), 0);
    assert!(
        after.contains_key(&older),
        "smaller partial tiles stay while the full one is not there"
    );
}

#[test]
fn a_damaged_or_half_published_folder_is_made_right() {
    let bench = Bench::small();
    bench.call("log tiles --out www").expect_code(0);
    let good = files(&bench.file("www"));
    let tile = TileId { level: 0, index: 1, width: 256 }.path();
    crate::fixture::flip(&bench.file("www").join(tile), 5);
    std::fs::write(bench.file("www/tile/entries/000"), "").unwrap();
    std::fs::remove_file(bench.file("www/checkpoint")).unwrap();
    let told = bench.call("log tiles --out www --json").expect_code(0).json();
    assert_eq!(told["written"], 3);
    assert_eq!(files(&bench.file("www")), good);
}

#[test]
fn another_log_is_never_published_over_the_first() {
    let bench = Bench::small();
    bench.call("log tiles --out www").expect_code(0);
    let other = Bench::empty();
    let log = other.log();
    campaign(&log, &other.blobs(), "c-other", 700);
    log.checkpoint().unwrap();
    drop(log);
    let www = bench.file("www");
    let before = files(&www);
    let line = format!("log tiles --out {}", www.display());
    other.refused(&line, 3, "the first 602 events of this log have another root");
    let shorter = Bench::empty();
    drop(shorter.log());
    shorter.refused(&line, 3, "it is of 602 events, and this log vouches for 0 only");
    let new_key = Some(store::NewKey { origin: "example.com/else".to_owned(), seed: [1; 32] });
    let settings = store::Settings { new_key, ..store::Settings::default() };
    let stranger = Bench::empty();
    drop(store::DiskLog::open(&stranger.store(), &settings).unwrap());
    stranger.refused(&line, 3, "by none of the keys");
    assert_eq!(files(&www), before);
}

#[test]
fn without_entries_nothing_can_be_read() {
    let bench = Bench::small();
    bench.call("log tiles --out www --without-entries").expect_code(0);
    assert!(!bench.file("www/tile/entries").exists());
    assert_eq!(files(&bench.file("www")).len(), 5);
}

#[test]
fn where_it_cannot_write_it_says_so() {
    let bench = Bench::small();
    bench.write("file", "");
    bench.refused("log tiles --out file", 3, "cannot create file");
    bench.refused("log tiles --out /proc/www", 3, "cannot create /proc/www");
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 1);
    let told = bench.call("log tiles --out www").expect_code(0);
    assert!(
        told.err.is_empty() || told.err.contains("newer events are not published"),
        "{}",
        told.err
    );
}
