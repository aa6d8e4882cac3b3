//! Conversion tools side by side, in sum and cell by cell. Names tools: for operators and auditors
//! only.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use domain::ids::{ConverterId, GuestId};
use domain::plan::CellId;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::frame::Frame;
use super::links::{self, Asked};
use crate::chronicle::{CampaignRecord, CellRecord};
use crate::converters::{Fared, converters, identifying};
use crate::tally::{as_word, merit};

/// Conversion tools side by side over one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Converters {
    /// The campaign.
    pub campaign: CampaignLine,
    /// Campaigns that can be asked for, the newest first.
    pub campaigns: Vec<String>,
    /// Guests that can be asked for.
    #[schema(value_type = Vec<String>)]
    pub guests: Vec<GuestId>,
    /// The guest that is asked for; none for all of them.
    #[schema(value_type = Option<String>)]
    pub guest: Option<GuestId>,
    /// The tools, in testbed order.
    pub converters: Vec<ConverterLine>,
    /// How each tool fared in each cell.
    pub cells: Vec<CellRow>,
    /// Cells that only one route was scored in: whoever knows which tool was used there knows its
    /// score from the public one.
    pub identifying: usize,
}

/// How one tool fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConverterLine {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: ConverterId,
    /// Product name.
    pub product: String,
    /// Its maker's name.
    pub vendor: String,
    /// The version found; empty when none was.
    pub version: String,
    /// Its counts.
    #[schema(value_type = Object)]
    pub fared: Fared,
}

/// One cell, with every tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellRow {
    /// Which cell.
    #[schema(value_type = Object)]
    pub cell: CellId,
    /// Where it is told in full.
    pub href: String,
    /// How the cell stands.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// How each tool stands there, in the order of the tools.
    pub tools: Vec<ToolStand>,
}

/// How a tool stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToolStand {
    /// Which tool.
    #[schema(value_type = String)]
    pub id: ConverterId,
    /// Its best route; none where no route with it was planned.
    #[serde(serialize_with = "crate::tally::as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub standing: Option<Standing>,
    /// It gives the cell its score.
    pub best: bool,
}

#[derive(Template)]
#[template(path = "pages/converters.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Converters,
}

impl Converters {
    /// The tools of one campaign, for one guest or for all.
    #[must_use]
    pub fn new(record: &CampaignRecord, campaigns: Vec<String>, guest: Option<GuestId>) -> Self {
        let guests = record.testbed.guests.iter().map(|it| it.id.clone()).collect();
        let mut record = record.clone();
        let cells = Arc::make_mut(&mut record.cells);
        cells.retain(|it, _| guest.as_ref().is_none_or(|guest| *guest == it.guest));
        let mut fared: BTreeMap<ConverterId, Fared> = converters(&record);
        let line = |it: &domain::testbed::Converter| ConverterLine {
            id: it.id.clone(),
            product: it.product.clone(),
            vendor: vendor(&record, it),
            version: record
                .versions
                .get(&format!("converter:{}", it.id))
                .cloned()
                .unwrap_or_default(),
            fared: fared.remove(&it.id).unwrap_or_default(),
        };
        Self {
            campaign: CampaignLine::from(&record),
            campaigns,
            guests,
            guest,
            converters: record.testbed.converters.iter().map(line).collect(),
            cells: record.cells.iter().map(|(id, it)| row(&record, id, it)).collect(),
            identifying: identifying(&record).len(),
        }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Converters side by side".to_owned()
    }

    /// Whether this guest is asked for.
    #[must_use]
    pub fn is_guest(&self, guest: &GuestId) -> bool {
        self.guest.as_ref() == Some(guest)
    }
}

fn vendor(record: &CampaignRecord, converter: &domain::testbed::Converter) -> String {
    let found = record.testbed.vendors.iter().find(|it| it.id == converter.vendor);
    found.map_or_else(|| converter.vendor.to_string(), |it| it.name.clone())
}

fn row(record: &CampaignRecord, id: &CellId, cell: &CellRecord) -> CellRow {
    let tools = record.testbed.converters.iter().map(|it| stand(record, cell, &it.id)).collect();
    let href = links::cell(&record.id, id, &Asked::default());
    CellRow { cell: id.clone(), href, standing: cell.stand.standing, tools }
}

fn stand(record: &CampaignRecord, cell: &CellRecord, id: &ConverterId) -> ToolStand {
    let own = cell.routes.iter().map(|it| &it.verdict).filter(|it| {
        record.testbed.route(&it.route).is_some_and(|route| route.converters.contains(id))
    });
    let best = own.clone().any(|it| Some(&it.route) == cell.stand.best.as_ref());
    let standing = own.map(|it| it.standing).min_by_key(|it| merit(*it));
    ToolStand { id: id.clone(), standing, best }
}
