//! How much CPU time a simulation may use, as pure logic but for the clock: `now` is an argument.
//!
//! After a run of steps the simulation rests until its CPU time is back within its share. Meanwhile
//! orders are obeyed and the pulse goes on; simulated time falls behind the wall clock, which the
//! real-time factor shows.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Longest rest: what was spent on orders while time stood must not stop it for minutes.
const MAX_REST: Duration = Duration::from_secs(10);

/// The share of a core that this process may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Time to rest per time spent.
    rest_per_spent: f64,
    /// CPU time that is accounted for.
    accounted: Duration,
    until: Option<Instant>,
}

impl Budget {
    /// Allows `percent` of a core, at least 1, from when the process has used `total` CPU time;
    /// `None` where that is a whole one, which one thread cannot exceed.
    pub fn new(percent: u32, total: Duration) -> Option<Self> {
        let share = f64::from(percent.max(1)) / 100.0;
        let rest_per_spent = 1.0 / share - 1.0;
        (percent < 100).then_some(Self { rest_per_spent, accounted: total, until: None })
    }

    /// Notes that the process has used `total` CPU time in its life.
    pub fn spent(&mut self, total: Duration, now: Instant) {
        let spent = total.saturating_sub(std::mem::replace(&mut self.accounted, total));
        let rest = spent.mul_f64(self.rest_per_spent);
        let until = self.until.map_or(now, |until| until.max(now)) + rest;
        self.until = Some(until.min(now + MAX_REST));
    }

    /// How long to rest from `now` on.
    pub fn rest(&self, now: Instant) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

/// CPU time that this process has used, all threads.
pub(super) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_core_rests_three_times_as_long_as_it_works() {
        let (ms, start) = (Duration::from_millis, Instant::now());
        let mut budget = Budget::new(25, ms(500)).expect("a limit");
        assert_eq!(budget.rest(start), Duration::ZERO);
        budget.spent(ms(504), start);
        assert_eq!(budget.rest(start), ms(12));
        budget.spent(ms(505), start + ms(2));
        assert_eq!(budget.rest(start + ms(2)), ms(13), "rests add up");
        assert_eq!(budget.rest(start + ms(50)), Duration::ZERO);
    }

    #[test]
    fn a_whole_core_has_no_limit() {
        assert!(Budget::new(100, Duration::ZERO).is_none());
    }
}
