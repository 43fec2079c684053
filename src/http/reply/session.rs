//! Replies about sessions, what was done in them, and who is there.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::Context;
use crate::{
    session::{Company, Glance, Handle, Name, Phase, Via},
    units::rfc3339,
};

/// All sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    /// Each of them, `default` among them.
    pub sessions: Vec<Session>,
    /// How many there may be.
    pub max_sessions: usize,
}

/// A session: a simulation with its scene, its viewers, its history and its recordings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Url-safe; it says which node made the session.
    #[schema(example = "default")]
    id: String,
    /// What people call it.
    #[schema(required = true)]
    name: Option<String>,
    /// When it was created, RFC 3339.
    created: String,
    /// The node that has it.
    node: String,
    /// Where it stands.
    state: Standing,
    /// `<mujoco model="…">` of its scene.
    #[schema(required = true)]
    model_name: Option<String>,
    /// Viewers, connected or about to.
    viewers: usize,
    /// Running streams; viewers who see the same share one.
    streams: usize,
    /// Simulated time, s.
    time: f64,
    /// Asked-for simulated seconds per wall second; `null`: as fast as it goes.
    #[schema(value_type = Option<f64>, required = true)]
    speed: f64,
    /// Achieved simulated seconds per wall second.
    real_time_factor: f64,
    /// What it is allowed.
    limits: SessionLimits,
    /// Seconds without use after which it is paused; 0: never.
    idle_pause_s: u64,
    /// Seconds without use after which it ends; 0: never.
    expire_s: u64,
    /// Paths of what is below it.
    links: Links,
    /// When it ends if nobody comes, RFC 3339; missing where nothing has been counted yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<String>,
    /// Why it has no simulation; missing unless `state` is `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<String>,
}

/// What a session is allowed.
#[derive(Debug, Serialize, ToSchema)]
struct SessionLimits {
    /// Most viewers.
    viewers: usize,
}

/// Where a session stands: `empty` before its first scene; `loading` while that is loaded or its
/// process is replaced; `running` or `paused`; `failed` when only a new scene helps.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Standing {
    /// No scene yet.
    Empty,
    /// A scene is being loaded, or its process is being replaced.
    Loading,
    /// Time runs.
    Running,
    /// Time stands.
    Paused,
    /// It has no simulation, and gets none without a new scene.
    Failed,
}

impl From<Phase> for Standing {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Empty => Self::Empty,
            Phase::Loading => Self::Loading,
            Phase::Running => Self::Running,
            Phase::Paused => Self::Paused,
            Phase::Failed => Self::Failed,
        }
    }
}

/// Paths of what belongs to a session.
#[derive(Debug, Serialize, ToSchema)]
struct Links {
    #[serde(rename = "self")]
    itself: String,
    viewers: String,
    commands: String,
    scene: String,
    state: String,
    model: String,
    options: String,
    history: String,
    keyframes: String,
    recordings: String,
    events: String,
    cameras: String,
    signaling: String,
}

impl Links {
    fn of(id: &str) -> Self {
        let under = |rest: &str| format!("/api/sessions/{id}{rest}");
        Self {
            itself: under(""),
            viewers: under("/viewers"),
            commands: under("/commands"),
            scene: format!("/api/scene/current?session={id}"),
            state: under("/state"),
            model: under("/model"),
            options: under("/options"),
            history: under("/history"),
            keyframes: under("/keyframes"),
            recordings: under("/recordings"),
            events: under("/events"),
            cameras: under("/cameras"),
            signaling: format!("/ws/signaling?session={id}"),
        }
    }
}

/// A session as clients see it.
pub(in crate::http) fn representation(
    context: &Context,
    session: &Handle,
    glance: &Glance,
) -> Session {
    let (info, id) = (session.info(), session.id());
    let terms = info.terms();
    let seconds = |after: Option<Duration>| after.map_or(0, |after| after.as_secs());
    Session {
        id: id.as_str().to_owned(),
        name: info.name().as_ref().map(|name| Name::as_str(name).to_owned()),
        created: rfc3339(info.created()),
        node: context.sessions.rules().node.as_str().to_owned(),
        state: glance.phase.into(),
        model_name: glance.model_name.clone(),
        viewers: glance.viewers,
        streams: glance.streams,
        time: glance.time,
        speed: glance.speed,
        real_time_factor: glance.real_time_factor,
        limits: SessionLimits { viewers: terms.viewers },
        idle_pause_s: seconds(terms.patience.pause_after),
        expire_s: seconds(terms.patience.expire_after),
        links: Links::of(id.as_str()),
        expires_at: glance.expires_at.map(rfc3339),
        failure: glance.failure.clone(),
    }
}

/// What came of commands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Commands {
    /// Whether all were carried out.
    pub ok: bool,
    /// One for each command, in order.
    pub results: Vec<Outcome>,
    /// The simulation after them.
    pub state: Clock,
}

/// What came of one command.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outcome {
    ok: bool,
    /// Why it was not carried out; missing where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        Self { ok: result.is_ok(), error: result.err() }
    }
}

/// Where a simulation is in time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clock {
    /// Simulated time, s.
    time: f64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
    /// Whether time stands.
    paused: bool,
}

impl From<&Glance> for Clock {
    fn from(glance: &Glance) -> Self {
        let paused = glance.phase != Phase::Running;
        Self { time: glance.time, step_count: glance.steps, paused }
    }
}

/// Who watches a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Viewers {
    /// Each of them.
    pub viewers: Vec<Viewer>,
}

impl From<&[Company]> for Viewers {
    fn from(company: &[Company]) -> Self {
        Self { viewers: company.iter().map(Into::into).collect() }
    }
}

/// Someone who watches a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Viewer {
    #[schema(example = "viewer-7")]
    id: String,
    /// What it may do: `view`, `control` or `admin`.
    role: &'static str,
    /// Whether it gets pictures.
    connected: bool,
    /// By which way it gets them: `webrtc` or `websocket`.
    #[schema(required = true)]
    via: Option<&'static str>,
    /// What its path is taken to carry, kbit/s.
    #[schema(required = true)]
    estimate_kbps: Option<u32>,
    /// The stream that it watches.
    #[schema(required = true)]
    stream: Option<String>,
    /// Whose camera it shows.
    #[schema(required = true)]
    follows: Option<String>,
    /// Whose further view it is, which the same person sees.
    #[schema(required = true)]
    beside: Option<String>,
    /// Whether it is in control.
    in_control: bool,
    /// Its place among those who wait for control, from 0.
    #[schema(required = true)]
    waiting: Option<usize>,
}

impl From<&Company> for Viewer {
    fn from(viewer: &Company) -> Self {
        Self {
            id: viewer.viewer.to_string(),
            role: viewer.role.name(),
            connected: viewer.connected,
            via: viewer.via.map(Via::name),
            estimate_kbps: viewer.estimate.map(|estimate| estimate.as_bps() / 1000),
            stream: viewer.stream.map(|stream| stream.to_string()),
            follows: viewer.follows.map(|leader| leader.to_string()),
            beside: viewer.beside.map(|other| other.to_string()),
            in_control: viewer.in_control,
            waiting: viewer.waiting,
        }
    }
}
