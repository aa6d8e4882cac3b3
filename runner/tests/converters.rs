//! Our own writer as a converter, and the suite that every converter is held to.

use std::path::Path;

use platforms::conformance::Held;
use platforms::converter::{Form, Order, Spec};
use platforms::words::FaultClass;
use runner::converters::{Catalogue, converter, ordered, there_and_back};

fn form(name: &str) -> Form {
    name.parse().unwrap()
}

fn spec() -> Spec {
    Spec { name: "web".to_owned(), cpus: 2, memory_mib: 512 }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A folder with a disk of some megabytes.
fn disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> =
        (0..3_u32 << 18).flat_map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    std::fs::write(folder.path().join("disk"), bytes).unwrap();
    folder
}

fn order(folder: &Path, to: &str) -> Order {
    let (from, out) = ((form("raw"), folder.join("disk")), (form(to), folder.join("out")));
    ordered(from, out, spec()).unwrap()
}

#[tokio::test]
async fn every_converter_that_keeps_bytes_brings_the_same_disk_back() {
    for id in ["qemu-img", "portolan-ovf"] {
        let folder = tempfile::tempdir().unwrap();
        let tested = converter(id).unwrap().unwrap();
        let all = there_and_back(tested.as_ref(), folder.path()).await.unwrap();
        assert!(all.len() >= 12, "{id}: {}", all.len());
        for tried in all {
            assert_eq!(tried.held, Held::Holds, "{id}: {tried:?}");
            assert_eq!(tried.verified.unwrap().same_bytes, Some(true));
        }
        assert_eq!(names(folder.path()), ["disk.raw"]);
    }
}

#[tokio::test]
async fn a_package_is_whole_and_a_changed_one_is_found() {
    let (folder, packer) = (disk(), converter("portolan-ovf").unwrap().unwrap());
    let order = order(folder.path(), "ovf");
    let made = packer.run(&order, &|_| ()).await.unwrap();
    assert_eq!(names(&order.out), ["web-disk1.vmdk", "web.mf", "web.ovf"]);
    assert_eq!(names(folder.path()), ["disk", "out"]);
    assert!(made.bytes > 0 && packer.verify(&order).await.unwrap().is_sound());
    let text = std::fs::read_to_string(order.out.join("web.ovf")).unwrap();
    std::fs::write(order.out.join("web.ovf"), text.replace("512", "513")).unwrap();
    let changed = packer.verify(&order).await.unwrap_err();
    assert_eq!((changed.class, changed.raw.as_str()), (FaultClass::Vendor, "P.mf.digest"));
    let from = (form("ovf"), order.out.clone());
    let refused = ordered(from, (form("raw"), folder.path().join("raw")), spec()).unwrap_err();
    assert_eq!(refused.class, FaultClass::Vendor);
}

#[tokio::test]
async fn what_is_no_package_is_no_input() {
    let folder = disk();
    for input in ["disk", "nothing", "."] {
        let from = (form("ovf"), folder.path().join(input));
        let refused = ordered(from, (form("raw"), folder.path().join("raw")), spec());
        assert!(refused.is_err(), "{input}: {refused:?}");
    }
}

#[tokio::test]
async fn a_package_that_is_called_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Long enough for nobody to have packed it before the first look.
    let file = std::fs::File::create(folder.path().join("disk")).unwrap();
    file.set_len(64 << 30).unwrap();
    let packer = converter("portolan-ovf").unwrap().unwrap();
    let order = order(folder.path(), "ova");
    let begun = folder.path().join(".portolan-convert-out/packed");
    tokio::select! {
        made = packer.run(&order, &|_| ()) => panic!("{made:?}"),
        () = until(|| begun.exists()) => {}
    }
    until(|| names(folder.path()) == ["disk"]).await;
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn the_catalogue_says_of_each_whether_it_is_here() {
    let catalogue = Catalogue::shipped().unwrap();
    let probed = catalogue.probed().await;
    let ids: Vec<&str> = probed.keys().map(String::as_str).collect();
    let all =
        ["portolan-ovf", "qemu-img", "vcenter-converter", "virt-convert", "virt-v2v", "xenconvert"];
    assert_eq!(ids, all);
    assert!(probed["qemu-img"].is_ok() && probed["portolan-ovf"].is_ok());
    for retired in ["vcenter-converter", "virt-convert", "xenconvert"] {
        assert_eq!(probed[retired].as_ref().unwrap_err().class, FaultClass::Unsupported);
    }
}
