//! Rolling figures of one stream: what it did over the last seconds, not since it began.
//!
//! Time is handed in; memory is fixed; nothing is locked.

use std::time::{Duration, Instant};

use crate::units::Bitrate;

/// The span that rates are averaged over.
const WINDOW: Duration = Duration::from_secs(2);
/// The parts that it slides by.
const SLOTS: usize = 20;
/// Durations kept for percentiles: four seconds' worth at 30 fps.
const RECENT: usize = 120;

/// The rolling figures of one stream.
#[derive(Clone, Debug)]
pub struct StreamStats {
    frames: Rate,
    bytes: Rate,
    render: Recent,
    encode: Recent,
    frames_total: u64,
    skipped_total: u64,
}

/// What [`StreamStats::summary`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Frames per second that left the encoder.
    pub fps: f64,
    /// Their bit rate.
    pub bitrate: Bitrate,
    /// Drawing one, ms: the median of the recent ones.
    pub render_ms: f64,
    /// The same, 95th percentile.
    pub render_ms_p95: f64,
    /// Encoding one, ms: the median of the recent ones.
    pub encode_ms: f64,
    /// The same, 95th percentile.
    pub encode_ms_p95: f64,
    /// Frames since the stream began.
    pub frames: u64,
    /// Pictures that the encoder skipped since then.
    pub skipped: u64,
}

impl StreamStats {
    /// The figures of a stream that begins `now`.
    pub fn new(now: Instant) -> Self {
        Self {
            frames: Rate::new(now),
            bytes: Rate::new(now),
            render: Recent::default(),
            encode: Recent::default(),
            frames_total: 0,
            skipped_total: 0,
        }
    }

    /// Counts a frame of so many bytes that took so long to draw and to encode.
    pub fn frame(&mut self, now: Instant, bytes: usize, render: Duration, encode: Duration) {
        self.frames.add(now, 1);
        self.bytes.add(now, bytes as u64);
        self.render.push(render);
        self.encode.push(encode);
        self.frames_total += 1;
    }

    /// Counts a picture that was drawn, but that the encoder skipped.
    pub fn skipped(&mut self, render: Duration, encode: Duration) {
        self.render.push(render);
        self.encode.push(encode);
        self.skipped_total += 1;
    }

    /// The figures as of `now`.
    pub fn summary(&self, now: Instant) -> Summary {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let bits = self.bytes.per_second(now) * 8.0;
        Summary {
            fps: self.frames.per_second(now),
            // Saturates, which no encoder comes near.
            bitrate: Bitrate::bps(bits as u32),
            render_ms: ms(self.render.percentile(50)),
            render_ms_p95: ms(self.render.percentile(95)),
            encode_ms: ms(self.encode.percentile(50)),
            encode_ms_p95: ms(self.encode.percentile(95)),
            frames: self.frames_total,
            skipped: self.skipped_total,
        }
    }
}

/// How much of something comes per second, over the last two.
#[derive(Clone, Debug)]
pub struct Rate {
    start: Instant,
    slots: [u64; SLOTS],
    /// The number of the slot that was written last, counted from `start`.
    latest: u64,
}

impl Rate {
    /// Nothing yet, counting from `now`.
    pub fn new(now: Instant) -> Self {
        Self { start: now, slots: [0; SLOTS], latest: 0 }
    }

    /// Counts `amount` at `now`; a time before the latest counts as the latest.
    pub fn add(&mut self, now: Instant, amount: u64) {
        let slot = self.slot(now).max(self.latest);
        for passed in self.latest + 1..=slot.min(self.latest + SLOTS as u64) {
            self.slots[index(passed)] = 0;
        }
        self.latest = slot;
        self.slots[index(slot)] += amount;
    }

    /// The mean rate over the window that ends at `now`, or since the start if that is less.
    pub fn per_second(&self, now: Instant) -> f64 {
        let current = self.slot(now).max(self.latest);
        let oldest = (current + 1).saturating_sub(SLOTS as u64);
        let sum: u64 = (oldest..=self.latest).map(|slot| self.slots[index(slot)]).sum();
        let since = now.saturating_duration_since(self.slot_start(oldest));
        // The first moments would divide by next to nothing.
        sum as f64 / since.max(slot_length()).as_secs_f64()
    }

    fn slot_start(&self, slot: u64) -> Instant {
        // Years fit into the slots that a u32 counts.
        self.start + slot_length() * u32::try_from(slot).unwrap_or(u32::MAX)
    }

    fn slot(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.start);
        (elapsed.as_nanos() / slot_length().as_nanos()) as u64
    }
}

fn slot_length() -> Duration {
    WINDOW / SLOTS as u32
}

fn index(slot: u64) -> usize {
    (slot % SLOTS as u64) as usize
}

/// The most recent durations of something.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// In the order of arrival until full, then a ring.
    times: Vec<Duration>,
    next: usize,
}

impl Recent {
    /// Notes one, forgetting the oldest when full.
    pub fn push(&mut self, time: Duration) {
        if self.times.len() < RECENT {
            self.times.push(time);
        } else {
            self.times[self.next] = time;
            self.next = (self.next + 1) % RECENT;
        }
    }

    /// The `percent`-th percentile by nearest rank, 0 when there is none; above 100 is 100.
    pub fn percentile(&self, percent: u32) -> Duration {
        let mut sorted = self.times.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent.min(100) as usize).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_steady_stream_has_its_rates_from_the_first_second_on() {
        let start = Instant::now();
        let mut stats = StreamStats::new(start);
        for i in 0..300 {
            let now = start + MS * 100 * i / 3;
            stats.frame(now, 1_000, 4 * MS, 2 * MS);
            if i >= 30 {
                let summary = stats.summary(now);
                assert!((28.0..32.5).contains(&summary.fps), "{summary:?}");
                let kbps = f64::from(summary.bitrate.as_bps()) / 1e3;
                assert!((224.0..260.0).contains(&kbps), "{summary:?}");
            }
        }
        let summary = stats.summary(start + MS * 9_990);
        assert_eq!((summary.render_ms, summary.encode_ms), (4.0, 2.0));
        assert_eq!(summary.frames, 300);
    }

    #[test]
    fn a_stream_that_stops_falls_to_zero() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        rate.add(start + 10 * MS, 100);
        assert!(rate.per_second(start + 500 * MS) > 0.0);
        assert_eq!(rate.per_second(start + 2_200 * MS), 0.0);
        rate.add(start + 1_000_000 * MS, 7);
        assert!((3.0..4.0).contains(&rate.per_second(start + 1_000_000 * MS)));
    }

    #[test]
    fn percentiles_are_of_the_recent_ones_alone() {
        let mut recent = Recent::default();
        assert_eq!(recent.percentile(50), Duration::ZERO);
        for _ in 0..500 {
            recent.push(1_000 * MS);
        }
        for i in 1..=RECENT as u32 {
            recent.push(MS * i);
        }
        assert_eq!(recent.percentile(50), 60 * MS);
        assert_eq!(recent.percentile(95), 114 * MS);
        assert_eq!(recent.percentile(100), 120 * MS);
        assert_eq!(recent.percentile(0), MS);
    }

    #[test]
    fn skipped_pictures_count_by_themselves() {
        let start = Instant::now();
        let mut stats = StreamStats::new(start);
        stats.skipped(MS, MS);
        let summary = stats.summary(start + 1_000 * MS);
        assert_eq!((summary.frames, summary.skipped, summary.fps), (0, 1, 0.0));
    }

    proptest! {
        /// The rate equals what a full record of the same window gives.
        #[test]
        fn rate_matches_a_record(
            adds in proptest::collection::vec((0u64..700, 0u64..1000), 1..200)
        ) {
            let start = Instant::now();
            let (mut rate, mut record, mut at) = (Rate::new(start), Vec::new(), 0);
            for (gap, amount) in adds {
                at += gap;
                rate.add(start + MS * at as u32, amount);
                record.push((at, amount));
                let slot = WINDOW.as_millis() as u64 / SLOTS as u64;
                let from = (at / slot + 1).saturating_sub(SLOTS as u64) * slot;
                let sum: u64 = record.iter().filter(|r| r.0 >= from).map(|r| r.1).sum();
                let expected = sum as f64 * 1e3 / (at - from).max(slot) as f64;
                let measured = rate.per_second(start + MS * at as u32);
                prop_assert!((measured - expected).abs() <= 1e-6 * expected.max(1.0));
            }
        }
    }
}
