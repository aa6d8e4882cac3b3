//! The command line of labs: what is refused, and in which words.

use std::io::Write as _;
use std::process::Stdio;

use crate::called::Called;
use crate::lab::{Lab, SPOOLED};
use crate::proxy::{Proxy, Weather};
use crate::world::{World, door, token};

fn call(world: &World, store: &str, words: &[&str]) -> Called {
    world.command_in(&world.elsewhere(store), words).output().unwrap().into()
}

#[test]
fn a_call_without_a_fit_token_or_address_says_what_to_do() {
    let world = World::start();
    let url = world.url();
    let file = world.elsewhere("token");
    for (words, said) in [
        (&["run", "small", "--server", &url][..], "--token-file"),
        (&["run", "small", "--server", &url, "--token", "a secret that is none"], "not a token"),
        (&["run", "small", "--server", "portolan.example"], "https://HOST"),
        (&["run", "small", "--server", "http://portolan.example"], "--plain-text"),
        (&["offer", "small"], "no service serves this store"),
        (&["offer", "small", "--server", "ftp://x"], "https://HOST"),
        (&["agent", "--server", &url, "--platforms", "UPPER"], "not an identifier"),
        (&["agent", "--server", &url, "--platforms", "a", "--slots", "0,1"], "CPUS,MIB"),
        (&["spool", "drop", "c-none"], "nothing of campaign"),
    ] {
        let mut words = words.to_vec();
        let named = format!("--token={}", token("lab"));
        if said.starts_with("https") || said == "--plain-text" {
            words.push(&named);
        }
        let called = call(&world, "lab", &words);
        assert_eq!(called.code, 2, "{words:?}: {}", called.err);
        assert!(called.err.contains(said), "{words:?}: {}", called.err);
        assert!(!called.err.contains("a secret that is none"), "{}", called.err);
        assert!(!called.err.contains(&token("lab")), "{}", called.err);
    }
    std::fs::write(&file, "x".repeat(5000)).unwrap();
    let words = ["spool", "list", "--json"];
    assert_eq!(call(&world, "lab", &words).out.trim(), "[]");
    let words = ["offer", "small", "--server", &url, "--token-file", file.to_str().unwrap()];
    assert!(call(&world, "lab", &words).err.contains("more than 1024 bytes"));
}

#[test]
fn a_token_from_the_environment_is_taken_and_a_labs_may_not_offer() {
    let world = World::start();
    let mut command = world.command_in(&world.elsewhere("lab"), &["offer", "small"]);
    command.args(["--server", &world.url()]).env("PORTOLAN_TOKEN", token("lab"));
    let called: Called = command.output().unwrap().into();
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("the service refused"), "{}", called.err);
    command.env("PORTOLAN_TOKEN", token("operator"));
    let called: Called = command.output().unwrap().into();
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(
        called.out.contains("4 trials are offered") || called.out.contains("trials are offered")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_listed_delivered_or_dropped() {
    let world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let folder = world.elsewhere("lab").join("spool");
    let lab = Lab::new(&folder, door(&proxy.address(), "lab"));
    let campaign = lab.start().await;
    proxy.weather(Weather::Down);
    drop(lab.walk(campaign).await);

    let listed = call(&world, "lab", &["spool", "list"]);
    assert!(listed.out.contains("c-far") && listed.out.contains("bytes for http://127"));
    let deliver = ["spool", "deliver", "--deliver-within", "1", "--token"];
    let lab_token = token("lab");
    let words = [&deliver[..], &[lab_token.as_str()]].concat();
    let called = call(&world, "lab", &words);
    assert_eq!(called.code, 3, "{}{}", called.out, called.err);
    assert!(called.err.contains("waits on"), "{}", called.err);
    proxy.weather(Weather::Fair);
    let called = call(&world, "lab", &words);
    assert_eq!(called.code, 0, "{}{}", called.out, called.err);
    assert!(called.out.contains("are settled"), "{}", called.out);
    assert_eq!(crate::lab::steps(&world.events()), SPOOLED);
    assert_eq!(call(&world, "lab", &["spool", "list"]).out, "nothing waits\n");

    // The same again can only be refused: the log has it, from elsewhere.
    let lab = Lab::new(&folder, door(&proxy.address(), "lab"));
    proxy.weather(Weather::Down);
    let spool = lab.spool(u64::MAX);
    let (ending, cost) = (domain::event::Ending::Completed, domain::event::Cost::default());
    let resume = domain::command::Command::FinishCampaign { ending, cost, attempt: 0 };
    spool.append(&resume, &[]).unwrap();
    let again = domain::command::Command::FinishCampaign { ending, cost, attempt: 1 };
    spool.append(&again, &[]).unwrap();
    drop(spool);
    proxy.weather(Weather::Fair);
    let called = call(&world, "lab", &words);
    assert_eq!(called.code, 3, "{}", called.err);
    assert!(called.err.contains("has ended"), "{}", called.err);
    assert!(called.err.contains("portolan spool drop c-far"), "{}", called.err);
    assert_eq!(call(&world, "lab", &["spool", "drop", "c-far"]).code, 0);
    assert_eq!(call(&world, "lab", &["spool", "list"]).out, "nothing waits\n");
}

#[test]
fn an_agent_that_finds_nothing_to_do_ends_when_it_was_asked_once() {
    let world = World::start();
    let file = world.elsewhere("token");
    let mut written = std::fs::File::create(&file).unwrap();
    writeln!(written, "{}", token("lab")).unwrap();
    let words = ["agent", "--server", &world.url(), "--platforms", "kvm-like,xen-like", "--once"];
    let mut command = world.command_in(&world.elsewhere("lab"), &words);
    let called: Called =
        command.arg("--token-file").arg(&file).stdin(Stdio::null()).output().unwrap().into();
    if called.err.contains("is not installed") {
        return;
    }
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(called.err.contains("nothing to do"), "{}", called.err);
}
