//! All sessions of a daemon: who is there, how many may be, and how they come and go.
//!
//! A session's place is taken before it starts and given back when its driver has ended, by
//! whatever it ended; the one named `default` is then started again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::Ordering},
};

use tokio::sync::{mpsc, watch};

use super::{
    Author, Change, Checkpoint, DEFAULT, Device, End, Error, Handle, Info, Keeper, Name, Overview,
    Patience, REQUESTS, Settings, Shared, Source, Terms, driver,
};
use crate::{
    metrics::{GpuMemory, Metrics},
    peer::Port,
    record, render,
    units::{Node, SessionId},
};

/// Whose sessions they are, how many there may be, and how long they last unused.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The daemon's name in their ids.
    pub node: Node,
    /// Most sessions at a time, `default` included.
    pub most: usize,
    /// How long a session may be unused, unless it is told otherwise.
    pub patience: Patience,
}

impl Default for Rules {
    /// Sixteen sessions of `local`, that are neither paused nor ended for want of use.
    fn default() -> Self {
        Self { node: Node::of_host(""), most: 16, patience: Patience::default() }
    }
}

/// All sessions of the daemon; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    registry: Arc<Registry>,
}

struct Registry {
    shared: Arc<Shared>,
    rules: Rules,
    state: Mutex<State>,
}

struct State {
    /// By id; `default` is always there.
    sessions: BTreeMap<SessionId, Handle>,
    /// Set once all is there that the daemon begins with.
    started: bool,
    /// Set once sessions move away: no others come.
    draining: bool,
    /// Set once the daemon ends: nobody comes any more.
    closing: bool,
}

impl Sessions {
    /// Starts the default session, without a scene, and with [`Rules::default`]. Needs a tokio
    /// runtime.
    pub fn start(shared: Shared) -> Self {
        Self::start_with(shared, Rules::default())
    }

    /// The same with these rules.
    pub fn start_with(shared: Shared, rules: Rules) -> Self {
        let state = Mutex::new(State {
            sessions: BTreeMap::new(),
            started: false,
            draining: false,
            closing: false,
        });
        let registry = Arc::new(Registry { shared: Arc::new(shared), rules, state });
        let terms = registry.terms();
        let default = Info::new(SessionId::of_default(), None, terms);
        registry.start(&mut registry.state(), default);
        Self { registry }
    }

    /// The session with this id.
    pub fn find(&self, id: &str) -> Option<Handle> {
        self.get(id).ok()
    }

    /// The session with this id.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::Elsewhere`] where the id is another
    /// node's.
    pub fn get(&self, id: &str) -> Result<Handle, Error> {
        let id: SessionId = id.parse().map_err(Error::NotFound)?;
        self.registry.get(&id)
    }

    /// All sessions: `default`, then the others by age.
    pub fn list(&self) -> Vec<Handle> {
        let mut all: Vec<_> = self.registry.state().sessions.values().cloned().collect();
        all.sort_by_key(|session| (!session.id().is_default(), session.info().created()));
        all
    }

    /// Creates a session; with a source, one that runs it.
    ///
    /// # Errors
    /// [`Error::Full`] at once when there are as many as may be. [`Error::Scene`] and whatever
    /// else loading says: there is no session then.
    pub async fn create(
        &self,
        name: Option<Name>,
        change: Change,
        source: Option<Source>,
    ) -> Result<Handle, Error> {
        let session = self.registry.admit(name, change)?;
        let Some(source) = source else { return Ok(session) };
        // Also when nobody waits for the answer any more.
        let unfinished = Unfinished(Some(&session));
        let loaded = session.load(source).await;
        unfinished.settle(loaded.is_ok());
        if let Err(error) = loaded {
            self.registry.settled(&session).await;
            return Err(error);
        }
        Ok(session)
    }

    /// Goes on with what was kept of a session, under its id; `default` takes what was its own.
    ///
    /// # Errors
    /// [`Error::Full`] as for [`Self::create`]; [`Error::Taken`] where a session of this id is
    /// there; whatever loading says: there is no session then.
    pub async fn restore(&self, kept: Checkpoint) -> Result<Handle, Error> {
        let session = self.registry.readmit(&kept)?;
        let Some(run) = kept.run else { return Ok(session) };
        let unfinished = Unfinished((!session.id().is_default()).then_some(&session));
        let loaded = session.go_on(run).await;
        unfinished.settle(loaded.is_ok());
        loaded.map(|_| session)
    }

    /// Waits until all that was to be kept is.
    pub async fn keep_all(&self) {
        if let Some(keeper) = self.registry.shared.keeper.clone() {
            // It waits for a disk.
            let flushed = tokio::task::spawn_blocking(move || keeper.flush());
            let _ = flushed.await;
        }
    }

    /// Changes a session's name and terms.
    ///
    /// # Errors
    /// Those of [`Self::get`]; [`Error::Invalid`] for a limit beyond the daemon's, and for an end
    /// of `default`.
    pub fn change(&self, id: &str, change: Change) -> Result<Handle, Error> {
        let session = self.get(id)?;
        if session.id().is_default() && matches!(change.expire_after, Some(Some(_))) {
            return Err(Error::Invalid("the session 'default' does not expire".into()));
        }
        self.registry.check(&change)?;
        session.info().change(change);
        Ok(session)
    }

    /// Ends a session: its viewers are told, and when this is done its process is gone.
    ///
    /// # Errors
    /// Those of [`Self::get`], so a second time as well; [`Error::Permanent`] for `default`.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        let session = self.get(id)?;
        if session.id().is_default() {
            return Err(Error::Permanent);
        }
        session.info().end(End::Deleted);
        self.registry.settled(&session).await;
        Ok(())
    }

    /// Says that all is there that the daemon begins with.
    pub fn note_started(&self) {
        self.registry.state().started = true;
    }

    /// Whether all is there that the daemon begins with.
    pub fn have_started(&self) -> bool {
        self.registry.state().started
    }

    /// Says that sessions move away, and that no others may come.
    pub fn note_draining(&self) {
        self.registry.state().draining = true;
    }

    /// Whether sessions move away.
    pub fn are_draining(&self) -> bool {
        self.registry.state().draining
    }

    /// Ends all sessions, and lets nobody in any more.
    pub async fn shutdown(&self) {
        let all: Vec<_> = {
            let mut state = self.registry.state();
            state.closing = true;
            state.sessions.values().cloned().collect()
        };
        for session in &all {
            session.info().end(End::Shutdown);
        }
        for session in &all {
            session.requests.closed().await;
        }
    }

    /// What every session is drawn, coded and limited by.
    pub fn settings(&self) -> &Settings {
        &self.registry.shared.settings
    }

    /// Whose sessions they are, how many there may be, and how long they last unused.
    pub fn rules(&self) -> &Rules {
        &self.registry.rules
    }

    /// Where all viewers' media comes and goes.
    pub fn port(&self) -> &Port {
        &self.registry.shared.settings.peer.port
    }

    /// What the memory of the device that draws is taken for, where that is known.
    pub fn gpu_memory(&self) -> Option<GpuMemory> {
        let device = self.registry.shared.drawing.device();
        device.renderer.ok().and_then(|renderer| renderer.gpu().memory())
    }

    /// What is counted and timed for `/metrics`.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.registry.shared.metrics
    }

    /// The recordings of all sessions; they outlive their sessions.
    pub fn recordings(&self) -> &Arc<record::Store> {
        &self.registry.shared.recordings
    }

    /// What pictures are drawn with now; `None` while there is no device.
    pub fn renderer(&self) -> Option<Arc<render::Renderer>> {
        self.registry.shared.drawing.device().renderer.ok()
    }

    /// What the daemon as a whole is doing, with whatever is wrong in any session.
    pub fn overview(&self) -> Overview {
        let failures = self.list().into_iter().filter_map(|session| {
            let failure = session.failure()?;
            let id = session.id();
            Some(if id.is_default() { failure } else { format!("session {id}: {failure}") })
        });
        self.registry.overview(failures.collect())
    }

    /// What the daemon as a whole is doing, with what is wrong in this session alone.
    pub fn overview_of(&self, session: &Handle) -> Overview {
        self.registry.overview(session.failure().into_iter().collect())
    }
}

/// A session whose first scene is being loaded: it ends if that does not come to an end.
struct Unfinished<'a>(Option<&'a Handle>);

impl Unfinished<'_> {
    fn settle(mut self, loaded: bool) {
        if loaded {
            self.0 = None;
        }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.0 {
            session.info().end(End::Deleted);
        }
    }
}

impl Registry {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn terms(&self) -> Terms {
        Terms { viewers: self.shared.settings.max_viewers, patience: self.rules.patience }
    }

    fn get(&self, id: &SessionId) -> Result<Handle, Error> {
        let found = self.state().sessions.get(id).cloned();
        found.ok_or_else(|| match id.node() {
            Some(node) if node != self.rules.node.as_str() => {
                Error::Elsewhere { id: id.clone(), node: node.to_owned() }
            }
            _ => Error::NotFound(format!("there is no session {:?}", id.as_str())),
        })
    }

    fn check(&self, change: &Change) -> Result<(), Error> {
        let most = self.shared.settings.max_viewers;
        match change.viewers {
            Some(viewers) if !(1..=most).contains(&viewers) => {
                Err(Error::Invalid(format!("limits.viewers must be within 1 and {most}")))
            }
            _ => Ok(()),
        }
    }

    /// Takes a place for a new session and starts it.
    fn admit(self: &Arc<Self>, name: Option<Name>, change: Change) -> Result<Handle, Error> {
        self.check(&change)?;
        let id = SessionId::random(&self.rules.node).map_err(Error::NoId)?;
        let info = Info::new(id, name, self.terms());
        info.change(change);
        let mut state = self.state();
        if state.closing {
            return Err(Error::Gone);
        }
        if state.draining {
            return Err(Error::Draining);
        }
        if state.sessions.len() >= self.rules.most {
            return Err(Error::Full { most: self.rules.most });
        }
        let session = self.start(&mut state, info);
        drop(state);
        tracing::info!(session = %session.id(), "session created");
        Ok(session)
    }

    /// Takes a place for a session that was kept and starts it.
    fn readmit(self: &Arc<Self>, kept: &Checkpoint) -> Result<Handle, Error> {
        let Checkpoint { id, name, created, terms, .. } = kept;
        let most = self.shared.settings.max_viewers;
        let terms = Terms { viewers: terms.viewers.clamp(1, most), ..*terms };
        let mut state = self.state();
        if state.closing {
            return Err(Error::Gone);
        }
        if state.draining {
            return Err(Error::Draining);
        }
        if let Some(there) = state.sessions.get(id) {
            return if id.is_default() { Ok(there.clone()) } else { Err(Error::Taken(id.clone())) };
        }
        if state.sessions.len() >= self.rules.most {
            return Err(Error::Full { most: self.rules.most });
        }
        let info = Info::created_at(*created, id.clone(), name.clone(), terms);
        Ok(self.start(&mut state, info))
    }

    /// Starts a session and gives its place back when its driver ends, if only by a panic.
    fn start(self: &Arc<Self>, state: &mut State, info: Info) -> Handle {
        let (requests, inbox) = mpsc::channel(REQUESTS);
        let (failed, failure) = watch::channel(None);
        let info = Arc::new(info);
        let shared = Arc::clone(&self.shared);
        let driver = driver::spawn(Arc::clone(&info), Arc::clone(&shared), inbox, failed);
        let author = Author::default();
        let handle = Handle { requests, author, shared, failure, info: Arc::clone(&info) };
        state.sessions.insert(info.id().clone(), handle.clone());
        // Weak: sessions end with the last that may use them.
        let registry = Arc::downgrade(self);
        tokio::spawn(async move {
            if let Err(panic) = driver.await {
                tracing::error!(session = %info.id(), %panic, "a session panicked");
            }
            if let Some(registry) = Weak::upgrade(&registry) {
                registry.ended(info.id());
            }
        });
        handle
    }

    /// Waits until a session that was told to end has, and its place is free.
    async fn settled(&self, session: &Handle) {
        session.requests.closed().await;
        self.state().sessions.remove(session.id());
    }

    fn ended(self: &Arc<Self>, id: &SessionId) {
        let mut state = self.state();
        state.sessions.remove(id);
        if id.as_str() == DEFAULT && !state.closing {
            let info = Info::new(SessionId::of_default(), None, self.terms());
            self.start(&mut state, info);
        }
    }

    fn overview(&self, failures: Vec<String>) -> Overview {
        let counters = &self.shared.counters;
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let Device { renderer, adapter, rebuilds } = self.shared.drawing.device();
        let unkept = self.shared.keeper.as_ref().and_then(Keeper::failure);
        Overview {
            can_draw: renderer.is_ok(),
            adapter,
            rebuilds,
            encoder: self.shared.encoder.clone(),
            reasons: renderer.err().into_iter().chain(unkept).chain(failures).collect(),
            viewers: count(&counters.viewers),
            total_connections: count(&counters.connections),
            frames_sent: count(&counters.frames),
            events_received: count(&counters.events),
        }
    }
}
