//! What `lab build` and `run` both need of the embedded lab: its images and its acceleration.

use std::collections::BTreeMap;
use std::path::Path;

use domain::testbed::Testbed;
use runner::Ledger;
use runner::lab::{Accel, Image, ImageKey, Images};
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::exit::Exit;
use crate::progress::tell;

/// Every image, built where it is not there.
pub(super) async fn images(
    args: &Args,
    cache: &Path,
    testbed: &Testbed,
) -> Result<BTreeMap<ImageKey, Image>, Exit> {
    let tell = |key: &ImageKey| {
        if !args.quiet {
            let at = key.platform.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
            tell(&format!("building guest {}{at} …", key.guest));
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
    // What was proved once still needs the device to be there, and to be ours.
    if let Some(accel) = read.filter(|accel| *accel == Accel::Tcg || kvm_opens()) {
        return Ok(accel);
    }
    let mut ours = testbed.platforms.iter().filter(|it| it.driver == runner::lab::DRIVER);
    let (Some((key, image)), Some(first)) = (images.first_key_value(), ours.next()) else {
        return Ok(Accel::Tcg);
    };
    let own = key.platform.as_ref().and_then(|id| testbed.platform(id));
    let at = own.filter(|it| it.driver == first.driver).unwrap_or(first);
    let profile = runner::lab::Profile::of(at)?;
    let memory = testbed.guest(&key.guest).map_or(256, |guest| guest.memory_mib);
    let accel = runner::lab::probe(ledger, &image.path, &profile, memory).await;
    let kept = serde_json::to_vec(&accel).map_err(|error| Exit::Lab(error.into()))?;
    // A TCG answer is only kept where the device opens: another user, another answer. A cache that
    // cannot be written costs a probe each time.
    if kvm_opens() && std::fs::write(&known, kept).is_err() {
        tell("the answer of the KVM probe could not be kept");
    }
    Ok(accel)
}

fn kvm_opens() -> bool {
    std::fs::OpenOptions::new().read(true).write(true).open("/dev/kvm").is_ok()
}

/// Ends when a person or the system asks the program to stop.
pub(crate) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hang_up), Ok(mut quit)] = kinds.map(signal)
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
        _ = quit.recv() => {}
    }
}

/// Cancels at the first Ctrl-C, request to terminate, or closed terminal.
pub(super) async fn interruption(cancel: CancellationToken) {
    told_to_stop().await;
    cancel.cancel();
    tell("stopping: processes are ended, files removed …");
}

/// Does something that may take long, unless it is cancelled.
pub(super) async fn unless_cancelled<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, Exit>>,
) -> Result<T, Exit> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Exit::Stopped("before the first trial")),
        done = work => done,
    }
}
