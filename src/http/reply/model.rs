//! Replies about what a model consists of.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    peer::wire::{FlagsState, OptionsState},
    render,
    scene::{
        Drive, Drives, ModelInfo,
        options::{GROUPS, Grouped},
    },
    session::Status,
};

/// What a model consists of. Ids are places in the lists; what has no name has an empty one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// `<mujoco model="…">`.
    name: String,
    /// How many there are of what.
    sizes: Sizes,
    /// Bodies in id order, the world first.
    bodies: Vec<Body>,
    /// Joints in id order.
    joints: Vec<Joint>,
    /// One for each control, in the order of `ctrl`.
    actuators: Vec<Actuator>,
    /// Sensors in id order.
    sensors: Vec<Sensor>,
    /// Names of keyframes: the model's, then those that were saved. A place is an index.
    keyframes: Vec<String>,
    /// How many of the keyframes are the model's.
    own_keyframes: usize,
    /// Names of the model's cameras in id order.
    cameras: Vec<String>,
    /// How many things are in each group, by sort, from group 0 on.
    groups: BTreeMap<&'static str, [u32; GROUPS]>,
    /// `qpos` of the model's default pose.
    qpos0: Vec<f64>,
    /// How it is computed now.
    options: OptionsState,
    /// What is shown now, in pictures that are drawn as by default.
    flags: FlagsState,
}

/// Sizes of a model.
#[derive(Debug, Serialize, ToSchema)]
struct Sizes {
    /// Generalised positions.
    nq: u32,
    /// Degrees of freedom.
    nv: u32,
    /// Controls.
    nu: u32,
    /// Bodies with the world.
    nbody: usize,
    /// Joints.
    njnt: usize,
    /// Geoms.
    ngeom: usize,
    /// Sites.
    nsite: usize,
    /// Tendons.
    ntendon: usize,
    /// Outputs of all sensors.
    nsensordata: usize,
    /// Mocap bodies.
    nmocap: usize,
}

/// A body.
#[derive(Debug, Serialize, ToSchema)]
struct Body {
    /// Its name.
    name: String,
    /// Id of the body that it hangs on; the world's is its own.
    parent: u32,
}

/// A joint.
#[derive(Debug, Serialize, ToSchema)]
struct Joint {
    /// Its name.
    name: String,
    /// `free`, `ball`, `slide` or `hinge`.
    kind: &'static str,
    /// Id of the body that it moves.
    body: u32,
    /// First index in `qpos`.
    qpos: u32,
    /// First index in `qvel`.
    dof: u32,
    /// Least and most, in `unit`; `null` is no limit.
    #[schema(min_items = 2, max_items = 2)]
    range: [Option<f64>; 2],
    /// `rad`, `m`, or empty where it has several numbers.
    unit: &'static str,
}

/// A control of an actuator.
#[derive(Debug, Serialize, ToSchema)]
struct Actuator {
    /// The actuator's name, with the control's where it has several.
    name: String,
    /// `motor`, `position`, `velocity`, `intvelocity`, `damper`, `cylinder`, `muscle`, `adhesion`,
    /// `dcmotor` or `general`.
    kind: &'static str,
    /// What it drives: `joint`, `tendon`, `site`, `body`, `crank` or `none`.
    drives: &'static str,
    /// Name of what it drives.
    target: String,
    /// Id of what it drives.
    #[schema(required = true)]
    target_id: Option<u32>,
    /// Least and most, in `unit`; `null` is no limit.
    #[schema(min_items = 2, max_items = 2)]
    range: [Option<f64>; 2],
    /// Of the control, as far as the kind of actuator tells: `rad`, `N·m` and so on, or empty.
    unit: &'static str,
    /// What the transmission multiplies by.
    gear: f64,
    /// Group of the actuator.
    group: u32,
}

/// A sensor.
#[derive(Debug, Serialize, ToSchema)]
struct Sensor {
    /// Its name.
    name: String,
    /// Its kind, as MJCF names it.
    kind: &'static str,
    /// First index in `sensors` of a state message.
    address: u32,
    /// How many outputs it has.
    dim: u32,
    /// Of the outputs, or empty.
    unit: &'static str,
}

impl Model {
    /// The model of a session, with the names of its keyframes.
    pub fn new(status: &Status, keyframes: Vec<String>, drawn: &render::Settings) -> Self {
        let (assets, snapshot) = (&status.assets, &status.snapshot);
        let model = &assets.model;
        let bodies = model.bodies.iter().zip(&model.parents);
        let controls = model.actuators.iter().zip(&model.drives).zip(&model.control_ranges);
        Self {
            name: model.name.clone(),
            sizes: sizes(model),
            bodies: bodies
                .map(|(name, parent)| Body { name: name.clone(), parent: *parent })
                .collect(),
            joints: model.joints.iter().map(joint).collect(),
            actuators: controls
                .map(|((name, drive), range)| actuator(model, name, drive, *range))
                .collect(),
            sensors: model.sensors.iter().map(|it| sensor(model, it)).collect(),
            own_keyframes: model.keyframes.len(),
            keyframes,
            cameras: assets.cameras.iter().map(|camera| camera.name.clone()).collect(),
            groups: Grouped::NAMES.into_iter().zip(model.groups).collect(),
            qpos0: model.qpos0.clone(),
            options: (&snapshot.mechanics).into(),
            flags: FlagsState::new(&status.shown, drawn),
        }
    }
}

fn sizes(model: &ModelInfo) -> Sizes {
    Sizes {
        nq: model.nq,
        nv: model.nv,
        nu: model.nu,
        nbody: model.bodies.len(),
        njnt: model.joints.len(),
        ngeom: model.geoms.len(),
        nsite: model.sites.len(),
        ntendon: model.tendons.len(),
        nsensordata: model.sensor_values(),
        nmocap: model.mocap.len(),
    }
}

fn limits(range: [f64; 2]) -> [Option<f64>; 2] {
    range.map(|limit| limit.is_finite().then_some(limit))
}

fn joint(joint: &crate::scene::Joint) -> Joint {
    let (kind, unit) = match joint.kind {
        0 => ("free", ""),
        1 => ("ball", ""),
        2 => ("slide", "m"),
        _ => ("hinge", "rad"),
    };
    Joint {
        name: joint.name.clone(),
        kind,
        body: joint.body,
        qpos: joint.qpos_address,
        dof: joint.dof_address,
        range: limits(joint.range),
        unit,
    }
}

fn actuator(model: &ModelInfo, name: &str, drive: &Drive, range: [f64; 2]) -> Actuator {
    let at = drive.target as usize;
    let (drives, target) = match drive.transmission {
        0 | 1 => ("joint", model.joints.get(at).map(|joint| &joint.name)),
        2 => ("crank", model.sites.get(at).map(|site| &site.name)),
        3 => ("tendon", model.tendons.get(at)),
        4 | 6 => ("site", model.sites.get(at).map(|site| &site.name)),
        5 => ("body", model.bodies.get(at)),
        _ => ("none", None),
    };
    let kind = Drives::ALL.get(drive.kind as usize).copied().unwrap_or(Drives::General);
    Actuator {
        name: name.to_owned(),
        kind: kind.name(),
        drives,
        target: target.cloned().unwrap_or_default(),
        target_id: (drive.target != u32::MAX).then_some(drive.target),
        range: limits(range),
        unit: unit(model, drive, kind),
        gear: drive.gear,
        group: drive.group,
    }
}

/// What a control is measured in. A gear makes another unit of a length, but not of a force, which
/// it multiplies.
fn unit(model: &ModelInfo, drive: &Drive, kind: Drives) -> &'static str {
    let at = drive.target as usize;
    let moved = match drive.transmission {
        0 | 1 => model.joints.get(at).map(|joint| joint.kind),
        2 => Some(2),
        3 => model.tendon_kinds.get(at).copied(),
        _ => None,
    };
    let [length, speed, force] = match moved {
        Some(3) => ["rad", "rad/s", "N·m"],
        Some(2) => ["m", "m/s", "N"],
        _ => return "",
    };
    match kind {
        Drives::Motor => force,
        Drives::Position if drive.gear == 1.0 => length,
        Drives::Velocity | Drives::IntVelocity if drive.gear == 1.0 => speed,
        Drives::DcMotor => "V",
        _ => "",
    }
}

fn sensor(model: &ModelInfo, sensor: &crate::scene::Sensor) -> Sensor {
    let (kind, unit) = SENSORS.get(sensor.kind as usize).copied().unwrap_or(("unknown", ""));
    let at = sensor.object as usize;
    // `mjOBJ_JOINT` and `mjOBJ_TENDON`; other things are measured as they are listed.
    let moved = match sensor.object_kind {
        3 => model.joints.get(at).map(|joint| joint.kind),
        18 => model.tendon_kinds.get(at).copied(),
        _ => Some(3),
    };
    let unit = match (unit, moved) {
        ("rad", Some(2)) => "m",
        ("rad/s", Some(2)) => "m/s",
        ("N·m", Some(2)) => "N",
        ("rad" | "rad/s" | "N·m", Some(0)) => "",
        (unit, _) => unit,
    };
    Sensor { name: sensor.name.clone(), kind, address: sensor.address, dim: sensor.outputs, unit }
}

/// Names and units by `mjtSensor`; those of joints and tendons are a hinge's.
const SENSORS: [(&str, &str); 49] = [
    ("touch", "N"),
    ("accelerometer", "m/s²"),
    ("velocimeter", "m/s"),
    ("gyro", "rad/s"),
    ("force", "N"),
    ("torque", "N·m"),
    ("magnetometer", "T"),
    ("rangefinder", "m"),
    ("camprojection", "px"),
    ("jointpos", "rad"),
    ("jointvel", "rad/s"),
    ("tendonpos", "rad"),
    ("tendonvel", "rad/s"),
    ("actuatorpos", ""),
    ("actuatorvel", ""),
    ("actuatorfrc", ""),
    ("jointactuatorfrc", "N·m"),
    ("tendonactuatorfrc", "N·m"),
    ("ballquat", ""),
    ("ballangvel", "rad/s"),
    ("jointlimitpos", "rad"),
    ("jointlimitvel", "rad/s"),
    ("jointlimitfrc", "N·m"),
    ("tendonlimitpos", "rad"),
    ("tendonlimitvel", "rad/s"),
    ("tendonlimitfrc", "N·m"),
    ("framepos", "m"),
    ("framequat", ""),
    ("framexaxis", ""),
    ("frameyaxis", ""),
    ("framezaxis", ""),
    ("framelinvel", "m/s"),
    ("frameangvel", "rad/s"),
    ("framelinacc", "m/s²"),
    ("frameangacc", "rad/s²"),
    ("subtreecom", "m"),
    ("subtreelinvel", "m/s"),
    ("subtreeangmom", "N·m·s"),
    ("insidesite", ""),
    ("distance", "m"),
    ("normal", ""),
    ("fromto", "m"),
    ("contact", ""),
    ("e_potential", "J"),
    ("e_kinetic", "J"),
    ("clock", "s"),
    ("tactile", ""),
    ("plugin", ""),
    ("user", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Joint as Source;

    fn unit_of(kind: Drives, joint: u32, gear: f64) -> &'static str {
        let model = ModelInfo {
            joints: vec![Source { kind: joint, ..Source::default() }],
            ..ModelInfo::default()
        };
        unit(&model, &Drive { gear, kind: kind as u32, ..Drive::default() }, kind)
    }

    #[test]
    fn a_control_has_the_unit_of_what_it_sets() {
        assert_eq!(unit_of(Drives::Motor, 3, 150.0), "N·m");
        assert_eq!(unit_of(Drives::Motor, 2, 1.0), "N");
        assert_eq!(unit_of(Drives::Position, 3, 1.0), "rad");
        assert_eq!(unit_of(Drives::Velocity, 2, 1.0), "m/s");
        assert_eq!(unit_of(Drives::Position, 3, 2.0), "", "radians of what is geared");
        assert_eq!(unit_of(Drives::Muscle, 3, 1.0), "");
        assert_eq!(unit_of(Drives::Motor, 0, 1.0), "", "a free joint has six numbers");
        let model = ModelInfo { tendon_kinds: vec![3, 2, 0], ..ModelInfo::default() };
        let of_tendon = |target| {
            let drive = Drive { gear: 1.0, transmission: 3, target, ..Drive::default() };
            unit(&model, &drive, Drives::Position)
        };
        assert_eq!([0, 1, 2, 3].map(of_tendon), ["rad", "m", "", ""]);
    }
}
