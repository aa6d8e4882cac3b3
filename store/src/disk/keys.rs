//! The keys of a log: one to sign with, and every one it has ever signed with.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use ledger::{Note, Signer, Verifier};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::layout::Layout;
use crate::StoreError;
use crate::files::{private_folder, put_bytes};

/// A change of the key, as it is to be recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) at: Timestamp,
}

/// The keys of a log.
#[derive(Debug)]
pub(super) struct Keys {
    folder: PathBuf,
    /// What checkpoints are signed with; `None` where the secret is not there, as in a copy.
    pub(super) signer: Option<Signer>,
    /// Every public key of this log, the oldest first.
    pub(super) verifiers: Vec<Verifier>,
    /// How many events the signed head on disk covers, as far as this process signed it.
    pub(super) signed: u64,
}

impl Keys {
    /// Reads the keys.
    pub(super) fn open(layout: &Layout) -> Result<Self, StoreError> {
        let (folder, verifiers) = (layout.keys(), Self::verifiers(layout)?);
        let path = folder.join("signer");
        let signer = secret(&path)?;
        if signer.as_ref().is_some_and(|signer| !verifiers.contains(signer.verifier())) {
            let why = "its public part is not in keys/verifiers".to_owned();
            return Err(StoreError::Key { path, why });
        }
        Ok(Self { folder, signer, verifiers, signed: 0 })
    }

    /// Reads the public keys.
    pub(super) fn verifiers(layout: &Layout) -> Result<Vec<Verifier>, StoreError> {
        let path = layout.keys().join("verifiers");
        let text = read(&path)?.unwrap_or_default();
        let bad = |why: String| StoreError::Key { path: path.clone(), why };
        let parse = |line: &str| line.parse().map_err(|e: ledger::KeyError| bad(e.to_string()));
        let verifiers: Vec<Verifier> = text.lines().map(parse).collect::<Result<_, _>>()?;
        if verifiers.is_empty() { Err(bad("it holds no key".to_owned())) } else { Ok(verifiers) }
    }

    /// Makes the first key of a log, safe on disk when this returns.
    pub(super) fn create(layout: &Layout, signer: Signer) -> Result<Self, StoreError> {
        let folder = layout.keys();
        private_folder(&folder)?;
        let mut keys = Self { folder, signer: None, verifiers: Vec::new(), signed: 0 };
        keys.install(signer)?;
        Ok(keys)
    }

    /// Takes over public keys that came with an import.
    pub(super) fn adopt(layout: &Layout, verifiers: Vec<Verifier>) -> Result<Self, StoreError> {
        let folder = layout.keys();
        private_folder(&folder)?;
        let keys = Self { folder, signer: None, verifiers, signed: 0 };
        keys.write_verifiers()?;
        Ok(keys)
    }

    /// The name under which this log signs: its origin.
    pub(super) fn origin(&self) -> Option<&str> {
        self.verifiers.first().map(Verifier::name)
    }

    /// Puts a new key aside, before the log says that it is in force, with the present key's word
    /// for it: without that, whoever may write here could put his own key in its place.
    pub(super) fn stage(&self, next: &Signer) -> Result<(), StoreError> {
        let text = format!("portolan key change\n{}\n", next.verifier());
        let word = self.signer.as_ref().map(|signer| Note::sign(text, &[signer])).transpose();
        let word = word.map_err(|error| StoreError::Tree(error.to_string()))?;
        if let Some(word) = word {
            put_bytes(&self.folder.join("change"), word.to_string().as_bytes())?;
        }
        put_bytes(&self.folder.join("signer.next"), next.encode().as_bytes())
    }

    /// The key put aside, if the present key vouches for it.
    pub(super) fn staged(&self) -> Result<Option<Signer>, StoreError> {
        let (Some(next), Some(signer)) = (secret(&self.folder.join("signer.next"))?, &self.signer)
        else {
            return Ok(None);
        };
        let word = read(&self.folder.join("change"))?.and_then(|text| text.parse::<Note>().ok());
        let vouched = word.is_some_and(|word| {
            let known = std::slice::from_ref(signer.verifier());
            let text = format!("portolan key change\n{}\n", next.verifier());
            word.verify(known).is_ok() && word.text() == text
        });
        Ok(Some(next).filter(|_| vouched))
    }

    /// Forgets the key put aside.
    pub(super) fn unstage(&self) -> Result<(), StoreError> {
        for name in ["signer.next", "change", "lost"] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io("cannot remove", &path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts a key in place of one that was lost, and notes the event that is to be recorded.
    pub(super) fn replace_lost(
        &mut self,
        signer: Signer,
        event: &Change,
    ) -> Result<(), StoreError> {
        let bytes =
            serde_json::to_vec(event).map_err(|e| StoreError::Unspellable(e.to_string()))?;
        put_bytes(&self.folder.join("lost"), &bytes)?;
        self.put(signer)
    }

    /// The change of a lost key that is still to be recorded.
    pub(super) fn unrecorded(&self) -> Result<Option<Change>, StoreError> {
        let text = read(&self.folder.join("lost"))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Makes this the key to sign with; the secret before it is gone.
    pub(super) fn install(&mut self, signer: Signer) -> Result<(), StoreError> {
        self.put(signer)?;
        self.unstage()
    }

    fn put(&mut self, signer: Signer) -> Result<(), StoreError> {
        if !self.verifiers.contains(signer.verifier()) {
            self.verifiers.push(signer.verifier().clone());
        }
        self.write_verifiers()?;
        put_bytes(&self.folder.join("signer"), signer.encode().as_bytes())?;
        self.signer = Some(signer);
        Ok(())
    }

    fn write_verifiers(&self) -> Result<(), StoreError> {
        let lines: String = self.verifiers.iter().map(|key| format!("{key}\n")).collect();
        put_bytes(&self.folder.join("verifiers"), lines.as_bytes())
    }
}

fn read(path: &PathBuf) -> Result<Option<String>, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("cannot read", path, error)),
    }
}

fn secret(path: &PathBuf) -> Result<Option<Signer>, StoreError> {
    let Some(text) = read(path)?.map(Zeroizing::new) else { return Ok(None) };
    let signer = Signer::parse(text.trim_end());
    signer.map(Some).map_err(|error| StoreError::Key { path: path.clone(), why: error.to_string() })
}
