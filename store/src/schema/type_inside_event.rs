//! Schema 1 → 2: the event's type was inside the event, and the position was inside the envelope.
//!
//! The earlier store wrote two lines: `{"format":1,"sha256":"…"}`, the digest of the second line, and
//! `{"position":…,"at":…,"stream":…,"version":…,"command":…,"event":{"type":…,…}}`.

use domain::ids::Sha256Digest;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Header {
    format: u32,
    sha256: Sha256Digest,
}

/// Whether these bytes were written by the earlier store: header and body, or the body alone.
pub(super) fn is_frame(leaf: &[u8]) -> bool {
    leaf.starts_with(b"{\"format\":") || leaf.starts_with(b"{\"position\":")
}

/// The second line, checked against the first where it is there, and against its position.
pub(super) fn open_frame(position: u64, frame: &[u8]) -> Result<Value, String> {
    let wrong = |error: serde_json::Error| error.to_string();
    let body = match frame.iter().position(|byte| *byte == b'\n') {
        None => frame,
        Some(end) => {
            let (header, body) = (&frame[..end], &frame[end + 1..]);
            let header: Header = serde_json::from_slice(header).map_err(wrong)?;
            if header.format != 1 || header.sha256 != Sha256Digest::of(body) {
                return Err("its checksum does not match its bytes".to_owned());
            }
            body
        }
    };
    let body: Value = serde_json::from_slice(body).map_err(wrong)?;
    match body["position"].as_u64() {
        Some(claimed) if claimed == position => Ok(body),
        _ => Err("it claims another position".to_owned()),
    }
}

/// Takes the type out of the event and the position out of the envelope.
pub(super) fn upcast(mut leaf: Value) -> Result<Value, String> {
    let fields = |value: Option<&mut Value>| -> Result<Map<String, Value>, String> {
        match value.map(Value::take) {
            Some(Value::Object(fields)) => Ok(fields),
            _ => Err("it is no event of schema 1".to_owned()),
        }
    };
    let mut envelope = fields(Some(&mut leaf))?;
    let mut event = fields(envelope.get_mut("event"))?;
    let kind = event.remove("type").ok_or("its event has no type")?;
    envelope.remove("position");
    envelope.insert("schema".to_owned(), 2.into());
    envelope.insert("type".to_owned(), kind);
    envelope.insert("event".to_owned(), event.into());
    Ok(envelope.into())
}
