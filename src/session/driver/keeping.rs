//! What is kept of a session for the next start of the daemon, and when.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::Driver;
use crate::{
    control::PhysicsCommand,
    scene::Snapshot,
    session::{Checkpoint, End, Run, keep::origin_of},
};

/// How long after a change a session is kept at the latest.
const KEEP_AFTER: Duration = Duration::from_millis(200);
/// How long the last moment may take to come when the daemon ends.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// What has changed since the session was kept.
#[derive(Default)]
pub(super) struct Keeping {
    /// The newest moment with its full state.
    whole: Option<Arc<Snapshot>>,
    /// The command from which on moments are those of the simulation, not of its way to where it
    /// begins.
    from: u64,
    /// The first change that is not kept.
    touched: Option<Instant>,
}

impl Keeping {
    /// Something is other than it was kept.
    pub fn touch(&mut self) {
        self.touched.get_or_insert_with(Instant::now);
    }

    /// Another worker simulates, and begins with the command of this number.
    pub fn begin(&mut self, from: u64) {
        (self.whole, self.from) = (None, from);
        self.touch();
    }

    /// A moment was published.
    pub fn seen(&mut self, snapshot: &Arc<Snapshot>) {
        if snapshot.integration.is_empty() || snapshot.acknowledged < self.from {
            return;
        }
        let before = self.whole.as_ref().map(|whole| whole.sequence);
        if before != Some(snapshot.sequence) {
            self.whole = Some(Arc::clone(snapshot));
            self.touch();
        }
    }
}

impl Driver {
    /// When the session is to be kept next.
    pub(super) fn keep_due(&self) -> Option<Instant> {
        self.shared.keeper.as_ref()?;
        Some(self.keeping.touched? + KEEP_AFTER)
    }

    /// Keeps it as it is.
    pub(super) fn keep_now(&mut self) {
        self.keeping.touched = None;
        // One that has no moment yet may be kept with a later one of the time before.
        let is_on_its_way = !self.loads.is_empty() && self.scene.is_none();
        let has_moment = self.keeping.whole.is_some() || self.scene.is_none();
        if let Some(keeper) = &self.shared.keeper.as_ref().filter(|_| has_moment && !is_on_its_way)
        {
            keeper.save(self.checkpoint());
        }
    }

    /// All that it takes to go on with the session.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        let info = &self.info;
        let run = self.scene.as_ref().map(|scene| Run {
            scene: Arc::clone(scene),
            paused: self.paused,
            speed: self.speed,
            shown: self.options.clone(),
            keyframes: self.saved.iter().map(|s| (s.name.clone(), s.state.clone())).collect(),
            origin: self.keeping.whole.as_deref().map(origin_of),
        });
        let (id, name, created) = (info.id().clone(), info.name(), info.created());
        Checkpoint { id, name, created, terms: info.terms(), run }
    }

    /// Stops time, and gives all that it takes to go on elsewhere.
    pub(super) async fn depart(&mut self) -> Checkpoint {
        self.last_moment().await;
        self.checkpoint()
    }

    /// Goes on after all.
    pub(super) fn stay(&mut self) {
        if !self.paused && !self.idle.is_paused() {
            let _ = self.send(PhysicsCommand::Play);
        }
    }

    /// Keeps the last moment of a daemon's sessions, and nothing of one that nobody wants.
    pub(super) async fn keep_at_end(&mut self, end: End) {
        let Some(keeper) = self.shared.keeper.clone() else { return };
        if end != End::Shutdown {
            return keeper.forget(self.info.id());
        }
        self.last_moment().await;
        self.keep_now();
    }

    /// Waits for the full state of this moment, while there is one.
    async fn last_moment(&mut self) {
        let Ok((number, mut snapshots)) = self.send(PhysicsCommand::Pause) else { return };
        // A simulation that stands still tells all of its state.
        let last = |s: &Arc<Snapshot>| s.acknowledged >= number && !s.integration.is_empty();
        if let Ok(Ok(last)) = tokio::time::timeout(LAST_MOMENT, snapshots.wait_for(last)).await {
            let last = Arc::clone(&last);
            self.keeping.seen(&last);
        }
    }
}
