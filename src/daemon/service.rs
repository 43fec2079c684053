//! The daemon as a service: what it inherits from a service manager, and what it tells it.
//!
//! systemd's protocols are two environment variables away (`sd_notify(3)`, `sd_listen_fds(3)`);
//! without them, nothing here does anything.

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::time::MissedTickBehavior;

use crate::{metrics::Metrics, session::Sessions};

/// How long a loop may be silent at most; less where the watchdog has less patience.
const PATIENCE: Duration = Duration::from_secs(10);

/// The socket that a service manager listens on for the daemon, if it does.
///
/// # Errors
/// When what it handed over is no TCP socket that listens.
pub fn inherited() -> io::Result<Option<TcpListener>> {
    ListenFd::from_env().take_tcp_listener(0)
}

/// Tells the service manager that the daemon serves.
pub fn tell_ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells it that the configuration is being read again; [`tell_ready`] is the end of it.
pub fn tell_reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "no clock for the service manager"),
    }
}

/// Tells it that the daemon ends, which takes at most `deadline`.
pub fn tell_stopping(deadline: Duration) {
    let deadline = u32::try_from(deadline.as_micros()).unwrap_or(u32::MAX);
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("draining"),
        NotifyState::ExtendTimeoutUsec(deadline),
    ]);
}

fn tell(state: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "the service manager was not told");
    }
}

/// Feeds the service manager's watchdog as long as every loop goes on: never returns where there
/// is one, and at once where there is none.
pub async fn feed_watchdog(sessions: Sessions, metrics: Arc<Metrics>) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    // A loop is told from one that is slow before the manager loses its own patience.
    let patience = (limit / 2).min(PATIENCE);
    let mut ticks = tokio::time::interval(limit / 4);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = false;
    loop {
        ticks.tick().await;
        let stuck = stuck(&sessions, &metrics, patience).await;
        if stuck.is_empty() {
            said = false;
            tell(&[NotifyState::Watchdog]);
        } else if !std::mem::replace(&mut said, true) {
            tracing::error!(?stuck, "the watchdog is not fed");
        }
    }
}

/// What does not go on.
async fn stuck(sessions: &Sessions, metrics: &Metrics, patience: Duration) -> Vec<String> {
    let mut stuck = metrics.pulses.stuck(Instant::now(), patience);
    let asked = sessions.list().into_iter().map(|session| async move {
        // One that has ended meanwhile is none.
        let glance = tokio::time::timeout(patience, session.glance()).await;
        glance.is_err().then(|| format!("session {}", session.id()))
    });
    stuck.extend(futures_util::future::join_all(asked).await.into_iter().flatten());
    stuck
}
