//! The words that files use for standings, steps, times and numbers, in their usual spellings.

use domain::score::{Score, Standing};
use domain::step::Step;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Most repetitions that a plan may have, and so the highest number of one.
const MOST_REPETITIONS: u32 = 1000;

/// Longest time one trial can have taken: a year, in milliseconds.
const LONGEST_MS: u64 = 366 * 24 * 3600 * 1000;

/// Longest text that is copied into many rows, in characters.
const LONGEST_COPIED: usize = 1024;

/// Longest text of a file that a message repeats, in characters.
const LONGEST_QUOTE: usize = 60;

/// A standing in any of its usual spellings.
pub(super) fn standing(text: &str) -> Result<Standing, String> {
    let word = text.trim().to_lowercase().replace(['_', '-', '/'], " ");
    match word.as_str() {
        "success" | "successful" | "succeeded" | "pass" | "passed" | "ok" => {
            Ok(Standing::Scored(Score::Success))
        }
        "warning" | "warn" | "warned" => Ok(Standing::Scored(Score::Warning)),
        "failure" | "fail" | "failed" => Ok(Standing::Scored(Score::Failure)),
        "not run" | "notrun" | "skip" | "skipped" | "not tested" => Ok(Standing::NotRun),
        "lab error" | "error" | "errored" | "broken" => Ok(Standing::LabError),
        "blocked" => Ok(Standing::Blocked),
        "not applicable" | "unsupported" | "not supported" | "n a" | "na" => {
            Ok(Standing::NotApplicable)
        }
        _ => Err(format!(
            "{} is no standing: use success, warning, failure, not run, lab error, blocked or not \
             applicable",
            quoted(text)
        )),
    }
}

/// A step by its number, its name or its title: `7`, `step 7`, `restart`, `restart at the target`.
pub(super) fn step(text: &str) -> Result<Step, String> {
    let word = text.trim().to_lowercase().replace(['_', '-'], " ");
    let word = word.strip_prefix("step ").unwrap_or(&word);
    let number = word.split(' ').next().and_then(|it| it.parse().ok());
    number
        .and_then(Step::from_number)
        .or_else(|| Step::ALL.into_iter().find(|it| it.title() == word || short(*it) == word))
        .ok_or_else(|| format!("{} is no step: use a number from 1 to 7", quoted(text)))
}

/// A step's title without where it takes place.
fn short(step: Step) -> &'static str {
    step.title().split(" at the ").next().unwrap_or_default()
}

/// A time: `2013-06-01T12:00:00Z`, with another offset, or with none or as a day alone, which are
/// taken for UTC.
///
/// # Errors
/// In words, what is wrong with it.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let told = text.parse::<Timestamp>().or_else(|_| {
        let local: DateTime = text.parse()?;
        Offset::UTC.to_timestamp(local)
    });
    let told = told.map_err(|_| {
        format!("{} is no time: write it as 2013-06-01 or 2013-06-01T12:00:00Z", quoted(text))
    })?;
    plausible(told)
}

/// A time in seconds since 1970, with or without a fraction.
pub(super) fn instant_of_seconds(seconds: f64) -> Result<Timestamp, String> {
    let wrong = || format!("{seconds} is no time in seconds since 1970");
    let told = whole_ms(seconds).filter(|it| *it <= i64::MAX as u64).ok_or_else(wrong)?;
    plausible(Timestamp::from_millisecond(told.cast_signed()).map_err(|_| wrong())?)
}

fn plausible(told: Timestamp) -> Result<Timestamp, String> {
    if told < Timestamp::UNIX_EPOCH {
        return Err(format!("{told} is before 1970, when no virtual machine travelled"));
    }
    Ok(told)
}

/// A number of a repetition, 1 for the first.
pub(super) fn repetition(text: &str) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|it| (1..=MOST_REPETITIONS).contains(it));
    number.ok_or_else(|| {
        format!("repetition {} is not a number from 1 to {MOST_REPETITIONS}", quoted(text))
    })
}

/// A duration in whole milliseconds.
pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    let told = text.trim().parse().ok().filter(|it| *it <= LONGEST_MS);
    told.ok_or_else(|| {
        format!("duration {} is not a whole number of milliseconds, at most a year", quoted(text))
    })
}

/// A duration in seconds, as JUnit has it: with a point for the fraction, and some write `1,234.5`.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let seconds = text.trim().replace(',', "").parse().ok();
    let told = seconds.and_then(whole_ms).filter(|it| *it <= LONGEST_MS);
    told.ok_or_else(|| format!("time {} is not a number of seconds, at most a year", quoted(text)))
}

/// Seconds in whole milliseconds, if they can be counted at all.
fn whole_ms(seconds: f64) -> Option<u64> {
    let ms = (seconds * 1000.0).round();
    // Up to here every whole number has a floating one of its own.
    (0.0..=9.0e15).contains(&ms).then_some(ms as u64)
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("{} is neither yes nor no", quoted(text))),
    }
}

/// A text without what could steer a terminal.
pub(super) fn clean(text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n");
    let letter =
        |it: char| if it.is_control() && it != '\n' && it != '\t' { '\u{fffd}' } else { it };
    text.chars().map(letter).collect()
}

/// The beginning of a text, for what is copied many times; longer than any name may be.
pub(super) fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST_COPIED) {
        None => text,
        Some((end, _)) => &text[..end],
    }
}

/// An error of a parser, of bounded length: some repeat the file.
pub(super) fn of_error(error: impl std::fmt::Display) -> String {
    clean(&error.to_string()).chars().take(200).collect()
}

/// A text of the file as a message repeats it.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings_are_known_in_their_usual_spellings() {
        let spellings = [
            (Standing::Scored(Score::Success), "SUCCESS success Passed pass ok succeeded"),
            (Standing::Scored(Score::Warning), "WARNING warn Warned"),
            (Standing::Scored(Score::Failure), "FAILURE fail FAILED failure"),
            (Standing::NotRun, "not-run NotRun skipped skip not_run"),
            (Standing::LabError, "lab-error lab_error error broken"),
            (Standing::Blocked, "blocked"),
            (Standing::NotApplicable, "not-applicable unsupported n/a N-A na"),
        ];
        for (expected, words) in spellings {
            for word in words.split(' ').chain([expected.word()]) {
                assert_eq!(standing(word), Ok(expected), "{word}");
            }
        }
        assert!(
            standing("green").unwrap_err().starts_with("\"green\" is no standing: use success")
        );
    }

    #[test]
    fn steps_are_known_by_number_name_and_title() {
        for known in Step::ALL {
            let name = serde_json::to_value(known).unwrap();
            let spellings = [
                known.number().to_string(),
                known.title().to_owned(),
                known.to_string(),
                short(known).to_owned(),
                name.as_str().unwrap().to_owned(),
            ];
            for word in spellings {
                assert_eq!(step(&word), Ok(known), "{word}");
            }
        }
        for wrong in ["0", "8", "256", "boot", "", "step", "-1"] {
            assert!(step(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc_and_what_is_no_time_is_refused() {
        for (text, expected) in [
            ("2013-06-01T12:00:00Z", "2013-06-01T12:00:00Z"),
            ("2013-06-01T12:00:00+02:00", "2013-06-01T10:00:00Z"),
            ("2013-06-01T12:00:00", "2013-06-01T12:00:00Z"),
            ("2013-06-01 12:00:00.5", "2013-06-01T12:00:00.5Z"),
            (" 2013-06-01 ", "2013-06-01T00:00:00Z"),
        ] {
            assert_eq!(instant(text).map(|it| it.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for wrong in
            ["", "yesterday", "01.06.2013", "06/01/2013", "1e9", "2013-02-30", "1969-12-31"]
        {
            assert!(instant(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            instant_of_seconds(1.5).map(|it| it.to_string()),
            Ok("1970-01-01T00:00:01.5Z".into())
        );
        for wrong in [-1.0, 1e300, f64::NAN, f64::INFINITY, 9.0e12] {
            assert!(instant_of_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_bounded() {
        assert_eq!((repetition(" 3 "), milliseconds("1500")), (Ok(3), Ok(1500)));
        assert_eq!((seconds("1,234.5"), seconds("0.0014")), (Ok(1_234_500), Ok(1)));
        for wrong in ["0", "1001", "-1", "1.5", "", "99999999999999999999"] {
            assert!(repetition(wrong).is_err(), "{wrong}");
        }
        for wrong in ["-1", "1.5", "", "18446744073709551615", "99999999999999999999", "1e3"] {
            assert!(milliseconds(wrong).is_err(), "{wrong}");
        }
        for wrong in ["-1", "", "nan", "inf", "1e99", "x"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_a_message_repeats_is_short_and_steers_no_terminal() {
        assert_eq!(quoted("a\u{1b}[2J"), r#""a\u{1b}[2J""#);
        assert!(quoted(&"ä".repeat(10_000_000)).chars().count() < 70);
        assert_eq!(clean(" a\r\nb\tc\u{0}\u{1b}d "), "a\nb\tc\u{fffd}\u{fffd}d");
    }
}
