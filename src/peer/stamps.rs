//! Tells a viewer when its frames were where, as long as it wants to know.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::wire::{FrameStamps, ServerMessage};
use crate::{frame::EncodedFrame, units::MediaClock};

/// Between two messages: thirty a second, and a little less, so that frames at 30 Hz that jitter go
/// out one by one.
const EVERY: Duration = Duration::from_millis(30);

/// Whether a viewer wants to be told; clones are the same wish.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish(Arc<AtomicBool>);

impl Wish {
    /// Changes it.
    pub fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

/// Collects stamps of what was sent, and puts them into messages for the `state` channel.
pub(super) struct Teller {
    wish: Wish,
    clock: MediaClock,
    out: mpsc::Sender<String>,
    told: Option<Instant>,
    /// At most what is sent within [`EVERY`].
    waiting: Vec<FrameStamps>,
}

impl Teller {
    /// One that tells by `out` while `wish` says so.
    pub fn new(wish: Wish, clock: MediaClock, out: mpsc::Sender<String>) -> Self {
        Self { wish, clock, out, told: None, waiting: Vec::new() }
    }

    /// Takes a frame whose packets, stamped with `rtp`, were all handed to the network at `sent`.
    pub fn sent(&mut self, frame: &EncodedFrame, rtp: u32, sent: Instant) {
        if !self.wish.0.load(Ordering::Relaxed) {
            return self.waiting.clear();
        }
        self.waiting.push(FrameStamps::new(frame, rtp, sent, self.clock));
        if self.told.is_some_and(|told| sent.duration_since(told) < EVERY) {
            return;
        }
        self.told = Some(sent);
        let frames = std::mem::take(&mut self.waiting);
        // A viewer who takes nothing misses figures, and no picture.
        let _ = self.out.try_send(ServerMessage::Stamps { frames }.to_json());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        frame::Stamps,
        units::{Codec, MediaTime, Size},
    };

    fn frame(id: u64, start: Instant) -> EncodedFrame {
        let at = |ms| start + Duration::from_millis(ms);
        let stamps = Stamps {
            input: (id == 2).then(|| at(1)),
            state: None,
            render: at(2),
            encode: at(3),
            done: at(4),
        };
        EncodedFrame {
            id,
            data: Vec::new().into(),
            codec: Codec::H264,
            pts: MediaTime::from_elapsed(Duration::ZERO),
            keyframe: false,
            size: Size::new(2, 2).expect("valid"),
            snapshot: 0,
            sim_time: 0.0,
            stamps,
        }
    }

    #[test]
    fn who_wants_to_know_is_told_of_every_frame_at_most_thirty_times_a_second() {
        let start = Instant::now();
        let (out, mut told) = mpsc::channel(8);
        let wish = Wish::default();
        let mut teller = Teller::new(wish.clone(), MediaClock::starting_at(start), out);
        let at = |ms| start + Duration::from_millis(ms);
        teller.sent(&frame(1, start), 7, at(5));
        assert!(told.try_recv().is_err(), "nobody asked");
        wish.set(true);
        teller.sent(&frame(2, start), 8, at(10));
        for (id, ms) in [(3, 20), (4, 35), (5, 40)] {
            teller.sent(&frame(id, start), 9, at(ms));
        }
        let mut next = || {
            let text = told.try_recv().expect("told");
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON")
        };
        let first = serde_json::json!({"type": "stamps", "frames": [{
            "id": 2, "rtp": 8, "input_us": 1000, "render_us": 2000, "encode_us": 3000,
            "done_us": 4000, "sent_us": 10_000,
        }]});
        assert_eq!(next(), first);
        let second = next();
        let ids: Vec<_> =
            second["frames"].as_array().expect("frames").iter().map(|f| &f["id"]).collect();
        assert_eq!(ids, [3, 4, 5]);
        wish.set(false);
        teller.sent(&frame(6, start), 10, at(500));
        assert!(told.try_recv().is_err(), "nobody asks any more");
    }
}
