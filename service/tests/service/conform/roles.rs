//! Every address, asked by every kind of viewer.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Means, Scope};
use domain::ids::Sha256Digest;
use jiff::SignedDuration;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use service::access::Wanted;
use service::routes;
use store::EventLog as _;

use super::rules::RULES;
use crate::access::world::World;
use crate::access::{PASSWORD, account, sign_in};
use crate::browser::Browser;
use crate::fixture::campaign_id;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const BYTES: &[u8] = b"what a guest wrote";

/// What is sent; where nothing is named, an empty object.
const SENT: [(&str, &str, &str); 5] = [
    ("POST /sign-in", FORM, "account=nobody&password=nothing"),
    ("POST /access/grants", FORM, "account=x"),
    ("POST /access/revocations", FORM, "reason=x"),
    ("POST /vendors/{vendor}/answers", FORM, "campaign=2026-11-23-harbour&text=x"),
    (
        "POST /api/v1/vendors/{vendor}/answers",
        JSON,
        r#"{"campaign":"2026-11-23-harbour","text":"x"}"#,
    ),
];

/// A question without which there is no answer.
const ASKED: [(&str, &str); 3] = [
    ("/api/v1/log/consistency", "?from={size}"),
    ("/diff", "?baseline=2026-11-23-harbour"),
    ("/api/v1/diff", "?baseline=2026-11-23-harbour"),
];

/// Every kind of viewer by its letter, and the token it sends.
struct Viewers {
    tokens: Vec<(char, Option<String>)>,
    plain: Browser,
    signed_in: Browser,
}

impl Viewers {
    async fn at(world: &World) -> Self {
        let mut tokens = vec![('p', None)];
        let short = wanted("late", "operator", None);
        let end = world.service.now() + SignedDuration::from_secs(60);
        tokens.push(('e', Some(token(world, Wanted { expires: Some(end), ..short }).1)));
        let (grant, revoked) = token(world, wanted("gone", "operator", None));
        world.revoke(&grant);
        tokens.push(('d', Some(revoked)));
        world.pass(SignedDuration::from_secs(61));
        for (letter, role, scope) in [
            ('a', "auditor", None),
            ('o', "operator", None),
            ('r', "operator", Some(Scope::Read)),
            ('t', "operator", Some(Scope::Record)),
            ('c', "operator", Some(Scope::Control)),
            ('g', "operator", Some(Scope::Grant)),
            ('l', "lab", None),
            ('v', "vendor:acme", None),
            ('w', "vendor:acme", Some(Scope::Read)),
            ('q', "vendor:acme", Some(Scope::Answer)),
            ('x', "vendor:libre", None),
        ] {
            let given = token(world, wanted(&format!("viewer-{letter}"), role, scope));
            tokens.push((letter, Some(given.1)));
        }
        account(world, "anna", "operator");
        let signed_in = Browser::new(world);
        assert_eq!(sign_in(&signed_in, "anna", PASSWORD).await.status, 303);
        Self { tokens, plain: Browser::new(world), signed_in }
    }

    /// Who was let in, by letter.
    async fn let_in(&self, world: &World, asked: &str, path: &str) -> BTreeSet<char> {
        let method = Method::from_bytes(asked.split(' ').next().unwrap().as_bytes()).unwrap();
        let (kind, body) = sent(asked);
        let is_safe = method.is_safe();
        let mut all = BTreeSet::new();
        let session = (self.signed_in.request(method.clone(), path), 's');
        let by_token = self.tokens.iter().map(|(letter, token)| {
            let request = self.plain.request(method.clone(), path);
            match token {
                Some(token) => (request.bearer_auth(token), *letter),
                None => (request, *letter),
            }
        });
        for (request, letter) in by_token.chain([session]) {
            if asked.contains("{link}") || asked.contains("{secret}") {
                // Whoever opens links one after the other waits a little.
                world.pass(SignedDuration::from_secs(2));
            }
            let request = match is_safe {
                true => request,
                false => request.header("content-type", kind).body(body),
            };
            let status = request.send().await.unwrap().status().as_u16();
            assert!(status < 500, "{asked} as {letter}: {status}");
            if matches!(letter, 'e' | 'd') {
                assert_eq!(status, 401, "{asked} as {letter}");
            }
            if !matches!(status, 401 | 403 | 404) {
                all.insert(letter);
            }
        }
        all
    }
}

fn sent(asked: &str) -> (&'static str, &'static str) {
    let found = SENT.iter().find(|it| it.0 == asked);
    found.map_or((JSON, "{}"), |(_, kind, body)| (*kind, *body))
}

fn wanted(account: &str, role: &str, scope: Option<Scope>) -> Wanted {
    Wanted {
        account: account.parse().unwrap(),
        role: role.parse().unwrap(),
        scopes: scope.map(|it| vec![it]),
        means: Means::Token,
        expires: None,
        reason: "a test".to_owned(),
        by: "tester".to_owned(),
    }
}

fn token(world: &World, wanted: Wanted) -> (domain::ids::GrantId, String) {
    let given = world.service.give(wanted).unwrap();
    (given.grant, given.secret.unwrap().expose_secret().to_owned())
}

/// What stands for the names in patterns.
async fn names(world: &World, first: String) -> BTreeMap<&'static str, String> {
    let log = world.service.library.log();
    log.checkpoint().unwrap();
    let size = log.head();
    let evidence = Sha256Digest::of(BYTES);
    world.service.desk.keep(BYTES).unwrap();
    let page = Browser::new(world).get("/").await.text;
    let asset = page.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap();
    let link = world.give("vendor-link", "vendor:acme".parse().unwrap(), Means::Link);
    let link = link.secret.unwrap().expose_secret().to_owned();
    let idle = world.give("idle", "lab".parse().unwrap(), Means::Token);
    let form = "{form:report|csv|json|junit|in-toto|oscal|openmetrics|bundle}";
    BTreeMap::from([
        ("{id}", campaign_id().to_string()),
        (form, "csv".to_owned()),
        ("{source}", "acme-like".to_owned()),
        ("{target}", "kvm".to_owned()),
        ("{guest}", "portable".to_owned()),
        ("{vendor}", "acme".to_owned()),
        ("{position}", "2".to_owned()),
        ("{sha256}", evidence.to_string()),
        ("{name}", asset.to_owned()),
        ("{topic}", "vendors".to_owned()),
        ("{link}", link.trim_start_matches("/v/").to_owned()),
        ("{secret}", first.trim_start_matches("/first/").to_owned()),
        ("{grant}", idle.grant.to_string()),
        ("entries/{path:.*}", "entries/000".to_owned()),
        ("{path:.*}", "0/000".to_owned()),
        ("{size}", size.to_string()),
    ])
}

fn path(pattern: &str, names: &BTreeMap<&'static str, String>) -> String {
    let question = ASKED.iter().find(|it| it.0 == pattern).map_or("", |it| it.1);
    let mut path = format!("{pattern}{question}");
    if pattern.starts_with("/api/v1/leases/") {
        path = path.replace("{id}", &"0".repeat(32));
    }
    // In their order: entries are tiles, too.
    for (name, value) in names {
        path = path.replace(name, value);
    }
    path
}

#[test]
fn every_address_has_a_rule_and_every_rule_an_address() {
    let served = routes::addresses();
    let served: BTreeSet<String> =
        served.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let ruled: BTreeSet<String> = RULES.iter().map(|it| it.0.to_owned()).collect();
    assert_eq!(served, ruled);
    assert_eq!(ruled.len(), RULES.len(), "a rule is written twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_viewer_reaches_what_its_rule_says_and_nothing_else() {
    let world = World::start().await;
    let first = world.service.offer_first_operator().unwrap().expose_secret().to_owned();
    let names = names(&world, first).await;
    let viewers = Viewers::at(&world).await;
    let mut wrong = Vec::new();
    for (asked, may) in RULES {
        let (method, pattern) = asked.split_once(' ').unwrap();
        let path = path(pattern, &names);
        let expected: BTreeSet<char> = may.chars().collect();
        let mut all = vec![(*asked).to_owned()];
        if method == "GET" {
            all.push(format!("HEAD {pattern}"));
        }
        for asked in all {
            let found = viewers.let_in(&world, &asked, &path).await;
            if found != expected {
                wrong.push(format!("{asked} ({path}): {found:?}, and not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
