//! Quantities and identities as types: sizes, bit rates, media time, ids.

mod id;
mod role;
mod utc;

use std::{
    fmt,
    num::NonZeroU32,
    time::{Duration, Instant},
};

pub use id::{Node, SessionId};
pub use role::Role;
pub use utc::rfc3339;

/// What a stream's pictures are coded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Which every viewer takes and every encoder has.
    H264,
    /// H.265.
    Hevc,
    /// AV1.
    Av1,
}

impl Codec {
    /// In settings and replies.
    pub fn id(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::H264 => "H.264",
            Self::Hevc => "HEVC",
            Self::Av1 => "AV1",
        })
    }
}

/// A choice of the codecs beyond H.264.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codecs {
    /// Whether HEVC is among them.
    pub hevc: bool,
    /// Whether AV1 is.
    pub av1: bool,
}

impl Codecs {
    /// All that there are.
    pub const ALL: Self = Self { hevc: true, av1: true };

    /// Whether `codec` is among them; H.264 always is.
    pub fn has(self, codec: Codec) -> bool {
        match codec {
            Codec::H264 => true,
            Codec::Hevc => self.hevc,
            Codec::Av1 => self.av1,
        }
    }

    /// Those and `codec`.
    #[must_use]
    pub fn and(self, codec: Codec) -> Self {
        Self { hevc: self.hevc || codec == Codec::Hevc, av1: self.av1 || codec == Codec::Av1 }
    }
}

/// A picture size in pixels; each side is within `1..=Size::MAX_SIDE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// The largest side: every Vulkan 1.0 device of the last decade draws 8192, most 16384.
    pub const MAX_SIDE: u32 = 8192;

    /// Makes a size, or `None` when a side is 0 or above [`Self::MAX_SIDE`].
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let fits = |side: u32| (1..=Self::MAX_SIDE).contains(&side);
        (fits(width) && fits(height)).then_some(Self { width, height })
    }

    /// The width in pixels.
    pub fn width(self) -> u32 {
        self.width
    }

    /// The height in pixels.
    pub fn height(self) -> u32 {
        self.height
    }

    /// Width over height.
    pub fn aspect(self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }

    /// The number of pixels.
    pub fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// Whether 4:2:0 chroma planes cover the picture exactly.
    pub fn is_even(self) -> bool {
        self.width.is_multiple_of(2) && self.height.is_multiple_of(2)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_once(['x', 'X'])
            .and_then(|(w, h)| Self::new(w.trim().parse().ok()?, h.trim().parse().ok()?))
            .ok_or_else(|| {
                format!("'{text}' is not a size: write WIDTHxHEIGHT, 1 to {} each", Self::MAX_SIDE)
            })
    }
}

/// Bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bitrate(u32);

impl Bitrate {
    /// From bits per second.
    pub const fn bps(bps: u32) -> Self {
        Self(bps)
    }

    /// In bits per second.
    pub const fn as_bps(self) -> u32 {
        self.0
    }
}

/// Frames per second, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate(NonZeroU32);

impl FrameRate {
    /// The fastest a stream may run.
    pub const MAX: u32 = 240;

    /// Makes a rate, or `None` outside `1..=FrameRate::MAX`.
    pub fn new(hz: u32) -> Option<Self> {
        NonZeroU32::new(hz).filter(|hz| hz.get() <= Self::MAX).map(Self)
    }

    /// In frames per second.
    pub fn hz(self) -> u32 {
        self.0.get()
    }

    /// The time between two frames.
    pub fn interval(self) -> Duration {
        Duration::from_secs(1) / self.0.get()
    }
}

/// A moment on the media clock of RTP video: 90 kHz ticks since the clock's epoch (RFC 6184 §8.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MediaTime(u64);

impl MediaTime {
    /// Ticks per second.
    pub const HZ: u64 = 90_000;

    /// The tick count that `elapsed` since the epoch amounts to.
    pub fn from_elapsed(elapsed: Duration) -> Self {
        Self(
            u64::try_from(elapsed.as_micros() * u128::from(Self::HZ) / 1_000_000)
                .unwrap_or(u64::MAX),
        )
    }

    /// In 90 kHz ticks.
    pub fn ticks(self) -> u64 {
        self.0
    }

    /// The low 32 bits, as an RTP packet carries them.
    pub fn rtp(self) -> u32 {
        (self.0 & u64::from(u32::MAX)) as u32
    }
}

/// The clock that every stream of the daemon is stamped with: one epoch, so that a viewer who
/// moves from one view to another sees time run on without a jump.
#[derive(Clone, Copy, Debug)]
pub struct MediaClock {
    epoch: Instant,
}

impl MediaClock {
    /// A clock that reads 0 at `epoch`.
    pub fn starting_at(epoch: Instant) -> Self {
        Self { epoch }
    }

    /// The media time of `now`.
    pub fn at(self, now: Instant) -> MediaTime {
        MediaTime::from_elapsed(now.saturating_duration_since(self.epoch))
    }

    /// The same in µs: what stamps of frames and pongs carry.
    pub fn micros(self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_micros() as u64
    }
}

/// Names one viewer's connection within the daemon's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewerId(pub u64);

impl fmt::Display for ViewerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "viewer-{}", self.0)
    }
}

/// Names one stream (one camera, one size, one encoder) within the daemon's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub u64);

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "view-{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded() {
        assert!(Size::new(0, 480).is_none());
        assert!(Size::new(640, Size::MAX_SIDE + 1).is_none());
        assert_eq!("640x480".parse::<Size>(), Ok(Size { width: 640, height: 480 }));
        assert!("640".parse::<Size>().is_err());
        assert!("-1x5".parse::<Size>().is_err());
    }

    #[test]
    fn media_time_counts_90_khz_and_wraps_only_in_rtp() {
        let hour = MediaTime::from_elapsed(Duration::from_secs(3600));
        assert_eq!(hour.ticks(), 324_000_000);
        let day = MediaTime::from_elapsed(Duration::from_secs(86_400));
        assert_eq!(u64::from(day.rtp()), day.ticks() % (1 << 32));
    }

    #[test]
    fn frame_rate_has_an_interval() {
        assert!(FrameRate::new(0).is_none());
        assert!(FrameRate::new(241).is_none());
        assert_eq!(FrameRate::new(30).map(FrameRate::interval), Some(Duration::from_secs(1) / 30));
    }
}
