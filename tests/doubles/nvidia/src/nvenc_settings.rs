//! What an encoder is initialised with: refused where no driver could take it, and noted, so that
//! a client's own tests can tell whether it is what they promise.
#![allow(unsafe_code, reason = "it is a C library")]

use nvenc_sys::{
    sys::nvenc::{
        BIT_DEPTH_8, CODEC_H264, Config, ENTROPY_CABAC, ERR_INVALID_VERSION, H264_FILLER_DATA,
        H264_REPEAT_SPS_PPS, INFINITE_GOP, Initialize, PROFILE_BASELINE, RC_CBR, RC_ENABLE_AQ,
        RC_ENABLE_LOOKAHEAD, RC_ENABLE_TEMPORAL_AQ, RC_ZERO_REORDER_DELAY, Status,
    },
    version::Version,
};

use crate::{
    ORDERS,
    nvenc::{INVALID_PARAM, PRESETS, PROFILES, speaks},
};

/// A preset for quality alone: what suits latency, the client must say.
pub fn preset(config: &mut Config, version: Version) {
    (config.gop_length, config.frame_interval_p) = (250, 3);
    let rate = &mut config.rate_control;
    rate.version = version.rate_control();
    // NV_ENC_PARAMS_RC_VBR, and NV_ENC_TWO_PASS_FULL_RESOLUTION.
    (rate.rate_control_mode, rate.multi_pass) = (1, 2);
    rate.flags = RC_ENABLE_AQ | RC_ENABLE_TEMPORAL_AQ | RC_ENABLE_LOOKAHEAD;
    let h264 = config.codec.h264_mut();
    (h264.flags, h264.level, h264.idr_period) = (H264_FILLER_DATA, 51, 250);
    (h264.slice_mode, h264.slice_mode_data) = (2, 1);
    (h264.entropy_coding_mode, h264.max_num_ref_frames) = (ENTROPY_CABAC, 16);
    h264.vui.video_full_range_flag = 1;
}

/// The size and the rate, where all that they are said with is right.
pub fn read(version: Version, params: &Initialize) -> Result<((usize, usize), u32), Status> {
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
    note(params, config);
    let (width, height) = (params.encode_width, params.encode_height);
    if let Some(wrong) = wrong(version, params, config) {
        ORDERS.violation(format_args!("{wrong} of an encoder for {width}x{height}"));
        return Err(INVALID_PARAM);
    }
    Ok(((width as usize, height as usize), rate.average_bit_rate))
}

/// What no driver could take, whoever the client is.
fn wrong(version: Version, params: &Initialize, config: &Config) -> Option<&'static str> {
    let (rate, h264) = (&config.rate_control, config.codec.h264());
    let (sides, most) = (
        [params.encode_width, params.encode_height],
        [params.max_encode_width, params.max_encode_height],
    );
    let depths = [h264.output_bit_depth, h264.input_bit_depth];
    let deep = if version.has_bit_depth() { BIT_DEPTH_8 } else { 0 };
    let cabac = h264.entropy_coding_mode == ENTROPY_CABAC;
    [
        (sides.iter().any(|side| !(2..=4096).contains(side) || side % 2 != 0), "the size"),
        (sides.iter().zip(most).any(|(side, most)| most != 0 && most < *side), "the largest size"),
        (params.codec != CODEC_H264, "the codec"),
        (!PRESETS.contains(&params.preset), "the preset"),
        (!(1..=4).contains(&params.tuning_info), "the tuning"),
        (params.frame_rate_num == 0 || params.frame_rate_den == 0, "the frame rate"),
        (params.enable_ptd != 1 || params.enable_encode_async != 0, "a flag"),
        (!PROFILES.contains(&config.profile), "the profile"),
        (config.frame_interval_p != 1, "the order"),
        (rate.average_bit_rate == 0, "the bit rate"),
        (rate.rate_control_mode == RC_CBR && rate.max_bit_rate < rate.average_bit_rate, "the most"),
        (rate.vbv_initial_delay > rate.vbv_buffer_size, "the initial delay"),
        (depths.iter().any(|depth| *depth != deep), "the bit depth"),
        (h264.reserved1.iter().any(|word| *word != 0), "a reserved word"),
        (cabac && config.profile == PROFILE_BASELINE, "the entropy coding"),
    ]
    .into_iter()
    .find_map(|(is, what)| is.then_some(what))
}

/// One line with all of it, in `nvEncodeAPI.h`'s numbers where those have no names here.
fn note(params: &Initialize, config: &Config) {
    let (rate, h264, vui) = (&config.rate_control, config.codec.h264(), &config.codec.h264().vui);
    let preset = PRESETS.iter().position(|preset| *preset == params.preset);
    let profile = PROFILES.iter().position(|profile| *profile == config.profile);
    let rate_bit = |bit| u32::from(rate.flags & bit != 0);
    let h264_bit = |bit| u32::from(h264.flags & bit != 0);
    let length = |length: u32| match length {
        INFINITE_GOP => "infinite".to_owned(),
        finite => finite.to_string(),
    };
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
        profile.map_or("?", |at| ["baseline", "main", "high"][at]),
        length(config.gop_length),
        config.frame_interval_p,
        config.frame_field_mode,
    );
    let rate = format!(
        "rc={} average={} most={} vbv={} delay={} aq={} temporal-aq={} lookahead={} \
         no-reorder={} key-scale={} passes={}",
        rate.rate_control_mode,
        rate.average_bit_rate,
        rate.max_bit_rate,
        rate.vbv_buffer_size,
        rate.vbv_initial_delay,
        rate_bit(RC_ENABLE_AQ),
        rate_bit(RC_ENABLE_TEMPORAL_AQ),
        rate_bit(RC_ENABLE_LOOKAHEAD),
        rate_bit(RC_ZERO_REORDER_DELAY),
        rate.low_delay_key_frame_scale,
        rate.multi_pass,
    );
    let h264 = format!(
        "repeat={} filler={} level={} idr={} entropy={} references={}/{} slices={}:{} chroma={} \
         depth={}/{}",
        h264_bit(H264_REPEAT_SPS_PPS),
        h264_bit(H264_FILLER_DATA),
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
    );
    let vui = format!(
        "signal={}:{} full-range={} colour={}:{}/{}/{} restriction={}",
        vui.video_signal_type_present_flag,
        vui.video_format,
        vui.video_full_range_flag,
        vui.colour_description_present_flag,
        vui.colour_primaries,
        vui.transfer_characteristics,
        vui.colour_matrix,
        vui.bitstream_restriction_flag,
    );
    ORDERS.note(format_args!("settings {stream} {rate} {h264} {vui}"));
}
