//! Squares of cells over campaigns.

use domain::score::{Score, Standing};
use proptest::prelude::*;
use reports::picture::{HeatMap, HeatRow, MOST_COLUMNS, MOST_ROWS, Square};
use roxmltree::Document;

use super::drawn::{counts, desc, of_class, squares, view_box};
use super::sample;

#[test]
fn a_few_cells() {
    let map = sample::linked(sample::heat_map(3, 1, 4, 3));
    insta::assert_snapshot!(map.svg().unwrap());
}

#[test]
fn twelve_platforms_stay_small() {
    for change in [8, 12, 30] {
        let svg = sample::heat_map(12, 4, 12, change).svg().unwrap();
        assert!(svg.len() < 120_000, "{} bytes", svg.len());
    }
    let linked = sample::linked(sample::heat_map(12, 4, 12, 12)).svg().unwrap();
    assert!(linked.len() < 130_000, "{} bytes with links", linked.len());
    let worst = sample::heat_map(12, 4, 60, 1).svg().unwrap();
    assert!(worst.len() < 1_000_000, "{} bytes at worst", worst.len());
}

#[test]
fn of_many_campaigns_the_last_are_drawn() {
    let map = sample::heat_map(3, 1, MOST_COLUMNS + 3, 4);
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert!(desc(&document).contains("60 campaigns, from week-4 (2026-01-26) to week-63"));
    assert!(svg.contains(">3 older campaigns not drawn.</text>"));
    assert_eq!(squares(&document).len(), 6 * MOST_COLUMNS);
    assert!(!sample::heat_map(3, 1, MOST_COLUMNS, 4).svg().unwrap().contains("not drawn"));
}

#[test]
fn of_many_cells_the_worst_are_drawn() {
    let standings = [Score::Success, Score::Failure, Score::Warning].map(Standing::Scored);
    let row = |number: usize| HeatRow {
        guest: "lean".to_owned(),
        source: format!("p{number}"),
        target: "kvm".to_owned(),
        squares: vec![Square { standing: Some(standings[number % 3]), ..Square::default() }],
    };
    let mut map = HeatMap { rows: (0..600).map(row).collect(), ..sample::heat_map(2, 1, 1, 1) };
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(squares(&document).len(), MOST_ROWS);
    assert!(desc(&document).contains("400 squares: 200 WARNING, 200 FAILURE."));
    assert!(svg.contains("200 cells not drawn: here are the 400 that stand worst."));
    assert!(svg.find(">p1 →").unwrap() < svg.find(">p2 →").unwrap());
    map.rows.truncate(MOST_ROWS);
    assert_eq!(map.svg().unwrap().find("not drawn"), None);
}

#[test]
fn a_cell_that_failed_last_comes_before_one_that_failed_once() {
    let scored = |it| Square { standing: Some(Standing::Scored(it)), ..Square::default() };
    let row = |source: &str, squares| HeatRow {
        guest: "lean".to_owned(),
        source: source.to_owned(),
        target: "kvm".to_owned(),
        squares,
    };
    let mut rows = vec![row("once", vec![scored(Score::Failure), scored(Score::Success)])];
    rows.push(row("late", vec![scored(Score::Success), scored(Score::Failure)]));
    rows.extend((0..MOST_ROWS).map(|_| row("well", vec![scored(Score::Success); 2])));
    let svg = HeatMap { rows, ..sample::heat_map(2, 1, 2, 1) }.svg().unwrap();
    let place = |name: &str| svg.find(&format!(">{name} → kvm<")).unwrap();
    assert!(place("late") < place("once") && place("once") < place("well"));
}

#[test]
fn cells_of_a_guest_stand_together() {
    let mut map = sample::heat_map(3, 2, 2, 4);
    map.rows.sort_by(|a, b| (&a.source, &a.target).cmp(&(&b.source, &b.target)));
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let guests: Vec<&str> =
        of_class(&document, "p-guest").iter().filter_map(|it| it.text()).collect();
    assert_eq!(guests, ["lean", "host-only"]);
}

#[test]
fn links_are_found_by_those_who_do_not_see_them() {
    let map = sample::linked(sample::heat_map(3, 1, 4, 3));
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(document.root_element().attribute("role"), Some("group"));
    let links: Vec<_> = document.descendants().filter(|it| it.has_tag_name("a")).collect();
    assert_eq!(links.len(), 6);
    for link in links {
        assert!(link.attribute("href").unwrap().starts_with("#cell:lean:"));
        assert!(link.attribute("aria-label").unwrap().contains(" in week-"));
    }
    let plain = sample::heat_map(3, 1, 4, 3).svg().unwrap();
    assert!(plain.contains("role=\"img\"") && !plain.contains("<a "));
}

#[test]
fn squares_may_lead_to_different_places() {
    let mut map = sample::heat_map(2, 1, 3, 100);
    for (place, square) in map.rows[0].squares.iter_mut().enumerate() {
        square.href = (place > 0).then(|| format!("/campaigns/{place}"));
    }
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let links = document.descendants().filter(|it| it.has_tag_name("a"));
    let hrefs: Vec<&str> = links.filter_map(|it| it.attribute("href")).collect();
    assert_eq!(hrefs, ["/campaigns/1", "/campaigns/2"]);
}

#[test]
fn marks_are_told_in_words_and_signs() {
    let mut map = sample::heat_map(2, 1, 3, 100);
    map.rows[0].squares[1] = Square {
        standing: Some(Standing::Scored(Score::Warning)),
        unstable: true,
        stale: true,
        href: None,
    };
    let svg = map.svg().unwrap();
    assert!(svg.contains("esx-like → hyper-v-like: WARNING, unstable, stale in week-2</title>"));
    assert!(svg.contains("1 square unstable. 1 square stale."));
    assert!(svg.contains(">unstable</text>") && svg.contains(">stale</text>"));
}

fn any_square() -> impl Strategy<Value = Square> {
    let standing = prop::option::of(prop::sample::select(reports::tally::ALL.to_vec()));
    (standing, any::<bool>(), any::<bool>(), prop::option::of("#[a-b]"))
        .prop_map(|(standing, unstable, stale, href)| Square { standing, unstable, stale, href })
}

fn any_map() -> impl Strategy<Value = HeatMap> {
    let row = ("[ab]", "\\PC{0,30}", "\\PC{0,30}", prop::collection::vec(any_square(), 0..70));
    let row =
        row.prop_map(|(guest, source, target, squares)| HeatRow { guest, source, target, squares });
    (prop::collection::vec(row, 0..20), 0..70_usize).prop_map(|(rows, columns)| HeatMap {
        name: "any".to_owned(),
        title: "Any".to_owned(),
        columns: sample::columns(columns),
        rows,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn squares_lie_within_the_picture_and_apart(map in any_map()) {
        let svg = map.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let (whole, squares) = (view_box(&document), squares(&document));
        let columns = map.columns.len().min(MOST_COLUMNS);
        prop_assert_eq!(squares.len(), map.rows.len() * columns);
        for (place, square) in squares.iter().enumerate() {
            prop_assert!(whole.holds(square), "{square:?} in {whole:?}");
            prop_assert!(!squares[..place].iter().any(|it| it.meets(square)), "{square:?}");
        }
    }

    #[test]
    fn the_words_count_every_square(map in any_map()) {
        let svg = map.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let found = squares(&document).len() as i64;
        let told = desc(&document).split(". ").find(|it| it.contains(" square")).unwrap();
        let (sum, parts) = counts(told.trim_end_matches('.'));
        prop_assert_eq!((sum, parts), (found, found), "{}", told);
    }

    #[test]
    fn every_square_has_a_tooltip_and_a_sign(map in any_map()) {
        let svg = map.svg().unwrap();
        let document = Document::parse(&svg).unwrap();
        let uses = document.descendants().filter(|it| it.has_tag_name("use"));
        for it in uses.filter(|it| it.attribute("x").is_some()) {
            let has_title = |it: roxmltree::Node<'_, '_>| it.children().any(|it| it.has_tag_name("title"));
            let told = it.ancestors().take_while(|it| !it.has_tag_name("svg")).any(has_title);
            prop_assert!(told || it.ancestors().any(|it| it.has_tag_name("defs")));
        }
        let units = document.descendants().filter(|it| it.has_tag_name("rect"));
        for it in units.filter(|it| it.ancestors().any(|it| it.has_tag_name("defs"))) {
            let standing = it.parent().unwrap().attribute("data-is").unwrap();
            prop_assert_eq!(standing == "not planned", it.next_sibling_element().is_none());
        }
    }
}
