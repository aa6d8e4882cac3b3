//! `portolan withdraw`.

use reports::declared;

use super::{print, print_json};
use crate::args::{Args, Withdraw};
use crate::declaring::Declaring;
use crate::exit::Exit;

pub(super) fn execute(args: &Args, command: &Withdraw) -> Result<(), Exit> {
    let declaring = Declaring::open(args)?;
    let words = (command.reason.as_str(), command.by.by.as_str());
    for (position, withdrawn) in declaring.withdraw(command.position, words)? {
        if args.json {
            return print_json(&withdrawn);
        }
        let words = declared::withdrawal_words(&withdrawn);
        print(&format!("{words}\nrecorded as event {position}\n"))?;
    }
    Ok(())
}
