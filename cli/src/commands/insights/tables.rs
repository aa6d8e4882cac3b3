//! Tables over many campaigns, for whom they were asked.

use std::borrow::Cow;

use reports::history::{CampaignHistory, History};
use reports::outcomes::Outcomes;
use reports::public::PublicView;
use reports::tables::{Analysis, Sources, Table, TablesError};

use crate::args::insights::{By, Form};
use crate::args::{Args, Audience, Insights};
use crate::commands::matrix::{colour, no_tool_named, rendered};
use crate::commands::published::published;
use crate::commands::seen::Seen;
use crate::commands::{pick, print, print_json};
use crate::exit::Exit;

pub(in crate::commands) fn execute(args: &Args, command: &Insights) -> Result<(), Exit> {
    let form = form(args, command)?;
    let analyses = asked(command)?;
    let seen = Seen::open(args, command.past)?;
    let waivers = seen.waivers();
    let (mut views, mut outcomes) = (Vec::new(), Outcomes::default());
    for campaign in chosen(&seen.history, command)? {
        let public = command.audience == Audience::Public;
        let campaign = if public { published(args, campaign)? } else { Cow::Borrowed(campaign) };
        let judged = seen.judged(&campaign, &waivers);
        if public {
            no_tool_named(&judged)?;
        } else {
            outcomes.add(&judged).map_err(Exit::usage)?;
        }
        views.push(PublicView::from(&judged).of_history(&seen.history));
    }
    let sources = match command.audience {
        Audience::Public => Sources::public(&views),
        Audience::Auditor | Audience::Operator => Sources::operator(&views, &outcomes),
    };
    let sources = sources.map_err(told)?;
    let tables: Result<Vec<Table>, _> = analyses.iter().map(|it| sources.table(*it)).collect();
    let tables = tables.map_err(told)?;
    match form {
        Form::Csv => tables.iter().try_for_each(|it| print(&rendered(it.csv())?)),
        Form::Text => print(&reports::tables::Insights::new(&views, tables).text(colour())),
        Form::Json => print_json(&reports::tables::Insights::new(&views, tables)),
    }
}

fn form(args: &Args, command: &Insights) -> Result<Form, Exit> {
    match (command.format, args.json) {
        (None, false) => Ok(Form::Text),
        (None | Some(Form::Json), _) => Ok(Form::Json),
        (Some(_), true) => Err(Exit::usage("--json and --format ask for two things")),
        (Some(Form::Csv), false) if command.by.is_none() => {
            Err(Exit::usage("a CSV file holds one table: say which with --by"))
        }
        (Some(form), false) => Ok(form),
    }
}

/// The analysis that was asked for, or every one that the audience may read.
fn asked(command: &Insights) -> Result<Vec<Analysis>, Exit> {
    let may_read = |it: &Analysis| it.is_public() || command.audience != Audience::Public;
    match command.by.map(analysis) {
        None => Ok(Analysis::ALL.into_iter().filter(may_read).collect()),
        Some(analysis) if may_read(&analysis) => Ok(vec![analysis]),
        Some(analysis) => Err(told(TablesError::OperatorsOnly(analysis))),
    }
}

fn analysis(by: By) -> Analysis {
    match by {
        By::Guest => Analysis::Guest,
        By::Cause => Analysis::Cause,
        By::Topic => Analysis::Topic,
        By::Target => Analysis::Target,
        By::Source => Analysis::Source,
        By::Consistency => Analysis::Consistency,
        By::Converter => Analysis::Converter,
        By::Duration => Analysis::Duration,
    }
}

/// The campaigns that were asked for, or all; each once, in the order in which they started.
fn chosen<'a>(history: &'a History, command: &Insights) -> Result<Vec<&'a CampaignHistory>, Exit> {
    // Refuses an empty store, too.
    pick(history, None)?;
    for id in &command.campaign {
        pick(history, Some(id))?;
    }
    let wanted =
        |it: &&CampaignHistory| command.campaign.is_empty() || command.campaign.contains(&it.id);
    Ok(history.campaigns().iter().filter(wanted).collect())
}

fn told(error: TablesError) -> Exit {
    match error {
        TablesError::OperatorsOnly(_) | TablesError::Full(_) => Exit::usage(error),
        TablesError::Engine(_) => Exit::lab(error),
    }
}
