//! Notifications of letters that came back, which anybody may write: no letter is named that the bytes do not name, and
//! nothing that is kept is long or unprintable.

use post::bounce::{Bounce, messages, read};

/// Reads the input as one message, and as a mailbox.
pub fn check(input: &[u8]) {
    let single = read(input);
    assert_eq!(single, read(input), "the same bytes say the same");
    if let Ok(bounce) = &single {
        holds(bounce, input);
    }
    let found = messages(input).expect("bytes in memory can be read");
    for it in found {
        if let Ok(bounce) = it.bounce {
            holds(&bounce, input);
        }
    }
}

/// What must hold for whatever was read.
fn holds(bounce: &Bounce, input: &[u8]) {
    let id = bounce.message_id.as_str();
    assert_eq!(id.parse().ok().as_ref(), Some(&bounce.message_id), "a name is one");
    let has = |what: &[u8]| input.windows(what.len()).any(|it| it.eq_ignore_ascii_case(what));
    // A part may be packed; then the name is in what it unpacks to.
    let packed = [b"base64".as_slice(), b"quoted-printable", b"x-uu"].into_iter().any(has);
    assert!(packed || has(id.as_bytes()), "{id} is nowhere in the message");
    assert!((1..=64).contains(&bounce.fates.len()), "as many recipients as are read");
    for fate in &bounce.fates {
        let shown =
            [fate.recipient.as_str(), fate.words.for_operators(), fate.words.without_addresses()];
        assert!(shown.iter().all(|it| it.chars().count() <= 400 && !it.contains(char::is_control)));
        assert!(!fate.words.without_addresses().contains('@'), "an address in words for the log");
    }
}
