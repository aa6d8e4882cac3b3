//! Bundles that were altered, cut, or signed by somebody else: none passes.

use std::ops::Range;

use ledger::bundle::{
    BundleError, Consistency, Export, ExportWriter, Inclusion, LARGEST_LEAF, verify,
};
use ledger::{Checkpoint, Note, Verifier, consistency, inclusion, root};

use crate::exports::{Log, ORIGIN, consistency_bundle, grown_log, inclusion_bundle};
use crate::support::signer;

/// Every bit of every byte: the altered bundle must be refused.
fn assert_every_flip_is_noticed(bundle: &[u8], trusted: &[Verifier], where_: Range<usize>) {
    assert!(verify(bundle, trusted).unwrap().trusted);
    for position in where_ {
        for bit in 0..8 {
            let mut altered = bundle.to_vec();
            altered[position] ^= 1 << bit;
            let result = verify(&*altered, trusted);
            assert!(result.is_err(), "byte {position} bit {bit}: {result:?}");
            assert!(verify(&*altered, &[]).is_err(), "byte {position} bit {bit} without a key");
        }
    }
}

#[test]
fn no_byte_of_a_bundle_can_be_altered_unnoticed() {
    let log = grown_log();
    let trusted = log.verifiers();
    for bundle in [inclusion_bundle(&log, 5), consistency_bundle(&log, 3)] {
        assert_every_flip_is_noticed(&bundle, &trusted, 0..bundle.len());
    }
    // Evidence is the visitor's to check: all before it is ours.
    let export = log.export();
    let evidence = export.windows(12).position(|it| it == b"\n{\"portolan\"").unwrap();
    assert_every_flip_is_noticed(&export, &trusted, 0..evidence + 1);
}

/// One bit of each byte, as there are many signatures to check.
#[test]
fn no_byte_of_an_export_with_changed_keys_can_be_altered_unnoticed() {
    let mut log = Log::of(2);
    log.change_key();
    log.grow(1);
    log.change_key();
    let export = log.export();
    let evidence = export.windows(12).position(|it| it == b"\n{\"portolan\"").unwrap();
    for position in 0..=evidence {
        let mut altered = export.clone();
        altered[position] ^= 1 << (position % 8);
        let result = verify(&*altered, &[log.verifier(0)]);
        assert!(result.is_err(), "byte {position}: {result:?}");
    }
}

#[test]
fn no_line_of_an_export_can_be_dropped_doubled_or_moved_unnoticed() {
    let log = grown_log();
    let export = log.export();
    let lines: Vec<&[u8]> = export.split_inclusive(|byte| *byte == b'\n').collect();
    let events = 1..lines.len() - 1;
    for line in 0..lines.len() - 1 {
        let dropped = [&lines[..line], &lines[line + 1..]].concat().concat();
        assert!(verify(&*dropped, &log.verifiers()).is_err(), "dropped {line}");
        let doubled = [&lines[..=line], &lines[line..]].concat().concat();
        assert!(verify(&*doubled, &log.verifiers()).is_err(), "doubled {line}");
    }
    for line in events.start + 1..events.end {
        let mut swapped = lines.clone();
        swapped.swap(line - 1, line);
        assert!(verify(&*swapped.concat(), &log.verifiers()).is_err(), "swapped {line}");
    }
    for end in 0..export.len() {
        let complete = export[..end].ends_with(b"\n") && end > export.len() - lines[10].len() - 1;
        assert_eq!(verify(&export[..end], &log.verifiers()).is_ok(), complete, "cut at {end}");
    }
}

/// The damage is narrowed down to the events between two checkpoints.
#[test]
fn an_altered_event_is_located() {
    let log = grown_log();
    let export = String::from_utf8(log.export()).unwrap().replace("\"n\":5", "\"n\":6");
    let error = verify(export.as_bytes(), &log.verifiers()).unwrap_err();
    assert!(matches!(error, BundleError::OtherRoot { size: 7, since: 3, .. }), "{error}");
    assert!(error.to_string().contains("from position 3 to 6"), "{error}");
    // The first damage is told, not the last: here the file is cut off further down.
    let cut = &export[..export.find("\"n\":8").unwrap()];
    let error = verify(cut.as_bytes(), &log.verifiers()).unwrap_err();
    assert!(matches!(error, BundleError::OtherRoot { size: 7, .. }), "{error}");
}

#[test]
fn a_bundle_signed_by_a_stranger_is_refused() {
    let log = grown_log();
    let stranger = [signer(ORIGIN, 99).verifier().clone()];
    for bundle in [log.export(), inclusion_bundle(&log, 1), consistency_bundle(&log, 3)] {
        let error = verify(&*bundle, &stranger).unwrap_err();
        assert!(matches!(error, BundleError::Untrusted { .. }), "{error}");
        assert!(error.to_string().contains(&log.verifier(0).label()), "{error}");
        let both = [stranger[0].clone(), log.verifier(0)];
        assert!(verify(&*bundle, &both).unwrap().trusted);
    }
}

/// A trusted key vouches for the log of its own name alone.
#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let log = Log::of(3);
    let key = signer("other.example", 5);
    let note = log.checkpoint().sign(&[&key]).unwrap();
    let (trusted, proof) = (vec![key.verifier().clone()], inclusion(&log.tree, 0, 3).unwrap());
    let leaf = String::from_utf8(log.leaves[0].clone()).unwrap();
    let mut bundle = Vec::new();
    Inclusion::new(0, leaf, proof, note.clone(), trusted.clone()).write(&mut bundle).unwrap();
    let error = verify(&*bundle, &trusted).unwrap_err();
    assert!(matches!(error, BundleError::OtherLog { .. }), "{error}");
    let mut writer =
        ExportWriter::begin(vec![], &Export::new(trusted.clone(), note, vec![]).unwrap()).unwrap();
    log.leaves.iter().for_each(|leaf| writer.leaf(leaf).unwrap());
    let error = verify(&*writer.finish().unwrap(), &trusted).unwrap_err();
    assert!(matches!(error, BundleError::Chain(_)), "{error}");
}

#[test]
fn older_checkpoints_must_rise_and_stay_within() {
    let log = grown_log();
    let notes: Vec<_> = log.notes.values().cloned().collect();
    let header = |last: usize, older: &[usize]| {
        let older = older.iter().map(|&it| notes[it].clone()).collect();
        Export::new(log.verifiers(), notes[last].clone(), older).unwrap()
    };
    for (last, older) in [(3, &[1, 0][..]), (3, &[1, 1]), (2, &[3]), (3, &[3, 3])] {
        let header = header(last, older);
        let mut writer = ExportWriter::begin(vec![], &header).unwrap();
        let leaves = log.leaves.iter().take(usize::try_from(header.events()).unwrap());
        leaves.for_each(|leaf| writer.leaf(leaf).unwrap());
        let error = verify(&*writer.finish().unwrap(), &log.verifiers()).unwrap_err();
        assert!(matches!(error, BundleError::Order { .. }), "{error}");
    }
}

/// One key may sign for one log only, and one export is of one log only.
#[test]
fn parts_of_two_logs_do_not_make_a_bundle() {
    let log = grown_log();
    let other = Checkpoint::new("other.example", 3, root(&log.tree, 3).unwrap()).unwrap();
    let with_other = |note: Note| {
        let header = Export::new(log.verifiers(), log.notes[&9].clone(), vec![note]).unwrap();
        let mut writer = ExportWriter::begin(vec![], &header).unwrap();
        log.leaves.iter().for_each(|leaf| writer.leaf(leaf).unwrap());
        verify(&*writer.finish().unwrap(), &log.verifiers())
    };
    assert!(with_other(log.notes[&3].clone()).is_ok());
    let error = with_other(other.sign(&[&log.signers[0]]).unwrap()).unwrap_err();
    assert!(matches!(error, BundleError::OtherLog { size: 3, .. }), "{error}");

    let key = signer("other.example", 5);
    let trusted = [log.verifier(0), key.verifier().clone()];
    let proof = consistency(&log.tree, 3, 9).unwrap();
    let old = other.sign(&[&key]).unwrap();
    let mut bundle = Vec::new();
    let consistency = Consistency::new(old, log.notes[&9].clone(), proof, trusted.to_vec());
    consistency.write(&mut bundle).unwrap();
    let error = verify(&*bundle, &trusted).unwrap_err();
    assert!(matches!(error, BundleError::OtherLog { size: 3, .. }), "{error}");
}

#[test]
fn what_is_missing_or_too_much_is_named() {
    let log = grown_log();
    let (export, inclusion) = (log.export(), inclusion_bundle(&log, 1));
    let refused = |bundle: &[u8]| verify(bundle, &log.verifiers()).unwrap_err();
    let error = refused(&export[..export.len() - 1]);
    assert!(matches!(error, BundleError::CutOff { line: 11 }), "{error}");
    let error = refused(&inclusion[..inclusion.len() - 1]);
    assert!(matches!(error, BundleError::CutOff { line: 1 }), "{error}");
    let fourth = export.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(3).unwrap().0;
    let error = refused(&export[..=fourth]);
    assert!(matches!(error, BundleError::EventsMissing { expected: 9, found: 3 }), "{error}");
    for more in [&b"\n"[..], b"x", b"{}\n"] {
        let error = refused(&[&*inclusion, more].concat());
        assert!(matches!(error, BundleError::Trailing { line: 2 }), "{error}");
    }
    for bundle in [inclusion, consistency_bundle(&log, 3), export.clone()] {
        let field =
            String::from_utf8(bundle).unwrap().replacen("\"format\"", "\"x\":1,\"format\"", 1);
        let error = refused(field.as_bytes());
        assert!(matches!(error, BundleError::Json { line: 1, .. }), "{error}");
    }
    let evidence = String::from_utf8(export).unwrap().replace("\"sha256\"", "\"x\":1,\"sha256\"");
    let error = refused(evidence.as_bytes());
    assert!(matches!(error, BundleError::Json { line: 11, .. }), "{error}");
}

/// No writer writes such a leaf, but somebody else might.
#[test]
fn a_leaf_that_no_log_holds_is_refused() {
    let mut log = Log::new();
    for bytes in [LARGEST_LEAF, LARGEST_LEAF + 1] {
        log.push(vec![b'x'; bytes]);
        log.sign();
        let error = verify(&*inclusion_bundle(&log, log.tree.size() - 1), &log.verifiers());
        assert_eq!(error.is_ok(), bytes == LARGEST_LEAF, "{error:?}");
    }
    let mut export = Vec::new();
    serde_json::to_writer(&mut export, &log.header()).unwrap();
    for leaf in &log.leaves {
        export.extend([b"\n", &**leaf].concat());
    }
    let error = verify(&*[&*export, b"\n"].concat(), &log.verifiers()).unwrap_err();
    let expected = matches!(error, BundleError::LeafTooLarge { position: 1, bytes: 61_441 });
    assert!(expected, "{error}");
}
