//! Which back end encodes: the first in the table that works here.

use std::{fmt, time::Duration};

use super::{Config, Encoder, Error, openh264};
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
pub fn open(config: &Config) -> Result<Box<dyn Encoder>, Error> {
    first(BACK_ENDS, |back_end| (back_end.open)(config)).map(|(encoder, _)| encoder)
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
            Err(error) => {
                rejected.push(Rejected { name: back_end.name, reason: error.to_string() });
            }
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
