//! Whether the daemon's loops go on. A loop that is stuck says so by its silence.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The loops of a daemon.
#[derive(Debug)]
pub struct Pulses {
    begin: Instant,
    all: Mutex<Vec<Weak<Pulse>>>,
}

/// One loop. What has none left is no longer watched.
#[derive(Debug)]
pub struct Pulse {
    name: String,
    begin: Instant,
    /// Since when it has given no sign, ms after `begin`; [`RESTING`]: it owes none.
    since: AtomicU64,
}

/// The sign of a loop that waits for something to do.
const RESTING: u64 = u64::MAX;

/// A loop that works on something; it rests when this is dropped.
#[derive(Debug)]
pub struct Working<'a>(&'a Pulse);

impl Default for Pulses {
    fn default() -> Self {
        Self { begin: Instant::now(), all: Mutex::default() }
    }
}

impl Pulses {
    /// Watches one more loop, which rests at first.
    pub fn add(&self, name: impl Into<String>) -> Arc<Pulse> {
        let since = AtomicU64::new(RESTING);
        let pulse = Arc::new(Pulse { name: name.into(), begin: self.begin, since });
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|pulse| pulse.strong_count() > 0);
        all.push(Arc::downgrade(&pulse));
        pulse
    }

    /// The loops that have given no sign for `patience`.
    pub fn stuck(&self, now: Instant, patience: Duration) -> Vec<String> {
        let now = millis(self.begin, now);
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |pulse: &Arc<Pulse>| {
            let since = pulse.since.load(Ordering::Relaxed);
            since != RESTING && now.saturating_sub(since) > patience.as_millis() as u64
        };
        let stuck = all.iter().filter_map(Weak::upgrade).filter(silent);
        stuck.map(|pulse| pulse.name.clone()).collect()
    }
}

impl Pulse {
    /// The loop goes on, and gives the next sign by itself.
    pub fn beat(&self, now: Instant) {
        self.since.store(millis(self.begin, now), Ordering::Relaxed);
    }

    /// The loop begins with something that comes to an end.
    pub fn work(&self) -> Working<'_> {
        self.beat(Instant::now());
        Working(self)
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.since.store(RESTING, Ordering::Relaxed);
    }
}

fn millis(begin: Instant, now: Instant) -> u64 {
    now.saturating_duration_since(begin).as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn a_loop_that_is_silent_is_stuck_and_one_that_rests_is_not() {
        let pulses = Pulses::default();
        let now = Instant::now();
        let (accept, view) = (pulses.add("accept"), pulses.add("view 1"));
        accept.beat(now);
        let later = now + PATIENCE + Duration::from_secs(1);
        assert_eq!(pulses.stuck(now, PATIENCE), [""; 0]);
        assert_eq!(pulses.stuck(later, PATIENCE), ["accept"]);
        accept.beat(later);
        let working = view.work();
        assert_eq!(pulses.stuck(later, PATIENCE), ["view 1"]);
        drop(working);
        assert_eq!(pulses.stuck(later, PATIENCE), [""; 0]);
        drop(accept);
        assert_eq!(pulses.stuck(later + PATIENCE * 2, PATIENCE), [""; 0], "it has ended");
    }
}
