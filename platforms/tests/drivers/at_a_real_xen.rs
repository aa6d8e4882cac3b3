//! The driver of Xen against Xen: dom0 and its guest in an emulated machine, reached by ssh. lab/xen/ builds and boots it.
//! Minutes, where nothing is accelerated.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use platforms::command::{CommandPlatform, Driver};
use platforms::conformance::{CommandSubject, hold};
use platforms::platform::{Platform as _, settle};
use platforms::shipped;
use platforms::transport::{Processes, Secrets, Transport};
use platforms::words::{ExportPlan, FaultClass, PowerOp, PowerState};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::world::{Leaping, over};

/// A host of its own.
struct Xen {
    process: Child,
    work: TempDir,
}

impl Xen {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/xen/start.sh");
        let work = tempfile::tempdir().unwrap();
        // Free at this moment; QEMU ends at once if it is no longer.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(script)
            .arg(work.path())
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut xen = Self { process, work };
        while !Path::new(&xen.config()).exists() {
            let ended = xen.process.try_wait().unwrap();
            assert!(ended.is_none(), "lab/xen/start.sh ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
        xen.dom0(include_str!("xen_guest.sh"));
        xen
    }

    fn config(&self) -> String {
        self.work.path().join("ssh_config").to_str().unwrap().to_owned()
    }

    fn dom0(&self, script: &str) -> String {
        let config = self.config();
        let called = Command::new("ssh").args(["-F", &config, "dom0", script]).output().unwrap();
        assert!(called.status.success(), "{}", String::from_utf8_lossy(&called.stderr));
        String::from_utf8(called.stdout).unwrap()
    }
}

impl Drop for Xen {
    fn drop(&mut self) {
        // Asked to end, so that it ends the machine; the script waits for that.
        if let Some(pid) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.process.wait();
    }
}

fn driver() -> Arc<Driver> {
    Arc::new(Driver::read(shipped::named("xen-xl").unwrap().text).unwrap())
}

fn at(xen: &Xen, transport: &Arc<dyn Transport>) -> CommandPlatform {
    over(&driver(), &[("host", "dom0"), ("ssh_config", &xen.config())], Arc::clone(transport))
}

/// One host for all: its boot takes longer than everything that is asked of it.
#[tokio::test]
async fn it_conforms_and_moves_a_disk_out() {
    let xen = Xen::start();
    let transport: Arc<dyn Transport> = Arc::new(Processes::default());
    let platform = at(&xen, &transport);
    let subject = CommandSubject::new(&platform, driver(), (transport, true), Secrets::default());
    let suite = hold(&subject, Some("web"), &Leaping::default()).await;
    assert!(suite.conforms(), "{suite:#?}");
    assert!(suite.holding() >= 24, "{suite:#?}");
    says(&platform).await;
    exports(&xen, &platform).await;
    stays_one_word(&xen, &platform).await;
}

async fn says(platform: &CommandPlatform) {
    let facts = platform.identify().await.unwrap();
    assert_eq!((facts.product.as_str(), &facts.version[..5]), ("Xen", "4.17."));
    let vm = platform.find("web").await.unwrap();
    let spec = platform.inspect(&vm).await.unwrap();
    assert_eq!((spec.cpus, spec.memory_bytes), (Some(1), Some(128 << 20)));
    assert_eq!(spec.machine.as_deref(), Some("pv"));
    assert_eq!(spec.disks[0].place.as_deref(), Some("/srv/xen/web/disk.raw"));
    let report = platform.resources().await.unwrap();
    assert_eq!((report.cpus, report.memory_total_bytes), (Some(1), Some(1023 << 20)));
    // Two configurations say that they are `twin`.
    assert_eq!(platform.find("twin").await.unwrap_err().class, FaultClass::Ambiguous);
}

/// The guest writes to its disk; the disk that comes out is the one that lies there.
async fn exports(xen: &Xen, platform: &CommandPlatform) {
    let vm = platform.find("web").await.unwrap();
    let clock = Leaping::default();
    let job = platform.power(&vm, PowerOp::Start).await.unwrap();
    settle(platform, &job, &clock).await.unwrap();
    while !platform.console(&vm).await.is_ok_and(|it| it.contains("GUEST-READY")) {
        std::thread::sleep(Duration::from_millis(500));
    }
    let out = tempfile::tempdir().unwrap();
    let plan = ExportPlan { format: "raw".to_owned(), folder: out.path().to_owned() };
    let fault = platform.export(&vm, &plan).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Conflict, "the disk of a running machine: {fault:?}");
    let job = platform.power(&vm, PowerOp::ShutdownGraceful).await.unwrap();
    settle(platform, &job, &clock).await.unwrap();
    assert_eq!(platform.inspect(&vm).await.unwrap().state, Some(PowerState::Off));
    let job = platform.export(&vm, &plan).await.unwrap();
    settle(platform, &job, &clock).await.unwrap();
    let file = out.path().join("disk.raw");
    let disk = std::fs::read(&file).unwrap();
    assert!(disk[8 * 512..].starts_with(b"written-by-guest"), "the guest's own words");
    let here = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
    let there = xen.dom0("sha256sum /srv/xen/web/disk.raw");
    assert_eq!(here[..64], there.as_bytes()[..64]);
}

/// The name of a machine is no command of the shell at the other end.
async fn stays_one_word(xen: &Xen, platform: &CommandPlatform) {
    let hostile = "$(touch /tmp/was-here)'; touch /tmp/was-here; '";
    let vm = platforms::words::VmRef { id: hostile.to_owned(), name: hostile.to_owned() };
    let fault = platform.inspect(&vm).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound, "{fault:?}");
    let fault = platform.power(&vm, PowerOp::ForceOff).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::NotFound, "{fault:?}");
    let out = tempfile::tempdir().unwrap();
    let plan = ExportPlan { format: "raw".to_owned(), folder: out.path().to_owned() };
    assert_eq!(platform.export(&vm, &plan).await.unwrap_err().class, FaultClass::NotFound);
    assert_eq!(xen.dom0("ls /tmp/was-here 2>/dev/null || echo clean").trim(), "clean");
}
