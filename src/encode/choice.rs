//! Which back end encodes: the first in the table that works here, and the next one when it fails.

use std::{fmt, time::Duration};

use super::{AccessUnit, Config, Encoder, Error, openh264};
use crate::{
    frame::I420,
    units::{Bitrate, FrameRate, MediaTime, Size},
};

/// A back end and how to open it.
struct BackEnd {
    name: &'static str,
    hardware: bool,
    open: fn(&Config) -> Result<Box<dyn Encoder>, Error>,
}

/// In the order of preference. A hardware back end belongs above the software one.
const BACK_ENDS: &[BackEnd] = &[BackEnd {
    name: openh264::NAME,
    hardware: false,
    open: |config| Ok(Box::new(openh264::OpenH264::open(config)?)),
}];

/// The back end that [`probe`] found, and those above it that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name, e.g. `openh264`.
    pub name: &'static str,
    /// Whether fixed-function hardware does the work.
    pub hardware: bool,
    /// What would have been preferred, in order.
    pub rejected: Vec<Rejected>,
}

/// A back end that did not work, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its name.
    pub name: &'static str,
    /// What it said.
    pub reason: String,
}

impl Rejected {
    fn new(name: &'static str, error: &Error) -> Self {
        Self { name, reason: error.to_string() }
    }

    pub(super) fn list(all: &[Self]) -> String {
        let lines: Vec<_> = all.iter().map(ToString::to_string).collect();
        lines.join("; ")
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// Opens an encoder with the first back end that takes `config`.
///
/// # Errors
/// [`Error::NoneUsable`] with each back end's own words.
pub fn open(config: &Config) -> Result<Chain, Error> {
    Chain::open(BACK_ENDS, config)
}

/// The encoder of one stream, and behind it the back ends that take its place when it fails.
///
/// A picture that one back end could not encode is encoded by the next one at once, as a key
/// frame that carries its own parameter sets: who decodes the stream notices nothing else.
pub struct Chain {
    config: Config,
    encoder: Box<dyn Encoder>,
    /// Those that have not been tried.
    rest: &'static [BackEnd],
    given_up: Vec<Rejected>,
}

impl Chain {
    fn open(back_ends: &'static [BackEnd], config: &Config) -> Result<Self, Error> {
        let mut given_up = Vec::new();
        let (encoder, rest) = Self::next(back_ends, config, &mut given_up)?;
        Ok(Self { config: *config, encoder, rest, given_up })
    }

    /// The first of `back_ends` that opens, and those behind it.
    fn next(
        mut back_ends: &'static [BackEnd],
        config: &Config,
        given_up: &mut Vec<Rejected>,
    ) -> Result<(Box<dyn Encoder>, &'static [BackEnd]), Error> {
        while let Some((back_end, rest)) = back_ends.split_first() {
            match (back_end.open)(config) {
                Ok(encoder) => return Ok((encoder, rest)),
                Err(error) => given_up.push(Rejected::new(back_end.name, &error)),
            }
            back_ends = rest;
        }
        Err(Error::NoneUsable(given_up.clone()))
    }

    /// What was preferred to the present encoder, in order, and why it is not used.
    pub fn given_up(&self) -> &[Rejected] {
        &self.given_up
    }
}

impl Encoder for Chain {
    fn name(&self) -> &'static str {
        self.encoder.name()
    }

    fn is_hardware(&self) -> bool {
        self.encoder.is_hardware()
    }

    fn encode(
        &mut self,
        picture: &I420,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        loop {
            let error = match self.encoder.encode(picture, pts, keyframe) {
                Err(Error::WrongSize { expected, actual }) => {
                    return Err(Error::WrongSize { expected, actual });
                }
                Err(error) => error,
                coded => return coded,
            };
            let failed = self.encoder.name();
            self.given_up.push(Rejected::new(failed, &error));
            (self.encoder, self.rest) = Self::next(self.rest, &self.config, &mut self.given_up)?;
            tracing::warn!(failed, next = self.encoder.name(), %error, "another encoder takes over");
        }
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        // Also the rate that the next one begins with.
        self.config.bitrate = bitrate;
        self.encoder.set_bitrate(bitrate)
    }
}

/// Finds out which back end works here: opens each in turn and lets it encode a picture.
///
/// # Errors
/// [`Error::NoneUsable`] with each back end's own words.
pub fn probe() -> Result<Choice, Error> {
    probe_among(BACK_ENDS)
}

fn probe_among(back_ends: &[BackEnd]) -> Result<Choice, Error> {
    let ((), choice) = first(back_ends, |back_end| {
        let config = probe_config();
        let mut encoder = (back_end.open)(&config)?;
        let picture = I420::new(config.size).expect("invariant: the probe's size is even");
        encoder.encode(&picture, MediaTime::from_elapsed(Duration::ZERO), true)?;
        Ok(())
    })?;
    Ok(choice)
}

/// A small, usual stream: drivers refuse the odd more often than the ordinary.
fn probe_config() -> Config {
    Config {
        size: Size::new(640, 480).expect("invariant: both sides are in range"),
        frame_rate: FrameRate::new(30).expect("invariant: the rate is in range"),
        bitrate: Bitrate::bps(2_000_000),
        threads: 1,
    }
}

/// The first back end for which `attempt` succeeds.
fn first<T>(
    back_ends: &[BackEnd],
    attempt: impl Fn(&BackEnd) -> Result<T, Error>,
) -> Result<(T, Choice), Error> {
    let mut rejected = Vec::new();
    for back_end in back_ends {
        match attempt(back_end) {
            Ok(value) => {
                let choice = Choice { name: back_end.name, hardware: back_end.hardware, rejected };
                return Ok((value, choice));
            }
            Err(error) => rejected.push(Rejected::new(back_end.name, &error)),
        }
    }
    Err(Error::NoneUsable(rejected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::fake::Fake;

    const ABSENT: BackEnd = BackEnd {
        name: "absent",
        hardware: true,
        open: |config| {
            Err(Error::Open {
                encoder: "absent",
                size: config.size,
                reason: "no such device".to_owned(),
            })
        },
    };
    /// Opens, but cannot encode: a driver that promises too much.
    const HOLLOW: BackEnd = BackEnd {
        name: "hollow",
        hardware: true,
        open: |config| Ok(Box::new(Fake::open(config)?.failing_at(0))),
    };
    const WORKING: BackEnd = BackEnd {
        name: "working",
        hardware: false,
        open: |config| Ok(Box::new(Fake::open(config)?)),
    };

    #[test]
    fn the_first_that_encodes_is_chosen_and_the_others_are_told() {
        let choice = probe_among(&[ABSENT, HOLLOW, WORKING]).expect("the last works");
        assert_eq!((choice.name, choice.hardware), ("working", false));
        let names: Vec<_> = choice.rejected.iter().map(|r| r.name).collect();
        assert_eq!(names, ["absent", "hollow"]);
        assert!(choice.rejected[0].reason.contains("no such device"));
    }

    #[test]
    fn when_none_works_the_error_has_every_reason() {
        let error = probe_among(&[ABSENT, HOLLOW]).expect_err("none works");
        let text = error.to_string();
        assert!(text.contains("absent: ") && text.contains("hollow: "), "{text}");
    }

    /// Encodes two pictures and then fails for good.
    const FAILING: BackEnd = BackEnd {
        name: "failing",
        hardware: true,
        open: |config| Ok(Box::new(Fake::open(config)?.failing_at(2))),
    };
    /// Takes over with the bit rate that was set last.
    const HEIR: BackEnd = BackEnd {
        name: "heir",
        hardware: false,
        open: |config| {
            assert_eq!(config.bitrate, Bitrate::bps(77_000));
            Ok(Box::new(Fake::open(config)?))
        },
    };

    fn picture() -> I420 {
        I420::new(probe_config().size).expect("even")
    }

    fn at(ms: u64) -> MediaTime {
        MediaTime::from_elapsed(Duration::from_millis(ms))
    }

    #[test]
    fn the_next_takes_over_with_a_key_frame_of_the_same_picture() {
        let mut chain =
            Chain::open(&[ABSENT, FAILING, ABSENT, HEIR], &probe_config()).expect("opens");
        assert_eq!(chain.given_up().len(), 1);
        chain.set_bitrate(Bitrate::bps(77_000)).expect("behaves");
        let keyframes: Vec<_> = (0..4)
            .map(|n| chain.encode(&picture(), at(n * 33), false).expect("one of them encodes"))
            .map(|unit| unit.expect("not skipped").keyframe)
            .collect();
        assert_eq!(keyframes, [true, false, true, false]);
        let names: Vec<_> = chain.given_up().iter().map(|rejected| rejected.name).collect();
        assert_eq!(names, ["absent", "fake", "absent"]);
        assert!(chain.given_up()[1].reason.contains("encode a picture"));
    }

    #[test]
    fn when_all_have_failed_the_stream_ends_with_every_reason() {
        let mut chain = Chain::open(&[FAILING, HOLLOW], &probe_config()).expect("opens");
        for n in 0..2 {
            chain.encode(&picture(), at(n), false).expect("not yet");
        }
        let error = chain.encode(&picture(), at(2), false).expect_err("none is left");
        let Error::NoneUsable(rejected) = error else { panic!("{error}") };
        assert_eq!(rejected.len(), 2, "{rejected:?}");
    }

    #[test]
    fn a_picture_of_another_size_is_the_callers_mistake() {
        let mut chain = Chain::open(&[FAILING, WORKING], &probe_config()).expect("opens");
        let other = I420::new(Size::new(64, 48).expect("in range")).expect("even");
        assert!(matches!(chain.encode(&other, at(0), false), Err(Error::WrongSize { .. })));
        assert!(chain.given_up().is_empty());
    }

    #[test]
    fn this_build_encodes_with_openh264() {
        let choice = probe().expect("openh264 is built in");
        assert_eq!((choice.name, choice.hardware), ("openh264", false));
        assert!(choice.rejected.is_empty());
    }

    #[test]
    fn open_says_why_it_cannot() {
        let config = Config { size: Size::new(641, 480).expect("in range"), ..probe_config() };
        let error = open(&config).err().expect("an odd width is refused");
        assert!(error.to_string().contains("must be even"), "{error}");
    }
}
