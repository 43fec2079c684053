//! Where geoms are and how far they reach.

use glam::{Mat4, Vec3, Vec4};

use super::instance::rotation;
use crate::scene::{Geom, GeomKind};

/// `mjOBJ_GEOM`.
const MODEL_GEOM: i32 = 5;

/// Whether a geom is one of the model's, rather than decoration.
pub(super) fn is_of_model(geom: &Geom) -> bool {
    geom.object_kind == MODEL_GEOM || geom.data_id >= 0
}

/// A geom's own z axis, world.
pub(super) fn z_axis(geom: &Geom) -> Vec3 {
    Vec3::new(geom.rotation[2], geom.rotation[5], geom.rotation[8])
}

/// A radius about a geom's position that it is within: `mjv_rbound`.
pub(super) fn bounding_radius(geom: &Geom) -> f32 {
    let [x, y, z] = geom.size;
    if geom.object_kind == MODEL_GEOM {
        return geom.bounding_radius;
    }
    match geom.shape() {
        Some(GeomKind::Sphere) => x,
        Some(GeomKind::Capsule) => x + z,
        Some(GeomKind::Cylinder) => x.hypot(z),
        Some(GeomKind::Box) => Vec3::new(x, y, z).length(),
        _ => x.max(y).max(z),
    }
}

/// Whether all of a model geom is outside of the picture; geoms without a radius never are.
pub(super) fn is_outside(geom: &Geom, clip_from_world: Mat4) -> bool {
    let radius = geom.bounding_radius;
    if geom.object_kind != MODEL_GEOM || radius <= 0.0 {
        return false;
    }
    let center = Vec3::from(geom.position).extend(1.0);
    let w = clip_from_world.row(3);
    let planes = [0, 1].map(|axis| clip_from_world.row(axis));
    let outside = |plane: Vec4| plane.dot(center) < -radius * plane.truncate().length();
    planes.iter().any(|&side| outside(w + side) || outside(w - side))
        || outside(w - clip_from_world.row(2))
}

/// Half the sides of a box about a geom's position that it is within; nothing where none is known.
pub(super) fn half_extents(geom: &Geom) -> Option<Vec3> {
    let [x, y, z] = geom.size;
    Some(match geom.shape()? {
        GeomKind::Sphere
        | GeomKind::Ellipsoid
        | GeomKind::Cylinder
        | GeomKind::Box
        | GeomKind::LineBox => Vec3::new(x, y, z),
        GeomKind::Capsule => Vec3::new(x, y, z + x.max(y)),
        GeomKind::Line => Vec3::new(0.0, 0.0, z),
        GeomKind::Arrow | GeomKind::Arrow1 | GeomKind::Arrow2 | GeomKind::Triangle => {
            Vec3::splat(2.0 * x.max(y).max(z))
        }
        GeomKind::Plane if x > 0.0 && y > 0.0 => Vec3::new(x, y, 0.0),
        GeomKind::Mesh | GeomKind::Sdf | GeomKind::HeightField if geom.bounding_radius > 0.0 => {
            Vec3::splat(geom.bounding_radius)
        }
        _ => return None,
    })
}

/// The corners in the world of a box about a geom's position.
pub(super) fn corners(geom: &Geom, half: Vec3) -> [Vec3; 8] {
    let turn = rotation(geom);
    let corner = |index: usize| {
        let sign = |axis: usize| if index >> axis & 1 == 0 { -1.0 } else { 1.0 };
        Vec3::from(geom.position) + turn * (half * Vec3::new(sign(0), sign(1), sign(2)))
    };
    std::array::from_fn(corner)
}
