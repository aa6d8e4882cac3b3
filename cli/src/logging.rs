//! The program's own log, on standard error: what went wrong, and what `serve` did.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

use crate::args::{Args, Command, LogFormat};

/// What is told when nobody says otherwise.
const QUIET: &str = "warn";
/// The same for a service: a line for each request.
const SERVING: &str = "warn,portolan=info";

/// Begins to log as the call says.
pub(crate) fn begin(args: &Args) {
    let (mut usual, mut format) = (QUIET, LogFormat::Text);
    if let Command::Serve(serve) = &args.command {
        (usual, format) = (SERVING, serve.log_format);
    }
    let filter = EnvFilter::new(args.log.as_deref().unwrap_or(usual));
    let to = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match format {
        LogFormat::Text => to.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Json => to.json().flatten_event(true).init(),
    }
}
