//! Laws of the codec: what is written is read back, and no bytes make it panic or lie.

use domain::event::{Event, KeyChanged, Recorded};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::arbitrary::recorded;
use super::samples;
use crate::schema::{Envelope, decode, encode, encode_into};
use crate::{LARGEST_LEAF, StoreError};

fn write(it: &Recorded) -> Vec<u8> {
    encode(&it.stream, it.version, it.command, it.at, &it.event).unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_and_has_one_spelling(it in recorded()) {
        let leaf = write(&it);
        prop_assert!(!leaf.contains(&b'\n'));
        let read = decode(it.position, &leaf).unwrap();
        prop_assert_eq!(&read, &it);
        prop_assert_eq!(write(&read), leaf.clone());
        let envelope = Envelope::parse(it.position, &leaf).unwrap();
        prop_assert_eq!(&*envelope.stream, &it.stream);
        prop_assert_eq!((envelope.version, envelope.command), (it.version, it.command));
        prop_assert_eq!((&*envelope.kind, envelope.at().unwrap()), (it.event.name(), it.at));
        // A reader that knows nothing of this code finds the same.
        let plain: serde_json::Value = serde_json::from_slice(&leaf).unwrap();
        prop_assert_eq!(plain["stream"].as_str(), Some(&*it.stream));
    }

    #[test]
    fn a_leaf_joins_what_the_buffer_holds(it in recorded(), before in vec(any::<u8>(), 0..64)) {
        let mut buffer = before.clone();
        encode_into(&mut buffer, (&it.stream, it.version), it.command, it.at, &it.event).unwrap();
        prop_assert_eq!(buffer, [before, write(&it)].concat());
    }

    #[test]
    fn damage_never_panics(
        it in recorded(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        end in any::<prop::sample::Index>(), short in any::<bool>()
    ) {
        let mut leaf = write(&it);
        for (at, byte) in changes {
            let at = at.index(leaf.len());
            leaf[at] = byte;
        }
        if short {
            leaf.truncate(end.index(leaf.len()));
        }
        if let Ok(envelope) = Envelope::parse(it.position, &leaf) {
            let _ = (envelope.at(), envelope.open());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..256), head in 0_usize..5) {
        let heads = ["", "{\"schema\":2,", "{\"schema\":1,", "{\"format\":1,", "{\"position\":7,"];
        let leaf = [heads[head].as_bytes(), &bytes].concat();
        prop_assert!(decode(7, &leaf).is_err());
    }
}

#[test]
fn no_flipped_byte_of_the_earlier_store_goes_unnoticed() {
    let frame = include_bytes!("../golden/v1/CampaignResumed-1.json");
    let frame = frame.strip_suffix(b"\n").unwrap();
    let meant = decode(7, frame).unwrap();
    for at in 0..frame.len() {
        for bit in 0..8 {
            let mut bent = frame.to_vec();
            bent[at] ^= 1 << bit;
            // A digit of the checksum may be written in capitals: the same sum.
            let read = decode(7, &bent);
            let same =
                bent.eq_ignore_ascii_case(frame) && read.as_ref().is_ok_and(|it| *it == meant);
            assert!(read.is_err() || same, "byte {at}, bit {bit}");
        }
    }
    let elsewhere = decode(8, frame).unwrap_err().to_string();
    assert_eq!(elsewhere, "event 8 cannot be read: it claims another position");
}

#[test]
fn what_a_newer_version_wrote_is_refused_with_what_to_do() {
    let leaf = write(&samples::all()[0].1);
    let leaf = String::from_utf8(leaf).unwrap();
    let newer = decode(7, leaf.replacen(":6,", ":7,", 1).as_bytes()).unwrap_err();
    assert!(matches!(newer, StoreError::NewerEvent { position: 7, .. }));
    assert_eq!(
        newer.to_string(),
        "event 7 has schema 7, and this version reads up to 6: use the portolan version that wrote \
         it, or a newer one; the log is as it was"
    );
    let unknown = decode(7, leaf.replacen("CampaignStarted", "VendorNotified", 1).as_bytes());
    assert_eq!(
        unknown.unwrap_err().to_string(),
        "event 7 is of type \"VendorNotified\", which this version does not know: use the portolan \
         version that wrote it, or a newer one; the log is as it was"
    );
}

#[test]
fn what_is_too_large_is_refused_and_leaves_the_buffer_as_it_was() {
    let sized = |bytes: usize| {
        let (from, to) = (String::new(), "x".repeat(bytes));
        let event = Event::KeyChanged(KeyChanged { from, to });
        let mut buffer = b"before".to_vec();
        let written =
            encode_into(&mut buffer, ("log", 0), Uuid::nil(), Timestamp::UNIX_EPOCH, &event);
        (written, buffer)
    };
    let envelope = sized(0).1.len() - "before".len();
    let (written, buffer) = sized(LARGEST_LEAF - envelope);
    assert!(written.is_ok() && buffer.len() == LARGEST_LEAF + "before".len());
    let (written, buffer) = sized(LARGEST_LEAF - envelope + 1);
    assert!(matches!(written, Err(StoreError::TooLarge { bytes: 61_441, most: 61_440 })));
    assert_eq!(buffer, b"before");
}
