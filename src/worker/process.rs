//! One worker process as the host has it: its start, its files, its life and its end.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{net::UnixStream as BlockingStream, process::ExitStatusExt},
    },
    process::{ExitStatus, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use rustix::{
    net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg},
    pipe::{PipeFlags, pipe_with},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf, pipe},
    },
    process::{Child, ChildStderr, Command},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Bundle, Limits, LoadError,
    exchange::{self, Phase, Subscriber},
    memory, spawner,
    wire::{self, Applied, Event, Setup, clean},
};
use crate::{
    bundle::codec,
    scene::{Assets, Snapshot},
};

/// How long the kernel may take to end a process that was killed or has closed its socket.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Snapshots larger than this are decoded beside the async threads.
const LARGE: usize = 1 << 20;
/// Snapshots per second beyond which they are taken at a pace of the host's own.
const MOST_PER_SECOND: u32 = 1000;

/// A worker process.
pub(super) struct Process {
    child: Child,
    pid: u32,
    orders: OwnedWriteHalf,
    events: OwnedReadHalf,
    wake: pipe::Receiver,
    exchange: Arc<Subscriber>,
}

/// A worker that has loaded its model.
pub(super) struct Loaded {
    pub process: Process,
    pub assets: Arc<Assets>,
    pub first: Snapshot,
    /// CPU time that confining the process took.
    pub confining: Duration,
}

/// What the process is looked after with.
pub(super) struct Host {
    pub queue: mpsc::Receiver<Vec<u8>>,
    pub snapshots: watch::Sender<Arc<Snapshot>>,
    pub warnings: watch::Sender<Option<Arc<str>>>,
    pub applied: Arc<OnceLock<mpsc::Sender<Applied>>>,
    pub assets: Arc<Assets>,
    pub silence: Duration,
}

/// Starts a process and loads `bundle` into it. Dropping the future kills the process.
pub(super) async fn load(bundle: &Bundle, limits: &Limits) -> Result<Loaded, LoadError> {
    let (contents, given) = (mounted(bundle).await.map_err(LoadError::Spawn)?, limits.clone());
    let started = spawner::run(move || start(&contents, &given)).await;
    let (mut process, assets) = started.map_err(LoadError::Spawn)?;
    let outcome = process.take_model(assets, limits).await;
    match outcome {
        Ok((assets, first, confining)) => Ok(Loaded { process, assets, first, confining }),
        Err(error) => {
            process.kill().await;
            Err(error)
        }
    }
}

/// The bundle as memory that a worker can read.
async fn mounted(bundle: &Bundle) -> io::Result<OwnedFd> {
    let bundle = bundle.clone();
    // Some hundred megabytes may have to be copied.
    let copying = tokio::task::spawn_blocking(move || {
        let header = codec::header(&bundle);
        let contents = bundle.files().map(|(_, contents)| &contents[..]);
        memory::constant("mjcast-bundle", std::iter::once(&header[..]).chain(contents))
    });
    Ok(copying.await.map_err(io::Error::other)??)
}

/// Runs on the thread of `spawner`.
fn start(bundle: &OwnedFd, limits: &Limits) -> io::Result<(Process, OwnedFd)> {
    let assets = memory::sized("mjcast-assets", limits.asset_bytes)?;
    let snapshots = exchange::memory()?;
    let (woken, wake) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let (ours, theirs) = BlockingStream::pair()?;
    let mut child = spawn(theirs.into(), limits)?;

    let setup = Setup {
        address_space_bytes: limits.address_space_bytes,
        load_cpu: limits.load_cpu,
        cpu_percent: limits.cpu_percent,
        file_bytes: limits
            .asset_bytes
            .max(u64::try_from(rustix::fs::fstat(&snapshots)?.st_size).unwrap_or(0)),
        host: std::process::id(),
        confined: limits.confined,
        without_landlock: limits.without_landlock,
    };
    share(&ours, &setup, [bundle, &assets, &snapshots, &wake])?;
    ours.set_nonblocking(true)?;
    let (events, orders) = UnixStream::from_std(ours)?.into_split();
    let pid = child.id().unwrap_or(0);
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(log_stderr(stderr, pid));
    }
    let process = Process {
        child,
        pid,
        orders,
        events,
        wake: pipe::Receiver::from_owned_fd(woken)?,
        exchange: Arc::new(Subscriber::new(snapshots)),
    };
    Ok((process, assets))
}

fn spawn(socket: OwnedFd, limits: &Limits) -> io::Result<Child> {
    // The command keeps its end of the socket open until it is dropped, at the end of this
    // function: only then does the worker's death close the socket.
    let mut command = Command::new(&limits.program);
    command
        .arg("worker")
        .env_clear()
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", path);
    }
    command.spawn()
}

/// Sends the setup and, along with it, the files.
fn share(socket: &BlockingStream, setup: &Setup, files: [&OwnedFd; 4]) -> io::Result<()> {
    let message = wire::encode(setup)?;
    let files = files.map(AsFd::as_fd);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&files)) {
        return Err(io::Error::other("no room for file descriptors"));
    }
    let bytes = [IoSlice::new(&message)];
    let sent = sendmsg(socket, &bytes, &mut control, SendFlags::NOSIGNAL)?;
    if sent == message.len() { Ok(()) } else { Err(io::Error::other("the setup was sent in part")) }
}

impl Process {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    async fn kill(&mut self) {
        // An error means that it has died and was waited for.
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
    }

    /// Waits until the model is loaded, and takes its assets and first snapshot.
    async fn take_model(
        &mut self,
        assets: OwnedFd,
        limits: &Limits,
    ) -> Result<(Arc<Assets>, Snapshot, Duration), LoadError> {
        let (bytes, confining) =
            timeout(limits.load_wall, self.loaded()).await.map_err(|_| LoadError::TimedOut)??;
        if bytes > limits.asset_bytes {
            return Err(garbage("its assets exceed their memory"));
        }
        let exchange = Arc::clone(&self.exchange);
        let decode = move || {
            let mut encoded = vec![0; usize::try_from(bytes).unwrap_or(0)];
            memory::read_at(&assets, &mut encoded, 0)
                .map_err(|_| garbage("its assets cannot be read"))?;
            let assets = Assets::decode(&encoded)?;
            let latest = exchange.latest(0, &mut encoded);
            match latest {
                Ok(Some(_)) => {}
                Ok(None) => return Err(garbage("it sent no snapshot")),
                Err(error) => return Err(garbage(&error.to_string())),
            }
            let first = Snapshot::decode(&encoded, &assets)?;
            Ok((Arc::new(assets), first, confining))
        };
        tokio::task::spawn_blocking(decode).await.map_err(|error| LoadError::Spawn(error.into()))?
    }

    async fn loaded(&mut self) -> Result<(u64, Duration), LoadError> {
        loop {
            match wire::receive(&mut self.events).await {
                Ok(Event::Loaded { asset_bytes, confining }) => {
                    return Ok((asset_bytes, confining));
                }
                Ok(Event::Unconfined(missing)) => return Err(LoadError::Unconfined(missing)),
                Ok(Event::LoadFailed { message }) => {
                    let message = clean(&message);
                    return Err(LoadError::Rejected { message });
                }
                Ok(Event::Fatal { message }) => {
                    let how = clean(&message);
                    return Err(LoadError::Crashed { how });
                }
                Ok(Event::Applied(_)) => return Err(garbage("it changed a simulation too early")),
                Ok(Event::Warning { message, .. }) => {
                    tracing::debug!(pid = self.pid, message = clean(&message), "model warning");
                }
                Err(_) => {
                    let status = timeout(LAST_WORDS, self.child.wait()).await;
                    let status = status.ok().and_then(Result::ok);
                    return Err(match status.and_then(|status| status.signal()) {
                        Some(SIGXCPU) => LoadError::TimedOut,
                        _ => LoadError::Crashed { how: describe(status) },
                    });
                }
            }
        }
    }

    /// Serves the process until it ends, or must be ended, or `cancel` says so; says how it ended.
    /// The process is reaped by then.
    pub async fn look_after(mut self, host: Host, cancel: CancellationToken) -> String {
        let Host { queue, snapshots, warnings, applied, assets, silence } = host;
        let (exchange, pid) = (&self.exchange, self.pid);
        let how = tokio::select! {
            () = cancel.cancelled() => Some("it was stopped".to_owned()),
            how = read_events(&mut self.events, &warnings, &applied, pid) => how,
            how = read_snapshots(&mut self.wake, exchange, &assets, &snapshots) => Some(how),
            how = watch_pulse(exchange, silence) => Some(how),
            () = write_orders(&mut self.orders, queue) => None,
        };
        match how {
            Some(how) => {
                self.kill().await;
                how
            }
            None => {
                let status = timeout(LAST_WORDS, self.child.wait()).await;
                self.kill().await;
                describe(status.ok().and_then(Result::ok))
            }
        }
    }
}

fn garbage(what: &str) -> LoadError {
    LoadError::Crashed { how: what.to_owned() }
}

/// Reads events until the worker says that it fails, or closes the socket (`None`).
async fn read_events(
    events: &mut OwnedReadHalf,
    warnings: &watch::Sender<Option<Arc<str>>>,
    applied: &OnceLock<mpsc::Sender<Applied>>,
    pid: u32,
) -> Option<String> {
    loop {
        match wire::receive(events).await {
            Ok(Event::Warning { message, omitted }) => {
                let message = clean(&message);
                tracing::debug!(pid, message, omitted, "simulation warning");
                warnings.send_replace(Some(message.into()));
            }
            Ok(Event::Applied(change)) => {
                if let Some(listener) = applied.get() {
                    // Waiting holds up this worker's own socket and nothing else; a listener who
                    // is gone needs no word.
                    let _ = listener.send(change).await;
                }
            }
            Ok(Event::Fatal { message } | Event::LoadFailed { message }) => {
                return Some(clean(&message));
            }
            Ok(Event::Loaded { .. } | Event::Unconfined(_)) => {
                return Some("it loaded a model twice".into());
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Some(format!("it sent a damaged message: {error}"));
            }
            Err(_) => return None,
        }
    }
}

/// Writes queued orders until the worker or the queue is gone.
async fn write_orders(orders: &mut OwnedWriteHalf, mut queue: mpsc::Receiver<Vec<u8>>) {
    while let Some(order) = queue.recv().await {
        if orders.write_all(&order).await.is_err() {
            // The end of the socket's other direction says more.
            break;
        }
    }
    std::future::pending::<()>().await;
}

/// Hands on validated snapshots until one cannot be had.
async fn read_snapshots(
    wake: &mut pipe::Receiver,
    exchange: &Arc<Subscriber>,
    assets: &Arc<Assets>,
    snapshots: &watch::Sender<Arc<Snapshot>>,
) -> String {
    let mut seen = snapshots.borrow().sequence;
    let mut payload = Vec::new();
    let (mut second, mut count) = (Instant::now(), 0);
    loop {
        match wake.read(&mut [0; 64]).await {
            Ok(1..) => {}
            // It has died: its socket says more.
            Ok(0) => std::future::pending().await,
            Err(error) => return format!("its wake-ups cannot be read: {error}"),
        }
        match exchange.latest(seen, &mut payload) {
            Ok(None) => {}
            Ok(Some(sequence)) => match decode(&mut payload, assets).await {
                Ok(snapshot) if snapshot.sequence == sequence => {
                    seen = sequence;
                    snapshots.send_replace(Arc::new(snapshot));
                }
                Ok(_) => return "it sent a snapshot under a wrong number".into(),
                Err(how) => return how,
            },
            Err(error) => return error.to_string(),
        }
        count += 1;
        if second.elapsed() >= Duration::from_secs(1) {
            (second, count) = (Instant::now(), 0);
        } else if count > MOST_PER_SECOND {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn decode(payload: &mut Vec<u8>, assets: &Arc<Assets>) -> Result<Snapshot, String> {
    let say = |error| format!("it sent a damaged snapshot: {error}");
    if payload.len() <= LARGE {
        return Snapshot::decode(payload, assets).map_err(say);
    }
    let (bytes, assets) = (std::mem::take(payload), Arc::clone(assets));
    let decode = move || (Snapshot::decode(&bytes, &assets), bytes);
    let (snapshot, bytes) =
        tokio::task::spawn_blocking(decode).await.map_err(|error| error.to_string())?;
    *payload = bytes;
    snapshot.map_err(say)
}

/// Resolves when the worker has given no sign of life for `silence`.
async fn watch_pulse(exchange: &Subscriber, silence: Duration) -> String {
    let (mut last, mut changed) = (None, Instant::now());
    loop {
        match exchange.pulse() {
            Ok((count, phase)) if last == Some(count) => {
                if changed.elapsed() >= silence {
                    let phase = Phase::describe(phase);
                    return format!("it was silent for {silence:?}, {phase}");
                }
            }
            Ok((count, _)) => (last, changed) = (Some(count), Instant::now()),
            Err(error) => return format!("its pulse cannot be read: {error}"),
        }
        sleep(silence / 4).await;
    }
}

/// Keeps a worker's standard error from filling up, and logs at most a line per second of it.
async fn log_stderr(mut stderr: ChildStderr, pid: u32) {
    let mut bytes = [0; 1024];
    let mut last: Option<Instant> = None;
    while let Ok(length @ 1..) = stderr.read(&mut bytes).await {
        if last.is_none_or(|at| at.elapsed() >= Duration::from_secs(1)) {
            last = Some(Instant::now());
            let text = clean(&String::from_utf8_lossy(&bytes[..length]));
            tracing::warn!(pid, text, "worker's standard error");
        }
    }
}

const SIGXCPU: i32 = 24;

/// How a process ended, in words.
fn describe(status: Option<ExitStatus>) -> String {
    let Some(status) = status else {
        return "it stopped answering".into();
    };
    let signal = match status.signal() {
        None => return format!("it ended with {status}"),
        Some(4) => "SIGILL",
        Some(6) => "SIGABRT (an error within MuJoCo, or no memory left)",
        Some(7) => "SIGBUS",
        Some(8) => "SIGFPE",
        Some(9) => "SIGKILL (killed from outside, or no memory left)",
        Some(11) => "SIGSEGV (a fault within MuJoCo)",
        Some(SIGXCPU) => "SIGXCPU (too much CPU time)",
        Some(25) => "SIGXFSZ (too much output)",
        Some(31) => "SIGSYS (a forbidden system call)",
        Some(other) => return format!("it was ended by signal {other}"),
    };
    format!("it was ended by {signal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_told_in_words() {
        let ended = |raw| describe(Some(ExitStatus::from_raw(raw)));
        assert!(ended(11).contains("SIGSEGV"));
        assert!(ended(1 << 8).contains("exit status: 1"));
        assert!(ended(64).contains("signal 64"));
    }
}
