//! Zip files that somebody made to do harm.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::bench::Bench;

type Zip = ZipWriter<Cursor<Vec<u8>>>;

/// A zip file with what this puts in, packed as portolan packs.
fn zip(fill: impl FnOnce(&mut Zip, SimpleFileOptions)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    fill(&mut zip, options);
    zip.finish().unwrap().into_inner()
}

/// With one file.
fn one(name: &str, bytes: &[u8]) -> Vec<u8> {
    zip(|zip, options| {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    })
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[track_caller]
fn refused(bytes: &[u8], code: i32, words: &str) {
    let bench = Bench::empty();
    bench.write("hostile.zip", bytes);
    bench.refused("verify hostile.zip", code, words);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../x", "/etc/x", "a/../../x", "a\\..\\x", ".hidden", "a//b", "a\u{1b}[2J", "ä"] {
        refused(&one(name, b"x"), 3, "is a name that no file of a bundle has");
    }
    refused(&one(&"a".repeat(201), b"x"), 3, "is a name that no file of a bundle has");
}

#[test]
fn links_and_folders_are_refused() {
    let link = zip(|zip, options| zip.add_symlink("SHA256SUMS", "/etc/passwd", options).unwrap());
    refused(&link, 3, "is no file");
    let folder = zip(|zip, options| zip.add_directory("proofs", options).unwrap());
    refused(&folder, 3, "is no file");
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let two = zip(|zip, options| {
        for name in ["name-1", "name-2"] {
            zip.start_file(name, options).unwrap();
            zip.write_all(name.as_bytes()).unwrap();
        }
    });
    refused(&replaced(&two, b"name-2", b"name-1"), 3, "a name stands twice");
}

#[test]
fn what_unpacks_to_far_more_is_refused() {
    let zeros = vec![0; 1 << 20];
    let bomb = zip(|zip, options| {
        for number in 0..3 {
            zip.start_file(format!("bomb-{number}"), options).unwrap();
            (0..43).for_each(|_| zip.write_all(&zeros).unwrap());
        }
    });
    assert!(bomb.len() < 1 << 20);
    refused(&bomb, 3, "its files have more than 128 MiB together");
    // That it says to be small changes nothing.
    let size = (43_u32 << 20).to_le_bytes();
    let lying = replaced(&bomb, &size, &7_u32.to_le_bytes());
    let bench = Bench::empty();
    bench.write("lying.zip", lying);
    let code = bench.call("verify lying.zip").code;
    assert!([2, 3].contains(&code), "{code}");
}

#[test]
fn more_files_than_a_bundle_has_are_refused() {
    let many = zip(|zip, options| {
        for number in 0..=8192 {
            zip.start_file(format!("f{number}"), options).unwrap();
        }
    });
    refused(&many, 3, "it has more than 8192 files");
}

#[test]
fn encrypted_stored_and_commented_files_are_refused() {
    let plain = one("SHA256SUMS", b"x");
    let mut encrypted = plain.clone();
    let central = encrypted.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    encrypted[6] |= 1;
    encrypted[central + 8] |= 1;
    refused(&encrypted, 3, "is encrypted");
    let stored = zip(|zip, options| {
        let stored = options.compression_method(CompressionMethod::Stored);
        zip.start_file("SHA256SUMS", stored).unwrap();
    });
    refused(&stored, 3, "is not packed as portolan packs");
    let commented = zip(|zip, options| {
        zip.start_file("SHA256SUMS", options).unwrap();
        zip.set_comment("see here").unwrap();
    });
    refused(&commented, 3, "it does not end where a zip file ends");
    let behind = [plain.as_slice(), b"more"].concat();
    refused(&behind, 3, "it does not end where a zip file ends");
    let before = [b"PK".as_slice(), &[0; 30], &plain].concat();
    refused(&before, 3, "not the plain zip file that portolan writes");
}

#[test]
fn wherever_it_is_cut_or_altered_it_ends_with_words() {
    let bench = Bench::new();
    bench.bundle(" --unsigned");
    let good = bench.read_bytes("bundle.zip");
    for step in 1..20 {
        let cut = &good[..good.len() * step / 20];
        bench.write("cut.zip", cut);
        let called = bench.call("verify cut.zip");
        assert!([2, 3].contains(&called.code) && called.out.is_empty(), "{step}: {}", called.err);
        let mut altered = good.clone();
        let at = good.len() * step / 20;
        altered[at] ^= 0x55;
        bench.write("altered.zip", altered);
        let called = bench.call("verify altered.zip");
        assert!(!called.err.contains("panicked"), "{}", called.err);
        assert!([2, 3].contains(&called.code), "{at}: {} {}", called.code, called.out);
    }
}

#[test]
fn a_zip_file_of_others_is_no_bundle() {
    refused(&one("hello.txt", b"hello"), 2, "no bundle of portolan");
    refused(b"PK", 3, "it does not end where a zip file ends");
    refused(b"PK\x03\x04 and nothing of the kind", 3, "it does not end where a zip file ends");
}
