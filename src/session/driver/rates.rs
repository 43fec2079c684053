//! Bit rates and rungs: each view's follow the paths of those who watch.

use std::time::{Duration, Instant};

use super::{Driver, Outlet};
use crate::units::{Bitrate, ViewId, ViewerId};

/// How often paths are looked at: reports of browsers come about as often.
const EVERY: Duration = Duration::from_millis(100);
/// A smaller change of a bit rate is not worth telling an encoder, as a part of it.
const CHANGE: u32 = 25;

impl Driver {
    /// When paths are to be looked at; never while nobody watches.
    pub(super) fn rates_due(&self) -> Option<Instant> {
        (!self.views.is_empty()).then(|| self.rates_at + EVERY)
    }

    /// Moves viewers to the rungs that their paths carry, and sets the views' bit rates.
    pub(super) async fn follow_paths(&mut self) {
        self.rates_at = Instant::now();
        for viewer in self.climb() {
            self.place(viewer, true, None).await;
        }
        let full = self.shared.settings.bitrate;
        let views = self.views.iter().map(|(id, watched)| {
            let carried = watched.viewers.iter().filter_map(|viewer| self.carried(*viewer));
            (id, watched.look.rung.bitrate(full, carried.min().unwrap_or(full)))
        });
        for (id, bitrate) in views.collect::<Vec<(ViewId, Bitrate)>>() {
            self.views.set_bitrate(id, bitrate, |old| old.as_bps() / CHANGE);
        }
    }

    fn carried(&self, viewer: ViewerId) -> Option<Bitrate> {
        Some(self.seats.get(&viewer)?.outlet.as_ref()?.carried())
    }

    /// Who is to be on another rung from now on.
    fn climb(&mut self) -> Vec<ViewerId> {
        let (now, full) = (self.rates_at, self.shared.settings.bitrate);
        let mut moved = Vec::new();
        for (viewer, seated) in &mut self.seats {
            let carried = seated.outlet.as_ref().map(Outlet::carried);
            let (Some(carried), Some((_, watched))) = (carried, self.views.of(*viewer)) else {
                continue;
            };
            let before = seated.climber.rung();
            let rung = seated.climber.hear(now, carried, full, watched.viewers.len() == 1);
            if rung != before {
                tracing::debug!(%viewer, ?rung, bps = carried.as_bps(),
                    "another quality for this path");
                moved.push(*viewer);
            }
        }
        moved
    }
}
