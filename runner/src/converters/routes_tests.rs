//! Which ways the testbed that comes along has, and what could be added to it.

use super::super::Catalogue;
use super::*;

fn testbed() -> Testbed {
    toml::from_str(include_str!("../../../lab/testbeds/default.toml")).unwrap()
}

fn found(testbed: &Testbed) -> Ways {
    let catalogue = Catalogue::shipped().unwrap();
    let forms = testbed.platforms.iter();
    let forms = forms.map(|it| (it.id.clone(), Forms::of(it, None).unwrap())).collect();
    ways(testbed, &forms, &catalogue.cards())
}

#[test]
fn the_routes_of_the_testbed_lead_everywhere_and_keep_their_names() {
    let testbed = testbed();
    let found = found(&testbed);
    assert_eq!(found.between.len(), 12);
    for (ends, ways) in &found.between {
        let names: Vec<&str> = ways.iter().map(|it| it.route.as_str()).collect();
        assert!(names.contains(&"direct") && names.contains(&"ovf"), "{ends:?}: {names:?}");
    }
    for own in &testbed.routes {
        assert_eq!(found.routes.get(&own.id), Some(own));
    }
}

#[test]
fn a_tool_that_makes_disks_for_kvm_alone_leads_there_directly_and_elsewhere_by_another() {
    let found = found(&testbed());
    let names = |target: &str| -> BTreeSet<String> {
        let ends = ("vmware-like".parse().unwrap(), target.parse().unwrap());
        found.between[&ends].iter().map(|it| it.route.to_string()).collect()
    };
    assert!(names("kvm-like").contains("by-virt-v2v"));
    assert!(names("kvm-like").contains("ovf-by-portolan-ovf-virt-v2v"));
    assert!(!names("hyperv-like").contains("by-virt-v2v"));
    assert!(names("hyperv-like").contains("by-virt-v2v-qemu-img"));
}

#[test]
fn every_route_that_is_found_is_fit_for_the_testbed_and_who_walks_it_is_asked() {
    let (testbed, catalogue) = (testbed(), Catalogue::shipped().unwrap());
    let cards = catalogue.cards();
    for route in found(&testbed).routes.values() {
        with_route(&testbed, route, &cards)
            .validate()
            .unwrap_or_else(|it| panic!("{it}: {route:?}"));
        if testbed.route(&route.id).is_some() {
            assert_eq!(walkable(&testbed, route, &cards), Ok(()));
        }
    }
}

#[test]
fn a_name_that_is_taken_is_left_to_whom_it_belongs() {
    let mut testbed = testbed();
    testbed.routes[1].id = "by-virt-v2v".parse().unwrap();
    let found = found(&testbed);
    let id: RouteId = "by-virt-v2v-too".parse().unwrap();
    assert_eq!(found.routes[&id].converters[0].as_str(), "virt-v2v");
}
