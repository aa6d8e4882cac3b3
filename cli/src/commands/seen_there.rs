//! What a service shows of a campaign that was walked here: where, and which cells it judges otherwise.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reports::matrix::Judged;
use runner::remote::JudgedThere;

use crate::logbook::Logbook;

/// Where the service shows the campaign and how it judges it, in words; none where the store itself can
/// be asked. What has not arrived is not judged yet.
pub(super) async fn words(
    logbook: &Logbook,
    judged: &Judged<'_>,
    has_arrived: bool,
) -> Option<String> {
    let page = logbook.page(&judged.campaign.id)?;
    let mut words = format!("\nThe service shows it at {page}\n");
    if has_arrived {
        words.push_str(&match logbook.judged_there(&judged.campaign.id).await {
            Ok(there) => there.map(|it| compared(&it, judged)).unwrap_or_default(),
            Err(fault) => format!("It does not say how it judges it: {fault}\n"),
        });
    }
    Some(words)
}

/// How the service judges, held against how it was judged here.
fn compared(there: &JudgedThere, judged: &Judged<'_>) -> String {
    let here = judged
        .cells()
        .map(|(guest, cell)| ((guest, &cell.source, &cell.target), cell.verdict.standing.word()));
    let here: BTreeMap<_, &str> = here.collect();
    let (mut count, mut otherwise) = (0, String::new());
    for (guest, source, target, standing) in there.cells() {
        count += 1;
        let here = here.get(&(guest, source, target)).copied().unwrap_or("not there");
        if standing != here {
            let _ =
                writeln!(otherwise, "  {guest}, {source} to {target}: {standing} (here {here})");
        }
    }
    let by = there.by();
    match (count, otherwise.is_empty()) {
        (0, _) => format!("It judges no cell yet, by {by}\n"),
        (_, true) => format!("It judges every cell as above, by {by}\n"),
        (_, false) => format!("It judges these cells otherwise, by {by}:\n{otherwise}"),
    }
}
