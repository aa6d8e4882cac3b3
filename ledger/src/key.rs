//! What the two halves of a key share: the name, the id and the text form, as in
//! <https://c2sp.org/signed-note> and Go's `golang.org/x/mod/sumdb/note`.

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The signature type byte of Ed25519.
pub(crate) const ED25519: u8 = 1;

/// Longest key name accepted, in bytes.
pub const LONGEST_NAME: usize = 255;

/// Why a text or a name makes no key. The text is never repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name.
    #[error(
        "a key name has 1 to {LONGEST_NAME} bytes without white space, control characters or `+`"
    )]
    Name,
    /// The three parts of a public key.
    #[error("a public key reads NAME+ID+KEY: id in 8 lower-case hexadecimal digits, key in base64")]
    Public,
    /// The parts of a secret key.
    #[error("a secret key reads PRIVATE+KEY+NAME+ID+SEED, as key generation wrote it")]
    Secret,
    /// Another kind of key.
    #[error("the key is not an Ed25519 key (type 1)")]
    Algorithm,
    /// The id was computed from another name or key: a slip of copying.
    #[error("the id in the key does not belong to this name and key: copy the whole key again")]
    Id,
    /// The 32 bytes are no point of the curve, or one that every signature fits.
    #[error("the key is not a usable Ed25519 public key")]
    Point,
}

/// Whether the name can stand in a signature line.
pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    let spelled_well =
        !name.contains(|it: char| it.is_whitespace() || it.is_control() || it == '+');
    if (1..=LONGEST_NAME).contains(&name.len()) && spelled_well {
        Ok(())
    } else {
        Err(KeyError::Name)
    }
}

/// The first four bytes of `SHA-256(name || "\n" || 0x01 || public key)`.
pub(crate) fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]);
    let digest: [u8; 32] = digest.chain_update(public).finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// A key id as it is written: eight lower-case hexadecimal digits.
pub(crate) fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// Name, id and the 32 bytes after the type byte of `NAME+ID+base64(type || bytes)`.
pub(crate) fn parts(text: &str, shape: KeyError) -> Result<Parts<'_>, KeyError> {
    // Base64 has a `+` too, names have none: only the first two separate.
    let (name, rest) = text.split_once('+').ok_or(shape)?;
    let (id, base64) = rest.split_once('+').ok_or(shape)?;
    let mut decoded = Zeroizing::new([0; 33]);
    let length = Base64::decode(base64, &mut *decoded).map_err(|_| shape)?.len();
    let (kind, bytes) = decoded.split_first().filter(|_| length == 33).ok_or(shape)?;
    if *kind != ED25519 {
        return Err(KeyError::Algorithm);
    }
    let bytes = Zeroizing::new(bytes.try_into().map_err(|_| shape)?);
    Ok(Parts { name, id, bytes })
}

/// A key taken apart; the bytes may be a secret.
pub(crate) struct Parts<'a> {
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
    pub(crate) bytes: Zeroizing<[u8; 32]>,
}
