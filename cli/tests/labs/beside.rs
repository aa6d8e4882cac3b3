//! Beside a service that owns the store: reading goes on, and what is recorded goes through it.

use crate::lab::Lab;
use crate::world::{World, door, token};

async fn walked() -> World {
    let world = World::start();
    let lab = Lab::new(&world.elsewhere("lab"), door(world.address(), "lab"));
    let walked = lab.walk(lab.start().await).await;
    let (ending, cost) = (domain::event::Ending::Completed, domain::event::Cost::default());
    let finish = domain::command::Command::FinishCampaign { ending, cost, attempt: 0 };
    walked.recorder.keep(finish, Vec::new()).await.unwrap();
    walked.courier.delivered().await.unwrap();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reading_command_works_while_the_service_owns_the_store() {
    let world = walked().await;
    let report = world.elsewhere("report.html");
    for words in [
        &["matrix"][..],
        &["matrix", "--format", "json", "--audience", "public"],
        &["report", "--audience", "auditor", "--out", report.to_str().unwrap()],
        &["explain", "kvm-like", "xen-like", "server"],
        &["export", "--format", "csv"],
        &["baseline", "list"],
        &["waiver", "list"],
        &["projections"],
        &["log", "stat"],
        &["log", "verify"],
        &["log", "show"],
        &["policy", "list"],
        &["plan", "small"],
    ] {
        let called = world.call(words);
        assert_eq!(called.code, 0, "{words:?}: {}{}", called.out, called.err);
        assert!(!called.out.is_empty() || report.exists(), "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declared_goes_through_the_service_that_owns_the_store() {
    let world = walked().await;
    let words = ["baseline", "set", "spring", "--by", "ada"];
    world.hide();
    let called = world.call(&words);
    assert_eq!(called.code, 2, "nobody says how the service is found: {}", called.err);

    world.announce();
    let called = world.call(&words);
    assert_eq!(called.code, 0, "{}", called.err);
    let through = format!("through the service at {}", world.url());
    assert!(called.err.contains(&through), "{}", called.err);
    assert!(called.out.starts_with("baseline spring is campaign c-far now"), "{}", called.out);
    assert!(world.call(&["baseline", "list"]).out.contains("spring"));
    let again = world.call(&words);
    assert!(again.out.contains("already: nothing recorded"), "{}{}", again.out, again.err);

    let waive = ["waiver", "add", "cpu", "G.cpu.model", "--until", "2099-01-01"];
    let waive = [&waive[..], &["--reason", "hosts are replaced", "--by", "ada"]].concat();
    let called = world.call(&waive);
    assert_eq!(called.code, 0, "{}", called.err);
    let called = world.call(&["waiver", "end", "cpu", "--reason", "done", "--by", "ada"]);
    assert_eq!(called.code, 0, "{}", called.err);

    let step = world
        .events()
        .into_iter()
        .rfind(|it| matches!(it.event, domain::event::Event::StepFinished(_)));
    let position = step.unwrap().position.to_string();
    let words = ["withdraw", &position, "--reason", "the switch was off", "--by", "ada"];
    let called = world.call(&words);
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(called.out.contains("recorded as event"), "{}", called.out);
    let words = ["withdraw", &position, "--reason", "the wire was cut", "--by", "ada"];
    let called = world.call(&words);
    assert_eq!(called.code, 2, "{}", called.err);
    assert!(called.err.contains("withdrawn already"), "{}", called.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_gone_is_not_believed() {
    let mut world = walked().await;
    world.announce();
    world.kill();
    // The file is still there, and nobody answers: the store is free again.
    let called = world.call(&["baseline", "set", "spring", "--by", "ada"]);
    assert_eq!(called.code, 0, "{}", called.err);
    assert!(!called.err.contains("through the service"), "{}", called.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_the_service_that_owns_the_store_is_not_found_is_told() {
    let world = World::start();
    let words = ["baseline", "set", "spring", "--by", "ada"];
    for (file, said) in [
        ("no JSON", "running.json cannot be read"),
        (r#"{"url": "nowhere", "token": "x", "pid": 1}"#, "not a token"),
        (
            r#"{"url": "http://127.0.0.1:1", "token": "TOKEN", "pid": 7}"#,
            "process 7 does not serve",
        ),
    ] {
        let file = file.replace("TOKEN", &token("operator"));
        std::fs::write(world.store().join("service/running.json"), file).unwrap();
        let called = world.call(&words);
        assert_eq!(called.code, 2, "{}", called.err);
        assert!(called.err.contains(said), "{said}: {}", called.err);
    }
}
