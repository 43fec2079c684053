//! An encoder for tests: no codec, but the same contract, and it misbehaves when told to.
//!
//! Its access units are well-formed Annex B with plausible NAL types, a few bytes each; what they
//! carry is no video. It is deterministic: what comes out depends on the calls alone.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::{AccessUnit, Config, Encoder, Error, Picture};
use crate::{
    frame::{SHARED_PICTURES, SharedPlane, SharedPlanes},
    units::{Bitrate, MediaTime, Size},
};

const START_CODE: [u8; 4] = [0, 0, 0, 1];
const SPS: u8 = 0x67;
const PPS: u8 = 0x68;
const IDR_SLICE: u8 = 0x65;
const P_SLICE: u8 = 0x41;

/// An encoder that encodes nothing.
#[derive(Clone, Debug)]
pub struct Fake {
    size: Size,
    has_surfaces: bool,
    bitrate: Bitrate,
    pictures: u64,
    script: Script,
}

#[derive(Clone, Debug, Default)]
struct Script {
    fail_at: Option<u64>,
    skip_every: Option<u64>,
    stall: Option<Duration>,
}

impl Fake {
    /// Opens one that behaves.
    ///
    /// # Errors
    /// [`Error::Open`] when a side is odd.
    pub fn open(config: &Config) -> Result<Self, Error> {
        if !config.size.is_even() {
            return Err(Error::Open {
                encoder: "fake",
                size: config.size,
                reason: "both sides must be even".to_owned(),
            });
        }
        Ok(Self {
            size: config.size,
            has_surfaces: false,
            bitrate: config.bitrate,
            pictures: 0,
            script: Script::default(),
        })
    }

    /// Fails from the picture with this index on, counted from 0.
    pub fn failing_at(mut self, index: u64) -> Self {
        self.script.fail_at = Some(index);
        self
    }

    /// Skips every `n`-th picture, unless it is to be a key frame.
    pub fn skipping_every(mut self, n: u64) -> Self {
        self.script.skip_every = Some(n);
        self
    }

    /// Has surfaces of its own to be drawn into, in memory that no device imports.
    pub fn with_surfaces(mut self) -> Self {
        self.has_surfaces = true;
        self
    }

    /// Takes at least this long for every picture.
    pub fn stalling(mut self, time: Duration) -> Self {
        self.script.stall = Some(time);
        self
    }

    /// The bit rate that was set last.
    pub fn bitrate(&self) -> Bitrate {
        self.bitrate
    }

    fn skips(&self, index: u64) -> bool {
        self.script.skip_every.is_some_and(|n| (index + 1).is_multiple_of(n))
    }
}

impl Encoder for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn is_hardware(&self) -> bool {
        false
    }

    fn surfaces(&mut self) -> Vec<SharedPlanes> {
        let count = if std::mem::take(&mut self.has_surfaces) { SHARED_PICTURES } else { 0 };
        (0..count).filter_map(|_| surface(self.size).ok()).collect()
    }

    fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        if let Picture::Host(picture) = picture
            && picture.size() != self.size
        {
            return Err(Error::WrongSize { expected: self.size, actual: picture.size() });
        }
        if let Some(time) = self.script.stall {
            std::thread::sleep(time);
        }
        let index = self.pictures;
        if self.script.fail_at.is_some_and(|at| index >= at) {
            let (act, reason) = ("encode a picture", "as told".to_owned());
            return Err(Error::Failed { encoder: "fake", act, reason });
        }
        self.pictures += 1;
        let keyframe = keyframe || index == 0;
        if !keyframe && self.skips(index) {
            return Ok(None);
        }
        Ok(Some(AccessUnit { data: access_unit(index, pts, keyframe), keyframe }))
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        self.bitrate = bitrate;
        Ok(())
    }
}

fn surface(size: Size) -> std::io::Result<SharedPlanes> {
    let width = u64::from(size.width());
    let bytes = width * u64::from(size.height());
    let plane = |offset| {
        let memory = std::fs::File::open("/dev/null")?.into();
        Ok(SharedPlane { memory, memory_bytes: bytes * 3 / 2, offset, pitch: width, modifier: 0 })
    };
    let (luma, chroma) = (plane(0), plane(bytes));
    luma.and_then(|luma| Ok(SharedPlanes { size, luma, chroma: chroma? }))
}

fn access_unit(index: u64, pts: MediaTime, keyframe: bool) -> Bytes {
    let mut data = BytesMut::new();
    if keyframe {
        put_nal(&mut data, SPS, 0);
        put_nal(&mut data, PPS, 0);
    }
    let slice = if keyframe { IDR_SLICE } else { P_SLICE };
    put_nal(&mut data, slice, index ^ pts.ticks().rotate_left(32));
    data.freeze()
}

/// Seven bits of `payload` a byte, the eighth set, so that no start code can appear inside.
fn put_nal(data: &mut BytesMut, header: u8, payload: u64) {
    data.put_slice(&START_CODE);
    data.put_u8(header);
    for shift in (0..64).step_by(7) {
        data.put_u8(0x80 | (payload >> shift) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encode::Profile, frame::I420, units::FrameRate};

    fn fake() -> (Fake, I420) {
        let size = Size::new(64, 48).expect("in range");
        let config = Config {
            size,
            frame_rate: FrameRate::new(30).expect("in range"),
            bitrate: Bitrate::bps(1),
            formats: Profile::Main.into(),
            encoders: Default::default(),
            threads: 1,
        };
        let picture = I420::new(size).expect("even");
        (Fake::open(&config).expect("even"), picture)
    }

    fn at(ms: u64) -> MediaTime {
        MediaTime::from_elapsed(Duration::from_millis(ms))
    }

    #[test]
    fn starts_with_a_key_frame_and_makes_more_on_request() {
        let (mut fake, picture) = fake();
        let keyframes: Vec<_> = [false, false, true, false]
            .map(|key| fake.encode((&picture).into(), at(0), key).expect("behaves"))
            .map(|unit| unit.expect("not skipped").keyframe)
            .into();
        assert_eq!(keyframes, [true, false, true, false]);
    }

    #[test]
    fn misbehaves_as_told() {
        let (fake, picture) = fake();
        let mut fake = fake.skipping_every(2).failing_at(3);
        let mut encode = |key| fake.encode((&picture).into(), at(0), key);
        assert!(matches!(encode(false), Ok(Some(_))));
        assert!(matches!(encode(false), Ok(None)));
        assert!(matches!(encode(false), Ok(Some(_))));
        assert!(encode(true).is_err());
        assert!(encode(true).is_err());
    }

    #[test]
    fn equal_calls_give_equal_units() {
        let unit = || {
            let (mut fake, picture) = fake();
            fake.encode((&picture).into(), at(7), false).expect("behaves")
        };
        let data = |unit: Option<AccessUnit>| unit.expect("not skipped").data;
        assert_eq!(data(unit()), data(unit()));
    }
}
