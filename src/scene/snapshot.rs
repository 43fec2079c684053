//! One moment of a simulation, ready to be drawn from any camera.

use bytemuck::{Pod, Zeroable};

use super::{
    assets::Assets,
    codec::{DecodeError, Reader, Writer},
    mechanics::Mechanics,
    perturb::{Contact, Perturb, Pose},
};

/// Most geoms, lights or bodies in one snapshot.
const MAX_ITEMS: usize = 1 << 20;
/// Most contacts that a snapshot lists.
pub const MAX_CONTACTS: usize = 256;
/// Most numbers in one section of a snapshot.
const MAX_VALUES: usize = 1 << 26;

/// One moment of a simulation.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Counts up by one with each snapshot of a worker.
    pub sequence: u64,
    /// Simulated time, s.
    pub time: f64,
    /// Physics steps taken since the model was loaded or reset.
    pub steps: u64,
    /// Physics steps taken along this timeline: only seeking takes it back.
    pub tick: u64,
    /// Whether time stands still until someone plays or steps.
    pub paused: bool,
    /// Asked-for simulated seconds per wall second.
    pub speed: f64,
    /// Achieved simulated seconds per wall second over the last half second; 0 when paused.
    pub real_time_factor: f64,
    /// The last [`crate::control::PhysicsCommand`] number that this moment already reflects.
    pub acknowledged: u64,
    /// The last command number taken, whether or not its steps have all been.
    pub obeyed: u64,
    /// What is selected, and how it is pulled at.
    pub perturb: Perturb,
    /// How it is computed.
    pub mechanics: Mechanics,
    /// What the solver had to do.
    pub effort: Effort,
    /// Things to draw, in MuJoCo's order.
    pub geoms: Vec<Geom>,
    /// Text of [`Geom::label`].
    pub labels: Vec<String>,
    /// Lights, without the headlight (each view adds its own).
    pub lights: Vec<Light>,
    /// Poses of the model's cameras, in id order.
    pub cameras: Vec<CameraPose>,
    /// Body positions, m, world, in id order.
    pub bodies: Vec<[f64; 3]>,
    /// Body orientations, unit quaternions with w first, in id order.
    pub orientations: Vec<[f64; 4]>,
    /// Centres of mass of the bodies' subtrees, m, world: what a tracking camera looks at.
    pub subtree_com: Vec<[f64; 3]>,
    /// Generalised positions.
    pub qpos: Vec<f64>,
    /// Generalised velocities.
    pub qvel: Vec<f64>,
    /// Activations of actuators.
    pub act: Vec<f64>,
    /// Controls.
    pub ctrl: Vec<f64>,
    /// Outputs of sensors, see [`Sensor`](super::Sensor).
    pub sensors: Vec<f64>,
    /// Poses of mocap bodies, in the order of `ModelInfo::mocap`.
    pub mocap: Vec<Pose>,
    /// The first contacts, at most [`MAX_CONTACTS`].
    pub contacts: Vec<Contact>,
    /// How many contacts there are.
    pub contact_count: u64,
    /// Full `mjSTATE_INTEGRATION`, in some snapshots only (at least twice a second).
    pub integration: Vec<f64>,
    /// Deformable surfaces.
    pub flexes: Vec<Flex>,
    /// Skin vertices, m, world; one run per skin, each of `Skin::vertex_count`.
    pub skin_positions: Vec<[f32; 3]>,
    /// Skin normals, as the positions.
    pub skin_normals: Vec<[f32; 3]>,
}

/// A visible thing: a fixed-size record in the layout that crosses the process boundary.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Geom {
    /// `mjtGeom`, see [`GeomKind`].
    pub kind: i32,
    /// Mesh: `2·id` or `2·id + 1` for its hull; height field id; −1 none.
    pub data_id: i32,
    /// `mjtObj` of what it shows, 0 for decoration.
    pub object_kind: i32,
    /// Id of what it shows, −1 for decoration.
    pub object_id: i32,
    /// `mjtCatBit`: 1 static, 2 dynamic, 4 decoration.
    pub category: i32,
    /// Texture id, −1 none.
    pub texture: i32,
    /// 1 when texture coordinates scale with size.
    pub texture_uniform: i32,
    /// 1 when the mesh or flex brings its own texture coordinates.
    pub has_texcoords: i32,
    /// Material id, −1 none.
    pub material: i32,
    /// Segmentation id, −1 not shown.
    pub segment: i32,
    /// Index in [`Snapshot::labels`], −1 none.
    pub label: i32,
    /// Size parameters, m; a plane's x or y is 0 where it is infinite.
    pub size: [f32; 3],
    /// Position, m, world. An infinite plane's is its own frame's: views re-centre it.
    pub position: [f32; 3],
    /// Orientation: row-major 3×3, `world_from_geom`.
    pub rotation: [f32; 9],
    /// Colour and opacity, `[0, 1]`.
    pub rgba: [f32; 4],
    /// Emission, `[0, 1]`.
    pub emission: f32,
    /// Specular, `[0, 1]`.
    pub specular: f32,
    /// Shininess, `[0, 1]` of OpenGL's 128.
    pub shininess: f32,
    /// Reflectance, `[0, 1]`.
    pub reflectance: f32,
    /// Repetitions of a flat texture.
    pub texture_repeat: [f32; 2],
    /// Radius of the bounding sphere of a model geom, 0 otherwise, m.
    pub bounding_radius: f32,
}

/// `mjtGeom` by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is MuJoCo's mjGEOM_ constant of the same name")]
pub enum GeomKind {
    Plane,
    HeightField,
    Sphere,
    Capsule,
    Ellipsoid,
    Cylinder,
    Box,
    Mesh,
    Sdf,
    Arrow,
    Arrow1,
    Arrow2,
    Line,
    LineBox,
    Flex,
    Skin,
    Label,
    Triangle,
}

impl GeomKind {
    /// The kind behind a raw `mjtGeom`, or `None` where there is nothing to draw.
    pub fn from_raw(raw: i32) -> Option<Self> {
        Some(match raw {
            0 => Self::Plane,
            1 => Self::HeightField,
            2 => Self::Sphere,
            3 => Self::Capsule,
            4 => Self::Ellipsoid,
            5 => Self::Cylinder,
            6 => Self::Box,
            7 => Self::Mesh,
            8 => Self::Sdf,
            100 => Self::Arrow,
            101 => Self::Arrow1,
            102 => Self::Arrow2,
            103 => Self::Line,
            104 => Self::LineBox,
            105 => Self::Flex,
            106 => Self::Skin,
            107 => Self::Label,
            108 => Self::Triangle,
            _ => return None,
        })
    }
}

impl Geom {
    /// What shape this is, or `None` where there is nothing to draw.
    pub fn shape(&self) -> Option<GeomKind> {
        GeomKind::from_raw(self.kind)
    }
}

/// How a light shines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is MuJoCo's mjLIGHT_ constant of the same name")]
pub enum LightKind {
    Spot,
    Directional,
    Point,
    Image,
}

/// A light of the scene, as in `mjvLight`.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Light {
    /// Light id of the model.
    pub id: i32,
    /// `mjtLightType`, see [`Light::kind`].
    pub kind: i32,
    /// 1 when it casts shadows.
    pub cast_shadow: i32,
    /// Position, m, world.
    pub position: [f32; 3],
    /// Direction, unit, world.
    pub direction: [f32; 3],
    /// Constant, linear, quadratic.
    pub attenuation: [f32; 3],
    /// Half-angle of a spot's cone, degrees.
    pub cutoff: f32,
    /// Fall-off within the cone.
    pub exponent: f32,
    /// Intensity, cd; 0 where the model says nothing. Only physically based drawing uses it, and the
    /// two that follow.
    pub intensity: f32,
    /// How far it reaches, m.
    pub range: f32,
    /// Radius of what shines, m.
    pub bulb_radius: f32,
    /// Ambient RGB.
    pub ambient: [f32; 3],
    /// Diffuse RGB.
    pub diffuse: [f32; 3],
    /// Specular RGB.
    pub specular: [f32; 3],
}

impl Light {
    /// How it shines, or `None` for a kind unknown to the renderer.
    pub fn shines(&self) -> Option<LightKind> {
        Some(match self.kind {
            0 => LightKind::Spot,
            1 => LightKind::Directional,
            2 => LightKind::Point,
            3 => LightKind::Image,
            _ => return None,
        })
    }
}

/// What the last step took, and what energy there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Effort {
    /// Potential and kinetic energy, J.
    pub energy: [f64; 2],
    /// Scalar constraints.
    pub constraints: u64,
    /// Iterations of the solver, of the island that took most.
    pub iterations: u64,
}

/// Where a model camera is.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct CameraPose {
    /// Position, m, world.
    pub position: [f64; 3],
    /// Row-major 3×3, `world_from_camera`; it looks along −z with y up.
    pub rotation: [f64; 9],
}

/// A deformable body's surface: a soup of triangles, and its vertices and edges where shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flex {
    /// Radius of vertices and edges, m.
    pub radius: f32,
    /// Corners of the faces, three per face, m, world.
    pub positions: Vec<[f32; 3]>,
    /// Normals, as the positions.
    pub normals: Vec<[f32; 3]>,
    /// Texture coordinates, as the positions, or empty.
    pub texcoords: Vec<[f32; 2]>,
    /// Vertices to be drawn as spheres, m, world; empty when not shown.
    pub vertices: Vec<[f32; 3]>,
    /// Edges to be drawn as cylinders, pairs of ends, m, world; empty when not shown.
    pub edges: Vec<[[f32; 3]; 2]>,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    sequence: u64,
    steps: u64,
    acknowledged: u64,
    tick: u64,
    obeyed: u64,
    contact_count: u64,
    time: f64,
    speed: f64,
    real_time_factor: f64,
    paused: u64,
    flexes: u64,
    perturb: Perturb,
    mechanics: Mechanics,
    effort: Effort,
}

impl Snapshot {
    /// Most flexes in one snapshot.
    const MAX_FLEXES: u64 = 4096;

    /// Writes the snapshot as bytes for [`Self::decode`], reusing `buffer`'s allocation.
    pub fn encode_into(&self, buffer: Vec<u8>) -> Vec<u8> {
        let mut w = Writer::reusing(buffer);
        w.put_one(Header {
            sequence: self.sequence,
            steps: self.steps,
            acknowledged: self.acknowledged,
            tick: self.tick,
            obeyed: self.obeyed,
            contact_count: self.contact_count,
            time: self.time,
            speed: self.speed,
            real_time_factor: self.real_time_factor,
            paused: u64::from(self.paused),
            flexes: self.flexes.len() as u64,
            perturb: self.perturb,
            mechanics: self.mechanics,
            effort: self.effort,
        });
        w.put(&self.geoms);
        w.put_strs(&self.labels);
        w.put(&self.lights);
        w.put(&self.cameras);
        w.put(&self.bodies);
        w.put(&self.orientations);
        w.put(&self.subtree_com);
        w.put(&self.qpos);
        w.put(&self.qvel);
        w.put(&self.act);
        w.put(&self.ctrl);
        w.put(&self.sensors);
        w.put(&self.mocap);
        w.put(&self.contacts);
        w.put(&self.integration);
        w.put(&self.skin_positions);
        w.put(&self.skin_normals);
        for flex in &self.flexes {
            flex.encode(&mut w);
        }
        w.into_bytes()
    }

    /// Reads a snapshot of a model with these `assets` back and validates it.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a snapshot of that model.
    pub fn decode(bytes: &[u8], assets: &Assets) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let header: Header = r.take_one("snapshot header")?;
        let mut snapshot = Self {
            sequence: header.sequence,
            time: header.time,
            steps: header.steps,
            paused: header.paused != 0,
            speed: header.speed,
            real_time_factor: header.real_time_factor,
            acknowledged: header.acknowledged,
            tick: header.tick,
            obeyed: header.obeyed,
            perturb: header.perturb,
            mechanics: header.mechanics,
            effort: header.effort,
            contact_count: header.contact_count,
            geoms: r.take("geoms", MAX_ITEMS)?,
            labels: r.take_strs("labels", MAX_ITEMS)?,
            lights: r.take("lights", MAX_ITEMS)?,
            cameras: r.take("camera poses", MAX_ITEMS)?,
            bodies: r.take("bodies", MAX_ITEMS)?,
            orientations: r.take("body orientations", MAX_ITEMS)?,
            subtree_com: r.take("centres of mass", MAX_ITEMS)?,
            qpos: r.take("qpos", MAX_VALUES)?,
            qvel: r.take("qvel", MAX_VALUES)?,
            act: r.take("act", MAX_VALUES)?,
            ctrl: r.take("ctrl", MAX_VALUES)?,
            sensors: r.take("sensors", MAX_VALUES)?,
            mocap: r.take("mocap poses", MAX_ITEMS)?,
            contacts: r.take("contacts", MAX_CONTACTS)?,
            integration: r.take("state", MAX_VALUES)?,
            skin_positions: r.take("skin positions", MAX_VALUES)?,
            skin_normals: r.take("skin normals", MAX_VALUES)?,
            flexes: Vec::new(),
        };
        let flexes = header.flexes;
        if flexes > Self::MAX_FLEXES {
            return Err(DecodeError::Invalid("flex count"));
        }
        for _ in 0..flexes {
            snapshot.flexes.push(Flex::decode(&mut r)?);
        }
        snapshot.validate(assets)?;
        Ok(snapshot)
    }

    /// Checks every index that a renderer follows, and drops geoms and lights with numbers that
    /// are not finite (an exploding simulation has them; the rest of the picture stays).
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] names the first thing found wrong.
    pub fn validate(&mut self, assets: &Assets) -> Result<(), DecodeError> {
        self.geoms.retain(Geom::is_finite);
        self.lights.retain(Light::is_finite);
        let cameras = self.cameras.len() == assets.cameras.len();
        check(cameras, "camera pose count")?;
        let bodies = assets.model.bodies.len();
        check(self.bodies.len() == bodies, "body count")?;
        check(self.orientations.len() == bodies, "body orientation count")?;
        check(self.mocap.len() == assets.model.mocap.len(), "mocap pose count")?;
        check(self.sensors.len() == assets.model.sensor_values(), "sensor output count")?;
        check(self.perturb.body().is_none_or(|id| (id as usize) < bodies), "selected body")?;
        check(self.subtree_com.len() == bodies, "centre of mass count")?;
        let vertices: usize = assets.skins.iter().map(|skin| skin.vertex_count as usize).sum();
        let skins = self.skin_positions.len();
        check(skins == vertices || skins == 0, "skin vertex count")?;
        check(self.skin_normals.len() == skins, "skin normal count")?;
        self.flexes.iter().try_for_each(Flex::validate)?;
        self.geoms.iter().try_for_each(|geom| self.validate_geom(geom, assets))
    }

    fn validate_geom(&self, geom: &Geom, assets: &Assets) -> Result<(), DecodeError> {
        let below = |index: i32, count: usize| usize::try_from(index).is_ok_and(|i| i < count);
        check(geom.texture < 0 || below(geom.texture, assets.textures.len()), "texture id")?;
        check(geom.material < 0 || below(geom.material, assets.materials.len()), "material id")?;
        check(geom.label < 0 || below(geom.label, self.labels.len()), "label index")?;
        let data = match geom.shape() {
            Some(GeomKind::Mesh | GeomKind::Sdf) => below(geom.data_id / 2, assets.meshes.len()),
            Some(GeomKind::HeightField) => below(geom.data_id, assets.height_fields.len()),
            Some(GeomKind::Flex) => below(geom.object_id, self.flexes.len()),
            Some(GeomKind::Skin) => {
                below(geom.object_id, assets.skins.len()) && !self.skin_positions.is_empty()
            }
            _ => true,
        };
        check(data, "mesh, height field, flex or skin id")
    }
}

fn check(holds: bool, what: &'static str) -> Result<(), DecodeError> {
    if holds { Ok(()) } else { Err(DecodeError::Invalid(what)) }
}

impl Geom {
    fn is_finite(&self) -> bool {
        let all = [&self.size[..], &self.position, &self.rotation, &self.rgba];
        all.iter().all(|values| values.iter().all(|v| v.is_finite()))
    }
}

impl Light {
    fn is_finite(&self) -> bool {
        let all = [&self.position[..], &self.direction, &self.attenuation];
        all.iter().all(|values| values.iter().all(|v| v.is_finite()))
    }
}

impl Flex {
    fn encode(&self, w: &mut Writer) {
        w.put_one(self.radius);
        w.put(&self.positions);
        w.put(&self.normals);
        w.put(&self.texcoords);
        w.put(&self.vertices);
        w.put(&self.edges);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            radius: r.take_one("flex radius")?,
            positions: r.take("flex positions", MAX_VALUES)?,
            normals: r.take("flex normals", MAX_VALUES)?,
            texcoords: r.take("flex texture coordinates", MAX_VALUES)?,
            vertices: r.take("flex vertices", MAX_VALUES)?,
            edges: r.take("flex edges", MAX_VALUES)?,
        })
    }

    fn validate(&self) -> Result<(), DecodeError> {
        let corners = self.positions.len();
        check(corners.is_multiple_of(3), "flex corner count")?;
        check(self.normals.len() == corners, "flex normal count")?;
        let texcoords = self.texcoords.len();
        check(texcoords == corners || texcoords == 0, "flex texture coordinate count")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geom(kind: i32) -> Geom {
        Geom { kind, data_id: -1, texture: -1, material: -1, label: -1, ..Zeroable::zeroed() }
    }

    #[test]
    fn a_snapshot_survives_the_crossing() {
        let mut assets = Assets::default();
        assets.model.bodies = vec!["world".into()];
        let snapshot = Snapshot {
            sequence: 3,
            time: 1.5,
            paused: true,
            geoms: vec![geom(2), geom(6)],
            bodies: vec![[0.0; 3]],
            orientations: vec![[1.0, 0.0, 0.0, 0.0]],
            subtree_com: vec![[0.0; 3]],
            flexes: vec![Flex { radius: 0.5, ..Flex::default() }],
            ..Snapshot::default()
        };
        let bytes = snapshot.encode_into(Vec::new());
        let back = Snapshot::decode(&bytes, &assets).expect("decodes");
        assert_eq!((back.sequence, back.time, back.paused), (3, 1.5, true));
        assert_eq!(back.geoms, snapshot.geoms);
        assert_eq!(back.flexes, snapshot.flexes);
    }

    #[test]
    fn a_mesh_that_does_not_exist_is_refused() {
        let mut snapshot = Snapshot { geoms: vec![geom(7)], ..Snapshot::default() };
        snapshot.geoms[0].data_id = 2;
        assert!(snapshot.validate(&Assets::default()).is_err());
    }

    #[test]
    fn what_is_not_finite_is_not_drawn() {
        let mut bad = geom(2);
        bad.position[1] = f32::NAN;
        let mut snapshot = Snapshot { geoms: vec![bad, geom(2)], ..Snapshot::default() };
        snapshot.validate(&Assets::default()).expect("the rest is fine");
        assert_eq!(snapshot.geoms.len(), 1);
    }
}
