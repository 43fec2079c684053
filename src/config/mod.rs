//! The configuration: defaults < TOML file < environment < flags, parsed into values that cannot
//! be wrong.
//!
//! [`keys`] holds the one table of keys, [`Sources`] merges the layers, and [`Config`] is what the
//! rest of the daemon sees. Nothing here opens a socket or a device.

pub mod keys;

mod access;
mod fleet;
mod generate;
mod load;
mod places;
mod providers;
mod secret;
mod validate;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use url::Url;

use crate::units::{Bitrate, Codecs, FrameRate, Node, Size};

pub use access::{Anonymous, Auth, Networks, Tls, token};
pub use fleet::Fleet;
pub use generate::{Budget, Format, Generate, Model, Patience, Rates, Server as ModelServer};
pub use load::{Flag, Sources};
pub use places::Places;
pub use providers::{Facts, Provider};
pub use secret::Secret;

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file is not valid TOML: {0}")]
    Syntax(String),
    /// There is no such key.
    #[error("unknown key '{key}' in {origin}{}", hint(suggestion.as_deref()))]
    UnknownKey {
        /// As written.
        key: String,
        /// Where.
        origin: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The value is of the wrong type, out of range or at odds with another.
    #[error("{key} in {origin}: {message}")]
    Value {
        /// The key's path.
        key: String,
        /// Where it was set.
        origin: String,
        /// What is wrong with it.
        message: String,
    },
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(
        || "; `mjcast config print` lists all keys".into(),
        |key| format!("; did you mean '{key}'?"),
    )
}

/// A configuration that makes sense.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the daemon listens, whom it answers and what it logs.
    pub server: Server,
    /// Who may do what.
    pub auth: Auth,
    /// Encryption; `None`: there is none.
    pub tls: Option<Tls>,
    /// How scenes are drawn and coded.
    pub video: Video,
    /// How viewers are reached.
    pub webrtc: Webrtc,
    /// How long sessions last that nobody uses.
    pub sessions: Sessions,
    /// What one client or one scene may cost.
    pub limits: Limits,
    /// What outlives the daemon.
    pub state: State,
    /// Other daemons that share the work; `None`: there are none.
    pub fleet: Option<Fleet>,
    /// What may be recorded, and where.
    pub recording: Recording,
    /// Scenes to choose from besides the presets.
    pub shelf: Library,
    /// Which language models may be asked for scenes, and what that may cost.
    pub generate: Generate,
}

/// Where the daemon listens, whom it answers and what it logs.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address to listen on.
    pub ip: IpAddr,
    /// TCP port; 0: any free one.
    pub port: u16,
    /// Whether others may connect although nobody has to sign in.
    pub allow_unauthenticated: bool,
    /// Whether others may connect without encryption.
    pub allow_plaintext: bool,
    /// Proxies whose word on whom they speak for is taken.
    pub trusted_proxies: Networks,
    /// Names besides loopback and `ip` that a request may be for, in lower case.
    pub allowed_hosts: Vec<String>,
    /// Origins besides the daemon's own, `scheme://host[:port]` in lower case.
    pub allowed_origins: Vec<String>,
    /// Origins besides the daemon's own whose pages may frame it, `scheme://host[:port]` in lower case.
    pub frame_ancestors: Vec<String>,
    /// The daemon's name in the ids of sessions; `None`: by the host's.
    pub node: Option<Node>,
    /// How much to log.
    pub log_level: LogLevel,
    /// How to log.
    pub log_format: LogFormat,
    /// Where traces go.
    pub otlp_endpoint: Option<Url>,
    /// Whether debugging was asked for.
    pub debug: bool,
}

impl Server {
    /// The address and port to listen on.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }
}

/// How much to log; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the level of its name")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The level's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
    /// To systemd's journal, with fields.
    Journald,
}

/// How scenes are drawn and coded.
#[derive(Clone, Debug)]
pub struct Video {
    /// Size of a stream, or the most pixels where a viewer asks for its own; sides are even.
    pub frame_size: Size,
    /// Frames per second while the simulation moves.
    pub frame_rate: FrameRate,
    /// Bit rate that a stream starts with.
    pub bitrate: Bitrate,
    /// The adapter to draw with: its number or a part of its name.
    pub gpu: Option<String>,
    /// Whether software drawing is refused.
    pub require_gpu: bool,
    /// What encodes.
    pub encoders: Encoders,
    /// The device that VA-API encodes on, where it is not left to the adapter.
    pub render_node: Option<PathBuf>,
    /// How to draw.
    pub profile: Profile,
    /// Whether to draw shadows.
    pub shadows: Shadows,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// By adapter: as MuJoCo does on a GPU, fast in software.
    Auto,
    /// As MuJoCo's own renderer does.
    Parity,
    /// What software can draw at full rate.
    Fast,
}

/// What encodes, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoders {
    /// Which to try.
    pub allowed: Allowed,
    /// What streams may be coded in beside H.264.
    pub codecs: Codecs,
    /// How NVENC weighs time against quality.
    pub nvenc_preset: NvencPreset,
}

/// Which encoders are tried before OpenH264, which is always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allowed {
    /// All.
    #[default]
    Auto,
    /// NVENC alone.
    Nvenc,
    /// VA-API alone.
    Vaapi,
    /// None.
    OpenH264,
}

/// NVENC's presets as far as they are meant for low latency, from the fastest to the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NvencPreset {
    /// The fastest.
    P1,
    /// A little better.
    P2,
    /// What suits most.
    #[default]
    P3,
    /// The best.
    P4,
}

/// Whether to draw shadows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shadows {
    /// By profile.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// How viewers are reached.
#[derive(Clone, Debug)]
pub struct Webrtc {
    /// The port of all streams where it is not the number of the HTTP port.
    pub port: Option<u16>,
    /// STUN and TURN servers for both ends, `webrtc.stun_server` first.
    pub ice_servers: Vec<IceServer>,
    /// Addresses to offer besides the machine's own.
    pub advertise_addresses: Vec<IpAddr>,
    /// Where pictures may be published to.
    pub whip_allow: Places,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URL.
    pub url: String,
    /// User name and password, at TURN servers.
    pub login: Option<Login>,
}

/// What a TURN server asks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// The same of everybody.
    Fixed {
        /// User name.
        username: String,
        /// Password.
        credential: String,
    },
    /// One that expires, made for each viewer with what the server shares.
    Minted {
        /// What is shared.
        secret: String,
        /// How long a login is good for.
        ttl: Duration,
    },
}

impl std::fmt::Debug for Login {
    /// Without passwords, so that no log can hold them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed { username, .. } => {
                f.debug_struct("Fixed").field("username", username).finish_non_exhaustive()
            }
            Self::Minted { ttl, .. } => {
                f.debug_struct("Minted").field("ttl", ttl).finish_non_exhaustive()
            }
        }
    }
}

/// How long sessions last that nobody uses.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// When a simulation is paused; `None`: never.
    pub idle_pause: Option<Duration>,
    /// When a session is deleted; `None`: never.
    pub expire: Option<Duration>,
}

/// What one client or one scene may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest path of a request with its query, bytes.
    pub uri_bytes: usize,
    /// Largest head of a request, bytes.
    pub head_bytes: usize,
    /// Largest request body and scene, bytes.
    pub body_bytes: usize,
    /// Largest upload of a model with its files, packed, bytes.
    pub upload_bytes: usize,
    /// Models that are received and unpacked at a time.
    pub uploads: usize,
    /// Largest model with all its files, unpacked, bytes.
    pub bundle_bytes: usize,
    /// Largest WebSocket message without a scene, bytes.
    pub socket_message_bytes: usize,
    /// WebSocket messages per second from one client.
    pub socket_messages_per_s: u32,
    /// For a request's head, and between requests.
    pub header_timeout: Duration,
    /// For a request's body.
    pub body_timeout: Duration,
    /// For a connection on which no byte moves.
    pub idle_timeout: Duration,
    /// HTTP connections at a time.
    pub connections: usize,
    /// The same from one address.
    pub connections_per_client: usize,
    /// Requests per second that cost much, from one address.
    pub costly_requests_per_s: u32,
    /// Wrong tokens from one address.
    pub wrong_tokens: u32,
    /// Tokens that are made by HTTP, at a time.
    pub tokens: usize,
    /// Sessions at a time, `default` included.
    pub sessions: usize,
    /// Viewers of a session at a time.
    pub viewers: usize,
    /// How long a viewer who asked for control keeps it without doing anything.
    pub control_idle: Duration,
    /// How much of its past a session keeps to go back to, bytes.
    pub history_bytes: usize,
    /// Memory of a worker process, bytes.
    pub worker_memory_bytes: u64,
    /// Share of a core that a simulation may use, percent.
    pub worker_cpu_percent: u32,
    /// CPU time that loading a scene may take.
    pub load_cpu: Duration,
    /// How long a worker may be silent.
    pub silence: Duration,
    /// Whether to load models that users supply although the sandbox is not whole.
    pub allow_unsandboxed: bool,
    /// How long a player or a relay may take from the answer until media can flow.
    pub connect_timeout: Duration,
    /// How long open requests may take when the daemon ends.
    pub drain_timeout: Duration,
}

/// What outlives the daemon.
#[derive(Clone, Debug)]
pub struct State {
    /// Its directory; `None`: the system's place for a program's state.
    pub dir: Option<PathBuf>,
    /// Whether sessions are kept.
    pub sessions: bool,
}

/// What may be recorded, and where.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Directory of the recordings; `None`: one within [`State::dir`].
    pub dir: Option<PathBuf>,
    /// Largest recording with its side-car, bytes.
    pub max_bytes_per_recording: u64,
    /// Bytes of all recordings.
    pub max_total_bytes: u64,
    /// How long a recording may be.
    pub max_duration: Duration,
    /// Recordings of a session at a time.
    pub max_per_session: usize,
}

/// Scenes to choose from besides the presets.
#[derive(Clone, Debug)]
pub struct Library {
    /// Directories with models.
    pub folders: Vec<PathBuf>,
    /// Scenes that users may save.
    pub max_scenes: usize,
    /// Versions that are kept of each.
    pub max_versions: usize,
    /// Bytes of all of them.
    pub max_bytes: u64,
}

#[cfg(test)]
mod tests;
