//! Descriptors with thousands of findings and of items: the worst is told, and the check ends.

use std::fmt::Write as _;
use std::fs;

use domain::score::Score;
use package::check;

use super::sample::{change, folder, ids};

#[test]
fn a_failure_is_told_however_many_warnings_there_are() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    for number in 0..1_500 {
        fs::write(package.join(format!("extra{number}")), "").unwrap();
    }
    let sums = fs::read_to_string(package.join("vm.mf")).unwrap();
    let (own, disk) = sums.trim_end().split_once('\n').unwrap();
    fs::write(
        package.join("vm.mf"),
        format!("{own}\n{}{}\n", &disk[..disk.len() - 64], "e".repeat(64)),
    )
    .unwrap();
    let report = check(&package, None).unwrap();
    assert_eq!(report.score(), Score::Failure);
    assert_eq!(report.findings[0].id, "P.mf.digest");
    assert_eq!(report.findings.len() as u64 + report.left_out, 1_501);
    assert!(report.findings.len() < 1_100, "{}", report.findings.len());
}

#[test]
fn no_rule_is_hidden_by_the_findings_of_another() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    let files: String = (0..3_000).fold(String::new(), |mut text, number| {
        write!(text, "<File ovf:href=\"gone{number}\" ovf:id=\"gone{number}\"/>").unwrap();
        text
    });
    change(&package, "</References>", &format!("{files}</References>"));
    change(&package, "<rasd:VirtualQuantity>256<", "<rasd:VirtualQuantity>0<");
    change(&package, "<rasd:Connection>lan<", "<rasd:Connection>wan<");
    let report = check(&package, None).unwrap();
    assert_eq!(ids(&report), ["P.link.net", "P.mem", "P.ref.missing"]);
    assert!(report.left_out >= 1_900, "{}", report.left_out);
}

#[test]
fn a_large_descriptor_on_one_line_is_judged_and_its_lines_are_counted_right() {
    let below = tempfile::tempdir().unwrap();
    let package = folder(below.path());
    let disks: String = (0..9_000).fold(String::new(), |mut text, number| {
        let id = format!("x{number:0>40}");
        write!(text, "<Disk ovf:capacity=\"1\" ovf:diskId=\"{id}\" ovf:fileRef=\"file1\"/>")
            .unwrap();
        text
    });
    let items: String = (0..9_000).fold(String::new(), |mut text, number| {
        write!(
            text,
            "<Item><rasd:HostResource>ovf:/disk/x{number:0>40}</rasd:HostResource>\
             <rasd:InstanceID>{}</rasd:InstanceID><rasd:ResourceType>17</rasd:ResourceType></Item>",
            number + 100
        )
        .unwrap();
        text
    });
    change(&package, "</DiskSection>", &format!("{disks}</DiskSection>"));
    change(&package, "</VirtualHardwareSection>", &format!("{items}</VirtualHardwareSection>"));
    let text = fs::read_to_string(package.join("vm.ovf")).unwrap();
    assert!((2 << 20..4 << 20).contains(&text.len()), "{}", text.len());
    let report = check(&package, None).unwrap();
    assert_eq!(ids(&report), ["P.disk.capacity", "P.disk.format", "P.link.parent"]);
    let line = 1 + text[..text.find("ovf:/disk/x").unwrap()].matches('\n').count();
    let parent = report.findings.iter().find(|it| it.id == "P.link.parent").unwrap();
    assert_eq!(parent.place, format!("vm.ovf, line {line}"));
}
