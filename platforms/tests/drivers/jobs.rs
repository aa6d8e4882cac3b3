//! Jobs: progress, ends, what is taken back, and runners that were restarted. Real scripts, state in real files.

use std::path::Path;
use std::sync::Arc;

use domain::observation::{Channel, Value};
use platforms::command::Driver;
use platforms::platform::{Platform as _, settle};
use platforms::words::{Arrival, ExportPlan, FaultClass, Job, JobState, Severity};

use crate::world::{Leaping, driver, platform};

/// A platform that imports in steps: each question about a task takes a line from the file `task`.
fn importer() -> Arc<Driver> {
    driver(
        r#"
[vars]
place = { about = "a folder" }
[verb.import]
argv = ["sh", "-c", "touch $0/vm; echo task-9", "${place}", "${name}", "${file}"]
parse = { as = "text" }
map = { job = "text", made_by_hand = { fixed = "false" } }
wait = { verb = "task", field = "status", equals = "success", failed = ["failure"], progress = "done", every = "1s", limit = "10s" }
undo = "remove"
cancel = "stop"
[verb.task]
argv = ["sh", "-c", "head -n 1 $0/task | grep -v BUSY || { echo BUSY >&2; false; }; code=$?; sed -i 1d $0/task; exit $code", "${place}", "${job}"]
parse = { as = "regex", pattern = '^(?<status>\w+) (?<done>.*)$' }
map = { status = "status", done = "done" }
[verb.stop]
argv = ["sh", "-c", "echo $1 >>$0/stopped", "${place}", "${job}"]
[verb.remove]
argv = ["rm", "${place}/vm"]
[retry]
most = 1
first = "1ms"
[[errors]]
match = "BUSY"
class = "transient"
example = "BUSY"
"#,
    )
}

fn given(folder: &Path, task: &str) -> Arrival {
    std::fs::write(folder.join("task"), task).unwrap();
    Arrival { name: "new".to_owned(), format: "raw".to_owned(), file: folder.join("disk") }
}

#[tokio::test]
async fn a_restarted_runner_goes_on_asking() {
    let (driver, folder) = (importer(), tempfile::tempdir().unwrap());
    let vars = [("place", folder.path().to_str().unwrap())];
    let arrival = given(folder.path(), "running 25 %\nrunning 1/2\nsuccess 1\n");
    let first = platform(&driver, &vars);
    let job = first.import(&arrival).await.unwrap();
    assert_eq!((job.id.as_str(), job.made_by_hand()), ("task-9", false));
    assert_eq!(first.poll(&job).await.unwrap(), JobState::Running(Some(250)));
    let written = serde_json::to_string(&job).unwrap();
    drop(first);

    let job: Job = serde_json::from_str(&written).unwrap();
    let second = platform(&driver, &vars);
    assert_eq!(second.poll(&job).await.unwrap(), JobState::Running(Some(500)));
    settle(&second, &job, &Leaping::default()).await.unwrap();
    assert!(folder.path().join("vm").exists());

    let other = Job { driver: "another".to_owned(), ..job };
    assert_eq!(second.poll(&other).await.unwrap_err().class, FaultClass::NotFound);
}

#[tokio::test]
async fn what_fails_or_never_ends_is_called_off_and_taken_back() {
    let driver = importer();
    for (task, class, called_off) in [
        ("running 0\nfailure 0\n".to_owned(), FaultClass::Vendor, false),
        ("running 0\n".repeat(99), FaultClass::Timeout, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let platform = platform(&driver, &[("place", folder.path().to_str().unwrap())]);
        let arrival = given(folder.path(), &task);
        let job = platform.import(&arrival).await.unwrap();
        assert!(folder.path().join("vm").exists());
        let fault = settle(&platform, &job, &Leaping::default()).await.unwrap_err();
        assert_eq!(fault.class, class, "{fault}");
        assert!(fault.words.ends_with("what it had made was taken back"), "{fault}");
        assert!(!folder.path().join("vm").exists());
        assert_eq!(folder.path().join("stopped").exists(), called_off);
    }
}

#[tokio::test]
async fn a_lost_connection_does_not_end_a_job() {
    let (driver, folder) = (importer(), tempfile::tempdir().unwrap());
    let platform = platform(&driver, &[("place", folder.path().to_str().unwrap())]);
    let arrival = given(folder.path(), "BUSY\nrunning 1/2\nBUSY\nBUSY\nBUSY\nsuccess 1\n");
    let job = platform.import(&arrival).await.unwrap();
    let state = platform.poll(&job).await;
    assert_eq!(state.unwrap(), JobState::Running(Some(500)), "a question is asked again");
    settle(&platform, &job, &Leaping::default()).await.unwrap();

    let arrival = given(folder.path(), &"BUSY\n".repeat(99));
    let job = platform.import(&arrival).await.unwrap();
    let fault = settle(&platform, &job, &Leaping::default()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Timeout, "{fault}");
    assert!(fault.words.contains("BUSY"), "{fault}");
}

/// A platform whose import fails with these words, and what its file says against that.
async fn refused(program: &str, class: &str, listed: &str) -> (FaultClass, bool) {
    let folder = tempfile::tempdir().unwrap();
    let driver = driver(&format!(
        r#"
[vars]
place = {{ about = "a folder" }}
[verb.import]
argv = ["{program}", "-c", "echo HALF >&2; exit 1"]
map = {{ made_by_hand = {{ fixed = "false" }} }}
errors = [{{ match = "HALF", class = "{class}", example = "HALF" }}]
undo = "forget"
[verb.forget]
argv = ["sh", "-c", "echo $1 >$0/forgotten", "${{place}}", "${{name}}"]
"#
    ));
    let platform = platform(&driver, &[("place", folder.path().to_str().unwrap())]);
    let mut arrival = given(folder.path(), "");
    arrival.name = listed.to_owned();
    let fault = platform.import(&arrival).await.unwrap_err();
    (fault.class, folder.path().join("forgotten").exists())
}

#[tokio::test]
async fn what_was_refused_made_nothing_and_what_was_there_is_not_taken_back() {
    use FaultClass::{Ambiguous, Auth, Capacity, Conflict, NotFound, Timeout, Unsupported, Vendor};
    for class in [Conflict, Auth, NotFound, Ambiguous, Unsupported] {
        assert_eq!(refused("sh", class.name(), "new").await, (class, false));
    }
    for class in [Vendor, Capacity, Timeout, FaultClass::Transient, FaultClass::GuestRefused] {
        assert_eq!(refused("sh", class.name(), "new").await, (class, true));
        // The platform lists a machine `web`.
        assert_eq!(refused("sh", class.name(), "web").await, (class, false));
    }
    let absent = refused("portolan-has-no-such-program", "vendor", "new").await;
    assert_eq!(absent, (Unsupported, false), "it was not even started");
}

#[tokio::test]
async fn only_what_does_no_harm_is_tried_again() {
    let script = |verb: &str, more: &str| {
        format!(
            "[retry]\nmost = 3\nfirst = \"10ms\"\n[vars]\nlog = {{ about = \"a file\" }}\n\
             [[errors]]\nmatch = \"BUSY_(?<code>\\\\d+)\"\nclass = \"transient\"\nexample = \"BUSY_7\"\n\
             [verb.{verb}]\nargv = [\"sh\", \"-c\", \"echo x >>$0; echo BUSY_42 >&2; exit 1\", \"${{log}}\"]\n{more}"
        )
    };
    for (verb, more, tries) in
        [("console", "", 4), ("delete", "", 1), ("delete", "idempotent = true", 4)]
    {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let platform = platform(&driver(&script(verb, more)), &[("log", log.to_str().unwrap())]);
        let vm = platform.find("web").await.unwrap();
        let fault = match verb {
            "console" => platform.console(&vm).await.unwrap_err(),
            _ => platform.delete(&vm).await.unwrap_err(),
        };
        assert_eq!(fault.class, FaultClass::Transient);
        assert_eq!(fault.vendor_code.as_deref(), Some("42"));
        assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), tries, "{verb} {more}");
    }
}

#[tokio::test]
async fn what_leaves_and_what_is_asked_before_it_comes() {
    let driver = driver(
        r#"
[verb.export]
argv = ["sh", "-c", "echo $1 >$0/disk.$2", "${out}", "${vm_name}", "${format}"]
[verb.import]
argv = ["false"]
map = { made_by_hand = { fixed = "false" } }
dry = "would"
[verb.would]
argv = ["printf", "W17 old hardware\\nE3 no such network ${name}\\n"]
parse = { as = "regex", pattern = '^(?<level>[WE])(?<code>\d+) (?<words>.*)$' }
[verb.would.map]
severity = { from = "level", values = { W = "warning", E = "error" } }
code = "code"
words = "words"
[verb.guest-facts]
argv = ["printf", "eth0 10.0.0.5\\neth1 10.0.0.6\\n"]
parse = { as = "regex", pattern = '^\S+ (?<address>\S+)$' }
map = { "net.addresses" = "address" }
channel = "guest-agent"
"#,
    );
    let (platform, folder) = (platform(&driver, &[]), tempfile::tempdir().unwrap());
    let vm = platform.find("web").await.unwrap();
    let mut plan = ExportPlan { format: "raw".to_owned(), folder: folder.path().to_owned() };
    let job = platform.export(&vm, &plan).await.unwrap();
    settle(&platform, &job, &Leaping::default()).await.unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("disk.raw")).unwrap(), "web\n");
    plan.format = "row".to_owned();
    let fault = platform.export(&vm, &plan).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unsupported);

    let findings = platform.precheck(&given(folder.path(), "")).await.unwrap();
    let told: Vec<_> = findings.iter().map(|it| (it.severity, it.words.as_str())).collect();
    let expected = [(Severity::Warning, "old hardware"), (Severity::Error, "no such network new")];
    assert_eq!(told, expected);
    assert_eq!(findings[0].code.as_deref(), Some("17"));

    let facts = platform.guest_facts(&vm).await.unwrap();
    assert_eq!((facts[0].fact.as_str(), facts[0].channel), ("net.addresses", Channel::GuestAgent));
    let both = ["10.0.0.5", "10.0.0.6"].map(str::to_owned).to_vec();
    assert_eq!(facts[0].value, Value::List(both));
}
