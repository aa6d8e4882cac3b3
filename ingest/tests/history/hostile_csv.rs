//! Files that look like CSV and are not what they should be.

use std::fmt::Write as _;

use ingest::history::{Defaults, MOST_ROWS_TOLD, read};

use crate::support::{dated, plain, reading, rejected};

const HEADER: &str =
    "campaign,at,guest,source,target,route,repetition,standing,step,reason,duration_ms";

fn file(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

const GOOD: &str = "c,2013-06-01,g,a,b,r,1,pass,,,5";

#[test]
fn every_bad_row_is_told_with_its_line() {
    let text = file(&[
        GOOD,
        "c,2013-06-01,g,a,b,r,2,\"warn\",7,\"two\nlines, and \"\"quotes\"\"\",5",
        "c,yesterday,g,a,b,r,3,pass,,,5",
        "c,2013-06-01,g,a,b,r,4,green,,,5",
        "",
        "c,2013-06-01,,a,b,r,5,pass,,,5",
        "c,2013-06-01,g,a,b,r,6,fail,8,,5",
        "c,2013-06-01,g,a,b,r,0,pass,,,5",
        "c,2013-06-01,g,a,b,r,99999999999999999999999,pass,,,5",
        "c,2013-06-01,g,a,b,r,9,pass,,,-5",
        "c,2013-06-01,g,a,b,r,10,pass,,,18446744073709551615",
        "c,2013-06-01,g,a,b,r,11,pass,,",
        "c,2013-06-01,g,a,b,r,12,pass,,,5,more",
        "c,2013-06-01,g,A,b,r,13,pass,,,5",
        GOOD,
        "c,2013-06-01,g,\"a\u{0}\",b,r,14,pass,,,5",
        "c,2013-06-01,g,日本,b,r,15,pass,,,5",
        "c,-009999-01-01,g,a,b,r,16,pass,,,5",
    ]);
    insta::assert_snapshot!(rejected("x.csv", text));
}

#[test]
fn one_bad_row_rejects_all_and_the_list_is_bounded() {
    let rows = vec!["c,2013-06-01,g,a,b,r,1,green,,,5"; 1000];
    let refusal = plain("x.csv", file(&rows)).unwrap_err();
    assert_eq!((refusal.rows.len(), refusal.count), (MOST_ROWS_TOLD, 1000));
    assert!(refusal.to_string().ends_with("and 900 more"), "{refusal}");
}

#[test]
fn a_header_says_what_is_wrong_with_it() {
    for (text, words) in [
        ("", "line 1: the file holds no result that CSV could have"),
        ("\n\n\n", "line 1: the file holds no result that CSV could have"),
        (HEADER, "line 1: the file holds no result that CSV could have"),
        ("guest,source,target,standing,at,colour\n", "there is no column \"colour\""),
        ("guest,source,target,standing,at,at\n", "column \"at\" says what another says already"),
        ("guest,source,target,standing,at,started\n", "column \"started\" says what another"),
        ("\n\nguest,source,standing,at\n", "line 3: no target is given: say it in `target`"),
        ("guest,source,target,standing\n", "for the whole file with --at"),
        ("guest,source,target,at\n", "no standing is given"),
        ("\u{0}\u{0}\u{0}", "there is no column \"\\0\\0\\0\""),
        ("PK\u{3}\u{4}", "there is no column \"PK\\u{3}\\u{4}\""),
    ] {
        let refusal = rejected("x.csv", text);
        assert!(refusal.contains(words), "{text:?}: {refusal}");
    }
}

#[test]
fn what_the_call_says_fills_what_the_file_leaves_out() {
    let defaults = Defaults {
        campaign: Some("mine".parse().unwrap()),
        guest: Some("lean".parse().unwrap()),
        source: Some("a".parse().unwrap()),
        ..dated()
    };
    let text = "target,standing,source\nb,pass,\nc,pass,x\n";
    let campaigns = reading("x.csv", text, &defaults).unwrap();
    let told: Vec<String> = campaigns[0].trials.iter().map(|it| it.trial.to_string()).collect();
    assert_eq!(campaigns[0].campaign.as_str(), "imported-mine");
    assert_eq!(told, ["lean a → b by told", "lean x → c by told"]);
    assert!(campaigns[0].trials.iter().all(|it| Some(it.at) == defaults.at));
}

#[test]
fn a_file_that_was_cut_short_is_no_shorter_file() {
    let whole = include_str!("../../src/history/samples/team.csv");
    let mut accepted = 0;
    for (end, _) in whole.char_indices().skip(160) {
        let Ok(campaigns) = plain("team.csv", &whole[..end]) else { continue };
        let trials: usize = campaigns.iter().map(|it| it.trials.len()).sum();
        let rows = whole[..end].matches(",2013-0").count();
        assert_eq!(trials, rows, "what is accepted is whole rows: {:?}", &whole[..end]);
        accepted += 1;
    }
    assert!(accepted > 0);
    let open = rejected("x.csv", file(&[GOOD, "c,2013-06-01,g,a,b,r,2,pass,,\"and then"]));
    assert_eq!(open, "line 3: a quoted field that begins in this row is never closed");
}

#[test]
fn bytes_that_are_no_text_are_told_line_by_line() {
    let mut bytes = file(&[GOOD]).into_bytes();
    bytes.extend(b"c,\xff\xfe\n\nd,\xc3\n");
    assert_eq!(
        rejected("x.csv", bytes),
        "line 3: is not UTF-8 text: save the file as UTF-8\n\
         line 5: is not UTF-8 text: save the file as UTF-8"
    );
    assert!(rejected("x.csv", b"\xff\xfeg\0u\0e\0").starts_with("line 1: is not UTF-8"));
}

#[test]
fn two_texts_that_would_become_one_are_told_with_both() {
    let text = file(&[
        "c,2013-06-01,g,ESXi 5,KVM,r,1,pass,,,5",
        "c,2013-06-01,g,esxi-5,KVM,r,2,pass,,,5",
        "d,2013-06-01,g,esxi-5,KVM,r,2,pass,,,5",
        "C,2013-06-01,g,a,b,r,2,pass,,,5",
    ]);
    assert_eq!(
        rejected("x.csv", text),
        "line 3: platform \"esxi-5\" and \"ESXi 5\" of line 2 would both be called `esxi-5`: spell \
         them alike, or rename one\n\
         line 5: campaign \"C\" and \"c\" of line 2 would both be called `imported-c`: spell them \
         alike, or rename one"
    );
}

#[test]
fn within_a_campaign_each_has_one_version() {
    let header =
        "campaign,at,guest,source,target,standing,source_version,target_version,tool_version,route";
    let text = format!(
        "{header}\nc,2013-06-01,g,a,b,pass,1,2,3,r\nc,2013-06-02,g,b,a,pass,2,1,,r\n\
         c,2013-06-03,g,a,c,pass,9,,,r\nd,2013-06-01,g,a,b,pass,9,,4,r\n"
    );
    assert_eq!(
        rejected("x.csv", &text),
        "line 4: platform:a has version \"9\" here and \"1\" in line 2: within a campaign each has \
         one; make two campaigns of it"
    );
    let campaigns = plain("x.csv", text.replace("c,pass,9", "c,pass,1")).unwrap();
    assert_eq!(campaigns[0].pins.get("converter:r").map(String::as_str), Some("3"));
    assert_eq!(campaigns[1].pins.get("converter:r").map(String::as_str), Some("4"));
}

#[test]
fn a_testbed_that_no_reader_would_take_is_rejected() {
    let lonely = rejected("x.csv", file(&["c,2013-06-01,g,a,a,r,1,pass,,,5"]));
    assert!(lonely.starts_with("line 2: campaign `imported-c`: a testbed needs 2"), "{lonely}");
    let mut text = format!("{HEADER}\n");
    for guest in 1..=66 {
        let _ = writeln!(text, "c,2013-06-01,g{guest},a,b,r,1,pass,,,5");
    }
    assert_eq!(
        rejected("x.csv", text),
        "line 66: guest \"g65\" is one more than the 64 allowed\n\
         line 67: guest \"g66\" is one more than the 64 allowed"
    );
}

#[test]
fn more_trials_than_a_campaign_may_have_are_rejected() {
    let mut text = format!("{HEADER}\n");
    for guest in 0..64 {
        for route in 0..2 {
            for repetition in 1..=790 {
                let _ = writeln!(text, "c,2013-06-01,g{guest},a,b,r{route},{repetition},pass,,,5");
            }
        }
    }
    let refusal = read(None, "x.csv", text.as_bytes(), &Defaults::default()).unwrap_err();
    assert_eq!(refusal.count, 64 * 2 * 790 - 100_000);
    assert_eq!(
        refusal.rows[0].to_string(),
        "line 100002: the campaign has more than 100000 trials: split it"
    );
}

#[test]
fn large_fields_are_read_in_their_place_and_kept_short() {
    let large = "ü".repeat(5_000_000);
    let text = file(&[&format!("c,2013-06-01,g,a,b,r,1,fail,7,\"{large}\",5")]);
    let campaigns = plain("x.csv", text).unwrap();
    assert!(campaigns[0].trials[0].reason.chars().count() < 700);
    let text = file(&[&format!("c,2013-06-01,\"{large}\",a,b,r,1,fail,7,,5")]);
    assert!(rejected("x.csv", text).len() < 500);
    assert!(rejected("x.csv", &large).len() < 1000);
    assert!(rejected("x.csv", vec![b'"'; 10_000_001]).len() < 1000);
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let refusal = rejected("x.csv", vec![b','; (64 << 20) + 1]);
    assert_eq!(refusal, "line 1: the file is larger than 64 MiB: split it");
}

#[test]
fn a_step_that_stands_twice_or_nowhere_is_rejected() {
    let header = "campaign,guest,source,target,route,repetition,step,standing,outcome";
    let text = format!(
        "{header}\nc,g,a,b,r,1,3,SUCCESS,\nc,g,a,b,r,1,3,SUCCESS,\nc,g,a,b,r,1,,SUCCESS,\n"
    );
    assert_eq!(
        reading("x.csv", text, &dated()).unwrap_err().to_string(),
        "line 3: step 3 (export) of this trial stands in line 2 already\n\
         line 4: the row of a step does not say which step"
    );
}
