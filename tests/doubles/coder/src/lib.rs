//! The codec inside the doubles of `libnvidia-encode` and of a VA driver: NV12 in host memory to
//! H.264 that any decoder takes, so fine that what comes back can be compared with what went in.

#![allow(unsafe_code, reason = "the quantiser is an option of the C library")]

pub mod memory;
pub mod orders;

use std::fmt;

use openh264::{
    OpenH264API,
    encoder::{
        Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, RateControlMode,
        SpsPpsStrategy, UsageType, VuiConfig,
    },
    formats::{YUVBuffer, YUVSlices},
};
use openh264_sys2::{ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, SEncParamExt};

/// A quantiser so fine that nothing is seen of it, and for which OpenH264 has room.
const QP: i32 = 6;

/// The variable that names a file for the last picture that was encoded, in NV12 without padding.
pub const PICTURE: &str = "DOUBLE_PICTURE";

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
}

/// An encoder for pictures of one size.
pub struct Coder(Encoder);

impl fmt::Debug for Coder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coder")
    }
}

/// A coded picture: Annex B, with SPS and PPS before every IDR.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The bytes.
    pub data: Vec<u8>,
    /// Whether it is an IDR.
    pub idr: bool,
}

impl Coder {
    /// Opens one.
    ///
    /// # Errors
    /// What OpenH264 says.
    pub fn open((width, height): (usize, usize)) -> Result<Self, openh264::Error> {
        let config = EncoderConfig::new()
            .profile(Profile::Baseline)
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Off)
            .skip_frames(false)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .intra_frame_period(IntraFramePeriod::from_num_frames(0))
            .sps_pps_strategy(SpsPpsStrategy::ConstantId)
            .max_frame_rate(FrameRate::from_hz(30.0))
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
        // The encoder is there from its first picture on; before, there is nothing to set.
        encoder.encode(&YUVBuffer::new(width, height))?;
        set_quantiser(&mut encoder)?;
        encoder.force_intra_frame();
        Ok(Self(encoder))
    }

    /// Encodes a picture; the first one is an IDR in any case.
    ///
    /// # Errors
    /// What OpenH264 says.
    ///
    /// # Panics
    /// When the planes are shorter than the size says.
    pub fn encode(&mut self, picture: Nv12<'_>, idr: bool) -> Result<Coded, openh264::Error> {
        if let Some(path) = std::env::var_os(PICTURE).map(std::path::PathBuf::from) {
            // Whoever reads it finds the old one or the new one, and nothing between.
            let new = path.with_extension("new");
            let written = std::fs::write(&new, picture.packed());
            written.and_then(|()| std::fs::rename(new, path)).expect("the picture can be written");
        }
        let Nv12 { size: (width, height), luma, chroma, pitch } = picture;
        let y = rows(luma, pitch, height).flat_map(|row| row[..width].iter().copied());
        let y: Vec<u8> = y.collect();
        let pairs = || rows(chroma, pitch, height / 2).flat_map(|row| row[..width].chunks(2));
        let u: Vec<u8> = pairs().map(|pair| pair[0]).collect();
        let v: Vec<u8> = pairs().map(|pair| pair[1]).collect();
        if idr {
            self.0.force_intra_frame();
        }
        let strides = (width, width / 2, width / 2);
        let coded = self.0.encode(&YUVSlices::new((&y, &u, &v), (width, height), strides))?;
        Ok(Coded { idr: coded.frame_type() == FrameType::IDR, data: coded.to_vec() })
    }
}

/// Sets the quantiser that is used where there is no rate control, which the crate has no word for.
fn set_quantiser(encoder: &mut Encoder) -> Result<(), openh264::Error> {
    let mut params = SEncParamExt::default();
    // SAFETY: the encoder goes on with the parameters that it has, but for the quantiser.
    let raw = unsafe { encoder.raw_api() };
    let option = ENCODER_OPTION_SVC_ENCODE_PARAM_EXT;
    // SAFETY: this option is a struct of this type, which outlives the call.
    let got = unsafe { raw.get_option(option, (&raw mut params).cast()) };
    params.sSpatialLayers[0].iDLayerQp = QP;
    // SAFETY: likewise.
    let set = unsafe { raw.set_option(option, (&raw mut params).cast()) };
    match got | set {
        0 => Ok(()),
        code => Err(openh264::Error::msg_string(format!("no quantiser of {QP}: {code}"))),
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
}
