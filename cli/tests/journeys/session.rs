//! A libvirt of a test's own: its daemon, its folders, its domains.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::lab::Lab;

/// A session daemon of libvirt with folders of its own. As root it is started as another user of a namespace: root's own
/// would be the system's.
pub(crate) struct Session {
    pub(crate) daemon: Child,
    folder: tempfile::TempDir,
}

impl Session {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["run", "cfg/libvirt", "cache", "data"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::fs::set_permissions(at("run"), std::fs::Permissions::from_mode(0o700)).unwrap();
        // Consoles in plain files, without another daemon that keeps them.
        std::fs::write(at("cfg/libvirt/qemu.conf"), "stdio_handler = \"file\"\n").unwrap();
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-user=1000", "--map-group=1000", "libvirtd"]);
            command
        } else {
            Command::new("/usr/sbin/libvirtd")
        };
        for (name, place) in [
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CONFIG_HOME", "cfg"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
        ] {
            command.env(name, at(place));
        }
        let log = std::fs::File::create(at("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let daemon = command.spawn().expect("libvirtd: is the package libvirt-daemon installed?");
        let session = Self { daemon, folder };
        session.wait();
        session
    }

    fn wait(&self) {
        for _ in 0..600 {
            if UnixStream::connect(self.socket()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        panic!("libvirtd does not listen: {log}");
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("run/libvirt/libvirt-sock")
    }

    pub(crate) fn uri(&self) -> String {
        format!("qemu+unix:///session?socket={}", self.socket().display())
    }

    pub(crate) fn virsh(&self, words: &[&str]) -> String {
        let said = Command::new("virsh").args(["-q", "-c", &self.uri()]).args(words).output();
        String::from_utf8(said.unwrap().stdout).unwrap()
    }

    pub(crate) fn domains(&self) -> Vec<String> {
        let all = self.virsh(&["list", "--all", "--name"]);
        all.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// Makes a machine that is somebody's own, and says where its disk is.
    pub(crate) fn golden(&self) -> PathBuf {
        let disk = self.folder.path().join("golden.raw");
        std::fs::write(&disk, vec![0; 1 << 20]).unwrap();
        let definition = self.folder.path().join("golden.xml");
        let text = format!(
            "<domain type=\"qemu\"><name>golden</name><memory unit=\"MiB\">64</memory><vcpu>1</vcpu>\
             <os><type arch=\"x86_64\" machine=\"q35\">hvm</type></os><devices><disk type=\"file\" device=\"disk\">\
             <driver name=\"qemu\" type=\"raw\"/><source file=\"{}\"/><target dev=\"vda\" bus=\"virtio\"/></disk></devices></domain>",
            disk.display()
        );
        std::fs::write(&definition, text).unwrap();
        self.virsh(&["define", "--file", &definition.display().to_string()]);
        disk
    }

    /// Makes a machine that is somebody's own from a bootable image, as the driver would define it.
    pub(crate) fn own_machine(&self, image: &Path) {
        let [disk, console, definition] =
            ["own.raw", "own.console", "own.xml"].map(|name| self.folder.path().join(name));
        std::fs::copy(image, &disk).unwrap();
        let text = format!(
            "<domain type=\"qemu\"><name>own</name><memory unit=\"MiB\">256</memory><vcpu>1</vcpu>\
             <os><type arch=\"x86_64\" machine=\"q35\">hvm</type></os><features><acpi/></features><devices>\
             <disk type=\"file\" device=\"disk\"><driver name=\"qemu\" type=\"raw\"/><source file=\"{}\"/>\
             <target dev=\"vda\" bus=\"virtio\"/></disk><interface type=\"user\"><model type=\"virtio\"/></interface>\
             <serial type=\"file\"><source path=\"{}\"/></serial><video><model type=\"vga\"/></video>\
             <memballoon model=\"none\"/></devices></domain>",
            disk.display(),
            console.display()
        );
        std::fs::write(&definition, text).unwrap();
        self.virsh(&["define", "--file", &definition.display().to_string()]);
    }

    /// Every file of the session's folder but what its daemon writes by itself.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let all = super::lab::files_below(self.folder.path());
        all.into_iter().filter(|it| !it.starts_with(self.folder.path().join("cache"))).collect()
    }

    /// Until a machine stands here, or the run has ended: a resumed one may have none left to make.
    pub(crate) fn wait_for_domain(&self, run: &mut Child) {
        for _ in 0..600 {
            if !self.domains().is_empty() || run.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("neither a domain nor an end within a minute");
    }

    /// The shipped testbed with this libvirt, changed by these.
    pub(crate) fn testbed(&self, lab: &Lab, changes: &[(&str, &str)]) -> String {
        let shipped = include_str!("../../../lab/testbeds/libvirt.toml");
        let uri = self.uri();
        let mut text = shipped.to_owned();
        for (from, to) in [("\"qemu:///session\"", &*format!("\"{uri}\""))].iter().chain(changes) {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let file = lab.folder().join("testbed.toml");
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

impl Drop for Session {
    /// Domains outlive their daemon: those that a broken test left go first.
    fn drop(&mut self) {
        for name in self.domains() {
            self.virsh(&["destroy", "--domain", &name]);
        }
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

impl Session {
    /// Only these domains are left, and nothing of the lab.
    pub(crate) fn expect_left(&self, lab: &Lab, domains: &[&str]) {
        assert_eq!(self.domains(), domains, "domains left");
        lab.expect_nothing_left();
    }
}
