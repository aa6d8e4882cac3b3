//! Real processes: bounded, silent about secrets, and gone when they are not wanted any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use platforms::transport::{
    Arg, Broken, Call, EnvPiece, MOST_OUTPUT, Processes, Recording, Secrets, Transport as _,
};

fn call(script: &str, limit: Duration) -> Call {
    let argv = ["sh", "-c", script].map(Arg::plain).to_vec();
    Call { argv, env: BTreeMap::new(), limit }
}

const LONG: Duration = Duration::from_secs(60);

/// Whether anybody has this in the command line.
fn runs(mark: &str) -> bool {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    lines.map(|it| String::from_utf8_lossy(&it).into_owned()).any(|it| it.contains(mark))
}

/// Whether they all end; a killed process is there until the system has taken it away.
async fn all_end(mark: &str) -> bool {
    for _ in 0..200 {
        if !runs(mark) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test]
async fn what_takes_too_long_ends_with_all_it_started() {
    let script = "sleep 61.125 & sleep 61.125 & wait";
    let broken = Processes::default().call(&call(script, Duration::from_millis(300))).await;
    assert!(matches!(broken, Err(Broken::TimedOut { .. })), "{broken:?}");
    assert!(all_end("61.125").await);
}

#[tokio::test]
async fn what_is_dropped_ends_too_and_so_does_what_is_left_behind() {
    let (processes, slow) = (Processes::default(), call("sleep 62.125 & sleep 62.125", LONG));
    tokio::select! {
        answer = processes.call(&slow) => panic!("{answer:?}"),
        () = tokio::time::sleep(Duration::from_millis(300)) => {}
    }
    assert!(all_end("62.125").await);
    let leaves = call("sleep 63.125 >/dev/null 2>&1 </dev/null & echo done", LONG);
    assert_eq!(processes.call(&leaves).await.unwrap().stdout, "done\n");
    assert!(all_end("63.125").await);
}

#[tokio::test]
async fn what_has_ended_has_answered_though_somebody_keeps_its_output_open() {
    let five = Duration::from_secs(5);
    let answer = Processes::default().call(&call("sleep 64.125 & echo done", five)).await;
    assert_eq!(answer.unwrap().stdout, "done\n");
    assert!(all_end("64.125").await);

    // One that has left the group is its own master; it is not waited for.
    let leaves = "setsid sleep 65.125 & sleep 0.5; echo $!";
    let answer = Processes::default().call(&call(leaves, five)).await;
    let helper = answer.unwrap().stdout.trim().parse().ok().and_then(Pid::from_raw).unwrap();
    kill_process(helper, Signal::KILL).unwrap();
    assert!(all_end("65.125").await);
}

#[tokio::test]
async fn what_is_not_there_and_what_is_too_much_is_said() {
    let argv = vec![Arg::plain("portolan-has-no-such-program")];
    let absent = Call { argv, env: BTreeMap::new(), limit: LONG };
    let broken = Processes::default().call(&absent).await.unwrap_err();
    assert!(broken.to_string().ends_with("Is it installed?"), "{broken}");
    let script = format!("head -c {} /dev/zero; exit 3", MOST_OUTPUT + 1);
    let answer = Processes::default().call(&call(&script, LONG)).await.unwrap();
    assert_eq!((answer.cut, answer.stdout.len(), answer.exit), (true, MOST_OUTPUT, Some(3)));
}

#[tokio::test]
async fn a_secret_reaches_the_program_and_nothing_that_comes_back() {
    let given = BTreeMap::from([("password".to_owned(), "hunter2-öß".into())]);
    let processes = Processes::new(Secrets::new(given).unwrap());
    let mut call = call(
        "echo \"got $PW\"; echo \"$PW\" >&2; case $PW in pre-hun*) exit 0;; esac; exit 1",
        LONG,
    );
    let pieces = vec![EnvPiece::Plain("pre-".to_owned()), EnvPiece::Secret("password".to_owned())];
    call.env.insert("PW".to_owned(), pieces);
    let recording = Recording::of(Arc::new(processes));
    let answer = recording.call(&call).await.unwrap();
    assert_eq!(answer.exit, Some(0), "the program got it");
    assert_eq!(answer.stdout, "got pre-${password}\n");
    assert_eq!(answer.stderr, "pre-${password}\n");
    let text = recording.transcript("d", "").text().unwrap();
    assert!(!text.contains("hunter2-") && text.contains("PW = \"pre-${password}\""), "{text}");
    assert!(!format!("{call:?}{answer:?}").contains("hunter2"));

    let without = Processes::default().call(&call).await.unwrap_err();
    assert_eq!(without, Broken::NoSecret("password".to_owned()));
}
