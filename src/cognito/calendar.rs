//! Dates of moments, without a clock and without a library.

/// A moment in UTC, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// 1970 or later.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// 0 for a Sunday, to 6.
    pub weekday: u64,
    /// 0 to 23.
    pub hour: u64,
    /// 0 to 59.
    pub minute: u64,
    /// 0 to 59.
    pub second: u64,
}

impl Moment {
    /// The moment so many seconds after the beginning of 1970.
    pub const fn new(time: u64) -> Self {
        let (days, seconds) = (time / 86_400, time % 86_400);
        // Civil date from a day count, in the calendar that begins with March (H. Hinnant's algorithm).
        let z = days + 719_468;
        let era = z / 146_097;
        let day_of_era = z % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        Self {
            year: year_of_era + era * 400 + (month <= 2) as u64,
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            // 1970 began with a Thursday.
            weekday: (days + 4) % 7,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_taken_apart() {
        for (time, parts) in [
            (0, [1970, 1, 1, 4, 0, 0, 0]),
            (951_782_399, [2000, 2, 28, 1, 23, 59, 59]),
            (951_782_400, [2000, 2, 29, 2, 0, 0, 0]),
            (1_440_938_160, [2015, 8, 30, 0, 12, 36, 0]),
            (1_735_689_599, [2024, 12, 31, 2, 23, 59, 59]),
            (1_794_204_428, [2026, 11, 9, 1, 6, 7, 8]),
            (4_107_542_400, [2100, 3, 1, 1, 0, 0, 0]),
        ] {
            let Moment { year, month, day, weekday, hour, minute, second } = Moment::new(time);
            assert_eq!([year, month, day, weekday, hour, minute, second], parts, "{time}");
        }
        assert!(Moment::new(u64::MAX).year > 9999);
    }
}
