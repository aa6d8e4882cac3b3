//! Every analysis again, as plain folds over maps: slow, and easy to believe.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::score::{Score, Standing};
use domain::step::Step;
use reports::fault::Fault;
use reports::public::{PublicCell, PublicView};
use reports::tables::{Analysis, Field, Table};
use reports::topic::Topic;

use super::any::Walked;

/// Names in the order in which they are first seen.
#[derive(Default)]
struct Order {
    campaigns: Vec<CampaignId>,
    guests: Vec<GuestId>,
    platforms: Vec<PlatformId>,
}

fn see<T: Clone + PartialEq>(names: &mut Vec<T>, name: &T) {
    if !names.contains(name) {
        names.push(name.clone());
    }
}

impl Order {
    fn of(views: &[PublicView], walked: &[Walked]) -> Self {
        let mut order = Self::default();
        for view in views {
            see(&mut order.campaigns, &view.campaign);
            for (guest, cell) in view.cells() {
                see(&mut order.guests, guest);
                see(&mut order.platforms, &cell.source);
                see(&mut order.platforms, &cell.target);
            }
        }
        for Walked { campaign, trial, .. } in walked {
            see(&mut order.campaigns, campaign);
            see(&mut order.guests, &trial.guest);
            see(&mut order.platforms, &trial.source);
            see(&mut order.platforms, &trial.target);
        }
        order
    }
}

/// A cell or a trial, as far as scores and faults go.
struct Thing {
    of: &'static str,
    campaign: CampaignId,
    guest: GuestId,
    target: PlatformId,
    score: Option<Score>,
    fault: Option<Fault>,
}

/// The lowest of the steps, as `domain::verdict` has it.
fn score(walked: &Walked) -> Option<Score> {
    let scores: Vec<Score> = walked.steps.iter().filter_map(|(score, ..)| *score).collect();
    let lowest = scores.iter().min().copied();
    lowest.filter(|it| *it == Score::Failure || scores.len() == 7)
}

fn duration(walked: &Walked) -> u64 {
    walked.steps.iter().filter_map(|(.., ms)| *ms).map(bounded).sum()
}

fn bounded(ms: u64) -> u64 {
    ms.min(u64::from(u32::MAX) - 1)
}

fn things(views: &[PublicView], walked: &[Walked]) -> Vec<Thing> {
    let cell = |view: &PublicView, guest: &GuestId, cell: &PublicCell| Thing {
        of: "cells",
        campaign: view.campaign.clone(),
        guest: guest.clone(),
        target: cell.target.clone(),
        score: cell.standing.score(),
        fault: cell.reason.as_ref().and_then(Fault::of_reason),
    };
    let trial =
        |it: &Walked| Thing {
            of: "trials",
            campaign: it.campaign.clone(),
            guest: it.trial.guest.clone(),
            target: it.trial.target.clone(),
            score: score(it),
            fault: it.steps.iter().find_map(|(score, fault, _)| {
                if *score == Some(Score::Failure) { *fault } else { None }
            }),
        };
    let cells = views
        .iter()
        .flat_map(|view| view.cells().map(|(guest, it)| cell(view, guest, it)).collect::<Vec<_>>());
    cells.chain(walked.iter().map(trial)).collect()
}

fn share(part: usize, whole: usize) -> Field {
    match whole {
        0 => Field::Nothing,
        _ => Field::Share { part: part as u64, whole: whole as u64 },
    }
}

fn text(words: impl ToString) -> Field {
    Field::Text(words.to_string())
}

fn count(count: usize) -> Field {
    Field::Count(count as u64)
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// The table of an analysis; without trials, for anyone.
pub(crate) fn table(analysis: Analysis, views: &[PublicView], walked: &[Walked]) -> Table {
    let order = Order::of(views, walked);
    let (columns, rows) = match analysis {
        Analysis::Guest => guests(&order, &things(views, walked)),
        Analysis::Cause => causes(&order, &things(views, walked)),
        Analysis::Topic => topics(views),
        Analysis::Target => platforms(&order, views, "target", |it| &it.target),
        Analysis::Source => platforms(&order, views, "source", |it| &it.source),
        Analysis::Consistency => consistency(&order, views),
        Analysis::Converter => converters(walked),
        Analysis::Duration => durations(walked),
    };
    Table { by: analysis.word(), title: analysis.title().to_owned(), columns, rows }
}

type Content = (Vec<String>, Vec<Vec<Field>>);

const BEST_FIRST: [Score; 3] = [Score::Success, Score::Warning, Score::Failure];

fn guests(order: &Order, things: &[Thing]) -> Content {
    let mut columns = words(["guest", "of", "score"]);
    columns.extend(order.campaigns.iter().map(ToString::to_string));
    let mut rows = Vec::new();
    for of in ["cells", "trials"] {
        for guest in &order.guests {
            let own = || things.iter().filter(|it| it.of == of && it.guest == *guest);
            if own().next().is_none() {
                continue;
            }
            let labels = BEST_FIRST.map(Some).into_iter().chain([None]);
            rows.extend(labels.map(|score| {
                let label = score.map_or_else(|| text("no score, of all"), Field::Score);
                let mut row = vec![text(guest), text(of), label];
                row.extend(order.campaigns.iter().map(|campaign| {
                    let here = || own().filter(|it| it.campaign == *campaign);
                    let scored = here().filter(|it| it.score.is_some()).count();
                    let part = here().filter(|it| it.score == score).count();
                    share(part, if score.is_some() { scored } else { here().count() })
                }));
                row
            }));
        }
    }
    (columns, rows)
}

fn causes(order: &Order, things: &[Thing]) -> Content {
    let mut columns = words(["cause", "of", "all targets"]);
    columns.extend(order.platforms.iter().map(ToString::to_string));
    let mut rows = Vec::new();
    for of in ["cells", "trials"] {
        let failing = || {
            let own = things.iter().filter(|it| it.of == of);
            own.filter(|it| it.score == Some(Score::Failure))
        };
        let faults: BTreeSet<Option<Fault>> = failing().map(|it| it.fault).collect();
        let mut counted: Vec<(usize, &str, Vec<usize>)> = Vec::new();
        for fault in faults {
            let own = || failing().filter(|it| it.fault == fault);
            let at = |target: &PlatformId| own().filter(|it| it.target == *target).count();
            let words = fault.map_or("not told", Fault::words);
            counted.push((own().count(), words, order.platforms.iter().map(at).collect()));
        }
        counted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        rows.extend(counted.into_iter().map(|(all, words, targets)| {
            let counts = [all].into_iter().chain(targets).map(count);
            [text(words), text(of)].into_iter().chain(counts).collect()
        }));
    }
    (columns, rows)
}

fn topics(views: &[PublicView]) -> Content {
    let columns =
        words(["topic", "cells", "where it is a WARNING", "where it is a FAILURE", "not observed"]);
    let cells = || views.iter().flat_map(|it| it.cells().map(|(_, cell)| cell));
    let scored = cells().filter(|it| it.standing.score().is_some()).count();
    let mut topics: BTreeMap<Topic, [usize; 4]> = BTreeMap::new();
    for cell in cells() {
        let Some(reason) = &cell.reason else { continue };
        for topic in reason.topics() {
            let counts = topics.entry(topic).or_default();
            counts[0] += 1;
            counts[1] += usize::from(cell.standing == Standing::Scored(Score::Warning));
            counts[2] += usize::from(cell.standing == Standing::Scored(Score::Failure));
        }
        for topic in reason.unread() {
            topics.entry(topic).or_default()[3] += 1;
        }
    }
    let mut rows: Vec<_> = topics.into_iter().collect();
    rows.sort_by(|(_, a), (_, b)| (b[0], b[3]).cmp(&(a[0], a[3])));
    let row = |(topic, [changed, warning, failure, unread]): (Topic, [usize; 4])| {
        let counts = [warning, failure, unread].map(count);
        [text(topic.word()), share(changed, scored)].into_iter().chain(counts).collect()
    };
    (columns, rows.into_iter().map(row).collect())
}

fn platforms(
    order: &Order,
    views: &[PublicView],
    end: &str,
    at: fn(&PublicCell) -> &PlatformId,
) -> Content {
    let cells = || views.iter().flat_map(|it| it.cells().map(|(_, cell)| cell));
    let mut rows: Vec<(usize, [usize; 3], Vec<Field>)> = Vec::new();
    for platform in &order.platforms {
        let own: Vec<&PublicCell> = cells().filter(|it| at(it) == platform).collect();
        let of = |score| own.iter().filter(|it| it.standing.score() == Some(score)).count();
        let [success, warning, failure] = BEST_FIRST.map(of);
        let scored = success + warning + failure;
        let shares = [failure, warning, success].map(|part| share(part, scored));
        let mut row = vec![text(platform)];
        row.extend(shares);
        row.push(count(own.len() - scored));
        if !own.is_empty() {
            rows.push((scored, [success, warning, failure], row));
        }
    }
    let part = |part: usize, whole: usize| part as f64 / whole as f64;
    rows.sort_by(|(n, a, _), (m, b, _)| match (*n, *m) {
        (0, 0) => std::cmp::Ordering::Equal,
        (0, _) => std::cmp::Ordering::Greater,
        (_, 0) => std::cmp::Ordering::Less,
        (n, m) => {
            part(b[2], m).total_cmp(&part(a[2], n)).then(part(a[0], n).total_cmp(&part(b[0], m)))
        }
    });
    let columns = words([end, "FAILURE", "WARNING", "SUCCESS", "no score"]);
    (columns, rows.into_iter().map(|(.., row)| row).collect())
}

fn consistency(order: &Order, views: &[PublicView]) -> Content {
    let mut columns = words(["guest", "all targets"]);
    columns.extend(order.platforms.iter().map(ToString::to_string));
    let mut rows = Vec::new();
    for guest in &order.guests {
        let routes = |target: Option<&PlatformId>| {
            let cells = views.iter().flat_map(PublicView::cells);
            let own =
                cells.filter(|(of, it)| *of == guest && target.is_none_or(|t| it.target == *t));
            let routes: Vec<bool> = own
                .flat_map(|(_, cell)| &cell.routes)
                .filter(|it| it.scored > 1)
                .map(|it| it.unstable)
                .collect();
            (routes.iter().filter(|it| **it).count(), routes.len())
        };
        let (part, whole) = routes(None);
        if whole == 0 {
            continue;
        }
        let mut row = vec![text(guest), share(part, whole)];
        let shares = order.platforms.iter().map(|it| routes(Some(it)));
        row.extend(shares.map(|(part, whole)| share(part, whole)));
        rows.push(row);
    }
    (columns, rows)
}

/// The nearest rank: the smallest that so many tenths of all do not exceed.
fn tenths(tenths: usize, mut sorted: Vec<u64>) -> Field {
    sorted.sort_unstable();
    let rank = (sorted.len() * tenths).div_ceil(10);
    sorted.get(rank.saturating_sub(1)).map_or(Field::Nothing, |ms| Field::Duration(*ms))
}

fn converters(walked: &[Walked]) -> Content {
    let columns = words([
        "route",
        "tools",
        "trials",
        "without a score",
        "SUCCESS",
        "WARNING",
        "FAILURE",
        "median",
        "cells it alone carries",
    ]);
    let way = |it: &Walked| (it.trial.route.clone(), it.tools.clone());
    let cell = |it: &Walked| {
        let trial = &it.trial;
        (it.campaign.clone(), trial.guest.clone(), trial.source.clone(), trial.target.clone())
    };
    let mut lowest: BTreeMap<_, BTreeMap<_, Score>> = BTreeMap::new();
    for it in walked {
        if let Some(score) = score(it) {
            let route = lowest.entry(cell(it)).or_default().entry(way(it)).or_insert(score);
            *route = score.min(*route);
        }
    }
    let mut alone: BTreeMap<_, usize> = BTreeMap::new();
    for routes in lowest.values() {
        let arriving: Vec<_> = routes.iter().filter(|(_, it)| **it > Score::Failure).collect();
        if let [(way, _)] = arriving.as_slice() {
            *alone.entry((*way).clone()).or_default() += 1;
        }
    }
    let ways: BTreeSet<_> = walked.iter().map(way).collect();
    let row = |key: &(_, Vec<domain::ids::ConverterId>)| {
        let own: Vec<&Walked> = walked.iter().filter(|it| way(it) == *key).collect();
        let of = |wanted| own.iter().filter(|it| score(it) == Some(wanted)).count();
        let scored: Vec<u64> =
            own.iter().filter(|it| score(it).is_some()).map(|it| duration(it)).collect();
        let tools: Vec<String> = key.1.iter().map(ToString::to_string).collect();
        let mut row = vec![text(&key.0), text(tools.join(" + "))];
        row.extend([count(own.len()), count(own.len() - scored.len())]);
        row.extend(BEST_FIRST.map(|it| share(of(it), scored.len())));
        row.extend([tenths(5, scored), count(alone.get(key).copied().unwrap_or_default())]);
        row
    };
    (columns, ways.iter().map(row).collect())
}

fn durations(walked: &[Walked]) -> Content {
    let columns = words(["step", "title", "times", "median", "p90", "longest"]);
    let row = |step: Step| {
        let place = usize::from(step.number()) - 1;
        let own = walked.iter().filter_map(|it| it.steps[place].2.map(bounded));
        let times: Vec<u64> = own.collect();
        let longest = tenths(10, times.clone());
        let mut row =
            vec![count(usize::from(step.number())), text(step.title()), count(times.len())];
        row.extend([tenths(5, times.clone()), tenths(9, times.clone()), longest]);
        (!times.is_empty()).then_some(row)
    };
    (columns, Step::ALL.into_iter().filter_map(row).collect())
}
