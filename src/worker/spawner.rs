//! The thread that starts worker processes.
//!
//! A worker asks the kernel to end it with the *thread* that started it. Threads of a runtime come
//! and go; this one lives as long as the process.

use std::{
    io,
    sync::{
        OnceLock,
        mpsc::{SyncSender, sync_channel},
    },
};

use tokio::{runtime::Handle, sync::oneshot};

type Start = Box<dyn FnOnce() + Send>;

/// Starts that may wait: each takes a millisecond or two.
const QUEUE: usize = 64;

static THREAD: OnceLock<SyncSender<Start>> = OnceLock::new();

/// Runs `start` on the thread, within the runtime of the caller.
///
/// # Errors
/// What `start` says, or that there is no thread.
pub(super) async fn run<T: Send + 'static>(
    start: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (done, outcome) = oneshot::channel();
    let runtime = Handle::current();
    let job: Start = Box::new(move || {
        let _within = runtime.enter();
        if done.is_closed() {
            // Nobody waits for it any more.
            return;
        }
        // Where the caller has gone meanwhile, what was started is dropped, which ends it.
        let _ = done.send(start());
    });
    let queue = thread()?.clone();
    // Waits in the unlikely case that the queue is full, and not on a thread of the runtime.
    if let Err(std::sync::mpsc::TrySendError::Full(job)) = queue.try_send(job) {
        tokio::task::spawn_blocking(move || queue.send(job));
    }
    outcome.await.map_err(|_| io::Error::other("the thread that starts workers has failed"))?
}

fn thread() -> io::Result<&'static SyncSender<Start>> {
    if let Some(queue) = THREAD.get() {
        return Ok(queue);
    }
    let (queue, jobs) = sync_channel::<Start>(QUEUE);
    std::thread::Builder::new()
        .name("spawner".into())
        .spawn(move || jobs.into_iter().for_each(|job| job()))?;
    // If another was faster, this queue is dropped and its thread ends.
    Ok(THREAD.get_or_init(|| queue))
}
