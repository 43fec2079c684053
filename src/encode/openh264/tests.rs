//! What OpenH264 makes is decoded and read back, bit by bit where it matters.
#![allow(clippy::print_stdout, reason = "figures of tests")]

use std::time::Duration;

use super::{decoder::Decoder, *};
use crate::frame::I420;

const FPS: u32 = 30;

fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).expect("in range")
}

fn config(size: Size, bps: u32) -> Config {
    Config {
        size,
        frame_rate: FrameRate::new(FPS).expect("in range"),
        bitrate: Bitrate::bps(bps),
        formats: Profile::ConstrainedBaseline.into(),
        encoders: Default::default(),
        threads: 1,
    }
}

fn open(config: &Config) -> OpenH264 {
    OpenH264::open(config).expect("opens")
}

/// A floor of slowly passing squares, a shaded background and a disc that circles.
fn scene(size: Size, t: f64) -> I420 {
    let mut picture = I420::new(size).expect("even");
    let (width, height) = (size.width() as usize, size.height() as usize);
    let (cx, cy) = (
        width as f64 * (0.5 + 0.3 * (t * 1.3).cos()),
        height as f64 * (0.5 + 0.3 * (t * 1.7).sin()),
    );
    let radius = height as f64 / 6.0;
    let [luma, cb, cr] = picture.planes_mut();
    for (i, pixel) in luma.iter_mut().enumerate() {
        let (x, y) = ((i % width) as f64, (i / width) as f64);
        let distance = (x - cx).hypot(y - cy);
        *pixel = if distance < radius {
            (220.0 - 120.0 * distance / radius) as u8
        } else if y > height as f64 / 2.0 {
            let square = ((x + 40.0 * t) / 32.0).floor() + (y / 32.0).floor();
            if square.rem_euclid(2.0) < 1.0 { 90 } else { 130 }
        } else {
            (60.0 + 100.0 * y / height as f64) as u8
        };
    }
    for (i, (b, r)) in cb.iter_mut().zip(cr).enumerate() {
        let (x, y) = ((2 * (i % (width / 2))) as f64, (2 * (i / (width / 2))) as f64);
        let inside = (x - cx).hypot(y - cy) < radius;
        (*b, *r) = if inside { (90, 200) } else { (140, 120) };
    }
    picture
}

/// Noise that no encoder can predict.
fn noise(size: Size, seed: u32) -> I420 {
    let mut picture = I420::new(size).expect("even");
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    for pixel in picture.planes_mut()[0].iter_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *pixel = 16 + (state >> 24) as u8 % 220;
    }
    picture
}

fn seconds(index: u32) -> f64 {
    f64::from(index) / f64::from(FPS)
}

fn pts(index: u32) -> MediaTime {
    MediaTime::from_elapsed(Duration::from_secs_f64(1.0 + seconds(index)))
}

/// Encodes frame `index` of the scene.
fn step(encoder: &mut OpenH264, index: u32, keyframe: bool) -> Option<AccessUnit> {
    let picture = scene(encoder.size, seconds(index));
    encoder.encode((&picture).into(), pts(index), keyframe).expect("encodes")
}

/// The scene with grain, which uses up whatever bits there are.
fn grainy_scene(size: Size, index: u32) -> I420 {
    let mut picture = scene(size, seconds(index));
    let grain = noise(size, index);
    for (pixel, grain) in picture.planes_mut()[0].iter_mut().zip(grain.planes()[0]) {
        *pixel = *pixel - 8 + grain / 16;
    }
    picture
}

/// The bits of the pictures `range`, none of which may be an IDR but the very first.
fn bits(encoder: &mut OpenH264, range: std::ops::Range<u32>) -> f64 {
    let mut sent = 0.0;
    for index in range {
        let picture = grainy_scene(encoder.size, index);
        let unit = encoder.encode((&picture).into(), pts(index), false).expect("encodes");
        if let Some(unit) = unit {
            assert_eq!(unit.keyframe, index == 0, "frame {index}");
            sent += unit.data.len() as f64 * 8.0;
        }
    }
    sent
}

fn psnr(a: &I420, b: &I420) -> f64 {
    let squares = |a: &[u8], b: &[u8]| -> f64 {
        let differences = a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)));
        differences.map(|d| d * d).sum()
    };
    let (sum, count) = a
        .planes()
        .into_iter()
        .zip(b.planes())
        .map(|(a, b)| (squares(a, b), a.len()))
        .fold((0.0, 0), |(s, n), (squares, count)| (s + squares, n + count));
    10.0 * (255.0 * 255.0 * count as f64 / sum.max(f64::MIN_POSITIVE)).log10()
}

/// Splits Annex B at its start codes, asserting that each has four bytes.
fn nals(data: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<_> =
        (0..data.len().saturating_sub(3)).filter(|&at| data[at..at + 4] == [0, 0, 0, 1]).collect();
    assert_eq!(starts.first(), Some(&0), "begins with a start code");
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    let nals: Vec<_> = starts.iter().zip(ends).map(|(&s, end)| &data[s + 4..end]).collect();
    for nal in &nals {
        assert!(nal.len() > 1, "a NAL unit has a payload");
        assert_eq!(nal[0] & 0x80, 0, "forbidden_zero_bit");
        assert_ne!(nal.last(), Some(&0), "no NAL unit ends with a zero (H.264 §7.4.1)");
        assert!(
            nal.windows(3).all(|w| w[..2] != [0, 0] || w[2] > 2),
            "start codes are emulation-prevented"
        );
    }
    nals
}

fn types(data: &[u8]) -> Vec<u8> {
    nals(data).iter().map(|nal| nal[0] & 0x1f).collect()
}

/// Reads the bits of a NAL unit's payload (H.264 §7.2, §9.1).
struct Bits {
    payload: Vec<u8>,
    at: usize,
}

impl Bits {
    fn of(nal: &[u8]) -> Self {
        let mut payload: Vec<u8> = Vec::new();
        for &byte in &nal[1..] {
            if !(byte == 3 && payload.ends_with(&[0, 0])) {
                payload.push(byte);
            }
        }
        Self { payload, at: 0 }
    }

    fn u(&mut self, count: usize) -> u32 {
        (0..count).fold(0, |value, _| {
            let bit = self.payload[self.at / 8] >> (7 - self.at % 8) & 1;
            self.at += 1;
            value << 1 | u32::from(bit)
        })
    }

    fn ue(&mut self) -> u32 {
        let zeros = std::iter::repeat_with(|| self.u(1)).take_while(|&b| b == 0).count();
        (1 << zeros) - 1 + self.u(zeros)
    }
}

#[derive(Debug, PartialEq)]
struct Sps {
    profile: u32,
    constraints: u32,
    level: u32,
    size: (u32, u32),
    /// full_range, primaries, transfer, matrix
    colour: Option<[u32; 4]>,
    /// max_num_reorder_frames
    reorder: Option<u32>,
}

/// seq_parameter_set_data() of a Baseline or Main stream (H.264 §7.3.2.1.1, §E.1.1).
fn parse_sps(nal: &[u8]) -> Sps {
    assert_eq!(nal[0] & 0x1f, 7);
    let mut b = Bits::of(nal);
    let (profile, constraints, level) = (b.u(8), b.u(8), b.u(8));
    let _id = b.ue();
    let _log2_max_frame_num = b.ue();
    match b.ue() {
        0 => drop(b.ue()),
        2 => {}
        other => panic!("pic_order_cnt_type {other}"),
    }
    assert_eq!(b.ue(), 1, "max_num_ref_frames");
    b.u(1);
    let (width, height) = ((b.ue() + 1) * 16, (b.ue() + 1) * 16);
    assert_eq!(b.u(1), 1, "frame_mbs_only_flag");
    b.u(1);
    let crop = if b.u(1) == 1 { [0; 4].map(|_| b.ue() * 2) } else { [0; 4] };
    assert_eq!(b.u(1), 1, "vui_parameters_present_flag");
    assert_eq!(b.u(2), 0, "neither aspect ratio nor overscan");
    let colour = (b.u(1) == 1).then(|| {
        b.u(3);
        let full = b.u(1);
        assert_eq!(b.u(1), 1, "colour_description_present_flag");
        [full, b.u(8), b.u(8), b.u(8)]
    });
    assert_eq!(b.u(5), 0, "no chroma loc, timing, HRD or pic_struct");
    let reorder = (b.u(1) == 1).then(|| {
        b.u(1);
        let _ = [0; 4].map(|_| b.ue());
        b.ue()
    });
    Sps {
        profile,
        constraints,
        level,
        size: (width - crop[0] - crop[1], height - crop[2] - crop[3]),
        colour,
        reorder,
    }
}

#[test]
fn this_build_has_the_assembly() {
    assert!(
        has_assembly(),
        "OpenH264 was built without nasm: install it, then `cargo clean -p openh264-sys2`"
    );
}

#[test]
fn a_moving_scene_decodes_close_to_what_was_drawn() {
    let mut encoder = open(&config(size(640, 480), 2_000_000));
    let mut decoder = Decoder::new();
    let mut worst = f64::INFINITY;
    for index in 0..60 {
        let unit = step(&mut encoder, index, false).expect("2 Mbit/s are plenty");
        let decoded = decoder.decode(&unit.data);
        worst = worst.min(psnr(&decoded, &scene(encoder.size, seconds(index))));
    }
    assert!(worst >= 35.0, "the worst frame has {worst:.1} dB");
}

#[test]
fn units_are_well_formed_and_idrs_carry_their_parameter_sets() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    for index in 0..40 {
        let asked = index % 15 == 7;
        let unit = step(&mut encoder, index, asked).expect("not skipped");
        assert_eq!(unit.keyframe, index == 0 || asked, "frame {index}");
        let expected: &[u8] = if unit.keyframe { &[7, 8, 5] } else { &[1] };
        assert_eq!(types(&unit.data), expected, "frame {index}");
    }
}

#[test]
fn decoding_can_start_at_any_idr() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    for index in 0..10 {
        step(&mut encoder, index, false);
    }
    let unit = step(&mut encoder, 10, true).expect("an IDR is never skipped");
    let decoded = Decoder::new().decode(&unit.data);
    assert!(psnr(&decoded, &scene(encoder.size, seconds(10))) > 30.0);
}

#[test]
fn the_sps_says_the_profile_and_bt709_limited() {
    for (profile, idc, flags) in [
        // constraint_set0 and 1, which together with 66 make Constrained Baseline.
        (Profile::ConstrainedBaseline, 66, 0xc0),
        // constraint_set1, 4 and 5: neither interlacing nor B pictures.
        (Profile::Main, 77, 0x4c),
    ] {
        for (size, level) in [(size(640, 480), 31), (size(1280, 720), 31), (size(1920, 1080), 40)] {
            let config = Config { formats: profile.into(), ..config(size, 2_000_000) };
            let unit = step(&mut open(&config), 0, false).expect("the first");
            let [sps, pps, _] = nals(&unit.data)[..] else { panic!("an IDR in one slice") };
            let sps = parse_sps(sps);
            assert_eq!((sps.profile, sps.constraints, sps.level), (idc, flags, level));
            assert_eq!(sps.size, (size.width(), size.height()));
            assert_eq!(sps.colour, Some([0, 1, 1, 1]));
            assert_eq!(sps.reorder, Some(0));
            // After both ids, entropy_coding_mode_flag (H.264 §7.3.2.2).
            let mut pps = Bits::of(pps);
            assert_eq!((pps.ue(), pps.ue()), (0, 0));
            assert_eq!(pps.u(1) == 1, profile == Profile::Main, "CABAC");
        }
    }
}

#[test]
fn main_is_sharper_at_the_same_rate() {
    let quality = |profile: Profile, bps| {
        let mut encoder = open(&Config { formats: profile.into(), ..config(size(640, 480), bps) });
        let mut decoder = Decoder::new();
        let (mut sum, mut count) = (0.0, 0.0);
        for index in 0..90 {
            if let Some(unit) = step(&mut encoder, index, false) {
                sum += psnr(&decoder.decode(&unit.data), &scene(encoder.size, seconds(index)));
                count += 1.0;
            }
        }
        sum / count
    };
    for bps in [200_000, 400_000] {
        let baseline = quality(Profile::ConstrainedBaseline, bps);
        let main = quality(Profile::Main, bps);
        println!("{bps} bit/s: {baseline:.2} dB, and {main:.2} in Main");
        assert!(main > baseline + 0.1, "{bps} bit/s: {main:.2} dB instead of {baseline:.2}");
    }
}

#[test]
fn the_parameter_sets_stay_the_same() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    let first = step(&mut encoder, 0, false).expect("the first");
    encoder.set_bitrate(Bitrate::bps(30_000_000)).expect("in range");
    step(&mut encoder, 1, false);
    let later = step(&mut encoder, 2, true).expect("an IDR");
    assert_eq!(nals(&first.data)[..2], nals(&later.data)[..2]);
}

#[test]
fn the_bit_rate_follows_without_an_idr() {
    const SETTLE: u32 = FPS;
    const MEASURE: u32 = 2 * FPS;
    let mut encoder = open(&config(size(640, 480), 1_000_000));
    let mut index = 0;
    for target in [1_000_000, 400_000, 3_000_000] {
        encoder.set_bitrate(Bitrate::bps(target)).expect("in range");
        bits(&mut encoder, index..index + SETTLE);
        index += SETTLE;
        let sent = bits(&mut encoder, index..index + MEASURE);
        index += MEASURE;
        let measured = sent * f64::from(FPS) / f64::from(MEASURE);
        let ratio = measured / f64::from(target);
        assert!((0.8..1.2).contains(&ratio), "{measured:.0} bit/s for {target}");
    }
}

#[test]
fn above_60_hz_the_bit_rate_holds() {
    let config = Config {
        frame_rate: FrameRate::new(120).expect("in range"),
        ..config(size(640, 480), 2_000_000)
    };
    let mut encoder = open(&config);
    let mut sent = 0;
    for index in 0..240u32 {
        let at = MediaTime::from_elapsed(Duration::from_secs(1) * index / 120);
        let picture = grainy_scene(config.size, index);
        let unit = encoder.encode((&picture).into(), at, false).expect("encodes");
        if index >= 120 {
            sent += unit.map_or(0, |unit| unit.data.len() * 8);
        }
    }
    assert!((1_600_000..2_400_000).contains(&sent), "{sent} bits in a second");
}

/// What a view does with a picture that stays.
#[test]
fn a_picture_that_stays_gets_sharp() {
    let config = Config { formats: Profile::Main.into(), ..config(size(1280, 720), 300_000) };
    let mut encoder = open(&config);
    let mut decoder = Decoder::new();
    let mut quality = Vec::new();
    // Too much to code well, and then none of it moves.
    for index in 0..=70 {
        let picture = scene(config.size, seconds(index.min(60)));
        let unit = encoder.encode((&picture).into(), pts(index), false).expect("encodes");
        if let Some(unit) = unit {
            quality.push(psnr(&decoder.decode(&unit.data), &picture));
        }
    }
    let (before, after) = (quality[quality.len() - 12], quality[quality.len() - 1]);
    println!("{before:.1} and then {after:.1} dB");
    assert!(after > before + 8.0 && after > 44.0, "{before:.1} and then {after:.1} dB");
}

#[test]
fn skipped_pictures_give_nothing_but_an_idr_always_comes() {
    let size = size(320, 240);
    let mut encoder = open(&config(size, 100_000));
    let mut decoder = Decoder::new();
    let mut skipped = 0;
    for index in 0..90 {
        let asked = index % 30 == 29;
        match encoder.encode((&noise(size, index)).into(), pts(index), asked).expect("encodes") {
            Some(unit) => drop(decoder.decode(&unit.data)),
            None => {
                assert!(!asked, "an IDR was skipped");
                skipped += 1;
            }
        }
    }
    assert!(skipped > 0, "noise at 100 kbit/s must overflow");
}

#[test]
fn odd_tiny_and_huge_sizes_are_refused() {
    for size in [size(641, 480), size(640, 481), size(14, 480), size(640, 14), size(8192, 8192)] {
        let error = OpenH264::open(&config(size, 1_000_000)).expect_err("out of bounds");
        assert!(matches!(error, Error::Open { .. }), "{error}");
    }
}

#[test]
fn the_smallest_and_the_largest_sizes_work() {
    use Profile::{ConstrainedBaseline, Main};
    for (size, profile) in [
        (size(16, 16), Main),
        (size(18, 34), ConstrainedBaseline),
        (size(16, 4096), Main),
        (size(8192, 16), ConstrainedBaseline),
        (size(4096, 2304), Main),
    ] {
        let threads = 4;
        let mut encoder =
            open(&Config { threads, formats: profile.into(), ..config(size, 4_000_000) });
        let mut decoder = Decoder::new();
        for index in 0..2 {
            if let Some(unit) = step(&mut encoder, index, true) {
                assert_eq!(decoder.decode(&unit.data).size(), size);
            }
        }
    }
}

#[test]
fn large_pictures_are_cut_into_a_slice_per_thread() {
    let formats = Profile::Main.into();
    let config = Config { threads: 2, formats, ..config(size(1280, 720), 4_000_000) };
    let mut encoder = open(&config);
    let mut decoder = Decoder::new();
    for index in 0..5 {
        let unit = step(&mut encoder, index, false).expect("not skipped");
        let slices = types(&unit.data).iter().filter(|t| matches!(t, 1 | 5)).count();
        assert_eq!(slices, 2);
        assert!(psnr(&decoder.decode(&unit.data), &scene(config.size, seconds(index))) > 30.0);
    }
}

#[test]
fn a_picture_of_another_size_is_refused_and_does_no_harm() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    let other = I420::new(size(240, 320)).expect("even");
    let error = encoder.encode((&other).into(), pts(0), false).expect_err("another size");
    assert!(matches!(error, Error::WrongSize { .. }));
    assert!(step(&mut encoder, 0, false).is_some());
}

#[test]
fn an_encoder_may_move_to_another_thread() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    step(&mut encoder, 0, false);
    let thread = std::thread::Builder::new().name("test-encoder".into());
    let unit = thread.spawn(move || step(&mut encoder, 1, false)).expect("a thread").join();
    assert!(unit.expect("no panic").is_some_and(|unit| !unit.keyframe));
}

#[test]
fn times_that_stand_still_or_leap_are_survived() {
    let mut encoder = open(&config(size(320, 240), 500_000));
    for (index, ms) in [0, 0, 0, 1, 90_000_000, 90_000_000, 90_000_033].into_iter().enumerate() {
        let at = MediaTime::from_elapsed(Duration::from_millis(ms));
        let picture = scene(encoder.size, index as f64);
        encoder.encode((&picture).into(), at, false).expect("encodes");
    }
}
