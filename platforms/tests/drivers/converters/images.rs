//! qemu-img, with real disks.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use platforms::converter::{Converter as _, shipped};
use platforms::words::FaultClass;

use super::{converter, deaf, names, order};

/// A disk of 40 MiB and a bit with something on it, at its end too.
fn disk(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    file.set_len((40 << 20) + 512).unwrap();
    for at in [0_u64, 9 << 20, 40 << 20] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[at.to_le_bytes(); 64].concat()).unwrap();
    }
}

#[tokio::test]
async fn every_format_there_and_back_is_the_same_disk() {
    let (folder, qemu_img) =
        (tempfile::tempdir().unwrap(), converter(shipped("qemu-img").unwrap().text));
    disk(&folder.path().join("disk"));
    for to in ["qcow2", "vmdk", "vpc", "vhdx", "vdi", "raw"] {
        let there = order(folder.path(), ("raw", "disk"), (to, to));
        let heard = Mutex::new(Vec::new());
        let made = qemu_img.run(&there, &|it| heard.lock().unwrap().push(it)).await.unwrap();
        assert_eq!(made.bytes, there.out.metadata().unwrap().len());
        assert_eq!(heard.into_inner().unwrap().last(), Some(&100.0));
        let verified = qemu_img.verify(&there).await.unwrap();
        assert!(verified.is_sound() && verified.same_bytes == Some(true), "{to}: {verified:?}");
        let back = order(folder.path(), (to, to), ("raw", "back"));
        qemu_img.run(&back, &deaf).await.unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert!(read("disk") == read("back"), "{to}");
        std::fs::remove_file(&back.out).unwrap();
        let estimate = qemu_img.estimate(&there).await.unwrap();
        assert!(made.bytes <= estimate.most_bytes, "{to}: {} of {estimate:?}", made.bytes);
        assert!((1..2 << 20).contains(&estimate.data_bytes), "{estimate:?}");
    }
    assert_eq!(names(folder.path()), ["disk", "qcow2", "raw", "vdi", "vhdx", "vmdk", "vpc"]);
}

#[tokio::test]
async fn a_grown_capacity_is_found() {
    let (folder, text) = (tempfile::tempdir().unwrap(), shipped("qemu-img").unwrap().text);
    disk(&folder.path().join("disk"));
    let careless = converter(&text.replace(r#"["-o", "force_size=on"]"#, "[]"));
    let order = order(folder.path(), ("raw", "disk"), ("vpc", "out"));
    careless.run(&order, &deaf).await.unwrap();
    let verified = careless.verify(&order).await.unwrap();
    assert!(verified.capacity_after > verified.capacity_before && !verified.is_sound());
}

#[tokio::test]
async fn what_stands_there_is_not_replaced_and_what_is_no_disk_is_refused() {
    let (folder, qemu_img) =
        (tempfile::tempdir().unwrap(), converter(shipped("qemu-img").unwrap().text));
    disk(&folder.path().join("disk"));
    std::fs::write(folder.path().join("kept"), "mine").unwrap();
    let onto = order(folder.path(), ("raw", "disk"), ("qcow2", "kept"));
    assert_eq!(qemu_img.run(&onto, &deaf).await.unwrap_err().class, FaultClass::Conflict);
    assert_eq!(std::fs::read(&onto.out).unwrap(), b"mine");
    let wrong = order(folder.path(), ("qcow2", "disk"), ("raw", "out"));
    let refused = qemu_img.run(&wrong, &deaf).await.unwrap_err();
    assert!(refused.words.contains("not in qcow2 format"), "{refused}");
    let none = order(folder.path(), ("qcow2", "disk"), ("xva", "out"));
    assert_eq!(qemu_img.run(&none, &deaf).await.unwrap_err().class, FaultClass::Unsupported);
    let mut relative = order(folder.path(), ("raw", "disk"), ("qcow2", "out"));
    relative.disk = "--help".into();
    assert_eq!(qemu_img.run(&relative, &deaf).await.unwrap_err().class, FaultClass::Unsupported);
    for name in ["-on", "", "a/b", "web\n", "ü"] {
        let mut named = order(folder.path(), ("raw", "disk"), ("qcow2", "out"));
        named.machine.name = name.to_owned();
        assert_eq!(qemu_img.run(&named, &deaf).await.unwrap_err().class, FaultClass::Unsupported);
    }
    assert_eq!(names(folder.path()), ["disk", "kept"]);
}

#[tokio::test]
async fn an_image_that_names_another_file_is_not_followed() {
    let (folder, qemu_img) =
        (tempfile::tempdir().unwrap(), converter(shipped("qemu-img").unwrap().text));
    let elsewhere = tempfile::tempdir().unwrap();
    disk(&elsewhere.path().join("secret"));
    let secret = elsewhere.path().join("secret").display().to_string();
    let made = |args: &[&str]| {
        let said = Command::new("qemu-img").args(args).current_dir(folder.path()).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    made(&["create", "-q", "-f", "qcow2", "-F", "raw", "-b", &secret, "overlay"]);
    let sectors = (40 << 11) + 1;
    let extent = format!(
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n\
         RW {sectors} FLAT \"{secret}\" 0\n"
    );
    std::fs::write(folder.path().join("flat.vmdk"), extent).unwrap();
    for input in [("qcow2", "overlay"), ("vmdk", "flat.vmdk")] {
        let order = order(folder.path(), input, ("raw", "out"));
        let refused = qemu_img.run(&order, &deaf).await.unwrap_err();
        assert!(refused.words.contains("needs another file"), "{refused}");
        assert!(!order.out.exists());
    }
}
