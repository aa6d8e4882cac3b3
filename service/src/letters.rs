//! What is recorded about letters and publication while the service runs, and the address by which
//! operators' programs record it.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use domain::access::Scope;
use domain::letter::LetterCommand;
use ingest::{LetterError, Noted};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::address::{Address, Who};
use crate::api::responses::{Problems, Refusals};
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::vendors::replies;
use crate::viewer::Operator;

/// Most commands of one request.
const MOST: usize = 256;
/// Largest request, in bytes: a publication that withholds many cells is the largest.
const LARGEST: usize = 4 << 20;

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] =
    &[Address::post("/api/v1/letters", Who::Operator(Scope::Control), || -> Route {
        web::to(take)
    })];

/// What is said here of these addresses.
#[derive(OpenApi)]
#[openapi(paths(take))]
pub(crate) struct Letters;

/// What is asked about letters, in its order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterRequest {
    /// One of embargo, prepare, note-preview, note-sent, note-failure, note-report, acknowledge,
    /// settle and publish each, with the fields of its event.
    #[schema(value_type = Vec<Object>)]
    commands: Vec<LetterCommand>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
struct LetterAnswers {
    /// In the order of the commands.
    answers: Vec<LetterAnswer>,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
struct LetterAnswer {
    /// Where it was recorded; none when it stood already or was refused.
    position: Option<u64>,
    /// Why it was refused; none when it was not.
    refused: Option<String>,
}

/// Records what became of letters, embargoes, disputes and publications.
#[utoipa::path(post, path = "/api/v1/letters", tag = "vendors", request_body = LetterRequest,
    responses((status = 200, body = LetterAnswers), Problems, Refusals),
    security(("token" = ["control"])))]
async fn take(
    service: web::Data<Service>,
    Operator(known): Operator,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let LetterRequest { commands } = read(&body)?;
    for command in &commands {
        if let LetterCommand::Settle(reply) = command {
            replies::names_nobody_else(&service, reply)?;
        }
    }
    let by = known.account.to_string();
    let signed = commands.into_iter().map(|it| it.by(&by)).collect();
    let noted = service.record_letters(signed).await?;
    let answers = noted.into_iter().map(answer).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(LetterAnswers { answers }))
}

fn read(body: &[u8]) -> Result<LetterRequest, Problem> {
    if body.len() > LARGEST {
        let words = format!("A request about letters has at most {LARGEST} bytes.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", words));
    }
    let read = serde_json::from_slice::<LetterRequest>(body);
    // The words of the parser say where, and at most one word of what was sent.
    let request = read.map_err(|error| {
        let words: String = error.to_string().chars().take(300).collect();
        Problem::bad_request(format!("This is no request about letters: {words}."))
    })?;
    match request.commands.len() {
        1..=MOST => Ok(request),
        _ => Err(Problem::bad_request(format!("A request has 1 to {MOST} commands."))),
    }
}

fn answer(noted: Noted) -> Result<LetterAnswer, Problem> {
    match noted {
        Ok(recorded) => {
            Ok(LetterAnswer { position: recorded.map(|it| it.position), refused: None })
        }
        Err(LetterError::NotWritten(why)) => {
            Ok(LetterAnswer { position: None, refused: Some(why.to_string()) })
        }
        Err(LetterError::Store(error)) => Err(Problem::internal(&error)),
    }
}

impl Service {
    /// Records something about letters, safe on disk when it is done.
    ///
    /// # Errors
    /// When nothing could be asked of the log at all; what becomes of each command stands in its place.
    pub(crate) async fn record_letters(
        &self,
        commands: Vec<LetterCommand>,
    ) -> Result<Vec<Noted>, Problem> {
        let (desk, access, now) = (Arc::clone(&self.letters), Arc::clone(&self.access), self.now());
        work(move || {
            let answers = access.look(|registry| registry.answers().to_vec());
            Ok(desk.record(&answers, commands, now))
        })
        .await
    }

    /// Records one thing about letters.
    ///
    /// # Errors
    /// Why it is refused, or that the log did not take it.
    pub(crate) async fn record_letter(&self, command: LetterCommand) -> Result<(), Problem> {
        let noted = self.record_letters(vec![command]).await?;
        noted.into_iter().try_for_each(|it| match it {
            Ok(_) => Ok(()),
            Err(LetterError::NotWritten(why)) => {
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why.to_string()))
            }
            Err(LetterError::Store(error)) => Err(Problem::internal(&error)),
        })
    }
}
