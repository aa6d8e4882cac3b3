//! A vendor confirms that it has a letter.

use actix_web::{HttpResponse, web};
use domain::access::Known;
use domain::event::{About, LetterAcknowledged};
use domain::ids::{LetterId, VendorId};
use domain::letter::LetterCommand;
use reports::pages::links;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{nothing, only};
use crate::api::responses::{Problems, Refusals};
use crate::asked::Named;
use crate::problem::Problem;
use crate::service::Service;
use crate::showing::see_other;
use crate::viewer::Vendor;

/// A letter that has come.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct Receiving {
    /// Which.
    #[schema(value_type = String)]
    letter: LetterId,
}

pub(super) async fn take(
    service: web::Data<Service>,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    form: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let of = only(own, &vendor)?;
    let text = std::str::from_utf8(&form).ok();
    let form = text.and_then(|it| web::Query::<Receiving>::from_query(it).ok());
    record(&service, (&known, &of), form.ok_or_else(names_none)?.into_inner()).await?;
    Ok(see_other(&links::vendor(&vendor)))
}

/// Notes that a vendor has a letter.
#[utoipa::path(post, path = "/api/v1/vendors/{vendor}/receipts", tag = "vendors",
    params(("vendor" = String, Path, description = "The vendor")), request_body = Receiving,
    responses((status = 204, description = "It is in the log"), Problems, Refusals))]
pub(super) async fn take_json(
    service: web::Data<Service>,
    Vendor(known, own): Vendor,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let of = only(own, &vendor)?;
    let receiving = serde_json::from_slice(&body).map_err(|_| names_none())?;
    record(&service, (&known, &of), receiving).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn names_none() -> Problem {
    Problem::bad_request("A receipt names a letter.")
}

/// Of another's letter there is nothing to say, not even that it is there.
async fn record(
    service: &Service,
    (known, own): (&Known, &VendorId),
    Receiving { letter }: Receiving,
) -> Result<(), Problem> {
    let is_to_it = service.letters.look(|letters| {
        letters.letter(&letter).is_some_and(
            |it| matches!(&it.prepared.what.about, About::Results { vendor: of, .. } if of == own),
        )
    });
    if !is_to_it {
        return Err(nothing());
    }
    let (account, grant) = (known.account.clone(), known.grant.clone());
    let acknowledged = LetterAcknowledged { letter, account, grant };
    service.record_letter(LetterCommand::Acknowledge(acknowledged)).await
}
