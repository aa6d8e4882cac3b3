//! Words from outside stay words.

use domain::score::Standing;
use proptest::prelude::*;
use reports::picture::{
    Band, Chart, Column, Course, Flow, HeatMap, HeatRow, Section, Shown, Square, Trend, Upgrade,
};
use roxmltree::Document;

use super::sample;

/// Every picture with the same words in every place that takes any.
fn pictures(words: &str) -> [String; 3] {
    let text = || words.to_owned();
    let columns = vec![Column { label: text(), date: jiff::civil::date(2026, 1, 1) }];
    let square =
        Square { standing: Some(Standing::Blocked), href: Some(text()), ..Square::default() };
    let row = HeatRow { guest: text(), source: text(), target: text(), squares: vec![square; 2] };
    let map = HeatMap { name: text(), title: text(), columns: columns.clone(), rows: vec![row] };
    let course = Course::Levels(vec![Some(Standing::Blocked)]);
    let trend = Trend {
        name: text(),
        title: text(),
        columns,
        charts: vec![Chart { label: text(), course }],
        upgrades: vec![Upgrade { column: 0, label: text() }],
    };
    let band = Band {
        source: text(),
        route: text(),
        target: text(),
        standing: Standing::Blocked,
        weight: 1,
    };
    let flow = Flow { name: text(), title: text(), noun: text(), bands: vec![band] };
    [map.svg(), trend.svg(), flow.svg()].map(Result::unwrap)
}

fn assert_harmless(svg: &str) {
    const KNOWN: [&str; 11] =
        ["svg", "title", "desc", "defs", "g", "use", "a", "text", "tspan", "rect", "path"];
    let document = Document::parse(svg).unwrap_or_else(|problem| panic!("{problem}: {svg}"));
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(KNOWN.contains(&element.tag_name().name()), "{element:?}");
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && name != "style", "{name}");
            let stays = value.starts_with(['#', '/', '?']) && !value.starts_with("//");
            assert!(name != "href" || stays, "{value}");
        }
    }
    for outside in ["http:", "https:", "url(", "<!--", "<style", "<script"] {
        assert!(!tags(svg).contains(outside), "{outside}: {svg}");
    }
}

/// The markup without its texts, which may say anything.
fn tags(svg: &str) -> String {
    let all = svg.split('<').filter_map(|it| it.split_once('>'));
    all.map(|(tag, _)| format!("<{tag}>")).collect()
}

#[test]
fn markup_in_words_is_shown_and_not_run() {
    for words in [
        "<script>alert(1)</script>",
        "\"/><img src=x onerror=alert(1)>",
        "' onload='alert(1)",
        "]]></title><style>*{display:none}",
        "javascript:alert(1)",
        "//elsewhere/",
        "#\u{0}\u{ffff}",
        "&lt;b&gt; &amp;",
        "\u{0}\u{8}\u{1b}[2J\u{fffe}\u{202e}evil",
        "",
    ] {
        pictures(words).iter().for_each(|it| assert_harmless(it));
    }
    let shown = Document::parse(&pictures("<b>&")[0])
        .unwrap()
        .descendants()
        .filter_map(|it| it.text().map(str::to_owned))
        .any(|it| it == "<b>& → <b>&");
    assert!(shown, "a name is not shown as it is");
}

#[test]
fn a_word_of_any_length_is_cut() {
    let words = "wide".repeat(100_000);
    for svg in pictures(&words) {
        let svg = svg.replace(&words, "name");
        assert!(svg.len() < 12_000, "{} bytes", svg.len());
    }
}

#[test]
fn headings_and_captions_stay_words() {
    let picture = sample::flow(2, 1);
    let pictures = vec![Shown::flow("<b>drop", "<script>alert(1)", &picture).unwrap()];
    let html = Section { pictures }.html().unwrap();
    assert!(!html.contains("<b>drop") && !html.contains("<script"));
    assert!(html.contains("&#60;b&#62;drop"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_words_give_a_picture(words in any::<String>()) {
        let [first, again] = [pictures(&words), pictures(&words)];
        prop_assert_eq!(&first, &again);
        first.iter().for_each(|it| assert_harmless(it));
    }
}
