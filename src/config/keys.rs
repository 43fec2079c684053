//! Every key there is: one table that the parser, `config print`, the documentation and the tests
//! read.

use serde::{Deserialize, Serialize};

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Switch,
    /// A list of texts; commas separate them in an environment variable.
    List,
}

impl Kind {
    /// The kind in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Switch => "switch",
            Self::List => "list",
        }
    }
}

/// One key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The TOML table that it is in.
    pub section: &'static str,
    /// Its name in that table.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it does, in one sentence or two.
    pub doc: &'static str,
    /// Short names in the environment; a later one wins.
    pub short_variables: &'static [&'static str],
}

impl Key {
    /// `section.name`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The environment variable that sets it: `MJCAST_<SECTION>__<NAME>`.
    pub fn variable(&self) -> String {
        format!("MJCAST_{}__{}", self.section, self.name).to_uppercase()
    }

    /// The default, as TOML.
    pub fn default_value(&self) -> Option<toml::Value> {
        value_of(&Raw::default(), self)
    }

    /// Whether a new value takes effect when the configuration is read again.
    pub fn is_reloaded(&self) -> bool {
        RELOADED.contains(&(self.section, self.name))
    }

    /// Whether its value must not be shown.
    pub fn is_secret(&self) -> bool {
        SECRETS.contains(&(self.section, self.name))
    }
}

/// Keys whose values take effect at once when the configuration is read again.
const RELOADED: &[(&str, &str)] = &[
    ("server", "log_level"),
    ("server", "debug"),
    ("auth", "admin_token"),
    ("auth", "control_token"),
    ("auth", "view_token"),
    ("auth", "tokens_dir"),
];

/// The keys in which two configurations differ.
pub fn changed<'a>(a: &'a Raw, b: &'a Raw) -> impl Iterator<Item = &'static Key> + 'a {
    KEYS.iter().filter(|key| value_of(a, key) != value_of(b, key))
}

/// Keys whose values are never printed.
const SECRETS: &[(&str, &str)] = &[
    ("auth", "admin_token"),
    ("auth", "control_token"),
    ("auth", "view_token"),
    ("webrtc", "turn_credential"),
    ("webrtc", "turn_secret"),
    ("fleet", "secret"),
    ("fleet", "redis_url"),
    ("generate", "openai_api_key"),
    ("generate", "anthropic_api_key"),
    ("generate", "google_api_key"),
    ("generate", "compatible_api_key"),
];

/// The key of this path, e.g. `server.port`.
pub fn find(path: &str) -> Option<&'static Key> {
    let (section, name) = path.split_once('.')?;
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The value of `key` in `raw`.
pub(super) fn value_of(raw: &Raw, key: &Key) -> Option<toml::Value> {
    let all = toml::Value::try_from(raw).ok()?;
    all.get(key.section)?.get(key.name).cloned()
}

/// The table of all keys as Markdown, for the documentation.
pub fn markdown() -> String {
    let mut text = String::new();
    for (section, doc) in SECTIONS {
        text += &format!("## [{section}]\n\n{doc}\n\n");
        text += "| key | type | default | environment | meaning |\n|---|---|---|---|---|\n";
        for key in KEYS.iter().filter(|key| key.section == *section) {
            let variables = [key.variable()]
                .into_iter()
                .chain(key.short_variables.iter().map(|name| (*name).to_owned()))
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let default = key.default_value().map(|value| value.to_string());
            text += &format!(
                "| `{}` | {} | `{}` | {variables} | {} |\n",
                key.name,
                key.kind.name(),
                default.unwrap_or_default(),
                key.doc
            );
        }
        text.push('\n');
    }
    text
}

/// Ties a Rust type to the kind of key that holds it.
trait Holds {
    const KIND: Kind;
}

macro_rules! holds {
    ($($kind:ident: $($type:ty),+;)+) => {
        $($(impl Holds for $type { const KIND: Kind = Kind::$kind; })+)+
    };
}

holds! {
    Text: String;
    Integer: u16, u32, u64;
    Switch: bool;
    List: Vec<String>;
}

macro_rules! sections {
    ($(
        #[doc = $section_doc:literal]
        $section:ident: $Section:ident {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $type:ty = $default:expr $(; $($variable:literal),+)?
            ),+ $(,)?
        }
    )+) => {
        $(
            #[doc = $section_doc]
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $Section {
                $( $(#[doc = $doc])+ pub $key: $type, )+
            }

            impl Default for $Section {
                fn default() -> Self {
                    Self { $( $key: $default.into(), )+ }
                }
            }
        )+

        /// The configuration as written, before it is checked: see [`super::Config`].
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Raw {
            $( #[doc = $section_doc] pub $section: $Section, )+
        }

        /// The sections, each with what it is about.
        pub const SECTIONS: &[(&str, &str)] =
            &[$((stringify!($section), $section_doc.trim_ascii())),+];

        /// Every key, in the order of the documentation.
        pub const KEYS: &[Key] = &[$($(Key {
            section: stringify!($section),
            name: stringify!($key),
            kind: <$type as Holds>::KIND,
            doc: concat!($($doc),+).trim_ascii(),
            short_variables: &[$($($variable),+)?],
        }),+),+];
    };
}

sections! {
    /// Where the daemon listens, whom it answers and what it logs.
    server: Server {
        /// Address to listen on: an IP address or `localhost`.
        host: String = "127.0.0.1"; "HOST", "VIEWER_HOST",
        /// TCP port to listen on; 0 takes any free one.
        port: u16 = 8000_u16; "PORT", "VIEWER_PORT",
        /// Listens on addresses that others can reach although nobody has to sign in, nor is anything encrypted.
        allow_unauthenticated: bool = false,
        /// Listens on addresses that others can reach without TLS: who is on the way reads tokens and pictures.
        allow_plaintext: bool = false,
        /// Proxies that the daemon is behind, which encrypt and whose word on whom they speak for is taken (`Forwarded`, `X-Forwarded-For`): IP addresses and networks such as `10.0.0.0/8`.
        trusted_proxies: Vec<String> = Vec::new(),
        /// Names besides loopback and the listening address that browsers may reach the daemon by.
        allowed_hosts: Vec<String> = Vec::new(),
        /// Origins besides the daemon's own whose pages may use it, e.g. `https://lab.example`.
        allowed_origins: Vec<String> = Vec::new(),
        /// Origins besides the daemon's own whose pages may show it in a frame, e.g. `https://lab.example`.
        frame_ancestors: Vec<String> = Vec::new(),
        /// The daemon's name in the ids of sessions: 1 to 32 of `a-z`, `0-9` and `-`; empty takes the host's.
        node: String = "",
        /// How much to log: `trace`, `debug`, `info`, `warn` or `error`.
        log_level: String = "info"; "LOG_LEVEL",
        /// How to log: `text`, `json`, or `journald` to hand systemd's journal the fields as well.
        log_format: String = "text",
        /// Collector of traces, e.g. `http://127.0.0.1:4318`: requests, sessions, viewers and loads are told to it by OTLP over HTTP (`/v1/traces`); empty tells nobody.
        otlp_endpoint: String = ""; "OTEL_EXPORTER_OTLP_ENDPOINT",
        /// Logs at least at `debug`.
        debug: bool = false; "DEBUG_MODE",
    }
    /// Who may do what: see SECURITY.md.
    auth: Auth {
        /// A token that may do everything, 16 characters or more; never shown.
        admin_token: String = "",
        /// A token that may also act on simulations; never shown.
        control_token: String = "",
        /// A token that may watch and read; never shown.
        view_token: String = "",
        /// Directory with these tokens in files named `admin_token`, `control_token` and `view_token`, which others cannot read; systemd's credentials are looked for without it.
        tokens_dir: String = "",
        /// What those may who bring no token: `none`, `view`, `control` or `admin`; `auto`: everything as long as only this machine can connect and no token is configured, and nothing otherwise.
        anonymous: String = "auto",
        /// Shows `/metrics` to everybody.
        open_metrics: bool = false,
    }
    /// Encryption; without both keys there is none.
    tls: Tls {
        /// File of the certificate with those that vouch for it, PEM; it is read again when it changes.
        cert: String = "",
        /// File of its private key, PEM.
        key: String = "",
    }
    /// How scenes are drawn and coded.
    video: Video {
        /// Width of a stream, px, even; the most where a viewer asks for its own size.
        frame_width: u32 = 960_u32; "FRAME_WIDTH",
        /// Height of a stream, px, even; the most where a viewer asks for its own size.
        frame_height: u32 = 540_u32; "FRAME_HEIGHT",
        /// Frames per second while the simulation moves, 1 to 240.
        frame_rate: u32 = 30_u32; "FRAME_RATE",
        /// Bit rate that a stream starts with, kbit/s.
        bitrate_kbps: u32 = 3000_u32,
        /// The adapter to draw with: its number in `mjcast doctor` or a part of its name; empty takes the best.
        gpu: String = "",
        /// Refuses to start when only software can draw.
        require_gpu: bool = false,
        /// What encodes: `nvenc`, `vaapi` or `openh264`, or `auto` for the first of these that works; OpenH264 takes over from any that fails.
        encoder: String = "auto",
        /// What streams may be coded in where hardware encodes it and the viewer's end prefers it; `h264` is always among them.
        codecs: Vec<String> = vec!["h264".into(), "hevc".into(), "av1".into()],
        /// How NVENC weighs time against quality, from `p1`, the fastest, to `p4`.
        nvenc_preset: String = "p3",
        /// The device that VA-API encodes on, e.g. `/dev/dri/renderD129`; empty takes that of the adapter, or else the first that encodes.
        render_node: String = "",
        /// How to draw: `parity` as MuJoCo does, `fast` for software drawing, `auto` by adapter.
        profile: String = "auto",
        /// Shadows: `on`, `off`, or `auto` by profile.
        shadows: String = "auto",
    }
    /// How viewers are reached.
    webrtc: Webrtc {
        /// The port of all streams, UDP and TCP; 0: the number of the HTTP port, which then takes streams over TCP as well.
        port: u16 = 0_u16,
        /// A STUN server such as `stun:stun.example.org:3478`; none is needed within one network.
        stun_server: String = ""; "STUN_SERVER",
        /// Further STUN and TURN servers, as `stun:`, `turn:` or `turns:` URLs.
        ice_servers: Vec<String> = Vec::new(),
        /// User name at the TURN servers.
        turn_username: String = "",
        /// Password at the TURN servers; never shown. Also the credential `turn_credential`.
        turn_credential: String = "",
        /// In their place, the secret that the TURN servers share with mjcast (coturn's `static-auth-secret`): each viewer gets a login of their own that expires; never shown. Also the credential `turn_secret`.
        turn_secret: String = "",
        /// How long such a login is good for, s.
        turn_ttl_s: u64 = 86_400_u64,
        /// IP addresses to offer to viewers besides the machine's own, e.g. the outer one of a NAT.
        advertise_addresses: Vec<String> = Vec::new(),
        /// Where pictures may be published to by WHIP, as http and https addresses with what is below them; none: nowhere.
        whip_allow: Vec<String> = Vec::new(),
    }
    /// How long sessions last that nobody uses.
    sessions: Sessions {
        /// Time without viewers, requests and recordings after which a simulation is paused until someone comes, s; 0: never.
        idle_pause_s: u64 = 60_u64,
        /// Time without viewers, requests and recordings after which a session other than `default` is deleted, s; 0: never.
        expire_s: u64 = 3600_u64,
    }
    /// What one client or one scene may cost.
    limits: Limits {
        /// Longest path of a request with its query, bytes.
        uri_bytes: u64 = 8_u64 << 10,
        /// Largest head of a request, at most 100 lines, bytes.
        head_bytes: u64 = 32_u64 << 10,
        /// Largest request body and scene, bytes.
        body_bytes: u64 = 8_u64 << 20,
        /// Largest upload of a model with its files, a zip archive or a folder, bytes.
        upload_bytes: u64 = 64_u64 << 20,
        /// Models that are received and unpacked at a time; further ones wait a while.
        uploads: u32 = 4_u32,
        /// Largest model with all its files, unpacked, bytes.
        bundle_bytes: u64 = 256_u64 << 20,
        /// Largest WebSocket message that does not carry a scene, bytes.
        socket_message_bytes: u64 = 64_u64 << 10,
        /// WebSocket messages per second from one client, with bursts of as many.
        socket_messages_per_s: u32 = 500_u32,
        /// How long a client may take to send a request's head, and be idle between requests, ms.
        header_timeout_ms: u64 = 5000_u64,
        /// How long a client may take to send a request's body, ms.
        body_timeout_ms: u64 = 30_000_u64,
        /// How long a connection may neither send nor take a byte, ms.
        idle_timeout_ms: u64 = 75_000_u64,
        /// HTTP connections at a time, from their first request on; further ones wait. As many again may be about to send one: then the oldest of these goes.
        connections: u32 = 512_u32,
        /// Connections at a time, sockets and streams over TCP among them, from one address other than loopback and `server.trusted_proxies`.
        connections_per_client: u32 = 256_u32,
        /// Requests per second that cost much (that load, make, check or draw scenes) from one address, with bursts of as many; admins are not counted.
        costly_requests_per_s: u32 = 20_u32,
        /// Wrong tokens from one address, of which two are forgotten each minute; at this number it has to wait.
        wrong_tokens: u32 = 20_u32,
        /// Tokens that are made by HTTP, at a time.
        tokens: u32 = 1000_u32,
        /// Sessions at a time, `default` included.
        sessions: u32 = 16_u32,
        /// Viewers of a session at a time.
        viewers: u32 = 64_u32,
        /// How long a viewer who asked for control keeps it without doing anything, s.
        control_idle_s: u64 = 60_u64,
        /// How much of its past a session keeps to go back to, MiB.
        history_mib: u64 = 16_u64,
        /// Memory of a simulation's process, MiB.
        worker_memory_mib: u64 = 2048_u64,
        /// Share of a core that a simulation may use, percent, 1 to 100; it slows down rather than use more.
        worker_cpu_percent: u32 = 100_u32,
        /// Loads models that users supply although the kernel lacks a part of the sandbox.
        allow_unsandboxed: bool = false,
        /// CPU time that loading a scene may take, s.
        load_cpu_s: u64 = 5_u64,
        /// How long a simulation's process may be silent before it is replaced, ms.
        silence_ms: u64 = 2000_u64,
        /// How long a WHEP player, or a relay that is published to, may take until media can flow, ms.
        connect_timeout_ms: u64 = 30_000_u64,
        /// How long open requests may take to finish when the daemon ends, ms.
        drain_timeout_ms: u64 = 5000_u64,
    }
    /// What outlives the daemon.
    state: State {
        /// Directory of what outlives the daemon; empty: systemd's state directory, or `~/.local/state/mjcast`.
        dir: String = "",
        /// Keeps sessions, their scenes and where they stood: they go on when the daemon starts again.
        sessions: bool = true,
    }
    /// Other daemons that share the work.
    fleet: Fleet {
        /// Other daemons by name and address within the fleet, e.g. `render-1=10.0.0.7:8000`.
        peers: Vec<String> = Vec::new(),
        /// Where a daemon is whose name is not among them, e.g. `{node}.mjcast:8000`; empty: nowhere.
        peer_template: String = "",
        /// What daemons of the fleet know each other by, the same for all; without it there is no fleet; never shown. Also the credential `fleet_secret`.
        secret: String = "",
        /// Where browsers reach a daemon by its name, e.g. `https://{node}.example.org`; empty: all by the one address that they use.
        public_url: String = "",
        /// A Redis server that knows sessions when their daemon is gone, `redis://HOST:PORT`; empty: none; never shown. Also the credential `redis_url`.
        redis_url: String = "",
        /// How long sessions may take to move to other daemons when this one ends, s.
        drain_s: u64 = 20_u64,
    }
    /// What may be recorded, and where.
    recording: Recording {
        /// Directory of the recordings; empty: `recordings` in `state.dir`.
        dir: String = "",
        /// Largest recording with its side-car, bytes; it ends there.
        max_bytes_per_recording: u64 = 4_u64 << 30,
        /// Bytes of all recordings; beyond, none is begun until some are deleted.
        max_total_bytes: u64 = 32_u64 << 30,
        /// How long a recording may be, s; it ends there.
        max_duration_s: u64 = 3600_u64,
        /// Recordings of a session at a time.
        max_per_session: u32 = 4_u32,
    }
    /// Scenes to choose from besides the presets.
    library: Library {
        /// Directories with models to list, as absolute paths; MJCF files in them are found by themselves.
        folders: Vec<String> = Vec::new(),
        /// A checkout of the MuJoCo Menagerie, listed as well.
        menagerie: String = ""; "MUJOCO_MENAGERIE_PATH",
        /// Scenes that users may save, in `library` in `state.dir`.
        max_scenes: u32 = 1000_u32,
        /// Versions that are kept of each; the oldest goes first.
        max_versions: u32 = 20_u32,
        /// Bytes of all saved scenes with their versions.
        max_bytes: u64 = 4_u64 << 30,
    }
    /// Which language models may be asked for scenes, and what that may cost.
    generate: Generate {
        /// Who is asked unless a request says: `openai`, `anthropic`, `google` or `compatible`; `auto`: the first of them that is configured.
        provider: String = "auto",
        /// OpenAI's model; empty: see docs/models.md.
        openai_model: String = "",
        /// OpenAI's address, for instance of a gateway; empty: its own.
        openai_base_url: String = "",
        /// OpenAI's key; never shown.
        openai_api_key: String = ""; "OPENAI_API_KEY",
        /// Anthropic's model; empty: see docs/models.md.
        anthropic_model: String = "",
        /// Anthropic's address; empty: its own.
        anthropic_base_url: String = "",
        /// Anthropic's key; never shown.
        anthropic_api_key: String = ""; "CLAUDE_API_KEY", "ANTHROPIC_API_KEY",
        /// Google's model; empty: see docs/models.md.
        google_model: String = "",
        /// Google's address; empty: its own.
        google_base_url: String = "",
        /// Google's key; never shown.
        google_api_key: String = ""; "GOOGLE_API_KEY", "GEMINI_API_KEY",
        /// The model of a server with OpenAI's chat completions, such as Ollama, vLLM, llama.cpp or LM Studio.
        compatible_model: String = "",
        /// That server's address, e.g. `http://127.0.0.1:11434/v1`; empty: there is none.
        compatible_base_url: String = "",
        /// That server's key, where it wants one; never shown.
        compatible_api_key: String = "",
        /// How that server is told of an answer's form: `schema`, or `json` where it knows no schemas.
        compatible_format: String = "schema",
        /// Directory with keys in files named `openai_api_key`, `anthropic_api_key` and so on; systemd's credentials are looked for without it.
        keys_dir: String = "",
        /// Takes keys by HTTP from other machines and through proxies, too.
        allow_remote_keys: bool = false,
        /// Randomness of answers, 0 to 2; empty: not sent, as newer models refuse it.
        temperature: String = "",
        /// HTTP proxy on the way to providers, `http://HOST:PORT`; empty: none.
        proxy: String = "",
        /// Tokens of one answer, thinking included.
        answer_tokens: u32 = 16_000_u32,
        /// Tokens of a request with all its rounds.
        request_tokens: u64 = 60_000_u64,
        /// Tokens of a day.
        day_tokens: u64 = 1_000_000_u64,
        /// How often a plan may be sent back to be mended, 0 to 2.
        repairs: u32 = 2_u32,
        /// How often a try is repeated that failed for the moment, 0 to 5.
        retries: u32 = 2_u32,
        /// Requests of one session each minute.
        session_per_minute: u32 = 6_u32,
        /// Requests of all sessions each minute.
        per_minute: u32 = 20_u32,
        /// Requests at a time.
        concurrent: u32 = 2_u32,
        /// How long a provider may take to be connected to, ms.
        connect_timeout_ms: u64 = 10_000_u64,
        /// How long it may take to send the first byte of an answer, ms.
        first_byte_timeout_ms: u64 = 60_000_u64,
        /// How long it may be silent within an answer, ms.
        idle_timeout_ms: u64 = 60_000_u64,
        /// How long a request may take with all its rounds and repetitions, ms.
        total_timeout_ms: u64 = 180_000_u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_sentence_a_default_and_its_own_variable() {
        let mut variables: Vec<_> = KEYS.iter().map(Key::variable).collect();
        for key in KEYS {
            assert!(key.doc.ends_with('.'), "{}: {}", key.path(), key.doc);
            assert!(key.default_value().is_some(), "{}", key.path());
            assert_eq!(find(&key.path()).map(Key::path), Some(key.path()));
            variables.extend(key.short_variables.iter().map(|name| (*name).to_owned()));
        }
        let count = variables.len();
        variables.sort();
        variables.dedup();
        assert_eq!(variables.len(), count);
    }

    #[test]
    fn the_documentation_has_every_key() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let page = std::fs::read_to_string(path).expect("docs/configuration.md");
        let (intro, _) = page.split_once("## [").expect("has sections");
        let wanted = format!("{intro}{}", markdown());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &wanted).expect("writes");
        } else {
            assert!(page == wanted, "run the tests with UPDATE_DOCS=1");
        }
    }
}
