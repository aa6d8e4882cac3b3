//! What replies of a guest amount to, whatever a guest says, and what the rules make of it.

use domain::applications::{Replies, observable, observations};
use domain::check::{Finding, check};
use domain::observation::{Observation, Value, find};
use domain::preflight::also_observable;
use domain::score::Score;
use domain::testbed::{Ask, Probe};
use proptest::prelude::*;

use crate::shipped::default_policy;

const DIGEST: &str = "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4";

fn probes() -> Vec<Probe> {
    let probe = |id: &str, ask| Probe { id: id.parse().unwrap(), ask };
    vec![
        probe("web", Ask::Http { port: 80, path: "/".to_owned() }),
        probe("fast", Ask::Latency { port: 80, most_ms: 100 }),
    ]
}

/// Replies to both probes: status and digest of the page, and the latency; none for silence.
fn replies(page: Option<(i64, &str)>, ms: Option<i64>) -> Replies {
    let (status, sha256) = page.unzip();
    serde_json::from_value(serde_json::json!({ "schema": 1, "replies": [
        { "id": "web", "answered": page.is_some(), "status": status,
          "sha256": sha256.unwrap_or_default(), "ms": null, "why": "nobody\u{1b} listens" },
        { "id": "fast", "answered": ms.is_some(), "status": null, "sha256": "", "ms": ms, "why": "" },
    ]}))
    .unwrap()
}

fn seen(replies: Option<&Replies>) -> Vec<Observation> {
    let mut seen = observations(&probes(), replies);
    also_observable(&mut seen, &observable(&probes()));
    seen
}

fn judged(rule: &str, before: &[Observation], now: &[Observation]) -> Finding {
    check(default_policy().rule(rule).unwrap(), before, now).finding
}

#[test]
fn what_was_lost_or_answers_otherwise_is_a_failure_and_what_got_slow_a_warning() {
    let well = seen(Some(&replies(Some((200, DIGEST)), Some(90))));
    let other = DIGEST.replace('9', "8");
    let table = [
        (Some((200, DIGEST)), Some(100), [Score::Success, Score::Success]),
        (Some((200, DIGEST)), Some(101), [Score::Success, Score::Warning]),
        (Some((500, DIGEST)), Some(90), [Score::Failure, Score::Success]),
        (Some((200, other.as_str())), Some(90), [Score::Failure, Score::Success]),
        (None, Some(90), [Score::Failure, Score::Success]),
        (Some((200, DIGEST)), None, [Score::Failure, Score::Warning]),
    ];
    for (page, ms, expected) in table {
        let now = seen(Some(&replies(page, ms)));
        let found = ["A.answers", "A.latency"].map(|it| judged(it, &well, &now));
        assert_eq!(found, expected.map(Finding::Scored), "{page:?} {ms:?}");
    }
    assert_eq!(judged("A.asked", &[], &well), Finding::Scored(Score::Success));
    let silent = seen(Some(&replies(None, Some(1))));
    assert_eq!(judged("A.asked", &[], &silent), Finding::Scored(Score::Warning));
    assert_eq!(
        judged("A.answers", &silent, &well),
        Finding::Scored(Score::Success),
        "it came back"
    );
    let why = find(&silent, "app.web.why");
    assert_eq!(why, Some(&Value::Text("nobody listens".to_owned())));
}

#[test]
fn what_was_not_told_is_not_observed_and_without_probes_nothing_is_asked() {
    let well = seen(Some(&replies(Some((200, DIGEST)), Some(90))));
    let mut one = replies(Some((200, DIGEST)), Some(90));
    one.replies.pop();
    // A page without a digest, a latency without a time, no reply, no frame at all.
    let poor = [replies(Some((200, "x")), Some(1)), replies(Some((-1, DIGEST)), Some(1)), one];
    for now in poor.iter().map(Some).chain([None]) {
        let now = seen(now);
        for rule in ["A.answers", "A.latency"] {
            assert_eq!(judged(rule, &well, &now), Finding::NotObserved(Score::Warning), "{now:?}");
        }
    }
    let replies = replies(None, None);
    assert_eq!(observations(&[], Some(&replies)), []);
    assert_eq!(observable(&[]), Vec::<&str>::new());
    assert_eq!(judged("A.answers", &well, &[]), Finding::NotApplicable);
}

proptest! {
    #[test]
    fn whatever_a_guest_says_nothing_that_was_not_asked_is_heard(
        ids in prop::collection::vec("web|fast|other|.{0,8}", 0..6),
        answered in any::<bool>(), status in any::<Option<i64>>(), ms in any::<Option<i64>>(),
        sha256 in prop_oneof![Just(DIGEST.to_owned()), ".{0,80}"], why in ".{0,40}",
    ) {
        let replies = ids.iter().map(|id| serde_json::json!({ "id": id, "answered": answered,
            "status": status, "sha256": sha256, "ms": ms, "why": why }));
        let replies: Replies = serde_json::from_value(
            serde_json::json!({ "schema": 1, "replies": replies.collect::<Vec<_>>() })).unwrap();
        let seen = observations(&probes(), Some(&replies));
        for it in &seen {
            let known = it.fact.starts_with("app.web.") || it.fact.starts_with("app.fast.")
                || ["app.answers", "app.silent", "app.in_time"].contains(&it.fact.as_str());
            prop_assert!(known, "{}", it.fact);
            prop_assert!(!it.value.to_string().contains(char::is_control));
        }
        let all = probes().iter().all(|it| ids.iter().any(|id| id == it.id.as_str()));
        prop_assert!(all || find(&seen, "app.answers").is_none());
    }
}
