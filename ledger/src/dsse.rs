//! DSSE envelopes: bytes and what they are, with signatures over both,
//! <https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md>.

mod error;
mod json;

use crate::signer::Signer;
use crate::verifier::Verifier;

pub use error::DsseError;

/// Largest envelope accepted, in bytes.
pub const LARGEST_ENVELOPE: usize = 64 << 20;

/// Most signatures accepted in one envelope.
pub const MOST_ENVELOPE_SIGNATURES: usize = 16;

/// The type of a payload that is an in-toto statement as JSON.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// The type of the digests of files, as `sha256sum` writes them, without the last newline.
pub const SUMS: &str = "application/vnd.portolan.sha256sums";

/// A payload with the signatures that claim to be of it. Nothing is known to be true of it before
/// [`Envelope::verify`] has said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<Claim>,
}

/// Who claims to have signed, which proves nothing, and the bytes that shall prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    key_id: String,
    signature: Vec<u8>,
}

impl Envelope {
    /// Signs a payload of this type. The signatures stand in the order of the signers; each names
    /// its key as `NAME+ID`.
    ///
    /// # Errors
    /// [`DsseError::PayloadType`], [`DsseError::Newline`], [`DsseError::Unsigned`] without a signer,
    /// and the limits of size.
    pub fn sign(
        payload_type: &str,
        payload: Vec<u8>,
        signers: &[&Signer],
    ) -> Result<Self, DsseError> {
        // Every note ends in a newline: what is signed here can never be taken for a checkpoint.
        if payload.ends_with(b"\n") {
            return Err(DsseError::Newline);
        }
        let message = pae(payload_type, &payload);
        let claim = |signer: &&Signer| Claim {
            key_id: signer.verifier().label(),
            signature: signer.signature(&message).to_vec(),
        };
        let signatures = signers.iter().map(claim).collect();
        let envelope = Self::of(payload_type.to_owned(), payload, signatures)?;
        match envelope.to_string().len() {
            0..=LARGEST_ENVELOPE => Ok(envelope),
            bytes => Err(DsseError::TooLong(bytes)),
        }
    }

    fn of(
        payload_type: String,
        payload: Vec<u8>,
        signatures: Vec<Claim>,
    ) -> Result<Self, DsseError> {
        match signatures.len() {
            _ if payload_type.is_empty() => Err(DsseError::PayloadType),
            0 => Err(DsseError::Unsigned),
            1..=MOST_ENVELOPE_SIGNATURES => Ok(Self { payload_type, payload, signatures }),
            _ => Err(DsseError::TooManySignatures),
        }
    }

    /// What the payload is.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// What is signed, together with its type.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Which of the known keys have signed; at least one. The key that a signature names is not
    /// relied on, as the standard wants it, but for the words of a refusal.
    ///
    /// # Errors
    /// [`DsseError::BadSignature`] or [`DsseError::Stranger`].
    pub fn verify<'k>(&self, known: &'k [Verifier]) -> Result<Vec<&'k Verifier>, DsseError> {
        let message = pae(&self.payload_type, &self.payload);
        let has_signed = |key: &&Verifier| {
            self.signatures.iter().any(|it| key.verifies(&message, &it.signature))
        };
        let signers: Vec<&Verifier> = known.iter().filter(has_signed).collect();
        if signers.is_empty() { Err(self.unproven(known)) } else { Ok(signers) }
    }

    fn unproven(&self, known: &[Verifier]) -> DsseError {
        let labels: Vec<String> = known.iter().map(Verifier::label).collect();
        let claims = || self.signatures.iter().map(|it| &it.key_id);
        match claims().find(|claim| labels.contains(claim)) {
            Some(claim) => DsseError::BadSignature(claim.clone()),
            None => DsseError::Stranger {
                signed: claims().map(|it| short(it)).collect::<Vec<_>>().join(", "),
                accepted: labels.join(", "),
            },
        }
    }
}

/// The bytes that are signed: the type and the payload, each with its length before it.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let (kind, length) = (payload_type.len(), payload.len());
    let mut message = format!("DSSEv1 {kind} {payload_type} {length} ").into_bytes();
    message.extend_from_slice(payload);
    message
}

/// What a stranger calls his key, not at length.
fn short(key_id: &str) -> String {
    match key_id.chars().count() {
        0 => "a key without a name".to_owned(),
        1..=80 => key_id.to_owned(),
        _ => key_id.chars().take(80).chain(['…']).collect(),
    }
}
