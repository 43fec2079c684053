//! Meshes, hulls and height fields as triangles, with normals where MuJoCo's renderer puts them.

use std::collections::HashMap;

use glam::Vec3;

use super::geometry::{Builder, Vertex};
use crate::scene::{HeightField, Mesh};

/// A corner's own normal is kept only where it is within this cosine of its face's.
const SMOOTH_COSINE: f32 = 0.8;

fn face_normal(a: Vec3, b: Vec3, c: Vec3) -> Vec3 {
    (b - a).cross(c - a).normalize_or(Vec3::Z)
}

/// The mesh itself. Without texture coordinates, sharp edges are shaded flat.
pub(super) fn mesh(b: &mut Builder<'_>, mesh: &Mesh) {
    // Shared corners are lit once.
    let mut known: HashMap<[u32; 3], u32> = HashMap::new();
    for (face, positions) in mesh.faces.iter().enumerate() {
        let normals = mesh.face_normals[face];
        let texcoords = mesh.face_texcoords.get(face);
        let flat = {
            let [a, b, c] = positions.map(|index| Vec3::from(mesh.positions[index as usize]));
            face_normal(a, b, c)
        };
        let corners = [0, 1, 2].map(|corner| {
            let own = Vec3::from(mesh.normals[normals[corner] as usize]);
            let sharp = texcoords.is_none() && own.dot(flat) < SMOOTH_COSINE;
            let texcoord = texcoords.map(|indices| indices[corner]);
            let vertex = Vertex {
                position: mesh.positions[positions[corner] as usize],
                normal: if sharp { flat } else { own }.into(),
                texcoord: texcoord.map_or([0.0; 2], |index| mesh.texcoords[index as usize]),
            };
            if sharp {
                return b.vertex(vertex);
            }
            let key = [positions[corner], normals[corner], texcoord.unwrap_or(0)];
            *known.entry(key).or_insert_with(|| b.vertex(vertex))
        });
        b.triangle(corners);
    }
}

/// The convex hull of the first of `meshes`, shaded flat. MuJoCo looks its texture coordinates up by
/// the numbers of positions, which may lead on to those of the meshes behind it.
pub(super) fn hull(b: &mut Builder<'_>, meshes: &[Mesh]) {
    let Some(mesh) = meshes.first() else { return };
    let texcoord = |index: u32| {
        let mut texcoords = meshes.iter().flat_map(|mesh| &mesh.texcoords);
        texcoords.nth(index as usize).copied().unwrap_or_default()
    };
    let textured = !mesh.texcoords.is_empty();
    for face in &mesh.hull_faces {
        let corners = face.map(|index| Vec3::from(mesh.positions[index as usize]));
        let texcoords = if textured { face.map(texcoord) } else { [[0.0; 2]; 3] };
        flat_triangle(b, corners, texcoords);
    }
}

fn flat_triangle(b: &mut Builder<'_>, corners: [Vec3; 3], texcoords: [[f32; 2]; 3]) {
    let normal = face_normal(corners[0], corners[1], corners[2]).into();
    b.loose_triangle([0, 1, 2].map(|corner| Vertex {
        position: corners[corner].into(),
        normal,
        texcoord: texcoords[corner],
    }));
}

fn flat_quad(b: &mut Builder<'_>, normal: Vec3, corners: [Vec3; 4]) {
    b.loose_quad(corners.map(|corner| Vertex {
        position: corner.into(),
        normal: normal.into(),
        texcoord: [0.0; 2],
    }));
}

/// A height field: its surface shaded flat, its sides, and its bottom in `quads × quads`.
pub(super) fn height_field(b: &mut Builder<'_>, field: &HeightField, quads: u32) {
    let [half_x, half_y, elevation, depth] = field.size;
    let (rows, columns) = (field.rows, field.columns);
    let across = |index: u32, count: u32| index as f32 / (0.5 * (count - 1) as f32) - 1.0;
    let top = |row: u32, column: u32| {
        let height = field.heights[(row * columns + column) as usize];
        let (x, y) = (across(column, columns), across(row, rows));
        Vec3::new(half_x * x, half_y * y, height * elevation)
    };
    let foot = |row: u32, column: u32| top(row, column).with_z(-depth);
    for row in 0..rows - 1 {
        for column in 0..columns - 1 {
            let (near, far) = (top(row, column), top(row + 1, column));
            let (near_next, far_next) = (top(row, column + 1), top(row + 1, column + 1));
            flat_triangle(b, [far, near, far_next], [[0.0; 2]; 3]);
            flat_triangle(b, [near, near_next, far_next], [[0.0; 2]; 3]);
        }
        let (left, right) = (0, columns - 1);
        flat_quad(
            b,
            -Vec3::X,
            [foot(row + 1, left), foot(row, left), top(row, left), top(row + 1, left)],
        );
        flat_quad(
            b,
            Vec3::X,
            [foot(row, right), foot(row + 1, right), top(row + 1, right), top(row, right)],
        );
    }
    for column in 0..columns - 1 {
        let (front, back, next) = (0, rows - 1, column + 1);
        flat_quad(
            b,
            -Vec3::Y,
            [foot(front, column), foot(front, next), top(front, next), top(front, column)],
        );
        flat_quad(
            b,
            Vec3::Y,
            [foot(back, next), foot(back, column), top(back, column), top(back, next)],
        );
    }
    bottom(b, half_x, half_y, -depth, quads);
}

fn bottom(b: &mut Builder<'_>, half_x: f32, half_y: f32, z: f32, quads: u32) {
    let across = |index: u32| index as f32 / (0.5 * quads as f32) - 1.0;
    // Columns and rows are swapped, so that the quads face down.
    b.lattice(quads, quads, |row, column| Vertex {
        position: [half_x * across(column), half_y * across(row), z],
        normal: [0.0, 0.0, -1.0],
        texcoord: [0.0; 2],
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::geometry::Geometry;

    #[test]
    fn sharp_corners_are_flat_and_smooth_ones_shared() {
        let tilted = Vec3::new(1.0, 0.0, 0.5).normalize();
        let source = Mesh {
            positions: vec![[0.0; 3], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]],
            normals: vec![[0.0, 0.0, 1.0], tilted.into()],
            faces: vec![[0, 1, 2], [0, 2, 3]],
            face_normals: vec![[0, 0, 0], [0, 0, 1]],
            ..Mesh::default()
        };
        let mut geometry = Geometry::default();
        geometry.add(|b| mesh(b, &source));
        assert_eq!(geometry.indices, [0, 1, 2, 0, 2, 3]);
        assert!(geometry.vertices.iter().all(|v| v.normal == [0.0, 0.0, 1.0]));
    }

    #[test]
    fn a_height_field_is_closed() {
        let field = HeightField {
            size: [1.0, 2.0, 0.5, 0.1],
            rows: 3,
            columns: 4,
            heights: (0..12).map(|i| i as f32 / 12.0).collect(),
        };
        let mut geometry = Geometry::default();
        geometry.add(|b| height_field(b, &field, 4));
        assert_eq!(geometry.indices.len() / 3, 2 * 6 + 4 * 2 + 4 * 3 + 32);
        // The divergence theorem: with every face turned outward the volume comes out right.
        let corner =
            |i: usize| Vec3::from(geometry.vertices[geometry.indices[i] as usize].position);
        let volume: f32 = (0..geometry.indices.len() / 3)
            .map(|t| corner(3 * t).dot(corner(3 * t + 1).cross(corner(3 * t + 2))) / 6.0)
            .sum();
        let mean = 5.5 / 12.0 * 0.5;
        assert!((volume - 8.0 * (0.1 + mean)).abs() < 1e-3, "{volume}");
    }
}
