//! What has been declared, for people and programs: baselines with their lineage, waivers, upgrades,
//! withdrawals. Reasons and names are as somebody wrote them: for operators and auditors only.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};
use domain::event::{BaselineSet, Pins, StepWithdrawn, UpgradeDeclared, WaiverScope};
use domain::ids::{BaselineName, CampaignId, WaiverId};
use domain::registry::{Declared, Registry, Waiver};
use jiff::Timestamp;
use serde::Serialize;

use crate::text::printable;
use crate::units::instant;

/// A baseline as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaselineEntry {
    /// What the reference is called.
    pub name: BaselineName,
    /// The campaign it stands for.
    pub campaign: CampaignId,
    /// Which setting of this name it is, 1 for the first.
    pub revision: u32,
    /// When it was set.
    pub set: Timestamp,
    /// Position of the event in the log.
    pub position: u64,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// The versions of everything in the testbed at the campaign's end.
    pub versions: Pins,
    /// What it stood for before, and what the baseline that it continues stood for: newest first.
    pub lineage: Vec<Ancestor>,
}

/// What a baseline, or the one it continues, stood for before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ancestor {
    /// What the reference was called.
    pub name: BaselineName,
    /// The campaign it stood for.
    pub campaign: CampaignId,
    /// When it was set.
    pub set: Timestamp,
    /// Position of the event in the log.
    pub position: u64,
    /// Why.
    pub reason: String,
}

/// A waiver, in force or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaiverEntry {
    /// Which waiver.
    pub waiver: WaiverId,
    /// The rule that costs nothing meanwhile.
    pub rule: String,
    /// Where it applies; null stands for everywhere.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// When it was declared.
    pub declared: Timestamp,
    /// From when on it waives nothing any more.
    pub expires: Timestamp,
    /// Why it was ended before that, if it was.
    pub ended: Option<String>,
    /// Whether it waives anything at the instant asked for.
    pub in_force: bool,
}

/// Every baseline, by name.
#[must_use]
pub fn baselines(registry: &Registry) -> Vec<BaselineEntry> {
    registry.baselines().filter_map(|(name, _)| baseline(registry, name)).collect()
}

/// One baseline.
#[must_use]
pub fn baseline(registry: &Registry, name: &BaselineName) -> Option<BaselineEntry> {
    let Declared { position, at, what } = registry.baseline(name)?;
    let BaselineSet { name, campaign, versions, revision, reason, by, .. } = what.clone();
    let (position, set, lineage) = (*position, *at, lineage(registry, &name));
    Some(BaselineEntry { name, campaign, revision, set, position, reason, by, versions, lineage })
}

/// What a baseline stood for before: its own settings, and those that the ones it continues had by
/// then. It ends, since each is older than what continues it.
fn lineage(registry: &Registry, name: &BaselineName) -> Vec<Ancestor> {
    let (mut lineage, mut next) = (BTreeMap::new(), Some((name.clone(), u64::MAX)));
    while let Some((name, before)) = next.take() {
        let line = registry.baselines().find(|(it, _)| **it == name).map_or(&[][..], |it| it.1);
        let older = || line.iter().filter(|it| it.position < before).rev();
        lineage.extend(older().map(|it| (it.position, ancestor(it))));
        next = older().find_map(|it| Some((it.what.follows.clone()?, it.position)));
    }
    // The newest is what it stands for now.
    lineage.into_values().rev().skip(1).collect()
}

fn ancestor(Declared { position, at, what }: &Declared<BaselineSet>) -> Ancestor {
    let BaselineSet { name, campaign, reason, .. } = what.clone();
    Ancestor { name, campaign, set: *at, position: *position, reason }
}

/// Every waiver, by name, and whether it is in force at an instant.
#[must_use]
pub fn waivers(registry: &Registry, at: Timestamp) -> Vec<WaiverEntry> {
    registry.waivers().values().map(|it| waiver(it, at)).collect()
}

fn waiver(waiver: &Waiver, at: Timestamp) -> WaiverEntry {
    let Declared { at: declared, what, .. } = waiver.waived.clone();
    let ended = waiver.ended.as_ref();
    WaiverEntry {
        waiver: what.waiver,
        rule: what.rule,
        scope: what.scope,
        reason: what.reason,
        owner: what.owner,
        declared,
        expires: what.expires,
        ended: ended.map(|it| format!("{}: {}", it.what.by, it.what.reason)),
        in_force: waiver.is_in_force(at),
    }
}

/// Baselines as a table.
#[must_use]
pub fn baselines_text(entries: &[BaselineEntry]) -> String {
    let row = |it: &BaselineEntry| {
        let (set, position) = (instant(it.set), it.position.to_string());
        let reason = it.reason.clone();
        [it.name.to_string(), it.campaign.to_string(), set, position, it.by.clone(), reason]
    };
    table(["baseline", "campaign", "set", "event", "by", "reason"], entries.iter().map(row))
}

/// One baseline with its versions and its lineage.
#[must_use]
pub fn baseline_text(entry: &BaselineEntry) -> String {
    let BaselineEntry { name, campaign, revision, set, position, by, reason, .. } = entry;
    let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    let head = format!(
        "Baseline {name} is campaign {campaign}\nset {} by {by}{why} (event {position}, revision \
         {revision})\n",
        instant(*set)
    );
    let versions = entry.versions.iter().map(|(subject, it)| [subject.clone(), it.clone()]);
    let versions = table(["subject", "version"], versions);
    if entry.lineage.is_empty() {
        return printable(&format!("{head}\n{versions}"));
    }
    let row = |it: &Ancestor| {
        let (name, campaign) = (it.name.to_string(), it.campaign.to_string());
        [name, campaign, instant(it.set), it.position.to_string(), it.reason.clone()]
    };
    let lineage =
        table(["before", "campaign", "set", "event", "reason"], entry.lineage.iter().map(row));
    printable(&format!("{head}\n{versions}\n{lineage}"))
}

/// Waivers as a table.
#[must_use]
pub fn waivers_text(entries: &[WaiverEntry]) -> String {
    let row = |it: &WaiverEntry| {
        let state = match (&it.ended, it.in_force) {
            (Some(ended), _) => format!("ended by {ended}"),
            (None, true) => format!("in force until {}", instant(it.expires)),
            (None, false) => format!("expired {}", instant(it.expires)),
        };
        let (waiver, rule) = (it.waiver.to_string(), it.rule.clone());
        [waiver, rule, scope(&it.scope), state, it.owner.clone(), it.reason.clone()]
    };
    table(["waiver", "rule", "where", "state", "owner", "reason"], entries.iter().map(row))
}

fn scope(scope: &WaiverScope) -> String {
    let WaiverScope { guest, source, target, route } = scope;
    let parts = [
        guest.as_ref().map(|it| format!("for {it}")),
        source.as_ref().map(|it| format!("from {it}")),
        target.as_ref().map(|it| format!("to {it}")),
        route.as_ref().map(|it| format!("by {it}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "everywhere".to_owned() } else { parts.join(", ") }
}

/// What an upgrade says, in a sentence.
#[must_use]
pub fn upgrade_words(upgrade: &UpgradeDeclared) -> String {
    let UpgradeDeclared { subject, from, to, by } = upgrade;
    printable(&format!("{subject}: {from} → {to}, declared by {by}"))
}

/// What a withdrawal says, in a sentence.
#[must_use]
pub fn withdrawal_words(withdrawn: &StepWithdrawn) -> String {
    let StepWithdrawn { trial, step, position, reason, by, .. } = withdrawn;
    printable(&format!("event {position}, {step} of {trial}, withdrawn by {by}: {reason}"))
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(header);
    rows.for_each(|row| {
        table.add_row(row);
    });
    printable(&table.to_string()) + "\n"
}
