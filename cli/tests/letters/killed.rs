//! `portolan letters send` killed while it writes files: each contact has one, and the log says so.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Stdio;

use crate::desk::{CAMPAIGN, Desk, VENDORS, files};
use crate::mail::Mail;

#[test]
fn killed_behind_any_file_it_writes_each_letter_once() {
    let mut settings = "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \
                        \"out\"\n"
        .to_owned();
    for (number, vendor) in (1..=20).zip(VENDORS.iter().cycle()) {
        let id = format!("c{number:02}");
        let contact = format!("id = \"{id}\"\nvendor = \"{vendor}\"\naddress = \"{id}@a.test\"");
        write!(settings, "[[contact]]\n{contact}\nresults = \"mail\"\n").unwrap();
    }
    // What became of 16 is recorded at once: before, at and behind that point.
    for after in [1, 7, 16, 17, 20] {
        let desk = Desk::with(&settings);
        let out = desk.path("store/out");
        desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
        let mut program = desk.program(&["letters", "send", CAMPAIGN]);
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while files(&out, ".eml").len() < after {
            assert!(child.try_wait().unwrap().is_none() || files(&out, ".eml").len() >= after);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        desk.letters("send", &[]);
        assert_eq!(desk.letters("send", &[]), "nothing is owed\n");
        let mails = Mail::all(&out);
        let to: BTreeSet<&str> = mails.iter().map(|it| it.to.as_str()).collect();
        assert_eq!((mails.len(), to.len()), (20, 20), "one each");
        let listed = desk.list();
        assert!(listed.iter().all(|it| it["stage"] == "sent"));
        let listed: BTreeSet<&str> =
            listed.iter().map(|it| it["message_id"].as_str().unwrap()).collect();
        assert_eq!(listed, mails.iter().map(|it| it.id.as_str()).collect());
        desk.verify();
    }
}
