//! From where in time to look.

use clap::Args as Group;
use jiff::Timestamp;
use jiff::civil::Date;
use reports::viewpoint::Viewpoint;

/// Two kinds of past.
#[derive(Debug, Clone, Copy, Default, Group)]
pub(crate) struct Past {
    /// How things stood at this instant, or at the end of this day (UTC): what was tried or declared
    /// later is left out; what was withdrawn later is not
    #[arg(long, value_name = "TIME", value_parser = instant, help_heading = "Time travel")]
    pub(crate) as_of: Option<Timestamp>,
    /// What was known, or published, at this position of the log: later events are left out
    #[arg(long, value_name = "POSITION", help_heading = "Time travel")]
    pub(crate) known_at: Option<u64>,
}

impl Past {
    /// The viewpoint asked for.
    pub(crate) fn viewpoint(self) -> Viewpoint {
        Viewpoint { as_of: self.as_of, known_at: self.known_at }
    }
}

/// An instant as RFC 3339 has it, or a day, which stands for its last second.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let refused =
        || format!("{text:?} is neither a day (2026-11-23) nor an instant (2026-11-23T08:30:00Z)");
    // Of a longer text, a date's reader would pass over the time of day.
    let is_day = text.len() == "2026-11-23".len();
    if let Some(day) = text.parse::<Date>().ok().filter(|_| is_day) {
        let end = day.at(23, 59, 59, 999_999_999).to_zoned(jiff::tz::TimeZone::UTC);
        return end.map(|it| it.timestamp()).map_err(|_| refused());
    }
    text.parse().map_err(|_| refused())
}
