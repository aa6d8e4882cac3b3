//! What is written is read back, keeps every rule, and is what programs of others read.

use std::fs;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use domain::score::Score;
use package::descriptor::{Firmware, Version};
use package::{Algorithm, WriteError, check, write, write_unless};

use super::sample::{broken, folder, order, raw};

#[test]
fn a_package_in_a_folder_keeps_every_rule_and_says_what_it_was_told() {
    let below = tempfile::tempdir().unwrap();
    let out = folder(below.path());
    let report = check(&out, None).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.score(), Score::Success);
    let said = report.descriptor.unwrap();
    let system = &said.systems[0];
    assert_eq!((system.cpus(), system.memory_bytes()), (Some(2), Some(256 << 20)));
    assert_eq!(system.id, "server <&\"");
    assert_eq!(system.identifier.as_deref(), Some("00000000-0000-8000-8000-000000000001"));
    assert_eq!(said.disks[0].capacity_bytes, Some(40 << 20));
    // By its descriptor it is the same package, whatever else lies beside it.
    fs::write(out.join("notes.txt"), "not ours").unwrap();
    assert_eq!(check(&out.join("vm.ovf"), None).unwrap().findings, []);
    assert_eq!(broken(&out), ["P.ref.extra"]);
}

#[test]
fn an_ova_is_what_tar_and_sha256sum_read() {
    let below = tempfile::tempdir().unwrap();
    let (out, to) = (below.path().join("vm.ova"), below.path().join("unpacked"));
    write(&order(&[raw(below.path())]), &out).unwrap();
    assert_eq!(check(&out, None).unwrap().findings, []);
    fs::create_dir(&to).unwrap();
    let unpacked = Command::new("tar").arg("-xvf").arg(&out).arg("-C").arg(&to).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&unpacked.stdout), "vm.ovf\nvm.mf\nvm-disk1.vmdk\n");
    let sums = fs::read_to_string(to.join("vm.mf")).unwrap();
    let sums: String = sums
        .lines()
        .map(|it| it.strip_prefix("SHA256(").unwrap().split_once(")= ").unwrap())
        .map(|(name, digest)| format!("{digest}  {name}\n"))
        .collect();
    fs::write(to.join("sums"), sums).unwrap();
    let checked = Command::new("sha256sum").args(["-c", "sums"]).current_dir(&to).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(check(&to.join("vm.ovf"), None).unwrap().findings, []);
    let left: Vec<_> =
        fs::read_dir(below.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_vmdk_is_taken_as_it_is_and_a_damaged_or_foreign_one_is_refused() {
    let below = tempfile::tempdir().unwrap();
    let first = folder(below.path());
    let disk = first.join("vm-disk1.vmdk");
    let second = below.path().join("again.ova");
    write(&order(std::slice::from_ref(&disk)), &second).unwrap();
    assert_eq!(check(&second, None).unwrap().findings, []);

    let mut bytes = fs::read(&disk).unwrap();
    bytes.truncate(bytes.len() - 1024);
    let damaged = below.path().join("damaged.vmdk");
    fs::write(&damaged, bytes).unwrap();
    let qcow2 = below.path().join("disk.qcow2");
    fs::write(&qcow2, b"QFI\xfb and so on").unwrap();
    for (disk, words) in [(damaged, "damaged"), (qcow2, "qcow2")] {
        let out = below.path().join("refused.ova");
        let refusal = write(&order(&[disk]), &out).unwrap_err().to_string();
        assert!(refusal.contains(words), "{refusal}");
        assert!(!out.exists());
    }
    let refusal = write(&order(&[disk]), &second).unwrap_err().to_string();
    assert!(refusal.contains("is there already"), "{refusal}");
}

#[test]
fn every_form_that_can_be_asked_for_is_read_back() {
    let below = tempfile::tempdir().unwrap();
    let raw = raw(below.path());
    for (number, version, algorithm, firmware, expected) in [
        (1, Version::Two, Algorithm::Sha256, Firmware::Bios, &["P.ovf.version"][..]),
        (2, Version::One, Algorithm::Sha1, Firmware::Bios, &["P.mf.algo"]),
        (3, Version::One, Algorithm::Sha512, Firmware::Bios, &["P.mf.algo"]),
        (4, Version::One, Algorithm::Sha256, Firmware::Efi, &["P.firmware.lost"]),
    ] {
        let out = below.path().join(format!("form{number}.ova"));
        let mut order = order(&[raw.clone(), raw.clone()]);
        (order.version, order.algorithm) = (version, algorithm);
        order.machine.firmware = firmware;
        write(&order, &out).unwrap();
        assert_eq!(broken(&out), expected);
        assert_eq!(check(&out, None).unwrap().descriptor.unwrap().disks.len(), 2);
    }
}

#[test]
fn disks_of_other_formats_and_packed_ones_are_not_taken_for_raw() {
    let below = tempfile::tempdir().unwrap();
    let raw = raw(below.path());
    let made = |name: &str| below.path().join(name);
    let run = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).arg(&raw).output().unwrap();
        assert!(output.status.success(), "{program} {words:?}: {output:?}");
        output.stdout
    };
    for (name, format, option) in [
        ("a.vdi", "vdi", "static=off"),
        ("b.vdi", "vdi", "static=on"),
        ("a.vhd", "vpc", "subformat=dynamic"),
        ("b.vhd", "vpc", "subformat=fixed"),
        ("a.vhdx", "vhdx", "subformat=dynamic"),
        ("a.qcow2", "qcow2", "compat=1.1"),
        ("a.qed", "qed", "cluster_size=65536"),
    ] {
        let words = ["convert", "-f", "raw", "-O", format, "-o", option];
        let status = Command::new("qemu-img").args(words).arg(&raw).arg(made(name)).status();
        assert!(status.unwrap().success(), "{name}");
    }
    for program in ["gzip", "xz", "bzip2"] {
        fs::write(made(&format!("a.{program}")), run(program, &["-c", "-1"])).unwrap();
    }
    // What zstd begins every file with; the program itself is not everywhere.
    fs::write(made("a.zstd"), b"\x28\xb5\x2f\xfd and so on").unwrap();
    // VirtualBox writes another text before the same signature.
    let mut vdi = fs::read(made("a.vdi")).unwrap();
    vdi[..64].copy_from_slice(&[b' '; 64]);
    fs::write(made("c.vdi"), vdi).unwrap();
    for (name, words) in [
        ("a.vdi", "VDI"),
        ("b.vdi", "VDI"),
        ("c.vdi", "VDI"),
        ("a.vhd", "VHD"),
        ("b.vhd", "VHD of fixed size"),
        ("a.vhdx", "VHDX"),
        ("a.qcow2", "qcow2"),
        ("a.qed", "QED"),
        ("a.gzip", "gzip"),
        ("a.xz", "xz"),
        ("a.bzip2", "bzip2"),
        ("a.zstd", "zstd"),
    ] {
        let out = made("refused.ova");
        let refusal = write(&order(&[made(name)]), &out).unwrap_err().to_string();
        assert!(refusal.contains(words) && refusal.contains("qemu-img convert"), "{refusal}");
        assert!(!out.exists());
    }
}

#[test]
fn a_writer_that_is_stopped_leaves_nothing_behind() {
    let below = tempfile::tempdir().unwrap();
    let first = folder(below.path()).join("vm-disk1.vmdk");
    let before = fs::read_dir(below.path()).unwrap().count();
    for disk in [below.path().join("disk.raw"), first] {
        let stop = AtomicBool::new(true);
        for name in ["stopped.ova", "stopped"] {
            let out = below.path().join(name);
            let refusal =
                write_unless(&stop, &order(std::slice::from_ref(&disk)), &out).unwrap_err();
            assert!(matches!(refusal, WriteError::Stopped), "{refusal}");
        }
    }
    assert_eq!(fs::read_dir(below.path()).unwrap().count(), before);
}
