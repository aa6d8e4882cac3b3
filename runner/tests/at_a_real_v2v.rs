//! A package of our writer, taken by virt-v2v. Minutes: everything is emulated.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use platforms::converter::{CommandConverter, Converter as _, Form, Order, Recipe, Spec, shipped};
use platforms::words::FaultClass;
use runner::converters::{converter, ordered};

/// The folder of the guest, made once.
fn lab() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/v2v/build.sh");
    let made = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(made.status.success());
    PathBuf::from(String::from_utf8(made.stdout).unwrap().trim())
}

/// virt-v2v as it is shipped, but with the kernel of the guest for its machine, since a container has none of its own,
/// and with what it keeps for later beside the guest.
fn virt_v2v(lab: &Path, more: &str) -> CommandConverter {
    let modules = std::fs::read_dir(lab.join("modules")).unwrap().next().unwrap().unwrap().path();
    let env = [
        ("SUPERMIN_KERNEL", lab.join("vmlinuz")),
        ("SUPERMIN_MODULES", modules),
        ("LIBGUESTFS_CACHEDIR", lab.to_owned()),
    ];
    let env = env.map(|(name, value)| format!("{name} = {value:?}")).join("\n");
    let text = shipped("virt-v2v").unwrap().text;
    assert!(text.contains("[env]"));
    let text = text.replacen("[env]", &format!("[env]\n{env}\n{more}"), 1);
    CommandConverter::new(Recipe::read(&text).unwrap())
}

fn form(name: &str) -> Form {
    name.parse().unwrap()
}

fn order(from: (Form, PathBuf), to: (Form, PathBuf)) -> Order {
    let machine = Spec { name: "guest".to_owned(), cpus: 1, memory_mib: 512 };
    ordered(from, to, machine).unwrap()
}

#[tokio::test]
async fn an_ova_that_we_wrote_is_converted_for_kvm() {
    let (lab, folder) = (lab(), tempfile::tempdir().unwrap());
    let (ova, out) = (folder.path().join("guest.ova"), folder.path().join("out"));
    let packer = converter("portolan-ovf").unwrap().unwrap();
    let package = order((form("raw"), lab.join("guest.raw")), (form("ova"), ova.clone()));
    packer.run(&package, &|_| ()).await.unwrap();
    let conversion = order((form("ova"), ova), (form("qcow2"), out.clone()));
    let made = virt_v2v(&lab, "").run(&conversion, &|_| ()).await;
    made.unwrap_or_else(|it| panic!("{it}: {}", it.raw));
    let unseen = virt_v2v(&lab, "").verify(&conversion).await.unwrap_err();
    assert_eq!(unseen.class, FaultClass::Unsupported);
    let said = Command::new("qemu-img").args(["info", "--output=json"]).arg(&out).output().unwrap();
    let info: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let capacity = lab.join("guest.raw").metadata().unwrap().len();
    assert_eq!((&info["format"], &info["virtual-size"]), (&"qcow2".into(), &capacity.into()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
