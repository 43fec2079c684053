//! Sessions: a simulation with its scene, its viewers and their views.
//!
//! ```text
//!  http ─► Handle / Viewer ──Request──►  Driver (one task, owns everything that changes)
//!  peer events ─► viewer task ──┘          │ worker: snapshots, its end, a load beside it
//!                                          ├─► stream::View ×n (threads)
//!                                          └─► Notice to each viewer's socket, state to its peer
//!
//!  a scene:   (none) ──load──► loading ──ok──► running ──worker dies──► restarting ──► running
//!                                 └─failed─► as before: the old scene never stops        └─► failed
//! ```
//! The driver never waits for physics, the GPU or a viewer: what takes time happens in tasks and
//! threads that report back.

mod drawing;
mod driver;
mod idle;
mod info;
mod registry;
mod restart;
mod seat;
mod viewer;
mod views;

use std::{
    io,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    control::{Command, Event, PhysicsCommand},
    encode, gpu, library,
    peer::{self, Candidate, Peer},
    render,
    scene::{
        Assets, Snapshot,
        camera::{Eye, FreeCamera},
    },
    stream,
    units::{Bitrate, FrameRate, MediaClock, SessionId, Size, ViewId, ViewerId},
    worker,
};

pub use drawing::{Device, Drawing};
pub use idle::Patience;
pub use info::{Change, End, Hold, Info, Name, Terms};
pub use registry::{Rules, Sessions};
pub use viewer::{MAX_LOADS, Viewer};

/// The id of the session that the compatibility routes act on.
pub const DEFAULT: &str = SessionId::DEFAULT;
/// Requests that may wait for a driver. It answers in microseconds: a full queue means that it is
/// stuck, and whoever asks is told so after [`DEADLINE`].
const REQUESTS: usize = 256;
/// How long a caller waits for a driver, or for physics to act on a command.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a caller waits for a scene: the worker's own load limits end it earlier.
const LOAD_DEADLINE: Duration = Duration::from_secs(60);

/// Why a session did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scene was refused; the text is MuJoCo's own.
    #[error("{0}")]
    Scene(#[from] worker::LoadError),
    /// The scene could not be prepared for drawing.
    #[error("the scene cannot be drawn: {0}")]
    Render(#[from] render::Error),
    /// There is no such preset, camera, body ….
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense for this scene.
    #[error("{0}")]
    Invalid(String),
    /// There is no scene, or it is being restarted.
    #[error("no simulation is running: load a scene first")]
    NoScene,
    /// The simulation did not take a command.
    #[error("{0}")]
    Command(#[from] worker::SendError),
    /// More of something than the configuration allows.
    #[error("the session already has {limit} {what}")]
    Limit {
        /// What there are too many of.
        what: &'static str,
        /// How many may be.
        limit: usize,
    },
    /// As many sessions as the configuration allows.
    #[error("there are {most} sessions already (limits.sessions of the configuration)")]
    Full {
        /// How many may be.
        most: usize,
    },
    /// The session is another daemon's.
    #[error("the session {id} is not this node's: ask '{node}'")]
    Elsewhere {
        /// Which.
        id: SessionId,
        /// Whose.
        node: String,
    },
    /// The session cannot be deleted.
    #[error("the session 'default' is always there: load another scene into it instead")]
    Permanent,
    /// The system gives no random bits for an id.
    #[error("no id can be made: {0}")]
    NoId(#[source] io::Error),
    /// The offer could not be answered.
    #[error("{0}")]
    Peer(#[from] peer::Error),
    /// No answer in time.
    #[error("the session did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The session has ended.
    #[error("the session has ended")]
    Gone,
}

/// What a scene is made from.
#[derive(Clone, Debug)]
pub enum Source {
    /// MJCF text.
    Mjcf(String),
    /// A preset of the library, by id.
    Preset(String),
}

impl Source {
    /// The MJCF text alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown preset.
    pub fn mjcf(self) -> Result<Arc<str>, Error> {
        self.resolve().map(|scene| scene.xml)
    }

    /// The scene with this text.
    fn resolve(self) -> Result<Scene, Error> {
        let (xml, preset) = match self {
            Self::Mjcf(xml) => (xml.into(), None),
            Self::Preset(id) => {
                let preset = library::preset(&id)
                    .ok_or_else(|| Error::NotFound(format!("there is no preset '{id}'")))?;
                (preset.xml.into(), Some(preset.id))
            }
        };
        Ok(Scene { xml, model_name: String::new(), preset })
    }
}

/// A scene as it was loaded.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The MJCF text.
    pub xml: Arc<str>,
    /// `<mujoco model="…">`.
    pub model_name: String,
    /// The preset that it came from, if any.
    pub preset: Option<&'static str>,
}

/// What a viewer's socket is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// The scene changed, by whatever route.
    SceneUpdated(Arc<Scene>),
    /// A candidate of the server's end.
    Candidate(Option<Candidate>),
    /// Something went wrong that the viewer should read.
    Error {
        /// A word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
    /// The session ends.
    Closing(End),
}

/// How a session is drawn, coded and limited.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Most pixels of a stream, and its shape where a viewer has told none.
    pub frame_size: Size,
    /// Frames per second while the simulation moves.
    pub frame_rate: FrameRate,
    /// Bit rate of a stream.
    pub bitrate: Bitrate,
    /// How to draw.
    pub render: render::Settings,
    /// Limits of the worker process.
    pub worker: worker::Limits,
    /// How viewers are reached.
    pub peer: peer::Config,
    /// Most viewers of a session; each may be told to admit fewer.
    pub max_viewers: usize,
}

/// What all sessions share.
pub struct Shared {
    /// Settings for every session.
    pub settings: Settings,
    /// Draws for every session.
    pub drawing: Drawing,
    /// The encoder that streams use.
    pub encoder: encode::Choice,
    /// Stamps every frame.
    pub clock: MediaClock,
    /// Counts since the daemon started.
    pub counters: Counters,
}

/// Counts since the daemon started.
#[derive(Debug, Default)]
pub struct Counters {
    viewers: AtomicU64,
    connections: AtomicU64,
    frames: Arc<AtomicU64>,
    events: AtomicU64,
    next_viewer: AtomicU64,
    next_view: AtomicU64,
}

/// What the daemon as a whole is doing.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The adapter that draws.
    pub adapter: gpu::AdapterInfo,
    /// The encoder in use.
    pub encoder: encode::Choice,
    /// Whether pictures can be drawn now.
    pub can_draw: bool,
    /// How often a lost device has been replaced.
    pub rebuilds: u64,
    /// Why the daemon is degraded, if it is.
    pub reasons: Vec<String>,
    /// Viewers connected now.
    pub viewers: u64,
    /// Viewers connected since the start.
    pub total_connections: u64,
    /// Frames handed to viewers since the start.
    pub frames_sent: u64,
    /// Events from viewers since the start.
    pub events_received: u64,
}

/// What a session is doing.
#[derive(Clone)]
pub struct Status {
    /// The model.
    pub assets: Arc<Assets>,
    /// The latest moment.
    pub snapshot: Arc<Snapshot>,
    /// The first viewer's free camera, or the one that a new viewer would get.
    pub camera: FreeCamera,
    /// Where that camera's eye is.
    pub eye: Eye,
    /// Running streams.
    pub streams: Vec<StreamStatus>,
}

/// What a session is about, at a glance. Asking for it is no use of a session: one that is only
/// listed is idle all the same.
#[derive(Clone, Debug)]
pub struct Glance {
    /// Where it stands.
    pub phase: Phase,
    /// `<mujoco model="…">` of its scene, if it has one.
    pub model_name: Option<String>,
    /// Viewers, connected or about to.
    pub viewers: usize,
    /// Running streams.
    pub streams: usize,
    /// Simulated time, s.
    pub time: f64,
    /// Physics steps since the start or the last reset.
    pub steps: u64,
    /// Asked-for simulated seconds per wall second.
    pub speed: f64,
    /// Achieved simulated seconds per wall second.
    pub real_time_factor: f64,
    /// When it ends if nobody comes.
    pub expires_at: Option<SystemTime>,
    /// Why it has no simulation, when it has failed for good.
    pub failure: Option<String>,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No scene yet.
    Empty,
    /// Its first scene is being loaded, or its process is being replaced.
    Loading,
    /// Time runs.
    Running,
    /// Time stands still.
    Paused,
    /// Its process ended too often.
    Failed,
}

/// A viewer as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewerStatus {
    /// Its number.
    pub id: ViewerId,
    /// Whether its connection is up.
    pub connected: bool,
    /// The stream that it watches.
    pub stream: Option<ViewId>,
}

/// What a stream is doing.
#[derive(Clone, Debug)]
pub struct StreamStatus {
    /// Its number.
    pub id: ViewId,
    /// Picture size.
    pub size: Size,
    /// Who watches.
    pub viewers: Vec<ViewerId>,
    /// Its running figures.
    pub figures: stream::Reading,
}

/// A session's address: cheap to clone, and harmless when the session has ended.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<driver::Request>,
    shared: Arc<Shared>,
    /// Why the session has no simulation, when it has failed for good.
    failure: watch::Receiver<Option<String>>,
    info: Arc<Info>,
}

impl Handle {
    /// The session's id.
    pub fn id(&self) -> &SessionId {
        self.info.id()
    }

    /// What is known of it without asking it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Why it has no simulation, when it has failed for good.
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// Keeps it from being paused or ended for want of use.
    pub fn hold(&self) -> Hold {
        Hold::new(&self.info)
    }

    /// Loads a scene; the old one runs on until the new one is ready, or for good if it fails.
    ///
    /// # Errors
    /// [`Error::Scene`] with MuJoCo's sentence, [`Error::NotFound`] for an unknown preset.
    pub async fn load(&self, source: Source) -> Result<Arc<Scene>, Error> {
        let scene = source.resolve()?;
        let _awake = self.hold();
        self.ask_within(LOAD_DEADLINE, |reply| driver::Request::Load { scene, reply }).await?
    }

    /// The scene as it was loaded, or `None` before the first.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn scene(&self) -> Result<Option<Arc<Scene>>, Error> {
        self.ask(|reply| driver::Request::Scene { reply }).await
    }

    /// What the session is doing, or `None` before the first scene.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn status(&self) -> Result<Option<Status>, Error> {
        self.ask(|reply| driver::Request::Status { reply }).await
    }

    /// What the session is about.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn glance(&self) -> Result<Glance, Error> {
        self.ask(|reply| driver::Request::Glance { reply }).await
    }

    /// Who watches.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn viewers(&self) -> Result<Vec<ViewerStatus>, Error> {
        self.ask(|reply| driver::Request::Viewers { reply }).await
    }

    /// Does what a command asks, and waits until it is done.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that needs a viewer ([`Command::needs_viewer`]); else what
    /// [`Self::command`] and [`Self::load`] say.
    pub async fn obey(&self, command: Command) -> Result<(), Error> {
        match command {
            Command::Physics(command) => self.command(command).await.map(drop),
            Command::Toggle => {
                let runs = self.glance().await?.phase == Phase::Running;
                let other = if runs { PhysicsCommand::Pause } else { PhysicsCommand::Play };
                self.command(other).await.map(drop)
            }
            Command::Stop => {
                self.command(PhysicsCommand::Pause).await?;
                self.command(PhysicsCommand::Reset).await.map(drop)
            }
            Command::LoadPreset(id) => self.load(Source::Preset(id)).await.map(drop),
            Command::LoadScene(xml) => self.load(Source::Mjcf(xml)).await.map(drop),
            _ => Err(Error::Invalid("this command needs a viewer".into())),
        }
    }

    /// Hands a command to physics and waits until the simulation reflects it.
    ///
    /// # Errors
    /// [`Error::NoScene`] when there is nothing to command.
    pub async fn command(&self, command: PhysicsCommand) -> Result<Arc<Snapshot>, Error> {
        let (number, mut snapshots) =
            self.ask(|reply| driver::Request::Physics { command, reply }).await??;
        let acted = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
        match tokio::time::timeout(DEADLINE, acted).await {
            Err(_) => Err(Error::TimedOut(DEADLINE)),
            Ok(Err(_)) => Err(Error::NoScene),
            Ok(Ok(snapshot)) => Ok(Arc::clone(&snapshot)),
        }
    }

    /// Admits a viewer.
    ///
    /// # Errors
    /// [`Error::Limit`] when the session is full.
    pub async fn join(&self) -> Result<Viewer, Error> {
        let joined = self.ask(|reply| driver::Request::Join { reply }).await??;
        Ok(Viewer::new(joined.id, joined.notices, joined.notify, self.clone()))
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> driver::Request,
    ) -> Result<T, Error> {
        self.ask_within(DEADLINE, request).await
    }

    async fn ask_within<T>(
        &self,
        deadline: Duration,
        request: impl FnOnce(oneshot::Sender<T>) -> driver::Request,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            self.requests.send(request(reply)).await.map_err(|_| Error::Gone)?;
            answer.await.map_err(|_| Error::Gone)
        };
        tokio::time::timeout(deadline, asked).await.map_err(|_| Error::TimedOut(deadline))?
    }

    /// Tells the driver something that needs no answer.
    async fn tell(&self, request: driver::Request) {
        if self.requests.send(request).await.is_err() {
            tracing::debug!("the session has ended; a request was dropped");
        }
    }

    async fn event(&self, viewer: ViewerId, event: Event, at: Instant) -> Result<(), Error> {
        self.ask_within(LOAD_DEADLINE, |reply| driver::Request::Event { viewer, event, at, reply })
            .await?
    }

    fn peer_config(&self) -> &peer::Config {
        &self.shared.settings.peer
    }
}

/// What a viewer gets on joining.
struct Joined {
    id: ViewerId,
    notices: mpsc::Receiver<Notice>,
    notify: mpsc::Sender<Notice>,
}

/// A viewer's connection as the driver sees it.
type SharedPeer = Arc<Peer>;
