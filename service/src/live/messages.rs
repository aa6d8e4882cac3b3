//! What those who watch are sent: server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::fmt::Write as _;

use actix_web::web::Bytes;
use reports::pages::live::{CellChanged, Progress};
use reports::pages::table::TableCell;
use serde::Serialize;

/// That the service is there.
pub(super) const HEARTBEAT: &[u8] = b": here\n\n";

/// That some of what happened was missed: look anew.
pub(super) const RESET: &[u8] = b"event: reset\ndata: {}\n\n";

/// Cells that changed, how far the campaign is, and whether it has ended. The position comes last:
/// whoever has read it has read all.
pub(super) fn change<'a>(
    cells: impl IntoIterator<Item = &'a TableCell>,
    progress: &Progress,
    (position, ended): (u64, bool),
) -> Bytes {
    let mut text = String::new();
    for cell in cells {
        // In memory nothing fails.
        if let Ok(changed) = CellChanged::new(cell) {
            message(&mut text, "cell", &changed);
        }
    }
    let _ = writeln!(text, "id: {position}");
    message(&mut text, "progress", progress);
    if ended {
        message(&mut text, "end", &serde_json::Map::new());
    }
    Bytes::from(text)
}

/// JSON has no line breaks of its own: it is one line of an event.
fn message(text: &mut String, kind: &str, value: &impl Serialize) {
    let json = serde_json::to_string(value).unwrap_or_default();
    let _ = write!(text, "event: {kind}\ndata: {json}\n\n");
}
