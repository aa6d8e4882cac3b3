//! What the tests share: reading with few words, and telling what was rejected.

use ingest::history::{Defaults, ForeignCampaign, Rejected, read};

/// Reads a file of this name with what the call says.
pub(crate) fn reading(
    name: &str,
    bytes: impl AsRef<[u8]>,
    defaults: &Defaults,
) -> Result<Vec<ForeignCampaign>, Rejected> {
    let read_once = read(None, name, bytes.as_ref(), defaults);
    assert_eq!(read_once, read(None, name, bytes.as_ref(), defaults), "the same twice");
    read_once
}

/// Reads a file that says everything itself.
pub(crate) fn plain(name: &str, bytes: impl AsRef<[u8]>) -> Result<Vec<ForeignCampaign>, Rejected> {
    reading(name, bytes, &Defaults::default())
}

/// Why a file is rejected, as a person reads it.
pub(crate) fn rejected(name: &str, bytes: impl AsRef<[u8]>) -> String {
    plain(name, bytes).unwrap_err().to_string()
}

/// A day for files that have none.
pub(crate) fn dated() -> Defaults {
    Defaults { at: Some("2013-06-01T00:00:00Z".parse().unwrap()), ..Defaults::default() }
}
