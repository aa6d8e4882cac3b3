//! The network that both ends of a live migration are attached to, as two hosts share a segment.
//!
//! A QEMU without a machine is the switch: a port for each end, and QEMU's user network behind a third. So the
//! far end of a guest's connection belongs to neither VM. The switch hands what the guest sends to its own
//! standard output and takes answers from its standard input: nothing listens on this machine.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinSet;

use super::super::engine::Quarantine;
use super::super::vm::comma;
use super::heard::Heard;
use crate::ledger::Ledger;
use crate::stopwatch::Stopwatch;

/// The port of the source's host, a socket in the trial's folder.
pub(crate) const SOURCE_PORT: &str = "a";
/// The port of the target's host.
pub(crate) const TARGET_PORT: &str = "b";
/// Longest wait for the ports.
const READY: Duration = Duration::from_secs(20);
/// How often it is looked whether they are there.
const GLANCE: Duration = Duration::from_millis(20);
/// How often a guest is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(4);

/// Whom the guests of a network talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) address: Ipv4Addr,
    pub(crate) port: u16,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}

impl std::str::FromStr for Peer {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, port) = text.split_once(':').ok_or(())?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(())?;
        Ok(Self { address: address.parse().map_err(|_| ())?, port })
    }
}

/// A running network. Dropping it ends its process.
#[derive(Debug)]
pub(crate) struct Network {
    _child: Child,
    answers: ChildStdin,
    heard: Arc<Mutex<Heard>>,
    _listening: JoinSet<()>,
}

impl Network {
    /// Starts the network of a trial, whose ports lie in this folder.
    pub(crate) async fn start(
        ledger: &Ledger,
        quarantine: Quarantine,
        folder: &Path,
        (subnet, peer): (&str, Peer),
    ) -> Result<Self, String> {
        let argv = argv(quarantine, folder, subnet, peer);
        let fault = |error: std::io::Error| format!("the network could not be started: {error}");
        for name in ["qemu-system-x86_64", &argv[0]] {
            ledger.about_to_start(name).map_err(fault)?;
        }
        let mut child = Command::new(&argv[0])
            .args(&argv[1..])
            .current_dir(folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(fault)?;
        let (Some(answers), Some(said)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the network has no way in or out".to_owned());
        };
        let heard = Arc::<Mutex<Heard>>::default();
        let mut listening = JoinSet::new();
        listening.spawn(listen(said, Arc::clone(&heard)));
        wait_for_ports(&mut child, folder).await?;
        Ok(Self { _child: child, answers, heard, _listening: listening })
    }

    /// What was heard so far.
    pub(crate) fn heard(&self) -> Heard {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets silences of the past.
    pub(crate) fn listen_anew(&self) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).listen_anew();
    }

    /// Waits until the guest has counted this far, no longer than this. Whether it has.
    pub(crate) async fn wait_for_count(&self, count: u64, limit: Duration) -> bool {
        let clock = Stopwatch::start();
        while self.heard().count < count {
            if clock.elapsed() > limit {
                return false;
            }
            tokio::time::sleep(GLANCE).await;
        }
        true
    }

    /// Asks the guest for its facts, again and again: a question may fall into a pause.
    pub(crate) async fn keep_asking(&mut self) -> std::convert::Infallible {
        loop {
            // A network that is gone is noticed by the silence.
            let _ = self.answers.write_all(b"facts\n").await;
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}

/// The exact command line.
pub(crate) fn argv(
    quarantine: Quarantine,
    folder: &Path,
    subnet: &str,
    Peer { address, port }: Peer,
) -> Vec<String> {
    let user = format!(
        "user,id=user0,net={subnet}.0/24,host={subnet}.2,dns={subnet}.3,dhcpstart={subnet}.15,\
         guestfwd=tcp:{address}:{port}-chardev:said"
    );
    let side = |id: &str| format!("stream,id={id},server=on,addr.type=unix,addr.path={id}");
    let socket = |id: &str| format!("hubport,id=hub-{id},hubid=1,netdev={id}");
    let log = comma(&folder.join("network.log").to_string_lossy());
    let mut argv: Vec<String> = quarantine.prefix().iter().map(ToString::to_string).collect();
    let frame = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"];
    argv.extend(frame.map(ToOwned::to_owned));
    argv.extend(["-machine", "none", "-D", &log].map(ToOwned::to_owned));
    argv.extend(["-chardev", "stdio,id=said,signal=off"].map(ToOwned::to_owned));
    let networks = [
        user,
        socket("user0"),
        side(SOURCE_PORT),
        socket(SOURCE_PORT),
        side(TARGET_PORT),
        socket(TARGET_PORT),
    ];
    argv.extend(networks.into_iter().flat_map(|it| ["-netdev".to_owned(), it]));
    argv
}

async fn listen(mut said: ChildStdout, heard: Arc<Mutex<Heard>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = said.read(&mut buffer).await {
        heard.lock().unwrap_or_else(PoisonError::into_inner).take_in(&buffer[..count]);
    }
}

async fn wait_for_ports(child: &mut Child, folder: &Path) -> Result<(), String> {
    let clock = Stopwatch::start();
    while ![SOURCE_PORT, TARGET_PORT].iter().all(|it| folder.join(it).exists()) {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("the network ended with {status}: is QEMU 7.2 or newer?"));
        }
        if clock.elapsed() > READY {
            return Err(format!("the network was not ready within {} s", READY.as_secs()));
        }
        tokio::time::sleep(GLANCE).await;
    }
    Ok(())
}
