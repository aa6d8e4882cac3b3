//! Who may see what: grants, their end, and what is refused.

use domain::access::{
    AccessCommand, AccessRegistry, Means, NotGranted, Role, Scope, Viewer, judge,
};
use domain::event::{
    AccessEvent, AccessGranted, AccessRevoked, Answered, Event, Recorded, SignedIn,
};
use domain::ids::Sha256Digest;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn grant(number: u8, role: Role, expires: Option<Timestamp>) -> AccessGranted {
    AccessGranted {
        grant: format!("g-{number}").parse().unwrap(),
        account: "ada".parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(&[number])),
        expires,
        reason: "the audit".to_owned(),
        by: "operator".to_owned(),
    }
}

fn revoke(number: u8) -> AccessRevoked {
    let grant = format!("g-{number}").parse().unwrap();
    AccessRevoked { grant, reason: "left".to_owned(), by: "operator".to_owned() }
}

/// Judges a command and applies what it causes; says whether it caused anything.
fn act(
    registry: &mut AccessRegistry,
    command: AccessCommand,
    at: Timestamp,
) -> Result<bool, NotGranted> {
    let event = judge(registry, command, at)?;
    let caused = event.is_some();
    if let Some(event) = event {
        registry.evolve(&Recorded {
            position: 0,
            at,
            stream: domain::access::STREAM.to_owned(),
            version: 0,
            command: Uuid::nil(),
            event: Event::Access(event),
        });
    }
    Ok(caused)
}

#[test]
fn a_grant_is_worth_something_until_its_date_or_its_revocation() {
    let mut registry = AccessRegistry::default();
    let secret = Sha256Digest::of(&[1]);
    assert_eq!(registry.by_secret(secret, at(0)), Viewer::Public);
    let granted = grant(1, Role::Auditor, Some(at(10)));
    assert!(act(&mut registry, AccessCommand::Grant(granted.clone()), at(0)).unwrap());
    // The same again is no second grant.
    assert!(!act(&mut registry, AccessCommand::Grant(granted), at(1)).unwrap());
    assert_eq!(registry.by_secret(secret, at(9)).role(), Some(&Role::Auditor));
    assert_eq!(registry.by_secret(secret, at(10)), Viewer::Public);
    assert_eq!(registry.by_secret(Sha256Digest::of(&[2]), at(9)), Viewer::Public);
    assert!(act(&mut registry, AccessCommand::Revoke(revoke(1)), at(5)).unwrap());
    assert!(!act(&mut registry, AccessCommand::Revoke(revoke(1)), at(6)).unwrap());
    assert_eq!(registry.by_secret(secret, at(6)), Viewer::Public);
}

#[test]
fn what_is_wrong_with_a_grant_is_said() {
    let mut registry = AccessRegistry::default();
    let refused = |granted: AccessGranted| {
        judge(&AccessRegistry::default(), AccessCommand::Grant(granted), at(5)).unwrap_err()
    };
    let good = || grant(1, Role::Lab, None);
    assert_eq!(refused(AccessGranted { expires: Some(at(5)), ..good() }), NotGranted::Past(at(5)));
    assert_eq!(refused(AccessGranted { secret_sha256: None, ..good() }), NotGranted::Secret);
    assert_eq!(refused(AccessGranted { means: Means::Password, ..good() }), NotGranted::Secret);
    let too_much = refused(AccessGranted { scopes: vec![Scope::Record, Scope::Grant], ..good() });
    assert_eq!(too_much.to_string(), "the role lab has no scope grant: it may have record");
    let empty = refused(AccessGranted { reason: " \n".to_owned(), ..good() });
    assert_eq!(empty.to_string(), "the reason is needed: say it in words");
    act(&mut registry, AccessCommand::Grant(good()), at(0)).unwrap();
    let other = AccessGranted { reason: "another".to_owned(), ..good() };
    let there = judge(&registry, AccessCommand::Grant(other), at(1)).unwrap_err();
    assert_eq!(there, NotGranted::There("g-1".parse().unwrap()));
    let unknown = judge(&registry, AccessCommand::Revoke(revoke(9)), at(1)).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no grant `g-9`");
}

#[test]
fn a_grant_that_is_over_signs_nobody_in_and_answers_nothing() {
    let mut registry = AccessRegistry::default();
    let vendor: domain::ids::VendorId = "citrix".parse().unwrap();
    let granted = grant(1, Role::Vendor { vendor: vendor.clone() }, Some(at(10)));
    act(&mut registry, AccessCommand::Grant(granted), at(0)).unwrap();
    let signed_in = AccessCommand::NoteSignIn(SignedIn {
        account: "ada".parse().unwrap(),
        grant: "g-1".parse().unwrap(),
        means: Means::Token,
    });
    let answer = |text: &str| {
        AccessCommand::Answer(Answered {
            vendor: vendor.clone(),
            campaign: "c-1".parse().unwrap(),
            cell: None,
            disputes: false,
            may_be_public: false,
            text: text.to_owned(),
            account: "ada".parse().unwrap(),
            grant: "g-1".parse().unwrap(),
        })
    };
    assert!(act(&mut registry, signed_in.clone(), at(1)).unwrap());
    assert!(act(&mut registry, answer("fixed\r\nin 8.2 "), at(1)).unwrap());
    assert_eq!(registry.answers()[0].what.text, "fixed\nin 8.2");
    assert!(!act(&mut registry, answer("fixed\nin 8.2"), at(2)).unwrap());
    for bad in ["", " \n ", "a\u{7}b", &"x".repeat(8193)] {
        assert_eq!(judge(&registry, answer(bad), at(2)).unwrap_err(), NotGranted::Answer);
    }
    let over = NotGranted::NotInForce("g-1".parse().unwrap());
    assert_eq!(judge(&registry, signed_in, at(10)).unwrap_err(), over);
    assert_eq!(judge(&registry, answer("late"), at(10)).unwrap_err(), over);
}

/// What happens in a made-up history of grants.
#[derive(Debug, Clone)]
enum Act {
    Grant { number: u8, vendor: bool, days: Option<u8> },
    Revoke(u8),
    Wait(u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..6_u8, any::<bool>(), proptest::option::of(0..20_u8))
            .prop_map(|(number, vendor, days)| Act::Grant { number, vendor, days }),
        (0..6_u8).prop_map(Act::Revoke),
        (0..10_u8).prop_map(Act::Wait),
    ];
    proptest::collection::vec(act, 0..40)
}

proptest! {
    /// Held against a plain list of what was granted and revoked, walked anew for every question.
    #[test]
    fn whoever_shows_a_secret_is_who_the_plain_list_says(acts in acts()) {
        let mut registry = AccessRegistry::default();
        let mut plain: Vec<(u8, bool, Option<Timestamp>, bool)> = Vec::new();
        let mut now = at(0);
        for act_of in acts {
            match act_of {
                Act::Wait(days) => now += SignedDuration::from_hours(24 * i64::from(days)),
                Act::Grant { number, vendor, days } => {
                    let hours = |days: u8| SignedDuration::from_hours(24 * i64::from(days));
                    let expires = days.map(|days| now + hours(days));
                    let role = match vendor {
                        true => Role::Vendor { vendor: "citrix".parse().unwrap() },
                        false => Role::Auditor,
                    };
                    let granted = grant(number, role, expires);
                    let caused = act(&mut registry, AccessCommand::Grant(granted), now);
                    let is_new = plain.iter().all(|it| it.0 != number);
                    let is_ahead = expires.is_none_or(|it| it > now);
                    prop_assert_eq!(caused == Ok(true), is_new && is_ahead);
                    if is_new && is_ahead {
                        plain.push((number, vendor, expires, false));
                    }
                }
                Act::Revoke(number) => {
                    let known = plain.iter_mut().find(|it| it.0 == number);
                    let caused = act(&mut registry, AccessCommand::Revoke(revoke(number)), now);
                    prop_assert_eq!(caused.is_ok(), known.is_some());
                    if let Some(known) = known {
                        known.3 = true;
                    }
                }
            }
            for number in 0..6 {
                let viewer = registry.by_secret(Sha256Digest::of(&[number]), now);
                let known = plain.iter().find(|it| it.0 == number && !it.3);
                let known = known.filter(|it| it.2.is_none_or(|end| now < end));
                let role = known.map(|it| if it.1 { "vendor" } else { "auditor" });
                prop_assert_eq!(viewer.role().map(Role::word), role);
                prop_assert!(!viewer.may(Scope::Grant));
            }
        }
    }
}

#[test]
fn no_event_about_access_holds_the_secret_itself() {
    let granted = AccessEvent::AccessGranted(grant(7, Role::Operator, None));
    let text = serde_json::to_string(&granted).unwrap();
    assert!(text.contains(&Sha256Digest::of(&[7]).to_string()), "{text}");
    assert!(!text.contains("password"), "{text}");
}
