//! What a letter reads like, and that its forms are whole.

use domain::letter::LetterRegistry;
use reports::letters::answer::Talk;
use reports::letters::link::LinkLetter;
use reports::letters::vendor_letter::VendorLetter;
use reports::letters::{html, sheet, text};
use roxmltree::{Document, ParsingOptions};

use super::sample::{bytes, letter, setting};

fn first_screen(letter: &VendorLetter) -> usize {
    text::text(letter).lines().position(|it| it.starts_with("-----")).unwrap()
}

#[test]
fn a_letter_reads_on_one_screen() {
    let letter = letter("acme");
    insta::assert_snapshot!("letter_subject", letter.subject());
    insta::assert_snapshot!("letter_text", text::text(&letter));
    insta::assert_snapshot!("letter_html", html::html(&letter).unwrap());
    insta::assert_snapshot!("letter_csv", sheet::csv(&letter).unwrap());
    insta::assert_snapshot!("letter_json", letter.json().unwrap());
    assert!(first_screen(&letter) <= 40, "{} lines", first_screen(&letter));
}

#[test]
fn a_letter_by_link_says_nothing_of_results() {
    let link = LinkLetter::from(&letter("acme"));
    insta::assert_snapshot!("letter_link", format!("{}\n\n{}", link.subject, link.text));
    for word in ["SUCCESS", "WARNING", "FAILURE", "canary", "kvm", "portable"] {
        assert!(!link.text.contains(word), "{word}");
    }
}

#[test]
fn a_maker_of_tools_alone_is_told_of_its_tools() {
    let letter = letter("toolsmith");
    insta::assert_snapshot!("letter_of_tools_text", text::text(&letter));
    assert!(letter.results.cells.is_empty() && letter.results.withheld.is_empty());
}

#[test]
fn what_the_public_is_not_told_of_a_cell_the_makers_of_its_platforms_are_not_told_either() {
    let whole = letter("acme");
    let cells = whole.results.cells.iter().map(|it| it.id()).collect();
    let (talk, setting) = (Talk { answers: &[], letters: &LetterRegistry::default() }, setting());
    let (before, now) = (&whole.results, whole.results.clone().without(&cells));
    let guarded = VendorLetter::new(now, Some(before), &talk, setting);
    let gone = &guarded.since.as_ref().unwrap().changes;
    assert!(gone.iter().all(|it| it.words().starts_with("withheld, was ")), "not: not planned");
    assert_eq!((guarded.results.cells.len(), guarded.results.withheld.len()), (0, cells.len()));
    assert_eq!(guarded.results.tools, whole.results.tools, "what its tools did is its own");
    let [text, html, csv] =
        [text::text(&guarded), html::html(&guarded).unwrap(), sheet::csv(&guarded).unwrap()];
    assert!(text.contains("7 more moves are withheld from everybody."));
    for (shown, word) in
        [(&text, "□ withheld: "), (&html, "</span> withheld"), (&csv, ",withheld,")]
    {
        assert_eq!(shown.matches(word).count(), cells.len(), "{word}");
    }
    assert!(guarded.lines().iter().all(|it| it.tool.is_some()));
    assert_eq!(guarded.results.page().unwrap().matches("</span> withheld").count(), cells.len());
}

#[test]
fn no_line_is_wider_than_72_columns_but_addresses_and_quotes() {
    for vendor in ["acme", "libre", "toolsmith"] {
        for line in text::text(&letter(vendor)).lines() {
            let is_quoted = line.starts_with("  >") || line.contains("https://");
            assert!(is_quoted || line.chars().count() <= 72, "{line}");
        }
    }
}

#[test]
fn the_html_is_well_formed_and_fetches_nothing() {
    for vendor in ["acme", "libre", "toolsmith"] {
        let html = html::html(&letter(vendor)).unwrap();
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let page = Document::parse_with_options(&html, options).unwrap();
        let root = page.root_element();
        assert_eq!(root.attribute("lang"), Some("en"));
        let named = |name: &str| root.descendants().filter(|it| it.has_tag_name(name)).count();
        assert_eq!((named("title"), named("h1")), (1, 1));
        assert_eq!(named("table"), named("caption"), "every table says what it is");
        for name in ["script", "img", "link", "style", "iframe", "object", "form"] {
            assert_eq!(named(name), 0, "{name}");
        }
        assert!(root.descendants().all(|it| !it.attributes().any(|a| a.name().starts_with("on"))));
        assert!(!html.contains("url(") && !html.contains("src="));
        let colours = html.matches("color:").count();
        assert_eq!(colours, 0, "what is read in the dark keeps its reader's colours");
    }
}

#[test]
fn the_same_letter_has_the_same_bytes() {
    assert_eq!(bytes(&letter("acme")), bytes(&letter("acme")));
}

#[test]
fn guests_named_in_hostile_ways_stay_text() {
    let html = html::html(&letter("libre")).unwrap();
    assert!(!html.contains("<script>"));
}
