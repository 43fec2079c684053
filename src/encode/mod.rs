//! Pictures to access units: the encoder trait and its back ends.
//!
//! No tokio here: an encoder lives on the thread of its view.

mod chain;
mod choice;
#[doc(hidden)]
pub mod fake;
mod guard;
mod nvenc;
pub mod openh264;
mod standing;
mod va;

use crate::{
    config::Encoders,
    frame::{Handle, I420, SharedPlanes},
    units::{Bitrate, Codec, FrameRate, MediaTime, Size},
};
pub use chain::{Chain, Coded};
pub use choice::{Choice, Rejected, probe};

/// A picture as it reaches an encoder.
#[derive(Clone, Copy, Debug)]
pub enum Picture<'a> {
    /// In host memory.
    Host(&'a I420),
    /// In the device memory with this number among those that the encoder was opened for, or in
    /// this one of [`Encoder::surfaces`].
    Shared(usize),
}

impl<'a> From<&'a I420> for Picture<'a> {
    fn from(picture: &'a I420) -> Self {
        Self::Host(picture)
    }
}

impl<'a> Picture<'a> {
    fn host(self, encoder: &'static str) -> Result<&'a I420, Error> {
        match self {
            Self::Host(picture) => Ok(picture),
            Self::Shared(_) => Err(Error::WrongPicture { encoder }),
        }
    }

    fn shared(self, encoder: &'static str) -> Result<usize, Error> {
        match self {
            Self::Shared(number) => Ok(number),
            Self::Host(_) => Err(Error::WrongPicture { encoder }),
        }
    }
}

/// Where an encoder reads its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In host memory.
    Host,
    /// In memory of the device that drew them, imported by this kind of descriptor: the host sees
    /// no pixel.
    Shared(Handle),
    /// In surfaces of its own, which the device draws into ([`Encoder::surfaces`]): the host sees
    /// no pixel.
    Drawn,
}

/// The coding tools of H.264 that a stream uses: those that all who watch it decode.
///
/// There is no High profile: OpenH264 has none of its tools, and a decoder of High decodes Main, so
/// that viewers of both share one encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Constrained Baseline, which every decoder of H.264 takes (CAVLC).
    ConstrainedBaseline,
    /// Main without interlacing and B pictures: CABAC, for fewer bits at the same quality.
    Main,
}

/// What all who watch a stream decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// The profile of H.264, which they take in any case: software encodes nothing else, and takes
    /// over from hardware without asking them.
    pub profile: Profile,
    /// A codec that they like better, for hardware that has it.
    pub better: Option<Codec>,
}

impl From<Profile> for Formats {
    /// H.264 alone.
    fn from(profile: Profile) -> Self {
        Self { profile, better: None }
    }
}

/// What an encoder is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Picture size; both sides even.
    pub size: Size,
    /// The rate that frames usually come at; the rate control plans with it.
    pub frame_rate: FrameRate,
    /// Bit rate to start with.
    pub bitrate: Bitrate,
    /// What those who watch can decode.
    pub formats: Formats,
    /// Which encoders may be used, and how.
    pub encoders: Encoders,
    /// Threads that the encoder may use (slices are its business).
    pub threads: u32,
}

/// A coded picture as an encoder gives it.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// As [`EncodedFrame::data`](crate::frame::EncodedFrame::data).
    pub data: bytes::Bytes,
    /// Whether this is an IDR, or AV1's key frame.
    pub keyframe: bool,
}

/// Why an encoder failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be opened here with these settings.
    #[error("the {encoder} encoder cannot be opened at {size}: {reason}")]
    Open {
        /// Which one.
        encoder: &'static str,
        /// At which size.
        size: Size,
        /// What it said.
        reason: String,
    },
    /// The picture is not of the size that it was opened with.
    #[error("the encoder was opened for {expected}, the picture is {actual}")]
    WrongSize {
        /// As opened.
        expected: Size,
        /// As given.
        actual: Size,
    },
    /// What it needs is not there; trying costs nothing.
    #[error("{reason}")]
    Unavailable {
        /// Which one.
        encoder: &'static str,
        /// What is missing.
        reason: String,
    },
    /// It does not answer. It was left to itself.
    #[error("the {encoder} encoder did not {act} within {patience:?}")]
    Stalled {
        /// Which one.
        encoder: &'static str,
        /// What it was asked to do.
        act: &'static str,
        /// How long was waited.
        patience: std::time::Duration,
    },
    /// The picture lies elsewhere than in the memory that it was opened for.
    #[error("the {encoder} encoder was not opened for pictures that lie there")]
    WrongPicture {
        /// Which one.
        encoder: &'static str,
    },
    /// No back end can be used.
    #[error("no encoder can be used: {}", Rejected::list(.0))]
    NoneUsable(Vec<Rejected>),
    /// It refused a picture or a setting.
    #[error("the {encoder} encoder failed to {act}: {reason}")]
    Failed {
        /// Which one.
        encoder: &'static str,
        /// What it was asked to do.
        act: &'static str,
        /// What it said.
        reason: String,
    },
}

/// Encodes the pictures of one view, in order.
///
/// Nothing is delayed: each picture gives its access unit at once, or none when the rate control
/// skips it. There is nothing to drain; dropping the encoder frees what it holds.
pub trait Encoder: Send {
    /// The back end's name as `doctor` and the page show it, e.g. `openh264`.
    fn name(&self) -> &'static str;

    /// Whether fixed-function hardware does the work.
    fn is_hardware(&self) -> bool;

    /// The surfaces that it reads pictures from, when it has allocated them itself: whoever draws
    /// imports them. They are handed out once; nothing comes of asking again.
    ///
    /// The encoder reads a surface only while it encodes the picture with that number.
    fn surfaces(&mut self) -> Vec<SharedPlanes> {
        Vec::new()
    }

    /// Encodes one picture; `keyframe` forces an IDR, which is never skipped. The first picture
    /// is an IDR in any case.
    ///
    /// `pts` tells the rate control how much time has passed; it must not run backwards.
    ///
    /// # Errors
    /// [`Error::WrongSize`] and [`Error::WrongPicture`] leave the encoder as it was. After any other [`Error`] it can no
    /// longer be used; the caller opens another.
    fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error>;

    /// Changes the bit rate from the next picture on, without an IDR. A rate outside what the
    /// back end can do becomes the nearest that it can.
    ///
    /// # Errors
    /// [`Error::Failed`] when the back end refuses; it goes on with the old rate.
    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error>;
}
