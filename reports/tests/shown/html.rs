//! The page for each audience.

use std::collections::BTreeSet;

use reports::html::Audience;
use reports::matrix::Judged;

use crate::fixture::{history, only_campaign, policy, report_of};

const AUDIENCES: [Audience; 3] = [Audience::Public, Audience::Operator, Audience::Auditor];

fn page(audience: Audience) -> String {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    report_of(&judged, audience, &history)
}

/// What stands between each `before` and the next quotation mark.
fn quoted<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_same_events_give_the_same_bytes() {
    for audience in AUDIENCES {
        assert_eq!(page(audience), page(audience));
    }
}

#[test]
fn hostile_words_of_a_guest_stay_words() {
    for audience in AUDIENCES {
        let page = page(audience);
        assert!(!page.contains("<script") && !page.contains("<b>drop"));
        assert!(page.contains("&#60;script&#62;alert(1)"));
    }
    assert!(page(Audience::Operator).contains("&#60;b&#62;drop&#60;/b&#62;"));
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    for audience in AUDIENCES {
        let page = page(audience);
        for outside in ["http:", "https:", "src=", "url(", "@import", "<link", "<img"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

#[test]
fn every_link_leads_somewhere_and_every_place_is_one() {
    for audience in AUDIENCES {
        let page = page(audience);
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
fn a_screen_reader_finds_its_way() {
    for audience in AUDIENCES {
        let page = page(audience);
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
        for element in ["table", "details", "section", "ol", "ul", "li", "div", "td", "tr", "p"] {
            let opened = count(&format!("<{element}>")) + count(&format!("<{element} "));
            assert_eq!(opened, count(&format!("</{element}>")), "{element}");
        }
    }
}

#[test]
fn a_cell_says_its_standing_in_a_word_beside_the_colour() {
    let page = page(Audience::Public);
    let cells = page.split("<td data-is=\"").skip(1);
    let mut found = 0;
    for cell in cells {
        let (word, rest) = cell.split_once('"').unwrap();
        assert!(rest.split("</td>").next().unwrap().contains(&format!("<b>{word}</b>")));
        found += 1;
    }
    assert_eq!(found, 12);
}

#[test]
fn only_operators_and_auditors_read_of_tools_and_evidence() {
    let [public, operator, auditor] = AUDIENCES.map(page);
    let digest = domain::ids::Sha256Digest::of(b"canary-one.argv").to_string();
    assert!(public.contains("Route 1") && public.contains("1 change of a conversion tool&#39;s"));
    assert!(operator.contains("Canary Packer") && operator.contains(&digest[..12]));
    assert!(!operator.contains(&digest) && !operator.contains("canary-act"));
    assert!(auditor.contains(&digest) && auditor.contains("canary-act"));
    assert!(auditor.contains("rebuild the initramfs with the target&#39;s storage driver"));
}

#[test]
fn every_report_carries_its_caveats_and_its_policy() {
    for audience in AUDIENCES {
        let page = page(audience);
        assert!(page.contains("A score says how things stood on the day"));
        assert!(page.contains("They are not the vendor&#39;s product"));
        assert!(page.contains("1 event of the log had no place"));
        assert!(page.contains(&policy().digest().to_string()));
    }
}

#[test]
fn colours_are_readable_in_light_and_dark() {
    let css = include_str!("../../../templates/report/style.css");
    let (light, rest) = css.split_once("prefers-color-scheme: dark").unwrap();
    let dark = rest.split_once("* { box-sizing").unwrap().0;
    for scheme in [light, dark] {
        let colour = |name: &str| {
            let hex = scheme.split_once(&format!("--{name}: #")).unwrap().1;
            luminance(&hex[..6])
        };
        let on = ["page", "sheet"].map(|under| ["ink", "muted", "link"].map(|it| (it, under)));
        let signs = ["good", "fair", "bad", "lab", "none"];
        let inks = signs.map(|it| format!("{it}-ink"));
        let signs = inks.iter().map(String::as_str).zip(signs);
        for (text, under) in on.into_iter().flatten().chain(signs) {
            let (a, b) = (colour(text), colour(under));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{text} on {under}: {contrast}");
        }
    }
}

/// Relative luminance, as WCAG 2 has it.
fn luminance(hex: &str) -> f64 {
    let channel = |place: usize| {
        let value = f64::from(u8::from_str_radix(&hex[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}
