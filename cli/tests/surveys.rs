//! `portolan check` at platforms behind drivers: what is asked and judged, what is left alone, and what trouble says.

use std::path::Path;

use crate::called::Called;
use crate::portolan;

/// The bytes of the secret, in the environment of each call here.
const SECRET: &str = "s3cret-of-the-harbour";

/// A platform of a shell script, which writes down what it was asked.
fn script(folder: &Path, name: &str, changes: &[(&str, &str)]) {
    let mut text = r#"echo "$*" >> FOLDER/calls
case "$1" in
identify) echo "1.0" ;;
list) printf '7 golden\n8 other\n' ;;
inspect) printf 'state: off\ncpus: 1\nmemory: 256\nmac: 52:54:00:aa:bb:cc\ndisk: FOLDER/golden.raw\n' ;;
resources) printf 'cpus: 4\nfree: 4096\n' ;;
precheck) ;;
*) echo "$1 changes something" >&2; exit 9 ;;
esac
"#
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let text = text.replace("FOLDER", &folder.display().to_string());
    std::fs::write(folder.join(format!("{name}.sh")), text).unwrap();
}

/// Its driver.
fn driver(folder: &Path, name: &str, changes: &[(&str, &str)]) {
    let head = format!(
        r#"
[platform]
id = "{name}"
product = "Made up"
exercised = "documentation-only"
evidence = "tests of the command line"
twice = "idempotent"
formats_in = ["raw"]
[vars]
user = {{ about = "who asks", default = "me" }}
password = {{ about = "a password", secret = "env:PORTOLAN_SURVEYED" }}
[env]
PW = "${{password}}"
[[errors]]
match = "denied"
class = "auth"
example = "access denied"
"#
    );
    let verb = |name: &str, words: &str, more: &str| {
        format!("[verb.{name}]\nargv = [\"sh\", \"SCRIPT\", \"{name}\"{words}]\n{more}\n")
    };
    let kv = r#"parse = { as = "kv" }"#;
    let inspected = format!(
        "{kv}\nmap = {{ state = \"state\", cpus = \"cpus\", memory_bytes = {{ from = \"memory\", unit = \"MiB\" }} }}\n\
         disks = {{ parse = {{ as = \"regex\", pattern = '^disk: (?<place>.+)$' }}, map = {{ place = \"place\", format = {{ fixed = \"raw\" }} }} }}\n\
         nics = {{ parse = {{ as = \"regex\", pattern = '^mac: (?<mac>.+)$' }}, map = {{ mac = \"mac\" }} }}"
    );
    let resources = format!(
        "{kv}\nmap = {{ cpus = \"cpus\", memory_free_bytes = {{ from = \"free\", unit = \"MiB\" }} }}"
    );
    let mut text = head
        + &verb(
            "identify",
            ", \"${user}\"",
            "parse = { as = \"text\" }\nmap = { version = \"text\" }",
        )
        + &verb(
            "list",
            "",
            "limit = \"2s\"\nparse = { as = \"regex\", pattern = '^(?<id>\\d+) (?<name>.+)$' }\nmap = { id = \"id\", name = \"name\" }",
        )
        + &verb("inspect", ", \"${vm}\"", &inspected)
        + &verb("resources", "", &resources)
        + &verb(
            "precheck",
            ", \"${file}\"",
            "parse = { as = \"regex\", pattern = '^refused: (?<words>.+)$' }\nmap = { words = \"words\" }",
        )
        + &verb("import", ", \"${file}\"", "map = { made_by_hand = { fixed = \"true\" } }");
    for name in ["start", "shutdown", "pause", "unpause", "console"] {
        text += &verb(name, ", \"${vm}\"", "");
    }
    text = text.replace("SCRIPT", &folder.join(format!("{name}.sh")).display().to_string());
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

/// A folder with two platforms of scripts and the lab's, in one testbed; the second is as these say.
struct World(tempfile::TempDir);

impl World {
    fn new(scripted: &[(&str, &str)], driven: &[(&str, &str)], settings: &str) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        let folder = world.0.path();
        std::fs::write(folder.join("golden.raw"), vec![0; 1 << 20]).unwrap();
        script(folder, "first", &[]);
        driver(folder, "first", &[]);
        script(folder, "second", scripted);
        driver(folder, "second", driven);
        let shipped = include_str!("../../lab/testbeds/libvirt.toml");
        let start = shipped.find("[[platform]]\nid = \"libvirt\"").unwrap();
        let end = shipped.find("# All drivers").unwrap();
        let platform = |name: &str, more: &str| {
            format!(
                "[[platform]]\nid = \"{name}\"\nvendor = \"libvirt\"\nproduct = \"Made up\"\ndriver = \"file:{}\"\n\
                 settings = {{ disk_format = \"raw\", \"vm.server\" = \"golden\"{more} }}\n\n",
                folder.join(format!("{name}.toml")).display()
            )
        };
        let ours = platform("first", "") + &platform("second", settings);
        let text = [&shipped[..start], &ours, &shipped[end..]].concat();
        std::fs::write(folder.join("testbed.toml"), text).unwrap();
        world
    }

    fn call(&self, words: &[&str]) -> Called {
        let store = self.0.path().join("store");
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(
                [
                    &words[..1],
                    &[&*self.0.path().join("testbed.toml").display().to_string()],
                    &words[1..],
                ]
                .concat(),
            )
            .env("PORTOLAN_STORE", &store)
            .env("PORTOLAN_CACHE", store.join("cache"))
            .env("PORTOLAN_SURVEYED", SECRET)
            .output();
        output.unwrap().into()
    }

    /// What a check says as JSON, with its exit code.
    fn check(&self, words: &[&str]) -> (serde_json::Value, i32, String) {
        let called = self.call(&[&["check", "--json"], words].concat());
        let json = serde_json::from_str(&called.out);
        (json.unwrap_or_else(|_| panic!("{}{}", called.out, called.err)), called.code, called.err)
    }

    fn asked(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.path().join("calls")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn trial<'a>(file: &'a serde_json::Value, source: &str, target: &str) -> &'a serde_json::Value {
    let trials = file["trials"].as_array().unwrap();
    let is_it = |it: &&serde_json::Value| {
        it["trial"]["source"] == source
            && it["trial"]["target"] == target
            && it["trial"]["route"] == "direct"
    };
    trials.iter().find(is_it).unwrap_or_else(|| panic!("{source} {target}"))
}

fn finding(trial: &serde_json::Value, rule: &str) -> serde_json::Value {
    let steps = trial["steps"].as_array().unwrap();
    let mut checks = steps.iter().flat_map(|it| it["checks"].as_array().unwrap());
    let found = checks.find(|it| it["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule} in {trial:#}"))["finding"].clone()
}

#[test]
fn drivers_are_asked_once_by_verbs_that_read_and_their_answers_are_judged() {
    let world = World::new(&[("free: 4096", "free: 16")], &[], "");
    let before = std::fs::read(world.0.path().join("golden.raw")).unwrap();
    let (file, code, said) = world.check(&[]);
    assert_eq!(code, 0, "{said}");
    let version = &file["platforms"][0]["version"];
    assert_eq!(version, "Made up 1.0, driver first");
    let there = trial(&file, "kvm-like", "first");
    assert_eq!(finding(there, "H.res.memory")["scored"], "SUCCESS");
    assert_eq!(finding(trial(&file, "first", "second"), "H.res.memory")["scored"], "FAILURE");
    assert_eq!(finding(trial(&file, "first", "kvm-like"), "H.disk.capacity")["scored"], "SUCCESS");
    // The same commands as a plan shows.
    let planned = world.call(&["plan", "--json"]);
    let planned: serde_json::Value = serde_json::from_str(&planned.out).unwrap();
    for (one, two) in file["trials"].as_array().unwrap().iter().zip(planned.as_array().unwrap()) {
        assert_eq!(one["commands"], two["commands"]);
        assert!(!one["commands"].as_array().unwrap().is_empty());
    }
    let mut asked = world.asked();
    let reading = ["identify", "list", "inspect", "resources", "precheck"];
    assert!(asked.iter().all(|it| reading.iter().any(|verb| it.starts_with(verb))), "{asked:?}");
    asked.sort();
    // Two platforms of the same script: each asked once, whatever the number of trials.
    for (words, times) in [("identify me", 2), ("list", 2), ("resources", 2), ("inspect 7", 2)] {
        assert_eq!(asked.iter().filter(|it| *it == words).count(), times, "{words}: {asked:?}");
    }
    assert_eq!(std::fs::read(world.0.path().join("golden.raw")).unwrap(), before);
    assert!(!world.0.path().join("store").exists(), "a look made a store");
    assert!(!world.0.path().join("calls.partial").exists());
}

#[test]
fn trouble_says_its_class_what_where_and_what_to_do_and_the_others_are_looked_at() {
    type Changes<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Changes<'_>, Changes<'_>, &str, &str); 6] = [
        (&[("echo \"1.0\"", "echo 'access denied' >&2; exit 1")], &[], "auth", "are let in"),
        (&[], &[("\"sh\"", "\"no-such-program\"")], "unsupported", "install the program"),
        (&[("list) ", "list) sleep 60; ")], &[], "timeout", "up and reached"),
        (&[("echo \"1.0\"", "printf ''")], &[], "vendor", "by hand"),
        (
            &[("printf '7 golden\\n8 other\\n'", "printf '7 golden\\n8 oth'; kill -9 $$")],
            &[],
            "vendor",
            "by hand",
        ),
        (&[("7 golden\\n8", "7 golden\\n7")], &[], "ambiguous", "by its id"),
    ];
    for (scripted, driven, class, advice) in cases {
        let world = World::new(scripted, driven, "");
        let (file, code, said) = world.check(&[]);
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("second") && said.contains("To do: "), "{said}");
        let trouble = &file["platforms"][1]["trouble"];
        assert_eq!(trouble["class"], class, "{file:#}");
        assert!(trouble["advice"].as_str().unwrap().contains(advice), "{trouble}");
        assert!(trouble["command"].as_array().unwrap().len() >= 3, "{trouble}");
        assert_eq!(trial(&file, "kvm-like", "second")["standing"], "lab error", "{file:#}");
        let other = trial(&file, "first", "kvm-like");
        assert_eq!(finding(other, "H.disk.capacity")["scored"], "SUCCESS");
        assert_ne!(trial(&file, "kvm-like", "first")["standing"], "lab error");
        let text = world.call(&["check"]).out;
        assert!(text.contains(&format!("platform second (driver second): {class}: ")), "{text}");
        assert!(text.contains("  to do:  "), "{text}");
    }
}

#[test]
fn what_a_machine_or_a_driver_lacks_is_told_where_it_matters() {
    let cases = [
        (("8 other", "8 golden"), ("[vars]", "[vars]"), "ambiguous", "by its id"),
        (("7 golden", "7 gone"), ("[vars]", "[vars]"), "not-found", "vm.GUEST"),
        (("golden.raw", "nowhere.raw"), ("[vars]", "[vars]"), "cannot be read here", "own host"),
        (("cpus: 4", "cpus: 4"), ("[verb.console]", "[verb.state]"), "`console`", "these verbs"),
    ];
    for (scripted, driven, what, advice) in cases {
        let driven = match driven {
            ("[verb.console]", _) => &[
                ("[verb.console]", "[verb.screenshot]"),
                ("\"console\", \"${vm}\"", "\"shot\", \"${out}\""),
            ][..],
            _ => &[],
        };
        let world = World::new(&[scripted], driven, "");
        let (file, code, said) = world.check(&["--source", "second", "--target", "kvm-like"]);
        assert_eq!(code, 3, "{said}");
        let first =
            file["trials"][0]["steps"][0]["reason"].as_str().unwrap_or_else(|| panic!("{file:#}"));
        for words in [what, advice] {
            assert!(first.contains(words), "{words}: {first}");
        }
    }
}

#[test]
fn a_platform_that_cannot_be_set_up_is_told_and_the_others_are_looked_at() {
    let world = World::new(&[], &[], "");
    std::fs::remove_file(world.0.path().join("second.toml")).unwrap();
    let (file, code, said) = world.check(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("platform `second` cannot be set up") && said.contains("second.toml"),
        "{said}"
    );
    assert!(file["platforms"][1]["trouble"]["class"].is_null());
    assert_eq!(finding(trial(&file, "first", "kvm-like"), "H.disk.capacity")["scored"], "SUCCESS");
    assert_eq!(trial(&file, "second", "kvm-like")["standing"], "lab error");
    // A part without it has nothing to do with it.
    let (_, code, said) = world.check(&["--source", "first", "--target", "kvm-like"]);
    assert_eq!(code, 0, "{said}");

    let world = World::new(&[], &[], ", password = \"env:PORTOLAN_SECRET_THAT_IS_NOT_SET\"");
    let (_, code, said) = world.check(&[]);
    assert_eq!(code, 2);
    assert!(
        said.contains("not in the environment variable PORTOLAN_SECRET_THAT_IS_NOT_SET"),
        "{said}"
    );
}

#[test]
fn no_byte_of_a_secret_is_in_what_plan_or_check_prints() {
    // It is printed by the program, named like a machine's owner, and once more in a complaint.
    let user = format!(", user = \"{SECRET}\"");
    let loud: &[(&str, &str)] = &[("echo \"1.0\"", "echo \"1.0-$PW-$2\"")];
    let broken: &[(&str, &str)] = &[("echo \"1.0\"", "echo \"denied to $PW with $2\" >&2; exit 1")];
    for scripted in [loud, broken] {
        let world = World::new(
            scripted,
            &[("\"start\", \"${vm}\"", "\"start\", \"${vm}\", \"${user}\"")],
            &user,
        );
        let ways: [&[&str]; 4] = [
            &["plan"],
            &["plan", "--json"],
            &["check", "--commands", "--verbose"],
            &["check", "--commands", "--json"],
        ];
        for words in ways {
            let called = world.call(words);
            for text in [&called.out, &called.err] {
                assert!(!text.contains(SECRET), "{words:?}: {text}");
            }
            assert!(called.out.contains("${password}"), "{words:?}: {}", called.out);
        }
        // The program itself was given it.
        assert!(world.asked().iter().any(|it| it.contains(SECRET)));
    }
}

#[test]
fn the_shipped_testbed_of_libvirt_is_looked_at_where_there_is_no_libvirt() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = include_str!("../../lab/testbeds/libvirt.toml");
    let nowhere = format!("qemu+unix:///session?socket={}", folder.path().join("none").display());
    let file = folder.path().join("testbed.toml");
    std::fs::write(&file, shipped.replace("qemu:///session", &nowhere)).unwrap();
    let called = portolan(&folder.path().join("store"), &["check", &file.display().to_string()]);
    assert_eq!(called.code, 3, "{}", called.err);
    assert!(
        called.out.contains("platform libvirt (driver libvirt): transient: "),
        "{}",
        called.out
    );
    assert!(called.out.contains("Failed to connect socket"), "{}", called.out);
    assert!(called.out.contains("  asked:  virsh -c "), "{}", called.out);
}
