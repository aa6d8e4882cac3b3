//! What the log promises: order without gaps, no second effect of one command, nothing silent.

use domain::event::CampaignResumed;

use super::*;

fn event() -> Event {
    Event::CampaignResumed(CampaignResumed { campaign: "c".parse().unwrap() })
}

fn append(expected: u64, command: u128, count: usize) -> Append {
    Append {
        stream: "campaign/c".to_owned(),
        expected,
        command: Uuid::from_u128(command),
        at: Timestamp::UNIX_EPOCH,
        events: vec![event(); count],
    }
}

fn positions(log: &Log) -> Vec<u64> {
    log.read(0).map(|event| event.unwrap().position).collect()
}

#[test]
fn events_get_gapless_positions_and_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append(append(0, 1, 2)).unwrap();
    log.append(append(2, 2, 1)).unwrap();
    drop(log);
    let log = Log::open_existing(folder.path()).unwrap();
    assert_eq!(positions(&log), [0, 1, 2]);
    assert_eq!(log.head(), 3);
}

#[test]
fn the_same_command_is_answered_with_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    let first = log.append(append(0, 1, 2)).unwrap();
    assert_eq!(log.append(append(0, 1, 2)).unwrap(), first);
    assert!(matches!(log.append(append(2, 1, 1)), Err(StoreError::OtherEvents(_))));
    assert_eq!(log.head(), 2);
}

#[test]
fn a_decision_on_an_old_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append(append(0, 1, 1)).unwrap();
    let refused = log.append(append(0, 2, 1));
    assert!(matches!(refused, Err(StoreError::WrongVersion { actual: 1, expected: 0, .. })));
    assert_eq!(positions(&log), [0]);
}

#[test]
fn a_second_process_is_told_who_owns_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let _log = Log::open(folder.path()).unwrap();
    let error = Log::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains(&format!("in use by process {}", std::process::id())), "{error}");
}

#[test]
fn a_missing_event_and_a_flipped_bit_are_named_by_position() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append(append(0, 1, 3)).unwrap();
    let mut frame = log.events.get(1_u64.to_be_bytes()).unwrap().unwrap().to_vec();
    *frame.last_mut().unwrap() ^= 1;
    log.events.insert(1_u64.to_be_bytes(), frame).unwrap();
    let error = log.read(0).find_map(Result::err).unwrap().to_string();
    assert!(error.starts_with("event 1 cannot be read: its checksum"), "{error}");
    log.events.remove(1_u64.to_be_bytes()).unwrap();
    let error = log.read(0).find_map(Result::err).unwrap().to_string();
    assert!(error.starts_with("event 1 cannot be read: it is missing"), "{error}");
    assert_eq!(
        log.read(0).filter_map(Result::ok).map(|it| it.position).collect::<Vec<_>>(),
        [0, 2]
    );
}

#[test]
fn a_newer_format_is_refused_with_what_to_do() {
    let frame = b"{\"format\":2,\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}\n{}";
    let error = frame::decode(0, frame).unwrap_err().to_string();
    assert!(error.contains("use the portolan version that wrote it"), "{error}");
}

#[test]
fn evidence_is_verified_on_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path()).unwrap();
    let digest = log.keep(b"serial log").unwrap();
    assert_eq!(log.evidence(digest).unwrap(), b"serial log");
    let name = digest.to_string();
    let path = folder.path().join("evidence").join(&name[..2]).join(&name);
    std::fs::write(&path, b"serial lie").unwrap();
    assert!(matches!(log.evidence(digest), Err(StoreError::BlobDamaged(_))));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(log.evidence(digest), Err(StoreError::BlobMissing(_))));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]
    #[test]
    fn no_damage_of_a_frame_goes_unnoticed(at in 0_usize..400, with in 0_u8..255) {
        let recorded = Recorded {
            position: 0,
            at: Timestamp::UNIX_EPOCH,
            stream: "campaign/c".to_owned(),
            version: 0,
            command: Uuid::from_u128(1),
            event: event(),
        };
        let mut frame = frame::encode(&recorded).unwrap();
        let at = at % frame.len();
        let before = frame[at];
        frame[at] = with;
        let read = frame::decode(0, &frame);
        // A digit of the checksum may be written in capitals: the same sum.
        let same = with.eq_ignore_ascii_case(&before);
        proptest::prop_assert!(read.is_err() || (same && read.unwrap() == recorded));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..256)) {
        proptest::prop_assert!(frame::decode(0, &bytes).is_err());
    }
}
