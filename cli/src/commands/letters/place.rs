//! Where letters are recorded: in the store that nobody owns, or with the service that owns it.

use std::sync::Arc;

use domain::event::Answered;
use domain::letter::LetterCommand;
use domain::registry::Declared;
use ingest::{LetterDesk, LetterError};
use serde::Deserialize;
use serde_json::json;
use service::access::{RunningService, running};
use store::{EventLog, StoreError};

use super::super::access::call;
use crate::args::Args;
use crate::exit::Exit;
use crate::{clock, opening};

/// Commands that are sent to a service at once.
const AT_ONCE: usize = 256;

/// Where letters are recorded.
pub(in crate::commands) enum Place {
    /// In the store: this process owns it.
    Store(Box<LetterDesk>),
    /// With the service that runs over it.
    Service(RunningService),
}

/// What became of a command: none when it stood already, or why it was refused.
pub(super) type Told = Result<Option<u64>, String>;

#[derive(Deserialize)]
struct Answers {
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    position: Option<u64>,
    refused: Option<String>,
}

impl Place {
    /// The store that is there, or the service that owns it.
    pub(in crate::commands) fn find(args: &Args) -> Result<Self, Exit> {
        match opening::own(args) {
            Err(error @ StoreError::InUse { .. }) => {
                let found = running(&args.store.join("service"))?;
                found.map(Self::Service).ok_or(error.into())
            }
            opened => {
                let log = Arc::new(opened?) as Arc<dyn EventLog>;
                Ok(Self::Store(Box::new(LetterDesk::open(log)?)))
            }
        }
    }

    /// How others call the service that owns the store; none when none runs.
    pub(in crate::commands) fn url(&self) -> Option<&str> {
        match self {
            Self::Store(_) => None,
            Self::Service(service) => Some(&service.url),
        }
    }

    /// Records everything, safe on disk when it is done; what became of each, in their order.
    pub(in crate::commands) fn record(
        &self,
        answers: &[Declared<Answered>],
        commands: Vec<LetterCommand>,
    ) -> Result<Vec<Told>, Exit> {
        match self {
            Self::Store(desk) => {
                let noted = desk.record(answers, commands, clock::now()).into_iter();
                noted.map(told).collect()
            }
            Self::Service(service) => {
                let parts = commands.chunks(AT_ONCE);
                parts
                    .map(|it| send(service, it))
                    .collect::<Result<Vec<_>, _>>()
                    .map(|it| it.concat())
            }
        }
    }

    /// Records one thing.
    pub(in crate::commands) fn record_one(
        &self,
        answers: &[Declared<Answered>],
        command: LetterCommand,
    ) -> Result<Option<u64>, Exit> {
        let told = self.record(answers, vec![command])?.into_iter().next();
        told.unwrap_or(Ok(None)).map_err(Exit::usage)
    }
}

fn told(noted: ingest::Noted) -> Result<Told, Exit> {
    match noted {
        Ok(recorded) => Ok(Ok(recorded.map(|it| it.position))),
        Err(LetterError::NotWritten(why)) => Ok(Err(why.to_string())),
        Err(LetterError::Store(error)) => Err(error.into()),
    }
}

fn send(service: &RunningService, commands: &[LetterCommand]) -> Result<Vec<Told>, Exit> {
    let body = json!({ "commands": commands });
    let text = call(service, "POST", "/api/v1/letters", Some(body))?;
    let strange = |_| Exit::lab("the service answered with something else");
    let Answers { answers } = serde_json::from_str(&text).map_err(strange)?;
    if answers.len() != commands.len() {
        return Err(Exit::lab("the service answered to another number of commands"));
    }
    let told = |it: Answer| match it.refused {
        Some(why) => Err(why),
        None => Ok(it.position),
    };
    Ok(answers.into_iter().map(told).collect())
}
