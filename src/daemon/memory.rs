//! Gives memory back that the heap holds and nobody uses.
//!
//! What a scene, a view or a viewer took is freed in the middle of what others hold, where the C library keeps
//! it. Whatever comes next rarely fits: a daemon that has been busy for a moment would stay large for ever.
#![allow(unsafe_code, reason = "the C library has no safe way to it")]

use std::time::Duration;

use tokio::time::MissedTickBehavior;

/// So often; each time takes some milliseconds, in which a thread that allocates may wait.
const EVERY: Duration = Duration::from_secs(10);

/// Never returns.
pub async fn give_back() {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // A panic there is none, and one that did come could not be mended here.
        let _ = tokio::task::spawn_blocking(trim).await;
    }
}

#[cfg(target_env = "gnu")]
fn trim() {
    // SAFETY: takes no pointer, and locks each part of the heap while it looks at it.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(target_env = "gnu"))]
const fn trim() {}
