//! What a view's thread has been told and has not acted on yet.
//!
//! Every field holds the latest value only, so the inbox is bounded whatever the senders do; the
//! subscribers are bounded by the number of viewers that a session admits.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::Moment;
use crate::{frame::FrameSender, scene::camera::Camera, units::Bitrate};

/// Told since the thread last looked.
#[derive(Default)]
pub(super) struct News {
    /// The newest moment of the simulation.
    pub moment: Option<Arc<Moment>>,
    /// The newest camera.
    pub camera: Option<Camera>,
    /// The oldest input that no frame shows yet.
    pub input: Option<Instant>,
    /// Peers to be served from now on.
    pub subscribers: Vec<FrameSender>,
    /// What to code pictures in from now on.
    pub bitrate: Option<Bitrate>,
    /// Whether a peer cannot go on without a key frame.
    pub keyframe: bool,
    /// Whether to end.
    pub stop: bool,
}

impl News {
    fn is_empty(&self) -> bool {
        self.moment.is_none()
            && self.camera.is_none()
            && self.subscribers.is_empty()
            && self.bitrate.is_none()
            && !self.keyframe
            && !self.stop
    }
}

/// The mailbox between the session's driver and a view's thread.
#[derive(Default)]
pub(super) struct Inbox {
    news: Mutex<News>,
    arrived: Condvar,
}

impl Inbox {
    /// Changes what waits and wakes the thread.
    pub fn tell(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.lock());
        self.arrived.notify_one();
    }

    /// Takes what waits; sleeps until there is something or `deadline` has come.
    pub fn wait(&self, deadline: Option<Instant>) -> News {
        let mut news = self.lock();
        while news.is_empty() {
            let Some(deadline) = deadline else {
                news = self.arrived.wait(news).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            news = self.arrived.wait_timeout(news, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut *news)
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        // Each field is replaced whole: a panic cannot leave half a message.
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_wins_and_is_taken_once() {
        let inbox = Inbox::default();
        inbox.tell(|news| news.camera = Some(Camera::Fixed(1)));
        inbox.tell(|news| news.camera = Some(Camera::Fixed(2)));
        assert_eq!(inbox.wait(None).camera, Some(Camera::Fixed(2)));
        assert!(inbox.wait(Some(Instant::now())).is_empty());
    }

    #[test]
    fn a_sleeper_is_woken() {
        let inbox = Arc::new(Inbox::default());
        let sleeper = Arc::clone(&inbox);
        let thread = std::thread::Builder::new()
            .name("test-sleeper".into())
            .spawn(move || sleeper.wait(None).stop)
            .expect("thread starts");
        inbox.tell(|news| news.stop = true);
        assert!(thread.join().expect("no panic"));
    }
}
