//! What a model consists of: names, ranges, addresses, and what drives what.

use bytemuck::{Pod, Zeroable};

use super::{
    assets::{MAX_ITEMS, MAX_VALUES, check, put_each, take_array, take_each},
    codec::{DecodeError, Reader, Writer},
    options::{GROUPS, Grouped, numbered},
};

/// Names and sizes of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelInfo {
    /// `<mujoco model="…">`.
    pub name: String,
    /// Length of `qpos`.
    pub nq: u32,
    /// Length of `qvel`.
    pub nv: u32,
    /// Number of actuators.
    pub nu: u32,
    /// Physics time step, s.
    pub timestep: f64,
    /// Body names in id order, the world first; empty where unnamed.
    pub bodies: Vec<String>,
    /// Joints in id order.
    pub joints: Vec<Joint>,
    /// Actuator names in id order.
    pub actuators: Vec<String>,
    /// Control ranges by actuator; `[-inf, inf]` where not limited.
    pub control_ranges: Vec<[f64; 2]>,
    /// Keyframe names in id order.
    pub keyframes: Vec<String>,
    /// Geoms in id order.
    pub geoms: Vec<Owned>,
    /// Sites in id order.
    pub sites: Vec<Owned>,
    /// Ids of the bodies that are mocap, in the order of `mocap_pos`.
    pub mocap: Vec<u32>,
    /// Sensors in id order.
    pub sensors: Vec<Sensor>,
    /// Parents of the bodies, in id order; the world is its own.
    pub parents: Vec<u32>,
    /// What each control drives, in the order of `actuators`.
    pub drives: Vec<Drive>,
    /// Tendon names in id order.
    pub tendons: Vec<String>,
    /// `mjtJoint` of what tendons in id order are measured as: 2 slide or 3 hinge; 0 where neither.
    pub tendon_kinds: Vec<u32>,
    /// `qpos` of the model's default pose.
    pub qpos0: Vec<f64>,
    /// How many things of each sort are in each group.
    pub groups: [[u32; GROUPS]; Grouped::ALL.len()],
}

/// What a control is and what it drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Drive {
    /// Scales what it does, 1 where it does not.
    pub gear: f64,
    /// What sort of actuator it belongs to, see [`Drives`].
    pub kind: u32,
    /// `mjtTrn`: 0 joint, 1 joint in the parent's frame, 3 tendon, 4 site, 5 body.
    pub transmission: u32,
    /// Id of the joint, tendon, site or body; `u32::MAX` where there is none.
    pub target: u32,
    /// Group of the actuator.
    pub group: u32,
}

numbered! {
    /// Sorts of actuators, named after MJCF's shortcuts where one would give the same.
    Drives:
    General = "general", Motor = "motor", Position = "position", Velocity = "velocity",
    IntVelocity = "intvelocity", Damper = "damper", Cylinder = "cylinder", Muscle = "muscle",
    Adhesion = "adhesion", DcMotor = "dcmotor",
}

/// Something that belongs to a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// Name, empty where unnamed.
    pub name: String,
    /// Body id.
    pub body: u32,
}

/// One sensor of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensor {
    /// Name, empty where unnamed.
    pub name: String,
    /// `mjtSensor`.
    pub kind: u32,
    /// First index in [`super::Snapshot::sensors`].
    pub address: u32,
    /// How many outputs it has.
    pub outputs: u32,
    /// `mjtObj` of what it is attached to, 0 where nothing is.
    pub object_kind: u32,
    /// Id of what it is attached to.
    pub object: u32,
}

/// One joint of the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joint {
    /// Name, empty where unnamed.
    pub name: String,
    /// `mjtJoint`: 0 free, 1 ball, 2 slide, 3 hinge.
    pub kind: u32,
    /// First index in `qpos`.
    pub qpos_address: u32,
    /// First index in `qvel`.
    pub dof_address: u32,
    /// Range, rad or m; `[-inf, inf]` where not limited.
    pub range: [f64; 2],
    /// Id of the body that it moves.
    pub body: u32,
}

impl ModelInfo {
    pub(super) fn encode(&self, w: &mut Writer) {
        w.put_str(&self.name);
        w.put(&[self.nq, self.nv, self.nu]);
        w.put_one(self.timestep);
        w.put_strs(&self.bodies);
        put_each(w, &self.joints, Joint::encode);
        w.put_strs(&self.actuators);
        w.put(&self.control_ranges);
        w.put_strs(&self.keyframes);
        put_each(w, &self.geoms, Owned::encode);
        put_each(w, &self.sites, Owned::encode);
        w.put(&self.mocap);
        put_each(w, &self.sensors, Sensor::encode);
        w.put(&self.parents);
        w.put(&self.drives);
        w.put_strs(&self.tendons);
        w.put(&self.tendon_kinds);
        w.put(&self.qpos0);
        w.put(&self.groups);
    }

    pub(super) fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = r.take_str("model name", 1024)?;
        let [nq, nv, nu] = take_array(r, "model sizes")?;
        Ok(Self {
            name,
            nq,
            nv,
            nu,
            timestep: r.take_one("timestep")?,
            bodies: r.take_strs("body names", MAX_ITEMS)?,
            joints: take_each(r, "joints", Joint::decode)?,
            actuators: r.take_strs("actuator names", MAX_ITEMS)?,
            control_ranges: r.take("control ranges", MAX_ITEMS)?,
            keyframes: r.take_strs("keyframe names", MAX_ITEMS)?,
            geoms: take_each(r, "geoms", Owned::decode)?,
            sites: take_each(r, "sites", Owned::decode)?,
            mocap: r.take("mocap bodies", MAX_ITEMS)?,
            sensors: take_each(r, "sensors", Sensor::decode)?,
            parents: r.take("parents of bodies", MAX_ITEMS)?,
            drives: r.take("drives", MAX_ITEMS)?,
            tendons: r.take_strs("tendon names", MAX_ITEMS)?,
            tendon_kinds: r.take("tendon kinds", MAX_ITEMS)?,
            qpos0: r.take("default pose", MAX_VALUES)?,
            groups: r
                .take("groups", Grouped::ALL.len())?
                .try_into()
                .map_err(|_| DecodeError::Truncated { section: "groups" })?,
        })
    }

    /// Outputs of all sensors.
    pub fn sensor_values(&self) -> usize {
        self.sensors.iter().map(|sensor| sensor.outputs as usize).sum()
    }

    pub(super) fn validate(&self) -> Result<(), DecodeError> {
        let bodies = self.bodies.len();
        let owners = self.geoms.iter().chain(&self.sites).map(|owned| owned.body);
        let known = owners.chain(self.mocap.iter().copied()).all(|body| (body as usize) < bodies);
        check(known, "body of a geom, site or mocap pose")?;
        let within = |body: &u32| (*body as usize) < bodies;
        check(self.parents.len() == bodies && self.parents.iter().all(within), "parent of a body")?;
        check(self.joints.iter().all(|joint| within(&joint.body)), "body of a joint")?;
        check(self.drives.len() == self.nu as usize, "drive count")?;
        check(self.qpos0.len() == self.nq as usize, "default pose")?;
        let values = self.sensor_values();
        let fits = |s: &Sensor| s.address as usize + s.outputs as usize <= values;
        check(self.sensors.iter().all(fits), "sensor address")?;
        let fits = |j: &Joint| {
            let end = |first: u32, count: u32| u64::from(first) + u64::from(count);
            end(j.qpos_address, j.positions()) <= self.nq.into()
                && end(j.dof_address, j.dofs()) <= self.nv.into()
        };
        check(self.joints.iter().all(fits), "joint address")
    }
}

impl Owned {
    fn encode(&self, w: &mut Writer) {
        w.put_str(&self.name);
        w.put_one(self.body);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { name: r.take_str("name", 1024)?, body: r.take_one("body id")? })
    }
}

impl Sensor {
    fn encode(&self, w: &mut Writer) {
        w.put_str(&self.name);
        w.put(&[self.kind, self.address, self.outputs, self.object_kind, self.object]);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = r.take_str("sensor name", 1024)?;
        let [kind, address, outputs, object_kind, object] = take_array(r, "sensor")?;
        Ok(Self { name, kind, address, outputs, object_kind, object })
    }
}

impl Joint {
    /// How many generalised positions it has.
    pub fn positions(&self) -> u32 {
        match self.kind {
            0 => 7,
            1 => 4,
            _ => 1,
        }
    }

    /// How many degrees of freedom it has.
    pub fn dofs(&self) -> u32 {
        match self.kind {
            0 => 6,
            1 => 3,
            _ => 1,
        }
    }

    fn encode(&self, w: &mut Writer) {
        w.put_str(&self.name);
        w.put(&[self.kind, self.qpos_address, self.dof_address, self.body]);
        w.put_one(self.range);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = r.take_str("joint name", 1024)?;
        let [kind, qpos_address, dof_address, body] = take_array(r, "joint")?;
        let range = r.take_one("joint range")?;
        Ok(Self { name, kind, qpos_address, dof_address, range, body })
    }
}
