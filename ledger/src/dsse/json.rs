//! The JSON form of an envelope,
//! <https://github.com/secure-systems-lab/dsse/blob/v1.0.0/envelope.md>.

use std::fmt;

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Serialize};

use super::{Claim, DsseError, Envelope, LARGEST_ENVELOPE};

/// Fields that are not known are passed over, as the standard wants it.
#[derive(Serialize, Deserialize)]
struct Spelled {
    #[serde(default)]
    payload: String,
    #[serde(default, rename = "payloadType")]
    payload_type: String,
    #[serde(default)]
    signatures: Vec<SpelledClaim>,
}

#[derive(Serialize, Deserialize)]
struct SpelledClaim {
    #[serde(default, rename = "keyid")]
    key_id: String,
    #[serde(rename = "sig")]
    signature: String,
}

impl Envelope {
    /// Reads the JSON form; base64 in the standard or in the URL-safe alphabet.
    ///
    /// # Errors
    /// [`DsseError`]; nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, DsseError> {
        if bytes.len() > LARGEST_ENVELOPE {
            return Err(DsseError::TooLong(bytes.len()));
        }
        // Serde would take a list for an object with its fields in order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(DsseError::Json("it does not begin with `{`".to_owned()));
        }
        let spelled: Spelled =
            serde_json::from_slice(bytes).map_err(|error| DsseError::Json(error.to_string()))?;
        let payload = decoded(&spelled.payload).ok_or(DsseError::Base64("payload"))?;
        let claims: Option<Vec<Claim>> = spelled.signatures.into_iter().map(claim).collect();
        Self::of(spelled.payload_type, payload, claims.ok_or(DsseError::Base64("signature"))?)
    }
}

fn claim(spelled: SpelledClaim) -> Option<Claim> {
    Some(Claim { key_id: spelled.key_id, signature: decoded(&spelled.signature)? })
}

/// What base64 of either alphabet says, padded or not.
fn decoded(base64: &str) -> Option<Vec<u8>> {
    let digits = base64.trim_end_matches('=');
    let padding = base64.len() - digits.len();
    if padding != 0 && (padding > 2 || !base64.len().is_multiple_of(4)) {
        return None;
    }
    let bytes = if digits.contains(['-', '_']) {
        Base64UrlUnpadded::decode_vec(digits)
    } else {
        Base64Unpadded::decode_vec(digits)
    };
    bytes.ok()
}

impl fmt::Display for Envelope {
    /// One line of JSON, without a newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = |it: &Claim| SpelledClaim {
            key_id: it.key_id.clone(),
            signature: Base64::encode_string(&it.signature),
        };
        let spelled = Spelled {
            payload: Base64::encode_string(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self.signatures.iter().map(claim).collect(),
        };
        f.write_str(&serde_json::to_string(&spelled).map_err(|_| fmt::Error)?)
    }
}
