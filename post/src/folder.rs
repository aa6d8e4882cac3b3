//! Letters and notices as files: one a name, whole or not there.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::head::MessageId;
use crate::outcome::{Outcome, Phase, Refusal, Words};
use crate::parcel::Message;
use crate::webhook::Notice;

/// A folder of `.eml` files, and `.json` files of notices.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Uses a folder, which is made when the first letter comes.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the letter of this name lies, or will: a digest, since names may hold what a file system does not take.
    pub fn file(&self, id: &MessageId) -> PathBuf {
        self.path.join(digest_name(id.as_str(), "eml"))
    }

    pub(crate) fn put(&self, message: &Message) -> Outcome {
        self.kept(&self.file(message.message_id()), message.bytes())
    }

    fn kept(&self, file: &Path, bytes: &[u8]) -> Outcome {
        match self.write(file, bytes) {
            Ok(()) => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                Outcome::Accepted { reply: Words::clean(&format!("written as {name}"), &[]) }
            }
            Err(error) => Outcome::Refused(Refusal {
                phase: Phase::File,
                code: None,
                status: None,
                words: Words::clean(
                    &format!("the folder of letters cannot be written: {error}"),
                    &[],
                ),
                permanent: false,
            }),
        }
    }

    /// Keeps a notice as it would be sent, in place of sending it: for whoever wants to see it first.
    pub fn keep(&self, notice: &Notice) -> Outcome {
        self.kept(&self.path.join(digest_name(&notice.id, "json")), notice.body().as_bytes())
    }

    /// Written beside, synced, renamed: whoever looks sees the whole letter or none.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.path)?;
        let mut beside = tempfile::Builder::new()
            .prefix(".letter-")
            .suffix(".partial")
            .tempfile_in(&self.path)?;
        beside.write_all(bytes)?;
        beside.as_file().sync_all()?;
        beside.persist(file)?;
        File::open(&self.path)?.sync_all()
    }
}

fn digest_name(id: &str, ending: &str) -> String {
    let digest = Sha256::digest(id);
    let name: String = digest[..16].iter().map(|it| format!("{it:02x}")).collect();
    format!("{name}.{ending}")
}
