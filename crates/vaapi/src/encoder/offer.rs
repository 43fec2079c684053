//! What a driver offers, and which of it is used.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::ffi::c_int;

use super::Settings;
use crate::{
    display::Display,
    error::Error,
    h264::Profile,
    sys::{
        ATTRIB_MAX_HEIGHT, ATTRIB_MAX_WIDTH, ATTRIB_NOT_SUPPORTED, ATTRIB_PACKED_HEADERS,
        ATTRIB_RATE_CONTROL, ATTRIB_RT_FORMAT, ConfigAttrib, ENC_SLICE, ENC_SLICE_LOW_POWER,
        PACKED_SEQUENCE, PACKED_SLICE, PROFILE_CONSTRAINED_BASELINE, PROFILE_HIGH, PROFILE_MAIN,
        RC_CBR, RC_CQP, RC_VBR, RT_FORMAT_YUV420, RawEntrypoint, RawProfile,
    },
};

/// The rate controls that serve a stream, the preferred first.
const RATE_CONTROLS: [u32; 3] = [RC_CBR, RC_VBR, RC_CQP];

/// How the driver encodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    pub profile: Profile,
    pub entrypoint: RawEntrypoint,
    pub rate_control: u32,
    /// `VA_ENC_PACKED_HEADER_*` that it takes and this crate writes; `None`: it knows of none.
    pub packed: Option<u32>,
}

impl Profile {
    /// Those that may stand for it, the preferred first.
    fn at_most(self) -> &'static [Self] {
        const ALL: [Profile; 3] = [Profile::High, Profile::Main, Profile::ConstrainedBaseline];
        match self {
            Self::High => &ALL,
            Self::Main => &ALL[1..],
            Self::ConstrainedBaseline => &ALL[2..],
        }
    }

    /// The `VAProfile`.
    pub(super) fn raw(self) -> RawProfile {
        match self {
            Self::High => PROFILE_HIGH,
            Self::Main => PROFILE_MAIN,
            Self::ConstrainedBaseline => PROFILE_CONSTRAINED_BASELINE,
        }
    }
}

/// The best way in which the driver encodes this.
pub(super) fn choose(display: &Display, settings: &Settings) -> Result<Mode, Error> {
    let mut offers = Vec::new();
    let profiles = display.profiles()?;
    for &profile in settings.profile.at_most() {
        if !profiles.contains(&profile.raw()) {
            continue;
        }
        for entrypoint in display.entrypoints(profile.raw())? {
            if [ENC_SLICE, ENC_SLICE_LOW_POWER].contains(&entrypoint) {
                offers.push(Offer::query(display, profile, entrypoint)?);
            }
        }
    }
    match best(&offers, settings) {
        Ok(mode) => Ok(mode),
        Err(Refusal::Lacks(reason)) => Err(Error::NoEncoder { vendor: display.vendor(), reason }),
        Err(Refusal::TooLarge { max_width, max_height }) => {
            let Settings { width, height, .. } = *settings;
            Err(Error::TooLarge { width, height, max_width, max_height })
        }
    }
}

/// What a profile and entry point can.
#[derive(Clone, Copy, Debug)]
struct Offer {
    profile: Profile,
    entrypoint: RawEntrypoint,
    formats: u32,
    rate_controls: u32,
    packed: Option<u32>,
    max_width: Option<u32>,
    max_height: Option<u32>,
}

/// Why an offer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Lacks(&'static str),
    TooLarge { max_width: u32, max_height: u32 },
}

/// The first offer that serves, by profile from the top and then by entry point; else why the
/// last one that was looked at does not.
fn best(offers: &[Offer], settings: &Settings) -> Result<Mode, Refusal> {
    let entrypoints = match settings.low_power {
        true => [ENC_SLICE_LOW_POWER, ENC_SLICE],
        false => [ENC_SLICE, ENC_SLICE_LOW_POWER],
    };
    let mut refusal = Refusal::Lacks("it has none of the profiles, or only decodes them");
    for &profile in settings.profile.at_most() {
        for entrypoint in entrypoints {
            let matches =
                |offer: &&Offer| offer.profile == profile && offer.entrypoint == entrypoint;
            match offers.iter().find(matches).map(|offer| offer.mode(settings)) {
                Some(Ok(mode)) => return Ok(mode),
                Some(Err(reason)) => refusal = reason,
                None => {}
            }
        }
    }
    Err(refusal)
}

impl Offer {
    fn query(
        display: &Display,
        profile: Profile,
        entrypoint: RawEntrypoint,
    ) -> Result<Self, Error> {
        let mut all = [
            ATTRIB_RT_FORMAT,
            ATTRIB_RATE_CONTROL,
            ATTRIB_PACKED_HEADERS,
            ATTRIB_MAX_WIDTH,
            ATTRIB_MAX_HEIGHT,
        ]
        .map(|kind| ConfigAttrib { kind, value: ATTRIB_NOT_SUPPORTED });
        let count = all.len() as c_int;
        display.call("ask what the driver can", |calls, raw| {
            let (profile, list) = (profile.raw(), all.as_mut_ptr());
            // SAFETY: a live display; `all` holds `count` attributes and is valid for writes.
            unsafe { (calls.config_attributes)(raw, profile, entrypoint, list, count) }
        })?;
        let [formats, rate_controls, packed, max_width, max_height] =
            all.map(|attrib| (attrib.value != ATTRIB_NOT_SUPPORTED).then_some(attrib.value));
        Ok(Self {
            profile,
            entrypoint,
            formats: formats.unwrap_or(0),
            rate_controls: rate_controls.unwrap_or(0),
            packed,
            max_width,
            max_height,
        })
    }

    fn mode(&self, settings: &Settings) -> Result<Mode, Refusal> {
        if self.formats & RT_FORMAT_YUV420 == 0 {
            return Err(Refusal::Lacks("it takes no 4:2:0 of 8 bits"));
        }
        // Drivers that do not say, and those that say 0, decide when a context is made.
        let limit = |max: Option<u32>| max.filter(|max| *max > 0).unwrap_or(u32::MAX);
        let (max_width, max_height) = (limit(self.max_width), limit(self.max_height));
        if settings.width > max_width || settings.height > max_height {
            return Err(Refusal::TooLarge { max_width, max_height });
        }
        let rate_control = RATE_CONTROLS
            .into_iter()
            .find(|control| self.rate_controls & control != 0)
            .ok_or(Refusal::Lacks("it has none of CBR, VBR and CQP"))?;
        let packed = self.packed.map(|packed| packed & (PACKED_SEQUENCE | PACKED_SLICE));
        Ok(Mode { profile: self.profile, entrypoint: self.entrypoint, rate_control, packed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        width: 1920,
        height: 1080,
        frame_rate: (60, 1),
        bits_per_second: 5_000_000,
        buffer_ms: 1000,
        profile: Profile::High,
        low_power: false,
    };

    fn offer(profile: Profile, entrypoint: RawEntrypoint) -> Offer {
        Offer {
            profile,
            entrypoint,
            formats: RT_FORMAT_YUV420,
            rate_controls: RC_CQP | RC_CBR | RC_VBR,
            packed: Some(0x1f),
            max_width: Some(4096),
            max_height: Some(4096),
        }
    }

    #[test]
    fn the_highest_profile_asked_for_wins() {
        use Profile::{ConstrainedBaseline, High, Main};
        let all = [ConstrainedBaseline, High, Main].map(|profile| offer(profile, ENC_SLICE));
        for profile in [ConstrainedBaseline, Main, High] {
            let mode = best(&all, &Settings { profile, ..SETTINGS }).expect("it is offered");
            assert_eq!(mode.profile, profile);
            assert_eq!(mode.rate_control, RC_CBR);
            assert_eq!(mode.packed, Some(PACKED_SEQUENCE | PACKED_SLICE), "what is written here");
        }
        assert_eq!(best(&all[..1], &SETTINGS).map(|mode| mode.profile), Ok(ConstrainedBaseline));
        let lower = Settings { profile: Main, ..SETTINGS };
        assert!(best(&all[1..2], &lower).is_err(), "never a higher one than viewers take");
    }

    #[test]
    fn low_power_is_used_on_request_or_alone() {
        let (full, low) =
            (offer(Profile::High, ENC_SLICE), offer(Profile::High, ENC_SLICE_LOW_POWER));
        let wish = Settings { low_power: true, ..SETTINGS };
        let entrypoint = |offers: &[Offer], settings: &Settings| {
            best(offers, settings).map(|mode| mode.entrypoint)
        };
        assert_eq!(entrypoint(&[low, full], &SETTINGS), Ok(ENC_SLICE));
        assert_eq!(entrypoint(&[full, low], &wish), Ok(ENC_SLICE_LOW_POWER));
        assert_eq!(entrypoint(&[low], &SETTINGS), Ok(ENC_SLICE_LOW_POWER));
        assert_eq!(entrypoint(&[full], &wish), Ok(ENC_SLICE));
    }

    #[test]
    fn what_does_not_serve_is_passed_over() {
        let good = offer(Profile::High, ENC_SLICE_LOW_POWER);
        let bad = offer(Profile::High, ENC_SLICE);
        for refused in [
            Offer { formats: 0, ..bad },
            Offer { rate_controls: 1, ..bad },
            Offer { max_width: Some(1280), ..bad },
            Offer { max_height: Some(720), ..bad },
        ] {
            assert!(best(&[refused], &SETTINGS).is_err(), "{refused:?}");
            let mode = best(&[refused, good], &SETTINGS).expect("the other serves");
            assert_eq!(mode.entrypoint, ENC_SLICE_LOW_POWER);
        }
        let small = Offer { max_width: Some(1280), max_height: None, ..bad };
        let refusal = Refusal::TooLarge { max_width: 1280, max_height: u32::MAX };
        assert_eq!(best(&[small], &SETTINGS), Err(refusal));
        let silent = Offer { max_width: None, max_height: Some(0), ..bad };
        assert!(best(&[silent], &SETTINGS).is_ok(), "no limit is told");
        assert!(matches!(best(&[], &SETTINGS), Err(Refusal::Lacks(_))));
    }

    #[test]
    fn rate_control_falls_back() {
        let with = |rate_controls| Offer { rate_controls, ..offer(Profile::Main, ENC_SLICE) };
        let control = |controls| best(&[with(controls)], &SETTINGS).map(|mode| mode.rate_control);
        assert_eq!(control(RC_VBR | RC_CQP), Ok(RC_VBR));
        assert_eq!(control(RC_CQP), Ok(RC_CQP));
    }
}
