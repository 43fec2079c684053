//! The product's own crate as a client that encodes H.264, and what it makes of faults.

mod common;

use common::{SIZES, inputs, memory, nv12, open, settings, write};
use double_coder::MAX_ERROR;
use double_nvidia::{ORDERS, assert_faultless, run_again};
use nvenc_sys::{
    Codec, Context, Cuda, Encoder, Error, Layout, Memory, Nvenc, Preset, Profile, Settings,
};
use openh264::{decoder::Decoder, formats::YUVSource as _};

const H264: Codec = Codec::H264(Profile::Baseline);

#[test]
fn encode_pictures() {
    if !ORDERS.is_running_again() {
        return;
    }
    for size in SIZES {
        let pitch = size.0.next_multiple_of(256);
        let (mut encoder, context) = open(size, H264).expect("opens");
        let bytes = nv12(size, pitch, 0).len();
        let inputs = inputs(&mut encoder, &context, bytes, pitch);
        let mut decoder = Decoder::new().expect("opens");
        for n in 0..5u32 {
            let picture = nv12(size, pitch, n);
            let (file, input) = &inputs[n as usize % 2];
            write(file, &picture);
            if n == 3 {
                encoder.set_rate(900_000).expect("changes");
            }
            let unit = encoder.encode(*input, n.into(), n == 2).expect("encodes");
            assert_eq!(unit.keyframe, n == 0 || n == 2);
            let decoded = decoder.decode(&unit.data).expect("decodes").expect("at once");
            let (width, height) = (size.0 as usize, size.1 as usize);
            assert_eq!(decoded.dimensions(), (width, height));
            let (stride, _, _) = decoded.strides();
            let rows = decoded.y().chunks(stride).zip(picture.chunks(pitch as usize)).take(height);
            let off = rows.flat_map(|(a, b)| (0..width).map(move |x| a[x].abs_diff(b[x]))).max();
            assert!(off <= Some(MAX_ERROR), "{off:?} at {size:?}");
        }
        assert!(encoder.invalidate(4).expect("the double can"));
    }
}

#[test]
fn pictures_come_back() {
    for api in ["13.0", "12.2", "12.1", "12.0", "11.1", "14.7"] {
        let ledger = run_again("encode_pictures", &[("DOUBLE_NVIDIA_API", api)]);
        assert_faultless(&ledger);
        let newest = if api == "14.7" { "13.0" } else { api };
        assert_eq!(ledger[0], format!("open {newest}"));
        let count = |start| ledger.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!((count("encode"), count("flush"), count("close")), (15, 3, 3), "{ledger:#?}");
        let mut encoded = ledger.iter().filter(|line| line.starts_with("encode 64x48")).skip(2);
        assert_eq!(encoded.next().expect("the third"), "encode 64x48 idr 2000000 2");
        assert_eq!(encoded.next().expect("the fourth"), "encode 64x48 p 900000 3");
    }
}

/// What NVENC is told of a stream, whatever its preset stands for: constant rate in a short
/// buffer, in two passes, the first of a quarter; no pictures but P after an IDR that is asked
/// for, in order and of one slice; parameter sets with each IDR, and BT.709 in limited range.
fn told(profile: &str, entropy: u32, references: u32, depth: u32, rate: (u32, u32)) -> String {
    let (bits_per_second, buffer) = rate;
    format!(
        "settings size=64x48 dar=64:48 fps=30/1 preset=p3 tuning=3 profile={profile} gop=infinite \
         interval=1 mode=1 rc=2 average={bits_per_second} most={bits_per_second} vbv={buffer} \
         delay={buffer} aq=0 temporal-aq=0 lookahead=0 no-reorder=1 key-scale=1 passes=1 repeat=1 \
         filler=0 level=0 idr=infinite entropy={entropy} references={references}/1 slices=3:1 \
         chroma=1 depth={depth}/{depth} signal=1:5 full-range=0 colour=1:1/1/1 restriction=1"
    )
}

#[test]
fn settings_are_told() {
    // The words of the bit depth are reserved before 12.2.
    for (api, depth) in [("13.0", 8), ("12.2", 8), ("12.1", 0), ("12.0", 0), ("11.1", 0)] {
        let ledger = run_again("encode_pictures", &[("DOUBLE_NVIDIA_API", api)]);
        let found: Vec<_> = ledger.iter().filter(|line| line.contains("size=64x48")).collect();
        let expected = [(2_000_000, 100_000), (900_000, 45_000)];
        let expected = expected.map(|rate| told("baseline", 2, 4, depth, rate));
        assert_eq!(found, expected.each_ref(), "{api}");
    }
}

#[test]
fn open_profiles_and_presets() {
    if !ORDERS.is_running_again() {
        return;
    }
    let cuda = Cuda::load().expect("the double");
    let context = Context::new(&cuda, &cuda.devices().expect("tells")[0]).expect("retains");
    let nvenc = Nvenc::load().expect("the double");
    for profile in [Profile::Baseline, Profile::Main, Profile::High] {
        let settings = Settings { codec: Codec::H264(profile), ..settings(SIZES[0], H264) };
        let mut encoder = Encoder::open(&nvenc, &context, &settings).expect("opens");
        assert!(!encoder.invalidate(0).expect("knows"), "there is one reference");
    }
    for preset in [Preset::P1, Preset::P2, Preset::P3, Preset::P4] {
        let settings = Settings { preset, ..settings(SIZES[0], H264) };
        Encoder::open(&nvenc, &context, &settings).expect("opens");
    }
}

/// Each profile with its entropy coding, each preset by its name, and as many references as the
/// hardware can do something with.
#[test]
fn profiles_presets_and_references_are_told() {
    for missing in ["references", "invalidation"] {
        let ledger = run_again("open_profiles_and_presets", &[("DOUBLE_NVIDIA_FAIL", missing)]);
        assert_faultless(&ledger);
        let settings = ledger.iter().filter(|line| line.starts_with("settings"));
        let (profiles, presets) = (settings.clone().take(3), settings.skip(3));
        let profile = |(name, entropy)| told(name, entropy, 1, 8, (2_000_000, 100_000));
        let expected = [("baseline", 2), ("main", 1), ("high", 1)].map(profile);
        assert_eq!(profiles.collect::<Vec<_>>(), expected.each_ref());
        let preset = |name| expected[0].replace("preset=p3", &format!("preset={name}"));
        let expected = ["p1", "p2", "p3", "p4"].map(preset);
        assert_eq!(presets.collect::<Vec<_>>(), expected.each_ref());
    }
}

#[test]
fn a_busy_driver_is_asked_again() {
    let ledger = run_again("encode_pictures", &[("DOUBLE_NVIDIA_FAIL", "busy@1")]);
    assert_faultless(&ledger);
    assert_eq!(ledger.iter().filter(|line| line.starts_with("encode")).count(), 15, "{ledger:#?}");
    for what in ["busy: encode 3", "busy: lock 3"] {
        assert_eq!(ledger.iter().filter(|line| *line == what).count(), 3, "{ledger:#?}");
    }
}

/// What each fault is to the client, by a part of its words.
#[test]
fn name_the_fault() {
    if !ORDERS.is_running_again() {
        return;
    }
    let expected = std::env::var("EXPECTED").expect("set by the parent");
    let size = SIZES[0];
    let attempt = || -> Result<(), Error> {
        let (mut encoder, context) = open(size, H264)?;
        let bytes = nv12(size, 64, 0).len();
        let memory = Memory::import(&context, memory(bytes), bytes as u64, true)?;
        let input = encoder.register(memory, Layout { pitch: 64 })?;
        for n in 0..3 {
            let coded = encoder.encode(input, n, false);
            if coded.is_err() {
                let again = encoder.encode(input, n, false);
                assert!(matches!(again, Err(Error::Broken)), "{again:?}");
            }
            coded?;
        }
        Ok(())
    };
    let error = attempt().expect_err("something fails").to_string();
    assert!(error.contains(&expected), "{error}");
}

#[test]
fn faults_have_names() {
    for (fault, expected) in [
        ("no-device", "CUDA failed to start: CUDA_ERROR_NO_DEVICE (100)"),
        ("no-encoder", "open a session: NV_ENC_ERR_UNSUPPORTED_DEVICE (2)"),
        ("sessions@0", "open a session: NV_ENC_ERR_OUT_OF_MEMORY (10)"),
        ("initialize", "initialise the encoder: NV_ENC_ERR_GENERIC (20): as the double was told"),
        ("import", "import memory: CUDA_ERROR_OPERATING_SYSTEM (304)"),
        ("encode@1", "encode a picture: NV_ENC_ERR_GENERIC (20)"),
        ("lock@2", "did not finish a picture within 250ms: NV_ENC_ERR_LOCK_BUSY"),
        ("unmap@2", "release a picture: NV_ENC_ERR_GENERIC (20)"),
        // What failed first is told, and not what followed.
        ("encode@1,unmap@1", "encode a picture: NV_ENC_ERR_GENERIC (20)"),
        ("lost@1", "finish a picture: NV_ENC_ERR_DEVICE_NOT_EXIST (5)"),
        ("empty@1", "an unusable picture: it is empty"),
    ] {
        let orders = [("DOUBLE_NVIDIA_FAIL", fault), ("EXPECTED", expected)];
        let ledger = run_again("name_the_fault", &orders);
        // What cannot be freed, and what was on a device that is gone, goes with the session.
        if !fault.contains("lost") && !fault.contains("unmap") {
            assert_faultless(&ledger);
        }
        let ended = ledger.iter().any(|line| line == "flush");
        assert!(!ended, "{fault}: a broken encoder is not waited for");
    }
}

/// A driver that is too old, and one that promises a version that it then refuses.
#[test]
fn old_drivers_are_refused() {
    let orders =
        [("DOUBLE_NVIDIA_API", "11.0"), ("EXPECTED", "speaks NVENC 11.0, and 11.1 is needed")];
    run_again("name_the_fault", &orders);
}
