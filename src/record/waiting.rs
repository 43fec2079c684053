//! Waiting on a thread of one's own for what is asynchronous, up to a deadline.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Instant,
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for `future`; `None` when `deadline` comes first. No runtime is needed: the thread sleeps
/// until whatever the future waits for wakes it.
pub(super) fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_ready_wins_over_the_deadline() {
        let past = Instant::now();
        assert_eq!(until(past, std::future::ready(1)), Some(1));
        assert_eq!(until(past, std::future::pending::<()>()), None);
    }

    #[test]
    fn another_thread_wakes_the_sleeper() {
        let notify = Arc::new(tokio::sync::Notify::new());
        let waker = Arc::clone(&notify);
        let thread = thread::Builder::new().name("test-waker".into());
        let thread = thread.spawn(move || waker.notify_one()).expect("a thread");
        let deadline = Instant::now() + Duration::from_secs(60);
        assert_eq!(until(deadline, notify.notified()), Some(()));
        thread.join().expect("no panic");
    }
}
