//! What of a model does not change while it runs: meshes, textures, names, drawing defaults.

use bytemuck::{Pod, Zeroable};

use super::{
    codec::{DecodeError, Reader, Writer},
    model::ModelInfo,
};

/// Most elements of one kind (meshes, names, textures …) that the daemon takes from a model.
pub(super) const MAX_ITEMS: usize = 1 << 20;
/// Most vertices, faces or samples in one section: far above any model that a GPU draws live.
pub(super) const MAX_VALUES: usize = 1 << 28;

/// Everything that a renderer or a client needs once per loaded model.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// Names and sizes.
    pub model: ModelInfo,
    /// Drawing defaults of `<visual>` and `<statistic>`.
    pub visual: Visual,
    /// Meshes, indexed by `Geom::data_id / 2`.
    pub meshes: Vec<Mesh>,
    /// Height fields, indexed by `Geom::data_id`.
    pub height_fields: Vec<HeightField>,
    /// Textures, indexed by `Geom::texture`.
    pub textures: Vec<Texture>,
    /// Skins, indexed by `Geom::object_id` of a skin geom; vertices are in [`super::Snapshot`].
    pub skins: Vec<Skin>,
    /// Materials, indexed by `Geom::material`: what physically based drawing would need besides.
    pub materials: Vec<Material>,
    /// The model's own cameras; poses are in [`super::Snapshot`].
    pub cameras: Vec<CameraInfo>,
}

/// Drawing defaults, as in `mjVisual`, `mjStatistic` and the free camera they start.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Visual {
    /// Size of the model, m; scales the lengths below.
    pub extent: f64,
    /// Centre of the model, m, world.
    pub center: [f64; 3],
    /// Start azimuth of the free camera, degrees.
    pub azimuth: f64,
    /// Start elevation of the free camera, degrees.
    pub elevation: f64,
    /// Vertical field of view of the free camera: degrees, or metres when orthographic.
    pub fovy: f64,
    /// Near plane, in extents.
    pub znear: f64,
    /// Far plane, in extents.
    pub zfar: f64,
    /// Distance where fog starts, in extents.
    pub fog_start: f64,
    /// Distance where fog is full, in extents.
    pub fog_end: f64,
    /// Share of the far plane that is blended into the skybox, `[0, 1]`.
    pub haze: f64,
    /// Half-size of a directional light's shadow box, in extents.
    pub shadow_clip: f64,
    /// Share of a spot light's cone that is shadowed.
    pub shadow_scale: f64,
    /// Distance between the eyes of the free camera, m.
    pub ipd: f64,
    /// Fog colour, RGBA, `[0, 1]`.
    pub fog_rgba: [f32; 4],
    /// Haze colour, RGBA, `[0, 1]`.
    pub haze_rgba: [f32; 4],
    /// Headlight colours, RGB, `[0, 1]`.
    pub headlight_ambient: [f32; 3],
    /// See [`Self::headlight_ambient`].
    pub headlight_diffuse: [f32; 3],
    /// See [`Self::headlight_ambient`].
    pub headlight_specular: [f32; 3],
    /// 1 when the headlight is on.
    pub headlight_active: u32,
    /// 1 when the free camera is orthographic.
    pub orthographic: u32,
    /// Side of a shadow map, px.
    pub shadow_size: u32,
    /// Samples per pixel off screen.
    pub offscreen_samples: u32,
    /// Slices of round shapes (around the axis).
    pub slices: u32,
    /// Stacks of round shapes (along the axis).
    pub stacks: u32,
    /// Quads along the edge of flat faces.
    pub quads: u32,
    /// Width of lines relative to the default.
    pub line_width: f32,
    /// Keeps the struct free of padding.
    pub reserved: u32,
}

impl Default for Visual {
    /// MuJoCo's own defaults for an empty model.
    fn default() -> Self {
        Self {
            extent: 1.0,
            center: [0.0; 3],
            azimuth: 90.0,
            elevation: -45.0,
            fovy: 45.0,
            znear: 0.01,
            zfar: 50.0,
            fog_start: 3.0,
            fog_end: 10.0,
            haze: 0.3,
            shadow_clip: 1.0,
            shadow_scale: 0.6,
            ipd: 0.068,
            fog_rgba: [0.0, 0.0, 0.0, 1.0],
            haze_rgba: [1.0; 4],
            headlight_ambient: [0.1; 3],
            headlight_diffuse: [0.4; 3],
            headlight_specular: [0.5; 3],
            headlight_active: 1,
            orthographic: 0,
            shadow_size: 4096,
            offscreen_samples: 4,
            slices: 28,
            stacks: 16,
            quads: 4,
            line_width: 1.0,
            reserved: 0,
        }
    }
}

/// A triangle mesh as MuJoCo keeps it: corners index positions, normals and texture coordinates
/// separately.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    /// Vertex positions, m, geom space.
    pub positions: Vec<[f32; 3]>,
    /// Normals, unit, geom space.
    pub normals: Vec<[f32; 3]>,
    /// Texture coordinates; empty when the mesh has none.
    pub texcoords: Vec<[f32; 2]>,
    /// Indices into `positions`, three per face.
    pub faces: Vec<[u32; 3]>,
    /// Indices into `normals`, one triple per face.
    pub face_normals: Vec<[u32; 3]>,
    /// Indices into `texcoords`, one triple per face, or empty with them.
    pub face_texcoords: Vec<[u32; 3]>,
    /// Indices into `positions` of the convex hull's faces; empty when there is no hull.
    pub hull_faces: Vec<[u32; 3]>,
}

/// A height field: a grid of heights over a rectangle, on a flat base.
#[derive(Clone, Debug, Default)]
pub struct HeightField {
    /// Half extents in x and y, height of the elevation, depth of the base, m.
    pub size: [f32; 4],
    /// Rows (y).
    pub rows: u32,
    /// Columns (x).
    pub columns: u32,
    /// Heights, `[0, 1]`, row-major from −y, `rows × columns`.
    pub heights: Vec<f32>,
}

/// How a texture is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextureKind {
    /// By two texture coordinates.
    #[default]
    Flat,
    /// By direction, six faces below each other.
    Cube,
    /// By direction of view, six faces below each other.
    Skybox,
}

/// Pixels of a texture.
#[derive(Clone, Debug, Default)]
pub struct Texture {
    /// How it is looked up.
    pub kind: TextureKind,
    /// Width, px.
    pub width: u32,
    /// Height, px; six faces of `width × width` for a cube, or one square for all six.
    pub height: u32,
    /// Bytes per pixel, 1 to 4.
    pub channels: u32,
    /// Whether colours are sRGB-coded.
    pub srgb: bool,
    /// Rows from the first as MuJoCo keeps them, `width × height × channels`.
    pub data: Vec<u8>,
}

/// Roles of textures in a material: `mjNTEXROLE`, in the order of `mjtTextureRole`, of which 7 is
/// emission, 5 the normal map and 9 occlusion, roughness and metallic in one.
pub const TEXTURE_ROLES: usize = 10;

/// What a material has beyond what the geom itself brings. MuJoCo's classic renderer uses none of
/// it; it is kept for a renderer that does.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Material {
    /// Metallic, `[0, 1]`; −1 where the model says nothing.
    pub metallic: f32,
    /// Roughness, `[0, 1]`; −1 where the model says nothing.
    pub roughness: f32,
    /// Texture ids by role, −1 none.
    pub textures: [i32; TEXTURE_ROLES],
}

/// The part of a skin that does not move.
#[derive(Clone, Debug, Default)]
pub struct Skin {
    /// Number of vertices that each snapshot carries for it.
    pub vertex_count: u32,
    /// Texture coordinates per vertex; empty when it has none.
    pub texcoords: Vec<[f32; 2]>,
    /// Vertex indices, three per face.
    pub faces: Vec<[u32; 3]>,
}

/// The part of a model camera that does not move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameraInfo {
    /// Name, empty where unnamed.
    pub name: String,
    /// Vertical field of view: degrees, or metres when orthographic.
    pub fovy: f64,
    /// Whether it is orthographic.
    pub orthographic: bool,
    /// Focal length and principal point offset in m, sensor size in m (zero when `fovy` rules):
    /// `[fx, fy, cx, cy, sensor width, sensor height]`.
    pub intrinsics: [f32; 6],
    /// Distance between its eyes, m.
    pub ipd: f64,
}

impl Assets {
    /// Writes the assets as bytes for [`Self::decode`].
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.model.encode(&mut w);
        w.put_one(self.visual);
        put_each(&mut w, &self.meshes, Mesh::encode);
        put_each(&mut w, &self.height_fields, HeightField::encode);
        put_each(&mut w, &self.textures, Texture::encode);
        put_each(&mut w, &self.skins, Skin::encode);
        w.put(&self.materials);
        put_each(&mut w, &self.cameras, CameraInfo::encode);
        w.into_bytes()
    }

    /// Reads assets back and validates them.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not assets, or hold an index or size out of range.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let assets = Self {
            model: ModelInfo::decode(&mut r)?,
            visual: r.take_one("visual")?,
            meshes: take_each(&mut r, "meshes", Mesh::decode)?,
            height_fields: take_each(&mut r, "height fields", HeightField::decode)?,
            textures: take_each(&mut r, "textures", Texture::decode)?,
            skins: take_each(&mut r, "skins", Skin::decode)?,
            materials: r.take("materials", MAX_ITEMS)?,
            cameras: take_each(&mut r, "cameras", CameraInfo::decode)?,
        };
        assets.validate()?;
        Ok(assets)
    }

    /// Checks every index and size that later code relies on.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] names the first thing found wrong.
    pub fn validate(&self) -> Result<(), DecodeError> {
        self.model.validate()?;
        self.visual.validate()?;
        self.meshes.iter().try_for_each(Mesh::validate)?;
        self.height_fields.iter().try_for_each(HeightField::validate)?;
        self.textures.iter().try_for_each(Texture::validate)?;
        let known = |id: i32| id < 0 || (id as usize) < self.textures.len();
        let roles = self.materials.iter().all(|m| m.textures.iter().all(|id| known(*id)));
        check(roles, "texture id of a material")?;
        self.skins.iter().try_for_each(Skin::validate)
    }
}

pub(super) fn put_each<T>(w: &mut Writer, items: &[T], put: impl Fn(&T, &mut Writer)) {
    w.put_one(items.len() as u64);
    for item in items {
        put(item, w);
    }
}

pub(super) fn take_each<T>(
    r: &mut Reader<'_>,
    section: &'static str,
    take: impl Fn(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = usize::try_from(r.take_one::<u64>(section)?).unwrap_or(usize::MAX);
    if count > MAX_ITEMS {
        return Err(DecodeError::TooMany { section, count, limit: MAX_ITEMS });
    }
    (0..count).map(|_| take(r)).collect()
}

pub(super) fn check(holds: bool, what: &'static str) -> Result<(), DecodeError> {
    if holds { Ok(()) } else { Err(DecodeError::Invalid(what)) }
}

fn indices_below(faces: &[[u32; 3]], count: usize) -> bool {
    faces.iter().flatten().all(|&index| (index as usize) < count)
}

pub(super) fn take_array<const N: usize>(
    r: &mut Reader<'_>,
    section: &'static str,
) -> Result<[u32; N], DecodeError> {
    r.take::<u32>(section, N)?.try_into().map_err(|_| DecodeError::Truncated { section })
}

impl Visual {
    fn validate(&self) -> Result<(), DecodeError> {
        let lengths = [self.extent, self.znear, self.zfar];
        check(lengths.iter().all(|v| v.is_finite() && *v > 0.0), "extent or clip plane")?;
        let angles = [self.azimuth, self.elevation, self.fovy, self.ipd];
        check(angles.iter().chain(&self.center).all(|v| v.is_finite()), "free camera")?;
        check(self.shadow_size <= 16_384, "shadow map size")?;
        let tessellation = [self.slices, self.stacks, self.quads];
        check(tessellation.iter().all(|n| (1..=1024).contains(n)), "tessellation")
    }
}

impl Mesh {
    fn encode(&self, w: &mut Writer) {
        w.put(&self.positions);
        w.put(&self.normals);
        w.put(&self.texcoords);
        w.put(&self.faces);
        w.put(&self.face_normals);
        w.put(&self.face_texcoords);
        w.put(&self.hull_faces);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            positions: r.take("mesh positions", MAX_VALUES)?,
            normals: r.take("mesh normals", MAX_VALUES)?,
            texcoords: r.take("mesh texture coordinates", MAX_VALUES)?,
            faces: r.take("mesh faces", MAX_VALUES)?,
            face_normals: r.take("mesh face normals", MAX_VALUES)?,
            face_texcoords: r.take("mesh face texture coordinates", MAX_VALUES)?,
            hull_faces: r.take("hull faces", MAX_VALUES)?,
        })
    }

    fn validate(&self) -> Result<(), DecodeError> {
        check(indices_below(&self.faces, self.positions.len()), "mesh face index")?;
        check(indices_below(&self.hull_faces, self.positions.len()), "hull face index")?;
        check(self.face_normals.len() == self.faces.len(), "mesh face normal count")?;
        check(indices_below(&self.face_normals, self.normals.len()), "mesh normal index")?;
        let texcoords = if self.texcoords.is_empty() { 0 } else { self.faces.len() };
        check(self.face_texcoords.len() == texcoords, "mesh texture coordinate count")?;
        check(
            indices_below(&self.face_texcoords, self.texcoords.len()),
            "mesh texture coordinate index",
        )
    }
}

impl HeightField {
    fn encode(&self, w: &mut Writer) {
        w.put_one(self.size);
        w.put(&[self.rows, self.columns]);
        w.put(&self.heights);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let size = r.take_one("height field size")?;
        let [rows, columns] = take_array(r, "height field")?;
        Ok(Self { size, rows, columns, heights: r.take("heights", MAX_VALUES)? })
    }

    fn validate(&self) -> Result<(), DecodeError> {
        check(self.rows >= 2 && self.columns >= 2, "height field size")?;
        let samples = u64::from(self.rows) * u64::from(self.columns);
        check(samples == self.heights.len() as u64, "height field sample count")
    }
}

impl Texture {
    fn encode(&self, w: &mut Writer) {
        let kind = match self.kind {
            TextureKind::Flat => 0,
            TextureKind::Cube => 1,
            TextureKind::Skybox => 2,
        };
        w.put(&[kind, self.width, self.height, self.channels, u32::from(self.srgb)]);
        w.put(&self.data);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [kind, width, height, channels, srgb] = take_array(r, "texture")?;
        let kind = match kind {
            0 => TextureKind::Flat,
            1 => TextureKind::Cube,
            2 => TextureKind::Skybox,
            _ => return Err(DecodeError::Invalid("texture kind")),
        };
        let data = r.take("texture data", MAX_VALUES)?;
        Ok(Self { kind, width, height, channels, srgb: srgb != 0, data })
    }

    fn validate(&self) -> Result<(), DecodeError> {
        check((1..=4).contains(&self.channels), "texture channels")?;
        let bytes = u64::from(self.width) * u64::from(self.height) * u64::from(self.channels);
        check(bytes == self.data.len() as u64, "texture byte count")
    }
}

impl Skin {
    fn encode(&self, w: &mut Writer) {
        w.put_one(self.vertex_count);
        w.put(&self.texcoords);
        w.put(&self.faces);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            vertex_count: r.take_one("skin")?,
            texcoords: r.take("skin texture coordinates", MAX_VALUES)?,
            faces: r.take("skin faces", MAX_VALUES)?,
        })
    }

    fn validate(&self) -> Result<(), DecodeError> {
        let count = self.vertex_count as usize;
        let texcoords = self.texcoords.len();
        check(texcoords == 0 || texcoords == count, "skin texture coordinate count")?;
        check(indices_below(&self.faces, count), "skin face index")
    }
}

impl CameraInfo {
    fn encode(&self, w: &mut Writer) {
        w.put_str(&self.name);
        w.put_one(self.fovy);
        w.put_one(u32::from(self.orthographic));
        w.put_one(self.intrinsics);
        w.put_one(self.ipd);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            name: r.take_str("camera name", 1024)?,
            fovy: r.take_one("camera field of view")?,
            orthographic: r.take_one::<u32>("camera projection")? != 0,
            intrinsics: r.take_one("camera intrinsics")?,
            ipd: r.take_one("distance of a camera's eyes")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Joint, Owned, Sensor};

    fn triangle() -> Mesh {
        Mesh {
            positions: vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            normals: vec![[0.0, 0.0, 1.0]],
            faces: vec![[0, 1, 2]],
            face_normals: vec![[0, 0, 0]],
            ..Mesh::default()
        }
    }

    #[test]
    fn assets_survive_the_crossing() {
        let assets = Assets {
            model: ModelInfo {
                name: "m".into(),
                bodies: vec!["world".into(), "b".into()],
                joints: vec![Joint { name: "j".into(), kind: 3, ..Joint::default() }],
                nq: 1,
                nv: 1,
                parents: vec![0, 0],
                qpos0: vec![0.25],
                groups: [[3; 6]; 7],
                sensors: vec![Sensor {
                    name: "s".into(),
                    kind: 9,
                    outputs: 1,
                    object_kind: 3,
                    ..Sensor::default()
                }],
                geoms: vec![Owned { name: "g".into(), body: 1 }],
                ..ModelInfo::default()
            },
            meshes: vec![triangle()],
            textures: vec![Texture {
                kind: TextureKind::Skybox,
                width: 1,
                height: 6,
                channels: 3,
                srgb: true,
                data: (0..18).collect(),
            }],
            cameras: vec![CameraInfo { name: "side".into(), fovy: 45.0, ..CameraInfo::default() }],
            ..Assets::default()
        };
        let back = Assets::decode(&assets.encode()).expect("decodes");
        assert_eq!(back.model, assets.model);
        assert_eq!(back.visual, assets.visual);
        assert_eq!(back.meshes[0].faces, assets.meshes[0].faces);
        assert_eq!(back.textures[0].data, assets.textures[0].data);
        assert_eq!(back.cameras, assets.cameras);
    }

    #[test]
    fn an_index_out_of_range_is_refused() {
        let mut mesh = triangle();
        mesh.faces[0][2] = 3;
        let assets = Assets { meshes: vec![mesh], ..Assets::default() };
        let refused = Assets::decode(&assets.encode()).map(|_| ());
        assert_eq!(refused, Err(DecodeError::Invalid("mesh face index")));
    }

    #[test]
    fn truncated_assets_are_refused() {
        let bytes = Assets { meshes: vec![triangle()], ..Assets::default() }.encode();
        for len in 0..bytes.len() - 8 {
            assert!(Assets::decode(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
        }
    }
}
