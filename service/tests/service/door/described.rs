//! The OpenAPI document of the door has each of its addresses, and no other.

use std::collections::BTreeSet;

use service::address::Address;
use service::door::DoorApi;
use service::routes;
use utoipa::OpenApi as _;

#[test]
fn every_address_of_the_door_is_described() {
    let json = serde_json::to_value(DoorApi::openapi()).unwrap();
    let paths = json["paths"].as_object().unwrap();
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |it| format!("{} {path}", it.to_uppercase()))
        })
        .collect();
    let doors = ["/events", "/evidence/", "/campaigns", "/leases", "/declarations"];
    let is_door = |path: &str| doors.iter().any(|it| path.starts_with(&format!("/api/v1{it}")));
    let all = routes::addresses();
    let routed = all.iter().filter(|it| is_door(it.path) && !is_read(it));
    let routed: BTreeSet<String> = routed.map(|it| format!("{} {}", it.method, it.path)).collect();
    assert_eq!(described, routed);
}

/// What others answer below the same paths: reading campaigns.
fn is_read(address: &Address) -> bool {
    let reads = address.method == "GET" && address.path.starts_with("/api/v1/campaigns");
    reads && !address.path.ends_with("/state")
}
