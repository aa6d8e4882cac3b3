//! `portolan letters digest` killed between act and record: the same notice again, never another.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};

use rustix::process::Signal;

use super::program::{Heard, Program};
use super::team::Teams;

fn telling(teams: &Teams) -> Child {
    let mut program = teams.desk.program(&["letters", "digest"]);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How often each team was told under each name.
fn names(heard: &[Heard]) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut names: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for it in heard {
        let team = it.event["subject"].as_str().unwrap().to_owned();
        *names.entry(team).or_default().entry(it.id.clone()).or_default() += 1;
    }
    names
}

fn many(program: &Program) -> String {
    (1..=20).map(|it| program.subscription(&format!("t{it:02}"), "after = 1")).collect()
}

#[test]
fn killed_while_the_program_holds_its_answer_back_it_tells_it_again_under_one_name() {
    let program = Program::start(&["204 No Content", "hold"]);
    let mut teams = Teams::new(&program.subscription("chat", "after = 1"));
    teams.tell();
    program.all();
    teams.tried("x");
    let child = telling(&teams);
    let first = program.heard.recv().unwrap();
    kill(child);
    assert_eq!(teams.desk.letter("chat")["stage"], "prepared");
    // What happens meanwhile is told by the next one.
    teams.tried(".");
    assert_eq!(teams.tell()[0]["stands"], "sent");
    let again = program.all();
    assert_eq!((again.len(), &again[0].id, &again[0].event), (1, &first.id, &first.event));
    assert_eq!(teams.tell()[0]["stands"], "sent");
    let [next] = program.all().try_into().ok().unwrap();
    assert_eq!(next.event["data"]["fixes"].as_array().unwrap().len(), 1);
    assert_eq!(next.event["data"]["from"], first.event["data"]["to"]);
    assert_eq!(teams.tell()[0]["stands"], "nothing");
    teams.desk.verify();
}

#[test]
fn killed_behind_any_notice_each_team_is_told_under_one_name() {
    // What became of 16 is recorded at once: before, at and behind that point.
    for after in [1, 7, 16, 17, 20] {
        let program = Program::start(&[]);
        let teams = Teams::new(&many(&program));
        let child = telling(&teams);
        let mut heard: Vec<Heard> = program.heard.iter().take(after).collect();
        kill(child);
        teams.tell();
        let last = teams.tell();
        assert!(last.iter().all(|it| it["stands"] == "nothing"), "{last:?}");
        heard.extend(program.all());
        let names = names(&heard);
        assert_eq!((names.len(), names.values().all(|it| it.len() == 1)), (20, true), "{names:?}");
        let listed = teams.desk.list();
        assert!(listed.len() == 20 && listed.iter().all(|it| it["stage"] == "sent"));
        let most = names.values().flat_map(BTreeMap::values).max().unwrap();
        assert!(*most <= 2, "nobody is told a third time");
    }
}

#[test]
fn beside_a_service_it_is_recorded_there() {
    let program = Program::start(&["204 No Content", "hold"]);
    let mut teams = Teams::new(&program.subscription("chat", "after = 1"));
    let serving = crate::beside::serve(&teams.desk);
    assert_eq!(teams.tell()[0]["stands"], "sent");
    serving.signal(Signal::TERM);
    assert!(serving.end().0.success());
    teams.tried("x");
    let serving = crate::beside::serve(&teams.desk);
    program.all();
    let child = telling(&teams);
    let first = program.heard.recv().unwrap();
    kill(child);
    assert_eq!(teams.desk.letter("chat")["stage"], "prepared");
    assert_eq!(teams.tell()[0]["stands"], "sent");
    assert_eq!(program.all()[0].id, first.id);
    assert_eq!(teams.tell()[0]["stands"], "nothing");
    serving.signal(Signal::TERM);
    assert!(serving.end().0.success());
    teams.desk.verify();
}
