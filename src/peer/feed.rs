//! What a viewer without WebRTC is sent, for whoever writes it to a socket.
//!
//! ```text
//!  play(frames) ─► the latest source ─┐
//!  send(control) ─► queue ────────────┼─► Tap::next ─► a socket's own task
//!  send(state) ─► the latest text ────┘
//! ```
//! Frames wait in the queue of their view ([`crate::frame::queue`]), which drops up to the next key
//! frame when nobody takes them; replies wait in a queue of [`super::channel`], and are dropped when
//! it is full; of sources and states the latest stands. So nothing waits for a slow socket.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;

use super::{
    channel::{self, Channel, Senders, Texts},
    congestion::{Limits, Throughput},
};
use crate::{
    frame::{EncodedFrame, FrameReceiver},
    units::Bitrate,
};

/// The sending end, as a session holds it. Dropping it ends the socket.
pub struct Feed {
    source: Arc<Source>,
    texts: Senders,
    estimate: Arc<AtomicU32>,
}

/// The receiving end, as the socket's task holds it.
pub struct Tap {
    source: Arc<Source>,
    frames: Option<FrameReceiver>,
    texts: Texts,
    throughput: Throughput,
    /// What the socket is taken to carry, bit/s.
    estimate: Arc<AtomicU32>,
}

/// What is to be sent next.
#[derive(Debug)]
pub enum Item {
    /// A coded picture that the one before leads to, or a key frame.
    Frame(Arc<EncodedFrame>),
    /// What a data channel would carry.
    Text(String),
}

/// Makes both ends, for a stream that is coded in `best` when nothing is in its way.
pub fn feed(best: Bitrate) -> (Feed, Tap) {
    let (senders, texts) = channel::texts();
    let source = Arc::new(Source::default());
    let limits = Limits::of(best);
    let estimate = Arc::new(AtomicU32::new(limits.initial.as_bps()));
    let tap = Tap {
        source: Arc::clone(&source),
        frames: None,
        texts,
        throughput: Throughput::new(limits),
        estimate: Arc::clone(&estimate),
    };
    (Feed { source, texts: senders, estimate }, tap)
}

impl Feed {
    /// Sends the frames of `frames` from its next key frame on, in place of any earlier source.
    pub fn play(&self, frames: FrameReceiver) {
        self.source.change(|news| news.frames = Some(frames));
    }

    /// Sends text as a data channel would; `false` when its queue is full or the socket is gone.
    pub fn send(&self, channel: Channel, text: String) -> bool {
        self.texts.send(channel, text)
    }

    /// Begins with no more than a way before this one was found to carry; to be told before
    /// anything is played.
    pub fn expect(&self, known: Bitrate) {
        self.estimate.fetch_min(known.as_bps(), Ordering::Relaxed);
    }

    /// What the socket is taken to carry.
    pub fn estimate(&self) -> Bitrate {
        Bitrate::bps(self.estimate.load(Ordering::Relaxed))
    }

    /// Ends the socket.
    pub fn close(&self) {
        self.source.change(|news| news.closed = true);
    }
}

impl Tap {
    /// Notes that the socket took from `from` until now for so many bytes.
    pub fn wrote(&mut self, bytes: usize, from: Instant) {
        let known = f64::from(self.estimate.load(Ordering::Relaxed));
        let target = self.throughput.wrote(known, bytes, from, Instant::now());
        self.estimate.store(target as u32, Ordering::Relaxed);
    }

    /// Waits for what is to be sent next; `None` when nothing more is to be. What it has not given
    /// when it is dropped, it gives when it is called again.
    pub async fn next(&mut self) -> Option<Item> {
        loop {
            let News { frames, closed } = self.source.take();
            if closed {
                return None;
            }
            self.frames = frames.or(self.frames.take());
            // Without an order: a slow path must starve neither pictures nor texts.
            tokio::select! {
                text = self.texts.next() => return text.map(Item::Text),
                () = self.source.changed.notified() => {}
                frame = next_frame(&mut self.frames) => match frame {
                    Some(frame) => return Some(Item::Frame(frame)),
                    // The view has ended; another will come.
                    None => self.frames = None,
                },
            }
        }
    }
}

async fn next_frame(frames: &mut Option<FrameReceiver>) -> Option<Arc<EncodedFrame>> {
    match frames {
        Some(frames) => frames.recv().await,
        None => std::future::pending().await,
    }
}

/// Where frames come from: the latest wish stands until it is taken.
#[derive(Default)]
struct Source {
    news: Mutex<News>,
    changed: Notify,
}

#[derive(Default)]
struct News {
    frames: Option<FrameReceiver>,
    closed: bool,
}

impl Source {
    fn change(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.lock());
        self.changed.notify_one();
    }

    fn take(&self) -> News {
        let mut news = self.lock();
        News { frames: news.frames.take(), closed: news.closed }
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        // Each field is replaced whole: a panic cannot leave half a wish.
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::{
        frame::{Sent, Stamps, queue},
        units::{Codec, MediaTime, Size},
    };

    fn frame(id: u64, keyframe: bool) -> Arc<EncodedFrame> {
        let now = Instant::now();
        Arc::new(EncodedFrame {
            id,
            data: Bytes::new(),
            codec: Codec::H264,
            pts: MediaTime::from_elapsed(Duration::from_millis(id)),
            keyframe,
            size: Size::new(2, 2).expect("valid"),
            snapshot: id,
            sim_time: 0.0,
            stamps: Stamps::at(now),
        })
    }

    async fn next_id(tap: &mut Tap) -> Option<u64> {
        match tap.next().await {
            Some(Item::Frame(frame)) => Some(frame.id),
            _ => None,
        }
    }

    #[tokio::test]
    async fn the_latest_source_plays_from_its_key_frame() {
        let (feed, mut tap) = feed(Bitrate::bps(1_000_000));
        let (first, source) = queue(4);
        feed.play(source);
        first.send(&frame(1, true));
        assert_eq!(next_id(&mut tap).await, Some(1));
        let (second, source) = queue(4);
        feed.play(source);
        assert_eq!(second.send(&frame(10, false)), Sent::NeedsKeyframe);
        second.send(&frame(11, true));
        assert_eq!(next_id(&mut tap).await, Some(11));
        assert!(first.is_closed());
        drop(second);
        // A view that ends leaves the socket waiting for the next.
        let (third, source) = queue(4);
        feed.play(source);
        third.send(&frame(20, true));
        assert_eq!(next_id(&mut tap).await, Some(20));
    }

    #[tokio::test]
    async fn who_does_not_read_misses_frames_up_to_a_key_frame_and_states_but_the_last() {
        let (feed, mut tap) = feed(Bitrate::bps(1_000_000));
        let (frames, source) = queue(3);
        feed.play(source);
        for id in 0..10 {
            frames.send(&frame(id, id == 0 || id == 8));
            assert!(feed.send(Channel::State, format!("state {id}")));
        }
        assert!((0..100).any(|_| !feed.send(Channel::Control, "reply".into())), "it is bounded");
        let (mut ids, mut states) = (Vec::new(), Vec::new());
        while ids.len() < 2 || states.is_empty() {
            match tap.next().await.expect("open") {
                Item::Frame(frame) => ids.push(frame.id),
                Item::Text(text) if text == "reply" => {}
                Item::Text(text) => states.push(text),
            }
        }
        assert_eq!((ids, states), (vec![8, 9], vec!["state 9".to_owned()]));
    }

    #[tokio::test]
    async fn a_feed_that_is_closed_or_dropped_ends_the_socket() {
        let (one, mut tap) = feed(Bitrate::bps(1_000_000));
        one.close();
        assert!(tap.next().await.is_none());
        let (one, mut tap) = feed(Bitrate::bps(1_000_000));
        drop(one);
        assert!(tap.next().await.is_none());
        let (one, tap) = feed(Bitrate::bps(1_000_000));
        drop(tap);
        assert!(!one.send(Channel::State, "late".into()));
    }
}
