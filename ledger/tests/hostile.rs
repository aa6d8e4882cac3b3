//! Whatever comes in: an answer, never a panic, never more memory than allowed.

use std::io::{BufReader, Read};

use ledger::bundle::{BundleError, verify};
use ledger::dsse::{Envelope, IN_TOTO};
use ledger::{
    Checkpoint, EntriesError, EntriesId, Hash, Note, Signer, TileId, TlogProof, Verifier,
    append_entry, inclusion, parse_entries,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::exports::Log;

/// Runs every parser.
fn parse_all(bytes: &[u8]) {
    let _ = verify(bytes, &[]);
    let _ = Note::try_from(bytes);
    let _ = parse_entries(bytes);
    let _ = Envelope::parse(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = text.parse::<Note>();
    let _ = text.parse::<Checkpoint>();
    let _ = text.parse::<TlogProof>();
    let _ = text.parse::<Verifier>();
    let _ = Signer::parse(&text);
    let _ = text.parse::<TileId>();
    let _ = text.parse::<EntriesId>();
    let _ = text.parse::<Hash>();
    let _ = Hash::from_base64(&text);
}

/// Good input of every kind.
fn good() -> Vec<Vec<u8>> {
    let mut log = Log::of(3);
    log.change_key();
    log.grow(2);
    log.sign();
    let signer = &log.signers[0];
    let mut bundle = Vec::new();
    append_entry(&mut bundle, b"an entry").unwrap();
    append_entry(&mut bundle, b"").unwrap();
    vec![
        log.export(),
        log.notes[&4].to_string().into_bytes(),
        tlog_proof(&log).to_string().into_bytes(),
        log.checkpoint().to_string().into_bytes(),
        signer.encode().as_bytes().to_vec(),
        signer.verifier().to_string().into_bytes(),
        b"tile/0/x001/234.p/17".to_vec(),
        b"tile/entries/x001/234.p/17".to_vec(),
        log.tree.root().to_base64().into_bytes(),
        log.tree.root().to_string().into_bytes(),
        bundle,
        Envelope::sign(IN_TOTO, b"{}".to_vec(), &[signer]).unwrap().to_string().into_bytes(),
    ]
}

fn tlog_proof(log: &Log) -> TlogProof {
    let proof = inclusion(&log.tree, 1, 4).unwrap();
    TlogProof { extra: Some(vec![1]), index: 1, proof, checkpoint: log.notes[&4].clone() }
}

#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Double(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Double(from, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    let length = bytes.len();
    match change {
        _ if length == 0 => {}
        Change::Set(at, byte) => bytes[at.index(length)] = byte,
        Change::Cut(at) => bytes.truncate(at.index(length)),
        Change::Insert(at, more) => {
            let at = at.index(length);
            bytes.splice(at..at, more);
        }
        Change::Double(from, to) => {
            let (from, to) = (from.index(length), to.index(length));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(to..to, part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_all(&bytes);
        parse_all(&[b"{\"portolan\":\"", &*bytes].concat());
    }

    #[test]
    fn altered_good_input_does_not_panic(
        which in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut good = good();
        let mut bytes = good.swap_remove(which.index(good.len()));
        changes.into_iter().for_each(|it| apply(&mut bytes, it));
        parse_all(&bytes);
    }

    #[test]
    fn what_is_written_is_read(level in 0_u8..8, index in any::<u64>(), width in 1_u16..=256) {
        let (tile, entries) = (TileId { level, index, width }, EntriesId { index, width });
        prop_assert_eq!(tile.path().parse(), Ok(tile));
        prop_assert_eq!(entries.path().parse(), Ok(entries));
    }

    #[test]
    fn entry_bundles_are_read_as_written(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..=256),
    ) {
        let mut bundle = Vec::new();
        entries.iter().for_each(|entry| append_entry(&mut bundle, entry).unwrap());
        prop_assert_eq!(parse_entries(&bundle).unwrap(), &entries[..]);
        if !bundle.is_empty() {
            prop_assert!(parse_entries(&bundle[..bundle.len() - 1]).is_err());
        }
    }
}

#[test]
fn entry_bundles_have_limits() {
    let mut bundle = Vec::new();
    let error = append_entry(&mut bundle, &vec![0; 65_536]).unwrap_err();
    assert_eq!(error, EntriesError::TooLong { position: 0, length: 65_536 });
    assert!(bundle.is_empty());
    append_entry(&mut bundle, &vec![0; 65_535]).unwrap();
    assert_eq!(&bundle[..3], [255, 255, 0]);
    assert_eq!(parse_entries(&[0, 0].repeat(257)), Err(EntriesError::TooMany));
    assert_eq!(parse_entries(&[0]), Err(EntriesError::CutOff { position: 0 }));
    assert_eq!(parse_entries(&[0, 0, 0, 2, 1]), Err(EntriesError::CutOff { position: 1 }));
}

/// Lines without end are given up on at their limit.
#[test]
fn endless_lines_are_refused_at_the_limit() {
    let endless = |beginning: Vec<u8>| {
        verify(BufReader::new(std::io::Cursor::new(beginning).chain(std::io::repeat(b'x'))), &[])
    };
    let error = endless(b"{\"portolan\":\"".to_vec()).unwrap_err();
    assert!(matches!(error, BundleError::LineTooLong { line: 1, limit: 0x400_0000 }), "{error}");
    let export = Log::of(3).export();
    let header_end = export.iter().position(|it| *it == b'\n').unwrap() + 1;
    let error = endless(export[..header_end].to_vec()).unwrap_err();
    assert!(matches!(error, BundleError::LineTooLong { line: 2, limit: 0x4_0000 }), "{error}");
    let error = endless(export).unwrap_err();
    assert!(matches!(error, BundleError::LineTooLong { line: 6, limit: 0x800_0000 }), "{error}");
}

#[test]
fn a_bundle_from_the_future_says_so() {
    let refused = |text: &str| verify(format!("{text}\n").as_bytes(), &[]).unwrap_err();
    let error = refused(r#"{"portolan":"export","format":2,"shape":"unheard of"}"#);
    assert!(matches!(error, BundleError::OtherFormat { found: 2 }), "{error}");
    let error = refused(r#"{"portolan":"miracle","format":1}"#);
    assert!(matches!(error, BundleError::UnknownKind(_)), "{error}");
    for other in ["", "{}", "[]", "{\"format\":1,\"portolan\":\"export\"}", "\u{28}\u{b5}/\u{fd}"] {
        assert!(matches!(refused(other), BundleError::NotABundle), "{other:?}");
    }
    assert!(matches!(verify(&b""[..], &[]), Err(BundleError::NotABundle)));
}
