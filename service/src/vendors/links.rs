//! A link to a vendor's results for a letter, asked for by the program that writes it.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use domain::access::{Known, Role};
use domain::ids::{AccountId, CampaignId, LetterId, VendorId};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{nothing, own};
use crate::access::{GivenLink, LetterLink, give_letter_link};
use crate::api::responses::{Problems, Refusals};
use crate::asked::Named;
use crate::problem::Problem;
use crate::reading::work;
use crate::service::Service;
use crate::viewer::Operator;

/// For which letter a link is wanted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Linking {
    /// About which campaign the letter is.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// To whom it goes: the account that its reader is known as from then on.
    #[schema(value_type = String)]
    contact: AccountId,
    /// Which letter; without it every letter to this contact about this campaign has the same link.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    letter: Option<LetterId>,
    /// Until when it opens anything; the end of the embargo without it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// The link of a letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkAnswer {
    /// The grant, by which it is taken back.
    grant: String,
    /// The link.
    link: String,
    /// Until when it opens anything.
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
    /// It was given now; the same link was given before otherwise.
    is_new: bool,
}

/// Gives the link of a letter; the same one when it was given before.
#[utoipa::path(post, path = "/api/v1/vendors/{vendor}/links", tag = "vendors",
    params(("vendor" = String, Path, description = "The vendor")), request_body = Linking,
    responses((status = 200, body = LinkAnswer), Problems, Refusals),
    security(("token" = ["grant"])))]
pub(super) async fn take(
    service: web::Data<Service>,
    Operator(known): Operator,
    Named(vendor): Named<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let linking = serde_json::from_slice::<Linking>(&body).map_err(|error| {
        let words: String = error.to_string().chars().take(300).collect();
        Problem::bad_request(format!("This asks for no link: {words}."))
    })?;
    let at = service.clone();
    let given = work(move || give(&at, &known, vendor, linking)).await?;
    let GivenLink { grant, path, expires, is_new } = given;
    let link = service.public(path.expose_secret());
    let answer = LinkAnswer { grant: grant.to_string(), link, expires, is_new };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}

fn give(
    service: &Service,
    known: &Known,
    vendor: VendorId,
    linking: Linking,
) -> Result<GivenLink, Problem> {
    // Only to results that there are.
    own(service, &vendor, Some(&linking.campaign)).map_err(|_| nothing())?;
    let role = Role::Vendor { vendor: vendor.clone() };
    known.may_give(&role, role.scopes())?;
    let Linking { campaign, contact: account, letter, until } = linking;
    let (now, by) = (service.now(), known.account.to_string());
    let of_embargo = service.letters.look(|it| it.embargo(&campaign).map(|it| it.what.until));
    let expires = until.or(of_embargo.filter(|it| now < *it));
    let expires = expires.ok_or_else(|| endless(&campaign))?;
    let wanted = LetterLink { vendor, campaign, account, letter, expires, by };
    Ok(give_letter_link(&service.access, &service.identity.keys, wanted, now)?)
}

fn endless(campaign: &CampaignId) -> Problem {
    let words =
        format!("`{campaign}` has no embargo that lasts, whose end a link could have: say `until`");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words)
}
