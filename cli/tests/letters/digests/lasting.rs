//! What is told, and how often: across calls, out of the log alone.

use serde_json::{Value, json};

use super::program::Program;
use super::team::Teams;
use crate::desk::{files, masked};
use crate::mail::Mail;

/// The digest that came with a notice.
fn counts(event: &Value) -> (usize, usize) {
    let of = |name: &str| event["data"][name].as_array().unwrap().len();
    (of("regressions"), of("fixes"))
}

#[test]
fn a_team_is_told_once_of_what_has_lasted_and_once_of_what_was_mended() {
    let program = Program::start(&[]);
    let mut teams = Teams::new(&program.subscription("chat", "after = 2"));
    let first = teams.tell();
    assert_eq!(
        (first[0]["team"].as_str(), first[0]["stands"].as_str()),
        (Some("chat"), Some("sent"))
    );
    let [opening] = program.all().try_into().ok().unwrap();
    assert_eq!((&opening.event["subject"], counts(&opening.event)), (&json!("chat"), (0, 0)));
    let kinds = ["specversion", "type", "source"].map(|it| opening.event[it].as_str().unwrap());
    assert_eq!(kinds, ["1.0", "portolan.digest", "portolan:example.com/lab"]);
    let mut ids = vec![opening.id];
    // A letter a call: what is tried before it, and what is told then.
    let calls = [
        (".", None),
        ("x", None),
        ("?", None),
        ("x", Some((1, 0))),
        ("x", None),
        ("?", None),
        ("", None),
        (".", Some((0, 1))),
        (".", None),
        ("x.x.", None),
        ("xx.", None),
        ("xx", Some((1, 0))),
    ];
    for (number, (course, expected)) in calls.into_iter().enumerate() {
        teams.tried(course);
        let before = teams.desk.events();
        let dry = teams.call(&["--dry-run", "--json"]);
        assert!(dry.out.contains(if expected.is_some() { "\"due\"" } else { "\"nothing\"" }));
        assert_eq!((teams.desk.events(), program.all().len()), (before, 0), "nothing is done");
        let told = teams.tell();
        assert_eq!(told[0]["stands"], if expected.is_some() { "sent" } else { "nothing" });
        let heard = program.all();
        let found: Vec<_> = heard.iter().map(|it| counts(&it.event)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{number}: {course}");
        let recorded = if expected.is_some() { 2 } else { 0 };
        assert_eq!(teams.desk.events(), before + recorded, "what is not told is not recorded");
        ids.extend(heard.into_iter().map(|it| it.id));
    }
    let listed = teams.desk.list();
    let known: Vec<&str> = listed.iter().map(|it| it["message_id"].as_str().unwrap()).collect();
    assert_eq!(known, ids, "each under its name");
    let spans: Vec<(u64, u64)> = listed
        .iter()
        .map(|it| (it["about"]["from"].as_u64().unwrap(), it["about"]["to"].as_u64().unwrap()))
        .collect();
    assert!(spans.windows(2).all(|it| it[0].1 == it[1].0), "one begins where the last ended");
    assert_eq!(spans[0].0, spans[0].1);
}

#[test]
fn each_team_is_told_what_it_asked_for_by_its_own_way() {
    let program = Program::start(&[]);
    let mail = |id: &str, words: &str| {
        format!("[[subscription]]\nid = \"{id}\"\naddress = \"{id}@example.test\"\n{words}\n")
    };
    let soon = mail("soon", "after = 1\nwatch = [\"regressions\"]");
    let mended = mail("mended", "after = 1\nwatch = [\"fixes\", \"regressions\"]");
    let mut teams = Teams::new(&(soon + &mended + &program.subscription("chat", "after = 3")));
    teams.tell();
    program.all();
    assert_eq!(files(&teams.desk.path("store/out"), ".eml").len(), 2);
    let mut told = Vec::new();
    for course in ["x", "x", "x", "."] {
        teams.tried(course);
        told.push(teams.stand(&[]).1.join(" "));
    }
    let expected = [
        "sent sent nothing",
        "nothing nothing nothing",
        "nothing nothing sent",
        "nothing sent sent",
    ];
    assert_eq!(told, expected);
    let mails = Mail::all(&teams.desk.path("store/out"));
    let of = |to: &str| -> Vec<&Mail> { mails.iter().filter(|it| it.to.starts_with(to)).collect() };
    assert_eq!((of("soon@").len(), of("mended@").len(), program.all().len()), (2, 3, 2));
    let worse = of("soon@").into_iter().find(|it| it.subject.contains("1 regression")).unwrap();
    assert_eq!(worse.subject, "Interoperability: 1 regression");
    assert!(worse.parts[0].contains("portable: kvm → acme-like: FAILURE, was SUCCESS (since c-1)"));
    assert_eq!(worse.from, "post@portolan.test");
    // Asked for by name, the others are left alone.
    teams.tried("x");
    let (code, told) = teams.stand(&["--team", "mended", "--team", "chat"]);
    assert_eq!((code, told.join(" ").as_str()), (0, "sent nothing"));
    assert_eq!(teams.stand(&[]).1[0], "sent");
}

#[test]
fn what_rests_on_old_versions_is_told_when_it_has_become_so() {
    let program = Program::start(&[]);
    let mut teams = Teams::new(&program.subscription("chat", "audience = \"operator\""));
    let set = ["baseline", "set", "autumn", "--reason", "first"];
    teams.desk.out(&set);
    teams.tell();
    program.all();
    teams.desk.out(&["upgrade", "platform:kvm", "7.2.22", "9.9"]);
    teams.tell();
    let [told] = program.all().try_into().ok().unwrap();
    assert_eq!(told.event["data"]["stale"].as_array().unwrap().len(), 2, "{}", told.event);
    assert_eq!(teams.tell()[0]["stands"], "nothing");
    teams.tried(".");
    teams.tell();
}

#[test]
fn a_team_may_be_told_from_an_earlier_position_on() {
    let program = Program::start(&[]);
    let mut teams = Teams::new(&program.subscription("chat", ""));
    let since = teams.desk.events().to_string();
    teams.tried("xx");
    teams.desk.refused(&["letters", "digest", "--since", "999999"], 2, "lies beyond the log");
    assert_eq!(teams.stand(&["--since", &since]), (0, vec!["sent".to_owned()]));
    assert_eq!(counts(&program.all()[0].event), (1, 0));
    assert_eq!(teams.stand(&["--since", "0"]), (0, vec!["nothing".to_owned()]), "it was told");
}

#[test]
fn what_was_told_can_be_listed_and_followed() {
    let program = Program::start(&["503 Busy"]);
    let mut teams = Teams::new(&program.subscription("chat", "after = 1"));
    assert_eq!(teams.call(&[]).code, 3);
    teams.aged(jiff::SignedDuration::from_hours(1));
    let sent = teams.desk.out(&["letters", "digest", "--by", "ada"]);
    teams.tried("x");
    let due = teams.desk.out(&["letters", "digest", "--dry-run"]);
    teams.desk.out(&["letters", "digest"]);
    let nothing = teams.desk.out(&["letters", "digest"]);
    insta::assert_snapshot!("digest_said", blurred(&format!("{sent}\n{due}\n{nothing}")));
    insta::assert_snapshot!("digest_list", blurred(&teams.desk.out(&["letters", "list"])));
    let first = teams.desk.list()[0]["letter"].as_str().unwrap().to_owned();
    let status = teams.desk.out(&["letters", "status", &first]);
    insta::assert_snapshot!("digest_status", blurred(&status));
    teams.desk.refused(&["letters", "resend", &first], 2, "a digest is not sent again");
    assert_eq!(
        teams.desk.out(&["letters", "list", "c-0"]),
        "no letter yet: portolan letters preview CAMPAIGN\n"
    );
}

/// The same without seconds since 1970, which end the name of a digest.
fn blurred(text: &str) -> String {
    let text = masked(text);
    let words = text.split_inclusive(|it: char| !it.is_ascii_digit());
    words
        .map(|it| {
            let digits = it.trim_end_matches(|it: char| !it.is_ascii_digit());
            if digits.len() == 10 { it.replace(digits, "SSSSSSSSSS") } else { it.to_owned() }
        })
        .collect()
}
