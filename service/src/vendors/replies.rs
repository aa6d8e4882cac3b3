//! An operator replies to what a vendor disputes.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use domain::event::DisputeSettled;
use domain::ids::VendorId;
use domain::letter::LetterCommand;
use reports::letters::names::told_by_reply;
use reports::pages::links;
use serde::Deserialize;

use super::nothing;
use crate::asked::Named;
use crate::problem::Problem;
use crate::service::Service;
use crate::showing::see_other;
use crate::viewer::Operator;

/// A reply, as a form brings it.
#[derive(Debug, Clone, Deserialize)]
struct Replying {
    /// Position of the vendor's answer.
    answer: u64,
    /// What the vendor will read.
    text: String,
}

pub(super) async fn take(
    service: web::Data<Service>,
    Operator(known): Operator,
    Named(vendor): Named<VendorId>,
    form: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let text = std::str::from_utf8(&form).ok();
    let form = text.and_then(|it| web::Query::<Replying>::from_query(it).ok());
    let wrong = || Problem::bad_request("A reply names an answer and has a text.");
    let Replying { answer, text } = form.ok_or_else(wrong)?.into_inner();
    let is_its_own = service.access.look(|registry| {
        registry.answers().iter().any(|it| it.position == answer && it.what.vendor == vendor)
    });
    if !is_its_own {
        return Err(nothing());
    }
    let settled = DisputeSettled { answer, text, by: known.account.to_string() };
    names_nobody_else(&service, &settled)?;
    service.record_letter(LetterCommand::Settle(settled)).await?;
    Ok(see_other(&links::vendor(&vendor)))
}

/// Refuses a reply that would tell its vendor of another one's tool.
///
/// # Errors
/// The name that is in it.
pub(crate) fn names_nobody_else(service: &Service, reply: &DisputeSettled) -> Result<(), Problem> {
    let answer = service
        .access
        .look(|registry| registry.answers().iter().find(|it| it.position == reply.answer).cloned());
    // That there is no such answer is for the desk to say.
    let Some(answer) = answer else { return Ok(()) };
    let records = service.library.records(service.now());
    let told = records.iter().find(|it| it.id == answer.what.campaign);
    let told = told.and_then(|it| told_by_reply(&reply.text, &answer.what.vendor, &it.testbed));
    told.map_or(Ok(()), |why| Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why)))
}
