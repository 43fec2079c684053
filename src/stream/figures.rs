//! A view's figures where its thread writes them and others read them.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::stats::{StreamStats, Summary};
use crate::{
    encode::Rejected,
    frame::EncodedFrame,
    metrics::{Metrics, Stage},
    units::Codec,
};

/// What a stream does, and which frame it last made.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Its rolling figures.
    pub summary: Summary,
    /// Number of the last frame; 0 before the first.
    pub last_frame: u64,
    /// RTP time of the last frame.
    pub last_rtp: u32,
    /// The back end that encoded it; `None` before the first.
    pub encoder: Option<InUse>,
    /// Bytes of pictures that the host has read since the view's targets were made: 0 as long as
    /// what encodes reads where the GPU draws.
    pub host_bytes: u64,
}

/// A back end that encodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Its name, e.g. `openh264`.
    pub name: &'static str,
    /// What it codes pictures in.
    pub codec: Codec,
    /// Whether fixed-function hardware does the work.
    pub hardware: bool,
    /// Whether the pictures pass through host memory.
    pub copied: bool,
    /// What would have been preferred, in order, and why it is not in use.
    pub given_up: Arc<[Rejected]>,
}

/// Shared between a view's thread and whoever asks.
#[derive(Debug)]
pub(super) struct Figures {
    state: Mutex<State>,
    /// Frames handed to peers by all views of the daemon.
    sent: Arc<AtomicU64>,
    /// What all views of the daemon do.
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
struct State {
    stats: StreamStats,
    last_frame: u64,
    last_rtp: u32,
    encoder: Option<InUse>,
    host_bytes: u64,
}

impl Figures {
    /// Figures of a view that starts `now`, counts what it hands out in `sent`, and notes all else
    /// in `metrics`.
    pub fn new(now: Instant, sent: Arc<AtomicU64>, metrics: Arc<Metrics>) -> Self {
        metrics.streams.add(1);
        let stats = StreamStats::new(now);
        let state = State { stats, last_frame: 0, last_rtp: 0, encoder: None, host_bytes: 0 };
        Self { state: Mutex::new(state), sent, metrics }
    }

    /// Notes a frame that `watchers` peers were handed, and what encoded it.
    pub fn produced(&self, frame: &EncodedFrame, watchers: usize, encoder: Option<InUse>) {
        let stamps = &frame.stamps;
        let (render, encode) = (stamps.encode - stamps.render, stamps.done - stamps.encode);
        let mut state = self.lock();
        state.stats.frame(stamps.done, frame.data.len(), render, encode);
        (state.last_frame, state.last_rtp) = (frame.id, frame.pts.rtp());
        let name = encoder.as_ref().map(|encoder| encoder.name);
        let before = std::mem::replace(&mut state.encoder, encoder).map(|encoder| encoder.name);
        drop(state);
        self.record(frame, name.unwrap_or_default());
        if name != before {
            before.into_iter().for_each(|name| self.metrics.encoders.at([name]).add(-1));
            name.into_iter().for_each(|name| self.metrics.encoders.at([name]).add(1));
        }
        self.sent.fetch_add(watchers as u64, Ordering::Relaxed);
    }

    /// Notes how many bytes of pictures the host has read by now.
    pub fn host_read(&self, bytes: u64) {
        self.lock().host_bytes = bytes;
    }

    /// Notes a picture that the encoder skipped.
    pub fn skipped(&self, render: Duration, encode: Duration) {
        self.lock().stats.skipped(render, encode);
        self.metrics.passed(Stage::Render, render);
        self.metrics.rendered.add(1);
        self.metrics.skipped.add(1);
    }

    /// Notes frames that viewers missed because they were behind.
    pub fn missed(&self, frames: u64) {
        self.metrics.slow.add(frames);
    }

    fn record(&self, frame: &EncodedFrame, encoder: &'static str) {
        let (metrics, stamps) = (&self.metrics, &frame.stamps);
        for (stage, since) in [(Stage::Input, stamps.input), (Stage::State, stamps.state)] {
            let waited = since.map(|since| stamps.render.saturating_duration_since(since));
            waited.into_iter().for_each(|waited| metrics.passed(stage, waited));
        }
        let encode = stamps.done - stamps.encode;
        metrics.passed(Stage::Render, stamps.encode - stamps.render);
        metrics.passed(Stage::Encode, encode);
        let codec = match frame.codec {
            Codec::H264 => "h264",
            Codec::Hevc => "hevc",
            Codec::Av1 => "av1",
        };
        metrics.encode.at([encoder, codec]).record(encode);
        metrics.rendered.add(1);
        metrics.keyframes.add(u64::from(frame.keyframe));
        metrics.encoded_bytes.add(frame.data.len() as u64);
    }

    /// The figures as of `now`.
    pub fn read(&self, now: Instant) -> Reading {
        let state = self.lock();
        Reading {
            summary: state.stats.summary(now),
            last_frame: state.last_frame,
            last_rtp: state.last_rtp,
            encoder: state.encoder.clone(),
            host_bytes: state.host_bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Counters only: a panic elsewhere cannot leave them worse than stale.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Figures {
    fn drop(&mut self) {
        self.metrics.streams.add(-1);
        if let Some(encoder) = &self.lock().encoder {
            self.metrics.encoders.at([encoder.name]).add(-1);
        }
    }
}
