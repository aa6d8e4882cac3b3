//! Opening the store that the call names.

use store::{Blobs, DiskLog, NewKey, Settings};

use crate::args::Args;
use crate::clock;
use crate::exit::Exit;
use crate::progress::tell;

/// How the log is kept.
pub(crate) fn settings(args: &Args) -> Settings {
    Settings { cache_bytes: u64::from(args.log_memory) << 20, ..Settings::default() }
}

/// The log and its evidence, made when they are not there; this process owns them.
pub(crate) fn open(args: &Args) -> Result<(DiskLog, Blobs), Exit> {
    let log =
        DiskLog::open(&args.store, &Settings { new_key: Some(key(None)?), ..settings(args) })?;
    tell_mended(&log);
    let blobs = evidence(args)?;
    blobs.sweep()?;
    Ok((log, blobs))
}

/// The log that is there; this process owns it.
pub(crate) fn own(args: &Args) -> Result<DiskLog, store::StoreError> {
    let log = DiskLog::open(&args.store, &settings(args))?;
    tell_mended(&log);
    Ok(log)
}

fn tell_mended(log: &DiskLog) {
    let mended = log.mended();
    if mended.torn_bytes > 0 {
        let bytes = mended.torn_bytes;
        tell(&format!("removed {bytes} bytes of an event that was cut short and never recorded"));
    }
    if let Some(why) = &mended.head_made_anew {
        tell(&format!("signed the head of the log anew: {why}"));
    }
    if let Some(why) = &mended.index_made_anew {
        tell(&format!("made the index of the log anew: {why}"));
    }
}

/// A fresh key under this name, or under one that nobody else has.
pub(crate) fn key(origin: Option<&str>) -> Result<NewKey, Exit> {
    let seed = clock::seed()?;
    let unique = || {
        let random = clock::seed()?;
        let digits: String = random.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok::<_, Exit>(format!("portolan.invalid/{digits}"))
    };
    Ok(NewKey { origin: origin.map_or_else(unique, |name| Ok(name.to_owned()))?, seed })
}

/// The evidence of the store, or that at the address that was named.
pub(crate) fn evidence(args: &Args) -> Result<Blobs, Exit> {
    match &args.evidence {
        None => Ok(Blobs::local(&args.store.join("evidence"))?),
        Some(url) if url.starts_with("s3://") => remote(url),
        Some(url) => Err(Exit::usage(format!("--evidence {url}: write it as s3://BUCKET/PREFIX"))),
    }
}

#[cfg(feature = "s3")]
fn remote(url: &str) -> Result<Blobs, Exit> {
    let settings = clock::s3_settings();
    let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
    Ok(Blobs::at_url(url, settings)?)
}

#[cfg(not(feature = "s3"))]
fn remote(url: &str) -> Result<Blobs, Exit> {
    Err(Exit::usage(format!(
        "--evidence {url}: this portolan was built without S3. Build one with it: \
         cargo build --release --features s3"
    )))
}
