//! Whoever gets a bundle finds out what was altered in it.

use ledger::Signer;
use reports::bundle::{Bundle, SIGNED_SUMS, STATEMENT, SUMS};

use crate::bench::Bench;
use crate::sample::{ORIGIN, SEED};

/// A bundle for operators, which has every kind of file, and the public key of its log.
fn given() -> (Bench, Bundle) {
    let bench = Bench::new();
    let bundle = bench.bundle(" --audience operator");
    let signer = Signer::from_seed(ORIGIN, &SEED).unwrap();
    bench.write("operator.pub", format!("{}\n", signer.verifier()));
    std::fs::remove_dir_all(bench.store()).unwrap();
    (bench, bundle)
}

fn sums(bundle: &Bundle) -> String {
    let rest = bundle.files().filter(|(name, _)| ![SUMS, SIGNED_SUMS].contains(name));
    rest.map(|(name, bytes)| format!("{}  {name}\n", domain::ids::Sha256Digest::of(bytes)))
        .collect()
}

/// Without a file: a bundle has no way to lose one.
fn without(bundle: &Bundle, lost: &str) -> Bundle {
    let mut rest = Bundle::default();
    bundle.files().filter(|(name, _)| *name != lost).for_each(|(name, it)| rest.put(name, it));
    rest
}

#[test]
fn anybody_with_the_key_can_check_it_without_the_store() {
    let (bench, _) = given();
    let called = bench.call("verify bundle.zip --key operator.pub").expect_code(0);
    insta::assert_snapshot!(called.out);
    let told = bench.call("verify bundle.zip --key operator.pub --json").expect_code(0).json();
    assert_eq!((&told["right"], &told["trusted"]), (&true.into(), &true.into()));
    assert_eq!((&told["signed"], &told["result"]), (&true.into(), &"FAILED".into()));
    assert_eq!(told["audience"], "operator");
    let stranger = Signer::from_seed(ORIGIN, &[1; 32]).unwrap();
    bench.write("stranger.pub", stranger.verifier().to_string());
    bench.refused("verify bundle.zip --key stranger.pub", 3, "by none of the keys accepted here");
    let called = bench.call("verify bundle.zip").expect_code(0);
    assert!(called.out.contains("! no key") && !called.out.contains("✓ trusted"), "{}", called.out);
}

#[test]
fn one_altered_file_is_named() {
    let (bench, bundle) = given();
    for (name, bytes) in bundle.files() {
        let mut altered = bundle.clone();
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        altered.put(name, bytes);
        bench.write("altered.zip", altered.zip().unwrap());
        bench.refused("verify altered.zip --key operator.pub", 3, name);
        let told = bench.call("verify altered.zip --json").expect_code(3).json();
        assert_eq!(told["right"], false, "{name}");
    }
}

#[test]
fn one_lost_or_added_file_is_named() {
    let (bench, bundle) = given();
    for (name, _) in bundle.files().filter(|(name, _)| ![SUMS, SIGNED_SUMS].contains(name)) {
        bench.write("lost.zip", without(&bundle, name).zip().unwrap());
        bench.refused("verify lost.zip", 3, &format!("{name} is missing"));
    }
    bench.write("lost.zip", without(&bundle, SUMS).zip().unwrap());
    bench.refused("verify lost.zip", 2, "no bundle of portolan");
    bench.write("lost.zip", without(&bundle, SIGNED_SUMS).zip().unwrap());
    bench.refused("verify lost.zip --key operator.pub", 3, "it is not signed");
    let mut added = bundle;
    added.put("more.txt", "more");
    bench.write("added.zip", added.zip().unwrap());
    bench.refused("verify added.zip", 3, "more.txt was added");
}

#[test]
fn digests_made_anew_do_not_fit_the_signature() {
    let (bench, bundle) = given();
    for (name, _) in bundle.files().filter(|(name, _)| ![SUMS, SIGNED_SUMS].contains(name)) {
        let mut altered = bundle.clone();
        altered.put(name, "{}");
        altered.put(SUMS, sums(&altered));
        bench.write("altered.zip", altered.zip().unwrap());
        bench.call("verify altered.zip --key operator.pub").expect_code(3);
    }
}

#[test]
fn parts_of_two_bundles_do_not_make_one() {
    let (bench, operator) = given();
    let other = Bench::new();
    let public = other.bundle("");
    let unsigned = other.bundle(" --unsigned --audience operator");
    for (name, words) in [
        ("matrix.json", "is about another file than matrix.json"),
        ("proofs/first.tlog-proof", "is missing"),
    ] {
        let mut mixed = without(&without(&unsigned, SIGNED_SUMS), name);
        if name == "matrix.json" {
            mixed.put(name, public.file(name).unwrap());
        }
        mixed.put(SUMS, sums(&mixed));
        bench.write("mixed.zip", mixed.zip().unwrap());
        bench.refused("verify mixed.zip", 3, words);
    }
    let mut swapped = unsigned.clone();
    swapped.put("proofs/first.tlog-proof", unsigned.file("proofs/last.tlog-proof").unwrap());
    swapped.put(SUMS, sums(&swapped));
    bench.write("swapped.zip", swapped.zip().unwrap());
    bench.refused("verify swapped.zip", 3, "is of another event than");
    let mut mixed = public;
    mixed.put(STATEMENT, operator.file(STATEMENT).unwrap());
    mixed.put(SUMS, sums(&mixed));
    bench.write("mixed.zip", mixed.zip().unwrap());
    bench.refused("verify mixed.zip", 3, "has signed other digests");
}

#[test]
fn a_proof_that_proves_nothing_is_named() {
    let (bench, _) = given();
    let unsigned = Bench::new().bundle(" --unsigned --audience operator");
    let name = "proofs/last.tlog-proof";
    let good = std::str::from_utf8(unsigned.file(name).unwrap()).unwrap();
    let mut proof: ledger::TlogProof = good.parse().unwrap();
    for (extra, words) in [
        (Some(vec![7; 32]), "the proof leads to root"),
        (Some(vec![7; 31]), "its extra data is not the hash of an event"),
        (None, "its extra data is not the hash of an event"),
    ] {
        proof.extra = extra;
        let mut altered = unsigned.clone();
        altered.put(name, proof.to_string());
        altered.put(SUMS, sums(&altered));
        bench.write("altered.zip", altered.zip().unwrap());
        bench.refused("verify altered.zip", 3, words);
    }
}

#[test]
fn what_nobody_has_signed_says_so_and_satisfies_no_key() {
    let bench = Bench::new();
    bench.bundle(" --unsigned");
    let called = bench.call("verify bundle.zip").expect_code(0);
    assert!(called.out.contains("! unsigned"), "{}", called.out);
    assert_eq!(bench.call("verify bundle.zip --json").expect_code(0).json()["signed"], false);
    let signer = Signer::from_seed(ORIGIN, &SEED).unwrap();
    bench.write("operator.pub", format!("{}\n", signer.verifier()));
    bench.refused("verify bundle.zip --key operator.pub", 3, "it is not signed");
}
