//! What a driver is told of a sequence, a picture, a slice and the rate. Knows no driver.

use crate::{
    h264::{FRAME_NUMS, Picture, Sequence},
    sys::{
        FrameRateParameters, HrdParameters, INVALID_ID, Id, PictureH264, PictureParametersH264,
        RateControlParameters, SequenceH264, SliceH264, Weights,
    },
};

/// As long as periods can be: an IDR comes when asked for.
const NEVER: u32 = i32::MAX as u32;

/// `disable_bit_stuffing` of `rc_flags`: a still scene costs nothing.
const NO_STUFFING: u32 = 1 << 2;

/// What is asked of the rate control.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub bits_per_second: u32,
    pub buffer_ms: u32,
    /// Numerator and denominator, each from 1 to 65535.
    pub frame_rate: (u32, u32),
}

impl Rate {
    pub(super) fn control(&self, initial_qp: u8) -> RateControlParameters {
        RateControlParameters {
            bits_per_second: self.bits_per_second,
            target_percentage: 100,
            window_size_ms: self.buffer_ms,
            initial_qp: initial_qp.into(),
            flags: NO_STUFFING,
            ..RateControlParameters::default()
        }
    }

    /// A buffer that starts three quarters full, in bits.
    pub(super) fn hrd(&self) -> HrdParameters {
        let bits = u64::from(self.bits_per_second) * u64::from(self.buffer_ms) / 1000;
        let size = u32::try_from(bits).unwrap_or(u32::MAX);
        HrdParameters {
            buffer_size: size,
            initial_buffer_fullness: size / 4 * 3,
            ..HrdParameters::default()
        }
    }

    pub(super) fn frames(&self) -> FrameRateParameters {
        let (numerator, denominator) = self.frame_rate;
        FrameRateParameters {
            framerate: numerator | denominator << 16,
            ..FrameRateParameters::default()
        }
    }
}

/// A picture, and the two surfaces that take turns in being written and referred to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub picture: Picture,
    /// Pictures since the last IDR; 0 is the IDR itself.
    pub since_idr: u32,
    pub surfaces: [Id; 2],
}

impl Turn {
    fn written(&self) -> PictureH264 {
        PictureH264 { flags: 0, ..self.at(self.since_idr) }
    }

    fn referred(&self) -> PictureH264 {
        self.since_idr.checked_sub(1).map_or(PictureH264::NONE, |count| self.at(count))
    }

    fn at(&self, count: u32) -> PictureH264 {
        let surface = self.surfaces[count as usize % 2];
        // Order counts are twice the number of the picture with pic_order_cnt_type 2 (§8.2.1.3).
        // They fit: an IDR comes before.
        let order = count.wrapping_mul(2).cast_signed();
        PictureH264::reference(surface, (count % FRAME_NUMS) as u16, order)
    }
}

/// `bits_per_second` is 0 where the quantiser is constant.
pub(super) fn sequence(sequence: &Sequence, bits_per_second: u32) -> SequenceH264 {
    let (columns, rows) = sequence.macroblocks();
    let (right, bottom) = sequence.crop();
    let (numerator, denominator) = sequence.frame_rate;
    SequenceH264 {
        seq_parameter_set_id: 0,
        level_idc: sequence.level_idc,
        intra_period: NEVER,
        intra_idr_period: NEVER,
        ip_period: 1,
        bits_per_second,
        max_num_ref_frames: 1,
        // `check_sides` bounds both far below 2^16.
        picture_width_in_mbs: columns as u16,
        picture_height_in_mbs: rows as u16,
        // chroma_format_idc 1, frame_mbs_only_flag, direct_8x8_inference_flag,
        // log2_max_frame_num_minus4 4, pic_order_cnt_type 2; as in the SPS.
        seq_fields: 1 | 1 << 2 | 1 << 5 | 4 << 6 | 2 << 10,
        bit_depth_luma_minus8: 0,
        bit_depth_chroma_minus8: 0,
        num_ref_frames_in_pic_order_cnt_cycle: 0,
        offset_for_non_ref_pic: 0,
        offset_for_top_to_bottom_field: 0,
        offset_for_ref_frame: [0; 256],
        frame_cropping_flag: (right + bottom > 0).into(),
        frame_crop_left_offset: 0,
        frame_crop_right_offset: right,
        frame_crop_top_offset: 0,
        frame_crop_bottom_offset: bottom,
        vui_parameters_present_flag: 1,
        // timing_info_present_flag, bitstream_restriction_flag, both log2_max_mv_length 15,
        // motion_vectors_over_pic_boundaries_flag; as in the VUI.
        vui_fields: 1 << 1 | 1 << 2 | 15 << 3 | 15 << 8 | 1 << 15,
        aspect_ratio_idc: 0,
        sar_width: 0,
        sar_height: 0,
        num_units_in_tick: denominator,
        time_scale: numerator.saturating_mul(2),
        reserved: [0; 4],
    }
}

/// `coded` is the buffer that the coded picture goes to.
pub(super) fn picture(sequence: &Sequence, turn: &Turn, coded: Id) -> PictureParametersH264 {
    let mut references = [PictureH264::NONE; 16];
    references[0] = turn.referred();
    let idr = u32::from(matches!(turn.picture, Picture::Idr { .. }));
    let profile = sequence.profile;
    PictureParametersH264 {
        current: turn.written(),
        references,
        coded_buffer: coded,
        pic_parameter_set_id: 0,
        seq_parameter_set_id: 0,
        last_picture: 0,
        frame_num: (turn.since_idr % FRAME_NUMS) as u16,
        pic_init_qp: sequence.initial_qp,
        num_ref_idx_l0_active_minus1: 0,
        num_ref_idx_l1_active_minus1: 0,
        chroma_qp_index_offset: 0,
        second_chroma_qp_index_offset: 0,
        // idr_pic_flag, reference_pic_flag, entropy_coding_mode_flag, transform_8x8_mode_flag,
        // deblocking_filter_control_present_flag; as in the PPS.
        pic_fields: idr
            | 1 << 1
            | u32::from(profile.cabac()) << 3
            | u32::from(profile.transform_8x8()) << 8
            | 1 << 9,
        reserved: [0; 4],
    }
}

/// The picture's one slice.
pub(super) fn slice(sequence: &Sequence, turn: &Turn) -> SliceH264 {
    let (columns, rows) = sequence.macroblocks();
    let mut list0 = [PictureH264::NONE; 32];
    list0[0] = turn.referred();
    let (slice_type, idr_pic_id) = match turn.picture {
        Picture::Idr { idr_pic_id } => (2, idr_pic_id),
        Picture::Inter { .. } => (0, 0),
    };
    SliceH264 {
        macroblock_address: 0,
        num_macroblocks: columns * rows,
        macroblock_info: INVALID_ID,
        slice_type,
        pic_parameter_set_id: 0,
        idr_pic_id,
        pic_order_cnt_lsb: 0,
        delta_pic_order_cnt_bottom: 0,
        delta_pic_order_cnt: [0; 2],
        direct_spatial_mv_pred_flag: 1,
        num_ref_idx_active_override_flag: 0,
        num_ref_idx_l0_active_minus1: 0,
        num_ref_idx_l1_active_minus1: 0,
        list0,
        list1: [PictureH264::NONE; 32],
        luma_log2_weight_denom: 0,
        chroma_log2_weight_denom: 0,
        weights_l0: Weights::NONE,
        weights_l1: Weights::NONE,
        cabac_init_idc: 0,
        slice_qp_delta: 0,
        disable_deblocking_filter_idc: 0,
        slice_alpha_c0_offset_div2: 0,
        slice_beta_offset_div2: 0,
        reserved: [0; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        h264::{
            Profile,
            trace::{Unit, trace},
        },
        sys::c::bit_fields,
    };

    const PROFILES: [Profile; 3] = [Profile::ConstrainedBaseline, Profile::Main, Profile::High];
    const IDR: Turn =
        Turn { picture: Picture::Idr { idr_pic_id: 1 }, since_idr: 0, surfaces: [70, 71] };

    fn described(profile: Profile) -> Sequence {
        let (frame_rate, initial_qp) = ((30_000, 1001), 28);
        Sequence { profile, level_idc: 32, width: 1000, height: 700, frame_rate, initial_qp }
    }

    /// The parameter sets of a sequence as another reads them.
    fn sets(described: &Sequence) -> Option<[Unit; 2]> {
        let mut slice = described.slice(Picture::Idr { idr_pic_id: 0 }).bytes;
        slice.push(0x80);
        let stream = [described.sps().bytes, described.pps().bytes, slice].concat();
        let mut units = trace(&stream)?.into_iter();
        let mut find =
            |title| units.find(|unit: &Unit| unit.title == title).expect("it was written");
        Some([find("Sequence Parameter Set"), find("Picture Parameter Set")])
    }

    /// Those members of a bit field that have H.264's names, as the unit says, else 0.
    fn members<'a>(unit: &Unit, names: &[&'a str]) -> Vec<(&'a str, i64)> {
        names.iter().map(|name| (*name, unit.field(name).unwrap_or(0))).collect()
    }

    /// Drivers that write their own parameter sets write the same as this crate does.
    #[test]
    fn drivers_are_told_what_the_parameter_sets_say() {
        for profile in PROFILES {
            let described = described(profile);
            let Some([sps, _]) = sets(&described) else { return };
            let told = sequence(&described, 5_000_000);
            let pairs = [
                ("level_idc", i64::from(told.level_idc)),
                ("max_num_ref_frames", told.max_num_ref_frames.into()),
                ("pic_width_in_mbs_minus1", i64::from(told.picture_width_in_mbs) - 1),
                ("pic_height_in_map_units_minus1", i64::from(told.picture_height_in_mbs) - 1),
                ("frame_cropping_flag", told.frame_cropping_flag.into()),
                ("frame_crop_right_offset", told.frame_crop_right_offset.into()),
                ("frame_crop_bottom_offset", told.frame_crop_bottom_offset.into()),
                ("vui_parameters_present_flag", told.vui_parameters_present_flag.into()),
                ("num_units_in_tick", told.num_units_in_tick.into()),
                ("time_scale", told.time_scale.into()),
            ];
            sps.assert_holds(&pairs);
            assert_eq!(told.bits_per_second, 5_000_000);
        }
    }

    #[test]
    fn bit_fields_are_told_by_the_headers_names() {
        for profile in PROFILES {
            let described = described(profile);
            let Some([sps, pps]) = sets(&described) else { return };
            let told = sequence(&described, 0);
            let mut fields = members(
                &sps,
                &[
                    "frame_mbs_only_flag",
                    "seq_scaling_matrix_present_flag",
                    "direct_8x8_inference_flag",
                    "log2_max_frame_num_minus4",
                    "pic_order_cnt_type",
                ],
            );
            // Only High's SPS says so; the others can be nothing else.
            fields.push(("chroma_format_idc", sps.field("chroma_format_idc").unwrap_or(1)));
            let of = "VAEncSequenceParameterBufferH264";
            let Some(expected) = bit_fields(of, "seq_fields", &fields) else { return };
            assert_eq!(told.seq_fields, expected, "{profile:?}: {fields:?}");

            let fields = members(
                &sps,
                &[
                    "aspect_ratio_info_present_flag",
                    "timing_info_present_flag",
                    "bitstream_restriction_flag",
                    "log2_max_mv_length_horizontal",
                    "log2_max_mv_length_vertical",
                    "fixed_frame_rate_flag",
                    "motion_vectors_over_pic_boundaries_flag",
                ],
            );
            assert_eq!(Some(told.vui_fields), bit_fields(of, "vui_fields", &fields), "{fields:?}");

            for (turn, idr) in [(IDR, 1), (inter(5), 0)] {
                let mut fields = members(
                    &pps,
                    &[
                        "entropy_coding_mode_flag",
                        "weighted_pred_flag",
                        "weighted_bipred_idc",
                        "constrained_intra_pred_flag",
                        "transform_8x8_mode_flag",
                        "deblocking_filter_control_present_flag",
                        "redundant_pic_cnt_present_flag",
                        "pic_scaling_matrix_present_flag",
                    ],
                );
                fields.extend([("idr_pic_flag", idr), ("reference_pic_flag", 1)]);
                let of = "VAEncPictureParameterBufferH264";
                let told = picture(&described, &turn, 9).pic_fields;
                assert_eq!(Some(told), bit_fields(of, "pic_fields", &fields), "{fields:?}");
            }
        }
    }

    fn inter(since_idr: u32) -> Turn {
        let picture = Picture::Inter { frame_num: since_idr % FRAME_NUMS };
        Turn { picture, since_idr, ..IDR }
    }

    #[test]
    fn a_picture_refers_to_what_the_one_before_wrote() {
        let described = described(Profile::Main);
        let first = picture(&described, &IDR, 9);
        assert_eq!(first.references[0].surface, INVALID_ID, "an IDR refers to nothing");
        assert_eq!(slice(&described, &IDR).list0[0].surface, INVALID_ID);
        let mut before = first;
        for since_idr in 1..600 {
            let turn = inter(since_idr);
            let now = picture(&described, &turn, 9);
            let listed = slice(&described, &turn).list0[0];
            for referred in [now.references[0], listed] {
                assert_eq!(referred.surface, before.current.surface);
                assert_eq!(referred.frame_idx, before.frame_num.into());
                assert_eq!(referred.top_order_count, before.current.top_order_count);
            }
            assert_ne!(now.current.surface, before.current.surface, "not into what is read");
            assert!(now.current.top_order_count > before.current.top_order_count);
            assert_eq!(u32::from(now.frame_num), since_idr % 256);
            assert_eq!(now.coded_buffer, 9);
            before = now;
        }
    }

    #[test]
    fn a_slice_covers_the_picture() {
        let described = described(Profile::High);
        let (idr, later) = (slice(&described, &IDR), slice(&described, &inter(1)));
        assert_eq!((idr.slice_type, idr.idr_pic_id, idr.num_macroblocks), (2, 1, 63 * 44));
        assert_eq!((later.slice_type, later.idr_pic_id, later.num_macroblocks), (0, 0, 63 * 44));
    }

    #[test]
    fn rates_are_told_in_the_headers_units() {
        let frame_rate = (30_000, 1001);
        let rate = Rate { bits_per_second: 4_000_000, buffer_ms: 500, frame_rate };
        let hrd = rate.hrd();
        assert_eq!((hrd.buffer_size, hrd.initial_buffer_fullness), (2_000_000, 1_500_000));
        assert_eq!(rate.frames().framerate, 1001 << 16 | 30_000);
        let control = rate.control(28);
        assert_eq!((control.bits_per_second, control.target_percentage), (4_000_000, 100));
        assert_eq!((control.window_size_ms, control.initial_qp), (500, 28));
        let most = Rate { bits_per_second: u32::MAX, buffer_ms: 10_000, frame_rate };
        assert_eq!(most.hrd().buffer_size, u32::MAX, "no more than the field holds");
        let of = "VAEncMiscParameterRateControl";
        let Some(flags) = bit_fields(of, "rc_flags", &[("disable_bit_stuffing", 1)]) else {
            return;
        };
        assert_eq!(control.flags, flags);
    }
}
