//! Programs that stand in for tools: each does something that a tool should not.

use std::path::Path;
use std::time::Duration;

use platforms::converter::{CommandConverter, Converter as _, Recipe};
use platforms::words::FaultClass;

use super::{converter, deaf, names, order};

/// A converter that is this shell program; `$1` is the disk, `$2` where it writes, `$3` the folder of that.
fn stand_in(script: &str, limit: &str) -> CommandConverter {
    converter(&format!(
        r#"
[converter]
id = "stand-in"
vendor = "nobody"
maker = "Nobody"
product = "A shell program that stands in for a converter"
status = "retired"
exercised = "documentation-only"
evidence = "tests"
[probe]
argv = ["sh", "-c", "echo stand-in 1.0"]
version = '^stand-in (?<version>\S+)$'
[[conversion]]
from = ["raw"]
to = ["raw", "qcow2"]
keeps = "bytes"
argv = ["sh", "-c", '''{script}''', "stand-in", "${{disk}}", "${{out}}", "${{folder}}"]
progress = '^(?<done>[0-9.e]+)/(?<all>[0-9.e]+)$'
limit = "{limit}"
[[errors]]
match = "no such guest"
class = "guest-refused"
example = "error: no such guest"
"#
    ))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("disk"), vec![7; 1 << 20]).unwrap();
    folder
}

/// What a program comes to, and that it leaves nothing.
async fn refused(script: &str) -> platforms::words::Fault {
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
    let fault = stand_in(script, "20s").run(&order, &deaf).await.unwrap_err();
    assert_eq!(names(folder.path()), ["disk"], "{fault}");
    fault
}

#[tokio::test]
async fn what_is_written_whole_is_taken_and_nothing_of_it_is_left_beside() {
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
    let stand_in =
        stand_in("cp \"$1\" \"$2\"; echo careful >&2; echo; echo as you like >&2", "20s");
    let made = stand_in.run(&order, &deaf).await.unwrap();
    assert_eq!((made.complaints, made.bytes), (2, 1 << 20));
    assert_eq!(names(folder.path()), ["disk", "out"]);
    assert!(stand_in.verify(&order).await.unwrap().is_sound());
}

#[tokio::test]
async fn success_without_a_result_is_none() {
    for script in ["exit 0", ": >\"$2\"", "ln -s \"$1\" \"$2\"", "mkfifo \"$2\""] {
        let fault = refused(script).await;
        assert_eq!(fault.class, FaultClass::Vendor, "{script}: {fault}");
        assert!(fault.words.contains("what it should have made is not there"), "{fault}");
    }
}

#[tokio::test]
async fn success_with_the_words_of_a_failure_is_one() {
    let fault = refused("cp \"$1\" \"$2\"; echo error: no such guest >&2; exit 0").await;
    assert_eq!(fault.class, FaultClass::GuestRefused);
    assert_eq!(fault.words, "`sh` ended with 0: error: no such guest");
}

#[tokio::test]
async fn a_second_disk_is_not_left_behind_unseen() {
    let fault = refused("cp \"$1\" \"$2\"; cp \"$1\" \"$3/second\"").await;
    assert!(
        fault.words.contains("\"second\"") && fault.class == FaultClass::Unsupported,
        "{fault}"
    );
}

#[tokio::test]
async fn another_disk_than_the_one_that_was_given_is_found() {
    for (script, same) in [
        ("head -c 524288 \"$1\" >\"$2\"", false),
        ("head -c 2097152 /dev/zero >\"$2\"", false),
        (
            "cat \"$1\" >\"$2\"; printf x | dd of=\"$2\" bs=1 seek=4096 conv=notrunc 2>/dev/null",
            false,
        ),
        ("cat \"$1\" >\"$2\"", true),
    ] {
        let folder = folder();
        let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
        let stand_in = stand_in(script, "20s");
        stand_in.run(&order, &deaf).await.unwrap();
        let verified = stand_in.verify(&order).await.unwrap();
        assert_eq!(verified.is_sound(), same, "{script}: {verified:?}");
    }
    // One that says qcow2 and writes anything.
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("qcow2", "out"));
    let stand_in = stand_in("cp \"$1\" \"$2\"", "20s");
    stand_in.run(&order, &deaf).await.unwrap();
    assert!(stand_in.verify(&order).await.is_err());
}

#[tokio::test]
async fn what_prints_without_end_is_stopped_before_its_time_is_over() {
    let endless = "trap \"\" PIPE; while :; do cat /dev/zero; done";
    let fault = refused(endless).await;
    assert!(fault.words.contains("printed more than 64 MiB"), "{fault}");
    let fault = refused("yes 1/2 >&2").await;
    assert!(fault.words.contains("printed more than 64 MiB"), "{fault}");
}

#[tokio::test]
async fn what_a_tool_prints_is_one_line_of_text_in_a_fault() {
    let fault = refused(
        r"printf 'a\000b\033[2Jc\377\n\n  \n'; head -c 100000 /dev/zero | tr '\0' x; exit 4",
    )
    .await;
    assert!(!fault.words.contains(char::is_control) && fault.words.len() <= 2000, "{fault:?}");
    let fault = refused(r"printf 'bad \033[31mred\r\n' >&2; exit 4").await;
    assert_eq!(fault.words, "`sh` ended with 4: bad  [31mred");
}

#[tokio::test]
async fn progress_is_a_number_between_nothing_and_all_or_is_not_told() {
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
    let script =
        r"cp $1 $2; printf '1/0\n5/2\n1e999/2\n-1/2\nx/y\r1/4\r'; printf '1/'; printf '2\n3/4'";
    let heard = std::sync::Mutex::new(Vec::new());
    let heard_of = |it| heard.lock().unwrap().push(it);
    stand_in(script, "20s").run(&order, &heard_of).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [25.0, 50.0]);
}

#[tokio::test]
async fn what_takes_too_long_and_what_is_called_off_leaves_nothing() {
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
    let slow = "cp \"$1\" \"$2\"; sleep 66.125 & sleep 66.125";
    let fault = stand_in(slow, "1s").run(&order, &deaf).await.unwrap_err();
    assert!(fault.words.contains("did not end within 1s"), "{fault}");
    assert_eq!(names(folder.path()), ["disk"]);
    let (slow, begun) = (stand_in(slow, "1h"), folder.path().join(".portolan-convert-out/result"));
    tokio::select! {
        made = slow.run(&order, &deaf) => panic!("{made:?}"),
        () = until(&begun) => {}
    }
    assert_eq!(names(folder.path()), ["disk"]);
}

/// Waits for a file.
async fn until(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_tool_that_a_signal_ended_is_not_blamed() {
    let fault = refused("cp \"$1\" \"$2\"; kill -9 $$").await;
    assert_eq!(fault.class, FaultClass::Transient);
}

#[tokio::test]
async fn two_at_one_place_do_not_mix() {
    let folder = folder();
    let order = order(folder.path(), ("raw", "disk"), ("raw", "out"));
    let slow = stand_in("cp \"$1\" \"$2\"; sleep 0.3", "20s");
    let (one, other) = tokio::join!(slow.run(&order, &deaf), slow.run(&order, &deaf));
    let fault = one.as_ref().err().or(other.as_ref().err()).unwrap();
    assert_eq!(fault.class, FaultClass::Conflict);
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(names(folder.path()), ["disk", "out"]);
}

#[test]
fn mistakes_in_a_file_are_told_with_their_line() {
    let good = "[converter]\nid = \"x\"\nvendor = \"v\"\nmaker = \"m\"\nproduct = \"p\"\nstatus = \"current\"\n\
                exercised = \"documentation-only\"\nevidence = \"e\"\n[probe]\nargv = [\"x\"]\nversion = '(?<version>.)'\n\
                [[conversion]]\nfrom = [\"raw\"]\nto = [\"vdi\"]\nkeeps = \"bytes\"\nargv = [\"x\", \"${out}\"]\n";
    assert!(Recipe::read(good).is_ok());
    for (right, wrong, line, words) in [
        ("\"${out}\"", "\"out\"", 12, "no place to write to"),
        ("\"${out}\"", "\"${oot}\"", 12, "there is no value `oot`"),
        ("(?<version>.)", ".", 9, "has no group `version`"),
        ("(?<version>.)", "(", 9, "is no pattern"),
        ("[probe]\nargv = [\"x\"]\nversion = '(?<version>.)'", "", 10, "add a [probe]"),
        ("\"vdi\"", "\"VDI\"", 14, "names no form"),
        ("\"bytes\"", "\"byts\"", 15, "unknown variant"),
        ("from =", "form =", 13, "unknown field"),
        ("evidence = \"e\"", "evidence = \" \"", 1, "`evidence` is empty"),
        ("keeps", "limit = \"5\"\nkeeps", 12, "`limit` is no time"),
    ] {
        assert!(good.contains(right), "{right}");
        let problems = Recipe::read(&good.replacen(right, wrong, 1)).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = format!("line {line}: ");
        assert!(
            told.iter().any(|it| it.starts_with(&expected) && it.contains(words)),
            "{wrong}: {told:?}"
        );
    }
}
