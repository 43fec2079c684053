//! What a model consists of, copied out of `mjModel` into [`ModelInfo`].

use mujoco_rs::{
    mujoco_c::{mjtBias, mjtDyn, mjtGain, mjtJoint, mjtObj, mjtTrn, mjtWrap},
    wrappers::mj_model::MjModel,
};

use super::{
    assets::slice,
    model::{model_name, name},
};
use crate::scene::{
    Drive, Drives, Joint, ModelInfo, Owned, Sensor,
    options::{GROUPS, Grouped},
};

/// What the model consists of.
pub(super) fn extract(model: &MjModel) -> ModelInfo {
    let names = |kind: mjtObj, count: usize| (0..count).map(|id| name(model, kind, id)).collect();
    ModelInfo {
        name: model_name(model),
        nq: count(model.nq()),
        nv: count(model.nv()),
        nu: count(model.nu()),
        timestep: model.opt().timestep,
        bodies: names(mjtObj::mjOBJ_BODY, model.body_parentid().len()),
        joints: (0..model.jnt_type().len()).map(|id| joint(model, id)).collect(),
        actuators: controls(model),
        control_ranges: limited(model.actuator_ctrlrange(), model.actuator_ctrllimited()),
        keyframes: names(mjtObj::mjOBJ_KEY, model.key_time().len()),
        geoms: owned(model, mjtObj::mjOBJ_GEOM, model.geom_bodyid()),
        sites: owned(model, mjtObj::mjOBJ_SITE, model.site_bodyid()),
        mocap: mocap(model),
        sensors: (0..model.sensor_type().len()).map(|id| sensor(model, id)).collect(),
        parents: model.body_parentid().iter().map(|id| unsigned(*id)).collect(),
        drives: drives(model),
        tendons: names(mjtObj::mjOBJ_TENDON, model.tendon_group().len()),
        tendon_kinds: (0..model.tendon_adr().len()).map(|id| tendon(model, id)).collect(),
        qpos0: model.qpos0().to_vec(),
        groups: groups(model),
    }
}

fn owned(model: &MjModel, kind: mjtObj, bodies: &[i32]) -> Vec<Owned> {
    let body = |body: &i32| u32::try_from(*body).unwrap_or(0);
    let all = bodies.iter().enumerate();
    all.map(|(id, owner)| Owned { name: name(model, kind, id), body: body(owner) }).collect()
}

/// Body ids by mocap id.
fn mocap(model: &MjModel) -> Vec<u32> {
    let ids = model.body_mocapid().iter().enumerate();
    let mut bodies: Vec<_> = ids.filter(|(_, mocap)| **mocap >= 0).collect();
    bodies.sort_by_key(|(_, mocap)| **mocap);
    bodies.into_iter().map(|(body, _)| body as u32).collect()
}

fn sensor(model: &MjModel, id: usize) -> Sensor {
    Sensor {
        name: name(model, mjtObj::mjOBJ_SENSOR, id),
        kind: model.sensor_type()[id] as u32,
        address: u32::try_from(model.sensor_adr()[id]).unwrap_or(0),
        outputs: u32::try_from(model.sensor_dim()[id]).unwrap_or(0),
        object_kind: model.sensor_objtype()[id] as u32,
        object: unsigned(model.sensor_objid()[id]),
    }
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// One name per control: the actuator's, with the input's where it has several.
fn controls(model: &MjModel) -> Vec<String> {
    let mut names = vec![String::new(); model.actuator_ctrlrange().len()];
    let ranges = model.actuator_ctrladr().iter().zip(model.actuator_ctrlnum());
    for (id, (&first, &inputs)) in ranges.enumerate() {
        let actuator = name(model, mjtObj::mjOBJ_ACTUATOR, id);
        let slots = slice_mut(&mut names, first, inputs);
        let single = slots.len() == 1;
        for (input, slot) in slots.iter_mut().enumerate() {
            *slot = match model.actuator_input_name(id, input) {
                Some(part) if !single => format!("{actuator}:{part}"),
                None if !single => format!("{actuator}:{input}"),
                _ => actuator.clone(),
            };
        }
    }
    names
}

fn slice_mut<T>(values: &mut [T], start: i32, len: i32) -> &mut [T] {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(len).unwrap_or(0));
    values.get_mut(start..end).unwrap_or_default()
}

/// Ranges where they apply, and no limits elsewhere.
fn limited(ranges: &[[f64; 2]], applies: &[bool]) -> Vec<[f64; 2]> {
    let open = [f64::NEG_INFINITY, f64::INFINITY];
    let pairs = ranges.iter().zip(applies);
    pairs.map(|(range, applies)| if *applies { *range } else { open }).collect()
}

fn joint(model: &MjModel, id: usize) -> Joint {
    let range = limited(&model.jnt_range()[id..=id], &model.jnt_limited()[id..=id]);
    Joint {
        name: name(model, mjtObj::mjOBJ_JOINT, id),
        kind: match model.jnt_type()[id] {
            mjtJoint::mjJNT_FREE => 0,
            mjtJoint::mjJNT_BALL => 1,
            mjtJoint::mjJNT_SLIDE => 2,
            mjtJoint::mjJNT_HINGE => 3,
        },
        qpos_address: u32::try_from(model.jnt_qposadr()[id]).unwrap_or(0),
        dof_address: u32::try_from(model.jnt_dofadr()[id]).unwrap_or(0),
        range: range[0],
        body: unsigned(model.jnt_bodyid()[id]),
    }
}

fn unsigned(id: i32) -> u32 {
    u32::try_from(id).unwrap_or(0)
}

/// What each control drives: those of one actuator drive the same.
fn drives(model: &MjModel) -> Vec<Drive> {
    let mut drives = vec![Drive::default(); model.actuator_ctrlrange().len()];
    let ranges = model.actuator_ctrladr().iter().zip(model.actuator_ctrlnum());
    for (id, (&first, &inputs)) in ranges.enumerate() {
        let output = usize::try_from(model.actuator_outadr()[id]).ok();
        let gear = output.and_then(|output| model.actuator_gear().get(output));
        let drive = Drive {
            gear: gear.map_or(1.0, |gear| gear[0]),
            kind: sort(model, id) as u32,
            transmission: model.actuator_trntype()[id] as u32,
            target: u32::try_from(model.actuator_trnid()[id][0]).unwrap_or(u32::MAX),
            group: unsigned(model.actuator_group()[id]),
        };
        slice_mut(&mut drives, first, inputs).fill(drive);
    }
    drives
}

/// Which of MJCF's shortcuts would have made this actuator (MuJoCo's `user_api.cc`, `mjs_setTo…`).
fn sort(model: &MjModel, id: usize) -> Drives {
    let [gain, bias] = [&model.actuator_gainprm()[id][..3], &model.actuator_biasprm()[id][..3]];
    let dynamics = &model.actuator_dyntype()[id];
    let fixed = model.actuator_gaintype()[id] == mjtGain::mjGAIN_FIXED;
    let affine = model.actuator_biastype()[id] == mjtBias::mjBIAS_AFFINE;
    let plain = model.actuator_biastype()[id] == mjtBias::mjBIAS_NONE;
    let still = *dynamics == mjtDyn::mjDYN_NONE;
    let filtered = [mjtDyn::mjDYN_FILTER, mjtDyn::mjDYN_FILTEREXACT].contains(dynamics);
    match dynamics {
        mjtDyn::mjDYN_MUSCLE => Drives::Muscle,
        mjtDyn::mjDYN_DCMOTOR => Drives::DcMotor,
        mjtDyn::mjDYN_INTEGRATOR if fixed && affine && bias[1] == -gain[0] => Drives::IntVelocity,
        _ if model.actuator_trntype()[id] == mjtTrn::mjTRN_BODY && still => Drives::Adhesion,
        _ if still && fixed && plain => Drives::Motor,
        _ if (still || filtered) && fixed && affine && gain[0] != 0.0 && bias[1] == -gain[0] => {
            Drives::Position
        }
        _ if still && fixed && affine && bias[1] == 0.0 && bias[2] == -gain[0] => Drives::Velocity,
        _ if still && model.actuator_gaintype()[id] == mjtGain::mjGAIN_AFFINE && plain => {
            Drives::Damper
        }
        _ if filtered && fixed && affine => Drives::Cylinder,
        _ => Drives::General,
    }
}

/// A tendon through space has a length; one of joints is the sum of what they are measured in.
fn tendon(model: &MjModel, id: usize) -> u32 {
    let (first, count) = (model.tendon_adr()[id], model.tendon_num()[id]);
    let kinds = slice(model.wrap_type(), first, count).iter();
    let mut kinds = kinds.zip(slice(model.wrap_objid(), first, count)).map(|(kind, joint)| {
        let joint = usize::try_from(*joint).ok().and_then(|id| model.jnt_type().get(id));
        match (kind, joint) {
            (mjtWrap::mjWRAP_JOINT, Some(mjtJoint::mjJNT_HINGE)) => 3,
            (mjtWrap::mjWRAP_JOINT, Some(mjtJoint::mjJNT_SLIDE)) => 2,
            (mjtWrap::mjWRAP_JOINT, _) => 0,
            _ => 2,
        }
    });
    let first = kinds.next().unwrap_or(0);
    if kinds.all(|kind| kind == first) { first } else { 0 }
}

fn groups(model: &MjModel) -> [[u32; GROUPS]; Grouped::ALL.len()] {
    Grouped::ALL.map(|sort| {
        let groups = match sort {
            Grouped::Geom => model.geom_group(),
            Grouped::Site => model.site_group(),
            Grouped::Joint => model.jnt_group(),
            Grouped::Tendon => model.tendon_group(),
            Grouped::Actuator => model.actuator_group(),
            Grouped::Flex => model.flex_group(),
            Grouped::Skin => model.skin_group(),
        };
        let mut counts = [0; GROUPS];
        for group in groups {
            // As MuJoCo: what is beyond the last is taken for the last.
            let group = usize::try_from(*group).unwrap_or(0).min(GROUPS - 1);
            counts[group] += 1;
        }
        counts
    })
}
