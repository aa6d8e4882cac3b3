//! What is new, as an Atom feed (RFC 4287): campaigns, baselines, open regressions. It names no tool.

use askama::Template;
use domain::registry::Registry;
use jiff::Timestamp;

use super::campaign_line::{CampaignLine, State};
use super::links;
use super::open_regression::{OpenRegression, OpenRegressions};
use crate::chronicle::CampaignRecord;
use crate::picture::label::short;
use crate::units::count;

/// Most entries of each kind.
const MOST: usize = 30;

/// Longest summary, in characters.
const LONGEST: usize = 400;

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "pages/feed.xml")]
pub struct Feed {
    origin: String,
    updated: Timestamp,
    entries: Vec<Entry>,
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Stays the same for ever.
    id: String,
    title: String,
    updated: Timestamp,
    href: String,
    category: &'static str,
    summary: String,
}

impl Feed {
    /// What is new, the newest first. `origin` is where the service is reached:
    /// `https://portolan.example`; ids and links begin with it.
    #[must_use]
    pub fn new(origin: &str, records: &[CampaignRecord], registry: &Registry) -> Self {
        let origin = origin.trim_end_matches('/');
        let campaigns = CampaignLine::newest_first(records).into_iter().take(MOST);
        let mut entries: Vec<Entry> = campaigns.map(|it| campaign(origin, &it)).collect();
        entries.extend(baselines(origin, registry));
        if let Some(found) = OpenRegressions::newest(records, registry) {
            let open = found.open.iter().take(MOST);
            entries.extend(open.filter_map(|it| regression(origin, &found, (it, records))));
        }
        entries.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
        let updated = entries.iter().map(|it| it.updated).max().unwrap_or(Timestamp::UNIX_EPOCH);
        Self { origin: origin.to_owned(), updated, entries }
    }

    /// The feed as XML.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn xml(&self) -> Result<String, askama::Error> {
        self.render()
    }
}

fn campaign(origin: &str, line: &CampaignLine) -> Entry {
    let CampaignLine { campaign, testbed, state, scored, planned, counts, .. } = line;
    let title = match state {
        State::Running => format!("Campaign {campaign} is running"),
        State::Completed | State::Stopped | State::LabErrors | State::Told => {
            format!("Campaign {campaign}: {}", state.words())
        }
    };
    let trials = count(*planned, "trial");
    let summary = format!("On {testbed}. {scored} of {trials} scored. Cells: {}.", counts.words());
    Entry {
        id: format!("{origin}/campaigns/{campaign}"),
        title,
        updated: line.last_recorded,
        href: format!("{origin}{}", line.href),
        category: "campaign",
        summary: short(&summary, LONGEST),
    }
}

fn baselines(origin: &str, registry: &Registry) -> Vec<Entry> {
    let all = registry.baselines().flat_map(|(name, line)| line.iter().map(move |it| (name, it)));
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(_, it)| std::cmp::Reverse(it.position));
    let entry = |(name, it): (&domain::ids::BaselineName, &domain::registry::Declared<_>)| {
        let set: &domain::event::BaselineSet = &it.what;
        Entry {
            id: format!("{origin}/diff?baseline={name}#{}", set.revision),
            title: format!("Baseline {name} is campaign {}", set.campaign),
            updated: it.at,
            href: format!("{origin}{}", links::diff(name, None)),
            category: "baseline",
            summary: format!("Setting {} of this baseline.", set.revision),
        }
    };
    all.into_iter().take(MOST).map(entry).collect()
}

fn regression(
    origin: &str,
    found: &OpenRegressions,
    (it, records): (&OpenRegression, &[CampaignRecord]),
) -> Option<Entry> {
    let OpenRegression { guest, source, target, since, .. } = it;
    let opened = records.iter().find(|record| record.id == *since)?;
    let stood = |it: &Option<super::open_regression::StoodLine>| {
        it.as_ref().map_or("not planned", |it| it.standing.word())
    };
    let (before, after) = (stood(&it.before), stood(&it.after));
    let baseline = &found.baseline;
    Some(Entry {
        id: format!("{origin}/diff?baseline={baseline}#{since}:{guest}:{source}:{target}"),
        title: format!("Open regression: {source} → {target} for {guest}"),
        updated: opened.last_recorded,
        href: format!("{origin}{}", it.href),
        category: "regression",
        summary: format!(
            "{before} in baseline {baseline} ({}), now {after} in {}; open since {since}.",
            found.reference, found.campaign
        ),
    })
}
