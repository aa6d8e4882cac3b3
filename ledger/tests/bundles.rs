//! Bundles: good ones pass and are shown to a visitor part by part.

use ledger::bundle::{
    Export, ExportWriter, Kind, Report, State, Visitor, verify, verify_tlog_proof, verify_with,
};
use ledger::{Hash, TlogProof, inclusion, leaf_hash, root};

use crate::exports::{Log, ORIGIN, consistency_bundle, grown_log, inclusion_bundle};

#[test]
fn an_inclusion_bundle_passes() {
    let log = Log::of(9);
    let bundle = inclusion_bundle(&log, 5);
    assert!(
        bundle.starts_with(b"{\"portolan\":\"inclusion\",\"format\":1,\"index\":5,\"leaf\":\"{")
    );
    let report = verify(&*bundle, &log.verifiers()).unwrap();
    let expected = Report {
        kind: Kind::Inclusion,
        origin: ORIGIN.to_owned(),
        trusted: true,
        signers: log.verifiers(),
        state: State { size: 9, root: log.tree.root() },
        older: None,
        index: Some(5),
        leaf: Some(String::from_utf8(log.leaves[5].clone()).unwrap()),
        events: 1,
        checkpoints: 1,
        key_changes: 0,
        unproven_key_changes: Vec::new(),
        evidence: 0,
    };
    assert_eq!(report, expected);
    assert_eq!(verify(&*bundle, &[]).unwrap(), Report { trusted: false, ..expected });
}

#[test]
fn a_consistency_bundle_passes() {
    let log = grown_log();
    for old in [0, 3, 7, 9] {
        let report = verify(&*consistency_bundle(&log, old), &log.verifiers()).unwrap();
        assert_eq!(report.kind, Kind::Consistency);
        assert_eq!(report.state, State { size: 9, root: log.tree.root() });
        let older = State { size: old, root: root(&log.tree, old).unwrap() };
        assert_eq!(report.older, Some(older));
        assert!(report.trusted && report.checkpoints == 2);
    }
}

#[test]
fn an_export_passes() {
    let log = grown_log();
    let report = verify(&*log.export(), &log.verifiers()).unwrap();
    assert_eq!(report.kind, Kind::Export);
    assert_eq!((report.events, report.checkpoints, report.evidence), (9, 4, 1));
    assert_eq!(report.state, State { size: 9, root: log.tree.root() });
    assert!(report.trusted);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["state"]["root"], log.tree.root().to_base64());
    assert_eq!(json["signers"][0], log.verifier(0).to_string());
    assert_eq!(verify(&*log.export(), &[]).unwrap(), Report { trusted: false, ..report });
}

#[test]
fn exports_of_many_events_pass() {
    for events in [0, 1, 255, 256, 257, 8_191, 8_192, 8_193, 20_000] {
        let log = Log::of(events);
        let report = verify(&*log.export(), &log.verifiers()).unwrap();
        assert_eq!((report.events, report.state.root), (events, log.tree.root()));
    }
}

/// The common form says the same in other words.
#[test]
fn a_proof_in_the_common_form_passes() {
    let log = grown_log();
    let checkpoint = log.notes[&9].clone();
    let proof = inclusion(&log.tree, 5, 9).unwrap();
    let leaf = |position: usize| String::from_utf8(log.leaves[position].clone()).unwrap();
    for extra in [None, Some(b"anything".to_vec())] {
        let (proof, checkpoint) = (proof.clone(), checkpoint.clone());
        let proof = TlogProof { extra, index: 5, proof, checkpoint };
        let text = proof.to_string();
        assert_eq!(text.parse(), Ok(proof.clone()));
        let report = verify_tlog_proof(proof.clone(), leaf(5), &log.verifiers()).unwrap();
        assert!(report.trusted && report.index == Some(5));
        assert!(verify_tlog_proof(proof.clone(), leaf(5), &[]).is_err());
        assert!(verify_tlog_proof(proof, leaf(4), &log.verifiers()).is_err());
        for bad in ["index", "c2sp", "=\n", "\n\n"] {
            assert!(text.replacen(bad, "", 1).parse::<TlogProof>().is_err(), "{bad:?}");
        }
        assert!(text.replace("index 5", "index 05").parse::<TlogProof>().is_err());
        let hash = log.tree.root().to_base64() + "\n";
        let longer = |more: usize| text.replacen("\n\n", &format!("\n{}\n", hash.repeat(more)), 1);
        let fits = 64 - inclusion(&log.tree, 5, 9).unwrap().len();
        assert!(longer(fits).parse::<TlogProof>().is_ok());
        assert!(longer(fits + 1).parse::<TlogProof>().is_err());
    }
}

/// Collects what it is shown, and stops where it is told to.
#[derive(Default)]
struct Reader {
    leaves: Vec<Vec<u8>>,
    evidence: Vec<(Hash, Vec<u8>)>,
    stop_at: Option<u64>,
}

impl Visitor for Reader {
    fn header(&mut self, header: &Export) -> Result<(), String> {
        assert_eq!((header.origin(), header.events()), (ORIGIN, 9));
        Ok(())
    }

    fn leaf(&mut self, position: u64, leaf: &[u8]) -> Result<(), String> {
        assert_eq!(position, self.leaves.len() as u64);
        self.leaves.push(leaf.to_vec());
        if self.stop_at == Some(position) { Err("no more".to_owned()) } else { Ok(()) }
    }

    fn evidence(&mut self, sha256: &Hash, zstd: &[u8]) -> Result<(), String> {
        self.evidence.push((*sha256, zstd.to_vec()));
        Ok(())
    }
}

#[test]
fn a_visitor_sees_all_parts_in_order() {
    let log = grown_log();
    let mut reader = Reader::default();
    verify_with(&*log.export(), &log.verifiers(), &mut reader).unwrap();
    assert_eq!(reader.leaves, log.leaves);
    assert_eq!(reader.evidence, [(leaf_hash(b"evidence"), b"not really zstd".to_vec())]);
    let mut reader = Reader { stop_at: Some(4), ..Reader::default() };
    let error = verify_with(&*log.export(), &log.verifiers(), &mut reader).unwrap_err();
    assert_eq!(error.to_string(), "line 6: no more");
}

#[test]
fn an_export_is_written_whole_or_not_at_all() {
    let log = Log::of(2);
    let begin = || ExportWriter::begin(Vec::new(), &log.header()).unwrap();
    assert!(begin().finish().is_err());
    assert!(begin().evidence(&leaf_hash(b""), b"").is_err());
    let mut writer = begin();
    assert!(writer.leaf(b"two\nlines").is_err());
    assert!(writer.leaf(&vec![b'x'; ledger::bundle::LARGEST_LEAF + 1]).is_err());
    log.leaves.iter().for_each(|leaf| writer.leaf(leaf).unwrap());
    assert!(writer.leaf(b"one more").is_err());
}
