//! Where letters are given away: a folder, or a mail server.

use crate::folder::Folder;
use crate::outcome::Outcome;
use crate::parcel::Message;
use crate::smtp::Smtp;

/// Where letters are given away.
#[derive(Debug)]
pub enum Transport {
    /// Files, for whoever carries them on, and for tests.
    Folder(Folder),
    /// A mail server.
    Smtp(Box<Smtp>),
}

impl Transport {
    /// Tries once to deliver. The same message again replaces a file; a mail server sends it a second time, under the
    /// same name.
    pub async fn send(&mut self, message: &Message) -> Outcome {
        match self {
            Self::Folder(folder) => folder.put(message),
            Self::Smtp(smtp) => smtp.send(message).await,
        }
    }

    /// Says goodbye to a mail server, if one is connected.
    pub async fn close(&mut self) {
        match self {
            Self::Folder(_) => {}
            Self::Smtp(smtp) => smtp.close().await,
        }
    }
}
