//! One picture of a model, without a daemon.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{Failure, files, open_renderer, render_settings, worker_limits};
use crate::{
    config::{Config, Profile},
    control::PhysicsCommand,
    render,
    scene::{
        Assets, Snapshot,
        camera::{Camera, FreeCamera},
    },
    units::Size,
    worker::Worker,
};

/// Steps that one command takes at most; more are asked for in turns.
const STEPS: u32 = 10_000;
/// How long a turn of steps may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A single picture that was asked for.
#[derive(Clone, Debug)]
pub struct RenderRequest {
    /// The model's file.
    pub model: PathBuf,
    /// A model camera by name or id, `free`, or `azimuth=…,elevation=…,distance=…,lookat=x,y,z`
    /// (any of them; the rest is the model's own).
    pub camera: String,
    /// Size of the picture.
    pub size: Size,
    /// Physics steps before the picture.
    pub steps: u32,
    /// How to draw.
    pub profile: Profile,
    /// Samples per pixel; `None`: as the profile says.
    pub samples: Option<u32>,
}

/// Loads, steps and draws a model; gives a PNG.
///
/// # Errors
/// [`Failure::Environment`] without an adapter, [`Failure::Failed`] with MuJoCo's sentence for a
/// model that cannot be used.
pub async fn render_once(config: Config, request: RenderRequest) -> Result<Vec<u8>, Failure> {
    let bundle = files::read(&request.model).map_err(Failure::Failed)?;
    let failed = |error: &dyn std::error::Error| {
        Failure::Failed(format!("{}: {error}", request.model.display()))
    };
    let (worker, assets) =
        Worker::spawn(&bundle, &worker_limits(&config)).await.map_err(|error| failed(&error))?;
    let snapshot = step(&worker, request.steps).await?;
    let camera = camera_by_name(&request.camera, &assets).map_err(Failure::Failed)?;
    let drawn =
        tokio::task::spawn_blocking(move || draw(&config, &request, &assets, &snapshot, &camera));
    drawn.await.map_err(|error| Failure::Failed(format!("drawing failed: {error}")))?
}

/// The moment after `steps`.
pub(super) async fn step(worker: &Worker, mut steps: u32) -> Result<Arc<Snapshot>, Failure> {
    while steps > STEPS {
        obeyed(worker, PhysicsCommand::Step(STEPS)).await?;
        steps -= STEPS;
    }
    match steps {
        0 => Ok(Arc::clone(&worker.snapshots().borrow())),
        steps => obeyed(worker, PhysicsCommand::Step(steps)).await,
    }
}

/// The first moment that reflects `command`.
pub(super) async fn obeyed(
    worker: &Worker,
    command: PhysicsCommand,
) -> Result<Arc<Snapshot>, Failure> {
    let number = worker.send(command).map_err(|error| Failure::Failed(error.to_string()))?;
    let mut snapshots = worker.snapshots();
    let done = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(Ok(snapshot)) => Ok(Arc::clone(&snapshot)),
        Ok(Err(_)) => Err(Failure::Failed("the simulation stopped".into())),
        Err(_) => Err(Failure::Failed("the simulation takes too long".into())),
    }
}

fn draw(
    config: &Config,
    request: &RenderRequest,
    assets: &Assets,
    snapshot: &Snapshot,
    camera: &Camera,
) -> Result<Vec<u8>, Failure> {
    let failed = |error: render::Error| Failure::Failed(format!("drawing failed: {error}"));
    let (renderer, adapter) = open_renderer(&super::gpu_options(config))?;
    let mut settings = render_settings(request.profile, config.video.shadows, &adapter);
    settings.samples = request.samples.unwrap_or(settings.samples);
    let scene = renderer.upload(assets).map_err(failed)?;
    let mut view = render::View::new(&renderer, request.size, settings).map_err(failed)?;
    view.draw(&scene, assets, snapshot, camera).map_err(failed)?;
    let pixels = view.read_rgba().map_err(failed)?;
    let tight: Vec<u8> = pixels.rows().flatten().copied().collect();
    encode_png(request.size, &tight)
        .map_err(|error| Failure::Failed(format!("the PNG cannot be written: {error}")))
}

pub(super) fn encode_png(size: Size, rgba: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.width(), size.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgba)?;
    writer.finish()?;
    Ok(out)
}

/// What `text` names among the cameras of a model.
pub(super) fn camera_by_name(text: &str, assets: &Assets) -> Result<Camera, String> {
    let free = FreeCamera::initial(&assets.visual);
    if text == "free" {
        return Ok(Camera::Free(free));
    }
    if let Some(index) = assets.cameras.iter().position(|camera| camera.name == text) {
        return Ok(Camera::Fixed(u32::try_from(index).unwrap_or(u32::MAX)));
    }
    if let Ok(index) = text.parse::<u32>() {
        let exists = (index as usize) < assets.cameras.len();
        return if exists {
            Ok(Camera::Fixed(index))
        } else {
            Err(format!("the model has {} cameras; there is no {index}", assets.cameras.len()))
        };
    }
    if text.contains('=') {
        return parts(text)
            .iter()
            .try_fold(free, |camera, part| with_part(camera, part))
            .map(Camera::Free);
    }
    let names: Vec<_> = assets.cameras.iter().map(|camera| camera.name.as_str()).collect();
    Err(format!("the model has no camera '{text}'; it has: free {}", names.join(" ")))
}

/// `a=1,b=2,3,c=4` as `a=1`, `b=2,3`, `c=4`.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in text.split(',') {
        match parts.last_mut() {
            Some(last) if !piece.contains('=') => {
                last.push(',');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

fn with_part(mut camera: FreeCamera, part: &str) -> Result<FreeCamera, String> {
    let wrong = || format!("'{part}' is not a part of a camera, such as azimuth=90");
    let (name, value) = part.split_once('=').ok_or_else(wrong)?;
    let finite = |text: &str| text.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(wrong);
    match name.trim() {
        "azimuth" => camera.azimuth = finite(value)?,
        "elevation" => camera.elevation = finite(value)?,
        "distance" => camera.distance = finite(value)?,
        "fovy" => camera.fovy = finite(value)?,
        "lookat" => {
            let all = value.split(',').map(finite).collect::<Result<Vec<_>, _>>()?;
            camera.lookat = all.try_into().map_err(|_| wrong())?;
        }
        _ => return Err(wrong()),
    }
    Ok(camera)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::CameraInfo;

    fn assets() -> Assets {
        let side = CameraInfo { name: "side".into(), ..CameraInfo::default() };
        Assets { cameras: vec![side], ..Assets::default() }
    }

    #[test]
    fn cameras_go_by_name_id_and_numbers() {
        assert_eq!(camera_by_name("side", &assets()), Ok(Camera::Fixed(0)));
        assert_eq!(camera_by_name("0", &assets()), Ok(Camera::Fixed(0)));
        let Ok(Camera::Free(camera)) = camera_by_name("azimuth=10,lookat=1,2,-3", &assets()) else {
            panic!("numbers make a free camera");
        };
        assert_eq!((camera.azimuth, camera.lookat), (10.0, [1.0, 2.0, -3.0]));
        for wrong in ["1", "top", "azimuth=x", "lookat=1,2", "azimuth=nan", "="] {
            assert!(camera_by_name(wrong, &assets()).is_err(), "{wrong}");
        }
    }
}
