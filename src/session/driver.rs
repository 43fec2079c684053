//! The one task that changes a session.

mod acts;
mod company;
mod echo;
mod filming;
mod keeping;
mod loading;
mod presence;
mod rates;
mod state;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};
use tracing::Instrument as _;

use super::{
    Author, Checkpoint, Company, End, Error, Export, Glance, History, Info, Joined, Notice, Role,
    Scene, Shared, Source, Status, StreamStatus,
    floor::Floor,
    idle::Idle,
    info::Wishes,
    keep::Run,
    news::News,
    outlet::{Outlet, WeakOutlet},
    pace::Pace,
    recordings::{self, Recordings},
    restart::Policy,
    seat::Seat,
    timeline::Timeline,
    undo::{Before, Past},
    views::{Look, Place, Views},
};
use crate::{
    control::{self, Command, Event, PhysicsCommand, Replay},
    frame,
    peer::Channel,
    render,
    scene::{Assets, Snapshot, camera::Camera, mechanics::Mechanics, options::SceneOptions},
    stream::{self, Climber, Moment, Stage},
    units::{Bitrate, ViewId, ViewerId},
    worker::{Applied, Worker},
};

/// Snapshots per second while nobody watches: what `/api/stats` shows is at most this old.
const IDLE_RATE: u32 = 10;
/// State messages per second to each viewer while the simulation moves.
const STATE_RATE: u32 = 10;
/// Scenes that may wait for the one being loaded.
const MAX_LOADS: usize = 8;
/// Numbers of one section of the state that a message to viewers has room for.
const MAX_STATE: usize = 512;
/// Frames that may wait for a peer: half a second at 30 Hz; then it skips to a key frame.
const FRAMES: usize = 16;
/// Notices that may wait for a viewer's socket; a viewer who is further behind is let go.
const NOTICES: usize = 64;

/// What the driver is asked, and by whom.
pub(super) struct Asked {
    pub by: Author,
    pub request: Request,
}

/// What the driver may be asked. Bounded by the queue it comes through.
pub(super) enum Request {
    Load { model: Model, begin: Begin, reply: oneshot::Sender<Result<Arc<Scene>, Error>> },
    Scene { reply: oneshot::Sender<Option<Arc<Scene>>> },
    Status { reply: oneshot::Sender<Option<Status>> },
    Camera { viewer: ViewerId, reply: oneshot::Sender<Option<Camera>> },
    Glance { reply: oneshot::Sender<Glance> },
    Physics { command: PhysicsCommand, reply: oneshot::Sender<Result<Commanded, Error>> },
    Act { command: Command, reply: oneshot::Sender<Result<Commanded, Error>> },
    SaveKeyframe { name: Option<String>, reply: oneshot::Sender<Result<String, Error>> },
    History { reply: oneshot::Sender<Result<History, Error>> },
    ForkPoint { moment: control::Moment, reply: oneshot::Sender<Result<ForkPoint, Error>> },
    Export { reply: oneshot::Sender<Result<Export, Error>> },
    Viewers { reply: oneshot::Sender<Vec<Company>> },
    SetRole { viewer: ViewerId, role: Role, reply: oneshot::Sender<Result<(), Error>> },
    GiveControl { viewer: Option<ViewerId>, reply: oneshot::Sender<Result<(), Error>> },
    Join { role: Role, beside: Option<ViewerId>, reply: oneshot::Sender<Result<Joined, Error>> },
    Leave { viewer: ViewerId },
    Attach { viewer: ViewerId, outlet: Outlet },
    Detach { viewer: ViewerId, outlet: WeakOutlet },
    Keyframe { viewer: ViewerId },
    Event { viewer: ViewerId, event: Event, at: Instant, reply: oneshot::Sender<Result<(), Error>> },
    Keep { before: Option<Box<Before>>, act: String },
    Refused,
    TakeBack { reply: oneshot::Sender<Option<Before>> },
    Checkpoint { reply: oneshot::Sender<Checkpoint> },
    Depart { reply: oneshot::Sender<Checkpoint> },
    Stay,
    Record { wish: recordings::Wish, reply: oneshot::Sender<Result<recordings::Begun, Error>> },
}

/// A scene, and the way to a moment of its timeline.
type ForkPoint = (Arc<Scene>, Box<Replay>);

impl Request {
    /// Whether it shows that somebody uses the session.
    fn is_use(&self) -> bool {
        let is_none = matches!(
            self,
            Self::Glance { .. }
                | Self::Viewers { .. }
                | Self::Leave { .. }
                | Self::Detach { .. }
                | Self::Checkpoint { .. }
                | Self::Depart { .. }
                | Self::Stay
        );
        !is_none
    }
}

/// The number of a command, and where to see when it has been acted on.
type Commanded = (u64, watch::Receiver<Arc<Snapshot>>);

/// Starts the task; it ends when it is told to, or when the last handle is dropped.
pub(super) fn spawn(
    info: Arc<Info>,
    shared: Arc<Shared>,
    inbox: mpsc::Receiver<Asked>,
    failed: watch::Sender<Option<String>>,
) -> JoinHandle<()> {
    let wishes = info.wishes();
    let (ended, view_ends) = mpsc::channel(FRAMES);
    let (recordings, recording_ends) = Recordings::new();
    let driver = Driver {
        info,
        timeline: Timeline::new(shared.settings.history_bytes),
        floor: Floor::new(shared.settings.control_patience),
        options: SceneOptions::default(),
        told: None,
        saved: Vec::new(),
        author: Author::default(),
        past: Past::default(),
        sent: 0,
        echo: echo::Echo::default(),
        picks: JoinSet::new(),
        captures: JoinSet::new(),
        seek: None,
        shared,
        wishes,
        idle: Idle::new(Instant::now()),
        failed,
        view_ended: ended,
        running: None,
        scene: None,
        loads: JoinSet::new(),
        waiting: VecDeque::new(),
        stagings: JoinSet::new(),
        policy: Policy::default(),
        paused: false,
        speed: 1.0,
        seats: BTreeMap::new(),
        views: Views::default(),
        state_sent: Instant::now(),
        rates_at: Instant::now(),
        recordings,
        keeping: keeping::Keeping::default(),
    };
    // At the highest level, as are those of viewers and requests: whatever is logged says where.
    let span = tracing::error_span!(parent: None, "session", id = %driver.info.id());
    tokio::spawn(driver.run(inbox, view_ends, recording_ends).instrument(span))
}

/// A worker with the model that it runs.
struct Running {
    worker: Worker,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    changes: mpsc::Receiver<Applied>,
    assets: Arc<Assets>,
    /// `None` until the model is on the device of the moment.
    stage: Option<Arc<Stage>>,
    /// The number of the newest snapshot, and when it came.
    newest: (u64, Instant),
    pace: Pace,
}

impl Running {
    fn moment(&mut self) -> Arc<Moment> {
        let snapshot = Arc::clone(&self.snapshots.borrow_and_update());
        if snapshot.sequence != self.newest.0 {
            self.newest = (snapshot.sequence, Instant::now());
        }
        Arc::new(Moment {
            stage: self.stage.clone(),
            assets: Arc::clone(&self.assets),
            snapshot,
            taken: self.newest.1,
        })
    }
}

/// A load that someone asked for, or a restart that nobody did.
struct Load {
    model: Model,
    begin: Begin,
    by: Author,
    purpose: Purpose,
}

/// What is to be simulated.
pub(super) enum Model {
    /// A model that nobody has checked yet.
    New(Source),
    /// A scene as it is or was elsewhere.
    Known(Scene),
}

enum Purpose {
    Asked(oneshot::Sender<Result<Arc<Scene>, Error>>),
    Restart,
}

/// How a simulation that has just been loaded begins.
pub(super) enum Begin {
    /// In its initial state.
    Fresh,
    /// With what the one before has of the same names.
    Alike,
    /// At a moment of another's timeline, paused.
    At(Box<Replay>),
    /// Where the one before stood, going on.
    Resumed(Box<Replay>),
    /// As it was kept.
    Kept(Box<Run>),
}

/// What happens in a simulation.
enum FromWorker {
    Snapshot,
    Changed(Applied),
    Ended(String),
}

/// A model of which another device was given a copy.
struct Staged {
    assets: Arc<Assets>,
    outcome: Result<Option<Arc<Stage>>, Error>,
}

struct Loaded {
    begin: Begin,
    by: Author,
    purpose: Purpose,
    outcome: Result<(Running, Scene), Error>,
}

/// A viewer as the driver knows it.
struct Seated {
    seat: Seat,
    notify: mpsc::Sender<Notice>,
    /// The way to it, while there is one.
    outlet: Option<Outlet>,
    /// What the way before was taken to carry: the next leads over the same line, as a rule.
    known: Option<Bitrate>,
    role: Role,
    /// Whose camera it shows.
    follows: Option<ViewerId>,
    /// Whose further view it is.
    beside: Option<ViewerId>,
    /// What its path carries.
    climber: Climber,
}

/// A keyframe that was saved.
struct Saved {
    name: String,
    state: Vec<f64>,
}

struct Driver {
    info: Arc<Info>,
    shared: Arc<Shared>,
    /// What may change from outside without a request.
    wishes: watch::Receiver<Wishes>,
    idle: Idle,
    failed: watch::Sender<Option<String>>,
    view_ended: mpsc::Sender<stream::Ended>,
    running: Option<Running>,
    scene: Option<Arc<Scene>>,
    /// At most one at a time.
    loads: JoinSet<Loaded>,
    waiting: VecDeque<Load>,
    /// For a device that replaces a lost one.
    stagings: JoinSet<Staged>,
    policy: Policy,
    /// As commanded, which the snapshots follow.
    paused: bool,
    /// As commanded.
    speed: f64,
    timeline: Timeline,
    floor: Floor,
    /// What is shown to all.
    options: SceneOptions,
    /// How the simulation is computed, as viewers were told.
    told: Option<Mechanics>,
    saved: Vec<Saved>,
    /// The viewer whose event is being acted on.
    author: Author,
    /// What can be taken back of what agents did.
    past: Past,
    /// Number of the last command to the worker.
    sent: u64,
    echo: echo::Echo,
    picks: JoinSet<acts::Picked>,
    captures: JoinSet<acts::Captured>,
    /// The way through the history that is under way, and where to go next.
    seek: Option<acts::Seek>,
    seats: BTreeMap<ViewerId, Seated>,
    views: Views,
    state_sent: Instant,
    /// When the viewers' paths were last looked at.
    rates_at: Instant,
    recordings: Recordings,
    keeping: keeping::Keeping,
}

impl Driver {
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Asked>,
        mut view_ends: mpsc::Receiver<stream::Ended>,
        mut recording_ends: mpsc::Receiver<ViewerId>,
    ) {
        let mut device = self.shared.drawing.watch();
        let mut wishes = self.wishes.clone();
        let end = loop {
            self.note_occupation();
            let idle = presence::until(self.idle_deadline());
            let rates_due = self.rates_due();
            let keep_due = self.keep_due();
            tokio::select! {
                request = inbox.recv() => match request {
                    Some(asked) => self.serve(asked).await,
                    None => break End::Shutdown,
                },
                news = next_word(&mut self.running) => match news {
                    FromWorker::Snapshot => self.show(),
                    FromWorker::Changed(applied) => self.timeline.applied(applied),
                    FromWorker::Ended(how) => self.worker_ended(how),
                },
                Some(picked) = self.picks.join_next() => match picked {
                    Ok(picked) => self.picked(picked).await,
                    Err(panic) => tracing::error!(%panic, "a pick panicked"),
                },
                Some(captured) = self.captures.join_next() => match captured {
                    Ok(captured) => self.captured(captured),
                    Err(panic) => tracing::error!(%panic, "nothing was kept"),
                },
                () = presence::until(self.floor.deadline()) => self.settle_floor(),
                () = presence::until(rates_due) => self.follow_paths().await,
                () = presence::until(keep_due) => self.keep_now(),
                Some(loaded) = self.loads.join_next() => match loaded {
                    Ok(loaded) => self.loaded(loaded).await,
                    Err(panic) => {
                        tracing::error!(%panic, "a load panicked");
                        self.start_load();
                    }
                },
                Ok(()) = device.changed() => self.restage(),
                Some(staged) = self.stagings.join_next() => match staged {
                    Ok(staged) => self.staged(staged),
                    Err(panic) => {
                        tracing::error!(%panic, "no stage");
                    }
                },
                Some(ended) = view_ends.recv() => self.view_ended(ended).await,
                Some(recording) = recording_ends.recv() => {
                    self.recordings.ended(recording);
                    self.leave_view(recording);
                }
                Ok(()) = wishes.changed() => {
                    if let Some(end) = wishes.borrow_and_update().end {
                        break end;
                    }
                    self.keeping.touch();
                }
                () = idle => if self.is_expired() {
                    break End::Expired;
                },
            }
        };
        self.end(end, inbox).await;
    }

    async fn serve(&mut self, Asked { by, request }: Asked) {
        // Whoever had it awake may have let go since.
        self.note_occupation();
        if request.is_use() {
            let wakes = self.idle.used(Instant::now());
            self.wake(wakes);
        }
        self.author = match &request {
            Request::Event { viewer, .. } => Author::Viewer(*viewer),
            _ => by,
        };
        // A caller who has stopped waiting drops its end of `reply`: nothing is owed to it.
        match request {
            Request::Load { model, begin, reply } => self.queue_load(model, begin, reply),
            Request::Scene { reply } => drop(reply.send(self.scene.clone())),
            Request::Status { reply } => drop(reply.send(self.status())),
            Request::Camera { viewer, reply } => {
                let seated = self.seats.get(&viewer);
                let _ = reply.send(seated.map(|seated| seated.seat.camera()));
            }
            Request::Glance { reply } => drop(reply.send(self.glance())),
            Request::Physics { command, reply } => drop(reply.send(self.command(command))),
            Request::Act { command, reply } => drop(reply.send(self.act(command))),
            Request::SaveKeyframe { name, reply } => self.save_keyframe(name, reply),
            Request::History { reply } => drop(reply.send(self.history())),
            Request::ForkPoint { moment, reply } => drop(reply.send(self.fork_point(moment))),
            Request::Export { reply } => drop(reply.send(self.export())),
            Request::Viewers { reply } => drop(reply.send(self.company())),
            Request::SetRole { viewer, role, reply } => {
                drop(reply.send(self.set_role(viewer, role)));
            }
            Request::GiveControl { viewer, reply } => {
                drop(reply.send(self.give_control(viewer)));
            }
            Request::Join { role, beside, reply } => drop(reply.send(self.join(role, beside))),
            Request::Leave { viewer } => self.leave(viewer),
            Request::Attach { viewer, outlet } => self.attach(viewer, outlet).await,
            Request::Detach { viewer, outlet } => self.detach(viewer, &outlet),
            Request::Keyframe { viewer } => {
                if let Some((_, watched)) = self.views.of(viewer) {
                    watched.view.request_keyframe();
                }
            }
            Request::Event { viewer, event, at, reply } => {
                self.event(viewer, event, at, reply).await;
            }
            Request::Keep { before, act } => self.keep_before(before, act),
            Request::Refused => self.refused(),
            Request::TakeBack { reply } => drop(reply.send(self.past.pop())),
            Request::Checkpoint { reply } => drop(reply.send(self.checkpoint())),
            Request::Depart { reply } => drop(reply.send(self.depart().await)),
            Request::Stay => self.stay(),
            Request::Record { wish, reply } => drop(reply.send(self.record(wish).await)),
        }
    }

    // ---- the device ---------------------------------------------------------------------

    /// Shows the simulation on the device of the moment, which may be another than before, or none.
    fn restage(&mut self) {
        let device = self.shared.drawing.device();
        let Some(running) = self.running.as_mut() else { return };
        let current = |stage: &Arc<Stage>| {
            device.renderer.as_ref().is_ok_and(|now| Arc::ptr_eq(now, &stage.renderer))
        };
        running.stage = running.stage.take().filter(current);
        if running.stage.is_none() && device.renderer.is_ok() && !self.idle.is_paused() {
            let (drawing, assets) = (self.shared.drawing.clone(), Arc::clone(&running.assets));
            self.stagings.spawn(async move {
                let outcome = drawing.stage(&assets).await;
                Staged { assets, outcome }
            });
        }
        self.show();
    }

    fn staged(&mut self, Staged { assets, outcome }: Staged) {
        let shown = self.running.as_mut().filter(|running| Arc::ptr_eq(&running.assets, &assets));
        let Some(running) = shown else { return };
        match outcome {
            Ok(stage) => {
                running.stage = stage;
                self.restage();
            }
            // Another device is on its way, and its arrival leads here again.
            Err(Error::Render(render::Error::DeviceLost)) => {}
            Err(error) => {
                tracing::error!(%error, "the scene does not fit the new device");
                let message = format!("The picture stopped: {error}.");
                self.notify_all(&Notice::Error { code: "view_ended", message });
            }
        }
    }

    // ---- physics ------------------------------------------------------------------------

    fn command(&mut self, command: PhysicsCommand) -> Result<Commanded, Error> {
        match &command {
            PhysicsCommand::Play => self.paused = false,
            PhysicsCommand::Pause | PhysicsCommand::Step(_) => self.paused = true,
            PhysicsCommand::Speed(speed) => self.speed = *speed,
            _ => {}
        }
        if let (PhysicsCommand::SetOptions(settings), Some(running)) = (&command, &self.running) {
            let now = running.snapshots.borrow().mechanics;
            now.changed(settings).map_err(Error::Invalid)?;
        }
        let tick = self.running.as_ref().map_or(0, |running| running.snapshots.borrow().tick);
        let news = News::command(&self.author, &command, tick);
        let commanded = self.send(command)?;
        if let Some(news) = news {
            self.info.feed().push(news);
        }
        Ok(commanded)
    }

    /// Hands a command to the worker and to the history.
    fn send(&mut self, command: PhysicsCommand) -> Result<Commanded, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let number = running.worker.send(command.clone())?;
        self.timeline.sent(number, &command);
        self.sent = number;
        Ok((number, running.snapshots.clone()))
    }

    fn publish_rate(&self) -> u32 {
        if self.views.is_empty() { IDLE_RATE } else { self.shared.settings.frame_rate.hz() }
    }

    /// Shows the newest moment to everybody.
    fn show(&mut self) {
        let Some(running) = self.running.as_mut() else { return };
        let moment = running.moment();
        running.pace.passed(&moment.snapshot, Instant::now()).count(&self.shared.metrics);
        self.timeline.seen(&moment.snapshot);
        self.keeping.seen(&moment.snapshot);
        self.recordings.note(&moment.snapshot);
        self.tell_options(&moment.snapshot.mechanics);
        let input = self.echo.shown(moment.snapshot.acknowledged, Instant::now());
        self.views.show(&moment, input);
        self.seek_on(&moment.snapshot);
        if moment.snapshot.paused || self.state_is_old() {
            self.send_states(&moment);
        }
    }

    fn state_is_old(&self) -> bool {
        self.state_sent.elapsed() >= Duration::from_secs(1) / STATE_RATE
    }

    fn send_states(&mut self, moment: &Moment) {
        self.state_sent = Instant::now();
        let viewers = self.seats.values().filter(|seated| seated.outlet.is_some()).count();
        for (_, watched) in self.views.iter() {
            let text = self.state_message(moment, watched, viewers).to_json();
            for viewer in &watched.viewers {
                if let Some(outlet) = self.seats.get(viewer).and_then(|s| s.outlet.as_ref()) {
                    outlet.send(Channel::State, text.clone());
                }
            }
        }
    }

    /// Sends the state at once to who would not get one soon, because time stands still.
    fn send_state_if_paused(&mut self) {
        if let Some(running) = self.running.as_mut().filter(|_| self.paused) {
            let moment = running.moment();
            self.send_states(&moment);
        }
    }

    // ---- viewers ------------------------------------------------------------------------

    fn join(&mut self, role: Role, beside: Option<ViewerId>) -> Result<Joined, Error> {
        let limit = self.wishes.borrow().terms.viewers;
        if self.seats.len() >= limit {
            return Err(Error::Limit { what: "viewers (limits.viewers)", limit });
        }
        let counters = &self.shared.counters;
        let id = ViewerId(counters.next_viewer.fetch_add(1, Ordering::Relaxed) + 1);
        counters.connections.fetch_add(1, Ordering::Relaxed);
        counters.viewers.fetch_add(1, Ordering::Relaxed);
        let (notify, notices) = mpsc::channel(NOTICES);
        let mut seat = Seat::new(self.running.as_ref().map(|running| &*running.assets));
        let beside = beside.filter(|other| {
            self.seats.get(other).inspect(|other| seat.look_like(&other.seat)).is_some()
        });
        let seated = Seated {
            seat,
            notify: notify.clone(),
            outlet: None,
            known: None,
            role,
            follows: None,
            beside,
            climber: Climber::default(),
        };
        self.seats.insert(id, seated);
        if let Some(options) = self.told {
            let _ = notify.try_send(Notice::Options(Box::new(options)));
        }
        self.tell_flags(Some(id));
        self.tell_company();
        tracing::info!(viewer = %id, "viewer joined");
        Ok(Joined { id, notices, notify })
    }

    fn leave(&mut self, viewer: ViewerId) {
        if let Some(mut gone) = self.seats.remove(&viewer) {
            self.shared.counters.viewers.fetch_sub(1, Ordering::Relaxed);
            self.leave_view(viewer);
            if gone.seat.let_go() {
                let _ = self.send(PhysicsCommand::PerturbEnd);
            }
            self.unfollow(viewer);
            self.floor.release(viewer, Instant::now());
            self.tell_company();
            tracing::info!(%viewer, "viewer left");
        }
    }

    fn leave_view(&mut self, viewer: ViewerId) {
        self.views.leave(viewer);
        if self.views.is_empty() {
            self.update_publish_rate();
        }
    }

    fn update_publish_rate(&mut self) {
        let rate = PhysicsCommand::PublishRate(self.publish_rate());
        if let Some(running) = &self.running
            && running.worker.send(rate).is_err()
        {
            tracing::debug!("the worker is ending");
        }
    }

    /// Media can flow by this way, which replaces any other.
    async fn attach(&mut self, viewer: ViewerId, outlet: Outlet) {
        // Without a seat the viewer has left, and the outlet goes with this request.
        let Some(seated) = self.seats.get_mut(&viewer) else { return };
        let new = outlet.downgrade();
        let old = seated.outlet.take().filter(|old| !new.is(old));
        if let Some(known) = old.as_ref().map(Outlet::estimate).or(seated.known.take()) {
            outlet.expect(known);
        }
        seated.outlet = Some(outlet);
        let before = self.views.of(viewer).map(|(id, _)| id);
        self.place(viewer, true, None).await;
        if let Some(old) = old {
            // A view that it stays in knows only the old way.
            if let Some((id, _)) = self.views.of(viewer).filter(|(id, _)| Some(*id) == before) {
                self.enter(viewer, id).await;
            }
            tokio::spawn(async move { old.close().await });
        }
        self.send_state_if_paused();
        self.tell_company();
    }

    fn detach(&mut self, viewer: ViewerId, outlet: &WeakOutlet) {
        let Some(seated) = self.seats.get_mut(&viewer) else { return };
        if let Some(ended) = seated.outlet.take_if(|current| outlet.is(current)) {
            seated.known = Some(ended.estimate());
            self.leave_view(viewer);
            self.tell_company();
        }
    }

    fn notify_all(&mut self, notice: &Notice) {
        if let Some(news) = News::of(notice, &self.author) {
            self.info.feed().push(news);
        }
        let stuck: Vec<_> = self
            .seats
            .iter()
            .filter(|(_, seated)| seated.notify.try_send(notice.clone()).is_err())
            .map(|(id, _)| *id)
            .collect();
        for viewer in stuck {
            tracing::info!(%viewer, "viewer does not read; let go");
            self.leave(viewer);
        }
    }

    // ---- views --------------------------------------------------------------------------

    /// Puts `viewer` where its camera, size and way of drawing belong, and with it who follows.
    async fn place(&mut self, viewer: ViewerId, settled: bool, input: Option<Instant>) {
        let followers = self.lead(viewer);
        let along = |id: &ViewerId| *id == viewer || followers.contains(id);
        let alone = self.views.of(viewer).is_some_and(|(_, w)| w.viewers.iter().all(along));
        self.place_one(viewer, alone, settled, input).await;
        for follower in followers {
            self.place_one(follower, false, settled, input).await;
        }
    }

    async fn place_one(
        &mut self,
        viewer: ViewerId,
        alone: bool,
        settled: bool,
        input: Option<Instant>,
    ) {
        let settings = &self.shared.settings;
        let Some(seated) = self.seats.get(&viewer) else { return };
        let Some(outlet) = &seated.outlet else { return };
        let camera = seated.seat.camera();
        let look = Look {
            size: seated.seat.stream_size(settings.frame_size),
            settings: seated.seat.render_settings(settings.render),
            formats: outlet.formats(),
            rung: seated.climber.rung(),
        };
        self.settle(viewer, camera, look, (alone, settled), input).await;
    }

    /// The same for who sees this; `alone` and `settled` as in [`Views::place`].
    async fn settle(
        &mut self,
        viewer: ViewerId,
        camera: Camera,
        look: Look,
        (alone, settled): (bool, bool),
        input: Option<Instant>,
    ) {
        match self.views.place(viewer, &camera, look, (alone, settled)) {
            Place::Same(id) => self.views.look(id, camera, look, input),
            Place::Join(id) => self.enter(viewer, id).await,
            Place::New => {
                if let Some(id) = self.open_view(camera, look, input) {
                    self.enter(viewer, id).await;
                }
            }
        }
    }

    fn open_view(&mut self, camera: Camera, look: Look, input: Option<Instant>) -> Option<ViewId> {
        let moment = self.running.as_mut()?.moment();
        let settings = &self.shared.settings;
        let id = ViewId(self.shared.counters.next_view.fetch_add(1, Ordering::Relaxed) + 1);
        let spec = stream::Spec {
            id,
            size: look.rung.size(look.size),
            frame_rate: look.rung.frame_rate(settings.frame_rate),
            bitrate: look.rung.most(settings.bitrate),
            settings: look.settings,
            formats: look.formats,
            encoders: settings.encoders,
            clock: self.shared.clock,
            sent: Arc::clone(&self.shared.counters.frames),
            metrics: Arc::clone(&self.shared.metrics),
        };
        let (bitrate, ended) = (spec.bitrate, self.view_ended.clone());
        let report = move |end: stream::Ended| {
            // On the view's own, ending thread: waiting is fine, and a gone driver needs no word.
            let _ = ended.blocking_send(end);
        };
        match stream::View::start(spec, report) {
            Ok(view) => {
                view.look(camera, input);
                view.show(moment);
                self.views.add(id, view, (camera, look), bitrate);
                Some(id)
            }
            Err(error) => {
                tracing::error!(%error, "no view");
                None
            }
        }
    }

    async fn enter(&mut self, viewer: ViewerId, id: ViewId) {
        let first = self.views.iter().map(|(_, watched)| watched.viewers.len()).sum::<usize>() == 0;
        let (sender, receiver) = frame::queue(FRAMES);
        if let Some(watched) = self.views.enter(viewer, id) {
            watched.view.subscribe(sender);
        }
        if let Some(receiver) = self.recordings.follow(viewer, receiver)
            && let Some(outlet) = self.seats.get(&viewer).and_then(|seated| seated.outlet.clone())
        {
            outlet.play(receiver).await;
        }
        if first {
            self.update_publish_rate();
        }
    }

    async fn view_ended(&mut self, ended: stream::Ended) {
        let viewers = self.views.ended(ended.view);
        tracing::error!(view = %ended.view, error = %ended.error, "a view ended");
        let message = format!("The picture stopped: {}.", ended.error);
        let panicked = matches!(ended.error, stream::Error::Panicked);
        for viewer in viewers {
            if self.recordings.contains(viewer) && !panicked {
                self.recordings.stop(viewer, &message);
            }
            if let Some(seated) = self.seats.get(&viewer) {
                let notice = Notice::Error { code: "view_ended", message: message.clone() };
                let _ = seated.notify.try_send(notice);
            }
            // Once more, unless the same just failed for want of a device or an encoder.
            if panicked {
                self.place(viewer, true, None).await;
            }
        }
        if let Some(running) = self.running.as_ref().filter(|_| panicked) {
            let assets = Arc::clone(&running.assets);
            self.place_recordings(&assets).await;
        }
    }

    // ---- figures ------------------------------------------------------------------------

    fn status(&self) -> Option<Status> {
        let running = self.running.as_ref()?;
        let snapshot = Arc::clone(&running.snapshots.borrow());
        let assets = Arc::clone(&running.assets);
        let first = self.seats.values().next();
        let fresh = Seat::new(Some(&assets));
        let seat = first.map_or(&fresh, |seated| &seated.seat);
        let eye = Camera::Free(seat.free_camera()).eye(&assets, &snapshot);
        let streams = self.views.iter().map(|(id, watched)| StreamStatus {
            id,
            size: watched.look.rung.size(watched.look.size),
            bitrate: watched.bitrate,
            formats: watched.look.formats,
            viewers: watched
                .viewers
                .iter()
                .filter(|viewer| !self.recordings.contains(**viewer))
                .copied()
                .collect(),
            figures: watched.view.figures(),
        });
        Some(Status {
            camera: seat.free_camera(),
            eye,
            streams: streams.collect(),
            assets,
            snapshot,
            shown: self.options.clone(),
        })
    }
}

/// Waits for what happens next in a simulation; for ever without one.
async fn next_word(running: &mut Option<Running>) -> FromWorker {
    let Some(running) = running else { return std::future::pending().await };
    tokio::select! {
        // First: a moment may follow from a change that is reported here.
        biased;
        Some(applied) = running.changes.recv() => FromWorker::Changed(applied),
        change = running.snapshots.changed() => match change {
            Ok(()) => FromWorker::Snapshot,
            // The reader has stopped: the worker says why.
            Err(_) => FromWorker::Ended(running.worker.ended().await.how),
        },
        ended = running.worker.ended() => FromWorker::Ended(ended.how),
    }
}
