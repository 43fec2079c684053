//! The codecs inside the doubles of `libnvidia-encode` and of a VA driver: NV12 in host memory to
//! H.264, HEVC or AV1 that any decoder takes, so fine that what comes back can be compared with
//! what went in. OpenH264 codes H.264; the others take the `ffmpeg` command, where there is one.

mod child;
mod h264;
pub mod memory;
pub mod orders;

use std::{fmt, io};

use self::{child::Child, h264::H264};

/// The variable that names a file for the last picture that was encoded, in NV12 without padding.
pub const PICTURE: &str = "DOUBLE_PICTURE";

/// The variable by which AV1 is coded so coarsely that it keeps up with a stream.
pub const COARSE: &str = "DOUBLE_COARSE";

/// How far a decoded sample may be off.
pub const MAX_ERROR: u8 = 4;

/// An NV12 picture in memory.
#[derive(Clone, Copy, Debug)]
pub struct Nv12<'a> {
    /// Width and height in pixels; both even.
    pub size: (usize, usize),
    /// Rows of luma.
    pub luma: &'a [u8],
    /// Rows of Cb and Cr in turn, half as many.
    pub chroma: &'a [u8],
    /// Bytes from one row to the next, of both planes.
    pub pitch: usize,
}

impl Nv12<'_> {
    /// Both planes without padding.
    fn packed(&self) -> Vec<u8> {
        let (width, height) = self.size;
        let luma = rows(self.luma, self.pitch, height);
        let all = luma.chain(rows(self.chroma, self.pitch, height / 2));
        all.flat_map(|row| row[..width].iter().copied()).collect()
    }

    /// Luma, all of Cb and all of Cr, without padding.
    fn planar(&self) -> Vec<u8> {
        let (width, height) = self.size;
        let mut bytes = self.packed();
        let chroma = bytes.split_off(width * height);
        for first in [0, 1] {
            bytes.extend(chroma.iter().skip(first).step_by(2));
        }
        bytes
    }
}

/// What is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// H.264, Constrained Baseline.
    H264,
    /// HEVC, Main.
    Hevc,
    /// AV1, Main.
    Av1,
}

impl Codec {
    /// Whether this machine can: HEVC and AV1 take an `ffmpeg` command with libx265 and libaom.
    pub fn is_there(self) -> bool {
        child::is_there(self)
    }

    /// Decodes a stream with the `ffmpeg` command: of each picture luma, Cb and Cr, without padding.
    ///
    /// # Errors
    /// What the decoder says of it, or that there is none.
    pub fn decode(self, stream: &[u8]) -> io::Result<Vec<u8>> {
        child::decode(self, stream)
    }

    /// Whether a decoder can start with this coded picture.
    fn starts(self, data: &[u8]) -> bool {
        let nal = |shift: u32| {
            let starts = data.windows(4).filter(|bytes| bytes.starts_with(&[0, 0, 1]));
            starts.map(move |bytes| bytes[3] >> shift)
        };
        match self {
            // H.264 table 7-1, H.265 table 7-1.
            Self::H264 => nal(0).any(|header| header & 31 == 5),
            Self::Hevc => nal(1).any(|header| matches!(header & 63, 19 | 20)),
            // A sequence header after the temporal delimiter (AV1 5.3.2).
            Self::Av1 => data.get(2).is_some_and(|header| header >> 3 & 15 == 1),
        }
    }
}

/// An encoder for pictures of one size.
pub struct Coder {
    codec: Codec,
    how: How,
}

enum How {
    Here(Box<H264>),
    Child(Child),
}

impl fmt::Debug for Coder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coder")
    }
}

/// A coded picture: Annex B with parameter sets before every IDR, or a temporal unit of AV1 with a
/// sequence header before every key frame.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The bytes.
    pub data: Vec<u8>,
    /// Whether it is an IDR or a key frame.
    pub idr: bool,
}

impl Coder {
    /// Opens one for H.264.
    ///
    /// # Errors
    /// What OpenH264 says.
    pub fn open(size: (usize, usize)) -> io::Result<Self> {
        Self::open_as(Codec::H264, size)
    }

    /// Opens one.
    ///
    /// # Errors
    /// What OpenH264 says, or that there is no `ffmpeg`.
    pub fn open_as(codec: Codec, size: (usize, usize)) -> io::Result<Self> {
        let how = match codec {
            Codec::H264 => How::Here(Box::new(H264::open(size).map_err(io::Error::other)?)),
            Codec::Hevc | Codec::Av1 => How::Child(Child::open(codec, size)?),
        };
        Ok(Self { codec, how })
    }

    /// Encodes a picture; the first one is an IDR in any case.
    ///
    /// # Errors
    /// What OpenH264 says, or that the child ended or is at it for too long.
    ///
    /// # Panics
    /// When the planes are shorter than the size says.
    pub fn encode(&mut self, picture: Nv12<'_>, idr: bool) -> io::Result<Coded> {
        if let Some(path) = std::env::var_os(PICTURE).map(std::path::PathBuf::from) {
            // Whoever reads it finds the old one or the new one, and nothing between.
            let new = path.with_extension("new");
            let written = std::fs::write(&new, picture.packed());
            written.and_then(|()| std::fs::rename(new, path)).expect("the picture can be written");
        }
        let i420 = picture.planar();
        let data = match &mut self.how {
            How::Here(encoder) => encoder.encode(&i420, picture.size, idr),
            How::Child(child) => child.encode(&i420, idr),
        }?;
        Ok(Coded { idr: self.codec.starts(&data), data })
    }
}

fn rows(plane: &[u8], pitch: usize, count: usize) -> impl Iterator<Item = &[u8]> {
    (0..count).map(move |row| &plane[row * pitch..])
}

#[cfg(test)]
mod tests {
    use openh264::{decoder::Decoder, formats::YUVSource as _};

    use super::*;

    /// A picture with smooth parts, sharp edges and noise, different for each `n`.
    fn picture((width, height): (usize, usize), pitch: usize, n: usize) -> (Vec<u8>, Vec<u8>) {
        let mut noise = 1u32;
        let mut sample = |x: usize, y: usize| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match (x / 16 + y / 16 + n) % 3 {
                0 => (16 + (x + y + n) % 200) as u8,
                1 => 40 + (noise >> 28) as u8,
                _ => 16 + 200 * ((x / 3 + n) % 2) as u8,
            }
        };
        let mut plane = |rows: usize| {
            let mut bytes = vec![0; pitch * rows];
            for (y, row) in bytes.chunks_mut(pitch).enumerate() {
                row[..width].iter_mut().enumerate().for_each(|(x, byte)| *byte = sample(x, y));
            }
            bytes
        };
        (plane(height), plane(height / 2))
    }

    #[test]
    fn what_is_decoded_is_what_was_encoded() {
        for (size, pitch) in [((64, 48), 64), ((150, 122), 256), ((640, 480), 768)] {
            let mut coder = Coder::open(size).expect("opens");
            let mut decoder = Decoder::new().expect("opens");
            for n in 0..4 {
                let (luma, chroma) = picture(size, pitch, n);
                let source = Nv12 { size, luma: &luma, chroma: &chroma, pitch };
                let coded = coder.encode(source, n == 2).expect("encodes");
                assert_eq!(coded.idr, n == 0 || n == 2, "picture {n}");
                let decoded = decoder.decode(&coded.data).expect("decodes").expect("at once");
                assert_eq!(decoded.dimensions(), size);
                let (stride, _, _) = decoded.strides();
                let expected = rows(&luma, pitch, size.1);
                let worst = rows(decoded.y(), stride, size.1)
                    .zip(expected)
                    .flat_map(|(a, b)| (0..size.0).map(move |x| a[x].abs_diff(b[x])))
                    .max();
                assert!(worst <= Some(MAX_ERROR), "luma is off by {worst:?} at {size:?}");
                let (_, stride, _) = decoded.strides();
                let planes = [(decoded.u(), 0), (decoded.v(), 1)];
                for (plane, first) in planes {
                    let expected = rows(&chroma, pitch, size.1 / 2);
                    let worst = rows(plane, stride, size.1 / 2)
                        .zip(expected)
                        .flat_map(|(a, b)| {
                            (0..size.0 / 2).map(move |x| a[x].abs_diff(b[2 * x + first]))
                        })
                        .max();
                    assert!(worst <= Some(MAX_ERROR), "chroma is off by {worst:?} at {size:?}");
                }
            }
        }
    }

    #[test]
    #[allow(clippy::print_stdout, reason = "what a test skips is said")]
    fn what_ffmpeg_decodes_is_what_was_encoded() {
        for codec in [Codec::Hevc, Codec::Av1] {
            if !codec.is_there() {
                println!("skipped: {codec:?} needs ffmpeg");
                continue;
            }
            for (size, pitch) in [((64, 48), 64), ((150, 122), 256), ((640, 480), 768)] {
                let mut coder = Coder::open_as(codec, size).expect("opens");
                let (mut sources, mut stream) = (Vec::new(), Vec::new());
                for n in 0..5 {
                    let (luma, chroma) = picture(size, pitch, n);
                    let source = Nv12 { size, luma: &luma, chroma: &chroma, pitch };
                    let coded = coder.encode(source, n == 2 || n == 3).expect("encodes");
                    assert_eq!(coded.idr, [0, 2, 3].contains(&n), "{codec:?}, picture {n}");
                    sources.extend(source.planar());
                    stream.extend(coded.data);
                }
                let decoded = codec.decode(&stream).expect("decodes");
                assert_eq!(decoded.len(), sources.len());
                let worst = decoded.iter().zip(&sources).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(worst <= Some(MAX_ERROR), "{codec:?} is off by {worst:?} at {size:?}");
                println!("{codec:?} at {size:?} is off by {worst:?}");
            }
        }
    }
}
