//! Programs that do not take a notice: later, never; and settings that lead nowhere.

use jiff::SignedDuration;

use super::program::Program;
use super::team::{HEAD, Teams};
use crate::desk::files;
use crate::keys::Ring;
use crate::mail::Mail;

#[test]
fn later_is_tried_again_when_its_time_has_come_under_the_same_name() {
    let program = Program::start(&["503 Busy", "429 Slow down", "408 Late"]);
    let teams = Teams::new(&program.subscription("chat", ""));
    for attempt in 1..=3 {
        assert_eq!(teams.stand(&[]), (3, vec!["delayed".to_owned()]));
        assert_eq!(teams.stand(&[]), (3, vec!["delayed".to_owned()]), "its time has not come");
        assert_eq!(teams.desk.letter("chat")["attempts"], attempt);
        assert_eq!(program.all().len(), 1);
        teams.aged(SignedDuration::from_hours(1));
    }
    let before = teams.desk.events();
    assert_eq!(teams.stand(&[]), (0, vec!["sent".to_owned()]));
    assert_eq!((teams.desk.events(), teams.desk.list().len()), (before + 1, 1));
    assert_eq!(teams.desk.letter("chat")["attempts"], 4);
    assert_eq!(teams.stand(&[]), (0, vec!["nothing".to_owned()]));
}

#[test]
fn an_attempt_later_has_the_name_and_the_bytes_of_the_first() {
    let program = Program::start(&["503 Busy"]);
    let mut teams = Teams::new(&program.subscription("chat", ""));
    assert_eq!(teams.stand(&[]).0, 3);
    let first = program.all().remove(0);
    teams.tried("xx");
    teams.desk.an_hour_later();
    std::fs::copy(teams.desk.path("earlier/hook.secret"), teams.desk.path("store/hook.secret"))
        .unwrap();
    assert_eq!(teams.stand(&[]), (0, vec!["sent".to_owned()]));
    let again = program.all().remove(0);
    assert_eq!((&again.id, &again.event), (&first.id, &first.event));
    assert_eq!(teams.desk.letter("chat")["attempts"], 2);
}

#[test]
fn what_is_given_up_is_told_again_with_what_is_new_or_when_somebody_says_so() {
    let answers = ["204 No Content", "404 Not Found", "302 Found", "204 No Content", "410 Gone"];
    let program = Program::start(&answers);
    let mut teams = Teams::new(&program.subscription("chat", "after = 1"));
    teams.tell();
    teams.tried("x");
    program.all();
    assert_eq!(teams.stand(&[]), (3, vec!["failed".to_owned()]));
    assert_eq!(teams.stand(&[]), (0, vec!["given up".to_owned()]), "nobody is asked again");
    assert_eq!(program.all().len(), 1);
    assert_eq!(teams.stand(&["--again"]), (3, vec!["failed".to_owned()]), "not sent on either");
    assert_eq!(teams.stand(&["--again"]), (0, vec!["sent".to_owned()]));
    let regressions = |heard: &super::program::Heard| {
        heard.event["data"]["regressions"].as_array().unwrap().len()
    };
    let heard = program.all();
    assert_eq!(heard.iter().map(regressions).collect::<Vec<_>>(), [1, 1]);
    assert_ne!(heard[0].id, heard[1].id, "another message");
    teams.tried(".");
    assert_eq!(teams.stand(&[]), (3, vec!["failed".to_owned()]));
    let mended = program.all().remove(0).event;
    assert_eq!(mended["data"]["fixes"].as_array().unwrap().len(), 1);
    // Worse again, before anybody heard that it had been mended: all in all nothing new.
    teams.tried("x");
    let (code, _) = teams.stand(&[]);
    assert_eq!(code, 0);
    let last = program.all().remove(0).event;
    assert_eq!(
        (&last["data"]["from"], last["data"]["fixes"].as_array().unwrap().len()),
        (&mended["data"]["from"], 0)
    );
}

#[test]
fn behind_what_is_given_up_nothing_is_sent_when_all_in_all_there_is_nothing_to_tell() {
    let program = Program::start(&["404 Not Found", "204 No Content", "404 Not Found"]);
    let mut teams = Teams::new(&program.subscription("chat", "after = 1"));
    let stand = |teams: &Teams, words: &[&str]| {
        let before = teams.desk.events();
        let (code, stands) = teams.stand(words);
        (code, stands.concat(), program.all().len(), teams.desk.events() - before)
    };
    // That it is told from now on is said again, though nothing has happened.
    assert_eq!(stand(&teams, &[]), (3, "failed".to_owned(), 1, 2));
    assert_eq!(stand(&teams, &[]), (0, "given up".to_owned(), 0, 0));
    assert_eq!(stand(&teams, &["--again"]), (0, "sent".to_owned(), 1, 2));
    teams.tried("x");
    assert_eq!(stand(&teams, &[]), (3, "failed".to_owned(), 1, 2));
    // Mended before anybody heard of it.
    teams.tried(".");
    assert_eq!(stand(&teams, &[]), (0, "nothing".to_owned(), 0, 0));
    assert_eq!(stand(&teams, &["--again"]), (0, "nothing".to_owned(), 0, 0));
}

#[test]
fn nobody_there_is_later_and_holds_no_other_team_up() {
    let (gone, program) = (Program::start(&[]), Program::start(&[]));
    let nobody = gone.subscription("gone", "");
    drop(gone);
    let teams = Teams::new(&(nobody + &program.subscription("chat", "")));
    assert_eq!(teams.stand(&[]), (3, vec!["delayed".to_owned(), "sent".to_owned()]));
    let failed = format!("{:?}", teams.desk.told_of_letters());
    assert!(failed.contains("connect: ") && !failed.contains("/hook"), "{failed}");
}

#[test]
fn a_key_that_has_ended_holds_no_other_team_up_and_is_told_until_it_is_replaced() {
    let team = |id: &str, more: &str| {
        format!("[[subscription]]\nid = \"{id}\"\naddress = \"{id}@example.test\"\n{more}")
    };
    let settings = team("a", "") + &team("b", "openpgp = \"b.asc\"\n") + &team("c", "");
    let teams = Teams::new("");
    let key = teams.desk.path("store/b.asc");
    std::fs::write(&key, Ring::ended(&teams.desk, "b@example.test")).unwrap();
    teams.desk.set(&format!("{HEAD}{settings}"));
    let stand = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(teams.stand(&[]), (3, stand("sent delayed sent")));
    assert_eq!(teams.stand(&[]), (3, stand("nothing delayed nothing")));
    let mut to: Vec<String> =
        Mail::all(&teams.desk.path("store/out")).into_iter().map(|it| it.to).collect();
    to.sort_unstable();
    assert_eq!(to, ["a@example.test", "c@example.test"]);
    let told = format!("{:?}", teams.desk.told_of_letters());
    assert!(told.contains("making: the certificate expired on 2020-01-31"), "{told}");
    teams.aged(SignedDuration::from_hours(1));
    std::fs::write(&key, Ring::certificate(&teams.desk, "b@example.test")).unwrap();
    assert_eq!(teams.stand(&[]), (0, stand("nothing sent nothing")));
    assert_eq!(teams.desk.letter("b")["attempts"], 2);
}

#[test]
fn into_a_folder_nothing_leaves_the_machine() {
    let program = Program::start(&[]);
    let mail = "[[subscription]]\nid = \"all\"\naddress = \"all@example.test\"\n";
    let teams = Teams::new(&(program.subscription("chat", "") + mail));
    let called = teams.call(&["--folder", "here", "--quiet"]);
    assert_eq!((called.code, called.err.as_str()), (0, ""), "{}", called.out);
    let folder = teams.desk.path("here");
    let notices = files(&folder, ".json");
    assert_eq!((Mail::all(&folder).len(), notices.len(), program.all().len()), (1, 1, 0));
    let notice: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&notices[0]).unwrap()).unwrap();
    assert_eq!(notice["specversion"], "1.0");
    assert_eq!(files(&teams.desk.path("store/out"), "").len(), 0);
}

#[test]
fn settings_that_lead_nowhere_are_refused_before_anything_is_recorded() {
    let program = Program::start(&[]);
    let chat = program.subscription("chat", "");
    let teams = Teams::new(&chat);
    let before = teams.desk.events();
    let cases = [
        (String::new(), "the settings have no [[subscription]]"),
        (chat.replace("http://127.0.0.1", "http://example.org"), "the url must be as in"),
        (chat.replace("hook.secret", "letters.toml"), "the secret must be `whsec_`"),
        (chat.replace("secret_file = \"hook.secret\"", "secret_env = \"NO_SUCH\""), "no NO_SUCH"),
        (format!("{chat}audience = \"vendor\"\n"), "unknown variant `vendor`"),
        (format!("{chat}{chat}"), "stands here a second time"),
        (chat.replace("\"chat\"", "\"Chat\""), "is not an identifier"),
        (chat.replace("\"chat\"", "\"a\u{1b}[2J\""), "letters.toml:"),
        (
            (0..201).map(|it| chat.replace("chat", &format!("t{it}"))).collect(),
            "more than 200 subscriptions",
        ),
    ];
    for (settings, expected) in cases {
        teams.desk.set(&format!("{HEAD}{settings}"));
        teams.desk.refused(&["letters", "digest"], 2, expected);
    }
    teams.desk.set(&format!("{HEAD}{chat}"));
    teams.desk.refused(&["letters", "digest", "--team", "x"], 2, "there are: chat");
    teams.desk.refused(&["letters", "digest", "--since=-1"], 2, "--since");
    assert_eq!((teams.desk.events(), program.all().len()), (before, 0));
}
