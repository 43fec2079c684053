//! The recordings of a session: each watches through a view, as a viewer does, and shares it with
//! the viewers who see the same.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::{Error, Handle, Scene, driver::Request};
use crate::{
    batch::CameraSpec,
    frame::FrameReceiver,
    record::{self, Info, Moments, Recorder, Store},
    scene::{
        Assets, Snapshot,
        camera::{Camera, FreeCamera},
    },
    units::{MediaClock, Size, ViewerId},
};

/// Smallest side of a recording, px: what the encoders take.
const MIN_SIDE: u32 = 16;
/// Most pixels of a recording's pictures: what H.264 encoders commonly take.
const MAX_PIXELS: usize = 3840 * 2160;
/// Ends of recordings that wait for the driver; their threads wait with them.
const ENDS: usize = 16;

/// What is to be recorded.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// What to call it; any text.
    pub name: String,
    /// The camera; `None`: the free one as the model has it.
    pub camera: Option<CameraSpec>,
    /// The size; `None`: a stream's.
    pub size: Option<Size>,
    /// How long at most; `None`: as long as the configuration allows.
    pub max_duration: Option<Duration>,
}

impl Handle {
    /// Begins a recording; gives what is known of it once its files are there.
    ///
    /// # Errors
    /// [`Error::NoScene`], [`Error::Invalid`], and [`Error::Recording`] when there is no room.
    pub async fn record(&self, wish: Wish) -> Result<Info, Error> {
        let begun = self.ask(|reply| Request::Record { wish, reply }).await??;
        Ok(begun.await.map_err(|_| Error::Gone)??)
    }
}

/// Tells when the files of a recording are there.
pub(super) type Begun = oneshot::Receiver<Result<Info, record::Error>>;

/// The recordings that are running.
pub(super) struct Recordings {
    running: BTreeMap<ViewerId, Running>,
    moments: Moments,
    ended: mpsc::Sender<ViewerId>,
}

struct Running {
    recorder: Recorder,
    camera: CameraSpec,
    size: Size,
}

/// What the driver knows when a recording begins.
pub(super) struct Present<'a> {
    pub session: &'a str,
    pub scene: &'a Scene,
    pub assets: &'a Assets,
    pub snapshot: &'a Snapshot,
    pub clock: MediaClock,
    /// Where the wish says none.
    pub size: Size,
}

impl Recordings {
    /// None, and where it is told which have ended.
    pub fn new() -> (Self, mpsc::Receiver<ViewerId>) {
        let (ended, ends) = mpsc::channel(ENDS);
        (Self { running: BTreeMap::new(), moments: Moments::default(), ended }, ends)
    }

    /// Begins one that watches as `viewer`.
    pub fn begin(
        &mut self,
        store: &Arc<Store>,
        viewer: ViewerId,
        wish: Wish,
        present: &Present<'_>,
    ) -> Result<Begun, Error> {
        let camera = wish.camera.unwrap_or_default();
        camera.of(present.assets).map_err(Error::Invalid)?;
        let size = checked(wish.size.unwrap_or(present.size)).map_err(Error::Invalid)?;
        let start = record::Start {
            session: present.session.to_owned(),
            name: wish.name,
            camera: serde_json::to_value(&camera).unwrap_or_default(),
            size,
            max_duration: wish.max_duration,
            scene: described(present.scene, present.assets),
            moments: self.moments.clone(),
            clock: present.clock,
        };
        let ended = self.ended.clone();
        let (recorder, begun) = store.begin(start, move || {
            // On the recording's own, ending thread: a gone driver needs no word.
            let _ = ended.blocking_send(viewer);
        })?;
        self.running.insert(viewer, Running { recorder, camera, size });
        self.note(present.snapshot);
        Ok(begun)
    }

    /// Remembers a moment, if anybody may ask for it.
    pub fn note(&self, snapshot: &Snapshot) {
        if !self.running.is_empty() {
            self.moments.note(snapshot);
        }
    }

    /// Tells every recording which scene it shows from now on.
    pub fn meet(&self, scene: &Scene, assets: &Assets) {
        for running in self.running.values() {
            running.recorder.scene(described(scene, assets));
        }
    }

    /// Whether none is running.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Where each looks from in this model, and at which size. A camera that the model does not
    /// have becomes the free one.
    pub fn cameras(&self, assets: &Assets) -> Vec<(ViewerId, Camera, Size)> {
        let free = || Camera::Free(FreeCamera::initial(&assets.visual));
        let all = self.running.iter();
        all.map(|(viewer, running)| {
            (*viewer, running.camera.of(assets).unwrap_or_else(|_| free()), running.size)
        })
        .collect()
    }

    /// Hands the frames of a view on, if `viewer` is a recording; gives them back otherwise.
    pub fn follow(&self, viewer: ViewerId, frames: FrameReceiver) -> Option<FrameReceiver> {
        match self.running.get(&viewer) {
            Some(running) => {
                running.recorder.follow(frames);
                None
            }
            None => Some(frames),
        }
    }

    /// Whether `viewer` is a recording.
    pub fn contains(&self, viewer: ViewerId) -> bool {
        self.running.contains_key(&viewer)
    }

    /// Ends a recording, which is told to the driver when it has happened.
    pub fn stop(&self, viewer: ViewerId, reason: &str) {
        if let Some(running) = self.running.get(&viewer) {
            running.recorder.stop(reason);
        }
    }

    /// Forgets a recording that has ended.
    pub fn ended(&mut self, viewer: ViewerId) {
        self.running.remove(&viewer);
    }
}

fn checked(size: Size) -> Result<Size, String> {
    let fits = size.is_even()
        && size.width().min(size.height()) >= MIN_SIDE
        && size.pixels() <= MAX_PIXELS;
    fits.then_some(size).ok_or_else(|| {
        format!(
            "a recording cannot be {size}: both sides must be even and at least {MIN_SIDE}, with \
             at most {MAX_PIXELS} pixels"
        )
    })
}

/// The scene as the side-car tells of it.
fn described(scene: &Scene, assets: &Assets) -> record::Scene {
    use std::fmt::Write as _;
    let mut scene_sha256 = String::with_capacity(64);
    for byte in Sha256::digest(scene.xml.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(scene_sha256, "{byte:02x}");
    }
    let model = &assets.model;
    record::Scene {
        model_name: model.name.clone(),
        scene_sha256,
        joints: model.joints.iter().map(|joint| joint.name.clone()).collect(),
        qpos_addresses: model.joints.iter().map(|joint| joint.qpos_address).collect(),
        actuators: model.actuators.clone(),
        nq: model.nq,
        nu: model.nu,
    }
}
