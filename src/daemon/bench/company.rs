//! The viewers, on threads of their own, so that their work can be told from the daemon's.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    time::sleep_until,
};

use super::{Failure, trace::Traces};
use crate::{
    control::{Command, Event},
    peer::{self, Channel, Seen, Watcher},
    session::{Handle, Role},
    units::{MediaClock, ViewerId},
};

/// Name of the viewers' threads.
pub(super) const THREADS: &str = "bench-viewer";
/// Between two inputs. No multiple of the time between two frames at any usual rate: inputs come at
/// all phases of the frame clock.
const INPUT_EVERY: Duration = Duration::from_millis(271);
/// What is on its way at the end may arrive within this.
const LINGER: Duration = Duration::from_millis(400);

/// All viewers. The first leads, the others see what it sees.
pub(super) struct Company {
    runtime: Option<Runtime>,
    watchers: Vec<Arc<Watcher>>,
    /// What arrives at the first.
    seen: Option<mpsc::Receiver<Seen>>,
}

impl Company {
    /// Nobody yet.
    pub fn start() -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(THREADS)
            .enable_all()
            .build()
            .map_err(failed)?;
        Ok(Self { runtime: Some(runtime), watchers: Vec::new(), seen: None })
    }

    /// Lets `count` viewers join `session`.
    pub async fn fill(&mut self, session: &Handle, count: u32) -> Result<(), Failure> {
        let mut leader = None;
        for _ in 0..count {
            let joined = self.join(session, leader).await?;
            leader = leader.or(Some(joined));
        }
        Ok(())
    }

    async fn join(
        &mut self,
        session: &Handle,
        leader: Option<ViewerId>,
    ) -> Result<ViewerId, Failure> {
        let made = self.on_threads(Watcher::new()).await?;
        let (watcher, seen, offer) = made.map_err(failed)?;
        let watcher = Arc::new(watcher);
        let mut viewer = session.join(Role::Control).await.map_err(failed)?;
        let answer = viewer.offer(offer).await.map_err(failed)?;
        let theirs = Arc::clone(&watcher);
        let connected = self.on_threads(async move {
            theirs.accept(answer).await?;
            theirs.connected().await
        });
        connected.await?.map_err(failed)?;
        if leader.is_some() {
            let event = Event::Command { id: None, command: Command::Follow(leader) };
            viewer.event(event).await.map_err(failed)?;
        }
        let id = viewer.id();
        // Candidates of the answer do on loopback; what else it is told is of no use here.
        tokio::spawn(async move { while viewer.notice().await.is_some() {} });
        self.watchers.push(watcher);
        self.seen.get_or_insert(seen);
        Ok(id)
    }

    /// Frames that each has got so far.
    pub fn frames(&self) -> Vec<u64> {
        self.watchers.iter().map(|watcher| watcher.frames()).collect()
    }

    /// Lets the first drag its camera to and fro, and follows its frames.
    pub async fn lead(&mut self, duration: Duration, clock: MediaClock) -> Result<Traces, Failure> {
        let first = self.watchers.first().cloned().zip(self.seen.take());
        let (watcher, seen) = first.ok_or_else(|| failed("nobody watches"))?;
        let led = self.on_threads(drag(watcher, seen, duration, clock)).await?;
        led.map_err(failed)
    }

    /// Runs `work` on the viewers' threads.
    async fn on_threads<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Failure> {
        let runtime = self.runtime.as_ref().ok_or_else(|| failed("the viewers have left"))?;
        runtime.spawn(work).await.map_err(failed)
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        // The connections close on their own threads, which must not be waited for here.
        if let Some(runtime) = self.runtime.take() {
            let _inside = runtime.enter();
            self.watchers.clear();
            drop(_inside);
            runtime.shutdown_background();
        }
    }
}

async fn drag(
    watcher: Arc<Watcher>,
    mut seen: mpsc::Receiver<Seen>,
    duration: Duration,
    clock: MediaClock,
) -> Result<Traces, peer::Error> {
    let mut traces = Traces::new(clock);
    let pointer = |kind: &str, low: bool| {
        let y = if low { 260 } else { 200 };
        json!({"type": kind, "x": 320, "y": y, "buttons": 1}).to_string()
    };
    watcher.say(Channel::Control, &json!({"type": "stamps", "on": true}).to_string()).await?;
    watcher.say(Channel::Control, &pointer("mouse_down", false)).await?;
    let end = Instant::now() + duration;
    let mut next = Instant::now() + INPUT_EVERY;
    let mut low = true;
    loop {
        tokio::select! {
            Some(seen) = seen.recv() => traces.take(seen),
            () = sleep_until(next.into()), if next < end => {
                traces.input(Instant::now());
                watcher.say(Channel::Input, &pointer("mouse_move", low)).await?;
                (next, low) = (next + INPUT_EVERY, !low);
            }
            () = sleep_until((end + LINGER).into()) => return Ok(traces),
        }
    }
}

fn failed(error: impl ToString) -> Failure {
    Failure::Failed(error.to_string())
}
