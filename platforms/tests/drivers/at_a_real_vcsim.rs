//! The vSphere driver against vcsim, the simulator of the govmomi project: real govc, real SOAP over TLS. lab/vcsim.sh
//! builds both from Debian's source package.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use platforms::command::{CommandPlatform, Driver};
use platforms::conformance::{CommandSubject, hold};
use platforms::platform::{Platform as _, settle};
use platforms::shipped;
use platforms::transport::{Processes, Secrets, Transport};
use platforms::words::{Arrival, ExportPlan, FaultClass, PowerOp, PowerState, VmRef};

use crate::world::{Leaping, over};

const PASSWORD: &str = "sesame-of-the-tests";
const VM: &str = "/DC0/vm/DC0_H0_VM0";

/// A vCenter of its own.
struct Vcsim {
    process: Child,
    folder: PathBuf,
    url: String,
}

impl Vcsim {
    fn start(more: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/vcsim.sh");
        let built = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        assert!(built.status.success(), "lab/vcsim.sh");
        let folder = PathBuf::from(String::from_utf8(built.stdout).unwrap().trim());
        let process = Command::new(folder.join("vcsim"))
            .args(["-l", "127.0.0.1:0", "-username", "portolan", "-password", PASSWORD])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From here on it is ended, whatever it says.
        let mut vcsim = Self { process, folder, url: String::new() };
        // It says where it listens, in the form of a shell's assignment.
        let lines = BufReader::new(vcsim.process.stdout.as_mut().unwrap()).lines();
        let said = lines.map(Result::unwrap).find(|it| it.contains("GOVC_URL=")).unwrap();
        let (_, address) = said.split_once('@').unwrap();
        let (address, _) = address.split_once("/sdk").unwrap();
        vcsim.url = format!("https://{address}/sdk");
        vcsim
    }

    /// The driver as it is shipped, but for where govc is.
    fn driver(&self) -> Arc<Driver> {
        let text = shipped::named("vsphere").unwrap().text;
        let govc = self.folder.join("govc");
        Arc::new(Driver::read(&text.replace("\"govc\"", &format!("{govc:?}"))).unwrap())
    }

    fn vars(&self) -> [(&str, &str); 7] {
        [
            ("url", &self.url),
            ("user", "portolan"),
            ("insecure", "true"),
            ("host", "/DC0/host/DC0_H0/DC0_H0"),
            ("folder", "/DC0/vm"),
            ("network", "DC0_DVPG0"),
            ("pool", "/DC0/host/DC0_H0/Resources"),
        ]
    }

    fn platform_of(&self, driver: &Arc<Driver>, password: &str) -> CommandPlatform {
        over(driver, &self.vars(), Arc::new(Processes::new(secrets(password))))
    }

    fn platform(&self) -> CommandPlatform {
        self.platform_of(&self.driver(), PASSWORD)
    }

    /// Calls govc beside the driver.
    fn govc(&self, words: &[&str]) -> String {
        let called = Command::new(self.folder.join("govc"))
            .args(words)
            .env("GOVC_URL", &self.url)
            .env("GOVC_USERNAME", "portolan")
            .env("GOVC_PASSWORD", PASSWORD)
            .env("GOVC_INSECURE", "true")
            .env("GOVC_PERSIST_SESSION", "false")
            .output()
            .unwrap();
        assert!(called.status.success(), "{words:?}: {}", String::from_utf8_lossy(&called.stderr));
        String::from_utf8(called.stdout).unwrap()
    }
}

impl Drop for Vcsim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn secrets(password: &str) -> Secrets {
    Secrets::new([("password".to_owned(), password.to_owned().into())].into()).unwrap()
}

#[tokio::test]
async fn it_conforms() {
    let vcsim = Vcsim::start(&[]);
    let driver = vcsim.driver();
    let transport: Arc<dyn Transport> = Arc::new(Processes::new(secrets(PASSWORD)));
    let platform = over(&driver, &vcsim.vars(), Arc::clone(&transport));
    let subject = CommandSubject::new(&platform, driver, (transport, true), secrets(PASSWORD));
    let suite = hold(&subject, Some(VM), &Leaping::default()).await;
    assert!(suite.conforms(), "{suite:#?}");
    assert!(suite.holding() >= 22, "{suite:#?}");
}

#[tokio::test]
async fn a_snapshot_is_made_and_named_and_removed() {
    let vcsim = Vcsim::start(&[]);
    let platform = vcsim.platform();
    let vm = platform.find(VM).await.unwrap();
    assert_eq!(platform.snapshots(&vm).await.unwrap(), Vec::<String>::new());
    platform.snapshot(&vm, "before upgrade").await.unwrap();
    platform.snapshot(&vm, "after").await.unwrap();
    assert_eq!(platform.snapshots(&vm).await.unwrap(), ["before upgrade", "after"]);
    platform.delete_snapshot(&vm, "before upgrade").await.unwrap();
    assert_eq!(platform.snapshots(&vm).await.unwrap(), ["after"]);
    let gone = platform.delete_snapshot(&vm, "before upgrade").await.unwrap_err();
    assert_eq!(gone.class, FaultClass::NotFound, "{gone}");
}

#[tokio::test]
async fn it_says_what_the_vcenter_says() {
    let vcsim = Vcsim::start(&[]);
    let platform = vcsim.platform();
    let facts = platform.identify().await.unwrap();
    assert_eq!((facts.version.as_str(), facts.build.as_deref()), ("6.5.0", Some("5973321")));
    assert_eq!(platform.list().await.unwrap().len(), 4);
    let vm = platform.find("DC0_H0_VM0").await.unwrap();
    assert_eq!(vm.id, VM);
    let spec = platform.inspect(&vm).await.unwrap();
    assert_eq!((spec.cpus, spec.memory_bytes), (Some(1), Some(32 << 20)));
    assert_eq!(spec.state, Some(PowerState::Running));
    assert_eq!((spec.disks.len(), spec.nics.len()), (1, 1), "{spec:?}");
    assert_eq!(spec.disks[0].capacity_bytes, Some(1 << 20));
    assert!(spec.nics[0].mac.as_ref().unwrap().starts_with("00:0c:29:"));
    let report = platform.resources().await.unwrap();
    assert_eq!((report.cpus, report.memory_total_bytes), (Some(2), Some(4_294_430_720)));
    assert_eq!(report.storages[0].name, "LocalDS_0");
    assert!(report.networks.contains("VM Network"), "{report:?}");
    vcsim.govc(&["vm.change", "-vm", VM, "-e", "SET.guest.ipAddress=10.0.0.42"]);
    let facts = platform.guest_facts(&vm).await.unwrap();
    assert!(facts.iter().any(|it| it.fact == "ip.v4"), "{facts:?}");
}

#[tokio::test]
async fn what_is_on_cannot_be_started_and_a_pattern_is_no_machine() {
    let vcsim = Vcsim::start(&[]);
    let platform = vcsim.platform();
    let vm = platform.find("DC0_H0_VM0").await.unwrap();
    let fault = platform.power(&vm, PowerOp::Start).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Conflict, "{fault:?}");
    assert_eq!(fault.vendor_code.as_deref(), Some("InvalidPowerState"));
    let all = VmRef { id: "/DC0/vm/*".to_owned(), name: "all".to_owned() };
    let fault = platform.power(&all, PowerOp::ForceOff).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound, "{fault:?}");
    assert_eq!(platform.inspect(&vm).await.unwrap().state, Some(PowerState::Running));
    // A state that only vSphere has here.
    for (op, state) in [
        (PowerOp::Suspend, PowerState::Suspended),
        (PowerOp::Resume, PowerState::Running),
        (PowerOp::Reset, PowerState::Running),
    ] {
        let job = platform.power(&vm, op).await.unwrap();
        settle(&platform, &job, &Leaping::default()).await.unwrap();
        assert_eq!(platform.inspect(&vm).await.unwrap().state, Some(state));
    }
}

#[tokio::test]
async fn a_name_in_two_folders_is_ambiguous() {
    let vcsim = Vcsim::start(&[]);
    vcsim.govc(&["folder.create", "/DC0/vm/other"]);
    vcsim.govc(&[
        "vm.create",
        "-folder=/DC0/vm/other",
        "-pool=/DC0/host/DC0_H0/Resources",
        "-net=DC0_DVPG0",
        "-on=false",
        "twin",
    ]);
    vcsim.govc(&["vm.change", "-vm", "/DC0/vm/other/twin", "-name", "DC0_H0_VM0"]);
    let platform = vcsim.platform();
    let fault = platform.find("DC0_H0_VM0").await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Ambiguous, "{fault:?}");
    assert!(fault.words.contains("/DC0/vm/other/DC0_H0_VM0"), "{fault}");
    let vm = platform.find("/DC0/vm/other/DC0_H0_VM0").await.unwrap();
    assert_eq!(platform.inspect(&vm).await.unwrap().state, Some(PowerState::Off));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_in_a_call_is_no_end_of_it() {
    // Each answer takes a while, so that a session can be ended between two questions of one call.
    let vcsim = Vcsim::start(&["-delay", "400"]);
    let platform = vcsim.platform();
    let listing = tokio::spawn(async move { platform.list().await });
    let mut ended = 0;
    while ended == 0 {
        let sessions = vcsim.govc(&["session.ls"]);
        let of_others = sessions.lines().skip(1).filter(|it| !it.contains("  .  "));
        for key in of_others.filter_map(|it| it.split_whitespace().next()) {
            vcsim.govc(&["session.rm", key]);
            ended += 1;
        }
        assert!(ended > 0 || !listing.is_finished(), "it was over before: {sessions}");
    }
    assert_eq!(listing.await.unwrap().unwrap().len(), 4);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_is_not_in_what_is_told() {
    let vcsim = Vcsim::start(&[]);
    let fault = vcsim.platform_of(&vcsim.driver(), "not-the-password").list().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Auth, "{fault:?}");
    assert!(!format!("{fault:?}").contains("not-the-password"));
}

#[tokio::test]
async fn a_server_that_is_slow_is_a_time_out() {
    let vcsim = Vcsim::start(&["-delay", "5000"]);
    let text = shipped::named("vsphere").unwrap().text;
    let govc = format!("{:?}", vcsim.folder.join("govc"));
    let text = text.replace("\"govc\"", &govc);
    let hurried = text.replace("[verb.list]", "[verb.list]\nlimit = \"500ms\"");
    let driver = Arc::new(Driver::read(&hurried).unwrap());
    let fault = vcsim.platform_of(&driver, PASSWORD).list().await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Timeout, "{fault:?}");
}

#[tokio::test]
async fn a_package_comes_in_and_none_goes_out() {
    let vcsim = Vcsim::start(&[]);
    let platform = vcsim.platform();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiny.ovf");
    let ovf = include_str!("tiny.ovf");
    std::fs::write(&file, ovf).unwrap();
    std::fs::write(folder.path().join("disk.vmdk"), vec![7; 65536]).unwrap();
    let arrival = Arrival { name: "tiny".to_owned(), format: "ovf".to_owned(), file };
    let job = platform.import(&arrival).await.unwrap();
    assert!(!job.made_by_hand());
    settle(&platform, &job, &Leaping::default()).await.unwrap();
    let vm = platform.find("tiny").await.unwrap();
    let spec = platform.inspect(&vm).await.unwrap();
    assert_eq!((spec.cpus, spec.memory_bytes), (Some(1), Some(64 << 20)), "{spec:?}");
    let plan = ExportPlan { format: "ovf".to_owned(), folder: folder.path().to_owned() };
    let fault = platform.export(&vm, &plan).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unsupported, "the simulator has no ExportVm: {fault:?}");
    platform.delete(&vm).await.unwrap();
    assert_eq!(platform.find("tiny").await.unwrap_err().class, FaultClass::NotFound);
}
