//! `portolan agent`: takes trials from a service and walks them in the lab of this machine.

mod turn;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use domain::event::Pins;
use domain::wire::LeaseRequest;
use runner::remote::{Door, Fault, LONGEST_WAIT, Spool};
use runner::{Ledger, Stopwatch};
use tokio_util::sync::CancellationToken;

use super::embedded::interruption;
use super::voyage::end_orphans;
use crate::args::{Agent, Args};
use crate::exit::Exit;
use crate::progress::tell;
use crate::remote;
use turn::{Turn, turn};

/// So many turns in a row that end in a lab error say that this machine is not fit.
const MOST_TROUBLE: u32 = 3;
/// A service that has nothing to do is not asked more often than this.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// What every turn works with.
struct Lab<'a> {
    args: &'a Args,
    command: &'a Agent,
    door: Door,
    work: PathBuf,
}

pub(super) fn execute(args: &Args, command: &Agent) -> Result<(), Exit> {
    if let Some(words) = runner::lab::missing_tool() {
        return Err(Exit::lab(words));
    }
    let door = remote::door(&command.server, &command.credential)?;
    let lab = Lab { args, command, door, work: args.store.join("work") };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    runtime.block_on(async {
        let cancel = CancellationToken::new();
        let watcher = tokio::spawn(interruption(cancel.clone()));
        let worked = lab.work(&cancel).await;
        watcher.abort();
        worked
    })
}

impl Lab<'_> {
    /// Takes turns until it is told to stop.
    async fn work(&self, cancel: &CancellationToken) -> Result<(), Exit> {
        end_orphans(self.args, &self.work)?;
        clear(&self.work).context("clearing the work folder").map_err(Exit::Lab)?;
        self.deliver_rest().await?;
        let patience = remote::patience();
        let (mut waits, mut trouble) = (patience.waits(), 0);
        let wait = if self.command.once { Duration::ZERO } else { LONGEST_WAIT };
        loop {
            let (asked, clock) = (self.asked(), Stopwatch::start());
            let leased = tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(()),
                leased = self.door.lease(&asked, wait) => leased,
            };
            let pause = match leased {
                Ok(Some(leased)) => match turn(self, leased, cancel).await? {
                    Turn::Done => {
                        (waits, trouble) = (patience.waits(), 0);
                        None
                    }
                    Turn::Stopped => return Ok(()),
                    Turn::Refused(why) => Some(why),
                    Turn::LabError(why) => {
                        trouble += 1;
                        if trouble == MOST_TROUBLE {
                            return Err(Exit::lab(format!(
                                "{why}. This machine takes no more work"
                            )));
                        }
                        Some(why)
                    }
                },
                Ok(None) if self.command.once => {
                    self.say("nothing to do");
                    return Ok(());
                }
                Ok(None) => {
                    waits = patience.waits();
                    let rest = SHORTEST_WAIT.saturating_sub(clock.elapsed());
                    tokio::time::sleep(rest).await;
                    None
                }
                Err(Fault::Away { why, after }) => {
                    self.say(&format!("waiting for the service: {why}"));
                    tokio::select! {
                        () = cancel.cancelled() => return Ok(()),
                        () = waits.wait(after) => {}
                    }
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            };
            match pause {
                Some(why) if self.command.once => return Err(Exit::lab(why)),
                Some(why) => {
                    tell(&format!("portolan: {why}"));
                    tokio::select! {
                        () = cancel.cancelled() => return Ok(()),
                        () = waits.wait(None) => {}
                    }
                }
                None if self.command.once => return Ok(()),
                None => {}
            }
        }
    }

    fn asked(&self) -> LeaseRequest {
        let named = self.command.name.clone();
        let lab = named.unwrap_or_else(runner::lab::machine_name);
        // Versions depend on the testbed: they are told once it is known.
        let (platforms, pins) = (self.command.platforms.clone(), Pins::new());
        LeaseRequest { lab, platforms, pins, most: self.command.most }
    }

    /// Delivers what an agent that was killed left: as long as its lease is in force.
    async fn deliver_rest(&self) -> Result<(), Exit> {
        let within = Duration::from_secs(self.command.spooling.deliver_within);
        let folder = remote::spools(self.args);
        for path in Spool::all(&folder).context("reading the spools").map_err(Exit::Lab)? {
            let Ok(spool) = Spool::open(&path, u64::MAX) else { continue };
            let to = spool.to().clone();
            if to.server != self.door.server() || to.lease.is_none() {
                continue;
            }
            match remote::deliver_or_drop(&self.door, spool, within).await {
                Ok(()) => {}
                Err(exit) => {
                    exit.tell();
                }
            }
        }
        Ok(())
    }

    fn say(&self, words: &str) {
        if !self.args.quiet {
            tell(words);
        }
    }
}

/// Removes what killed agents of this store left in the work folder; what a living one has stays.
fn clear(work: &Path) -> std::io::Result<()> {
    let Ok(folders) = std::fs::read_dir(work) else { return Ok(()) };
    for folder in folders.flatten() {
        match Ledger::claim(&folder.path()) {
            Ok(ledger) => ledger.remove()?,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
