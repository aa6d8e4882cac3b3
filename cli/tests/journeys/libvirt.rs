//! Campaigns between the embedded lab and real domains of a libvirt of their own, and from libvirt to libvirt.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::lab::Lab;

/// A session daemon of libvirt with folders of its own. As root it is started as another user of a namespace: root's own
/// would be the system's.
struct Session {
    daemon: Child,
    folder: tempfile::TempDir,
}

impl Session {
    fn start() -> Self {
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

    fn uri(&self) -> String {
        format!("qemu+unix:///session?socket={}", self.socket().display())
    }

    fn virsh(&self, words: &[&str]) -> String {
        let said = Command::new("virsh").args(["-q", "-c", &self.uri()]).args(words).output();
        String::from_utf8(said.unwrap().stdout).unwrap()
    }

    fn domains(&self) -> Vec<String> {
        let all = self.virsh(&["list", "--all", "--name"]);
        all.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// Makes a machine that is somebody's own, and says where its disk is.
    fn golden(&self) -> PathBuf {
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

    /// Every file of the session's folder but what its daemon writes by itself.
    fn files(&self) -> Vec<PathBuf> {
        let all = super::lab::files_below(self.folder.path());
        all.into_iter().filter(|it| !it.starts_with(self.folder.path().join("cache"))).collect()
    }

    /// Until a machine stands here, or the run has ended: a resumed one may have none left to make.
    fn wait_for_domain(&self, run: &mut Child) {
        for _ in 0..600 {
            if !self.domains().is_empty() || run.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("neither a domain nor an end within a minute");
    }

    /// The shipped testbed with this libvirt, changed by these.
    fn testbed(&self, lab: &Lab, changes: &[(&str, &str)]) -> String {
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

fn expect_nothing_left(lab: &Lab, session: &Session) {
    assert_eq!(session.domains(), Vec::<String>::new(), "domains left");
    lab.expect_nothing_left();
}

/// Virtio at both ends, but another network, another address, and a machine made by hand around its disk.
#[test]
fn a_guest_comes_to_libvirt_and_back() {
    let (lab, session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    let planned = lab.run(&["plan", &testbed]);
    let define = "define --validate --file WORK/server+kvm-like+1/libvirt+direct/definition";
    assert!(planned.expect_code(0).out.contains(define), "{}", planned.out);
    lab.run(&["run", &testbed, "--quiet"]).expect_code(0);
    assert_eq!(
        lab.standings(),
        ["server kvm-like libvirt WARNING", "server libvirt kvm-like WARNING"]
    );
    lab.run(&["log", "verify"]).expect_code(0);
    lab.expect_each_step_once();
    expect_nothing_left(&lab, &session);
    for ends in [["kvm-like", "libvirt"], ["libvirt", "kvm-like"]] {
        let told = lab.run(&["explain", ends[0], ends[1], "server"]);
        assert!(told.out.contains("import.by_hand: yes"), "{}", told.out);
        assert!(told.out.contains("ip.v4: 10."), "{}", told.out);
        // The source is shut down in step 2: before step 7 nothing is to be compared with that.
        let unread: Vec<&str> = told.out.lines().filter(|it| it.contains("not observed")).collect();
        let only = "shutdown.graceful: not observed → yes";
        assert!(unread.iter().all(|it| it.trim() == only), "{unread:?}");
    }
    let events = lab.events();
    let started = events.iter().find(|it| it["event"]["type"] == "CampaignStarted").unwrap();
    let version = started["event"]["pins"]["platform:libvirt"].as_str().unwrap();
    assert!(version.starts_with("QEMU ") && version.contains("driver libvirt"), "{version}");
}

/// The guest of the lab asks its own application wherever it runs, and its console is read there too.
#[test]
fn an_application_is_asked_at_libvirt_as_in_the_lab() {
    let (lab, session) = (Lab::new(), Session::start());
    let web = "address = \"dhcp\"\napplication = \"web\"\n\
        [[guest.probe]]\nid = \"page\"\nask = { http = { port = 80, path = \"/\" } }";
    let testbed = session.testbed(&lab, &[("address = \"dhcp\"", web)]);
    lab.run(&["run", &testbed, "--source", "libvirt", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), ["server libvirt kvm-like WARNING"]);
    let restarts = lab.restarts();
    assert_eq!(restarts.len(), 2, "one for each route");
    for (trial, before, after) in restarts {
        assert_eq!(before["app.page.status"]["integer"], 200, "{trial}: {before}");
        assert_eq!(after["app.answers"], before["app.answers"], "{trial}: {after}");
    }
    expect_nothing_left(&lab, &session);
}

/// A host-only initramfs of libvirt's has virtio alone: it starts where there is virtio, and nowhere else.
#[test]
fn a_lean_guest_of_libvirt_starts_where_its_disk_has_a_driver() {
    let (lab, session) = (Lab::new(), Session::start());
    let small = include_str!("../../../lab/testbeds/small.toml");
    let part = |of: &str, from: &str, to: &str| {
        let start = of.find(from).unwrap();
        of[start..start + of[start..].find(to).unwrap()].to_owned()
    };
    let xen = part(small, "[[platform]]\nid = \"xen-like\"", "# All drivers");
    let lean = part(small, "[[guest]]\nid = \"lean\"", "[[converter]]");
    let first = "[[converter]]\nid = \"qemu-img\"";
    let testbed = session.testbed(&lab, &[(first, &format!("{xen}{lean}{first}"))]);
    let words = ["run", &testbed, "--quiet", "--guest", "lean", "--source", "libvirt"];
    lab.run(&words).expect_code(0);
    assert_eq!(lab.standings(), ["lean libvirt kvm-like WARNING", "lean libvirt xen-like FAILURE"]);
    let told = lab.run(&["explain", "libvirt", "xen-like", "lean"]);
    assert!(told.out.contains("storage driver missing in initramfs"), "{}", told.out);
    expect_nothing_left(&lab, &session);
}

/// From libvirt to libvirt, killed where the seed says; the next run takes up or takes away what stands there.
#[test]
fn a_run_at_libvirt_is_killed_and_resumed_and_leaves_no_domain() {
    let (lab, session) = (Lab::new(), Session::start());
    let lab_platform = "vendor = \"qemu\"\nproduct = \"KVM's virtual hardware, played by QEMU\"\n\
        stand_in = true\ndriver = \"qemu\"\nsettings = { profile = \"kvm-like\" }";
    let other = format!(
        "vendor = \"libvirt\"\nproduct = \"QEMU under libvirt\"\ndriver = \"libvirt\"\n\
         settings = {{ uri = \"{}\", type = \"qemu\" }}",
        session.uri()
    );
    let testbed = session.testbed(&lab, &[(lab_platform, &other)]);
    let mut seed: u64 = 0x2545_f491_4f6c_dd1d;
    let part = ["run", &testbed, "--quiet", "--source", "libvirt"];
    let (mut left, mut finished) = (0, false);
    for kill in 0..3 {
        let words: &[&str] = if kill == 0 { &part } else { &["run", "--resume", "--quiet"] };
        let mut run = lab.start(words);
        session.wait_for_domain(&mut run);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis((seed >> 33) % 12_000));
        let pid = Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
        finished = run.wait().unwrap().success();
        if finished {
            break;
        }
        left += session.domains().len();
    }
    assert!(left > 0, "no kill left a domain, so nothing was shown");
    // The last of them may have had so little left to do that it ended before it was killed.
    if !finished {
        lab.run(&["run", "--resume", "--quiet"]).expect_code(0);
    }
    assert_eq!(lab.standings(), ["server libvirt kvm-like WARNING"]);
    lab.expect_each_step_once();
    expect_nothing_left(&lab, &session);
    for event in lab.events() {
        let text = event.to_string();
        assert!(!text.contains(r#""fact":"source.unchanged","value":{"flag":false}"#), "{text}");
    }
}

/// A daemon that is gone is the lab's trouble, and says so.
#[test]
fn a_libvirt_that_is_gone_is_a_lab_error() {
    let (lab, mut session) = (Lab::new(), Session::start());
    let testbed = session.testbed(&lab, &[]);
    session.daemon.kill().unwrap();
    session.daemon.wait().unwrap();
    let call = lab.run(&["run", &testbed, "--quiet"]);
    call.expect_code(3);
    assert!(call.err.contains("platform `libvirt` does not say what it is"), "{}", call.err);
    assert!(lab.events().is_empty(), "a campaign that cannot run does not start");
    lab.expect_nothing_left();
}

/// A look before a run: libvirt, its domains and every file are as they were, and the log has nothing of it.
#[test]
fn a_check_before_a_run_at_libvirt_leaves_everything_as_it_was() {
    let (lab, session) = (Lab::new(), Session::start());
    let golden = session.golden();
    let own = "host_only_modules = \"virtio_pci virtio_blk\" }";
    let with_golden = format!("\"vm.server\" = \"golden\", {own}");
    let testbed = session.testbed(&lab, &[(own, &with_golden)]);
    lab.run(&["lab", "build", &testbed, "--quiet"]).expect_code(0);
    let state = || {
        let lists: [&[&str]; 4] = [
            &["list", "--all"],
            &["net-list", "--all"],
            &["pool-list", "--all"],
            &["dumpxml", "golden"],
        ];
        (
            lists.map(|words| session.virsh(words)),
            std::fs::read(&golden).unwrap(),
            session.files(),
            lab.files(),
        )
    };
    let before = state();
    assert!(before.0[0].contains("golden"), "{}", before.0[0]);
    let checked = lab.run(&["check", &testbed, "--verbose", "--commands"]);
    checked.expect_code(0);
    assert_eq!(state(), before);
    assert!(checked.out.contains("platform libvirt: QEMU "), "{}", checked.out);
    assert!(checked.out.contains("virsh -c 'qemu+unix:///session"), "{}", checked.out);
    assert!(checked.out.contains("H.disk.capacity"), "{}", checked.out);
    assert!(!checked.out.contains("lab error"), "{}", checked.out);

    // What was foretold of the way there is what a run then finds in these steps.
    let part = ["--source", "kvm-like", "--quiet"];
    lab.run(&[&["run", testbed.as_str()][..], &part].concat()).expect_code(0);
    assert_eq!(lab.standings(), ["server kvm-like libvirt WARNING"]);
    assert_eq!(session.domains(), ["golden"], "domains left");
    lab.expect_nothing_left();
    assert_eq!(std::fs::read(&golden).unwrap(), before.1);
}
