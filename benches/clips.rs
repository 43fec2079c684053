//! Converts and encodes a clip from standard input as a stream does, for `clips.py`.
//!
//! `clips WIDTHxHEIGHT HZ FOLDER BPS…` reads RGBA pictures until the input ends. It writes the
//! planes to `FOLDER/clip.yuv` and what each profile and bit rate came to, in Annex B, to files
//! there, and prints a JSON object: for each its file, CPU milliseconds per picture (all threads;
//! reading and writing files do not count), and which pictures were skipped.
#![expect(clippy::print_stdout, reason = "this is what the bench is run for")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufWriter, ErrorKind, Read as _, Write as _},
    path::Path,
    time::Duration,
};

use mjcast::{
    color::rgba_to_i420,
    encode::{Config, Encoder as _, Profile, openh264::OpenH264},
    frame::I420,
    units::{Bitrate, FrameRate, MediaTime, Size},
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

/// One profile and bit rate.
struct Stream {
    profile: Profile,
    bps: u32,
    encoder: OpenH264,
    name: String,
    file: BufWriter<File>,
    cpu: Duration,
    skipped: Vec<u32>,
}

impl Stream {
    fn open(
        folder: &Path,
        size: Size,
        frame_rate: FrameRate,
        profile: Profile,
        bps: u32,
    ) -> Result<Self, Box<dyn Error>> {
        let bitrate = Bitrate::bps(bps);
        let encoder = OpenH264::open(&Config {
            size,
            frame_rate,
            bitrate,
            formats: profile.into(),
            encoders: Default::default(),
            threads: 1,
        })?;
        let name = format!("openh264-{profile:?}-{bps}.h264");
        let file = BufWriter::new(File::create(folder.join(&name))?);
        Ok(Self { profile, bps, encoder, name, file, cpu: Duration::ZERO, skipped: Vec::new() })
    }

    fn encode(&mut self, picture: &I420, index: u32, pts: MediaTime) -> Result<(), Box<dyn Error>> {
        let (unit, cpu) = timed(|| self.encoder.encode(picture.into(), pts, false));
        self.cpu += cpu;
        match unit? {
            Some(unit) => self.file.write_all(&unit.data)?,
            None => self.skipped.push(index),
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let (Some(size), Some(hz), Some(folder)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        println!("usage: clips WIDTHxHEIGHT HZ FOLDER BPS... <RGBA (`make bench-encode` does it)");
        return Ok(());
    };
    let (width, height) = size.split_once('x').ok_or("a size is WIDTHxHEIGHT")?;
    let size = Size::new(width.parse()?, height.parse()?).ok_or("the size is out of range")?;
    let hz: u32 = hz.parse()?;
    let rate = FrameRate::new(hz).ok_or("the rate is out of range")?;
    let folder = Path::new(&folder);
    let mut streams = Vec::new();
    for bps in arguments {
        for profile in [Profile::Main, Profile::ConstrainedBaseline] {
            streams.push(Stream::open(folder, size, rate, profile, bps.parse()?)?);
        }
    }

    let mut planes = BufWriter::new(File::create(folder.join("clip.yuv"))?);
    let mut rgba = vec![0; size.pixels() * 4];
    let mut picture = I420::new(size).ok_or("both sides must be even")?;
    let (mut frames, mut converting) = (0_u32, Duration::ZERO);
    while next(&mut rgba)? {
        let stride = size.width() as usize * 4;
        let (converted, cpu) = timed(|| rgba_to_i420(&rgba, stride, &mut picture));
        converted?;
        converting += cpu;
        let pts = MediaTime::from_elapsed(Duration::from_secs(1) * frames / hz);
        for stream in &mut streams {
            stream.encode(&picture, frames, pts)?;
        }
        frames += 1;
        for plane in picture.planes() {
            planes.write_all(plane)?;
        }
    }
    planes.flush()?;
    let ms = |cpu: Duration| cpu.as_secs_f64() * 1e3 / f64::from(frames.max(1));
    let mut encoded = Vec::new();
    for mut stream in streams {
        stream.file.flush()?;
        let Stream { profile, bps, cpu, name, skipped, .. } = stream;
        let profile = format!("{profile:?}");
        encoded.push(json!({
            "profile": profile, "bps": bps, "file": name, "encode_ms": ms(cpu), "skipped": skipped,
        }));
    }
    println!("{}", json!({"frames": frames, "convert_ms": ms(converting), "streams": encoded}));
    Ok(())
}

/// Reads the next picture; `false` at the end.
fn next(rgba: &mut [u8]) -> io::Result<bool> {
    match io::stdin().lock().read_exact(rgba) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// What `work` gives and the CPU time of all threads while it ran.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = cpu_time();
    let result = work();
    (result, cpu_time() - before)
}

fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
