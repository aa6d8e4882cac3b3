//! What only whoever has the log can add to a bundle: the state of the log, proofs and signatures.

use ledger::bundle::Inclusion;
use ledger::{Hash, Note, TlogProof, Verifier, leaf_hash};
use reports::bundle::{self, Bundle};
use reports::matrix::Judged;
use store::{DiskLog, StoreError};

/// Where proofs come from.
pub trait Prover {
    /// Why there is none.
    type Error: From<StoreError>;

    /// The signed state of the log that they lead to.
    fn note(&self) -> &Note;

    /// The keys that the log has signed with, the oldest first.
    fn keys(&self) -> Vec<Verifier>;

    /// An event and its siblings on the way up, which lead to what was signed.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was signed.
    fn proof(&self, position: u64) -> Result<(Vec<u8>, Vec<Hash>), Self::Error>;
}

/// Adds the state of the log, and proofs for those who may see events.
///
/// # Errors
/// When an event cannot be proved.
pub fn prove<P: Prover>(
    prover: &P,
    judged: &Judged<'_>,
    is_public: bool,
    bundle: &mut Bundle,
) -> Result<(), P::Error> {
    let keys: String = prover.keys().iter().map(|key| format!("{key}\n")).collect();
    bundle.put(bundle::CHECKPOINT, prover.note().to_string());
    bundle.put(bundle::KEYS, keys);
    // Who guesses an event to the byte can hold the guess against its hash, and some events name
    // tools: a proof of one is not in what is given to everyone.
    if is_public {
        return Ok(());
    }
    let (first, last) = (judged.campaign.first_position, judged.campaign.last_position);
    bundle.put(bundle::FIRST, without_event(prover, first)?);
    bundle.put(bundle::LAST, without_event(prover, last)?);
    for position in bundle::deciding_events(judged) {
        bundle.put(bundle::event_proof(position), with_event(prover, position)?);
    }
    Ok(())
}

/// Puts a file in an envelope that the log's key has signed; what is signed ends in no newline.
///
/// # Errors
/// When there is no key to sign with.
pub fn sign(
    log: &DiskLog,
    kind: &str,
    bundle: &mut Bundle,
    (from, to): (&str, &str),
) -> Result<(), StoreError> {
    let text = bundle.file(from).unwrap_or_default();
    let text = text.strip_suffix(b"\n").unwrap_or(text).to_vec();
    bundle.put(to, format!("{}\n", log.attest(kind, text)?));
    Ok(())
}

/// That an event is in the log, with the hash of the event in its place.
fn without_event<P: Prover>(prover: &P, position: u64) -> Result<String, P::Error> {
    let (leaf, proof) = prover.proof(position)?;
    let extra = Some(leaf_hash(&leaf).to_bytes().to_vec());
    let checkpoint = prover.note().clone();
    Ok(TlogProof { extra, index: position, proof, checkpoint }.to_string())
}

/// That an event is in the log, with the event, as `portolan log prove` writes it.
fn with_event<P: Prover>(prover: &P, position: u64) -> Result<Vec<u8>, P::Error> {
    let damaged = |why: String| StoreError::Damaged { position, why };
    let (leaf, proof) = prover.proof(position)?;
    let leaf = String::from_utf8(leaf).map_err(|error| damaged(error.to_string()))?;
    let mut bytes = Vec::new();
    let inclusion = Inclusion::new(position, leaf, proof, prover.note().clone(), prover.keys());
    inclusion.write(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    Ok(bytes)
}
