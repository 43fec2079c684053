//! RGBA to Y'CbCr 4:2:0: BT.709, limited range, chroma sited between its four pixels.
//!
//! What a GPU draws is converted there, by [`gpu`], or by [`planes`] where an encoder has allocated
//! what the picture goes into. What a software adapter draws is read back as
//! RGBA and converted here, at a fifteenth of the cost of a compute shader on software Vulkan.

pub mod gpu;
pub mod planes;
#[cfg(test)]
mod reference;

use yuv::{
    BufferStoreMut, YuvBiPlanarImageMut, YuvConversionMode, YuvPlanarImageMut, YuvRange,
    YuvStandardMatrix,
};

use crate::{
    frame::{I420, Nv12Layout},
    units::Size,
};

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
    /// The memory does not cover the NV12 picture.
    #[error("{bytes} bytes do not cover {} bytes of NV12 of {}", layout.bytes(), layout.size())]
    Nv12TooShort {
        /// Of the picture.
        layout: Nv12Layout,
        /// Bytes given.
        bytes: usize,
    },
    /// The picture has another size.
    #[error("NV12 of {nv12} is no picture of {i420}")]
    WrongSize {
        /// Of what is given.
        nv12: Size,
        /// Of what is to be filled.
        i420: Size,
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
    let (rgba, stride) = covering(rgba, stride, out.size())?;
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

/// Fills `out` as `layout` says from `rgba`, as [`rgba_to_i420`] reads it. Padding is left alone.
///
/// # Errors
/// [`Error::TooShort`] when `rgba` does not hold all rows, each `stride` bytes long,
/// [`Error::Nv12TooShort`] when `out` does not.
pub fn rgba_to_nv12(
    rgba: &[u8],
    stride: usize,
    layout: Nv12Layout,
    out: &mut [u8],
) -> Result<(), Error> {
    let (rgba, stride) = covering(rgba, stride, layout.size())?;
    let bytes = out.len();
    let [y, uv] = layout.planes_mut(out).ok_or(Error::Nv12TooShort { layout, bytes })?;
    let mut picture = YuvBiPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y),
        y_stride: layout.stride(),
        uv_plane: BufferStoreMut::Borrowed(uv),
        uv_stride: layout.stride(),
        width: layout.size().width(),
        height: layout.size().height(),
    };
    yuv::rgba_to_yuv_nv12(
        &mut picture,
        rgba,
        stride,
        YuvRange::Limited,
        YuvStandardMatrix::Bt709,
        YuvConversionMode::Balanced,
    )
    .map_err(Error::Refused)
}

/// Fills `out` from `nv12`, which lies as `layout` says, for encoders that want planes.
///
/// # Errors
/// [`Error::Nv12TooShort`] when `nv12` does not hold all rows, [`Error::WrongSize`] when `out` is
/// of another size.
pub fn nv12_to_i420(nv12: &[u8], layout: Nv12Layout, out: &mut I420) -> Result<(), Error> {
    let (size, bytes) = (layout.size(), nv12.len());
    if out.size() != size {
        return Err(Error::WrongSize { nv12: size, i420: out.size() });
    }
    let [luma, chroma] = layout.planes(nv12).ok_or(Error::Nv12TooShort { layout, bytes })?;
    let (width, stride) = (size.width() as usize, layout.stride() as usize);
    let [y, u, v] = out.planes_mut();
    for (to, from) in y.chunks_exact_mut(width).zip(luma.chunks_exact(stride)) {
        to.copy_from_slice(&from[..width]);
    }
    let rows = u.chunks_exact_mut(width / 2).zip(v.chunks_exact_mut(width / 2));
    for ((u, v), from) in rows.zip(chroma.chunks_exact(stride)) {
        for ((u, v), [cb, cr]) in u.iter_mut().zip(v).zip(from[..width].as_chunks().0) {
            (*u, *v) = (*cb, *cr);
        }
    }
    Ok(())
}

/// The rows of a picture of `size`, and what separates them, as `yuv` takes them.
fn covering(rgba: &[u8], stride: usize, size: Size) -> Result<(&[u8], u32), Error> {
    let too_short = || Error::TooShort { size, stride, bytes: rgba.len() };
    let needed = bytes_needed(size, stride).ok_or_else(too_short)?;
    let rgba = rgba.get(..needed).ok_or_else(too_short)?;
    Ok((rgba, u32::try_from(stride).map_err(|_| too_short())?))
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

    /// Bytes without a pattern.
    pub(super) fn noise(bytes: usize, seed: u32) -> Vec<u8> {
        let mut state = seed | 1;
        let byte = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..bytes).map(byte).collect()
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

    #[test]
    fn memory_that_does_not_cover_the_nv12_is_refused() {
        let size = Size::new(4, 4).expect("in range");
        let layout = Nv12Layout::new(size, 4).expect("even");
        let mut nv12 = [0; 24];
        assert!(rgba_to_nv12(&[0; 64], 16, layout, &mut nv12).is_ok());
        assert!(rgba_to_nv12(&[0; 63], 16, layout, &mut nv12).is_err());
        assert!(rgba_to_nv12(&[0; 64], 16, layout, &mut nv12[..23]).is_err());
        assert!(nv12_to_i420(&nv12, layout, &mut picture(4, 4)).is_ok());
        assert!(nv12_to_i420(&nv12[..23], layout, &mut picture(4, 4)).is_err());
        assert!(nv12_to_i420(&nv12, layout, &mut picture(4, 2)).is_err());
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
            let rgba = noise(stride * height as usize, seed);
            assert_matches_reference(&rgba, stride, width, height);
        }

        /// As above, in NV12: the twin of the shader is the formula, and leaves padding alone.
        #[test]
        fn nv12_equals_the_formula(
            half_width in 1u32..70,
            half_height in 1u32..12,
            alignment in prop::sample::select(vec![4u32, 64, 256]),
            padding in 0usize..40,
            seed: u32,
        ) {
            let size = Size::new(half_width * 2, half_height * 2).expect("in range");
            let stride = size.width() as usize * 4 + padding;
            let rgba = noise(stride * size.height() as usize, seed);
            let layout = Nv12Layout::new(size, alignment).expect("even");
            let mut fast = vec![77; layout.bytes()];
            let mut slow = fast.clone();
            rgba_to_nv12(&rgba, stride, layout, &mut fast).expect("covers the picture");
            reference::rgba_to_nv12(&rgba, stride, layout, &mut slow);
            prop_assert!(largest_difference(&fast, &slow) <= 1);
        }

        /// Taking chroma apart loses nothing, whatever the padding.
        #[test]
        fn nv12_comes_apart(half_width in 1u32..70, half_height in 1u32..12, seed: u32) {
            let size = Size::new(half_width * 2, half_height * 2).expect("in range");
            let rgba = noise(size.pixels() * 4, seed);
            let stride = size.width() as usize * 4;
            let layout = Nv12Layout::new(size, 64).expect("even");
            let mut nv12 = vec![0; layout.bytes()];
            reference::rgba_to_nv12(&rgba, stride, layout, &mut nv12);
            let (mut apart, mut direct) = (I420::new(size).expect("even"), I420::new(size).expect("even"));
            nv12_to_i420(&nv12, layout, &mut apart).expect("covers the picture");
            reference::rgba_to_i420(&rgba, stride, &mut direct);
            prop_assert_eq!(apart.planes(), direct.planes());
        }
    }
}
