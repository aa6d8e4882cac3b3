//! What vendors said of a campaign or of one of its cells, for whoever looks.

use domain::ids::CampaignId;
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use reports::chronicle::CampaignRecord;
use reports::letters::guard::Guard;
use reports::pages::links;
use reports::pages::said::{Hearing, Said};

use crate::asked::When;
use crate::reading::Reader;
use crate::service::Service;

/// What this reader is told that vendors said, and the permanent place of a page that shows it.
pub(crate) fn said(
    service: &Service,
    reader: &Reader,
    (record, cell, when): (&CampaignRecord, Option<&CellId>, &When),
    pinned: links::Asked,
) -> (Vec<Said>, links::Asked) {
    let heard = service.library.heard(&record.id, when.viewpoint());
    let is_told = !service.library.names_a_tool(record) && !service.is_embargoed(&record.id);
    let is_public = is_told && cell.is_none_or(|it| !service.withheld(&record.id).contains(it));
    let fewest_tools = fewest_tools(service, &record.id);
    let hearing = Hearing { heard: &heard, fewest_tools, is_public };
    let said = match reader.is_insider() {
        true => Said::to_insiders(record, cell, &hearing),
        false => Said::to_anyone(record, cell, &hearing),
    };
    let last = said.iter().map(|it| it.since).max();
    let known_at = pinned.known_at.map(|it| it.max(last.unwrap_or(it)));
    (said, links::Asked { known_at, ..pinned })
}

/// How few makers may share what is told of a campaign: as whoever published it last decided.
fn fewest_tools(service: &Service, id: &CampaignId) -> u32 {
    let decided =
        |letters: &LetterRegistry| letters.publications(id).last().map(|it| it.what.fewest_tools);
    service.letters.look(decided).unwrap_or(Guard::default().fewest_tools)
}
