//! Whether a bundle is right: its files against their digests, those against the signatures, the
//! statement against the matrices, the proofs against the signed state of the log.

use anyhow::{Context as _, bail, ensure};
use domain::ids::Sha256Digest;
use ledger::bundle::MOST_KEYS;
use ledger::dsse::{Envelope, IN_TOTO, SUMS as SUMS_TYPE};
use ledger::{Checkpoint, Hash, Note, TlogProof, Verifier, verify_inclusion};
use reports::bundle::{
    Bundle, CHECKPOINT, FIRST, KEYS, LAST, MATRIX, SIGNED_SUMS, STATEMENT, SUMS, proven_event,
};

use super::statement::Statement;

/// What was found right.
pub(super) struct Checked {
    pub(super) statement: Statement,
    pub(super) checkpoint: Checkpoint,
    /// Who has signed the checkpoint, and the statement unless it is bare.
    pub(super) signers: Vec<Verifier>,
    /// Whether digests and statement are signed.
    pub(super) signed: bool,
    /// Positions of the events whose proofs are right, each once.
    pub(super) events: Vec<u64>,
}

/// Checks everything. One of the named keys must have signed; without any, one of the bundle's own.
pub(super) fn check(bundle: &Bundle, named: &[Verifier]) -> anyhow::Result<Checked> {
    bundle.check_sums()?;
    let own = keys(bundle)?;
    let keys = if named.is_empty() { &own } else { named };
    let signed = bundle.file(SIGNED_SUMS).is_some();
    ensure!(signed || named.is_empty(), "it is not signed: no key vouches for it");
    let (statement, mut signers) = if signed {
        check_signed_sums(bundle, keys)?;
        let (payload, signers) = opened(bundle, STATEMENT, IN_TOTO, keys)?;
        (parsed(&payload)?, signers)
    } else {
        (parsed(file(bundle, STATEMENT)?)?, Vec::new())
    };
    check_subject(bundle, &statement)?;
    let (note, checkpoint, vouching) = checkpoint(bundle, keys)?;
    signers.extend(vouching);
    signers.dedup();
    let mut events = check_ends(bundle, &statement, &note, &checkpoint)?;
    events.extend(check_events(bundle, keys, &checkpoint)?);
    events.sort_unstable();
    events.dedup();
    Ok(Checked { statement, checkpoint, signers, signed, events })
}

fn file<'a>(bundle: &'a Bundle, name: &str) -> anyhow::Result<&'a [u8]> {
    bundle.file(name).with_context(|| format!("{name} is missing"))
}

fn text<'a>(bundle: &'a Bundle, name: &str) -> anyhow::Result<&'a str> {
    std::str::from_utf8(file(bundle, name)?).with_context(|| format!("{name} is no text"))
}

fn keys(bundle: &Bundle) -> anyhow::Result<Vec<Verifier>> {
    let lines = text(bundle, KEYS)?;
    ensure!(lines.lines().count() <= MOST_KEYS, "{KEYS} holds more than {MOST_KEYS} keys");
    let keys = lines.lines().map(str::parse).collect::<Result<Vec<_>, _>>();
    keys.with_context(|| format!("{KEYS} holds what is no public key"))
}

/// What is in an envelope, and who of these keys has signed it.
fn opened(
    bundle: &Bundle,
    name: &str,
    kind: &str,
    keys: &[Verifier],
) -> anyhow::Result<(Vec<u8>, Vec<Verifier>)> {
    let envelope = Envelope::parse(file(bundle, name)?).with_context(|| name.to_owned())?;
    let signers = envelope.verify(keys).with_context(|| name.to_owned())?;
    ensure!(envelope.payload_type() == kind, "{name} is signed, but as something else");
    Ok((envelope.payload().to_vec(), signers.into_iter().cloned().collect()))
}

fn check_signed_sums(bundle: &Bundle, keys: &[Verifier]) -> anyhow::Result<()> {
    let (signed, _) = opened(bundle, SIGNED_SUMS, SUMS_TYPE, keys)?;
    let sums = file(bundle, SUMS)?;
    let same = sums.strip_suffix(b"\n") == Some(signed.as_slice());
    ensure!(same, "{SUMS} was altered: {SIGNED_SUMS} has signed other digests");
    Ok(())
}

fn parsed(statement: &[u8]) -> anyhow::Result<Statement> {
    serde_json::from_slice(statement).with_context(|| format!("{STATEMENT} holds no test result"))
}

fn check_subject(bundle: &Bundle, statement: &Statement) -> anyhow::Result<()> {
    let digest = Sha256Digest::of(file(bundle, MATRIX)?).to_string();
    let same = statement.subject() == Some(digest.as_str());
    ensure!(same, "{STATEMENT} is about another file than {MATRIX}, which has sha256 {digest}");
    Ok(())
}

/// The signed state of the log, which one of these keys must have signed under the log's name.
fn checkpoint(
    bundle: &Bundle,
    keys: &[Verifier],
) -> anyhow::Result<(Note, Checkpoint, Vec<Verifier>)> {
    let note: Note = text(bundle, CHECKPOINT)?.parse().context(CHECKPOINT)?;
    let signers = note.verify(keys).context(CHECKPOINT)?;
    let checkpoint: Checkpoint = note.text().parse().context(CHECKPOINT)?;
    let signers: Vec<Verifier> = signers.into_iter().cloned().collect();
    let stranger = signers.iter().any(|it| it.name() != checkpoint.origin());
    ensure!(!stranger, "{CHECKPOINT} is of another log than the key that has signed it");
    Ok((note, checkpoint, signers))
}

/// The proofs of the first and the last event, which are those that the statement names.
fn check_ends(
    bundle: &Bundle,
    statement: &Statement,
    note: &Note,
    checkpoint: &Checkpoint,
) -> anyhow::Result<Vec<u64>> {
    // A bundle for everyone proves no event.
    if !bundle.files().any(|(name, _)| name.starts_with("proofs/")) {
        return Ok(Vec::new());
    }
    let told = statement.campaign().with_context(|| format!("{STATEMENT} names no events"))?;
    let mut events = Vec::new();
    for (name, position) in [(FIRST, told.first_position), (LAST, told.last_position)] {
        let proof: TlogProof = text(bundle, name)?.parse().with_context(|| name.to_owned())?;
        ensure!(Some(proof.index) == position, "{name} is of another event than {STATEMENT} names");
        ensure!(proof.checkpoint == *note, "{name} leads to another state than {CHECKPOINT}");
        check_end(&proof, checkpoint).with_context(|| name.to_owned())?;
        events.push(proof.index);
    }
    Ok(events)
}

fn check_end(proof: &TlogProof, checkpoint: &Checkpoint) -> anyhow::Result<()> {
    let Some(Ok(leaf)) = proof.extra.as_deref().map(<[u8; 32]>::try_from) else {
        bail!("its extra data is not the hash of an event");
    };
    let (size, root) = (checkpoint.size(), checkpoint.root());
    Ok(verify_inclusion(&Hash::from(leaf), proof.index, size, &proof.proof, &root)?)
}

/// The proofs that hold their events.
fn check_events(
    bundle: &Bundle,
    keys: &[Verifier],
    checkpoint: &Checkpoint,
) -> anyhow::Result<Vec<u64>> {
    let mut events = Vec::new();
    for (name, bytes) in bundle.files() {
        let Some(position) = proven_event(name) else { continue };
        let report = ledger::bundle::verify(bytes, keys).with_context(|| name.to_owned())?;
        ensure!(report.index == Some(position), "{name} proves another event");
        let state = (report.state.size, report.state.root);
        let same = state == (checkpoint.size(), checkpoint.root());
        ensure!(same, "{name} leads to another state than {CHECKPOINT}");
        events.push(position);
    }
    Ok(events)
}
