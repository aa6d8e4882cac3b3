//! `portolan verify` of a bundle: what was found, in words or as JSON.

use std::io::Read;

use anyhow::Context as _;
use ledger::Verifier;
use reports::bundle::{Bundle, LARGEST_BUNDLE, Misshapen, SUMS};
use serde::Serialize;

use super::checking::{Checked, check};
use crate::args::{Args, VerifyFile};
use crate::commands::attestation::{word, wrong};
use crate::commands::listing::{Listing, count};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::progress::plain;
use crate::trust;

#[derive(Serialize)]
struct Told<'a> {
    right: bool,
    kind: &'static str,
    /// Whether a key that was named vouches for it.
    trusted: bool,
    /// Whether digests and statement are signed; the state of the log always is.
    signed: bool,
    signers: &'a [Verifier],
    files: usize,
    campaign: Option<&'a str>,
    audience: Option<&'a str>,
    /// `PASSED`, `WARNED` or `FAILED`.
    result: &'a str,
    size: u64,
    /// Hexadecimal.
    root: String,
    /// Events proved to be in the log.
    events: &'a [u64],
}

/// Checks the zip file in these bytes.
pub(in crate::commands) fn verify(
    args: &Args,
    command: &VerifyFile,
    from: impl Read,
) -> Result<(), Exit> {
    let (path, named) = (&command.file, trust::keys(&command.trust)?);
    let mut bytes = Vec::new();
    let read = from.take(LARGEST_BUNDLE as u64 + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {}", path.display())).map_err(Exit::Usage)?;
    let bundle = match Bundle::unzip(&bytes) {
        Ok(bundle) if bundle.file(SUMS).is_none() => {
            let path = path.display();
            return Err(Exit::usage(format!("{path}: no bundle of portolan: it has no {SUMS}")));
        }
        Ok(bundle) => bundle,
        Err(error @ (Misshapen::Zip(_) | Misshapen::TooLarge)) => {
            return Err(Exit::Usage(anyhow::Error::new(error).context(path.display().to_string())));
        }
        Err(error) => return wrong(args, path, error.into()),
    };
    let checked = match check(&bundle, &named) {
        Ok(checked) => checked,
        Err(error) => return wrong(args, path, error),
    };
    let told = told(&bundle, &checked, !named.is_empty());
    if args.json { print_json(&told) } else { print(&plain(&text(&told, &checked))) }
}

fn told<'a>(bundle: &Bundle, checked: &'a Checked, trusted: bool) -> Told<'a> {
    let campaign = checked.statement.campaign();
    Told {
        right: true,
        kind: "bundle",
        trusted,
        signed: checked.signed,
        signers: &checked.signers,
        files: bundle.files().count(),
        campaign: campaign.and_then(|it| it.campaign.as_deref()),
        audience: campaign.and_then(|it| it.audience.as_deref()),
        result: checked.statement.result(),
        size: checked.checkpoint.size(),
        root: checked.checkpoint.root().to_string(),
        events: &checked.events,
    }
}

fn text(told: &Told<'_>, checked: &Checked) -> String {
    let mut list = Listing::new(12);
    list.row("✓ right", format!("{} are as they were bundled", count(told.files as u64, "file")));
    list.row("campaign", word(told.campaign.unwrap_or_default()));
    list.row("for", word(told.audience.unwrap_or_default()));
    list.row("result", format!("{}, about the matrix.json in it", word(told.result)));
    list.row("log", checked.checkpoint.origin());
    list.row("state", format!("{}, root {}", count(told.size, "event"), told.root));
    list.row("proofs", format!("{} in the log", count(told.events.len() as u64, "event")));
    let signers: Vec<String> = told.signers.iter().map(ToString::to_string).collect();
    list.row("signed by", signers.join("\n"));
    if !told.signed {
        list.row(
            "! unsigned",
            "only the state of the log is signed: nobody vouches for the results, which anybody \
             may have put beside it",
        );
    }
    if told.trusted {
        list.row("✓ trusted", "by a key you named");
    } else {
        list.row(
            "! no key",
            "no key was named: this shows only that the bundle is consistent in itself.\n\
             Compare the key above with the one that the operator of the log has published.",
        );
    }
    list.text().to_owned()
}
