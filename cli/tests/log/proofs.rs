//! `log prove`, and `verify` of what it wrote.

use store::EventLog as _;

use crate::fixture::{Bench, campaign, first_key};

#[test]
fn an_event_is_proved_and_anybody_can_check_it() {
    let bench = Bench::small();
    let told = bench.call("log prove --event 12 --out event.json").expect_code(0);
    insta::assert_snapshot!("prove_event", told.out);
    let verified = bench.call("verify event.json").expect_code(0);
    insta::assert_snapshot!("verify_event", verified.out);
    let line = format!("verify event.json --key {}", first_key());
    assert!(bench.call(&line).expect_code(0).out.contains("✓ trusted"));
    // On standard output it is the same, and nothing else stands there.
    let printed = bench.call("log prove --event 12").expect_code(0);
    assert_eq!(printed.out.as_bytes(), bench.read("event.json"));
    let piped = bench.call_with(&["verify", "-"], printed.out.as_bytes()).expect_code(0);
    assert_eq!(piped.out, verified.out);
    let json = bench.call("verify event.json --json").expect_code(0).json();
    assert_eq!((json["right"].as_bool(), json["index"].as_u64()), (Some(true), Some(12)));
    assert!(json["event"].as_str().unwrap().contains("\"act\":\"act-11\""), "{json}");
}

#[test]
fn the_first_and_the_last_event_can_be_proved_also_beside_a_writer() {
    let bench = Bench::small();
    let _owner = bench.log();
    for event in [0, 255, 256, 601] {
        bench.call(&format!("log prove --event {event} --out e.json")).expect_code(0);
        bench.call("verify e.json --quiet").expect_code(0);
    }
}

#[test]
fn an_event_can_be_proved_against_an_older_checkpoint() {
    let bench = Bench::small();
    bench.call("log checkpoint --out old.txt").expect_code(0);
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 3);
    log.checkpoint().unwrap();
    drop(log);
    bench.call("log prove --event 601 --checkpoint old.txt --out e.json").expect_code(0);
    assert_eq!(bench.call("verify e.json --json").json()["size"], 602);
    let line = "log prove --event 602 --checkpoint old.txt";
    bench.refused(line, 2, "the checkpoint covers 602 events, so not yet event 602");
}

#[test]
fn nothing_was_altered_since_a_checkpoint() {
    let bench = Bench::small();
    bench.call("log checkpoint --out old.txt").expect_code(0);
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 30);
    log.checkpoint().unwrap();
    drop(log);
    let told = bench.call("log prove --from old.txt --out since.json").expect_code(0);
    insta::assert_snapshot!("prove_from", told.out);
    insta::assert_snapshot!("verify_from", bench.call("verify since.json").expect_code(0).out);
    let json = bench.call("log prove --from old.txt --out since.json --json").json();
    assert_eq!((json["from"].as_u64(), json["size"].as_u64()), (Some(602), Some(634)));
}

#[test]
fn what_cannot_be_proved_is_said() {
    let bench = Bench::small();
    bench.refused("log prove", 2, "required");
    bench.refused("log prove --event 1 --from x", 2, "cannot be used with");
    bench.refused(
        "log prove --event 602",
        2,
        "there is no event 602: the log has 602, the last is 601",
    );
    bench.refused("log prove --event 18446744073709551615", 2, "there is no event");
    bench.refused("log prove --event 1 --checkpoint no.txt", 2, "cannot read checkpoint no.txt");
    bench.write("garbage.txt", "garbage");
    bench.refused("log prove --from garbage.txt", 2, "a signed note ends in");
    bench.write("binary.txt", [0xff, 0xfe]);
    bench.refused("log prove --from binary.txt", 2, "cannot read checkpoint binary.txt");
    let log = bench.log();
    campaign(&log, &bench.blobs(), "c-2", 1);
    let called = bench.call("log prove --event 604").expect_code(2);
    assert!(
        called.err.contains("sign the log as it stands: portolan log checkpoint"),
        "{}",
        called.err
    );
}

#[test]
fn a_checkpoint_of_another_log_or_of_another_history_is_refused() {
    let bench = Bench::small();
    let stranger = Bench::empty();
    let new_key = Some(store::NewKey { origin: "example.com/other".to_owned(), seed: [1; 32] });
    let settings = store::Settings { new_key, ..store::Settings::default() };
    let log = store::DiskLog::open(&stranger.store(), &settings).unwrap();
    bench.write("stranger.txt", log.checkpoint().unwrap().to_string());
    bench.refused("log prove --from stranger.txt", 2, "by none of the keys");
    // The same key, another history: somebody who has the key rewrote the log.
    let other = Bench::empty();
    let log = other.log();
    campaign(&log, &other.blobs(), "c-other", 300);
    bench.write("other.txt", log.checkpoint().unwrap().to_string());
    bench.refused("log prove --from other.txt", 3, "its history was altered");
    bench.refused("log prove --event 5 --checkpoint other.txt", 3, "its history was altered");
    // More events than are here: this is an older copy, or its end was lost.
    campaign(&log, &other.blobs(), "c-2", 600);
    bench.write("longer.txt", log.checkpoint().unwrap().to_string());
    bench.refused("log prove --from longer.txt", 3, "its end was lost, or this is an older copy");
}
