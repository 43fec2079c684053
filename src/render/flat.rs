//! Colours that tell things apart.

/// Colours start this far into the sequence.
const FIRST: u32 = 10;

/// The number plus one in the bytes of red, green and blue, lowest first.
pub(super) fn number_color(number: u32) -> [f32; 4] {
    let [red, green, blue, _] = number.wrapping_add(1).to_le_bytes();
    [red, green, blue, 255].map(|byte| f32::from(byte) / 255.0)
}

/// The number behind the colour of a pixel, plus one; 0 where nothing is.
pub(super) fn number_of(pixel: [u8; 4]) -> u32 {
    let [red, green, blue, _] = pixel;
    u32::from_le_bytes([red, green, blue, 0])
}

/// Colours far from each other, the same for a number each time.
pub(super) fn random_color(number: u32) -> [f32; 4] {
    let channel = |base| 0.1 + 0.8 * halton(number.wrapping_add(FIRST), base) as f32;
    [channel(2), channel(3), channel(5), 1.0]
}

/// The element `index` of the Halton sequence of `base`: its digits mirrored at the point.
fn halton(mut index: u32, base: u32) -> f64 {
    let (mut value, mut weight) = (0.0, 1.0);
    while index > 0 {
        weight /= f64::from(base);
        value += weight * f64::from(index % base);
        index /= base;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_as_colors() {
        for number in [0, 1, 254, 255, 256, 65_535, 70_000, 16_777_214] {
            let pixel = number_color(number).map(|channel| (channel * 255.0).round() as u8);
            assert_eq!(number_of(pixel), number + 1);
        }
        assert_eq!(number_of([0, 0, 0, 255]), 0);
    }

    #[test]
    fn colors_follow_haltons_sequence() {
        assert_eq!([1, 2, 3, 4].map(|index| halton(index, 2)), [0.5, 0.25, 0.75, 0.125]);
        assert!((halton(5, 3) - 7.0 / 9.0).abs() < 1e-15);
    }
}
