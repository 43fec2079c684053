//! The encoder of one stream, and those that take its place when it fails.

use std::time::{Duration, Instant};

use super::{
    AccessUnit, Config, Encoder, Error, Picture, Source,
    choice::{BACK_ENDS, BackEnd, Rejected},
    guard,
};
use crate::{
    frame::{DeviceId, SharedNv12, SharedPlanes},
    units::{Bitrate, Codec, MediaTime},
};

/// From the beginning of what fails until the next back end must have been opened: it leaves 100 ms
/// of half a second for drawing and coding the key frame.
const HAND_OVER: Duration = Duration::from_millis(400);
/// Less than this is not enough for any hardware to be opened in.
const LEAST: Duration = Duration::from_millis(100);
/// Until what was given up under way may be tried again, doubled each time.
const FIRST_REST: Duration = Duration::from_secs(30);
/// The longest such time.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// The back ends of one stream, the preferred one first.
///
/// Each says where it reads pictures ([`Self::next`]) and is opened for them ([`Self::open`]).
/// When one fails, the caller prepares the same picture for the next, which encodes it as a key
/// frame with its own parameter sets: who decodes the stream notices nothing else.
pub struct Chain {
    config: Config,
    back_ends: &'static [BackEnd],
    /// The present one first.
    rest: &'static [BackEnd],
    encoder: Option<Box<dyn Encoder>>,
    given_up: Vec<Rejected>,
    /// When the next one must have been opened, after one failed under way.
    deadline: Option<Instant>,
    /// When one that failed under way may be tried again.
    again_at: Option<Instant>,
    /// How often one was.
    failures: u32,
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
        Self {
            config: *config,
            back_ends,
            rest: back_ends,
            encoder: None,
            given_up: Vec::new(),
            deadline: None,
            again_at: None,
            failures: 0,
        }
    }

    /// Begins anew with the preferred one: nothing that failed says anything of another device.
    pub fn restart(&mut self) {
        self.close();
        self.rest = self.back_ends;
        self.given_up.clear();
        (self.deadline, self.again_at) = (None, None);
    }

    /// Whether a better back end, given up under way, is worth another try: at a moment when a
    /// key frame is wanted anyway.
    pub fn may_restart(&self, now: Instant) -> bool {
        self.again_at.is_some_and(|at| at <= now)
    }

    /// Where the next back end that can be had reads pictures of `device`; those before it are
    /// given up.
    ///
    /// # Errors
    /// [`Error::NoneUsable`] with each back end's own words.
    pub fn next(&mut self, device: Option<&DeviceId>) -> Result<Source, Error> {
        while let Some((back_end, rest)) = self.rest.split_first() {
            if back_end.codec != Codec::H264 && Some(back_end.codec) != self.config.formats.better {
                // Not given up: nobody would have it.
                self.rest = rest;
                continue;
            }
            let allowed = back_end.check_allowed(self.config.encoders);
            let in_time = || self.check_time(back_end);
            match allowed.and_then(|()| in_time()).and_then(|()| (back_end.ready)(device)) {
                Ok(()) => return Ok(back_end.source),
                Err(error) => self.give_up(&error.to_string()),
            }
        }
        Err(Error::NoneUsable(self.given_up.clone()))
    }

    /// Software is opened in no time; hardware that would keep viewers waiting is passed over.
    fn check_time(&self, back_end: &BackEnd) -> Result<(), Error> {
        if back_end.software || self.patience() >= LEAST {
            return Ok(());
        }
        let reason = "there was no time to open it".to_owned();
        Err(Error::Unavailable { encoder: back_end.name, reason })
    }

    /// How long opening may take.
    fn patience(&self) -> Duration {
        let rest = |at: Instant| at.saturating_duration_since(Instant::now());
        self.deadline.map_or(guard::TO_OPEN, rest)
    }

    /// Opens the back end that [`Self::next`] spoke of, for what will be in `pictures` of
    /// `device`; none for one that reads host memory or [`Self::surfaces`]. Where it cannot, it is given up, and the
    /// answer is `false`: there is another one to ask for.
    pub fn open(&mut self, device: Option<&DeviceId>, pictures: &[SharedNv12]) -> bool {
        let Some(back_end) = self.rest.first() else { return false };
        match (back_end.open)(&self.config, device, pictures, self.patience()) {
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

    /// What the encoder in use reads pictures from, when it is its own: handed out once.
    pub fn surfaces(&mut self) -> Vec<SharedPlanes> {
        self.encoder.as_mut().map_or_else(Vec::new, |encoder| encoder.surfaces())
    }

    /// Where the encoder in use reads pictures.
    pub fn source(&self) -> Option<Source> {
        self.encoder.as_ref().and(self.rest.first()).map(|back_end| back_end.source)
    }

    /// What the encoder in use codes pictures in.
    pub fn codec(&self) -> Option<Codec> {
        self.encoder.as_ref().and(self.rest.first()).map(|back_end| back_end.codec)
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
        let began = Instant::now();
        let error = match encoder.encode(picture, pts, keyframe) {
            Ok(unit) => {
                self.deadline = None;
                return Ok(unit.map_or(Coded::Skipped, Coded::Unit));
            }
            Err(error @ (Error::WrongSize { .. } | Error::WrongPicture { .. })) => {
                return Err(error);
            }
            Err(error) => error,
        };
        self.fail(began, &error);
        Ok(Coded::HandedOver)
    }

    /// Gives the encoder up that failed at what began then.
    fn fail(&mut self, began: Instant, error: &Error) {
        let encoder = self.encoder.as_ref().map(|encoder| encoder.name());
        tracing::warn!(encoder, %error, "another encoder takes over");
        self.give_up(&error.to_string());
        self.deadline.get_or_insert(began + HAND_OVER);
        let rest = (FIRST_REST * (1 << self.failures.min(8))).min(LONGEST_REST);
        self.again_at = Some(Instant::now() + rest);
        self.failures += 1;
    }

    /// Changes the bit rate of this encoder and of those after it. One that refuses is given up.
    pub fn set_bitrate(&mut self, bitrate: Bitrate) {
        self.config.bitrate = bitrate;
        let Some(encoder) = &mut self.encoder else { return };
        let began = Instant::now();
        if let Err(error) = encoder.set_bitrate(bitrate) {
            self.fail(began, &error);
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
        software: false,
        open: |config, _, _, _| Ok(Box::new(Fake::open(config)?.failing_at(2))),
        ..WORKING
    };
    /// Takes over with the bit rate that was set last.
    const HEIR: BackEnd = BackEnd {
        open: |config, _, _, _| {
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
                Source::Shared(_) | Source::Drawn => Picture::Shared(0),
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
    fn no_time_is_lost_on_hardware_after_a_stall() {
        const STALLING: BackEnd = BackEnd {
            open: |config, _, _, _| {
                let slow = Fake::open(config)?.stalling(HAND_OVER).failing_at(0);
                Ok(Box::new(slow))
            },
            ..FAILING
        };
        const HARDWARE: BackEnd = BackEnd { name: "hardware", software: false, ..WORKING };
        let mut chain = Chain::of(&[STALLING, HARDWARE, WORKING], &config());
        encode(&mut chain, 0).expect("software is opened at any time");
        let told: Vec<_> = chain.given_up().iter().map(ToString::to_string).collect();
        assert_eq!(told[1], "hardware: there was no time to open it");
        assert_eq!(chain.deadline, None, "it is over");

        // What fails at once leaves time for the next.
        let mut chain = Chain::of(&[HOLLOW_HARDWARE, HARDWARE, WORKING], &config());
        encode(&mut chain, 0).expect("hardware encodes");
        assert_eq!(chain.given_up().len(), 1);
    }

    const HOLLOW_HARDWARE: BackEnd = BackEnd { software: false, ..HOLLOW };

    #[test]
    fn what_failed_under_way_is_tried_again_later_and_on_another_device() {
        let mut chain = Chain::of(&[ABSENT, FAILING, WORKING], &config());
        for n in 0..3 {
            encode(&mut chain, n).expect("one of them encodes");
        }
        assert_eq!(chain.given_up().len(), 2);
        let now = Instant::now();
        assert!(!chain.may_restart(now), "not at once");
        assert!(chain.may_restart(now + FIRST_REST));
        chain.restart();
        assert!(chain.given_up().is_empty() && !chain.may_restart(now + LONGEST_REST));
        let (unit, source) = encode(&mut chain, 3).expect("encodes");
        assert!(unit.keyframe);
        assert_eq!(source, Source::Shared(Handle::Opaque));
        for n in 4..6 {
            encode(&mut chain, n).expect("one of them encodes");
        }
        assert!(!chain.may_restart(now + FIRST_REST), "the second time later");
        assert!(chain.may_restart(Instant::now() + 2 * FIRST_REST));
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
