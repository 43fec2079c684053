//! When to start a dead worker again: pure, `now` is an argument.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Deaths within this time count together.
const WINDOW: Duration = Duration::from_secs(30);
/// Deaths in a row that a scene survives with its state: the state itself may be what kills.
const WITH_STATE: usize = 2;
/// Deaths within the window after which the scene is given up.
const LIMIT: usize = 6;

/// What to do after a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Start it again from the last known state.
    Resume,
    /// Start it again from the initial state.
    Afresh,
    /// It dies too often.
    GiveUp,
}

/// Remembers recent deaths of one scene's workers.
#[derive(Debug, Default)]
pub(super) struct Policy {
    deaths: VecDeque<Instant>,
}

impl Policy {
    /// Notes a death and decides.
    pub fn died(&mut self, now: Instant) -> Verdict {
        while self.deaths.front().is_some_and(|then| now.duration_since(*then) > WINDOW) {
            self.deaths.pop_front();
        }
        self.deaths.push_back(now);
        match self.deaths.len() {
            n if n <= WITH_STATE => Verdict::Resume,
            n if n < LIMIT => Verdict::Afresh,
            _ => Verdict::GiveUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_that_keeps_dying_loses_its_state_and_then_its_chances() {
        let start = Instant::now();
        let mut policy = Policy::default();
        let verdicts: Vec<_> =
            (0..6).map(|i| policy.died(start + Duration::from_secs(i))).collect();
        assert_eq!(&verdicts[..2], [Verdict::Resume; 2]);
        assert_eq!(&verdicts[2..5], [Verdict::Afresh; 3]);
        assert_eq!(verdicts[5], Verdict::GiveUp);
    }

    #[test]
    fn rare_deaths_are_forgotten() {
        let start = Instant::now();
        let mut policy = Policy::default();
        for i in 0..100 {
            assert_eq!(policy.died(start + Duration::from_secs(31 * i)), Verdict::Resume);
        }
    }
}
