//! One picture of a model, without a daemon.

use std::path::PathBuf;

use super::{Failure, open_renderer, read_model, render_settings, worker_limits};
use crate::{
    batch,
    config::{Config, Profile},
    render,
    scene::{Assets, Snapshot, camera::Camera},
    units::Size,
    worker::Worker,
};

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
    let bundle = read_model(&config, &request.model).map_err(Failure::Failed)?;
    let failed = |error: &dyn std::error::Error| {
        Failure::Failed(format!("{}: {error}", request.model.display()))
    };
    let (worker, assets) =
        Worker::spawn(&bundle, &worker_limits(&config)).await.map_err(|error| failed(&error))?;
    let snapshot = batch::step(&worker, request.steps).await.map_err(|error| failed(&error))?;
    let camera = batch::camera_by_name(&request.camera, &assets).map_err(Failure::Failed)?;
    let drawn =
        tokio::task::spawn_blocking(move || draw(&config, &request, &assets, &snapshot, &camera));
    drawn.await.map_err(|error| Failure::Failed(format!("drawing failed: {error}")))?
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
    encode(size, png::ColorType::Rgba, rgba)
}

/// Rows from the top, 8 bits per channel.
pub(super) fn encode(
    size: Size,
    color: png::ColorType,
    pixels: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.width(), size.height());
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(out)
}
