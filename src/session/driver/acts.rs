//! What viewers and programs do to the simulation.

use std::{sync::Arc, time::Instant};

use tokio::sync::oneshot;

use super::{Begin, Commanded, Driver, ForkPoint, Model, Saved};
use crate::{
    control::{self, Command, Event, Hit, PhysicsCommand, Slot, StateSection},
    render,
    scene::{Assets, Pose, Snapshot},
    session::{
        Author, DEADLINE, Error, Export, History, Notice, Source,
        names::{self, Unknown},
        pick::pick,
        seat::{Effect, Gesture, Purpose, World},
        timeline::Wanted,
        undo::Before,
    },
    units::ViewerId,
};

/// Most keyframes that a session keeps beside the model's own.
const MAX_SAVED: usize = 64;

type Reply = oneshot::Sender<Result<(), Error>>;

/// A way through the history that is under way.
pub(super) struct Seek {
    /// The command that goes there.
    number: u64,
    /// Where to go from there, by the time it has been reached.
    next: Option<u64>,
}

/// A moment to be kept.
pub(super) struct Captured {
    name: Option<String>,
    state: Result<Vec<f64>, Error>,
    reply: oneshot::Sender<Result<String, Error>>,
}

/// What was found at a point of a viewer's picture.
pub(super) struct Picked {
    viewer: ViewerId,
    purpose: Purpose,
    hit: Result<Option<Hit>, render::Error>,
    reply: Reply,
}

impl Driver {
    /// Acts on an event of a viewer.
    pub(super) async fn event(
        &mut self,
        viewer: ViewerId,
        event: Event,
        at: Instant,
        reply: Reply,
    ) {
        let counter = &self.shared.counters.events;
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let nothing = Assets::default();
        let assets = self.running.as_ref().map(|running| Arc::clone(&running.assets));
        let world = World {
            assets: assets.as_deref().unwrap_or(&nothing),
            paused: self.paused,
            speed: self.speed,
            selected: self.selected().is_some(),
            budget: self.shared.settings.frame_size,
        };
        let Some(seated) = self.seats.get_mut(&viewer) else {
            let _ = reply.send(Err(Error::Gone));
            return;
        };
        match seated.seat.act(event, at, &world) {
            Ok(effect) => self.effect(viewer, effect, at, reply).await,
            Err(sentence) => drop(reply.send(Err(Error::Invalid(sentence)))),
        }
    }

    async fn effect(&mut self, viewer: ViewerId, effect: Effect, at: Instant, reply: Reply) {
        if needs_control(&effect)
            && let Err(denied) = self.take_turn(viewer)
        {
            if let Some(seated) = self.seats.get_mut(&viewer) {
                seated.seat.let_go();
            }
            let _ = reply.send(Err(denied));
            return;
        }
        let sent = self.sent;
        let outcome = match effect {
            Effect::None => Ok(()),
            Effect::Hover => {
                self.hovered(viewer);
                Ok(())
            }
            Effect::Camera { settled } => {
                self.go_own_way(viewer);
                self.place(viewer, settled, Some(at)).await;
                if settled || self.state_is_old() {
                    self.send_state_if_paused();
                }
                Ok(())
            }
            Effect::Viewport => {
                self.place(viewer, true, Some(at)).await;
                Ok(())
            }
            Effect::Drawing => {
                self.place(viewer, true, Some(at)).await;
                self.tell_flags(Some(viewer));
                Ok(())
            }
            Effect::Physics(command) => self.command(command).map(|_| ()),
            Effect::Stop => self.stop().map(|_| ()),
            Effect::StepOn => self.step_on(),
            Effect::Keyframe => {
                if let Some((_, watched)) = self.views.of(viewer) {
                    watched.view.request_keyframe();
                }
                Ok(())
            }
            Effect::Perturb(gesture) => self.perturb(viewer, gesture),
            Effect::Pick(at, purpose) => return self.begin_pick(viewer, at, purpose, reply),
            Effect::Session(command) => return self.command_of(viewer, command, reply).await,
        };
        if self.sent != sent {
            self.echo.acted(self.sent, at);
        }
        let _ = reply.send(outcome);
    }

    /// A command of a viewer that the seat does not deal with.
    async fn command_of(&mut self, viewer: ViewerId, command: Command, reply: Reply) {
        let outcome = match command {
            Command::LoadScene(xml) => return self.load_for(Source::Mjcf(xml), reply),
            Command::LoadPreset(id) => return self.load_for(Source::Preset(id), reply),
            Command::SaveKeyframe(name) => {
                let (kept, done) = oneshot::channel();
                self.save_keyframe(name, kept);
                tokio::spawn(async move {
                    let outcome = done.await.unwrap_or(Err(Error::Gone));
                    let _ = reply.send(outcome.map(|_| ()));
                });
                return;
            }
            Command::Follow(leader) => self.follow(viewer, leader).await,
            Command::RequestControl
            | Command::GrantControl(_)
            | Command::DenyControl
            | Command::TakeControl
            | Command::ReleaseControl => self.control(viewer, &command),
            Command::Seek(moment) => self.seek(moment),
            command => self.act(command).map(|_| ()),
        };
        let _ = reply.send(outcome);
    }

    /// Does what a command says, whoever gave it; those that are about a viewer's own picture are
    /// refused, and so are those that take time.
    pub(super) fn act(&mut self, command: Command) -> Result<Commanded, Error> {
        let physics = match command {
            Command::Physics(command) => command,
            Command::Toggle if self.paused => PhysicsCommand::Play,
            Command::Toggle => PhysicsCommand::Pause,
            Command::Stop => return self.stop(),
            Command::Seek(moment) => return self.go_to(moment),
            Command::LoadKeyframe(slot) => self.keyframe(&slot)?,
            Command::SetFlags(update) => {
                self.options.update(&update);
                self.tell_flags(None);
                PhysicsCommand::Show(Box::new(self.options.clone()))
            }
            command => self.named(command)?,
        };
        self.command(physics)
    }

    /// The same for a command that names things of the model.
    fn named(&self, command: Command) -> Result<PhysicsCommand, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let assets = &running.assets;
        let body = |slot: &Slot| names::body(assets, slot);
        Ok(match command {
            Command::Set(StateSection::Ctrl, values) => {
                PhysicsCommand::SetControl(names::controls(assets, &values)?)
            }
            Command::Set(StateSection::Qpos, values) => {
                PhysicsCommand::SetQpos(names::positions(assets, &values)?)
            }
            Command::Set(StateSection::Qvel, values) => {
                PhysicsCommand::SetQvel(names::velocities(assets, &values)?)
            }
            Command::SetMocap { body: slot, position, orientation } => {
                let mocap = names::mocap(assets, &slot)?;
                let now = running.snapshots.borrow().mocap.get(mocap as usize).copied();
                let now = now.ok_or_else(|| Unknown::new("mocap body", &slot))?;
                let pose = Pose {
                    position: position.unwrap_or(now.position),
                    orientation: orientation.unwrap_or(now.orientation),
                };
                PhysicsCommand::SetMocap(mocap, pose)
            }
            Command::ApplyForce { body: slot, force: [x, y, z], torque: [a, b, c] } => {
                PhysicsCommand::SetForce(body(&slot)?, [x, y, z, a, b, c])
            }
            Command::SelectBody(slot) => {
                let id = body(&slot)?;
                let at = running.snapshots.borrow().bodies.get(id as usize).copied();
                let point = at.unwrap_or_default();
                PhysicsCommand::Select(Some(Hit { object_kind: BODY, object_id: id, point }))
            }
            Command::Select(None) => PhysicsCommand::Select(None),
            _ => {
                let text = "this command is about a viewer's own picture, or needs a viewer";
                return Err(Error::Invalid(text.into()));
            }
        })
    }

    fn stop(&mut self) -> Result<Commanded, Error> {
        self.command(PhysicsCommand::Pause)?;
        self.command(PhysicsCommand::Reset)
    }

    fn load_for(&mut self, source: Source, reply: Reply) {
        let (loaded, done) = oneshot::channel();
        self.queue_load(Model::New(source), Begin::Fresh, loaded);
        tokio::spawn(async move {
            let outcome = done.await.unwrap_or(Err(Error::Gone));
            let _ = reply.send(outcome.map(|_| ()));
        });
    }

    // ---- keyframes ----------------------------------------------------------------------

    fn keyframe(&self, slot: &Slot) -> Result<PhysicsCommand, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let own = &running.assets.model.keyframes;
        let saved = match slot {
            Slot::Index(index) if (*index as usize) < own.len() => {
                return Ok(PhysicsCommand::LoadKeyframe(*index));
            }
            Slot::Index(index) => self.saved.get(*index as usize - own.len()),
            Slot::Name(name) => {
                if let Some(index) = own.iter().position(|known| known == name) {
                    return Ok(PhysicsCommand::LoadKeyframe(index as u32));
                }
                self.saved.iter().find(|saved| saved.name == *name)
            }
        };
        let saved = saved.ok_or_else(|| Unknown::new("keyframe", slot))?;
        Ok(PhysicsCommand::SetState(saved.state.clone()))
    }

    /// Keeps this moment under a name, and answers with it.
    pub(super) fn save_keyframe(
        &mut self,
        name: Option<String>,
        reply: oneshot::Sender<Result<String, Error>>,
    ) {
        let (number, mut snapshots) = match self.command(PhysicsCommand::Capture) {
            Ok(commanded) => commanded,
            Err(error) => return drop(reply.send(Err(error))),
        };
        self.captures.spawn(async move {
            let whole = |s: &Arc<Snapshot>| s.acknowledged >= number && !s.integration.is_empty();
            let found = tokio::time::timeout(DEADLINE, snapshots.wait_for(whole)).await;
            let state = match found {
                Ok(Ok(snapshot)) => Ok(snapshot.integration.clone()),
                Ok(Err(_)) => Err(Error::NoScene),
                Err(_) => Err(Error::TimedOut(DEADLINE)),
            };
            Captured { name, state, reply }
        });
    }

    pub(super) fn captured(&mut self, captured: Captured) {
        let Captured { name, state, reply } = captured;
        let _ = reply.send(state.and_then(|state| self.keep(name, state)));
    }

    /// Keeps a state under a name; one that is taken is replaced. Gives the name.
    fn keep(&mut self, name: Option<String>, state: Vec<f64>) -> Result<String, Error> {
        let free = |n: &usize| self.saved.iter().all(|saved| saved.name != format!("saved {n}"));
        let name = name.unwrap_or_else(|| {
            let n = (1..).find(free).expect("invariant: there are fewer than all numbers");
            format!("saved {n}")
        });
        self.saved.retain(|saved| saved.name != name);
        if self.saved.len() == MAX_SAVED {
            return Err(Error::Limit { what: "saved keyframes", limit: MAX_SAVED });
        }
        self.saved.push(Saved { name: name.clone(), state });
        Ok(name)
    }

    // ---- history ------------------------------------------------------------------------

    pub(super) fn history(&self) -> Result<History, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let range = self.timeline.range().ok_or(Error::NoScene)?;
        let timestep = running.snapshots.borrow().mechanics.timestep;
        let own = running.assets.model.keyframes.iter();
        let keyframes = own.chain(self.saved.iter().map(|saved| &saved.name)).cloned().collect();
        Ok(History { range, timestep, keyframes })
    }

    pub(super) fn export(&self) -> Result<Export, Error> {
        let history = self.history()?;
        let scene = self.scene.clone().ok_or(Error::NoScene)?;
        let (moments, log) = self.timeline.export();
        Ok(Export { history, scene, moments, log })
    }

    /// Goes to a moment; while the way to another is under way, right after it.
    fn seek(&mut self, moment: control::Moment) -> Result<(), Error> {
        let tick = self.find(moment)?;
        match &mut self.seek {
            Some(seek) => seek.next = Some(tick),
            None => drop(self.go_to_tick(tick)?),
        }
        Ok(())
    }

    fn go_to(&mut self, moment: control::Moment) -> Result<Commanded, Error> {
        let tick = self.find(moment)?;
        self.go_to_tick(tick)
    }

    fn find(&self, moment: control::Moment) -> Result<u64, Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let wanted = match moment {
            control::Moment::Tick(tick) => Wanted::Tick(tick),
            control::Moment::Time(time) => Wanted::Time(time),
            control::Moment::Steps(steps) => Wanted::Steps(steps),
        };
        let timestep = running.snapshots.borrow().mechanics.timestep;
        self.timeline.find(wanted, timestep).ok_or(Error::NoScene)
    }

    /// What another session begins with to be where this one was at `moment`.
    pub(super) fn fork_point(&self, moment: control::Moment) -> Result<ForkPoint, Error> {
        let tick = self.find(moment)?;
        let replay = self.timeline.replay(tick).ok_or(Error::NoScene)?;
        let scene = self.scene.clone().ok_or(Error::NoScene)?;
        Ok((scene, Box::new(replay)))
    }

    fn go_to_tick(&mut self, tick: u64) -> Result<Commanded, Error> {
        let replay = self.timeline.replay(tick).ok_or(Error::NoScene)?;
        let commanded = self.send(PhysicsCommand::Replay(Box::new(replay)))?;
        self.paused = true;
        self.timeline.went(commanded.0, tick);
        self.seek = Some(Seek { number: commanded.0, next: None });
        Ok(commanded)
    }

    /// After a snapshot: goes to where the hand has moved on meanwhile.
    pub(super) fn seek_on(&mut self, snapshot: &Snapshot) {
        let reached = |seek: &mut Seek| snapshot.acknowledged >= seek.number;
        if let Some(Seek { next: Some(tick), .. }) = self.seek.take_if(reached)
            && let Err(error) = self.go_to_tick(tick)
        {
            tracing::debug!(%error, "no way through the history");
        }
    }

    /// One step forward: along the history while there is some ahead.
    fn step_on(&mut self) -> Result<(), Error> {
        let ahead = self
            .timeline
            .range()
            .is_some_and(|range| range.cursor.is_some_and(|cursor| cursor < range.last.tick));
        if ahead {
            return self.seek(control::Moment::Steps(1));
        }
        self.command(PhysicsCommand::Step(1)).map(|_| ())
    }

    // ---- selection ----------------------------------------------------------------------

    /// The selected body.
    pub(super) fn selected(&self) -> Option<u32> {
        let running = self.running.as_ref()?;
        running.snapshots.borrow().perturb.body()
    }

    fn perturb(&mut self, viewer: ViewerId, gesture: Gesture) -> Result<(), Error> {
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let seated = self.seats.get(&viewer).ok_or(Error::Gone)?;
        let eye = seated.seat.camera().eye(&running.assets, &running.snapshots.borrow());
        let command = match gesture {
            Gesture::Start(pull) => PhysicsCommand::PerturbStart(pull, eye),
            Gesture::Move(motion, delta) => PhysicsCommand::PerturbMove(motion, delta, eye),
            Gesture::End => PhysicsCommand::PerturbEnd,
        };
        self.command(command).map(|_| ())
    }

    fn begin_pick(
        &mut self,
        viewer: ViewerId,
        at: Option<[f64; 2]>,
        purpose: Purpose,
        reply: Reply,
    ) {
        let picked = move |hit, reply| Picked { viewer, purpose, hit, reply };
        let budget = self.shared.settings.frame_size;
        let seen = self.seats.get(&viewer).map(|s| (s.seat.camera(), s.seat.stream_size(budget)));
        let moment = self.running.as_mut().map(super::Running::moment);
        let (Some(at), Some((camera, size)), Some(moment)) = (at, seen, moment) else {
            self.picks.spawn(async move { picked(Ok(None), reply) });
            return;
        };
        self.picks.spawn_blocking(move || picked(pick(&moment, &camera, size, at), reply));
    }

    /// Keeps what there was before an act of an agent, and tells everybody of the act.
    pub(super) fn keep_before(&mut self, before: Option<Box<Before>>, act: String) {
        let undo = before.is_some();
        if let Some(before) = before {
            self.past.push(*before, self.sent);
        }
        if let Author::Agent(agent) = self.author.clone() {
            self.notify_all(&Notice::Act { agent, act, undo });
        }
    }

    /// Forgets the last act of an agent, of which nothing came, and tells everybody.
    pub(super) fn refused(&mut self) {
        let Author::Agent(agent) = self.author.clone() else { return };
        if let Some(act) = self.past.refuse(&self.author, self.sent, self.scene.as_ref()) {
            self.notify_all(&Notice::Act { agent, act: format!("{act}: refused"), undo: false });
        }
    }

    pub(super) async fn picked(&mut self, picked: Picked) {
        let Picked { viewer, purpose, hit, reply } = picked;
        self.author = Author::Viewer(viewer);
        let outcome = match hit {
            Ok(hit) => self.hit(viewer, purpose, hit).await,
            Err(error) => Err(error.into()),
        };
        let _ = reply.send(outcome);
    }

    async fn hit(
        &mut self,
        viewer: ViewerId,
        purpose: Purpose,
        hit: Option<Hit>,
    ) -> Result<(), Error> {
        if purpose == Purpose::Select {
            return self.command(PhysicsCommand::Select(hit)).map(|_| ());
        }
        let Some(hit) = hit else { return Ok(()) };
        let running = self.running.as_ref().ok_or(Error::NoScene)?;
        let body = names::body_of(&running.assets, &hit).filter(|body| *body > 0);
        let seated = self.seats.get_mut(&viewer).ok_or(Error::Gone)?;
        match (purpose, body) {
            (Purpose::Track, Some(body)) => seated.seat.track(body),
            _ => seated.seat.look_at(hit.point),
        }
        self.go_own_way(viewer);
        self.place(viewer, true, None).await;
        self.send_state_if_paused();
        Ok(())
    }
}

/// `mjOBJ_BODY`.
const BODY: i32 = 1;

/// Whether it acts on what everybody sees.
fn needs_control(effect: &Effect) -> bool {
    match effect {
        Effect::Physics(_)
        | Effect::Stop
        | Effect::StepOn
        | Effect::Perturb(_)
        | Effect::Pick(_, Purpose::Select) => true,
        Effect::Session(command) => !matches!(
            command,
            Command::Follow(_)
                | Command::RequestControl
                | Command::GrantControl(_)
                | Command::DenyControl
                | Command::TakeControl
                | Command::ReleaseControl
        ),
        Effect::None
        | Effect::Hover
        | Effect::Camera { .. }
        | Effect::Viewport
        | Effect::Drawing
        | Effect::Keyframe
        | Effect::Pick(..) => false,
    }
}
