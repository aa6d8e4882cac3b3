//! The description of the interface: OpenAPI 3.1, made from the code.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse};
use reports::export::schema;
use serde_json::{Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use super::{JSON, Reads};
use crate::cache::Page;
use crate::problem::Problem;
use crate::viewer::Anyone;
use crate::{access, audit, bounces, converters, disclosures, letters, search, vendors};

static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(document().to_string(), JSON));

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "description",
    responses((status = 200, body = Object), super::responses::Unchanged))]
pub(super) async fn openapi(request: HttpRequest, _: Anyone) -> Result<HttpResponse, Problem> {
    Ok(PAGE.answer(&request, "public, max-age=0, must-revalidate"))
}

/// Every part of the interface, each described where it is made.
fn parts() -> Vec<OpenApi> {
    vec![
        Reads::openapi(),
        crate::door::DoorApi::openapi(),
        audit::Audits::openapi(),
        converters::Tools::openapi(),
        vendors::OfVendors::openapi(),
        letters::Letters::openapi(),
        bounces::Bounces::openapi(),
        disclosures::Ledger::openapi(),
        search::Searches::openapi(),
        access::Accesses::openapi(),
    ]
}

/// The whole description.
pub(crate) fn document() -> Value {
    let mut whole = OpenApi::default();
    parts().into_iter().for_each(|it| whole.merge(it));
    let mut value = serde_json::to_value(&whole).unwrap_or_default();
    value["info"] = json!({
        "title": "Portolan",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "How well virtual machines travel between hypervisors. Reads need no sign-in; \
                        whoever sends a token sees what its role may see.",
    });
    value["components"]["securitySchemes"] =
        json!({ "token": { "type": "http", "scheme": "bearer" } });
    value["security"] = json!([{}, { "token": [] }]);
    matrices(&mut value);
    whole_numbers(&mut value);
    questions(&mut value["paths"]);
    value
}

/// Numbers from 0 have all 64 bits, which the derived shapes do not say.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is = |name: &str, wanted: &Value| fields.get(name) == Some(wanted);
            if is("format", &json!("int64")) && is("minimum", &json!(0)) {
                fields.insert("format".to_owned(), json!("uint64"));
            }
            fields.values_mut().for_each(whole_numbers);
        }
        Value::Array(values) => values.iter_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A name without a value asks nothing: forms send it so.
fn questions(paths: &mut Value) {
    let operations = paths.as_object_mut().into_iter().flatten();
    let operations = operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    let parameters =
        operations.filter_map(|(_, it)| it.get_mut("parameters")?.as_array_mut()).flatten();
    for parameter in parameters.filter(|it| it["in"] == "query" && it["required"] != true) {
        let schema = parameter["schema"].take();
        parameter["schema"] = json!({ "anyOf": [schema, { "type": "string", "maxLength": 0 }] });
    }
}

/// Puts the published shape of matrices where they are sent.
fn matrices(value: &mut Value) {
    let text = schema::MATRIX.replace("\"#/$defs/", "\"#/components/schemas/MatrixFile/$defs/");
    let Ok(mut shape) = serde_json::from_str::<Value>(&text) else { return };
    if let Some(shape) = shape.as_object_mut() {
        shape.remove("$id");
        shape.remove("$schema");
    }
    value["components"]["schemas"]["MatrixFile"] = shape;
    let path = &mut value["paths"]["/api/v1/campaigns/{id}/matrix"]["get"];
    let content = &mut path["responses"]["200"]["content"]["application/json"];
    content["schema"] = json!({ "$ref": "#/components/schemas/MatrixFile" });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_name_stands_for_one_shape() {
        let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
        for part in parts() {
            let part = serde_json::to_value(part).unwrap_or_default();
            for (name, shape) in part["components"]["schemas"].as_object().into_iter().flatten() {
                let known = shapes.entry(name.clone()).or_insert_with(|| shape.clone());
                assert_eq!(known, shape, "{name} is two shapes");
            }
        }
        assert!(shapes.contains_key("CampaignSoFar"));
    }
}
