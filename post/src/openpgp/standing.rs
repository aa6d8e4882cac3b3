//! Whether a key may be used on a day: by its owner's own signatures, the newest in force, after every revocation.

use jiff::Timestamp;
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType};
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails, KeyVersion, PublicParams, Tag};

use super::Unusable;

/// Fewer bits of RSA are weak: what NIST has asked for since 2014.
const RSA_BITS: u16 = 2048;

/// What a key is for, by whoever it belongs to.
type Standing = Result<KeyFlags, Unusable>;

/// Whether the key as a whole is in force.
pub(crate) fn primary(key: &SignedPublicKey, at: Timestamp) -> Standing {
    is_strong(&key.primary_key)?;
    let revocations = key.details.revocation_signatures.iter();
    if revocations
        .filter(|it| is_of(it, &[SignatureType::KeyRevocation]))
        .any(|it| it.verify_key(&key.primary_key).is_ok())
    {
        return Err(Unusable::Revoked);
    }
    let direct = key.details.direct_signatures.iter();
    let mut own: Vec<&Signature> = direct
        .filter(|it| is_of(it, &[SignatureType::Key]) && it.verify_key(&key.primary_key).is_ok())
        .collect();
    for user in &key.details.users {
        let verified = |it: &&Signature| {
            it.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok()
        };
        let signatures: Vec<&Signature> = user.signatures.iter().filter(verified).collect();
        let newest = |kinds: &[SignatureType]| {
            signatures.iter().filter(|it| is_of(it, kinds)).map(|it| made(it)).max()
        };
        if newest(&[SignatureType::CertRevocation]) >= newest(&CERTIFICATIONS) {
            continue; // the name was withdrawn
        }
        own.extend(signatures.into_iter().filter(|it| is_of(it, &CERTIFICATIONS)));
    }
    in_force(&key.primary_key, own, at)
}

const CERTIFICATIONS: [SignatureType; 4] = [
    SignatureType::CertGeneric,
    SignatureType::CertPersona,
    SignatureType::CertCasual,
    SignatureType::CertPositive,
];

/// Whether one part of a key is in force; the whole must be, too.
pub(crate) fn subkey(key: &SignedPublicKey, part: &SignedPublicSubKey, at: Timestamp) -> Standing {
    is_strong(&part.key)?;
    let verified = |it: &&Signature| it.verify_subkey_binding(&key.primary_key, &part.key).is_ok();
    let signatures: Vec<&Signature> = part.signatures.iter().filter(verified).collect();
    if signatures.iter().any(|it| is_of(it, &[SignatureType::SubkeyRevocation])) {
        return Err(Unusable::Revoked);
    }
    let bindings = signatures.into_iter().filter(|it| is_of(it, &[SignatureType::SubkeyBinding]));
    in_force(&part.key, bindings.collect(), at)
}

/// What the newest of the owner's signatures says, when it is in force.
fn in_force(key: &impl KeyDetails, mut own: Vec<&Signature>, at: Timestamp) -> Standing {
    let born = i64::from(key.created_at().as_secs());
    if born > at.as_second() {
        return Err(Unusable::NotYet(day(born)));
    }
    let was_any = !own.is_empty();
    own.retain(|it| !is_weak(it));
    if own.is_empty() {
        return Err(if was_any {
            Unusable::Weak("it vouches for itself with SHA-1 or older".to_owned())
        } else {
            Unusable::NotBound("")
        });
    }
    own.retain(|it| made(it) <= at.as_second());
    let newest = own.into_iter().max_by_key(|it| made(it)).ok_or(Unusable::NotBound(" yet"))?;
    let ends = [
        newest.key_expiration_time().map(|it| (born, it)),
        newest.signature_expiration_time().map(|it| (made(newest), it)),
    ];
    // No time at all means for ever.
    let ends = ends.into_iter().flatten().filter(|(_, it)| it.as_secs() > 0);
    match ends.map(|(from, it)| from + i64::from(it.as_secs())).min() {
        Some(end) if end <= at.as_second() => Err(Unusable::Expired(day(end))),
        _ => Ok(newest.key_flags()),
    }
}

fn is_of(signature: &Signature, kinds: &[SignatureType]) -> bool {
    signature.typ().is_some_and(|it| kinds.contains(&it))
}

fn made(signature: &Signature) -> i64 {
    signature.created().map_or(i64::MAX, |it| i64::from(it.as_secs()))
}

fn is_weak(signature: &Signature) -> bool {
    let strong = [
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha384,
        HashAlgorithm::Sha512,
        HashAlgorithm::Sha224,
        HashAlgorithm::Sha3_256,
        HashAlgorithm::Sha3_512,
    ];
    !signature.hash_alg().is_some_and(|it| strong.contains(&it))
}

fn day(second: i64) -> String {
    Timestamp::from_second(second)
        .map_or_else(|_| "no day".to_owned(), |it| it.strftime("%Y-%m-%d").to_string())
}

/// Whether what a key is made of stands up to those who would break it.
fn is_strong(key: &impl KeyDetails) -> Result<(), Unusable> {
    if !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
        return Err(Unusable::Weak("its format is older than 1998".to_owned()));
    }
    let params = key.public_params();
    if let PublicParams::RSA(rsa) = params {
        // Its first number is the modulus, which begins with its length in bits.
        let written = rsa.to_bytes().unwrap_or_default();
        let bits = written.first_chunk().map_or(0, |it| u16::from_be_bytes(*it));
        let weak = || Unusable::Weak(format!("RSA of {bits} bits; {RSA_BITS} are the least"));
        return if bits < RSA_BITS { Err(weak()) } else { Ok(()) };
    }
    let sound = if let PublicParams::ECDSA(it) = params {
        it.is_supported()
    } else if let PublicParams::ECDH(it) = params {
        it.is_supported()
    } else {
        matches!(
            params,
            PublicParams::EdDSALegacy(_)
                | PublicParams::Ed25519(_)
                | PublicParams::X25519(_)
                | PublicParams::X448(_)
                | PublicParams::Ed448(_)
        )
    };
    if sound {
        Ok(())
    } else {
        Err(Unusable::Weak(format!("{:?} is not taken any more", key.algorithm())))
    }
}
