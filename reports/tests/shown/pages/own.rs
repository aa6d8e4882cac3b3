//! Every page of the audit, of vendors, of access, of search and of help, of the same small history.

use domain::access::{AccessRegistry, Means, Role};
use domain::event::{
    About, AccessEvent, AccessGranted, AccessRevoked, Answered, CampaignPublished, Carrier,
    Disclosed, DisputeSettled, EmbargoSet, Event, Fate, LetterEvent, LetterForm, LetterPrepared,
    LetterReported, LetterSent, Recorded, SignedIn,
};
use domain::ids::{Sha256Digest, VendorId};
use domain::letter::{Known, LetterRegistry};
use domain::plan::CellId;
use domain::registry::Declared;
use reports::html::Audience;
use reports::pages::audit::{Audit, Signed};
use reports::pages::audit_event::{AuditEvent, Proof, Told};
use reports::pages::converters::Converters;
use reports::pages::disclosures::Disclosures;
use reports::pages::frame::Frame;
use reports::pages::grants::{self, Given, Grants, Tried};
use reports::pages::help::{Help, Topic};
use reports::pages::search::Search;
use reports::pages::searching::{self, Shelves};
use reports::pages::vendor::{Refused, Showing, VendorPage};
use reports::pages::vendors::Vendors;
use serde::Serialize;

use super::sample::{Log, Sample, frame};
use crate::fixture::record;

const SERVICE: &str = "portolan.example";

/// What a vendor might send.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> \u{202e}drow\u{202c} \"'&\nsecond line";

/// Pages that anyone may see.
pub(crate) fn public(log: &Log) -> Vec<Sample> {
    let help = Topic::ALL.into_iter().map(help);
    [audit(), event(Audience::Public), search(log, Audience::Public), searched(log, "<i>nothing")]
        .into_iter()
        .chain(help)
        .collect()
}

/// Pages that only auditors and operators may see.
pub(crate) fn insiders(log: &Log) -> Vec<Sample> {
    vec![
        event(Audience::Auditor),
        search(log, Audience::Auditor),
        converters(log),
        disclosures(),
        grants(),
        vendors(log),
        preview(log),
    ]
}

/// Pages that one vendor may see.
pub(crate) fn of_vendor(log: &Log, vendor: &str) -> Vec<Sample> {
    let view = vendor_page(log, vendor);
    let id: VendorId = vendor.parse().unwrap();
    let frame = Frame::new(view.title(), format!("/vendors/{vendor}"))
        .seen_by(Some(Role::Vendor { vendor: id }));
    let (campaign, why) = ("c-2016".to_owned(), "Not taken: too long.".to_owned());
    let refused = Some(Refused { campaign, text: HOSTILE.to_owned(), why });
    let csrf = Some("0123".to_owned());
    let showing = Showing { csrf, refused, ..Showing::default() };
    vec![sample("vendor", view.html(&frame, &showing), &view)]
}

fn vendor_page(log: &Log, vendor: &str) -> VendorPage {
    let id = vendor.parse().unwrap();
    let (answers, letters) = (answers(), letters());
    let known = Known { letters: &letters, answers: &answers };
    VendorPage::new((&log.records, &log.policy), &id, known, None).unwrap()
}

fn preview(log: &Log) -> Sample {
    let view = vendor_page(log, "acme");
    let frame = frame(view.title(), "/vendors/acme", Audience::Operator);
    let reply = Some("0123".to_owned());
    let showing = Showing { preview: true, reply, ..Showing::default() };
    sample("vendor_preview", view.html(&frame, &showing), &view)
}

fn audit() -> Sample {
    let view = Audit {
        origin: "example.com/lab".to_owned(),
        events: 900,
        head: Some(signed(900)),
        checkpoints: vec![signed(850), signed(400)],
        older: 3,
        keys: vec!["example.com/lab+0a1b2c3d+AAAA".to_owned()],
        campaign: Some("c-2017".to_owned()),
        service: SERVICE.to_owned(),
    };
    sample("audit", view.html(&frame(view.title(), "/audit", Audience::Public)), &view)
}

fn signed(size: u64) -> Signed {
    Signed {
        size,
        root: Sha256Digest::of(&size.to_be_bytes()).to_string(),
        up_to: Some("2026-11-23T08:30:00Z".parse().unwrap()),
        signers: vec!["example.com/lab+0a1b2c3d".to_owned()],
        note: format!("example.com/lab\n{size}\nAAAA\n\n\u{2014} example.com/lab AAAA\n"),
    }
}

fn event(audience: Audience) -> Sample {
    let told = (audience != Audience::Public).then(|| Told {
        stream: "campaign/c-2016".to_owned(),
        version: 3,
        command: "0".repeat(32),
        body: "{\n  \"type\": \"StepFinished\",\n  \"by\": \"canary-one </pre><script>\"\n}"
            .to_owned(),
    });
    let view = AuditEvent {
        position: 7,
        events: 900,
        at: "2026-11-23T08:30:00Z".parse().unwrap(),
        kind: "StepFinished".to_owned(),
        leaf: Sha256Digest::of(b"leaf").to_string(),
        proof: Some(Proof {
            signed: signed(900),
            hashes: [b"a", b"b"].map(|it| Sha256Digest::of(it).to_string()).to_vec(),
            text: "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 7\n".to_owned(),
        }),
        told,
        service: SERVICE.to_owned(),
    };
    sample("audit_event", view.html(&frame(view.title(), "/audit/events/7", audience)), &view)
}

fn search(log: &Log, audience: Audience) -> Sample {
    let shelves = shelves(log);
    let view: Search = match audience {
        Audience::Public => searching::public("k", &shelves),
        Audience::Operator | Audience::Auditor => searching::insiders("canary", &shelves),
    };
    sample("search", view.html(&frame(view.title(), "/search", audience)), &view)
}

fn searched(log: &Log, question: &str) -> Sample {
    let view = searching::public(question, &shelves(log));
    sample("search_nothing", view.html(&frame(view.title(), "/search", Audience::Public)), &view)
}

/// What a search looks through.
pub(crate) fn shelves(log: &Log) -> Shelves<'_> {
    let registry = log.chronicle.registry();
    Shelves { records: &log.records, registry, policy: &log.policy }
}

fn converters(log: &Log) -> Sample {
    let guest = Some("portable".parse().unwrap());
    let campaigns = log.records.iter().map(|it| it.id.to_string()).collect();
    let view = Converters::new(log.record("c-2016"), campaigns, guest);
    sample("converters", view.html(&frame(view.title(), "/converters", Audience::Auditor)), &view)
}

fn disclosures() -> Sample {
    let now = "2026-12-01T00:00:00Z".parse().unwrap();
    let view = Disclosures::new((&registry(), &letters()), now, |_| None);
    let frame = frame(view.title(), "/disclosures", Audience::Auditor);
    sample("disclosures", view.html(&frame), &view)
}

fn grants() -> Sample {
    let vendors = vec!["acme".parse().unwrap(), "toolsmith".parse().unwrap()];
    let now = "2026-12-01T00:00:00Z".parse().unwrap();
    let view = Grants::new(&registry(), vendors, now);
    let given = Given {
        grant: "g-1".to_owned(),
        account: "bob".to_owned(),
        secret: Some("c2VjcmV0".to_owned()),
        is_link: false,
        expires: Some(now),
    };
    let tried = Tried { error: "Not given: no.".to_owned(), ..Tried::default() };
    let showing = grants::Showing { csrf: "0123".to_owned(), given: Some(given), tried };
    let frame = frame(view.title(), "/access", Audience::Operator);
    sample("grants", view.html(&frame, &showing), &view)
}

fn vendors(log: &Log) -> Sample {
    let view = Vendors::new(&log.records, &registry(), "2026-12-01T00:00:00Z".parse().unwrap());
    sample("vendors", view.html(&frame(view.title(), "/vendors", Audience::Operator)), &view)
}

fn help(topic: Topic) -> Sample {
    let view = Help::new(topic, SERVICE);
    let name = match topic {
        Topic::Everybody => "help",
        Topic::Auditors => "help_auditors",
        Topic::Operators => "help_operators",
        Topic::Labs => "help_labs",
        Topic::Vendors => "help_vendors",
    };
    sample(name, view.html(&frame(view.title(), &topic.href(), Audience::Public)), &view)
}

/// Grants, one of them revoked, a sign-in, a disclosure, an answer.
pub(crate) fn registry() -> AccessRegistry {
    let mut registry = AccessRegistry::default();
    access().iter().for_each(|it| registry.evolve(it));
    registry
}

fn answers() -> Vec<Declared<Answered>> {
    registry().answers().to_vec()
}

/// An embargo, a letter to each vendor, and a reply to one of two disputes.
fn letters() -> LetterRegistry {
    let answers = answers();
    let disputes = answers.iter().filter(|it| it.what.disputes);
    let settled = disputes.take(1).map(|it| {
        let (text, by) = ("We ran it <again>: as before.".to_owned(), "ada".to_owned());
        LetterEvent::DisputeSettled(DisputeSettled { answer: it.position, text, by })
    });
    let embargo = LetterEvent::EmbargoSet(EmbargoSet {
        campaign: "c-2016".parse().unwrap(),
        until: "2027-01-01T00:00:00Z".parse().unwrap(),
        reason: "vendors first".to_owned(),
        by: "ada".to_owned(),
    });
    let letters = ["acme", "toolsmith"].into_iter().flat_map(letter);
    let bounced = LetterEvent::LetterReported(LetterReported {
        letter: "c-2016.acme.1".parse().unwrap(),
        fate: Fate::Bounced,
        status: "5.1.1".to_owned(),
        words: "<b>no</b> such user".to_owned(),
    });
    let published = LetterEvent::CampaignPublished(CampaignPublished {
        campaign: "c-2015".parse().unwrap(),
        known_at: 7,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        fewest_tools: 2,
        withheld: vec![in_doubt()],
        reason: "all <agreed>".to_owned(),
        by: "ada".to_owned(),
    });
    let events = std::iter::once(embargo).chain(letters).chain(settled);
    let events = events.chain([bounced, published]).map(Event::Letter);
    let mut registry = LetterRegistry::default();
    record(events.collect()).iter().for_each(|it| registry.evolve(it));
    registry
}

fn letter(vendor: &str) -> [LetterEvent; 2] {
    let letter = format!("c-2016.{vendor}.1");
    let prepared = LetterPrepared {
        letter: letter.parse().unwrap(),
        about: About::Results {
            campaign: "c-2016".parse().unwrap(),
            vendor: vendor.parse().unwrap(),
        },
        contact: "press".parse().unwrap(),
        form: LetterForm::Link,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        known_at: 7,
        follows: None,
        content_sha256: Sha256Digest::of(b"letter"),
        content_bytes: 6,
        by: "ada".to_owned(),
    };
    let sent = LetterSent {
        letter: letter.parse().unwrap(),
        attempt: 1,
        message_id: format!("{letter}@portolan.example"),
        carrier: Carrier::Folder,
        reply: String::new(),
    };
    [LetterEvent::LetterPrepared(prepared), LetterEvent::LetterSent(sent)]
}

fn access() -> Vec<Recorded> {
    let vendor = |name: &str| Role::Vendor { vendor: name.parse().unwrap() };
    let events = vec![
        AccessEvent::AccessGranted(granted("g-0", "ada", Role::Auditor)),
        AccessEvent::AccessGranted(granted("g-1", "bob", vendor("acme"))),
        AccessEvent::AccessGranted(granted("g-2", "eve", vendor("toolsmith"))),
        AccessEvent::AccessRevoked(AccessRevoked {
            grant: "g-2".parse().unwrap(),
            reason: "the link was <lost>".to_owned(),
            by: "ada".to_owned(),
        }),
        AccessEvent::SignedIn(SignedIn {
            account: "ada".parse().unwrap(),
            grant: "g-0".parse().unwrap(),
            means: Means::Token,
        }),
        AccessEvent::Disclosed(Disclosed {
            account: "ada".parse().unwrap(),
            grant: "g-0".parse().unwrap(),
            role: Role::Auditor,
            what: "/api/v1/converters?campaign=c-2016".to_owned(),
            campaign: Some("c-2016".parse().unwrap()),
            sha256: Sha256Digest::of(b"shown"),
            bytes: 5000,
        }),
        answered("acme", "g-1", HOSTILE),
        disputed("acme", "g-1", "The disk is accepted in 8.2."),
        disputed("acme", "g-1", "So is the clock."),
        answered("toolsmith", "g-2", "Nobody else may read this."),
    ];
    record(events.into_iter().map(Event::Access).collect())
}

fn disputed(vendor: &str, grant: &str, text: &str) -> AccessEvent {
    let of = said(vendor, grant, text);
    let cell = Some(in_doubt());
    AccessEvent::Answered(Answered { cell, disputes: true, may_be_public: true, ..of })
}

fn in_doubt() -> CellId {
    CellId {
        guest: "ubuntu".parse().unwrap(),
        source: "kvm-like".parse().unwrap(),
        target: "xen-like".parse().unwrap(),
    }
}

fn answered(vendor: &str, grant: &str, text: &str) -> AccessEvent {
    AccessEvent::Answered(said(vendor, grant, text))
}

fn said(vendor: &str, grant: &str, text: &str) -> Answered {
    Answered {
        vendor: vendor.parse().unwrap(),
        campaign: "c-2016".parse().unwrap(),
        cell: None,
        disputes: false,
        may_be_public: false,
        text: text.to_owned(),
        account: "bob".parse().unwrap(),
        grant: grant.parse().unwrap(),
    }
}

fn granted(grant: &str, account: &str, role: Role) -> AccessGranted {
    AccessGranted {
        grant: grant.parse().unwrap(),
        account: account.parse().unwrap(),
        scopes: role.scopes().to_vec(),
        role,
        means: Means::Token,
        secret_sha256: Some(Sha256Digest::of(grant.as_bytes())),
        expires: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        reason: "to check <everything>".to_owned(),
        by: "local".to_owned(),
    }
}

fn sample(
    name: &'static str,
    html: Result<String, askama::Error>,
    view: &impl Serialize,
) -> Sample {
    Sample { name, html: html.unwrap(), json: serde_json::to_string(view).unwrap() }
}
