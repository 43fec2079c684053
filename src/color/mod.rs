//! RGBA to Y'CbCr 4:2:0 on the CPU: BT.709, limited range, chroma sited between its four pixels.
//!
//! What a software adapter draws is read back as RGBA and converted here, at a fifteenth of
//! the cost of a compute shader on software Vulkan.

#[cfg(test)]
mod reference;

use yuv::{BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, YuvRange, YuvStandardMatrix};

use crate::{frame::I420, units::Size};

/// Why a picture was not converted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rows do not cover the picture.
    #[error("{bytes} bytes in rows of {stride} do not cover a picture of {size} in RGBA")]
    TooShort {
        /// Of the picture to fill.
        size: Size,
        /// Bytes from one row to the next.
        stride: usize,
        /// Bytes given.
        bytes: usize,
    },
    /// The library that converts refused.
    #[error("the colours cannot be converted")]
    Refused(#[source] yuv::YuvError),
}

/// Fills `out` from `rgba`: rows of `out`'s width, top first, `stride` bytes apart, 4 bytes a
/// pixel; alpha is ignored, and so is what lies between a row's end and `stride`.
///
/// # Errors
/// [`Error::TooShort`] when `rgba` does not hold all rows, each `stride` bytes long.
pub fn rgba_to_i420(rgba: &[u8], stride: usize, out: &mut I420) -> Result<(), Error> {
    let size = out.size();
    let too_short = || Error::TooShort { size, stride, bytes: rgba.len() };
    let needed = bytes_needed(size, stride).ok_or_else(too_short)?;
    let rgba = rgba.get(..needed).ok_or_else(too_short)?;
    let stride = u32::try_from(stride).map_err(|_| too_short())?;
    yuv::rgba_to_yuv420(
        &mut planar(out),
        rgba,
        stride,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
        YuvConversionMode::Balanced,
    )
    .map_err(Error::Refused)
}

/// The last row's padding counts: `yuv` converts rows in pairs, and leaves out a pair that is short.
fn bytes_needed(size: Size, stride: usize) -> Option<usize> {
    let covers = stride >= size.width() as usize * 4;
    covers.then(|| stride.checked_mul(size.height() as usize))?
}

fn planar(picture: &mut I420) -> YuvPlanarImageMut<'_, u8> {
    let (width, height) = (picture.size().width(), picture.size().height());
    let [y, u, v] = picture.planes_mut().map(BufferStoreMut::Borrowed);
    YuvPlanarImageMut {
        y_plane: y,
        y_stride: width,
        u_plane: u,
        u_stride: width / 2,
        v_plane: v,
        v_stride: width / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(width: u32, height: u32) -> I420 {
        I420::new(Size::new(width, height).expect("in range")).expect("even")
    }

    fn largest_difference(a: &[u8], b: &[u8]) -> u8 {
        let differences = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
        differences.max().unwrap_or(0)
    }

    #[track_caller]
    fn assert_matches_reference(rgba: &[u8], stride: usize, width: u32, height: u32) {
        let (mut fast, mut slow) = (picture(width, height), picture(width, height));
        rgba_to_i420(rgba, stride, &mut fast).expect("covers the picture");
        reference::rgba_to_i420(rgba, stride, &mut slow);
        for (plane, tolerance) in [1, 1, 1].into_iter().enumerate() {
            let difference = largest_difference(fast.planes()[plane], slow.planes()[plane]);
            assert!(difference <= tolerance, "plane {plane} differs by {difference}");
        }
    }

    #[test]
    fn pure_colours_are_those_of_bt709() {
        // Y', Cb, Cr of BT.709 limited range, rounded (ITU-R BT.709-6 §3).
        for (rgb, yuv) in [
            ([0, 0, 0], [16, 128, 128]),
            ([255, 255, 255], [235, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
        ] {
            let rgba = [rgb[0], rgb[1], rgb[2], 0].repeat(32 * 16);
            let mut out = picture(32, 16);
            rgba_to_i420(&rgba, 32 * 4, &mut out).expect("covers the picture");
            for (plane, expected) in out.planes().into_iter().zip(yuv) {
                let difference = largest_difference(plane, &vec![expected; plane.len()]);
                assert!(difference <= 1, "{rgb:?}: {} for {expected}", plane[0]);
            }
        }
    }

    #[test]
    fn rows_that_do_not_cover_the_picture_are_refused() {
        let mut out = picture(4, 4);
        assert!(rgba_to_i420(&[0; 64], 16, &mut out).is_ok());
        assert!(rgba_to_i420(&[0; 63], 16, &mut out).is_err());
        assert!(rgba_to_i420(&[0; 256], 15, &mut out).is_err());
        assert!(rgba_to_i420(&[0; 64], usize::MAX, &mut out).is_err());
        assert!(rgba_to_i420(&[0; 3 * 20 + 16], 20, &mut out).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Any content, any even size (so any remainder of the SIMD width at the right and the
        /// bottom), any padding: the fast path is the formula, to the last pixel.
        #[test]
        fn equals_the_formula(
            half_width in 1u32..70, half_height in 1u32..12, padding in 0usize..40, seed: u32
        ) {
            let (width, height) = (half_width * 2, half_height * 2);
            let stride = width as usize * 4 + padding;
            let mut state = seed | 1;
            let rgba: Vec<u8> = (0..stride * height as usize)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            assert_matches_reference(&rgba, stride, width, height);
        }
    }
}
