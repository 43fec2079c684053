//! The conversion as the standard writes it, one pixel at a time, to compare the fast one with.

use crate::frame::{I420, Nv12Layout};

/// The luma weights of BT.709 (ITU-R BT.709-6 §3.2).
const KR: f64 = 0.2126;
const KB: f64 = 0.0722;
const KG: f64 = 1.0 - KR - KB;

/// As [`super::rgba_to_i420`], in floating point.
pub(super) fn rgba_to_i420(rgba: &[u8], stride: usize, out: &mut I420) {
    let (width, height) = (out.size().width() as usize, out.size().height() as usize);
    let pixel = |x: usize, y: usize| {
        let at = y * stride + x * 4;
        [rgba[at], rgba[at + 1], rgba[at + 2]].map(|value| f64::from(value) / 255.0)
    };
    let [luma, cb, cr] = out.planes_mut();
    for y in 0..height {
        for x in 0..width {
            luma[y * width + x] = quantise(16.0 + 219.0 * luma_of(pixel(x, y)));
        }
    }
    for y in 0..height / 2 {
        for x in 0..width / 2 {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| pixel(2 * x + i, 2 * y + j));
            let [r, g, b] = [0, 1, 2].map(|c| four.iter().map(|p| p[c]).sum::<f64>() / 4.0);
            let l = luma_of([r, g, b]);
            cb[y * (width / 2) + x] = quantise(128.0 + 224.0 * (b - l) / (2.0 * (1.0 - KB)));
            cr[y * (width / 2) + x] = quantise(128.0 + 224.0 * (r - l) / (2.0 * (1.0 - KR)));
        }
    }
}

/// As [`super::rgba_to_nv12`], from what [`rgba_to_i420`] gives.
pub(super) fn rgba_to_nv12(rgba: &[u8], stride: usize, layout: Nv12Layout, out: &mut [u8]) {
    let mut planes = I420::new(layout.size()).expect("a layout's size is even");
    rgba_to_i420(rgba, stride, &mut planes);
    let width = layout.size().width() as usize;
    let [y, u, v] = planes.planes();
    let (luma, chroma) =
        out.split_at_mut(layout.stride() as usize * layout.size().height() as usize);
    for (i, value) in y.iter().enumerate() {
        luma[i / width * layout.stride() as usize + i % width] = *value;
    }
    for (i, (cb, cr)) in u.iter().zip(v).enumerate() {
        let at = i / (width / 2) * layout.stride() as usize + i % (width / 2) * 2;
        chroma[at..at + 2].copy_from_slice(&[*cb, *cr]);
    }
}

fn luma_of([r, g, b]: [f64; 3]) -> f64 {
    KR * r + KG * g + KB * b
}

fn quantise(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
