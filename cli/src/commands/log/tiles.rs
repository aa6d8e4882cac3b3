//! `portolan log tiles`: the log as files that any web server can serve.

use store::{Published, Snapshot};

use super::quiet;
use crate::args::{Args, Tiles};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::progress::{Meter, tell};

pub(super) fn execute(args: &Args, command: &Tiles) -> Result<(), Exit> {
    let log = Snapshot::take(&args.store)?;
    let (_, signed) = log.newest()?;
    let meter = Meter::new(quiet(args), "publishing", Some(signed.size()));
    let published = log.publish(&command.out, !command.without_entries, |done| meter.at(done));
    drop(meter);
    let Published { size, written, kept, removed } = published?;
    let newer = log.end().saturating_sub(size);
    if newer > 0 {
        tell(&format!("{newer} newer events are not published: first portolan log checkpoint"));
    }
    let root = signed.root().to_string();
    if args.json {
        return print_json(&serde_json::json!({
            "folder": command.out.display().to_string(),
            "size": size, "root": root,
            "written": written, "kept": kept, "removed": removed, "newer": newer,
        }));
    }
    if args.quiet {
        return Ok(());
    }
    print(&format!(
        "published {size} events in {}, root {root}\n{written} files written, {kept} there already, \
         {removed} partial tiles removed\n",
        command.out.display()
    ))
}
