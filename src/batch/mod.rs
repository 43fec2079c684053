//! Datasets: pictures of many states from many cameras, in colours, depth and ids, in one go.
//!
//! ```text
//!  states ──► worker ──snapshots──► drawing thread ──► arrays ──► npz
//!                                     └─ per state: one submission for all cameras
//! ```
//! The next state is simulated while one is drawn. [`Batch`] is the outside contract: the body of
//! `POST /api/render` and the file of `mjcast render --batch`; docs/rendering.md describes it.

mod arrays;
mod draw;
mod picture;
mod states;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use picture::{Shot, picture};
pub use states::{From, State, obeyed, step};
pub use words::{
    CameraSpec, Choice, Flags, FreeSpec, Switch, camera_by_name, one_of, samples, scene_options,
    with_flags,
};

use crate::{
    control::PhysicsCommand,
    gpu,
    render::{self, Renderer, Settings, Show},
    scene::{Assets, Snapshot, camera::Camera, options::SceneOptions},
    units::Size,
    worker::{Bundle, Limits, LoadError, Worker},
};

/// Most states of a batch.
pub const MAX_STATES: usize = 100_000;
/// Most cameras of a batch.
pub const MAX_CAMERAS: usize = 256;
/// Most pixels of all cameras together: each has targets of its own.
pub const MAX_PIXELS: usize = 64 << 20;
/// Most bytes of an answer.
pub const MAX_BYTES: usize = 1 << 30;

/// What pictures are wanted of a model.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Batch {
    /// States to draw; none: the one that the simulation is in.
    pub states: Vec<State>,
    /// Cameras to draw each state from.
    pub cameras: Vec<CameraSpec>,
    /// What to draw.
    pub modes: Vec<Mode>,
    /// Width of each picture, px.
    pub width: u32,
    /// Height of each picture, px.
    pub height: u32,
    /// Samples per pixel; as the profile says where they are missing.
    pub samples: Option<u32>,
    /// How to draw; as streams are drawn where it is missing.
    pub profile: Option<Profile>,
    /// What is shown besides surfaces.
    #[schema(value_type = BTreeMap<String, Switch>)]
    pub vis: Flags,
    /// What the renderer does.
    #[schema(value_type = BTreeMap<String, Switch>)]
    pub render: Flags,
    /// What is labelled.
    pub label: Option<Choice>,
    /// What shows its frame.
    pub frame: Option<Choice>,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            cameras: vec![CameraSpec::default()],
            modes: vec![Mode::Rgb],
            width: 640,
            height: 480,
            samples: None,
            profile: None,
            vis: Flags::new(),
            render: Flags::new(),
            label: None,
            frame: None,
        }
    }
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Colours: three bytes per pixel.
    Rgb,
    /// Distance along the line of sight, m.
    Depth,
    /// Id and type (`mjtObj`) of the object, −1 where nothing is.
    Segmentation,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BatchProfile)]
pub enum Profile {
    /// [`Settings::PARITY`].
    Parity,
    /// [`Settings::FAST`].
    Fast,
}

/// What is drawn.
pub enum Subject {
    /// A model, simulated for this alone.
    Model(Bundle, Limits),
    /// The moment of a running simulation, which goes on undisturbed.
    Moment(Arc<Assets>, Arc<Snapshot>),
}

/// Why there are no pictures.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request makes no sense, or asks for too much.
    #[error("{0}")]
    Invalid(String),
    /// The model was refused; the text is MuJoCo's own.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// The simulation ended under way.
    #[error("{0}")]
    Stopped(String),
    /// Drawing failed.
    #[error("drawing failed: {0}")]
    Render(#[from] render::Error),
    /// The arrays could not be written.
    #[error("the arrays cannot be written: {0}")]
    Write(String),
}

impl std::convert::From<gpu::Lost> for Error {
    fn from(lost: gpu::Lost) -> Self {
        Self::Render(lost.into())
    }
}

/// Checks a number of steps.
///
/// # Errors
/// A sentence with the limit.
pub fn check_steps(steps: u32) -> Result<(), String> {
    let most = states::MAX_STEPS;
    if steps <= most { Ok(()) } else { Err(format!("steps must be within 0 and {most}")) }
}

/// A batch that was checked.
struct Plan {
    size: Size,
    settings: Settings,
    options: SceneOptions,
    modes: Vec<Mode>,
    cameras: Vec<CameraSpec>,
    states: Vec<State>,
}

/// Draws `batch` and gives its arrays as an npz file. `default` is drawn with where the batch does
/// not say how.
///
/// # Errors
/// [`Error`] when the batch asks for what there is not, or too much, or something fails under way.
pub async fn render(
    renderer: Arc<Renderer>,
    subject: Subject,
    batch: Batch,
    default: Settings,
) -> Result<Vec<u8>, Error> {
    let plan = plan(batch, default).map_err(Error::Invalid)?;
    let (assets, simulation) = match subject {
        Subject::Moment(assets, snapshot) => (assets, Err(snapshot)),
        Subject::Model(bundle, limits) => {
            let (worker, assets) = Worker::spawn(&bundle, &limits).await?;
            (assets, Ok(worker))
        }
    };
    let cameras = cameras(&plan.cameras, &assets)?;
    // One snapshot waits while another is drawn.
    let (sender, snapshots) = tokio::sync::mpsc::channel(1);
    let job = draw::Job {
        renderer,
        assets: Arc::clone(&assets),
        cameras,
        size: plan.size,
        settings: plan.settings,
        modes: plan.modes,
        states: plan.states.len(),
    };
    let drawing = tokio::task::spawn_blocking(move || job.run(snapshots));
    let simulated = simulate(simulation, &assets, &plan.states, plan.options, sender).await;
    let drawn = drawing.await.map_err(|error| Error::Stopped(error.to_string()))?;
    simulated?;
    drawn
}

/// Sends each state's snapshot; less if nobody draws any more.
async fn simulate(
    simulation: Result<Worker, Arc<Snapshot>>,
    assets: &Assets,
    states: &[State],
    options: SceneOptions,
    snapshots: tokio::sync::mpsc::Sender<Arc<Snapshot>>,
) -> Result<(), Error> {
    let worker = match simulation {
        Ok(worker) => worker,
        Err(moment) => {
            // If nobody draws, whoever drew says why.
            let _ = snapshots.send(moment).await;
            return Ok(());
        }
    };
    obeyed(&worker, PhysicsCommand::Show(Box::new(options))).await?;
    for state in states {
        if snapshots.send(state.reach(&worker, assets).await?).await.is_err() {
            break;
        }
    }
    Ok(())
}

fn cameras(wanted: &[CameraSpec], assets: &Assets) -> Result<Vec<Camera>, Error> {
    wanted.iter().map(|camera| camera.of(assets).map_err(Error::Invalid)).collect()
}

fn plan(mut batch: Batch, default: Settings) -> Result<Plan, String> {
    if batch.states.is_empty() {
        batch.states.push(State { from: From::Previous, ..State::default() });
    }
    batch.states.iter().try_for_each(|state| check_steps(state.steps))?;
    let size = Size::new(batch.width, batch.height).ok_or_else(|| {
        format!("width and height must be within 1 and {}, in pixels", Size::MAX_SIDE)
    })?;
    let (states, cameras) = (batch.states.len(), batch.cameras.len());
    within("states", states, MAX_STATES)?;
    within("cameras", cameras, MAX_CAMERAS)?;
    within("modes", batch.modes.len(), 3)?;
    within("pixels of all cameras together", cameras * size.pixels(), MAX_PIXELS)?;
    let bytes = arrays::bytes(&batch.modes) * states * cameras * size.pixels();
    within("bytes of pictures", bytes, MAX_BYTES)?;
    let options = scene_options(&batch.vis, batch.label.as_ref(), batch.frame.as_ref())?;
    Ok(Plan {
        size,
        settings: settings(&batch, default)?,
        options,
        modes: batch.modes,
        cameras: batch.cameras,
        states: batch.states,
    })
}

fn within(what: &str, count: usize, most: usize) -> Result<(), String> {
    if (1..=most).contains(&count) {
        return Ok(());
    }
    Err(format!("{count} {what}: a batch has 1 to {most}"))
}

fn settings(batch: &Batch, default: Settings) -> Result<Settings, String> {
    let mut settings = match batch.profile {
        Some(Profile::Parity) => Settings::PARITY,
        Some(Profile::Fast) => Settings::FAST,
        None => default,
    };
    if let Some(number) = batch.samples {
        settings.samples = samples(number)?;
    }
    settings = with_flags(settings, &batch.render)?;
    settings.data = batch.modes.iter().any(|mode| *mode != Mode::Rgb);
    if !batch.modes.contains(&Mode::Rgb) {
        // Nobody looks at the picture: it may as well be cheap.
        settings = Settings { show: Show::Ids, samples: 1, ..settings };
    }
    Ok(settings)
}
