//! `va/va_enc_h264.h`, and the parameters in `va/va.h` that every codec's encoder takes.

use super::{INVALID_ID, Id, assert_layout};

/// `VA_PICTURE_H264_INVALID`.
const PICTURE_INVALID: u32 = 1;
/// `VA_PICTURE_H264_SHORT_TERM_REFERENCE`.
const PICTURE_SHORT_TERM: u32 = 8;

/// `VAPictureH264`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct PictureH264 {
    pub surface: Id,
    pub frame_idx: u32,
    pub flags: u32,
    pub top_order_count: i32,
    pub bottom_order_count: i32,
    pub reserved: [u32; 4],
}

impl PictureH264 {
    /// An empty place in a list.
    pub(crate) const NONE: Self = Self {
        surface: INVALID_ID,
        frame_idx: 0,
        flags: PICTURE_INVALID,
        top_order_count: 0,
        bottom_order_count: 0,
        reserved: [0; 4],
    };

    /// A reconstructed frame that following pictures may refer to.
    pub(crate) fn reference(surface: Id, frame_num: u16, order_count: i32) -> Self {
        Self {
            surface,
            frame_idx: frame_num.into(),
            flags: PICTURE_SHORT_TERM,
            top_order_count: order_count,
            bottom_order_count: order_count,
            reserved: [0; 4],
        }
    }
}

/// `VAEncSequenceParameterBufferH264`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct SequenceH264 {
    pub seq_parameter_set_id: u8,
    pub level_idc: u8,
    pub intra_period: u32,
    pub intra_idr_period: u32,
    pub ip_period: u32,
    pub bits_per_second: u32,
    pub max_num_ref_frames: u32,
    pub picture_width_in_mbs: u16,
    pub picture_height_in_mbs: u16,
    pub seq_fields: u32,
    pub bit_depth_luma_minus8: u8,
    pub bit_depth_chroma_minus8: u8,
    pub num_ref_frames_in_pic_order_cnt_cycle: u8,
    pub offset_for_non_ref_pic: i32,
    pub offset_for_top_to_bottom_field: i32,
    pub offset_for_ref_frame: [i32; 256],
    pub frame_cropping_flag: u8,
    pub frame_crop_left_offset: u32,
    pub frame_crop_right_offset: u32,
    pub frame_crop_top_offset: u32,
    pub frame_crop_bottom_offset: u32,
    pub vui_parameters_present_flag: u8,
    pub vui_fields: u32,
    pub aspect_ratio_idc: u8,
    pub sar_width: u32,
    pub sar_height: u32,
    pub num_units_in_tick: u32,
    pub time_scale: u32,
    pub reserved: [u32; 4],
}

/// `VAEncPictureParameterBufferH264`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct PictureParametersH264 {
    pub current: PictureH264,
    pub references: [PictureH264; 16],
    pub coded_buffer: Id,
    pub pic_parameter_set_id: u8,
    pub seq_parameter_set_id: u8,
    pub last_picture: u8,
    pub frame_num: u16,
    pub pic_init_qp: u8,
    pub num_ref_idx_l0_active_minus1: u8,
    pub num_ref_idx_l1_active_minus1: u8,
    pub chroma_qp_index_offset: i8,
    pub second_chroma_qp_index_offset: i8,
    pub pic_fields: u32,
    pub reserved: [u32; 4],
}

/// `VAEncSliceParameterBufferH264`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct SliceH264 {
    pub macroblock_address: u32,
    pub num_macroblocks: u32,
    pub macroblock_info: Id,
    pub slice_type: u8,
    pub pic_parameter_set_id: u8,
    pub idr_pic_id: u16,
    pub pic_order_cnt_lsb: u16,
    pub delta_pic_order_cnt_bottom: i32,
    pub delta_pic_order_cnt: [i32; 2],
    pub direct_spatial_mv_pred_flag: u8,
    pub num_ref_idx_active_override_flag: u8,
    pub num_ref_idx_l0_active_minus1: u8,
    pub num_ref_idx_l1_active_minus1: u8,
    pub list0: [PictureH264; 32],
    pub list1: [PictureH264; 32],
    pub luma_log2_weight_denom: u8,
    pub chroma_log2_weight_denom: u8,
    pub weights_l0: Weights,
    pub weights_l1: Weights,
    pub cabac_init_idc: u8,
    pub slice_qp_delta: i8,
    pub disable_deblocking_filter_idc: u8,
    pub slice_alpha_c0_offset_div2: i8,
    pub slice_beta_offset_div2: i8,
    pub reserved: [u32; 4],
}

/// A prediction weight table of [`SliceH264`]; in C its members stand in the slice itself.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Weights {
    pub luma_flag: u8,
    pub luma_weight: [i16; 32],
    pub luma_offset: [i16; 32],
    pub chroma_flag: u8,
    pub chroma_weight: [[i16; 2]; 32],
    pub chroma_offset: [[i16; 2]; 32],
}

impl Weights {
    /// No weighting.
    pub(crate) const NONE: Self = Self {
        luma_flag: 0,
        luma_weight: [0; 32],
        luma_offset: [0; 32],
        chroma_flag: 0,
        chroma_weight: [[0; 2]; 32],
        chroma_offset: [[0; 2]; 32],
    };
}

/// `VAEncPackedHeaderParameterBuffer`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct PackedHeader {
    pub kind: u32,
    pub bit_length: u32,
    pub has_emulation_bytes: u8,
    pub reserved: [u32; 4],
}

/// `VAEncMiscParameterBuffer` with what its flexible array holds.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Misc<T> {
    pub kind: u32,
    pub value: T,
}

/// `VAEncMiscParameterRateControl`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct RateControlParameters {
    pub bits_per_second: u32,
    pub target_percentage: u32,
    pub window_size_ms: u32,
    pub initial_qp: u32,
    pub min_qp: u32,
    pub basic_unit_size: u32,
    pub flags: u32,
    pub icq_quality_factor: u32,
    pub max_qp: u32,
    pub quality_factor: u32,
    pub target_frame_size: u32,
    pub reserved: [u32; 4],
}

/// `VAEncMiscParameterFrameRate`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct FrameRateParameters {
    /// Numerator in the low half, denominator in the high half, where 0 means 1.
    pub framerate: u32,
    pub flags: u32,
    pub reserved: [u32; 4],
}

/// `VAEncMiscParameterHRD`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct HrdParameters {
    /// In bits, as is the size.
    pub initial_buffer_fullness: u32,
    pub buffer_size: u32,
    pub reserved: [u32; 4],
}

assert_layout!(PictureH264, 36, flags = 8, top_order_count = 12, reserved = 20);
assert_layout!(SequenceH264, 1132, intra_period = 4, bits_per_second = 16, seq_fields = 28);
assert_layout!(SequenceH264, 1132, picture_width_in_mbs = 24, picture_height_in_mbs = 26);
assert_layout!(SequenceH264, 1132, offset_for_non_ref_pic = 36, offset_for_ref_frame = 44);
assert_layout!(SequenceH264, 1132, frame_cropping_flag = 1068, frame_crop_bottom_offset = 1084);
assert_layout!(SequenceH264, 1132, vui_parameters_present_flag = 1088, vui_fields = 1092);
assert_layout!(SequenceH264, 1132, sar_width = 1100, time_scale = 1112, reserved = 1116);
assert_layout!(PictureParametersH264, 648, references = 36, coded_buffer = 612, frame_num = 620);
assert_layout!(PictureParametersH264, 648, pic_init_qp = 622, pic_fields = 628, reserved = 632);
assert_layout!(SliceH264, 3140, macroblock_info = 8, slice_type = 12, idr_pic_id = 14);
assert_layout!(SliceH264, 3140, pic_order_cnt_lsb = 16, delta_pic_order_cnt = 24, list0 = 36);
assert_layout!(SliceH264, 3140, list1 = 1188, luma_log2_weight_denom = 2340);
assert_layout!(SliceH264, 3140, weights_l0 = 2342, weights_l1 = 2730, cabac_init_idc = 3118);
assert_layout!(SliceH264, 3140, slice_beta_offset_div2 = 3122, reserved = 3124);
assert_layout!(Weights, 388, luma_weight = 2, luma_offset = 66, chroma_flag = 130);
assert_layout!(Weights, 388, chroma_weight = 132, chroma_offset = 260);
assert_layout!(PackedHeader, 28, bit_length = 4, has_emulation_bytes = 8, reserved = 12);
assert_layout!(Misc<RateControlParameters>, 64, value = 4);
assert_layout!(Misc<FrameRateParameters>, 28, value = 4);
assert_layout!(Misc<HrdParameters>, 28, value = 4);
assert_layout!(RateControlParameters, 60, window_size_ms = 8, flags = 24, max_qp = 32);
assert_layout!(RateControlParameters, 60, target_frame_size = 40, reserved = 44);
assert_layout!(FrameRateParameters, 24, flags = 4, reserved = 8);
assert_layout!(HrdParameters, 24, buffer_size = 4, reserved = 8);
