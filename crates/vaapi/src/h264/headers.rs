//! Parameter sets and slice headers: one reference, no reordering, frames only, one slice.

use super::bits::{BitWriter, nal};

/// Bits of `frame_num`.
const FRAME_NUM_BITS: u32 = 8;
/// `frame_num` wraps here.
pub(crate) const FRAME_NUMS: u32 = 1 << FRAME_NUM_BITS;

/// `nal_ref_idc` and `nal_unit_type` (§7.4.1, table 7-1).
const SPS: u8 = 0x67;
const PPS: u8 = 0x68;
const IDR_SLICE: u8 = 0x65;
const SLICE: u8 = 0x41;

/// What decoders must be able to do (H.264 annex A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// CAVLC, no 8×8 transform; every decoder has it.
    ConstrainedBaseline,
    /// With CABAC.
    Main,
    /// With CABAC and the 8×8 transform.
    High,
}

impl Profile {
    /// Whether coefficients are coded by CABAC (§9.3).
    pub(crate) fn cabac(self) -> bool {
        self != Self::ConstrainedBaseline
    }

    /// Whether the 8×8 transform is used.
    pub(crate) fn transform_8x8(self) -> bool {
        self == Self::High
    }

    /// `profile_idc`, and the constraint flags from `constraint_set0_flag` downwards.
    fn idc(self) -> (u32, u32) {
        match self {
            Self::ConstrainedBaseline => (66, 0b1100_0000),
            Self::Main => (77, 0b0100_0000),
            Self::High => (100, 0),
        }
    }
}

/// What a stream's parameter sets say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence {
    pub profile: Profile,
    /// Ten times the level, e.g. 31 ([`level_idc`]).
    pub level_idc: u8,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second: numerator and denominator.
    pub frame_rate: (u32, u32),
    /// Quantiser that slices start from.
    pub initial_qp: u8,
}

/// A coded picture's place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    /// Decoding can start here; the number differs between an IDR and the next.
    Idr { idr_pic_id: u16 },
    /// Refers to the one before; counted from the last IDR.
    Inter { frame_num: u32 },
}

/// A NAL unit, or its first part: bytes with a start code, and how many bits of them count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub bytes: Vec<u8>,
    pub bits: usize,
}

impl Sequence {
    /// Macroblocks per row and per column.
    pub(crate) fn macroblocks(&self) -> (u32, u32) {
        (self.width.div_ceil(16), self.height.div_ceil(16))
    }

    /// How much is cropped at the right and at the bottom, in units of two pixels (§7.4.2.1.1).
    pub(crate) fn crop(&self) -> (u32, u32) {
        let (columns, rows) = self.macroblocks();
        ((columns * 16 - self.width) / 2, (rows * 16 - self.height) / 2)
    }

    /// seq_parameter_set_rbsp() (§7.3.2.1.1).
    pub(crate) fn sps(&self) -> Header {
        let mut w = BitWriter::default();
        let (profile, constraints) = self.profile.idc();
        w.u(8, profile);
        w.u(8, constraints);
        w.u(8, self.level_idc.into());
        w.ue(0); // seq_parameter_set_id
        if self.profile == Profile::High {
            w.ue(1); // chroma_format_idc: 4:2:0
            w.ue(0); // bit_depth_luma_minus8
            w.ue(0); // bit_depth_chroma_minus8
            w.flag(false); // qpprime_y_zero_transform_bypass_flag
            w.flag(false); // seq_scaling_matrix_present_flag
        }
        w.ue(FRAME_NUM_BITS - 4);
        w.ue(2); // pic_order_cnt_type: output in the order of decoding
        w.ue(1); // max_num_ref_frames
        w.flag(false); // gaps_in_frame_num_value_allowed_flag
        let (columns, rows) = self.macroblocks();
        w.ue(columns - 1);
        w.ue(rows - 1);
        w.flag(true); // frame_mbs_only_flag
        w.flag(true); // direct_8x8_inference_flag
        let (right, bottom) = self.crop();
        w.flag(right + bottom > 0);
        if right + bottom > 0 {
            [0, right, 0, bottom].into_iter().for_each(|offset| w.ue(offset));
        }
        w.flag(true); // vui_parameters_present_flag
        self.vui(&mut w);
        header(SPS, w, true)
    }

    /// vui_parameters() (§E.1.1): BT.709 in limited range, and that nothing is reordered.
    fn vui(&self, w: &mut BitWriter) {
        w.flag(false); // aspect_ratio_info_present_flag
        w.flag(false); // overscan_info_present_flag
        w.flag(true); // video_signal_type_present_flag
        w.u(3, 5); // video_format: unspecified
        w.flag(false); // video_full_range_flag
        w.flag(true); // colour_description_present_flag
        [1; 3].into_iter().for_each(|bt709| w.u(8, bt709)); // tables E-3 to E-5
        w.flag(false); // chroma_loc_info_present_flag
        w.flag(true); // timing_info_present_flag
        let (numerator, denominator) = self.frame_rate;
        w.u(32, denominator); // num_units_in_tick
        w.u(32, numerator.saturating_mul(2)); // time_scale: two ticks for a frame
        w.flag(false); // fixed_frame_rate_flag
        w.flag(false); // nal_hrd_parameters_present_flag
        w.flag(false); // vcl_hrd_parameters_present_flag
        w.flag(false); // pic_struct_present_flag
        w.flag(true); // bitstream_restriction_flag
        w.flag(true); // motion_vectors_over_pic_boundaries_flag
        w.ue(0); // max_bytes_per_pic_denom
        w.ue(0); // max_bits_per_mb_denom
        w.ue(15); // log2_max_mv_length_horizontal
        w.ue(15); // log2_max_mv_length_vertical
        w.ue(0); // max_num_reorder_frames
        w.ue(1); // max_dec_frame_buffering
    }

    /// pic_parameter_set_rbsp() (§7.3.2.2).
    pub(crate) fn pps(&self) -> Header {
        let mut w = BitWriter::default();
        w.ue(0); // pic_parameter_set_id
        w.ue(0); // seq_parameter_set_id
        w.flag(self.profile.cabac());
        w.flag(false); // bottom_field_pic_order_in_frame_present_flag
        w.ue(0); // num_slice_groups_minus1
        w.ue(0); // num_ref_idx_l0_default_active_minus1
        w.ue(0); // num_ref_idx_l1_default_active_minus1
        w.flag(false); // weighted_pred_flag
        w.u(2, 0); // weighted_bipred_idc
        w.se(i32::from(self.initial_qp) - 26);
        w.se(0); // pic_init_qs_minus26
        w.se(0); // chroma_qp_index_offset
        w.flag(true); // deblocking_filter_control_present_flag
        w.flag(false); // constrained_intra_pred_flag
        w.flag(false); // redundant_pic_cnt_present_flag
        if self.profile == Profile::High {
            w.flag(self.profile.transform_8x8());
            w.flag(false); // pic_scaling_matrix_present_flag
            w.se(0); // second_chroma_qp_index_offset
        }
        header(PPS, w, true)
    }

    /// slice_header() (§7.3.3); what the slice holds follows at once, in the middle of a byte.
    pub(crate) fn slice(&self, picture: Picture) -> Header {
        let mut w = BitWriter::default();
        w.ue(0); // first_mb_in_slice
        let (slice_type, unit, frame_num) = match picture {
            Picture::Idr { .. } => (7, IDR_SLICE, 0),
            Picture::Inter { frame_num } => (5, SLICE, frame_num),
        };
        w.ue(slice_type);
        w.ue(0); // pic_parameter_set_id
        w.u(FRAME_NUM_BITS, frame_num);
        match picture {
            Picture::Idr { idr_pic_id } => {
                w.ue(idr_pic_id.into());
                w.flag(false); // no_output_of_prior_pics_flag
                w.flag(false); // long_term_reference_flag
            }
            Picture::Inter { .. } => {
                w.flag(false); // num_ref_idx_active_override_flag
                w.flag(false); // ref_pic_list_modification_flag_l0
                w.flag(false); // adaptive_ref_pic_marking_mode_flag
                if self.profile.cabac() {
                    w.ue(0); // cabac_init_idc
                }
            }
        }
        w.se(0); // slice_qp_delta
        w.ue(0); // disable_deblocking_filter_idc
        w.se(0); // slice_alpha_c0_offset_div2
        w.se(0); // slice_beta_offset_div2
        header(unit, w, false)
    }
}

fn header(unit: u8, mut writer: BitWriter, whole: bool) -> Header {
    if whole {
        writer.trailing();
    }
    let (rbsp, bits) = writer.finish();
    let (bytes, bits) = nal(unit, &rbsp, bits);
    Header { bytes, bits }
}

/// `level_idc` of the lowest level (table A-1, from 3.1 on) for pictures of so many macroblocks,
/// so many of them per second, and so many bits per second; 52 when none suffices.
pub(crate) fn level_idc(macroblocks: u32, per_second: u64, bits_per_second: u64) -> u8 {
    // Level, MaxFS, MaxMBPS, MaxBR in 1,000 bit/s for Baseline and Main.
    const LEVELS: [(u8, u32, u64, u64); 8] = [
        (31, 3_600, 108_000, 14_000),
        (32, 5_120, 216_000, 20_000),
        (40, 8_192, 245_760, 20_000),
        (41, 8_192, 245_760, 50_000),
        (42, 8_704, 522_240, 50_000),
        (50, 22_080, 589_824, 135_000),
        (51, 36_864, 983_040, 240_000),
        (52, 36_864, 2_073_600, 240_000),
    ];
    let suffices = |(_, size, rate, bits): &&(u8, u32, u64, u64)| {
        macroblocks <= *size && per_second <= *rate && bits_per_second <= bits * 1000
    };
    LEVELS.iter().find(suffices).map_or(52, |level| level.0)
}

#[cfg(test)]
mod tests {
    use openh264::{decoder::Decoder, formats::YUVSource};

    use super::*;
    use crate::h264::trace::trace;

    const PROFILES: [Profile; 3] = [Profile::ConstrainedBaseline, Profile::Main, Profile::High];

    fn sequence(profile: Profile, width: u32, height: u32) -> Sequence {
        Sequence { profile, level_idc: 31, width, height, frame_rate: (30, 1), initial_qp: 26 }
    }

    /// An I_PCM slice (§7.3.5): each macroblock as bytes of one luma and two chroma values.
    fn pcm_slice(sequence: &Sequence, picture: Picture, yuv: [u8; 3]) -> Vec<u8> {
        let header = sequence.slice(picture);
        let (mut bytes, bits) = (header.bytes, header.bits);
        // Continues where the header ends; none of these has a start code to hide.
        let mut w = BitWriter::default();
        let used = bits % 8;
        if used > 0 {
            let last = bytes.pop().expect("a header");
            w.u(used as u32, u32::from(last >> (8 - used)));
        }
        let (columns, rows) = sequence.macroblocks();
        for _ in 0..columns * rows {
            w.ue(25); // mb_type: I_PCM
            w.align();
            for (value, count) in yuv.into_iter().zip([256, 64, 64]) {
                (0..count).for_each(|_| w.u(8, value.into()));
            }
        }
        w.trailing();
        bytes.extend(w.finish().0);
        bytes
    }

    /// A P slice of nothing but skipped macroblocks.
    fn skipped_slice(sequence: &Sequence, picture: Picture) -> Vec<u8> {
        let header = sequence.slice(picture);
        let (mut bytes, used) = (header.bytes, header.bits % 8);
        let mut w = BitWriter::default();
        if used > 0 {
            let last = bytes.pop().expect("a header");
            w.u(used as u32, u32::from(last >> (8 - used)));
        }
        let (columns, rows) = sequence.macroblocks();
        w.ue(columns * rows); // mb_skip_run
        w.trailing();
        bytes.extend(w.finish().0);
        bytes
    }

    /// Headers are right when a decoder that knows nothing of this writer gives back the pictures
    /// that were written behind them, at the size that was cropped to.
    #[test]
    fn a_decoder_understands_sets_and_slices() {
        for (width, height) in [(64, 48), (66, 50), (160, 90), (16, 16)] {
            let sequence = sequence(Profile::ConstrainedBaseline, width, height);
            let mut decoder = Decoder::new().expect("a decoder");
            for idr_pic_id in [0, 1, 0] {
                let yuv = [50 + 60 * idr_pic_id as u8, 90, 200];
                let mut unit = [sequence.sps().bytes, sequence.pps().bytes].concat();
                unit.extend(pcm_slice(&sequence, Picture::Idr { idr_pic_id }, yuv));
                assert_decodes(&mut decoder, &unit, (width, height), yuv);
                for frame_num in 1..4 {
                    let unit = skipped_slice(&sequence, Picture::Inter { frame_num });
                    assert_decodes(&mut decoder, &unit, (width, height), yuv);
                }
            }
        }
    }

    #[track_caller]
    fn assert_decodes(decoder: &mut Decoder, unit: &[u8], size: (u32, u32), yuv: [u8; 3]) {
        let picture = decoder.decode(unit).expect("decodes").expect("at once");
        assert_eq!(picture.dimensions(), (size.0 as usize, size.1 as usize));
        let (y, u, v) = picture.strides();
        let planes = [
            (picture.y(), y, size.0, size.1),
            (picture.u(), u, size.0 / 2, size.1 / 2),
            (picture.v(), v, size.0 / 2, size.1 / 2),
        ];
        for ((plane, stride, width, height), value) in planes.into_iter().zip(yuv) {
            for row in plane.chunks(stride).take(height as usize) {
                assert!(row[..width as usize].iter().all(|sample| *sample == value));
            }
        }
    }

    /// Parameter sets, an IDR and the picture after it, with slices that hold nothing.
    fn stream(sequence: &Sequence) -> Vec<u8> {
        let slice = |picture| {
            let mut header = sequence.slice(picture);
            // Ones up to the next byte, as before CABAC's data, and a byte that ends it.
            let used = header.bits % 8;
            if used > 0 {
                *header.bytes.last_mut().expect("a header") |= 0xff >> used;
            }
            header.bytes.push(0x80);
            header.bytes
        };
        let slices = [Picture::Idr { idr_pic_id: 1 }, Picture::Inter { frame_num: 77 }].map(slice);
        [&sequence.sps().bytes[..], &sequence.pps().bytes, &slices.concat()].concat()
    }

    #[test]
    fn ffmpeg_reads_what_the_parameter_sets_say() {
        for (profile, profile_idc) in PROFILES.into_iter().zip([66, 77, 100]) {
            let sequence = Sequence {
                frame_rate: (30_000, 1001),
                initial_qp: 30,
                ..sequence(profile, 66, 50)
            };
            let Some(units) = trace(&stream(&sequence)) else { return };
            let find = |title| units.iter().find(|unit| unit.title == title).expect(title);
            let sps = find("Sequence Parameter Set");
            sps.assert_holds(&[
                ("profile_idc", profile_idc),
                ("constraint_set0_flag", (profile == Profile::ConstrainedBaseline).into()),
                ("constraint_set1_flag", (profile != Profile::High).into()),
                ("level_idc", 31),
                ("pic_order_cnt_type", 2),
                ("max_num_ref_frames", 1),
                ("pic_width_in_mbs_minus1", 4),
                ("pic_height_in_map_units_minus1", 3),
                ("frame_crop_left_offset", 0),
                ("frame_crop_right_offset", 7),
                ("frame_crop_top_offset", 0),
                ("frame_crop_bottom_offset", 7),
                ("video_full_range_flag", 0),
                ("colour_primaries", 1),
                ("transfer_characteristics", 1),
                ("matrix_coefficients", 1),
                ("num_units_in_tick", 1001),
                ("time_scale", 60_000),
                ("bitstream_restriction_flag", 1),
                ("max_num_reorder_frames", 0),
                ("max_dec_frame_buffering", 1),
                ("rbsp_stop_one_bit", 1),
            ]);
            let high = profile == Profile::High;
            assert_eq!(sps.field("chroma_format_idc"), high.then_some(1));
            let pps = find("Picture Parameter Set");
            pps.assert_holds(&[
                ("entropy_coding_mode_flag", profile.cabac().into()),
                ("num_ref_idx_l0_default_active_minus1", 0),
                ("pic_init_qp_minus26", 4),
                ("deblocking_filter_control_present_flag", 1),
                ("rbsp_stop_one_bit", 1),
            ]);
            assert_eq!(pps.field("transform_8x8_mode_flag"), high.then_some(1));
        }
    }

    #[test]
    fn ffmpeg_reads_slice_headers_to_their_last_bit() {
        for profile in PROFILES {
            let sequence = sequence(profile, 64, 48);
            let Some(units) = trace(&stream(&sequence)) else { return };
            let slices: Vec<_> = units.iter().filter(|unit| unit.title == "Slice Header").collect();
            let [idr, inter] = slices[..] else { panic!("two slices: {units:?}") };
            idr.assert_holds(&[
                ("nal_unit_type", 5),
                ("slice_type", 7),
                ("frame_num", 0),
                ("idr_pic_id", 1),
                ("slice_qp_delta", 0),
                ("disable_deblocking_filter_idc", 0),
                ("slice_beta_offset_div2", 0),
            ]);
            inter.assert_holds(&[
                ("nal_unit_type", 1),
                ("slice_type", 5),
                ("frame_num", 77),
                ("num_ref_idx_active_override_flag", 0),
                ("adaptive_ref_pic_marking_mode_flag", 0),
                ("slice_qp_delta", 0),
                ("slice_beta_offset_div2", 0),
            ]);
            assert_eq!(inter.field("cabac_init_idc"), profile.cabac().then_some(0));
            // The start code's 32 bits are before the unit.
            let bits = |picture| sequence.slice(picture).bits - 32;
            assert_eq!(idr.end, bits(Picture::Idr { idr_pic_id: 1 }), "{profile:?}");
            assert_eq!(inter.end, bits(Picture::Inter { frame_num: 77 }), "{profile:?}");
        }
    }

    #[test]
    fn every_profile_says_so() {
        let start = |profile| sequence(profile, 640, 480).sps().bytes[..8].to_vec();
        assert_eq!(start(Profile::ConstrainedBaseline), [0, 0, 0, 1, 0x67, 66, 0xc0, 31]);
        assert_eq!(start(Profile::Main), [0, 0, 0, 1, 0x67, 77, 0x40, 31]);
        assert_eq!(start(Profile::High), [0, 0, 0, 1, 0x67, 100, 0, 31]);
    }

    #[test]
    fn levels_are_those_of_table_a_1() {
        let level = |width: u32, height: u32, hz: u64, mbps: u64| {
            let macroblocks = width.div_ceil(16) * height.div_ceil(16);
            level_idc(macroblocks, u64::from(macroblocks) * hz, mbps * 1_000_000)
        };
        assert_eq!(level(640, 480, 60, 2), 31);
        assert_eq!(level(1280, 720, 30, 5), 31);
        assert_eq!(level(1280, 720, 60, 5), 32);
        assert_eq!(level(1920, 1080, 30, 8), 40);
        assert_eq!(level(1920, 1080, 30, 30), 41);
        assert_eq!(level(1920, 1080, 60, 8), 42);
        assert_eq!(level(3840, 2160, 30, 40), 51);
        assert_eq!(level(3840, 2160, 240, 40), 52);
    }
}
