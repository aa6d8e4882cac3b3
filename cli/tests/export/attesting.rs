//! The signed statement: made from the log, checked by anybody who has the key.

use ledger::Signer;
use ledger::dsse::{Envelope, IN_TOTO};

use crate::bench::Bench;
use crate::sample::{ORIGIN, SEED};

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &SEED).unwrap()
}

/// The sample store with its statement, and its public key beside it.
fn attested() -> Bench {
    let bench = Bench::new();
    bench.export("in-toto --out results.json");
    bench.write("operator.pub", format!("{}\n", signer().verifier()));
    bench
}

#[test]
fn the_envelope_holds_the_bare_statement_about_the_bytes_of_the_matrix() {
    let bench = attested();
    let envelope = Envelope::parse(bench.read("results.json").as_bytes()).unwrap();
    let statement = bench.export("in-toto --unsigned");
    assert_eq!(envelope.payload(), statement.trim_end().as_bytes());
    assert!(envelope.verify(&[signer().verifier().clone()]).is_ok());
    let statement: serde_json::Value = serde_json::from_str(&statement).unwrap();
    let digest = domain::ids::Sha256Digest::of(bench.export("json").as_bytes());
    assert_eq!(statement["subject"][0]["digest"]["sha256"], digest.to_string());
}

#[test]
fn anybody_with_the_key_can_check_it() {
    let bench = attested();
    std::fs::remove_dir_all(bench.store()).unwrap();
    let called = bench.call("verify results.json --key operator.pub").expect_code(0);
    insta::assert_snapshot!(called.out);
    let told = bench.call("verify results.json --key operator.pub --json").expect_code(0).json();
    assert_eq!((&told["right"], &told["trusted"]), (&true.into(), &true.into()));
    assert_eq!((&told["result"], &told["warned"]), (&"FAILED".into(), &4.into()));
    assert_eq!(told["signers"][0], signer().verifier().to_string());
}

#[test]
fn without_a_key_those_of_the_store_are_taken_and_that_is_said() {
    let bench = attested();
    let called = bench.call("verify results.json").expect_code(0);
    assert!(called.out.contains("! no key") && !called.out.contains("✓ trusted"), "{}", called.out);
    let told = bench.call("verify results.json --json").expect_code(0).json();
    assert_eq!(told["trusted"], false);
    bench.call("log keygen").expect_code(0);
    bench.call("verify results.json").expect_code(0);
    bench.refused(
        "--store nowhere verify results.json",
        2,
        "a signed statement does not hold its key: name the one that the operator has published",
    );
}

#[test]
fn what_was_altered_or_signed_by_a_stranger_is_not_right() {
    let bench = attested();
    let good = bench.read("results.json");
    let stranger = Signer::from_seed(ORIGIN, &[1; 32]).unwrap();
    bench.write("stranger.pub", stranger.verifier().to_string());
    bench.refused("verify results.json --key stranger.pub", 3, "by none of the keys accepted here");
    let mut json: serde_json::Value = serde_json::from_str(&good).unwrap();
    let payload = json["payload"].as_str().unwrap();
    let (beginning, rest) = payload.split_at(payload.len() / 2);
    let other = if rest.starts_with('A') { 'B' } else { 'A' };
    let payload = format!("{beginning}{other}{}", &rest[1..]);
    json["payload"] = payload.into();
    bench.write("altered.json", json.to_string());
    bench.refused("verify altered.json --key operator.pub", 3, "the envelope was altered");
    let told = bench.call("verify altered.json --key operator.pub --json").expect_code(3).json();
    assert_eq!(told["right"], false);
    bench.write("cut.json", &good[..good.len() / 2]);
    bench.refused("verify cut.json --key operator.pub", 2, "no signed statement");
}

#[test]
fn pretty_or_piped_it_is_the_same_envelope() {
    let bench = attested();
    let json: serde_json::Value = serde_json::from_str(&bench.read("results.json")).unwrap();
    bench.write("pretty.json", format!("\n {json:#}\n"));
    bench.call("verify pretty.json --key operator.pub").expect_code(0);
}

#[test]
fn what_is_signed_but_not_understood_is_told_apart() {
    let bench = attested();
    let sign = |name: &str, kind: &str, payload: &[u8]| {
        let envelope = Envelope::sign(kind, payload.to_vec(), &[&signer()]).unwrap();
        bench.write(name, envelope.to_string());
    };
    sign("other.json", "application/vnd.cyclonedx+json", b"{}");
    bench.refused(
        "verify other.json",
        2,
        "holds what is not known here: application/vnd.cyclonedx",
    );
    sign("garbage.json", IN_TOTO, b"garbage");
    bench.refused("verify garbage.json", 3, "it is signed, but is no statement");
    sign(
        "strange.json",
        IN_TOTO,
        br#"{"subject":[{"name":"a\u001b[2J\nsigned by   x"}],"predicateType":"https://example.com/x"}"#,
    );
    let out = bench.call("verify strange.json").expect_code(0).out;
    assert!(!out.contains('\u{1b}') && !out.contains("\nsigned by   x"), "{out}");
    assert!(
        out.contains("says          https://example.com/x\n") && !out.contains("result"),
        "{out}"
    );
    bench.export("in-toto --unsigned --out bare.json");
    bench.refused("verify bare.json", 2, "no signed statement");
}

#[test]
fn who_cannot_sign_is_told_what_can_be_had() {
    let bench = attested();
    let line = "export --policy policy.toml --format in-toto";
    let owner = store::DiskLog::open(&bench.store(), &store::Settings::default()).unwrap();
    bench.refused(line, 2, "Without a signature it can be had now: --unsigned");
    bench.call(&format!("{line} --unsigned")).expect_code(0);
    drop(owner);
    std::fs::remove_file(bench.path("store/log/keys/signer")).unwrap();
    bench.refused(line, 2, "Without a signature it can be had now: --unsigned");
    bench.call(&format!("{line} --unsigned")).expect_code(0);
}
