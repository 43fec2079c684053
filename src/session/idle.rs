//! When a session that nobody uses is paused, run again and given up: pure, `now` is an argument.
//!
//! ```text
//!  in use ──everybody left──► idle ──pause_after──► paused ──expire_after──► expired
//!    ▲                         │                      │
//!    └───────someone came──────┴────someone came──────┘ runs again, if it ran before
//! ```
//! Both times count from the last sign of use. Nothing ticks: there is one next moment at which
//! something is due, or none.

use std::time::{Duration, Instant};

/// How long a session may be unused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// Until it is paused; `None`: for ever.
    pub pause_after: Option<Duration>,
    /// Until it ends; `None`: for ever.
    pub expire_after: Option<Duration>,
}

/// What is to be done with a session that nobody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Pause it.
    Pause,
    /// End it.
    Expire,
}

/// How long a session has not been used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    last_use: Instant,
    /// Viewers are there, or something else that lasts.
    occupied: bool,
    paused: bool,
}

impl Idle {
    /// A session that begins `now`, without anybody.
    pub fn new(now: Instant) -> Self {
        Self { last_use: now, occupied: false, paused: false }
    }

    /// Somebody asked for something. Whether what was paused is to run again.
    #[must_use]
    pub fn used(&mut self, now: Instant) -> bool {
        self.last_use = now;
        std::mem::take(&mut self.paused)
    }

    /// Somebody is there, or nobody. Whether what was paused is to run again.
    #[must_use]
    pub fn occupied(&mut self, occupied: bool, now: Instant) -> bool {
        if std::mem::replace(&mut self.occupied, occupied) || occupied {
            return self.used(now);
        }
        false
    }

    /// Whether it is paused for want of use.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// When it ends if nobody comes.
    pub fn expires_at(&self, patience: Patience) -> Option<Instant> {
        let after = patience.expire_after.filter(|_| !self.occupied)?;
        Some(self.last_use + after)
    }

    /// When something is due next.
    pub fn deadline(&self, patience: Patience) -> Option<Instant> {
        let pause = self.pauses_at(patience);
        pause.into_iter().chain(self.expires_at(patience)).min()
    }

    /// What is due by `now`.
    pub fn due(&mut self, now: Instant, patience: Patience) -> Option<Act> {
        let reached = |at: Instant| at <= now;
        if self.expires_at(patience).is_some_and(reached) {
            return Some(Act::Expire);
        }
        let pauses = self.pauses_at(patience).is_some_and(reached);
        self.paused |= pauses;
        pauses.then_some(Act::Pause)
    }

    fn pauses_at(&self, patience: Patience) -> Option<Instant> {
        let after = patience.pause_after.filter(|_| !self.occupied && !self.paused)?;
        Some(self.last_use + after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patience(pause_s: u64, expire_s: u64) -> Patience {
        let after = |seconds| (seconds > 0).then(|| Duration::from_secs(seconds));
        Patience { pause_after: after(pause_s), expire_after: after(expire_s) }
    }

    enum Step {
        Used,
        Occupied(bool),
        Due(Option<Act>),
    }

    #[test]
    fn who_is_left_alone_is_paused_and_then_ended() {
        use Step::{Due, Occupied, Used};
        let (pause, expire) = (Some(Act::Pause), Some(Act::Expire));
        // Each row: patience, and what happens after so many seconds.
        type Row<'a> = ((u64, u64), &'a [(u64, Step)]);
        let table: &[Row<'_>] = &[
            (
                (60, 3600),
                &[(59, Due(None)), (60, Due(pause)), (61, Due(None)), (3600, Due(expire))],
            ),
            ((60, 3600), &[(50, Used), (60, Due(None)), (110, Due(pause)), (3650, Due(expire))]),
            (
                (60, 3600),
                &[
                    (1, Occupied(true)),
                    (9999, Due(None)),
                    (9999, Occupied(false)),
                    (10_058, Due(None)),
                    (10_059, Due(pause)),
                ],
            ),
            ((0, 10), &[(9, Due(None)), (10, Due(expire))]),
            ((10, 0), &[(10, Due(pause)), (u64::from(u32::MAX), Due(None))]),
            ((0, 0), &[(u64::from(u32::MAX), Due(None))]),
            ((20, 10), &[(10, Due(expire))]),
            ((10, 10), &[(10, Due(expire))]),
            ((1, 0), &[(1, Due(pause)), (2, Used), (2, Due(None)), (3, Due(pause))]),
        ];
        for (number, ((pause_s, expire_s), steps)) in table.iter().enumerate() {
            let (start, patience) = (Instant::now(), patience(*pause_s, *expire_s));
            let mut idle = Idle::new(start);
            for (second, step) in *steps {
                let now = start + Duration::from_secs(*second);
                match step {
                    Used => _ = idle.used(now),
                    Occupied(occupied) => _ = idle.occupied(*occupied, now),
                    Due(wanted) => {
                        assert_eq!(idle.due(now, patience), *wanted, "row {number}, {second} s");
                    }
                }
            }
        }
    }

    #[test]
    fn only_what_was_paused_for_want_of_use_runs_again() {
        let start = Instant::now();
        let later = start + Duration::from_secs(5);
        let mut idle = Idle::new(start);
        assert!(!idle.used(start) && !idle.occupied(true, start) && !idle.occupied(false, start));
        assert_eq!(idle.due(later, patience(5, 0)), Some(Act::Pause));
        assert!(idle.is_paused());
        assert!(idle.occupied(true, later), "someone came");
        assert!(!idle.is_paused() && !idle.used(later));
    }

    proptest! {
        #[test]
        fn what_is_due_is_due_at_the_deadline_and_not_before(
            pause in 0_u64..20,
            expire in 0_u64..20,
            steps in prop::collection::vec((0_u64..10, 0..3), 1..30),
        ) {
            let patience = patience(pause, expire);
            let mut now = Instant::now();
            let mut idle = Idle::new(now);
            for (seconds, step) in steps {
                now += Duration::from_secs(seconds);
                match step {
                    0 => _ = idle.used(now),
                    1 => _ = idle.occupied(seconds % 2 == 0, now),
                    _ => {
                        let deadline = idle.deadline(patience);
                        let due = idle.due(now, patience);
                        prop_assert_eq!(deadline.is_some_and(|at| at <= now), due.is_some());
                        prop_assert!(!(idle.occupied && due.is_some()));
                        prop_assert!(due != Some(Act::Pause) || idle.is_paused());
                    }
                }
            }
        }
    }
}
