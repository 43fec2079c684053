//! How simulated time follows the wall clock, as pure logic: `now` is an argument.
//!
//! Steps are due in proportion to the time since an origin, never accumulated from one wake-up to
//! the next, so that no rounding error grows: after an hour a machine that keeps up is less than
//! one step away from where it should be. A machine that does not keep up is forgiven what exceeds
//! [`MAX_LAG`], as MuJoCo's `simulate` does, instead of racing to catch up later.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Wall time of lag beyond which steps are dropped: long enough to hide a scheduling hiccup,
/// short enough that no one sees the simulation race afterwards.
pub const MAX_LAG: Duration = Duration::from_millis(100);
/// How long one run of steps may take before commands and publications are looked at again.
pub const SLICE: Duration = Duration::from_millis(4);
/// The longest wait while time runs and no snapshot is wanted; within [`MAX_LAG`].
pub const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// Says how many physics steps are due.
#[derive(Clone, Copy, Debug)]
pub struct Pacer {
    timestep: f64,
    speed: f64,
    origin: Instant,
    done: u64,
}

impl Pacer {
    /// Starts at `now`: `timestep` in simulated s, above 0; `speed` in simulated s per wall s.
    pub fn new(timestep: f64, speed: f64, now: Instant) -> Self {
        Self { timestep, speed, origin: now, done: 0 }
    }

    /// Simulated seconds per wall second.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Starts counting anew at `now`, with nothing due: time was stopped, or jumped.
    pub fn restart(&mut self, now: Instant) {
        self.origin = now;
        self.done = 0;
    }

    /// Goes on at another speed; the part of a step that has passed is kept.
    pub fn set_speed(&mut self, speed: f64, now: Instant) {
        let part = (self.position(now) - self.done as f64).clamp(0.0, 1.0);
        self.speed = speed;
        let part = Duration::try_from_secs_f64(part * self.wall_per_step()).unwrap_or_default();
        self.restart(now.checked_sub(part).unwrap_or(now));
    }

    /// Goes on with steps of another length; the part of a step that has passed is dropped.
    pub fn set_timestep(&mut self, timestep: f64, now: Instant) {
        if timestep != self.timestep {
            self.timestep = timestep;
            self.restart(now);
        }
    }

    /// Steps to take so that simulated time has caught up with `now`.
    pub fn due(&self, now: Instant) -> u64 {
        (self.position(now) as u64).saturating_sub(self.done)
    }

    /// Notes that `steps` were taken; `now` is the moment after the last of them.
    pub fn took(&mut self, steps: u64, now: Instant) {
        self.done += steps;
        let behind = (self.position(now) - self.done as f64) * self.wall_per_step();
        if behind > MAX_LAG.as_secs_f64() {
            self.restart(now);
        }
    }

    /// When the next step is due.
    pub fn next_step_at(&self) -> Instant {
        let since = (self.done + 1) as f64 * self.wall_per_step();
        Duration::try_from_secs_f64(since)
            .ok()
            // Rounding must not make the wake-up a hair too early to find the step due.
            .and_then(|since| self.origin.checked_add(since + Duration::from_nanos(100)))
            .unwrap_or_else(|| self.origin + Duration::from_secs(3600))
    }

    fn wall_per_step(&self) -> f64 {
        self.timestep / self.speed
    }

    /// Steps since the origin, with the part of one.
    fn position(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.origin).as_secs_f64() / self.wall_per_step()
    }
}

/// The instants at which snapshots are published: a grid, so that lateness does not accumulate.
#[derive(Clone, Copy, Debug)]
pub struct Cadence {
    interval: Option<Duration>,
    next: Instant,
}

impl Cadence {
    /// `hz` publications per second from `now` on; 0: none.
    pub fn new(hz: u32, now: Instant) -> Self {
        let interval = (hz > 0).then(|| Duration::from_secs(1) / hz);
        Self { interval, next: now + interval.unwrap_or_default() }
    }

    /// The time between two publications, if there are any.
    pub fn interval(&self) -> Option<Duration> {
        self.interval
    }

    /// When the next publication is due, if ever.
    pub fn next(&self) -> Option<Instant> {
        self.interval.map(|_| self.next)
    }

    /// Whether a publication is due; moves on to the first instant of the grid after `now`.
    pub fn take(&mut self, now: Instant) -> bool {
        let Some(interval) = self.interval.filter(|_| now >= self.next) else {
            return false;
        };
        let late = (now - self.next).as_nanos() / interval.as_nanos().max(1);
        let skip = u32::try_from(late).map_or(u32::MAX, |n| n.saturating_add(1));
        self.next = self.next.checked_add(interval.saturating_mul(skip)).unwrap_or(now);
        true
    }
}

/// When to wake up next while time runs: at the publication, or earlier where the steps until then
/// (`step_cost` each) would take longer than a [`SLICE`], so that a snapshot is not late by them.
pub fn wake_at(pacer: &Pacer, cadence: &Cadence, step_cost: Duration, now: Instant) -> Instant {
    let publication = cadence.next().unwrap_or(now + LONGEST_WAIT);
    let steps = pacer.due(publication) as f64;
    let slices = (steps * step_cost.as_secs_f64() / SLICE.as_secs_f64()).ceil().clamp(1.0, 16.0);
    let wait = publication.saturating_duration_since(now);
    (now + wait.div_f64(slices).min(LONGEST_WAIT)).max(pacer.next_step_at())
}

/// Measures simulated seconds per wall second over a sliding window.
#[derive(Debug, Default)]
pub struct RealTimeFactor {
    samples: VecDeque<(Instant, f64)>,
}

impl RealTimeFactor {
    /// How far back it looks.
    pub const WINDOW: Duration = Duration::from_millis(500);
    /// The least time between two samples kept: bounds their number.
    const SPACING: Duration = Duration::from_millis(10);

    /// Forgets all: time was stopped, or jumped.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// Notes that `simulated` seconds had run by `now`, and gives the factor so far.
    pub fn sample(&mut self, now: Instant, simulated: f64) -> f64 {
        while self
            .samples
            .get(1)
            .is_some_and(|(at, _)| now.saturating_duration_since(*at) >= Self::WINDOW)
        {
            self.samples.pop_front();
        }
        let last = self.samples.back().map(|(at, _)| *at);
        if last.is_none_or(|at| now.saturating_duration_since(at) >= Self::SPACING) {
            self.samples.push_back((now, simulated));
        }
        let Some((from, start)) = self.samples.front() else {
            return 0.0;
        };
        let wall = now.saturating_duration_since(*from).as_secs_f64();
        if wall > 0.0 { (simulated - start) / wall } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_hour_of_jittery_wake_ups_loses_less_than_a_step() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.002, 1.0, start);
        let (mut now, mut steps, mut jitter) = (start, 0u64, 1u64);
        while now < start + Duration::from_secs(3600) {
            jitter = jitter.wrapping_mul(6_364_136_223_846_793_005) + 1;
            now += Duration::from_micros(3_000 + (jitter >> 50));
            let due = pacer.due(now);
            pacer.took(due, now);
            steps += due;
        }
        let error = (now - start).as_secs_f64() - steps as f64 * 0.002;
        assert!((0.0..0.002 + 1e-9).contains(&error), "off by {error} s");
    }

    #[test]
    fn lag_is_caught_up_when_short_and_forgiven_when_long() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.01, 1.0, start);
        let hiccup = start + Duration::from_millis(90);
        assert_eq!(pacer.due(hiccup), 9);
        pacer.took(2, hiccup);
        assert_eq!(pacer.due(hiccup), 7, "90 ms late: still owed");
        let stall = start + Duration::from_secs(5);
        pacer.took(1, stall);
        assert_eq!(pacer.due(stall), 0, "5 s late: dropped");
        assert_eq!(pacer.due(stall + Duration::from_millis(25)), 2);
    }

    #[test]
    fn steps_of_another_length_are_due_at_another_pace() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.01, 1.0, start);
        let later = start + Duration::from_millis(50);
        pacer.took(pacer.due(later), later);
        pacer.set_timestep(0.002, later);
        assert_eq!(pacer.due(later), 0, "what was due is not due again in shorter steps");
        assert_eq!(pacer.due(later + Duration::from_millis(21)), 10);
    }

    #[test]
    fn speed_changes_keep_the_part_of_a_step() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.01, 1.0, start);
        pacer.set_speed(0.5, start + Duration::from_millis(5));
        // Half a step is left, which takes 10 ms at half speed.
        assert_eq!(pacer.due(start + Duration::from_millis(14)), 0);
        assert_eq!(pacer.due(start + Duration::from_millis(16)), 1);
    }

    #[test]
    fn publications_stay_on_their_grid() {
        let start = Instant::now();
        let mut cadence = Cadence::new(10, start);
        assert!(!cadence.take(start + Duration::from_millis(99)));
        assert!(cadence.take(start + Duration::from_millis(107)));
        assert_eq!(cadence.next(), Some(start + Duration::from_millis(200)));
        assert!(cadence.take(start + Duration::from_millis(431)));
        assert_eq!(cadence.next(), Some(start + Duration::from_millis(500)));
        assert_eq!(Cadence::new(0, start).next(), None);
    }

    #[test]
    fn cheap_models_wake_once_per_publication_and_dear_ones_more_often() {
        let start = Instant::now();
        let pacer = Pacer::new(0.002, 1.0, start);
        let cadence = Cadence::new(30, start);
        let cheap = wake_at(&pacer, &cadence, Duration::from_micros(20), start);
        assert_eq!(Some(cheap), cadence.next());
        let dear = wake_at(&pacer, &cadence, Duration::from_millis(1), start);
        assert!(dear - start < Duration::from_millis(10), "{:?}", dear - start);
        let slow = Pacer::new(0.5, 1.0, start);
        let wake = wake_at(&slow, &cadence, Duration::ZERO, start);
        assert!(wake >= start + Duration::from_millis(500), "nothing changes before");
    }

    #[test]
    fn the_factor_is_measured_over_half_a_second() {
        let start = Instant::now();
        let mut meter = RealTimeFactor::default();
        let mut factor = 0.0;
        for ms in (0..2000u64).step_by(20) {
            let simulated = if ms < 1000 { ms as f64 } else { 1000.0 + (ms - 1000) as f64 / 4.0 };
            factor = meter.sample(start + Duration::from_millis(ms), simulated / 1000.0);
        }
        assert!((factor - 0.25).abs() < 0.01, "{factor}");
        assert!(meter.samples.len() < 60);
    }

    proptest! {
        #[test]
        fn a_worker_that_wakes_when_told_keeps_up(
            timestep in 0.0001f64..0.1,
            speed in 0.01f64..10.0,
            hz in 0u32..240,
        ) {
            let start = Instant::now();
            let mut pacer = Pacer::new(timestep, speed, start);
            let mut cadence = Cadence::new(hz, start);
            let (mut now, mut steps, mut wakes) = (start, 0, 0);
            while now < start + Duration::from_secs(2) {
                let wake = wake_at(&pacer, &cadence, Duration::ZERO, now);
                prop_assert!(wake > now);
                now = wake;
                wakes += 1;
                let due = pacer.due(now);
                pacer.took(due, now);
                steps += due;
                cadence.take(now);
            }
            let error = (now - start).as_secs_f64() * speed - steps as f64 * timestep;
            prop_assert!(error.abs() <= timestep * (1.0 + 1e-6), "off by {error} s");
            prop_assert!(wakes <= 2 * (hz + 20) + 4, "{wakes} wake-ups in 2 s at {hz} Hz");
        }
    }
}
