//! How far a simulation got between two moments, for `/metrics`.

use std::time::{Duration, Instant};

use crate::{metrics::Metrics, scene::Snapshot};

/// What is known of the moment before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    steps: u64,
    /// Simulated time, s.
    time: f64,
    paused: bool,
    at: Instant,
}

/// How far it got.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Progress {
    /// Steps taken.
    pub steps: u64,
    /// Time simulated.
    pub simulated: Duration,
    /// Wall time for which it ran.
    pub ran: Duration,
}

impl Pace {
    /// Begins with this moment.
    pub fn new(first: &Snapshot, now: Instant) -> Self {
        Self { steps: first.steps, time: first.time, paused: first.paused, at: now }
    }

    /// Goes on to the next moment. After a reset, or a seek to the past, it counts from there.
    pub fn passed(&mut self, next: &Snapshot, now: Instant) -> Progress {
        let before = std::mem::replace(self, Self::new(next, now));
        let steps = next.steps.saturating_sub(before.steps);
        // Time that a seek skips was not simulated.
        let simulated = if steps == 0 { 0.0 } else { next.time - before.time };
        let waited = now.saturating_duration_since(before.at);
        Progress {
            steps,
            simulated: Duration::try_from_secs_f64(simulated).unwrap_or_default(),
            ran: if before.paused { Duration::ZERO } else { waited },
        }
    }
}

impl Progress {
    /// Adds it to what all simulations did.
    pub fn count(self, metrics: &Metrics) {
        metrics.steps.add(self.steps);
        metrics.simulated_us.add(self.simulated.as_micros() as u64);
        metrics.running_us.add(self.ran.as_micros() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(steps: u64, time: f64, paused: bool) -> Snapshot {
        Snapshot { steps, time, paused, ..Snapshot::default() }
    }

    #[test]
    fn running_is_counted_and_pausing_resetting_and_seeking_are_not() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut pace = Pace::new(&moment(10, 0.02, false), start);
        let ran = pace.passed(&moment(20, 0.04, true), start + ms(40));
        assert_eq!(ran, Progress { steps: 10, simulated: ms(20), ran: ms(40) });
        let paused = pace.passed(&moment(20, 0.04, true), start + ms(90));
        assert_eq!(paused, Progress::default());
        let sought = pace.passed(&moment(20, 0.9, true), start + ms(100));
        assert_eq!(sought, Progress::default());
        let reset = pace.passed(&moment(0, 0.0, false), start + ms(110));
        assert_eq!(reset, Progress::default());
        let again = pace.passed(&moment(5, 0.01, false), start + ms(130));
        assert_eq!(again, Progress { steps: 5, simulated: ms(10), ran: ms(20) });
        let absurd = pace.passed(&moment(9, f64::NAN, false), start);
        assert_eq!((absurd.steps, absurd.simulated, absurd.ran), (4, ms(0), ms(0)));
    }
}
