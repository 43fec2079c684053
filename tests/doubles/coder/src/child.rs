//! HEVC and AV1 by the `ffmpeg` command, as a child that gives each picture back before it is
//! given the next.
//!
//! Pictures go in as IVF, whose time stamps say, too, where a key frame is wanted: odd ones ask for
//! one. They come back in containers that say how long each is: AVI for HEVC, IVF for AV1.
#![allow(unsafe_code, reason = "`poll` is a C function")]

use std::{
    io::{self, Read as _, Write as _},
    os::fd::AsRawFd as _,
    process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use crate::Codec;

/// How long a picture may take on a busy machine before it counts as lost, ms.
const PATIENCE_MS: i32 = 30_000;

/// Ticks per second of the time stamps: two per picture.
const TICKS: u32 = 60;

/// Longer than any picture that tests encode, bytes: what says more is no container.
const LONGEST: usize = 64 << 20;

/// Reads what comes at once. No key frames but those that are asked for, and parameter sets with
/// each; one thread, nothing held back. Quantisers so fine that errors stay within `MAX_ERROR`;
/// with what is faster than `-cpu-used 6`, libaom drops chroma.
const IN: &str = "-hide_banner -loglevel error -nostdin -probesize 32 -analyzeduration 0 \
                  -fpsprobesize 0 -f ivf -i pipe:0 -copyts -enc_time_base -1 -fps_mode passthrough";
const OUT: &str = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv \
                   -flush_packets 1";
const HEVC: &str = "-c:v libx265 -preset ultrafast -tune zerolatency -forced-idr 1 -x265-params \
                    qp=2:ipratio=1:aq-mode=0:bframes=0:frame-threads=1:pools=none:\
                    repeat-headers=1:keyint=-1:scenecut=0:open-gop=0:high-tier=0:info=0:\
                    log-level=error -f avi";
const AV1: &str = "-c:v libaom-av1 -usage realtime -cpu-used 6 -lag-in-frames 0 -row-mt 0 \
                   -threads 1 -crf 1 -b:v 0 -g 1000000 -f ivf";
/// What is added to AV1 for who looks at pictures, and holds none against another.
const COARSE: &str = "-cpu-used 8 -crf 40";

/// Whether the command is there and has the encoder.
pub fn is_there(codec: Codec) -> bool {
    static ENCODERS: OnceLock<String> = OnceLock::new();
    let name = match codec {
        Codec::H264 => return true,
        Codec::Hevc => " libx265 ",
        Codec::Av1 => " libaom-av1 ",
    };
    let encoders = ENCODERS.get_or_init(|| {
        let said = ffmpeg().args(["-hide_banner", "-encoders"]).stdin(Stdio::null()).output();
        said.map_or(String::new(), |said| String::from_utf8_lossy(&said.stdout).into_owned())
    });
    encoders.contains(name)
}

/// Decodes a stream, e.g. coded pictures one after the other: the planes of all pictures.
pub fn decode(codec: Codec, stream: &[u8]) -> io::Result<Vec<u8>> {
    let format = match codec {
        Codec::H264 => "h264",
        Codec::Hevc => "hevc",
        Codec::Av1 => "obu",
    };
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(stream)?;
    let mut command = ffmpeg();
    command.args(["-loglevel", "error", "-nostdin", "-f", format, "-i"]).arg(file.path());
    let planes = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"];
    let done = command.args(planes).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() || !said.is_empty() {
        return Err(io::Error::other(said.into_owned()));
    }
    Ok(done.stdout)
}

/// The command, which must not find the double that the process around it was led to.
fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.env_remove("LD_LIBRARY_PATH");
    command
}

pub struct Child {
    process: Process,
    /// `None` once it is to end.
    input: Option<ChildStdin>,
    output: Output,
    codec: Codec,
    pictures: u64,
}

impl Child {
    pub fn open(codec: Codec, (width, height): (usize, usize)) -> io::Result<Self> {
        let encoder = if codec == Codec::Hevc { HEVC } else { AV1 };
        let keys = format!("expr:eq(mod(round(t*{TICKS}),2),1)");
        let mut command = ffmpeg();
        command.args(IN.split(' ')).args(["-force_key_frames", &keys]);
        command.args(OUT.split(' ')).args(encoder.split(' '));
        if codec == Codec::Av1 && std::env::var_os(super::COARSE).is_some() {
            command.args(COARSE.split(' '));
        }
        command.arg("pipe:1");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let output = Output(process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut child = Self { process, input, output, codec, pictures: 0 };
        // IVF: its name, version 0 and how long this is; the format, the size, and ticks per
        // second.
        let side = |side: usize| u16::try_from(side).map_err(io::Error::other);
        let mut header = b"DKIF\0\0\x20\0I420".to_vec();
        header.extend([side(width)?, side(height)?].map(u16::to_le_bytes).as_flattened());
        header.extend([TICKS, 1, 0, 0].map(u32::to_le_bytes).as_flattened());
        child.write(&header)?;
        // Of what starts up with the first picture nothing is left for those that are waited for.
        child.encode(&vec![0; width * height * 3 / 2], true)?;
        Ok(child)
    }

    /// Encodes a picture, its planes one after the other.
    pub fn encode(&mut self, i420: &[u8], key: bool) -> io::Result<Vec<u8>> {
        // The first one, from which the command counts time, is a key frame in any case; the next
        // is the first that anybody sees.
        let first = self.pictures == 0;
        let stamp = 2 * self.pictures + u64::from(key && !first || self.pictures == 1);
        let length = u32::try_from(i420.len()).map_err(io::Error::other)?;
        self.write(&[&length.to_le_bytes()[..], &stamp.to_le_bytes()].concat())?;
        self.write(i420)?;
        self.pictures += 1;
        match self.codec {
            Codec::Av1 => self.output.unit_of_ivf(first),
            _ => self.output.unit_of_avi(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(bytes)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.input = None;
        // What fails here has ended on its own; it is waited for in any case.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the child says.
struct Output(ChildStdout);

impl Output {
    fn exactly<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn length(&mut self) -> io::Result<usize> {
        let length = u32::from_le_bytes(self.exactly()?) as usize;
        if length > LONGEST {
            return Err(io::Error::other(format!("a part of {length} bytes")));
        }
        Ok(length)
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, mut bytes: &mut [u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut poll =
                libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one struct, which is valid for reads and writes; its descriptor is open.
            if unsafe { libc::poll(&mut poll, 1, PATIENCE_MS) } == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match self.0.read(bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => bytes = &mut bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A header of 32 bytes; before each picture its length and its time stamp.
    fn unit_of_ivf(&mut self, first: bool) -> io::Result<Vec<u8>> {
        if first {
            self.exactly::<32>()?;
        }
        let length = self.length()?;
        self.exactly::<8>()?;
        self.bytes(length)
    }

    /// Chunks and lists of them, each with its name and its length; those of pictures are `00dc`,
    /// and empty where a time stamp was left out.
    fn unit_of_avi(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let name = self.exactly::<4>()?;
            if matches!(&name, b"RIFF" | b"LIST") {
                // Of the lengths nothing is true, as they were written before what follows.
                self.exactly::<8>()?;
                continue;
            }
            let length = self.length()?;
            let bytes = self.bytes(length)?;
            // To an even one.
            self.bytes(length % 2)?;
            if &name == b"00dc" && length > 0 {
                return Ok(bytes);
            }
        }
    }
}
