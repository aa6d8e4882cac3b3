//! The first screen of a letter, whatever there is to tell.

use domain::letter::LetterRegistry;
use domain::score::{Score, Standing};
use proptest::prelude::*;
use reports::letters::answer::Talk;
use reports::letters::link::LinkLetter;
use reports::letters::screen::LINES;
use reports::letters::setting::LetterSetting;
use reports::letters::vendor_letter::VendorLetter;
use reports::letters::{html, sheet, text};
use reports::vendor::{ToolResult, VendorCell, VendorTool, VendorView};

use super::sample::{letter, setting};

fn screen(letter: &VendorLetter) -> Vec<String> {
    let text = text::text(letter);
    let end = text.lines().position(|it| it == "-".repeat(72)).unwrap();
    text.lines().take(end).map(ToOwned::to_owned).collect()
}

fn new_letter(
    view: VendorView,
    before: Option<&VendorView>,
    setting: LetterSetting,
) -> VendorLetter {
    let talk = Talk { answers: &[], letters: &LetterRegistry::default() };
    VendorLetter::new(view, before, &talk, setting)
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(Standing::Scored(Score::Failure)),
        Just(Standing::Scored(Score::Warning)),
        Just(Standing::Scored(Score::Success)),
        Just(Standing::NotRun),
        Just(Standing::LabError),
        Just(Standing::Blocked),
        Just(Standing::NotApplicable),
    ]
}

/// Words of any length, and characters of any kind.
fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,12}", "[a-zé →\n\u{1b}]{0,300}", "[A-Z]{200}", "\\PC{0,120}"]
}

fn cell(number: usize, standing: Standing, reason: &str) -> VendorCell {
    VendorCell {
        guest: format!("guest-with-a-name-of-some-length-{number}").parse().unwrap(),
        source: "a-platform-with-a-name-of-some-length".parse().unwrap(),
        target: "another-platform-with-a-name-of-some-length".parse().unwrap(),
        standing,
        unstable: number.is_multiple_of(2),
        reason: reason.to_owned(),
        limit: None,
        remedies: vec![reason.to_owned(); number % 4],
    }
}

fn tool(number: usize, product: &str, results: &[(Standing, String)]) -> VendorTool {
    let result = |(at, (standing, reason)): (usize, &(Standing, String))| {
        let VendorCell { guest, source, target, standing, unstable, reason, limit, remedies } =
            cell(at, *standing, reason);
        ToolResult {
            guest,
            source,
            target,
            with_another: at.is_multiple_of(3),
            standing,
            unstable,
            scored: 1,
            planned: 1,
            reason,
            limit,
            remedies,
        }
    };
    VendorTool {
        id: format!("tool-{number}").parse().unwrap(),
        product: product.to_owned(),
        version: product.to_owned(),
        results: results.iter().enumerate().map(result).collect(),
        excerpts: Vec::new(),
    }
}

type Drawn = (Vec<(Standing, String)>, Vec<(String, Vec<(Standing, String)>)>, String);

fn drawn() -> impl Strategy<Value = Drawn> {
    let results = || proptest::collection::vec((standing(), words()), 0..30);
    (results(), proptest::collection::vec((words(), results()), 0..6), words())
}

fn view((cells, tools, name): &Drawn) -> VendorView {
    let some = letter("acme").results;
    let cells = cells.iter().enumerate().map(|(at, (standing, why))| cell(at, *standing, why));
    let tools = tools.iter().enumerate().map(|(at, (product, all))| tool(at, product, all));
    VendorView { name: name.clone(), cells: cells.collect(), tools: tools.collect(), ..some }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_first_screen_fits_whatever_there_is_to_tell(
        now in drawn(),
        before in proptest::option::of(drawn()),
        (page, organisation, contact) in (words(), words(), words()),
    ) {
        let setting = LetterSetting { page, organisation, contact, ..setting() };
        let letter = new_letter(view(&now), before.as_ref().map(view).as_ref(), setting);
        let screen = screen(&letter);
        prop_assert!(screen.len() <= LINES, "{} lines:\n{}", screen.len(), screen.join("\n"));
        for line in &screen {
            prop_assert!(line.chars().count() <= 72, "{line}");
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        prop_assert!(screen.iter().any(|it| it == "YOUR ANSWER"));
        prop_assert_eq!(letter.since.is_some(), screen.iter().any(|it| it == "SINCE THE LAST LETTER"));
    }
}

#[test]
fn what_does_not_fit_is_counted_and_stands_below() {
    let failing =
        vec![(Standing::Scored(Score::Failure), "the guest does not start".to_owned()); 30];
    let drawn = (failing, Vec::new(), "Acme".to_owned());
    let long =
        LetterSetting { page: format!("https://acme.example/{}", "a".repeat(90)), ..setting() };
    let letter = new_letter(view(&drawn), None, long.clone());
    let screen = screen(&letter);
    insta::assert_snapshot!("letter_screen_full", screen.join("\n"));
    let on_screen = screen.iter().filter(|it| it.starts_with("  ✗ FAILURE")).count();
    assert!(screen.contains(&format!("  and {} more results below", 30 - on_screen)));
    let whole = text::text(&letter);
    assert_eq!(whole.matches("✗ FAILURE").count(), 30 + on_screen + 1);
    assert_eq!(whole.lines().last(), Some(long.page.as_str()));
}

#[test]
fn a_letter_without_any_score_says_so_in_every_form() {
    let broken = vec![(Standing::LabError, "the lab's disk was full".to_owned()); 2];
    let drawn = (broken, Vec::new(), "Acme".to_owned());
    let letter = new_letter(view(&drawn), None, setting());
    shown("unscored", &letter);
    assert!(letter.pressing.is_empty());
}

#[test]
fn a_letter_of_which_all_is_withheld_says_so_in_every_form() {
    let mut view = letter("acme").results;
    view.tools.clear();
    let cells = view.cells.iter().map(VendorCell::id).collect();
    shown("withheld", &new_letter(view.without(&cells), None, setting()));
}

#[test]
fn a_first_letter_has_no_changes_in_any_form() {
    shown("first", &new_letter(letter("acme").results, None, setting()));
}

fn shown(name: &str, letter: &VendorLetter) {
    insta::assert_snapshot!(format!("letter_{name}_text"), text::text(letter));
    insta::assert_snapshot!(format!("letter_{name}_html"), html::html(letter).unwrap());
    insta::assert_snapshot!(format!("letter_{name}_csv"), sheet::csv(letter).unwrap());
    let link = LinkLetter::from(letter);
    insta::assert_snapshot!(
        format!("letter_{name}_link"),
        format!("{}\n\n{}", link.subject, link.text)
    );
}
