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
    let Writing { settings, folder, .. } = writing;
    read(args, (settings.as_deref(), folder.as_deref()), vendors)
}

/// The same, of the file and the folder that are named.
pub(super) fn read(
    args: &Args,
    (file, folder): (Option<&Path>, Option<&Path>),
    vendors: &[&str],
) -> Result<Settings, Exit> {
    let usual = args.store.join("letters.toml");
    let named = file.or_else(|| usual.is_file().then_some(&usual));
    let mut settings = match named {
        Some(file) => {
            Settings::read(file, &clock::variable).map_err(|it| Exit::Usage(it.into()))?
        }
        None => usual_settings(&args.store.join("letters"), vendors)?,
    };
    if let Some(folder) = folder {
        settings.way = Way::Folder(folder.to_owned());
    }
    if let Way::Folder(folder) = &settings.way {
        let cannot = || format!("cannot make {}", folder.display());
        std::fs::create_dir_all(folder).with_context(cannot).map_err(Exit::Usage)?;
    }
    Ok(settings)
}

/// Nobody's addresses: the names are reserved (RFC 2606), no mail ever leaves.
fn usual_settings(folder: &Path, vendors: &[&str]) -> Result<Settings, Exit> {
    let from: Mailbox = "Portolan <portolan@portolan.invalid>".parse().map_err(Exit::usage)?;
    let contact = |vendor: &&str| {
        let id = (*vendor).to_owned();
        let address = format!("{vendor}@vendors.invalid").parse().map_err(Exit::usage)?;
        let (vendor, results) = (Some(id.clone()), Results::Mail);
        Ok(Contact { id, vendor, address, certificate: None, results })
    };
    Ok(Settings {
        from,
        reply_to: None,
        way: Way::Folder(folder.to_owned()),
        signer: None,
        contacts: vendors.iter().map(contact).collect::<Result<_, Exit>>()?,
        subscriptions: Vec::new(),
    })
}
