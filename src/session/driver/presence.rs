//! Whether anybody is there: a session's rest, its end, and what others see of it at a glance.

use std::{
    sync::atomic::Ordering,
    time::{Instant, SystemTime},
};

use tokio::sync::mpsc;

use super::{
    super::{End, Glance, News, Notice, Phase, idle::Act},
    Asked, Driver,
};
use crate::control::PhysicsCommand;

impl Driver {
    /// Lets the session run again when somebody has come.
    pub(super) fn note_occupation(&mut self) {
        let occupied =
            !self.seats.is_empty() || !self.recordings.is_empty() || self.wishes.borrow().holds > 0;
        let wakes = self.idle.occupied(occupied, Instant::now());
        self.wake(wakes);
    }

    /// Runs on after a rest.
    pub(super) fn wake(&mut self, wakes: bool) {
        if !wakes {
            return;
        }
        self.restage();
        if !self.paused && self.tell_worker(PhysicsCommand::Play) {
            tracing::info!("in use again; runs on");
        }
    }

    /// When something is due for want of use.
    pub(super) fn idle_deadline(&self) -> Option<Instant> {
        self.idle.deadline(self.wishes.borrow().terms.patience)
    }

    /// Puts a session to rest that was left alone, or says that it is to end.
    pub(super) fn is_expired(&mut self) -> bool {
        let patience = self.wishes.borrow().terms.patience;
        match self.idle.due(Instant::now(), patience) {
            Some(Act::Expire) => return true,
            Some(Act::Pause) => self.rest(),
            None => {}
        }
        false
    }

    fn rest(&mut self) {
        // The device's copy of the model: megabytes, and made anew in milliseconds.
        if let Some(running) = self.running.as_mut() {
            running.stage = None;
        }
        if !self.paused && self.tell_worker(PhysicsCommand::Pause) {
            tracing::info!("nobody uses the session; paused");
        }
    }

    /// Whether there is a worker that was told.
    fn tell_worker(&self, command: PhysicsCommand) -> bool {
        self.running.as_ref().is_some_and(|running| running.worker.send(command).is_ok())
    }

    /// Tells everybody, and ends what the session has.
    pub(super) async fn end(mut self, end: End, inbox: mpsc::Receiver<Asked>) {
        for seated in self.seats.values() {
            // One that does not read is told by the end of its queue.
            let _ = seated.notify.try_send(Notice::Closing(end));
        }
        self.info.feed().push(News::Ended(end));
        let viewers = self.seats.len() as u64;
        self.shared.counters.viewers.fetch_sub(viewers, Ordering::Relaxed);
        self.keep_at_end(end).await;
        self.loads.shutdown().await;
        if let Some(running) = self.running.take() {
            running.worker.stop().await;
        }
        tracing::info!(why = ?end, "session ended");
        // Whoever waits for the end sees it in this.
        drop(inbox);
    }

    /// What the session is about.
    pub(super) fn glance(&self) -> Glance {
        let snapshot = self.running.as_ref().map(|running| running.snapshots.borrow().clone());
        let failure = self.failed.borrow().clone();
        let loading = !self.loads.is_empty() || !self.waiting.is_empty();
        let phase = match &snapshot {
            // As it was told: the snapshot follows in a moment.
            Some(_) if self.paused || self.idle.is_paused() => Phase::Paused,
            Some(_) => Phase::Running,
            None if loading => Phase::Loading,
            None if failure.is_some() => Phase::Failed,
            None => Phase::Empty,
        };
        let patience = self.wishes.borrow().terms.patience;
        let left = |at: Instant| at.saturating_duration_since(Instant::now());
        let expires = self.idle.expires_at(patience).map(left);
        Glance {
            phase,
            model_name: self.scene.as_ref().map(|scene| scene.model_name.clone()),
            viewers: self.seats.len(),
            streams: self.views.iter().count(),
            time: snapshot.as_ref().map_or(0.0, |snapshot| snapshot.time),
            steps: snapshot.as_ref().map_or(0, |snapshot| snapshot.steps),
            speed: self.speed,
            real_time_factor: snapshot.as_ref().map_or(0.0, |s| s.real_time_factor),
            expires_at: expires.map(|left| SystemTime::now() + left),
            failure,
        }
    }
}

/// Waits until then; for ever without a moment.
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
