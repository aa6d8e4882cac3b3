//! An operator replies to what a vendor disputes.

use actix_web::{HttpResponse, web};
use domain::event::DisputeSettled;
use domain::ids::VendorId;
use domain::letter::LetterCommand;
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
    service.record_letter(LetterCommand::Settle(settled)).await?;
    Ok(see_other(&links::vendor(&vendor)))
}
