//! What is seen at a point of a picture: drawn exactly as it is shown, but one pixel large.

use crate::{
    control::Hit,
    render::{self, Profile, Settings, View},
    scene::{Snapshot, camera::Camera},
    stream::Moment,
    units::Size,
};

/// `mjCAT_DECOR`: what MuJoCo adds to a scene to show something about it.
const DECORATION: i32 = 4;

/// Finds what `camera` sees at `share` of a picture of `size`; `None` where there is nothing, or
/// no device to draw with. Takes milliseconds, on a thread that may block.
///
/// # Errors
/// [`render::Error`] when it cannot be drawn.
pub(super) fn pick(
    moment: &Moment,
    camera: &Camera,
    size: Size,
    share: [f64; 2],
) -> Result<Option<Hit>, render::Error> {
    let Some(stage) = &moment.stage else { return Ok(None) };
    let assets = &moment.assets;
    let eye = camera.eye(assets, &moment.snapshot);
    let eye = eye.at_pixel(share, [size.width(), size.height()]);
    // Springs, frames and labels are not there to be touched.
    let mut snapshot = Snapshot::clone(&moment.snapshot);
    snapshot.geoms.retain(|geom| geom.category != DECORATION);
    let settings = Settings {
        profile: Profile::Parity,
        samples: 1,
        shadows: false,
        reflections: false,
        skybox: false,
        haze: false,
        data: true,
        ..Settings::PARITY
    };
    let pixel = Size::new(1, 1).expect("invariant: a pixel is within the range of sizes");
    stage.renderer.gpu().attempt(|| {
        let mut view = View::new(&stage.renderer, pixel, settings)?;
        view.draw_from(&stage.resources, assets, &snapshot, &eye)?;
        let number = view.read_ids()?.first().copied().unwrap_or(0);
        let depth = view.read_depth()?.first().copied().unwrap_or(0.0);
        let found = snapshot
            .geoms
            .iter()
            .find(|geom| number > 0 && u32::try_from(geom.segment) == Ok(number - 1));
        Ok(found.and_then(|geom| {
            Some(Hit {
                object_kind: geom.object_kind,
                object_id: u32::try_from(geom.object_id).ok()?,
                point: eye.middle_at(eye.distance(depth)),
            })
        }))
    })
}
