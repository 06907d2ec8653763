//! How long people stay signed in at most, whatever the pool allows: after doing nothing, and in all.

/// The limits of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Seconds without doing anything here, in any tab.
    pub idle: Option<u64>,
    /// Seconds since signing in.
    pub total: Option<u64>,
}

/// Which limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Nothing was done for too long.
    Idle,
    /// The sign-in is too long ago.
    Total,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The limit that is reached first.
    pub limit: Limit,
    /// When people are warned, seconds since 1970.
    pub warn_at: u64,
    /// When they are signed out.
    pub ends_at: u64,
}

impl Due {
    /// Whether that is the same end. With new tokens the clocks may seem to be some seconds further apart, and the end moves with
    /// them.
    pub fn is_same(self, other: Self) -> bool {
        self.limit == other.limit && self.ends_at.abs_diff(other.ends_at) <= SAME
    }
}

/// Ends that are at most so many seconds apart are one.
const SAME: u64 = 30;
/// People are warned so many seconds before they are signed out for doing nothing, or half of the time if that is less.
const WARN_IDLE: u64 = 60;
/// The same before the longest time is over: there may be something to finish and to save.
const WARN_TOTAL: u64 = 300;

impl Limits {
    /// Whether there are any.
    pub const fn is_none(&self) -> bool {
        self.idle.is_none() && self.total.is_none()
    }

    /// Which limit is reached first, and when, for somebody who signed in and was last active at these times, all by one
    /// clock.
    pub fn due(&self, signed_in: u64, active: u64) -> Option<Due> {
        let due = |limit, from: u64, length: u64, warn: u64| {
            let ends_at = from.saturating_add(length);
            Due { limit, warn_at: ends_at.saturating_sub(warn.min(length / 2)), ends_at }
        };
        let idle = self.idle.map(|length| due(Limit::Idle, active, length, WARN_IDLE));
        let total = self.total.map(|length| due(Limit::Total, signed_in, length, WARN_TOTAL));
        [idle, total].into_iter().flatten().min_by_key(|due| due.ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_counts() {
        let limits = Limits { idle: Some(900), total: Some(3600) };
        let idle = Due { limit: Limit::Idle, warn_at: 2_740, ends_at: 2_800 };
        assert_eq!(limits.due(1000, 1900), Some(idle));
        let total = Due { limit: Limit::Total, warn_at: 4_300, ends_at: 4_600 };
        assert_eq!(limits.due(1000, 4000), Some(total));
        assert_eq!(Limits::default().due(1000, 1000), None);
        assert!(Limits::default().is_none() && !limits.is_none());
    }

    #[test]
    fn a_short_limit_is_warned_of_at_its_half() {
        let limits = Limits { idle: Some(60), total: None };
        assert_eq!(limits.due(0, 100), Some(Due { limit: Limit::Idle, warn_at: 130, ends_at: 160 }));
    }
}
