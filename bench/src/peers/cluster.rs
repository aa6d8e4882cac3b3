//! A private PostgreSQL: made in a temporary folder, reached by a socket there, stopped by its pid.

use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use postgres::{Client, Config, NoTls};
use rustix::process::{Pid, Signal, geteuid, kill_process};

/// Where Debian keeps the server's programs.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// Everything that makes a commit safe stays on. The rest favours it: a large cache, no checkpoint
/// in the middle of a run, old segments of its log kept for reuse.
const SETTINGS: [&str; 10] = [
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=512MB",
    "max_wal_size=8GB",
    "min_wal_size=2GB",
    "checkpoint_timeout=30min",
    "max_connections=40",
    "listen_addresses=",
    "logging_collector=off",
];

/// A running server; it is stopped when this is dropped.
pub(crate) struct Cluster {
    server: Server,
    process: Child,
}

/// Where a server is reached.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    socket: PathBuf,
}

impl Cluster {
    /// Makes and starts one in a new folder.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let user = unprivileged()?;
        std::fs::DirBuilder::new().mode(0o700).create(folder)?;
        if let Some((user, group)) = user {
            chown(folder, Some(user), Some(group))?;
        }
        let data = folder.join("data");
        let made = program("initdb", user)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg("--pgdata")
            .arg(&data)
            .output()
            .context("cannot run initdb: apt-get install postgresql-15")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let process = program("postgres", user)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder)
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let cluster = Self { server: Server { socket: folder.to_owned() }, process };
        cluster.server.wait_until_ready()?;
        Ok(cluster)
    }

    /// Where it is reached.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

impl Server {
    /// A new connection.
    pub(crate) fn connect(&self) -> Result<Client> {
        let mut config = Config::new();
        config.host_path(&self.socket).user("postgres").dbname("postgres");
        Ok(config.connect(NoTls)?)
    }

    fn wait_until_ready(&self) -> Result<()> {
        for _ in 0..200 {
            if self.connect().is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL does not answer: can its user reach {}?", self.socket.display())
    }
}

impl Drop for Cluster {
    /// SIGINT asks PostgreSQL for a fast, clean shutdown.
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.process), Signal::INT);
        let _ = self.process.wait();
    }
}

fn program(name: &str, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(Path::new(PROGRAMS).join(name));
    command.current_dir("/");
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// PostgreSQL refuses to run as root: user and group to run it as, none when this is not root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(|field| field.parse().ok());
        Some((fields.next()??, fields.next()??))
    };
    let found = ids("postgres").or_else(|| ids("nobody"));
    found.map(Some).context("there is neither a user `postgres` nor `nobody` to run PostgreSQL as")
}
