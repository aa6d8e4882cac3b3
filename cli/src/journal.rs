//! What a lab itself recorded of a campaign that lies at a service: enough to show its matrices here.
//!
//! The log is the service's. This is a copy for the eyes of whoever runs the lab; it is not synced,
//! and what is lost of it is shown at the service.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::command::Command;
use domain::event::{Event, Recorded};
use domain::ids::CampaignId;
use reports::history::History;
use runner::remote::Heard;

use crate::clock;

/// The copy of one campaign.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    campaign: CampaignId,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    file: File,
    events: Vec<Recorded>,
}

impl Journal {
    /// The journal of a campaign below this folder, with what it holds already.
    pub(crate) fn open(folder: &Path, campaign: &CampaignId) -> io::Result<Arc<Self>> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{campaign}.journal"));
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
        let text = fs::read_to_string(&path)?;
        // A last line that was cut short, and all behind it, is left away.
        let events: Vec<Recorded> =
            text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        let kept = Mutex::new(Kept { file, events });
        Ok(Arc::new(Self { path, campaign: campaign.clone(), kept }))
    }

    /// Writes down what a command caused.
    pub(crate) fn write(&self, command: &Command, events: &[Event]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let place = kept.events.len() as u64;
            let recorded = Recorded {
                position: place,
                at: clock::now(),
                stream: format!("campaign/{}", self.campaign),
                version: place,
                command: command.id(&self.campaign),
                event: event.clone(),
            };
            let line = serde_json::to_string(&recorded).unwrap_or_default();
            if let Err(error) = writeln!(kept.file, "{line}") {
                tracing::warn!(%error, "the journal could not be written");
            }
            kept.events.push(recorded);
        }
    }

    /// Writes down everything that a recorder hears of.
    pub(crate) fn listener(self: &Arc<Self>) -> Heard {
        let journal = Arc::clone(self);
        Arc::new(move |command, events| journal.write(command, events))
    }

    /// The history that it tells.
    pub(crate) fn history(&self) -> History {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut history = History::default();
        kept.events.iter().for_each(|it| history.project(it));
        history
    }

    /// Removes it: the campaign is over and shown.
    pub(crate) fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the journal could not be removed");
        }
    }
}
