//! The product's own crate as a client that encodes HEVC and AV1.

mod common;

use common::{SIZES, inputs, nv12, open, write};
use double_coder::MAX_ERROR;
use double_nvidia::{ORDERS, assert_faultless, run_again};
use nvenc_sys::{Codec, Error, Profile};

/// What is encoded here, as the environment and as the crates call it.
const CODECS: [(&str, Codec, double_coder::Codec); 2] = [
    ("hevc", Codec::Hevc, double_coder::Codec::Hevc),
    ("av1", Codec::Av1, double_coder::Codec::Av1),
];

const PICTURES: u32 = 6;

/// Those that this machine can encode; of others says that they are skipped.
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn there() -> impl Iterator<Item = &'static str> {
    CODECS.iter().filter_map(|(name, _, codec)| {
        if !codec.is_there() {
            println!("skipped: {name} needs ffmpeg with libx265 and libaom");
        }
        codec.is_there().then_some(*name)
    })
}

/// The one that the parent named.
fn told() -> (Codec, double_coder::Codec) {
    let name = std::env::var("CODEC").expect("set by the parent");
    let found = CODECS.iter().find(|(one, ..)| *one == name);
    found.map(|(_, codec, coder)| (*codec, *coder)).expect("a codec")
}

/// The types of the NAL units of Annex B, or of the OBUs, each of which says its size.
fn parts(codec: Codec, data: &[u8]) -> Vec<u8> {
    if codec == Codec::Hevc {
        assert!(data.starts_with(&[0, 0, 0, 1]), "Annex B");
        let starts = data.windows(4).filter(|bytes| bytes.starts_with(&[0, 0, 1]));
        return starts.map(|bytes| bytes[3] >> 1 & 63).collect();
    }
    let (mut types, mut rest) = (Vec::new(), data);
    while let [header, after @ ..] = rest {
        assert_eq!(header & 0x87, 2, "an OBU with its size, and no extension");
        types.push(header >> 3 & 15);
        // LEB128 (AV1 4.10.5).
        let length = 1 + after.iter().take_while(|byte| **byte & 128 != 0).count();
        let size =
            after[..length].iter().rev().fold(0, |size, byte| size << 7 | usize::from(byte & 127));
        rest = &after[length + size..];
    }
    types
}

/// Whether a picture is made of what it must be made of.
fn assert_whole(codec: Codec, data: &[u8], keyframe: bool) {
    let parts = parts(codec, data);
    match (codec, keyframe) {
        // VPS, SPS, PPS, and an IDR (H.265 table 7-1), or a trailing picture.
        (Codec::Hevc, true) => assert!(matches!(*parts, [32, 33, 34, 19 | 20]), "{parts:?}"),
        (Codec::Hevc, false) => assert!(matches!(*parts, [0 | 1]), "{parts:?}"),
        // A temporal delimiter, a sequence header and a frame (AV1 6.2.2).
        (_, true) => assert_eq!(parts, [2, 1, 6]),
        (_, false) => assert_eq!(parts, [2, 6]),
    }
}

/// Luma, Cb and Cr of a picture, without padding.
fn planar((width, height): (u32, u32), pitch: u32, picture: &[u8]) -> Vec<u8> {
    let rows = picture.chunks(pitch as usize).map(|row| &row[..width as usize]);
    let mut bytes = rows.clone().take(height as usize).flatten().copied().collect::<Vec<_>>();
    for first in [0, 1] {
        let chroma = rows.clone().skip(height as usize);
        bytes.extend(chroma.flat_map(|row| row.iter().skip(first).step_by(2)));
    }
    bytes
}

#[test]
fn encode_in_codec() {
    if !ORDERS.is_running_again() {
        return;
    }
    let (codec, coder) = told();
    // One size will do for old interfaces.
    let sizes = if ORDERS.value("API") == "13.0" { &SIZES[..] } else { &SIZES[..1] };
    for size in sizes.iter().copied() {
        let pitch = size.0.next_multiple_of(256);
        let (mut encoder, context) = open(size, codec).expect("opens");
        let bytes = nv12(size, pitch, 0).len();
        let inputs = inputs(&mut encoder, &context, bytes, pitch);
        let (mut sources, mut stream) = (Vec::new(), Vec::new());
        for n in 0..PICTURES {
            let picture = nv12(size, pitch, n);
            let (file, input) = &inputs[n as usize % 2];
            write(file, &picture);
            if n == 4 {
                encoder.set_rate(900_000).expect("changes");
            }
            let unit = encoder.encode(*input, n.into(), n == 2).expect("encodes");
            assert_eq!(unit.keyframe, n == 0 || n == 2, "picture {n}");
            assert_whole(codec, &unit.data, unit.keyframe);
            sources.extend(planar(size, pitch, &picture));
            stream.extend(unit.data);
        }
        assert!(encoder.invalidate(4).expect("the double can"));
        drop(encoder);
        let decoded = coder.decode(&stream).expect("decodes");
        assert_eq!(decoded.len(), sources.len());
        let off = decoded.iter().zip(&sources).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(MAX_ERROR), "{off:?} at {size:?}");
        assert_eq!(children(), "", "a coder is left");
    }
}

/// The processes that this one has started and that are not reaped.
fn children() -> String {
    let threads = std::fs::read_dir("/proc/self/task").expect("threads").flatten();
    // A thread may be gone by now, and a kernel may not say.
    let of = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("children"));
    threads.filter_map(|thread| of(thread).ok()).collect()
}

#[test]
fn pictures_come_back_in_other_codecs() {
    for codec in there() {
        for api in ["13.0", "12.2", "12.1", "12.0", "11.1"] {
            if (codec, api) == ("av1", "11.1") {
                continue;
            }
            let orders = [("DOUBLE_NVIDIA_API", api), ("CODEC", codec)];
            let ledger = run_again("encode_in_codec", &orders);
            assert_faultless(&ledger);
            assert_eq!(ledger[0], format!("open {api}"));
            let found: Vec<_> = ledger.iter().filter(|line| line.contains("size=64x48")).collect();
            // The words of the bit depth are reserved before 12.2.
            let depth = if api > "12.1" { 8 } else { 0 };
            let expected = [(2_000_000, 100_000), (900_000, 45_000)];
            let expected = expected.map(|rate| settings_of(codec, depth, rate));
            assert_eq!(found, expected.each_ref(), "{api}");
            let encoded: Vec<_> =
                ledger.iter().filter_map(|line| line.strip_prefix("encode 64x48 ")).collect();
            let expected = ["idr 2000000 0", "p 2000000 1", "idr 2000000 2", "p 2000000 3"];
            assert_eq!(encoded[..4], expected);
            assert_eq!(encoded[4..], ["p 900000 4", "p 900000 5"]);
        }
    }
}

/// What NVENC is told of a stream: all that H.264 is told (`clients.rs`), as far as there are
/// words for it.
fn settings_of(codec: &str, depth: u32, (bits_per_second, buffer): (u32, u32)) -> String {
    let coding = match codec {
        "hevc" => format!(
            "level=0 tier=0 idr=infinite references=4/1 slices=3:1 chroma=1 depth={depth}/{depth} \
             signal=1:5 full-range=0 colour=1:1/1/1 restriction=1"
        ),
        // 24 is the lowest level that does, and no number of tiles the smallest.
        _ => format!(
            "level=24 tier=0 idr=infinite references=4/1 tiles=0x0 chroma=1 depth={depth}/{depth} \
             full-range=0 colour=1/1/1"
        ),
    };
    format!(
        "settings size=64x48 dar=64:48 fps=30/1 preset=p3 tuning=3 profile={codec}-main \
         gop=infinite interval=1 mode=1 rc=2 average={bits_per_second} most={bits_per_second} \
         vbv={buffer} delay={buffer} aq=0 temporal-aq=0 lookahead=0 no-reorder=1 key-scale=1 \
         passes=1 repeat=1 filler=0 {coding}"
    )
}

#[test]
fn open_in_vain() {
    if !ORDERS.is_running_again() {
        return;
    }
    let name = std::env::var("EXPECTED").expect("set by the parent");
    for codec in [Codec::H264(Profile::Main), Codec::Hevc, Codec::Av1] {
        match open(SIZES[0], codec) {
            Err(error @ Error::NoCodec { codec }) => {
                assert!(error.is_no_encoder());
                assert!(name.contains(codec), "{error}");
            }
            opened => {
                opened.expect("opens");
                let present = if codec == Codec::Hevc { "HEVC" } else { "AV1" };
                assert!(matches!(codec, Codec::H264(_)) || !name.contains(present), "{codec:?}");
            }
        }
    }
}

/// A card that lacks a codec, and an interface that does not know it.
#[test]
fn what_is_not_listed_has_a_name() {
    let all = there().count() == CODECS.len();
    for (codecs, api, missing) in [
        ("h264,hevc", "13.0", "AV1"),
        ("h264", "13.0", "HEVC, AV1"),
        ("", "11.1", "AV1"),
        ("", "13.0", ""),
    ] {
        // What the machine cannot encode, the card does not list either.
        if !all && missing != "HEVC, AV1" {
            continue;
        }
        let orders =
            [("DOUBLE_NVIDIA_CODECS", codecs), ("DOUBLE_NVIDIA_API", api), ("EXPECTED", missing)];
        let ledger = run_again("open_in_vain", &orders);
        assert_faultless(&ledger);
        let opened = ledger.iter().filter(|line| line.starts_with("settings")).count();
        let missing = missing.split(", ").filter(|name| !name.is_empty()).count();
        assert_eq!(opened, 3 - missing, "{ledger:#?}");
    }
}

#[test]
fn open_a_large_one() {
    if !ORDERS.is_running_again() {
        return;
    }
    let (codec, _) = told();
    let error = open((4098, 64), Codec::H264(Profile::Main)).map(|_| ()).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { max_width: 4096, .. }), "{error}");
    open((4098, 64), codec).expect("opens");
    let error = open((8194, 64), codec).map(|_| ()).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { max_width: 8192, .. }), "{error}");
}

#[test]
fn each_codec_has_its_largest_size() {
    for codec in there() {
        assert_faultless(&run_again("open_a_large_one", &[("CODEC", codec)]));
    }
}
