//! Labs far from their service, with real VMs: the same matrices as at home, whoever dies.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use domain::access::{Means, Role, Scope};
use domain::event::{AccessEvent, AccessGranted, Event};
use domain::ids::Sha256Digest;
use store::{Append, DiskLog, EventLog, Expected, NewKey, Settings};
use uuid::Uuid;

use crate::lab::{EXPECTED, Lab, called};

/// The service of a store, in a process of its own.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn over(lab: &Lab, words: &[&str]) -> Self {
        grant(lab);
        let serve = [&["serve", "--listen", "127.0.0.1:0"], words].concat();
        let mut command = lab.command(&serve);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let url = loop {
            let mut line = String::new();
            assert!(told.read_line(&mut line).unwrap() > 0, "the service ended");
            if let Some((_, at)) = line.split_once("serving at ") {
                break at.trim().trim_end_matches('/').to_owned();
            }
        };
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        Self { child, url }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn token() -> String {
    Base64UrlUnpadded::encode_string(&Sha256Digest::of(b"a journey").to_bytes())
}

/// Makes the store, with an operator who may record.
fn grant(lab: &Lab) {
    let new_key = Some(NewKey { origin: "portolan.invalid/labs".to_owned(), seed: [7; 32] });
    let settings = Settings { new_key, ..Settings::default() };
    let log: Arc<dyn EventLog> = Arc::new(DiskLog::open(&lab.store(), &settings).unwrap());
    let secret = Base64UrlUnpadded::decode_vec(&token()).unwrap();
    let granted = AccessGranted {
        grant: "g-1".parse().unwrap(),
        account: "ada".parse().unwrap(),
        role: Role::Operator,
        scopes: vec![Scope::Read, Scope::Record, Scope::Control],
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(&secret)),
        expires: None,
        reason: "a journey".to_owned(),
        by: "ada".to_owned(),
    };
    let append = Append {
        stream: "access".to_owned(),
        expected: Expected::Any,
        command: Uuid::new_v5(&Uuid::NAMESPACE_URL, b"a journey"),
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        events: vec![Event::Access(AccessEvent::AccessGranted(granted))],
    };
    log.append_all(vec![append]).into_iter().for_each(|it| drop(it.unwrap()));
}

#[test]
fn a_run_through_the_door_of_a_service_has_the_matrix_of_a_run_at_home() {
    let (service, far) = (Lab::new(), Lab::new());
    let served = Served::over(&service, &[]);
    let mut run = far.command(&["run", "small", "--quiet", "--server", &served.url]);
    let ran = called({
        run.env("PORTOLAN_TOKEN", token());
        run
    });
    ran.expect_code(0);
    assert_eq!(service.standings(), EXPECTED);
    for row in ["lean", "server", "WARNING", "FAILURE", "SUCCESS"] {
        assert!(ran.out.contains(row), "{row}: {}", ran.out);
    }
    let page = format!("The service shows it at {}/campaigns/", served.url);
    assert!(ran.out.contains(&page), "{}", ran.out);
    assert!(
        ran.out.contains("It judges every cell as above, by policy portolan-default"),
        "{}",
        ran.out
    );
    service.run(&["log", "verify"]).expect_code(0);
    service.expect_each_step_once();
    far.expect_nothing_left();
    assert_eq!(far.run(&["spool", "list"]).out, "nothing waits\n");
    // What is shown there was recorded as shown.
    let shown = service.events().iter().any(|it| it["event"]["type"] == "ScoresShown");
    assert!(shown, "the scores that the person saw are recorded");
}

#[test]
fn a_run_beside_a_service_goes_through_it() {
    let service = Lab::new();
    let served = Served::over(&service, &[]);
    let folder = service.store().join("service");
    std::fs::create_dir_all(&folder).unwrap();
    let running =
        serde_json::json!({"url": served.url, "token": token(), "pid": served.child.id()});
    std::fs::write(folder.join("running.json"), running.to_string()).unwrap();
    let words = ["run", "small", "--quiet", "--guest", "server", "--source", "xen-like"];
    let ran = service.run(&words);
    ran.expect_code(0);
    assert!(ran.err.contains("through the service at"), "{}", ran.err);
    assert!(ran.out.contains("SUCCESS") && ran.out.contains("portolan matrix"), "{}", ran.out);
    assert_eq!(service.standings(), EXPECTED[3..]);
    service.expect_each_step_once();
    service.expect_nothing_left();
}

#[test]
fn two_agents_walk_a_campaign_and_one_is_killed_with_its_trials_in_hand() {
    let (service, first, second) = (Lab::new(), Lab::new(), Lab::new());
    let served = Served::over(&service, &["--lease-seconds", "4"]);
    let agent = ["agent", "--server", &served.url, "--platforms", "kvm-like,xen-like"];
    let agent = [&agent[..], &["--most", "1"]].concat();
    let start = |lab: &Lab| {
        let mut command = lab.command(&agent);
        command.env("PORTOLAN_TOKEN", token());
        command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    };
    let mut offer = service.command(&["offer", "small", "--wait", "--server", &served.url]);
    offer.env("PORTOLAN_TOKEN", token()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut offer = offer.spawn().unwrap();
    let mut victim = start(&first);
    first.wait_for_process();
    // In the middle of something: a source VM is off, and trials of its group go on.
    while !first.shut_down_once() {
        std::thread::sleep(Duration::from_millis(10));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    let mut heir = start(&second);
    let code = offer.wait().unwrap().code();
    let mut told = String::new();
    offer.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(heir.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(heir.wait().unwrap().code(), Some(0), "an agent that is told to stop is no error");
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(service.standings(), EXPECTED);
    service.expect_each_step_once();
    service.run(&["log", "verify"]).expect_code(0);
    second.expect_nothing_left();

    // The killed one is started again: it ends what it left running, and has nothing to do.
    let mut again = first.command(&[&agent[..], &["--once"]].concat());
    again.env("PORTOLAN_TOKEN", token());
    called(again).expect_code(0);
    first.expect_nothing_left();
    assert_eq!(first.run(&["spool", "list"]).out, "nothing waits\n");
}
