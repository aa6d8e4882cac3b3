//! What an operator is shown before letters are sent and results published.

use std::collections::BTreeSet;

use domain::event::LetterForm;
use domain::plan::CellId;
use reports::history::History;
use reports::letters::disclosing::{Addressed, Disclosing};
use reports::letters::guard::{Guard, withheld_beside};
use reports::matrix::Judged;
use reports::public::PublicView;

use super::sample::{apart, letter};
use crate::fixture::policy;
use crate::years::{four_years, records};

fn disclosing() -> Disclosing {
    let events = apart(four_years().recorded());
    let (history, policy, records) = (History::of(&events), policy(), records(&events));
    let (earlier, record) = (&records[2], &records[3]);
    let guard = Guard::default();
    let hidden: BTreeSet<CellId> = withheld_beside(record, earlier, guard).into_iter().collect();
    let campaign = history.campaign(&record.id).unwrap().clone().without(&hidden);
    let view = PublicView::from(&Judged::new(&campaign, &policy));
    let (acme, toolsmith) = (letter("acme"), letter("toolsmith"));
    let (ann, tom) = ("ann".parse().unwrap(), "tom".parse().unwrap());
    let letters = [
        Addressed { contact: &ann, form: LetterForm::Encrypted, letter: &acme },
        Addressed { contact: &tom, form: LetterForm::Link, letter: &toolsmith },
    ];
    Disclosing::new(&view, record, Some(earlier), guard, &letters)
}

#[test]
fn an_operator_sees_who_would_be_told_what() {
    insta::assert_snapshot!("disclosing_text", disclosing().text());
    let json = serde_json::to_string_pretty(&disclosing()).unwrap();
    insta::assert_snapshot!("disclosing_json", json);
}

#[test]
fn shown_and_withheld_are_all_cells() {
    let told = disclosing();
    let events = four_years().recorded();
    let planned = records(&events)[3].cells.len();
    let withheld: BTreeSet<&str> = told.public.withheld.iter().map(|it| it.cell.as_str()).collect();
    assert_eq!(told.public.shown + withheld.len(), planned);
    assert_eq!(told.public.counts.values().sum::<usize>(), told.public.shown);
}
