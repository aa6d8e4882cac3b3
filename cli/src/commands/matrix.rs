//! `portolan matrix`.

use std::borrow::Cow;
use std::io::IsTerminal as _;

use reports::grid::Grid;
use reports::html::Audience;
use reports::matrix::Judged;
use reports::matrix_file::MatrixFile;
use reports::public::PublicView;
use reports::text::{self, Colour};
use reports::{cells_csv, json, leak, steps_csv};

use super::print;
use super::published::published;
use super::seen::Seen;
use crate::args::{self, Args, Format, Matrix};
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Matrix) -> Result<(), Exit> {
    let seen = Seen::open(args, command.past)?;
    let campaign = seen.pick(command.campaign.as_ref())?;
    let waivers = seen.waivers();
    let public = command.audience == args::Audience::Public;
    let campaign = if public { published(args, campaign)? } else { Cow::Borrowed(campaign) };
    let mut judged = seen.judged(&campaign, &waivers);
    if let Some(guest) = &command.guest {
        judged.matrices.retain(|matrix| matrix.guest == *guest);
        if judged.matrices.is_empty() {
            let words = format!("campaign `{}` has no guest `{guest}`", campaign.id);
            return Err(Exit::usage(words));
        }
    }
    let format = match (command.format, args.json) {
        (None, false) => Format::Text,
        (None | Some(Format::Json), _) => Format::Json,
        (Some(format), false) => format,
        (Some(_), true) => return Err(Exit::usage("--json and --format ask for two things")),
    };
    if public {
        no_tool_named(&judged)?;
    }
    let view = PublicView::from(&judged).of_history(&seen.history);
    let receipt = || seen.receipt(args, &judged, command.audience);
    match format {
        Format::Text => print(&text::matrices(&view, Some(&receipt()?), colour())),
        Format::Json => print_file(&seen.file(&judged, command.audience)),
        Format::Html => print(&rendered(Grid::from(&view).page(Some(&receipt()?)))?),
        Format::Csv if public => print(&rendered(cells_csv::public(&view))?),
        Format::Csv => print(&rendered(cells_csv::operator(&judged))?),
        Format::CsvSteps if public => {
            Err(Exit::usage("steps name the tools that were used: not for a public audience"))
        }
        Format::CsvSteps => print(&rendered(steps_csv::operator(&judged))?),
    }
}

/// Prints the matrices as text, or as JSON when that was asked for. A receipt is given where the
/// log can be asked again.
pub(super) fn show(
    args: &Args,
    seen: &Seen,
    judged: &Judged<'_>,
    is_log: bool,
) -> Result<(), Exit> {
    if args.json {
        return print_file(&seen.file(judged, args::Audience::Operator));
    }
    let view = PublicView::from(judged).of_history(&seen.history);
    let receipt = || seen.receipt(args, judged, args::Audience::Operator);
    let receipt = is_log.then(receipt).transpose()?;
    print(&text::matrices(&view, receipt.as_ref(), colour()))
}

/// Prints matrices as JSON, in the bytes that a receipt tells the digest of.
fn print_file(file: &MatrixFile) -> Result<(), Exit> {
    print(&json::text(file).map_err(|error| Exit::Lab(error.into()))?)
}

/// Refuses to publish a testbed whose own words name a tool.
pub(super) fn no_tool_named(judged: &Judged<'_>) -> Result<(), Exit> {
    leak::tool_named(judged).map_or(Ok(()), |words| Err(Exit::usage(words)))
}

/// Colours on a terminal only.
pub(super) fn colour() -> Colour {
    if std::io::stdout().is_terminal() { Colour::Always } else { Colour::Never }
}

/// The report's word for a reader.
pub(super) fn audience(asked: args::Audience) -> Audience {
    match asked {
        args::Audience::Public => Audience::Public,
        args::Audience::Auditor => Audience::Auditor,
        args::Audience::Operator => Audience::Operator,
    }
}

/// What was written in memory.
pub(super) fn rendered<E>(result: Result<String, E>) -> Result<String, Exit>
where
    E: std::error::Error + Send + Sync + 'static,
{
    result.map_err(|error| Exit::Lab(error.into()))
}
