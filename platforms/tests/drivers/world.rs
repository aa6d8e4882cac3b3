//! What the tests are given: a clock that leaps, drivers as text, and a libvirt of their own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use platforms::clock::{Clock, Pending};
use platforms::command::{CommandPlatform, Driver};
use platforms::transport::{Processes, Secrets, Transport};
use tempfile::TempDir;

/// A clock that goes on when somebody waits, and waits a hundredth of what it is asked for.
#[derive(Default)]
pub(crate) struct Leaping(AtomicU64);

impl Clock for Leaping {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, how_long: Duration) -> Pending<'_, ()> {
        self.0.fetch_add(u64::try_from(how_long.as_millis()).unwrap(), Ordering::SeqCst);
        Box::pin(tokio::time::sleep(how_long / 100))
    }
}

/// Values by name.
pub(crate) fn vars(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A driver of a few verbs; `list` and `identify` are there already.
pub(crate) fn driver(more: &str) -> Arc<Driver> {
    let text = format!(
        r#"
[platform]
id = "made-up"
product = "Made up"
exercised = "documentation-only"
evidence = "tests of drivers"
twice = "idempotent"
formats_in = ["raw"]
formats_out = ["raw"]
[verb.identify]
argv = ["echo", "1.0"]
parse = {{ as = "text" }}
map = {{ version = "text" }}
[verb.list]
argv = ["echo", "7 web"]
parse = {{ as = "regex", pattern = '^(?<id>\d+) (?<name>.+)$' }}
map = {{ id = "id", name = "name" }}
{more}
"#
    );
    match Driver::read(&text) {
        Ok(driver) => Arc::new(driver),
        Err(problems) => panic!("{problems:?}"),
    }
}

/// The platform of a driver, over real processes.
pub(crate) fn platform(driver: &Arc<Driver>, given: &[(&str, &str)]) -> CommandPlatform {
    over(driver, given, Arc::new(Processes::new(Secrets::default())))
}

/// The platform of a driver, over this transport.
pub(crate) fn over(
    driver: &Arc<Driver>,
    given: &[(&str, &str)],
    transport: Arc<dyn Transport>,
) -> CommandPlatform {
    let clock = Arc::new(Leaping::default());
    CommandPlatform::new(Arc::clone(driver), &vars(given), transport, clock).unwrap()
}

/// A libvirt daemon of its own with the mock hypervisor, which forgets everything when nobody is connected: so somebody
/// always is.
pub(crate) struct Libvirt {
    daemon: Child,
    guard: Child,
    folder: TempDir,
}

/// Whom the daemon runs as when the tests run as root: it would else be the system's.
const NOBODY: u32 = 65534;

impl Libvirt {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let run = path.join("run");
        std::fs::create_dir(&run).unwrap();
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut command = if is_root {
            std::os::unix::fs::chown(&run, Some(NOBODY), Some(NOBODY)).unwrap();
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "/usr/sbin/libvirtd",
            ]);
            command
        } else {
            Command::new("/usr/sbin/libvirtd")
        };
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(name, &run);
        }
        let log = std::fs::File::create(path.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let daemon = command.spawn().expect("libvirtd: is the package libvirt-daemon installed?");
        wait_for(&run.join("libvirt/libvirt-sock"), &path.join("log"));
        let mut guard = Command::new("virsh")
            .args(["-q", "-c", &address(&run)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        guard.stdin.as_mut().unwrap().write_all(b"domstate test\n").unwrap();
        // One reader for all lines: what it has read ahead would be lost with it.
        let mut lines = BufReader::new(guard.stdout.as_mut().unwrap()).lines();
        let connected = lines.any(|it| it.unwrap().contains("running"));
        assert!(connected, "virsh ended before it was connected");
        Self { daemon, guard, folder }
    }

    /// What virsh is told to reach it.
    pub(crate) fn uri(&self) -> String {
        address(&self.folder.path().join("run"))
    }
}

fn address(run: &Path) -> String {
    format!("test+unix:///default?socket={}", run.join("libvirt/libvirt-sock").display())
}

fn wait_for(socket: &Path, log: &Path) {
    for _ in 0..600 {
        if std::os::unix::net::UnixStream::connect(socket).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("libvirtd does not listen: {}", std::fs::read_to_string(log).unwrap_or_default());
}

impl Drop for Libvirt {
    fn drop(&mut self) {
        for child in [&mut self.guard, &mut self.daemon] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
