//! The encoder of one stream, and those that take its place when it fails.

use super::{
    AccessUnit, Config, Encoder, Error, Picture, Source,
    choice::{BACK_ENDS, BackEnd, Rejected},
};
use crate::{
    frame::{DeviceId, SharedNv12},
    units::{Bitrate, MediaTime},
};

/// The back ends of one stream, the preferred one first.
///
/// Each says where it reads pictures ([`Self::next`]) and is opened for them ([`Self::open`]).
/// When one fails, the caller prepares the same picture for the next, which encodes it as a key
/// frame with its own parameter sets: who decodes the stream notices nothing else.
pub struct Chain {
    config: Config,
    /// The present one first.
    rest: &'static [BackEnd],
    encoder: Option<Box<dyn Encoder>>,
    given_up: Vec<Rejected>,
}

/// What became of a picture.
#[derive(Debug)]
pub enum Coded {
    /// It was coded.
    Unit(AccessUnit),
    /// The rate control skipped it.
    Skipped,
    /// The encoder failed and was given up: the picture is for the next one.
    HandedOver,
}

impl Chain {
    /// All back ends, none opened yet.
    pub fn new(config: &Config) -> Self {
        Self::of(BACK_ENDS, config)
    }

    pub(super) fn of(back_ends: &'static [BackEnd], config: &Config) -> Self {
        Self { config: *config, rest: back_ends, encoder: None, given_up: Vec::new() }
    }

    /// Where the next back end that can be had reads pictures of `device`; those before it are
    /// given up.
    ///
    /// # Errors
    /// [`Error::NoneUsable`] with each back end's own words.
    pub fn next(&mut self, device: Option<&DeviceId>) -> Result<Source, Error> {
        while let Some(back_end) = self.rest.first() {
            let ready = || (back_end.ready)(device);
            match back_end.check_allowed(self.config.encoders).and_then(|()| ready()) {
                Ok(()) => return Ok(back_end.source),
                Err(error) => self.give_up(&error.to_string()),
            }
        }
        Err(Error::NoneUsable(self.given_up.clone()))
    }

    /// Opens the back end that [`Self::next`] spoke of, for what will be in `pictures` of
    /// `device`; none for one that reads host memory. Where it cannot, it is given up, and the
    /// answer is `false`: there is another one to ask for.
    pub fn open(&mut self, device: Option<&DeviceId>, pictures: &[SharedNv12]) -> bool {
        let Some(back_end) = self.rest.first() else { return false };
        match (back_end.open)(&self.config, device, pictures) {
            Ok(encoder) => self.encoder = Some(encoder),
            Err(error) => self.give_up(&error.to_string()),
        }
        self.encoder.is_some()
    }

    /// Gives up the back end that [`Self::next`] spoke of, because its pictures cannot be had.
    pub fn give_up(&mut self, reason: &str) {
        self.close();
        if let Some((back_end, rest)) = self.rest.split_first() {
            self.given_up.push(Rejected { name: back_end.name, reason: reason.to_owned() });
            self.rest = rest;
        }
    }

    /// Closes what is open, to open it anew for pictures of another device.
    pub fn close(&mut self) {
        self.encoder = None;
    }

    /// The encoder in use.
    pub fn encoder(&self) -> Option<&dyn Encoder> {
        self.encoder.as_deref()
    }

    /// Where the encoder in use reads pictures.
    pub fn source(&self) -> Option<Source> {
        self.encoder.as_ref().and(self.rest.first()).map(|back_end| back_end.source)
    }

    /// What was preferred to the present back end, in order, and why it is not used.
    pub fn given_up(&self) -> &[Rejected] {
        &self.given_up
    }

    /// Encodes a picture as [`Encoder::encode`] does; where no encoder is open, it is handed over.
    ///
    /// # Errors
    /// [`Error::WrongSize`] and [`Error::WrongPicture`]: the caller's mistake.
    pub fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Coded, Error> {
        let Some(encoder) = &mut self.encoder else { return Ok(Coded::HandedOver) };
        match encoder.encode(picture, pts, keyframe) {
            Ok(Some(unit)) => Ok(Coded::Unit(unit)),
            Ok(None) => Ok(Coded::Skipped),
            Err(error @ (Error::WrongSize { .. } | Error::WrongPicture { .. })) => Err(error),
            Err(error) => {
                tracing::warn!(encoder = encoder.name(), %error, "another encoder takes over");
                self.give_up(&error.to_string());
                Ok(Coded::HandedOver)
            }
        }
    }

    /// Changes the bit rate of this encoder and of those after it. One that refuses is given up.
    pub fn set_bitrate(&mut self, bitrate: Bitrate) {
        self.config.bitrate = bitrate;
        let Some(encoder) = &mut self.encoder else { return };
        if let Err(error) = encoder.set_bitrate(bitrate) {
            tracing::warn!(encoder = encoder.name(), %error, "another encoder takes over");
            self.give_up(&error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        encode::{choice::tests::*, fake::Fake},
        frame::{Handle, I420},
        units::Size,
    };

    /// Encodes two pictures and then fails for good.
    const FAILING: BackEnd = BackEnd {
        source: Source::Shared(Handle::Opaque),
        open: |config, _, _| Ok(Box::new(Fake::open(config)?.failing_at(2))),
        ..WORKING
    };
    /// Takes over with the bit rate that was set last.
    const HEIR: BackEnd = BackEnd {
        open: |config, _, _| {
            assert_eq!(config.bitrate, Bitrate::bps(77_000));
            Ok(Box::new(Fake::open(config)?))
        },
        ..WORKING
    };

    fn at(ms: u64) -> MediaTime {
        MediaTime::from_elapsed(Duration::from_millis(ms))
    }

    /// As a view does it: the picture goes where it is wanted, and again when it was handed over.
    fn encode(chain: &mut Chain, n: u64) -> Result<(AccessUnit, Source), Error> {
        let host = I420::new(config().size).expect("even");
        let mut fresh = false;
        loop {
            while chain.encoder().is_none() {
                chain.next(None)?;
                fresh = chain.open(None, &[]);
            }
            let source = chain.source().expect("it is open");
            let picture = match source {
                Source::Host => Picture::Host(&host),
                Source::Shared(_) => Picture::Shared(0),
            };
            match chain.encode(picture, at(33 * n), fresh)? {
                Coded::Unit(unit) => return Ok((unit, source)),
                Coded::Skipped => panic!("the fake skips when told to"),
                Coded::HandedOver => {}
            }
        }
    }

    #[test]
    fn the_next_takes_over_with_a_key_frame_of_the_same_picture() {
        let mut chain = Chain::of(&[ABSENT, FAILING, UNOPENED, HEIR], &config());
        let mut seen = Vec::new();
        for n in 0..4 {
            let (unit, source) = encode(&mut chain, n).expect("one of them encodes");
            seen.push((unit.keyframe, source == Source::Host));
            chain.set_bitrate(Bitrate::bps(77_000));
        }
        assert_eq!(seen, [(true, false), (false, false), (true, true), (false, true)]);
        let names: Vec<_> = chain.given_up().iter().map(|rejected| rejected.name).collect();
        assert_eq!(names, ["absent", "working", "unopened"]);
        assert!(chain.given_up()[1].reason.contains("encode a picture"));
    }

    #[test]
    fn when_all_have_failed_the_stream_ends_with_every_reason() {
        let mut chain = Chain::of(&[FAILING, HOLLOW], &config());
        for n in 0..2 {
            encode(&mut chain, n).expect("not yet");
        }
        let error = encode(&mut chain, 2).expect_err("none is left");
        let Error::NoneUsable(rejected) = error else { panic!("{error}") };
        assert_eq!(rejected.len(), 2, "{rejected:?}");
    }

    #[test]
    fn a_picture_of_another_size_is_the_callers_mistake() {
        let mut chain = Chain::of(&[WORKING], &config());
        encode(&mut chain, 0).expect("encodes");
        let other = I420::new(Size::new(32, 48).expect("in range")).expect("even");
        let refused = chain.encode((&other).into(), at(0), false);
        assert!(matches!(refused, Err(Error::WrongSize { .. })));
        assert!(chain.given_up().is_empty());
    }

    #[test]
    fn what_is_closed_is_opened_anew() {
        let mut chain = Chain::of(&[FAILING, WORKING], &config());
        encode(&mut chain, 0).expect("encodes");
        chain.close();
        let (unit, source) = encode(&mut chain, 1).expect("encodes");
        assert!(unit.keyframe);
        assert_eq!(source, Source::Shared(Handle::Opaque));
        assert!(chain.given_up().is_empty());
    }
}
