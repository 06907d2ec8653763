//! Time as the pool sees it: the machine's clock (or a fixed one in tests) plus whatever was advanced by hand.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment in UTC, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `milliseconds` after 1970-01-01T00:00:00Z.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as tokens carry them.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds since 1970 with a fraction, as AWS's JSON has them.
    pub const fn fractional_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Reads ISO 8601 without separators, `20261109T060708Z`, as signatures have it.
    pub fn from_basic(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        if date.len() != 8 || time.len() != 6 {
            return None;
        }
        let part = |text: &str, range: std::ops::Range<usize>| digits(text.get(range)?);
        let (year, month, day) = (part(date, 0..4)?, part(date, 4..6)?, part(date, 6..8)?);
        let days = days_from_civil(year, month, day);
        let (hour, minute, second) = (part(time, 0..2)?, part(time, 2..4)?, part(time, 4..6)?);
        let is_real = civil_from_days(days) == (year, month, day) && hour < 24 && minute < 60 && second < 60;
        is_real.then(|| Self((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000))
    }

    /// The inverse of [`Self::from_basic`]; without milliseconds.
    pub fn basic(self) -> String {
        let text = self.to_string();
        let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
        let mut basic: String = whole.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        basic.push('Z');
        basic
    }

    /// The moment `seconds` later; saturates at the end of time.
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        let milliseconds = if seconds > (i64::MAX / 1000) as u64 { i64::MAX } else { seconds as i64 * 1000 };
        Self(self.0.saturating_add(milliseconds))
    }
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC with milliseconds, such as `2026-11-09T06:07:08.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.seconds().div_euclid(86_400));
        let of_day = self.seconds().rem_euclid(86_400);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60,
            self.0.rem_euclid(1000)
        )
    }
}

/// Year, month and day of a day number counted from 1970-01-01, in the proleptic Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Counting years from March puts the leap day last, which makes month lengths a straight line.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Day number counted from 1970-01-01, the inverse of [`civil_from_days`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Whether `text` is a calendar date `YYYY-MM-DD`, as the `birthdate` attribute wants it.
pub fn is_calendar_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let number = |range: std::ops::Range<usize>| digits(text.get(range)?);
    match (number(0..4), number(5..7), number(8..10)) {
        (Some(year), Some(month @ 1..=12), Some(day @ 1..=31)) => {
            civil_from_days(days_from_civil(year, month, day)) == (year, month, day)
        }
        _ => false,
    }
}

/// Whether `text` has the form a `TIMESTAMP` must have: `Mon Nov 9 06:07:08 UTC 2026`, English, UTC, the day
/// without a leading zero, the weekday the right one for the date.
pub fn is_srp_timestamp(text: &str) -> bool {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split(' ').collect();
    let [weekday, month, day, time, "UTC", year] = parts[..] else {
        return false;
    };
    let Some(month) = MONTHS.iter().position(|name| *name == month) else {
        return false;
    };
    if day.starts_with('0') || day.len() > 2 || year.len() != 4 {
        return false;
    }
    let (Some(day), Some(year)) = (digits(day), digits(year)) else {
        return false;
    };
    let days = days_from_civil(year, month as i64 + 1, day);
    if civil_from_days(days) != (year, month as i64 + 1, day) {
        return false;
    }
    // Day 0 was a Thursday.
    if WEEKDAYS[days.rem_euclid(7) as usize] != weekday {
        return false;
    }
    let clock: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = clock[..] else {
        return false;
    };
    let below = |text: &str, limit| text.len() == 2 && digits(text).is_some_and(|n| n < limit);
    below(hour, 24) && below(minute, 60) && below(second, 60)
}

/// A number written in ASCII digits only (`str::parse` would take a sign).
fn digits(text: &str) -> Option<i64> {
    let only_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

/// Where time comes from before anything is advanced.
#[derive(Clone, Copy, Debug)]
pub enum ClockSource {
    /// The machine's clock.
    System,
    /// A clock that stands still at this moment until it is advanced: for tests.
    Fixed(Timestamp),
}

/// The pool's clock. Everything that expires asks it, so advancing it expires things.
#[derive(Debug)]
pub struct Clock {
    source: ClockSource,
    advanced_millis: AtomicI64,
}

impl Clock {
    /// A clock over `source` that has not been advanced.
    pub const fn new(source: ClockSource) -> Self {
        Self { source, advanced_millis: AtomicI64::new(0) }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let base = match self.source {
            ClockSource::Fixed(moment) => moment.millis(),
            // A clock before 1970 is no clock; 1970 is as good an answer as any.
            ClockSource::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        };
        Timestamp(base.saturating_add(self.advanced_millis()))
    }

    /// How far the clock is ahead of its source, in milliseconds.
    pub fn advanced_millis(&self) -> i64 {
        self.advanced_millis.load(Ordering::SeqCst)
    }

    /// Puts the clock `milliseconds` ahead of its source.
    pub fn set_advanced_millis(&self, milliseconds: i64) {
        self.advanced_millis.store(milliseconds, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_iso_8601() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_709_164_799_999).to_string(), "2024-02-28T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(1_709_164_800_000).to_string(), "2024-02-29T00:00:00.000Z");
    }

    #[test]
    fn day_numbers_and_dates_are_inverse() {
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn takes_srp_timestamps_as_clients_write_them() {
        for good in [
            "Mon Nov 9 06:07:08 UTC 2026",
            "Thu Feb 29 00:00:00 UTC 2024",
            "Tue Dec 31 23:59:59 UTC 2024",
            "Sun Mar 1 12:00:00 UTC 2026",
        ] {
            assert!(is_srp_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "Mon Nov 09 06:07:08 UTC 2026",
            "Tue Nov 9 06:07:08 UTC 2026",
            "Mon Nov 9 6:07:08 UTC 2026",
            "Mon Nov 9 24:00:00 UTC 2026",
            "Mon Nov 9 06:07:08 GMT 2026",
            "Mo Nov 9 06:07:08 UTC 2026",
            "Mon Nov  9 06:07:08 UTC 2026",
            "Fri Feb 30 00:00:00 UTC 2024",
            "2026-11-09T06:07:08Z",
            "Mon Nov +9 06:07:08 UTC 2026",
        ] {
            assert!(!is_srp_timestamp(bad), "{bad}");
        }
    }

    #[test]
    fn reads_and_writes_the_times_of_signatures() {
        let moment = Timestamp::from_millis(1_794_204_428_000);
        assert_eq!(moment.basic(), "20261109T060708Z");
        assert_eq!(Timestamp::from_basic("20261109T060708Z"), Some(moment));
        assert_eq!(
            Timestamp::from_basic("20240229T000000Z").map(Timestamp::basic).as_deref(),
            Some("20240229T000000Z")
        );
        for bad in [
            "",
            "20261109T060708",
            "20261109 060708Z",
            "2026-11-09T06:07:08Z",
            "20261131T060708Z",
            "20260229T060708Z",
            "20261109T240000Z",
            "20261109T066000Z",
            "20261109T06070ä",
            "2026110äT06070Z",
            "+2026119T060708Z",
        ] {
            assert_eq!(Timestamp::from_basic(bad), None, "{bad}");
        }
    }

    #[test]
    fn knows_calendar_dates() {
        assert!(is_calendar_date("1999-12-31"));
        assert!(!is_calendar_date("1999-02-29"));
        assert!(!is_calendar_date("1999-2-9"));
        assert!(!is_calendar_date("99-12-31"));
    }
}
