//! `portolan spool`: what waits on this machine until its service is reached again.

use std::time::Duration;

use anyhow::Context as _;
use domain::ids::CampaignId;
use runner::remote::{Spool as Kept, SpoolFault};
use serde::Serialize;

use super::{print, print_json};
use crate::args::{Args, Credential, Spool, Spooling};
use crate::exit::Exit;
use crate::remote;

#[derive(Serialize)]
struct Waiting {
    campaign: CampaignId,
    server: String,
    by_lease: bool,
    bytes: u64,
}

pub(super) fn execute(args: &Args, command: &Spool) -> Result<(), Exit> {
    match command {
        Spool::List => list(args),
        Spool::Deliver { server, credential, spooling } => {
            deliver(args, server.as_deref(), credential, *spooling)
        }
        Spool::Drop { campaign } => give_up(args, campaign),
    }
}

/// Every spool that no living run has.
fn all(args: &Args) -> Result<Vec<Kept>, Exit> {
    let paths =
        Kept::all(&remote::spools(args)).context("reading the spools").map_err(Exit::Lab)?;
    let mut found = Vec::new();
    for path in paths {
        match Kept::open(&path, u64::MAX) {
            Ok(spool) => found.push(spool),
            Err(error @ SpoolFault::InUse(_)) => crate::progress::tell(&error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn list(args: &Args) -> Result<(), Exit> {
    let waiting = |it: &Kept| Waiting {
        campaign: it.to().campaign.clone(),
        server: it.to().server.clone(),
        by_lease: it.to().lease.is_some(),
        bytes: it.waiting(),
    };
    let found: Vec<Waiting> = all(args)?.iter().map(waiting).collect();
    if args.json {
        return print_json(&found);
    }
    if found.is_empty() {
        return print("nothing waits\n");
    }
    found.iter().try_for_each(|it| {
        let lease = if it.by_lease { ", under a lease" } else { "" };
        print(&format!("{}  {} bytes for {}{lease}\n", it.campaign, it.bytes, it.server))
    })
}

fn deliver(
    args: &Args,
    server: Option<&str>,
    credential: &Credential,
    spooling: Spooling,
) -> Result<(), Exit> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let within = Duration::from_secs(spooling.deliver_within);
    let server = server.map(|it| it.trim_end_matches('/'));
    let mut trouble = None;
    for spool in all(args)? {
        if server.is_some_and(|it| it != spool.to().server) {
            continue;
        }
        let (campaign, bytes) = (spool.to().campaign.clone(), spool.waiting());
        let delivered = runtime.block_on(async {
            let door = remote::door(&spool.to().server, credential)?;
            remote::deliver_or_drop(&door, spool, within).await
        });
        match delivered {
            Ok(()) => print(&format!("{campaign}: {bytes} bytes are settled\n"))?,
            // The others are delivered all the same.
            Err(exit) => {
                if let Some(before) = trouble.replace(exit) {
                    before.tell();
                }
            }
        }
    }
    trouble.map_or(Ok(()), Err)
}

fn give_up(args: &Args, campaign: &CampaignId) -> Result<(), Exit> {
    let mut dropped = 0;
    for spool in all(args)? {
        if spool.to().campaign == *campaign {
            spool.remove()?;
            dropped += 1;
        }
    }
    match dropped {
        0 => Err(Exit::usage(format!("nothing of campaign `{campaign}` waits here"))),
        _ => {
            print(&format!("dropped what waited of campaign {campaign}: it is recorded nowhere\n"))
        }
    }
}
