//! When a view draws: a state machine over time that is handed in.
//!
//! ```text
//!            mark                     drawn                drawn: a refinement
//!   still ─────────► dirty ───────────────────► settling ◄──┐
//!     ▲                ▲                         │ │ └──────┘
//!     │                └────────── mark ─────────┘ │
//!     └────────────────────────────────────────────┘ sharp, or the last refinement
//! ```
//!
//! *Snapshots* come at about the frame rate and jitter, and yet each is to be drawn: their bucket
//! leaks one frame per interval and forgives being early by a third of one. *Input* is drawn
//! at once, since someone waits for it. Two bounds hold for all frames together: half an
//! interval lies between two, and a second bucket keeps the long run at 1.5 times the frame rate.
//!
//! A view that settles is coded again after a while, and a few times in a row: the encoder has bits
//! to spare by then, spends them in steps, and the picture that stays becomes sharp. Then nothing
//! is coded until something changes.

use std::time::{Duration, Instant};

use crate::units::FrameRate;

/// Why a frame is drawn, the least urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Nothing has changed for a while: what is shown is sent again, sharper.
    Refinement,
    /// The simulation moved on.
    Snapshot,
    /// A viewer waits: for what their input does to the picture, or for a key frame.
    Input,
}

/// Decides when a view draws its next frame.
#[derive(Clone, Copy, Debug)]
pub struct FrameClock {
    interval: Duration,
    refine_after: Duration,
    /// How often to refine what stays.
    refinements: u32,
    /// Of those, how many are left for what is shown.
    refinements_left: u32,
    /// Since when a snapshot waits to be drawn.
    snapshot: Option<Instant>,
    /// Since when input waits to be drawn.
    input: Option<Instant>,
    /// When to refine what was drawn, unless it changes before.
    refine_at: Option<Instant>,
    /// When the last frame was drawn.
    last: Option<Instant>,
    /// What frames drawn for snapshots alone go through.
    snapshots: Bucket,
    /// What all frames go through.
    all: Bucket,
}

impl FrameClock {
    /// A clock for a view that has drawn nothing yet and has no reason to.
    ///
    /// `refine_after` is the time from a view's last change to the first of at most `refinements`.
    /// It counts as two intervals where it is less, or slow snapshots would each be drawn twice.
    pub fn new(rate: FrameRate, refine_after: Duration, refinements: u32) -> Self {
        let interval = rate.interval();
        Self {
            interval,
            refine_after: refine_after.max(interval * 2),
            refinements,
            refinements_left: 0,
            snapshot: None,
            input: None,
            refine_at: None,
            last: None,
            snapshots: Bucket::new(interval, interval / 3),
            all: Bucket::new(interval * 2 / 3, interval),
        }
    }

    /// Notes that the view no longer shows what it should.
    ///
    /// [`Cause::Refinement`] says that it does, but not well, as when the encoder skipped the last
    /// picture: it is drawn again after a while, unless something changes before.
    pub fn mark(&mut self, now: Instant, cause: Cause) {
        let since = match cause {
            Cause::Snapshot => &mut self.snapshot,
            Cause::Input => &mut self.input,
            Cause::Refinement => {
                self.refine_at.get_or_insert(now + self.refine_after);
                return;
            }
        };
        since.get_or_insert(now);
    }

    /// When to draw the next frame, perhaps a moment in the past; `None` before the next mark.
    pub fn due(&self) -> Option<Instant> {
        let snapshot =
            self.snapshot.map(|since| since.max(self.snapshots.free_at().unwrap_or(since)));
        let change = [snapshot, self.input].into_iter().flatten().min();
        let wanted = change.or(self.refine_at)?;
        let spaced = self.last.map(|last| last + self.interval / 2);
        Some(wanted.max(spaced.max(self.all.free_at()).unwrap_or(wanted)))
    }

    /// Notes that drawing begins, showing all that was marked so far, and says what made it due;
    /// `None` when nothing did. What is marked from now on belongs to the next frame.
    pub fn drawn(&mut self, now: Instant) -> Option<Cause> {
        let cause = self.cause()?;
        if cause == Cause::Snapshot {
            self.snapshots.fill(now);
        }
        self.all.fill(now);
        self.snapshot = None;
        self.input = None;
        let wait = match cause {
            Cause::Refinement => {
                self.refinements_left = self.refinements_left.saturating_sub(1);
                self.interval
            }
            Cause::Snapshot | Cause::Input => {
                self.refinements_left = self.refinements;
                self.refine_after
            }
        };
        self.refine_at = (self.refinements_left > 0).then(|| now + wait);
        self.last = Some(now);
        Some(cause)
    }

    /// Notes that what is shown is as sharp as it gets.
    pub fn sharp(&mut self) {
        self.refine_at = None;
    }

    /// The most urgent reason for the next frame.
    fn cause(&self) -> Option<Cause> {
        let reason = |since: Option<Instant>, cause| since.map(|_| cause);
        reason(self.input, Cause::Input)
            .or(reason(self.snapshot, Cause::Snapshot))
            .or(reason(self.refine_at, Cause::Refinement))
    }
}

/// A leaky bucket, kept as the time when it will have run dry (ITU-T I.371, "generic cell rate
/// algorithm"): over any time `t` it admits at most `1 + (t + tolerance) / interval` frames.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    interval: Duration,
    tolerance: Duration,
    dry_at: Option<Instant>,
}

impl Bucket {
    fn new(interval: Duration, tolerance: Duration) -> Self {
        Self { interval, tolerance, dry_at: None }
    }

    /// From when on it takes a frame; `None`: it always would have.
    fn free_at(&self) -> Option<Instant> {
        self.dry_at?.checked_sub(self.tolerance)
    }

    fn fill(&mut self, now: Instant) {
        self.dry_at = Some(self.dry_at.map_or(now, |at| at.max(now)) + self.interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REFINE_AFTER: Duration = Duration::from_millis(200);
    const REFINEMENTS: u32 = 3;

    fn clock(hz: u32) -> FrameClock {
        FrameClock::new(FrameRate::new(hz).expect("in range"), REFINE_AFTER, REFINEMENTS)
    }

    fn us(us: u64) -> Duration {
        Duration::from_micros(us)
    }

    /// Draws at every due time up to each mark and, in the end, until nothing is due.
    struct Run {
        clock: FrameClock,
        start: Instant,
        frames: Vec<(Duration, Cause)>,
        /// How late each frame is drawn, in turn.
        lateness: Vec<Duration>,
    }

    impl Run {
        fn new(hz: u32) -> Self {
            Self {
                clock: clock(hz),
                start: Instant::now(),
                frames: Vec::new(),
                lateness: vec![Duration::ZERO],
            }
        }

        fn of(hz: u32, marks: impl IntoIterator<Item = (Duration, Cause)>) -> Self {
            let mut run = Self::new(hz);
            run.marks(marks);
            run
        }

        fn marks(&mut self, marks: impl IntoIterator<Item = (Duration, Cause)>) {
            for (at, cause) in marks {
                self.draw_before(Some(at));
                self.clock.mark(self.start + at, cause);
            }
            self.draw_before(None);
        }

        fn draw_before(&mut self, end: Option<Duration>) {
            while let Some(due) = self.clock.due() {
                let late = self.lateness[self.frames.len() % self.lateness.len()];
                let at = due.saturating_duration_since(self.start) + late;
                let at = at.max(self.frames.last().map_or(Duration::ZERO, |f| f.0));
                if end.is_some_and(|end| at >= end) {
                    return;
                }
                let cause = self.clock.drawn(self.start + at).expect("it was due");
                self.frames.push((at, cause));
            }
        }

        fn drawn_for(&self, cause: Cause) -> Vec<Duration> {
            let frames = self.frames.iter().filter(|frame| frame.1 == cause);
            frames.map(|frame| frame.0).collect()
        }
    }

    /// At most `1 + (t + tolerance) / interval` of `times` within any time t.
    fn assert_rate(times: &[Duration], interval: Duration, tolerance: Duration) {
        for (i, from) in times.iter().enumerate() {
            for (n, to) in times[i..].iter().enumerate() {
                let admitted = (*to - *from + tolerance).as_nanos() / interval.as_nanos();
                assert!(n as u128 <= admitted, "{n} intervals in {:?}", *to - *from);
            }
        }
    }

    #[test]
    fn a_still_view_is_never_drawn() {
        let mut clock = clock(30);
        assert_eq!(clock.due(), None);
        assert_eq!(clock.drawn(Instant::now()), None);
    }

    #[test]
    fn each_of_the_jittering_snapshots_is_drawn_at_once() {
        // ±5 ms, as bad as it gets: from one end to the other and back.
        for hz in [30, 25] {
            let marks: Vec<_> = (0..300u64)
                .map(|i| us(10_000 + i * 1_000_000 / hz - if i % 2 == 0 { 0 } else { 10_000 }))
                .map(|at| (at, Cause::Snapshot))
                .collect();
            let run = Run::of(hz as u32, marks.clone());
            let expected: Vec<_> = marks.iter().map(|mark| mark.0).collect();
            assert_eq!(run.drawn_for(Cause::Snapshot), expected);
        }
    }

    #[test]
    fn faster_snapshots_are_drawn_at_the_frame_rate() {
        let marks = (0..500).map(|i| (us(i * 5_000), Cause::Snapshot));
        let frames = Run::of(30, marks).drawn_for(Cause::Snapshot);
        assert!((74..=77).contains(&frames.len()), "{} in 2.5 s", frames.len());
    }

    #[test]
    fn input_on_a_still_view_is_drawn_at_once() {
        let run = Run::of(30, [(us(1_000_000), Cause::Input), (us(1_020_000), Cause::Input)]);
        let at = run.drawn_for(Cause::Input);
        assert_eq!(at, [us(1_000_000), us(1_020_000)]);
    }

    #[test]
    fn continuous_input_settles_at_one_and_a_half_times_the_rate() {
        let marks = (0..4_000).map(|i| (us(i * 1_000), Cause::Input));
        let frames = Run::of(30, marks).drawn_for(Cause::Input);
        assert!((178..=184).contains(&frames.len()), "{} in 4 s", frames.len());
    }

    #[test]
    fn input_between_snapshots_does_not_hold_later_ones_back() {
        let snapshots = (0..60).map(|i| (us(i * 33_334), Cause::Snapshot));
        let mut marks: Vec<_> = snapshots.chain([(us(353_334), Cause::Input)]).collect();
        marks.sort();
        let run = Run::of(30, marks.clone());
        assert_eq!(run.drawn_for(Cause::Input), [us(353_334)]);
        let waits: Vec<_> = (run.drawn_for(Cause::Snapshot).iter())
            .zip(0..60)
            .map(|(at, i)| *at - us(i * 33_334))
            .collect();
        assert_eq!(waits.len(), 60);
        assert!(waits[12..].iter().all(Duration::is_zero), "{waits:?}");
    }

    #[test]
    fn a_view_that_settles_is_refined_a_few_times() {
        let run = Run::of(30, (0..10).map(|i| (us(i * 33_334), Cause::Snapshot)));
        let first = run.drawn_for(Cause::Snapshot)[9] + REFINE_AFTER;
        let expected: Vec<_> = (0..REFINEMENTS).map(|n| first + run.clock.interval * n).collect();
        assert_eq!(run.drawn_for(Cause::Refinement), expected);
        assert_eq!(run.clock.due(), None);
    }

    #[test]
    fn what_is_sharp_is_not_refined() {
        let (mut clock, now) = (clock(30), Instant::now());
        clock.mark(now, Cause::Snapshot);
        clock.drawn(now);
        let at = clock.due().expect("a refinement");
        assert_eq!(clock.drawn(at), Some(Cause::Refinement));
        assert!(clock.due().is_some());
        clock.sharp();
        assert_eq!(clock.due(), None);
    }

    #[test]
    fn a_skipped_refinement_can_be_asked_for_again() {
        let mut run = Run::of(30, [(us(0), Cause::Snapshot)]);
        let before = run.drawn_for(Cause::Refinement).len();
        run.marks([(us(800_000), Cause::Refinement)]);
        assert_eq!(run.drawn_for(Cause::Refinement)[before..], [us(1_000_000)]);
    }

    #[test]
    fn slow_snapshots_are_not_refined_in_between() {
        let run = Run::of(2, (0..10).map(|i| (us(i * 500_000), Cause::Snapshot)));
        let last = run.drawn_for(Cause::Snapshot)[9];
        assert!(run.drawn_for(Cause::Refinement).iter().all(|at| *at > last));
    }

    fn marks() -> impl Strategy<Value = Vec<(u64, bool)>> {
        // Mostly dense, now and then a pause.
        let gap = prop_oneof![8 => 0u64..20_000, 4 => 20_000u64..60_000, 1 => 0u64..1_000_000];
        proptest::collection::vec((gap, any::<bool>()), 1..200)
    }

    proptest! {
        /// Whatever is marked whenever, and however late frames are drawn: the bounds hold, and
        /// nothing is forgotten.
        #[test]
        fn bounds_hold(
            marks in marks(),
            hz in 1u32..=240,
            late in proptest::collection::vec(0u64..10_000, 1..5),
        ) {
            let mut at = Duration::ZERO;
            let marks: Vec<_> = marks
                .into_iter()
                .map(|(gap, input)| {
                    at += us(gap);
                    (at, if input { Cause::Input } else { Cause::Snapshot })
                })
                .collect();
            let mut run = Run::new(hz);
            run.lateness = late.iter().copied().map(us).collect();
            run.marks(marks.clone());

            let interval = run.clock.interval;
            let times: Vec<_> = run.frames.iter().map(|frame| frame.0).collect();
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= interval / 2));
            assert_rate(&times, interval * 2 / 3, interval);
            assert_rate(&run.drawn_for(Cause::Snapshot), interval, interval / 3);
            let latest = Duration::from_millis(10) + interval * 2;
            for (marked, cause) in &marks {
                let shown = times.iter().find(|at| *at >= marked).expect("drawn");
                let bound = if *cause == Cause::Input { latest - interval } else { latest };
                prop_assert!(*shown - *marked <= bound, "{:?}", *shown - *marked);
            }
            // At rest in the end, refined after the last change.
            prop_assert_eq!(run.frames.last().map(|frame| frame.1), Some(Cause::Refinement));
            prop_assert_eq!(run.clock.due(), None);
        }
    }
}
