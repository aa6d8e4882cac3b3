//! What auditors and vendors are shown is written down, once.

use domain::access::{Known, Viewer};
use domain::event::{
    About, AccessEvent, CampaignPublished, Carrier, Event, Fate, LetterForm, LetterPrepared,
    LetterPreviewed, LetterReported, LetterSent,
};
use domain::ids::Sha256Digest;
use domain::letter::LetterCommand;
use reqwest::Method;
use serde_json::{Value, json};

use crate::access::world::World;
use crate::browser::Browser;

fn known(world: &World, role: &str) -> Known {
    let token = service::access::Secret::parse(&world.grant(role)).unwrap();
    match world.service.viewer_by_token(&token) {
        Viewer::Known(known) => known,
        Viewer::Public => panic!("nobody has {role}"),
    }
}

#[tokio::test]
async fn the_same_bytes_are_disclosed_once_to_each_grant_and_operators_read_their_own() {
    let world = World::start().await;
    let [auditor, vendor, operator] =
        ["auditor", "vendor:citrix", "operator"].map(|it| known(&world, it));
    for _ in 0..3 {
        for known in [&auditor, &vendor, &operator] {
            world.service.disclose(known, "/campaigns/c-1", None, b"one").await.unwrap();
            world.service.disclose(known, "/campaigns/c-1", None, b"other").await.unwrap();
        }
    }
    let disclosed = world.recorded().into_iter().filter_map(|it| {
        let Event::Access(AccessEvent::Disclosed(disclosed)) = it.event else { return None };
        Some(disclosed)
    });
    let found: Vec<_> = disclosed.map(|it| (it.grant, it.sha256, it.bytes)).collect();
    let (one, other) = (Sha256Digest::of(b"one"), Sha256Digest::of(b"other"));
    let expected =
        [&auditor, &vendor].map(|it| [(it.grant.clone(), one, 3), (it.grant.clone(), other, 5)]);
    assert_eq!(found, expected.concat());
}

#[tokio::test]
async fn what_cannot_be_recorded_may_not_be_shown() {
    let world = World::start().await;
    let auditor = known(&world, "auditor");
    world.revoke(&auditor.grant);
    let refused = world.service.disclose(&auditor, "/", None, b"one").await.unwrap_err();
    assert_eq!(refused.kind, "not-in-force");
}

#[tokio::test]
async fn the_ledger_links_to_pages_where_there_are_some() {
    let world = World::start().await;
    let auditor = known(&world, "auditor");
    let pages = [
        ("/api/v1/campaigns/c-1/matrix?as_of=2026-01-01", "/campaigns/c-1/matrix?as_of=2026-01-01"),
        ("/api/v1/overview?policy=strict", "/?policy=strict"),
        ("/api/v1/campaigns?limit=2", "/campaigns"),
        ("/api/v1/log/events/5", "/audit/events/5"),
        ("/api/v1/log/events/5/proof", "/api/v1/log/events/5/proof"),
        ("/evidence/0a", "/evidence/0a"),
    ];
    for (what, _) in pages {
        world.service.disclose(&auditor, what, None, what.as_bytes()).await.unwrap();
    }
    let (token, browser) = (world.grant("operator"), Browser::new(&world));
    let page = browser.send(browser.request(Method::GET, "/disclosures").bearer_auth(token)).await;
    for (what, href) in pages {
        let link = format!("<a href=\"{href}\">{what}</a>");
        assert!(page.text.contains(&link), "{link}: {}", page.text);
    }
}

const CAMPAIGN: &str = "2026-11-23-harbour";

/// What becomes of a letter to a vendor: written, looked at, sent, and sent back.
fn letter(vendor: &str) -> [LetterCommand; 4] {
    let name = format!("{vendor}-1");
    let (letter, by) = (name.parse().unwrap(), "ada".to_owned());
    let (campaign, of) = (CAMPAIGN.parse().unwrap(), vendor.parse().unwrap());
    let prepared = LetterPrepared {
        letter,
        about: About::Results { campaign, vendor: of },
        contact: format!("press-{vendor}").parse().unwrap(),
        form: LetterForm::Plain,
        policy: "strict 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        known_at: 7,
        follows: None,
        content_sha256: Sha256Digest::of(vendor.as_bytes()),
        content_bytes: 6,
        by: by.clone(),
    };
    let letter = || name.parse().unwrap();
    [
        LetterCommand::Prepare(prepared),
        LetterCommand::NotePreview(LetterPreviewed { letter: letter(), by }),
        LetterCommand::NoteSent(LetterSent {
            letter: letter(),
            attempt: 1,
            message_id: format!("{vendor}.id@portolan.test"),
            carrier: Carrier::Smtp,
            reply: "250 taken".to_owned(),
        }),
        LetterCommand::NoteReport(LetterReported {
            letter: letter(),
            fate: Fate::Bounced,
            status: "5.1.1".to_owned(),
            words: "gone <away>".to_owned(),
        }),
    ]
}

fn published() -> LetterCommand {
    let text = json!({"guest": "portable", "source": "kvm", "target": "xen-like"});
    LetterCommand::Publish(CampaignPublished {
        campaign: CAMPAIGN.parse().unwrap(),
        known_at: 7,
        policy: "strict 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        fewest_tools: 2,
        withheld: vec![serde_json::from_value(text).unwrap()],
        reason: "all agreed".to_owned(),
        by: "ada".to_owned(),
    })
}

#[tokio::test]
async fn the_ledger_tells_of_letters_and_publications_and_a_vendor_reads_its_own_letters() {
    let world = World::start().await;
    let all: Vec<_> = ["acme", "libre"].iter().flat_map(|it| letter(it)).collect();
    let all = all.into_iter().chain([published()]).collect();
    let noted = world.service.letters.record(&[], all, world.service.now());
    noted.into_iter().for_each(|it| assert!(it.unwrap().is_some()));
    let browser = Browser::new(&world);
    let get = async |path: &str, token: &str| {
        browser.send(browser.request(Method::GET, path).bearer_auth(token)).await.text
    };
    for role in ["auditor", "operator"] {
        let token = world.grant(role);
        let ledger: Value =
            serde_json::from_str(&get("/api/v1/disclosures", &token).await).unwrap();
        let told = &ledger["letters"][1];
        let expected = json!({
            "letter": "acme-1", "campaign": CAMPAIGN, "vendor": "acme", "contact": "press-acme",
            "form": "plain", "channel": "smtp", "message_id": "acme.id@portolan.test",
            "state": "bounced", "policy": "strict 3", "known_at": 7, "content_bytes": 6,
            "policy_sha256": Sha256Digest::of(b"policy").to_string(),
            "content_sha256": Sha256Digest::of(b"acme").to_string(),
        });
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(told[field], *value, "{field}");
        }
        let happened = told["happened"].as_array().unwrap().iter().map(|it| it["what"].clone());
        assert_eq!(happened.collect::<Vec<_>>(), ["previewed", "sent", "bounced"]);
        let public = &ledger["publications"][0];
        assert_eq!(public["withheld"], json!(["portable: kvm → xen-like"]), "{public}");
        assert_eq!((&public["reason"], &public["fewest_tools"]), (&json!("all agreed"), &json!(2)));
        let page = get("/disclosures", &token).await;
        assert!(page.contains("gone &#60;away&#62;") && page.contains("1 cell withheld"), "{page}");
    }
    let token = world.grant("vendor:acme");
    for path in ["/vendors/acme", "/api/v1/vendors/acme"] {
        let own = get(path, &token).await;
        assert!(own.contains("acme-1") && own.contains("bounced"), "{own}");
        for secret in ["libre-1", "press-", "id@portolan.test", "gone", "250 taken"] {
            assert!(!own.contains(secret), "{path}: {secret}");
        }
    }
}
