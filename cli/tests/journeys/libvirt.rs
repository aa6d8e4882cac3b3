//! Campaigns between the embedded lab and real domains of a libvirt of their own, and from libvirt to libvirt.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::lab::Lab;
use crate::session::Session;

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
    session.expect_left(&lab, &[]);
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
    session.expect_left(&lab, &[]);
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
    session.expect_left(&lab, &[]);
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
    session.expect_left(&lab, &[]);
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
