//! One moment of `mjData`, through `mjv_updateScene`, as a [`Snapshot`].
//!
//! MuJoCo's scene knows a camera in two places only: the headlight, which each view adds itself
//! (it is switched off in the model here), and infinite planes, which MuJoCo re-centres on the eye
//! and which are put back on their own frame here. So one snapshot serves every camera.

use std::ffi::CStr;

use mujoco_rs::{
    mujoco_c::{mjtGeom, mjtObj, mjvGeom, mjvLight},
    wrappers::{
        mj_data::MjData,
        mj_model::MjModel,
        mj_visualization::{MjvCamera, MjvOption, MjvPerturb, MjvScene},
    },
};

use super::{assets::slice, mechanics};
use crate::scene::{
    CameraPose, Contact, Effort, Flex, Geom, Light, MAX_CONTACTS, Pose, Snapshot,
    options::{Grouped, SceneOptions, VisFlag},
};

/// Geoms that a scene has room for at least: decoration comes on top of the model's own.
const LEAST_GEOMS: usize = 2_000;
/// Geoms beyond which a scene is cut off: each is 296 bytes in MuJoCo and 164 in a snapshot.
const MOST_GEOMS: usize = 100_000;

/// Extracts snapshots; keeps MuJoCo's scene between them.
pub(super) struct Extractor {
    scene: MjvScene,
    options: MjvOption,
    camera: MjvCamera,
}

impl Extractor {
    /// Prepares for `model`.
    pub fn new(model: &MjModel) -> Self {
        let objects = [
            model.ngeom(),
            model.nsite(),
            model.ntendon(),
            model.nflex(),
            model.nskin(),
            2 * model.nwrap(),
        ];
        let expected: i64 = objects.iter().sum();
        let expected = LEAST_GEOMS / 2 + usize::try_from(expected).unwrap_or(0);
        Self {
            scene: new_scene(model, expected.clamp(LEAST_GEOMS, MOST_GEOMS)),
            options: MjvOption::default(),
            // A "user" camera leaves the scene's cameras alone. They are the neutral ones of
            // `new_scene`, so that neither a tiny extent nor a huge one is an error.
            camera: MjvCamera::new_user(),
        }
    }

    /// Shows what `options` say from now on.
    pub fn show(&mut self, options: &SceneOptions) {
        let to = &mut self.options;
        to.label = options.label as i32;
        to.frame = options.frame as i32;
        to.bvh_depth = i32::from(options.bvh_depth);
        to.flex_layer = i32::from(options.flex_layer);
        to.flags = VisFlag::ALL.map(|flag| u8::from(options.flag(flag)));
        let groups = |sort| options.groups(sort).map(u8::from);
        to.geomgroup = groups(Grouped::Geom);
        to.sitegroup = groups(Grouped::Site);
        to.jointgroup = groups(Grouped::Joint);
        to.tendongroup = groups(Grouped::Tendon);
        to.actuatorgroup = groups(Grouped::Actuator);
        to.flexgroup = groups(Grouped::Flex);
        to.skingroup = groups(Grouped::Skin);
    }

    /// Fills everything that is drawn, and the state vectors, into `out`, whose buffers are reused.
    pub fn fill(
        &mut self,
        data: &mut MjData<Box<MjModel>>,
        perturb: &MjvPerturb,
        out: &mut Snapshot,
    ) {
        self.update(data, perturb);
        self.fill_geoms(data, out);
        out.lights.clear();
        let lights = self.scene.lights().iter().filter(|light| light.headlight == 0);
        out.lights.extend(lights.map(light));
        let poses = data.cam_xpos().iter().zip(data.cam_xmat());
        out.cameras.clear();
        out.cameras.extend(
            poses.map(|(position, rotation)| CameraPose {
                position: *position,
                rotation: *rotation,
            }),
        );
        copy(&mut out.bodies, data.xpos());
        copy(&mut out.orientations, data.xquat());
        copy(&mut out.subtree_com, data.subtree_com());
        copy(&mut out.qpos, data.qpos());
        copy(&mut out.qvel, data.qvel());
        copy(&mut out.act, data.act());
        copy(&mut out.ctrl, data.ctrl());
        copy(&mut out.sensors, data.sensordata());
        let poses = data.mocap_pos().iter().zip(data.mocap_quat());
        out.mocap.clear();
        out.mocap.extend(poses.map(|(&position, &orientation)| Pose { position, orientation }));
        fill_contacts(data, out);
        out.effort = effort(data);
        out.mechanics = mechanics::read(data.model_opt(), data.model().nflex());
        copy(&mut out.skin_positions, self.scene.skinvert());
        copy(&mut out.skin_normals, self.scene.skinnormal());
        self.fill_flexes(data.model(), out);
    }

    /// MuJoCo's scene, whose cameras nothing depends on.
    pub fn scene_mut(&mut self) -> &mut MjvScene {
        &mut self.scene
    }

    /// Updates MuJoCo's scene, and makes a larger one while it does not fit.
    fn update(&mut self, data: &mut MjData<Box<MjModel>>, perturb: &MjvPerturb) {
        loop {
            self.scene.update(data, &self.options, perturb, &mut self.camera);
            let room = usize::try_from(self.scene.maxgeom()).unwrap_or(MOST_GEOMS);
            if self.scene.status() == 0 || room >= MOST_GEOMS {
                return;
            }
            self.scene = new_scene(data.model(), (room * 2).min(MOST_GEOMS));
        }
    }

    fn fill_geoms(&self, data: &MjData<Box<MjModel>>, out: &mut Snapshot) {
        out.geoms.clear();
        out.labels.clear();
        for source in self.scene.geoms() {
            if !is_drawable(source) {
                continue;
            }
            let mut geom = geom(source);
            if is_infinite_plane(source)
                && let Some(own) =
                    usize::try_from(source.objid).ok().and_then(|id| data.geom_xpos().get(id))
            {
                geom.position = own.map(|v| v as f32);
            }
            if source.label[0] != 0 {
                geom.label = i32::try_from(out.labels.len()).unwrap_or(-1);
                out.labels.push(label(source));
            }
            out.geoms.push(geom);
        }
    }

    fn fill_flexes(&self, model: &MjModel, out: &mut Snapshot) {
        let count = self.scene.flexfaceadr().len();
        out.flexes.resize_with(count, Flex::default);
        for (id, flex) in out.flexes.iter_mut().enumerate() {
            self.fill_flex(model, id, flex);
        }
    }

    fn fill_flex(&self, model: &MjModel, id: usize, out: &mut Flex) {
        let scene = &self.scene;
        let used = scene.flexfaceused()[id];
        let first = scene.flexfaceadr()[id];
        let corners = |faces| bytemuck::cast_slice::<[f32; 9], [f32; 3]>(slice(faces, first, used));
        out.radius = model.flex_radius()[id] as f32;
        copy(&mut out.positions, corners(scene.flexface()));
        copy(&mut out.normals, corners(scene.flexnormal()));
        let textured = if model.flex_texcoordadr()[id] >= 0 { used } else { 0 };
        let texcoords: &[[f32; 6]] = slice(scene.flextexcoord(), first, textured);
        copy(&mut out.texcoords, bytemuck::cast_slice(texcoords));

        // As `renderGeom` in MuJoCo's render_gl3.c: a skin hides vertices and edges.
        let bare = out.radius > 0.0 && !(scene.flexskinopt() && used > 0);
        let vertices = slice(scene.flexvert(), scene.flexvertadr()[id], scene.flexvertnum()[id]);
        let shown = bare && scene.flexvertopt();
        copy(&mut out.vertices, if shown { vertices } else { &[] });
        out.edges.clear();
        if bare && scene.flexedgeopt() {
            let edges = slice(scene.flexedge(), scene.flexedgeadr()[id], scene.flexedgenum()[id]);
            let end = |index: i32| vertices.get(usize::try_from(index).ok()?).copied();
            let ends = edges.iter().filter_map(|[a, b]| Some([end(*a)?, end(*b)?]));
            out.edges.extend(ends);
        }
    }
}

fn new_scene(model: &MjModel, geoms: usize) -> MjvScene {
    let mut scene = MjvScene::new(model, geoms);
    look_nowhere(&mut scene);
    scene
}

/// Gives `scene` cameras that nothing depends on.
pub(super) fn look_nowhere(scene: &mut MjvScene) {
    for camera in scene.camera_mut() {
        camera.pos = [0.0, 0.0, 1.0];
        camera.forward = [1.0, 0.0, 0.0];
        camera.up = [0.0, 0.0, 1.0];
        camera.frustum_near = 0.01;
        camera.frustum_far = 100.0;
        camera.frustum_bottom = -0.01;
        camera.frustum_top = 0.01;
        camera.orthographic = 0;
    }
}

/// Energy is not a part of the state: computing it changes nothing that a step reads.
fn effort(data: &mut MjData<Box<MjModel>>) -> Effort {
    data.energy_pos();
    data.energy_vel();
    let islands = usize::try_from(data.nisland()).unwrap_or(0).max(1);
    let iterations = data.solver_niter().iter().take(islands).copied().max();
    let constraints = u64::try_from(data.nefc()).unwrap_or(0);
    Effort {
        energy: *data.energy(),
        constraints,
        iterations: iterations
            .filter(|_| constraints > 0)
            .map_or(0, |n| u64::from(n.unsigned_abs())),
    }
}

fn fill_contacts(data: &MjData<Box<MjModel>>, out: &mut Snapshot) {
    let contacts = data.contact();
    out.contact_count = contacts.len() as u64;
    out.contacts.clear();
    for (id, contact) in contacts.iter().enumerate().take(MAX_CONTACTS) {
        let [force_n, force_1, force_2, ..] = data.try_contact_force(id).unwrap_or_default();
        let axes = bytemuck::cast_ref::<[f64; 9], [[f64; 3]; 3]>(&contact.frame);
        // The frame's rows are the normal and the two tangents, in world coordinates.
        let along = |k: usize| force_n * axes[0][k] + force_1 * axes[1][k] + force_2 * axes[2][k];
        out.contacts.push(Contact {
            geoms: contact.geom,
            distance: contact.dist,
            position: contact.pos,
            normal: axes[0],
            force: [along(0), along(1), along(2)],
        });
    }
}

fn copy<T: Copy>(to: &mut Vec<T>, from: &[T]) {
    to.clear();
    to.extend_from_slice(from);
}

/// Whether a renderer could draw it: a mesh geom without a mesh (an SDF made by a plugin alone, a
/// height field without data) has no surface.
fn is_drawable(geom: &mjvGeom) -> bool {
    let needs_data = [mjtGeom::mjGEOM_MESH, mjtGeom::mjGEOM_SDF, mjtGeom::mjGEOM_HFIELD];
    let kind = geom.type_;
    kind != mjtGeom::mjGEOM_NONE as i32
        && (geom.dataid >= 0 || needs_data.into_iter().all(|k| k as i32 != kind))
}

fn is_infinite_plane(geom: &mjvGeom) -> bool {
    geom.type_ == mjtGeom::mjGEOM_PLANE as i32
        && geom.objtype == mjtObj::mjOBJ_GEOM as i32
        && (geom.size[0] <= 0.0 || geom.size[1] <= 0.0)
}

fn geom(source: &mjvGeom) -> Geom {
    Geom {
        kind: source.type_,
        data_id: source.dataid,
        object_kind: source.objtype,
        object_id: source.objid,
        category: source.category,
        texture: source.texid,
        texture_uniform: i32::from(source.texuniform != 0),
        has_texcoords: i32::from(source.texcoord != 0),
        material: source.matid,
        segment: source.segid,
        label: -1,
        size: source.size,
        position: source.pos,
        rotation: source.mat,
        rgba: source.rgba,
        emission: source.emission,
        specular: source.specular,
        shininess: source.shininess,
        reflectance: source.reflectance,
        texture_repeat: source.texrepeat,
        bounding_radius: source.modelrbound,
    }
}

fn label(source: &mjvGeom) -> String {
    let bytes: [u8; 100] = source.label.map(|c| c as u8);
    let text = CStr::from_bytes_until_nul(&bytes).map_or(&bytes[..], CStr::to_bytes);
    String::from_utf8_lossy(text).into_owned()
}

/// MuJoCo fills attenuation, exponent and cut-off (half-angle, degrees) for spot lights only.
fn light(source: &mjvLight) -> Light {
    Light {
        id: source.id,
        kind: source.type_,
        cast_shadow: i32::from(source.castshadow),
        position: source.pos,
        direction: source.dir,
        attenuation: source.attenuation,
        cutoff: source.cutoff,
        exponent: source.exponent,
        intensity: source.intensity,
        range: source.range,
        bulb_radius: source.bulbradius,
        ambient: source.ambient,
        diffuse: source.diffuse,
        specular: source.specular,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::physics::{handlers, model};

    #[test]
    fn the_default_options_are_mujocos() {
        handlers::install(handlers::Handlers { error: |text| panic!("{text:?}"), warning: |_| {} });
        let model = model::load(&Bundle::unchecked("<mujoco/>")).expect("loads");
        let mut extractor = Extractor::new(&model);
        let before = extractor.options.clone();
        extractor.show(&SceneOptions::default());
        let after = &extractor.options;
        assert_eq!((after.label, after.frame), (before.label, before.frame));
        assert_eq!((after.flags, after.geomgroup), (before.flags, before.geomgroup));
        assert_eq!((after.bvh_depth, after.flex_layer), (before.bvh_depth, before.flex_layer));
    }

    #[test]
    fn a_scene_grows_until_everything_fits() {
        handlers::install(handlers::Handlers { error: |text| panic!("{text:?}"), warning: |_| {} });
        let geoms = r#"<geom size=".1"/>"#.repeat(50);
        let mjcf = format!("<mujoco><worldbody>{geoms}</worldbody></mujoco>");
        let model = model::load(&Bundle::unchecked(mjcf)).expect("loads");
        let mut extractor = Extractor::new(&model);
        extractor.scene = new_scene(&model, 10);
        let mut data = MjData::new(model);
        data.forward();
        let mut out = Snapshot::default();
        extractor.fill(&mut data, &MjvPerturb::default(), &mut out);
        assert_eq!(out.geoms.len(), 50);
        assert_eq!(extractor.scene.maxgeom(), 80);
    }
}
