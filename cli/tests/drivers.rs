//! `portolan drivers`: what is listed, what a suite says, and what its exit codes are.

use std::path::Path;

use super::{portolan, refused};

/// A driver of shell commands; `list` says what is given.
fn driver(folder: &Path, list: &str, more: &str) -> String {
    let text = format!(
        r#"
[platform]
id = "made-up"
product = "Made up"
exercised = "documentation-only"
evidence = "tests of the command line"
twice = "idempotent"
[vars]
password = {{ about = "a password", secret = "env:PORTOLAN_TEST_PASSWORD" }}
[env]
PW = "${{password}}"
[verb.identify]
argv = ["sh", "-c", "echo $PW 1.0"]
parse = {{ as = "text" }}
map = {{ version = "text" }}
[verb.list]
argv = ["echo", "-e", "{list}"]
parse = {{ as = "regex", pattern = '^(?<id>\d+) (?<name>.+)$' }}
map = {{ id = "id", name = "name" }}
{more}
"#
    );
    let path = folder.join("driver.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn the_readme_says_of_each_driver_what_its_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let called = portolan(folder.path(), &["drivers", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&called.out).unwrap();
    let drivers = listed["drivers"].as_array().unwrap();
    assert!(!drivers.is_empty());
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(house.join("README.md")).unwrap();
    let words = |exercised: &str| match exercised {
        "real-thing" => "real thing",
        "third-party-simulator" => "third-party simulator",
        "documentation-only" => "written from documentation, never run",
        other => panic!("{other}"),
    };
    for driver in drivers {
        let of = |name: &str| driver[name].as_str().unwrap().to_owned();
        let row = format!("| {} | {} | {} |", of("id"), words(&of("exercised")), of("evidence"));
        assert!(readme.contains(&row), "README.md has no row: {row}");
    }
    let text = portolan(folder.path(), &["drivers", "list"]);
    assert_eq!(text.code, 0);
    assert!(text.out.contains("libvirt       libvirt: real thing\n"), "{}", text.out);
}

#[test]
fn libvirts_mock_hypervisor_is_recorded_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("transcript").display().to_string();
    let test = |more: &[&str]| {
        let words = ["drivers", "test", "libvirt", "--var", "uri=test:///default"];
        portolan(folder.path(), &[&words, more].concat())
    };
    let live = test(&["--record", &kept]);
    assert_eq!(live.code, 0, "{}{}", live.out, live.err);
    assert!(
        live.out.contains("✓ list.unique") && live.out.contains("answers live"),
        "{}",
        live.out
    );
    let replayed = test(&["--replay", &kept, "--json"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    let said: serde_json::Value = serde_json::from_str(&replayed.out).unwrap();
    assert_eq!((&said["answers"], &said["conforms"]), (&"recorded".into(), &true.into()));

    // Another machine than the one that was recorded: the answer is missing, and so is the conformance.
    let uri = "uri=test:///other";
    let words = ["drivers", "test", "libvirt", "--replay", &kept, "--var", uri];
    refused(folder.path(), &words, 3, "clauses are broken");
    let other = portolan(folder.path(), &words);
    assert!(other.out.contains("nearest to it: `virsh -c test:///default"), "{}", other.out);
}

#[test]
fn secrets_are_in_nothing_that_is_printed_or_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = driver(folder.path(), "7 hunter2-and-more", "");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hunter2-and-more\n").unwrap();
    let kept = folder.path().join("transcript");
    let var = format!("password=file:{}", secret.display());
    let words =
        ["drivers", "test", &file, "--var", &var, "--record", kept.to_str().unwrap(), "--json"];
    let called = portolan(folder.path(), &words);
    let transcript = std::fs::read_to_string(&kept).unwrap();
    assert!(transcript.contains("7 ${password}") && transcript.contains("${password} 1.0"));
    for text in [&called.out, &called.err, &transcript] {
        assert!(!text.contains("hunter2-and-more"), "{text}");
    }
    // The file itself has the secret among its arguments: the suite finds that.
    assert_eq!(called.code, 3, "{}", called.out);
    assert!(called.out.contains("a secret was in what came out"), "{}", called.out);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = driver(folder.path(), "7 web", "");
    let call = |more: &[&'static str]| -> Vec<String> {
        ["drivers", "test", &file]
            .into_iter()
            .chain(more.iter().copied())
            .map(str::to_owned)
            .collect()
    };
    let refused = |words: Vec<String>, code, expected: &str| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        super::refused(folder.path(), &words, code, expected);
    };
    refused(call(&[]), 2, "not in the environment variable PORTOLAN_TEST_PASSWORD");
    refused(call(&["--var", "password=hunter2"]), 2, "say where it is, as env:NAME or file:PATH");
    refused(call(&["--var", "password=env:HOME", "--var", "hots=x"]), 2, "no value `hots`");
    refused(call(&["--var", "hots"]), 2, "write NAME=VALUE");
    refused(call(&["--replay", "/nowhere"]), 2, "cannot read /nowhere");
    refused(call(&["--replay", "a", "--record", "b"]), 2, "cannot be used with");
    let wrong = driver(folder.path(), "7 web", "[verb.strat]\nargv = [\"x\"]");
    super::refused(
        folder.path(),
        &["drivers", "test", &wrong],
        2,
        "line 20: nothing asks for the verb `strat`; near it: `start`",
    );
    super::refused(folder.path(), &["drivers", "test", "nobody"], 2, "shipped drivers: hyperv");

    let twins = driver(folder.path(), "7 web\\\\n7 db", "");
    let words = ["drivers", "test", &twins, "--var", "password=env:HOME"];
    super::refused(folder.path(), &words, 3, "clauses are broken");
}

#[test]
fn a_plan_at_a_driver_of_ones_own_shows_every_command_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let driver = driver(
        folder.path(),
        "7 web",
        "[verb.start]\nargv = [\"power\", \"on\", \"${vm}\"]\n[verb.import]\nargv = [\"take\", \"${file}\"]\n\
         map = { made_by_hand = { fixed = \"true\" } }",
    );
    let shipped = include_str!("../../lab/testbeds/libvirt.toml");
    let ours = r#"driver = "libvirt"
settings = { uri = "qemu:///session", type = "qemu", host_only_modules = "virtio_pci virtio_blk" }"#;
    let plan = |settings: &str| {
        assert!(shipped.contains(ours));
        let there = format!(
            "driver = \"file:{driver}\"\nsettings = {{ disk_format = \"raw\", {settings} }}"
        );
        let file = folder.path().join("testbed.toml");
        std::fs::write(&file, shipped.replace(ours, &there)).unwrap();
        portolan(folder.path(), &["plan", &file.display().to_string()])
    };
    let planned =
        plan(r#""vm.server" = "golden", password = "env:PORTOLAN_SECRET_THAT_IS_NOT_SET""#);
    assert_eq!(planned.code, 0, "{}", planned.err);
    assert!(planned.out.contains("  1  power on golden\n"), "{}", planned.out);
    assert!(planned.out.contains("  6  take WORK/"), "{}", planned.out);
    assert!(!planned.out.contains("PORTOLAN_SECRET"), "{}", planned.out);
    for (settings, words) in [
        (r#"password = "hunter2-in-the-open""#, "say where it is"),
        (r#"pasword = "env:X""#, "no value `pasword`; near it: `password`"),
        (r#"folder = "disks""#, "settings.folder must begin with /"),
    ] {
        let refused = plan(settings);
        assert_eq!(refused.code, 2, "{settings}: {}", refused.out);
        assert!(refused.err.contains(words), "{}", refused.err);
        assert!(!refused.err.contains("hunter2"), "{}", refused.err);
    }
}
