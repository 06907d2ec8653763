//! How long a token lasts on a machine whose clock may be wrong, or be set while the page is open.
//!
//! A token says in the server's time when it was made and when it ends. By how much the machine's clock is ahead of that is
//! known from the moment a token arrives, and from the fact that nothing can have been made later than now.

use crate::cognito::token::TokenTimes;
use std::cell::Cell;

/// A clock difference beyond this is no clock difference but nonsense in storage, in seconds: ten years.
const FARTHEST: i64 = 315_360_000;

/// What is known of the clocks.
#[derive(Debug, Default)]
pub struct Gauge {
    /// By how many seconds this machine's clock is ahead of the server's.
    ahead: Cell<Option<i64>>,
    /// When the newest tokens were made, by the server's clock, and when they came, in ticks.
    arrival: Cell<Option<(u64, u64)>>,
}

/// What the machine's two clocks show.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// Seconds since 1970; can be wrong, and be set.
    pub now: u64,
    /// Seconds since some moment; can stand still while the machine sleeps.
    pub ticks: u64,
}

impl Gauge {
    /// Learns from tokens that have been made a moment ago.
    pub fn arrived(&self, times: TokenTimes, time: Time) {
        self.ahead.set(Some(difference(time.now, times.issued_at)));
        self.arrival.set(Some((times.issued_at, time.ticks)));
    }

    /// Learns what an earlier page knew. Newer knowledge stays.
    pub fn remember(&self, ahead: i64) {
        if self.ahead.get().is_none() && ahead.abs() <= FARTHEST {
            self.ahead.set(Some(ahead));
        }
    }

    /// By how many seconds the machine's clock is ahead, as far as that is known.
    pub fn known_ahead(&self) -> i64 {
        self.ahead.get().unwrap_or_default()
    }

    /// By how many seconds the machine's clock is ahead, seen with a token at hand: what was made later than now shows
    /// that it is behind.
    pub fn ahead(&self, times: TokenTimes, time: Time) -> i64 {
        let (known, most) = (self.known_ahead(), difference(time.now, times.issued_at));
        if most < known {
            // Kept: the next time this is looked at, the same token shows less.
            self.ahead.set(Some(most));
        }
        known.min(most)
    }

    /// When a token ends, seconds since 1970 by the machine's clock.
    pub fn end(&self, times: TokenTimes, time: Time) -> u64 {
        times.expires_at.saturating_add_signed(self.ahead(times, time))
    }

    /// For how many seconds a token can still be used: the least that the two clocks say, since one can be set and the
    /// other can stand still.
    pub fn left(&self, times: TokenTimes, time: Time) -> u64 {
        let by_now = self.end(times, time).saturating_sub(time.now);
        let arrival = self.arrival.get().filter(|(issued_at, _)| *issued_at == times.issued_at);
        let by_ticks = arrival.map(|(_, ticks)| times.lifetime().saturating_sub(time.ticks.saturating_sub(ticks)));
        by_now.min(by_ticks.unwrap_or(u64::MAX))
    }
}

fn difference(now: u64, server: u64) -> i64 {
    now.cast_signed().saturating_sub(server.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 86_400;
    const TIMES: TokenTimes = TokenTimes { issued_at: 1_000_000, expires_at: 1_003_600, together: true };

    fn at(now: u64, ticks: u64) -> Time {
        Time { now, ticks }
    }

    #[test]
    fn a_right_clock_needs_to_learn_nothing() {
        let gauge = Gauge::default();
        assert_eq!(gauge.left(TIMES, at(1_000_600, 5)), 3000);
        assert_eq!(gauge.left(TIMES, at(1_003_601, 5)), 0);
        assert_eq!(gauge.end(TIMES, at(1_000_600, 5)), 1_003_600);
    }

    #[test]
    fn a_clock_that_is_a_day_off_makes_no_difference_once_tokens_have_arrived() {
        for now in [1_000_000 + DAY, 1_000_000 - DAY] {
            let gauge = Gauge::default();
            gauge.arrived(TIMES, at(now, 50));
            assert_eq!(gauge.left(TIMES, at(now + 600, 650)), 3000);
            assert_eq!(gauge.end(TIMES, at(now + 600, 650)), now + 3600);
            // The next page.
            let next = Gauge::default();
            next.remember(gauge.ahead(TIMES, at(now, 0)));
            assert_eq!(next.left(TIMES, at(now + 600, 3)), 3000);
        }
    }

    #[test]
    fn nothing_was_made_later_than_now() {
        let gauge = Gauge::default();
        assert_eq!(gauge.left(TIMES, at(1_000_000 - DAY, 0)), 3600, "a clock that is behind");
        assert_eq!(gauge.left(TIMES, at(1_000_600 - DAY, 600)), 3000, "and goes on");
        let gauge = Gauge::default();
        gauge.remember(DAY.cast_signed());
        assert_eq!(gauge.left(TIMES, at(1_000_600, 0)), 3000 + 600, "a clock that was set right since");
    }

    #[test]
    fn a_clock_that_is_set_while_the_page_is_open() {
        let left = |now, ticks| {
            let gauge = Gauge::default();
            gauge.arrived(TIMES, at(1_000_000, 100));
            gauge.left(TIMES, at(now, ticks))
        };
        assert_eq!(left(1_000_600 - DAY, 700), 3000, "back");
        assert_eq!(left(1_000_600 + DAY, 700), 0, "forward: looks like sleep, and is asked anew");
        assert_eq!(left(1_003_000, 100), 600, "sleep");
    }

    #[test]
    fn nonsense_is_not_learnt() {
        let gauge = Gauge::default();
        gauge.remember(i64::MIN + 1);
        gauge.remember(FARTHEST + 1);
        assert_eq!(gauge.left(TIMES, at(1_000_600, 0)), 3000);
    }

    proptest! {
        /// Once tokens have arrived, nobody uses them beyond their end, whatever is done to the clock, unless the machine
        /// both slept and had its clock set back.
        #[test]
        fn a_token_is_never_used_after_its_end(
            off in -1_000_000_i64..1_000_000, set in -1_000_000_i64..1_000_000, later in 0_u64..10_000,
        ) {
            let gauge = Gauge::default();
            let real = 1_000_000_u64;
            gauge.arrived(TIMES, at(real.saturating_add_signed(off), 0));
            let left = gauge.left(TIMES, at((real + later).saturating_add_signed(off + set), later));
            prop_assert!(left <= 3600_u64.saturating_sub(later));
        }
    }
}
