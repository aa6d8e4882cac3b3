//! What vendors are known to write, and what importers are known to refuse: one sample each, told by its rule.

use std::fs;

use domain::score::Score;
use package::descriptor::Version;
use package::{Algorithm, Order, Target, check};

use super::sample::{broken, change, folder, ids, order};

#[test]
fn each_known_quirk_of_a_descriptor_is_told_by_its_rule() {
    let href = "ovf:href=\"vm-disk1.vmdk\"";
    let hardware = "<VirtualHardwareSection>";
    for (right, wrong, rule) in [
        ("vmx-10", "virtualbox-2.2", "P.hwfamily"),
        ("<vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType>", "", "P.hwfamily"),
        (
            "envelope/1\" xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1",
            "envelope/2\" xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/2",
            "P.ovf.version",
        ),
        ("envelope/1\" xmlns:ovf", "envelope\" xmlns:ovf", "P.ovf.version"),
        (href, "ovf:href=\"../../etc/passwd\"", "P.ref.escape"),
        (href, "ovf:href=\"/etc/passwd\"", "P.ref.escape"),
        (href, "ovf:href=\"http://host/disk.vmdk\"", "P.ref.escape"),
        (href, "ovf:href=\"other.vmdk\"", "P.ref.missing"),
        (href, "href=\"vm-disk1.vmdk\"", "P.ovf.schema"),
        (href, "ovf:href=\"vm-disk1.vmdk\" ovf:compression=\"gzip\"", "P.disk.compress"),
        (href, "ovf:href=\"vm-disk1.vmdk\" ovf:chunkSize=\"4096\"", "P.ref.missing"),
        ("ovf:id=\"file1\" ovf:size=\"", "ovf:id=\"file1\" ovf:size=\"9", "P.ref.size"),
        ("ovf:id=\"file1\" ovf:size=\"", "ovf:id=\"file1\" ovf:size=\"x", "P.ref.size"),
        ("ovf:fileRef=\"file1\"", "ovf:fileRef=\"file2\"", "P.link.disk"),
        ("ovf:/disk/disk1", "ovf:/disk/disk2", "P.link.disk"),
        ("ovf:/disk/disk1", "ovf:/disk/disk2", "P.link.unused"),
        ("<rasd:HostResource>ovf:/disk/disk1</rasd:HostResource>", "", "P.link.disk"),
        ("<rasd:Parent>3</rasd:Parent>", "", "P.link.parent"),
        (
            "<rasd:Connection>lan</rasd:Connection>",
            "<rasd:Connection>wan</rasd:Connection>",
            "P.link.net",
        ),
        ("#streamOptimized", "#sparse", "P.disk.format"),
        (
            "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
            "http://technet.microsoft.com/en-us/library/bb676673.aspx",
            "P.disk.format",
        ),
        ("ovf:capacity=\"41943040\"", "ovf:capacity=\"41943552\"", "P.disk.capacity"),
        ("ovf:capacity=\"41943040\"", "ovf:capacity=\"41000000\"", "P.disk.capacity"),
        ("ovf:capacity=\"41943040\"", "ovf:capacity=\"4e7\"", "P.units"),
        ("byte * 2^20", "parsec", "P.units"),
        ("<rasd:VirtualQuantity>256<", "<rasd:VirtualQuantity>0<", "P.mem"),
        ("<rasd:VirtualQuantity>2<", "<rasd:VirtualQuantity>-2<", "P.cpu"),
        ("<OperatingSystemSection ovf:id=\"96\">", "<OperatingSystemSection>", "P.os"),
        (
            hardware,
            "<x:NewSection xmlns:x=\"urn:x\"/><VirtualHardwareSection>",
            "P.required.unknown",
        ),
        ("</Envelope>", "<References/></Envelope>", "P.ovf.schema"),
        ("<DiskSection>", "<VirtualSystem ovf:id=\"b\"/><DiskSection>", "P.multi.vm"),
        ("<DiskSection>", "<VirtualSystem ovf:id=\"b\"/><DiskSection>", "P.ovf.schema"),
        ("<rasd:InstanceID>2<", "<rasd:InstanceID>1<", "P.id.dup"),
        ("</References>", "<File ovf:href=\"b\" ovf:id=\"file1\"/></References>", "P.id.dup"),
        ("</Envelope>", "", "P.ovf.wellformed"),
        ("<Envelope", "<!DOCTYPE x [<!ENTITY a \"b\">]><Envelope", "P.ovf.wellformed"),
    ] {
        let below = tempfile::tempdir().unwrap();
        let package = folder(below.path());
        change(&package, right, wrong);
        let found = broken(&package);
        assert!(found.contains(&rule), "{wrong}: expected {rule} in {found:?}");
    }
}

#[test]
fn what_is_harmless_is_not_told() {
    for (right, wrong) in [
        ("ovf:/disk/disk1", "/disk/disk1"),
        ("byte * 2^20", "MegaBytes"),
        ("byte * 2^20", "byte*2^20"),
        (
            "<VirtualHardwareSection>",
            "<x:NewSection xmlns:x=\"urn:x\" ovf:required=\"false\"/><VirtualHardwareSection>",
        ),
        (
            "ovf:capacity=\"41943040\" ovf:capacityAllocationUnits=\"byte\"",
            "ovf:capacity=\"40\" ovf:capacityAllocationUnits=\"byte * 2^20\"",
        ),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "\u{feff}<?xml version=\"1.0\"?>"),
    ] {
        let below = tempfile::tempdir().unwrap();
        let package = folder(below.path());
        change(&package, right, wrong);
        assert_eq!(broken(&package), [""; 0], "{wrong}");
    }
}

#[test]
fn a_name_that_no_file_can_have_is_of_a_file_that_is_absent() {
    let href = "ovf:href=\"vm-disk1.vmdk\"";
    for name in ["d".repeat(300), "vm-disk1.vmdk/disk".to_owned(), "vm.ovf/disk".to_owned()] {
        let below = tempfile::tempdir().unwrap();
        let package = folder(below.path());
        change(&package, href, &format!("ovf:href=\"{name}\""));
        let found = broken(&package);
        assert!(found.contains(&"P.ref.missing"), "{found:?}");
    }
}

#[test]
fn parts_of_a_file_are_not_looked_for_outside_of_the_package() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    for number in 0..3 {
        fs::write(below.path().join(format!("secret.{number:09}")), "x").unwrap();
    }
    change(&package, "ovf:href=\"vm-disk1.vmdk\"", "ovf:href=\"../secret\" ovf:chunkSize=\"1\"");
    let report = check(&package, None).unwrap();
    assert!(ids(&report).contains(&"P.ref.escape"));
    assert!(report.contents.entries.iter().all(|it| !it.name.contains("secret")));
}

/// How a manifest is changed, and the rules that it does not keep then.
type Case<'c> = (&'c dyn Fn(&str) -> String, &'c [&'c str]);

#[test]
fn each_known_quirk_of_a_manifest_is_told_and_read_all_the_same() {
    let spaced = |it: &str| it.replace("(", " (").replace(")= ", ") = ");
    let tight = |it: &str| it.replace(")= ", ")=");
    let windows = |it: &str| it.replace('\n', "\r\n");
    let itself = |it: &str| format!("{it}SHA256(vm.mf)= {}\n", "e".repeat(64));
    let rubbish = |it: &str| format!("hello\n{it}");
    let unknown = |it: &str| format!("{it}MD5(vm.ovf)= {}\n", "e".repeat(32));
    let missing = |it: &str| format!("{it}SHA256(gone.nvram)= {}\n", "e".repeat(64));
    let escape = |it: &str| format!("{it}SHA256(../../etc/passwd)= {}\n", "e".repeat(64));
    let one = |it: &str| it.lines().next().unwrap().to_owned();
    let wrong = |it: &str| {
        it.lines().map(|it| format!("{}{}\n", &it[..it.len() - 64], "e".repeat(64))).collect()
    };
    let cases: [Case<'_>; 11] = [
        (&spaced, &["P.mf.grammar"]),
        (&tight, &["P.mf.grammar"]),
        (&windows, &["P.mf.grammar"]),
        (&itself, &["P.mf.grammar"]),
        (&rubbish, &["P.mf.grammar"]),
        (&unknown, &["P.mf.grammar"]),
        (&missing, &["P.mf.missingfile"]),
        (&escape, &["P.ref.escape"]),
        (&one, &["P.mf.unlisted"]),
        (&wrong, &["P.mf.digest"]),
        (&|_: &str| String::new(), &["P.mf.grammar", "P.mf.unlisted"]),
    ];
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    let sums = fs::read_to_string(package.join("vm.mf")).unwrap();
    for (number, (change, expected)) in cases.iter().enumerate() {
        fs::write(package.join("vm.mf"), change(&sums)).unwrap();
        assert_eq!(&broken(&package), expected, "case {number}");
    }
    fs::remove_file(package.join("vm.mf")).unwrap();
    assert_eq!(broken(&package), ["P.mf.absent"]);
    fs::write(package.join("vm.cert"), "a signature").unwrap();
    assert_eq!(broken(&package), ["P.cert.unchecked", "P.mf.absent"]);
}

#[test]
fn targets_refuse_what_they_are_known_to_refuse() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    let judged =
        |target: &str| ids(&check(&package, Some(Target::named(target).unwrap())).unwrap());
    assert_eq!(judged("esxi-8"), [""; 0]);
    assert_eq!(judged("esxi-5.0"), ["P.hwfamily", "P.mf.algo"]);
    assert_eq!(judged("virt-v2v"), [""; 0]);
    change(&package, "vmx-10", "virtualbox-2.2");
    assert_eq!(judged("virtualbox"), [""; 0]);
    assert_eq!(judged("esxi-6.7"), ["P.hwfamily"]);
}

#[test]
fn what_a_target_is_known_to_refuse_is_a_failure_and_else_a_warning() {
    let two = Order { version: Version::Two, ..order(&[]) };
    let sha512 = Order { algorithm: Algorithm::Sha512, ..order(&[]) };
    for (name, order, target, score) in [
        ("two", &two, None, Score::Warning),
        ("two", &two, Some("esxi-8"), Score::Failure),
        ("two", &two, Some("virtualbox"), Score::Success),
        ("sha512", &sha512, None, Score::Warning),
        ("sha512", &sha512, Some("esxi-8"), Score::Failure),
        ("sha512", &sha512, Some("virtualbox"), Score::Failure),
    ] {
        let below = tempfile::tempdir().unwrap();
        let out = below.path().join("vm.ova");
        package::write(order, &out).unwrap();
        let target = target.map(|it| Target::named(it).unwrap());
        let report = check(&out, target).unwrap();
        assert_eq!(report.score(), score, "{name} for {target:?}: {:?}", report.findings);
    }
}

#[test]
fn what_a_stranger_wrote_is_shown_without_its_tricks() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    change(&package, "ovf:href=\"vm-disk1.vmdk\"", "ovf:href=\"../&#x202e;gpj.exe&#x9;\"");
    let report = check(&package, None).unwrap();
    let shown = report.findings.iter().flat_map(|it| [&it.words, &it.place]);
    assert!(shown.clone().any(|it| it.contains("gpj.exe")));
    assert!(shown.clone().all(|it| !it.contains(['\u{202e}', '\t'])));
}
