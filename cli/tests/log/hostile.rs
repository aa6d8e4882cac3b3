//! Files that somebody else wrote: garbage, halves, single bits, wrong keys.

use crate::called::Called;
use crate::fixture::{Bench, first_key};

/// A bundle of each kind, in files.
fn bundles() -> Bench {
    let bench = Bench::small();
    bench.call("log checkpoint --out old.txt").expect_code(0);
    bench.call("log prove --event 7 --out event.json").expect_code(0);
    bench.call("log prove --from old.txt --out since.json").expect_code(0);
    bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    bench
}

const ALL: [&str; 3] = ["event.json", "since.json", "log.jsonl"];

#[track_caller]
fn no_panic(called: &Called) {
    assert!(!called.err.contains("panicked"), "{}", called.err);
    assert!(!called.out.contains("✓ right"), "{}", called.out);
}

#[test]
fn what_is_no_bundle_at_all_is_bad_input() {
    let bench = Bench::empty();
    bench.write("empty", "");
    bench.write("garbage", "garbage");
    bench.write("binary", [0_u8, 255, 10, 0]);
    bench.write("json", "{\"a\":1}\n");
    bench.write("unknown", "{\"portolan\":\"matrix\",\"format\":1}\n");
    bench.write("newer", "{\"portolan\":\"export\",\"format\":9}\n");
    for file in ["empty", "garbage", "binary", "json", "/dev/zero", "/dev/urandom"] {
        bench.refused(&format!("verify {file}"), 2, "not a bundle");
    }
    bench.refused("verify unknown", 2, "unknown kind of bundle \"matrix\"");
    bench.refused("verify newer", 2, "use the portolan that wrote it, or a newer one");
    bench.refused("verify no-such-file", 2, "cannot read no-such-file");
    bench.refused("verify .", 2, "cannot read .");
    let piped = bench.call_with(&["verify", "-"], b"garbage").expect_code(2);
    no_panic(&piped);
}

#[test]
fn half_a_bundle_proves_nothing() {
    let bench = bundles();
    for name in ALL {
        let good = bench.read(name);
        for cut in [13, 14, 60, good.len() / 3, good.len() / 2, good.len() - 1] {
            bench.write("half", &good[..cut]);
            no_panic(&bench.call("verify half").expect_code(3));
        }
        bench.write("more", [&good[..], b"{}\n"].concat());
        no_panic(&bench.call("verify more").expect_code(3));
    }
}

#[test]
fn one_bit_condemns_a_bundle() {
    let bench = bundles();
    for name in ALL {
        let good = bench.read(name);
        // Behind the word that makes it a bundle, spread over all of it.
        for part in 0..24 {
            let at = 14 + part * (good.len() - 15) / 23;
            let mut bad = good.clone();
            bad[at] ^= 1 << (part % 7);
            bench.write("bad", &bad);
            let called = bench.call("verify bad");
            assert!(matches!(called.code, 2 | 3), "{name} at {at}: {}", called.out);
            no_panic(&called);
        }
    }
}

#[test]
fn altered_evidence_is_named_by_its_digest() {
    let bench = bundles();
    let good = String::from_utf8(bench.read("log.jsonl")).unwrap();
    let mut pieces = good.lines().filter(|line| line.starts_with("{\"portolan\":\"evidence\""));
    let (one, two) = (pieces.next().unwrap(), pieces.next().unwrap());
    let bytes = |line: &str| line.split_once("\"zstd\":\"").unwrap().1.to_owned();
    let swapped = one.replace(&bytes(one), &bytes(two));
    bench.write("swapped", good.replace(one, &swapped));
    bench.refused("verify swapped", 3, "was altered: its bytes have another digest");
    bench.write("damaged", good.replace(&bytes(one), &bytes(one).replacen('A', "B", 3)));
    bench.refused("verify damaged", 3, "evidence ");
}

#[test]
fn another_key_is_no_key() {
    let bench = bundles();
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    for name in ALL {
        let line = format!("verify {name} --key {}", stranger.verifier());
        bench.refused(&line, 3, "not by a trusted key");
        let json = bench.call(&format!("{line} --json")).expect_code(3).json();
        assert_eq!(json["right"], false);
    }
}

#[test]
fn keys_come_as_they_are_or_in_files() {
    let bench = bundles();
    let stranger = ledger::Signer::from_seed("example.com/lab", &[1; 32]).unwrap();
    let lines = format!("# keys of the lab\n\n{}\n  {}  \n", stranger.verifier(), first_key());
    bench.write("keys.pub", lines);
    let called = bench.call("verify event.json --key keys.pub").expect_code(0);
    assert!(called.out.contains("✓ trusted"), "{}", called.out);
    let both = format!("log verify --key {} --key {}", stranger.verifier(), first_key());
    bench.call(&both).expect_code(0);
    bench.refused("verify event.json --key no.pub", 2, "cannot read key file no.pub");
    bench.write("empty.pub", "# nothing\n");
    bench.refused("verify event.json --key empty.pub", 2, "empty.pub holds no key");
    bench.write("bad.pub", format!("{}\nnonsense\n", first_key()));
    bench.refused("verify event.json --key bad.pub", 2, "bad.pub, line 2: a public key reads");
    let slip = first_key().replace("803844f5", "803844f6");
    bench.refused(&format!("verify event.json --key {slip}"), 2, "copy the whole key again");
    bench.refused("verify event.json --key /dev/zero", 2, "more than 1048576 bytes");
}

#[test]
fn a_secret_key_is_refused_and_never_repeated() {
    let bench = bundles();
    let secret = std::fs::read_to_string(bench.store().join("log/keys/signer")).unwrap();
    let secret = secret.trim_end();
    bench.write("secret.key", secret);
    let seed = secret.rsplit('+').next().unwrap();
    for key in [secret, "secret.key"] {
        let called = bench.call(&format!("verify event.json --key {key}")).expect_code(2);
        assert!(called.err.contains("a SECRET key"), "{}", called.err);
        assert!(!called.err.contains(seed) && !called.out.contains(seed));
    }
    // Nothing that is given out holds it either.
    bench.call("log keygen").expect_code(0);
    for line in ["log stat", "log export --out -", "log checkpoint --json", "log keygen --json"] {
        assert!(!bench.call(line).expect_code(0).out.contains("PRIVATE+KEY"), "{line}");
    }
}

#[test]
fn what_a_stranger_wrote_cannot_steer_the_terminal() {
    let bench = Bench::empty();
    let key = ledger::Signer::from_seed("example.com/evil", &[3; 32]).unwrap();
    let leaf = "{\"a\":\"\u{1b}[2J\u{7}\u{9b}31m\"}";
    let root = ledger::leaf_hash(leaf.as_bytes());
    let note = ledger::Checkpoint::new("example.com/evil", 1, root).unwrap().sign(&[&key]).unwrap();
    let keys = vec![key.verifier().clone()];
    let bundle = ledger::bundle::Inclusion::new(0, leaf.to_owned(), Vec::new(), note, keys);
    let mut bytes = Vec::new();
    bundle.write(&mut bytes).unwrap();
    bench.write("evil.json", bytes);
    bench.write("field.json", "{\"portolan\":\"inclusion\",\"format\":1,\"\\u001b[2J\":1}\n");
    let shown = bench.call("verify evil.json").expect_code(0).out;
    let told = bench.call("verify field.json").expect_code(3).err;
    for text in [shown, told] {
        assert!(text.contains("u{1b}"), "{text}");
        assert!(!text.chars().any(|it| it.is_control() && it != '\n'), "{text:?}");
    }
}

#[test]
fn where_there_is_no_store_every_command_says_so_and_makes_none() {
    let bench = Bench::empty();
    bench.write("old.txt", "");
    for line in [
        "log show",
        "log stat",
        "log verify",
        "log checkpoint",
        "log prove --event 1",
        "log export --out x",
        "log tiles --out www",
        "log repair",
        "log evidence 0123456789",
    ] {
        bench.refused(line, 2, "there is no store at store");
    }
    assert!(!bench.store().exists() && !bench.file("x").exists() && !bench.file("www").exists());
}
