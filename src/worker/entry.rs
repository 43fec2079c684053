//! The worker process: what `mjcast worker` runs.
//!
//! ```text
//!  file descriptors ─► sandbox ─► handlers ─► thread `commands` ─► compile ─► assets, first
//!  over fd 0                                                                  snapshot, Loaded
//!                                                                                  │
//!                  fd 0 ─► `commands` ─► bounded channel ─► main thread: `drive` ◄──┘
//!                             │ end of file: the host is gone, and so is this process
//! ```

use std::{
    ffi::CStr,
    io::{self, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::ExitCode,
    sync::{
        Mutex, OnceLock, PoisonError,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg},
    process::{Signal, getpid, kill_process},
};

use super::{
    budget::{Budget, cpu_time},
    drive::Driver,
    exchange::{Phase, Publisher},
    memory, sandbox,
    wire::{self, Event, Order, Setup, clean},
};
use crate::{
    bundle::codec,
    physics::{Simulation, handlers},
};

/// Orders waiting for the stepping thread; beyond it they wait in the socket, and then in the
/// host's own queue, which refuses.
const QUEUE: usize = 256;
/// The longest setup message.
const MAX_SETUP: usize = 256;

/// Runs the worker: returns only when it could not start.
pub fn run() -> ExitCode {
    match start() {
        Ok(never) => match never {},
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the host reads what a worker writes there")]
            {
                eprintln!("worker: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn start() -> io::Result<std::convert::Infallible> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (setup, shared) = receive(&socket)?;
    // Also as the first call looks for the clock's code in ways that the sandbox forbids.
    let unconfined = cpu_time();
    let confinement = sandbox::enter(&setup)?;
    let confining = cpu_time().saturating_sub(unconfined);
    // One thread runs, and no input has been read.
    let _ = OUTLET.set(Mutex::new(socket.try_clone()?));
    if setup.confined && !confinement.is_whole() {
        emit(&Event::Unconfined(confinement));
        vanish();
    }
    std::panic::set_hook(Box::new(|info| fail(&info.to_string())));
    handlers::install(handlers::Handlers { error: simulation_error, warning: simulation_warning });
    let (sender, orders) = sync_channel(QUEUE);
    std::thread::Builder::new()
        .name("commands".into())
        .spawn(move || read_orders(socket, &sender))?;

    let mut publisher = Publisher::new(shared.snapshots);
    publisher.pulse(Phase::Loading)?;
    let simulation = load(&shared.bundle, &shared.assets)?;
    let mut driver = Driver::new(
        simulation.0,
        publisher,
        shared.wake,
        orders,
        Budget::new(setup.cpu_percent, cpu_time()),
    );
    driver.publish()?;
    sandbox::loaded()?;
    emit(&Event::Loaded { asset_bytes: simulation.1, confining });
    driver.run()
}

/// What the host shares.
struct Shared {
    bundle: OwnedFd,
    assets: OwnedFd,
    snapshots: OwnedFd,
    wake: OwnedFd,
}

/// Takes the setup and the file descriptors that come with it, in the order of [`Shared`]. Nothing
/// else is in the socket yet: the host sends orders only once the model is loaded.
fn receive(socket: &UnixStream) -> io::Result<(Setup, Shared)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut bytes = [0; MAX_SETUP];
    let received =
        recvmsg(socket, &mut [IoSliceMut::new(&mut bytes)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let setup = wire::read(&mut &bytes[..received.bytes])?;
    let mut files = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let mut files = files.next().into_iter().flatten();
    let mut take = || {
        let missing = || io::Error::other("file descriptors are missing");
        files.next().ok_or_else(missing)
    };
    let shared = Shared { bundle: take()?, assets: take()?, snapshots: take()?, wake: take()? };
    Ok((setup, shared))
}

/// Compiles the bundle and writes the assets; a model that cannot be loaded ends the process.
fn load(bundle: &OwnedFd, assets: &OwnedFd) -> io::Result<(Simulation, u64)> {
    let size = rustix::fs::fstat(bundle)?.st_size;
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    memory::read_at(bundle, &mut bytes, 0)?;
    let bundle =
        codec::decode(&bytes.into()).ok_or_else(|| io::Error::other("the bundle is damaged"))?;
    let (simulation, extracted) = Simulation::load(&bundle).unwrap_or_else(|error| {
        emit(&Event::LoadFailed { message: clean(&error.0) });
        vanish()
    });
    drop(bundle);
    let bytes = extracted.encode();
    let capacity = u64::try_from(rustix::fs::fstat(assets)?.st_size).unwrap_or(0);
    if bytes.len() as u64 > capacity {
        let (size, most) = (bytes.len() >> 20, capacity >> 20);
        emit(&Event::LoadFailed {
            message: format!("meshes and textures take {size} MiB, the limit is {most} MiB"),
        });
        vanish();
    }
    memory::write_at(assets, &bytes, 0)?;
    Ok((simulation, bytes.len() as u64))
}

/// The thread `commands`: orders from the host go to the stepping thread, in order.
fn read_orders(mut socket: UnixStream, orders: &SyncSender<Order>) {
    while let Ok(order) = wire::read::<Order>(&mut socket) {
        let mut waiting = orders.try_send(order);
        // A stepping thread that never takes another order must not keep this one from noticing
        // that the host is gone.
        while let Err(TrySendError::Full(order)) = waiting {
            if hung_up(&socket, Duration::from_millis(20)) {
                vanish();
            }
            waiting = orders.try_send(order);
        }
    }
    vanish();
}

fn hung_up(socket: &UnixStream, wait: Duration) -> bool {
    let timeout = Timespec::try_from(wait).ok();
    let mut polled = [PollFd::new(socket, PollFlags::RDHUP)];
    poll(&mut polled, timeout.as_ref()).is_ok_and(|ready| ready > 0)
}

/// Where events go: the control socket. A global, as MuJoCo's handlers have no context.
static OUTLET: OnceLock<Mutex<UnixStream>> = OnceLock::new();

/// Sends an event; a host that is gone does not want it.
pub(super) fn emit(event: &Event) {
    if let Some(outlet) = OUTLET.get() {
        let mut socket = outlet.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = wire::write(&mut *socket, event);
    }
}

/// Reports an error after which nothing can go on, and ends the process at once: no destructors,
/// which other threads may still need, and no return into libmujoco.
fn fail(text: &str) -> ! {
    emit(&Event::Fatal { message: clean(text) });
    std::process::abort()
}

/// Ends the process at once because nobody is interested in it any more.
pub(super) fn vanish() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

/// Lets one warning per second through and counts the others.
struct Throttle {
    last: Option<Instant>,
    omitted: u64,
}

impl Throttle {
    const fn new() -> Self {
        Self { last: None, omitted: 0 }
    }

    /// The number omitted before this one, or `None` when this one is to be omitted too.
    fn admit(&mut self, now: Instant) -> Option<u64> {
        let recent = |at| now.saturating_duration_since(at) < Duration::from_secs(1);
        if self.last.is_some_and(recent) {
            self.omitted += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.omitted))
    }
}

fn warn(throttle: &Mutex<Throttle>, message: impl FnOnce() -> String) {
    let admitted = throttle.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now());
    if let Some(omitted) = admitted {
        let message = message();
        emit(&Event::Warning { message, omitted });
    }
}

fn simulation_error(text: &CStr) -> ! {
    fail(&text.to_string_lossy())
}

/// An unstable simulation gives thousands of these per second.
fn simulation_warning(text: &CStr) {
    static THROTTLE: Mutex<Throttle> = Mutex::new(Throttle::new());
    warn(&THROTTLE, || clean(&text.to_string_lossy()));
}

/// An order that was refused; throttled apart, so that the simulation's do not hide it.
pub(super) fn order_warning(message: impl FnOnce() -> String) {
    static THROTTLE: Mutex<Throttle> = Mutex::new(Throttle::new());
    warn(&THROTTLE, message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_warning_per_second_passes() {
        let (mut throttle, start) = (Throttle::new(), Instant::now());
        assert_eq!(throttle.admit(start), Some(0));
        assert_eq!(throttle.admit(start + Duration::from_millis(10)), None);
        assert_eq!(throttle.admit(start + Duration::from_millis(999)), None);
        assert_eq!(throttle.admit(start + Duration::from_secs(1)), Some(2));
    }
}
