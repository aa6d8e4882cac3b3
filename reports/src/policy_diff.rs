//! Recorded campaigns judged by two policies at once: which cells would stand otherwise, and why.
//!
//! Names no conversion tool. What operators see besides is added by [`PolicyDiff::with_routes`].

use domain::check::Finding;
use domain::ids::{CampaignId, GuestId, PlatformId, RouteId, Sha256Digest};
use domain::policy::{Difference, Policy, Relation, differences};
use domain::score::Standing;
use jiff::Timestamp;
use serde::Serialize;

use crate::deciding::{Deciding, Found, deciding};
use crate::matrix::{Cell, Judged};
use crate::tally::as_word;
use crate::topic::Topic;
use crate::turn::{Counts, Turn};

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.policy-diff/1";

/// Two policies, what differs between them, and what that makes of recorded campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// The version of this shape.
    pub schema: &'static str,
    /// `public` names no route, `operator` does.
    pub audience: &'static str,
    /// The first policy.
    pub a: PolicyNamed,
    /// The second policy.
    pub b: PolicyNamed,
    /// How scores under the second lie to those under the first, whatever was observed.
    pub relation: Relation,
    /// Rules and gates that differ.
    pub rules: Vec<Difference>,
    /// How many cells were judged.
    pub cells_total: usize,
    /// How many of them stand how under the second policy, compared with the first.
    pub counts: Counts,
    /// Each campaign, in the order they started.
    pub campaigns: Vec<CampaignDiff>,
}

/// A policy by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyNamed {
    /// Name and version.
    pub policy: String,
    /// Digest of its meaning.
    pub sha256: Sha256Digest,
    /// What a reader should know of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One campaign under both policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignDiff {
    /// Which one.
    pub campaign: CampaignId,
    /// When it started.
    pub started: Timestamp,
    /// How many cells it has.
    pub cells_total: usize,
    /// How they would change.
    pub counts: Counts,
    /// Every cell, row by row.
    pub cells: Vec<CellDiff>,
}

/// One cell under both policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellDiff {
    /// Whose cell.
    pub guest: GuestId,
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// How it stands under the first policy.
    #[serde(serialize_with = "as_word")]
    pub a: Standing,
    /// How it stands under the second policy.
    #[serde(serialize_with = "as_word")]
    pub b: Standing,
    /// How it would change.
    pub change: Turn,
    /// The rules that make the difference, in the order of the policy that scores lower: what they
    /// found on the route that gives the cell its higher score.
    pub rules: Vec<RuleTurn>,
    /// The routes behind it. For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<RoutesNamed>,
}

/// What one rule found under each policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleTurn {
    /// Its id.
    pub rule: String,
    /// The step it belongs to, 1 to 7.
    pub step: u8,
    /// What it is about.
    pub topic: Topic,
    /// What should hold, in the words of the policy that scores lower.
    pub title: String,
    /// What it found under the first policy; none when that has no such rule.
    pub a: Option<Finding>,
    /// What it found under the second policy; none when that has no such rule.
    pub b: Option<Finding>,
}

/// The routes behind a cell, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoutesNamed {
    /// The route that gives the cell its score under the first policy.
    pub a: Option<RouteId>,
    /// The route that gives the cell its score under the second policy.
    pub b: Option<RouteId>,
    /// The route on which the rules found what they found.
    pub rules_of: Option<RouteId>,
}

impl PolicyDiff {
    /// Compares campaigns that were judged by the first policy and by the second.
    #[must_use]
    pub fn new(a: &Policy, b: &Policy, pairs: &[(Judged<'_>, Judged<'_>)]) -> Self {
        let campaigns: Vec<CampaignDiff> = pairs.iter().map(|(a, b)| campaign(a, b)).collect();
        Self {
            schema: SCHEMA,
            audience: "public",
            a: PolicyNamed::of(a),
            b: PolicyNamed::of(b),
            relation: Relation::of(b, a),
            rules: differences(a, b),
            cells_total: campaigns.iter().map(|it| it.cells_total).sum(),
            counts: campaigns.iter().map(|it| it.counts).sum(),
            campaigns,
        }
    }

    /// The same with routes named; `pairs` are those it was made of. For operators.
    #[must_use]
    pub fn with_routes(mut self, pairs: &[(Judged<'_>, Judged<'_>)]) -> Self {
        self.audience = "operator";
        let cells = self.campaigns.iter_mut().flat_map(|it| &mut it.cells);
        let judged = pairs.iter().flat_map(|(a, b)| {
            let cells = a.cells().zip(b.cells());
            cells.map(|((_, in_a), (_, in_b))| ((a.policy, in_a), (b.policy, in_b)))
        });
        for (entry, (a, b)) in cells.zip(judged) {
            entry.routes = Some(RoutesNamed {
                a: a.1.verdict.best.clone(),
                b: b.1.verdict.best.clone(),
                rules_of: decided(a, b).map(|it| it.route.clone()),
            });
        }
        self
    }

    /// All cells with their campaign.
    pub fn cells(&self) -> impl Iterator<Item = (&CampaignDiff, &CellDiff)> {
        self.campaigns.iter().flat_map(|it| it.cells.iter().map(move |cell| (it, cell)))
    }

    /// Every text in it that somebody wrote freely, with where it stands.
    #[must_use]
    pub fn declared(&self) -> Vec<(String, &str)> {
        let mut texts = Vec::new();
        for policy in [&self.a, &self.b] {
            texts.push(("a policy's name or version".to_owned(), policy.policy.as_str()));
            texts.push(("a policy's note".to_owned(), &policy.note));
        }
        for it in &self.rules {
            texts.push((format!("the id of rule `{}`", it.id), &it.id));
            texts.push((format!("the title of rule `{}`", it.id), &it.title));
            let values = it.fields.iter().flat_map(|it| [&it.from, &it.to]).flatten();
            texts.extend(values.map(|text| (format!("rule `{}`", it.id), text.as_str())));
        }
        for rule in self.cells().flat_map(|(_, cell)| &cell.rules) {
            texts.push((format!("the id of rule `{}`", rule.rule), &rule.rule));
            texts.push((format!("the title of rule `{}`", rule.rule), &rule.title));
        }
        texts
    }
}

impl PolicyNamed {
    /// A policy's name, digest and note.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        Self { policy: policy.label(), sha256: policy.digest(), note: policy.note.clone() }
    }
}

fn campaign(a: &Judged<'_>, b: &Judged<'_>) -> CampaignDiff {
    let pairs = a.cells().zip(b.cells());
    let cells: Vec<CellDiff> = pairs
        .map(|((guest, in_a), (_, in_b))| CellDiff {
            guest: guest.clone(),
            source: in_a.source.clone(),
            target: in_a.target.clone(),
            a: in_a.verdict.standing,
            b: in_b.verdict.standing,
            change: Turn::between(in_a.verdict.standing, in_b.verdict.standing),
            rules: rules((a.policy, in_a), (b.policy, in_b)),
            routes: None,
        })
        .collect();
    CampaignDiff {
        campaign: a.campaign.id.clone(),
        started: a.campaign.started,
        cells_total: cells.len(),
        counts: cells.iter().map(|it| it.change).fold(Counts::default(), Counts::with),
        cells,
    }
}

/// A cell under a policy.
type Under<'a> = (&'a Policy, &'a Cell);

fn rules(a: Under<'_>, b: Under<'_>) -> Vec<RuleTurn> {
    let turn = Turn::between(a.1.verdict.standing, b.1.verdict.standing);
    let lower = if turn == Turn::Better { a.0 } else { b.0 };
    let told = |it: &Found<'_>| {
        let (lowest, other) = (Some(it.lower), it.higher);
        let (a, b) = if turn == Turn::Better { (lowest, other) } else { (other, lowest) };
        RuleTurn {
            rule: it.rule.to_owned(),
            step: it.step.number(),
            topic: Topic::of_rule(lower, it.rule).unwrap_or(Topic::Other),
            title: it.title.to_owned(),
            a,
            b,
        }
    };
    decided(a, b).map(|it| it.found.iter().map(told).collect()).unwrap_or_default()
}

/// What makes the difference; none where there is none.
fn decided<'a>(a: Under<'a>, b: Under<'a>) -> Option<Deciding<'a>> {
    match Turn::between(a.1.verdict.standing, b.1.verdict.standing) {
        Turn::Same => None,
        Turn::Worse => deciding(b.0, b.1, a.1),
        Turn::Better => deciding(a.0, a.1, b.1),
    }
}
