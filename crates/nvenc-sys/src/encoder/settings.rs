//! What an encoder is opened with, and how NVENC is told.

use super::Codec;
use crate::{
    Error,
    sys::nvenc::{
        Config, Guid, INFINITE_GOP, MODE_FRAME, PRESET_P1, PRESET_P2, PRESET_P3, PRESET_P4, RC_CBR,
        RC_ENABLE_AQ, RC_ENABLE_LOOKAHEAD, RC_ENABLE_TEMPORAL_AQ, RC_ZERO_REORDER_DELAY,
        TWO_PASS_QUARTER,
    },
    version::Version,
};

/// Pictures that are kept for later ones to refer to, so that one can be lost.
pub(super) const KEPT_PICTURES: u32 = 4;

/// From the fastest to the best; beyond P4 the hardware takes longer than it gains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The fastest.
    P1,
    /// A little better.
    P2,
    /// What suits most.
    #[default]
    P3,
    /// The best that is still meant for low latency.
    P4,
}

impl Preset {
    pub(super) fn guid(self) -> Guid {
        match self {
            Self::P1 => PRESET_P1,
            Self::P2 => PRESET_P2,
            Self::P3 => PRESET_P3,
            Self::P4 => PRESET_P4,
        }
    }
}

/// What an encoder is opened with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Picture width, px; even.
    pub width: u32,
    /// Picture height, px; even.
    pub height: u32,
    /// Frames per second: numerator and denominator, from 1.
    pub frame_rate: (u32, u32),
    /// Target, bit/s.
    pub bits_per_second: u32,
    /// The length of the coded picture buffer in pictures: 1 keeps each near its share, which
    /// keeps latency even; more lets key frames be better.
    pub buffer_pictures: f32,
    /// Time against quality.
    pub preset: Preset,
    /// What viewers take.
    pub codec: Codec,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        let sides = [("the width", self.width), ("the height", self.height)];
        for (what, value) in sides {
            if value < 16 || value % 2 != 0 || value > 16_384 {
                let allowed = "even, from 16 to 16384";
                return Err(Error::OutOfRange { what, value: value.into(), allowed });
            }
        }
        let (numerator, denominator) = self.frame_rate;
        for value in [numerator, denominator, self.bits_per_second] {
            if value == 0 {
                let what = "a rate";
                return Err(Error::OutOfRange { what, value: 0, allowed: "from 1" });
            }
        }
        if !(0.5..=600.0).contains(&self.buffer_pictures) {
            let (what, value) = ("the buffer's length", self.buffer_pictures as u64);
            return Err(Error::OutOfRange { what, value, allowed: "from 0.5 to 600 pictures" });
        }
        Ok(())
    }

    /// Bits in the coded picture buffer.
    fn buffer_bits(&self) -> u32 {
        let (numerator, denominator) = self.frame_rate;
        let picture =
            f64::from(self.bits_per_second) * f64::from(denominator) / f64::from(numerator);
        // Saturates at 4 Gbit.
        (picture * f64::from(self.buffer_pictures)) as u32
    }

    /// Writes what differs from the preset, or must not depend on it. `kept` pictures may be
    /// referred to.
    pub(super) fn write(&self, config: &mut Config, version: Version, kept: u32) {
        config.version = version.config();
        config.gop_length = INFINITE_GOP;
        config.frame_interval_p = 1;
        config.frame_field_mode = MODE_FRAME;

        let rate = &mut config.rate_control;
        rate.version = version.rate_control();
        rate.rate_control_mode = RC_CBR;
        (rate.average_bit_rate, rate.max_bit_rate) = (self.bits_per_second, self.bits_per_second);
        rate.vbv_buffer_size = self.buffer_bits();
        rate.vbv_initial_delay = rate.vbv_buffer_size;
        rate.flags |= RC_ZERO_REORDER_DELAY;
        rate.flags &= !(RC_ENABLE_AQ | RC_ENABLE_TEMPORAL_AQ | RC_ENABLE_LOOKAHEAD);
        rate.low_delay_key_frame_scale = 1;
        rate.multi_pass = TWO_PASS_QUARTER;

        self.codec.write(config, version, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Profile, sys::Zeroed as _, version};

    const SETTINGS: Settings = Settings {
        width: 640,
        height: 480,
        frame_rate: (60, 1),
        bits_per_second: 2_400_000,
        buffer_pictures: 1.5,
        preset: Preset::P3,
        codec: Codec::H264(Profile::Baseline),
    };

    #[test]
    fn impossible_settings_are_refused() {
        SETTINGS.check().expect("possible");
        for settings in [
            Settings { width: 641, ..SETTINGS },
            Settings { height: 14, ..SETTINGS },
            Settings { width: 16_386, ..SETTINGS },
            Settings { frame_rate: (0, 1), ..SETTINGS },
            Settings { bits_per_second: 0, ..SETTINGS },
            Settings { buffer_pictures: f32::NAN, ..SETTINGS },
        ] {
            let error = settings.check().expect_err("impossible");
            assert!(matches!(error, Error::OutOfRange { .. }), "{settings:?}: {error}");
        }
    }

    #[test]
    fn the_buffer_holds_as_many_pictures_as_said() {
        assert_eq!(SETTINGS.buffer_bits(), 60_000);
        let mut config = Config::zeroed();
        SETTINGS.write(&mut config, version::ALL[0], KEPT_PICTURES);
        assert_eq!(config.rate_control.vbv_buffer_size, 60_000);
        assert_eq!(config.rate_control.average_bit_rate, 2_400_000);
        assert_eq!((config.gop_length, config.frame_interval_p), (INFINITE_GOP, 1));
    }
}
