//! Replies about a simulation: its state by names, its controls, keyframes, history and cameras.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    scene::{Assets, Pose, Snapshot, camera::FreeCamera},
    session::{self, Author, Glance, Mark as Kept},
};

/// A number, or those of a joint or sensor that has several.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Numbers {
    /// The only one.
    One(f64),
    /// All of them.
    Many(Vec<f64>),
}

impl Numbers {
    /// The numbers.
    pub fn into_vec(self) -> Vec<f64> {
        match self {
            Self::One(number) => vec![number],
            Self::Many(numbers) => numbers,
        }
    }

    /// `count` of `values` from `first` on.
    fn part(values: &[f64], first: u32, count: u32) -> Self {
        let first = first as usize;
        match values.get(first..first + count as usize).unwrap_or_default() {
            [one] => Self::One(*one),
            several => Self::Many(several.to_vec()),
        }
    }
}

/// The state of a simulation by names. What has no name stands under its index. Positions are in
/// m, world; orientations are unit quaternions, w first; angles of joints are in rad.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedState {
    /// Place in the history: steps taken along this timeline; only seeking takes it back.
    tick: u64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
    /// Simulated time, s.
    time: f64,
    /// Whether time stands.
    paused: bool,
    /// Positions by joint: one number, 4 of a ball joint, 7 of a free joint.
    qpos: IndexMap<String, Numbers>,
    /// Velocities by joint: one number, 3 of a ball joint, 6 of a free joint.
    qvel: IndexMap<String, Numbers>,
    /// Activations of actuators that have any, as `mjData.act`.
    act: Vec<f64>,
    /// Controls by actuator.
    ctrl: IndexMap<String, f64>,
    /// Outputs by sensor.
    sensors: IndexMap<String, Numbers>,
    /// Where mocap bodies are to be, by body.
    mocap: IndexMap<String, BodyPose>,
    /// Where bodies are.
    bodies: IndexMap<String, BodyPose>,
    /// What touches.
    contacts: Contacts,
    /// Name of the selected body.
    #[schema(required = true)]
    selected: Option<String>,
}

/// Where a body is.
#[derive(Debug, Serialize, ToSchema)]
struct BodyPose {
    /// m, world.
    #[schema(min_items = 3, max_items = 3)]
    position: [f64; 3],
    /// Unit quaternion, w first.
    #[schema(min_items = 4, max_items = 4)]
    orientation: [f64; 4],
}

impl From<&Pose> for BodyPose {
    fn from(pose: &Pose) -> Self {
        Self { position: pose.position, orientation: pose.orientation }
    }
}

/// What touches.
#[derive(Debug, Serialize, ToSchema)]
struct Contacts {
    /// How many there are.
    count: u64,
    /// The first of them, at most 256.
    list: Vec<Contact>,
}

/// Two geoms that touch.
#[derive(Debug, Serialize, ToSchema)]
struct Contact {
    /// The geoms; `null` where a flex touches.
    #[schema(min_items = 2, max_items = 2)]
    geoms: [Option<NameOrId>; 2],
    /// m; negative where they overlap.
    distance: f64,
    /// Midpoint, m, world.
    #[schema(min_items = 3, max_items = 3)]
    position: [f64; 3],
    /// Unit normal, world, from the first geom to the second.
    #[schema(min_items = 3, max_items = 3)]
    normal: [f64; 3],
    /// Force on the second geom, N, world.
    #[schema(min_items = 3, max_items = 3)]
    force: [f64; 3],
}

/// A name, or the id of what has none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum NameOrId {
    /// Its name.
    Name(String),
    /// Its id in the model.
    Id(i32),
}

impl NamedState {
    /// The state that `snapshot` has.
    pub fn new(assets: &Assets, snapshot: &Snapshot) -> Self {
        let model = &assets.model;
        let joints = || (0..).zip(&model.joints);
        let qpos = joints().map(|(at, joint)| {
            let part = Numbers::part(&snapshot.qpos, joint.qpos_address, joint.positions());
            (key(at, &joint.name), part)
        });
        let qvel = joints().map(|(at, joint)| {
            let part = Numbers::part(&snapshot.qvel, joint.dof_address, joint.dofs());
            (key(at, &joint.name), part)
        });
        let ctrl = (0..).zip(&model.actuators).zip(&snapshot.ctrl);
        let sensors = (0..).zip(&model.sensors).map(|(at, sensor)| {
            let part = Numbers::part(&snapshot.sensors, sensor.address, sensor.outputs);
            (key(at, &sensor.name), part)
        });
        let mocap = (0..).zip(&model.mocap).zip(&snapshot.mocap).map(|((at, body), pose)| {
            let name = model.bodies.get(*body as usize).map_or("", String::as_str);
            (key(at, name), pose.into())
        });
        let poses = snapshot.bodies.iter().zip(&snapshot.orientations);
        let bodies = (0..).zip(&model.bodies).zip(poses).map(|((at, name), pose)| {
            let (&position, &orientation) = pose;
            (key(at, name), BodyPose { position, orientation })
        });
        let selected = snapshot.perturb.body();
        Self {
            tick: snapshot.tick,
            step_count: snapshot.steps,
            time: snapshot.time,
            paused: snapshot.paused,
            qpos: qpos.collect(),
            qvel: qvel.collect(),
            act: snapshot.act.clone(),
            ctrl: ctrl.map(|((at, name), value)| (key(at, name), *value)).collect(),
            sensors: sensors.collect(),
            mocap: mocap.collect(),
            bodies: bodies.collect(),
            contacts: contacts(assets, snapshot),
            selected: selected.and_then(|body| model.bodies.get(body as usize).cloned()),
        }
    }
}

fn key(at: usize, name: &str) -> String {
    if name.is_empty() { at.to_string() } else { name.to_owned() }
}

fn contacts(assets: &Assets, snapshot: &Snapshot) -> Contacts {
    let geom = |id: i32| {
        let found = usize::try_from(id).ok().and_then(|id| assets.model.geoms.get(id));
        found.map(|geom| match geom.name.is_empty() {
            true => NameOrId::Id(id),
            false => NameOrId::Name(geom.name.clone()),
        })
    };
    let list = snapshot.contacts.iter().map(|contact| Contact {
        geoms: contact.geoms.map(geom),
        distance: contact.distance,
        position: contact.position,
        normal: contact.normal,
        force: contact.force,
    });
    Contacts { count: snapshot.contact_count, list: list.collect() }
}

/// A full state, for the same model only.
#[derive(Debug, Serialize, ToSchema)]
pub struct Integration {
    /// Place in the history: steps taken along this timeline; only seeking takes it back.
    tick: u64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
    /// Simulated time, s.
    time: f64,
    /// MuJoCo's `mjSTATE_INTEGRATION`.
    state: Vec<f64>,
}

impl From<&Snapshot> for Integration {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            tick: snapshot.tick,
            step_count: snapshot.steps,
            time: snapshot.time,
            state: snapshot.integration.clone(),
        }
    }
}

/// The controls of a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controls {
    /// By actuator; one without a name stands under its index.
    ctrl: IndexMap<String, Control>,
}

/// A control.
#[derive(Debug, Serialize, ToSchema)]
struct Control {
    /// What it is set to.
    value: f64,
    /// Least and most; `null` is no limit.
    #[schema(min_items = 2, max_items = 2)]
    range: [Option<f64>; 2],
}

/// The controls at a moment, with their ranges.
pub fn controls(assets: &Assets, snapshot: &Snapshot) -> Controls {
    let model = &assets.model;
    let each = (0..).zip(&model.actuators).zip(&snapshot.ctrl).zip(&model.control_ranges);
    let controls = each.map(|(((at, name), &value), range)| {
        let range = range.map(|limit| limit.is_finite().then_some(limit));
        (key(at, name), Control { value, range })
    });
    Controls { ctrl: controls.collect() }
}

/// The keyframes that can be loaded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keyframes {
    /// Their names: the model's, then those that were saved. A place in the list is an index.
    pub keyframes: Vec<String>,
}

/// A keyframe that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keyframe {
    /// Its name.
    pub name: String,
}

/// Where a simulation is after it was sent elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moment {
    /// Place in the history: steps taken along this timeline; only seeking takes it back.
    tick: u64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
    /// Simulated time, s.
    time: f64,
    /// Whether time stands.
    paused: bool,
}

impl From<&Snapshot> for Moment {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            tick: snapshot.tick,
            step_count: snapshot.steps,
            time: snapshot.time,
            paused: snapshot.paused,
        }
    }
}

/// An act of an agent that was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    /// What it was, in words.
    #[schema(example = "sim_step 100")]
    act: String,
    /// The name of the agent.
    #[schema(required = true)]
    agent: Option<String>,
    /// Whether it, or an act after it, had loaded another scene.
    scene: bool,
    /// Simulated time, s.
    time: f64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
}

impl Undone {
    /// What was taken back, and where the simulation is now.
    pub fn new(undone: session::Undone, now: &Glance) -> Self {
        let agent = match undone.by {
            Author::Agent(name) => Some(name.as_str().to_owned()),
            Author::Program | Author::Viewer(_) => None,
        };
        let (act, scene) = (undone.act, undone.scene);
        Self { act, agent, scene, time: now.time, step_count: now.steps }
    }
}

/// What can be gone back to: every step from `first` to `last`.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The earliest step.
    first: Mark,
    /// The latest step.
    last: Mark,
    /// The step that is shown, where it is not the latest.
    #[schema(required = true)]
    cursor: Option<u64>,
    /// Physics time step, s.
    timestep: f64,
    /// Full states kept; steps between them are computed anew.
    moments: usize,
    /// Changes kept: what was done, and at which step.
    changes: usize,
    /// Memory that all of it takes, about, bytes.
    bytes: usize,
}

/// A step of the history.
#[derive(Debug, Serialize, ToSchema)]
struct Mark {
    /// Steps taken along this timeline.
    tick: u64,
    /// Simulated time, s.
    time: f64,
}

impl From<&Kept> for Mark {
    fn from(mark: &Kept) -> Self {
        Self { tick: mark.tick, time: mark.time }
    }
}

impl From<&session::History> for History {
    fn from(history: &session::History) -> Self {
        let range = &history.range;
        Self {
            first: (&range.first).into(),
            last: (&range.last).into(),
            cursor: range.cursor,
            timestep: history.timestep,
            moments: range.moments,
            changes: range.changes,
            bytes: range.bytes,
        }
    }
}

/// The cameras of a scene.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cameras {
    /// Simulated time of the poses, s.
    time: f64,
    /// The model's cameras.
    cameras: Vec<Camera>,
    /// The free camera, as it begins with this model.
    free: Free,
}

/// A camera of the model.
#[derive(Debug, Serialize, ToSchema)]
struct Camera {
    /// Its name; empty where it has none.
    name: String,
    /// Its place in the model; it may stand for the name.
    id: usize,
    /// Vertical field of view, degrees; m where it is orthographic.
    fovy: f64,
    /// Whether it is orthographic.
    orthographic: bool,
    /// m, world.
    #[schema(min_items = 3, max_items = 3)]
    position: [f64; 3],
    /// Row-major 3×3, `world_from_camera`; it looks along −z with y up.
    #[schema(min_items = 9, max_items = 9)]
    rotation: [f64; 9],
}

/// The free camera.
#[derive(Debug, Serialize, ToSchema)]
struct Free {
    /// Degrees about world z; 0 looks along +x.
    azimuth: f64,
    /// Degrees above the horizon; negative looks down.
    elevation: f64,
    /// From the eye to `lookat`, m.
    distance: f64,
    /// The point looked at, m, world.
    #[schema(min_items = 3, max_items = 3)]
    lookat: [f64; 3],
    /// Vertical field of view, degrees; m where it is orthographic.
    fovy: f64,
    /// Whether it is orthographic.
    orthographic: bool,
}

/// The cameras of a scene at a moment.
pub fn cameras(assets: &Assets, snapshot: &Snapshot) -> Cameras {
    let poses = assets.cameras.iter().zip(&snapshot.cameras).enumerate();
    let cameras = poses.map(|(id, (camera, pose))| Camera {
        name: camera.name.clone(),
        id,
        fovy: camera.fovy,
        orthographic: camera.orthographic,
        position: pose.position,
        rotation: pose.rotation,
    });
    let free = FreeCamera::initial(&assets.visual);
    Cameras {
        time: snapshot.time,
        cameras: cameras.collect(),
        free: Free {
            azimuth: free.azimuth,
            elevation: free.elevation,
            distance: free.distance,
            lookat: free.lookat,
            fovy: free.fovy,
            orthographic: free.orthographic,
        },
    }
}
