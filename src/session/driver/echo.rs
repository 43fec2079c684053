//! From an act of a viewer until a moment of the simulation shows it.

use std::time::{Duration, Instant};

/// What has not shown by then never will: its simulation was replaced, or hangs.
const PATIENCE: Duration = Duration::from_secs(1);

/// The oldest act that no moment reflects yet.
#[derive(Debug, Default)]
pub(super) struct Echo(Option<(u64, Instant)>);

impl Echo {
    /// An act that was received at `at` became the command `number`.
    pub fn acted(&mut self, number: u64, at: Instant) {
        self.0.get_or_insert((number, at));
    }

    /// When what a moment is the first to reflect was received, if there is something;
    /// `acknowledged` is the moment's.
    pub fn shown(&mut self, acknowledged: u64, now: Instant) -> Option<Instant> {
        self.0.take_if(|(_, at)| now.saturating_duration_since(*at) > PATIENCE);
        self.0.take_if(|(number, _)| *number <= acknowledged).map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_act_is_shown_once_when_it_is_reflected() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut echo = Echo::default();
        assert_eq!(echo.shown(9, at(0)), None);
        echo.acted(10, at(1));
        echo.acted(11, at(2));
        assert_eq!(echo.shown(9, at(3)), None);
        assert_eq!(echo.shown(11, at(4)), Some(at(1)));
        assert_eq!(echo.shown(11, at(5)), None);
    }

    #[test]
    fn what_never_shows_is_forgotten() {
        let start = Instant::now();
        let mut echo = Echo::default();
        echo.acted(50, start);
        // Another worker counts anew.
        assert_eq!(echo.shown(3, start + Duration::from_secs(2)), None);
        echo.acted(4, start + Duration::from_secs(3));
        let shown = echo.shown(4, start + Duration::from_secs(3));
        assert_eq!(shown, Some(start + Duration::from_secs(3)));
    }
}
