//! What an encoder is initialised with: refused where no driver could take it, and noted, so that
//! a client's own tests can tell whether it is what they promise.
#![allow(unsafe_code, reason = "it is a C library")]

use double_coder::Codec;
use nvenc_sys::{
    sys::nvenc::{
        AV1_ANNEX_B, AV1_BIT_DEPTH_MINUS_8, AV1_CHROMA_FORMAT, AV1_CUSTOM_TILES,
        AV1_INPUT_BIT_DEPTH_MINUS_8, AV1_NO_SEQUENCE_HEADER, AV1_PADDING,
        AV1_REPEAT_SEQUENCE_HEADER, Av1, BIT_DEPTH_8, Config, ENTROPY_CABAC, ERR_INVALID_VERSION,
        H264, H264_FILLER_DATA, H264_REPEAT_SPS_PPS, HEVC_BIT_DEPTH_MINUS_8, HEVC_CHROMA_FORMAT,
        HEVC_FILLER_DATA, HEVC_NO_SPS_PPS, HEVC_REPEAT_SPS_PPS, Hevc, INFINITE_GOP, Initialize,
        LEVEL_AV1_AUTO, PROFILE_BASELINE, RC_CBR, RC_ENABLE_AQ, RC_ENABLE_LOOKAHEAD,
        RC_ENABLE_TEMPORAL_AQ, RC_ZERO_REORDER_DELAY, RateControl, Status, Vui, field,
    },
    version::Version,
};

use crate::{
    ORDERS,
    nvenc::{INVALID_PARAM, speaks},
    nvenc_codecs::{self, PRESETS, largest, profiles},
};

/// A preset for quality alone: what suits latency, the client must say.
pub fn preset(codec: Codec, config: &mut Config, version: Version) {
    (config.gop_length, config.frame_interval_p) = (250, 3);
    let rate = &mut config.rate_control;
    rate.version = version.rate_control();
    // NV_ENC_PARAMS_RC_VBR, and NV_ENC_TWO_PASS_FULL_RESOLUTION.
    (rate.rate_control_mode, rate.multi_pass) = (1, 2);
    rate.flags = RC_ENABLE_AQ | RC_ENABLE_TEMPORAL_AQ | RC_ENABLE_LOOKAHEAD;
    match codec {
        Codec::H264 => {
            let h264 = config.codec.h264_mut();
            (h264.flags, h264.level, h264.idr_period) = (H264_FILLER_DATA, 51, 250);
            (h264.slice_mode, h264.slice_mode_data) = (2, 1);
            (h264.entropy_coding_mode, h264.max_num_ref_frames) = (ENTROPY_CABAC, 16);
            h264.vui.video_full_range_flag = 1;
        }
        Codec::Hevc => {
            let hevc = config.codec.hevc_mut();
            (hevc.flags, hevc.level, hevc.tier) = (HEVC_FILLER_DATA, 153, 1);
            (hevc.slice_mode, hevc.slice_mode_data) = (2, 1);
            (hevc.idr_period, hevc.max_num_ref_frames) = (250, 16);
            hevc.vui.video_full_range_flag = 1;
        }
        Codec::Av1 => {
            let av1 = config.codec.av1_mut();
            (av1.flags, av1.level, av1.tier) = (AV1_PADDING, 13, 1);
            (av1.num_tile_columns, av1.num_tile_rows) = (2, 2);
            (av1.idr_period, av1.max_num_ref_frames) = (250, 8);
            av1.color_range = 1;
        }
    }
}

/// What an encoder is told, as far as it matters here.
pub struct Told {
    pub codec: Codec,
    pub size: (usize, usize),
    pub rate: u32,
}

/// What matters, where all that it is said with is right.
pub fn read(version: Version, params: &Initialize) -> Result<Told, Status> {
    if !speaks("INITIALIZE_PARAMS", params.version, version.initialize()) {
        return Err(ERR_INVALID_VERSION);
    }
    // SAFETY: null, or the caller's struct, as long in all versions, which nobody changes during
    // the call, as the header demands.
    let Some(config) = (unsafe { params.config.as_ref() }) else { return Err(INVALID_PARAM) };
    let rate = &config.rate_control;
    if !speaks("CONFIG", config.version, version.config())
        || !speaks("RC_PARAMS", rate.version, version.rate_control())
    {
        return Err(ERR_INVALID_VERSION);
    }
    let codec = nvenc_codecs::of(version, params.codec).ok_or(INVALID_PARAM)?;
    note(codec, params, config);
    let (width, height) = (params.encode_width, params.encode_height);
    if let Some(wrong) = wrong(codec, version, params, config) {
        ORDERS.violation(format_args!("{wrong} of an encoder for {width}x{height}"));
        return Err(INVALID_PARAM);
    }
    let size = (width as usize, height as usize);
    Ok(Told { codec, size, rate: rate.average_bit_rate })
}

type Wrong = Option<&'static str>;

fn first(wrong: &[(bool, &'static str)]) -> Wrong {
    wrong.iter().find_map(|(is, what)| is.then_some(*what))
}

/// What no driver could take, whoever the client is.
fn wrong(codec: Codec, version: Version, params: &Initialize, config: &Config) -> Wrong {
    let rate = &config.rate_control;
    let (sides, most) = (
        [params.encode_width, params.encode_height],
        [params.max_encode_width, params.max_encode_height],
    );
    let fits = |side: &u32| (2..=largest(codec)).contains(side) && side.is_multiple_of(2);
    let is_of_codec = profiles(codec).iter().any(|(guid, _)| *guid == config.profile);
    first(&[
        (!sides.iter().all(fits), "the size"),
        (sides.iter().zip(most).any(|(side, most)| most != 0 && most < *side), "the largest size"),
        (!PRESETS.contains(&params.preset), "the preset"),
        (!(1..=4).contains(&params.tuning_info), "the tuning"),
        (params.frame_rate_num == 0 || params.frame_rate_den == 0, "the frame rate"),
        (params.enable_ptd != 1 || params.enable_encode_async != 0, "a flag"),
        (!is_of_codec, "the profile"),
        (config.frame_interval_p != 1, "the order"),
        (rate.average_bit_rate == 0, "the bit rate"),
        (rate.rate_control_mode == RC_CBR && rate.max_bit_rate < rate.average_bit_rate, "the most"),
        (rate.vbv_initial_delay > rate.vbv_buffer_size, "the initial delay"),
    ])
    .or_else(|| match codec {
        Codec::H264 => {
            let is_baseline = config.profile == PROFILE_BASELINE;
            wrong_h264(config.codec.h264(), version, is_baseline)
        }
        Codec::Hevc => wrong_hevc(config.codec.hevc(), version),
        Codec::Av1 => wrong_av1(config.codec.av1(), version),
    })
}

/// Whether words of the bit depth say 8, or are zero where they are reserved.
fn are_8_bits(version: Version, words: [u32; 2]) -> bool {
    words == [if version.has_bit_depth() { BIT_DEPTH_8 } else { 0 }; 2]
}

fn wrong_h264(h264: &H264, version: Version, is_baseline: bool) -> Wrong {
    let depths = [h264.output_bit_depth, h264.input_bit_depth];
    let cabac = h264.entropy_coding_mode == ENTROPY_CABAC;
    first(&[
        (!are_8_bits(version, depths), "the bit depth"),
        (h264.reserved1.iter().any(|word| *word != 0), "a reserved word"),
        (cabac && is_baseline, "the entropy coding"),
    ])
}

fn wrong_hevc(hevc: &Hevc, version: Version) -> Wrong {
    let depths = [hevc.output_bit_depth, hevc.input_bit_depth];
    let contradiction = HEVC_NO_SPS_PPS | HEVC_REPEAT_SPS_PPS;
    first(&[
        (!are_8_bits(version, depths), "the bit depth"),
        // Reserved where there are the words.
        (field(hevc.flags, HEVC_BIT_DEPTH_MINUS_8) != 0, "the bit depth"),
        (field(hevc.flags, HEVC_CHROMA_FORMAT) != 1, "the chroma format"),
        (hevc.flags & contradiction == contradiction, "the parameter sets"),
        (hevc.tier > 1, "the tier"),
        // The first two are words in 13.0.
        (hevc.reserved1[2..].iter().any(|word| *word != 0), "a reserved word"),
    ])
}

fn wrong_av1(av1: &Av1, version: Version) -> Wrong {
    let depths = [av1.output_bit_depth, av1.input_bit_depth];
    let fields = [AV1_BIT_DEPTH_MINUS_8, AV1_INPUT_BIT_DEPTH_MINUS_8];
    let deep = fields.iter().any(|mask| field(av1.flags, *mask) != 0);
    let contradiction = AV1_NO_SEQUENCE_HEADER | AV1_REPEAT_SEQUENCE_HEADER;
    let sizes = av1.tile_widths.is_null() || av1.tile_heights.is_null();
    first(&[
        (!are_8_bits(version, depths), "the bit depth"),
        // Other fields, which this card has not, where there are the words.
        (deep, "the bit depth"),
        (field(av1.flags, AV1_CHROMA_FORMAT) != 1, "the chroma format"),
        (av1.flags & contradiction == contradiction, "the sequence header"),
        (av1.flags & AV1_ANNEX_B != 0, "the format"),
        (av1.flags & AV1_CUSTOM_TILES != 0 && sizes, "the tiles"),
        (av1.level > LEVEL_AV1_AUTO, "the level"),
        (av1.tier > 1, "the tier"),
        (av1.color_range > 1, "the range"),
        (av1.padding1 != 0 || av1.padding2 != 0, "a reserved word"),
        // The first three are words in 13.0.
        (av1.reserved1[3..].iter().any(|word| *word != 0), "a reserved word"),
    ])
}

/// One line with all of it, in `nvEncodeAPI.h`'s numbers where those have no names here.
fn note(codec: Codec, params: &Initialize, config: &Config) {
    let preset = PRESETS.iter().position(|preset| *preset == params.preset);
    let profile = profiles(codec).iter().find(|(guid, _)| *guid == config.profile);
    let stream = format!(
        "size={}x{} dar={}:{} fps={}/{} preset={} tuning={} profile={} gop={} interval={} mode={}",
        params.encode_width,
        params.encode_height,
        params.dar_width,
        params.dar_height,
        params.frame_rate_num,
        params.frame_rate_den,
        preset.map_or("?", |at| ["p1", "p2", "p3", "p4"][at]),
        params.tuning_info,
        profile.map_or("?", |(_, name)| name),
        length(config.gop_length),
        config.frame_interval_p,
        config.frame_field_mode,
    );
    let rate = rate_in_words(&config.rate_control);
    let coding = match codec {
        Codec::H264 => h264_in_words(config.codec.h264()),
        Codec::Hevc => hevc_in_words(config.codec.hevc()),
        Codec::Av1 => av1_in_words(config.codec.av1()),
    };
    ORDERS.note(format_args!("settings {stream} {rate} {coding}"));
}

fn length(length: u32) -> String {
    match length {
        INFINITE_GOP => "infinite".to_owned(),
        finite => finite.to_string(),
    }
}

fn rate_in_words(rate: &RateControl) -> String {
    format!(
        "rc={} average={} most={} vbv={} delay={} aq={} temporal-aq={} lookahead={} \
         no-reorder={} key-scale={} passes={}",
        rate.rate_control_mode,
        rate.average_bit_rate,
        rate.max_bit_rate,
        rate.vbv_buffer_size,
        rate.vbv_initial_delay,
        field(rate.flags, RC_ENABLE_AQ),
        field(rate.flags, RC_ENABLE_TEMPORAL_AQ),
        field(rate.flags, RC_ENABLE_LOOKAHEAD),
        field(rate.flags, RC_ZERO_REORDER_DELAY),
        rate.low_delay_key_frame_scale,
        rate.multi_pass,
    )
}

fn h264_in_words(h264: &H264) -> String {
    format!(
        "repeat={} filler={} level={} idr={} entropy={} references={}/{} slices={}:{} chroma={} \
         depth={}/{} {}",
        field(h264.flags, H264_REPEAT_SPS_PPS),
        field(h264.flags, H264_FILLER_DATA),
        h264.level,
        length(h264.idr_period),
        h264.entropy_coding_mode,
        h264.max_num_ref_frames,
        h264.num_ref_l0,
        h264.slice_mode,
        h264.slice_mode_data,
        h264.chroma_format_idc,
        h264.input_bit_depth,
        h264.output_bit_depth,
        vui_in_words(&h264.vui),
    )
}

fn hevc_in_words(hevc: &Hevc) -> String {
    format!(
        "repeat={} filler={} level={} tier={} idr={} references={}/{} slices={}:{} chroma={} \
         depth={}/{} {}",
        field(hevc.flags, HEVC_REPEAT_SPS_PPS),
        field(hevc.flags, HEVC_FILLER_DATA),
        hevc.level,
        hevc.tier,
        length(hevc.idr_period),
        hevc.max_num_ref_frames,
        hevc.num_ref_l0,
        hevc.slice_mode,
        hevc.slice_mode_data,
        field(hevc.flags, HEVC_CHROMA_FORMAT),
        hevc.input_bit_depth,
        hevc.output_bit_depth,
        vui_in_words(&hevc.vui),
    )
}

fn av1_in_words(av1: &Av1) -> String {
    format!(
        "repeat={} filler={} level={} tier={} idr={} references={}/{} tiles={}x{} chroma={} \
         depth={}/{} full-range={} colour={}/{}/{}",
        field(av1.flags, AV1_REPEAT_SEQUENCE_HEADER),
        field(av1.flags, AV1_PADDING),
        av1.level,
        av1.tier,
        length(av1.idr_period),
        av1.max_num_ref_frames,
        av1.num_fwd_refs,
        av1.num_tile_columns,
        av1.num_tile_rows,
        field(av1.flags, AV1_CHROMA_FORMAT),
        av1.input_bit_depth,
        av1.output_bit_depth,
        av1.color_range,
        av1.color_primaries,
        av1.transfer_characteristics,
        av1.matrix_coefficients,
    )
}

fn vui_in_words(vui: &Vui) -> String {
    format!(
        "signal={}:{} full-range={} colour={}:{}/{}/{} restriction={}",
        vui.video_signal_type_present_flag,
        vui.video_format,
        vui.video_full_range_flag,
        vui.colour_description_present_flag,
        vui.colour_primaries,
        vui.transfer_characteristics,
        vui.colour_matrix,
        vui.bitstream_restriction_flag,
    )
}
