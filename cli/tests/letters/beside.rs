//! Beside a running service, which owns the store: everything goes through it.

use rustix::process::Signal;

use crate::child::Serving;
use crate::desk::{CAMPAIGN, Desk, VENDORS, files};

/// A service over the desk's store that others on this machine can find.
pub(crate) fn serve(desk: &Desk) -> Serving {
    let serving = Serving::start(desk.0.path(), &[]);
    while !desk.path("store/service/running.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    serving
}

/// The status that the public gets for the campaign: its page, its numbers, its matrix.
fn asked(serving: &Serving) -> [String; 3] {
    let paths = ["campaigns/ID", "api/v1/campaigns/ID", "api/v1/campaigns/ID/matrix"];
    paths.map(|path| {
        let line = format!("GET /{} HTTP/1.1", path.replace("ID", CAMPAIGN));
        serving.ask(&[&line]).split(' ').nth(1).unwrap().to_owned()
    })
}

#[test]
fn letters_and_publication_go_through_the_service() {
    let desk = Desk::new();
    let serving = serve(&desk);
    assert_eq!(asked(&serving), ["200"; 3]);
    let words = ["--until", "2099-01-31", "--reason", "vendors read first"];
    desk.letters("embargo", &words);
    assert_eq!(asked(&serving), ["404"; 3], "from the next request on");
    let past = ["letters", "embargo", CAMPAIGN, "--until", "2020-01-31", "--reason", "x"];
    desk.refused(&past, 2, "has passed");
    desk.letters("preview", &[]);
    assert_eq!(desk.letters("send", &[]).matches("unseen").count(), 3);
    desk.letters("preview", &["--out", desk.path("read").to_str().unwrap()]);
    let sent = desk.letters("send", &[]);
    assert_eq!(sent.matches("→ sent").count(), 3, "{sent}");
    assert_eq!(desk.letters("send", &[]), "nothing is owed\n");
    assert_eq!(files(&desk.path("store/letters"), ".eml").len(), 3);
    for vendor in VENDORS {
        assert_eq!(desk.letter(vendor)["stage"], "sent");
    }
    desk.refused(&["letters", "reply", "3", "no"], 2, "no vendor disputes");
    desk.refused(&["publish", CAMPAIGN], 2, "needs a reason");
    desk.out(&["publish", CAMPAIGN, "--dry-run"]);
    assert_eq!(asked(&serving), ["404"; 3]);
    desk.out(&["publish", CAMPAIGN, "--reason", "all agreed"]);
    assert_eq!(asked(&serving), ["200"; 3]);
    let again = [&["letters", "embargo", CAMPAIGN][..], &words].concat();
    desk.refused(&again, 2, "are public already");
    serving.signal(Signal::TERM);
    assert!(serving.end().0.success());
    desk.verify();
}

#[test]
fn what_was_looked_at_beside_a_service_can_be_looked_at_again_without_it() {
    let desk = Desk::new();
    let serving = serve(&desk);
    desk.letters("preview", &["--vendor", "acme"]);
    serving.signal(Signal::TERM);
    assert!(serving.end().0.success());
    // The letter says where the vendor's page is: nobody has looked at one that says otherwise.
    desk.refused(&["letters", "send", CAMPAIGN], 2, "something else than what was looked at");
    desk.letters("preview", &["--vendor", "acme"]);
    let serving = serve(&desk);
    let url = format!("http://{}", serving.address);
    desk.refused(&["letters", "send", CAMPAIGN], 2, "something else than what was looked at");
    for _ in 0..2 {
        // There and back again: what is looked at last is what leaves.
        desk.letters("preview", &["--vendor", "acme", "--public-url", &url]);
        desk.letters("preview", &["--vendor", "acme", "--public-url", "https://a.example"]);
    }
    let sent = desk.letters("send", &["--public-url", "https://a.example"]);
    assert_eq!(sent.matches("→ sent").count(), 1, "{sent}");
    assert_eq!(desk.letters("send", &["--public-url", "https://a.example"]), "nothing is owed\n");
}
