//! The pages of those who have signed in, and of the way in.

use domain::access::{AccessRegistry, Known, Means, Role};
use domain::event::{AccessEvent, AccessGranted, AccessRevoked, Event, Recorded};
use jiff::Timestamp;
use reports::granted::{grants, grants_text};
use reports::pages::account::Account;
use reports::pages::confirm::Confirm;
use reports::pages::frame::Frame;
use uuid::Uuid;

use super::sample::Sample;

/// Pages about access.
pub(crate) fn signed_in() -> Vec<Sample> {
    let confirm = Confirm {
        title: "Your private results".to_owned(),
        words: "This link shows the results of citrix.".to_owned(),
        button: "Open as citrix".to_owned(),
        action: "/v/g-1~1~\"><script>".to_owned(),
        csrf: "0123456789".to_owned(),
    };
    let known = known();
    let account = Account::of(&known, Some("2026-12-01T20:00:00Z".to_owned()));
    let auditors = Frame::new("Your account", "/account").seen_by(Some(known.role));
    let page = |name, html: String| Sample { name, html, json: String::new() };
    vec![
        page("confirm", confirm.html(&Frame::new(confirm.title.clone(), "/v")).unwrap()),
        page("account", account.html(&auditors, Some("0123456789")).unwrap()),
    ]
}

fn known() -> Known {
    let role = Role::Auditor;
    Known {
        account: "anna".parse().unwrap(),
        grant: "g-3".parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Oidc,
        expires: Some(at("2026-12-14T00:00:00Z")),
    }
}

/// Grants in every state.
fn registry() -> AccessRegistry {
    let mut registry = AccessRegistry::default();
    let given = [
        ("g-1", None),
        ("g-2", Some("2026-11-30T00:00:00Z")),
        ("g-3", Some("2027-01-01T00:00:00Z")),
    ];
    for (position, (grant, expires)) in (0..).zip(given) {
        let granted = AccessGranted {
            grant: grant.parse().unwrap(),
            account: "anna".parse().unwrap(),
            role: Role::Auditor,
            scopes: Role::Auditor.scopes().to_vec(),
            means: Means::Password,
            secret_sha256: None,
            expires: expires.map(at),
            reason: "<b>the yearly audit</b>\u{1b}[2J".to_owned(),
            by: "bert".to_owned(),
        };
        registry.evolve(&recorded(position, AccessEvent::AccessGranted(granted)));
    }
    let revoked = AccessRevoked {
        grant: "g-1".parse().unwrap(),
        reason: "has left".to_owned(),
        by: "bert".to_owned(),
    };
    registry.evolve(&recorded(3, AccessEvent::AccessRevoked(revoked)));
    registry
}

fn recorded(position: u64, event: AccessEvent) -> Recorded {
    Recorded {
        position,
        at: at("2026-11-01T08:00:00Z"),
        stream: domain::access::STREAM.to_owned(),
        version: position,
        command: Uuid::nil(),
        event: Event::Access(event),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn grants_as_a_table_say_where_each_stands() {
    let text = grants_text(&grants(&registry(), at("2026-12-01T08:00:00Z")));
    assert!(!text.contains('\u{1b}'), "nobody steers a terminal");
    insta::assert_snapshot!("grants", text);
}
