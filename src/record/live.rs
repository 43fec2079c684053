//! A stream as fragmented MP4 for who watches it now: a fragment per picture, as soon as it is there.
//! Pure.
//!
//! How long a picture will be shown is not known when it is sent, and a player stops for good where
//! nothing is buffered. So each fragment says [`SHOWN`], the next one begins before that is over and
//! cuts it short, and where the stream paused the pause is left out.

use super::{
    annexb::{self, Parameters},
    boxes::{Sample, Track, fragment},
};
use crate::{
    frame::EncodedFrame,
    units::{MediaTime, Size},
};

/// How long a picture is said to be shown, and the longest from one to the next, ticks: a tenth of a
/// second.
const SHOWN: u64 = MediaTime::HZ / 10;

/// A stream in the making.
#[derive(Default)]
pub struct Live {
    track: Option<Described>,
    /// `mfhd` numbers, from 1.
    sequence: u32,
    /// When the last picture was captured, and when its fragment says that it is shown.
    last: Option<(MediaTime, u64)>,
}

/// What the last opening said.
#[derive(PartialEq, Eq)]
struct Described {
    size: Size,
    parameters: Parameters,
}

/// What a picture has become.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// `ftyp` and `moov`, where the decoder must be set up (anew).
    pub opening: Option<Vec<u8>>,
    /// `moof` and `mdat`.
    pub fragment: Vec<u8>,
}

impl Live {
    /// Packs a picture; `None` before the first key frame with its parameter sets.
    ///
    /// # Errors
    /// When the stream's parameter sets or sizes fit in no box.
    pub fn push(&mut self, frame: &EncodedFrame) -> Result<Option<Piece>, mp4_atom::Error> {
        let (data, parameters) = annexb::sample(&frame.data);
        let opening = match parameters.suffice() {
            true => self.describe(Described { size: frame.size, parameters })?,
            false => None,
        };
        if self.track.is_none() {
            return Ok(None);
        }
        let time = self.last.map_or(0, |(before, shown)| {
            let passed = frame.pts.ticks().saturating_sub(before.ticks());
            shown + passed.clamp(1, SHOWN)
        });
        self.last = Some((frame.pts, time));
        self.sequence = self.sequence.wrapping_add(1);
        let sample = Sample { data, time, keyframe: frame.keyframe };
        let fragment = fragment(self.sequence, &[sample], time + SHOWN)?.bytes;
        Ok(Some(Piece { opening, fragment }))
    }

    /// The opening for these, unless it is as before.
    fn describe(&mut self, now: Described) -> Result<Option<Vec<u8>>, mp4_atom::Error> {
        if self.track.as_ref() == Some(&now) {
            return Ok(None);
        }
        // When it was made is of no interest, and nobody keeps it.
        let track = Track { size: now.size, parameters: now.parameters.clone(), created_unix_s: 0 };
        let opening = track.opening(None)?;
        self.track = Some(now);
        Ok(Some(opening))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Cursor,
        time::{Duration, Instant},
    };

    use mp4_atom::{Any, ReadFrom as _};

    use super::*;
    use crate::{frame::Stamps, units::Codec};

    const SPS: &[u8] = &[0, 0, 0, 1, 0x67, 0x4d, 0x40, 0x1f, 0x80];
    const PPS: &[u8] = &[0, 0, 0, 1, 0x68, 0xce];

    fn frame(ms: u64, keyframe: bool, side: u32) -> EncodedFrame {
        let now = Instant::now();
        let slice = [0, 0, 0, 1, if keyframe { 0x65 } else { 0x41 }, 7];
        let sets = if keyframe { [SPS, PPS].concat() } else { Vec::new() };
        EncodedFrame {
            id: 0,
            data: [sets, slice.into()].concat().into(),
            codec: Codec::H264,
            pts: MediaTime::from_elapsed(Duration::from_millis(ms)),
            keyframe,
            size: Size::new(side, side).expect("valid"),
            snapshot: 0,
            sim_time: 0.0,
            stamps: Stamps::at(now),
        }
    }

    /// Begin, duration and bytes of the one sample of a fragment.
    fn sample(fragment: &[u8]) -> (u64, u32, Vec<u8>) {
        let mut cursor = Cursor::new(fragment);
        let Ok(Some(Any::Moof(moof))) = Option::<Any>::read_from(&mut cursor) else {
            panic!("a fragment begins with moof");
        };
        let Ok(Some(Any::Mdat(mdat))) = Option::<Any>::read_from(&mut cursor) else {
            panic!("and ends with mdat");
        };
        let traf = &moof.traf[0];
        let begin = traf.tfdt.as_ref().expect("a time").base_media_decode_time;
        let duration = traf.trun[0].samples.iter().next().expect("one").duration;
        (begin, duration.expect("a duration"), mdat.data)
    }

    #[test]
    fn each_picture_is_a_fragment_and_time_has_no_gap() {
        let mut live = Live::default();
        assert_eq!(live.push(&frame(0, false, 64)).expect("packs"), None);
        let mut end = 0;
        for (at, (ms, wanted)) in
            [(1000, 0), (1033, 2970), (1066, 5940), (9000, 14940), (9033, 17910)].iter().enumerate()
        {
            let piece = live.push(&frame(*ms, at == 0, 64)).expect("packs").expect("a piece");
            assert_eq!(piece.opening.is_some(), at == 0);
            let (begin, duration, data) = sample(&piece.fragment);
            assert_eq!((begin, data.len()), (*wanted, 6));
            assert!(begin <= end, "a gap before {ms} ms");
            end = begin + u64::from(duration);
        }
    }

    #[test]
    fn another_size_has_another_opening() {
        let mut live = Live::default();
        let mut opening = |ms, side| {
            let piece = live.push(&frame(ms, true, side)).expect("packs").expect("a piece");
            piece.opening
        };
        let first = opening(0, 64).expect("the first has one");
        assert_eq!(opening(33, 64), None);
        let second = opening(66, 128).expect("it changed");
        assert_ne!(first, second);
        assert!(first.windows(4).any(|name| name == b"avcC"));
    }
}
