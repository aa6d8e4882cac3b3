//! What the lab writes it imports; what a broken package lacks is a fact, and refused in words.

use std::fs;

use super::*;

/// A package around a disk that is packed for real.
fn package(folder: &Path) {
    let raw = folder.join("raw");
    fs::write(&raw, vec![7; 1 << 20]).unwrap();
    let mut bytes = Vec::new();
    let file = fs::File::open(&raw).unwrap();
    package::vmdk::write(&file, 1 << 20, "disk.vmdk", 1, &mut bytes).unwrap();
    let disk = OutDisk {
        file: "disk.vmdk".to_owned(),
        file_bytes: bytes.len() as u64,
        capacity_bytes: 1 << 20,
    };
    let digest = Sha256Digest::of(&bytes);
    fs::write(folder.join("disk.vmdk"), bytes).unwrap();
    let vm = VmDefinition {
        name: "server".to_owned(),
        uuid: "00000000-0000-8000-8000-000000000001".to_owned(),
        mac: "52:54:00:aa:bb:cc".to_owned(),
        memory_mib: 256,
        cpus: 2,
        subnet: "10.0.2".to_owned(),
    };
    let written = write(&vm, disk, digest).unwrap();
    fs::write(folder.join(DESCRIPTOR), written.descriptor).unwrap();
    fs::write(folder.join("vm.mf"), written.manifest).unwrap();
}

fn held(folder: &Path) -> Vec<&'static str> {
    let report = package::check(&folder.join(DESCRIPTOR), None).unwrap();
    FACTS.into_iter().zip(holds(&report)).filter(|(_, holds)| !holds).map(|(it, _)| it).collect()
}

#[test]
fn what_the_lab_writes_it_imports() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path());
    assert_eq!(held(folder.path()), [""; 0]);
    let described = describe(folder.path()).unwrap();
    assert_eq!((described.cpus, described.memory_mib), (2, 256));
    assert_eq!(described.mac.as_deref(), Some("52:54:00:aa:bb:cc"));
    assert_eq!(described.uuid.as_deref(), Some("00000000-0000-8000-8000-000000000001"));
}

#[test]
fn what_cannot_be_imported_is_a_fact_and_is_refused_in_words() {
    for (right, wrong, fact, words) in [
        ("\"disk.vmdk\"", "\"../../etc/passwd\"", "ovf.stays_inside", "leads out of the package"),
        ("/disk/disk1", "/disk/disk2", "ovf.disk_linked", "disk2"),
        ("fileRef=\"file1\"", "fileRef=\"file2\"", "ovf.disk_linked", "not in References"),
        ("byte * 2^20", "byte * 2^200", "ovf.hardware_complete", "unit"),
        (">256<", ">-1<", "ovf.hardware_complete", "no memory"),
        ("#streamOptimized", "#sparse", "ovf.disk_linked", "format"),
        ("capacity=\"1048576\"", "capacity=\"x\"", "ovf.hardware_complete", "capacity"),
        ("</Envelope>", "", "ovf.well_formed", "vm.ovf"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        package(folder.path());
        let path = folder.path().join(DESCRIPTOR);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{right} in {text}");
        fs::write(&path, text.replacen(right, wrong, 1)).unwrap();
        assert!(held(folder.path()).contains(&fact), "{wrong}: {:?}", held(folder.path()));
        assert!(held(folder.path()).contains(&"ovf.manifest_matches"));
        let refusal = format!("{:?}", describe(folder.path()).unwrap_err());
        assert!(refusal.contains("NotCompleted"), "{wrong}: {refusal}");
        assert!(refusal.contains(words), "{wrong}: expected {words:?} in {refusal:?}");
    }
}

#[test]
fn a_package_that_the_lab_cannot_read_says_nothing_of_the_product() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path());
    let path = folder.path().join(DESCRIPTOR);
    fs::remove_file(&path).unwrap();
    for stop in [describe(folder.path()).unwrap_err(), facts(folder.path()).unwrap_err()] {
        assert!(format!("{stop:?}").contains("LabError"), "{stop:?}");
    }
}

#[test]
fn no_fact_holds_because_the_findings_of_another_rule_were_too_many() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path());
    let path = folder.path().join(DESCRIPTOR);
    let text = fs::read_to_string(&path).unwrap();
    let gone = |number: usize| format!("<File ovf:href=\"gone{number}\" ovf:id=\"gone{number}\"/>");
    let files: String = (0..3_000).map(gone).collect();
    let text = text.replacen("</References>", &format!("{files}</References>"), 1);
    let text = text.replacen("<rasd:Connection>network1<", "<rasd:Connection>wan<", 1);
    fs::write(&path, text).unwrap();
    let held = held(folder.path());
    assert!(
        held.contains(&"ovf.network_linked") && held.contains(&"ovf.manifest_matches"),
        "{held:?}"
    );
}

#[test]
fn what_is_no_address_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path());
    let path = folder.path().join(DESCRIPTOR);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("52:54:00:aa:bb:cc", "52:54,romfile=/x:c")).unwrap();
    assert_eq!(describe(folder.path()).unwrap().mac, None);
    fs::remove_file(folder.path().join("vm.mf")).unwrap();
    assert_eq!(held(folder.path()), ["ovf.manifest_present", "ovf.manifest_matches"]);
}
