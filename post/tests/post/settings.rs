//! The file of settings: what it leads to, and what is said about one that is wrong.

use std::fs;
use std::path::Path;

use post::settings::Way;
use post::{Reach, Results, Settings, Sight, Topic};

const WHOLE: &str = r#"
[post]
from = "Portolan <post@portolan.test>"
transport = "smtp"

[post.smtp]
host = "relay.portolan.test"
tls = "starttls"
user = "relay-user"
password_env = "RELAY_PASSWORD"

[[contact]]
id = "press"
vendor = "boreal"
address = "press@boreal.example"
results = "link"

[[contact]]
id = "team"
address = "team@portolan.test"
results = "mail"

[[subscription]]
id = "chat"
url = "https://chat.portolan.test/hook?token=abc"
secret_file = "hook.secret"

[[subscription]]
id = "storage"
watch = ["silence", "stale"]
after = 3
silent_days = 9
audience = "operator"
address = "storage@portolan.test"
"#;

fn read_in(folder: &Path, text: &str) -> Result<Settings, String> {
    fs::write(folder.join("post.toml"), text).unwrap();
    fs::write(folder.join("hook.secret"), "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n")
        .unwrap();
    fs::write(folder.join("password"), "hunter2\n").unwrap();
    let environment = |name: &str| (name == "RELAY_PASSWORD").then(|| "hunter2".to_owned());
    let error = |it: post::SettingsError| {
        assert!(!format!("{it:?}").contains("hunter2"));
        it.to_string().replace(folder.to_str().unwrap(), "")
    };
    Settings::read(&folder.join("post.toml"), &environment).map_err(error)
}

#[test]
fn a_whole_file_is_read_and_nothing_of_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let settings = read_in(folder.path(), WHOLE).unwrap();
    let Way::Smtp(server) = &settings.way else { panic!() };
    assert_eq!((server.host.as_str(), server.port), ("relay.portolan.test", 587));
    assert!(server.credentials.is_some() && settings.transport().is_ok());
    assert_eq!(settings.contacts[0].vendor.as_deref(), Some("boreal"));
    assert_eq!(
        (settings.contacts[0].results, settings.contacts[1].results),
        (Results::Link, Results::Mail)
    );
    let [chat, storage] = settings.subscriptions.as_slice() else { panic!() };
    assert_eq!(
        (chat.id.as_str(), chat.watch.len(), chat.after, chat.silent_days),
        ("chat", 4, 2, 14)
    );
    assert!(matches!((&chat.way, chat.audience), (Reach::Webhook(_), Sight::Public)));
    assert_eq!(storage.watch, [Topic::Stale, Topic::Silence].into());
    assert_eq!((storage.after, storage.silent_days, storage.audience), (3, 9, Sight::Operator));
    assert!(matches!(&storage.way, Reach::Mail { certificate: None, .. }));
    let address = |id: &str| settings.address(id).map(post::Address::as_str);
    assert_eq!(address("press"), Some("press@boreal.example"));
    assert_eq!(address("storage"), Some("storage@portolan.test"));
    assert_eq!((address("chat"), address("nobody")), (None, None));
    assert_eq!(settings.unusable("2026-11-23T10:20:30Z".parse().unwrap()), []);
    let shown = format!("{settings:?}");
    for secret in ["@", "hunter2", "relay-user", "token", "c2Vj", "whsec"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    let files = WHOLE.replace("password_env = \"RELAY_PASSWORD\"", "password_file = \"password\"");
    assert!(read_in(folder.path(), &files).is_ok());
    let folder_way =
        "[post]\nfrom = \"post@portolan.test\"\ntransport = \"folder\"\nfolder = \"out\"\n";
    let settings = read_in(folder.path(), folder_way).unwrap();
    assert!(matches!(&settings.way, Way::Folder(it) if *it == folder.path().join("out")));
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_what_to_do() {
    let cases = [
        ("results = \"link\"", "results = \"fax\"", "/post.toml:16: unknown variant `fax`"),
        ("vendor = \"boreal\"", "vendr = \"boreal\"", "/post.toml:14: unknown field `vendr`"),
        (
            "\"press@boreal.example\"",
            "\"press at boreal\"",
            "/post.toml:15: it is not a mail address as in",
        ),
        (
            "tls = \"starttls\"",
            "tls = \"none\"",
            "/post.toml:6: [post.smtp]: without TLS only this machine",
        ),
        ("user = \"relay-user\"", "", "/post.toml:6: a user needs a password_file"),
        ("\"RELAY_PASSWORD\"", "\"NONE\"", "/post.toml:6: the environment has no NONE"),
        (
            "password_env = \"RELAY_PASSWORD\"",
            "password = \"hunter2\"",
            "/post.toml:10: unknown field `password`",
        ),
        (
            "id = \"team\"",
            "id = \"press\"",
            "/post.toml:18: the id `press` stands here a second time",
        ),
        ("id = \"team\"", "id = \"a@b\"", "/post.toml:18: an id is 1 to 64 letters"),
        (
            "https://chat",
            "http://chat",
            "/post.toml:23: subscription `chat`: the url must be as in",
        ),
        ("hook.secret", "nowhere", "/post.toml:23: cannot read /nowhere: No such file"),
        (
            "transport = \"smtp\"",
            "transport = \"folder\"",
            "/post.toml:4: transport = \"folder\" needs `folder",
        ),
        (
            "results = \"link\"",
            "results = \"link\"\nopenpgp = \"password\"",
            "/post.toml:12: contact `press`: this is not an OpenPGP",
        ),
        (
            "tls = \"starttls\"",
            "tls = \"starttls\"\nca_file = \"password\"",
            "/post.toml:6: [post.smtp]: the file of authorities",
        ),
    ];
    refused(&cases);
}

#[test]
fn a_subscription_that_is_wrong_is_named_with_its_line_too() {
    refused(&[
        ("id = \"chat\"", "id = \"team\"", "/post.toml:23: the id `team` stands here a second"),
        (
            "secret_file = \"hook.secret\"",
            "secret_env = \"NONE\"",
            "/post.toml:23: the environment has no NONE",
        ),
        ("secret_file = \"hook.secret\"", "", "/post.toml:23: a url needs a secret_file or"),
        (
            "secret_file = \"hook.secret\"",
            "secret = \"hunter2\"",
            "/post.toml:26: unknown field `secret`",
        ),
        ("after = 3", "url = \"https://a.test/\"", "/post.toml:28: a subscription has an address"),
        ("after = 3", "secret_env = \"A\"", "/post.toml:28: a subscription has an address"),
        ("after = 3", "openpgp = \"password\"", "/post.toml:28: subscription `storage`: this is"),
        ("after = 3", "after = 0", "/post.toml:28: after is a number of campaigns, 1 to 100"),
        ("after = 3", "after = -1", "/post.toml:31: invalid value: integer `-1`"),
        ("days = 9", "days = 4000", "/post.toml:28: silent_days is a number of days"),
        ("\"stale\"", "\"faxes\"", "/post.toml:30: unknown variant `faxes`"),
        ("\"stale\"", "\"fixes\"", "/post.toml:28: watch names fixes without regressions"),
        ("[\"silence\", \"stale\"]", "[]", "/post.toml:28: watch names nothing"),
        ("\"operator\"", "\"auditor\"", "/post.toml:33: unknown variant `auditor`"),
    ]);
}

/// What is written in place of something that is right is refused with these words.
fn refused(cases: &[(&str, &str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    for (right, wrong, said) in cases {
        let error = read_in(folder.path(), &WHOLE.replacen(right, wrong, 1)).unwrap_err();
        assert!(error.starts_with(said), "{wrong}: {error}");
        assert!(!error.contains("hunter2") && !error.contains("press at"), "{error}");
    }
}

#[test]
fn where_no_results_go_as_plain_mail_a_contact_without_a_key_gets_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = WHOLE.replace("transport =", "plain_results = false\ntransport =");
    let guarded = guarded.replace("audience = \"operator\"\n", "");
    let left_out = guarded.replacen("results = \"link\"\n", "", 1);
    let settings = read_in(folder.path(), &left_out).unwrap();
    assert_eq!(settings.contacts[0].results, Results::Link);
    assert_eq!(settings.contacts[1].results, Results::Mail, "a team is told no vendor's results");
    let plain = guarded.replacen("results = \"link\"", "results = \"mail\"", 1);
    let error = read_in(folder.path(), &plain).unwrap_err();
    assert!(
        error.starts_with("/post.toml:13: contact `press` asks for results in a plain mail"),
        "{error}"
    );
    assert!(
        error.contains("`openpgp = \"…\"`") && error.contains("`results = \"link\"`"),
        "{error}"
    );
    // Without the switch, as before: plain mail is a decision that somebody writes down.
    let silent = WHOLE.replacen("results = \"link\"\n", "", 1);
    let error = read_in(folder.path(), &silent).unwrap_err();
    assert!(error.starts_with("/post.toml:12: contact `press` does not say"), "{error}");
}

#[test]
fn where_no_results_go_as_plain_mail_what_operators_see_needs_a_key_too() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = WHOLE.replace("transport =", "plain_results = false\ntransport =");
    let error = read_in(folder.path(), &guarded).unwrap_err();
    assert!(
        error.starts_with("/post.toml:29: subscription `storage` asks for what operators may see"),
        "{error}"
    );
    assert!(
        error.contains("`openpgp = \"…\"`") && error.contains("`audience = \"public\"`"),
        "{error}"
    );
    // With a key it is read: this one is none.
    let keyed = guarded.replace("silent_days = 9", "openpgp = \"password\"");
    let error = read_in(folder.path(), &keyed).unwrap_err();
    assert!(error.contains("subscription `storage`: this is not an OpenPGP"), "{error}");
    // A request to a program is encrypted, and the public may see what it is told.
    let public = guarded.replace("audience = \"operator\"", "");
    let asked = public.replace("secret_file =", "audience = \"operator\"\nsecret_file =");
    assert_eq!(read_in(folder.path(), &asked).unwrap().subscriptions[0].audience, Sight::Operator);
}
