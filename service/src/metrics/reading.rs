//! What is not counted as it happens but read off when somebody asks.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use store::EventLog as _;

use super::process;
use crate::library::Library;

/// Reads the log's length, how far the library lags behind it, and what the process uses.
#[derive(Debug)]
pub(super) struct Reading {
    library: Arc<Library>,
}

impl Reading {
    /// Reads off this library.
    pub(super) fn of(library: &Arc<Library>) -> Self {
        Self { library: Arc::clone(library) }
    }
}

impl Collector for Reading {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        // Seen first: what comes between the two readings is lag, never less than none.
        let seen = self.library.seen();
        let head = self.library.log().head();
        put(&mut to, ("events", "Events in the log", None), &ConstCounter::new(head))?;
        let lag = i64::try_from(head.saturating_sub(seen)).unwrap_or(i64::MAX);
        let help = "Events in the log that are not shown yet";
        put(&mut to, ("library_lag_events", help, None), &ConstGauge::new(lag))?;
        let seconds = ConstCounter::new(process::processor_seconds());
        let unit = Some(&Unit::Seconds);
        put(&mut to, ("process_cpu", "Processor time of the service", unit), &seconds)?;
        let Some(bytes) = process::resident_bytes() else { return Ok(()) };
        let bytes = ConstGauge::new(i64::try_from(bytes).unwrap_or(i64::MAX));
        let unit = Some(&Unit::Bytes);
        put(&mut to, ("process_resident_memory", "Memory of the service", unit), &bytes)
    }
}

fn put(
    to: &mut DescriptorEncoder<'_>,
    (name, help, unit): (&str, &str, Option<&Unit>),
    metric: &impl EncodeMetric,
) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, help, unit, metric.metric_type())?)
}
