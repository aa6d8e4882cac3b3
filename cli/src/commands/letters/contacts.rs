//! To whom letters go, and by which way: as the settings say, or as files to each vendor's name.

use std::path::Path;

use anyhow::Context as _;
use post::settings::Way;
use post::{Contact, Mailbox, Results, Settings};

use crate::args::{Args, Writing};
use crate::clock;
use crate::exit::Exit;

/// The settings that are asked for; what stands in the store otherwise; and without any a letter to
/// each of these vendors, as a file in the store.
pub(super) fn settings(args: &Args, writing: &Writing, vendors: &[&str]) -> Result<Settings, Exit> {
    chosen(args, (writing.settings.as_deref(), writing.folder.as_deref()), vendors)
}

/// The same, of the file and the folder that are named.
pub(super) fn chosen(
    args: &Args,
    (file, folder): (Option<&Path>, Option<&Path>),
    vendors: &[&str],
) -> Result<Settings, Exit> {
    let mut settings = read(&args.store, file, vendors).map_err(Exit::Usage)?;
    if let Some(folder) = folder {
        settings.way = Way::Folder(folder.to_owned());
    }
    if let Way::Folder(folder) = &settings.way {
        let cannot = || format!("cannot make {}", folder.display());
        std::fs::create_dir_all(folder).with_context(cannot).map_err(Exit::Usage)?;
    }
    Ok(settings)
}

/// The same, and nothing is made that is not there.
pub(super) fn read(
    store: &Path,
    named: Option<&Path>,
    vendors: &[&str],
) -> Result<Settings, anyhow::Error> {
    let usual = store.join("letters.toml");
    match named.or_else(|| usual.is_file().then_some(&usual)) {
        Some(file) => Ok(Settings::read(file, &clock::variable)?),
        None => usual_settings(&store.join("letters"), vendors),
    }
}

/// Nobody's addresses: the names are reserved (RFC 2606), no mail ever leaves.
fn usual_settings(folder: &Path, vendors: &[&str]) -> Result<Settings, anyhow::Error> {
    let from: Mailbox = "Portolan <portolan@portolan.invalid>".parse()?;
    let contact = |vendor: &&str| {
        let id = (*vendor).to_owned();
        let address = format!("{vendor}@vendors.invalid").parse()?;
        let (vendor, results) = (Some(id.clone()), Results::Mail);
        Ok(Contact { id, vendor, address, certificate: None, results })
    };
    Ok(Settings {
        from,
        reply_to: None,
        way: Way::Folder(folder.to_owned()),
        signer: None,
        contacts: vendors.iter().map(contact).collect::<Result<_, anyhow::Error>>()?,
        subscriptions: Vec::new(),
    })
}
