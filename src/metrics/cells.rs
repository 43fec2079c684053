//! What is recorded in: counters, gauges, histograms, and families of them. Atomics alone.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Upper bounds of a histogram's buckets, s; another has no bound. They double where a frame's
/// stages lie, with the time between two frames at 60 and 30 Hz and what people notice among them.
pub const BOUNDS_S: [f64; 13] =
    [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.033, 0.05, 0.066, 0.1, 0.25, 0.5, 1.0];

/// The same for what takes seconds: making a scene, by itself or by asking a language model.
pub const LONG_BOUNDS_S: [f64; 13] =
    [0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];

/// Only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `amount`.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// What it is at.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A level.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Raises it by `amount`, or lowers it.
    pub fn add(&self, amount: i64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// What it is at.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often something took how long.
#[derive(Debug)]
pub struct Histogram {
    bounds_s: &'static [f64; BOUNDS_S.len()],
    /// By the first of the bounds that is no less; the last beyond all.
    buckets: [AtomicU64; BOUNDS_S.len() + 1],
    sum_ns: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::with_bounds(&BOUNDS_S)
    }
}

impl Histogram {
    fn with_bounds(bounds_s: &'static [f64; BOUNDS_S.len()]) -> Self {
        Self { bounds_s, buckets: Default::default(), sum_ns: AtomicU64::default() }
    }

    /// Upper bounds of its buckets but the last, s.
    pub fn bounds_s(&self) -> &'static [f64] {
        self.bounds_s
    }

    /// Notes one.
    pub fn record(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = self.bounds_s.partition_point(|bound| *bound < seconds);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        // Wraps after 584 years of them.
        self.sum_ns.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts().iter().sum()
    }

    /// How many fell into each bucket, the one without a bound last.
    pub fn counts(&self) -> [u64; BOUNDS_S.len() + 1] {
        std::array::from_fn(|bucket| self.buckets[bucket].load(Ordering::Relaxed))
    }

    /// The sum of all, s.
    pub fn sum_s(&self) -> f64 {
        self.sum_ns.load(Ordering::Relaxed) as f64 / 1e9
    }
}

/// A histogram of what takes seconds, by [`LONG_BOUNDS_S`].
#[derive(Debug)]
pub struct LongHistogram(Histogram);

impl Default for LongHistogram {
    fn default() -> Self {
        Self(Histogram::with_bounds(&LONG_BOUNDS_S))
    }
}

impl std::ops::Deref for LongHistogram {
    type Target = Histogram;

    fn deref(&self) -> &Histogram {
        &self.0
    }
}

/// A cell for each combination of `L` labels that has come up, at most `N`. The rest shares the
/// last: nothing that comes from outside is ever a label.
#[derive(Debug)]
pub struct Family<const L: usize, T, const N: usize> {
    members: [OnceLock<[&'static str; L]>; N],
    cells: [T; N],
}

impl<const L: usize, T: Default, const N: usize> Default for Family<L, T, N> {
    fn default() -> Self {
        Self {
            members: std::array::from_fn(|_| OnceLock::new()),
            cells: std::array::from_fn(|_| T::default()),
        }
    }
}

impl<const L: usize, T, const N: usize> Family<L, T, N> {
    /// The cell of these labels.
    pub fn at(&self, labels: [&'static str; L]) -> &T {
        let own = |member: &OnceLock<[&'static str; L]>| *member.get_or_init(|| labels) == labels;
        let at = self.members.iter().position(own).unwrap_or(N - 1);
        &self.cells[at]
    }

    /// Calls `visit` with each.
    pub fn each(&self, mut visit: impl FnMut(&[&'static str], &T)) {
        for (member, cell) in self.members.iter().zip(&self.cells) {
            if let Some(labels) = member.get() {
                visit(labels, cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let times = Histogram::default();
        for ms in [0, 1, 2, 3, 1000, 1001] {
            times.record(Duration::from_millis(ms));
        }
        let mut expected = [0; BOUNDS_S.len() + 1];
        for bucket in [0, 1, 2, 3, 12, 13] {
            expected[bucket] += 1;
        }
        assert_eq!(times.counts(), expected);
        assert_eq!((times.count(), times.sum_s()), (6, 2.007));
        assert!(BOUNDS_S.is_sorted() && LONG_BOUNDS_S.is_sorted());
        let long = LongHistogram::default();
        long.record(Duration::from_secs(3));
        assert_eq!(long.counts()[7], 1);
    }

    #[test]
    fn a_family_is_bounded_and_finds_its_members_again() {
        let family = Family::<1, Counter, 2>::default();
        family.at(["a"]).add(1);
        family.at(["b"]).add(10);
        family.at(["a"]).add(1);
        family.at(["c"]).add(100);
        let mut seen = Vec::new();
        family.each(|labels, counter| seen.push((labels[0], counter.get())));
        assert_eq!(seen, [("a", 2), ("b", 110)]);
    }

    #[test]
    fn many_threads_lose_nothing() {
        let family = Family::<1, Counter, 4>::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let count = || (0..1000).for_each(|_| family.at(["x"]).add(1));
                let thread = std::thread::Builder::new().name("test-counter".into());
                thread.spawn_scoped(scope, count).expect("a thread");
            }
        });
        assert_eq!(family.at(["x"]).get(), 4000);
    }
}
