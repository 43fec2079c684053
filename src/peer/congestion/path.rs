//! What reports say of a path: how long packets wait on it, how fast they arrive, how many do not.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use rtc::interceptor::PacketReport;

/// The fastest packet of so many seconds had an empty link.
const FASTEST_OF: usize = 10;
/// A queue that every packet of this time met is not one frame's: some frames fit in it.
const STANDING: f64 = 0.2;
/// Rates are taken over this time at most.
const RATE: f64 = 0.5;
/// Less says nothing of a rate, seconds.
const LEAST_RATE: f64 = 0.08;
/// The same in packets.
const LEAST_PACKETS: usize = 6;
/// A packet that waited longer came right after the one before it, seconds.
const BUSY: f64 = 0.01;
/// Losses are counted in parts of so much time.
const LOSS_PART: Duration = Duration::from_millis(500);
/// So many of which tell what the path loses at best.
const LOSS_PARTS: usize = 20;
/// Fewer packets say nothing of a share.
const LOSS_PACKETS: u32 = 50;
/// A path that loses more by itself is taken for full.
const MOST_OWN_LOSS: f64 = 0.08;

/// What is known of a path. Arrivals are on the receiver's clock, which nobody has compared with
/// the sender's: only differences count.
#[derive(Debug, Default)]
pub(super) struct Path {
    epoch: Option<Instant>,
    /// The least delay of each second, the latest last: the second, the delay.
    fastest: VecDeque<(u64, f64)>,
    arrivals: VecDeque<Arrival>,
    /// How many of the latest arrivals came on a busy link.
    busy: usize,
    loss: Loss,
    /// The newest RTP number.
    newest: Option<u16>,
}

/// Of a packet, seconds on the receiver's clock, and bytes.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    at: f64,
    waited: f64,
    size: usize,
}

impl Path {
    /// Takes reports down, in the order of sending, and gives the packets that are lost, by SSRC
    /// and number. Of the transport-wide numbers that did not arrive, `is_missing` knows those that
    /// a report spoke of; of the others the report itself was lost.
    pub fn hear(
        &mut self,
        now: Instant,
        reports: &[PacketReport],
        is_missing: impl Fn(u16) -> bool,
    ) -> Vec<(u32, u16)> {
        let (mut lost, mut of, mut unknown) = (Vec::new(), 0, 0);
        for report in reports {
            let again = self.is_sent_again(report.rtp_sequence_number);
            let missing = is_missing(report.twcc_sequence_number);
            if let Some(arrival) = report.arrival.filter(|_| report.arrived) {
                let size = report.size + std::mem::take(&mut unknown);
                self.arrived(report.departure, arrival.as_secs_f64(), size);
                of += 1;
            } else if !missing {
                // For all that is known it arrived before the next that did.
                unknown += report.size;
            } else if !again {
                lost.push((report.ssrc, report.rtp_sequence_number));
                of += 1;
            } else if self.loss.excess().is_some_and(|loss| loss < MOST_OWN_LOSS / 2.0) {
                // It came twice, most likely: SRTP drops that before anybody could report it.
                unknown += report.size;
            }
        }
        self.loss.hear(now, lost.len() as u32, of);
        let since = self.arrivals.back().map_or(0.0, |last| last.at) - RATE;
        while self.arrivals.front().is_some_and(|first| first.at < since) {
            self.arrivals.pop_front();
        }
        self.busy = self.busy.min(self.arrivals.len());
        lost
    }

    fn is_sent_again(&mut self, number: u16) -> bool {
        let newest = *self.newest.get_or_insert(number.wrapping_sub(1));
        let again = number.wrapping_sub(newest).wrapping_sub(1) >= u16::MAX / 2;
        if !again {
            self.newest = Some(number);
        }
        again
    }

    fn arrived(&mut self, departure: Instant, at: f64, size: usize) {
        let epoch = *self.epoch.get_or_insert(departure);
        let left = departure.saturating_duration_since(epoch).as_secs_f64();
        let delay = at - left;
        let second = left as u64;
        match self.fastest.back_mut() {
            Some((of, fastest)) if *of == second => *fastest = fastest.min(delay),
            _ => self.fastest.push_back((second, delay)),
        }
        while self.fastest.len() > FASTEST_OF {
            self.fastest.pop_front();
        }
        let fastest = self.fastest.iter().fold(delay, |least, (_, delay)| least.min(*delay));
        let waited = delay - fastest;
        self.busy = if waited > BUSY { self.busy + 1 } else { 0 };
        self.arrivals.push_back(Arrival { at, waited, size });
    }

    /// How long even the luckiest of the latest packets waited; `None` before there are some.
    pub fn standing_queue(&self) -> Option<Duration> {
        let since = self.arrivals.back()?.at - STANDING;
        let latest = self.arrivals.iter().rev().take_while(|arrival| arrival.at >= since);
        let least = latest.map(|arrival| arrival.waited).fold(f64::INFINITY, f64::min);
        Duration::try_from_secs_f64(least).ok()
    }

    /// What arrived of late, bit/s.
    pub fn delivered(&self) -> Option<f64> {
        rate(self.arrivals.iter())
    }

    /// What arrived while packets waited, which is what the link carries, bit/s.
    pub fn delivered_when_full(&self) -> Option<f64> {
        rate(self.arrivals.iter().skip(self.arrivals.len() - self.busy))
    }

    /// The way is another one, and its length is to be learnt anew.
    pub fn rerouted(&mut self) {
        self.fastest.clear();
        self.arrivals.clear();
        self.busy = 0;
    }

    /// What was lost so far has been given way to.
    pub fn heeded(&mut self) {
        self.loss.heeded();
    }

    /// The share of packets lost beyond what the path loses anyhow; `None` before enough is known
    /// since it was heeded last.
    pub fn excess_loss(&self) -> Option<f64> {
        self.loss.excess()
    }
}

/// The first packet only marks the beginning: how long it took to arrive is unknown.
fn rate<'a>(mut arrivals: impl Iterator<Item = &'a Arrival>) -> Option<f64> {
    let first = arrivals.next()?;
    let (mut last, mut bytes, mut packets) = (first.at, 0, 1);
    for arrival in arrivals {
        last = last.max(arrival.at);
        bytes += arrival.size;
        packets += 1;
    }
    let span = last - first.at;
    (packets >= LEAST_PACKETS && span >= LEAST_RATE).then(|| (bytes * 8) as f64 / span)
}

/// Losses of late.
#[derive(Debug, Default)]
struct Loss {
    began: Option<Instant>,
    lost: u32,
    of: u32,
    /// Of each part of the latest time, how many packets were lost, of how many.
    parts: VecDeque<(u32, u32)>,
    /// How many of them nobody has given way to yet.
    fresh: usize,
}

impl Loss {
    fn hear(&mut self, now: Instant, lost: u32, of: u32) {
        let began = *self.began.get_or_insert(now);
        self.lost += lost;
        self.of += of;
        if now.saturating_duration_since(began) < LOSS_PART || self.of < LOSS_PACKETS {
            return;
        }
        if self.parts.len() == LOSS_PARTS {
            self.parts.pop_front();
        }
        self.parts.push_back((self.lost, self.of));
        self.fresh += 1;
        (self.began, self.lost, self.of) = (Some(now), 0, 0);
    }

    fn heeded(&mut self) {
        (self.began, self.lost, self.of, self.fresh) = (None, 0, 0, 0);
    }

    /// Of the latest two parts, so that one bad moment is not taken for a full link; and only what
    /// is more than chance, which a few packets leave much room for.
    fn excess(&self) -> Option<f64> {
        let latest = self.parts.iter().rev().take(self.fresh.min(2));
        let (lost, of) = latest.fold((0, 0), |(lost, of), part| (lost + part.0, of + part.1));
        if of == 0 {
            return self.parts.is_empty().then_some(0.0);
        }
        let share = |lost: u32, of: u32| f64::from(lost) / f64::from(of);
        let own = self.parts.iter().map(|(lost, of)| share(*lost, *of));
        let own = own.fold(MOST_OWN_LOSS, f64::min);
        let mean = share(lost, of);
        let chance = (mean * (1.0 - mean) / f64::from(of)).sqrt();
        Some((mean - own - 2.0 * chance).max(0.0))
    }
}
