//! `portolan publish`: what would be told to everybody, and the decision to tell it.

use domain::event::CampaignPublished;
use domain::ids::CampaignId;
use domain::letter::LetterCommand;
use reports::chronicle::CampaignRecord;
use reports::letters::guard::{Guard, Revealed, earlier, withheld_beside};
use reports::units::count;
use reports::viewpoint::Viewpoint;
use serde_json::json;

use super::letters::{Known, Place};
use super::listing::Listing;
use super::{chronicle, print, print_json};
use crate::args::{Args, Publish};
use crate::exit::Exit;
use crate::settings;

pub(super) fn execute(args: &Args, command: &Publish) -> Result<(), Exit> {
    let campaign = &command.campaign;
    let (place, known) = (Place::find(args)?, Known::read(args, Some(campaign))?);
    let policy = settings::policy(args.policy.as_deref())?;
    let known_at = known.last_but_publication.ok_or_else(|| no_campaign(campaign))?;
    let viewpoint = Viewpoint { known_at: Some(known_at), ..Viewpoint::default() };
    let chronicle = chronicle(args, policy.clone(), viewpoint)?;
    let records = chronicle.records(&chronicle.in_force());
    let record = records.iter().find(|it| it.id == *campaign);
    let record = record.ok_or_else(|| no_campaign(campaign))?;
    let guard = Guard { fewest_tools: command.fewest_tools };
    let earlier = earlier(&records, record, &known.letters);
    let revealed = revealed(guard, record, earlier);
    let withheld = match earlier {
        Some(earlier) => withheld_beside(record, earlier, guard),
        None => reports::letters::guard::withheld(record, guard),
    };
    let published = CampaignPublished {
        campaign: campaign.clone(),
        known_at,
        policy: policy.label(),
        policy_sha256: policy.digest(),
        fewest_tools: command.fewest_tools,
        withheld,
        reason: command.reason.clone(),
        by: command.by.by.clone(),
    };
    if command.dry_run {
        return tell(args, (record, &revealed), &published, None);
    }
    let act = LetterCommand::Publish(published.clone());
    let position = place.record_one(&known.answers, act)?;
    tell(args, (record, &revealed), &published, position)
}

fn revealed(
    guard: Guard,
    record: &CampaignRecord,
    earlier: Option<&CampaignRecord>,
) -> Vec<Revealed> {
    let beside = earlier.map(|it| guard.revealed_beside(record, it)).unwrap_or_default();
    let mut all: Vec<Revealed> = guard.revealed(record).into_iter().chain(beside).collect();
    all.sort();
    all
}

fn tell(
    args: &Args,
    (record, revealed): (&CampaignRecord, &[Revealed]),
    published: &CampaignPublished,
    position: Option<u64>,
) -> Result<(), Exit> {
    if args.json {
        return print_json(&json!({
            "campaign": published.campaign,
            "position": position,
            "cells": record.cells.len(),
            "withheld": published.withheld,
            "revealed": revealed,
        }));
    }
    let mut listing = Listing::new(10);
    for it in revealed {
        let kept = if it.why.withholds() { "withheld" } else { "told" };
        listing.row(kept, format!("{}: {}", it.cell, it.why));
    }
    let shown = record.cells.len() - published.withheld.len();
    let sum = format!("{} told, {} withheld", count(shown, "cell"), published.withheld.len());
    let campaign = &published.campaign;
    let end = match position {
        Some(position) => format!("{campaign} is public: event {position}"),
        None => format!("nothing was published: portolan publish {campaign}"),
    };
    print(&format!("{}{sum}\n{end}\n", listing.text()))
}

fn no_campaign(campaign: &CampaignId) -> Exit {
    Exit::usage(format!("there is no campaign `{campaign}`: portolan matrix names the last one"))
}
