//! Pictures side by side in a page, and the style that they share with it.

use std::collections::BTreeSet;

use reports::picture::{Flow, HeatMap, Section, Shown, Trend};
use roxmltree::Document;

use super::sample;

const REPORT: &str = include_str!("../../../../templates/report/style.css");
const PICTURES: &str = include_str!("../../../../templates/picture/style.css");

fn section() -> String {
    let map = HeatMap { name: "a".to_owned(), ..sample::linked(sample::heat_map(3, 2, 5, 4)) };
    let other = HeatMap { name: "a-s1".to_owned(), ..sample::heat_map(3, 2, 5, 4) };
    let trend = Trend { name: "a.s1".to_owned(), ..sample::trend(5) };
    let flow = Flow { name: "a title".to_owned(), ..sample::flow(3, 2) };
    let pictures = vec![
        Shown::heat_map("One", "A caption.", &map).unwrap(),
        Shown::heat_map("Two", "", &other).unwrap(),
        Shown::trend("Three", "", &trend).unwrap(),
        Shown::flow("Four", "", &flow).unwrap(),
    ];
    Section { pictures }.html().unwrap()
}

#[test]
fn the_same_pictures_give_the_same_bytes() {
    assert_eq!(section(), section());
}

#[test]
fn no_pictures_give_no_section() {
    assert_eq!(Section::default().html().unwrap().trim(), "");
}

#[test]
fn every_place_has_a_name_of_its_own_and_every_name_leads_to_one() {
    let html = section();
    let document = Document::parse(html.trim()).unwrap();
    let elements = || document.descendants().filter(roxmltree::Node::is_element);
    let ids: Vec<&str> = elements().filter_map(|it| it.attribute("id")).collect();
    let places: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), places.len(), "two places share a name");
    for it in elements() {
        for name in ["aria-labelledby", "aria-describedby"] {
            assert!(it.attribute(name).is_none_or(|it| places.contains(it)), "{it:?}");
        }
        if it.has_tag_name("use") {
            assert!(places.contains(&it.attribute("href").unwrap()[1..]), "{it:?}");
        }
    }
}

#[test]
fn every_picture_has_a_name_and_tells_itself() {
    let html = section();
    let document = Document::parse(html.trim()).unwrap();
    let pictures: Vec<_> = document.descendants().filter(|it| it.has_tag_name("svg")).collect();
    assert_eq!(pictures.len(), 4);
    for picture in pictures {
        let [title, desc] = ["title", "desc"].map(|name| {
            let it = picture.children().find(|it| it.has_tag_name(name)).unwrap();
            (it.attribute("id"), it.text())
        });
        assert_eq!(picture.attribute("aria-labelledby"), title.0);
        assert_eq!(picture.attribute("aria-describedby"), desc.0);
        assert!(title.1.is_some() && desc.1.is_some_and(|it| it.len() > 40));
        assert!(["img", "group"].contains(&picture.attribute("role").unwrap()));
    }
}

#[test]
fn colours_come_from_the_report() {
    let used: BTreeSet<&str> =
        PICTURES.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(used.len() > 5);
    for name in used {
        assert!(REPORT.contains(&format!("--{name}: ")), "{name} is no colour of the report");
    }
    assert!(!PICTURES.contains('#') && !PICTURES.contains("rgb") && !PICTURES.contains("url("));
}

#[test]
fn every_class_that_is_drawn_has_a_style_of_its_own() {
    let html = section();
    let document = Document::parse(html.trim()).unwrap();
    let pictures = document.descendants().filter(|it| it.has_tag_name("svg"));
    let elements = pictures.flat_map(|it| it.descendants());
    let drawn: BTreeSet<&str> =
        elements.filter_map(|it| it.attribute("class")).flat_map(|it| it.split(' ')).collect();
    for class in drawn {
        assert!(PICTURES.contains(&format!(".{class} ")), "{class} has no style");
        assert!(class == "picture" || class.starts_with("p-"), "{class} may mean something else");
    }
    assert!(!REPORT.contains(".p-"));
}
