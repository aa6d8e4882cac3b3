//! The libvirt driver against libvirt's own mock hypervisor: real virsh, real libvirtd.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use platforms::command::{CommandPlatform, Driver, Hardware};
use platforms::conformance::{CommandSubject, Held, Suite, hold};
use platforms::platform::{Platform as _, settle};
use platforms::shipped;
use platforms::transport::{Processes, Recording, Replay, Secrets, Transcript, Transport};
use platforms::words::{Arrival, FaultClass, PowerOp, PowerState, VmRef};

use crate::world::{Leaping, Libvirt, over};

fn libvirt() -> Arc<Driver> {
    Arc::new(Driver::read(shipped::named("libvirt").unwrap().text).unwrap())
}

fn at(daemon: &Libvirt) -> CommandPlatform {
    over(&libvirt(), &[("uri", &daemon.uri())], Arc::new(Processes::default()))
}

async fn suite(uri: &str, transport: Arc<dyn Transport>, live: bool) -> Suite {
    let driver = libvirt();
    let platform = over(&driver, &[("uri", uri)], Arc::clone(&transport));
    let subject = CommandSubject::new(&platform, driver, (transport, live), Secrets::default());
    hold(&subject, Some("test"), &Leaping::default()).await
}

#[tokio::test]
async fn it_conforms_and_its_transcript_says_the_same() {
    let daemon = Libvirt::start();
    let recording = Arc::new(Recording::of(Arc::new(Processes::default())));
    let live = suite(&daemon.uri(), Arc::<Recording>::clone(&recording), true).await;
    assert!(live.conforms(), "{live:#?}");
    assert!(live.holding() >= 22, "{live:#?}");
    let text = recording.transcript("libvirt", "the mock hypervisor").text().unwrap();
    let replay = Arc::new(Replay::of(Transcript::read(&text).unwrap()));
    let replayed = suite(&daemon.uri(), replay, false).await;
    let but_for_time = |suite: &Suite| {
        let mut all = suite.clauses.clone();
        all.retain(|it| it.id != "timeout.nothing-left");
        all
    };
    assert_eq!(but_for_time(&live), but_for_time(&replayed));
}

#[tokio::test]
async fn it_says_what_virsh_says() {
    let daemon = Libvirt::start();
    let platform = at(&daemon);
    let facts = platform.identify().await.unwrap();
    assert_eq!(facts.product, "TEST");
    let vm = platform.find("test").await.unwrap();
    let spec = platform.inspect(&vm).await.unwrap();
    assert_eq!((spec.cpus, spec.memory_bytes), (Some(2), Some(8 << 30)));
    assert_eq!(spec.state, Some(PowerState::Running));
    assert_eq!(spec.disks[0].place.as_deref(), Some("/guest/diskimage1"));
    assert_eq!(spec.nics[0].mac.as_deref(), Some("aa:bb:cc:dd:ee:ff"));
    let report = platform.resources().await.unwrap();
    assert_eq!((report.cpus, report.memory_total_bytes), (Some(16), Some(3 << 30)));
    assert_eq!(report.storages[0].free_bytes, Some(100 << 30));
    assert!(report.networks.contains("default"));
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("screen.png");
    platform.screenshot(&vm, &picture).await.unwrap();
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_definition_becomes_a_machine_and_goes_again() {
    let daemon = Libvirt::start();
    let platform = at(&daemon);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.xml");
    let xml = "<domain type='test'><name>new</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>\
               <os><type>hvm</type></os></domain>";
    std::fs::write(&file, xml).unwrap();
    let mut arrival =
        Arrival { name: "new".to_owned(), format: "libvirt-xml".to_owned(), file: file.clone() };
    let job = platform.import(&arrival).await.unwrap();
    assert!(job.made_by_hand(), "a definition around disks is made by hand");
    settle(&platform, &job, &Leaping::default()).await.unwrap();
    let vm = platform.find("new").await.unwrap();
    assert_eq!(platform.inspect(&vm).await.unwrap().state, Some(PowerState::Off));
    platform.delete(&vm).await.unwrap();
    assert_eq!(platform.find("new").await.unwrap_err().class, FaultClass::NotFound);

    std::fs::write(&file, xml.replace("vcpu", "vpcu")).unwrap();
    let fault = platform.import(&arrival).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Vendor);
    arrival.format = "libvirt-xnl".to_owned();
    let fault = platform.import(&arrival).await.unwrap_err();
    assert!(fault.words.ends_with("near it: `libvirt-xml`"), "{fault}");
}

#[tokio::test]
async fn a_driver_that_is_wrong_does_not_conform() {
    let daemon = Libvirt::start();
    let broken = |from: &str, to: &str| {
        let text = shipped::named("libvirt").unwrap().text;
        assert!(text.contains(from));
        Arc::new(Driver::read(&text.replace(from, to)).unwrap())
    };
    for (from, to, id) in [
        ("twice = \"conflict\"", "twice = \"idempotent\"", "power.twice"),
        ("most = 2", "most = 2 # the same", ""),
        (
            "'^(?<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})",
            "'^(?<id>[0-9a-f]{8})\\S*",
            "inspect.says",
        ),
        ("from = \"memory\", unit = \"KiB\"", "fixed = \"0\"", "inspect.says"),
        ("\"suspend\", \"--domain\"", "\"resume\", \"--domain\"", "power.pause"),
    ] {
        let driver = broken(from, to);
        let transport: Arc<dyn Transport> = Arc::new(Processes::default());
        let platform = over(&driver, &[("uri", &daemon.uri())], Arc::clone(&transport));
        let subject = CommandSubject::new(&platform, driver, (transport, true), Secrets::default());
        let suite = hold(&subject, Some("test"), &Leaping::default()).await;
        let is_broken = |it: &str| {
            suite.clauses.iter().any(|s| s.id == it && matches!(s.held, Held::Broken(_)))
        };
        assert_eq!(suite.conforms(), id.is_empty(), "{to}: {suite:#?}");
        assert!(id.is_empty() || is_broken(id), "{to}: {suite:#?}");
    }
}

#[tokio::test]
async fn a_stranger_is_told_as_what_it_is() {
    let platform = over(&libvirt(), &[("uri", "test:///default")], Arc::new(Processes::default()));
    let ghost = VmRef { id: "ghost".to_owned(), name: "ghost".to_owned() };
    let fault = platform.power(&ghost, PowerOp::Start).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound, "{fault:?}");
    let fault = platform.power(&ghost, PowerOp::Suspend).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unsupported, "{fault:?}");
}

/// What virsh makes of what `ssh` writes before it ends.
async fn over_ssh(complaint: &str) -> FaultClass {
    let folder = tempfile::tempdir().unwrap();
    let ssh = folder.path().join("ssh");
    let script = format!("#!/bin/sh\nhead -c 1 >/dev/null\necho '{complaint}' >&2\nexit 255\n");
    std::fs::write(&ssh, script).unwrap();
    std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755)).unwrap();
    let uri = format!("qemu+ssh://localhost/system?command={}", ssh.display());
    let platform = over(&libvirt(), &[("uri", &uri)], Arc::new(Processes::default()));
    let fault = platform.list().await.unwrap_err();
    assert!(fault.raw.contains(complaint), "{fault:?}");
    fault.class
}

#[tokio::test]
async fn a_connection_that_another_try_would_not_mend_is_not_transient() {
    for (complaint, class) in [
        ("Host key verification failed.", FaultClass::Auth),
        ("me@localhost: Permission denied (publickey).", FaultClass::Auth),
        ("ssh: Could not resolve hostname hots: Name or service not known", FaultClass::Vendor),
        (
            "ssh: Could not resolve hostname host: Temporary failure in name resolution",
            FaultClass::Transient,
        ),
        ("ssh: connect to host h port 22: Connection refused", FaultClass::Transient),
    ] {
        assert_eq!(over_ssh(complaint).await, class, "{complaint}");
    }
}

#[tokio::test]
async fn a_definition_holds_every_value_as_it_is_and_nothing_more() {
    let daemon = Libvirt::start();
    let platform = at(&daemon);
    let name = "a<b>&\"'${uri}]]>--";
    let wanted = |name: &str| Hardware {
        name: name.to_owned(),
        uuid: "beab5c61-e033-48da-8c1b-4f1d3453d31a".to_owned(),
        mac: "52:54:00:01:02:03".to_owned(),
        cpus: 2,
        memory_mib: 256,
        disk: "/place/of & <disk>.qcow2".into(),
        disk_format: "qcow2".to_owned(),
        console: "/place/console".into(),
    };
    let text = platform.define(&wanted(name)).unwrap();
    let read = roxmltree::Document::parse(&text).unwrap();
    let of = |tag: &str| read.descendants().find(|it| it.has_tag_name(tag)).unwrap();
    assert_eq!(of("name").text(), Some(name));
    assert_eq!((of("vcpu").text(), of("memory").text()), (Some("2"), Some("256")));
    let places: Vec<_> = read.descendants().filter_map(|it| it.attribute("file")).collect();
    assert_eq!(places, ["/place/of & <disk>.qcow2"]);
    assert_eq!(platform.define(&wanted("a\nb")).unwrap_err().class, FaultClass::Unsupported);
    let other = over(
        &Arc::new(Driver::read(shipped::named("xenserver").unwrap().text).unwrap()),
        &[("sr", "x")],
        Arc::new(Processes::default()),
    );
    assert_eq!(other.define(&wanted("web")).unwrap_err().class, FaultClass::Unsupported);
}
