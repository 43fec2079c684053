//! What passes between drawing, encoding and delivery: pictures, access units, and the queue
//! in which a peer finds them.

mod shared;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::units::{Codec, MediaTime, Size};
pub use shared::{DeviceId, Handle, SHARED_PICTURES, SharedNv12, SharedPlane, SharedPlanes};

/// A picture in host memory, planar 4:2:0, BT.709 limited range.
#[derive(Clone, Debug)]
pub struct I420 {
    size: Size,
    data: Vec<u8>,
}

impl I420 {
    /// A black picture, or `None` when a side is odd.
    pub fn new(size: Size) -> Option<Self> {
        let (luma, chroma) = (size.pixels(), size.pixels() / 4);
        let mut data = vec![16; luma + 2 * chroma];
        data[luma..].fill(128);
        size.is_even().then_some(Self { size, data })
    }

    /// The size in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Y, U and V: rows without padding, `width × height` and twice `width/2 × height/2` bytes.
    pub fn planes(&self) -> [&[u8]; 3] {
        let (luma, chroma) = (self.size.pixels(), self.size.pixels() / 4);
        let (y, uv) = self.data.split_at(luma);
        let (u, v) = uv.split_at(chroma);
        [y, u, v]
    }

    /// The planes, to be written.
    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let (luma, chroma) = (self.size.pixels(), self.size.pixels() / 4);
        let (y, uv) = self.data.split_at_mut(luma);
        let (u, v) = uv.split_at_mut(chroma);
        [y, u, v]
    }
}

/// How a picture in NV12 lies in memory: rows of luma, then at once rows of chroma, which hold Cb
/// and Cr of each 2×2 pixels side by side. Rows go from the top, all equally far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nv12Layout {
    size: Size,
    stride: u32,
}

impl Nv12Layout {
    /// The alignment of rows that suits GPUs: what wgpu asks of copies between buffers and
    /// textures, and no less than video encoders ask of pitch-linear surfaces.
    pub const ALIGNMENT: u32 = 256;

    /// Rows as close as they can be at multiples of `alignment` bytes; `None` when a side is odd,
    /// or `alignment` is no multiple of 4 or leaves no stride in 32 bits.
    pub fn new(size: Size, alignment: u32) -> Option<Self> {
        let suits = size.is_even() && alignment > 0 && alignment.is_multiple_of(4);
        let stride = suits.then(|| size.width().checked_next_multiple_of(alignment))??;
        Some(Self { size, stride })
    }

    /// The size in pixels; both sides are even.
    pub fn size(self) -> Size {
        self.size
    }

    /// Bytes from one row to the next, of luma and of chroma; a multiple of 4.
    pub fn stride(self) -> u32 {
        self.stride
    }

    /// Bytes of all rows with their padding.
    pub fn bytes(self) -> usize {
        self.luma_bytes() / 2 * 3
    }

    /// Luma and chroma in `nv12`, with padding; `None` when it is too short.
    pub fn planes(self, nv12: &[u8]) -> Option<[&[u8]; 2]> {
        nv12.get(..self.bytes()).map(|nv12| nv12.split_at(self.luma_bytes()).into())
    }

    /// The planes, to be written.
    pub fn planes_mut(self, nv12: &mut [u8]) -> Option<[&mut [u8]; 2]> {
        nv12.get_mut(..self.bytes()).map(|nv12| nv12.split_at_mut(self.luma_bytes()).into())
    }

    fn luma_bytes(self) -> usize {
        self.stride as usize * self.size.height() as usize
    }
}

/// When a frame passed each stage, on the daemon's own clock. When it was sent is its sender's to
/// say: that differs from viewer to viewer.
#[derive(Clone, Copy, Debug)]
pub struct Stamps {
    /// The oldest input that this frame is the first to show was received, if any.
    pub input: Option<Instant>,
    /// The snapshot that this frame is the first to show came from the simulation, if there is
    /// one: a refinement, or another camera's look at the same moment, has none.
    pub state: Option<Instant>,
    /// Drawing began.
    pub render: Instant,
    /// Drawing ended and encoding began.
    pub encode: Instant,
    /// Encoding ended.
    pub done: Instant,
}

impl Stamps {
    /// All stages at one time, for frames that nobody measures.
    pub fn at(now: Instant) -> Self {
        Self { input: None, state: None, render: now, encode: now, done: now }
    }
}

/// One access unit: a coded picture.
#[derive(Clone, Debug)]
pub struct EncodedFrame {
    /// Counts up by one with each frame of a view.
    pub id: u64,
    /// H.264 and HEVC in Annex B's byte stream, parameter sets before every IDR; of AV1 a temporal
    /// unit in the low-overhead format, the sequence header before every key frame.
    pub data: Bytes,
    /// What it is coded in; another one than before only with a key frame.
    pub codec: Codec,
    /// When the picture was captured.
    pub pts: MediaTime,
    /// Whether decoding can start here.
    pub keyframe: bool,
    /// The picture's size.
    pub size: Size,
    /// Sequence number of the snapshot that it shows.
    pub snapshot: u64,
    /// Simulated time that it shows, s.
    pub sim_time: f64,
    /// When it passed each stage.
    pub stamps: Stamps,
}

/// Makes a queue of at most `capacity` frames from one view to one peer.
///
/// The sender never waits. When the queue is full, what waits in it is dropped, and so is all
/// that follows until a key frame: a decoder is never handed a frame whose reference it missed.
pub fn queue(capacity: usize) -> (FrameSender, FrameReceiver) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            frames: VecDeque::with_capacity(capacity),
            capacity,
            awaiting_keyframe: true,
            closed: false,
            dropped: 0,
        }),
        changed: Notify::new(),
    });
    (FrameSender { shared: Arc::clone(&shared) }, FrameReceiver { shared })
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while holding the lock, and a half-pushed frame cannot exist.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State {
    frames: VecDeque<Arc<EncodedFrame>>,
    capacity: usize,
    awaiting_keyframe: bool,
    closed: bool,
    dropped: u64,
}

/// What became of a frame that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It waits for the peer.
    Queued,
    /// It was dropped: the peer waits for a key frame, so the view should make one.
    NeedsKeyframe,
    /// The peer is gone.
    Closed,
}

/// The view's end of a frame queue.
#[derive(Debug)]
pub struct FrameSender {
    shared: Arc<Shared>,
}

impl FrameSender {
    /// Queues `frame`, or drops it by the queue's policy.
    pub fn send(&self, frame: &Arc<EncodedFrame>) -> Sent {
        let mut state = self.shared.lock();
        if state.closed {
            return Sent::Closed;
        }
        if state.frames.len() == state.capacity {
            state.dropped += state.frames.len() as u64;
            state.frames.clear();
            state.awaiting_keyframe = true;
        }
        if state.awaiting_keyframe && !frame.keyframe {
            state.dropped += 1;
            return Sent::NeedsKeyframe;
        }
        state.awaiting_keyframe = false;
        state.frames.push_back(Arc::clone(frame));
        drop(state);
        self.shared.changed.notify_one();
        Sent::Queued
    }

    /// Whether the peer is gone.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().closed
    }

    /// Frames dropped so far because the peer fell behind or waited for a key frame.
    pub fn dropped(&self) -> u64 {
        self.shared.lock().dropped
    }
}

impl Drop for FrameSender {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

/// The peer's end of a frame queue.
#[derive(Debug)]
pub struct FrameReceiver {
    shared: Arc<Shared>,
}

impl FrameReceiver {
    /// Waits for the next frame; `None` once the view has ended and the queue is empty.
    pub async fn recv(&mut self) -> Option<Arc<EncodedFrame>> {
        loop {
            {
                let mut state = self.shared.lock();
                if let Some(frame) = state.frames.pop_front() {
                    return Some(frame);
                }
                if state.closed {
                    return None;
                }
            }
            self.shared.changed.notified().await;
        }
    }

    /// Frames dropped so far because the peer fell behind or waited for a key frame.
    pub fn dropped(&self) -> u64 {
        self.shared.lock().dropped
    }
}

impl Drop for FrameReceiver {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(id: u64, keyframe: bool) -> Arc<EncodedFrame> {
        let now = Instant::now();
        Arc::new(EncodedFrame {
            id,
            data: Bytes::new(),
            codec: crate::units::Codec::H264,
            pts: MediaTime::from_elapsed(std::time::Duration::from_millis(id)),
            keyframe,
            size: Size::new(2, 2).expect("valid"),
            snapshot: id,
            sim_time: 0.0,
            stamps: Stamps::at(now),
        })
    }

    #[test]
    fn planes_cover_the_picture() {
        let picture = I420::new(Size::new(6, 4).expect("valid")).expect("even");
        assert_eq!(picture.planes().map(<[u8]>::len), [24, 6, 6]);
        assert!(I420::new(Size::new(5, 4).expect("valid")).is_none());
    }

    #[test]
    fn nv12_rows_are_aligned_and_covered() {
        let layout = |width, height, alignment| {
            Nv12Layout::new(Size::new(width, height).expect("valid"), alignment)
        };
        let padded = layout(6, 4, 256).expect("fits");
        assert_eq!((padded.stride(), padded.bytes()), (256, 256 * 6));
        assert_eq!(padded.planes(&[0; 256 * 6]).map(|p| p.map(<[u8]>::len)), Some([1024, 512]));
        assert!(padded.planes(&[0; 256 * 6 - 1]).is_none());
        assert_eq!(layout(1280, 720, 256).map(Nv12Layout::bytes), Some(1280 * 720 * 3 / 2));
        for (width, height, alignment) in [(5, 4, 4), (4, 5, 4), (4, 4, 0), (4, 4, 6)] {
            assert_eq!(layout(width, height, alignment), None);
        }
    }

    #[tokio::test]
    async fn a_closed_view_ends_the_queue_after_its_last_frame() {
        let (tx, mut rx) = queue(2);
        assert_eq!(tx.send(&frame(1, true)), Sent::Queued);
        drop(tx);
        assert_eq!(rx.recv().await.map(|f| f.id), Some(1));
        assert!(rx.recv().await.is_none());
    }

    #[test]
    fn a_gone_peer_is_noticed() {
        let (tx, rx) = queue(2);
        drop(rx);
        assert_eq!(tx.send(&frame(1, true)), Sent::Closed);
    }

    proptest! {
        /// Whatever is sent and taken, what comes out is decodable: every frame follows its
        /// predecessor or is a key frame.
        #[test]
        fn every_frame_that_comes_out_has_its_reference(
            ops in proptest::collection::vec((any::<bool>(), any::<bool>()), 1..200)
        ) {
            let (tx, mut rx) = queue(3);
            let mut last = None;
            for (id, (take, keyframe)) in (1u64..).zip(ops) {
                tx.send(&frame(id, keyframe));
                if take && !tx.shared.lock().frames.is_empty() {
                    let got = pollster::block_on(rx.recv()).expect("queued");
                    prop_assert!(got.keyframe || last == Some(got.id - 1));
                    last = Some(got.id);
                }
                prop_assert!(tx.shared.lock().frames.len() <= 3);
            }
        }
    }
}
