//! From what was written to what makes sense.

use std::{
    net::IpAddr,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Allowed, Config, Encoders, IceServer, Library, Limits, LogFormat, LogLevel, Login, NvencPreset,
    Places, Profile, Recording, Server, Sessions, Shadows, State, Video, Webrtc, access,
    fleet::fleet,
    generate::{self, generate},
    keys::{self, Raw},
};
use crate::units::{Bitrate, Codec, Codecs, FrameRate, Node, Size};

/// What is wrong with which key.
#[derive(Debug)]
pub(super) struct Invalid {
    /// The key's path.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

type Result<T> = std::result::Result<T, Invalid>;

pub(super) fn invalid<T>(key: &'static str, message: impl Into<String>) -> Result<T> {
    Err(Invalid { key, message: message.into() })
}

impl Config {
    /// Checks every value of `raw`.
    pub(super) fn validate(raw: &Raw) -> Result<Self> {
        let Raw { library: shelf, .. } = raw;
        Ok(Self {
            server: server(&raw.server)?,
            auth: access::auth(&raw.auth)?,
            tls: access::tls(&raw.tls)?,
            video: video(&raw.video)?,
            webrtc: webrtc(&raw.webrtc)?,
            sessions: sessions(&raw.sessions)?,
            limits: limits(&raw.limits)?,
            state: state(&raw.state)?,
            fleet: fleet(&raw.fleet)?,
            recording: recording(&raw.recording)?,
            shelf: library(shelf)?,
            generate: generate(&raw.generate)?,
        })
    }
}

fn server(raw: &keys::Server) -> Result<Server> {
    let log_level = log_level(&raw.log_level)?;
    Ok(Server {
        ip: address(raw)?,
        port: raw.port,
        allow_unauthenticated: raw.allow_unauthenticated,
        allow_plaintext: raw.allow_plaintext,
        trusted_proxies: access::networks("server.trusted_proxies", &raw.trusted_proxies)?,
        allowed_hosts: raw.allowed_hosts.iter().map(|name| host(name)).collect::<Result<_>>()?,
        allowed_origins: raw
            .allowed_origins
            .iter()
            .map(|text| origin("server.allowed_origins", text))
            .collect::<Result<_>>()?,
        frame_ancestors: raw
            .frame_ancestors
            .iter()
            .map(|text| frame_ancestor(text))
            .collect::<Result<_>>()?,
        node: node(&raw.node)?,
        log_level: match log_level {
            LogLevel::Trace => LogLevel::Trace,
            _ if raw.debug => LogLevel::Debug,
            level => level,
        },
        log_format: choice(
            "server.log_format",
            &raw.log_format,
            &[
                ("text", LogFormat::Text),
                ("json", LogFormat::Json),
                ("journald", LogFormat::Journald),
            ],
        )?,
        otlp_endpoint: generate::address("server.otlp_endpoint", &raw.otlp_endpoint)?,
        debug: raw.debug,
    })
}

fn address(raw: &keys::Server) -> Result<IpAddr> {
    let ip = match raw.host.as_str() {
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        host => host.trim_matches(['[', ']']).parse::<IpAddr>(),
    };
    let Ok(ip) = ip else {
        return invalid(
            "server.host",
            format!("'{}' is not an IP address: write one, or localhost", raw.host),
        );
    };
    Ok(ip)
}

fn node(text: &str) -> Result<Option<Node>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|message: String| invalid("server.node", message))
}

fn host(name: &str) -> Result<String> {
    let name = name.to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if name.is_empty() || !name.chars().all(fits) {
        return invalid("server.allowed_hosts", format!("'{name}' is not a host name"));
    }
    Ok(name)
}

/// An origin that a policy can name: nothing that would end the directive or begin another.
fn frame_ancestor(text: &str) -> Result<String> {
    const KEY: &str = "server.frame_ancestors";
    let origin = origin(KEY, text)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]/".contains(c);
    if origin.chars().all(fits) {
        return Ok(origin);
    }
    invalid(KEY, format!("'{text}' is not an origin: write scheme://host or scheme://host:port"))
}

fn origin(key: &'static str, text: &str) -> Result<String> {
    let text = text.trim_end_matches('/').to_ascii_lowercase();
    match text.split_once("://") {
        Some(("http" | "https", rest)) if !rest.is_empty() && !rest.contains('/') => Ok(text),
        _ => invalid(
            key,
            format!("'{text}' is not an origin: write scheme://host or scheme://host:port"),
        ),
    }
}

fn log_level(text: &str) -> Result<LogLevel> {
    // `warning` and `critical` are Python's names, which the guide's LOG_LEVEL may carry.
    choice(
        "server.log_level",
        &text.to_ascii_lowercase(),
        &[
            ("trace", LogLevel::Trace),
            ("debug", LogLevel::Debug),
            ("info", LogLevel::Info),
            ("warn", LogLevel::Warn),
            ("error", LogLevel::Error),
            ("warning", LogLevel::Warn),
            ("critical", LogLevel::Error),
        ],
    )
}

fn video(raw: &keys::Video) -> Result<Video> {
    for (key, side) in
        [("video.frame_width", raw.frame_width), ("video.frame_height", raw.frame_height)]
    {
        within(key, side.into(), 16..=u64::from(Size::MAX_SIDE))?;
        if !side.is_multiple_of(2) {
            return invalid(key, format!("{side} is odd, and video is coded in pairs of pixels"));
        }
    }
    within("video.bitrate_kbps", raw.bitrate_kbps.into(), 50..=200_000)?;
    let Some(frame_size) = Size::new(raw.frame_width, raw.frame_height) else {
        return invalid("video.frame_width", "the frame is too large");
    };
    let Some(frame_rate) = FrameRate::new(raw.frame_rate) else {
        let (rate, most) = (raw.frame_rate, FrameRate::MAX);
        return invalid("video.frame_rate", format!("{rate} is not within 1 to {most}"));
    };
    Ok(Video {
        frame_size,
        frame_rate,
        bitrate: Bitrate::bps(raw.bitrate_kbps * 1000),
        gpu: Some(raw.gpu.trim().to_owned()).filter(|name| !name.is_empty()),
        require_gpu: raw.require_gpu,
        encoders: encoders(raw)?,
        render_node: Some(raw.render_node.trim()).filter(|path| !path.is_empty()).map(Into::into),
        profile: choice(
            "video.profile",
            &raw.profile,
            &[("auto", Profile::Auto), ("parity", Profile::Parity), ("fast", Profile::Fast)],
        )?,
        shadows: choice(
            "video.shadows",
            &raw.shadows,
            &[("auto", Shadows::Auto), ("on", Shadows::On), ("off", Shadows::Off)],
        )?,
    })
}

fn encoders(raw: &keys::Video) -> Result<Encoders> {
    let allowed = [
        ("auto", Allowed::Auto),
        ("nvenc", Allowed::Nvenc),
        ("vaapi", Allowed::Vaapi),
        ("openh264", Allowed::OpenH264),
    ];
    let presets = [
        ("p1", NvencPreset::P1),
        ("p2", NvencPreset::P2),
        ("p3", NvencPreset::P3),
        ("p4", NvencPreset::P4),
    ];
    Ok(Encoders {
        allowed: choice("video.encoder", &raw.encoder, &allowed)?,
        codecs: codecs(&raw.codecs)?,
        nvenc_preset: choice("video.nvenc_preset", &raw.nvenc_preset, &presets)?,
    })
}

fn codecs(raw: &[String]) -> Result<Codecs> {
    const KEY: &str = "video.codecs";
    let known = [Codec::H264, Codec::Hevc, Codec::Av1].map(|codec| (codec.id(), codec));
    let named = raw.iter().map(|name| choice(KEY, name, &known)).collect::<Result<Vec<_>>>()?;
    if !named.contains(&Codec::H264) {
        return invalid(KEY, "h264 is missing: it is what takes over when hardware fails");
    }
    Ok(named.into_iter().fold(Codecs::default(), Codecs::and))
}

fn webrtc(raw: &keys::Webrtc) -> Result<Webrtc> {
    let mut ice_servers = Vec::new();
    if !raw.stun_server.is_empty() {
        ice_servers.push(ice_server("webrtc.stun_server", &raw.stun_server, raw)?);
    }
    for url in &raw.ice_servers {
        ice_servers.push(ice_server("webrtc.ice_servers", url, raw)?);
    }
    let mut advertise_addresses = Vec::new();
    for text in &raw.advertise_addresses {
        match text.parse() {
            Ok(ip) => advertise_addresses.push(ip),
            Err(_) => {
                return invalid(
                    "webrtc.advertise_addresses",
                    format!("'{text}' is not an IP address"),
                );
            }
        }
    }
    let port = Some(raw.port).filter(|port| *port != 0);
    let whip_allow = Places::parse(&raw.whip_allow);
    let whip_allow = whip_allow.or_else(|told| invalid("webrtc.whip_allow", told))?;
    Ok(Webrtc { port, ice_servers, advertise_addresses, whip_allow })
}

fn ice_server(key: &'static str, url: &str, raw: &keys::Webrtc) -> Result<IceServer> {
    let login = match url.split_once(':') {
        Some(("stun" | "stuns", rest)) if !rest.is_empty() => None,
        Some(("turn" | "turns", rest)) if !rest.is_empty() => Some(turn_login(raw)?),
        _ => {
            return invalid(
                key,
                format!("'{url}' is not a server: write stun:HOST:PORT or turn:HOST:PORT"),
            );
        }
    };
    Ok(IceServer { url: url.to_owned(), login })
}

fn turn_login(raw: &keys::Webrtc) -> Result<Login> {
    const WEEK_S: u64 = 7 * 86_400;
    let fixed = !raw.turn_username.is_empty() && !raw.turn_credential.is_empty();
    match (fixed, raw.turn_secret.is_empty()) {
        (true, true) => Ok(Login::Fixed {
            username: raw.turn_username.clone(),
            credential: raw.turn_credential.clone(),
        }),
        (false, false) => {
            let ttl = within("webrtc.turn_ttl_s", raw.turn_ttl_s, 60..=WEEK_S)?;
            Ok(Login::Minted { secret: raw.turn_secret.clone(), ttl: Duration::from_secs(ttl) })
        }
        (true, false) => invalid(
            "webrtc.turn_secret",
            "it takes the place of webrtc.turn_username and webrtc.turn_credential: leave one out",
        ),
        (false, true) => invalid(
            "webrtc.turn_username",
            "a TURN server needs webrtc.turn_username and webrtc.turn_credential, or \
             webrtc.turn_secret",
        ),
    }
}

fn sessions(raw: &keys::Sessions) -> Result<Sessions> {
    const YEAR_S: u64 = 365 * 86_400;
    let after = |key, seconds| {
        let seconds = within(key, seconds, 0..=YEAR_S)?;
        Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
    };
    Ok(Sessions {
        idle_pause: after("sessions.idle_pause_s", raw.idle_pause_s)?,
        expire: after("sessions.expire_s", raw.expire_s)?,
    })
}

fn limits(raw: &keys::Limits) -> Result<Limits> {
    const DAY_MS: u64 = 86_400_000;
    let ms = |key, value| within(key, value, 1..=DAY_MS).map(Duration::from_millis);
    let bytes = |key, value, most| within(key, value, 1024..=most).map(|n| n as usize);
    Ok(Limits {
        uri_bytes: bytes("limits.uri_bytes", raw.uri_bytes, 1 << 15)?,
        head_bytes: bytes("limits.head_bytes", raw.head_bytes, 1 << 20)?,
        body_bytes: bytes("limits.body_bytes", raw.body_bytes, 1 << 30)?,
        upload_bytes: bytes("limits.upload_bytes", raw.upload_bytes, 1 << 30)?,
        uploads: within("limits.uploads", raw.uploads.into(), 1..=1024)? as usize,
        // A worker holds the files beside what MuJoCo makes of them.
        bundle_bytes: bytes("limits.bundle_bytes", raw.bundle_bytes, 2 << 30)?,
        socket_message_bytes: bytes(
            "limits.socket_message_bytes",
            raw.socket_message_bytes,
            raw.body_bytes,
        )?,
        socket_messages_per_s: raw.socket_messages_per_s.max(1),
        header_timeout: ms("limits.header_timeout_ms", raw.header_timeout_ms)?,
        body_timeout: ms("limits.body_timeout_ms", raw.body_timeout_ms)?,
        idle_timeout: ms("limits.idle_timeout_ms", raw.idle_timeout_ms)?,
        connections: within("limits.connections", raw.connections.into(), 1..=65_536)? as usize,
        connections_per_client: within(
            "limits.connections_per_client",
            raw.connections_per_client.into(),
            1..=65_536,
        )? as usize,
        costly_requests_per_s: raw.costly_requests_per_s.max(1),
        wrong_tokens: raw.wrong_tokens.max(1),
        tokens: within("limits.tokens", raw.tokens.into(), 0..=100_000)? as usize,
        sessions: within("limits.sessions", raw.sessions.into(), 1..=10_000)? as usize,
        viewers: within("limits.viewers", raw.viewers.into(), 1..=10_000)? as usize,
        control_idle: within("limits.control_idle_s", raw.control_idle_s, 1..=86_400)
            .map(Duration::from_secs)?,
        history_bytes: (within("limits.history_mib", raw.history_mib, 1..=65_536)? << 20) as usize,
        // Below this, libmujoco and its arena do not fit.
        worker_memory_bytes: within(
            "limits.worker_memory_mib",
            raw.worker_memory_mib,
            64..=1 << 20,
        )? << 20,
        worker_cpu_percent: within(
            "limits.worker_cpu_percent",
            raw.worker_cpu_percent.into(),
            1..=100,
        )? as u32,
        load_cpu: within("limits.load_cpu_s", raw.load_cpu_s, 1..=3600).map(Duration::from_secs)?,
        allow_unsandboxed: raw.allow_unsandboxed,
        silence: ms("limits.silence_ms", raw.silence_ms)?,
        connect_timeout: ms("limits.connect_timeout_ms", raw.connect_timeout_ms)?,
        drain_timeout: ms("limits.drain_timeout_ms", raw.drain_timeout_ms)?,
    })
}

fn state(raw: &keys::State) -> Result<State> {
    Ok(State { dir: directory("state.dir", &raw.dir)?, sessions: raw.sessions })
}

/// A directory by its absolute path; `None` for an empty text.
pub(super) fn directory(key: &'static str, text: &str) -> Result<Option<PathBuf>> {
    let dir = text.trim();
    if !dir.is_empty() && !Path::new(dir).is_absolute() {
        return invalid(key, format!("'{dir}' is not an absolute path"));
    }
    Ok(Some(PathBuf::from(dir)).filter(|_| !dir.is_empty()))
}

fn recording(raw: &keys::Recording) -> Result<Recording> {
    // A picture with its boxes and the side-car's first line fit into the least.
    let bytes = |key, value| within(key, value, 1 << 16..=1 << 50);
    Ok(Recording {
        dir: directory("recording.dir", &raw.dir)?,
        max_bytes_per_recording: bytes(
            "recording.max_bytes_per_recording",
            raw.max_bytes_per_recording,
        )?,
        max_total_bytes: bytes("recording.max_total_bytes", raw.max_total_bytes)?,
        max_duration: within("recording.max_duration_s", raw.max_duration_s, 1..=7 * 86_400)
            .map(Duration::from_secs)?,
        max_per_session: within("recording.max_per_session", raw.max_per_session.into(), 0..=64)?
            as usize,
    })
}

fn library(raw: &keys::Library) -> Result<Library> {
    let folders = raw.folders.iter().map(|text| directory("library.folders", text));
    let mut folders = folders.collect::<Result<Vec<_>>>()?;
    folders.push(directory("library.menagerie", &raw.menagerie)?);
    Ok(Library {
        folders: folders.into_iter().flatten().collect(),
        max_scenes: within("library.max_scenes", raw.max_scenes.into(), 0..=100_000)? as usize,
        max_versions: within("library.max_versions", raw.max_versions.into(), 1..=1000)? as usize,
        max_bytes: within("library.max_bytes", raw.max_bytes, 0..=1 << 50)?,
    })
}

pub(super) fn within(key: &'static str, value: u64, range: RangeInclusive<u64>) -> Result<u64> {
    if range.contains(&value) {
        return Ok(value);
    }
    invalid(key, format!("{value} is not within {} to {}", range.start(), range.end()))
}

pub(super) fn choice<T: Copy>(key: &'static str, text: &str, choices: &[(&str, T)]) -> Result<T> {
    match choices.iter().find(|(name, _)| *name == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            invalid(key, format!("'{text}' is none of {}", names.join(", ")))
        }
    }
}
