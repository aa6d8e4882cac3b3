//! A judged campaign as columns.

use reports::cell_scores::CellScores;
use reports::matrix::Judged;
use reports::outcomes::Outcomes;

use crate::fixture::{history, only_campaign, policy};

#[test]
fn the_columns_of_a_campaign_come_to_the_scores_of_its_matrices() {
    let (history, policy) = (history(), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let mut outcomes = Outcomes::default();
    outcomes.add(&judged).unwrap();
    assert_eq!(outcomes.rows(), 72 * 7, "also steps that were not reached");
    let scores = CellScores::of(&outcomes);
    assert_eq!(scores.len(), 12);
    for it in scores.named(&outcomes) {
        let matrix = judged.matrices.iter().find(|matrix| matrix.guest == *it.guest).unwrap();
        let cell = matrix.cell(it.source, it.target).unwrap();
        let place = format!("{} {} → {}", it.guest, it.source, it.target);
        assert_eq!(it.score, cell.verdict.standing.score(), "{place}");
        assert_eq!(it.campaign, &judged.campaign.id);
    }
    let unstable = judged.matrices[0].cells.iter().find(|it| it.verdict.unstable).unwrap();
    let moved = scores.named(&outcomes).find(|it| {
        (it.source, it.target) == (&unstable.source, &unstable.target)
            && it.guest == &judged.matrices[0].guest
    });
    assert_eq!(moved.unwrap().score, unstable.verdict.standing.score(), "an address that moves");
}
