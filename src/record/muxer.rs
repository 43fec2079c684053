//! From samples to the bytes of one file: pure, time is an argument.
//!
//! A stream stops while nothing changes, so nobody knows how long a picture will be shown until
//! the next one comes. What has waited for [`HOLD`] is written nevertheless, with the duration so
//! far, and that number is put right in its place as time goes on.

use std::time::Duration;

use super::boxes::{Fragment, Sample, Track, ending, fragment, ticks};
use crate::units::MediaTime;

/// A fragment ends when it is this long, ticks: a little less than [`HOLD`], so that the picture
/// that ends it usually comes before its time is up.
const SPAN: u64 = MediaTime::HZ * 8 / 10;
/// What has waited this long is to be written: what a crash loses is never more than a second.
pub(super) const HOLD: Duration = Duration::from_millis(900);
/// A fragment ends when it holds this much, bytes: some seconds at the highest bit rate.
const MAX_PENDING_BYTES: usize = 16 << 20;
/// Key frames that the table at the end lists: hours of them.
const MAX_INDEXED: usize = 1 << 16;

/// What is to be done to the file, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// Bytes for its end.
    Append(Vec<u8>),
    /// Bytes in place of others.
    Replace(u64, Vec<u8>),
}

/// A sample that was written while it was still shown.
struct Shown {
    /// Where its duration stands in the file.
    at: u64,
    time: u64,
}

/// One file in the making.
pub(super) struct Muxer {
    track: Track,
    /// Bytes of the file, when all that was given out is written.
    length: u64,
    sequence: u32,
    pending: Vec<Sample>,
    pending_bytes: usize,
    shown: Option<Shown>,
    last_time: Option<u64>,
    /// Time and place of the fragments that begin with a key frame.
    keyframes: Vec<(u64, u64)>,
}

impl Muxer {
    /// A file without samples; the first write is its opening.
    pub fn new(track: Track, writes: &mut Vec<Write>) -> Result<Self, mp4_atom::Error> {
        let opening = track.opening(None)?;
        let length = opening.len() as u64;
        writes.push(Write::Append(opening));
        Ok(Self {
            track,
            length,
            sequence: 0,
            pending: Vec::new(),
            pending_bytes: 0,
            shown: None,
            last_time: None,
            keyframes: Vec::new(),
        })
    }

    /// What all samples have in common.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Bytes that wait to be given out.
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// Adds a sample; its time is moved up where it is not behind the one before.
    pub fn push(&mut self, sample: Sample, writes: &mut Vec<Write>) -> Result<(), mp4_atom::Error> {
        let time = self.last_time.map_or(sample.time, |last| sample.time.max(last + 1));
        self.show_until(time, writes);
        self.shown = None;
        let begin = self.pending.first().map(|first| first.time);
        let full = self.pending_bytes + sample.data.len() > MAX_PENDING_BYTES;
        if begin.is_some_and(|begin| sample.keyframe || full || time - begin >= SPAN) {
            self.flush(time, writes)?;
        }
        self.last_time = Some(time);
        self.pending_bytes += sample.data.len();
        self.pending.push(Sample { time, ..sample });
        Ok(())
    }

    /// Gives out what waits; the last picture is shown until `now` (ticks) at least.
    pub fn hold(&mut self, now: u64, writes: &mut Vec<Write>) -> Result<(), mp4_atom::Error> {
        let Some(time) = self.pending.last().map(|last| last.time) else {
            self.show_until(now, writes);
            return Ok(());
        };
        let end = now.max(time + 1);
        let at = self.flush(end, writes)?;
        self.shown = Some(Shown { at, time });
        Ok(())
    }

    /// Ends the file: all samples, the table of key frames, and the duration in its opening.
    /// Gives the duration, ticks.
    pub fn finish(&mut self, now: u64, writes: &mut Vec<Write>) -> Result<u64, mp4_atom::Error> {
        self.hold(now, writes)?;
        let duration = self.last_time.map_or(0, |last| now.max(last + 1));
        writes.push(Write::Append(ending(&self.keyframes)?));
        writes.push(Write::Replace(0, self.track.opening(Some(duration))?));
        Ok(duration)
    }

    /// Puts the duration right of a sample that is still shown.
    fn show_until(&self, now: u64, writes: &mut Vec<Write>) {
        if let Some(Shown { at, time }) = &self.shown {
            let duration = ticks(now.saturating_sub(*time));
            writes.push(Write::Replace(*at, duration.to_be_bytes().into()));
        }
    }

    /// Gives out what waits, and says where the duration of the last sample is.
    fn flush(&mut self, end: u64, writes: &mut Vec<Write>) -> Result<u64, mp4_atom::Error> {
        self.sequence += 1;
        let Fragment { bytes, last_duration_at } = fragment(self.sequence, &self.pending, end)?;
        let first = self.pending.first().filter(|first| first.keyframe);
        if let Some(first) = first.filter(|_| self.keyframes.len() < MAX_INDEXED) {
            self.keyframes.push((first.time, self.length));
        }
        self.pending.clear();
        self.pending_bytes = 0;
        let at = self.length + last_duration_at as u64;
        self.length += bytes.len() as u64;
        writes.push(Write::Append(bytes));
        Ok(at)
    }
}
