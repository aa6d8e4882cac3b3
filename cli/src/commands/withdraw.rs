//! `portolan withdraw`.

use domain::event::Event;
use reports::declared;

use super::{desk_there, print, print_json};
use crate::args::{Args, Withdraw};
use crate::clock;
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Withdraw) -> Result<(), Exit> {
    let desk = desk_there(args)?;
    let words = (command.reason.as_str(), command.by.by.as_str());
    let recorded = desk.withdraw(command.position, words, clock::now())?;
    for recorded in recorded {
        let Event::StepWithdrawn(withdrawn) = recorded.event else { continue };
        if args.json {
            return print_json(&withdrawn);
        }
        let words = declared::withdrawal_words(&withdrawn);
        print(&format!("{words}\nrecorded as event {}\n", recorded.position))?;
    }
    Ok(())
}
