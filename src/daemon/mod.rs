//! Wiring: opens the GPU and the encoder, starts the sessions and the server, and ends them in
//! order. Also draws single pictures, through the same worker and renderer.

mod bench;
mod cases;
mod dataset;
mod embed;
mod memory;
mod picture;
mod service;

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{
    bundle,
    config::{Config, Login, Profile, Shadows},
    encode,
    gpu::{self, Gpu},
    http, library, mcp,
    metrics::Metrics,
    peer, record, render,
    session::{self, Checkpoint, Keeper, Sessions, Source},
    stream,
    units::{Codecs, MediaClock, Node},
    worker,
};

pub use bench::{Spread, StreamBench, StreamReport, bench_stream};
pub use cases::{CasesRequest, Tally, render_cases};
pub use dataset::render_batch;
pub use embed::{Builder, Daemon};
pub use picture::{RenderRequest, render_once};

/// The scene that a daemon starts with.
const FIRST_SCENE: &str = "humanoid";

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The machine lacks something; the text says what and how to mend it.
    #[error("{0}")]
    Environment(String),
    /// Something else went wrong.
    #[error("{0}")]
    Failed(String),
}

/// Runs the daemon until it is told to end. Where nobody could sign in, a token is made, and `tell`
/// is given what a person has to know of it. `reload` is called on SIGHUP: it reads the configuration
/// again, and says for the log what takes effect.
///
/// # Errors
/// [`Failure::Environment`] when there is no adapter, no encoder, the port is taken, or the daemon
/// would stand open.
pub async fn serve(
    config: Config,
    tell: impl FnOnce(&str),
    reload: impl Fn() -> Result<(Config, String), String> + Send + Sync + 'static,
) -> Result<(), Failure> {
    // From the beginning: a service manager may change its mind at any moment.
    let (mut ends, hangups) = (Ends::catch()?, caught(SignalKind::hangup())?);
    let entry = entry(&config)?;
    let listener = listen(&config).await?;
    let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
    if let Some(token) = entry.made_token() {
        tell(&format!(
            "no token is configured, so one was made that may do everything. It is good until this \
             daemon ends; open\n  {}://{}/#token={}",
            entry.scheme(),
            seen_from_elsewhere(address),
            token.reveal()
        ));
    }
    let (keeper, kept) = open_keeper(&config).await;
    let sessions = start_sessions(&config, address.port(), None, keeper.clone()).await?;
    let fleet = http::Fleet::start(&config, &sessions).map_err(Failure::Failed)?;
    let mut first = Box::pin(begin(sessions.clone(), fleet.clone(), keeper, kept));
    // It is asked for before anybody can ask for another, and compiles while the page is served.
    let _ = (&mut first).now_or_never();
    let first = tokio::spawn(first);
    let scheme = entry.scheme();
    tracing::info!("ready: open {scheme}://{address} in a browser");
    service::tell_ready(&format!("serving on {scheme}://{address}"));
    let watchdog = service::feed_watchdog(sessions.clone(), Arc::clone(sessions.metrics()));
    let (watchdog, memory) = (tokio::spawn(watchdog), tokio::spawn(memory::give_back()));
    let reloading = tokio::spawn(reload_on_hangup(hangups, reload, entry.clone()));
    let mut drain = config.limits.drain_timeout * 2;
    drain += config.fleet.as_ref().map_or(Duration::ZERO, |fleet| fleet.drain);
    let moving = fleet.clone();
    let told = async move {
        ends.next().await;
        tracing::info!("ending");
        service::tell_stopping(drain);
        // Whoever asks again does not want to wait.
        tokio::spawn(async move {
            ends.next().await;
            tracing::warn!("told to end once more: nothing is waited for");
            leave();
        });
        if let Some(fleet) = moving {
            fleet.drain().await;
        }
    };
    until_ended(listener, sessions, (&config, &entry), fleet, told).await;
    for task in [first, watchdog, memory, reloading] {
        task.abort();
    }
    Ok(())
}

/// What keeps sessions, with those that were kept; without it, they end with the daemon.
async fn open_keeper(config: &Config) -> (Option<Keeper>, Vec<Checkpoint>) {
    let dir = state_dir(config).filter(|_| config.state.sessions);
    let Some(dir) = dir.map(|dir| dir.join("sessions")) else { return Default::default() };
    let limits = bundle::Limits { bytes: config.limits.bundle_bytes };
    let opened = {
        let dir = dir.clone();
        tokio::task::spawn_blocking(move || Keeper::open(&dir, &limits)).await
    };
    let dir = dir.display();
    match opened {
        Ok(Ok((keeper, kept))) => return (Some(keeper), kept),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
            tracing::warn!(
                "another daemon keeps its sessions in {dir}: those of this one end with it"
            );
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "sessions cannot be kept in {dir}: they end with the daemon");
        }
        Err(panic) => tracing::error!(%panic, "sessions are not kept"),
    }
    Default::default()
}

/// Goes on with what was kept, and begins with a scene where there is nothing to go on with.
async fn begin(
    sessions: Sessions,
    fleet: Option<Arc<http::Fleet>>,
    keeper: Option<Keeper>,
    kept: Vec<Checkpoint>,
) {
    let is_first = |kept: &Checkpoint| kept.id.is_default() && kept.run.is_some();
    let mut first = !kept.iter().any(is_first);
    let restored = futures_util::future::join_all(kept.into_iter().map(|kept| {
        let sessions = &sessions;
        async move { (kept.id.clone(), sessions.restore(kept).await) }
    }));
    let mut back = Vec::new();
    for (id, restored) in restored.await {
        match restored {
            Ok(session) => {
                tracing::info!(session = %id, "session goes on");
                back.push(session);
            }
            // There is no room: it may be there at a start with another limit.
            Err(error @ session::Error::Full { .. }) => {
                tracing::warn!(session = %id, %error, "a kept session has to wait");
            }
            Err(error) => {
                tracing::error!(session = %id, %error, "a kept session cannot go on and is set aside");
                if let Some(keeper) = &keeper {
                    keeper.set_aside(&id);
                }
                first |= id.is_default();
            }
        }
    }
    let session = sessions.find(session::DEFAULT).filter(|_| first);
    if let Some(session) = session
        && let Err(error) = session.load(Source::Preset(FIRST_SCENE.into())).await
    {
        tracing::error!(%error, "the first scene was refused");
    }
    if let Some(fleet) = fleet {
        fleet.leave_what_moved(&back).await;
    }
    sessions.note_started();
}

/// Serves until `end` resolves, and then ends everything in order.
async fn until_ended(
    listener: TcpListener,
    sessions: Sessions,
    (config, entry): (&Config, &http::Entry),
    fleet: Option<Arc<http::Fleet>>,
    end: impl Future<Output = ()>,
) {
    let recordings = Arc::clone(sessions.recordings());
    let (told, ending) = tokio::sync::oneshot::channel();
    let until_told = async {
        end.await;
        recordings.stop_all("the daemon ended");
        let _ = told.send(());
    };
    // Files are finished while clients say goodbye: both within one time.
    let (way, library) = ((config, entry), library(config).await);
    let guest = mcp::guest;
    let serving = http::serve(listener, sessions.clone(), library, way, fleet, guest, until_told);
    tokio::join!(serving, async {
        let _ = ending.await;
        let ended = recordings.all_ended();
        if tokio::time::timeout(config.limits.drain_timeout, ended).await.is_err() {
            tracing::warn!("some recordings were not finished in time; they play nevertheless");
        }
    });
    sessions.shutdown().await;
    sessions.keep_all().await;
}

/// Who may enter.
fn entry(config: &Config) -> Result<http::Entry, Failure> {
    http::Entry::open(config, state_dir(config), credentials()).map_err(Failure::Environment)
}

/// Where systemd puts secrets (systemd.exec(5)).
fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// An address as another machine would write it: that of the interface which leads out, where the
/// daemon listens on all.
fn seen_from_elsewhere(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        // Connecting a UDP socket sends nothing; the address is one for documentation.
        let out = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
            socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
            socket.local_addr()
        });
        address.set_ip(out.map_or(Ipv4Addr::LOCALHOST.into(), |out| out.ip()));
    }
    address
}

async fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let unusable =
        |error| Failure::Environment(format!("the inherited socket is unusable: {error}"));
    if let Some(inherited) = service::inherited().map_err(unusable)? {
        inherited.set_nonblocking(true).map_err(unusable)?;
        return TcpListener::from_std(inherited).map_err(unusable);
    }
    let address = config.server.address();
    TcpListener::bind(address).await.map_err(|error| {
        let (ip, port) = (address.ip(), address.port());
        Failure::Environment(match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "port {port} is already in use on {ip}: choose another with --port, or end what \
                 uses it"
            ),
            std::io::ErrorKind::PermissionDenied => format!(
                "port {port} needs privileges that mjcast does not have: choose one above 1023 \
                 with --port"
            ),
            _ => format!("{address} cannot be listened on: {error}"),
        })
    })
}

/// `http_port` is the number that is really listened on.
async fn start_sessions(
    config: &Config,
    http_port: u16,
    worker_program: Option<PathBuf>,
    keeper: Option<Keeper>,
) -> Result<Sessions, Failure> {
    let options = gpu_options(config);
    // Opening a device may take a second and must not hold up the runtime.
    let opened = tokio::task::spawn_blocking(move || open_renderer(&options)).await;
    let (renderer, adapter) =
        opened.map_err(|error| Failure::Failed(format!("opening the GPU failed: {error}")))??;
    let gpu = Arc::clone(renderer.gpu());
    // A driver may take seconds to answer.
    let encoders = config.video.encoders;
    let probed = tokio::task::spawn_blocking(move || stream::probe_encoder(&gpu, encoders)).await;
    let encoder = probed
        .map_err(|error| Failure::Failed(format!("looking for an encoder failed: {error}")))?
        .map_err(|error| Failure::Environment(error.to_string()))?;
    let drawing = session::Drawing::start(renderer, reopen(config, &adapter));
    announce(&adapter, &encoder);
    let codecs = encoder.codecs;
    let limits = recording_limits(config);
    // It may have to look through what a crash has left.
    let recordings = tokio::task::spawn_blocking(move || record::Store::open(limits)).await;
    let recordings = recordings
        .map_err(|error| Failure::Failed(format!("the recordings cannot be read: {error}")))?;
    let clock = MediaClock::starting_at(Instant::now());
    let metrics = Arc::new(Metrics::default());
    let port = media_port(config, http_port).await?;
    let peers = peer_config(config, port, codecs, (clock, Arc::clone(&metrics)));
    let mut settings = session_settings(config, &adapter, peers);
    if let Some(program) = worker_program {
        settings.worker.program = program;
    }
    let shared = session::Shared {
        settings,
        drawing,
        encoder,
        clock,
        counters: session::Counters::default(),
        metrics,
        recordings: Arc::new(recordings),
        keeper,
    };
    Ok(Sessions::start_with(shared, session_rules(config)))
}

fn session_rules(config: &Config) -> session::Rules {
    // Where the kernel does not tell, `local` does.
    let of_host =
        || Node::of_host(&fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default());
    session::Rules {
        node: config.server.node.clone().unwrap_or_else(of_host),
        most: config.limits.sessions,
        patience: session::Patience {
            pause_after: config.sessions.idle_pause,
            expire_after: config.sessions.expire,
        },
    }
}

fn announce(adapter: &gpu::AdapterInfo, encoder: &encode::Choice) {
    tracing::info!(
        adapter = adapter.name,
        backend = adapter.backend,
        encoder = encoder.name,
        hardware_encoder = encoder.hardware,
        hevc = encoder.codecs.hevc,
        av1 = encoder.codecs.av1,
        "drawing and encoding"
    );
    for rejected in &encoder.rejected {
        tracing::info!(encoder = rejected.name, reason = rejected.reason, "encoder not used");
    }
    if adapter.software {
        tracing::warn!(
            "no GPU: '{}' draws on the CPU; `mjcast doctor` says why, --require-gpu refuses it",
            adapter.name
        );
    }
    if !encoder.hardware && !encode::openh264::has_assembly() {
        tracing::warn!(
            "this build of OpenH264 has no assembly and is 2.5 times slower: install nasm and \
             build again"
        );
    }
}

fn gpu_options(config: &Config) -> gpu::Options {
    gpu::Options {
        selector: config.video.gpu.clone(),
        require_hardware: config.video.require_gpu,
        render_node: config.video.render_node.clone(),
        surfaces: None,
    }
}

fn open_renderer(
    options: &gpu::Options,
) -> Result<(Arc<render::Renderer>, gpu::AdapterInfo), Failure> {
    let gpu = Gpu::open(options).map_err(|error| Failure::Environment(error.to_string()))?;
    let adapter = gpu.info().clone();
    let renderer = render::Renderer::new(Arc::new(gpu))
        .map_err(|error| Failure::Failed(format!("the renderer cannot start: {error}")))?;
    Ok((Arc::new(renderer), adapter))
}

/// How to open another device once `first` is lost. Never in software where that drew in hardware:
/// a GPU whose driver starts anew is missing for a moment, and software would stay for good.
fn reopen(
    config: &Config,
    first: &gpu::AdapterInfo,
) -> impl Fn() -> Result<Arc<render::Renderer>, String> + use<> {
    let mut options = gpu_options(config);
    options.require_hardware |= !first.software;
    move || match open_renderer(&options) {
        Ok((renderer, _)) => Ok(renderer),
        Err(failure) => Err(failure.to_string()),
    }
}

fn session_settings(
    config: &Config,
    adapter: &gpu::AdapterInfo,
    peer: peer::Config,
) -> session::Settings {
    session::Settings {
        frame_size: config.video.frame_size,
        frame_rate: config.video.frame_rate,
        bitrate: config.video.bitrate,
        encoders: config.video.encoders,
        render: render_settings(config.video.profile, config.video.shadows, adapter),
        worker: worker_limits(config),
        peer,
        max_viewers: config.limits.viewers,
        history_bytes: config.limits.history_bytes,
        control_patience: config.limits.control_idle,
    }
}

fn recording_limits(config: &Config) -> record::Limits {
    let recording = &config.recording;
    record::Limits {
        dir: recording.dir.clone().or_else(|| Some(state_dir(config)?.join("recordings"))),
        max_bytes_per_recording: recording.max_bytes_per_recording,
        max_total_bytes: recording.max_total_bytes,
        max_duration: recording.max_duration,
        max_per_session: recording.max_per_session,
    }
}

/// The library; it may have to clear away what a crash has left.
async fn library(config: &Config) -> library::Library {
    let dir = state_dir(config).map(|dir| dir.join("library"));
    let wanted = &config.shelf;
    let limits = library::Limits {
        own: library::store::Limits {
            dir: dir.as_ref().map(|dir| dir.join("scenes")),
            scenes: wanted.max_scenes,
            versions: wanted.max_versions,
            bytes: wanted.max_bytes,
            model: bundle::Limits { bytes: config.limits.bundle_bytes },
        },
        pictures: dir.map(|dir| dir.join("pictures")),
        folders: wanted.folders.clone(),
    };
    let opened = tokio::task::spawn_blocking(|| library::Library::open(limits));
    opened.await.expect("invariant: opening cannot panic")
}

/// Where what outlives the daemon is kept: where the configuration or systemd says
/// (`StateDirectory=`, systemd.exec(5)), or in the user's state directory (XDG base directories).
fn state_dir(config: &Config) -> Option<PathBuf> {
    let absolute = |name: &str| {
        let value = std::env::var_os(name)?;
        // systemd separates several by colons; the first is the unit's own.
        let first = std::env::split_paths(&value).next()?;
        first.is_absolute().then_some(first)
    };
    (config.state.dir.clone())
        .or_else(|| absolute("STATE_DIRECTORY"))
        .or_else(|| absolute("XDG_STATE_HOME").map(|state| state.join("mjcast")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state/mjcast")))
}

/// The model at `path`: a file with what it refers to, a folder, or a zip archive.
fn read_model(config: &Config, path: &std::path::Path) -> Result<bundle::Bundle, String> {
    let limits = bundle::Limits { bytes: config.limits.bundle_bytes };
    bundle::read(path, &limits).map_err(|error| error.to_string())
}

fn render_settings(
    profile: Profile,
    shadows: Shadows,
    adapter: &gpu::AdapterInfo,
) -> render::Settings {
    let settings = match profile {
        Profile::Parity => render::Settings::PARITY,
        Profile::Fast => render::Settings::FAST,
        Profile::Auto if adapter.software => render::Settings::FAST,
        Profile::Auto => render::Settings::PARITY,
    };
    match shadows {
        Shadows::Auto => settings,
        Shadows::On => render::Settings { shadows: true, ..settings },
        Shadows::Off => render::Settings { shadows: false, ..settings },
    }
}

fn worker_limits(config: &Config) -> worker::Limits {
    worker::Limits {
        address_space_bytes: config.limits.worker_memory_bytes,
        cpu_percent: config.limits.worker_cpu_percent,
        load_cpu: config.limits.load_cpu,
        silence: config.limits.silence,
        confined: !config.limits.allow_unsandboxed,
        ..worker::Limits::default()
    }
}

/// The port of all streams. Where it is not that of HTTP, it listens for streams over TCP itself.
async fn media_port(config: &Config, http_port: u16) -> Result<peer::Port, Failure> {
    let (ip, addresses) = (config.server.ip, media_addresses(config.server.ip));
    let Some(number) = config.webrtc.port.filter(|number| *number != http_port) else {
        return peer::Port::open(&addresses, http_port, Some(http_port)).or_else(|error| {
            let port = peer::Port::open(&addresses, 0, Some(http_port));
            let port = port.map_err(|error| {
                Failure::Environment(format!("no UDP port can be had for streams: {error}"))
            })?;
            let instead = port.number();
            tracing::warn!(%error, http_port, instead, "streams use another UDP port");
            Ok(port)
        });
    };
    let taken = |error: std::io::Error| {
        let detail = format!("webrtc.port {number} cannot be had on {ip}: {error}");
        Failure::Environment(detail)
    };
    let listener = TcpListener::bind((ip, number)).await.map_err(taken)?;
    let port = peer::Port::open(&addresses, number, Some(number)).map_err(taken)?;
    port.listen(listener, config.limits.connections);
    Ok(port)
}

/// `codecs` are those beside H.264 that hardware encodes here.
fn peer_config(
    config: &Config,
    port: peer::Port,
    codecs: Codecs,
    (clock, metrics): (MediaClock, Arc<Metrics>),
) -> peer::Config {
    let ip = config.server.ip;
    // The daemon relays for itself where it has a login that lasts; with one that expires, the
    // relays of its viewers must do.
    let ice_servers = config.webrtc.ice_servers.iter().filter_map(|server| {
        let (username, credential) = match &server.login {
            None => Default::default(),
            Some(Login::Fixed { username, credential }) => (username.clone(), credential.clone()),
            Some(Login::Minted { .. }) => return None,
        };
        Some(peer::IceServer { url: server.url.clone(), username, credential })
    });
    peer::Config {
        ice_servers: ice_servers.collect(),
        bind: media_addresses(ip),
        port,
        advertise: config.webrtc.advertise_addresses.clone(),
        include_loopback: ip.is_loopback(),
        codecs,
        bitrate: config.video.bitrate,
        clock,
        metrics,
    }
}

/// Where streams are reached when HTTP is at `ip`: on loopback there alone, else at all addresses
/// that the machine has of its family, and of both where it listens on `::`, which takes IPv4, too.
fn media_addresses(ip: IpAddr) -> Vec<IpAddr> {
    use std::net::{Ipv4Addr, Ipv6Addr};
    match ip {
        ip if ip.is_loopback() => vec![ip],
        IpAddr::V4(_) => vec![Ipv4Addr::UNSPECIFIED.into()],
        IpAddr::V6(ip) if ip.is_unspecified() => {
            vec![Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()]
        }
        IpAddr::V6(_) => vec![Ipv6Addr::UNSPECIFIED.into()],
    }
}

/// Reads the configuration again at every SIGHUP.
async fn reload_on_hangup(
    mut hangups: Signal,
    reload: impl Fn() -> Result<(Config, String), String> + Send + Sync,
    entry: http::Entry,
) {
    while hangups.recv().await.is_some() {
        service::tell_reloading();
        match reload() {
            Ok((config, outcome)) => {
                entry.reload(&config, credentials());
                tracing::info!("the configuration was read again: {outcome}");
            }
            Err(error) => tracing::error!("the configuration stays as it was: {error}"),
        }
        service::tell_ready("serving");
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever asks twice wants no destructors")]
fn leave() -> ! {
    std::process::exit(1)
}

/// SIGINT and SIGTERM, from when they are caught on.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn catch() -> Result<Self, Failure> {
        let interrupt = caught(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: caught(SignalKind::terminate())? })
    }

    /// Waits for the next of them.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn caught(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::Failed(format!("signals cannot be caught: {error}")))
}
