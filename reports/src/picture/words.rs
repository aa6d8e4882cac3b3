//! Standings counted in words, for those who do not see the picture.

use domain::score::Standing;

use crate::tally::Tally;
use crate::units::count;

/// What is said of a place where no trial was planned.
pub(super) const NOT_PLANNED: &str = "not planned";

/// Places and how they stand: `12 squares: 9 SUCCESS, 3 not planned`.
pub(super) fn counted(noun: &str, standings: impl Iterator<Item = Option<Standing>>) -> String {
    let mut absent = 0;
    let planned: Tally =
        standings.inspect(|it| absent += usize::from(it.is_none())).flatten().collect();
    let mut parts = Vec::new();
    if planned.total() > 0 {
        parts.push(planned.to_string());
    }
    if absent > 0 {
        parts.push(format!("{absent} {NOT_PLANNED}"));
    }
    let total = count(planned.total() + absent, noun);
    if parts.is_empty() { total } else { format!("{total}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_sum_up() {
        let mixed = [Some(Standing::Blocked), None, Some(Standing::LabError), None];
        assert_eq!(
            counted("square", mixed.into_iter()),
            "4 squares: 1 lab error, 1 blocked, 2 not planned"
        );
        assert_eq!(counted("square", [None].into_iter()), "1 square: 1 not planned");
        assert_eq!(counted("square", [].into_iter()), "0 squares");
    }
}
