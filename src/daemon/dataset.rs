//! A batch of pictures of one model, without a daemon.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{Failure, gpu_options, open_renderer, read_model, render_settings, worker_limits};
use crate::{
    batch::{self, Batch, Subject},
    config::{Config, Profile},
};

/// The file of a batch: a model, named relative to it, and all that [`Batch`] has.
#[derive(Deserialize)]
struct File {
    model: String,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

/// Draws the batch that `path` describes; gives an npz file.
///
/// # Errors
/// [`Failure::Environment`] without an adapter, [`Failure::Failed`] when the batch asks for what
/// there is not, or something fails under way.
pub async fn render_batch(config: Config, path: &Path) -> Result<Vec<u8>, Failure> {
    let (model, batch) = read(path).map_err(Failure::Failed)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let bundle = read_model(&config, &folder.join(model)).map_err(Failure::Failed)?;
    let (renderer, adapter) = open_renderer(&gpu_options(&config))?;
    let settings = render_settings(Profile::Parity, config.video.shadows, &adapter);
    let subject = Subject::Model(bundle, worker_limits(&config));
    let drawn = batch::render(renderer, subject, batch, settings).await;
    drawn.map_err(|error| Failure::Failed(error.to_string()))
}

fn read(path: &Path) -> Result<(String, Batch), String> {
    let shown = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let wrong = |error: serde_json::Error| format!("{shown} is not a batch: {error}");
    let file: File = serde_json::from_str(&text).map_err(wrong)?;
    let batch = serde_json::from_value(serde_json::Value::Object(file.rest)).map_err(wrong)?;
    Ok((file.model, batch))
}
