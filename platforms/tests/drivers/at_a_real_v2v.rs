//! virt-v2v with a real Debian: lab/v2v/build.sh makes it. Minutes: everything is emulated, and what is converted boots.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use platforms::converter::{CommandConverter, Converter as _, Form, Order, Recipe, Spec, shipped};
use platforms::words::FaultClass;

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

fn order(folder: &Path, (from, input): (&str, PathBuf), to: &str) -> Order {
    let form = |it: &str| it.parse::<Form>().unwrap();
    let machine = Spec { name: "guest".to_owned(), cpus: 1, memory_mib: 512 };
    let out = folder.join(format!("out.{to}"));
    Order { from: form(from), disk: input.clone(), input, to: form(to), out, machine }
}

/// A machine that ends with the test.
struct Booted(Child);

impl Drop for Booted {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Boots a disk at virtio, and waits for what the guest says of itself.
async fn boots(disk: &Path, serial: &Path) -> String {
    let drive = format!("if=none,id=d,snapshot=on,format=qcow2,file={}", disk.display());
    let serial_port = format!("file:{}", serial.display());
    let machine = ["-M", "q35", "-accel", "tcg", "-m", "512", "-nodefaults", "-no-user-config"];
    let devices = ["-display", "none", "-serial", &serial_port, "-drive", &drive];
    let mut machine = Booted(
        Command::new("qemu-system-x86_64")
            .args(machine)
            .args(devices)
            .args(["-device", "virtio-blk-pci,drive=d"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap(),
    );
    loop {
        let said = String::from_utf8_lossy(&std::fs::read(serial).unwrap_or_default()).into_owned();
        if let Some(line) = said.lines().find(|it| it.contains("PORTOLAN-GUEST-IS-UP ")) {
            return line.to_owned();
        }
        assert!(machine.0.try_wait().unwrap().is_none(), "QEMU ended: {said}");
        assert!(!said.contains("Kernel panic"), "{said}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_debian_is_converted_for_kvm_and_boots_with_its_data() {
    let (lab, folder) = (lab(), tempfile::tempdir().unwrap());
    let virt_v2v = virt_v2v(&lab, "");
    let here = virt_v2v.probe().await.unwrap();
    assert!(
        here.abilities.contains("input:disk") && here.produces.contains(&"qcow2".parse().unwrap())
    );
    let order = order(folder.path(), ("raw", lab.join("guest.raw")), "qcow2");
    let heard = Mutex::new(Vec::new());
    let made = virt_v2v.run(&order, &|it| heard.lock().unwrap().push(it)).await;
    let made = made.unwrap_or_else(|it| panic!("{it}: {}", it.raw));
    assert!(heard.into_inner().unwrap().len() > 1, "it says how far it is");
    assert!(made.complaints < 5, "{}", made.stdout);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let verified = virt_v2v.verify(&order).await.unwrap();
    assert!(verified.is_sound() && verified.same_bytes.is_none(), "{verified:?}");
    // 100,000 times the letter p, as the guest was given it.
    let payload = "dab89a469d38623fa6e3b930147518f73e74f677563d269ce4683e042962709d";
    let said = boots(&order.out, &folder.path().join("serial")).await;
    assert!(said.contains(payload), "{said}");
}

#[tokio::test]
async fn what_is_no_guest_is_refused_in_its_own_words_and_leaves_nothing() {
    let (lab, folder) = (lab(), tempfile::tempdir().unwrap());
    let empty = folder.path().join("empty");
    std::fs::File::create(&empty).unwrap().set_len(8 << 20).unwrap();
    let order = order(folder.path(), ("raw", empty), "qcow2");
    let fault = virt_v2v(&lab, "").run(&order, &|_| ()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::GuestRefused, "{fault:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn its_machine_that_does_not_start_says_nothing_about_the_guest() {
    let (lab, folder) = (lab(), tempfile::tempdir().unwrap());
    let virt_v2v = virt_v2v(&lab, "LIBGUESTFS_HV = \"/bin/false\"");
    let order = order(folder.path(), ("raw", lab.join("guest.raw")), "qcow2");
    let fault = virt_v2v.run(&order, &|_| ()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Transient, "{fault:?}");
}

#[tokio::test]
async fn what_is_called_off_ends_its_machine_and_leaves_nothing() {
    let (lab, folder) = (lab(), tempfile::tempdir().unwrap());
    // Its machine's kernel is told what it is known by.
    let mark = "portolan=called-off";
    // Killed, it leaves its sockets where the system keeps such things; here that ends with the test.
    let sockets = tempfile::tempdir().unwrap();
    let at = sockets.path();
    let more = format!("LIBGUESTFS_APPEND = {mark:?}\nTMPDIR = {at:?}\nXDG_RUNTIME_DIR = {at:?}");
    let virt_v2v = virt_v2v(&lab, &more);
    let order = order(folder.path(), ("raw", lab.join("guest.raw")), "qcow2");
    let at_work = async {
        while processes_with(mark).is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        processes_with(mark).join(" ")
    };
    let machine = tokio::select! {
        made = virt_v2v.run(&order, &|_| ()) => panic!("{made:?}"),
        machine = at_work => machine,
    };
    // Root's sockets are in a folder of /tmp, wherever it is told to put them.
    let sockets =
        machine.split(['=', ',', ' ']).filter_map(|it| it.strip_prefix("/tmp/libguestfs"));
    for name in sockets.filter_map(|it| it.split('/').next()).filter(|it| !it.is_empty()) {
        let _ = std::fs::remove_dir_all(format!("/tmp/libguestfs{name}"));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    for _ in 0..200 {
        if processes_with(mark).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", processes_with(mark));
}

/// The command lines that hold this.
fn processes_with(mark: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    let lines = lines.map(|it| String::from_utf8_lossy(&it).replace('\0', " "));
    lines.filter(|it| it.contains(mark)).collect()
}
