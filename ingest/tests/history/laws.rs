//! What holds for every file: nothing panics, what is accepted is sound, what is written reads back.

use std::collections::BTreeSet;

use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::told::ToldTrial;
use ingest::history::{Defaults, ForeignCampaign, Format, Rejected, read};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::dated;

const STANDINGS: [Standing; 7] = [
    Standing::Scored(Score::Success),
    Standing::Scored(Score::Warning),
    Standing::Scored(Score::Failure),
    Standing::NotRun,
    Standing::Blocked,
    Standing::NotApplicable,
    Standing::LabError,
];

/// What is accepted can be recorded; what is rejected says why, and where.
fn sound(told: &Result<Vec<ForeignCampaign>, Rejected>) {
    match told {
        Err(rejected) => {
            assert!(!rejected.rows.is_empty() && rejected.count >= rejected.rows.len() as u64);
            assert!(rejected.rows.iter().all(|it| it.line > 0 && !it.reason.is_empty()));
            assert!(rejected.rows.is_sorted());
        }
        Ok(campaigns) => {
            let ids: BTreeSet<&CampaignId> = campaigns.iter().map(|it| &it.campaign).collect();
            assert!(!ids.is_empty() && ids.len() == campaigns.len());
            campaigns.iter().for_each(sound_campaign);
        }
    }
}

fn sound_campaign(it: &ForeignCampaign) {
    assert!(it.campaign.as_str().starts_with("imported-"));
    let testbed = it.testbed.clone().validate().unwrap();
    let trials: BTreeSet<&Trial> = it.trials.iter().map(|it| &it.trial).collect();
    assert_eq!(trials.len(), it.trials.len());
    for trial in trials {
        assert!(testbed.guest(&trial.guest).is_some() && testbed.route(&trial.route).is_some());
        assert!(testbed.platform(&trial.source).is_some());
        assert!(testbed.platform(&trial.target).is_some());
    }
    for subject in it.pins.keys() {
        let (kind, id) = subject.split_once(':').unwrap();
        assert!(match kind {
            "platform" => testbed.platforms.iter().any(|it| it.id.as_str() == id),
            "guest" => testbed.guests.iter().any(|it| it.id.as_str() == id),
            "converter" => testbed.converters.iter().any(|it| it.id.as_str() == id),
            _ => false,
        });
    }
}

fn every_format(bytes: &[u8]) {
    for format in [None, Some(Format::Csv), Some(Format::Junit), Some(Format::Qir)] {
        for defaults in [Defaults::default(), dated()] {
            sound(&read(format, "any.csv", bytes, &defaults));
        }
    }
}

/// Pieces that files are made of, so that what is made up goes deep.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("campaign,at,guest,source,target,standing\n"),
        Just("guest;source;target;standing;step;outcome\r\n"),
        Just("c,2013-06-01,g,a,b,pass\n"),
        Just("g;a;b;FAIL;3;x\n"),
        Just("\""),
        Just(",\n"),
        Just("\r"),
        Just("<testsuites>"),
        Just("<testsuite name='g' timestamp='2013-06-01T00:00:00'>"),
        Just("<testcase classname='g.a' name='a → b' time='1'/>"),
        Just("<testcase name='a -> c'><failure/></testcase>"),
        Just("</testsuite>"),
        Just("</testsuites>"),
        Just("<![CDATA["),
        Just("<!--"),
        Just("'"),
        Just("{\"clients\":[\"a\"],\"servers\":[\"a\",\"b\"],\"start_time\":1,\"results\":["),
        Just("[{\"abbr\":\"H\",\"result\":\"failed\"}]"),
        Just(","),
        Just("]}"),
        Just("\u{feff}"),
        Just("\0"),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|it| it.concat().into_bytes())
}

/// A recorded sample with some bytes changed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let samples: [&'static [u8]; 4] = [
        include_bytes!("../../src/history/samples/team.csv"),
        include_bytes!("../../src/history/samples/portolan-steps.csv"),
        include_bytes!("../../src/history/samples/portolan.xml"),
        include_bytes!("../../src/history/samples/quic-interop.json"),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(samples.to_vec()), changes, any::<prop::sample::Index>()).prop_map(
        |(sample, changes, end)| {
            let mut bytes = sample.to_vec();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if bytes[0] % 2 == 0 {
                bytes.truncate(end.index(sample.len()));
            }
            bytes
        },
    )
}

fn trial() -> impl Strategy<Value = ToldTrial> {
    let of = |names: [&'static str; 3]| prop::sample::select(names.to_vec());
    let who = (of(["server", "lean-2", "3"]), of(["a", "b", "c"]), of(["a", "b", "c"]));
    let how = (of(["told", "ovf", "v2v"]), 1_u32..4);
    let why = (0..STANDINGS.len(), prop::option::of(1_u8..8), "[ -&(-~äß\n→\"]{0,40}");
    let when = (0_u64..1_000_000, 0_i64..2_000_000_000);
    (who, how, why, when).prop_map(|((guest, source, target), (route, repetition), why, when)| {
        ToldTrial {
            trial: Trial {
                guest: guest.parse().unwrap(),
                source: source.parse().unwrap(),
                target: target.parse().unwrap(),
                route: route.parse().unwrap(),
                repetition,
            },
            standing: STANDINGS[why.0],
            step: why.1.and_then(Step::from_number),
            reason: why.2.trim().to_owned(),
            duration_ms: when.0,
            at: Timestamp::from_second(when.1).unwrap(),
        }
    })
}

/// Trials as a CSV file; its columns are in another order than the documentation's.
fn written(trials: &[ToldTrial]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        "reason,step,standing,repetition,route,target,source,guest,at,campaign,duration_ms";
    writer.write_record(header.split(',')).unwrap();
    for ToldTrial { trial, standing, step, reason, duration_ms, at } in trials {
        let row = [
            reason.clone(),
            step.map(|it| it.number().to_string()).unwrap_or_default(),
            standing.word().to_owned(),
            trial.repetition.to_string(),
            trial.route.to_string(),
            trial.target.to_string(),
            trial.source.to_string(),
            trial.guest.to_string(),
            at.to_string(),
            "round".to_owned(),
            duration_ms.to_string(),
        ];
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        every_format(&bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        every_format(text.as_bytes());
    }

    #[test]
    fn no_pieces_make_it_panic(bytes in pieces()) {
        every_format(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(bytes in damaged()) {
        every_format(&bytes);
    }

    #[test]
    fn what_is_written_reads_back_the_same(told in prop::collection::vec(trial(), 1..30)) {
        let mut seen = BTreeSet::new();
        let trials: Vec<ToldTrial> =
            told.into_iter().filter(|it| seen.insert(it.trial.clone())).collect();
        let platforms: BTreeSet<_> =
            trials.iter().flat_map(|it| [&it.trial.source, &it.trial.target]).collect();
        let read = read(None, "x.csv", &written(&trials), &Defaults::default());
        sound(&read);
        if platforms.len() < 2 {
            prop_assert!(read.is_err());
            return Ok(());
        }
        prop_assert_eq!(&read.unwrap()[0].trials, &trials);
    }
}
