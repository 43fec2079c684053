//! The renderer of the moment, and another one whenever its device is lost.
//!
//! ```text
//!   open ──lost──► opening ──ok──► open
//!                   │   ▲
//!                   └───┘ failed: once more, after a while
//! ```
//! One task opens devices, so there is one opening at a time. Whoever draws watches
//! [`Device::renderer`] and uploads again what it draws.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::Error;
use crate::{gpu, render, scene::Assets, stream::Stage};

/// A device that lived this long was in order: its successor is opened at once.
const SETTLED: Duration = Duration::from_secs(10);
/// Before the second try in a row, doubled before each further one …
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// … up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long a load waits for another device when one was lost under way; then the scene is loaded,
/// and drawn as soon as there is a device.
const PATIENCE: Duration = Duration::from_secs(5);

/// What pictures are drawn with now.
#[derive(Clone)]
pub struct Device {
    /// Draws; or why nothing does.
    pub renderer: Result<Arc<render::Renderer>, String>,
    /// The device, or the last one.
    pub adapter: gpu::AdapterInfo,
    /// How often a lost device has been replaced.
    pub rebuilds: u64,
}

/// The renderer that all sessions draw with; cheap to clone.
#[derive(Clone)]
pub struct Drawing {
    device: watch::Receiver<Device>,
}

impl Drawing {
    /// Draws with `renderer` until its device is lost, and then with what `open` gives, which is
    /// called on a thread that may block. Needs a tokio runtime.
    pub fn start(
        renderer: Arc<render::Renderer>,
        open: impl Fn() -> Result<Arc<render::Renderer>, String> + Send + Sync + 'static,
    ) -> Self {
        let adapter = renderer.gpu().info().clone();
        let first = Device { renderer: Ok(Arc::clone(&renderer)), adapter, rebuilds: 0 };
        let (tell, device) = watch::channel(first);
        tokio::spawn(async move {
            tokio::select! {
                () = replace(&tell, renderer, Arc::new(open)) => {}
                // Nobody draws any more.
                () = tell.closed() => {}
            }
        });
        Self { device }
    }

    /// What pictures are drawn with now.
    pub fn device(&self) -> Device {
        self.device.borrow().clone()
    }

    /// Tells of every loss and replacement from now on.
    pub fn watch(&self) -> watch::Receiver<Device> {
        let mut device = self.device.clone();
        device.mark_unchanged();
        device
    }

    /// Copies a model to the device of the moment; `None` when there is none.
    pub(super) async fn stage(&self, assets: &Arc<Assets>) -> Result<Option<Arc<Stage>>, Error> {
        let Ok(renderer) = self.device().renderer else { return Ok(None) };
        let (device, model) = (Arc::clone(&renderer), Arc::clone(assets));
        let copied =
            tokio::task::spawn_blocking(move || device.gpu().attempt(|| device.upload(&model)));
        let resources = copied.await.map_err(|_| Error::Gone)??;
        Ok(Some(Arc::new(Stage { renderer, resources })))
    }

    /// The same for a model that may be what devices are lost by: it is refused when it takes a
    /// second one along.
    pub(super) async fn stage_new(
        &self,
        assets: &Arc<Assets>,
    ) -> Result<Option<Arc<Stage>>, Error> {
        let mut device = self.watch();
        match self.stage(assets).await {
            Err(Error::Render(render::Error::DeviceLost)) => {
                let another = device.wait_for(|device| {
                    device.renderer.as_ref().is_ok_and(|renderer| !renderer.gpu().lost())
                });
                let _ = tokio::time::timeout(PATIENCE, another).await;
                self.stage(assets).await
            }
            outcome => outcome,
        }
    }
}

/// Replaces `renderer`, and each that follows, when its device is lost.
async fn replace<F>(tell: &watch::Sender<Device>, mut renderer: Arc<render::Renderer>, open: Arc<F>)
where
    F: Fn() -> Result<Arc<render::Renderer>, String> + Send + Sync + 'static,
{
    let mut backoff = Backoff::default();
    loop {
        let opened = Instant::now();
        renderer.gpu().until_lost().await;
        // From here on nothing is kept of it: what it holds may be what a new one lacks.
        drop(renderer);
        tracing::warn!("the drawing device is gone: opening one again");
        let gone = Err("the drawing device was lost and is being opened again".to_owned());
        tell.send_modify(|device| device.renderer = gone);
        renderer = reopened(tell, &mut backoff, opened.elapsed(), &open).await;
        tell.send_modify(|device| {
            device.adapter = renderer.gpu().info().clone();
            device.renderer = Ok(Arc::clone(&renderer));
            device.rebuilds += 1;
        });
    }
}

/// Tries until it works. `lived` is for how long the last device worked.
async fn reopened<F>(
    tell: &watch::Sender<Device>,
    backoff: &mut Backoff,
    mut lived: Duration,
    open: &Arc<F>,
) -> Arc<render::Renderer>
where
    F: Fn() -> Result<Arc<render::Renderer>, String> + Send + Sync + 'static,
{
    let lost = Instant::now();
    loop {
        tokio::time::sleep(backoff.after(lived)).await;
        let open = Arc::clone(open);
        let opened = tokio::task::spawn_blocking(move || open()).await;
        match opened.unwrap_or_else(|panic| Err(panic.to_string())) {
            Ok(renderer) => {
                let elapsed_ms = lost.elapsed().as_millis();
                tracing::info!(elapsed_ms, "the drawing device is open again");
                return renderer;
            }
            Err(error) => {
                let next_ms = backoff.wait.as_millis();
                tracing::warn!(error, next_ms, "no drawing device; trying again");
                let why = format!("the drawing device was lost and cannot be opened: {error}");
                tell.send_modify(|device| device.renderer = Err(why));
            }
        }
        lived = Duration::ZERO;
    }
}

/// How long to wait before opening a device: pure.
#[derive(Debug, Default)]
struct Backoff {
    /// Before the next try, unless a device works for long enough before.
    wait: Duration,
}

impl Backoff {
    /// The wait after a device that worked for `lived`; none at all where it would not open.
    fn after(&mut self, lived: Duration) -> Duration {
        if lived >= SETTLED {
            self.wait = Duration::ZERO;
        }
        let wait = self.wait;
        self.wait = (wait * 2).clamp(FIRST_WAIT, LONGEST_WAIT);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_try_is_at_once_and_the_others_are_ever_rarer() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..10).map(|_| backoff.after(Duration::ZERO).as_millis()).collect();
        assert_eq!(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    }

    #[test]
    fn a_device_that_worked_for_long_starts_afresh() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.after(Duration::from_secs(1));
        }
        assert_eq!(backoff.after(SETTLED), Duration::ZERO);
        assert_eq!(backoff.after(Duration::ZERO), FIRST_WAIT);
    }
}
