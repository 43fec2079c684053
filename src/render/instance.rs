//! Geoms as instances of shapes.

use bytemuck::{Pod, Zeroable};
use glam::{Mat3, Vec2, Vec3};

use super::shapes::Shapes;
use crate::scene::{Geom, GeomKind, TextureKind};

/// One shape in the world. Keep in sync with `Instance` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Instance {
    /// `world_from_shape`, row-major 3×4.
    pub rows: [[f32; 4]; 3],
    /// Turns a normal, once multiplied by it, the way the rows turn a point.
    pub normal_scale: [f32; 4],
    pub color: [f32; 4],
    /// Emission, specular, shininess as an exponent, 0.
    pub material: [f32; 4],
    /// Scale and offset of flat textures, or scales of cube textures.
    pub mapping: [f32; 4],
}

/// How a surface's texture is looked up; the numbers are `TEXTURE` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mapping {
    #[default]
    None = 0,
    ByTexcoord = 1,
    ByPosition = 2,
    Cube = 3,
}

/// A shape of a geom: which, and where in the geom.
pub(super) struct Part {
    pub shape: u32,
    scale: Vec3,
    offset: Vec3,
}

impl Part {
    pub fn new(shape: u32, scale: Vec3) -> Self {
        Self::shifted(shape, scale, 0.0)
    }

    fn shifted(shape: u32, scale: Vec3, z: f32) -> Self {
        Self { shape, scale, offset: Vec3::new(0.0, 0.0, z) }
    }
}

/// The parts that a geom of a built-in shape is drawn with. Planes, meshes, height fields, flexes,
/// skins and lines are not made of built-in shapes.
pub(super) fn parts(geom: &Geom, shapes: &Shapes) -> Vec<Part> {
    let size = Vec3::from(geom.size);
    let Some(kind) = geom.shape() else {
        return Vec::new();
    };
    match kind {
        GeomKind::Sphere | GeomKind::Ellipsoid => vec![Part::new(shapes.sphere, size)],
        GeomKind::Cylinder => vec![Part::new(shapes.cylinder, size)],
        GeomKind::Box => vec![Part::new(shapes.cuboid, size)],
        GeomKind::Triangle => vec![Part::new(shapes.triangle, size.with_z(1.0))],
        GeomKind::Capsule => capsule(size, shapes),
        GeomKind::Arrow => arrow(size, 1.75, shapes),
        GeomKind::Arrow1 => arrow(size, 1.0, shapes),
        GeomKind::Arrow2 => double_arrow(size, shapes),
        _ => Vec::new(),
    }
}

fn capsule(size: Vec3, shapes: &Shapes) -> Vec<Part> {
    let radius = 0.5 * (size.x + size.y);
    let cap = size.with_z(radius);
    // The domes stand off the origin by 1 of their own units.
    vec![
        Part::new(shapes.tube, size),
        Part::shifted(shapes.dome_top, cap, size.z - radius),
        Part::shifted(shapes.dome_bottom, cap, radius - size.z),
    ]
}

fn arrow(size: Vec3, head: f32, shapes: &Shapes) -> Vec<Part> {
    let unit = size.z / 6.0;
    vec![
        Part::shifted(shapes.cylinder, size.with_z(unit), unit),
        Part::shifted(shapes.cone, Vec3::new(head * size.x, head * size.y, unit), 2.0 * unit),
    ]
}

fn double_arrow(size: Vec3, shapes: &Shapes) -> Vec<Part> {
    let unit = size.z / 3.0;
    let head = Vec3::new(1.75 * size.x, 1.75 * size.y, unit / 2.0);
    // Half a turn about x for the head that points down.
    let down = Vec3::new(head.x, -head.y, -head.z);
    vec![
        Part::new(shapes.tube, size.with_z(unit)),
        Part::shifted(shapes.cone, down, -unit),
        Part::shifted(shapes.cone, head, unit),
    ]
}

/// `world_from_geom`'s rotation.
pub(super) fn rotation(geom: &Geom) -> Mat3 {
    Mat3::from_cols_array(&geom.rotation).transpose()
}

impl Instance {
    /// `part` of `geom`, with its colour and the texture mapping that [`mapping`] found.
    pub fn new(geom: &Geom, part: &Part, mapping: [f32; 4]) -> Self {
        let turn = rotation(geom);
        let position = Vec3::from(geom.position) + turn * part.offset;
        Self::placed(geom, turn, position, part.scale, mapping)
    }

    /// A shape of `geom`'s material, scaled, turned and then moved to `position`.
    pub fn placed(geom: &Geom, turn: Mat3, position: Vec3, scale: Vec3, mapping: [f32; 4]) -> Self {
        let world_from_shape = turn * Mat3::from_diagonal(scale);
        let row = |index: usize| world_from_shape.row(index).extend(position[index]).into();
        // The rows hold rotation × scale, a normal wants rotation ÷ scale.
        let inverse = |s: f32| if s == 0.0 { 0.0 } else { 1.0 / (s * s) };
        Self {
            rows: [row(0), row(1), row(2)],
            normal_scale: [inverse(scale.x), inverse(scale.y), inverse(scale.z), 0.0],
            color: geom.rgba,
            material: [
                geom.emission,
                geom.specular,
                (geom.shininess * 128.0).clamp(0.0, 128.0),
                0.0,
            ],
            mapping,
        }
    }
}

/// How `geom` looks up a texture of `kind`, and the numbers for [`Instance::mapping`].
pub(super) fn mapping(geom: &Geom, kind: TextureKind) -> (Mapping, [f32; 4]) {
    let Some(shape) = geom.shape() else {
        return (Mapping::None, [0.0; 4]);
    };
    if kind != TextureKind::Flat {
        let uniform = geom.texture_uniform != 0;
        let [x, y, z] = if uniform { geom.size } else { [1.0; 3] };
        return (Mapping::Cube, [x, y, z, 0.0]);
    }
    if geom.has_texcoords != 0 || has_texcoords(shape) {
        return (Mapping::ByTexcoord, by_texcoord(geom, shape));
    }
    (Mapping::ByPosition, by_position(geom))
}

/// Whether a built-in shape brings texture coordinates.
fn has_texcoords(shape: GeomKind) -> bool {
    !matches!(
        shape,
        GeomKind::Mesh | GeomKind::Sdf | GeomKind::HeightField | GeomKind::Flex | GeomKind::Skin
    )
}

fn sizes(geom: &Geom) -> Vec2 {
    let positive = |value: f32| if value > 0.0 { value } else { 1.0 };
    Vec2::new(positive(geom.size[0]), positive(geom.size[1]))
}

fn by_texcoord(geom: &Geom, shape: GeomKind) -> [f32; 4] {
    let [x, y] = geom.texture_repeat;
    let positive = |value: f32| if value > 0.0 { value } else { 1.0 };
    let mut scale = Vec2::new(positive(x), positive(y));
    if geom.texture_uniform != 0 {
        scale *= sizes(geom);
    }
    let infinite = shape == GeomKind::Plane && (geom.size[0] <= 0.0 || geom.size[1] <= 0.0);
    let offset = if infinite { -0.5 } else { 0.0 };
    [scale.x, scale.y, offset, offset]
}

fn by_position(geom: &Geom) -> [f32; 4] {
    let mut scale = Vec2::from(geom.texture_repeat);
    if geom.data_id >= 0 {
        scale /= sizes(geom);
    }
    if geom.texture_uniform != 0 {
        scale *= sizes(geom);
    }
    [0.5 * scale.x, -0.5 * scale.y, -0.5, -0.5]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::{geometry::Geometry, shapes::Detail},
        scene::Visual,
    };

    fn geom(kind: i32, size: [f32; 3]) -> Geom {
        Geom {
            kind,
            data_id: -1,
            size,
            position: [10.0, 0.0, 0.0],
            rotation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            texture_repeat: [2.0, 3.0],
            ..Geom::zeroed()
        }
    }

    /// Lowest and highest z of a geom in the world.
    fn height(geom: &Geom) -> (f32, f32) {
        let mut geometry = Geometry::default();
        let shapes = Shapes::add_to(&mut geometry, &Detail::of(&Visual::default()));
        let mut bounds = (f32::MAX, f32::MIN);
        for part in parts(geom, &shapes) {
            let instance = Instance::new(geom, &part, [0.0; 4]);
            let range = geometry.ranges[part.shape as usize];
            for index in
                &geometry.indices[range.first_index as usize..][..range.index_count as usize]
            {
                let [x, y, z] = geometry.vertices[(range.base_vertex + index) as usize].position;
                let [a, b, c, d] = instance.rows[2];
                let world = a * x + b * y + c * z + d;
                bounds = (bounds.0.min(world), bounds.1.max(world));
            }
        }
        bounds
    }

    #[test]
    fn shapes_reach_as_far_as_their_sizes_say() {
        let near = |got: (f32, f32), low: f32, high: f32| {
            assert!((got.0 - low).abs() < 1e-5 && (got.1 - high).abs() < 1e-5, "{got:?}");
        };
        near(height(&geom(3, [0.2, 0.2, 0.7])), -0.9, 0.9);
        near(height(&geom(5, [0.2, 0.2, 0.7])), -0.7, 0.7);
        near(height(&geom(100, [0.1, 0.1, 1.2])), 0.0, 0.6);
        near(height(&geom(102, [0.1, 0.1, 1.2])), -0.6, 0.6);
    }

    #[test]
    fn normals_follow_the_inverse_scale() {
        let instance = Instance::new(
            &geom(4, [1.0, 2.0, 4.0]),
            &Part::new(0, Vec3::new(1.0, 2.0, 4.0)),
            [0.0; 4],
        );
        let scaled = [0, 1, 2].map(|i| instance.rows[i][i] * instance.normal_scale[i]);
        assert_eq!(scaled, [1.0, 0.5, 0.25]);
    }

    #[test]
    fn textures_are_mapped_by_mujocos_rules() {
        let mut plane = geom(0, [0.0, 0.0, 1.0]);
        assert_eq!(
            mapping(&plane, TextureKind::Flat),
            (Mapping::ByTexcoord, [2.0, 3.0, -0.5, -0.5])
        );
        plane.size = [4.0, 5.0, 1.0];
        plane.texture_uniform = 1;
        assert_eq!(
            mapping(&plane, TextureKind::Flat),
            (Mapping::ByTexcoord, [8.0, 15.0, 0.0, 0.0])
        );
        let mut mesh = geom(7, [0.5, 0.25, 1.0]);
        mesh.data_id = 0;
        assert_eq!(
            mapping(&mesh, TextureKind::Flat),
            (Mapping::ByPosition, [2.0, -6.0, -0.5, -0.5])
        );
        assert_eq!(mapping(&mesh, TextureKind::Cube), (Mapping::Cube, [1.0, 1.0, 1.0, 0.0]));
    }
}
