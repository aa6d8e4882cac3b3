//! Driver files: each mistake is told with its line, what it is, and what to do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use platforms::command::Driver;
use platforms::conformance::{CommandSubject, Held, hold};
use platforms::platform::Platform as _;
use platforms::transport::{Processes, Secrets, Transport};
use platforms::words::{Arrival, FaultClass, Undone};

use crate::world::{Leaping, Libvirt, over};

const GOOD: &str = r#"[platform]
id = "made-up"
product = "Made up"
exercised = "documentation-only"
evidence = "none"
twice = "idempotent"
[vars]
host = { about = "where" }
password = { about = "the password", secret = "env:PW" }
[env]
PW = "${password}"
[verb.identify]
argv = ["tool", "version", "${host}"]
parse = { as = "text" }
map = { version = "text" }
[verb.list]
argv = ["tool", "list"]
parse = { as = "table" }
map = { id = "Id", name = "Name" }
[verb.start]
argv = ["tool", "start", "${vm}"]
wait = { verb = "state", field = "state", equals = "running", every = "1s", limit = "1m" }
[verb.state]
argv = ["tool", "state", "${vm}"]
parse = { as = "text" }
map = { state = { from = "text", values = { up = "running" } } }
[[errors]]
match = "no such"
class = "not-found"
example = "no such vm"
"#;

/// The mistakes of the good file with one thing changed, as a person reads them.
fn mistakes(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let problems = Driver::read(&GOOD.replacen(from, to, 1)).unwrap_err();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The name of a machine goes to a shell at the other end as one word, or the file is wrong.
#[test]
fn what_a_shell_reads_is_quoted() {
    for (from, to, told) in [
        (
            r#"["tool", "start", "${vm}"]"#,
            r#"["ssh", "${host}", "tool start ${vm}"]"#,
            "line 21: `${vm}` is read by a shell at the other end; write ${vm|sh}",
        ),
        (
            r#""start", "${vm}"]"#,
            r#""start", "${script}"]"#,
            "line 20: a script and its place among the arguments are not both there",
        ),
        (
            r#""start", "${vm}"]"#,
            "\"start\", \"${script}\"]\nscript = \"Start-VM ${vm}\"",
            "`${vm}` is read by a shell at the other end",
        ),
        (r#""start", "${vm}"]"#, r#""start", "${vm|cmd}"]"#, "`cmd` is no way of quoting"),
    ] {
        let said = mistakes(from, to);
        assert!(said.contains(told), "expected {told}\nin {said}");
    }
}

#[test]
fn every_mistake_has_a_line_and_a_remedy() {
    Driver::read(GOOD).unwrap();
    for (from, to, told) in [
        ("[vars]", "[vars", "line 7: "),
        ("twice", "thrice", "line 6: unknown field `thrice`"),
        ("id = \"made-up\"\n", "", "line 1: missing field `id`; add it"),
        ("\"made-up\"", "\"Made Up\"", "line 1: the id \"Made Up\" is none"),
        (
            "${host}",
            "${hots}",
            "line 13: there is no value `hots` here; near it: `host`; declare it",
        ),
        ("${host}", "${password}", "line 13: the secret `password` stands among the arguments"),
        ("${host}", "${host", "line 13: `${host` has no end; a value is written ${name}"),
        ("${host}", "${vm}", "line 13: there is no value `vm` here"),
        ("argv = [\"tool\", \"list\"]", "argv = []", "argv is empty; name the program first"),
        ("\"tool\", \"list\"", "\"${host}\", \"list\"", "line 17: the program is not named"),
        (
            "env:PW",
            "hunter2",
            "line 9: `password` says not where the secret is; write \"env:NAME\"",
        ),
        ("host = {", "vm = {", "line 8: no value can be called `vm`"),
        ("map = { version = \"text\" }", "", "`identify` does not map `version`"),
        (
            "version = \"text\"",
            "version = \"txt\"",
            "there is no `txt` here; this parser gives `text` alone",
        ),
        (
            "id = \"Id\"",
            "id = \"Id\", nmae = \"Name\"",
            "line 19: there is no field `nmae` here; near it: `name`",
        ),
        ("[verb.start]", "[verb.strat]", "nothing asks for the verb `strat`; near it: `start`"),
        (
            "verb = \"state\"",
            "verb = \"stat\"",
            "names a verb `stat` that is not there; near it: `start`, `state`",
        ),
        (
            "field = \"state\"",
            "field = \"sate\"",
            "waits for `sate`, which `state` does not map; near it: `state`",
        ),
        ("\"1s\"", "\"1 s\"", "line 22: \"1 s\" is no time; write such as"),
        ("\"1s\"", "\"1h\"", "line 22: it asks less often than it waits"),
        ("\"running\" }", "\"runing\" }", "`state` cannot be `runing`; write one of: running, off"),
        ("\"no such\"", "\"(?<\"", "the pattern cannot be used"),
        ("\"no such vm\"", "\"fine\"", "`no such` does not match its own example"),
        ("\"not-found\"", "\"lost\"", "unknown variant `lost`"),
        ("[verb.list]", "[verb.lists]", "there is no verb `list`; add [verb.list]"),
        ("PW = ", "\"P=W\" = ", "`P=W` is no name of an environment variable"),
    ] {
        let said = mistakes(from, to);
        assert!(said.contains(told), "{to}:\n  expected {told}\n  in {said}");
    }
}

#[test]
fn mistakes_are_told_together_and_not_without_end() {
    let two = GOOD.replace("${host}", "${hots}").replace("\"1s\"", "\"1x\"");
    let problems = Driver::read(&two).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.line).collect::<Vec<_>>(), [13, 22]);
    let many = GOOD.replace("\"list\"]", &format!("\"list\"{}]", ", \"${x}\"".repeat(500)));
    assert!((1..=20).contains(&Driver::read(&many).unwrap_err().len()));
    let long = format!("{GOOD}#{}", "x".repeat(300_000));
    assert!(Driver::read(&long).unwrap_err()[0].what.contains("more than 256 KiB"));
}

/// The example of docs/drivers.md.
fn example() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/drivers.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (_, behind) = text.split_once("```toml\n").unwrap();
    behind.split_once("```").unwrap().0.to_owned()
}

#[tokio::test]
async fn the_example_of_the_documentation_conforms() {
    let driver = Arc::new(Driver::read(&example()).unwrap());
    let secrets = BTreeMap::from([("token".to_owned(), "hunter2-and-more".into())]);
    let secrets = Secrets::new(secrets).unwrap();
    let transport: Arc<dyn Transport> = Arc::new(Processes::new(secrets.clone()));
    let platform = over(&driver, &[], Arc::clone(&transport));
    let subject = CommandSubject::new(&platform, driver, (transport, true), secrets);
    let suite = hold(&subject, None, &Leaping::default()).await;
    assert!(suite.conforms(), "{suite:#?}");
    let secret = suite.clauses.iter().find(|it| it.id == "secret.kept").unwrap();
    assert_eq!(secret.held, Held::Holds);
}

/// A definition of a machine that is off.
fn definition(folder: &Path, name: &str, uuid: &str) -> Arrival {
    let file = folder.join("guest.xml");
    let xml = format!(
        "<domain type='test'><name>{name}</name>{uuid}<memory unit='MiB'>64</memory><vcpu>1</vcpu>\
         <os><type>hvm</type></os></domain>"
    );
    std::fs::write(&file, xml).unwrap();
    Arrival { name: name.to_owned(), format: "libvirt-xml".to_owned(), file }
}

#[tokio::test]
async fn the_example_takes_back_what_it_made_and_nothing_else() {
    let (daemon, folder) = (Libvirt::start(), tempfile::tempdir().unwrap());
    let secrets = BTreeMap::from([("token".to_owned(), "hunter2-and-more".into())]);
    let secrets = Secrets::new(secrets).unwrap();
    let at = |text: &str| {
        let transport = Arc::new(Processes::new(secrets.clone()));
        over(&Arc::new(Driver::read(text).unwrap()), &[("uri", &daemon.uri())], transport)
    };
    let platform = at(&example());
    let uuid = "<uuid>11111111-2222-3333-4444-555555555555</uuid>";
    let mine = definition(folder.path(), "mine", uuid);
    let first = platform.import(&mine).await.unwrap();

    // Refused, whether the file knows the complaint or not.
    let rule = "match = \"already exists with uuid\"";
    assert!(example().contains(rule));
    let unknown = example().replace(rule, "match = \"already exists with uuid 5\"");
    for (text, class) in [(example(), FaultClass::Conflict), (unknown, FaultClass::Vendor)] {
        let again = definition(folder.path(), "mine", "");
        let fault = at(&text).import(&again).await.unwrap_err();
        assert_eq!(fault.class, class, "{fault}");
        platform.find("mine").await.expect("it was there before");
    }
    // Defined anew: there is a job, but not a new machine.
    let second = platform.import(&definition(folder.path(), "mine", uuid)).await.unwrap();
    assert_eq!(platform.undo(&second).await, Ok(Undone::NotOurs));
    platform.find("mine").await.expect("it was there before");

    assert_eq!(platform.undo(&first).await, Ok(Undone::Everything));
    assert_eq!(platform.find("mine").await.unwrap_err().class, FaultClass::NotFound);
}

#[test]
fn an_import_that_tells_an_id_is_not_undone_by_name() {
    Driver::read(&example()).unwrap();
    let by_name = example().replace("\"--domain\", \"${id}\"", "\"--domain\", \"${name}\"");
    assert_ne!(by_name, example());
    let problems = Driver::read(&by_name).unwrap_err();
    let told = "`forget` takes back by `${name}` what `import` made";
    assert!(problems[0].to_string().contains(told), "{problems:?}");
}

#[tokio::test]
async fn a_complaint_is_tried_with_the_verb_that_it_belongs_to() {
    let rule = |class: &str, words: &str| {
        format!("{{ match = \"{words}\", class = \"{class}\", example = \"{words}\" }}")
    };
    for (wider, conforms) in [(rule("conflict", "twice"), true), (rule("vendor", "active"), false)]
    {
        let rules = format!("errors = [{wider}, {}]\n[verb.state]", rule("conflict", "is active"));
        let driver = Arc::new(Driver::read(&GOOD.replace("[verb.state]", &rules)).unwrap());
        let platform = over(&driver, &[("host", "x")], Arc::new(Processes::default()));
        let way: (Arc<dyn Transport>, bool) = (Arc::new(Processes::default()), false);
        let subject = CommandSubject::new(&platform, driver, way, Secrets::default());
        let suite = hold(&subject, None, &Leaping::default()).await;
        let classes = suite.clauses.iter().find(|it| it.id == "complaints.classes").unwrap();
        assert_eq!(classes.held == Held::Holds, conforms, "{classes:?}");
        let tries = suite.clauses.iter().find(|it| it.id == "complaints.tries").unwrap();
        assert_eq!(tries.held, Held::Holds);
    }
}
