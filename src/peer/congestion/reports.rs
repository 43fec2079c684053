//! What a path carries when the far end tells losses and times once in a while and no more: players and
//! relays without transport-wide feedback (RFC 3550 §6.4).

use std::time::{Duration, Instant};

use super::{LEAST, Limits};

/// More lost than this, and too much is sent; how much of it is given up for a loss of everything.
const LOSS: f64 = 0.1;
const GIVEN_UP: f64 = 0.5;
/// Less lost than this, and there may be room. Between both the path just loses some.
const LITTLE: f64 = 0.02;
/// A round trip that is so much longer than the shortest has a queue in it, …
const QUEUE: Duration = Duration::from_millis(50);
/// …and one of this length takes half of the rate to empty.
const LONG: Duration = Duration::from_secs(1);
/// Of the target, with a queue, at most; the first one was found in growing, and is taller by the
/// time that it shows.
const AT_MOST: f64 = 0.85;
const AT_MOST_FIRST: f64 = 0.7;
/// Growth in a second, and before anything was found to be too much.
const GROWTH: f64 = 1.08;
const FIRST_GROWTH: f64 = 1.15;
/// How long the shortest round trip counts: routes change.
const REMEMBERED: Duration = Duration::from_secs(20);
/// Time that one report may stand for.
const STANDS_FOR: Duration = Duration::from_secs(2);
/// After a reduction nothing is known until reports can tell of it.
const SHOWS: Duration = Duration::from_millis(600);
/// How long a receiver's own estimate counts.
const ADVICE: Duration = Duration::from_secs(5);

/// What is begun with, bit/s: what fills the path at once hides how long its shortest trip is.
pub(in crate::peer) const FIRST: u32 = 1_000_000;

/// Follows one path.
#[derive(Debug)]
pub(in crate::peer) struct Reports {
    most: f64,
    heard: Option<Instant>,
    reduced: Option<Instant>,
    advised: Option<Instant>,
    shortest: Option<(Duration, Instant)>,
}

impl Reports {
    pub fn new(limits: Limits) -> Self {
        let most = f64::from(limits.most.as_bps());
        Self { most, heard: None, reduced: None, advised: None, shortest: None }
    }

    /// Notes that the receiver told its own estimate, which then counts.
    pub fn advised(&mut self, now: Instant) {
        self.advised = Some(now);
    }

    /// Gives the next target, bit/s, after a report: the share lost since the one before, and the round
    /// trip where it is known.
    pub fn hear(&mut self, now: Instant, target: f64, loss: f64, rtt: Option<Duration>) -> f64 {
        let before = self.heard.replace(now);
        if self.advised.is_some_and(|at| now - at < ADVICE) {
            return target;
        }
        let queue = rtt.map(|rtt| rtt.saturating_sub(self.shortest(now, rtt)));
        if self.reduced.is_some_and(|at| now - at < SHOWS + rtt.unwrap_or_default()) {
            return target;
        }
        let queued = queue.filter(|queue| *queue > QUEUE);
        let next = match queued {
            Some(queue) => {
                let drained = 1.0 - (queue.as_secs_f64() / LONG.as_secs_f64()).min(0.5);
                let most = if self.reduced.is_none() { AT_MOST_FIRST } else { AT_MOST };
                target * drained.min(most)
            }
            None if loss > LOSS => target * (1.0 - loss * GIVEN_UP),
            None if loss < LITTLE || (loss < LOSS && self.reduced.is_none()) => {
                let growth = if self.reduced.is_none() { FIRST_GROWTH } else { GROWTH };
                let passed = before.map_or(Duration::ZERO, |before| (now - before).min(STANDS_FOR));
                (target * growth.powf(passed.as_secs_f64())).min(self.most)
            }
            None => target,
        };
        if next < target {
            self.reduced = Some(now);
        }
        next.max(LEAST)
    }

    fn shortest(&mut self, now: Instant, rtt: Duration) -> Duration {
        let (shortest, at) = self.shortest.unwrap_or((rtt, now));
        if rtt <= shortest || now - at > REMEMBERED {
            self.shortest = Some((rtt, now));
            return rtt;
        }
        self.shortest = Some((shortest, at));
        shortest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bitrate;

    /// A link that carries `rate` bit/s behind a queue of 300 ms, over 100 ms there and back, and that
    /// loses a share of all besides; `rate` by the second. Gives the targets, one for each second.
    fn over(rate: impl Fn(u32) -> f64, lost: f64) -> Vec<f64> {
        let limits = Limits::of(Bitrate::bps(3_000_000));
        let mut reports = Reports::new(limits);
        let (start, mut target, mut queue) = (Instant::now(), f64::from(FIRST), 0.0);
        let second = |second: u32| {
            // What is lost is sent again.
            let sent = target * (1.0 + lost);
            queue = (queue + sent / rate(second) - 1.0_f64).max(0.0);
            let dropped = (queue - 0.3_f64).max(0.0) * rate(second) / sent;
            queue = queue.min(0.3);
            let loss = 1.0 - (1.0 - lost) * (1.0 - dropped.min(1.0));
            let now = start + Duration::from_secs(second.into());
            let rtt = Duration::from_secs_f64(0.1 + queue);
            target = reports.hear(now, target, loss, Some(rtt));
            target
        };
        (0..60).map(second).collect()
    }

    fn mean(targets: &[f64]) -> f64 {
        targets.iter().sum::<f64>() / targets.len() as f64
    }

    #[test]
    fn a_good_path_is_given_all() {
        assert_eq!(over(|_| 50e6, 0.0)[59], 6e6);
        // Of some loss alone nothing is given up.
        assert_eq!(over(|_| 50e6, 0.05)[59], 6e6);
        assert!(over(|_| 50e6, 0.0)[10] > 3.75e6);
    }

    #[test]
    fn a_slow_path_is_given_what_it_carries() {
        for (rate, lost) in [(2e6, 0.0), (2e6, 0.05), (1e6, 0.0), (4e5, 0.02)] {
            let targets = over(|_| rate, lost);
            let after = mean(&targets[8..]);
            assert!((0.55 * rate..1.1 * rate).contains(&after), "{after} of {rate}: {targets:?}");
        }
    }

    #[test]
    fn a_path_that_changes_is_followed() {
        let targets = over(|second| if (20..40).contains(&second) { 1e6 } else { 4e6 }, 0.0);
        assert!(mean(&targets[28..40]) < 1.1e6, "{targets:?}");
        assert!(targets[59] > 2e6, "{targets:?}");
    }

    #[test]
    fn a_receiver_that_estimates_is_believed() {
        let mut reports = Reports::new(Limits::of(Bitrate::bps(3_000_000)));
        let start = Instant::now();
        reports.advised(start);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(reports.hear(at(1), 1e6, 0.5, None), 1e6);
        assert!(reports.hear(at(6), 1e6, 0.5, None) < 1e6);
    }
}
