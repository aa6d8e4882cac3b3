//! Bands between platforms.

use std::collections::BTreeMap;

use domain::score::{Score, Standing};
use proptest::prelude::*;
use reports::picture::{Band, Flow, MOST_PLATFORMS, MOST_ROUTES};
use roxmltree::Document;

use super::drawn::{Area, area, counts, desc, numbers, of_class, view_box};
use super::sample;

#[test]
fn routes_of_three_platforms() {
    insta::assert_snapshot!(sample::flow(3, 2).svg().unwrap());
}

#[test]
fn twelve_platforms_and_five_routes_stay_small() {
    let svg = sample::flow(12, 5).svg().unwrap();
    assert!(svg.len() < 80_000, "{} bytes", svg.len());
}

#[test]
fn a_platform_has_the_same_rank_on_both_sides() {
    let band = |source: &str, target: &str| Band {
        source: source.to_owned(),
        route: "route 1".to_owned(),
        target: target.to_owned(),
        standing: Standing::Scored(Score::Success),
        weight: 1,
    };
    let bands = vec![band("a", "c"), band("b", "a"), band("a", "b")];
    let svg = Flow { bands, ..sample::flow(0, 0) }.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let texts = document.descendants().filter(|it| it.has_tag_name("text"));
    let labels: Vec<&str> = texts.filter_map(|it| it.text()).take(6).collect();
    assert_eq!(labels, ["a ", "b ", "route 1 ", "a ", "b ", "c "]);
}

#[test]
fn platforms_and_routes_past_the_bound_share_a_place() {
    let band = |number: usize| Band {
        source: format!("p{number}"),
        route: format!("route {number}"),
        target: "kvm".to_owned(),
        standing: Standing::LabError,
        weight: 2,
    };
    let bands = (0..40).map(band).collect();
    let svg = Flow { bands, ..sample::flow(0, 0) }.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert!(svg.contains(">17 more <") && svg.contains(">28 more <"));
    assert_eq!(of_class(&document, "p-box").len(), MOST_ROUTES + 1);
    assert_eq!(of_class(&document, "p-bar").len(), MOST_PLATFORMS + 2);
    let told = "40 sources, 40 routes, 1 target. 80 trials: 80 lab error.";
    assert!(desc(&document).starts_with(told), "{}", desc(&document));
}

#[test]
fn nothing_gives_an_empty_picture() {
    let svg = sample::flow(0, 0).svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(desc(&document), "0 sources, 0 routes, 0 targets. 0 trials.");
}

fn any_flow() -> impl Strategy<Value = Flow> {
    let standing = prop::sample::select(reports::tally::ALL.to_vec());
    let weight = prop_oneof![0..5_u32, Just(u32::MAX)];
    let band = ("[a-f]{1,2}", "r[1-4]{1,2}", "[a-f]{1,2}", standing, weight);
    let band = band.prop_map(|(source, route, target, standing, weight)| Band {
        source,
        route,
        target,
        standing,
        weight,
    });
    prop::collection::vec(band, 0..80).prop_map(|bands| Flow { bands, ..sample::flow(0, 0) })
}

/// What a band takes at its left and at its right end.
fn ends(path: &str) -> [Area; 2] {
    let numbers = numbers(path);
    let [left, top, _, _, _, to, right, _, foot, _, _, _, lower, _, under] = numbers[..] else {
        panic!("not a band: {path}")
    };
    assert_eq!(lower, under);
    [(left, top, under), (right, to, foot)].map(|(x, y, end)| Area {
        x,
        y,
        width: 1,
        height: end - y,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn bands_lie_within_the_picture_and_apart_where_they_end(flow in any_flow()) {
        let svg = flow.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let whole = view_box(&document);
        let mut paths = of_class(&document, "p-ribbon");
        paths.retain(|it| it.has_tag_name("path"));
        let ends = paths.iter().map(|it| ends(it.attribute("d").unwrap()));
        let mut sides: BTreeMap<(usize, i64), Vec<Area>> = BTreeMap::new();
        for pair in ends {
            for (side, end) in pair.into_iter().enumerate() {
                prop_assert!(whole.holds(&end) && end.height > 0, "{end:?} in {whole:?}");
                sides.entry((side, end.x)).or_default().push(end);
            }
        }
        for ends in sides.values() {
            for (place, end) in ends.iter().enumerate() {
                prop_assert!(!ends[..place].iter().any(|it| it.meets(end)), "{end:?}");
            }
        }
        let marks = [of_class(&document, "p-bar"), of_class(&document, "p-box")].concat();
        let marks: Vec<Area> = marks.into_iter().map(|it| area(it, 0, 0)).collect();
        for (place, mark) in marks.iter().enumerate() {
            prop_assert!(whole.holds(mark), "{mark:?} in {whole:?}");
            prop_assert!(!marks[..place].iter().any(|it| it.meets(mark)), "{mark:?}");
        }
    }

    #[test]
    fn the_words_count_every_trial(flow in any_flow()) {
        let svg = flow.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let all: i64 = flow.bands.iter().map(|it| i64::from(it.weight)).sum();
        let told = desc(&document).split(". ").nth(1).unwrap();
        let parts = if all == 0 { 0 } else { all };
        prop_assert_eq!(counts(told.trim_end_matches('.')), (all, parts), "{}", told);
    }
}
