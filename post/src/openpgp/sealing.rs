//! Signs and encrypts a letter in one OpenPGP message, with randomness that follows from a seed and from the letter.

use jiff::Timestamp;
use pgp::composed::{ArmorOptions, MessageBuilder, SubpacketConfig};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Subpacket, SubpacketData};
use pgp::types::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

use super::{Certificate, Seed, Signer, Unusable};

/// To whom, by whom, and with which randomness.
#[derive(Debug, Clone, Copy)]
pub struct Sealing<'a> {
    /// Who reads.
    pub to: &'a Certificate,
    /// Who writes, if that is to be proven.
    pub signer: Option<&'a Signer>,
    /// What keys are drawn from.
    pub seed: &'a Seed,
    /// Now: keys are judged by it, and the signature bears it. A letter may be older, and its keys extended,
    /// replaced or ended since.
    pub at: Timestamp,
}

/// A letter that is closed.
pub(crate) struct Sealed {
    pub(crate) armored: String,
}

impl Sealing<'_> {
    /// Closes a letter.
    pub(crate) fn seal(&self, letter: &[u8]) -> Result<Sealed, Unusable> {
        let reader = self.to.encryption_key(self.at)?;
        let mut rng = self.randomness(letter);
        // Version 1 of the container: GnuPG before 2.4 reads no other. AES with 256 bits, and no compression, whose
        // length would tell of what is inside.
        let mut message = MessageBuilder::from_bytes("", letter.to_vec())
            .seipd_v1(&mut rng, SymmetricKeyAlgorithm::AES256);
        message.encrypt_to_key(&mut rng, &reader.key).map_err(refused)?;
        if let Some(signer) = self.signer {
            let (key, opened) = signer.signing_key(self.at)?;
            if !opened {
                return Err(Unusable::Locked);
            }
            // A curve asks for a digest of its own size; ours is SHA-256 at least.
            let large = [HashAlgorithm::Sha384, HashAlgorithm::Sha512];
            let asked = key.hash_alg();
            let hash = if large.contains(&asked) { asked } else { HashAlgorithm::Sha256 };
            message.sign_with_subpackets(key, signer.password(), hash, signature(key, self.at)?);
        }
        let armored =
            message.to_armored_string(&mut rng, ArmorOptions::default()).map_err(refused)?;
        Ok(Sealed { armored })
    }

    /// Another stream for another letter or another reader, whatever the seed.
    fn randomness(&self, letter: &[u8]) -> ChaCha20Rng {
        let digest = Sha256::new()
            .chain_update(self.seed.0.as_slice())
            .chain_update(Sha256::digest(self.to.fingerprint()))
            .chain_update(Sha256::digest(letter));
        ChaCha20Rng::from_seed(digest.finalize().into())
    }
}

/// What a signature says about itself. The library would read the clock.
fn signature(key: &dyn SigningKey, at: Timestamp) -> Result<SubpacketConfig, Unusable> {
    let second =
        u32::try_from(at.as_second()).map_err(|_| Unusable::Refused("its date".to_owned()))?;
    let packet = |it| Subpacket::regular(it).map_err(refused);
    Ok(SubpacketConfig::UserDefined {
        hashed: vec![
            packet(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
            packet(SubpacketData::SignatureCreationTime(pgp::types::Timestamp::from_secs(second)))?,
        ],
        unhashed: vec![packet(SubpacketData::IssuerKeyId(key.legacy_key_id()))?],
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refused(error: pgp::errors::Error) -> Unusable {
    Unusable::Refused(error.to_string())
}
