//! Files of other systems: what is accepted is sound, and written as CSV it reads the same again.

use std::collections::BTreeSet;

use domain::told::ToldTrial;
use ingest::history::{Defaults, ForeignCampaign, Format, read};
use jiff::Timestamp;

/// Longest text that is kept whole, in characters.
const LONGEST_TEXT: usize = 512;

/// Reads the input as a file of every format, with a call that says nothing and one that says much.
pub fn check(input: &[u8]) {
    let much = Defaults {
        campaign: "fuzz".parse().ok(),
        at: Some(Timestamp::UNIX_EPOCH),
        guest: "guest".parse().ok(),
        source: "source".parse().ok(),
        target: "target".parse().ok(),
        map: "(?P<guest>[a-z]+)[.](?P<source>.)".parse().ok(),
    };
    for format in [None, Some(Format::Csv), Some(Format::Junit), Some(Format::Qir)] {
        for defaults in [&Defaults::default(), &much] {
            match read(format, "fuzz.txt", input, defaults) {
                Err(rejected) => {
                    assert!(!rejected.rows.is_empty() && rejected.rows.is_sorted());
                    assert!(rejected.count >= rejected.rows.len() as u64);
                }
                Ok(campaigns) => accepted(&campaigns),
            }
        }
    }
}

fn accepted(campaigns: &[ForeignCampaign]) {
    let mut ids = BTreeSet::new();
    for campaign in campaigns {
        assert!(ids.insert(&campaign.campaign), "two campaigns of one name");
        campaign.testbed.clone().validate().expect("a testbed that readers take");
        let text = written(campaign);
        if !keeps_its_texts(campaign) {
            continue;
        }
        let again = read(Some(Format::Csv), "again.csv", text.as_bytes(), &Defaults::default());
        let again = again.expect("what was accepted once");
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].campaign, campaign.campaign);
        assert_eq!(again[0].trials, campaign.trials);
        assert_eq!(again[0].pins, campaign.pins);
    }
}

/// Whether every text is short, and none begins with what guards spreadsheets.
fn keeps_its_texts(campaign: &ForeignCampaign) -> bool {
    let reasons = campaign.trials.iter().map(|it| &it.reason);
    reasons
        .chain(campaign.pins.values())
        .all(|it| it.chars().count() <= LONGEST_TEXT && !it.starts_with('\''))
}

/// The campaign as CSV.
fn written(campaign: &ForeignCampaign) -> String {
    let mut text = String::from(
        "campaign,at,guest,source,target,route,repetition,standing,step,reason,duration_ms,\
         source_version,target_version,guest_version,tool_version\n",
    );
    for told in &campaign.trials {
        let row = row(campaign, told).map(|it| format!("\"{}\"", it.replace('"', "\"\"")));
        text.push_str(&row.join(","));
        text.push('\n');
    }
    text
}

fn row(campaign: &ForeignCampaign, told: &ToldTrial) -> [String; 15] {
    let version = |subject: String| campaign.pins.get(&subject).cloned().unwrap_or_default();
    let trial = &told.trial;
    [
        campaign.campaign.to_string(),
        told.at.to_string(),
        trial.guest.to_string(),
        trial.source.to_string(),
        trial.target.to_string(),
        trial.route.to_string(),
        trial.repetition.to_string(),
        told.standing.to_string(),
        told.step.map(|it| it.number().to_string()).unwrap_or_default(),
        told.reason.clone(),
        told.duration_ms.to_string(),
        version(format!("platform:{}", trial.source)),
        version(format!("platform:{}", trial.target)),
        version(format!("guest:{}", trial.guest)),
        version(format!("converter:{}", trial.route)),
    ]
}
