//! When a browser shows what it has received.
//!
//! At once, as a rule: every millisecond is felt by the hand. On a path where one frame in ten
//! waits for a packet that is sent again, that is a picture that stands still and jumps, several
//! times a second. There pictures are shown as long after their arrival as such a packet takes, and
//! move evenly.

use std::time::Duration;

/// Of the frames, so many must be late before all wait…
const MANY: f64 = 0.1;
/// …and at most so many before none does.
const FEW: f64 = 0.03;
/// From a lost packet to the browser's notice of it: the next frame, and the rhythm of its requests.
const NOTICE: Duration = Duration::from_millis(80);
/// Nobody steers a picture that is older.
const LONGEST: Duration = Duration::from_millis(300);
/// Room above the least delay, in which the browser settles what it needs.
const ROOM: Duration = Duration::from_millis(200);
/// What the share of frames is smoothed by.
const PART: f64 = 0.05;

/// Of one stream.
#[derive(Debug, Default)]
pub(super) struct Playout {
    /// Packets of a frame, in the mean.
    packets: f64,
    waits: bool,
}

impl Playout {
    /// What the extension of the next frame says, with so many packets, after the share of packets
    /// `loss` was lost and with the round trip `rtt`: the least and the longest delay, in 12 bits each of
    /// 10 ms.
    pub fn next(&mut self, packets: usize, loss: f64, rtt: Option<Duration>) -> [u8; 3] {
        self.packets += (packets as f64 - self.packets) * PART;
        let late = 1.0 - (1.0 - loss).powf(self.packets);
        self.waits = late > if self.waits { FEW } else { MANY };
        let Some(rtt) = rtt.filter(|_| self.waits) else { return [0; 3] };
        let least = (rtt + NOTICE).min(LONGEST);
        let [least, most] = [least, least + ROOM].map(|delay| (delay.as_millis() / 10) as u32);
        let [_, a, b, c] = (least << 12 | most).to_be_bytes();
        [a, b, c]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Option<Duration> = Some(Duration::from_millis(100));

    fn after(playout: &mut Playout, packets: usize, loss: f64) -> [u8; 3] {
        (0..200).map(|_| playout.next(packets, loss, RTT)).last().expect("some")
    }

    #[test]
    fn pictures_wait_only_where_many_would_be_late() {
        let mut playout = Playout::default();
        assert_eq!(after(&mut playout, 7, 0.005), [0; 3]);
        // 180 and 380 ms: 18 << 12 | 38.
        assert_eq!(after(&mut playout, 7, 0.05), [0x01, 0x20, 0x26]);
        assert_eq!(after(&mut playout, 7, 0.008), [0x01, 0x20, 0x26], "not yet");
        assert_eq!(after(&mut playout, 7, 0.002), [0; 3]);
        // A still scene has one packet a frame, which is hardly ever lost.
        assert_eq!(after(&mut playout, 1, 0.02), [0; 3]);
    }

    #[test]
    fn the_wait_has_a_longest_and_needs_a_round_trip() {
        let mut playout = Playout::default();
        assert_eq!(playout.next(7, 0.5, None), [0; 3]);
        let far = Some(Duration::from_secs(2));
        let waits = (0..200).map(|_| playout.next(7, 0.5, far)).last();
        assert_eq!(waits, Some([0x01, 0xe0, 0x32]));
    }
}
