//! A campaign as text: one line for everything that a reader would miss.

use std::fmt::Write as _;

use domain::told::ToldTrial;
use ingest::history::ForeignCampaign;

/// Every campaign of a file.
pub(crate) fn shown(campaigns: &[ForeignCampaign]) -> String {
    campaigns.iter().map(campaign).collect::<Vec<_>>().join("\n")
}

fn campaign(it: &ForeignCampaign) -> String {
    let ForeignCampaign { campaign, origin, testbed, pins, trials } = it;
    let mut text = format!("campaign {campaign}, {origin}, {}\n", testbed.name);
    for platform in &testbed.platforms {
        let stand_in = if platform.stand_in { " (stand-in)" } else { "" };
        let _ = writeln!(text, "  platform {}: {:?}{stand_in}", platform.id, platform.product);
    }
    for guest in &testbed.guests {
        let _ = writeln!(text, "  guest {}: {:?}", guest.id, guest.name);
    }
    for (route, tool) in testbed.routes.iter().zip(&testbed.converters) {
        assert_eq!(route.converters.iter().collect::<Vec<_>>(), [&tool.id]);
        let _ = writeln!(text, "  route {}: {:?}", route.id, tool.product);
    }
    for (subject, version) in pins {
        let _ = writeln!(text, "  version {subject}: {version:?}");
    }
    trials.iter().for_each(|it| text.push_str(&trial(it)));
    text
}

fn trial(it: &ToldTrial) -> String {
    let ToldTrial { trial, standing, step, reason, duration_ms, at } = it;
    let step = step.map(|it| format!(" at {it}")).unwrap_or_default();
    let why = if reason.is_empty() { String::new() } else { format!(": {reason:?}") };
    format!("  {at} {trial}: {standing}{step}{why}, {duration_ms} ms\n")
}
