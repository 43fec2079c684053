//! What lies flat on the picture: text beside things, and a border.
//!
//! Text looks as MuJoCo's does at 150 %: white on a black rim, one byte of printable ASCII after
//! the other, from where the thing is to the right.

use ab_glyph::{Font, FontRef, Glyph, PxScaleFont, ScaleFont, point};
use bytemuck::{Pod, Zeroable};

use crate::scene::{Texture, TextureKind};

/// Size of the font, px per em: its letters are then about as large as MuJoCo's.
const EM: f32 = 19.5;
/// Height of a line, px, and of the line that letters stand on above its lower edge.
const HEIGHT: u32 = 28;
const BASELINE: u32 = 7;
/// Width of the rim about letters, px.
const RIM: i32 = 2;
/// How much of a pixel a letter covers at least where it is drawn.
const COVERED: f32 = 0.4;
/// Places in the atlas: a row of letters and, below, a row of their rims.
const CELL: u32 = 32;
const FIRST: u8 = b' ';
const LAST: u8 = b'~';
/// From each letter to the next, px, as in MuJoCo.
#[rustfmt::skip]
const WIDTHS: [u8; (LAST - FIRST) as usize + 1] = [
    6, 6, 9, 14, 12, 18, 15, 6, 7, 7, 12, 12, 6, 7, 6, 8, 12, 12, 12,
    12, 12, 12, 12, 12, 12, 12, 6, 6, 12, 12, 12, 10, 18, 15, 14, 16, 15, 14,
    13, 16, 15, 6, 12, 15, 12, 18, 15, 17, 14, 17, 14, 15, 14, 15, 15, 21, 15,
    14, 13, 7, 7, 7, 8, 12, 8, 12, 12, 11, 12, 12, 6, 12, 12, 5, 5, 11,
    5, 17, 12, 12, 12, 12, 7, 11, 6, 12, 11, 15, 11, 11, 11, 8, 12, 8, 12,
];
/// A cell that is filled.
const SOLID: [f32; 2] = [-1.0; 2];

/// A rectangle of pixels. Keep in sync with `Stamp` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Stamp {
    /// In the world; where it is seen, [`Self::rectangle`] counts from there.
    pub anchor_in_world: [f32; 3],
    /// Whether there is an anchor; without, the rectangle counts from the lower left corner.
    pub anchored: u32,
    /// Left, lower, right and upper edge, px, y up.
    pub rectangle_px: [f32; 4],
    /// The left upper texel in the atlas, or [`SOLID`].
    pub texel: [f32; 2],
    pub color: [f32; 3],
}

/// Which pixels the letters and their rims cover, to be uploaded.
pub(super) fn texture() -> Texture {
    let (width, height) = (WIDTHS.len() as u32 * CELL, 2 * HEIGHT);
    let mut data = vec![0; (3 * width * height) as usize];
    if let Ok(font) = FontRef::try_from_slice(dejavu::sans::regular()) {
        let scale = EM * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
        let font = font.as_scaled(scale);
        for (index, letter) in (0..).zip(FIRST..=LAST) {
            letter_cells(&font, letter).write(&mut data, width, index * CELL);
        }
    }
    let kind = TextureKind::Flat;
    Texture { kind, width, height, channels: 3, srgb: false, data }
}

/// The pixels of one letter, top row first.
struct Cells {
    width: u32,
    set: Vec<bool>,
}

fn letter_cells(font: &PxScaleFont<&FontRef<'_>>, letter: u8) -> Cells {
    let id = font.glyph_id(char::from(letter));
    let width = u32::from(WIDTHS[usize::from(letter - FIRST)]);
    let left = (width as f32 - font.h_advance(id)) / 2.0;
    let mut cells = Cells { width, set: vec![false; (width * HEIGHT) as usize] };
    let at = point(left, (HEIGHT - BASELINE) as f32);
    if let Some(outline) = font.outline_glyph(Glyph { id, scale: font.scale(), position: at }) {
        let corner = outline.px_bounds().min;
        outline.draw(|x, y, coverage| {
            let (x, y) = (x as i32 + corner.x as i32, y as i32 + corner.y as i32);
            if coverage >= COVERED {
                cells.set(x, y);
            }
        });
    }
    cells
}

impl Cells {
    fn index(&self, x: i32, y: i32) -> Option<usize> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        (x < self.width && y < HEIGHT).then_some((y * self.width + x) as usize)
    }

    fn set(&mut self, x: i32, y: i32) {
        if let Some(index) = self.index(x, y) {
            self.set[index] = true;
        }
    }

    /// Whether a pixel is within the rim of one that is set.
    fn near(&self, x: i32, y: i32) -> bool {
        let beside = |dx| (-RIM..=RIM).any(|dy| self.is_set(x + dx, y + dy));
        (-RIM..=RIM).any(beside)
    }

    fn is_set(&self, x: i32, y: i32) -> bool {
        self.index(x, y).is_some_and(|index| self.set[index])
    }

    /// Writes the letter and its rim into an atlas of `stride` pixels.
    fn write(&self, data: &mut [u8], stride: u32, left: u32) {
        for y in 0..HEIGHT {
            for x in 0..self.width {
                let (px, py) = (x as i32, y as i32);
                let rows = [(y, self.is_set(px, py)), (HEIGHT + y, self.near(px, py))];
                for (row, set) in rows {
                    let at = 3 * (row * stride + left + x) as usize;
                    data[at..at + 3].fill(if set { 255 } else { 0 });
                }
            }
        }
    }
}

/// Appends a label: white letters on their black rims.
pub(super) fn append_label(text: &str, anchor_in_world: [f32; 3], stamps: &mut Vec<Stamp>) {
    append_text(text, anchor_in_world, 1, [0.0; 3], stamps);
    append_text(text, anchor_in_world, 0, [1.0; 3], stamps);
}

/// Appends a line of text in the letters of a row of the atlas.
fn append_text(
    text: &str,
    anchor_in_world: [f32; 3],
    row: u32,
    color: [f32; 3],
    stamps: &mut Vec<Stamp>,
) {
    let mut left = 0.0;
    for letter in text.bytes().filter(|byte| (FIRST..=LAST).contains(byte)) {
        let index = u32::from(letter - FIRST);
        let right = left + f32::from(WIDTHS[index as usize]);
        stamps.push(Stamp {
            anchor_in_world,
            anchored: 1,
            rectangle_px: [left, 0.0, right, HEIGHT as f32],
            texel: [(index * CELL) as f32, (row * HEIGHT) as f32],
            color,
        });
        left = right;
    }
}

/// Appends a border of `width` px within a picture's edges.
pub(super) fn append_border(size: [f32; 2], width: f32, color: [f32; 3], stamps: &mut Vec<Stamp>) {
    let [right, top] = size;
    let sides = [
        [0.0, 0.0, right, width],
        [0.0, top - width, right, top],
        [0.0, 0.0, width, top],
        [right - width, 0.0, right, top],
    ];
    stamps.extend(sides.map(|rectangle_px| Stamp {
        anchor_in_world: [0.0; 3],
        anchored: 0,
        rectangle_px,
        texel: SOLID,
        color,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texel(x: u32, y: u32) -> u8 {
        let texture = texture();
        texture.data[3 * (y * texture.width + x) as usize]
    }

    #[test]
    fn letters_stand_on_their_line_within_a_rim() {
        let left = u32::from(b'H' - FIRST) * CELL;
        let foot = HEIGHT - BASELINE - 1;
        let columns: Vec<u32> = (0..CELL).filter(|x| texel(left + x, foot) == 255).collect();
        assert!((2..=8).contains(&columns.len()), "two stems: {columns:?}");
        assert!((0..CELL).all(|x| texel(left + x, foot + 1) == 0));
        assert_eq!(texel(left + columns[0], HEIGHT + foot + 2), 255);
        assert_eq!(texel(left + columns[0], HEIGHT + foot + 3), 0);
        let blank = 0..CELL * HEIGHT;
        assert!(blank.clone().all(|i| texel(i % CELL, i / CELL) == 0), "a space is empty");
    }

    #[test]
    fn text_runs_to_the_right_without_what_has_no_letter() {
        let mut stamps = Vec::new();
        append_text("a\u{e9}\nb", [1.0, 2.0, 3.0], 0, [1.0; 3], &mut stamps);
        assert_eq!(stamps.len(), 2);
        assert_eq!(stamps[0].rectangle_px[2], stamps[1].rectangle_px[0]);
        assert!((10.0..14.0).contains(&stamps[0].rectangle_px[2]));
    }
}
