//! The published shapes of our JSON files: every output fits, and what is more or less does not.

use std::collections::BTreeSet;

use domain::diagnosis::Cause;
use jsonschema::Validator;
use reports::explain::Explanation;
use reports::export::schema::{EXPLAIN, MATRIX};
use reports::history::History;
use reports::matrix::Judged;
use reports::topic::Topic;
use serde_json::{Value, json};

use crate::exports::{operator, public};
use crate::fixture::{events, only_campaign, policy};

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn validator(text: &str) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema(text)).unwrap()
}

#[track_caller]
fn fits(validator: &Validator, json: &Value) {
    let problems: Vec<String> =
        validator.iter_errors(json).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every cell of the small campaign explained.
fn explanations() -> Vec<Value> {
    let (history, policy) = (History::of(&events()), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let explained = judged.cells().map(|(guest, cell)| Explanation::of(&judged, guest, cell));
    explained.map(|it| serde_json::to_value(it).unwrap()).collect()
}

#[test]
fn the_schemas_are_schemas() {
    for text in [MATRIX, EXPLAIN] {
        assert!(jsonschema::meta::is_valid(&schema(text)));
        assert_eq!(schema(text)["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

#[test]
fn every_output_fits() {
    let matrix = validator(MATRIX);
    for mut file in [public(), operator()] {
        fits(&matrix, &serde_json::to_value(&file).unwrap());
        (file.course.ending, file.course.cost) = (None, None);
        fits(&matrix, &serde_json::to_value(&file).unwrap());
        file.matrices.clear();
        fits(&matrix, &serde_json::to_value(&file).unwrap());
    }
    let explain = validator(EXPLAIN);
    explanations().iter().for_each(|it| fits(&explain, it));
}

#[test]
fn a_file_for_anyone_that_names_a_tool_does_not_fit() {
    let matrix = validator(MATRIX);
    let good = serde_json::to_value(public()).unwrap();
    let named: [(&str, &str, Value); 4] = [
        ("", "tools", json!([])),
        ("/matrices/0/cells/0", "best_route", json!("a-route")),
        ("/matrices/0/cells/0/routes/0", "route", json!("a-route")),
        ("/matrices/0/cells/0/routes/0", "duration_ms", json!(1)),
    ];
    for (place, field, value) in named {
        let mut bad = good.clone();
        bad.pointer_mut(place).unwrap()[field] = value;
        assert!(!matrix.is_valid(&bad), "{place}/{field}");
    }
    let mut bad = good;
    bad["audience"] = "operator".into();
    assert!(!matrix.is_valid(&bad), "operators are told the tools");
}

/// Places of objects, one for each kind: lists are entered at their first item that has any.
fn objects(json: &Value, place: &str, found: &mut Vec<String>) {
    match json {
        Value::Object(fields) => {
            found.push(place.to_owned());
            fields.iter().for_each(|(name, it)| objects(it, &format!("{place}/{name}"), found));
        }
        Value::Array(items) => {
            let size = |it: &Value| it.to_string().len();
            let largest = items.iter().enumerate().max_by_key(|(_, it)| size(it));
            if let Some((number, it)) = largest {
                objects(it, &format!("{place}/{number}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// One field more, one less or another type anywhere is noticed, but for what may be left out.
#[test]
fn nothing_more_and_nothing_less_fits() {
    let largest = explanations().into_iter().max_by_key(|it| it.to_string().len()).unwrap();
    let files = [
        (MATRIX, serde_json::to_value(operator()).unwrap(), &["best_route"][..]),
        (MATRIX, serde_json::to_value(public()).unwrap(), &[]),
        (EXPLAIN, largest, &[]),
    ];
    for (text, good, optional) in files {
        let validator = validator(text);
        fits(&validator, &good);
        let mut places = Vec::new();
        objects(&good, "", &mut places);
        assert!(places.len() >= 10, "{places:?}");
        for place in places {
            let altered = |alter: &dyn Fn(&mut serde_json::Map<String, Value>)| {
                let mut bad = good.clone();
                alter(bad.pointer_mut(&place).unwrap().as_object_mut().unwrap());
                validator.is_valid(&bad)
            };
            assert!(!altered(&|it| drop(it.insert("more".into(), json!(1)))), "{place}");
            let fields = good.pointer(&place).unwrap().as_object().unwrap();
            for name in fields.keys() {
                let may_go = optional.contains(&name.as_str()) || place.ends_with("/counts");
                assert_eq!(altered(&|it| drop(it.remove(name))), may_go, "{place}/{name}");
                let other = json!({"x": 1.5});
                assert!(
                    !altered(&|it| drop(it.insert(name.clone(), other.clone()))),
                    "{place}/{name}"
                );
            }
        }
    }
}

/// Whoever adds a cause finds this place by the compiler, and adds it to both schemas.
#[test]
fn every_cause_and_topic_is_known() {
    let causes = all_causes().map(|it| serde_json::to_value(it).unwrap());
    let topics = all_topics().map(|it| serde_json::to_value(it).unwrap());
    for text in [MATRIX, EXPLAIN] {
        assert_eq!(schema(text)["$defs"]["cause"]["enum"], json!(causes));
    }
    assert_eq!(schema(MATRIX)["$defs"]["topic"]["enum"], json!(topics));
    assert_eq!(topics.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), topics.len());
}

fn all_causes() -> [Cause; 14] {
    use Cause as C;
    match C::Unknown {
        C::NoBootDevice
        | C::FirmwareMismatch
        | C::BootLoaderBroken
        | C::DriverMissingInInitramfs
        | C::RootFileSystemUnusable
        | C::KernelPanic
        | C::NetworkDriverMissing
        | C::NoDhcpOffer
        | C::NicRenamed
        | C::GatewayUnreachable
        | C::DataAltered
        | C::ConsoleFlood
        | C::PoweredOffEarly
        | C::Unknown => [
            C::NoBootDevice,
            C::FirmwareMismatch,
            C::BootLoaderBroken,
            C::DriverMissingInInitramfs,
            C::RootFileSystemUnusable,
            C::KernelPanic,
            C::NetworkDriverMissing,
            C::NoDhcpOffer,
            C::NicRenamed,
            C::GatewayUnreachable,
            C::DataAltered,
            C::ConsoleFlood,
            C::PoweredOffEarly,
            C::Unknown,
        ],
    }
}

fn all_topics() -> [Topic; 23] {
    use Topic as T;
    match T::Other {
        T::Boot
        | T::Data
        | T::Source
        | T::Address
        | T::Routing
        | T::NameService
        | T::Firewall
        | T::NetworkAdapter
        | T::Processor
        | T::Memory
        | T::Storage
        | T::Firmware
        | T::Drivers
        | T::Clock
        | T::Identity
        | T::ErrorLog
        | T::Power
        | T::Tool
        | T::Package
        | T::Import
        | T::Resources
        | T::Application
        | T::Other => [
            T::Boot,
            T::Data,
            T::Source,
            T::Address,
            T::Routing,
            T::NameService,
            T::Firewall,
            T::NetworkAdapter,
            T::Processor,
            T::Memory,
            T::Storage,
            T::Firmware,
            T::Drivers,
            T::Clock,
            T::Identity,
            T::ErrorLog,
            T::Power,
            T::Tool,
            T::Package,
            T::Import,
            T::Resources,
            T::Application,
            T::Other,
        ],
    }
}
