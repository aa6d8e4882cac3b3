//! The keys of a log: one to sign with, and every one it has ever signed with.

use std::fs;
use std::path::PathBuf;

use ledger::{Signer, Verifier};
use zeroize::Zeroizing;

use super::layout::{Layout, private_folder, put_bytes};
use crate::StoreError;

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

    /// Puts a new key aside, before the log says that it is in force.
    pub(super) fn stage(&self, signer: &Signer) -> Result<(), StoreError> {
        put_bytes(&self.folder.join("signer.next"), signer.encode().as_bytes())
    }

    /// The key put aside, if any.
    pub(super) fn staged(&self) -> Result<Option<Signer>, StoreError> {
        secret(&self.folder.join("signer.next"))
    }

    /// Forgets the key put aside.
    pub(super) fn unstage(&self) -> Result<(), StoreError> {
        let path = self.folder.join("signer.next");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("cannot remove", &path, error))
            }
            _ => Ok(()),
        }
    }

    /// Makes this the key to sign with; the secret before it is gone.
    pub(super) fn install(&mut self, signer: Signer) -> Result<(), StoreError> {
        if !self.verifiers.contains(signer.verifier()) {
            self.verifiers.push(signer.verifier().clone());
        }
        self.write_verifiers()?;
        put_bytes(&self.folder.join("signer"), signer.encode().as_bytes())?;
        self.unstage()?;
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
