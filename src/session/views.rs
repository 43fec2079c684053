//! Who watches what: viewers with the same camera, size, way of drawing, formats and much the same
//! path share one view.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use crate::{
    encode, render,
    scene::camera::Camera,
    stream::{self, Rung},
    units::{Bitrate, Size, ViewId, ViewerId},
};

/// A view with what it shows and who watches.
pub(super) struct Watched {
    /// The running stream.
    pub view: stream::View,
    /// What it looks through.
    pub camera: Camera,
    /// Its size and how it is drawn.
    pub look: Look,
    /// What it is coded in.
    pub bitrate: Bitrate,
    /// Who watches; never empty.
    pub viewers: BTreeSet<ViewerId>,
}

/// What of a view stays as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// Size of its pictures.
    pub size: Size,
    /// How they are drawn.
    pub settings: render::Settings,
    /// What those who watch can decode.
    pub formats: encode::Formats,
    /// What their paths carry.
    pub rung: Rung,
}

impl Look {
    /// Whether one running view can go from this to `other`.
    fn turns_into(self, other: Self) -> bool {
        self.rung.looks_like(other.rung) && Self { rung: other.rung, ..self } == other
    }
}

/// All views of a session.
#[derive(Default)]
pub(super) struct Views {
    views: BTreeMap<ViewId, Watched>,
    by_viewer: BTreeMap<ViewerId, ViewId>,
}

/// Where a viewer should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// In the view where it is, which now looks elsewhere.
    Same(ViewId),
    /// In another view that already shows the same.
    Join(ViewId),
    /// In a view of its own, to be made.
    New,
}

impl Views {
    /// Decides where `viewer` belongs. `alone`: all who watch the same go along; `settled`
    /// viewers rejoin others who see the same.
    pub fn place(
        &self,
        viewer: ViewerId,
        camera: &Camera,
        look: Look,
        (alone, settled): (bool, bool),
    ) -> Place {
        let current = self.by_viewer.get(&viewer).copied();
        let company = |id: &ViewId, watched: &Watched| {
            if alone && current == Some(*id) { 1 } else { watched.viewers.len() }
        };
        let shown = self.views.iter().map(|(id, w)| (*id, w.camera, w.look, company(id, w)));
        decide(shown, current, camera, look, settled)
    }

    /// Adds a view without viewers; [`Self::enter`] follows.
    pub fn add(&mut self, id: ViewId, view: stream::View, at: (Camera, Look), bitrate: Bitrate) {
        let (viewers, (camera, look)) = (BTreeSet::new(), at);
        self.views.insert(id, Watched { view, camera, look, bitrate, viewers });
    }

    /// Moves `viewer` into `id`, ending the view that it leaves if nobody else watches that.
    pub fn enter(&mut self, viewer: ViewerId, id: ViewId) -> Option<&Watched> {
        if self.by_viewer.get(&viewer) != Some(&id) {
            self.leave(viewer);
        }
        let watched = self.views.get_mut(&id)?;
        watched.viewers.insert(viewer);
        self.by_viewer.insert(viewer, id);
        Some(watched)
    }

    /// Takes `viewer` out, ending its view if nobody else watches.
    pub fn leave(&mut self, viewer: ViewerId) {
        let Some(id) = self.by_viewer.remove(&viewer) else { return };
        if let Some(watched) = self.views.get_mut(&id) {
            watched.viewers.remove(&viewer);
            if watched.viewers.is_empty() {
                self.views.remove(&id);
            }
        }
    }

    /// Turns the view `id` to `camera`; `look` differs at most by a rung that looks the same.
    pub fn look(&mut self, id: ViewId, camera: Camera, look: Look, input: Option<Instant>) {
        if let Some(watched) = self.views.get_mut(&id) {
            (watched.camera, watched.look) = (camera, look);
            watched.view.look(camera, input);
        }
    }

    /// Codes the view `id` in `bitrate`, unless that is nearer than `change` to what it is coded in.
    pub fn set_bitrate(
        &mut self,
        id: ViewId,
        bitrate: Bitrate,
        change: impl FnOnce(Bitrate) -> u32,
    ) {
        let Some(watched) = self.views.get_mut(&id) else { return };
        if bitrate.as_bps().abs_diff(watched.bitrate.as_bps()) > change(watched.bitrate) {
            watched.bitrate = bitrate;
            watched.view.set_bitrate(bitrate);
        }
    }

    /// Shows a moment in every view; it is the first to reflect an input received at `input`, if
    /// there was one.
    pub fn show(&self, moment: &Arc<stream::Moment>, input: Option<Instant>) {
        let views = self.views.values().map(|watched| &watched.view);
        views.for_each(|view| view.reflect(Arc::clone(moment), input));
    }

    /// The view of `viewer`.
    pub fn of(&self, viewer: ViewerId) -> Option<(ViewId, &Watched)> {
        let id = self.by_viewer.get(&viewer)?;
        Some((*id, self.views.get(id)?))
    }

    /// Forgets a view that has ended; gives back who watched it.
    pub fn ended(&mut self, id: ViewId) -> BTreeSet<ViewerId> {
        let viewers = self.views.remove(&id).map(|watched| watched.viewers).unwrap_or_default();
        for viewer in &viewers {
            self.by_viewer.remove(viewer);
        }
        viewers
    }

    /// Whether anybody watches.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// All views.
    pub fn iter(&self) -> impl Iterator<Item = (ViewId, &Watched)> {
        self.views.iter().map(|(id, watched)| (*id, watched))
    }
}

fn decide(
    shown: impl Iterator<Item = (ViewId, Camera, Look, usize)>,
    current: Option<ViewId>,
    camera: &Camera,
    look: Look,
    settled: bool,
) -> Place {
    let (mut own, mut equal) = (None, None);
    for (id, shows, at, viewers) in shown {
        let matches = shows == *camera && at == look;
        if current == Some(id) && (matches || (viewers == 1 && at.turns_into(look))) {
            own = Some(id);
            if matches && viewers > 1 {
                return Place::Same(id);
            }
        } else if matches {
            equal = Some(id);
        }
    }
    match (own, equal) {
        (Some(own), None) => Place::Same(own),
        (Some(own), Some(_)) if !settled => Place::Same(own),
        (_, Some(other)) => Place::Join(other),
        (None, None) => Place::New,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Camera = Camera::Fixed(0);
    const B: Camera = Camera::Fixed(1);
    const ONE: ViewId = ViewId(1);
    const TWO: ViewId = ViewId(2);

    fn look() -> Look {
        Look {
            size: Size::new(640, 480).expect("valid"),
            settings: render::Settings::PARITY,
            formats: encode::Profile::Main.into(),
            rung: Rung::BEST,
        }
    }

    fn place(
        shown: &[(ViewId, Camera, usize)],
        current: Option<ViewId>,
        camera: Camera,
        settled: bool,
    ) -> Place {
        let shown = shown.iter().map(|&(id, camera, viewers)| (id, camera, look(), viewers));
        decide(shown, current, &camera, look(), settled)
    }

    #[test]
    fn equal_viewers_share_and_others_do_not() {
        assert_eq!(place(&[], None, A, true), Place::New);
        assert_eq!(place(&[(ONE, A, 1)], None, A, true), Place::Join(ONE));
        assert_eq!(place(&[(ONE, A, 1)], None, B, true), Place::New);
    }

    #[test]
    fn who_moves_in_company_forks_and_who_is_alone_takes_the_view_along() {
        assert_eq!(place(&[(ONE, A, 2)], Some(ONE), B, false), Place::New);
        assert_eq!(place(&[(ONE, A, 1)], Some(ONE), B, false), Place::Same(ONE));
        assert_eq!(place(&[(ONE, A, 2)], Some(ONE), A, true), Place::Same(ONE));
    }

    #[test]
    fn views_that_meet_merge_once_the_hand_rests() {
        let shown = [(ONE, A, 3), (TWO, A, 1)];
        assert_eq!(place(&shown, Some(TWO), A, false), Place::Same(TWO));
        assert_eq!(place(&shown, Some(TWO), A, true), Place::Join(ONE));
    }

    #[test]
    fn another_size_way_of_drawing_or_profile_is_another_view() {
        let small = Look { size: Size::new(320, 240).expect("valid"), ..look() };
        let fast = Look { settings: render::Settings::FAST, ..look() };
        let plain = Look { formats: encode::Profile::ConstrainedBaseline.into(), ..look() };
        for other in [small, fast, plain] {
            let shown = [(ONE, A, look(), 1)];
            assert_eq!(decide(shown.into_iter(), Some(ONE), &A, other, true), Place::New);
        }
    }
}
