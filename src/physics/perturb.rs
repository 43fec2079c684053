//! Selecting a body and pulling at it, as `simulate` does.
//!
//! MuJoCo computes these forces from positions and velocities that may lag a step behind the
//! state. Here they are brought up to date first, so that a timeline that is gone through again
//! from any of its states gives the same bits.
#![allow(
    unsafe_code,
    reason = "the safe wrapper moves bodies only while time runs, and clears every force"
)]

use mujoco_rs::{
    mujoco_c::{mjtMouse, mjtObj, mjtPertBit, mjv_applyPerturbForce, mjv_applyPerturbPose},
    wrappers::{
        mj_data::MjData,
        mj_model::MjModel,
        mj_visualization::{MjvPerturb, MjvScene},
    },
};

use super::{extract, simulation::Refusal};
use crate::{
    control::{Hit, Pull},
    scene::{
        Perturb,
        camera::{Eye, Motion},
    },
};

type Data = MjData<Box<MjModel>>;

/// The nearest clip plane that MuJoCo computes with; below it, it ends the process.
const LEAST_NEAR: f32 = 1e-6;

/// What is selected, and how it is pulled at.
#[derive(Debug)]
pub(super) struct Grip {
    perturb: MjvPerturb,
}

impl Grip {
    /// Nothing selected.
    pub fn new() -> Self {
        Self { perturb: MjvPerturb::default() }
    }

    /// As `mjv_updateScene` wants it.
    pub fn raw(&self) -> &MjvPerturb {
        &self.perturb
    }

    /// As a value.
    pub fn value(&self) -> Perturb {
        let from = &self.perturb;
        Perturb {
            select: from.select,
            flex: from.flexselect,
            skin: from.skinselect,
            active: from.active,
            active2: from.active2,
            reserved: 0,
            reference: from.refpos,
            orientation: from.refquat,
            target: from.refselpos,
            point: from.localpos,
            mass: from.localmass,
            scale: from.scale,
        }
    }

    /// Takes a value back; one that does not fit the model selects nothing.
    pub fn restore(&mut self, from: &Perturb, model: &MjModel) {
        let within = |id: i32, count: i64| i64::from(id) < count;
        let fits = from.select >= 0
            && within(from.select, model.nbody())
            && within(from.flex, model.nflex())
            && within(from.skin, model.nskin());
        let from = if fits { *from } else { Perturb::default() };
        self.perturb.select = from.select;
        self.perturb.flexselect = from.flex.max(-1);
        self.perturb.skinselect = from.skin.max(-1);
        self.perturb.active = from.active & 3;
        self.perturb.active2 = from.active2 & 3;
        self.perturb.refpos = from.reference;
        self.perturb.refquat = from.orientation;
        self.perturb.refselpos = from.target;
        self.perturb.localpos = from.point;
        self.perturb.localmass = from.mass;
        self.perturb.scale = from.scale;
    }

    /// Selects the body that belongs to what was hit.
    pub fn select(
        &mut self,
        hit: Option<&Hit>,
        data: &mut Data,
        scene: &MjvScene,
    ) -> Result<(), Refusal> {
        let found = match hit {
            None => Selected::NOTHING,
            Some(hit) if !hit.point.iter().all(|v| v.is_finite()) => {
                return Err(Refusal::NotFinite { what: "the point hit" });
            }
            Some(hit) => Selected::by(hit, data, scene),
        };
        self.end(data);
        self.perturb = MjvPerturb::default();
        let Some(body) = found.body.filter(|body| *body > 0) else {
            return Ok(());
        };
        self.perturb.select = body;
        self.perturb.flexselect = found.flex;
        self.perturb.skinselect = found.skin;
        if let Some(hit) = hit {
            refresh(data);
            self.perturb.update_local_pos(&hit.point, data);
        }
        Ok(())
    }

    /// Begins to pull at the selected body.
    pub fn start(
        &mut self,
        pull: Pull,
        eye: &Eye,
        data: &mut Data,
        scene: &mut MjvScene,
    ) -> Result<(), Refusal> {
        if self.perturb.select <= 0 {
            return Err(Refusal::NothingSelected);
        }
        let bit = match pull {
            Pull::Translate => mjtPertBit::mjPERT_TRANSLATE,
            Pull::Rotate => mjtPertBit::mjPERT_ROTATE,
        };
        refresh(data);
        look_from(eye, scene, |scene| self.perturb.start(bit, data, scene))
    }

    /// Moves what the body is pulled to by shares of the picture's height; while time stands
    /// still, the body itself.
    pub fn move_by(
        &mut self,
        motion: Motion,
        [dx, dy]: [f64; 2],
        eye: &Eye,
        paused: bool,
        data: &mut Data,
        scene: &mut MjvScene,
    ) -> Result<(), Refusal> {
        if self.perturb.active == 0 {
            return Err(Refusal::NothingSelected);
        }
        if !(dx.is_finite() && dy.is_finite()) {
            return Err(Refusal::NotFinite { what: "the drag" });
        }
        let action = match motion {
            Motion::RotateV => mjtMouse::mjMOUSE_ROTATE_V,
            Motion::RotateH => mjtMouse::mjMOUSE_ROTATE_H,
            Motion::MoveV => mjtMouse::mjMOUSE_MOVE_V,
            Motion::MoveH => mjtMouse::mjMOUSE_MOVE_H,
            Motion::MoveRelativeV => mjtMouse::mjMOUSE_MOVE_V_REL,
            Motion::MoveRelativeH => mjtMouse::mjMOUSE_MOVE_H_REL,
            Motion::Zoom | Motion::TurnV | Motion::TurnH => mjtMouse::mjMOUSE_ZOOM,
        };
        refresh(data);
        look_from(eye, scene, |scene| self.perturb.move_(data, action, dx, dy, scene))?;
        if paused {
            let model: *const _ = data.model().ffi();
            // SAFETY: `model` is the model of `data` and outlives the call, in which nothing else
            // uses either; `perturb` is a live struct whose selected body was checked against the
            // model when it was set.
            unsafe { mjv_applyPerturbPose(model, data.ffi_mut(), &raw const self.perturb, 1) };
            data.forward();
        }
        Ok(())
    }

    /// Lets go; the selection stays.
    pub fn end(&mut self, data: &mut Data) {
        if self.perturb.active != 0 || self.perturb.active2 != 0 {
            self.perturb.active = 0;
            self.perturb.active2 = 0;
            self.clear_force(data);
        }
    }

    /// Puts the forces of this moment on the selected body, ahead of a step.
    pub fn apply(&mut self, data: &mut Data) {
        if self.perturb.active != 0 || self.perturb.active2 != 0 {
            refresh(data);
            self.clear_force(data);
            let model: *const _ = data.model().ffi();
            // SAFETY: as in `move_by`.
            unsafe {
                mjv_applyPerturbPose(model, data.ffi_mut(), &raw const self.perturb, 0);
            }
            // SAFETY: as in `move_by`.
            unsafe {
                mjv_applyPerturbForce(model, data.ffi_mut(), &raw const self.perturb);
            }
        }
    }

    /// Takes away what the perturbation put on its body; others keep what was put on them.
    fn clear_force(&self, data: &mut Data) {
        let own = usize::try_from(self.perturb.select).ok();
        if let Some(force) = own.and_then(|body| data.xfrc_applied_mut().get_mut(body)) {
            *force = [0.0; 6];
        }
    }
}

/// Positions and velocities that belong to the state of now.
fn refresh(data: &mut Data) {
    data.fwd_position();
    data.fwd_velocity();
}

/// Calls `act` with a scene that is seen from `eye`.
fn look_from(eye: &Eye, scene: &mut MjvScene, act: impl FnOnce(&MjvScene)) -> Result<(), Refusal> {
    let vectors = [eye.position, eye.forward, eye.up];
    let planes = [eye.near, eye.far, eye.frustum_top, eye.frustum_bottom];
    let finite = vectors.as_flattened().iter().chain(&planes).all(|v| v.is_finite());
    if !finite || eye.near < LEAST_NEAR {
        return Err(Refusal::NotFinite { what: "the eye" });
    }
    for camera in scene.camera_mut() {
        camera.pos = eye.position;
        camera.forward = eye.forward;
        camera.up = eye.up;
        camera.frustum_center = eye.frustum_center;
        camera.frustum_width = eye.frustum_width;
        camera.frustum_bottom = eye.frustum_bottom;
        camera.frustum_top = eye.frustum_top;
        camera.frustum_near = eye.near;
        camera.frustum_far = eye.far;
        camera.orthographic = i32::from(eye.orthographic);
    }
    act(scene);
    extract::look_nowhere(scene);
    Ok(())
}

/// What a hit means for the selection.
struct Selected {
    body: Option<i32>,
    flex: i32,
    skin: i32,
}

impl Selected {
    const NOTHING: Self = Self { body: None, flex: -1, skin: -1 };

    fn by(hit: &Hit, data: &Data, scene: &MjvScene) -> Self {
        let (model, id) = (data.model(), hit.object_id as usize);
        let of = |owners: &[i32]| Self { body: owners.get(id).copied(), ..Self::NOTHING };
        let is = |kind: mjtObj| hit.object_kind == kind as i32;
        if is(mjtObj::mjOBJ_GEOM) {
            of(model.geom_bodyid())
        } else if is(mjtObj::mjOBJ_SITE) {
            of(model.site_bodyid())
        } else if is(mjtObj::mjOBJ_BODY) {
            let body = i32::try_from(id).ok().filter(|id| i64::from(*id) < model.nbody());
            Self { body, ..Self::NOTHING }
        } else if is(mjtObj::mjOBJ_FLEX) {
            Self::by_flex(id, hit.point, data)
        } else if is(mjtObj::mjOBJ_SKIN) {
            Self::by_skin(id, hit.point, model, scene)
        } else {
            Self::NOTHING
        }
    }

    /// The body of the nearest vertex.
    fn by_flex(id: usize, point: [f64; 3], data: &Data) -> Self {
        let model = data.model();
        let range = model.flex_vertadr().get(id).zip(model.flex_vertnum().get(id));
        let Some((first, count)) = range.and_then(|(a, n)| Some((usize::try_from(*a).ok()?, n)))
        else {
            return Self::NOTHING;
        };
        let vertices = data.flexvert_xpos().iter().enumerate();
        let own = vertices.skip(first).take(usize::try_from(*count).unwrap_or(0));
        let nearest = own.min_by(|a, b| squared(*a.1, point).total_cmp(&squared(*b.1, point)));
        let body = nearest.and_then(|(at, _)| model.flex_vertbodyid().get(at).copied());
        Self { body, flex: i32::try_from(id).unwrap_or(-1), skin: -1 }
    }

    /// The bone that holds the nearest vertex most firmly.
    fn by_skin(id: usize, point: [f64; 3], model: &MjModel, scene: &MjvScene) -> Self {
        let slice = |first: &[i32], count: &[i32], at: usize| {
            let first = usize::try_from(*first.get(at)?).ok()?;
            Some(first..first.checked_add(usize::try_from(*count.get(at)?).ok()?)?)
        };
        let own = slice(model.skin_vertadr(), model.skin_vertnum(), id);
        let vertices = own.and_then(|own| scene.skinvert().get(own)).unwrap_or_default();
        let nearest = vertices.iter().enumerate().min_by(|a, b| {
            let distance = |v: &[f32; 3]| squared(v.map(f64::from), point);
            distance(a.1).total_cmp(&distance(b.1))
        });
        let bones = slice(model.skin_boneadr(), model.skin_bonenum(), id).unwrap_or(0..0);
        let weight = |bone: usize, vertex: usize| {
            let own = slice(model.skin_bonevertadr(), model.skin_bonevertnum(), bone)?;
            let ids = model.skin_bonevertid().get(own.clone())?;
            let at = ids.iter().position(|id| usize::try_from(*id) == Ok(vertex))?;
            model.skin_bonevertweight().get(own)?.get(at).copied()
        };
        let firmest = nearest.and_then(|(vertex, _)| {
            let weights = bones.filter_map(|bone| Some((bone, weight(bone, vertex)?)));
            weights.max_by(|a, b| a.1.total_cmp(&b.1))
        });
        let body = firmest.and_then(|(bone, _)| model.skin_bonebodyid().get(bone).copied());
        Self { body, flex: -1, skin: i32::try_from(id).unwrap_or(-1) }
    }
}

fn squared(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
