//! What matrices say in words: how well guests travel, what holds them back, where it is hard.
//!
//! Every sentence counts cells with a score; gaps are told in a sentence of their own.

use std::collections::BTreeMap;

use domain::ids::PlatformId;
use domain::score::{Score, Standing};

use crate::public::{PublicCell, PublicMatrix, PublicView};
use crate::reason::Reason;
use crate::tally::Tally;
use crate::units::count;

/// The sentences, in the order they are read.
#[must_use]
pub fn insights(view: &PublicView) -> Vec<String> {
    let mut sentences: Vec<String> = told(view).map(travels).collect();
    let cells: Vec<&PublicCell> = view.cells().map(|(_, cell)| cell).collect();
    let others = [
        failing_causes(&cells),
        hardest("target", &cells, |cell| &cell.target),
        hardest("source", &cells, |cell| &cell.source),
        changing_topics(&cells),
        rescued(&cells),
        unstable(&cells),
        gaps(&cells),
    ];
    sentences.extend(others.into_iter().flatten());
    sentences
}

/// The matrices of which any cell is told.
fn told(view: &PublicView) -> impl Iterator<Item = &PublicMatrix> {
    view.matrices.iter().filter(|it| !it.cells.is_empty() || view.withheld.is_empty())
}

/// How often a guest arrives, and how often just as it left.
fn travels(matrix: &PublicMatrix) -> String {
    let tally = matrix.tally();
    let same = tally.of(Standing::Scored(Score::Success));
    let runs = same + tally.of(Standing::Scored(Score::Warning));
    let (guest, scored) = (&matrix.guest, tally.scored());
    match (scored, runs) {
        (0, _) => format!("{guest}: no cell has a score yet."),
        (_, 0) => {
            format!("{guest} runs at the target in none of {}.", count(scored, "scored cell"))
        }
        _ => {
            let of = count(scored, "scored cell");
            let same = if same == 0 { "none".to_owned() } else { same.to_string() };
            format!("{guest} runs at the target in {runs} of {of}, in {same} just as it left.")
        }
    }
}

fn failing_causes(cells: &[&PublicCell]) -> Option<String> {
    let failing = with_standing(cells, Standing::Scored(Score::Failure));
    let reasons = failing.iter().filter_map(|it| it.reason.as_ref());
    let (causes, most) = most_frequent(reasons.map(|it| it.why.to_string()))?;
    let of = count(failing.len(), "failing cell");
    Some(format!("What fails most: {}, in {most} of {of}.", causes.join("; ")))
}

fn changing_topics(cells: &[&PublicCell]) -> Option<String> {
    let warned = with_standing(cells, Standing::Scored(Score::Warning));
    let reasons = warned.iter().filter_map(|it| it.reason.as_ref());
    let topics = reasons.flat_map(Reason::topics).map(|topic| topic.word().to_owned());
    let (topics, most) = most_frequent(topics)?;
    let of = count(warned.len(), "cell");
    Some(format!("What changes most: {}, in {most} of {of} with a warning.", topics.join(", ")))
}

/// The platforms on which the largest share of scored cells fails; none when all tie.
fn hardest(
    side: &str,
    cells: &[&PublicCell],
    platform: fn(&PublicCell) -> &PlatformId,
) -> Option<String> {
    let mut counts: BTreeMap<&PlatformId, (usize, usize)> = BTreeMap::new();
    for cell in cells.iter().filter(|it| it.standing.score().is_some()) {
        let (failing, scored) = counts.entry(platform(cell)).or_default();
        *failing += usize::from(cell.standing.score() == Some(Score::Failure));
        *scored += 1;
    }
    let worse = |a: &(usize, usize), b: &(usize, usize)| (a.0 * b.1).cmp(&(b.0 * a.1));
    let worst = *counts.values().max_by(|a, b| worse(a, b))?;
    let hard: Vec<&str> = counts
        .iter()
        .filter(|(_, it)| worse(it, &worst).is_eq())
        .map(|(platform, _)| platform.as_str())
        .collect();
    let (failing, scored) = worst;
    match hard.as_slice() {
        _ if failing == 0 || hard.len() == counts.len() => None,
        [one] => {
            let of = count(scored, "scored cell");
            let verb = if failing == 1 { "fails" } else { "fail" };
            Some(format!("The hardest {side} is {one}: {failing} of {of} {verb} there."))
        }
        several => Some(format!("The hardest {side}s are {}.", several.join(" and "))),
    }
}

/// Cells that one route saves where another fails.
fn rescued(cells: &[&PublicCell]) -> Option<String> {
    let is_rescued = |cell: &&&PublicCell| {
        let is = |wanted: Score| cell.routes.iter().any(|it| it.standing.score() == Some(wanted));
        is(Score::Failure) && (is(Score::Success) || is(Score::Warning))
    };
    let rescued = cells.iter().filter(is_rescued).count();
    (rescued > 0)
        .then(|| format!("In {} one route arrives where another fails.", count(rescued, "cell")))
}

fn unstable(cells: &[&PublicCell]) -> Option<String> {
    let unstable = cells.iter().filter(|it| it.unstable).count();
    let verb = if unstable == 1 { "is" } else { "are" };
    (unstable > 0)
        .then(|| format!("{} {verb} unstable: repetitions disagree.", count(unstable, "cell")))
}

fn gaps(cells: &[&PublicCell]) -> Option<String> {
    let without: Tally =
        cells.iter().map(|it| it.standing).filter(|it| it.score().is_none()).collect();
    let total = without.total();
    let verb = if total == 1 { "has" } else { "have" };
    (total > 0).then(|| {
        format!(
            "{} {verb} no score ({without}): that says nothing about them.",
            count(total, "cell")
        )
    })
}

fn with_standing<'a>(cells: &[&'a PublicCell], standing: Standing) -> Vec<&'a PublicCell> {
    cells.iter().copied().filter(|it| it.standing == standing).collect()
}

/// The most frequent words, in alphabetical order, and how often each occurs. More than two that
/// are equally frequent say nothing.
fn most_frequent(words: impl Iterator<Item = String>) -> Option<(Vec<String>, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let most = *counts.values().max()?;
    counts.retain(|_, count| *count == most);
    (counts.len() <= 2).then(|| (counts.into_keys().collect(), most))
}
