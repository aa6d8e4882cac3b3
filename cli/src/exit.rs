//! Exit codes, and how an error is told: 0 done, 1 below the gate, 2 bad input, 3 lab error.

use std::process::ExitCode;

use ingest::DeskError;
use runner::lab::{ImageFault, SettingsProblem};
use store::StoreError;

use crate::progress::tell;

/// Why the program ends with something other than 0.
#[derive(Debug)]
pub(crate) enum Exit {
    /// 1: a score lies below the gate that `--fail-on` asked for.
    Gate(String),
    /// 2: the call or one of its files is wrong.
    Usage(anyhow::Error),
    /// 3: the lab broke, not the product.
    Lab(anyhow::Error),
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

    /// Tells why, on standard error, and gives the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        let (code, kind, words) = match self {
            Exit::Gate(words) => (1, "below the gate", words.clone()),
            Exit::Usage(error) => (2, "error", format!("{error:#}")),
            Exit::Stopped(words) => (3, "stopped", (*words).to_owned()),
            Exit::Lab(error) => (3, "lab error", format!("{error:#}")),
        };
        tell(&format!("portolan: {kind}: {words}"));
        ExitCode::from(code)
    }
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
        );
        if usage { Self::Usage(error.into()) } else { Self::Lab(error.into()) }
    }
}

impl From<DeskError> for Exit {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => Self::Usage(refusal.into()),
            DeskError::Store(error) => error.into(),
        }
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
