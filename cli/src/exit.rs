//! Exit codes, and how an error is told: 0 done, 1 below the gate, 2 bad input, 3 lab error or
//! something checked that is not right.

use std::process::ExitCode;

use domain::policy::Misfit;
use ingest::DeskError;
use runner::lab::{ImageFault, SettingsProblem};
use store::StoreError;

use crate::progress::tell;

/// Why the program ends with something other than 0.
#[derive(Debug)]
pub(crate) enum Exit {
    /// 1: a score lies below what `--fail-on` asked for, or a gate of the policy is a FAILURE.
    Gate(String),
    /// 2: the call or one of its files is wrong.
    Usage(anyhow::Error),
    /// 3: the lab broke, not the product.
    Lab(anyhow::Error),
    /// 3 as well: what was checked is not what it should be.
    Wrong(anyhow::Error),
    /// 3 as well: a person stopped it.
    Stopped(&'static str),
}

impl Exit {
    /// A wrong call, in words.
    pub(crate) fn usage(words: impl std::fmt::Display) -> Self {
        Self::Usage(anyhow::anyhow!("{words}"))
    }

    /// A broken lab, in words.
    pub(crate) fn lab(words: impl std::fmt::Display) -> Self {
        Self::Lab(anyhow::anyhow!("{words}"))
    }

    /// Something that is not right, in words.
    pub(crate) fn wrong(words: impl std::fmt::Display) -> Self {
        Self::Wrong(anyhow::anyhow!("{words}"))
    }

    /// That another process owns the store, if that is all; anything else as it was.
    pub(crate) fn in_use(self) -> Result<StoreError, Self> {
        match self {
            Exit::Usage(error) => match error.downcast::<StoreError>() {
                Ok(error @ StoreError::InUse { .. }) => Ok(error),
                Ok(other) => Err(other.into()),
                Err(error) => Err(Exit::Usage(error)),
            },
            Exit::Gate(_) | Exit::Lab(_) | Exit::Wrong(_) | Exit::Stopped(_) => Err(self),
        }
    }

    /// Why, in words alone.
    pub(crate) fn words(&self) -> String {
        match self {
            Exit::Gate(words) => words.clone(),
            Exit::Stopped(words) => (*words).to_owned(),
            Exit::Usage(error) | Exit::Lab(error) | Exit::Wrong(error) => chain(error),
        }
    }

    /// Tells why, on standard error, and gives the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        let (code, kind) = match self {
            Exit::Gate(_) => (1, "below the gate"),
            Exit::Usage(_) => (2, "error"),
            Exit::Stopped(_) => (3, "stopped"),
            Exit::Lab(_) => (3, "lab error"),
            Exit::Wrong(_) => (3, "not right"),
        };
        tell(&format!("portolan: {kind}: {}", self.words()));
        ExitCode::from(code)
    }
}

/// An error and its causes, each once: many repeat their cause in their own words.
fn chain(error: &anyhow::Error) -> String {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        let usage = matches!(
            error,
            StoreError::InUse { .. }
                | StoreError::Missing(_)
                | StoreError::OldStore(_)
                | StoreError::Newer { .. }
                | StoreError::NewerEvent { .. }
                | StoreError::NotEmpty(_)
                | StoreError::Import(_)
                | StoreError::NoKey(_)
                | StoreError::Key { .. }
                | StoreError::BlobPlace { .. }
        );
        let wrong = matches!(
            error,
            StoreError::Damaged { .. }
                | StoreError::TailLost { .. }
                | StoreError::Tree(_)
                | StoreError::Checkpoint { .. }
                | StoreError::BlobMissing(_)
                | StoreError::BlobDamaged(_)
        );
        match (usage, wrong) {
            (true, _) => Self::Usage(error.into()),
            (_, true) => Self::Wrong(error.into()),
            (false, false) => Self::Lab(error.into()),
        }
    }
}

impl From<DeskError> for Exit {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => Self::Usage(refusal.into()),
            DeskError::Conflict { .. }
            | DeskError::NotDeclared(_)
            | DeskError::NoStep(_)
            | DeskError::Withdrawn(_) => Self::Usage(error.into()),
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<Misfit> for Exit {
    fn from(misfit: Misfit) -> Self {
        Self::Usage(misfit.into())
    }
}

impl From<ImageFault> for Exit {
    fn from(fault: ImageFault) -> Self {
        match fault {
            ImageFault::Settings(problem) => problem.into(),
            ImageFault::Io { .. } | ImageFault::Build { .. } => Self::Lab(fault.into()),
        }
    }
}

impl From<SettingsProblem> for Exit {
    fn from(problem: SettingsProblem) -> Self {
        Self::Usage(problem.into())
    }
}
