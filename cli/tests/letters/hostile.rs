//! Settings that are wrong, contacts that fit nobody, names that would write to a terminal.

use domain::event::Event;

use crate::desk::{CAMPAIGN, Desk, files};
use crate::mail::Mail;
use crate::{fixture, sample};

const HEAD: &str = "[post]\nfrom = \"Portolan <post@portolan.test>\"\ntransport = \"folder\"\n\
                    folder = \"out\"\n";

/// A contact of a vendor.
fn contact(id: &str, vendor: &str, results: &str) -> String {
    format!(
        "[[contact]]\nid = \"{id}\"\nvendor = \"{vendor}\"\naddress = \"{id}@example.test\"\n\
         results = \"{results}\"\n"
    )
}

#[test]
fn settings_that_are_wrong_are_refused_before_anything_is_recorded() {
    let anna = contact("anna", "acme", "mail");
    let cases = [
        (format!("{HEAD}colour = 1\n{anna}"), "letters.toml:5: unknown field `colour`"),
        (
            format!("{HEAD}password = \"hunter2\"\n{anna}"),
            "letters.toml:5: unknown field `password`",
        ),
        (format!("{HEAD}{anna}openpgp = \"anna.asc\"\n"), "anna.asc: No such file"),
        (
            format!("{HEAD}{anna}").replace("anna@example.test", "anna hunter2"),
            "not a mail address",
        ),
        (
            format!("{HEAD}{}", contact("a b", "acme", "mail").replace("a b@", "a@")),
            "an id is 1 to 64",
        ),
        (format!("{HEAD}{anna}{anna}"), "stands here a second time"),
        (HEAD.replace("folder\"\nfolder", "smtp\"\nfolder"), "needs a [post.smtp]"),
        (format!("{HEAD}from = \"hunter2@x.test\""), "letters.toml:5: duplicate key"),
        ("\u{0}hunter2".to_owned(), "letters.toml:1"),
    ];
    for (settings, expected) in cases {
        let desk = Desk::with(&settings);
        let before = desk.events();
        for act in ["preview", "send"] {
            let called = desk.call(&["letters", act, CAMPAIGN]);
            assert_eq!(called.code, 2, "{settings}: {}", called.err);
            assert!(called.err.contains(expected), "{settings}: {}", called.err);
            assert!(!called.err.contains("hunter2"), "{}", called.err);
        }
        assert_eq!(desk.events(), before);
    }
    let desk = Desk::new();
    desk.refused(&["letters", "preview", CAMPAIGN, "--settings", "no.toml"], 2, "no.toml");
    desk.refused(
        &["letters", "preview", CAMPAIGN, "--fewest-tools", "0"],
        2,
        "0 is not in 1..=100",
    );
    desk.refused(&["letters", "preview", CAMPAIGN, "--by", "a\u{1b}[2Jb"], 2, "who writes it");
    desk.refused(&["letters", "preview", "../../etc"], 2, "../../etc");
}

#[test]
fn contacts_of_nobody_are_left_out_and_two_of_one_vendor_get_a_letter_each() {
    let contacts = [("anna", "acme"), ("bert", "acme"), ("eve", "boreal")];
    let contacts: String = contacts.iter().map(|(id, of)| contact(id, of, "mail")).collect();
    let team = "[[contact]]\nid = \"team\"\naddress = \"team@example.test\"\nresults = \"mail\"\n";
    let desk = Desk::with(&format!("{HEAD}{contacts}{team}"));
    let table = desk.letters("preview", &[]);
    assert!(table.contains("No contact, so told nothing: libre, toolsmith"), "{table}");
    let boreal = ["letters", "preview", CAMPAIGN, "--vendor", "boreal"];
    desk.refused(&boreal, 2, "nobody can be written to at `boreal`");
    desk.letters("preview", &["--vendor", "acme"]);
    let sent = desk.letters("send", &[]);
    assert_eq!(sent.matches("→ sent").count(), 2, "{sent}");
    let mails = Mail::all(&desk.path("store/out"));
    let mut told: Vec<&str> = mails.iter().map(|it| it.to.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["anna@example.test", "bert@example.test"]);
    assert_ne!(mails[0].id, mails[1].id);
    let desk = Desk::with(&format!("{HEAD}{team}"));
    let words = ["letters", "preview", CAMPAIGN];
    desk.refused(&words, 2, "no vendor has a contact in the settings; vendors: acme, libre");
    assert_eq!(files(&desk.path("store/out"), ".eml").len(), 0);
}

#[test]
fn a_contact_that_is_gone_or_changed_holds_nobody_else_up() {
    let (anna, bert) = (contact("anna", "acme", "mail"), contact("bert", "libre", "mail"));
    let carl = contact("carl", "toolsmith", "mail");
    let desk = Desk::with(&format!("{HEAD}{anna}{bert}{carl}"));
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    // Anna has left, and Bert wants no results by mail any more.
    let bert = contact("bert", "libre", "link");
    desk.set(&format!("{HEAD}{bert}{carl}"));
    let called = desk.call(&["letters", "send", CAMPAIGN]);
    assert_eq!(called.code, 2, "{}{}", called.out, called.err);
    assert!(called.err.contains("1 letter would say something else"), "{}", called.err);
    assert!(called.out.contains("its contact is not in the settings any more"), "{}", called.out);
    let mails = Mail::all(&desk.path("store/out"));
    assert_eq!(mails.iter().map(|it| it.to.as_str()).collect::<Vec<_>>(), ["carl@example.test"]);
    desk.letters("preview", &["--vendor", "libre"]);
    let sent = desk.letters("send", &[]);
    assert_eq!(sent.matches("→ sent").count(), 1, "{sent}");
    let mails = Mail::all(&desk.path("store/out"));
    let bert = mails.iter().find(|it| it.to.starts_with("bert")).unwrap();
    assert!(!bert.whole().contains("WARNING") && bert.names.is_empty(), "{}", bert.whole());
    let sent = desk.letters("send", &[]);
    assert!(!sent.contains("→ sent"), "{sent}");
}

#[test]
fn names_with_control_characters_reach_no_terminal_and_no_head_of_a_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = fixture::events();
    let name = "Acme\u{1b}[2J\r\nBcc: eve@example.test\r\n\u{9b}31m";
    for recorded in &mut events {
        if let Event::CampaignStarted(it) = &mut recorded.event {
            it.testbed.vendors[0].name = name.to_owned();
            it.testbed.platforms[0].product = name.to_owned();
        }
    }
    sample::make(&folder.path().join("store"), events).unwrap();
    let desk = Desk::over(folder);
    let mut said = desk.letters("preview", &["--vendor", "acme"]);
    said += &desk.letters("preview", &[]);
    said += &desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    said += &desk.letters("send", &[]);
    said += &desk.out(&["letters", "list"]);
    said += &desk.out(&["publish", CAMPAIGN, "--dry-run"]);
    let visible = |it: char| !it.is_control() || it == '\n';
    assert!(said.chars().all(visible), "{said:?}");
    let mails = Mail::all(&desk.path("store/letters"));
    assert_eq!(mails.len(), 3);
    for path in files(&desk.path("store/letters"), ".eml") {
        let bytes = std::fs::read(path).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.bcc().is_none() && !mail.subject().unwrap().contains(['\r', '\n', '\u{1b}']));
        assert!(!mail.body_text(0).unwrap().contains('\u{1b}'));
    }
}
