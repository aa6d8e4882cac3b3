//! The way of a running VM's state: out of the source into our hands, and from there into the target.
//!
//! The source may begin before anybody takes it: what it cannot get rid of it keeps, and runs on.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::super::machine::Machine;
use super::super::qmp::QmpFault;
use crate::stopwatch::Stopwatch;

/// Where the source sends its state to, a socket in the trial's folder.
const OUT: &str = "out";
/// Where the target takes state from.
pub(crate) const IN: &str = "in";
/// Longest wait for the first bytes.
const FIRST: Duration = Duration::from_secs(20);
/// How much is taken before the target is there, in bytes.
const BEGINNING: usize = 64 * 1024;
/// Longest wait for the target to take what has left the source, and for a migration that is called off.
const REST: Duration = Duration::from_secs(20);
/// How often QEMU is asked how far it is.
const GLANCE: Duration = Duration::from_millis(50);

/// State that has begun to leave its source.
#[derive(Debug)]
pub(crate) struct Leaving {
    rest: UnixStream,
    beginning: Vec<u8>,
}

/// Why state did not arrive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    /// The source says so, in its words.
    #[error("the migration failed: {0}")]
    Failed(String),
    /// QEMU or this machine is not what it was.
    #[error("{0}")]
    Lab(String),
}

impl From<QmpFault> for Lost {
    fn from(fault: QmpFault) -> Self {
        match fault {
            QmpFault::Refused { .. } => Self::Failed(fault.to_string()),
            QmpFault::Closed | QmpFault::Silent(_) => Self::Lab(fault.to_string()),
        }
    }
}

impl Leaving {
    /// Tells the source to begin, and takes what comes first.
    pub(crate) async fn begin(source: &mut Machine, folder: &Path) -> Result<Self, Lost> {
        let lab = |error: std::io::Error| Lost::Lab(format!("no way out of the source: {error}"));
        let (_open, path) = within(folder, OUT).map_err(lab)?;
        let listener = UnixListener::bind(path).map_err(lab)?;
        source.ask("migrate", json!({ "uri": format!("unix:{OUT}") })).await?;
        let first = async {
            let (mut rest, _) = listener.accept().await?;
            let mut beginning = vec![0; BEGINNING];
            let count = rest.read(&mut beginning).await?;
            beginning.truncate(count);
            Ok::<_, std::io::Error>(Self { rest, beginning })
        };
        let late = |_| Lost::Failed(format!("no memory left within {} s", FIRST.as_secs()));
        tokio::time::timeout(FIRST, first).await.map_err(late)?.map_err(lab)
    }

    /// How much has left so far, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.beginning.len()
    }

    /// Carries all of it to the target that waits in this folder. What the source says of it.
    pub(crate) async fn arrive(
        self,
        source: &mut Machine,
        folder: &Path,
        limit: Duration,
    ) -> Result<Value, Lost> {
        let lab = |error: std::io::Error| Lost::Lab(format!("no way into the target: {error}"));
        let (_open, path) = within(folder, IN).map_err(lab)?;
        let to = UnixStream::connect(path).await.map_err(lab)?;
        // Ended with this call: nothing goes on behind its back.
        let mut carrying = JoinSet::new();
        carrying.spawn(self.carry(to));
        let (clock, mut cancelled) = (Stopwatch::start(), false);
        loop {
            let state = source.ask("query-migrate", json!({})).await?;
            match state["status"].as_str().unwrap_or_default() {
                "completed" => {
                    handed_over(&mut carrying, REST).await;
                    return Ok(state);
                }
                word @ ("failed" | "cancelled") => {
                    let why = state["error-desc"].as_str().unwrap_or(word).to_owned();
                    let seconds = limit.as_secs();
                    let late = format!("it did not end within {seconds} s and was given up");
                    return Err(Lost::Failed(if cancelled { late } else { why }));
                }
                _ => {}
            }
            if !cancelled && clock.elapsed() > limit {
                source.ask("migrate_cancel", json!({})).await?;
                cancelled = true;
            }
            if clock.elapsed() > limit.saturating_add(REST) {
                return Err(Lost::Lab("QEMU does not call the migration off".to_owned()));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Ends when either side does. The source then sees that nobody takes the rest.
    async fn carry(mut self, mut to: UnixStream) {
        if to.write_all(&self.beginning).await.is_ok() {
            let _ = tokio::io::copy(&mut self.rest, &mut to).await;
        }
        let _ = to.shutdown().await;
    }
}

/// Waits until the target has all of it, no longer than this: whether it runs with what it has is looked at next.
async fn handed_over(carrying: &mut JoinSet<()>, limit: Duration) {
    let _ = tokio::time::timeout(limit, carrying.join_next()).await;
}

/// A file of a folder, by a path that is short however deep the folder lies: sockets have names of 107
/// bytes at most. Good for as long as the folder is held open.
fn within(folder: &Path, name: &str) -> std::io::Result<(File, PathBuf)> {
    let open = File::open(folder)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{name}", open.as_raw_fd()));
    Ok((open, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a state, more of it behind, and both ends of its way.
    fn on_its_way() -> (Leaving, UnixStream, UnixStream, UnixStream) {
        let (from, rest) = UnixStream::pair().unwrap();
        let (to, target) = UnixStream::pair().unwrap();
        (Leaving { rest, beginning: b"begin".to_vec() }, from, to, target)
    }

    #[tokio::test]
    async fn all_of_it_arrives_in_order() {
        let (leaving, mut from, to, mut target) = on_its_way();
        let mut carrying = JoinSet::new();
        carrying.spawn(leaving.carry(to));
        from.write_all(b" and end").await.unwrap();
        drop(from);
        let mut taken = Vec::new();
        target.read_to_end(&mut taken).await.unwrap();
        handed_over(&mut carrying, REST).await;
        assert_eq!((taken.as_slice(), carrying.len()), (&b"begin and end"[..], 0));
    }

    #[tokio::test]
    async fn a_target_that_takes_nothing_holds_nobody_up() {
        let (leaving, from, to, _target) = on_its_way();
        // More than any socket keeps.
        let leaving = Leaving { beginning: vec![0; 16 << 20], ..leaving };
        let mut carrying = JoinSet::new();
        carrying.spawn(leaving.carry(to));
        drop(from);
        handed_over(&mut carrying, Duration::from_millis(100)).await;
        assert_eq!(carrying.len(), 1, "it is still at it, and nobody waits");
    }
}
