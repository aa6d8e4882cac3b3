//! What changed for a vendor since its last letter.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::CampaignId;
use domain::score::Standing;
use serde::Serialize;

use super::line::{Key, Line};
use crate::tally::as_optional_word;
use crate::turn::Turn;
use crate::vendor::VendorView;

/// What changed since the last letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The campaign that the last letter told of.
    pub campaign: CampaignId,
    /// Results that stand otherwise, the worse ones first.
    pub changes: Vec<Changed>,
    /// How many stand as they did.
    pub same: usize,
    /// Versions of its own platforms and tools that are others now, in words.
    pub versions: Vec<String>,
}

/// A result that stands otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What became of it.
    pub became: Became,
    /// Which result it is, in words.
    pub title: String,
    /// How it stood; null when it was not told.
    #[serde(serialize_with = "as_optional_word")]
    pub before: Option<Standing>,
    /// How it stands; null when it is not told any more.
    #[serde(serialize_with = "as_optional_word")]
    pub after: Option<Standing>,
    /// It is withheld from everybody now.
    pub withheld: bool,
    #[serde(skip)]
    key: Key,
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// It stands lower.
    Worse,
    /// It stands higher.
    Better,
    /// It has a score and had none.
    New,
    /// It has no score any more: it was not planned, or the lab did not come to one.
    Gone,
}

impl Became {
    /// The word shown everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Became::Worse => "worse",
            Became::Better => "better",
            Became::New => "new",
            Became::Gone => "without a score now",
        }
    }

    /// A sign that reads without colour.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Became::Worse => '↓',
            Became::Better => '↑',
            Became::New => '+',
            Became::Gone => '-',
        }
    }
}

impl Since {
    /// What changed from one view of a vendor to another.
    #[must_use]
    pub fn between(before: &VendorView, after: &VendorView) -> Self {
        let (old, new) = (by_key(before), by_key(after));
        let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
        let change = |key: &&Key| {
            let withheld = key.0.is_none() && after.withheld.contains(&key.1);
            Some(Changed { withheld, ..changed(key, old.get(*key), new.get(*key))? })
        };
        let mut changes: Vec<Changed> = keys.iter().filter_map(change).collect();
        changes.sort_by(|a, b| (a.became, &a.key).cmp(&(b.became, &b.key)));
        Self {
            campaign: before.campaign.clone(),
            same: keys.len() - changes.len(),
            versions: versions(before, after),
            changes,
        }
    }

    /// How many results became so.
    #[must_use]
    pub fn count(&self, became: Became) -> usize {
        self.changes.iter().filter(|it| it.became == became).count()
    }

    /// What became of a result; none when it stands as it did.
    #[must_use]
    pub fn of(&self, line: &Line) -> Option<&Changed> {
        let key = line.key();
        self.changes.iter().find(|it| it.key == key)
    }

    /// The most pressing changes, the worse ones first; each cell is named once.
    #[must_use]
    pub fn pressing(&self, most: usize) -> Vec<&Changed> {
        let mut cells = BTreeSet::new();
        let firsts = self.changes.iter().filter(|it| cells.insert(&it.key.1));
        firsts.take(most).collect()
    }

    /// The counts in words: `2 worse, 1 better, 7 as before`.
    #[must_use]
    pub fn words(&self) -> String {
        let all = [Became::Worse, Became::Better, Became::New, Became::Gone];
        let told = all.into_iter().map(|it| (self.count(it), it.word()));
        let told = told.filter(|(count, _)| *count > 0);
        let parts = told.chain([(self.same, "as before")]);
        parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}

impl Changed {
    /// From what to what: `WARNING, was SUCCESS`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.before, self.after) {
            (Some(before), Some(after)) => format!("{after}, was {before}"),
            (None, Some(after)) => after.to_string(),
            (Some(before), None) if self.withheld => format!("withheld, was {before}"),
            (Some(before), None) => format!("not planned, was {before}"),
            (None, None) => String::new(),
        }
    }
}

fn by_key(view: &VendorView) -> BTreeMap<Key, Line> {
    Line::all(view).into_iter().map(|it| (it.key(), it)).collect()
}

fn changed(key: &Key, before: Option<&Line>, after: Option<&Line>) -> Option<Changed> {
    let score = |it: Option<&Line>| it.map(|it| it.standing).filter(|it| it.score().is_some());
    // A gap or an outage of the lab says nothing about a product, and so is never worse.
    let became = match (score(before), score(after)) {
        (Some(before), Some(after)) => match Turn::between(before, after) {
            Turn::Better => Became::Better,
            Turn::Worse => Became::Worse,
            Turn::Same => return None,
        },
        (None, Some(_)) => Became::New,
        (Some(_), None) => Became::Gone,
        (None, None) => return None,
    };
    Some(Changed {
        became,
        title: after.or(before).map(Line::title).unwrap_or_default(),
        before: before.map(|it| it.standing),
        after: after.map(|it| it.standing),
        withheld: false,
        key: key.clone(),
    })
}

/// Versions of its own platforms and tools that are others now.
fn versions(before: &VendorView, after: &VendorView) -> Vec<String> {
    let of = |view: &VendorView| -> BTreeMap<String, String> {
        let platforms = view.platforms.iter().map(|it| (it.id.to_string(), it.version.clone()));
        let tools = view.tools.iter().map(|it| (it.product.clone(), it.version.clone()));
        platforms.chain(tools).collect()
    };
    let (before, after) = (of(before), of(after));
    let differs = |(name, now): (&String, &String)| {
        let then = before.get(name)?;
        (then != now).then(|| format!("{name}: {}, was {}", known(now), known(then)))
    };
    after.iter().filter_map(differs).collect()
}

fn known(version: &str) -> &str {
    if version.is_empty() { "version not found" } else { version }
}
