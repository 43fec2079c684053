//! What NVENC is told per codec: the members of the union in its configuration.

use std::{ffi::c_void, fmt};

use super::{Guid, guid};
use crate::sys::assert_layout;

/// `NV_ENC_CODEC_H264_GUID`.
pub const CODEC_H264: Guid =
    guid(0x6bc8_2762, 0x4e63, 0x4ca4, [0xaa, 0x85, 0x1e, 0x50, 0xf3, 0x21, 0xf6, 0xbf]);
/// `NV_ENC_H264_PROFILE_BASELINE_GUID`.
pub const PROFILE_BASELINE: Guid =
    guid(0x0727_bcaa, 0x78c4, 0x4c83, [0x8c, 0x2f, 0xef, 0x3d, 0xff, 0x26, 0x7c, 0x6a]);
/// `NV_ENC_H264_PROFILE_MAIN_GUID`.
pub const PROFILE_MAIN: Guid =
    guid(0x60b5_c1d4, 0x67fe, 0x4790, [0x94, 0xd5, 0xc4, 0x72, 0x6d, 0x7b, 0x6e, 0x6d]);
/// `NV_ENC_H264_PROFILE_HIGH_GUID`.
pub const PROFILE_HIGH: Guid =
    guid(0xe7cb_c309, 0x4f7a, 0x4b89, [0xaf, 0x2a, 0xd5, 0x37, 0xc9, 0x2b, 0xe3, 0x10]);
/// `NV_ENC_CODEC_HEVC_GUID`.
pub const CODEC_HEVC: Guid =
    guid(0x790c_dc88, 0x4522, 0x4d7b, [0x94, 0x25, 0xbd, 0xa9, 0x97, 0x5f, 0x76, 0x03]);
/// `NV_ENC_HEVC_PROFILE_MAIN_GUID`.
pub const PROFILE_HEVC_MAIN: Guid =
    guid(0xb514_c39a, 0xb55b, 0x40fa, [0x87, 0x8f, 0xf1, 0x25, 0x3b, 0x4d, 0xfd, 0xec]);
/// `NV_ENC_CODEC_AV1_GUID`.
pub const CODEC_AV1: Guid =
    guid(0x0a35_2289, 0x0aa7, 0x4759, [0x86, 0x2d, 0x5d, 0x15, 0xcd, 0x16, 0xd2, 0x54]);
/// `NV_ENC_AV1_PROFILE_MAIN_GUID`.
pub const PROFILE_AV1_MAIN: Guid =
    guid(0x5f2a_39f5, 0xf14e, 0x4f95, [0x9a, 0x9e, 0xb7, 0x6d, 0x56, 0x8f, 0xcf, 0x97]);

/// `NV_ENC_BIT_DEPTH_8`, since 12.2.
pub const BIT_DEPTH_8: u32 = 8;
/// `NV_ENC_NUM_REF_FRAMES_1`.
pub const REFERENCES_1: u32 = 1;
/// `NV_ENC_LEVEL_AUTOSELECT`, of H.264 and HEVC.
pub const LEVEL_AUTO: u32 = 0;
/// `NV_ENC_LEVEL_AV1_AUTOSELECT`.
pub const LEVEL_AV1_AUTO: u32 = 24;
/// `NV_ENC_TIER_HEVC_MAIN`.
pub const TIER_HEVC_MAIN: u32 = 0;
/// `NV_ENC_TIER_AV1_0`.
pub const TIER_AV1_MAIN: u32 = 0;
/// `NV_ENC_H264_ENTROPY_CODING_MODE_CABAC`.
pub const ENTROPY_CABAC: u32 = 1;
/// `NV_ENC_H264_ENTROPY_CODING_MODE_CAVLC`.
pub const ENTROPY_CAVLC: u32 = 2;

/// `repeatSPSPPS` in [`H264::flags`].
pub const H264_REPEAT_SPS_PPS: u32 = 1 << 12;
/// `enableFillerDataInsertion` in [`H264::flags`].
pub const H264_FILLER_DATA: u32 = 1 << 17;
/// `disableSPSPPS` in [`Hevc::flags`].
pub const HEVC_NO_SPS_PPS: u32 = 1 << 6;
/// `repeatSPSPPS` in [`Hevc::flags`].
pub const HEVC_REPEAT_SPS_PPS: u32 = 1 << 7;
/// `chromaFormatIDC` in [`Hevc::flags`].
pub const HEVC_CHROMA_FORMAT: u32 = 3 << 9;
/// `pixelBitDepthMinus8` in [`Hevc::flags`].
pub const HEVC_BIT_DEPTH_MINUS_8: u32 = 7 << 11;
/// `enableFillerDataInsertion` in [`Hevc::flags`].
pub const HEVC_FILLER_DATA: u32 = 1 << 14;
/// `outputAnnexBFormat` in [`Av1::flags`].
pub const AV1_ANNEX_B: u32 = 1;
/// `disableSeqHdr` in [`Av1::flags`].
pub const AV1_NO_SEQUENCE_HEADER: u32 = 1 << 4;
/// `repeatSeqHdr` in [`Av1::flags`].
pub const AV1_REPEAT_SEQUENCE_HEADER: u32 = 1 << 5;
/// `chromaFormatIDC` in [`Av1::flags`].
pub const AV1_CHROMA_FORMAT: u32 = 3 << 7;
/// `enableBitstreamPadding` in [`Av1::flags`].
pub const AV1_PADDING: u32 = 1 << 9;
/// `enableCustomTileConfig` in [`Av1::flags`].
pub const AV1_CUSTOM_TILES: u32 = 1 << 10;
/// `inputPixelBitDepthMinus8` in [`Av1::flags`].
pub const AV1_INPUT_BIT_DEPTH_MINUS_8: u32 = 7 << 12;
/// `pixelBitDepthMinus8` in [`Av1::flags`].
pub const AV1_BIT_DEPTH_MINUS_8: u32 = 7 << 15;

/// A word of bit fields with `value` in the one of this mask.
pub fn with_field(word: u32, mask: u32, value: u32) -> u32 {
    word & !mask | value << mask.trailing_zeros() & mask
}

/// What the bit field of this mask holds.
pub fn field(word: u32, mask: u32) -> u32 {
    (word & mask) >> mask.trailing_zeros()
}

/// `NV_ENC_CONFIG_H264_VUI_PARAMETERS`, HEVC's likewise.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Vui {
    pub overscan_info_present_flag: u32,
    pub overscan_info: u32,
    pub video_signal_type_present_flag: u32,
    pub video_format: u32,
    pub video_full_range_flag: u32,
    pub colour_description_present_flag: u32,
    pub colour_primaries: u32,
    pub transfer_characteristics: u32,
    pub colour_matrix: u32,
    pub chroma_sample_location: [u32; 3],
    pub bitstream_restriction_flag: u32,
    pub reserved: [u32; 15],
}
assert_layout!(
    Vui,
    112,
    video_signal_type_present_flag = 8,
    video_format = 12,
    video_full_range_flag = 16,
    colour_description_present_flag = 20,
    colour_primaries = 24,
    transfer_characteristics = 28,
    colour_matrix = 32,
    bitstream_restriction_flag = 48,
);

/// `NV_ENC_CONFIG_H264`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct H264 {
    pub flags: u32,
    pub level: u32,
    pub idr_period: u32,
    pub unused1: [u32; 8],
    pub entropy_coding_mode: u32,
    pub unused2: [u32; 3],
    pub max_num_ref_frames: u32,
    pub slice_mode: u32,
    pub slice_mode_data: u32,
    pub vui: Vui,
    pub ltr: [u32; 2],
    pub chroma_format_idc: u32,
    pub unused3: [u32; 2],
    pub num_ref_l0: u32,
    pub num_ref_l1: u32,
    /// Since 12.2, as is the next; reserved before.
    pub output_bit_depth: u32,
    pub input_bit_depth: u32,
    pub reserved1: [u32; 265],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(
    H264,
    1792,
    level = 4,
    idr_period = 8,
    entropy_coding_mode = 44,
    max_num_ref_frames = 60,
    slice_mode = 64,
    slice_mode_data = 68,
    vui = 72,
    chroma_format_idc = 192,
    num_ref_l0 = 204,
    output_bit_depth = 212,
    input_bit_depth = 216,
);

/// `NV_ENC_CONFIG_HEVC`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Hevc {
    pub level: u32,
    pub tier: u32,
    pub unused1: [u32; 2],
    pub flags: u32,
    pub idr_period: u32,
    pub unused2: [u32; 2],
    pub max_num_ref_frames: u32,
    pub unused3: [u32; 4],
    pub slice_mode: u32,
    pub slice_mode_data: u32,
    pub unused4: u32,
    pub vui: Vui,
    pub unused5: [u32; 2],
    pub num_ref_l0: u32,
    pub num_ref_l1: u32,
    pub unused6: [u32; 2],
    /// Since 12.2, as is the next; reserved before, when [`HEVC_BIT_DEPTH_MINUS_8`] said it.
    pub output_bit_depth: u32,
    pub input_bit_depth: u32,
    pub reserved1: [u32; 210],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(
    Hevc,
    1560,
    level = 0,
    tier = 4,
    idr_period = 20,
    max_num_ref_frames = 32,
    slice_mode = 52,
    slice_mode_data = 56,
    vui = 64,
    num_ref_l0 = 184,
    num_ref_l1 = 188,
    output_bit_depth = 200,
    input_bit_depth = 204,
    reserved2 = 1048,
);

/// `NV_ENC_CONFIG_AV1`, since 12.0.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Av1 {
    pub level: u32,
    pub tier: u32,
    pub unused1: [u32; 2],
    pub flags: u32,
    pub idr_period: u32,
    pub unused2: [u32; 2],
    pub max_num_ref_frames: u32,
    pub num_tile_columns: u32,
    pub num_tile_rows: u32,
    pub padding1: u32,
    pub tile_widths: *mut u32,
    pub tile_heights: *mut u32,
    pub unused3: u32,
    pub color_primaries: u32,
    pub transfer_characteristics: u32,
    pub matrix_coefficients: u32,
    pub color_range: u32,
    pub chroma_sample_position: u32,
    pub unused4: u32,
    pub padding2: u32,
    pub film_grain_params: *mut c_void,
    pub num_fwd_refs: u32,
    pub num_bwd_refs: u32,
    /// Since 12.2, as is the next; reserved before, when bit fields said it.
    pub output_bit_depth: u32,
    pub input_bit_depth: u32,
    pub reserved1: [u32; 234],
    pub reserved2: [*mut c_void; 62],
}
assert_layout!(
    Av1,
    1552,
    level = 0,
    tier = 4,
    idr_period = 20,
    max_num_ref_frames = 32,
    num_tile_columns = 36,
    num_tile_rows = 40,
    tile_widths = 48,
    tile_heights = 56,
    color_primaries = 68,
    transfer_characteristics = 72,
    matrix_coefficients = 76,
    color_range = 80,
    chroma_sample_position = 84,
    film_grain_params = 96,
    num_fwd_refs = 104,
    num_bwd_refs = 108,
    output_bit_depth = 112,
    input_bit_depth = 116,
);

/// `NV_ENC_CODEC_CONFIG`: which member counts, the codec's GUID says elsewhere.
#[derive(Clone, Copy)]
#[repr(C)]
pub union CodecConfig {
    h264: H264,
    hevc: Hevc,
    av1: Av1,
}
assert_layout!(CodecConfig, 1792);

/// Declares what reads and writes one member.
macro_rules! members {
    ($($member:ident, $member_mut:ident: $kind:ident;)*) => {
        impl CodecConfig {
            $(
                pub fn $member(&self) -> &$kind {
                    // SAFETY: all bytes of the union have been written: its longest member, which
                    // has no padding, covers it, and it starts as zeros or as that member; the
                    // other two have none either. Integers and raw pointers take any bytes.
                    unsafe { &self.$member }
                }

                pub fn $member_mut(&mut self) -> &mut $kind {
                    // SAFETY: as above; and whatever is written is a value of the others, too.
                    unsafe { &mut self.$member }
                }
            )*
        }
    };
}

members! {
    h264, h264_mut: H264;
    hevc, hevc_mut: Hevc;
    av1, av1_mut: Av1;
}

impl fmt::Debug for CodecConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodecConfig")
    }
}
