//! From the first campaign over a change of the key to another machine: one log, one root.

use store::EventLog as _;

use crate::fixture::{Bench, campaign, first_key};

#[test]
fn a_log_stays_the_same_log_wherever_it_goes() {
    let bench = Bench::small();
    bench.call("log checkpoint --out first.txt").expect_code(0);
    bench.call("log keygen").expect_code(0);
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 200);
    log.checkpoint().unwrap();
    drop(log);
    bench.call("log verify").expect_code(0);

    // Out, checked by somebody who has only the first key, and in elsewhere.
    bench.call("log export --out log.jsonl --with-evidence").expect_code(0);
    let verified = bench.call(&format!("verify log.jsonl --json --key {}", first_key()));
    let verified = verified.expect_code(0).json();
    assert_eq!(verified["trusted"], true);
    assert_eq!(
        (verified["key_changes"].as_u64(), verified["evidence"].as_u64()),
        (Some(1), Some(60))
    );
    let elsewhere = Bench::empty();
    let export = bench.file("log.jsonl").display().to_string();
    elsewhere.call(&format!("log import {export} --key {}", first_key())).expect_code(0);
    let here = bench.call("log stat --json").expect_code(0).json();
    let there = elsewhere.call("log stat --json").expect_code(0).json();
    for part in ["origin", "events", "root", "streams", "campaigns", "kinds", "evidence", "key"] {
        assert_eq!(here[part], there[part], "{part}");
    }
    assert_eq!(there["root"], verified["root"]);
    elsewhere.call(&format!("log verify --key {}", first_key())).expect_code(0);
    let show = "log show";
    assert_eq!(bench.call(show).out, elsewhere.call(show).out);

    // What was proved there holds here.
    let first = bench.file("first.txt").display().to_string();
    elsewhere.call(&format!("log prove --from {first} --out since.json")).expect_code(0);
    let since = elsewhere.call("verify since.json --json").expect_code(0).json();
    assert_eq!((since["older"]["size"].as_u64(), since["size"].as_u64()), (Some(602), Some(805)));
    elsewhere.call("log tiles --out www").expect_code(0);
    bench.call("log tiles --out www").expect_code(0);
    use crate::fixture::files;
    assert_eq!(files(&bench.file("www")), files(&elsewhere.file("www")));

    // With the secret put back it goes on there.
    let signer = "log/keys/signer";
    std::fs::copy(bench.store().join(signer), elsewhere.store().join(signer)).unwrap();
    let log = elsewhere.log();
    campaign(&log, &elsewhere.blobs(), "c-3", 10);
    log.checkpoint().unwrap();
    drop(log);
    elsewhere.call(&format!("log verify --key {}", first_key())).expect_code(0);
    elsewhere.call(&format!("log prove --from {first} --out since.json")).expect_code(0);
    assert_eq!(elsewhere.call("verify since.json --json").json()["size"], 817);
}
