//! Frames as binary messages. Pure.
//!
//! A header, whose numbers are highest byte first, and behind it the frame:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | version, 1 |
//! | 1 | flags: bit 0, decoding can start here; bit 1, an opening for the decoder and no picture |
//! | 2 | codec: 1 is H.264 |
//! | 3 | bytes of this header, 48: what a later version adds lies behind |
//! | 4–7 | when the picture was captured, 90 kHz, 32 bits that wrap, as RTP's |
//! | 8–15 | number of the frame within its stream; another stream begins anew, with a key frame |
//! | 16–17, 18–19 | width and height, px |
//! | 20–27 | when it was sent, µs on the daemon's clock: that of pongs |
//! | 28–31, 32–35, 36–39, 40–43, 44–47 | how long before that its input and its snapshot came, drawing began, encoding began, and encoding ended, µs; all ones where there was none, or it was longer ago |
//!
//! `web/src/connection/packet.ts` reads it: keep in step.

use std::time::Instant;

use bytes::{BufMut as _, Bytes, BytesMut};
use serde::Deserialize;

use crate::{
    frame::{EncodedFrame, Stamps},
    record::{Live, Piece},
    units::MediaClock,
};

const VERSION: u8 = 1;
const KEYFRAME: u8 = 1;
const OPENING: u8 = 2;
const H264: u8 = 1;
const HEADER: usize = 48;
/// In the place of an age: there is none.
const NONE: u32 = u32::MAX;

/// How frames are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Access units as they are, for WebCodecs.
    AnnexB,
    /// Fragments of an MP4 file, for Media Source Extensions.
    Fmp4,
}

/// Packs the frames of one socket.
pub(super) struct Packer {
    /// Makes fragments, where there are to be some.
    live: Option<Box<Live>>,
    clock: MediaClock,
}

impl Packer {
    /// Packs in `format`, with the times of `clock`.
    pub fn new(format: Format, clock: MediaClock) -> Self {
        let live = match format {
            Format::AnnexB => None,
            Format::Fmp4 => Some(Box::default()),
        };
        Self { live, clock }
    }

    /// The messages for a frame that is sent at `now`: one, or an opening and one.
    pub fn pack(
        &mut self,
        frame: &EncodedFrame,
        now: Instant,
    ) -> Result<impl Iterator<Item = Bytes> + use<>, mp4_atom::Error> {
        let key = if frame.keyframe { KEYFRAME } else { 0 };
        let sent = (now, self.clock.micros(now));
        let (opening, picture) = match &mut self.live {
            None => (None, Some(message(frame, sent, key, &frame.data))),
            Some(live) => match live.push(frame)? {
                None => (None, None),
                Some(Piece { opening, fragment }) => (
                    opening.map(|opening| message(frame, sent, OPENING, &opening)),
                    Some(message(frame, sent, key, &fragment)),
                ),
            },
        };
        Ok(opening.into_iter().chain(picture))
    }
}

fn message(
    frame: &EncodedFrame,
    (now, sent_us): (Instant, u64),
    flags: u8,
    payload: &[u8],
) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEADER + payload.len());
    bytes.extend([VERSION, flags, H264, HEADER as u8]);
    bytes.put_u32(frame.pts.rtp());
    bytes.put_u64(frame.id);
    // Sides are at most `Size::MAX_SIDE`.
    bytes.put_u16(frame.size.width() as u16);
    bytes.put_u16(frame.size.height() as u16);
    bytes.put_u64(sent_us);
    let Stamps { input, state, render, encode, done } = frame.stamps;
    for at in [input, state, Some(render), Some(encode), Some(done)] {
        let age = at.map(|at| now.saturating_duration_since(at).as_micros());
        bytes.put_u32(age.and_then(|age| u32::try_from(age).ok()).unwrap_or(NONE));
    }
    bytes.extend_from_slice(payload);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::units::{Codec, MediaTime, Size};

    fn frame(keyframe: bool) -> EncodedFrame {
        frame_at(keyframe, Instant::now())
    }

    fn frame_at(keyframe: bool, now: Instant) -> EncodedFrame {
        let sets = [0, 0, 1, 0x67, 0x4d, 0x40, 0x1f, 0x80, 0, 0, 1, 0x68, 0xce];
        let slice = [0, 0, 1, 0x65, 9];
        let data: Vec<u8> = if keyframe { [&sets[..], &slice].concat() } else { slice.into() };
        EncodedFrame {
            id: 0x0102_0304_0506_0708,
            data: data.into(),
            codec: Codec::H264,
            // 2³² ticks and 90 more.
            pts: MediaTime::from_elapsed(Duration::from_micros(47_721_858_845 + 1000)),
            keyframe,
            size: Size::new(1280, 720).expect("valid"),
            snapshot: 0,
            sim_time: 0.0,
            stamps: Stamps::at(now),
        }
    }

    #[test]
    fn the_header_is_as_described() {
        let epoch = Instant::now();
        let at = |us| epoch + Duration::from_micros(us);
        let mut key = frame_at(true, at(1000));
        key.stamps.input = Some(at(500));
        let mut packer = Packer::new(Format::AnnexB, MediaClock::starting_at(epoch));
        let packed: Vec<_> = packer.pack(&key, at(1257)).expect("packs").collect();
        let [message] = packed.as_slice() else { panic!("one message") };
        let (header, payload) = message.split_at(48);
        assert_eq!(header[..4], [1, 1, 1, 48]);
        assert_eq!(header[4..8], key.pts.rtp().to_be_bytes());
        assert!(key.pts.ticks() > u64::from(u32::MAX) && key.pts.rtp() < 1000);
        assert_eq!(header[8..16], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(header[16..20], [5, 0, 2, 208]);
        assert_eq!(header[20..28], 1257_u64.to_be_bytes());
        let ages: Vec<_> = header[28..].chunks(4).collect();
        let age = |us: u32| us.to_be_bytes();
        assert_eq!(ages, [age(757), [255; 4], age(257), age(257), age(257)]);
        assert_eq!(payload, key.data);
        let delta: Vec<_> = packer.pack(&frame(false), epoch).expect("packs").collect();
        assert_eq!(delta[0][1], 0);
    }

    #[test]
    fn mp4_begins_with_an_opening() {
        let now = Instant::now();
        let mut packer = Packer::new(Format::Fmp4, MediaClock::starting_at(now));
        assert_eq!(packer.pack(&frame(false), now).expect("packs").count(), 0);
        let flags = |packed: Vec<Bytes>| packed.iter().map(|m| m[1]).collect::<Vec<_>>();
        let mut pack = |key| packer.pack(&frame(key), now).expect("packs").collect::<Vec<_>>();
        let first = pack(true);
        assert_eq!(&first[0][52..56], b"ftyp");
        assert_eq!(&first[1][52..56], b"moof");
        assert_eq!(flags(first), [2, 1]);
        assert_eq!(flags(pack(false)), [0]);
    }

    #[test]
    fn formats_have_names() {
        for (text, format) in [("annexb", Format::AnnexB), ("fmp4", Format::Fmp4)] {
            assert_eq!(serde_json::from_value::<Format>(text.into()).ok(), Some(format));
        }
        assert!(serde_json::from_value::<Format>("webm".into()).is_err());
    }
}
