//! Sessions: a simulation with its scene, its viewers and their views.
//!
//! ```text
//!  http ─► Handle / Viewer ──Request──►  Driver (one task, owns everything that changes)
//!  peer events ─► viewer task ──┘          │ worker: snapshots, its end, a load beside it
//!                                          ├─► stream::View ×n (threads)
//!                                          └─► Notice to each viewer's socket, state to its Outlet
//!
//!  a scene:   (none) ──load──► loading ──ok──► running ──worker dies──► restarting ──► running
//!                                 └─failed─► as before: the old scene never stops        └─► failed
//! ```
//! The driver never waits for physics, the GPU or a viewer: what takes time happens in tasks and
//! threads that report back.

mod alike;
mod drawing;
mod driver;
mod floor;
mod idle;
mod info;
mod keep;
mod names;
mod news;
mod outlet;
mod pace;
mod pick;
mod recordings;
mod registry;
mod restart;
mod seat;
mod timeline;
mod undo;
mod viewer;
mod views;

use std::{
    io,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    bundle::{self, Bundle},
    config::Encoders,
    control::{Command, Event, Logged, Moment, PhysicsCommand, Replay},
    encode, gpu, library,
    metrics::Metrics,
    peer::{self, Candidate},
    record, render,
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye, FreeCamera},
        mechanics::Mechanics,
        options::SceneOptions,
    },
    stream,
    units::{Bitrate, FrameRate, MediaClock, SessionId, Size, ViewId, ViewerId},
    worker,
};

pub use crate::units::Role;
pub use drawing::{Device, Drawing};
pub use floor::Denied;
pub use idle::Patience;
pub use info::{Change, End, Hold, Info, Name, Terms};
pub use keep::{Checkpoint, Damaged, Keeper, Model, Run};
pub use names::Unknown;
pub use news::{Author, Follower, Item, News, Told};
pub use outlet::Via;
pub use recordings::Wish;
pub use registry::{Rules, Sessions};
pub use timeline::{Kept, Mark, Range};
pub use undo::Undone;
pub use viewer::{Door, MAX_LOADS, Media, Offer, Viewer};

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
    /// The scene was refused before it was compiled; the text names the file at fault.
    #[error("{0}")]
    Bundle(#[from] bundle::Error),
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
    /// It is not the viewer's turn.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// The model has no such thing.
    #[error("{0}")]
    Unknown(#[from] Unknown),
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
    /// There is a session of this id already.
    #[error("there is a session {0} already")]
    Taken(SessionId),
    /// The session cannot be deleted.
    #[error("the session 'default' is always there: load another scene into it instead")]
    Permanent,
    /// No agent has done anything that is still kept.
    #[error(
        "there is nothing to take back: no agent has acted since the session began, or all \
        that is kept has been taken back"
    )]
    Nothing,
    /// The daemon ends, and its sessions move away.
    #[error("the daemon ends and takes no more sessions")]
    Draining,
    /// The system gives no random bits for an id.
    #[error("no id can be made: {0}")]
    NoId(#[source] io::Error),
    /// The offer could not be answered.
    #[error("{0}")]
    Peer(#[from] peer::Error),
    /// Something about a recording did not work.
    #[error("{0}")]
    Recording(#[from] record::Error),
    /// No answer in time.
    #[error("the session did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The session has ended.
    #[error("the session has ended")]
    Gone,
}

impl Error {
    /// The word that an `error` message to a viewer carries for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scene(_) | Self::Bundle(_) | Self::Render(_) => "bad_scene",
            Self::Invalid(_) | Self::Unknown(_) | Self::Permanent | Self::Nothing => "invalid",
            Self::Denied(Denied::Role | Denied::NotAdmin) => "forbidden",
            Self::Denied(_) => "not_in_control",
            Self::Peer(_) => "bad_offer",
            Self::NotFound(_) | Self::Elsewhere { .. } => "not_found",
            Self::NoScene | Self::Command(_) => "no_scene",
            Self::Limit { .. } | Self::Full { .. } => "limit",
            Self::Draining => "gone",
            Self::Taken(_) => "conflict",
            Self::Recording(_) => "recording",
            Self::TimedOut(_) => "timed_out",
            Self::Gone => "gone",
            Self::NoId(_) => "internal",
        }
    }
}

/// What a scene is made from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A model as text, MJCF or URDF.
    Mjcf(String),
    /// A preset of the library, by id.
    Preset(String),
    /// A model with its files.
    Bundle(Bundle),
}

impl Source {
    /// The checked model alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown preset, [`Error::Bundle`] for text that is not fit.
    pub fn bundle(self) -> Result<Bundle, Error> {
        self.resolve().map(|scene| scene.bundle)
    }

    /// The scene with this model. Takes some tens of milliseconds for the longest text.
    fn resolve(self) -> Result<Scene, Error> {
        let (bundle, preset) = match self {
            Self::Mjcf(xml) => (Bundle::of_text(xml)?, None),
            Self::Bundle(bundle) => (bundle, None),
            Self::Preset(id) => {
                let preset = library::preset(&id)
                    .ok_or_else(|| Error::NotFound(format!("there is no preset '{id}'")))?;
                (Bundle::unchecked(preset.xml), Some(preset.id))
            }
        };
        let xml = bundle.text().into();
        Ok(Scene { xml, bundle, model_name: String::new(), preset })
    }
}

/// A scene as it was loaded.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The text of the root file.
    pub xml: Arc<str>,
    /// All of the model, for simulations that start anew.
    pub bundle: Bundle,
    /// `<mujoco model="…">`.
    pub model_name: String,
    /// The preset that it came from, if any.
    pub preset: Option<&'static str>,
}

/// A viewer among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its number.
    pub viewer: ViewerId,
    /// What it may do.
    pub role: Role,
    /// Whether it gets pictures.
    pub connected: bool,
    /// By which way it gets them, while it does.
    pub via: Option<Via>,
    /// What its path is taken to carry, while it gets pictures.
    pub estimate: Option<Bitrate>,
    /// The stream that it watches.
    pub stream: Option<ViewId>,
    /// Whose camera it shows.
    pub follows: Option<ViewerId>,
    /// Whose further view it is: the same person sees both.
    pub beside: Option<ViewerId>,
    /// Whether it is in control.
    pub in_control: bool,
    /// Its place among those who wait for control, from 0.
    pub waiting: Option<usize>,
}

/// The history of a simulation.
#[derive(Clone, Debug)]
pub struct History {
    /// What can be gone back to.
    pub range: Range,
    /// Physics time step, s.
    pub timestep: f64,
    /// Names of keyframes: the model's, then those that were saved.
    pub keyframes: Vec<String>,
}

/// A history with all that it takes to go through it elsewhere.
#[derive(Clone, Debug)]
pub struct Export {
    /// What there is of it.
    pub history: History,
    /// What is simulated.
    pub scene: Arc<Scene>,
    /// Full states.
    pub moments: Vec<Kept>,
    /// What was changed since the first of them.
    pub log: Vec<Logged>,
}

/// What a viewer's socket is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// The scene changed, by whatever route.
    SceneUpdated(Arc<Scene>),
    /// Who is there, and who is in control.
    Company(Arc<[Company]>),
    /// How the simulation is computed.
    Options(Box<Mechanics>),
    /// What is shown to all, and how the viewer's own picture is drawn.
    Flags(Box<(SceneOptions, render::Settings)>),
    /// A candidate of the server's end.
    Candidate(Option<Candidate>),
    /// An agent is about to act.
    Act {
        /// By the name that it gives itself.
        agent: Name,
        /// What it does, in words.
        act: String,
        /// Whether it can be taken back.
        undo: bool,
    },
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
    /// Which encoders may be used, and how.
    pub encoders: Encoders,
    /// How to draw.
    pub render: render::Settings,
    /// Limits of the worker process.
    pub worker: worker::Limits,
    /// How viewers are reached.
    pub peer: peer::Config,
    /// Most viewers of a session; each may be told to admit fewer.
    pub max_viewers: usize,
    /// Bytes of history that a session keeps, about.
    pub history_bytes: usize,
    /// How long a viewer who asked for control keeps it without acting.
    pub control_patience: Duration,
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
    /// What is counted and timed for `/metrics`.
    pub metrics: Arc<Metrics>,
    /// Recordings of all sessions, and of those before.
    pub recordings: Arc<record::Store>,
    /// Keeps sessions for the next start; `None`: they end with the daemon.
    pub keeper: Option<Keeper>,
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
    /// What is shown to all.
    pub shown: SceneOptions,
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

/// What a stream is doing.
#[derive(Clone, Debug)]
pub struct StreamStatus {
    /// Its number.
    pub id: ViewId,
    /// Picture size.
    pub size: Size,
    /// What it is coded in.
    pub bitrate: Bitrate,
    /// The coding tools in use.
    pub formats: encode::Formats,
    /// Who watches.
    pub viewers: Vec<ViewerId>,
    /// Its running figures.
    pub figures: stream::Reading,
}

/// A session's address: cheap to clone, and harmless when the session has ended.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<driver::Asked>,
    /// Who asks by it.
    author: Author,
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

    /// The same address, for an agent: what it does is told to everybody by this name.
    pub fn for_agent(self, name: Name) -> Self {
        Self { author: Author::Agent(name), ..self }
    }

    /// Follows what happens from now on, or from after the news of id `after`.
    pub fn follow(&self, after: Option<u64>) -> Follower {
        Follower::new(&self.info, after)
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
        self.begin(source, driver::Begin::Fresh).await
    }

    /// Loads a scene as [`Self::load`] does; what has the same names keeps its state.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn reload(&self, source: Source) -> Result<Arc<Scene>, Error> {
        self.begin(source, driver::Begin::Alike).await
    }

    async fn begin(&self, source: Source, begin: driver::Begin) -> Result<Arc<Scene>, Error> {
        let (model, _awake) = (driver::Model::New(source), self.hold());
        self.ask_within(LOAD_DEADLINE, |reply| driver::Request::Load { model, begin, reply })
            .await?
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

    /// What a viewer looks through, as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown viewer.
    pub async fn camera(&self, viewer: ViewerId) -> Result<Camera, Error> {
        let camera = self.ask(|reply| driver::Request::Camera { viewer, reply }).await?;
        camera.ok_or_else(|| Error::NotFound(format!("there is no {viewer}, or no longer")))
    }

    /// What the session is about.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn glance(&self) -> Result<Glance, Error> {
        self.ask(|reply| driver::Request::Glance { reply }).await
    }

    /// Does what a command asks, and waits until it is done.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that needs a viewer ([`Command::needs_viewer`]); else what
    /// [`Self::command`] and [`Self::load`] say.
    pub async fn obey(&self, command: Command) -> Result<(), Error> {
        match command {
            Command::LoadPreset(id) => self.load(Source::Preset(id)).await.map(drop),
            Command::LoadScene(xml) => self.load(Source::Mjcf(xml)).await.map(drop),
            Command::SaveKeyframe(name) => self.save_keyframe(name).await.map(drop),
            command => self.act(command).await.map(drop),
        }
    }

    /// Hands a command to physics and waits until the simulation reflects it.
    ///
    /// # Errors
    /// [`Error::NoScene`] when there is nothing to command.
    pub async fn command(&self, command: PhysicsCommand) -> Result<Arc<Snapshot>, Error> {
        let commanded = self.ask(|reply| driver::Request::Physics { command, reply }).await??;
        Self::obeyed(commanded).await
    }

    /// Does what changes the simulation, and waits until it shows.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a command that needs a viewer; else as [`Self::command`].
    pub async fn act(&self, command: Command) -> Result<Arc<Snapshot>, Error> {
        let commanded = self.ask(|reply| driver::Request::Act { command, reply }).await??;
        Self::obeyed(commanded).await
    }

    /// This moment, with its full state.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn capture(&self) -> Result<Arc<Snapshot>, Error> {
        let command = PhysicsCommand::Capture;
        let (number, mut snapshots) =
            self.ask(|reply| driver::Request::Physics { command, reply }).await??;
        let whole = |s: &Arc<Snapshot>| s.acknowledged >= number && !s.integration.is_empty();
        match tokio::time::timeout(DEADLINE, snapshots.wait_for(whole)).await {
            Err(_) => Err(Error::TimedOut(DEADLINE)),
            Ok(Err(_)) => Err(Error::NoScene),
            Ok(Ok(snapshot)) => Ok(Arc::clone(&snapshot)),
        }
    }

    /// Saves this moment as a keyframe and gives its name.
    ///
    /// # Errors
    /// [`Error::Limit`] when there are many already.
    pub async fn save_keyframe(&self, name: Option<String>) -> Result<String, Error> {
        self.ask(|reply| driver::Request::SaveKeyframe { name, reply }).await?
    }

    /// What can be gone back to.
    ///
    /// # Errors
    /// [`Error::NoScene`] before the first moment.
    pub async fn history(&self) -> Result<History, Error> {
        self.ask(|reply| driver::Request::History { reply }).await?
    }

    /// Loads what `origin` simulates, as it was at a moment of its history, paused.
    ///
    /// # Errors
    /// [`Error::NoScene`] when there is nothing to begin with; else as [`Self::load`].
    pub async fn fork_from(&self, origin: &Self, moment: Moment) -> Result<Arc<Scene>, Error> {
        let point = origin.ask(|reply| driver::Request::ForkPoint { moment, reply }).await?;
        let (scene, replay) = point?;
        let model = driver::Model::Known(Scene::clone(&scene));
        self.begin_at(model, *replay).await
    }

    /// All that it takes to go on with it from its last moment.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn checkpoint(&self) -> Result<Checkpoint, Error> {
        self.ask(|reply| driver::Request::Checkpoint { reply }).await
    }

    /// Stops time and gives all that it takes to go on elsewhere; [`Self::moved`] or [`Self::stay`]
    /// comes next.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn depart(&self) -> Result<Checkpoint, Error> {
        self.ask(|reply| driver::Request::Depart { reply }).await
    }

    /// Goes on after all.
    pub async fn stay(&self) {
        self.tell(driver::Request::Stay).await;
    }

    /// Ends it here: another daemon goes on with it. Its viewers have been told by then.
    pub async fn moved(&self) {
        self.info.end(End::Moved);
        self.requests.closed().await;
    }

    /// Goes on with what was kept of a simulation.
    async fn go_on(&self, run: Run) -> Result<Arc<Scene>, Error> {
        let model = driver::Model::Known(Scene::clone(&run.scene));
        let begin = driver::Begin::Kept(Box::new(run));
        self.ask_within(LOAD_DEADLINE, |reply| driver::Request::Load { model, begin, reply })
            .await?
    }

    async fn begin_at(&self, model: driver::Model, replay: Replay) -> Result<Arc<Scene>, Error> {
        let begin = driver::Begin::At(Box::new(replay));
        let loaded = self
            .ask_within(LOAD_DEADLINE, |reply| driver::Request::Load { model, begin, reply })
            .await??;
        // What is asked after the way to that moment is answered at its end.
        self.capture().await?;
        Ok(loaded)
    }

    /// The whole history.
    ///
    /// # Errors
    /// [`Error::NoScene`] before the first moment.
    pub async fn export(&self) -> Result<Export, Error> {
        self.ask(|reply| driver::Request::Export { reply }).await?
    }

    /// All viewers.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn viewers(&self) -> Result<Vec<Company>, Error> {
        self.ask(|reply| driver::Request::Viewers { reply }).await
    }

    /// Changes what a viewer may do.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown viewer.
    pub async fn set_role(&self, viewer: ViewerId, role: Role) -> Result<(), Error> {
        self.ask(|reply| driver::Request::SetRole { viewer, role, reply }).await?
    }

    /// Gives control to a viewer, or takes it from whoever has it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown viewer, [`Error::Denied`] for one who may only watch.
    pub async fn give_control(&self, viewer: Option<ViewerId>) -> Result<(), Error> {
        self.ask(|reply| driver::Request::GiveControl { viewer, reply }).await?
    }

    async fn obeyed(
        (number, mut snapshots): (u64, watch::Receiver<Arc<Snapshot>>),
    ) -> Result<Arc<Snapshot>, Error> {
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
    pub async fn join(&self, role: Role) -> Result<Viewer, Error> {
        self.join_beside(role, None).await
    }

    /// Admits a further view of the viewer `beside`, whose free camera it begins with. Where there
    /// is no such viewer it is one of its own.
    ///
    /// # Errors
    /// [`Error::Limit`] when the session is full.
    pub async fn join_beside(&self, role: Role, beside: Option<ViewerId>) -> Result<Viewer, Error> {
        let joined = self.ask(|reply| driver::Request::Join { role, beside, reply }).await??;
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
            let asked = driver::Asked { by: self.author.clone(), request: request(reply) };
            self.requests.send(asked).await.map_err(|_| Error::Gone)?;
            answer.await.map_err(|_| Error::Gone)
        };
        tokio::time::timeout(deadline, asked).await.map_err(|_| Error::TimedOut(deadline))?
    }

    /// Tells the driver something that needs no answer.
    async fn tell(&self, request: driver::Request) {
        let asked = driver::Asked { by: self.author.clone(), request };
        if self.requests.send(asked).await.is_err() {
            tracing::debug!("the session has ended; a request was dropped");
        }
    }

    async fn event(&self, viewer: ViewerId, event: Event, at: Instant) -> Result<(), Error> {
        self.ask_within(LOAD_DEADLINE, |reply| driver::Request::Event { viewer, event, at, reply })
            .await?
    }

    /// The clock that frames and pongs are stamped with.
    pub fn clock(&self) -> MediaClock {
        self.shared.clock
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
