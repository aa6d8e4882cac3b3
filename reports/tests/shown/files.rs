//! CSV and JSON files.

use reports::explain::Explanation;
use reports::matrix::Judged;
use reports::{cells_csv, json, steps_csv};

use crate::fixture::{history, only_campaign, policy, view};

#[test]
fn cells_for_anyone() {
    insta::assert_snapshot!(cells_csv::public(&view()).unwrap());
}

#[test]
fn cells_for_operators_add_the_route() {
    let (history, policy) = (history(), policy());
    let operator = cells_csv::operator(&Judged::new(only_campaign(&history), &policy)).unwrap();
    let public = cells_csv::public(&view()).unwrap();
    for (with_route, without) in operator.split("\r\n").zip(public.split("\r\n")) {
        assert!(with_route.starts_with(without));
    }
    let last = |line: &str| line.rsplit(',').next().map(str::to_owned);
    let routes: Vec<String> = operator.split("\r\n").take(5).filter_map(last).collect();
    assert_eq!(
        routes,
        ["best_route", "canary-direct", "canary-direct", "canary-ovf", "canary-direct"]
    );
}

#[test]
fn steps_for_operators() {
    let (history, policy) = (history(), policy());
    let text = steps_csv::operator(&Judged::new(only_campaign(&history), &policy)).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(rows.records().count(), 72 * 7);
    let of_interest = |line: &&str| {
        line.starts_with("campaign,") || line.contains("xen-like,acme-like,canary-direct,1,")
    };
    let shown: Vec<&str> = text.split("\r\n").filter(of_interest).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn matrices_for_anyone() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&json::public(&view())).unwrap());
}

#[test]
fn matrices_for_operators_keep_every_field_of_those_for_anyone() {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let mut file = json::operator(&judged, &history);
    assert_eq!(file.tools.as_ref().map(Vec::len), Some(3));
    let cell = &file.matrices[0].cells[2];
    assert_eq!(cell.best_route.as_ref().unwrap().as_str(), "canary-ovf");
    assert_eq!(cell.routes[0].route, cell.best_route);
    file.tools = None;
    for cell in file.matrices.iter_mut().flat_map(|it| &mut it.cells) {
        cell.best_route = None;
        for route in &mut cell.routes {
            (route.route, route.duration_ms) = (None, None);
        }
    }
    let public = json::public(&view());
    (file.audience, file.changes, file.untold_changes) =
        (public.audience, public.changes.clone(), public.untold_changes);
    assert_eq!(file, public);
}

#[test]
fn an_explanation_as_json_leads_from_the_cell_to_the_rule_and_the_event() {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let id = |text: &str| text.parse().unwrap();
    let guest = "host-only".parse().unwrap();
    let told = Explanation::new(&judged, &guest, &id("xen-like"), &id("kvm")).unwrap();
    let told = serde_json::to_value(told).unwrap();
    assert_eq!(told["schema"], "portolan.explain/1");
    let route = &told["routes"][0];
    assert_eq!((&route["route"], &route["best"]), (&"canary-direct".into(), &true.into()));
    let restart = &route["trials"][0]["steps"][6];
    assert_eq!(restart["standing"], "WARNING");
    assert_eq!(restart["concerns"][0]["rule"], "G.firewall");
    assert_eq!(restart["record"]["position"], 181);
    assert_eq!(restart["record"]["evidence"][0]["name"], "serial.log");
    let changed = &route["trials"][0]["facts"]["changed"];
    assert_eq!((&changed[0]["before"], &changed[0]["after"]), (&"tsc".into(), &"hpet".into()));
}
