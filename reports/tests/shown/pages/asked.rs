//! What people ask pages for, and what becomes of it.

use reports::html::Audience;
use reports::pages::assets;
use reports::pages::frame::Frame;
use reports::pages::links::{Asked, asking, cell};
use reports::pages::past::{asked, instants};

use super::sample::{Log, all, events};

#[test]
fn a_moment_is_an_instant_a_day_or_a_place() {
    let log = Log::of(events());
    let all = instants(&log.records, log.chronicle.registry());
    let at = |text: &str| asked(text, &all);
    assert_eq!(at(""), Ok(None));
    assert_eq!(at("2"), Ok(Some(all[1].at)));
    assert_eq!(at(&all.len().to_string()), Ok(None), "the last one is now");
    let day = at("2026-11-23").unwrap().unwrap();
    assert_eq!(day.to_string(), "2026-11-23T23:59:59.999999999Z");
    let instant = at(" 2026-11-23T08:30:00Z ").unwrap().unwrap();
    assert_eq!(instant.to_string(), "2026-11-23T08:30:00Z");
    assert!(all.windows(2).all(|it| it[0].at <= it[1].at));
}

#[test]
fn what_is_no_moment_is_told_in_words() {
    let all = Vec::new();
    for text in ["0", "7", "-1", "tomorrow", "2026-13-01", "9999-12-31", "999999999999999999999999"]
    {
        match asked(text, &all) {
            Err(fault) => assert!(fault.to_string().starts_with(&format!("{text:?} is no point"))),
            Ok(found) => assert!(text == "9999-12-31", "{text}: {found:?}"),
        }
    }
    let long = asked(&"x".repeat(10_000), &all).unwrap_err().to_string();
    assert!(long.len() < 400);
}

#[test]
fn what_links_carry_is_spelled_so_that_it_comes_back() {
    let policy = "a&b=c \"<d>#".to_owned();
    let link = asking("/x", &[("policy", policy)]);
    assert_eq!(link, "/x?policy=a%26b%3Dc+%22%3Cd%3E%23");
    let id = domain::plan::CellId {
        guest: "g".parse().unwrap(),
        source: "a".parse().unwrap(),
        target: "b".parse().unwrap(),
    };
    let asked = Asked { known_at: Some(7), ..Asked::default() };
    assert_eq!(cell(&"c-1".parse().unwrap(), &id, &asked), "/campaigns/c-1/cells/a/b/g?known_at=7");
}

#[test]
fn the_navigation_shows_what_the_role_may_see() {
    use domain::access::Role;
    let labels = |viewer: Option<Role>| {
        let frame = Frame::new("", "/campaigns/c-1").seen_by(viewer);
        frame.places().iter().map(|it| it.label).collect::<Vec<_>>().join(" ")
    };
    let public = "Overview Matrices History Audit Search";
    assert_eq!(labels(None), public);
    assert_eq!(labels(Some(Role::Lab)), public);
    assert_eq!(labels(Some(Role::Auditor)), format!("{public} Converters Disclosures"));
    assert_eq!(
        labels(Some(Role::Operator)),
        format!("{public} Converters Disclosures Vendors Access")
    );
    let vendor = Role::Vendor { vendor: "acme".parse().unwrap() };
    assert_eq!(labels(Some(vendor)), format!("{public} Your results"));
    let frame = Frame::new("", "/campaigns/c-1");
    let current: Vec<_> = frame.places().into_iter().filter(|it| it.current).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].href, "/campaigns");
}

#[test]
fn asking_for_one_class_of_changes_leaves_the_matrix_whole() {
    let log = Log::of(events());
    let page = all(&log, Audience::Public).into_iter().find(|it| it.name == "changes").unwrap();
    assert!(
        page.html.contains("id=\"class:unstable\"")
            && !page.html.contains("id=\"class:regressed\"")
    );
    let matrix = page.html.split("<table class=\"matrix\"").nth(1).unwrap();
    let matrix = matrix.split("</table>").next().unwrap();
    assert!(matrix.contains("data-is=\"regressed\"") && !matrix.contains("not planned</td>"));
    let json: serde_json::Value = serde_json::from_str(&page.json).unwrap();
    let cells = json["diff"]["cells"].as_array().unwrap();
    assert!(!cells.is_empty() && cells.iter().all(|it| it["change"] == "unstable"));
}

#[test]
fn an_asset_is_found_by_the_name_that_pages_use() {
    for it in assets::all() {
        let path = assets::path(it.plain_name);
        let found = assets::named(path.strip_prefix("/assets/").unwrap()).unwrap();
        assert_eq!(found, it);
        assert!(!found.bytes.is_empty());
    }
    for none in ["portolan.css", "../Cargo.toml", "", "portolan-.css"] {
        assert_eq!(assets::named(none), None, "{none}");
    }
}
