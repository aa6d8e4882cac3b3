//! Evidence below the events of an export: a digest and compressed bytes, handed on as they are.

use std::borrow::Cow;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// One line of evidence.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence<'a> {
    portolan: Word,
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    #[serde(borrow)]
    zstd: Cow<'a, str>,
}

/// The word that begins such a line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Evidence,
}

impl Evidence<'_> {
    /// SHA-256 of the bytes before compression, and the compressed bytes.
    pub(crate) fn new(sha256: &Hash, zstd: &[u8]) -> Self {
        let zstd = Base64::encode_string(zstd).into();
        Self { portolan: Word::Evidence, sha256: sha256.to_string().into(), zstd }
    }

    /// Reads the line.
    pub(crate) fn decode(line: &[u8]) -> serde_json::Result<(Hash, Vec<u8>)> {
        use serde::de::Error as _;
        let Evidence { portolan: Word::Evidence, sha256, zstd } = serde_json::from_slice(line)?;
        let sha256 = sha256.parse().map_err(serde_json::Error::custom)?;
        let zstd = Base64::decode_vec(&zstd).map_err(serde_json::Error::custom)?;
        Ok((sha256, zstd))
    }
}
