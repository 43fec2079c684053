//! What can be coded, and what NVENC is told of each codec.

use crate::{
    sys::nvenc::{
        AV1_ANNEX_B, AV1_BIT_DEPTH_MINUS_8, AV1_CHROMA_FORMAT, AV1_CUSTOM_TILES,
        AV1_INPUT_BIT_DEPTH_MINUS_8, AV1_NO_SEQUENCE_HEADER, AV1_PADDING,
        AV1_REPEAT_SEQUENCE_HEADER, Av1, BIT_DEPTH_8, CODEC_AV1, CODEC_H264, CODEC_HEVC, Config,
        ENTROPY_CABAC, ENTROPY_CAVLC, Guid, H264, H264_FILLER_DATA, H264_REPEAT_SPS_PPS,
        HEVC_BIT_DEPTH_MINUS_8, HEVC_CHROMA_FORMAT, HEVC_FILLER_DATA, HEVC_NO_SPS_PPS,
        HEVC_REPEAT_SPS_PPS, Hevc, INFINITE_GOP, LEVEL_AUTO, LEVEL_AV1_AUTO, PROFILE_AV1_MAIN,
        PROFILE_BASELINE, PROFILE_HEVC_MAIN, PROFILE_HIGH, PROFILE_MAIN, REFERENCES_1,
        TIER_AV1_MAIN, TIER_HEVC_MAIN, Vui, with_field,
    },
    version::Version,
};

/// `chroma_format_idc` of 4:2:0 (H.264 table 6-1, H.265 likewise).
const CHROMA_420: u32 = 1;
/// BT.709 as primaries, transfer characteristics and matrix (H.273 tables 2 to 4).
const BT_709: u32 = 1;

/// What is coded: 8 bits, 4:2:0, BT.709 in limited range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// H.264 in one of its profiles.
    H264(Profile),
    /// HEVC in the Main profile and the Main tier.
    Hevc,
    /// AV1 in the Main profile; drivers know it since NVENC 12.0.
    Av1,
}

/// H.264's profiles, without those for other sample formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Baseline; what is coded is Constrained Baseline.
    Baseline,
    /// Main.
    Main,
    /// High.
    High,
}

impl Profile {
    fn guid(self) -> Guid {
        match self {
            Self::Baseline => PROFILE_BASELINE,
            Self::Main => PROFILE_MAIN,
            Self::High => PROFILE_HIGH,
        }
    }

    /// The better one of those that the profile has (H.264 annex A.2).
    fn entropy_coding(self) -> u32 {
        match self {
            Self::Baseline => ENTROPY_CAVLC,
            Self::Main | Self::High => ENTROPY_CABAC,
        }
    }
}

impl Codec {
    /// As people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::H264(_) => "H.264",
            Self::Hevc => "HEVC",
            Self::Av1 => "AV1",
        }
    }

    pub(super) fn guid(self) -> Guid {
        match self {
            Self::H264(_) => CODEC_H264,
            Self::Hevc => CODEC_HEVC,
            Self::Av1 => CODEC_AV1,
        }
    }

    /// Whether the interface has words for it.
    pub(super) fn is_in(self, version: Version) -> bool {
        match self {
            Self::H264(_) | Self::Hevc => true,
            Self::Av1 => version.has_av1(),
        }
    }

    /// Writes what the codec is to be like: no key frame but where one is asked for, with what a
    /// decoder needs before each; nothing to fill the rate up; `kept` pictures to refer to.
    pub(super) fn write(self, config: &mut Config, version: Version, kept: u32) {
        let depth = if version.has_bit_depth() { BIT_DEPTH_8 } else { 0 };
        match self {
            Self::H264(profile) => {
                config.profile = profile.guid();
                write_h264(config.codec.h264_mut(), profile, depth, kept);
            }
            Self::Hevc => {
                config.profile = PROFILE_HEVC_MAIN;
                write_hevc(config.codec.hevc_mut(), depth, kept);
            }
            Self::Av1 => {
                config.profile = PROFILE_AV1_MAIN;
                write_av1(config.codec.av1_mut(), depth, kept);
            }
        }
    }
}

fn write_h264(h264: &mut H264, profile: Profile, depth: u32, kept: u32) {
    h264.flags = (h264.flags | H264_REPEAT_SPS_PPS) & !H264_FILLER_DATA;
    // The lowest that the picture and the rate need.
    h264.level = LEVEL_AUTO;
    h264.idr_period = INFINITE_GOP;
    h264.entropy_coding_mode = profile.entropy_coding();
    (h264.max_num_ref_frames, h264.num_ref_l0) = (kept, REFERENCES_1);
    // One slice.
    (h264.slice_mode, h264.slice_mode_data) = (3, 1);
    h264.chroma_format_idc = CHROMA_420;
    (h264.output_bit_depth, h264.input_bit_depth) = (depth, depth);
    write_vui(&mut h264.vui);
}

fn write_hevc(hevc: &mut Hevc, depth: u32, kept: u32) {
    // The field of the bit depth is 0 for 8 bits, and reserved where there are words for it.
    hevc.flags &= !(HEVC_FILLER_DATA | HEVC_NO_SPS_PPS | HEVC_BIT_DEPTH_MINUS_8);
    hevc.flags = with_field(hevc.flags | HEVC_REPEAT_SPS_PPS, HEVC_CHROMA_FORMAT, CHROMA_420);
    (hevc.level, hevc.tier) = (LEVEL_AUTO, TIER_HEVC_MAIN);
    hevc.idr_period = INFINITE_GOP;
    (hevc.max_num_ref_frames, hevc.num_ref_l0) = (kept, REFERENCES_1);
    (hevc.slice_mode, hevc.slice_mode_data) = (3, 1);
    (hevc.output_bit_depth, hevc.input_bit_depth) = (depth, depth);
    write_vui(&mut hevc.vui);
}

fn write_av1(av1: &mut Av1, depth: u32, kept: u32) {
    // As in HEVC; where the bit depth has words, the fields are some that nothing here wants.
    let depths = AV1_BIT_DEPTH_MINUS_8 | AV1_INPUT_BIT_DEPTH_MINUS_8;
    let unwanted = AV1_ANNEX_B | AV1_PADDING | AV1_NO_SEQUENCE_HEADER | AV1_CUSTOM_TILES | depths;
    let flags = av1.flags & !unwanted | AV1_REPEAT_SEQUENCE_HEADER;
    av1.flags = with_field(flags, AV1_CHROMA_FORMAT, CHROMA_420);
    // 0 would be level 2.0.
    (av1.level, av1.tier) = (LEVEL_AV1_AUTO, TIER_AV1_MAIN);
    av1.idr_period = INFINITE_GOP;
    (av1.max_num_ref_frames, av1.num_fwd_refs) = (kept, REFERENCES_1);
    // The fewest that the standard allows for the size.
    (av1.num_tile_columns, av1.num_tile_rows) = (0, 0);
    (av1.output_bit_depth, av1.input_bit_depth) = (depth, depth);
    (av1.color_primaries, av1.transfer_characteristics) = (BT_709, BT_709);
    (av1.matrix_coefficients, av1.color_range) = (BT_709, 0);
}

/// BT.709 in limited range, and no reordering (H.264 tables E-3 to E-5; H.265 likewise).
fn write_vui(vui: &mut Vui) {
    vui.video_signal_type_present_flag = 1;
    vui.video_format = 5;
    vui.video_full_range_flag = 0;
    vui.colour_description_present_flag = 1;
    (vui.colour_primaries, vui.transfer_characteristics) = (BT_709, BT_709);
    vui.colour_matrix = BT_709;
    vui.bitstream_restriction_flag = 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sys::{Zeroed as _, nvenc::field},
        version::ALL,
    };

    #[test]
    fn av1_is_in_what_knows_it() {
        let known = ALL.map(|version| Codec::Av1.is_in(version));
        assert_eq!(known, [true, true, true, true, false]);
        assert!(ALL.into_iter().all(|version| Codec::Hevc.is_in(version)));
    }

    /// In HEVC, whatever a preset said.
    #[test]
    fn bit_fields_are_overwritten() {
        for version in ALL {
            let mut config = Config::zeroed();
            config.codec.hevc_mut().flags = u32::MAX;
            Codec::Hevc.write(&mut config, version, 4);
            let flags = config.codec.hevc().flags;
            assert_eq!(field(flags, HEVC_CHROMA_FORMAT), CHROMA_420);
            assert_eq!(field(flags, HEVC_REPEAT_SPS_PPS), 1);
            for mask in [HEVC_BIT_DEPTH_MINUS_8, HEVC_FILLER_DATA, HEVC_NO_SPS_PPS] {
                assert_eq!(field(flags, mask), 0);
            }
        }
    }

    /// In AV1 likewise.
    #[test]
    fn bit_fields_of_av1_are_overwritten() {
        let mut config = Config::zeroed();
        config.codec.av1_mut().flags = u32::MAX;
        Codec::Av1.write(&mut config, ALL[0], 4);
        let flags = config.codec.av1().flags;
        assert_eq!(field(flags, AV1_CHROMA_FORMAT), CHROMA_420);
        assert_eq!(field(flags, AV1_REPEAT_SEQUENCE_HEADER), 1);
        for mask in [
            AV1_ANNEX_B,
            AV1_PADDING,
            AV1_NO_SEQUENCE_HEADER,
            AV1_CUSTOM_TILES,
            AV1_BIT_DEPTH_MINUS_8,
            AV1_INPUT_BIT_DEPTH_MINUS_8,
        ] {
            assert_eq!(field(flags, mask), 0);
        }
    }
}
