//! Where geoms are and how far they reach.

use glam::{Mat4, Vec3, Vec4};

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
