//! The process boundary: one worker process per simulation, which the host starts, feeds, reads
//! and, when need be, kills.
//!
//! This side is the host's; [`entry`] is the worker's. The host never calls libmujoco, never maps
//! memory that a worker can write, and validates all that it reads before anyone else sees it.
//!
//! ```text
//!  host                                                      worker process
//!  ┌───────────────────┐  bundle: sealed memory, read only   ┌───────────────────────────────┐
//!  │ Worker            ├────────────────────────────────────►│ compile                       │
//!  │  send(command)    ├──► bounded queue ─► socket ────────►│ thread `commands` ─► stepping │
//!  │  warnings, ended  │◄─────────────────── socket ◄────────┤ events                        │
//!  │  Arc<Assets>      │◄──────── assets: sealed size ◄──────┤ once                          │
//!  │  snapshots()      │◄─ validated ◄─ exchange and pipe ◄──┤ latest value, never waits     │
//!  └───────────────────┘                                     └───────────────────────────────┘
//! ```

pub mod entry;

mod budget;
mod drive;
mod exchange;
mod mapping;
mod memory;
mod process;
mod sandbox;
mod spawner;
mod wire;

pub use sandbox::Confinement;
pub use wire::Applied;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use crate::bundle::Bundle;
use crate::{
    control::PhysicsCommand,
    scene::{Assets, DecodeError, Snapshot},
};

/// What a worker may use, and how it is started.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The executable that has the `worker` subcommand. Default: this one.
    pub program: PathBuf,
    /// Address space of the worker. Default: 2 GiB, of which a humanoid uses about a tenth
    /// (libraries and reserved stacks for the most part).
    pub address_space_bytes: u64,
    /// Most bytes of meshes, textures and names. Default: 512 MiB.
    pub asset_bytes: u64,
    /// Share of a core for simulating, percent, 1 to 100. Default: 100.
    pub cpu_percent: u32,
    /// CPU time for compiling. Default: 5 s.
    pub load_cpu: Duration,
    /// Wall time until the model is loaded. Default: 30 s, as many may load at once.
    pub load_wall: Duration,
    /// Time without a sign of life after which a worker is killed. Default: 2 s; it gives one
    /// at least every half second.
    pub silence: Duration,
    /// Refuses models where the kernel does not give the whole sandbox. Default: true.
    pub confined: bool,
    /// Does as if the kernel had no Landlock: tests show what comes of it. Default: false.
    pub without_landlock: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            program: "/proc/self/exe".into(),
            address_space_bytes: 2 << 30,
            asset_bytes: 512 << 20,
            cpu_percent: 100,
            load_cpu: Duration::from_secs(5),
            load_wall: Duration::from_secs(30),
            silence: Duration::from_secs(2),
            confined: true,
            without_landlock: false,
        }
    }
}

/// Why a model did not become a running worker.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// MuJoCo says what is wrong with it; for its author.
    #[error("{message}")]
    Rejected {
        /// MuJoCo's sentence, one line of at most 2 KiB.
        message: String,
    },
    /// The worker died of it.
    #[error("the model crashed its worker: {how}")]
    Crashed {
        /// What it died of.
        how: String,
    },
    /// It took more CPU or wall time than [`Limits`] allow.
    #[error("the model takes too long to load")]
    TimedOut,
    /// The kernel does not give what keeps a model to itself.
    #[error(
        "models are not loaded here: the sandbox lacks {}; limits.allow_unsandboxed loads them \
         all the same",
        .0.missing()
    )]
    Unconfined(Confinement),
    /// What the worker made of it is not a scene.
    #[error("the model cannot be drawn: {0}")]
    Unusable(#[from] DecodeError),
    /// The worker process could not be started.
    #[error("the worker process cannot be started: {0}")]
    Spawn(#[source] io::Error),
}

/// How a worker ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// In words, for a person.
    pub how: String,
}

/// Why a command was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The worker has ended.
    #[error("the worker has ended")]
    Gone,
    /// The worker takes no commands at the moment; it recovers, or is killed for its silence.
    #[error("the simulation takes no commands at the moment")]
    Busy,
    /// The command is longer than a message may be (1 MiB).
    #[error("the command is too long")]
    TooLong,
}

/// The way of snapshots from a worker to its host, without the processes: for measuring.
#[doc(hidden)]
#[derive(Debug)]
pub struct Crossing {
    publisher: exchange::Publisher,
    subscriber: exchange::Subscriber,
    payload: Vec<u8>,
    seen: u64,
}

#[doc(hidden)]
impl Crossing {
    pub fn new() -> io::Result<Self> {
        let memory = exchange::memory()?;
        Ok(Self {
            subscriber: exchange::Subscriber::new(memory.try_clone()?),
            publisher: exchange::Publisher::new(memory),
            payload: Vec::new(),
            seen: 0,
        })
    }

    /// What the worker does: copies encoded bytes to where the host finds them.
    pub fn publish(&mut self, encoded: &[u8]) -> io::Result<()> {
        Ok(self.publisher.publish(encoded)?)
    }

    /// What the host does: copies them out.
    pub fn take(&mut self) -> io::Result<&[u8]> {
        let latest = self.subscriber.latest(self.seen, &mut self.payload);
        self.seen = latest.map_err(io::Error::other)?.unwrap_or(self.seen);
        Ok(&self.payload)
    }
}

/// Commands that may wait for the socket; the next is refused. A worker takes thousands a second.
const QUEUE: usize = 256;
/// Reports of changes that may wait for the session; the worker's socket holds the next ones.
const REPORTS: usize = 256;

/// A running worker process. Dropping it kills the process.
#[derive(Debug)]
pub struct Worker {
    pid: u32,
    confining: Duration,
    /// The number of the last command, and the way to the socket; together, so that numbers rise
    /// in the order of the queue.
    commands: Mutex<(u64, mpsc::Sender<Vec<u8>>)>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    warnings: watch::Receiver<Option<Arc<str>>>,
    applied: Arc<OnceLock<mpsc::Sender<Applied>>>,
    ended: watch::Receiver<Option<Ended>>,
    _kill: DropGuard,
}

impl Worker {
    /// Starts a worker and loads `bundle` into it. The simulation is paused and in its initial
    /// state, and publishes 60 snapshots per second once it runs.
    ///
    /// Must be called within a tokio runtime, on which the worker is then looked after.
    ///
    /// # Errors
    /// [`LoadError`]; the process is gone then.
    pub async fn spawn(bundle: &Bundle, limits: &Limits) -> Result<(Self, Arc<Assets>), LoadError> {
        let loaded = process::load(bundle, limits).await?;
        let (commands, queue) = mpsc::channel(QUEUE);
        let (snapshot_sender, snapshots) = watch::channel(Arc::new(loaded.first));
        let (warning_sender, warnings) = watch::channel(None);
        let applied = Arc::new(OnceLock::new());
        let (ended_sender, ended) = watch::channel(None);
        let token = CancellationToken::new();
        let worker = Self {
            pid: loaded.process.pid(),
            confining: loaded.confining,
            commands: Mutex::new((0, commands)),
            snapshots,
            warnings,
            applied: Arc::clone(&applied),
            ended,
            _kill: token.clone().drop_guard(),
        };
        let host = process::Host {
            queue,
            snapshots: snapshot_sender,
            warnings: warning_sender,
            applied,
            assets: Arc::clone(&loaded.assets),
            silence: limits.silence,
        };
        tokio::spawn(async move {
            let how = loaded.process.look_after(host, token).await;
            let _ = ended_sender.send(Some(Ended { how }));
        });
        Ok((worker, loaded.assets))
    }

    /// CPU time that the process took to confine itself.
    pub fn confining(&self) -> Duration {
        self.confining
    }

    /// Queues a command and gives its number, which comes back as [`Snapshot::acknowledged`].
    ///
    /// # Errors
    /// [`SendError`] when it was not queued.
    pub fn send(&self, command: PhysicsCommand) -> Result<u64, SendError> {
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        let number = commands.0 + 1;
        let order = wire::Order { number, command };
        let bytes = wire::encode(&order).map_err(|_| SendError::TooLong)?;
        commands.1.try_send(bytes).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SendError::Busy,
            mpsc::error::TrySendError::Closed(_) => SendError::Gone,
        })?;
        commands.0 = number;
        Ok(number)
    }

    /// The latest snapshot, validated; the first is there from the start.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// The latest warning of the simulation or about a command, at most some per second.
    pub fn warnings(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.warnings.clone()
    }

    /// Reports from now on when each change was made to the simulation, in order. Whoever asks
    /// must read them: the worker waits, with its warnings, while too many wait. `None` when
    /// someone has asked before.
    pub fn changes(&self) -> Option<mpsc::Receiver<Applied>> {
        let (sender, receiver) = mpsc::channel(REPORTS);
        self.applied.set(sender).is_ok().then_some(receiver)
    }

    /// Resolves when the process has died, went silent, or sent what no worker sends. The
    /// process is reaped by then.
    pub async fn ended(&mut self) -> Ended {
        let ended = self.ended.wait_for(Option::is_some).await;
        ended
            .ok()
            .and_then(|ended| ended.clone())
            .unwrap_or_else(|| Ended { how: "nobody looks after it any more".into() })
    }

    /// Ends the process and waits until it is gone.
    pub async fn stop(self) {
        let mut ended = self.ended.clone();
        drop(self);
        // An error means that nobody looks after it, and so that it has ended.
        let _ = ended.wait_for(Option::is_some).await;
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }
}
