//! A heat map in words and the signs that it uses.

use std::collections::BTreeSet;

use domain::score::Standing;

use super::choice::Chosen;
use super::runs::{Look, Run};
use crate::picture::frame::{Sign, sign};
use crate::picture::words::{NOT_PLANNED, counted};
use crate::tally::ALL;
use crate::units::count;

/// The picture in words. The counts of its squares sum up to their number.
pub(super) fn in_words(chosen: &Chosen<'_>) -> String {
    let each = |run: &Run<'_>| std::iter::repeat_n(run.look.standing, run.len);
    let rows = count(chosen.rows().count(), "cell");
    let guests = count(chosen.groups.len(), "guest");
    let mut sentences = vec![
        format!("Rows: {rows} of {guests}."),
        format!("Columns: {}.", chosen.axis.in_words()),
        format!("{}.", counted("square", chosen.runs().flat_map(each))),
    ];
    sentences.extend(marked(chosen, "unstable", |it| it.unstable));
    sentences.extend(marked(chosen, "stale", |it| it.stale));
    sentences.extend(last_campaign(chosen));
    sentences.extend(chosen.notes());
    sentences.join(" ")
}

/// The signs that occur, the best standing first.
pub(super) fn signs(chosen: &Chosen<'_>) -> Vec<Sign> {
    let looks: BTreeSet<Look> = chosen.runs().map(|it| it.look).collect();
    let occurs = |it: &&Standing| looks.iter().any(|look| look.standing == Some(**it));
    let mut signs: Vec<Sign> = ALL.iter().filter(occurs).map(|it| sign(*it)).collect();
    let mut besides = |is: fn(&Look) -> bool, symbol: &str, word: &str| {
        if looks.iter().any(is) {
            signs.push((symbol.to_owned(), word.to_owned()));
        }
    };
    besides(|it| it.standing.is_none(), "", NOT_PLANNED);
    besides(|it| it.unstable, "~", "unstable");
    besides(|it| it.stale, "", "stale");
    signs
}

fn marked(chosen: &Chosen<'_>, what: &str, is: fn(&Look) -> bool) -> Option<String> {
    let marked: usize = chosen.runs().filter(|it| is(&it.look)).map(|it| it.len).sum();
    (marked > 0).then(|| format!("{} {what}.", count(marked, "square")))
}

fn last_campaign(chosen: &Chosen<'_>) -> Option<String> {
    let last = chosen.axis.len().checked_sub(1)?;
    let runs = chosen.rows().filter_map(|it| it.runs.last());
    let cells = counted("cell", runs.map(|it| it.look.standing));
    Some(format!("In the last campaign, {}: {cells}.", chosen.axis.name(last)))
}
