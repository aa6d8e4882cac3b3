//! A mailbox of what mail servers sent back, and what anybody else put into it.

use serde_json::{Value, json};

use crate::desk::{CAMPAIGN, Desk};

/// A notification as postfix writes it.
const SAMPLE: &str = include_str!("../../../post/tests/post/bouncing/postfix.eml");

/// What is told of a letter, to whom it was as claimed.
fn notification(id: &str, recipient: &str, action: &str) -> String {
    let told = SAMPLE.replace("2026.press@portolan.test", id);
    told.replace("press@boreal.example", recipient)
        .replace("Action: failed", &format!("Action: {action}"))
}

fn mailbox(desk: &Desk, messages: &[String]) -> Value {
    let text: String =
        messages.iter().map(|it| format!("From relay Mon Nov 23\n{it}\n\n")).collect();
    std::fs::write(desk.path("box"), text).unwrap();
    desk.json(&["letters", "bounces", "box"])
}

fn sent() -> (Desk, String) {
    let desk = Desk::with(
        "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n\
         [[contact]]\nid = \"anna\"\nvendor = \"acme\"\naddress = \"anna@acme.test\"\nresults = \
         \"mail\"\n",
    );
    desk.letters("preview", &["--vendor", "acme"]);
    desk.letters("send", &[]);
    let id = desk.letter("anna")["message_id"].as_str().unwrap().to_owned();
    (desk, id)
}

#[test]
fn what_is_forged_is_not_recorded() {
    let (desk, id) = sent();
    let before = desk.events();
    let (name, _) = id.split_once('.').unwrap();
    let forged = [
        // Who knows the name of a letter does not know that of its message.
        notification(&format!("{name}.0000000000000000@portolan.test"), "anna@acme.test", "failed"),
        notification("x@portolan.test", "anna@acme.test", "failed"),
        notification(&id, "eve@acme.test", "failed"),
        notification(&id, "anna@acme.test.evil.test", "failed"),
        notification(&id, "anna@acme.test", "exploded"),
        "Subject: hello\n\nno report\n".to_owned(),
    ];
    let told = mailbox(&desk, &forged);
    assert_eq!((&told["recorded"], &told["read"]), (&json!(0), &json!(6)), "{told}");
    assert_eq!(desk.events(), before);
    assert_eq!(desk.letter("anna")["stage"], "sent");
    // A contact that is not in the settings any more: nobody knows whom the letter was for.
    desk.set("[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n");
    let told = mailbox(&desk, &[notification(&id, "eve@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(0), "{told}");
    desk.refused(&["letters", "bounces", "nowhere"], 2, "nowhere");
}

#[test]
fn what_became_of_a_letter_is_recorded_once() {
    let (desk, id) = sent();
    let delayed = notification(&id, "Anna@ACME.test", "delayed");
    assert_eq!(mailbox(&desk, std::slice::from_ref(&delayed))["recorded"], json!(1));
    assert_eq!(desk.letter("anna")["stage"], "sent");
    let said = "550 \u{1b}[2J5.1.1 gone".to_owned() + &" and gone".repeat(2000);
    let failed = notification(&id, "anna@acme.test", "failed").replace("550 5.1.1", &said);
    let all = [delayed, failed];
    assert_eq!(mailbox(&desk, &all)["recorded"], json!(1));
    assert_eq!(mailbox(&desk, &all)["recorded"], json!(0));
    assert_eq!(desk.letter("anna")["stage"], "bounced");
    let name = desk.letter("anna")["letter"].as_str().unwrap().to_owned();
    let story = desk.out(&["letters", "status", &name]);
    assert!(
        story.contains("bounced, as was reported: 5.1.1") && !story.contains('\u{1b}'),
        "{story}"
    );
    assert!(!story.contains("anna@"), "{story}");
    assert!(!desk.letters("send", &[]).contains("→ sent"), "it is a person's turn");
    let again = desk.json(&["letters", "resend", &name]);
    assert_eq!(again["sent"].as_array().unwrap().len(), 1);
    assert!(desk.out(&["letters", "list", CAMPAIGN]).contains("✗ bounced"));
}

#[test]
fn a_digest_that_comes_back_is_known_as_one() {
    let desk = Desk::with(
        "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n\
         [[subscription]]\nid = \"team\"\naddress = \"team@acme.test\"\n",
    );
    desk.out(&["letters", "digest"]);
    let id = desk.letter("team")["message_id"].as_str().unwrap().to_owned();
    let told = mailbox(&desk, &[notification(&id, "anna@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(0), "it was not for anna: {told}");
    let told = mailbox(&desk, &[notification(&id, "team@acme.test", "failed")]);
    assert_eq!(told["recorded"], json!(1), "{told}");
    assert_eq!(desk.letter("team")["stage"], "bounced");
    assert_eq!(desk.json(&["letters", "digest"])[0]["stands"], "nothing", "nobody vouches for it");
}
