//! Signing in at another's door, for real: npm's oidc-provider on loopback (lab/oidc), walked through as
//! a person would.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use domain::event::{AccessEvent, Event};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use service::access::OidcSettings;

use crate::access::world::World;
use crate::browser::Browser;

/// A provider, until it is dropped.
struct Provider {
    issuer: String,
    process: Child,
    /// Held open: it would end when it can print no more.
    _output: BufReader<ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts a provider that sends people back to this service.
fn provider(back: &str) -> Provider {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/oidc/setup.sh");
    let ready = Command::new(lab).output().unwrap();
    assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));
    let folder = String::from_utf8(ready.stdout).unwrap();
    let mut process = Command::new("node")
        .args(["op.mjs", back])
        .current_dir(folder.trim())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut issuer = String::new();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    output.read_line(&mut issuer).unwrap();
    Provider { issuer: issuer.trim().to_owned(), process, _output: output }
}

/// A service whose people sign in at a provider of its own.
async fn world() -> (World, Provider) {
    // The provider has to know the address of the service, and the service that of the provider.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let provider = provider(&format!("http://{address}/sign-in/oidc/callback"));
    let issuer = provider.issuer.clone();
    let world = World::start_as(|settings| {
        settings.listen = address;
        settings.oidc = Some(OidcSettings {
            issuer,
            client_id: "portolan".to_owned(),
            client_secret: Some("a secret of the tests".to_owned().into()),
            claim: "groups".to_owned(),
            scopes: vec!["groups".to_owned()],
            roles: ["auditors=auditor", "citrix-team=vendor:citrix"]
                .map(|it| it.parse().unwrap())
                .to_vec(),
        });
    });
    let world = world.await;
    // What the provider says about time is true; so the service's clock must be.
    world.pass(now().duration_since(world.service.now()));
    (world, provider)
}

#[expect(clippy::disallowed_methods, reason = "the provider goes by the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A person at the provider's pages.
struct Person {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Person {
    fn new() -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { client, cookies: Mutex::default() }
    }

    async fn send(&self, url: &str, form: Option<&[(&str, &str)]>) -> Response {
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = match form {
            Some(form) => self.client.post(url).form(form),
            None => self.client.get(url),
        };
        let answer = request.header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in as somebody and agrees to everything; the path at the service to which it leads.
    async fn walk(&self, provider: &Provider, there: &str, name: &str) -> String {
        let mut place = there.to_owned();
        for _ in 0..20 {
            let answer = self.send(&place, None).await;
            let Some(to) = answer.headers().get(LOCATION) else {
                let page = answer.text().await.unwrap();
                let prompt = if page.contains("value=\"login\"") { "login" } else { "consent" };
                let form = [("prompt", prompt), ("login", name), ("password", "x")];
                let sent = self.send(&place, Some(&form)).await;
                place = absolute(provider, sent.headers()[LOCATION].to_str().unwrap());
                continue;
            };
            place = absolute(provider, to.to_str().unwrap());
            if let Some((_, path)) = place.split_once("/sign-in/oidc/callback") {
                return format!("/sign-in/oidc/callback{path}");
            }
        }
        panic!("the provider does not come to an end: {place}")
    }
}

fn absolute(provider: &Provider, place: &str) -> String {
    if place.starts_with('/') { format!("{}{place}", provider.issuer) } else { place.to_owned() }
}

/// Sends a browser to the provider and back, with the way there changed.
async fn round(
    browser: &Browser,
    provider: &Provider,
    (name, change): (&str, impl Fn(String) -> String),
) -> String {
    let there = browser.get("/sign-in/oidc?next=/account").await;
    assert_eq!(there.status, 303, "{}", there.text);
    let there = change(there.location().to_owned());
    Person::new().walk(provider, &there, name).await
}

fn grants(world: &World) -> usize {
    let is_grant = |it: &Event| matches!(it, Event::Access(AccessEvent::AccessGranted(_)));
    world.recorded().iter().filter(|it| is_grant(&it.event)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_what_their_groups_say() {
    let (world, provider) = world().await;
    assert!(Browser::new(&world).get("/sign-in").await.text.contains("127.0.0.1"));
    for (name, role) in [("anna", "auditor"), ("clara", "vendor:citrix"), ("one", "auditor")] {
        let browser = Browser::new(&world);
        let back = round(&browser, &provider, (name, |it| it)).await;
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.text);
        assert_eq!(answer.location(), "/account");
        let page = browser.get("/account").await.text;
        assert!(page.contains(role) && page.contains("oidc-"), "{page}");
        assert_eq!(browser.get(&back).await.status, 401, "the way back is good once");
    }
    let browser = Browser::new(&world);
    let back = round(&browser, &provider, ("nobody", |it| it)).await;
    let answer = browser.get(&back).await;
    assert!(answer.status == 401 && answer.text.contains("no") && !answer.text.contains("nobody"));

    let recorded = world.recorded();
    let events = serde_json::to_string(&recorded).unwrap();
    assert!(!events.contains("anna") && !events.contains("clara"), "no name is in the log");
    assert_eq!(grants(&world), 3);
    let browser = Browser::new(&world);
    let back = round(&browser, &provider, ("anna", |it| it)).await;
    assert_eq!(browser.get(&back).await.status, 303);
    assert_eq!(grants(&world), 3, "the grant of before is in force still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_from_this_session_is_refused() {
    let (world, provider) = world().await;
    let browser = Browser::new(&world);
    let refused = async |browser: &Browser, back: &str, why: &str| {
        let answer = browser.get(back).await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text);
        assert_eq!(browser.get("/account").await.status, 401, "{why}");
    };

    let swap = |name: &'static str| {
        move |there: String| {
            let (before, after) = there.split_once(&format!("{name}=")).unwrap();
            let rest = after.split_once('&').map_or("", |(_, rest)| rest);
            format!("{before}{name}={}&{rest}", "A".repeat(43))
        }
    };
    let back = round(&browser, &provider, ("anna", swap("nonce"))).await;
    refused(&browser, &back, "a token for another nonce").await;
    let back = round(&browser, &provider, ("anna", swap("state"))).await;
    refused(&browser, &back, "another state").await;
    let back = round(&browser, &provider, ("anna", swap("code_challenge"))).await;
    refused(&browser, &back, "a code for another verifier").await;

    let back = round(&browser, &provider, ("anna", |it| it)).await;
    refused(&Browser::new(&world), &back, "the session of somebody else").await;
    let kept = browser.cookie();
    assert_eq!(browser.get(&back).await.status, 303);
    browser.set_cookie(kept);
    refused(&browser, &back, "a code that was used, with the cookie of before").await;

    let back = round(&browser, &provider, ("anna", |it| it)).await;
    world.pass(SignedDuration::from_mins(10));
    refused(&browser, &back, "too late").await;
    world.pass(SignedDuration::from_hours(2));
    let back = round(&browser, &provider, ("anna", |it| it)).await;
    refused(&browser, &back, "a token whose date has passed").await;
    assert_eq!(grants(&world), 1);
}
