//! Two clients that know nothing of each other: the product's own crate, and FFmpeg.
#![allow(unsafe_code, reason = "memory is exported by hand")]

use std::{
    os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd},
    path::Path,
    process::Command,
};

use double_va::{MAX_ERROR, ORDERS, assert_faultless, install, read_ledger, run_again};
use openh264::{decoder::Decoder, formats::YUVSource as _};
use vaapi::{Display, Encoder, Error, Layout, Libva, MemoryType, Profile, Settings, Surface};

const SIZES: [(u32, u32); 3] = [(64, 48), (150, 122), (640, 480)];

fn settings((width, height): (u32, u32)) -> Settings {
    Settings {
        width,
        height,
        frame_rate: (30, 1),
        bits_per_second: 2_000_000,
        buffer_ms: 1000,
        profile: Profile::ConstrainedBaseline,
        low_power: false,
    }
}

/// A picture with edges and slopes, another one for each `n`.
fn nv12((width, height): (u32, u32), pitch: u32, n: u32) -> Vec<u8> {
    let mut bytes = vec![0; (pitch * height * 3 / 2) as usize];
    for (y, row) in (0u32..).zip(bytes.chunks_mut(pitch as usize)) {
        for (x, byte) in (0..width).zip(row) {
            let even = (x / 8 + y / 8 + n).is_multiple_of(2);
            *byte = if even { 60 + (x + y) as u8 % 90 } else { 200 };
        }
    }
    bytes
}

fn display() -> Result<Display, Error> {
    Display::open(&Libva::load()?, Path::new("/dev/null"))
}

/// A file in memory, which is what software drivers export.
fn memory(bytes: &[u8]) -> OwnedFd {
    use std::os::unix::fs::FileExt as _;
    // SAFETY: a new descriptor, which is owned from here on.
    let file = unsafe { OwnedFd::from_raw_fd(libc::memfd_create(c"nv12".as_ptr(), 0)) };
    // SAFETY: an open descriptor.
    assert_eq!(unsafe { libc::ftruncate(file.as_raw_fd(), bytes.len() as i64) }, 0);
    let written = std::fs::File::from(file.try_clone().expect("a descriptor"));
    written.write_all_at(bytes, 0).expect("as long as it says");
    file
}

fn import(display: &Display, size: (u32, u32), bytes: &[u8], pitch: u32) -> Result<Surface, Error> {
    let file = memory(bytes);
    let layout = Layout { pitch, luma_offset: 0, chroma_offset: pitch * size.1 };
    let take =
        |memory| Surface::import(display, file.as_fd(), bytes.len() as u32, size, layout, memory);
    take(MemoryType::LINEAR).or_else(|_| take(MemoryType::DrmPrime))
}

#[track_caller]
fn assert_decodes(
    decoder: &mut Decoder,
    data: &[u8],
    size: (u32, u32),
    picture: &[u8],
    pitch: u32,
) {
    let decoded = decoder.decode(data).expect("decodes").expect("at once");
    let (width, height, pitch) = (size.0 as usize, size.1 as usize, pitch as usize);
    assert_eq!(decoded.dimensions(), (width, height));
    let strides = decoded.strides();
    let rows = decoded.y().chunks(strides.0).zip(picture.chunks(pitch)).take(height);
    let off = rows.flat_map(|(a, b)| (0..width).map(move |x| a[x].abs_diff(b[x]))).max();
    assert!(off <= Some(MAX_ERROR), "luma is off by {off:?} at {size:?}");
    for (plane, stride, first) in [(decoded.u(), strides.1, 0), (decoded.v(), strides.2, 1)] {
        let chroma = picture[pitch * height..].chunks(pitch);
        let rows = plane.chunks(stride).zip(chroma).take(height / 2);
        let off =
            |(a, b): (&[u8], &[u8])| (0..width / 2).map(|x| a[x].abs_diff(b[2 * x + first])).max();
        let off = rows.filter_map(off).max();
        assert!(off <= Some(MAX_ERROR), "chroma is off by {off:?} at {size:?}");
    }
}

#[test]
fn encode_pictures() {
    if !ORDERS.is_running_again() {
        return;
    }
    let display = display().expect("opens");
    for size in SIZES {
        for imported in [false, true] {
            let pitch = size.0.next_multiple_of(256);
            let mut encoder = Encoder::open(&display, &settings(size)).expect("opens");
            let mut decoder = Decoder::new().expect("opens");
            let surface = Surface::allocate(&display, size.0, size.1).expect("allocates");
            for n in 0..5u32 {
                let picture = nv12(size, pitch, n);
                if n == 3 {
                    encoder.set_rate(900_000).expect("in range");
                }
                let unit = if imported {
                    let surface = import(&display, size, &picture, pitch).expect("imports");
                    encoder.encode(&surface, n == 2)
                } else {
                    let (luma, chroma) = picture.split_at((pitch * size.1) as usize);
                    surface.upload(luma, chroma, pitch as usize).expect("uploads");
                    encoder.encode(&surface, n == 2)
                };
                let unit = unit.expect("encodes");
                assert_eq!(unit.keyframe, n == 0 || n == 2);
                assert_decodes(&mut decoder, &unit.data, size, &picture, pitch);
            }
        }
        let exported = Surface::allocate(&display, size.0, size.1).expect("allocates");
        let exported = exported.export().expect("exports");
        assert_eq!(exported.objects.len(), 1);
        assert!(exported.luma.pitch >= size.0 && exported.chroma.offset > exported.luma.offset);
    }
}

#[test]
fn pictures_come_back() {
    // Memory by the newer and by the older descriptor; uploads with and without a view inside.
    for odd in ["", "prime2", "derive"] {
        let ledger = run_again("encode_pictures", &[("DOUBLE_VA_FAIL", odd)]);
        assert_faultless(&ledger);
        let count = |start| ledger.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!((count("encode"), count("open"), count("close")), (30, 1, 1), "{ledger:#?}");
        assert_eq!(ledger[3], "encode 64x48 idr 2000000");
        assert_eq!(ledger[4], "encode 64x48 p 900000");
        assert_eq!(ledger[11], "encode 150x122 idr 2000000");
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
        let display = display()?;
        let mut encoder = Encoder::open(&display, &settings(size))?;
        let picture = nv12(size, 64, 0);
        let surface = import(&display, size, &picture, 64)?;
        for _ in 0..3 {
            let coded = encoder.encode(&surface, false);
            if coded.is_err() {
                let again = encoder.encode(&surface, false);
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
        ("init", "failed to"),
        ("no-encoder", "encodes no H.264 as asked"),
        ("surfaces", "allocate a surface: VA_STATUS_ERROR_ALLOCATION_FAILED"),
        ("import", "import a buffer: VA_STATUS_ERROR_ALLOCATION_FAILED"),
        ("context", "VA_STATUS_ERROR_ALLOCATION_FAILED"),
        ("begin@1", "begin a picture: VA_STATUS_ERROR_OPERATION_FAILED"),
        ("end@1", "encode a picture: VA_STATUS_ERROR_ENCODING_ERROR"),
        ("sync@1", "did not finish a picture within"),
        ("empty@1", "an unusable picture: it is empty"),
    ] {
        let variables = [("DOUBLE_VA_FAIL", fault), ("EXPECTED", expected)];
        assert_faultless(&run_again("name_the_fault", &variables));
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn ffmpeg_is_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = install(folder.path()).expect("the double is built");
    let (ledger, out) = (folder.path().join("ledger"), folder.path().join("out.h264"));
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-vaapi_device", "/dev/null", "-f", "lavfi"]);
    ffmpeg.args(["-i", "testsrc2=s=320x240:r=30", "-vf", "format=nv12,hwupload"]);
    ffmpeg.args(["-frames:v", "30", "-c:v", "h264_vaapi", "-bf", "0", "-y"]).arg(&out);
    ffmpeg.envs(variables).env("DOUBLE_VA_LEDGER", &ledger);
    let Ok(done) = ffmpeg.output() else {
        println!("skipped: needs ffmpeg");
        return;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("Unrecognized option 'vaapi_device'") || said.contains("Unknown encoder") {
        println!("skipped: this ffmpeg has no h264_vaapi");
        return;
    }
    assert!(done.status.success(), "{said}");
    let ledger = read_ledger(&ledger);
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert_eq!(encoded, 30, "{ledger:#?}");
    let mut decoder = Decoder::new().expect("opens");
    let stream = std::fs::read(out).expect("written");
    let units = openh264::nal_units(&stream);
    let pictures = units.filter(|unit| decoder.decode(unit).expect("decodes").is_some()).count();
    let rest = decoder.flush_remaining().map_or(0, |rest| rest.len());
    assert_eq!(pictures + rest, 30);
}
