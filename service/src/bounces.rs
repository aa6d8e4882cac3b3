//! What mail servers send back, as a program of the operator hands it in: held against the letters that
//! were sent, and recorded.

use std::fmt;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::access::Scope;
use domain::event::{Fate, LetterPrepared, LetterReported};
use domain::ids::LetterId;
use domain::letter::{LetterCommand, LetterRegistry};
use ingest::LetterError;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::viewer::Operator;

/// Largest message that is read, in bytes: the letter that came back may be in it.
const LARGEST: usize = 4 << 20;

/// The letter that was sent under this Message-ID (without angle brackets), if there is one.
pub type FindLetter<'a> = &'a dyn Fn(&str) -> Option<LetterPrepared>;

/// Reads one message (RFC 5322) and holds it against the letters. What mail says is no room of the
/// service: whoever starts it says how it is read.
pub type ReadBounce =
    Arc<dyn Fn(&[u8], FindLetter<'_>) -> Result<Bounced, NotBounced> + Send + Sync>;

/// What a notification tells of our letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// The letter that it is about; none when it is none of ours.
    pub letter: Option<LetterId>,
    /// What it tells of whom that letter was for.
    pub reports: Vec<LetterReported>,
    /// Recipients that the letter was not for: what is told of them is not recorded.
    pub strangers: usize,
}

/// Why nothing can be said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBounced {
    /// It is no notification, and why.
    Message(String),
    /// Nobody here can tell whom letters are for, and why.
    Settings(String),
}

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::post("/api/v1/bounces", Who::Operator(Scope::Control), || -> Route {
        web::to(take)
    })];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(take))]
pub(crate) struct Bounces;

/// What was made of a notification.
#[derive(Debug, Serialize, ToSchema)]
struct BounceAnswer {
    /// The letter that it is about; null when it is none of ours: then nothing was recorded.
    #[schema(value_type = Option<String>)]
    letter: Option<LetterId>,
    /// What it tells of whom that letter was for.
    reports: Vec<ReportAnswer>,
    /// How many others it names, whom the letter was not for. Nothing of them is recorded.
    strangers: usize,
}

/// What was told of a letter.
#[derive(Debug, Serialize, ToSchema)]
struct ReportAnswer {
    /// What became of it: `delivered`, `delayed` or `bounced`.
    #[schema(value_type = String)]
    fate: Fate,
    /// The status (RFC 3463), as in `5.1.1`; empty when none was told.
    status: String,
    /// In the other system's words, without addresses.
    words: String,
    /// Where it was recorded; null when it stood already or was refused.
    position: Option<u64>,
    /// Why it was refused; null when it was not.
    refused: Option<String>,
}

/// Takes one message that a mail server sent back (RFC 5322, with a report as RFC 3464 has it), and
/// records what it tells of a letter. The same message again records nothing new.
#[utoipa::path(post, path = "/api/v1/bounces", tag = "vendors",
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "The message as it came, 4 MiB at most; sent as any media type."),
    responses((status = 200, body = BounceAnswer), Problems, Refusals),
    security(("token" = ["control"])))]
async fn take(
    service: web::Data<Service>,
    _: Operator,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if body.len() > LARGEST {
        let words = format!("A message has at most {LARGEST} bytes.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", words));
    }
    let at = service.clone();
    let Bounced { letter, reports, strangers } = work(move || read(&at, &body)).await?;
    let commands = reports.iter().cloned().map(LetterCommand::NoteReport).collect();
    let noted = service.record_letters(commands).await?;
    let answers = reports.into_iter().zip(noted).map(|(report, noted)| {
        let LetterReported { letter: _, fate, status, words } = report;
        let answer = |position, refused| ReportAnswer { fate, status, words, position, refused };
        match noted {
            Ok(recorded) => Ok(answer(recorded.map(|it| it.position), None)),
            Err(LetterError::NotWritten(why)) => Ok(answer(None, Some(why.to_string()))),
            Err(LetterError::Store(error)) => Err(Problem::internal(&error)),
        }
    });
    let reports = answers.collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(BounceAnswer { letter, reports, strangers }))
}

fn read(service: &Service, message: &[u8]) -> Result<Bounced, Problem> {
    let Some(read) = &service.settings.bounces else {
        return Err(Problem::not_found("This service writes no letters."));
    };
    let find = |id: &str| {
        let prepared =
            |letters: &LetterRegistry| letters.by_message_id(id).map(|it| it.prepared.what.clone());
        service.letters.look(prepared)
    };
    read(message, &find).map_err(|why| match why {
        NotBounced::Message(words) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "not-a-bounce", format!("Nothing was recorded: {words}."))
        }
        NotBounced::Settings(words) => Problem::internal(&words),
    })
}

impl fmt::Display for NotBounced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBounced::Message(words) | NotBounced::Settings(words) => f.write_str(words),
        }
    }
}
