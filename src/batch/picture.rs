//! A single picture of a moment, without an archive around it.

use std::sync::Arc;

use super::{Error, MAX_PIXELS, Mode, draw::Job};
use crate::{
    render::{Renderer, Settings, Show},
    scene::{Assets, Snapshot, camera::Camera},
    units::Size,
};

/// What a single picture shows.
pub struct Shot {
    /// The model.
    pub assets: Arc<Assets>,
    /// Its moment.
    pub snapshot: Arc<Snapshot>,
    /// Where it is seen from.
    pub camera: Camera,
    /// Size of the picture.
    pub size: Size,
    /// What is drawn.
    pub mode: Mode,
}

/// Draws one picture: rows from the top, per pixel three bytes of colour, or an `f32` in m, or id
/// and type of the object as two `i32`, lowest byte first. Blocks.
///
/// # Errors
/// [`Error::Invalid`] beyond [`MAX_PIXELS`], [`Error::Render`] when drawing fails.
pub fn picture(renderer: Arc<Renderer>, shot: Shot, default: Settings) -> Result<Vec<u8>, Error> {
    if shot.size.pixels() > MAX_PIXELS {
        return Err(Error::Invalid(format!("a picture has at most {MAX_PIXELS} pixels")));
    }
    let settings = match shot.mode {
        Mode::Rgb => Settings { data: false, ..default },
        Mode::Depth | Mode::Segmentation => {
            Settings { data: true, show: Show::Ids, samples: 1, ..default }
        }
    };
    let job = Job {
        renderer,
        assets: shot.assets,
        cameras: vec![shot.camera],
        size: shot.size,
        settings,
        modes: vec![shot.mode],
        states: 1,
    };
    job.run_once(&shot.snapshot)
}
