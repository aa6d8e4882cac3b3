//! Digests by a mail server that shares no code with us, which does not take them, or is gone.

use serde_json::Value;

use super::team::Teams;
use crate::at_a_real_server::relay::Relay;

fn settings(relay: &Relay, teams: &[&str]) -> String {
    let mut text = relay.settings("post", &[]);
    for team in teams {
        text += &format!(
            "[[subscription]]\nid = \"{team}\"\naddress = \"{team}@example.test\"\nafter = 1\n"
        );
    }
    text
}

fn header(mail: &Value, name: &str) -> String {
    let headers = mail["mail"]["headers"].as_array().unwrap();
    headers.iter().find(|it| it[0] == name).unwrap()[1].as_str().unwrap().to_owned()
}

#[test]
fn a_digest_is_one_mail_however_often_it_is_tried() {
    let relay = Relay::start();
    let mut teams = Teams::new("");
    teams.desk.set(&settings(&relay, &["drop-end-once", "rcpt-552", "all"]));
    let (code, stands) = teams.stand(&[]);
    assert_eq!((code, stands.join(" ").as_str()), (3, "delayed failed sent"));
    teams.aged(jiff::SignedDuration::from_hours(1));
    let (code, stands) = teams.stand(&[]);
    assert_eq!((code, stands.join(" ").as_str()), (0, "sent given up nothing"));
    let taken: Vec<Value> = relay.taken.try_iter().collect();
    let to = |it: &Value| it["to"][0].as_str().unwrap().to_owned();
    let dropped = taken.iter().filter(|it| to(it).starts_with("drop")).count();
    assert_eq!(
        (taken.len(), dropped),
        (3, 2),
        "it was taken, and the server was gone before it said so"
    );
    for it in &taken {
        assert_eq!(it["mail"]["defects"], serde_json::json!([]));
        assert_eq!(header(it, "Auto-Submitted"), "auto-generated");
    }
    teams.tried("x");
    teams.stand(&[]);
    let taken: Vec<Value> = relay.taken.try_iter().collect();
    assert_eq!(taken.iter().filter(|it| header(it, "Subject").contains("1 regression")).count(), 2);
}
