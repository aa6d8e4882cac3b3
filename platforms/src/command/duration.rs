//! Times as people write them: `500ms`, `30s`, `5m`, `2h`.

use std::time::Duration;

/// The longest time that a driver file may name.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Reads a time; nothing when it is none, or longer than a week.
pub(crate) fn read(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let time = Duration::from_millis(number.checked_mul(milliseconds)?);
    (Duration::ZERO < time && time <= LONGEST).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_and_ends() {
        assert_eq!(read("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(read("5m"), Some(Duration::from_secs(300)));
        for wrong in ["", "5", "s", "0s", "-1s", "5 s", "8d", "169h", "99999999999999999999s"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
