//! Frames matched with their stamps, and what their stages took. Pure.

use std::{collections::BTreeMap, time::Instant};

use serde::{Deserialize, Serialize};

use crate::{peer::Seen, units::MediaClock};

/// The stages in the order that frames pass them, and the sums from an input and from a snapshot to
/// the last packet's arrival.
const STAGES: [&str; 9] =
    ["uplink", "input", "state", "render", "encode", "send", "network", "hand", "pose"];

/// What a stage took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Its name.
    pub stage: &'static str,
    /// Frames that passed it.
    pub count: usize,
    /// Median, ms.
    pub median_ms: f64,
    /// 95th percentile, ms.
    pub p95_ms: f64,
    /// The longest, ms.
    pub max_ms: f64,
    /// How many took up to 0.25, 0.5, 1, 2 … 256 ms, and longer.
    pub histogram: [usize; 12],
}

/// All that was seen; µs on the daemon's clock.
pub(super) struct Traces {
    clock: MediaClock,
    inputs: Vec<u64>,
    stamps: BTreeMap<u32, Stamps>,
    frames: BTreeMap<u32, u64>,
}

/// What the daemon tells of a frame.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Stamps {
    rtp: u32,
    input_us: Option<u64>,
    state_us: Option<u64>,
    render_us: u64,
    encode_us: u64,
    done_us: u64,
    sent_us: u64,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    frames: Vec<Stamps>,
}

impl Traces {
    /// Nothing yet.
    pub fn new(clock: MediaClock) -> Self {
        let (stamps, frames) = Default::default();
        Self { clock, inputs: Vec::new(), stamps, frames }
    }

    /// An input is sent.
    pub fn input(&mut self, now: Instant) {
        self.inputs.push(self.clock.micros(now));
    }

    /// Something arrived.
    pub fn take(&mut self, seen: Seen) {
        match seen {
            Seen::Frame { rtp, at } => drop(self.frames.insert(rtp, self.clock.micros(at))),
            Seen::State(text) => {
                // Most are states, which have none of these fields.
                let message: Option<Message> = serde_json::from_str(&text).ok();
                let stamps = message.filter(|message| message.kind == "stamps");
                let frames = stamps.into_iter().flat_map(|message| message.frames);
                self.stamps.extend(frames.map(|stamps| (stamps.rtp, stamps)));
            }
        }
    }

    /// How many inputs were sent, and of how many the first frame is known.
    pub fn inputs(&self) -> [u64; 2] {
        let shown = self.whole().filter(|(stamps, _)| self.hand(stamps).is_some()).count();
        [self.inputs.len() as u64, shown as u64]
    }

    /// What each stage took that any frame passed.
    pub fn spreads(&self) -> Vec<Spread> {
        let mut times: [Vec<u64>; STAGES.len()] = Default::default();
        for (stamps, arrived) in self.whole() {
            let Stamps { render_us, encode_us, done_us, sent_us, .. } = stamps;
            let hand = self.hand(&stamps);
            let passed = [
                hand.zip(stamps.input_us),
                stamps.input_us.map(|input| (input, render_us)),
                stamps.state_us.map(|state| (state, render_us)),
                Some((render_us, encode_us)),
                Some((encode_us, done_us)),
                Some((done_us, sent_us)),
                Some((sent_us, arrived)),
                hand.map(|hand| (hand, arrived)),
                stamps.state_us.map(|state| (state, arrived)),
            ];
            for (times, passed) in times.iter_mut().zip(passed) {
                times.extend(passed.map(|(from, to)| to.saturating_sub(from)));
            }
        }
        STAGES.into_iter().zip(times).filter_map(|(stage, times)| spread(stage, times)).collect()
    }

    /// Frames that arrived and of which the daemon told.
    fn whole(&self) -> impl Iterator<Item = (Stamps, u64)> {
        self.stamps.values().filter_map(|stamps| Some((*stamps, *self.frames.get(&stamps.rtp)?)))
    }

    /// When the input that a frame is the first to show was sent.
    fn hand(&self, stamps: &Stamps) -> Option<u64> {
        let input = stamps.input_us?;
        self.inputs.iter().rev().find(|sent| **sent <= input).copied()
    }
}

/// Percentiles are by nearest rank; `None` of nothing.
fn spread(stage: &'static str, mut times_us: Vec<u64>) -> Option<Spread> {
    times_us.sort_unstable();
    let ms = |us: u64| us as f64 / 1e3;
    let at = |percent: usize| {
        let rank = (times_us.len() * percent).div_ceil(100);
        times_us.get(rank.saturating_sub(1)).copied().map(ms)
    };
    let mut histogram = [0; 12];
    for us in &times_us {
        let longer = |bucket: &usize| *us > 250 << bucket;
        histogram[(0..histogram.len() - 1).take_while(longer).count()] += 1;
    }
    let (median_ms, p95_ms, max_ms) = (at(50)?, at(95)?, at(100)?);
    Some(Spread { stage, count: times_us.len(), median_ms, p95_ms, max_ms, histogram })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn frames_meet_their_stamps_and_inputs() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut traces = Traces::new(MediaClock::starting_at(start));
        traces.input(at(10));
        traces.input(at(100));
        let stamps = |rtp: u32, input: &str| {
            Seen::State(format!(
                r#"{{"type":"stamps","frames":[{{"id":1,"rtp":{rtp},{input}"render_us":20000,
                "encode_us":23000,"done_us":25000,"sent_us":25500}}]}}"#
            ))
        };
        traces.take(Seen::State(r#"{"type":"state","time":1.5}"#.into()));
        traces.take(stamps(7, r#""input_us":11000,"state_us":19000,"#));
        traces.take(Seen::Frame { rtp: 7, at: at(28) });
        // One that never arrived, and one of which nothing was told.
        traces.take(stamps(8, ""));
        traces.take(Seen::Frame { rtp: 9, at: at(30) });
        assert_eq!(traces.inputs(), [2, 1]);
        let spreads = traces.spreads();
        let medians: Vec<_> = spreads.iter().map(|s| (s.stage, s.count, s.median_ms)).collect();
        let expected = [
            ("uplink", 1, 1.0),
            ("input", 1, 9.0),
            ("state", 1, 1.0),
            ("render", 1, 3.0),
            ("encode", 1, 2.0),
            ("send", 1, 0.5),
            ("network", 1, 2.5),
            ("hand", 1, 18.0),
            ("pose", 1, 9.0),
        ];
        assert_eq!(medians, expected);
    }

    #[test]
    fn a_spread_counts_all() {
        assert_eq!(spread("send", Vec::new()), None);
        let times = (1..=100).map(|n| n * 1000).collect();
        let spread = spread("send", times).expect("some");
        assert_eq!((spread.median_ms, spread.p95_ms, spread.max_ms), (50.0, 95.0, 100.0));
        assert_eq!(spread.histogram, [0, 0, 1, 1, 2, 4, 8, 16, 32, 36, 0, 0]);
        assert_eq!(
            super::spread("send", vec![0, 250, 251, 9_000_000]).map(|s| s.histogram[..2].to_vec()),
            Some(vec![2, 1])
        );
    }
}
