//! Pages are whole: markup closes, links lead somewhere, nothing comes from elsewhere, and a screen
//! reader finds its way.

use std::collections::BTreeSet;

use reports::html::Audience;
use reports::pages::assets;
use roxmltree::Document;

use super::own;
use super::sample::{Log, Sample, all, events, foreign, plain};
use super::signed_in::signed_in;

fn pages() -> Vec<Sample> {
    let log = Log::of(events());
    let audiences = [Audience::Public, Audience::Operator, Audience::Auditor];
    let vendors = ["acme", "toolsmith"].into_iter().flat_map(|it| own::of_vendor(&log, it));
    let own = own::public(&log).into_iter().chain(own::insiders(&log)).chain(vendors);
    let all = audiences.into_iter().flat_map(|it| all(&log, it)).chain(plain()).chain(own);
    all.chain(signed_in()).collect()
}

/// What stands between each `before` and the next quotation mark.
fn quoted<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn nothing_stands_inline_and_nothing_comes_from_elsewhere() {
    for Sample { name, html, .. } in pages() {
        for forbidden in
            ["style=", "<style", " onclick", " onload", "javascript:", "http:", "https:", "url("]
        {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        assert_eq!(html.matches("<script").count(), 1, "{name}: one script");
        assert!(html.contains(&format!(
            "<script type=\"module\" blocking=\"render\" src=\"{}\"></script>",
            assets::path("live.js")
        )));
    }
}

#[test]
fn every_element_that_opens_closes() {
    for Sample { name, html, .. } in pages() {
        let count = |text: &str| html.matches(text).count();
        for element in [
            "html", "head", "body", "header", "main", "footer", "nav", "section", "article", "div",
            "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
            "details", "summary", "form", "label", "select", "option", "button", "svg", "span",
            "a", "h1", "h2", "h3", "time", "small", "code",
        ] {
            let opened = count(&format!("<{element}>")) + count(&format!("<{element} "));
            assert_eq!(opened, count(&format!("</{element}>")), "{name}: {element}");
        }
    }
}

#[test]
fn a_screen_reader_finds_its_way() {
    for Sample { name, html, .. } in pages() {
        let count = |text: &str| html.matches(text).count();
        let headings = count("<h1>") + count("<h1 ");
        assert_eq!(headings, 1, "{name}: one first heading");
        for once in [
            "<html lang=\"en\">",
            "<main id=\"content\"",
            "<header class=\"top\">",
            "class=\"skip\"",
        ] {
            assert_eq!(count(once), 1, "{name}: {once}");
        }
        assert_eq!(count("<table"), count("<caption"), "{name}: every table has a caption");
        let regions = count("class=\"wide");
        assert_eq!(
            regions,
            count("role=\"region\" tabindex=\"0\""),
            "{name}: what scrolls has focus"
        );
        for level in html
            .split("<h")
            .skip(1)
            .filter_map(|it| it.chars().next()?.to_digit(10))
            .collect::<Vec<_>>()
            .windows(2)
        {
            assert!(
                level[1] <= level[0] + 1,
                "{name}: a heading of level {} after {}",
                level[1],
                level[0]
            );
        }
    }
}

#[test]
fn every_place_has_a_name_of_its_own_and_every_name_is_a_place() {
    for Sample { name, html, .. } in pages() {
        let ids = quoted(&html, " id=\"");
        let places: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), places.len(), "{name}: two places share a name");
        let named =
            ["href=\"#", "aria-labelledby=\"", "aria-describedby=\"", " for=\"", " list=\""];
        let wanted = named.into_iter().flat_map(|it| quoted(&html, it));
        for wanted in wanted.flat_map(str::split_whitespace) {
            assert!(places.contains(wanted), "{name}: nothing is called {wanted}");
        }
    }
}

#[test]
fn every_link_leads_to_a_place_of_the_service() {
    let known = [
        "/",
        "/campaigns",
        "/history",
        "/diff",
        "/audit",
        "/search",
        "/converters",
        "/disclosures",
        "/access",
        "/account",
        "/sign-in",
        "/feed.atom",
        "/evidence",
        "/assets",
        "/api",
        "/sign-in/oidc",
        "/help",
        "/vendors",
    ];
    for Sample { name, html, .. } in pages() {
        for link in quoted(&html, " href=\"").into_iter().filter(|it| !it.starts_with('#')) {
            let path = link.split(['?', '#']).next().unwrap();
            let is_known = known.iter().any(|it| {
                path == *it
                    || (*it != "/" && path.strip_prefix(it).is_some_and(|it| it.starts_with('/')))
            });
            assert!(is_known, "{name}: {link}");
        }
    }
}

#[test]
fn hostile_words_stay_words() {
    for Sample { name, html, .. } in pages() {
        assert!(!html.contains("<script>") && !html.contains("<b>drop"), "{name}");
    }
    let log = Log::of(events());
    let campaign =
        all(&log, Audience::Public).into_iter().find(|it| it.name == "campaign").unwrap();
    assert!(campaign.html.contains("&#60;script&#62;alert(1)"));
}

#[test]
fn feed_and_badges_are_xml() {
    for Sample { name, html, .. } in foreign(&Log::of(events())) {
        let document = Document::parse(&html).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let root = document.root_element();
        match name {
            "feed" => {
                let children = |of: roxmltree::Node<'_, '_>, name: &str| {
                    of.children()
                        .filter(|it| it.has_tag_name(("http://www.w3.org/2005/Atom", name)))
                        .count()
                };
                let entries: Vec<_> =
                    root.children().filter(|it| it.tag_name().name() == "entry").collect();
                assert!(entries.len() > 8);
                for of in entries.into_iter().chain([root]) {
                    for once in ["id", "title", "updated"] {
                        assert_eq!(children(of, once), 1, "{once}");
                    }
                }
                let ids: Vec<&str> = root
                    .descendants()
                    .filter(|it| it.tag_name().name() == "id")
                    .filter_map(|it| it.text())
                    .collect();
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids differ");
            }
            _ => {
                assert_eq!(root.attribute("role"), Some("img"));
                let title = root
                    .children()
                    .find(|it| it.has_tag_name(("http://www.w3.org/2000/svg", "title")));
                assert!(title.unwrap().text().unwrap().contains("c-2016"));
            }
        }
    }
}

#[test]
fn what_a_page_shows_is_json_as_well() {
    for Sample { name, json, .. } in pages().into_iter().filter(|it| !it.json.is_empty()) {
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(value.as_object().is_some_and(|it| !it.is_empty()), "{name}");
    }
}
