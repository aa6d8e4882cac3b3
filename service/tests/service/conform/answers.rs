//! What vendors answer: beside the result where its vendor allows it and where it gives no tool away,
//! and to nobody else's eyes otherwise.

use domain::access::Role;
use domain::event::{
    AccessEvent, Answered, CampaignPublished, DisputeSettled, EmbargoSet, Event, LetterEvent,
};
use domain::plan::CellId;
use reqwest::StatusCode;
use store::EventLog as _;
use tokio::runtime::Runtime;

use super::publication;
use super::sameness::{Shown, differing, events, to_anyone};
use crate::world::World;

const CAMPAIGN: &str = "c-2016";
const PAGE: &str = "/campaigns/c-2016/cells/kvm/acme-like/portable";
const JSON: &str = "/api/v1/campaigns/c-2016/cells/kvm/acme-like/portable";
const OTHER: &str = "/campaigns/c-2016/cells/xen-like/kvm/portable";
const UNNAMED: &str = "a vendor whose product took part";

fn cell(source: &str, target: &str) -> Option<CellId> {
    let (source, target) = (source.parse().unwrap(), target.parse().unwrap());
    Some(CellId { guest: "portable".parse().unwrap(), source, target })
}

/// An answer to a cell between the platforms of two makers.
fn answer(vendor: &str, text: &str) -> Answered {
    Answered {
        vendor: vendor.parse().unwrap(),
        campaign: CAMPAIGN.parse().unwrap(),
        cell: cell("kvm", "acme-like"),
        disputes: true,
        may_be_public: true,
        text: text.to_owned(),
        account: "bob".parse().unwrap(),
        grant: "g-1".parse().unwrap(),
    }
}

fn said(answer: Answered) -> Event {
    Event::Access(AccessEvent::Answered(answer))
}

fn reply(answer: u64, text: &str) -> Event {
    let (text, by) = (text.to_owned(), "ada".to_owned());
    Event::Letter(LetterEvent::DisputeSettled(DisputeSettled { answer, text, by }))
}

/// Where the page says that it can be seen for ever.
fn permalink(page: &str) -> String {
    let (before, _) = page.split_once("\" rel=\"bookmark\">").unwrap();
    let (_, href) = before.rsplit_once("href=\"").unwrap();
    href.replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stands_beside_its_result_and_permalinks_keep_what_they_show() {
    let world = World::start().await;
    let before = world.text(PAGE, None).await;
    let tag = world.get(PAGE).await.headers()["etag"].clone();
    assert!(!before.contains("What vendors say of it"));
    let mut kept = vec![(permalink(&before), world.text(&permalink(&before), None).await)];
    let position = world.append(said(answer("acme", "Mended in 8.2."))).await;
    for (event, told, untold) in [
        (None, "Mended in 8.2.", "Reply of the operator"),
        (Some(reply(position, "Ran it again: as before.")), "Ran it again", "It arrives now"),
        (Some(reply(position, "It arrives now.")), "It arrives now", "Ran it again"),
    ] {
        if let Some(event) = event {
            world.append(event).await;
        }
        let (page, json) = (world.text(PAGE, None).await, world.text(JSON, None).await);
        assert!(
            page.contains("<b>Acme Hypervisors</b>") && page.contains("<b>disputes the result")
        );
        for shown in [&page, &json] {
            assert!(shown.contains(told) && !shown.contains(untold), "{shown}");
            assert!(!shown.contains("bob"), "an account is nobody's business");
        }
        let link = permalink(&page);
        assert!(link.contains("known_at="), "{link}");
        kept.push((link.clone(), world.text(&link, None).await));
        assert!(kept.last().unwrap().1.contains(told), "{link}");
    }
    assert_ne!(world.get(PAGE).await.headers()["etag"], tag);
    for (link, text) in kept {
        // Asked in another way, so that nobody answers with what was kept.
        let anew = world.text(&link.replace("policy=", "policy=&policy="), None).await;
        assert_eq!((&anew, &world.text(&link, None).await), (&text, &text), "{link}");
    }
    let other = world.text("/campaigns/c-2016/cells/acme-like/kvm/portable", None).await;
    assert!(!other.contains("Mended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_read_by_insiders_beside_the_result_and_by_nobody_else() {
    let world = World::start().await;
    let libre = world.grant(Role::Vendor { vendor: "libre".parse().unwrap() }).await;
    let acme = world.grant(Role::Vendor { vendor: "acme".parse().unwrap() }).await;
    let operator = world.grant(Role::Operator).await;
    let private = Answered { may_be_public: false, ..answer("acme", "Between us: the clock.") };
    let text = private.text.clone();
    world.append(said(private)).await;
    for path in [PAGE, JSON, "/campaigns/c-2016"] {
        for token in [None, Some(&libre), Some(&acme)] {
            let asked = world.ask(path);
            let asked = token.map_or(world.ask(path), |it| asked.bearer_auth(it));
            let answer = asked.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert!(!answer.text().await.unwrap().contains(&text), "{path}");
        }
    }
    let page = world.text(PAGE, Some(&operator)).await;
    assert!(page.contains(&text) && page.contains("not public</b>: its vendor did not"), "{page}");
}

/// What is for few, by what else it could be.
fn few(other: bool) -> Vec<Answered> {
    let pick = |one: &str, two: &str| if other { two.to_owned() } else { one.to_owned() };
    let (disputes, text) = (other, pick("It was the clock.", "Nothing is wrong with us."));
    let says = |vendor: &str, text: &str| Answered { disputes, ..answer(vendor, text) };
    let private = |it: Answered| Answered { may_be_public: false, ..it };
    let named = format!("{} {text}", pick("Canary Converter One:", "With canary-two,"));
    vec![
        // Not allowed, and behind one that is.
        private(says(&pick("acme", "libre"), &text)),
        private(says("acme", &text)),
        // Nobody else but its maker could have written it.
        says("toolsmith", &text),
        Answered { cell: None, ..says("toolsmith", &text) },
        // It names a tool, or who makes one.
        says("libre", &named),
        Answered { cell: None, ..says("libre", &pick("Ask Toolsmith Ltd.", "toolsmith did it.")) },
        // Of a cell that nobody is told of.
        Answered { cell: cell("xen-like", "kvm"), ..says("libre", &text) },
    ]
}

fn with_answers(answers: Vec<Answered>) -> Vec<Event> {
    let published = publication(CAMPAIGN, cell("xen-like", "kvm").into_iter().collect());
    let published = Event::Letter(LetterEvent::CampaignPublished(published));
    events().into_iter().chain([published]).chain(answers.into_iter().map(said)).collect()
}

#[test]
fn answers_that_are_not_for_everybody_change_nothing_that_the_public_is_shown() {
    let runtime = Runtime::new().unwrap();
    let allowed = || answer("acme", "Mended in 8.2.");
    let shown = |others: Vec<Answered>| -> Shown {
        let all = std::iter::once(allowed()).chain(others).collect();
        runtime.block_on(to_anyone(with_answers(all)))
    };
    let (one, other) = (shown(few(false)), shown(few(true)));
    assert_eq!(differing(&one, &other), Vec::<String>::new());
    assert!(one[PAGE].contains("Mended in 8.2.") && !one[PAGE].contains("It was the clock."));
    let mut open = few(true);
    open[0].may_be_public = true;
    let told = differing(&other, &shown(open));
    assert!(told.iter().any(|it| it.starts_with(PAGE)), "it would have been seen: {told:?}");
}

/// The same history, in which each tool is somebody else's.
fn of_two_makers(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        let Event::CampaignStarted(started) = event else { continue };
        let mut forge = started.testbed.vendors.last().unwrap().clone();
        (forge.id, forge.name) = ("forge".parse().unwrap(), "Forge & Co".to_owned());
        started.testbed.vendors.push(forge);
        let tools = started.testbed.converters.iter_mut();
        tools.filter(|it| it.id.as_str() == "canary-two").for_each(|it| {
            it.vendor = "forge".parse().unwrap();
        });
    }
    events
}

#[test]
fn whoever_has_a_tool_there_alone_is_one_of_several_makers_or_is_not_heard() {
    let runtime = Runtime::new().unwrap();
    let shown = |vendor: &str, text: &str| -> Shown {
        let mut events = events();
        events.push(said(Answered { cell: cell("xen-like", "kvm"), ..answer(vendor, text) }));
        runtime.block_on(to_anyone(of_two_makers(events)))
    };
    let (one, other) = (shown("toolsmith", "Try 3.1."), shown("forge", "Try 3.1."));
    assert!(one[OTHER].contains(&format!("<b>{UNNAMED}</b>")) && one[OTHER].contains("Try 3.1."));
    assert_eq!(differing(&one, &other), Vec::<String>::new(), "nobody can tell who it was");
    for (text, name) in [("We at Forge & Co tried.", "Forge"), ("Ask TOOLSMITH", "TOOLSMITH")] {
        let named = shown("forge", text);
        assert!(!named[OTHER].contains(name) && !named[OTHER].contains(UNNAMED), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_campaign_was_published_with_decides_how_many_makers_hide_one() {
    let with = |fewest_tools: u32| {
        let published = CampaignPublished { fewest_tools, ..publication(CAMPAIGN, Vec::new()) };
        let mut events = of_two_makers(events());
        events.push(Event::Letter(LetterEvent::CampaignPublished(published)));
        let cell = cell("xen-like", "kvm");
        events.push(said(Answered { cell, ..answer("forge", "Try 3.1.") }));
        events
    };
    for (fewest_tools, is_told) in [(1, true), (2, true), (3, false)] {
        let world = World::of(with(fewest_tools)).await;
        assert_eq!(world.text(OTHER, None).await.contains("Try 3.1."), is_told, "{fewest_tools}");
        let operator = world.grant(Role::Operator).await;
        let page = world.text(OTHER, Some(&operator)).await;
        assert!(page.contains("<b>Forge &#38; Co</b>") && page.contains("Try 3.1."), "{page}");
        assert_eq!(page.contains("too few makers"), !is_told, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_an_embargo_an_answer_is_read_by_insiders_alone() {
    let embargo = Event::Letter(LetterEvent::EmbargoSet(EmbargoSet {
        campaign: CAMPAIGN.parse().unwrap(),
        until: "2027-03-31T00:00:00Z".parse().unwrap(),
        reason: "vendors read it first".to_owned(),
        by: "ada".to_owned(),
    }));
    let answered = said(answer("acme", "Mended in 8.2."));
    let told = std::iter::once(embargo).chain(events()).chain([answered]);
    let world = World::of(told.collect()).await;
    assert_eq!(world.get(PAGE).await.status(), StatusCode::NOT_FOUND);
    let operator = world.grant(Role::Operator).await;
    let page = world.text(PAGE, Some(&operator)).await;
    assert!(page.contains("Mended in 8.2.") && page.contains("the result itself is not"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_vendor_sends_is_shown_as_text_and_each_vendor_stands_there_twice_at_most() {
    let world = World::start().await;
    for number in 0..40 {
        let text = format!("<script>alert({number})</script> \u{202e}drow</figure>");
        world.append(said(Answered { disputes: number < 20, ..answer("acme", &text) })).await;
    }
    let page = world.text(PAGE, None).await;
    assert!(!page.contains("<script>alert") && page.contains("alert(39)"), "{page}");
    assert_eq!(page.matches("<figure class=\"answer\">").count(), 2, "the last, and the dispute");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reply_tells_a_vendor_of_another_ones_tool() {
    let world = World::start().await;
    let operator = world.grant(Role::Operator).await;
    let acme = world.grant(Role::Vendor { vendor: "acme".parse().unwrap() }).await;
    let position = world.log.head();
    let answered = serde_json::json!({
        "campaign": CAMPAIGN, "cell": "portable/kvm/acme-like", "text": "Mended in 8.2.", "disputes": true,
    });
    let asked = world.client.post(format!("{}/api/v1/vendors/acme/answers", world.url));
    let asked = asked.bearer_auth(&acme).header("content-type", "application/json");
    let answered_as = asked.body(answered.to_string()).send().await.unwrap();
    assert!(answered_as.status().is_success(), "{}", answered_as.text().await.unwrap());
    let reply = |text: &str| {
        let settle = serde_json::json!({ "answer": position, "text": text, "by": "ada" });
        let asked = world.client.post(format!("{}/api/v1/letters", world.url));
        asked
            .bearer_auth(&operator)
            .header("content-type", "application/json")
            .body(serde_json::json!({ "commands": [{ "settle": settle }] }).to_string())
            .send()
    };
    let record = world.service.library.records(world.service.now());
    let testbed = &record.iter().find(|it| it.id.as_str() == CAMPAIGN).unwrap().testbed;
    let theirs = testbed.converters.iter().find(|it| it.vendor.as_str() != "acme").unwrap();
    let head = world.log.head();
    let refused = reply(&format!("As before with {}.", theirs.product)).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("another vendor's"));
    assert_eq!(world.log.head(), head, "nothing is recorded");
    assert_eq!(reply("As before.").await.unwrap().status(), StatusCode::OK);
    assert_eq!(world.log.head(), head + 1);
}
