//! Matrices and explanations for a terminal.

use reports::explain::Explanation;
use reports::explain_text::explanation;
use reports::history::History;
use reports::html;
use reports::matrix::Judged;
use reports::text::{Colour, matrices};

use crate::fixture::{history, live_moves, only_campaign, policy, view, view_of};

fn explained(guest: &str, source: &str, target: &str) -> Result<String, String> {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let id = |text: &str| text.parse().unwrap();
    Explanation::new(&judged, &guest.parse().unwrap(), &id(source), &id(target))
        .map(|it| explanation(&it, Colour::Never))
        .map_err(|problem| problem.to_string())
}

#[test]
fn matrices_read_without_colour() {
    insta::assert_snapshot!(matrices(&view(), None, Colour::Never));
}

#[test]
fn colour_adds_nothing_but_escape_sequences() {
    let coloured = matrices(&view(), None, Colour::Always);
    assert!(coloured.contains("\u{1b}[32m✓ SUCCESS\u{1b}[0m"));
    let mut plain = coloured;
    for code in ["32", "33", "1;31", "35", "2", "0"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, matrices(&view(), None, Colour::Never));
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let mut view = view();
    view.guests[0].name = "\u{1b}[2Jgone\u{7}".to_owned();
    let text = matrices(&view, None, Colour::Never);
    assert!(!text.contains('\u{1b}') && text.contains("\u{fffd}[2Jgone\u{fffd}"));
}

#[test]
fn a_failure_is_explained_down_to_the_log() {
    insta::assert_snapshot!(explained("host-only", "acme-like", "kvm").unwrap());
}

#[test]
fn a_warning_is_explained_by_what_changed() {
    insta::assert_snapshot!(explained("host-only", "xen-like", "kvm").unwrap());
}

#[test]
fn a_cell_that_one_route_saves_shows_those_that_fail() {
    let text = explained("portable", "xen-like", "acme-like").unwrap();
    let best = text.lines().find(|line| line.starts_with("* ")).unwrap();
    assert!(best.contains("canary-ovf by Canary Packer 2.3.1 (no longer made), then"), "{best}");
    assert!(text.contains("cannot read the header: Invalid argument"));
    assert!(!text.contains("What would turn it green"));
}

#[test]
fn a_lab_error_says_what_to_repair() {
    let text = explained("portable", "kvm", "xen-like").unwrap();
    assert!(text.contains("repair the lab and resume the campaign (no space left"), "{text}");
}

#[test]
fn a_cell_that_was_not_planned_is_refused_with_what_there_is() {
    let problem = explained("nobody", "kvm", "xen-like").unwrap_err();
    assert_eq!(
        problem,
        "no trial of nobody from kvm to xen-like was planned; guests: portable, host-only; \
         platforms: acme-like, xen-like, kvm"
    );
}

#[test]
fn of_what_makes_no_sense_nothing_is_counted_and_it_is_said_why() {
    let events = live_moves();
    let text = matrices(&view_of(&events), None, Colour::Never);
    assert!(text.contains("— not applicable ┆") && !text.contains("0/0"), "{text}");
    let (history, policy) = (History::of(&events), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let explained = |source: &str, target: &str| {
        let id = |text: &str| text.parse().unwrap();
        let guest = "portable".parse().unwrap();
        let told = Explanation::new(&judged, &guest, &id(source), &id(target)).unwrap();
        (explanation(&told, Colour::Never), told.page().unwrap())
    };
    let (apart, page) = explained("kvm", "acme-like");
    for words in [&apart, &page] {
        assert!(words.contains("is not applicable, which is no score"), "{words}");
        assert!(!words.contains("Routes"), "{words}");
    }
    let (moved, page) = explained("kvm", "xen-like");
    assert!(moved.contains("1. live by the platforms themselves"), "{moved}");
    assert!(page.contains("by the platforms themselves"), "{page}");
    let page = html::public(&view_of(&events), None).unwrap();
    assert!(page.contains("no tool: the platforms do it by themselves"));
    assert!(!page.contains("0 of 0") && page.contains("1 of 1 scored"));
}
