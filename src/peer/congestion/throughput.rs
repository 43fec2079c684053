//! What a socket takes. TCP tells nobody how fast it is; a writer that waits for it notices.

use std::time::{Duration, Instant};

use super::{LEAST, Limits};

/// Looked at in parts of so much time.
const PART: Duration = Duration::from_millis(500);
/// A socket that made its writer wait for this share of the time takes no more than it took.
const FULL: f64 = 0.6;
/// One that did for less than this may take more.
const FREE: f64 = 0.2;
/// Of what a full socket takes, so much is aimed for: what waits in it is seen late.
const SHARE: f64 = 0.85;
/// Growth in a part.
const GROWTH: f64 = 1.15;

/// Follows one socket.
#[derive(Debug)]
pub(in crate::peer) struct Throughput {
    target: f64,
    most: f64,
    began: Option<Instant>,
    bytes: usize,
    waited: Duration,
}

impl Throughput {
    pub fn new(limits: Limits) -> Self {
        let [target, most] = [limits.initial, limits.most].map(|rate| f64::from(rate.as_bps()));
        Self { target, most, began: None, bytes: 0, waited: Duration::ZERO }
    }

    /// Notes that writing `bytes` took from `from` to `now`. Gives the target, bit/s; before the
    /// first bytes it may be `known` to be less.
    pub fn wrote(&mut self, known: f64, bytes: usize, from: Instant, now: Instant) -> f64 {
        let began = *self.began.get_or_insert_with(|| {
            self.target = self.target.min(known).max(LEAST);
            from
        });
        self.bytes += bytes;
        self.waited += now - from;
        let part = now - began;
        if part < PART {
            return self.target;
        }
        let busy = self.waited.as_secs_f64() / part.as_secs_f64();
        if busy > FULL {
            let took = (self.bytes * 8) as f64 / part.as_secs_f64();
            self.target = self.target.min(took * SHARE).max(LEAST);
        } else if busy < FREE {
            self.target = (self.target * GROWTH).min(self.most);
        }
        (self.began, self.bytes, self.waited) = (Some(now), 0, Duration::ZERO);
        self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bitrate;

    /// Streams the target at 30 fps over a socket that takes `rate`, behind a buffer of 64 kB; gives
    /// the mean target of the latter half.
    fn after(seconds: u32, rate: f64) -> f64 {
        targets(seconds, rate, f64::INFINITY).1
    }

    /// Does the same where the path is `known` to carry no more; gives the first target and the mean
    /// of the latter half.
    fn targets(seconds: u32, rate: f64, known: f64) -> (f64, f64) {
        let limits = Limits::of(Bitrate::bps(3_000_000));
        let mut throughput = Throughput::new(limits);
        let (start, mut now, mut target) = (Instant::now(), 0.0f64, limits.initial.as_bps().into());
        let mut empty_at = 0.0f64;
        let (mut first, mut late) = (None, Vec::new());
        for n in 0..seconds * 30 {
            let due = f64::from(n) / 30.0;
            // Frames that come due while the writer waits are dropped.
            if now > due + 0.1 {
                continue;
            }
            now = now.max(due);
            let bytes = target / 30.0 / 8.0;
            empty_at = empty_at.max(now) + bytes * 8.0 / rate;
            let done = now.max(empty_at - 64e3 * 8.0 / rate);
            let at = |time: f64| start + Duration::from_secs_f64(time);
            target = throughput.wrote(known, bytes as usize, at(now), at(done));
            first = first.or(Some(target));
            now = done;
            if n > seconds * 15 {
                late.push(target);
            }
        }
        (first.expect("a frame"), late.iter().sum::<f64>() / late.len() as f64)
    }

    #[test]
    fn a_socket_that_takes_all_is_given_all() {
        assert!(after(20, 50e6) >= 6e6);
    }

    #[test]
    fn a_slow_socket_is_given_what_it_takes() {
        for rate in [2e6, 1e6, 3e5] {
            let found = after(20, rate);
            assert!((0.6 * rate..1.2 * rate).contains(&found), "{found} of {rate}");
        }
    }

    #[test]
    fn a_socket_begins_with_what_is_known_of_its_path() {
        let (first, late) = targets(20, 50e6, 4e5);
        assert_eq!(first, 4e5);
        assert!(late > 2e6, "{late}: it may have become better");
        assert_eq!(
            targets(20, 50e6, 9e6).0,
            f64::from(Limits::of(Bitrate::bps(3_000_000)).initial.as_bps())
        );
    }

    #[test]
    fn there_is_a_least() {
        let found = after(60, 5e4);
        assert!((LEAST..2.0 * LEAST).contains(&found), "{found}");
    }
}
