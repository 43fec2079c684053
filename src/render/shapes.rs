//! MuJoCo's built-in shapes, tessellated as its renderer does: lighting is per vertex, so the
//! tessellation is part of the picture.

use std::f64::consts::{FRAC_PI_2, PI};

use glam::Vec3;

use super::geometry::{Builder, Geometry, Vertex};
use crate::scene::Visual;

/// Indices of the built-in shapes in a [`Geometry`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes {
    /// Radius 1.
    pub sphere: u32,
    /// Upper half of a sphere of radius 1 about (0, 0, 1).
    pub dome_top: u32,
    /// Lower half of a sphere of radius 1 about (0, 0, −1).
    pub dome_bottom: u32,
    /// Radius 1, z from −1 to 1, closed.
    pub cylinder: u32,
    /// Radius 1, z from −1 to 1, without its ends.
    pub tube: u32,
    /// Radius 1 at z = 0, tip at z = 1, closed.
    pub cone: u32,
    /// Half-sides of 1.
    pub cuboid: u32,
    /// Square of half-side 1 at z = 0, divided as the sides of [`Self::cuboid`] are.
    pub plane: u32,
    /// The same, undivided.
    pub square: u32,
    /// Corners (0, 0), (1, 0), (0, 1) at z = 0.
    pub triangle: u32,
    /// The ring of haze about the horizon; its opacity is in the texture coordinate.
    pub haze: u32,
}

/// How finely shapes are divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    /// Around the axis.
    slices: u32,
    /// From pole to pole.
    stacks: u32,
    /// Along the sides of tubes.
    tube_stacks: u32,
    /// Along the edges of flat sides.
    quads: u32,
    /// Part of the horizon that haze covers.
    haze: f32,
}

impl Detail {
    /// As MuJoCo's renderer divides them.
    pub fn of(visual: &Visual) -> Self {
        Self {
            slices: visual.slices,
            stacks: visual.stacks,
            tube_stacks: visual.stacks,
            quads: visual.quads,
            haze: visual.haze as f32,
        }
    }

    /// With about a third of the triangles, where that hardly shows.
    pub fn coarse(self) -> Self {
        Self {
            slices: (self.slices * 3 / 4).max(self.slices.min(12)),
            stacks: (self.stacks * 5 / 8).max(self.stacks.min(6)),
            tube_stacks: self.tube_stacks.min(2),
            quads: self.quads.min(2),
            haze: self.haze,
        }
    }
}

impl Shapes {
    /// Whether a shape has an inside that cannot be seen; tubes and domes count, as they are put
    /// together to capsules.
    pub fn is_closed(&self, shape: u32) -> bool {
        let closed = [
            self.sphere,
            self.dome_top,
            self.dome_bottom,
            self.cylinder,
            self.tube,
            self.cone,
            self.cuboid,
        ];
        closed.contains(&shape)
    }

    pub fn add_to(geometry: &mut Geometry, detail: &Detail) -> Self {
        let (slices, stacks, quads) = (detail.slices, detail.stacks, detail.quads);
        let (half, tube_stacks) = ((stacks / 2).max(1), detail.tube_stacks);
        Self {
            sphere: geometry.add(|b| {
                let domes = [-1.0, 1.0].map(|sign| Dome { sign, center: 0.0, slices, rings: half });
                domes.iter().for_each(|dome| dome.pole(b));
                domes.iter().for_each(|dome| dome.rings(b));
            }),
            dome_top: geometry.add(|b| Dome { sign: 1.0, center: 1.0, slices, rings: half }.add(b)),
            dome_bottom: geometry
                .add(|b| Dome { sign: -1.0, center: -1.0, slices, rings: half }.add(b)),
            cylinder: geometry.add(|b| {
                disk(b, -1.0, false, slices, half);
                tube(b, slices, tube_stacks);
                disk(b, 1.0, true, slices, half);
            }),
            tube: geometry.add(|b| tube(b, slices, tube_stacks)),
            cone: geometry.add(|b| {
                cone(b, slices, stacks);
                disk(b, 0.0, false, slices, stacks);
            }),
            cuboid: geometry.add(|b| cuboid(b, quads)),
            plane: geometry.add(|b| square(b, quads)),
            square: geometry.add(|b| square(b, 1)),
            triangle: geometry.add(triangle),
            haze: geometry.add(|b| haze(b, slices, detail.haze)),
        }
    }
}

/// The angle of `index` of `slices`, rad; rounded as MuJoCo rounds it.
fn angle(index: u32, slices: u32) -> f32 {
    (2.0 * PI * f64::from(index) / f64::from(slices)) as f32
}

fn share(index: u32, of: u32) -> f32 {
    index as f32 / of as f32
}

/// Half a sphere of radius 1 about (0, 0, `center`), up or down by `sign`.
struct Dome {
    sign: f32,
    center: f32,
    slices: u32,
    rings: u32,
}

impl Dome {
    fn add(&self, b: &mut Builder<'_>) {
        self.pole(b);
        self.rings(b);
    }

    /// The texture coordinate at a share of the rings from the equator.
    fn v_at(&self, share: f32) -> f32 {
        match self.sign {
            sign if self.center == 0.0 => 0.5 - 0.5 * sign * share,
            sign if sign > 0.0 => 1.0 - share,
            _ => share,
        }
    }

    fn at(&self, slice: u32, ring: u32) -> Vertex {
        let elevation = FRAC_PI_2 * f64::from(self.sign) * f64::from(ring) / f64::from(self.rings);
        let (sin, cos) = (elevation as f32).sin_cos();
        let azimuth = angle(slice, self.slices);
        let normal = [azimuth.cos() * cos, azimuth.sin() * cos, sin];
        Vertex {
            position: [normal[0], normal[1], self.center + sin],
            normal,
            texcoord: [share(slice, self.slices), self.v_at(share(ring, self.rings))],
        }
    }

    /// The triangles about the pole.
    fn pole(&self, b: &mut Builder<'_>) {
        for slice in 0..self.slices {
            let pole = Vertex {
                position: [0.0, 0.0, self.center + self.sign],
                normal: [0.0, 0.0, self.sign],
                texcoord: [(slice as f32 + 0.5) / self.slices as f32, self.v_at(1.0)],
            };
            let last = self.rings - 1;
            let (left, right) = (self.at(slice, last), self.at(slice + 1, last));
            b.loose_triangle(wound(self.sign > 0.0, [left, right, pole]));
        }
    }

    /// The quads from the equator on.
    fn rings(&self, b: &mut Builder<'_>) {
        let at = |slice, ring| self.at(slice, ring);
        if self.sign > 0.0 {
            b.lattice(self.slices, self.rings - 1, at);
        } else {
            b.lattice_turned(self.slices, self.rings - 1, at);
        }
    }
}

fn wound(forward: bool, [a, c, e]: [Vertex; 3]) -> [Vertex; 3] {
    if forward { [a, c, e] } else { [e, c, a] }
}

/// A disk of radius 1 at height `z`, facing up or down.
fn disk(b: &mut Builder<'_>, z: f32, up: bool, slices: u32, rings: u32) {
    let normal = [0.0, 0.0, if up { 1.0 } else { -1.0 }];
    let at = |slice: u32, ring: u32| {
        let (sin, cos) = angle(slice, slices).sin_cos();
        let radius = share(ring, rings);
        let (x, y) = (cos * radius, sin * radius);
        Vertex { position: [x, y, z], normal, texcoord: [0.5 + 0.5 * x, 0.5 + 0.5 * y] }
    };
    for slice in 0..slices {
        b.loose_triangle(wound(up, [at(slice, 1), at(slice + 1, 1), at(slice, 0)]));
    }
    if up {
        b.lattice_turned(slices, rings - 1, |slice, row| at(slice, 1 + row));
    } else {
        b.lattice(slices, rings - 1, |slice, row| at(slice, 1 + row));
    }
}

fn tube(b: &mut Builder<'_>, slices: u32, stacks: u32) {
    b.lattice(slices, stacks, |slice, stack| {
        let (sin, cos) = angle(slice, slices).sin_cos();
        let z = 2.0 * share(stack, stacks) - 1.0;
        Vertex {
            position: [cos, sin, z],
            normal: [cos, sin, 0.0],
            texcoord: [share(slice, slices), (1.0 - z) / 2.0],
        }
    });
}

/// The side of a cone.
fn cone(b: &mut Builder<'_>, slices: u32, rings: u32) {
    let slope = 0.5_f32.sqrt();
    let at = |slice: u32, ring: u32| {
        let (sin, cos) = angle(slice, slices).sin_cos();
        let radius = share(ring, rings);
        Vertex {
            position: [cos * radius, sin * radius, 1.0 - radius],
            normal: [cos * slope, sin * slope, slope],
            texcoord: [share(slice, slices), radius],
        }
    };
    for slice in 0..slices {
        let (left, right) = (at(slice, 1), at(slice + 1, 1));
        let middle = Vec3::from(left.normal) + Vec3::from(right.normal);
        let tip = Vertex {
            position: [0.0, 0.0, 1.0],
            normal: middle.normalize_or(Vec3::Z).into(),
            texcoord: [(slice as f32 + 0.5) / slices as f32, 0.0],
        };
        b.loose_triangle([left, right, tip]);
    }
    b.lattice_turned(slices, rings - 1, |slice, row| at(slice, 1 + row));
}

fn square(b: &mut Builder<'_>, quads: u32) {
    b.lattice(quads, quads, |column, row| Vertex {
        position: [2.0 * share(column, quads) - 1.0, 2.0 * share(row, quads) - 1.0, 0.0],
        normal: [0.0, 0.0, 1.0],
        texcoord: [share(column, quads), 1.0 - share(row, quads)],
    });
}

fn cuboid(b: &mut Builder<'_>, quads: u32) {
    let mut cells: Vec<Vec<[u32; 4]>> = Vec::new();
    // The axis that a side is normal to, and the axes that its columns and rows run along.
    for [normal_axis, column_axis, row_axis] in [[2, 0, 1], [0, 1, 2], [1, 0, 2]] {
        // +z, +x and −y are the sides whose columns and rows turn to the outside.
        let outer = if normal_axis == 1 { -1.0 } else { 1.0 };
        for side in [outer, -outer] {
            let at = |column, row| {
                let mut vertex = Vertex {
                    texcoord: [share(column, quads), 1.0 - share(row, quads)],
                    ..Vertex::default()
                };
                vertex.normal[normal_axis] = side;
                vertex.position[normal_axis] = side;
                vertex.position[column_axis] = 2.0 * share(column, quads) - 1.0;
                vertex.position[row_axis] = 2.0 * share(row, quads) - 1.0;
                vertex
            };
            let mut of_side = Vec::new();
            b.cells(quads, quads, at, |_, [c, d, e, f]| {
                of_side.push(if side == outer { [c, d, e, f] } else { [f, e, d, c] });
            });
            cells.push(of_side);
        }
    }
    // One cell of each side after the other, along the columns first: where both sides of surfaces
    // are drawn, the order shows.
    for column in 0..quads {
        for row in 0..quads {
            cells.iter().for_each(|side| b.quad(side[(row * quads + column) as usize]));
        }
    }
}

fn triangle(b: &mut Builder<'_>) {
    let corner = |x: f32, y: f32| Vertex {
        position: [x, y, 0.0],
        normal: [0.0, 0.0, 1.0],
        texcoord: [x, 1.0 - y],
    };
    b.loose_triangle([corner(0.0, 0.0), corner(1.0, 0.0), corner(0.0, 1.0)]);
}

/// A cone cut at the height where haze is densest; `share` is the part of the horizon it covers.
fn haze(b: &mut Builder<'_>, slices: u32, share: f32) {
    let alpha = 1.0_f32.atan2(share);
    let beta = 0.75 * std::f32::consts::PI - alpha;
    let densest = 0.5_f32.sqrt() * share * alpha.sin() / beta.sin();
    let rows = [(0.0, 0.0), (densest, 1.0), (1.0, 0.0)];
    b.lattice(slices, 2, |slice, row| {
        let (height, opacity) = rows[row as usize];
        let (sin, cos) = angle(slice, slices).sin_cos();
        let radius = 1.0 - share * (1.0 - height);
        Vertex {
            position: [cos * radius, sin * radius, height],
            normal: [0.0, 0.0, 1.0],
            texcoord: [opacity, 0.0],
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::geometry::Range;

    fn shapes() -> (Geometry, Shapes) {
        let mut geometry = Geometry::default();
        let shapes = Shapes::add_to(&mut geometry, &Detail::of(&Visual::default()));
        (geometry, shapes)
    }

    fn corners(geometry: &Geometry, shape: u32) -> Vec<Vertex> {
        let Range { first_index, index_count, base_vertex, .. } = geometry.ranges[shape as usize];
        geometry.indices[first_index as usize..][..index_count as usize]
            .iter()
            .map(|index| geometry.vertices[(base_vertex + index) as usize])
            .collect()
    }

    #[test]
    fn shapes_have_mujocos_number_of_triangles() {
        let (geometry, s) = shapes();
        let triangles = |shape| corners(&geometry, shape).len() / 3;
        // 28 slices, 16 stacks, 4 quads.
        assert_eq!(triangles(s.sphere), 2 * 28 + 2 * 28 * 14);
        assert_eq!(triangles(s.dome_top), 28 + 2 * 28 * 7);
        assert_eq!(triangles(s.tube), 2 * 28 * 16);
        assert_eq!(triangles(s.cylinder), 2 * 28 * 16 + 2 * (28 + 2 * 28 * 7));
        assert_eq!(triangles(s.cone), 2 * (28 + 2 * 28 * 15));
        assert_eq!(triangles(s.cuboid), 6 * 2 * 16);
        assert_eq!((triangles(s.plane), triangles(s.square)), (32, 2));
    }

    #[test]
    fn every_triangle_faces_the_way_its_normals_do() {
        let (geometry, s) = shapes();
        let outward = [
            s.sphere,
            s.dome_top,
            s.dome_bottom,
            s.cylinder,
            s.cone,
            s.cuboid,
            s.plane,
            s.square,
            s.triangle,
        ];
        for shape in outward {
            for corner in corners(&geometry, shape).chunks(3) {
                let [a, b, c] = [0, 1, 2].map(|i| Vec3::from(corner[i].position));
                let face = (b - a).cross(c - a);
                for vertex in corner {
                    assert!(
                        face.dot(Vec3::from(vertex.normal)) >= 0.0,
                        "shape {shape}: {corner:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn shapes_fill_their_unit_boxes() {
        let (geometry, s) = shapes();
        let extent = |shape, axis: usize| {
            let values: Vec<f32> =
                corners(&geometry, shape).iter().map(|v| v.position[axis]).collect();
            let low = values.iter().copied().fold(f32::MAX, f32::min);
            (low, values.iter().copied().fold(f32::MIN, f32::max))
        };
        let near = |(low, high): (f32, f32), expected: (f32, f32)| {
            assert!(
                (low - expected.0).abs() < 1e-6 && (high - expected.1).abs() < 1e-6,
                "{low} {high}"
            );
        };
        for shape in [s.sphere, s.cylinder, s.tube, s.cuboid] {
            near(extent(shape, 0), (-1.0, 1.0));
            near(extent(shape, 2), (-1.0, 1.0));
        }
        near(extent(s.dome_top, 2), (1.0, 2.0));
        near(extent(s.dome_bottom, 2), (-2.0, -1.0));
        near(extent(s.cone, 2), (0.0, 1.0));
        near(extent(s.haze, 2), (0.0, 1.0));
    }
}
