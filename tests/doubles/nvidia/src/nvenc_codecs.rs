//! What the card codes, and what of each codec it can.

use double_coder::Codec;
use nvenc_sys::{
    sys::nvenc::{
        CAP_HEIGHT_MAX, CAP_INVALIDATION, CAP_MULTIPLE_REFERENCES, CAP_WIDTH_MAX, CODEC_AV1,
        CODEC_H264, CODEC_HEVC, Guid, PRESET_P1, PRESET_P2, PRESET_P3, PRESET_P4, PROFILE_AV1_MAIN,
        PROFILE_BASELINE, PROFILE_HEVC_MAIN, PROFILE_HIGH, PROFILE_MAIN,
    },
    version::Version,
};

use crate::ORDERS;

const ALL: [(&str, Codec, Guid); 3] = [
    ("h264", Codec::H264, CODEC_H264),
    ("hevc", Codec::Hevc, CODEC_HEVC),
    ("av1", Codec::Av1, CODEC_AV1),
];

/// Those that a session lists: what the environment names, the version knows and this machine can.
pub fn listed(version: Version) -> impl Iterator<Item = (Codec, Guid)> {
    let named = ORDERS.value("CODECS");
    let is_named = move |name: &str| named.is_empty() || named.split(',').any(|one| one == name);
    let is_known = move |codec| codec != Codec::Av1 || version.has_av1();
    let listed = move |(name, codec, guid): (&str, Codec, Guid)| {
        (is_named(name) && is_known(codec) && codec.is_there()).then_some((codec, guid))
    };
    ALL.into_iter().filter_map(listed)
}

/// The codec of a GUID, where a session lists it; what else a client asks for is noted.
pub fn of(version: Version, guid: Guid) -> Option<Codec> {
    let found = listed(version).find(|(_, listed)| *listed == guid);
    if found.is_none() {
        ORDERS.violation(format_args!("a codec is used that is not listed"));
    }
    found.map(|(codec, _)| codec)
}

pub const PRESETS: [Guid; 4] = [PRESET_P1, PRESET_P2, PRESET_P3, PRESET_P4];

/// Profiles with their names.
pub fn profiles(codec: Codec) -> &'static [(Guid, &'static str)] {
    match codec {
        Codec::H264 => {
            &[(PROFILE_BASELINE, "baseline"), (PROFILE_MAIN, "main"), (PROFILE_HIGH, "high")]
        }
        Codec::Hevc => &[(PROFILE_HEVC_MAIN, "hevc-main")],
        Codec::Av1 => &[(PROFILE_AV1_MAIN, "av1-main")],
    }
}

/// The largest side, px: what cards of the day have.
pub fn largest(codec: Codec) -> u32 {
    if codec == Codec::H264 { 4096 } else { 8192 }
}

/// By the number of the capability.
pub fn capability(codec: Codec, cap: u32) -> i32 {
    match cap {
        CAP_INVALIDATION if ORDERS.fails("invalidation") => 0,
        CAP_MULTIPLE_REFERENCES if ORDERS.fails("references") => 0,
        // B frames, field coding, monochrome, lossless, 10 bit …
        0 | 2 | 3 | 38 | 43 => 0,
        1 => 63,
        13 => 62,
        14 => 10,
        CAP_WIDTH_MAX | CAP_HEIGHT_MAX => largest(codec).cast_signed(),
        _ => 1,
    }
}
