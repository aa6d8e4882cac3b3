//! The front door: what a person types, what comes back, and with which exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod called;
mod checking;
mod converters;
mod diff;
mod drivers;
mod house;
mod imports;
mod insights;
mod killed;
mod ovf;
mod policies;
mod surveys;

use std::path::Path;

use assert_cmd::Command;

use called::Called;

fn portolan(store: &Path, words: &[&str]) -> Called {
    let output = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(words)
        .env("PORTOLAN_STORE", store)
        .env("PORTOLAN_CACHE", store.join("cache"))
        .output();
    output.unwrap().into()
}

/// Calls and expects a refusal with these words.
fn refused(store: &Path, words: &[&str], code: i32, expected: &str) {
    let called = portolan(store, words);
    assert_eq!(called.code, code, "{words:?}: {}", called.err);
    assert!(called.err.contains(expected), "{words:?}: expected {expected:?} in {:?}", called.err);
}

#[test]
fn help_is_what_a_newcomer_reads() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("help", portolan(folder.path(), &["--help"]).out);
    insta::assert_snapshot!("help_run", portolan(folder.path(), &["run", "--help"]).out);
    insta::assert_snapshot!("help_insights", portolan(folder.path(), &["insights", "--help"]).out);
    insta::assert_snapshot!("help_diff", portolan(folder.path(), &["diff", "--help"]).out);
    insta::assert_snapshot!("help_log", portolan(folder.path(), &["log", "--help"]).out);
    let words = ["log", "verify", "--help"];
    insta::assert_snapshot!("help_log_verify", portolan(folder.path(), &words).out);
}

#[test]
fn every_command_has_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["lab", "build"][..],
        &["plan"],
        &["check"],
        &["ops"],
        &["run"],
        &["matrix"],
        &["report"],
        &["export"],
        &["diff"],
        &["explain"],
        &["import"],
        &["insights"],
        &["baseline", "set"],
        &["baseline", "list"],
        &["baseline", "show"],
        &["upgrade"],
        &["waiver", "add"],
        &["waiver", "list"],
        &["waiver", "end"],
        &["withdraw"],
        &["access", "grant"],
        &["access", "link"],
        &["access", "revoke"],
        &["access", "list"],
        &["access", "password"],
        &["log", "show"],
        &["log", "stat"],
        &["log", "verify"],
        &["log", "checkpoint"],
        &["log", "prove"],
        &["log", "export"],
        &["log", "import"],
        &["log", "tiles"],
        &["log", "repair"],
        &["log", "keygen"],
        &["log", "evidence"],
        &["verify"],
        &["completions"],
        &["drivers", "list"],
        &["drivers", "test"],
        &["policy", "list"],
        &["policy", "show"],
        &["policy", "check"],
        &["policy", "diff"],
        &["gate"],
        &["ovf", "check"],
        &["ovf", "write"],
        &["letters", "embargo"],
        &["letters", "preview"],
        &["letters", "send"],
        &["letters", "resend"],
        &["letters", "list"],
        &["letters", "status"],
        &["letters", "bounces"],
        &["letters", "reply"],
        &["publish"],
    ] {
        let help = portolan(folder.path(), &[words, &["--help"]].concat()).out;
        assert!(help.contains("Example"), "{words:?}: {help}");
    }
}

#[test]
fn the_plan_shows_what_applications_are_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let words = ["plan", "apps", "--guest", "shop", "--source", "kvm-like"];
    let told = portolan(&store, &words).out;
    let asked: Vec<&str> = told.lines().filter(|it| it.starts_with("  1 and 7  asks ")).collect();
    assert_eq!(
        asked,
        [
            "  1 and 7  asks page: GET / at port 80",
            "  1 and 7  asks quick: connect to port 80 within 2000 ms",
            "  1 and 7  asks name: run [\"hostname\"]",
            "  1 and 7  asks stored: read /data/www/index.html",
        ]
    );
    let json = portolan(&store, &[&words[..], &["--json"]].concat()).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["probes"][0]["ask"], "GET / at port 80");
}

#[test]
fn the_plan_shows_every_command_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let words = ["plan", "small", "--guest", "server", "--source", "kvm-like"];
    insta::assert_snapshot!("plan", portolan(&store, &words).out);
    assert!(!store.exists(), "a plan creates no store");
    let all = portolan(&store, &["plan", "default", "--json"]).out;
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 72);
}

#[test]
fn a_broken_testbed_is_refused_in_the_words_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let good = include_str!("../../lab/testbeds/small.toml");
    let file = folder.path().join("testbed.toml");
    let name = file.to_str().unwrap();
    let cases = [
        ("this is no TOML = =", None, "TOML parse error"),
        ("id = \"kvm-like\"", Some("id = \"../../etc\""), "is not an identifier"),
        ("driver = \"qemu\"", Some("driver = \"abacus\""), "wants driver `abacus`"),
        ("\"kvm-like\" }", Some("\"amiga\" }"), "settings.profile is \"amiga\""),
        ("kernel = \"generic\"", Some("kernel = \"$(id)\""), "use `cloud` or `generic`"),
        ("address = \"dhcp\"", Some("address = \"static:;reboot\""), "settings.address"),
        ("firmware = \"bios\"", Some("firmware = \"uefi\""), "firmware is \"uefi\""),
        ("cpu = 3", Some("cpu = 0"), "slots.cpu is 0"),
        ("\"kvm-like\" }", Some("\"kvm-like\", cpus = \"x\" }"), "use a number"),
        ("\"server\"", Some("\"a-very-long-guest-name\""), "at most 12"),
    ];
    for (right, wrong, words) in cases {
        let text = match wrong {
            Some(wrong) => {
                assert!(good.contains(right), "{right}");
                good.replacen(right, wrong, 1)
            }
            None => right.to_owned(),
        };
        std::fs::write(&file, text).unwrap();
        refused(&folder.path().join("store"), &["plan", name], 2, words);
        refused(&folder.path().join("store"), &["run", name], 2, words);
    }
    std::fs::write(&file, vec![b'#'; 2_000_000]).unwrap();
    refused(folder.path(), &["plan", name], 2, "more than 1048576 bytes");
    std::fs::write(&file, [0xff, 0xfe]).unwrap();
    refused(folder.path(), &["plan", name], 2, "cannot read testbed");
}

#[test]
fn what_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("nothing");
    refused(&store, &["matrix"], 2, "there is no store at");
    refused(&store, &["log", "stat"], 2, "run `portolan run` first");
    refused(&store, &["plan", "no-such-file.toml"], 2, "cannot read testbed no-such-file.toml");
    refused(&store, &["plan", "small", "--guest", "amiga"], 2, "it has: server, lean");
    refused(&store, &["plan", "small", "--target", "amiga"], 2, "it has: kvm-like, xen-like");
    refused(&store, &["plan", "small", "--repeat", "0"], 2, "between 1 and 1000");
    refused(
        &store,
        &["plan", "small", "--source", "kvm-like", "--target", "kvm-like"],
        2,
        "no trial",
    );
    refused(&store, &["run", "small", "--policy", "no.toml"], 2, "cannot read policy no.toml");
    refused(&store, &["run"], 2, "required");
    refused(&store, &["explain", "A", "b", "c"], 2, "is not an identifier");
    assert!(!store.exists(), "refusals create nothing");
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    refused(&empty, &["matrix"], 2, "there is no store at");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "reading changes nothing");
    refused(&empty, &["run", "--resume"], 2, "holds no campaign yet");
}

#[test]
fn a_policy_that_says_nothing_or_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let name = file.to_str().unwrap();
    let rule = "[[rule]]\nid = \"A\"\nstep = 1\ntitle = \"t\"\notherwise = \"FAILURE\"\n\
                compare = { holds = { fact = \"f\" } }\n";
    let head = "name = \"p\"\nversion = \"1\"\n";
    for (text, words) in [
        (format!("{head}rule = []"), "needs at least one rule"),
        (format!("{head}{rule}{rule}"), "rule `A` stands twice"),
        (format!("{head}{}", rule.replace("step = 1", "step = 8")), "a number from 1 to 7"),
        (format!("{head}{}", rule.replace("FAILURE", "FATAL")), "FATAL"),
        (format!("{head}{}", rule.replace("holds =", "hopes =")), "hopes"),
        (format!("{head}{rule}unread = \"SUCCESS\"\n"), "is never a SUCCESS"),
        (
            format!("name = \"portolan-default\"\nversion = \"2\"\n{rule}"),
            "calls itself like the default policy",
        ),
        (
            format!("name = \"portolan-default\"\nversion = \"1\"\n{rule}"),
            "calls itself like the default-1 policy",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        refused(folder.path(), &["matrix", "--policy", name], 2, words);
    }
}

#[test]
fn the_default_policy_can_be_printed_and_used_as_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let shown = portolan(folder.path(), &["policy", "show"]);
    assert_eq!(shown.code, 0);
    let mine = shown.out.replace("name = \"portolan-default\"", "name = \"mine\"");
    std::fs::write(&file, mine).unwrap();
    let words = ["matrix", "--policy", file.to_str().unwrap()];
    refused(&folder.path().join("nothing"), &words, 2, "there is no store at");
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["plan", "/dev/zero"], 2, "more than 1048576 bytes");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_portolan");
    for words in ["completions bash", "plan default", "policy show"] {
        let line = format!("set -o pipefail; '{binary}' {words} | head -c 10 >/dev/null");
        let mut shell = std::process::Command::new("bash");
        let status = shell.args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&status.stderr);
        assert!(status.status.success() && told.is_empty(), "{words}: {told}");
    }
}

fn log(store: &std::path::Path) -> store::DiskLog {
    let new_key = Some(store::NewKey { origin: "example.com/lab".to_owned(), seed: [7; 32] });
    store::DiskLog::open(store, &store::Settings { new_key, ..store::Settings::default() }).unwrap()
}

#[test]
fn a_second_process_is_told_whose_the_store_is_and_may_look() {
    let folder = tempfile::tempdir().unwrap();
    let _owner = log(folder.path());
    let expected = format!("in use by process {}", std::process::id());
    refused(folder.path(), &["run", "small"], 2, &expected);
    refused(folder.path(), &["matrix"], 2, "the store holds no campaign yet");
}

#[test]
fn a_damaged_store_is_an_error_and_never_silence() {
    use domain::event::{CampaignResumed, Event};
    use store::EventLog as _;
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    log.append(store::Append {
        stream: "campaign/c".to_owned(),
        expected: store::Expected::NoStream,
        command: uuid::Uuid::from_u128(1),
        at: jiff::Timestamp::UNIX_EPOCH,
        events: vec![Event::CampaignResumed(CampaignResumed { campaign: "c".parse().unwrap() })],
    })
    .unwrap();
    drop(log);
    let segment = folder.path().join("log/segments/00000000000000000000.log");
    let size = usize::try_from(std::fs::metadata(&segment).unwrap().len()).unwrap();
    std::fs::write(&segment, vec![0x5a; size]).unwrap();
    for words in [&["matrix"][..], &["log", "verify"], &["run", "small"]] {
        let called = portolan(folder.path(), words);
        assert_eq!(called.code, 3, "{words:?} {} {}", called.out, called.err);
        let told = format!("{}{}", called.out, called.err);
        assert!(told.contains("ends after 0 events, but 1 were recorded"), "{words:?} {told}");
    }
}
