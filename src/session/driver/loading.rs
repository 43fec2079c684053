//! Scenes come here: each compiles in a worker of its own, beside the one that runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::{Begin, Driver, Load, Loaded, MAX_LOADS, Model, Pace, Purpose, Running, Saved};
use crate::{
    control::{PhysicsCommand, Replay},
    scene::options::SceneOptions,
    session::{
        Author, Error, Notice, Scene, Shared, alike,
        restart::{Policy, Verdict},
    },
    worker::{self, Worker},
};

/// How long a simulation may take to get to where the one before it was; nothing is shown
/// meanwhile.
const SWAP_PATIENCE: Duration = Duration::from_millis(250);

impl Driver {
    pub(super) fn queue_load(
        &mut self,
        model: Model,
        begin: Begin,
        reply: oneshot::Sender<Result<Arc<Scene>, Error>>,
    ) {
        if self.waiting.len() == MAX_LOADS {
            let _ = reply.send(Err(Error::Limit { what: "scenes waiting", limit: MAX_LOADS }));
            return;
        }
        let by = self.author.clone();
        self.waiting.push_back(Load { model, begin, by, purpose: Purpose::Asked(reply) });
        self.start_load();
    }

    pub(super) fn start_load(&mut self) {
        if !self.loads.is_empty() {
            return;
        }
        if let Some(Load { model, begin, by, purpose }) = self.waiting.pop_front() {
            let shared = Arc::clone(&self.shared);
            let loading = async move {
                let outcome = bring_up(&shared, model).await;
                Loaded { begin, by, purpose, outcome }
            };
            self.loads.spawn(loading.instrument(tracing::info_span!("load")));
        }
    }

    pub(super) async fn loaded(&mut self, Loaded { begin, by, purpose, outcome }: Loaded) {
        self.author = by;
        match (outcome, purpose) {
            (Ok((running, scene)), Purpose::Asked(reply)) => {
                let name = running.assets.model.name.clone();
                let scene = Arc::new(Scene { model_name: name, ..scene });
                self.policy = Policy::default();
                // What died meanwhile is not wanted back.
                self.waiting.retain(|load| !matches!(load.purpose, Purpose::Restart));
                (self.paused, self.speed) = match &begin {
                    Begin::Alike => (self.paused, self.speed),
                    Begin::At(_) => (true, 1.0),
                    Begin::Fresh | Begin::Resumed(_) => (false, 1.0),
                    Begin::Kept(run) => (run.paused, run.speed),
                };
                self.saved.clear();
                if let Begin::Kept(run) = &begin {
                    self.options = run.shown.clone();
                    let saved = run.keyframes.iter().cloned();
                    self.saved.extend(saved.map(|(name, state)| Saved { name, state }));
                }
                self.scene = Some(Arc::clone(&scene));
                self.adopt(running, begin).await;
                self.notify_all(&Notice::SceneUpdated(Arc::clone(&scene)));
                tracing::info!(model = scene.model_name, "scene loaded");
                let _ = reply.send(Ok(scene));
            }
            (Ok((running, _)), Purpose::Restart) => {
                self.adopt(running, begin).await;
                tracing::info!("simulation restarted");
            }
            (Err(error), Purpose::Asked(reply)) => {
                tracing::info!(%error, "scene refused; the old one runs on");
                let _ = reply.send(Err(error));
            }
            (Err(error), Purpose::Restart) => self.worker_ended(error.to_string()),
        }
        self.start_load();
    }

    /// Makes `running` the simulation that everybody sees.
    async fn adopt(&mut self, running: Running, begin: Begin) {
        let same_scene = matches!(begin, Begin::Resumed(_));
        let replay = match &begin {
            Begin::At(replay) | Begin::Resumed(replay) => Some(Replay::clone(replay)),
            Begin::Kept(run) => run.origin.clone().map(Replay::to),
            Begin::Fresh | Begin::Alike => None,
        };
        let alike = match (&begin, &self.running) {
            (Begin::Alike, Some(old)) => {
                let snapshot = Arc::clone(&old.snapshots.borrow());
                alike::carry(&old.assets, &snapshot, &running.assets)
            }
            _ => Vec::new(),
        };
        let assets = Arc::clone(&running.assets);
        let first = Arc::clone(&running.snapshots.borrow());
        self.running = Some(running);
        self.seek = None;
        self.failed.send_replace(None);
        if same_scene {
            self.timeline.resume();
        } else {
            self.timeline.clear();
            if replay.is_none() {
                // What is published next may come before anybody looks again.
                self.timeline.seen(&first);
            }
            self.seats.values_mut().for_each(|seated| seated.seat.meet(&assets));
        }
        for seated in self.seats.values_mut() {
            seated.seat.let_go();
        }
        let replay = replay.map(|replay| PhysicsCommand::Replay(Box::new(replay)));
        let show = || PhysicsCommand::Show(Box::new(self.options.clone()));
        let options = (self.options != SceneOptions::default()).then(show);
        let wishes = replay.into_iter().chain(alike).chain(options).chain([
            PhysicsCommand::PublishRate(self.publish_rate()),
            PhysicsCommand::Speed(self.speed),
        ]);
        let play = (!self.paused && !self.idle.is_paused()).then_some(PhysicsCommand::Play);
        // One that died in between refuses them; its end is noticed by the main loop.
        let sent: Result<Vec<_>, _> = wishes
            .chain(play)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|wish| self.send(wish))
            .collect();
        let last = sent.ok().and_then(|mut sent| sent.pop());
        // One that refused them never has a moment of its own.
        self.keeping.begin(last.as_ref().map_or(u64::MAX, |(number, _)| *number));
        if let Some((number, mut snapshots)) = last {
            // Nobody should see the model at rest for a moment.
            let obeyed = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
            let _ = tokio::time::timeout(SWAP_PATIENCE, obeyed).await;
        }
        if !same_scene && let Some(scene) = &self.scene {
            self.recordings.meet(scene, &assets);
        }
        // The device may have changed while the model was loaded.
        self.restage();
        let connected: Vec<_> = self
            .seats
            .iter()
            .filter(|(_, seated)| seated.outlet.is_some())
            .map(|(id, _)| *id)
            .collect();
        for viewer in connected {
            self.place(viewer, true, None).await;
        }
        self.place_recordings(&assets).await;
    }

    pub(super) fn worker_ended(&mut self, how: String) {
        let Some(scene) = self.scene.clone() else { return };
        self.running = None;
        let verdict = self.policy.died(Instant::now());
        tracing::warn!(%how, ?verdict, "the simulation's process ended");
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
        let begin =
            origin.map_or(Begin::Fresh, |origin| Begin::Resumed(Box::new(Replay::to(origin))));
        let model = Model::Known(Scene::clone(&scene));
        let by = Author::Program;
        self.waiting.push_front(Load { model, begin, by, purpose: Purpose::Restart });
        self.start_load();
    }
}

/// Compiles a scene in a new worker and prepares it for drawing.
async fn bring_up(shared: &Arc<Shared>, model: Model) -> Result<(Running, Scene), Error> {
    let scene = match model {
        Model::Known(scene) => scene,
        Model::New(source) => {
            // The checks of the longest text take some tens of milliseconds.
            let resolving = tokio::task::spawn_blocking(|| source.resolve());
            resolving.await.map_err(|_| Error::Gone)??
        }
    };
    let limits = worker::Limits {
        // The daemon's own scenes need no jail.
        confined: shared.settings.worker.confined && scene.preset.is_none(),
        ..shared.settings.worker.clone()
    };
    let (worker, assets) = Worker::spawn(&scene.bundle, &limits).await?;
    let stage = shared.drawing.stage_new(&assets).await?;
    let changes = worker.changes().expect("invariant: a new worker's changes are nobody's yet");
    let snapshots = worker.snapshots();
    let newest = (snapshots.borrow().sequence, Instant::now());
    let pace = Pace::new(&snapshots.borrow(), Instant::now());
    let running = Running { snapshots, changes, worker, assets, stage, newest, pace };
    Ok((running, scene))
}
