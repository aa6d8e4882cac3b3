//! A campaign as a file: made as the command line makes it, for whoever asks or for the public.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::CampaignId;
use jiff::Timestamp;
use ledger::dsse::IN_TOTO;
use reports::cells_csv;
use reports::explain::Leaves;
use reports::export::in_toto::statement;
use reports::export::junit::{WarningAs, junit};
use reports::export::openmetrics::openmetrics;
use reports::export::oscal::oscal;
use reports::html::{Audience, Report};
use reports::json;
use reports::matrix::Judged;
use reports::public::PublicView;
use reports::sight::Sight;
use serde::Deserialize;

use super::bundle;
use crate::asked::{Asking, Named, When};
use crate::cache::Page;
use crate::problem::Problem;
use crate::reading::{self, Key, Reader, Reading};
use crate::service::Service;
use crate::viewer::Anyone;
use crate::views;

/// What a campaign can be taken away as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    Report,
    Csv,
    Json,
    Junit,
    InToto,
    Oscal,
    Openmetrics,
    Bundle,
}

/// For whom, and from where in time and by what rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAsked {
    audience: Option<For>,
    known_at: Option<u64>,
    as_of: Option<Timestamp>,
    policy: Option<String>,
}

/// For whom a file is made.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum For {
    Public,
    Auditor,
    Operator,
}

impl Form {
    /// Its media type, and how its name ends.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Form::Report => ("text/html; charset=utf-8", "html"),
            Form::Csv => ("text/csv; charset=utf-8", "csv"),
            Form::Json => ("application/json", "json"),
            Form::Junit => ("application/xml; charset=utf-8", "junit.xml"),
            Form::InToto => ("application/vnd.in-toto+dsse", "intoto.json"),
            Form::Oscal => ("application/json", "oscal.json"),
            Form::Openmetrics => {
                ("application/openmetrics-text; version=1.0.0; charset=utf-8", "metrics.txt")
            }
            Form::Bundle => ("application/zip", "zip"),
        }
    }
}

pub(super) async fn file(
    service: web::Data<Service>,
    request: HttpRequest,
    Anyone(viewer): Anyone,
    Named((id, form)): Named<(CampaignId, Form)>,
    Asking(asked): Asking<FileAsked>,
) -> Result<HttpResponse, Problem> {
    let FileAsked { audience, known_at, as_of, policy } = asked;
    let when = When { known_at, as_of, policy };
    let audience = audience.map(|it| match it {
        For::Public => Audience::Public,
        For::Auditor => Audience::Auditor,
        For::Operator => Audience::Operator,
    });
    let reader = views::audience(&Reader::of(&viewer), audience)?;
    let (kind, ending) = form.kind();
    let name = format!("attachment; filename=\"{id}.{ending}\"");
    let key = key(&service, (&id, form), &when)?;
    let of = reader.clone();
    let make = move |service: &Service| {
        let reading = service.reading(&id, &when)?;
        match form {
            Form::Bundle => Ok(Page::packed(bundle::make(service, &reading, (&of, &when))?, kind)),
            Form::Report
            | Form::Csv
            | Form::Json
            | Form::Junit
            | Form::InToto
            | Form::Oscal
            | Form::Openmetrics => {
                Ok(Page::new(text(service, &reading, (&of, &when), form)?, kind))
            }
        }
    };
    let key = Key { moment: None, ..key.at_once() };
    let mut answer = reading::answer(service, &request, (key, &reader), make).await?;
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

/// What is signed changes with what was signed last; pictures show the campaigns before.
fn key(service: &Service, (id, form): (&CampaignId, Form), when: &When) -> Result<Key, Problem> {
    let name = format!("file {id} {form:?} {when:?}");
    Ok(match form {
        Form::Report => Key::of_all(service, name).pinned_by(service, when),
        Form::Bundle => {
            let size = service.library.log().newest()?.1.size();
            Key::of_all(service, format!("{name} {size}"))
        }
        Form::Csv | Form::Json | Form::Junit | Form::InToto | Form::Oscal | Form::Openmetrics => {
            Key::of_campaign(service, id, name, when)
        }
    })
}

fn text(
    service: &Service,
    reading: &Reading,
    (reader, when): (&Reader, &When),
    form: Form,
) -> Result<String, Problem> {
    reading.judged(reader, |sight, judged| {
        let file = || sight.file(judged, reader.audience);
        match form {
            Form::Report => report(service, reading, (reader, when), (sight, judged)),
            Form::Csv if reader.is_insider() => made(cells_csv::operator(judged)),
            Form::Csv => made(cells_csv::public(&PublicView::from(judged))),
            Form::Json => made(json::text(&file())),
            Form::Junit => made(junit(&file(), WarningAs::Success)),
            Form::InToto => {
                let statement = made(statement(&file()))?.into_bytes();
                let signed = service.library.log().attest(IN_TOTO, statement)?;
                Ok(format!("{signed}\n"))
            }
            Form::Oscal => made(oscal(&file())),
            Form::Openmetrics => Ok(openmetrics(&file())),
            Form::Bundle => Err(Problem::internal(&"a bundle is no text")),
        }
    })
}

/// The whole report about a campaign that was judged.
pub(super) fn report(
    service: &Service,
    reading: &Reading,
    (reader, when): (&Reader, &When),
    (sight, judged): (&Sight<'_>, &Judged<'_>),
) -> Result<String, Problem> {
    let receipt = views::receipt(reading, reader, (sight, judged))?;
    let leaves = match reader.audience {
        Audience::Auditor => Some(leaves(service, judged)?),
        Audience::Public | Audience::Operator => None,
    };
    let past = service.past(when, reader)?;
    let report = Report {
        judged,
        audience: reader.audience,
        history: sight.history,
        receipt: Some(&receipt),
        leaves: leaves.as_ref(),
        records: &past.records,
    };
    made(report.page())
}

/// The hashes of the steps of a campaign as leaves of the log's tree.
fn leaves(service: &Service, judged: &Judged<'_>) -> Result<Leaves, Problem> {
    let mut leaves = Leaves::new();
    let steps = judged.campaign.trials.values().flat_map(|it| it.values());
    for position in steps.map(|it| it.position) {
        leaves.extend(service.library.leaf(position)?.map(|it| (position, it)));
    }
    Ok(leaves)
}

fn made<E: std::fmt::Display>(result: Result<String, E>) -> Result<String, Problem> {
    result.map_err(|error| Problem::internal(&error))
}
