//! Which back ends there are, and which of them works here.

use std::{fmt, time::Duration};

use super::{
    Chain, Coded, Config, Encoder, Error, Formats, Picture, Profile, Source, nvenc, openh264, va,
};
use crate::{
    config::{Allowed, Encoders},
    frame::{DeviceId, Handle, I420, SharedNv12, SharedPlanes},
    units::{Bitrate, Codec, Codecs, FrameRate, MediaTime, Size},
};

/// A back end and how to open it.
#[derive(Clone, Copy)]
pub(super) struct BackEnd {
    pub name: &'static str,
    /// What it codes pictures in.
    pub codec: Codec,
    /// Where it reads pictures.
    pub source: Source,
    /// Whether it is the daemon's own: always there, and opened in no time.
    pub software: bool,
    /// Whether opening is worth the memory that it would take.
    pub ready: fn(Option<&DeviceId>) -> Result<(), Error>,
    pub open: Open,
}

impl BackEnd {
    /// Whether the configuration lets it be used; software always is.
    pub fn check_allowed(&self, encoders: Encoders) -> Result<(), Error> {
        let only = match encoders.allowed {
            Allowed::Auto => return Ok(()),
            Allowed::Nvenc => nvenc::NAME,
            Allowed::Vaapi => va::NAME,
            Allowed::OpenH264 => openh264::NAME,
        };
        if self.name == only || self.software {
            return Ok(());
        }
        let reason = format!("`video.encoder` is {only}");
        Err(Error::Unavailable { encoder: self.name, reason })
    }
}

/// Opens a back end for what will be in memory of a device; there is none of it for one that
/// reads host memory. It must not take longer than the last argument says.
type Open =
    fn(&Config, Option<&DeviceId>, &[SharedNv12], Duration) -> Result<Box<dyn Encoder>, Error>;

/// In the order of preference: hardware before software, what takes fewer bits before what takes
/// more, and what is not copied before what is.
pub(super) const BACK_ENDS: &[BackEnd] = &[
    BackEnd {
        codec: Codec::Av1,
        open: |config, on, pictures, patience| {
            nvenc::open(Codec::Av1, config, on, pictures, patience)
        },
        ..NVENC
    },
    BackEnd {
        codec: Codec::Hevc,
        open: |config, on, pictures, patience| {
            nvenc::open(Codec::Hevc, config, on, pictures, patience)
        },
        ..NVENC
    },
    NVENC,
    BackEnd { source: Source::Drawn, open: va::open_drawn, ..VA },
    BackEnd { source: Source::Shared(Handle::DmaBuf), open: va::open_shared, ..VA },
    BackEnd { source: Source::Host, ready: va::ready_to_copy, open: va::open_copied, ..VA },
    BackEnd {
        name: openh264::NAME,
        codec: Codec::H264,
        source: Source::Host,
        software: true,
        ready: |_| Ok(()),
        open: |config, _, _, _| Ok(Box::new(openh264::OpenH264::open(config)?)),
    },
];

/// Those of them for viewers who like another codec better.
const BEYOND_H264: &[BackEnd] = BACK_ENDS.split_at(2).0;

const NVENC: BackEnd = BackEnd {
    name: nvenc::NAME,
    codec: Codec::H264,
    source: Source::Shared(Handle::Opaque),
    software: false,
    ready: nvenc::ready,
    open: |config, on, pictures, patience| nvenc::open(Codec::H264, config, on, pictures, patience),
};

const VA: BackEnd = BackEnd {
    name: va::NAME,
    codec: Codec::H264,
    source: Source::Drawn,
    software: false,
    ready: va::ready_to_share,
    open: va::open_drawn,
};

/// The back end that [`probe`] found, and those above it that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name, e.g. `openh264`.
    pub name: &'static str,
    /// Whether fixed-function hardware does the work.
    pub hardware: bool,
    /// Whether the host sees the pictures.
    pub copied: bool,
    /// What hardware encodes here beside H.264, as far as it is allowed.
    pub codecs: Codecs,
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

impl Choice {
    /// What streams can be coded in here.
    pub fn all_codecs(&self) -> impl Iterator<Item = Codec> {
        let codecs = self.codecs;
        [Codec::H264, Codec::Hevc, Codec::Av1].into_iter().filter(move |codec| codecs.has(*codec))
    }
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

/// Finds out which back end works here: opens each in turn and lets it encode a picture of 640×480
/// pixels, which `share` makes on `device` as the back end asks for it, or `draw` draws into a
/// surface of the back end's own.
///
/// # Errors
/// [`Error::NoneUsable`] with each back end's own words.
pub fn probe(
    encoders: Encoders,
    device: Option<&DeviceId>,
    share: impl Fn(Size, Handle) -> Result<SharedNv12, String>,
    draw: impl Fn(&SharedPlanes) -> Result<(), String>,
) -> Result<Choice, Error> {
    let h264 = probe_config(encoders);
    let mut choice = probe_among(BACK_ENDS, &h264, device, &share, &draw)?;
    let beyond = [Codec::Av1, Codec::Hevc];
    for codec in beyond.into_iter().filter(|codec| choice.hardware && encoders.codecs.has(*codec)) {
        let config = Config { formats: Formats { better: Some(codec), ..h264.formats }, ..h264 };
        match probe_among(BEYOND_H264, &config, device, &share, &draw) {
            Ok(_) => choice.codecs = choice.codecs.and(codec),
            Err(error) => tracing::debug!(%codec, %error, "nothing here encodes it"),
        }
    }
    Ok(choice)
}

fn probe_among(
    back_ends: &'static [BackEnd],
    config: &Config,
    device: Option<&DeviceId>,
    share: impl Fn(Size, Handle) -> Result<SharedNv12, String>,
    draw: impl Fn(&SharedPlanes) -> Result<(), String>,
) -> Result<Choice, Error> {
    let mut chain = Chain::of(back_ends, config);
    let black = I420::new(config.size).expect("invariant: the probe's size is even");
    loop {
        let source = chain.next(device)?;
        let (picture, shared) = match source {
            Source::Host => (Picture::Host(&black), Vec::new()),
            Source::Drawn => (Picture::Shared(0), Vec::new()),
            Source::Shared(handle) => match share(config.size, handle) {
                Ok(shared) => (Picture::Shared(0), vec![shared]),
                Err(reason) => {
                    chain.give_up(&reason);
                    continue;
                }
            },
        };
        if !chain.open(device, &shared) {
            continue;
        }
        if let Some(Err(reason)) = chain.surfaces().first().map(&draw) {
            chain.give_up(&reason);
            continue;
        }
        let coded = chain.encode(picture, MediaTime::from_elapsed(Duration::ZERO), true)?;
        if let (Coded::Unit(_), Some(encoder)) = (coded, chain.encoder()) {
            return Ok(Choice {
                name: encoder.name(),
                hardware: encoder.is_hardware(),
                copied: source == Source::Host,
                codecs: Codecs::default(),
                rejected: chain.given_up().to_vec(),
            });
        }
    }
}

/// A small, usual stream: drivers refuse the odd more often than the ordinary.
fn probe_config(encoders: Encoders) -> Config {
    Config {
        size: Size::new(640, 480).expect("invariant: both sides are in range"),
        frame_rate: FrameRate::new(30).expect("invariant: the rate is in range"),
        bitrate: Bitrate::bps(2_000_000),
        formats: Profile::Main.into(),
        encoders,
        threads: 1,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::encode::fake::Fake;

    pub const ABSENT: BackEnd = BackEnd {
        name: "absent",
        ready: |_| {
            let reason = "no such library".to_owned();
            Err(Error::Unavailable { encoder: "absent", reason })
        },
        open: |_, _, _, _| panic!("it said that it is not there"),
        ..WORKING
    };
    pub const UNOPENED: BackEnd = BackEnd {
        name: "unopened",
        open: |config, _, _, _| {
            let reason = "no such device".to_owned();
            Err(Error::Open { encoder: "unopened", size: config.size, reason })
        },
        ..WORKING
    };
    /// Opens, but cannot encode: a driver that promises too much.
    pub const HOLLOW: BackEnd = BackEnd {
        name: "hollow",
        open: |config, _, _, _| Ok(Box::new(Fake::open(config)?.failing_at(0))),
        ..WORKING
    };
    const SHARED: BackEnd =
        BackEnd { name: "shared", source: Source::Shared(Handle::DmaBuf), ..WORKING };
    pub const WORKING: BackEnd = BackEnd {
        name: "working",
        codec: Codec::H264,
        source: Source::Host,
        software: true,
        ready: |_| Ok(()),
        open: |config, _, _, _| Ok(Box::new(Fake::open(config)?)),
    };

    pub fn config() -> Config {
        probe_config(Encoders::default())
    }

    /// Hands out a surface of its own.
    const DRAWN: BackEnd = BackEnd {
        name: "drawn",
        source: Source::Drawn,
        open: |config, _, _, _| Ok(Box::new(Fake::open(config)?.with_surfaces())),
        ..WORKING
    };

    fn nothing_to_share(_: Size, handle: Handle) -> Result<SharedNv12, String> {
        Err(format!("no {handle:?}"))
    }

    fn nothing_to_draw(surface: &SharedPlanes) -> Result<(), String> {
        Err(format!("draws into none of {}", surface.size))
    }

    #[test]
    fn the_first_that_encodes_is_chosen_and_the_others_are_told() {
        let all = &[ABSENT, DRAWN, SHARED, UNOPENED, HOLLOW, WORKING];
        let choice = probe_among(all, &config(), None, nothing_to_share, nothing_to_draw);
        let choice = choice.expect("the last works");
        assert!(choice.copied);
        let told: Vec<_> = choice.rejected.iter().map(ToString::to_string).collect();
        let expected =
            ["absent: no such library", "drawn: draws into none of 640x480", "shared: no DmaBuf"];
        assert_eq!(told[..3], expected);
        assert!(told[3].contains("no such device") && told[4].starts_with("hollow"), "{told:?}");
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn what_is_drawn_is_not_copied() {
        let choice = probe_among(&[DRAWN, WORKING], &config(), None, nothing_to_share, |_| Ok(()));
        let choice = choice.expect("the first works");
        assert!(!choice.copied);
        assert!(choice.rejected.is_empty(), "{:?}", choice.rejected);
    }

    #[test]
    fn what_is_not_allowed_is_not_tried_and_software_always_is() {
        for (allowed, reasons) in [
            (Allowed::OpenH264, ["is openh264"; 6]),
            (Allowed::Nvenc, ["", "", "", "is nvenc", "is nvenc", "is nvenc"]),
            (Allowed::Vaapi, ["is vaapi", "is vaapi", "is vaapi", "", "", ""]),
        ] {
            let encoders = Encoders { allowed, ..Encoders::default() };
            let told: Vec<_> = BACK_ENDS
                .iter()
                .map(|one| one.check_allowed(encoders).map_err(|error| error.to_string()))
                .collect();
            for (told, reason) in told.iter().zip(reasons) {
                let fits = told
                    .as_ref()
                    .map_or_else(|told| told.ends_with(reason), |()| reason.is_empty());
                assert!(fits, "{allowed:?}: {told:?}");
            }
            assert!(told[6].is_ok());
        }
    }

    #[test]
    fn when_none_works_the_error_has_every_reason() {
        let all = &[ABSENT, HOLLOW];
        let error = probe_among(all, &config(), None, nothing_to_share, nothing_to_draw);
        let error = error.expect_err("none works");
        let text = error.to_string();
        assert!(text.contains("absent: ") && text.contains("hollow: "), "{text}");
    }

    #[test]
    fn software_is_always_there_and_hardware_says_why_not() {
        let choice = probe(Encoders::default(), None, nothing_to_share, nothing_to_draw);
        let choice = choice.expect("openh264 is built in");
        // Without a device that draws nothing is shared; copying takes a render node.
        assert!(choice.copied);
        let names: Vec<_> = choice.rejected.iter().map(|rejected| rejected.name).collect();
        assert_eq!(names[..2], ["nvenc", "vaapi"]);
        if choice.name == "openh264" {
            assert_eq!(names, ["nvenc", "vaapi", "vaapi", "vaapi"]);
        }
    }
}
