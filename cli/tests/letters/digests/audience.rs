//! What a team may not see is not in what it is told, and is told when everybody may.

use super::program::Program;
use super::team::Teams;
use crate::desk::files;
use crate::mail::Mail;

fn embargo(teams: &Teams, campaign: &str) {
    let until = ["--until", "2099-01-31", "--reason", "vendors first"];
    teams.desk.out(&[&["letters", "embargo", campaign][..], &until].concat());
}

/// What each team was told since: its name, and how many regressions.
fn told(program: &Program) -> Vec<(String, usize)> {
    let of = |it: super::program::Heard| {
        let team = it.event["subject"].as_str().unwrap().to_owned();
        (team, it.event["data"]["regressions"].as_array().unwrap().len())
    };
    program.all().into_iter().map(of).collect()
}

#[test]
fn campaigns_under_an_embargo_are_told_to_operators_alone_until_they_are_published() {
    let program = Program::start(&[]);
    let operators =
        program.subscription("ops", "audience = \"operator\"\nwatch = [\"regressions\"]");
    let public = program.subscription("all", "silent_days = 1");
    let mut teams = Teams::new(&(operators + &public));
    ["c-1", "c-2"].iter().for_each(|it| embargo(&teams, it));
    teams.tell();
    program.all();
    // A new result breaks a silence; to the public there is none.
    teams.tried("xx");
    teams.tell();
    assert_eq!(told(&program), [("ops".to_owned(), 1)]);
    for campaign in ["c-1", "c-2"] {
        let publish = ["publish", campaign, "--reason", "agreed", "--fewest-tools", "1"];
        teams.desk.out(&publish);
    }
    teams.tell();
    assert_eq!(told(&program), [("all".to_owned(), 1)]);
    teams.tell();
    assert_eq!(told(&program), []);
}

#[test]
fn cells_that_were_withheld_are_told_to_operators_alone() {
    let program = Program::start(&[]);
    let operators = program.subscription("ops", "audience = \"operator\"");
    let mut teams = Teams::new(&(operators + &program.subscription("all", "")));
    ["c-1", "c-2"].iter().for_each(|it| embargo(&teams, it));
    teams.tell();
    teams.tried("xx");
    for campaign in ["c-1", "c-2"] {
        let publish = ["publish", campaign, "--reason", "agreed", "--fewest-tools", "100"];
        teams.desk.out(&publish);
    }
    program.all();
    teams.tell();
    assert_eq!(told(&program), [("ops".to_owned(), 1)]);
}

#[test]
fn a_digest_names_no_tool_whoever_reads_it() {
    let program = Program::start(&[]);
    let operators = program.subscription("ops", "audience = \"operator\"\nafter = 1");
    let mail = "[[subscription]]\nid = \"all\"\naddress = \"all@example.test\"\nafter = 1\n";
    let mut teams = Teams::new(&(operators + mail));
    teams.desk.out(&["baseline", "set", "autumn", "--reason", "first"]);
    teams.tell();
    teams.tried("x");
    teams.tell();
    let notices: String = program.all().iter().map(|it| it.event.to_string()).collect();
    let mails = Mail::all(&teams.desk.path("store/out"));
    let whole: String = mails.iter().map(Mail::whole).collect();
    assert!(notices.contains("c-1") && whole.contains("(since c-1)"));
    for tool in ["canary", "Canary", "toolsmith"] {
        assert!(!notices.contains(tool) && !whole.contains(tool), "{tool}");
    }
    // Nor does the log know where anybody reads.
    let log = serde_json::to_string(&teams.desk.told_of_letters()).unwrap();
    assert!(!log.contains("example.test") && !log.contains("127.0.0.1") && !log.contains("whsec"));
    assert_eq!(files(&teams.desk.path("store/out"), ".json").len(), 0);
}
