//! Recordings watch as viewers do, without a seat.

use std::sync::{Arc, atomic::Ordering};

use super::Driver;
use crate::{
    encode,
    scene::Assets,
    session::{
        Error,
        recordings::{self, Present},
        views::Look,
    },
    stream::Rung,
    units::ViewerId,
};

impl Driver {
    pub(super) async fn record(
        &mut self,
        wish: recordings::Wish,
    ) -> Result<recordings::Begun, Error> {
        let (Some(running), Some(scene)) = (&self.running, &self.scene) else {
            return Err(Error::NoScene);
        };
        let counters = &self.shared.counters;
        let viewer = ViewerId(counters.next_viewer.fetch_add(1, Ordering::Relaxed) + 1);
        let (assets, snapshot) =
            (Arc::clone(&running.assets), Arc::clone(&running.snapshots.borrow()));
        let present = Present {
            session: self.info.id().as_str(),
            scene,
            assets: &assets,
            snapshot: &snapshot,
            clock: self.shared.clock,
            size: self.shared.settings.frame_size,
        };
        let begun = self.recordings.begin(&self.shared.recordings, viewer, wish, &present)?;
        tracing::info!(as_viewer = %viewer, "recording");
        self.place_recordings(&assets).await;
        Ok(begun)
    }

    /// Puts every recording where its camera and size belong in this model.
    pub(super) async fn place_recordings(&mut self, assets: &Assets) {
        let settings = self.shared.settings.render;
        for (recording, camera, size) in self.recordings.cameras(assets) {
            if self.views.of(recording).is_some_and(|(_, watched)| watched.camera == camera) {
                continue;
            }
            // What nearly all viewers take, so that a recording can share their view.
            let formats = encode::Profile::Main.into();
            let look = Look { size, settings, formats, rung: Rung::BEST };
            self.settle(recording, camera, look, (false, true), None).await;
            if self.views.of(recording).is_none() {
                self.recordings.stop(recording, "there is no view to record");
            }
        }
    }
}
