//! What a stream is reduced to where a path carries less than its best.
//!
//! Rungs are a factor of two apart in bit rate; pictures get smaller before they get coarse, and
//! fewer last. Viewers of one view whose paths carry much the same share a rung, and so one
//! encoder, at the bit rate that fits the slowest of them; nobody else waits for a slow path.

use std::time::{Duration, Instant};

use crate::units::{Bitrate, FrameRate, Size};

/// How far a stream is from its best: the higher, the less it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung(u8);

/// The lowest.
const LAST: u8 = 3;
/// From here on pictures have half the width and height.
const SMALL: u8 = 2;
/// Narrower or lower pictures are not made smaller.
const SMALLEST: u32 = 160;
/// Rungs are shared by viewers whose paths carry at least so much of their bit rate.
const SHARED: f64 = 0.75;
/// A path must carry so little for this time before its viewer goes down.
const DOWN_AFTER: Duration = Duration::from_millis(500);
/// A path must carry so much more than a rung's most before its viewer tries the next one up…
const UP_ABOVE: f64 = 1.25;
/// …for so long: each change is a key frame.
const UP_AFTER: Duration = Duration::from_secs(4);

impl Rung {
    /// Nothing is reduced.
    pub const BEST: Self = Self(0);

    /// The size of pictures, of `full` ones.
    pub fn size(self, full: Size) -> Size {
        let half = |side: u32| (side / 2) & !1;
        let (width, height) = (half(full.width()), half(full.height()));
        if self.0 < SMALL || width.min(height) < SMALLEST {
            return full;
        }
        Size::new(width, height).unwrap_or(full)
    }

    /// The frame rate, of the best.
    pub fn frame_rate(self, full: FrameRate) -> FrameRate {
        let half = FrameRate::new(full.hz().div_ceil(2));
        half.filter(|_| self.0 == LAST).unwrap_or(full)
    }

    /// The bit rate at most, of the best.
    pub fn most(self, full: Bitrate) -> Bitrate {
        Bitrate::bps(full.as_bps() >> self.0)
    }

    /// The bit rate where the slowest of those who watch gets `carried`.
    pub fn bitrate(self, full: Bitrate, carried: Bitrate) -> Bitrate {
        let most = self.most(full).as_bps();
        // Those who get less for long go down; until then a coarse picture is better than none.
        Bitrate::bps(carried.as_bps().clamp(most / 4, most))
    }

    /// Whether pictures of both are of one size and rate: then a view need not be made anew.
    pub fn looks_like(self, other: Self) -> bool {
        let kind = |rung: Self| (rung.0 >= SMALL, rung.0 == LAST);
        kind(self) == kind(other)
    }

    /// What a path must carry so that its viewer stays: less where nobody else would get less.
    fn least(self, full: Bitrate, alone: bool) -> f64 {
        let most = f64::from(self.most(full).as_bps());
        match (self.0, alone) {
            (LAST, _) => 0.0,
            (_, true) => most / 2.0,
            (_, false) => most * SHARED,
        }
    }
}

/// Moves one viewer between rungs as its path changes.
#[derive(Debug, Default)]
pub struct Climber {
    rung: Rung,
    /// Since when the path has carried less than the rung takes, or enough for the next one.
    below: Option<Instant>,
    above: Option<Instant>,
}

impl Climber {
    /// Where the viewer stands.
    pub fn rung(&self) -> Rung {
        self.rung
    }

    /// Hears what the path carries of a stream whose best is `full`; `alone`: nobody shares the
    /// view. Gives the rung from now on.
    pub fn hear(&mut self, now: Instant, carried: Bitrate, full: Bitrate, alone: bool) -> Rung {
        let carried = f64::from(carried.as_bps());
        let lasts = |since: &mut Option<Instant>, holds: bool, time: Duration| {
            *since = holds.then(|| since.unwrap_or(now));
            since.is_some_and(|since| now.duration_since(since) >= time)
        };
        let too_little = carried < self.rung.least(full, alone);
        // Alone, a rung that looks the same is but another bit rate.
        let free = alone && self.rung.0 > 0 && Rung(self.rung.0 - 1).looks_like(self.rung);
        let (room, patience) = if free { (1.0, Duration::ZERO) } else { (UP_ABOVE, UP_AFTER) };
        let enough = self.rung.0 > 0 && carried > room * f64::from(self.rung.most(full).as_bps());
        let down = lasts(&mut self.below, too_little, DOWN_AFTER);
        let up = lasts(&mut self.above, enough, patience);
        if down {
            // As far as it takes, at once: each step is a key frame on a path that has no room.
            while carried < self.rung.least(full, true) || self.rung.0 == 0 {
                self.rung.0 += 1;
            }
        } else if up {
            self.rung.0 -= 1;
        }
        if down || up {
            (self.below, self.above) = (None, None);
        }
        self.rung
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Bitrate = Bitrate::bps(4_000_000);

    fn kbps(kbps: u32) -> Bitrate {
        Bitrate::bps(kbps * 1000)
    }

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).expect("valid")
    }

    /// The rung after `seconds` at `carried`, heard ten times a second.
    fn after(climber: &mut Climber, start: &mut Instant, carried: Bitrate, seconds: f64) -> Rung {
        for _ in 0..(seconds * 10.0) as u32 {
            *start += Duration::from_millis(100);
            climber.hear(*start, carried, FULL, true);
        }
        climber.rung()
    }

    #[test]
    fn pictures_get_smaller_then_fewer() {
        let rate = FrameRate::new(30).expect("in range");
        let looks = [0, 1, 2, 3].map(|n| (Rung(n).size(size(642, 480)), Rung(n).frame_rate(rate)));
        let half = FrameRate::new(15).expect("in range");
        let (full, small) = (size(642, 480), size(320, 240));
        assert_eq!(looks, [(full, rate), (full, rate), (small, rate), (small, half)]);
        // What is small already stays: nobody could see what it shows.
        assert_eq!(Rung(3).size(size(192, 144)), size(192, 144));
        assert!(Rung(0).looks_like(Rung(1)) && !Rung(1).looks_like(Rung(2)));
        assert!(!Rung(2).looks_like(Rung(3)));
    }

    #[test]
    fn the_bit_rate_follows_the_slowest_within_the_rung() {
        assert_eq!(Rung(0).bitrate(FULL, kbps(9_000)), FULL);
        assert_eq!(Rung(0).bitrate(FULL, kbps(3_000)), kbps(3_000));
        assert_eq!(Rung(0).bitrate(FULL, kbps(100)), kbps(1_000));
        assert_eq!(Rung(1).bitrate(FULL, kbps(9_000)), kbps(2_000));
    }

    #[test]
    fn a_path_that_slows_down_leads_down_at_once_and_as_far_as_it_takes() {
        let (mut climber, mut now) = (Climber::default(), Instant::now());
        assert_eq!(after(&mut climber, &mut now, kbps(2_100), 9.0), Rung(0));
        assert_eq!(after(&mut climber, &mut now, kbps(1_900), 0.4), Rung(0));
        assert_eq!(after(&mut climber, &mut now, kbps(1_900), 0.3), Rung(1));
        assert_eq!(after(&mut climber, &mut now, kbps(200), 0.7), Rung(3));
        assert_eq!(after(&mut climber, &mut now, kbps(1), 9.0), Rung(3));
    }

    #[test]
    fn a_dip_is_not_worth_a_key_frame() {
        let (mut climber, mut now) = (Climber::default(), Instant::now());
        for _ in 0..20 {
            after(&mut climber, &mut now, kbps(500), 0.4);
            assert_eq!(after(&mut climber, &mut now, kbps(3_000), 0.2), Rung(0));
        }
    }

    #[test]
    fn the_way_up_is_taken_step_by_step_and_only_with_room() {
        let (mut climber, mut now) =
            (Climber { rung: Rung(3), ..Climber::default() }, Instant::now());
        // Rung 3 takes up to 500 kbit/s: 600 are no reason to leave it.
        assert_eq!(after(&mut climber, &mut now, kbps(600), 60.0), Rung(3));
        assert_eq!(after(&mut climber, &mut now, kbps(5_000), 3.9), Rung(3));
        assert_eq!(after(&mut climber, &mut now, kbps(5_000), 0.3), Rung(2));
        assert_eq!(after(&mut climber, &mut now, kbps(5_000), 9.0), Rung(0));
    }

    #[test]
    fn in_company_a_slow_path_goes_sooner() {
        let now = Instant::now();
        let later = now + DOWN_AFTER;
        let rung = |alone| {
            let mut climber = Climber::default();
            climber.hear(now, kbps(2_500), FULL, alone);
            climber.hear(later, kbps(2_500), FULL, alone)
        };
        assert_eq!((rung(true), rung(false)), (Rung(0), Rung(1)));
    }
}
