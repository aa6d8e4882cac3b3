//! `portolan log keygen`: the first key of a new log, or another one from now on.

use ledger::{Checkpoint, Signer};
use serde::Serialize;
use store::{DiskLog, EventLog as _, Settings, Snapshot, StoreError};

use crate::args::{Args, Keygen};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::{clock, opening};

#[derive(Serialize)]
struct Told {
    origin: String,
    /// The key until now; none in a new log.
    old: Option<String>,
    new: String,
    /// The event that says so.
    position: Option<u64>,
    /// The log up to that event, signed by both keys.
    checkpoint: Option<String>,
    /// Whether the old key has signed the change too; it cannot when it is lost.
    signed_by_old: Option<bool>,
}

pub(super) fn execute(args: &Args, command: &Keygen) -> Result<(), Exit> {
    let told = match Snapshot::take(&args.store) {
        Err(StoreError::Missing(_)) => create(args, command.origin.as_deref())?,
        Ok(_) | Err(_) if command.origin.is_some() => {
            return Err(Exit::usage(
                "--origin: the log is there, and its name stays for its whole life. Without \
                 --origin its key is changed",
            ));
        }
        Ok(_) => change(args)?,
        Err(error) => return Err(error.into()),
    };
    if args.json { print_json(&told) } else { print(&text(args, &told)) }
}

fn create(args: &Args, origin: Option<&str>) -> Result<Told, Exit> {
    let key = opening::key(origin)?;
    // A name that is none is refused before anything is made.
    let name = Signer::from_seed(&key.origin, &key.seed);
    name.map_err(|error| Exit::usage(format!("--origin: {error}")))?;
    let settings = Settings { new_key: Some(key), ..opening::settings(args) };
    let log = DiskLog::open(&args.store, &settings)?;
    let new = log.verifiers().last().map(ToString::to_string).unwrap_or_default();
    let origin = log.origin().unwrap_or_default();
    Ok(Told { origin, old: None, new, position: None, checkpoint: None, signed_by_old: None })
}

fn change(args: &Args) -> Result<Told, Exit> {
    let seed = clock::seed()?;
    let settings = opening::settings(args);
    let (log, recorded) = DiskLog::change_key(&args.store, &settings, &seed, clock::now())?;
    let keys = log.verifiers();
    let [.., old, new] = &keys[..] else { return Err(Exit::lab("the key was not changed")) };
    let size = recorded.position + 1;
    let both = log.checkpoints()?.into_iter().find(|note| {
        let checkpoint = note.text().parse::<Checkpoint>();
        checkpoint.is_ok_and(|it| it.size() == size)
    });
    let by_old = both.as_ref().is_some_and(|it| it.verify(std::slice::from_ref(old)).is_ok());
    Ok(Told {
        origin: log.origin().unwrap_or_default(),
        old: Some(old.to_string()),
        new: new.to_string(),
        position: Some(recorded.position),
        checkpoint: both.map(|note| note.to_string()),
        signed_by_old: Some(by_old),
    })
}

fn text(args: &Args, told: &Told) -> String {
    let secret = args.store.join("log/keys/signer");
    let keep = format!(
        "The secret key is in {}. Keep a copy where only you can get it.\n",
        secret.display()
    );
    let Some((old, position)) = told.old.as_ref().zip(told.position) else {
        let (origin, new) = (&told.origin, &told.new);
        return format!("made the log {origin}\npublish its public key:\n{new}\n\n{keep}");
    };
    let signed = match told.signed_by_old {
        Some(true) => "The checkpoint behind it is signed by both keys:",
        Some(false) | None => {
            "! The old key is not there, so it has not signed this: others must be told the new \
             key,\n  and name it with --key. The checkpoint behind it:"
        }
    };
    let checkpoint = told.checkpoint.as_deref().unwrap_or_default();
    format!(
        "changed the key of {}, as event {position} says\nold  {old}\nnew  {}\n\n{signed}\n\n\
         {checkpoint}\n{keep}",
        told.origin, told.new
    )
}
