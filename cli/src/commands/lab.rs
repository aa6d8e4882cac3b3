//! `portolan lab build`.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{embedded, print, print_json};
use crate::args::{Args, Lab};
use crate::exit::Exit;
use crate::settings;

#[derive(Serialize)]
struct Built {
    guest: String,
    platform: Option<String>,
    sha256: String,
    built: bool,
    path: String,
}

pub(super) fn execute(args: &Args, command: &Lab) -> Result<(), Exit> {
    let Lab::Build { testbed, cache } = command;
    let testbed = settings::testbed(testbed)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Exit::Lab(error.into()))?;
    let images = runtime.block_on(async {
        let cancel = CancellationToken::new();
        let watcher = tokio::spawn(embedded::interruption(cancel.clone()));
        let folder = cache.folder();
        let images = embedded::images(args, &folder, &testbed);
        let images = embedded::unless_cancelled(&cancel, images).await;
        watcher.abort();
        images
    })?;
    let built: Vec<Built> = images
        .into_iter()
        .map(|(key, image)| Built {
            guest: key.guest.to_string(),
            platform: key.platform.map(|it| it.to_string()),
            sha256: image.sha256.to_string(),
            built: image.built,
            path: image.path.display().to_string(),
        })
        .collect();
    if args.json {
        return print_json(&built);
    }
    built.iter().try_for_each(|it| {
        let at = it.platform.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
        let how = if it.built { "built" } else { "found" };
        print(&format!("{how}  {:.12}  {}{at}\n", it.sha256, it.guest))
    })
}
