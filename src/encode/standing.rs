//! What streams have learnt of a driver, so that the next one does not have to learn it again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a driver is left alone after it failed, doubled each time in a row …
const FIRST_REST: Duration = Duration::from_secs(10);
/// … up to this. Failures further apart than this are not in a row.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// When a driver may be asked again, for all streams of the process.
#[derive(Debug)]
pub(super) struct Standing(Mutex<Failures>);

#[derive(Debug)]
struct Failures {
    /// In a row.
    count: u32,
    /// The last one.
    last: Option<(Instant, String)>,
}

impl Standing {
    /// Nothing is known of it.
    pub const fn new() -> Self {
        Self(Mutex::new(Failures { count: 0, last: None }))
    }

    /// Why it is not to be asked now, if so.
    pub fn refusal(&self, now: Instant) -> Option<String> {
        let failures = self.lock();
        let (at, reason) = failures.last.as_ref()?;
        let rests = now.saturating_duration_since(*at) < failures.rest();
        rests.then(|| reason.clone())
    }

    /// Notes that it does not answer, or that it cannot be had.
    pub fn failed(&self, now: Instant, reason: String) {
        let mut failures = self.lock();
        let in_a_row = |(at, _): &(Instant, String)| {
            now.saturating_duration_since(*at) <= failures.rest() + LONGEST_REST
        };
        failures.count = match &failures.last {
            Some(last) if in_a_row(last) => failures.count.saturating_add(1),
            _ => 1,
        };
        failures.last = Some((now, reason));
    }

    fn lock(&self) -> MutexGuard<'_, Failures> {
        // Nothing panics while holding the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    fn rest(&self) -> Duration {
        let doublings = self.count.saturating_sub(1).min(16);
        (FIRST_REST * (1 << doublings)).min(LONGEST_REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn who_fails_is_left_alone_for_a_while_and_longer_each_time() {
        let (standing, start) = (Standing::new(), Instant::now());
        assert_eq!(standing.refusal(start), None);
        let mut at = start;
        for rest in [10, 20, 40, 80, 160, 320, 600, 600] {
            standing.failed(at, "it hangs".to_owned());
            assert_eq!(standing.refusal(at).as_deref(), Some("it hangs"));
            assert!(standing.refusal(at + s(rest) - Duration::from_millis(1)).is_some());
            at += s(rest);
            assert_eq!(standing.refusal(at), None, "after {rest} s");
        }
    }

    #[test]
    fn what_is_long_ago_is_forgiven() {
        let (standing, start) = (Standing::new(), Instant::now());
        for n in 0..5 {
            standing.failed(start + s(n), "it hangs".to_owned());
        }
        let later = start + s(5 * 600);
        standing.failed(later, "it hangs".to_owned());
        assert_eq!(standing.refusal(later + s(10)), None);
    }
}
