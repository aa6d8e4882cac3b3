//! Charts over campaigns.

use domain::score::{Score, Standing};
use proptest::prelude::*;
use reports::picture::{Chart, Course, MOST_CHARTS, MOST_COLUMNS, Trend, Upgrade};
use roxmltree::Document;

use super::drawn::{Area, area, counts, desc, number, numbers, of_class, squares, view_box};
use super::sample;

#[test]
fn guests_and_cells_through_time() {
    insta::assert_snapshot!(sample::trend(6).svg().unwrap());
}

#[test]
fn versions_that_changed_at_a_time_share_a_mark() {
    let svg = sample::trend(12).svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(of_class(&document, "p-tick").len(), 2);
    assert!(svg.contains("2 From week-9 on: esx-like 7.0 → 8.0; xen-like 8.2 → 8.3</text>"));
}

#[test]
fn versions_that_changed_before_the_first_campaign_drawn_are_left_out() {
    let upgrade = |column| Upgrade { column, label: format!("at {column}") };
    let upgrades = [0, 9, 10, 69, 70].map(upgrade).into();
    let svg = Trend { upgrades, ..sample::trend(70) }.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let told = of_class(&document, "p-tick");
    let told: Vec<&str> = told.iter().filter_map(|it| it.first_element_child()?.text()).collect();
    assert_eq!(told, ["From week-11 on: at 10", "From week-70 on: at 69"]);
    assert!(svg.contains("10 older campaigns not drawn."));
}

#[test]
fn of_many_charts_the_first_are_drawn() {
    let mut trend = sample::trend(3);
    trend.charts = vec![trend.charts[0].clone(); MOST_CHARTS + 2];
    let svg = trend.svg().unwrap();
    assert!(svg.contains(">2 more charts not drawn.</text>"));
}

#[test]
fn a_gap_is_a_gap() {
    let scored = Some(Standing::Scored(Score::Success));
    let course = vec![scored, None, Some(Standing::LabError), scored];
    let charts = vec![Chart { label: "cell".to_owned(), course: Course::Levels(course) }];
    let svg = Trend { charts, upgrades: Vec::new(), ..sample::trend(4) }.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let line = of_class(&document, "p-line")[0].attribute("d").unwrap();
    assert_eq!(line.matches('M').count(), 2, "{line}");
    assert!(svg.contains("<title>week-3: lab error</title>"));
    assert!(!svg.contains("<title>week-2"));
}

fn any_trend() -> impl Strategy<Value = Trend> {
    let standing = prop::sample::select(reports::tally::ALL.to_vec());
    let tally =
        prop::collection::vec(standing.clone(), 0..30).prop_map(|it| it.into_iter().collect());
    let course = prop_oneof![
        prop::collection::vec(tally, 0..70).prop_map(Course::Shares),
        prop::collection::vec(prop::option::of(standing), 0..70).prop_map(Course::Levels),
    ];
    let chart = ("\\PC{0,60}", course).prop_map(|(label, course)| Chart { label, course });
    let upgrade = (0..80_usize, "\\PC{0,200}");
    let upgrade = upgrade.prop_map(|(column, label)| Upgrade { column, label });
    let (charts, upgrades) =
        (prop::collection::vec(chart, 0..6), prop::collection::vec(upgrade, 0..20));
    (charts, upgrades, 0..70_usize).prop_map(|(charts, upgrades, columns)| Trend {
        columns: sample::columns(columns),
        charts,
        upgrades,
        ..sample::trend(0)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_lies_within_the_picture_and_bars_apart(trend in any_trend()) {
        let svg = trend.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let whole = view_box(&document);
        let bars = of_class(&document, "p-tile").into_iter().map(|it| area(it, 0, 0));
        let tiles: Vec<Area> = bars.chain(squares(&document)).collect();
        for (place, tile) in tiles.iter().enumerate() {
            prop_assert!(whole.holds(tile), "{tile:?} in {whole:?}");
            prop_assert!(!tiles[..place].iter().any(|it| it.meets(tile)), "{tile:?}");
        }
        for class in ["p-line", "p-guide"] {
            for path in of_class(&document, class) {
                let largest = numbers(path.attribute("d").unwrap()).into_iter().max();
                prop_assert!(largest.unwrap_or(0) <= whole.width.max(whole.height));
            }
        }
        for text in document.descendants().filter(|it| it.has_tag_name("text")) {
            prop_assert!((0..=whole.height.max(whole.width)).contains(&number(text, "y")));
        }
    }

    #[test]
    fn the_words_count_every_campaign(
        course in prop::collection::vec(any_standing(), 0..70),
        columns in 1..70_usize,
    ) {
        let charts = vec![Chart { label: "x".to_owned(), course: Course::Levels(course) }];
        let columns = sample::columns(columns);
        let drawn = columns.len().min(MOST_COLUMNS) as i64;
        let svg = Trend { charts, columns, ..sample::trend(0) }.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let (_, told) = desc(&document).split_once(" x: ").unwrap();
        prop_assert_eq!(counts(told.split(';').next().unwrap()), (drawn, drawn), "{}", told);
    }

    #[test]
    fn a_line_has_a_sign_for_every_score(course in prop::collection::vec(any_standing(), 0..60)) {
        let scored = course.iter().flatten().filter(|it| it.score().is_some()).count();
        let charts = vec![Chart { label: "x".to_owned(), course: Course::Levels(course) }];
        let svg = Trend { charts, ..sample::trend(60) }.svg().unwrap();
        prop_assert_eq!(squares(&Document::parse(&svg).unwrap()).len(), scored);
    }
}

fn any_standing() -> impl Strategy<Value = Option<Standing>> {
    prop::option::of(prop::sample::select(reports::tally::ALL.to_vec()))
}
