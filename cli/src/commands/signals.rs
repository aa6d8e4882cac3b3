//! What a running service is told by signals: to stop, to stop at once, to read its certificate again.

use std::io;
use std::sync::Arc;

use service::server::Stop;
use service::tls::Certificates;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::progress::tell;

/// The exit code of a service that was told twice to stop.
const STOPPED_AT_ONCE: i32 = 3;

/// The signals that a service listens to.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// Listens from now on: none of these ends the process any more by itself.
pub(super) fn listen() -> io::Result<Signals> {
    Ok(Signals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
        hang_up: signal(SignalKind::hangup())?,
    })
}

impl Signals {
    /// Does what the signals say, until the service has been told to stop.
    pub(super) async fn serve(mut self, stop: Stop, certificates: Option<Arc<Certificates>>) {
        loop {
            tokio::select! {
                () = told_to_stop(&mut self.interrupt, &mut self.terminate) => break,
                _ = self.hang_up.recv() => reload(certificates.as_deref()),
            }
        }
        tell("stopping: requests under way are finished …");
        tokio::select! {
            () = stop.gracefully() => {}
            () = told_to_stop(&mut self.interrupt, &mut self.terminate) => {
                // The log holds what was acknowledged: that needs no orderly end.
                tell("stopped at once");
                std::process::exit(STOPPED_AT_ONCE);
            }
        }
    }
}

async fn told_to_stop(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn reload(certificates: Option<&Certificates>) {
    match certificates.map(Certificates::reload) {
        None => {}
        Some(Ok(())) => tell("the certificate was read again"),
        Some(Err(error)) => tell(&format!("the certificate in use stays: {error}")),
    }
}
