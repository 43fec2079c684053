//! The one task that changes a session.

mod acts;
mod company;
mod filming;
mod presence;
mod state;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Weak, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};

use super::{
    Company, End, Error, Export, Glance, History, Info, Joined, Notice, Scene, Shared, SharedPeer,
    Status, StreamStatus, alike,
    floor::{Floor, Role},
    idle::Idle,
    info::Wishes,
    recordings::{self, Recordings},
    restart::{Policy, Verdict},
    seat::Seat,
    timeline::Timeline,
    views::{Look, Place, Views},
};
use crate::{
    control::{self, Command, Event, PhysicsCommand, Replay},
    frame,
    peer::{Channel, Peer},
    render,
    scene::{Assets, Snapshot, camera::Camera, options::SceneOptions},
    stream::{self, Moment, Stage},
    units::{ViewId, ViewerId},
    worker::{self, Applied, Bundle, Worker},
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

/// What the driver may be asked. Bounded by the queue it comes through.
pub(super) enum Request {
    Load { scene: Scene, begin: Begin, reply: oneshot::Sender<Result<Arc<Scene>, Error>> },
    Scene { reply: oneshot::Sender<Option<Arc<Scene>>> },
    Status { reply: oneshot::Sender<Option<Status>> },
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
    Join { role: Role, reply: oneshot::Sender<Result<Joined, Error>> },
    Leave { viewer: ViewerId },
    Attach { viewer: ViewerId, peer: SharedPeer },
    Connected { viewer: ViewerId },
    Detach { viewer: ViewerId, peer: Weak<Peer> },
    Keyframe { viewer: ViewerId },
    Event { viewer: ViewerId, event: Event, at: Instant, reply: oneshot::Sender<Result<(), Error>> },
    Record { wish: recordings::Wish, reply: oneshot::Sender<Result<recordings::Begun, Error>> },
}

/// A scene, and the way to a moment of its timeline.
type ForkPoint = (Arc<Scene>, Box<Replay>);

impl Request {
    /// Whether it shows that somebody uses the session.
    fn is_use(&self) -> bool {
        let is_none = matches!(
            self,
            Self::Glance { .. } | Self::Viewers { .. } | Self::Leave { .. } | Self::Detach { .. }
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
    inbox: mpsc::Receiver<Request>,
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
        saved: Vec::new(),
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
        recordings,
    };
    tokio::spawn(driver.run(inbox, view_ends, recording_ends))
}

/// A worker with the model that it runs.
struct Running {
    worker: Worker,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    changes: mpsc::Receiver<Applied>,
    assets: Arc<Assets>,
    /// `None` until the model is on the device of the moment.
    stage: Option<Arc<Stage>>,
}

impl Running {
    fn moment(&mut self) -> Arc<Moment> {
        Arc::new(Moment {
            stage: self.stage.clone(),
            assets: Arc::clone(&self.assets),
            snapshot: Arc::clone(&self.snapshots.borrow_and_update()),
        })
    }
}

/// A load that someone asked for, or a restart that nobody did.
struct Load {
    scene: Scene,
    begin: Begin,
    purpose: Purpose,
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
}

/// What happens in a simulation.
enum News {
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
    load: Load,
    outcome: Result<Running, Error>,
}

/// A viewer as the driver knows it.
struct Seated {
    seat: Seat,
    notify: mpsc::Sender<Notice>,
    peer: Option<SharedPeer>,
    connected: bool,
    role: Role,
    /// Whose camera it shows.
    follows: Option<ViewerId>,
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
    saved: Vec<Saved>,
    picks: JoinSet<acts::Picked>,
    captures: JoinSet<acts::Captured>,
    /// The way through the history that is under way, and where to go next.
    seek: Option<acts::Seek>,
    seats: BTreeMap<ViewerId, Seated>,
    views: Views,
    state_sent: Instant,
    recordings: Recordings,
}

impl Driver {
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Request>,
        mut view_ends: mpsc::Receiver<stream::Ended>,
        mut recording_ends: mpsc::Receiver<ViewerId>,
    ) {
        let mut device = self.shared.drawing.watch();
        let mut wishes = self.wishes.clone();
        let end = loop {
            self.note_occupation();
            let idle = presence::until(self.idle_deadline());
            tokio::select! {
                request = inbox.recv() => match request {
                    Some(request) => self.serve(request).await,
                    None => break End::Shutdown,
                },
                news = next_news(&mut self.running) => match news {
                    News::Snapshot => self.show(),
                    News::Changed(applied) => self.timeline.applied(applied),
                    News::Ended(how) => self.worker_ended(how),
                },
                Some(picked) = self.picks.join_next() => match picked {
                    Ok(picked) => self.picked(picked).await,
                    Err(panic) => tracing::error!(session = %self.info.id(), %panic, "a pick panicked"),
                },
                Some(captured) = self.captures.join_next() => match captured {
                    Ok(captured) => self.captured(captured),
                    Err(panic) => tracing::error!(session = %self.info.id(), %panic, "nothing was kept"),
                },
                () = presence::until(self.floor.deadline()) => self.settle_floor(),
                Some(loaded) = self.loads.join_next() => match loaded {
                    Ok(loaded) => self.loaded(loaded).await,
                    Err(panic) => {
                        tracing::error!(session = %self.info.id(), %panic, "a load panicked");
                        self.start_load();
                    }
                },
                Ok(()) = device.changed() => self.restage(),
                Some(staged) = self.stagings.join_next() => match staged {
                    Ok(staged) => self.staged(staged),
                    Err(panic) => {
                        tracing::error!(session = %self.info.id(), %panic, "no stage");
                    }
                },
                Some(ended) = view_ends.recv() => self.view_ended(ended).await,
                Some(recording) = recording_ends.recv() => {
                    self.recordings.ended(recording);
                    self.leave_view(recording);
                }
                Ok(()) = wishes.changed() => if let Some(end) = wishes.borrow_and_update().end {
                    break end;
                },
                () = idle => if self.is_expired() {
                    break End::Expired;
                },
            }
        };
        self.end(end, inbox).await;
    }

    async fn serve(&mut self, request: Request) {
        // Whoever had it awake may have let go since.
        self.note_occupation();
        if request.is_use() {
            let wakes = self.idle.used(Instant::now());
            self.wake(wakes);
        }
        // A caller who has stopped waiting drops its end of `reply`: nothing is owed to it.
        match request {
            Request::Load { scene, begin, reply } => self.queue_load(scene, begin, reply),
            Request::Scene { reply } => drop(reply.send(self.scene.clone())),
            Request::Status { reply } => drop(reply.send(self.status())),
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
            Request::Join { role, reply } => drop(reply.send(self.join(role))),
            Request::Leave { viewer } => self.leave(viewer),
            Request::Attach { viewer, peer } => self.attach(viewer, peer),
            Request::Connected { viewer } => self.connected(viewer).await,
            Request::Detach { viewer, peer } => self.detach(viewer, &peer),
            Request::Keyframe { viewer } => {
                if let Some((_, watched)) = self.views.of(viewer) {
                    watched.view.request_keyframe();
                }
            }
            Request::Event { viewer, event, at, reply } => {
                self.event(viewer, event, at, reply).await;
            }
            Request::Record { wish, reply } => drop(reply.send(self.record(wish).await)),
        }
    }

    // ---- scenes -------------------------------------------------------------------------

    fn queue_load(
        &mut self,
        scene: Scene,
        begin: Begin,
        reply: oneshot::Sender<Result<Arc<Scene>, Error>>,
    ) {
        if self.waiting.len() == MAX_LOADS {
            let _ = reply.send(Err(Error::Limit { what: "scenes waiting", limit: MAX_LOADS }));
            return;
        }
        self.waiting.push_back(Load { scene, begin, purpose: Purpose::Asked(reply) });
        self.start_load();
    }

    fn start_load(&mut self) {
        if !self.loads.is_empty() {
            return;
        }
        if let Some(load) = self.waiting.pop_front() {
            let shared = Arc::clone(&self.shared);
            self.loads.spawn(async move {
                let outcome = bring_up(&shared, &load.scene).await;
                Loaded { load, outcome }
            });
        }
    }

    async fn loaded(&mut self, Loaded { load, outcome }: Loaded) {
        match (outcome, load.purpose) {
            (Ok(running), Purpose::Asked(reply)) => {
                let name = running.assets.model.name.clone();
                let scene = Arc::new(Scene { model_name: name, ..load.scene });
                self.policy = Policy::default();
                (self.paused, self.speed) = (matches!(load.begin, Begin::At(_)), 1.0);
                self.saved.clear();
                self.scene = Some(Arc::clone(&scene));
                self.adopt(running, load.begin).await;
                self.notify_all(&Notice::SceneUpdated(Arc::clone(&scene)));
                tracing::info!(session = %self.info.id(), model = scene.model_name, "scene loaded");
                let _ = reply.send(Ok(scene));
            }
            (Ok(running), Purpose::Restart) => {
                self.adopt(running, load.begin).await;
                tracing::info!(session = %self.info.id(), "simulation restarted");
            }
            (Err(error), Purpose::Asked(reply)) => {
                tracing::info!(session = %self.info.id(), %error, "scene refused; the old one runs on");
                let _ = reply.send(Err(error));
            }
            (Err(error), Purpose::Restart) => self.worker_ended(error.to_string()),
        }
        self.start_load();
    }

    /// Makes `running` the simulation that everybody sees.
    async fn adopt(&mut self, running: Running, begin: Begin) {
        let same_scene = matches!(begin, Begin::Resumed(_));
        let alike = match (&begin, &self.running) {
            (Begin::Alike, Some(old)) => {
                let snapshot = Arc::clone(&old.snapshots.borrow());
                alike::carry(&old.assets, &snapshot, &running.assets)
            }
            _ => Vec::new(),
        };
        let assets = Arc::clone(&running.assets);
        self.running = Some(running);
        self.seek = None;
        self.failed.send_replace(None);
        if same_scene {
            self.timeline.resume();
        } else {
            self.timeline.clear();
            self.seats.values_mut().for_each(|seated| seated.seat.meet(&assets));
        }
        for seated in self.seats.values_mut() {
            seated.seat.let_go();
        }
        let replay = match begin {
            Begin::At(replay) | Begin::Resumed(replay) => Some(PhysicsCommand::Replay(replay)),
            Begin::Fresh | Begin::Alike => None,
        };
        let show = || PhysicsCommand::Show(Box::new(self.options.clone()));
        let options = (self.options != SceneOptions::default()).then(show);
        let wishes = replay.into_iter().chain(alike).chain(options).chain([
            PhysicsCommand::PublishRate(self.publish_rate()),
            PhysicsCommand::Speed(self.speed),
        ]);
        let play = (!self.paused && !self.idle.is_paused()).then_some(PhysicsCommand::Play);
        for wish in wishes.chain(play).collect::<Vec<_>>() {
            if self.send(wish).is_err() {
                // It died in between; its end is noticed by the main loop.
                break;
            }
        }
        if !same_scene && let Some(scene) = &self.scene {
            self.recordings.meet(scene, &assets);
        }
        // The device may have changed while the model was loaded.
        self.restage();
        let connected: Vec<_> =
            self.seats.iter().filter(|(_, seated)| seated.connected).map(|(id, _)| *id).collect();
        for viewer in connected {
            self.place(viewer, true, None).await;
        }
        self.place_recordings(&assets).await;
    }

    fn worker_ended(&mut self, how: String) {
        let Some(scene) = self.scene.clone() else { return };
        self.running = None;
        let verdict = self.policy.died(Instant::now());
        tracing::warn!(session = %self.info.id(), %how, ?verdict, "the simulation's process ended");
        let message = match verdict {
            Verdict::Resume => {
                format!("The simulation stopped ({how}) and goes on from a moment ago.")
            }
            Verdict::Afresh => format!("The simulation stopped ({how}) and starts again."),
            Verdict::GiveUp => format!(
                "The simulation stops again and again ({how}). Load another scene, or this one again."
            ),
        };
        self.notify_all(&Notice::Error { code: "simulation_ended", message: message.clone() });
        if verdict == Verdict::GiveUp {
            self.failed.send_replace(Some(message));
            return;
        }
        let origin = self.timeline.latest().filter(|_| verdict == Verdict::Resume).cloned();
        let begin = origin.map_or(Begin::Fresh, |origin| {
            let until = origin.tick;
            Begin::Resumed(Box::new(Replay { from: Some(origin), log: Vec::new(), until }))
        });
        let scene = Scene::clone(&scene);
        self.waiting.push_front(Load { scene, begin, purpose: Purpose::Restart });
        self.start_load();
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
                tracing::error!(session = %self.info.id(), %error, "the scene does not fit the new device");
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
        self.send(command)
    }

    /// Hands a command to the worker and to the history.
    fn send(&mut self, command: PhysicsCommand) -> Result<Commanded, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let number = running.worker.send(command.clone())?;
        self.timeline.sent(number, &command);
        Ok((number, running.snapshots.clone()))
    }

    fn publish_rate(&self) -> u32 {
        if self.views.is_empty() { IDLE_RATE } else { self.shared.settings.frame_rate.hz() }
    }

    /// Shows the newest moment to everybody.
    fn show(&mut self) {
        let Some(running) = self.running.as_mut() else { return };
        let moment = running.moment();
        self.timeline.seen(&moment.snapshot);
        self.recordings.note(&moment.snapshot);
        self.views.show(&moment);
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
        let viewers = self.seats.values().filter(|seated| seated.connected).count();
        for (_, watched) in self.views.iter() {
            let text = self.state_message(moment, watched, viewers).to_json();
            for viewer in &watched.viewers {
                if let Some(peer) = self.seats.get(viewer).and_then(|s| s.peer.as_ref()) {
                    peer.send(Channel::State, text.clone());
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

    fn join(&mut self, role: Role) -> Result<Joined, Error> {
        let limit = self.wishes.borrow().terms.viewers;
        if self.seats.len() >= limit {
            return Err(Error::Limit { what: "viewers", limit });
        }
        let counters = &self.shared.counters;
        let id = ViewerId(counters.next_viewer.fetch_add(1, Ordering::Relaxed) + 1);
        counters.connections.fetch_add(1, Ordering::Relaxed);
        counters.viewers.fetch_add(1, Ordering::Relaxed);
        let (notify, notices) = mpsc::channel(NOTICES);
        let seat = Seat::new(self.running.as_ref().map(|running| &*running.assets));
        let seated = Seated {
            seat,
            notify: notify.clone(),
            peer: None,
            connected: false,
            role,
            follows: None,
        };
        self.seats.insert(id, seated);
        self.tell_company();
        tracing::info!(session = %self.info.id(), viewer = %id, "viewer joined");
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
            tracing::info!(session = %self.info.id(), %viewer, "viewer left");
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
            tracing::debug!(session = %self.info.id(), "the worker is ending");
        }
    }

    fn attach(&mut self, viewer: ViewerId, peer: SharedPeer) {
        self.views.leave(viewer);
        if let Some(seated) = self.seats.get_mut(&viewer) {
            seated.peer = Some(peer);
            seated.connected = false;
        }
    }

    async fn connected(&mut self, viewer: ViewerId) {
        if let Some(seated) = self.seats.get_mut(&viewer) {
            seated.connected = true;
            self.place(viewer, true, None).await;
            self.send_state_if_paused();
            self.tell_company();
        }
    }

    fn detach(&mut self, viewer: ViewerId, peer: &Weak<Peer>) {
        let Some(seated) = self.seats.get_mut(&viewer) else { return };
        let current = seated.peer.as_ref().is_some_and(|p| Weak::ptr_eq(&Arc::downgrade(p), peer));
        if current {
            seated.peer = None;
            seated.connected = false;
            self.leave_view(viewer);
            self.tell_company();
        }
    }

    fn notify_all(&mut self, notice: &Notice) {
        let stuck: Vec<_> = self
            .seats
            .iter()
            .filter(|(_, seated)| seated.notify.try_send(notice.clone()).is_err())
            .map(|(id, _)| *id)
            .collect();
        for viewer in stuck {
            tracing::info!(session = %self.info.id(), %viewer, "viewer does not read; let go");
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
        let Some(seated) = self.seats.get(&viewer).filter(|seated| seated.connected) else {
            return;
        };
        let camera = seated.seat.camera();
        let look = Look {
            size: seated.seat.stream_size(settings.frame_size),
            settings: seated.seat.render_settings(settings.render),
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
            Place::Same(id) => self.views.look(id, camera, input),
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
            size: look.size,
            frame_rate: settings.frame_rate,
            bitrate: settings.bitrate,
            settings: look.settings,
            clock: self.shared.clock,
            sent: Arc::clone(&self.shared.counters.frames),
        };
        let ended = self.view_ended.clone();
        let report = move |end: stream::Ended| {
            // On the view's own, ending thread: waiting is fine, and a gone driver needs no word.
            let _ = ended.blocking_send(end);
        };
        match stream::View::start(spec, report) {
            Ok(view) => {
                view.look(camera, input);
                view.show(moment);
                self.views.add(id, view, camera, look);
                Some(id)
            }
            Err(error) => {
                tracing::error!(session = %self.info.id(), %error, "no view");
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
            && let Some(peer) = self.seats.get(&viewer).and_then(|seated| seated.peer.clone())
        {
            peer.play(receiver).await;
        }
        if first {
            self.update_publish_rate();
        }
    }

    async fn view_ended(&mut self, ended: stream::Ended) {
        let viewers = self.views.ended(ended.view);
        tracing::error!(session = %self.info.id(), view = %ended.view, error = %ended.error, "a view ended");
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
            size: watched.look.size,
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
        })
    }
}

/// Waits for what happens next in a simulation; for ever without one.
async fn next_news(running: &mut Option<Running>) -> News {
    let Some(running) = running else { return std::future::pending().await };
    tokio::select! {
        // First: a moment may follow from a change that is reported here.
        biased;
        Some(applied) = running.changes.recv() => News::Changed(applied),
        change = running.snapshots.changed() => match change {
            Ok(()) => News::Snapshot,
            // The reader has stopped: the worker says why.
            Err(_) => News::Ended(running.worker.ended().await.how),
        },
        ended = running.worker.ended() => News::Ended(ended.how),
    }
}

/// Compiles a scene in a new worker and prepares it for drawing.
async fn bring_up(shared: &Arc<Shared>, scene: &Scene) -> Result<Running, Error> {
    let bundle = Bundle { mjcf: scene.xml.to_string(), files: Vec::new() };
    let limits = worker::Limits {
        // The daemon's own scenes need no jail.
        confined: shared.settings.worker.confined && scene.preset.is_none(),
        ..shared.settings.worker.clone()
    };
    let (worker, assets) = Worker::spawn(&bundle, &limits).await?;
    let stage = shared.drawing.stage_new(&assets).await?;
    let changes = worker.changes().expect("invariant: a new worker's changes are nobody's yet");
    Ok(Running { snapshots: worker.snapshots(), changes, worker, assets, stage })
}
