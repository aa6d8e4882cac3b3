//! What changes over time: comparisons, moments of the past, and what is new.

use domain::change::Change;
use domain::ids::{BaselineName, CampaignId, GuestId};
use jiff::Timestamp;
use reports::diff::public::{Frame, PublicDiff};
use reports::diff::shown::Shown;
use reports::diff::{Diff, Line};
use reports::leak;
use reports::pages::changes::{Changes, ChangesFilter};
use reports::pages::feed::Feed;
use reports::pages::links;
use reports::pages::past::{self, Past as Moment};
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use crate::asked::When;
use crate::library::Past;
use crate::problem::Problem;
use crate::reading::{Reader, no_campaign, unpublishable};
use crate::service::Service;
use crate::views::pinned;

/// What is compared with what.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffAsked {
    /// Compare with this baseline, or with this campaign; with the baseline that was set last when it
    /// is not given.
    #[param(value_type = Option<String>)]
    baseline: Option<BaselineName>,
    /// What became of its cells in this campaign; in the newest when it is not given.
    #[param(value_type = Option<String>)]
    campaign: Option<CampaignId>,
    /// Only this guest.
    #[param(value_type = Option<String>)]
    guest: Option<GuestId>,
    /// Only cells that changed so, such as `regressed`.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "change")]
    class: Option<Change>,
    /// What was known at this position of the log; all of it when it is not given.
    known_at: Option<u64>,
    /// How things stood at this instant (RFC 3339); the latest when it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// The name of another policy than the usual one, or its name and version.
    policy: Option<String>,
}

/// Which moment is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryAsked {
    /// An instant (RFC 3339), a day, or the number of a moment, 1 for the first.
    at: Option<String>,
    /// What was known at this position of the log; all of it when it is not given.
    known_at: Option<u64>,
    /// The name of another policy than the usual one, or its name and version.
    policy: Option<String>,
}

impl DiffAsked {
    /// From where in time and by what rules.
    pub(crate) fn when(&self) -> When {
        let Self { known_at, as_of, policy, .. } = self.clone();
        When { known_at, as_of, policy }
    }
}

impl HistoryAsked {
    /// From where in time and by what rules, as far as it is known before the moments are.
    pub(crate) fn when(&self) -> When {
        let Self { known_at, policy, .. } = self.clone();
        When { known_at, as_of: None, policy }
    }
}

/// What became of the cells since a baseline, and where that is kept for ever.
///
/// # Errors
/// When there is nothing to compare.
pub(crate) fn changes(
    service: &Service,
    reader: &Reader,
    asked: &DiffAsked,
) -> Result<(Changes, Option<String>), Problem> {
    let when = asked.when();
    let past = service.past(&when, reader)?;
    let (from, baseline) = reference(&past, asked)?;
    let newest = past.records.iter().max_by_key(|it| (it.started, it.positions));
    let newest = newest.ok_or_else(|| Problem::not_found("The log holds no campaign yet."))?;
    let to = asked.campaign.as_ref().unwrap_or(&newest.id);
    let line = Line::new(&past.records, &from, to);
    let line = line.ok_or_else(|| {
        let is_known = past.records.iter().any(|it| it.id == from);
        no_campaign(if is_known { to } else { &from })
    })?;
    let frame = Frame {
        baseline: baseline.as_ref().map(|(name, revision)| (name, *revision)),
        policy: &past.policy,
        unplaced: past.unplaced,
    };
    let shown = shown(reader, &Diff::new(&line), (&frame, &past))?;
    let filter = ChangesFilter { guest: asked.guest.clone(), class: asked.class };
    let name = baseline.as_ref().map_or_else(|| from.to_string(), |(name, _)| name.to_string());
    let permalink = pinned(service, &past, &when).map(|it| {
        let mut pairs = vec![("baseline", name), ("campaign", to.to_string())];
        pairs.extend(filter.guest.iter().map(|it| ("guest", it.to_string())));
        pairs.extend(filter.class.iter().map(|it| ("class", it.key().to_owned())));
        pairs.extend(it.pairs());
        links::asking("/diff", &pairs)
    });
    Ok((Changes::new(shown, filter), permalink))
}

/// A baseline's name, and which setting of it.
type Set = Option<(BaselineName, u32)>;

/// The campaign to compare with, and the baseline that stands for it. A form sends the name of a
/// campaign where it has no baseline.
fn reference(past: &Past, asked: &DiffAsked) -> Result<(CampaignId, Set), Problem> {
    let set = match &asked.baseline {
        Some(name) => past.registry.baseline(name).map(|it| &it.what),
        None => past.registry.last_baseline(),
    };
    if let Some(set) = set {
        return Ok((set.campaign.clone(), Some((set.name.clone(), set.revision))));
    }
    let Some(name) = &asked.baseline else {
        return Err(Problem::not_found("There is no baseline yet: an operator sets one."));
    };
    let named = past.records.iter().find(|it| it.id.as_str() == name.as_str());
    let none =
        || Problem::not_found(format!("There is no baseline `{name}`, nor such a campaign."));
    Ok((named.ok_or_else(none)?.id.clone(), None))
}

/// The comparison as this reader may see it.
fn shown(
    reader: &Reader,
    diff: &Diff,
    (frame, past): (&Frame<'_>, &Past),
) -> Result<Shown, Problem> {
    if reader.is_insider() {
        return Ok(Shown::operator(diff, frame));
    }
    let view = PublicDiff::new(diff, frame);
    let testbeds: Vec<_> = past.records.iter().map(|it| &*it.testbed).collect();
    match leak::tool_named_in_diff(&view, &testbeds) {
        Some(_) => Err(unpublishable()),
        None => Ok(Shown::public(view)),
    }
}

/// How things stood at a moment, and where that is kept for ever.
///
/// # Errors
/// When there is no such moment.
pub(crate) fn history(
    service: &Service,
    reader: &Reader,
    asked: &HistoryAsked,
) -> Result<(Moment, Option<String>), Problem> {
    let when = asked.when();
    let known = service.past(&when, reader)?;
    let instants = past::instants(&known.records, &known.registry);
    let at = past::asked(asked.at.as_deref().unwrap_or_default(), &instants);
    let at = at.map_err(|error| Problem::bad_request(format!("{error}.")))?;
    let then = match at {
        Some(_) => service.past(&When { as_of: at, ..when.clone() }, reader)?.records,
        None => known.records.clone(),
    };
    let permalink = pinned(service, &known, &when).map(|it| {
        let mut pairs: Vec<_> = at.iter().map(|it| ("at", it.to_string())).collect();
        pairs.extend(it.pairs());
        links::asking("/history", &pairs)
    });
    Ok((Moment::new(at, instants, &then), permalink))
}

/// What is new.
///
/// # Errors
/// When the log cannot be read.
pub(crate) fn feed(service: &Service, origin: &str) -> Result<Feed, Problem> {
    let past = service.past(&When::default(), &Reader::public())?;
    Ok(Feed::new(origin, &past.records, &past.registry))
}

/// Reads a class of change as pages spell it.
fn change<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Change>, D::Error> {
    let text = String::deserialize(from)?;
    let known = || Change::ALL.map(Change::key).join(", ");
    let found = Change::ALL.into_iter().find(|it| it.key() == text);
    let unknown = || serde::de::Error::custom(format!("class is one of {}", known()));
    found.map(Some).ok_or_else(unknown)
}
