//! Medians and spreads.

/// The middle of several measurements, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of measurements; all zero when there is none.
    pub(crate) fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(measured);
        Self {
            median: share(&sorted, 0.5),
            least: sorted.first().copied().unwrap_or_default(),
            most: sorted.last().copied().unwrap_or_default(),
        }
    }

    /// Of one number.
    pub(crate) fn one(value: f64) -> Self {
        Self { median: value, least: value, most: value }
    }
}

/// Measurements by size.
pub(crate) fn sorted(measured: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = measured.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value that this share of the sorted measurements does not exceed; 0.5 is the median.
pub(crate) fn share(sorted: &[f64], share: f64) -> f64 {
    let (last, middle) = (sorted.len().saturating_sub(1), sorted.len() / 2);
    match sorted {
        [] => 0.0,
        _ if share == 0.5 && sorted.len().is_multiple_of(2) => {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        }
        _ => sorted[((last as f64 * share).round() as usize).min(last)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(Spread::of([4.0, 1.0, 3.0, 2.0]), Spread { median: 2.5, least: 1.0, most: 4.0 });
        assert_eq!(Spread::of([3.0, 1.0, 2.0]).median, 2.0);
        assert_eq!(share(&sorted((0..=100).map(f64::from)), 0.99), 99.0);
        assert_eq!(Spread::of([]).median, 0.0);
    }
}
