//! What `lab build` and `run` both need of the embedded lab: its images and its acceleration.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::testbed::Testbed;
use runner::Ledger;
use runner::lab::{Accel, Image, ImageKey, Images};

use crate::args::Args;
use crate::exit::Exit;

/// Every image, built where it is not there.
pub(super) async fn images(
    args: &Args,
    cache: &Path,
    testbed: &Testbed,
) -> Result<BTreeMap<ImageKey, Image>, Exit> {
    let tell = |key: &ImageKey| {
        if !args.quiet {
            let at = key.platform.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
            eprintln!("building guest {}{at} …", key.guest);
        }
    };
    Ok(Images::new(cache).ensure(testbed, tell).await?)
}

/// KVM where a probe boot proved it, once per machine and kernel; TCG elsewhere.
pub(super) async fn accel(
    cache: &Path,
    testbed: &Testbed,
    images: &BTreeMap<ImageKey, Image>,
    ledger: &Ledger,
) -> Result<Accel, Exit> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let known = cache.join(format!("acceleration-{}.json", kernel.trim()));
    let read = std::fs::read(&known).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(accel) = read {
        return Ok(accel);
    }
    let (Some((key, image)), Some(first)) = (images.first_key_value(), testbed.platforms.first())
    else {
        return Ok(Accel::Tcg);
    };
    let at = key.platform.as_ref().and_then(|id| testbed.platform(id)).unwrap_or(first);
    let profile = runner::lab::Profile::of(at)?;
    let memory = testbed.guest(&key.guest).map_or(256, |guest| guest.memory_mib);
    let accel = runner::lab::probe(ledger, &image.path, &profile, memory).await;
    let kept = serde_json::to_vec(&accel).map_err(|error| Exit::Lab(error.into()))?;
    std::fs::write(&known, kept).context("cannot write the cache").map_err(Exit::Lab)?;
    Ok(accel)
}
