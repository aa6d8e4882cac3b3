//! Letters that came back: as servers write it, as nobody should, and as nobody does.

use std::fs;

use post::bounce::{Action, NotABounce, maildir, mbox, read};
use proptest::prelude::*;

const POSTFIX: &str = include_str!("bouncing/postfix.eml");
const EXIM: &str = include_str!("bouncing/exim.eml");
const DELAYED: &str = include_str!("bouncing/delayed.eml");

#[test]
fn notifications_say_which_letter_and_what_became_of_it() {
    let bounce = read(POSTFIX.as_bytes()).unwrap();
    assert_eq!(bounce.message_id.as_str(), "<2026.press@portolan.test>");
    let fate = &bounce.fates[0];
    assert_eq!((fate.action, fate.status.as_deref()), (Action::Failed, Some("5.1.1")));
    assert_eq!(fate.recipient, "press@boreal.example");
    assert!(fate.words.for_operators().contains("User unknown in virtual mailbox table"));
    assert_eq!(
        fate.words.without_addresses(),
        "550 5.1.1 <(address)>: Recipient address rejected: User unknown in virtual mailbox table"
    );
    assert!(!format!("{bounce:?}").contains("boreal"));

    let bounce = read(EXIM.as_bytes()).unwrap();
    assert_eq!(bounce.message_id.as_str(), "<2026.other@portolan.test>");
    assert_eq!(
        (bounce.fates[0].action, bounce.fates[0].status.as_deref()),
        (Action::Failed, Some("5.0.0"))
    );

    let bounce = read(DELAYED.as_bytes()).unwrap();
    assert_eq!(
        (bounce.fates[0].action, bounce.fates[0].status.as_deref()),
        (Action::Delayed, Some("4.4.1"))
    );
    // Line ends of a file are as good as those of a mail.
    let dos = POSTFIX.replace('\n', "\r\n");
    assert_eq!(read(dos.as_bytes()), read(POSTFIX.as_bytes()));
}

#[test]
fn what_says_nothing_about_a_letter_is_none() {
    assert_eq!(read(b""), Err(NotABounce::OtherMail));
    assert_eq!(read(b"Subject: hello\n\nThere\n"), Err(NotABounce::OtherMail));
    let receipt =
        POSTFIX.replace("report-type=delivery-status", "report-type=disposition-notification");
    assert_eq!(read(receipt.as_bytes()), Err(NotABounce::OtherMail));
    let nameless = POSTFIX.replace("Message-ID: <2026.press", "X-Message-ID: <2026.press");
    assert_eq!(read(nameless.as_bytes()), Err(NotABounce::WhichLetter));
    let torn = POSTFIX.replace(
        "Message-ID: <2026.press@portolan.test>",
        "Message-ID: <a@b.c>\nMessage-ID: <d@e.f>",
    );
    assert_eq!(read(torn.as_bytes()), Err(NotABounce::WhichLetter));
    let vague = POSTFIX.replace("Action: failed", "Action: shrugged");
    assert_eq!(read(vague.as_bytes()), Err(NotABounce::WhichFate));
    assert_eq!(read(&vec![b'x'; 17 * 1024 * 1024]), Err(NotABounce::TooLarge));
}

#[test]
fn mailboxes_are_read_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mbox");
    let text = [POSTFIX, "Subject: other\n\n>From here\n", EXIM]
        .map(|it| format!("From x Mon Nov 23 10:00:00 2026\n{it}\n"));
    fs::write(&file, text.concat()).unwrap();
    let found = mbox(&file).unwrap();
    let good: Vec<bool> = found.iter().map(|it| it.bounce.is_ok()).collect();
    assert_eq!(good, [true, false, true]);
    assert_eq!(found[2].place, "message 3");

    for (part, name, text) in
        [("new", "2.host", EXIM), ("cur", "1.host:2,S", POSTFIX), ("tmp", "0.host", DELAYED)]
    {
        fs::create_dir_all(folder.path().join("dir").join(part)).unwrap();
        fs::write(folder.path().join("dir").join(part).join(name), text).unwrap();
    }
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("dir/new/link")).unwrap();
    let found = maildir(&folder.path().join("dir")).unwrap();
    let places: Vec<&str> = found.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["1.host:2,S", "2.host"]);
    assert!(found.iter().all(|it| it.bounce.is_ok()));
    assert!(maildir(folder.path()).unwrap_err().to_string().contains("new"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_notification_that_is_damaged_is_read_without_a_panic(
        at in 0..POSTFIX.len(), length in 0_usize..200, new in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut bytes = POSTFIX.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, new);
        if let Ok(bounce) = read(&bytes) {
            prop_assert!(bounce.fates.len() <= 64);
        }
    }
}
