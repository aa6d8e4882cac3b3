//! A comparison as text, sheet, JSON and page, for operators and for anyone.

use std::collections::BTreeSet;

use domain::change::Change;
use domain::event::{Event, Recorded};
use domain::ids::BaselineName;
use domain::plan::Trial;
use domain::policy::Policy;
use domain::step::Step;
use proptest::prelude::*;
use reports::diff::public::{Frame, PublicDiff};
use reports::diff::shown::Shown;
use reports::diff::{Diff, csv, html, json, text};
use reports::leak;
use reports::text::Colour;

use crate::diff::by;
use crate::fixture::{policy, testbed};
use crate::privacy::{NAMES, recast};
use crate::tale::Fate;
use crate::years::{Years, arrives, breaks, diff, fails, four_years, records};

fn years() -> Diff {
    four_years().diff("c-2013", "c-2016")
}

fn framed<T>(then: impl FnOnce(&Frame<'_>) -> T) -> T {
    let (policy, spring): (Policy, BaselineName) = (policy(), "spring".parse().unwrap());
    then(&Frame { baseline: Some((&spring, 1)), policy: &policy, unplaced: 0 })
}

fn public_of(diff: &Diff) -> Shown {
    framed(|frame| Shown::public(PublicDiff::new(diff, frame)))
}

fn public() -> Shown {
    public_of(&years())
}

fn operator() -> Shown {
    framed(|frame| Shown::operator(&years(), frame))
}

/// Every public byte of a comparison.
fn public_bytes(events: &[Recorded]) -> [String; 5] {
    let shown = public_of(&diff(&records(events), "c-2013", "c-2016"));
    [
        text::text(&shown, false, Colour::Always),
        text::text(&shown, true, Colour::Never),
        csv::cells(&shown).unwrap(),
        serde_json::to_string(&json::file(&shown)).unwrap(),
        html::page(&shown).unwrap(),
    ]
}

#[test]
fn changes_read_without_colour() {
    insta::assert_snapshot!(text::text(&operator(), false, Colour::Never));
}

#[test]
fn changes_for_anyone_read_without_colour() {
    insta::assert_snapshot!(text::text(&public(), true, Colour::Never));
}

#[test]
fn nothing_changed_is_told_in_a_few_lines() {
    let diff = four_years().diff("c-2014", "c-2014");
    insta::assert_snapshot!(text::text(&public_of(&diff), false, Colour::Never));
}

#[test]
fn colour_adds_nothing_but_escape_sequences() {
    let coloured = text::text(&public(), true, Colour::Always);
    assert!(coloured.contains("\u{1b}[1;31m▼ regressed\u{1b}[0m"));
    let mut plain = coloured;
    for code in ["32", "33", "1;31", "35", "36", "2", "0"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, text::text(&public(), true, Colour::Never));
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let mut shown = public();
    shown.view.scene.guests[0].1 = "\u{1b}[2Jgone\u{7}".to_owned();
    shown.view.from.testbed = "lab\r\u{9b}".to_owned();
    let text = text::text(&shown, false, Colour::Never);
    assert!(!text.contains(['\u{1b}', '\r', '\u{9b}']) && text.contains("\u{fffd}[2Jgone\u{fffd}"));
}

#[test]
fn cells_for_anyone_and_for_operators() {
    let (public, operator) = (csv::cells(&public()).unwrap(), csv::cells(&operator()).unwrap());
    insta::assert_snapshot!(public);
    assert_eq!(public.lines().count(), years().cells.len() + 1, "every cell has a row");
    let header = operator.lines().next().unwrap();
    assert!(header.ends_with("before_route,after_route,before_carriers,after_carriers"));
    let green = operator.lines().find(|it| it.contains("green-by-another-route")).unwrap();
    assert!(
        green.ends_with("canary-direct,canary-ovf,canary-direct canary-ovf,canary-ovf"),
        "{green}"
    );
}

#[test]
fn changes_as_json_for_anyone() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&json::file(&public())).unwrap());
}

#[test]
fn json_holds_all_twelve_counts_and_they_sum_to_the_cells() {
    for shown in [public(), operator()] {
        let file = serde_json::to_value(json::file(&shown)).unwrap();
        assert_eq!(file["schema"], "portolan.diff/1");
        let counts = file["counts"].as_object().unwrap();
        let keys: BTreeSet<&str> = counts.keys().map(String::as_str).collect();
        assert_eq!(keys, Change::ALL.iter().map(|it| it.key()).collect());
        let sum: u64 = counts.values().map(|it| it.as_u64().unwrap()).sum();
        assert_eq!(file["cells_total"], sum);
        assert_eq!(file["cells"].as_array().unwrap().len() as u64, sum);
        assert_eq!(file["open_regressions"], 4);
    }
}

#[test]
fn json_for_operators_keeps_every_field_of_that_for_anyone() {
    let (mut operator, public) = (json::file(&operator()), json::file(&public()));
    let first = operator.cells.iter().find(|it| it.change == Change::RedundancyLost).unwrap();
    let words = &first.goes_with.as_ref().unwrap().words;
    assert_eq!(words, "goes with host:kernel Linux 6.1.0-18 → Linux 6.1.0-25");
    assert_eq!(first.routes.as_ref().unwrap().before.len(), 3);
    assert!(operator.versions.iter().any(|it| it.subject == "converter:canary-packer"));
    assert_eq!(public.versions.last().unwrap().tools, Some(2));
    operator.audience = public.audience;
    operator.versions.clone_from(&public.versions);
    for (cell, public) in operator.cells.iter_mut().zip(&public.cells) {
        cell.routes = None;
        cell.goes_with.clone_from(&public.goes_with);
        cell.words.clone_from(&public.words);
    }
    assert_eq!(operator, public);
}

#[test]
fn the_page_about_changes_has_every_class_in_the_words_of_the_code() {
    let page = include_str!("../../../docs/changes.md");
    for it in Change::ALL {
        let row = format!("| {} | {it} | `{}` | {} |", it.symbol(), it.key(), it.about());
        assert!(page.contains(&row), "{row}");
        let examples = page.split_once("### An example of each").unwrap().1;
        assert!(examples.contains(&format!("| {it} |")), "no example of {it}");
    }
}

#[test]
fn every_change_is_told_in_a_sentence() {
    let told = operator();
    let sentences: Vec<String> = Change::ALL
        .into_iter()
        .filter_map(|it| told.of(it).next())
        .map(|it| it.sentence())
        .collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn no_public_byte_names_a_tool() {
    for text in public_bytes(&four_years().recorded()) {
        let text = text.to_lowercase();
        assert!(!text.contains("canary") && !text.contains("toolsmith"));
        assert!(!text.contains("did not come up"), "a witness is quoted");
        assert!(!text.contains("converter:"), "{text}");
        assert!(!text.contains("2.3.1") && !text.contains("3.0"), "a tool's version");
    }
    let operators = text::text(&operator(), false, Colour::Never);
    assert!(operators.contains("converter:canary-one 1.0 → 2.0"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Neither names, nor the order of declaration, nor whose version a tool has.
    #[test]
    fn other_tools_give_the_same_public_bytes(
        prefixes in prop::collection::vec("[a-z][a-z0-9]{0,6}", NAMES.len()),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
    ) {
        let names: Vec<String> =
            prefixes.iter().enumerate().map(|(place, it)| format!("{it}-zz{place}")).collect();
        let events = four_years().recorded();
        prop_assert_eq!(public_bytes(&recast(&events, &names, &order)), public_bytes(&events));
    }
}

/// A score under a broken lab is that of the routes that were left.
#[test]
fn a_gap_with_a_score_says_whose_score_it_is() {
    let alone = |it: &Trial| by("canary-direct", breaks(), fails(Step::Export))(it);
    let diff = Years::new()
        .campaign("c-1", |it| alone(it).and(arrives()))
        .campaign("c-2", alone)
        .diff("c-1", "c-2");
    assert_eq!(
        public_of(&diff).entries[0].sentence(),
        "acme-like → kvm for portable is blocked by the lab: SUCCESS → FAILURE at step 3 by the \
         routes that were left since c-2 (last scored c-1)."
    );
}

/// Two tools that may be it are one for those who may not know which.
#[test]
fn alternatives_that_differ_in_the_tool_alone_are_told_once() {
    let alone = |fate: Option<Fate>| move |it: &Trial| by("canary-ovf", fate.clone(), None)(it);
    let diff = Years::new()
        .campaign("c-1", alone(arrives()))
        .with("converter:canary-one", "2.0")
        .with("converter:canary-packer", "3.0")
        .campaign("c-2", alone(fails(Step::Import)))
        .diff("c-1", "c-2");
    let told = |shown: Shown| shown.entries[0].goes_with().unwrap();
    assert_eq!(told(public_of(&diff)), "goes with a conversion tool's version");
    let named = framed(|frame| Shown::operator(&diff, frame));
    assert_eq!(
        told(named),
        "goes with converter:canary-one 1.0 → 2.0, or with converter:canary-packer 2.3.1 → 3.0"
    );
}

#[test]
fn a_declared_text_that_names_a_tool_is_told() {
    let view = public().view;
    let testbed = testbed();
    assert_eq!(leak::tool_named_in_diff(&view, &[&testbed]), None);
    let mut named = view.clone();
    named.baseline = Some(("before-canary-two".parse().unwrap(), 1));
    let told = leak::tool_named_in_diff(&named, &[&testbed]).unwrap();
    assert!(
        told.starts_with("the baseline's name names the conversion tool `canary-two`"),
        "{told}"
    );
    let mut named = view;
    named.scene.guests[1].1 = "Linux by CANARY-PACKER".to_owned();
    let told = leak::tool_named_in_diff(&named, &[&testbed]).unwrap();
    assert!(told.contains("the name of guest `host-only`"), "{told}");
}

/// What stands between each `before` and the next quotation mark.
fn quoted<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn pages() -> [String; 2] {
    [public(), operator()].map(|it| html::page(&it).unwrap())
}

#[test]
fn hostile_words_stay_words() {
    for page in pages() {
        assert!(!page.contains("<script") && page.contains("&#60;script&#62;alert(1)"));
    }
}

#[test]
fn the_page_fetches_nothing_and_every_link_leads_somewhere() {
    for page in pages() {
        for outside in ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
        let ids = quoted(&page, " id=\"");
        let places: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), places.len(), "two places share a name");
        let named = [quoted(&page, "href=\"#"), quoted(&page, "aria-labelledby=\"")].concat();
        assert!(named.len() > 20);
        for name in named {
            assert!(places.contains(name), "nothing is called {name}");
        }
    }
}

#[test]
fn the_page_is_whole_and_a_screen_reader_finds_its_way() {
    for page in pages() {
        let count = |text: &str| page.matches(text).count();
        for once in [
            "<html lang=\"en\">",
            "<main",
            "<header>",
            "<nav ",
            "<footer>",
            "<h1>",
            "class=\"skip\"",
        ] {
            assert_eq!(count(once), 1, "{once}");
        }
        assert_eq!(count("<table"), count("<caption"));
        assert_eq!(count("<th scope=") + count("<thead"), count("<th"));
        for element in ["table", "section", "ul", "li", "div", "td", "tr", "p", "dl", "dt", "dd"] {
            let opened = count(&format!("<{element}>")) + count(&format!("<{element} "));
            assert_eq!(opened, count(&format!("</{element}>")), "{element}");
        }
        for class in Change::ALL {
            assert!(page.contains(class.title()) && page.contains(class.about()), "{class}");
        }
    }
}

#[test]
fn a_cell_of_the_page_says_its_class_in_a_word_beside_the_colour() {
    for page in pages() {
        let mut found = BTreeSet::new();
        for cell in page.split("<td ").skip(1).filter_map(|it| it.split("</td>").next()) {
            let Some(class) = Change::ALL.into_iter().find(|it| tag(cell).contains(&is(*it)))
            else {
                continue;
            };
            assert!(cell.contains(&format!("<b>{}</b>", class.title())), "{class}: {cell}");
            found.insert(class);
        }
        assert_eq!(found.len(), 12);
    }
}

fn tag(element: &str) -> &str {
    element.split('>').next().unwrap_or_default()
}

fn is(class: Change) -> String {
    format!("data-is=\"{}\"", class.key())
}

#[test]
fn the_page_is_the_same_each_time() {
    assert_eq!(pages(), pages());
    insta::assert_snapshot!(without_style(&pages()[0]));
}

fn without_style(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    format!("{head}{}", rest.split_once("</style>").unwrap().1)
}

/// A comparison that holds an event of each kind is no larger than it must be.
#[test]
fn a_page_weighs_little() {
    assert!(pages()[0].len() < 60_000, "{}", pages()[0].len());
}

#[test]
fn recasting_changes_the_tools_of_every_campaign() {
    let names: Vec<String> = (0..NAMES.len()).map(|it| format!("other-{it}")).collect();
    let events = recast(&four_years().recorded(), &names, &[2, 1, 0]);
    let started = events.iter().filter_map(|it| {
        let Event::CampaignStarted(started) = &it.event else { return None };
        Some(&started.testbed)
    });
    assert_eq!(started.filter(|it| it.converters[0].id.as_str() == "other-2").count(), 4);
}
