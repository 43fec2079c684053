//! `/api/stats` and what else tells of a session's state, in the guide's shape.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::reply::Encoder;
use crate::{
    encode,
    session::{self, Overview, Status, StreamStatus},
};

/// What a session said when it was asked for its status.
type Answer<'a> = Result<Option<&'a Status>, &'a session::Error>;

/// What the daemon has done, and what a session is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stats {
    /// Viewers connected now, of all sessions.
    clients_connected: u64,
    /// Viewers connected since the start.
    total_connections: u64,
    /// Frames handed to viewers since the start.
    frames_sent: u64,
    /// Events from viewers since the start.
    events_received: u64,
    /// How often a lost drawing device has been replaced.
    device_rebuilds: u64,
    /// The session's simulation.
    simulation_state: SimulationState,
    /// The session's running streams.
    streams: Vec<StreamStats>,
}

/// A simulation, as far as there is one: what needs a scene is `null` before the first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulationState {
    /// Time and bodies.
    #[schema(required = true)]
    simulation: Option<Simulation>,
    /// The first viewer's free camera, or the one that a new viewer would get.
    #[schema(required = true)]
    camera: Option<CameraStats>,
    /// The model.
    mujoco: Mujoco,
}

/// Time and bodies of a simulation.
#[derive(Debug, Serialize, ToSchema)]
struct Simulation {
    /// Simulated time, s.
    time: f64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
    /// Whether time runs.
    is_running: bool,
    /// Whether time stands.
    is_paused: bool,
    /// Asked-for simulated seconds per wall second; `null`: as fast as it goes.
    #[schema(value_type = Option<f64>, required = true)]
    speed: f64,
    /// Achieved simulated seconds per wall second.
    real_time_factor: f64,
    /// Bodies by name; one without a name is called `body_` and its id.
    objects: IndexMap<String, Object>,
}

/// A body.
#[derive(Debug, Serialize, ToSchema)]
struct Object {
    /// Always `body`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// m, world.
    #[schema(min_items = 3, max_items = 3)]
    position: [f64; 3],
    /// Its id in the model.
    id: usize,
}

/// A free camera.
#[derive(Debug, Serialize, ToSchema)]
struct CameraStats {
    /// From the eye to `target`, m.
    distance: f64,
    /// Degrees about world z; 0 looks along +x.
    azimuth: f64,
    /// Degrees above the horizon; negative looks down.
    elevation: f64,
    /// The point looked at, m, world.
    #[schema(min_items = 3, max_items = 3)]
    target: [f64; 3],
    /// Vertical field of view, degrees; m where it is orthographic.
    fov: f64,
    /// Where the eye is, m, world.
    #[schema(min_items = 3, max_items = 3)]
    position: [f64; 3],
}

/// A model, and whether it can be drawn.
#[derive(Debug, Serialize, ToSchema)]
struct Mujoco {
    /// Whether there is a simulation.
    initialized: bool,
    /// Why there is none, or why none can be shown.
    #[schema(required = true)]
    initialization_error: Option<String>,
    /// `<mujoco model="…">`.
    #[schema(required = true)]
    model_name: Option<String>,
    /// Number of bodies, the world among them.
    #[schema(required = true)]
    nbody: Option<usize>,
    /// Length of `qpos`.
    #[schema(required = true)]
    nq: Option<u32>,
    /// Length of `qvel`.
    #[schema(required = true)]
    nv: Option<u32>,
    /// Number of actuators.
    #[schema(required = true)]
    nu: Option<u32>,
    /// Physics time step, s.
    #[schema(required = true)]
    timestep: Option<f64>,
    /// Whether pictures can be drawn now.
    renderer_available: bool,
}

/// A running stream.
#[derive(Debug, Serialize, ToSchema)]
struct StreamStats {
    id: String,
    /// Width of its pictures, px.
    width: u32,
    /// Height of its pictures, px.
    height: u32,
    /// Ids of those who watch it.
    viewers: Vec<String>,
    /// The profile where it is coded in H.264: `main`, or `constrained-baseline` for viewers who take
    /// no other.
    profile: &'static str,
    /// What encoded its last frame; `null` before the first.
    #[schema(required = true)]
    encoder: Option<Encoder>,
    /// Bytes of its pictures that the host has read since its device or encoder changed: 0 where
    /// the encoder reads what the GPU draws.
    host_bytes: u64,
    /// Frames per second that left the encoder.
    fps: f64,
    /// The bit rate asked of it, which the viewers' paths carry, kbit/s.
    target_kbps: u32,
    /// Their bit rate, kbit/s.
    bitrate_kbps: u32,
    /// Drawing one, ms: the median of the recent ones.
    render_ms: f64,
    /// The same, 95th percentile.
    render_ms_p95: f64,
    /// Encoding one, ms: the median of the recent ones.
    encode_ms: f64,
    /// The same, 95th percentile.
    encode_ms_p95: f64,
    /// Frames since the stream began.
    frames: u64,
    /// Pictures that the encoder skipped since then.
    skipped: u64,
}

impl Stats {
    /// The whole reply.
    pub fn new(overview: &Overview, status: Answer<'_>) -> Self {
        let streams = status.ok().flatten().map(|status| &status.streams[..]);
        Self {
            clients_connected: overview.viewers,
            total_connections: overview.total_connections,
            frames_sent: overview.frames_sent,
            events_received: overview.events_received,
            device_rebuilds: overview.rebuilds,
            simulation_state: SimulationState::new(overview, status),
            streams: streams.unwrap_or_default().iter().map(StreamStats::from).collect(),
        }
    }
}

impl SimulationState {
    /// What of it exists before the first scene, too.
    pub fn new(overview: &Overview, status: Answer<'_>) -> Self {
        let failure = match status {
            Err(error) => Some(error.to_string()),
            Ok(Some(_)) => None,
            Ok(None) => overview.reasons.first().cloned(),
        };
        let status = status.ok().flatten();
        let model = status.map(|status| &status.assets.model);
        Self {
            simulation: status.map(Simulation::from),
            camera: status.map(CameraStats::from),
            mujoco: Mujoco {
                initialized: status.is_some(),
                initialization_error: failure,
                model_name: model.map(|model| model.name.clone()),
                nbody: model.map(|model| model.bodies.len()),
                nq: model.map(|model| model.nq),
                nv: model.map(|model| model.nv),
                nu: model.map(|model| model.nu),
                timestep: model.map(|model| model.timestep),
                renderer_available: overview.can_draw,
            },
        }
    }
}

impl From<&Status> for Simulation {
    fn from(status: &Status) -> Self {
        let snapshot = &status.snapshot;
        Self {
            time: snapshot.time,
            step_count: snapshot.steps,
            is_running: !snapshot.paused,
            is_paused: snapshot.paused,
            speed: snapshot.speed,
            real_time_factor: snapshot.real_time_factor,
            objects: objects(status),
        }
    }
}

fn objects(status: &Status) -> IndexMap<String, Object> {
    let mut objects = IndexMap::new();
    let bodies = status.assets.model.bodies.iter().zip(&status.snapshot.bodies);
    for (id, (name, &position)) in bodies.enumerate() {
        let name = if name.is_empty() { format!("body_{id}") } else { name.clone() };
        // A named body wins over an unnamed one that happens to be called the same here.
        objects.entry(name).or_insert(Object { kind: "body", position, id });
    }
    objects
}

impl From<&Status> for CameraStats {
    fn from(status: &Status) -> Self {
        let camera = &status.camera;
        Self {
            distance: camera.distance,
            azimuth: camera.azimuth,
            elevation: camera.elevation,
            target: camera.lookat,
            fov: camera.fovy,
            position: status.eye.position.map(f64::from),
        }
    }
}

impl From<&StreamStatus> for StreamStats {
    fn from(stream: &StreamStatus) -> Self {
        let figures = &stream.figures.summary;
        Self {
            id: stream.id.to_string(),
            width: stream.size.width(),
            height: stream.size.height(),
            viewers: stream.viewers.iter().map(ToString::to_string).collect(),
            profile: match stream.formats.profile {
                encode::Profile::Main => "main",
                encode::Profile::ConstrainedBaseline => "constrained-baseline",
            },
            encoder: stream.figures.encoder.as_ref().map(Encoder::from),
            host_bytes: stream.figures.host_bytes,
            fps: rounded(figures.fps),
            target_kbps: stream.bitrate.as_bps() / 1000,
            bitrate_kbps: figures.bitrate.as_bps() / 1000,
            render_ms: rounded(figures.render_ms),
            render_ms_p95: rounded(figures.render_ms_p95),
            encode_ms: rounded(figures.encode_ms),
            encode_ms_p95: rounded(figures.encode_ms_p95),
            frames: figures.frames,
            skipped: figures.skipped,
        }
    }
}

/// To a thousandth: more digits than that are noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
