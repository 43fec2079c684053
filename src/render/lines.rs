//! Lines, which are as wide on the screen wherever they are.

use bytemuck::{Pod, Zeroable};
use glam::Vec3;

use super::instance::rotation;
use crate::scene::{Geom, GeomKind};

/// Width of a line box's lines relative to the default.
const BOX_WIDTH: f32 = 1.5;

/// A line. Keep in sync with `Segment` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Segment {
    pub from_in_world: [f32; 3],
    pub width_px: f32,
    pub to_in_world: [f32; 3],
    pub color: [f32; 4],
}

/// Appends the lines that `geom` consists of, none if it is something else.
pub(super) fn append(geom: &Geom, line_width: f32, segments: &mut Vec<Segment>) {
    let (turn, position) = (rotation(geom), Vec3::from(geom.position));
    let [x, y, z] = geom.size;
    let mut push = |from: Vec3, to: Vec3, width: f32| {
        segments.push(Segment {
            from_in_world: (position + turn * from).into(),
            // OpenGL draws whole pixels, one at least.
            width_px: (width * line_width).round().max(1.0),
            to_in_world: (position + turn * to).into(),
            color: geom.rgba,
        });
    };
    match geom.shape() {
        Some(GeomKind::Line) => push(Vec3::ZERO, Vec3::new(0.0, 0.0, z), x),
        Some(GeomKind::LineBox) => {
            let size = Vec3::new(x, y, z);
            for (from, to) in box_edges() {
                push(size * from, size * to, BOX_WIDTH);
            }
        }
        _ => {}
    }
}

/// The edges of a box of half-sides 1.
fn box_edges() -> impl Iterator<Item = (Vec3, Vec3)> {
    (0..3).flat_map(|axis| {
        [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)].map(|(u, v)| {
            let mut from = Vec3::NEG_ONE;
            from[(axis + 1) % 3] = u;
            from[(axis + 2) % 3] = v;
            let mut to = from;
            to[axis] = 1.0;
            (from, to)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_twelve_edges_of_its_size() {
        let mut geom = Geom {
            kind: 104,
            size: [1.0, 2.0, 3.0],
            rotation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            ..Geom::zeroed()
        };
        let mut segments = Vec::new();
        append(&geom, 1.0, &mut segments);
        let total: f32 = segments
            .iter()
            .map(|s| Vec3::from(s.from_in_world).distance(s.to_in_world.into()))
            .sum();
        assert_eq!((segments.len(), total), (12, 4.0 * (2.0 + 4.0 + 6.0)));
        geom.kind = 103;
        append(&geom, 2.0, &mut segments);
        assert_eq!((segments.len(), segments[12].width_px), (13, 2.0));
    }
}
