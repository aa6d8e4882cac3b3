//! The way of a letter: written, looked at, sent once, told of.

use domain::event::LetterEvent;
use serde_json::json;

use crate::desk::{CAMPAIGN, Desk, VENDORS, files, masked};
use crate::mail::Mail;

/// How every letter stands, in the order of contacts.
fn stages(desk: &Desk) -> Vec<String> {
    let mut all = desk.list();
    all.sort_by_key(|it| it["contact"].to_string());
    all.iter().map(|it| it["stage"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_leaves_that_nobody_has_looked_at() {
    let desk = Desk::new();
    desk.refused(&["letters", "preview", "no-such"], 2, "there is no campaign `no-such`");
    desk.refused(&["letters", "send", "no-such"], 2, "there is no campaign `no-such`");
    assert_eq!(desk.letters("send", &[]), "nothing is owed\n");
    // A table is no look.
    insta::assert_snapshot!("preview", masked(&desk.letters("preview", &[])));
    assert_eq!(stages(&desk), ["prepared"; 3]);
    insta::assert_snapshot!("send_unseen", masked(&desk.letters("send", &[])));
    assert_eq!(files(&desk.path("store/letters"), ""), [] as [std::path::PathBuf; 0]);
    let acme = desk.letter("acme");
    let acme = acme["letter"].as_str().unwrap();
    desk.refused(&["letters", "resend", acme], 2, "did not leave yet");
    assert_eq!(stages(&desk), ["prepared"; 3], "nobody has looked at it meanwhile");
    desk.letters("preview", &["--vendor", "acme", "--by", "ada"]);
    assert_eq!(stages(&desk), ["previewed", "prepared", "prepared"]);
    let before = desk.events();
    desk.letters("preview", &["--vendor", "acme", "--by", "ada"]);
    desk.letters("preview", &[]);
    assert_eq!(desk.events(), before, "who looks twice is recorded once");
    let sent = desk.json(&["letters", "send", CAMPAIGN]);
    assert_eq!((&sent["sent"], sent["unseen"].as_array().unwrap().len()), (&json!([acme]), 2));
    assert_eq!(Mail::all(&desk.path("store/letters")).len(), 1);
}

#[test]
fn each_letter_leaves_once_and_all_of_its_way_is_told() {
    let desk = Desk::new();
    let folder = desk.path("read");
    desk.letters("preview", &["--out", folder.to_str().unwrap(), "--by", "ada"]);
    assert_eq!(stages(&desk), ["previewed"; 3]);
    desk.letters("send", &[]);
    let mails = Mail::all(&desk.path("store/letters"));
    let mut told: Vec<&str> = mails.iter().map(|it| it.to.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, VENDORS.map(|it| format!("{it}@vendors.invalid")));
    for mail in &mails {
        let (vendor, _) = mail.to.split_once('@').unwrap();
        let listed = desk.letter(vendor);
        assert_eq!(listed["message_id"], json!(mail.id));
        assert_eq!(mail.names, ["csv", "html"].map(|it| format!("{CAMPAIGN}-{vendor}.{it}")));
        // What was read is what was sent.
        let read = folder.join(listed["letter"].as_str().unwrap()).join("letter.txt");
        let read = std::fs::read_to_string(read).unwrap();
        let sent = format!("Subject: {}\n\n{}", mail.subject, mail.parts[0]);
        assert_eq!(sent.replace("\r\n", "\n").trim_end(), read.trim_end());
    }
    let (events, files) = (desk.events(), files(&desk.path("store/letters"), ""));
    assert_eq!(desk.letters("send", &[]), "nothing is owed\n");
    assert_eq!(
        (desk.events(), crate::desk::files(&desk.path("store/letters"), "")),
        (events, files)
    );
    insta::assert_snapshot!("list", masked(&desk.out(&["letters", "list", CAMPAIGN])));
    let acme = desk.letter("acme")["letter"].as_str().unwrap().to_owned();
    insta::assert_snapshot!("status", masked(&desk.out(&["letters", "status", &acme])));
    desk.refused(&["letters", "status", "acme-1"], 2, "there is no letter `acme-1`");
    assert_eq!(
        desk.out(&["letters", "list", "another"]),
        "no letter yet: portolan letters preview CAMPAIGN\n"
    );
}

#[test]
fn a_letter_that_is_sent_again_is_another_message() {
    let desk = Desk::new();
    desk.letters("preview", &["--vendor", "acme"]);
    desk.letters("send", &[]);
    let first = desk.letter("acme");
    let name = first["letter"].as_str().unwrap();
    let again = desk.json(&["letters", "resend", name, "--by", "bert"]);
    assert_eq!(again["sent"], json!([format!("{name}.2")]));
    let again = desk.json(&["letters", "resend", &format!("{name}.2")]);
    assert_eq!(again["sent"].as_array().unwrap().len(), 1);
    let mails = Mail::all(&desk.path("store/letters"));
    let ids: std::collections::BTreeSet<&str> = mails.iter().map(|it| it.id.as_str()).collect();
    assert_eq!((mails.len(), ids.len()), (3, 3));
    assert!(mails.iter().all(|it| it.parts == mails[0].parts), "it says the same");
    let prepared = |it| if let LetterEvent::LetterPrepared(it) = it { it.follows } else { None };
    let followed: Vec<String> =
        desk.told_of_letters().into_iter().filter_map(prepared).map(|it| it.to_string()).collect();
    assert_eq!(followed, [name.to_owned(), format!("{name}.2")]);
    assert_eq!(desk.letters("send", &[]), "nothing is owed\n", "nothing is sent a fourth time");
    desk.letters("preview", &["--vendor", "acme"]);
    assert_eq!(desk.letters("send", &[]), "nothing is owed\n");
    desk.refused(&["letters", "resend", "acme-1"], 2, "there is no letter");
}

#[test]
fn everything_is_told_to_programs_too() {
    let desk = Desk::new();
    let until = ["--until", "2099-01-31", "--reason", "first the vendors"];
    let set = desk.json(&[&["letters", "embargo", CAMPAIGN][..], &until].concat());
    assert!(
        set["position"].is_u64() && set["until"].as_str().unwrap().starts_with("2099"),
        "{set}"
    );
    let again = desk.json(&[&["letters", "embargo", CAMPAIGN][..], &until].concat());
    assert_eq!(again["position"], json!(null), "it stands already");
    let written = desk.json(&["letters", "preview", CAMPAIGN]);
    assert_eq!(written["letters"].as_array().unwrap().len(), 3);
    assert_eq!(written["disclosing"]["schema"], json!("portolan.disclosing/1"));
    desk.json(&["letters", "preview", CAMPAIGN, "--vendor", "libre"]);
    let sent = desk.json(&["letters", "send", CAMPAIGN, "--vendor", "libre"]);
    assert_eq!(sent["sent"].as_array().unwrap().len(), 1);
    let libre = desk.letter("libre");
    let name = libre["letter"].as_str().unwrap();
    assert_eq!(desk.json(&["letters", "status", name]), libre);
    assert_eq!(libre["about"]["vendor"], json!("libre"), "{libre}");
    let answer = desk.dispute("libre").to_string();
    let replied = desk.json(&["letters", "reply", &answer, "run again: as before"]);
    assert!(replied["position"].is_u64(), "{replied}");
    // The reply is new to the vendor: its next letter follows the first.
    let next = desk.letters("preview", &["--vendor", "libre"]);
    assert!(next.contains("our driver was not installed") && next.contains("run again: as before"));
}

/// What only a tool's own maker may read: its products, its tools and its routes.
const CANARIES: [&str; 3] = ["canary", "toolsmith", "Toolsmith"];

#[test]
fn no_letter_holds_what_another_vendor_alone_may_see() {
    for fewest in ["1", "2"] {
        let desk = Desk::new();
        let until = ["--until", "2099-01-01", "--reason", "vendors first"];
        desk.letters("embargo", &until);
        let words = ["--fewest-tools", fewest];
        let folder = desk.path(fewest);
        let out = ["--out", folder.to_str().unwrap()];
        desk.letters("preview", &[&words[..], &out].concat());
        let folder = desk.path(&format!("sent-{fewest}"));
        desk.letters("send", &[&words[..], &["--folder", folder.to_str().unwrap()]].concat());
        let mails = Mail::all(&folder);
        assert_eq!(mails.len(), 3, "{fewest}");
        for mail in &mails {
            let whole = mail.whole().replace("canary.intact", "");
            let is_its_own = mail.to.starts_with("toolsmith@");
            assert_eq!(whole.contains("Canary Converter One"), is_its_own, "{}", mail.to);
            let found = CANARIES.iter().find(|it| whole.contains(**it));
            assert!(is_its_own || found.is_none(), "{found:?} in the letter to {}", mail.to);
            for other in VENDORS.iter().filter(|it| !mail.to.starts_with(**it)) {
                assert!(!whole.contains(&format!("{other}@")), "an address in {}", mail.to);
            }
        }
        let acme = mails.iter().find(|it| it.to.starts_with("acme@")).unwrap();
        let told = acme.parts[0].contains("host-only: acme-like → kvm\r\n    step 7");
        let told = told || acme.parts[0].contains("host-only: acme-like → kvm\n    step 7");
        assert_eq!(told, fewest == "1", "what the public will not be told: {}", acme.parts[0]);
    }
}
