//! Replies about the daemon and about the session that older routes act on.

use std::net::IpAddr;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::stats::SimulationState;
use crate::{
    config::{Config, LogFormat},
    encode, library,
    session::Overview,
    stream,
    units::Codec,
};

/// How the daemon is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `healthy` where pictures are drawn and encoded and nothing is amiss.
    pub status: HealthStatus,
    /// Version of the daemon.
    pub version: &'static str,
    /// Viewers connected now.
    pub clients_connected: u64,
    /// What draws.
    pub renderer: Renderer,
    /// What encodes.
    pub encoder: Encoder,
    /// What streams can be coded in: `h264`, and `hevc` and `av1` where hardware encodes them.
    pub codecs: Vec<&'static str>,
    /// Why it is degraded, a sentence each; empty when it is healthy.
    pub reasons: Vec<String>,
}

/// How the daemon is, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// All works.
    Healthy,
    /// Something does not, see `reasons`.
    Degraded,
}

/// The adapter that draws.
#[derive(Debug, Serialize, ToSchema)]
pub struct Renderer {
    /// Its name, as its driver gives it.
    pub adapter: String,
    /// `vulkan` or `gl`.
    pub backend: &'static str,
    /// Whether it draws on the CPU.
    pub software: bool,
}

/// The video encoder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Encoder {
    /// Its name, e.g. `openh264`.
    pub name: &'static str,
    /// Whether fixed-function hardware does the work.
    pub hardware: bool,
    /// What it codes pictures in: `h264`, `hevc` or `av1`.
    pub codec: &'static str,
    /// Whether pictures pass through host memory on their way to it.
    pub copied: bool,
    /// The encoders that would have been preferred, in order.
    pub rejected: Vec<RejectedEncoder>,
}

/// An encoder that is not used, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedEncoder {
    /// Its name, e.g. `nvenc`.
    pub name: &'static str,
    /// What it said.
    pub reason: String,
}

impl From<&encode::Rejected> for RejectedEncoder {
    fn from(rejected: &encode::Rejected) -> Self {
        Self { name: rejected.name, reason: rejected.reason.clone() }
    }
}

impl From<&stream::InUse> for Encoder {
    fn from(encoder: &stream::InUse) -> Self {
        Self {
            name: encoder.name,
            codec: encoder.codec.id(),
            hardware: encoder.hardware,
            copied: encoder.copied,
            rejected: encoder.given_up.iter().map(RejectedEncoder::from).collect(),
        }
    }
}

impl From<&encode::Choice> for Encoder {
    fn from(choice: &encode::Choice) -> Self {
        Self {
            name: choice.name,
            codec: Codec::H264.id(),
            hardware: choice.hardware,
            copied: choice.copied,
            rejected: choice.rejected.iter().map(RejectedEncoder::from).collect(),
        }
    }
}

impl From<Overview> for Health {
    fn from(overview: Overview) -> Self {
        let Overview { adapter, encoder, .. } = overview;
        Self {
            status: match overview.reasons.is_empty() {
                true => HealthStatus::Healthy,
                false => HealthStatus::Degraded,
            },
            version: env!("CARGO_PKG_VERSION"),
            clients_connected: overview.viewers,
            renderer: Renderer {
                adapter: adapter.name,
                backend: adapter.backend,
                software: adapter.software,
            },
            codecs: encoder.all_codecs().map(Codec::id).collect(),
            encoder: Encoder::from(&encoder),
            reasons: overview.reasons,
        }
    }
}

/// The settings that a client may know; no secret is among them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Settings {
    /// Address listened on.
    #[schema(value_type = String, example = "127.0.0.1")]
    host: IpAddr,
    /// TCP port listened on.
    port: u16,
    /// Width of a stream where a viewer names none, px.
    frame_width: u32,
    /// Height of a stream where a viewer names none, px.
    frame_height: u32,
    /// Frames per second while a simulation moves.
    frame_rate: u32,
    /// Video bit rate of a stream, kbit/s.
    bitrate_kbps: u32,
    /// The first STUN server.
    #[schema(required = true)]
    stun_server: Option<String>,
    /// URLs of all STUN and TURN servers, without their passwords.
    ice_servers: Vec<String>,
    /// Whether `server.debug` is set.
    debug_mode: bool,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    log_level: &'static str,
    /// `text` or `json`.
    log_format: &'static str,
    /// Largest request body, bytes.
    max_body_bytes: usize,
    /// Most viewers of one session, unless the session says otherwise.
    max_viewers: usize,
    /// Most sessions.
    max_sessions: usize,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let servers = config.webrtc.ice_servers.iter();
        let ice_servers: Vec<String> = servers.map(|server| server.url.clone()).collect();
        Self {
            host: config.server.ip,
            port: config.server.port,
            frame_width: config.video.frame_size.width(),
            frame_height: config.video.frame_size.height(),
            frame_rate: config.video.frame_rate.hz(),
            bitrate_kbps: config.video.bitrate.as_bps() / 1000,
            stun_server: ice_servers.iter().find(|url| url.starts_with("stun")).cloned(),
            ice_servers,
            debug_mode: config.server.debug,
            log_level: config.server.log_level.name(),
            log_format: match config.server.log_format {
                LogFormat::Text => "text",
                LogFormat::Json => "json",
                LogFormat::Journald => "journald",
            },
            max_body_bytes: config.limits.body_bytes,
            max_viewers: config.limits.viewers,
            max_sessions: config.limits.sessions,
        }
    }
}

/// The process runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Live {
    /// `alive`, or `started`.
    #[schema(example = "alive")]
    pub status: &'static str,
}

/// A scene is running and can be drawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`.
    #[schema(example = "ready")]
    pub status: &'static str,
}

/// It was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// Always true; a failure has another status and is a problem.
    pub success: bool,
    /// What was done, in words.
    pub message: String,
}

/// A scene as it was loaded.
#[derive(Debug, Serialize, ToSchema)]
pub struct SceneText {
    /// Always true; a failure has another status and is a problem.
    pub success: bool,
    /// MJCF, to the letter as it was loaded.
    pub xml: String,
}

/// The scenes that come with the daemon.
#[derive(Debug, Serialize, ToSchema)]
pub struct Presets {
    /// In the order of a menu: simple before large.
    pub presets: Vec<Preset>,
}

/// A scene that comes with the daemon.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preset {
    /// What requests call it.
    #[schema(example = "robot-arm")]
    id: &'static str,
    /// What a person reads.
    name: &'static str,
    /// One sentence on what happens in it.
    description: &'static str,
    /// Words to find and group it by.
    tags: &'static [&'static str],
}

impl From<&library::Preset> for Preset {
    fn from(preset: &library::Preset) -> Self {
        let library::Preset { id, name, description, tags, .. } = *preset;
        Self { id, name, description, tags }
    }
}

/// What came of a command in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommandReply {
    /// Always true; a failure has another status and is a problem.
    pub success: bool,
    /// What was done, in words.
    pub result: String,
    /// The commands that were carried out, or what was understood of a scene, in order.
    pub actions_taken: Vec<String>,
    /// Which way a scene was made, `offline` or `llm`; only where the command asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mode: Option<&'static str>,
    /// The scene that was made, as MJCF; only where the command asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scene_xml: Option<String>,
    /// What had to be chosen or mended for the scene.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<String>,
    /// The simulation after them.
    pub state: SimulationState,
}
