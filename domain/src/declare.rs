//! `declare`: from what has been declared and a new declaration to the event it causes, or a refusal.

use jiff::Timestamp;
use uuid::Uuid;

use crate::event::{
    BaselineSet, CheckWaived, Event, Pins, UpgradeDeclared, WaiverEnded, WaiverScope,
};
use crate::ids::{BaselineName, CampaignId, WaiverId};
use crate::policy::stands_above;
use crate::registry::Registry;

/// The stream of all declarations that concern no single campaign.
pub const STREAM: &str = "declarations";

/// Longest text of a reason or a name, in characters.
pub const LONGEST_WORDS: usize = 512;

/// Something a person declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaration {
    /// Name a campaign as the reference.
    SetBaseline {
        /// What the reference is called.
        name: BaselineName,
        /// The campaign.
        campaign: CampaignId,
        /// The versions in force at its end.
        versions: Pins,
        /// The baseline it continues, if it does.
        follows: Option<BaselineName>,
        /// Why.
        reason: String,
    },
    /// A component was upgraded, or is about to be.
    Upgrade {
        /// Whose version.
        subject: String,
        /// The version before.
        from: String,
        /// The version from now on.
        to: String,
    },
    /// Waive one rule until a date.
    Waive {
        /// Which waiver.
        waiver: WaiverId,
        /// The rule.
        rule: String,
        /// Where.
        scope: WaiverScope,
        /// Why.
        reason: String,
        /// Until when.
        expires: Timestamp,
    },
    /// End a waiver before its date.
    EndWaiver {
        /// Which one.
        waiver: WaiverId,
        /// Why.
        reason: String,
    },
}

/// Why a declaration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDeclared {
    /// A text that must be there is empty.
    #[error("{0} is needed: say it in words")]
    Empty(&'static str),
    /// A text is too long or holds control characters.
    #[error("{0} has control characters or more than {LONGEST_WORDS} characters")]
    Words(&'static str),
    /// The baseline to continue is not there.
    #[error("there is no baseline `{0}` to continue")]
    NoBaseline(BaselineName),
    /// A baseline that would continue itself.
    #[error("baseline `{0}` continues itself anyway: --follows names another")]
    FollowsItself(BaselineName),
    /// The versions are the same.
    #[error("{subject} is at {version} before and after: nothing to declare")]
    SameVersion {
        /// Whose version.
        subject: String,
        /// The version.
        version: String,
    },
    /// The waiver is there already.
    #[error("waiver `{0}` is there already: waivers are not changed, end it and declare another")]
    WaiverThere(WaiverId),
    /// There is no such waiver.
    #[error("there is no waiver `{0}`")]
    NoWaiver(WaiverId),
    /// The waiver has ended.
    #[error("waiver `{0}` has ended already")]
    WaiverOver(WaiverId),
    /// Its date has passed.
    #[error("the date {0} has passed: a waiver looks ahead")]
    Past(Timestamp),
    /// What stands above every policy cannot be waived.
    #[error("rule `{0}` cannot be waived: it stands above every policy")]
    NotWaivable(String),
}

/// Judges a declaration. No event when it says what stands already. Pure.
///
/// # Errors
/// A [`NotDeclared`] that says what is wrong.
pub fn declare(
    registry: &Registry,
    declaration: Declaration,
    by: &str,
    at: Timestamp,
) -> Result<Option<Event>, NotDeclared> {
    let by = words("who declares it", by)?;
    match declaration {
        Declaration::SetBaseline { name, campaign, versions, follows, reason } => {
            let reason = optional("the reason", &reason)?;
            let set = BaselineSet { name, campaign, versions, revision: 0, follows, reason, by };
            set_baseline(registry, set)
        }
        Declaration::Upgrade { subject, from, to } => {
            let subject = words("the subject", &subject)?;
            let upgrade = UpgradeDeclared { subject, from, to: words("the version", &to)?, by };
            self::upgrade(registry, upgrade)
        }
        Declaration::Waive { waiver, rule, scope, reason, expires } => {
            let (rule, reason) = (words("the rule", &rule)?, words("the reason", &reason)?);
            let waived = CheckWaived { waiver, rule, scope, reason, owner: by, expires };
            waive(registry, waived, at)
        }
        Declaration::EndWaiver { waiver, reason } => {
            let reason = words("the reason", &reason)?;
            end_waiver(registry, WaiverEnded { waiver, reason, by })
        }
    }
}

fn set_baseline(registry: &Registry, set: BaselineSet) -> Result<Option<Event>, NotDeclared> {
    match &set.follows {
        Some(follows) if *follows == set.name => {
            return Err(NotDeclared::FollowsItself(follows.clone()));
        }
        Some(follows) if registry.baseline(follows).is_none() => {
            return Err(NotDeclared::NoBaseline(follows.clone()));
        }
        Some(_) | None => {}
    }
    let standing = registry.baseline(&set.name).map(|it| &it.what);
    if standing.is_some_and(|it| says_nothing_new(it, &set)) {
        return Ok(None);
    }
    let revision = standing.map_or(1, |it| it.revision + 1);
    Ok(Some(Event::BaselineSet(BaselineSet { revision, ..set })))
}

/// The same reference, and no reason or lineage that was not given before.
fn says_nothing_new(standing: &BaselineSet, set: &BaselineSet) -> bool {
    standing.campaign == set.campaign
        && standing.versions == set.versions
        && (set.follows.is_none() || set.follows == standing.follows)
        && (set.reason.is_empty() || set.reason == standing.reason)
}

fn upgrade(registry: &Registry, upgrade: UpgradeDeclared) -> Result<Option<Event>, NotDeclared> {
    if upgrade.from == upgrade.to {
        let UpgradeDeclared { subject, to: version, .. } = upgrade;
        return Err(NotDeclared::SameVersion { subject, version });
    }
    let last = registry.upgrades().iter().rev().find(|it| it.what.subject == upgrade.subject);
    let is_said = last.is_some_and(|it| it.what.from == upgrade.from && it.what.to == upgrade.to);
    Ok((!is_said).then_some(Event::UpgradeDeclared(upgrade)))
}

fn waive(
    registry: &Registry,
    waived: CheckWaived,
    at: Timestamp,
) -> Result<Option<Event>, NotDeclared> {
    if stands_above(&waived.rule) {
        return Err(NotDeclared::NotWaivable(waived.rule));
    }
    if waived.expires <= at {
        return Err(NotDeclared::Past(waived.expires));
    }
    if let Some(there) = registry.waivers().get(&waived.waiver) {
        let is_same = there.waived.what == waived && there.ended.is_none();
        return if is_same { Ok(None) } else { Err(NotDeclared::WaiverThere(waived.waiver)) };
    }
    Ok(Some(Event::CheckWaived(waived)))
}

fn end_waiver(registry: &Registry, end: WaiverEnded) -> Result<Option<Event>, NotDeclared> {
    match registry.waivers().get(&end.waiver).map(|it| &it.ended) {
        None => Err(NotDeclared::NoWaiver(end.waiver)),
        Some(Some(ended)) if ended.what == end => Ok(None),
        Some(Some(_)) => Err(NotDeclared::WaiverOver(end.waiver)),
        Some(None) => Ok(Some(Event::WaiverEnded(end))),
    }
}

/// A text that must be there, in one line and of bounded length.
///
/// # Errors
/// [`NotDeclared::Empty`] or [`NotDeclared::Words`].
pub fn words(what: &'static str, text: &str) -> Result<String, NotDeclared> {
    let text = optional(what, text)?;
    if text.is_empty() { Err(NotDeclared::Empty(what)) } else { Ok(text) }
}

/// A text that may be empty, without white space around it.
///
/// # Errors
/// As [`words`], but that it is empty.
pub fn optional(what: &'static str, text: &str) -> Result<String, NotDeclared> {
    let text = text.trim();
    if text.chars().any(char::is_control) || text.chars().count() > LONGEST_WORDS {
        return Err(NotDeclared::Words(what));
    }
    Ok(text.to_owned())
}

/// The identity of the request that causes an event, given how many declarations stand before it:
/// the same request at the same place always has the same id (UUIDv5, RFC 9562).
#[must_use]
pub fn id(event: &Event, place: u64) -> Uuid {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://portolan.example/declaration");
    let text = serde_json::to_string(event).unwrap_or_default();
    Uuid::new_v5(&namespace, format!("{place}/{text}").as_bytes())
}
