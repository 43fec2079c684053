//! What a picture costs: `cargo bench --bench render -- [--model SCENE.xml] [--size 1280x720] …`.
//!
//! Draws one sequence of moments over and over and prints one JSON object per measurement: CPU
//! time of all threads and wall time per picture, medians of the rounds. With `--requests` each
//! line of standard input holds the flags of one measurement of the same model, which is how
//! `benches/render.py` takes turns with MuJoCo's own renderer.

#![expect(clippy::print_stdout, reason = "this is what the bench is run for")]

use std::{
    io::BufRead as _,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use mjcast::{
    control::PhysicsCommand,
    gpu::{self, Gpu},
    library,
    render::{Renderer, SceneResources, Settings, View, draw_all},
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye, FreeCamera},
    },
    units::Size,
    worker::{Bundle, Limits, Worker},
};
use rustix::time::{ClockId, clock_gettime};

/// Pictures before the first that counts: the driver compiles what it draws with.
const WARM_UP: usize = 2;
/// What an orbiting camera turns by from picture to picture, degrees.
const TURN: f64 = 3.0;

/// What to draw.
#[derive(Clone, Debug, Parser)]
struct Flags {
    /// MJCF file [default: the humanoid of the library].
    #[arg(long)]
    model: Option<PathBuf>,
    /// Physics steps from picture to picture.
    #[arg(long, default_value_t = 8)]
    steps: u32,
    /// Pictures in the sequence.
    #[arg(long, default_value_t = 20)]
    frames: usize,
    #[command(flatten)]
    measurement: Measurement,
    /// Reads the flags of measurements from standard input, a line each.
    #[arg(long)]
    requests: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How to draw it.
#[derive(Clone, Debug, clap::Args)]
struct Measurement {
    /// Size of the pictures.
    #[arg(long, default_value = "1280x720")]
    size: Size,
    /// Where settings start from.
    #[arg(long, value_enum, default_value = "parity")]
    profile: Start,
    /// Samples per pixel, 1 or 4 [default: the profile's].
    #[arg(long)]
    samples: Option<u32>,
    /// Whether lights cast shadows [default: the profile's].
    #[arg(long)]
    shadows: Option<bool>,
    /// Side of a shadow map, px [default: the profile's].
    #[arg(long)]
    shadow_size: Option<u32>,
    /// Whether a mirror is drawn [default: the profile's].
    #[arg(long)]
    reflections: Option<bool>,
    /// What moves.
    #[arg(long, value_enum, default_value = "scene")]
    motion: Motion,
    /// How many views see each moment, from all around; they are drawn in one submission.
    #[arg(long, default_value_t = 1)]
    views: usize,
    /// How often the sequence is drawn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Writes the last picture there: rows from the top, red, green, blue, alpha.
    #[arg(long)]
    picture: Option<PathBuf>,
}

/// A request on standard input.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Request {
    #[command(flatten)]
    measurement: Measurement,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Start {
    Parity,
    Fast,
}

/// What changes from picture to picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Motion {
    /// The scene, seen by a camera at rest.
    Scene,
    /// The camera, around the scene at rest.
    Camera,
}

/// What all measurements share.
struct Stage {
    name: String,
    renderer: Arc<Renderer>,
    resources: SceneResources,
    assets: Arc<Assets>,
    moments: Vec<Arc<Snapshot>>,
}

fn main() {
    let flags = Flags::parse();
    let stage = Stage::prepare(&flags);
    if !flags.requests {
        stage.measure(&flags.measurement);
        return;
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input can be read");
        let request = Request::try_parse_from(line.split_whitespace());
        stage.measure(&request.unwrap_or_else(|error| error.exit()).measurement);
    }
}

impl Stage {
    fn prepare(flags: &Flags) -> Self {
        let (name, bundle) = match &flags.model {
            Some(path) => {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let limits = mjcast::bundle::Limits::default();
                (name, mjcast::bundle::read(path, &limits).expect("the model can be read"))
            }
            None => {
                let preset = library::preset("humanoid").expect("a preset");
                (preset.id.to_owned(), Bundle::unchecked(preset.xml))
            }
        };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (assets, moments) = runtime.block_on(moments(bundle, flags));
        let gpu = Gpu::open(&gpu::Options::default()).expect("a device");
        let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let resources = renderer.upload(&assets).expect("the model fits");
        Self { name, renderer, resources, assets, moments }
    }

    /// Draws the sequence, and prints what it took.
    fn measure(&self, measurement: &Measurement) {
        let settings = settings(measurement);
        let count = measurement.views.max(1);
        let mut views: Vec<View> = (0..count)
            .map(|_| View::new(&self.renderer, measurement.size, settings).expect("a view"))
            .collect();
        for index in 0..WARM_UP.min(self.moments.len()) {
            self.draw(&mut views, measurement.motion, index);
        }
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        for _ in 0..measurement.rounds.max(1) {
            let (cpu_before, clock) = (cpu_time(), Instant::now());
            for index in 0..self.moments.len() {
                self.draw(&mut views, measurement.motion, index);
            }
            let frames = (self.moments.len() * count) as f64;
            wall.push(clock.elapsed().as_secs_f64() * 1e3 / frames);
            cpu.push((cpu_time() - cpu_before).as_secs_f64() * 1e3 / frames);
        }
        if let Some(path) = &measurement.picture {
            let pixels = views[0].read_rgba().expect("a picture");
            let tight: Vec<u8> = pixels.rows().flatten().copied().collect();
            std::fs::write(path, tight).expect("the picture can be written");
        }
        let line = serde_json::json!({
            "scene": self.name,
            "size": measurement.size.to_string(),
            "profile": format!("{:?}", measurement.profile).to_lowercase(),
            "samples": settings.samples,
            "shadows": settings.shadows,
            "shadow_size": settings.shadow_size,
            "reflections": settings.reflections,
            "motion": format!("{:?}", measurement.motion).to_lowercase(),
            "adapter": self.renderer.gpu().info().name,
            "driver": self.renderer.gpu().info().driver,
            "frames": self.moments.len(),
            "views": count,
            "rounds": cpu.len(),
            "cpu_ms": median(&mut cpu),
            "wall_ms": median(&mut wall),
        });
        println!("{line}");
    }

    fn draw(&self, views: &mut [View], motion: Motion, index: usize) {
        let mut camera = FreeCamera::initial(&self.assets.visual);
        let moment = match motion {
            Motion::Scene => &self.moments[index],
            Motion::Camera => {
                camera.azimuth += TURN * index as f64;
                &self.moments[self.moments.len() - 1]
            }
        };
        let turn = 360.0 / views.len() as f64;
        let around = |number: usize| {
            let azimuth = camera.azimuth + turn * number as f64;
            Camera::Free(FreeCamera { azimuth, ..camera }).eye(&self.assets, moment)
        };
        let mut due: Vec<(&mut View, Eye)> =
            views.iter_mut().enumerate().map(|(number, view)| (view, around(number))).collect();
        draw_all(&self.resources, &self.assets, moment, &mut due).expect("drawn");
        for (view, _) in due {
            view.read_rgba().expect("a picture");
        }
    }
}

/// Moments of the model, `flags.steps` apart.
async fn moments(bundle: Bundle, flags: &Flags) -> (Arc<Assets>, Vec<Arc<Snapshot>>) {
    let limits = Limits { program: env!("CARGO_BIN_EXE_mjcast").into(), ..Limits::default() };
    let (worker, assets) = Worker::spawn(&bundle, &limits).await.expect("the model loads");
    obey(&worker, PhysicsCommand::Pause).await;
    obey(&worker, PhysicsCommand::Reset).await;
    let mut moments = Vec::with_capacity(flags.frames);
    for _ in 0..flags.frames.max(1) {
        moments.push(obey(&worker, PhysicsCommand::Step(flags.steps)).await);
    }
    (assets, moments)
}

async fn obey(worker: &Worker, command: PhysicsCommand) -> Arc<Snapshot> {
    let number = worker.send(command).expect("the worker takes it");
    let mut snapshots = worker.snapshots();
    let done = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
    Arc::clone(&done.await.expect("the worker lives"))
}

fn settings(measurement: &Measurement) -> Settings {
    let start = match measurement.profile {
        Start::Parity => Settings::PARITY,
        Start::Fast => Settings::FAST,
    };
    Settings {
        samples: measurement.samples.unwrap_or(start.samples),
        shadows: measurement.shadows.unwrap_or(start.shadows),
        shadow_size: measurement.shadow_size.unwrap_or(start.shadow_size),
        reflections: measurement.reflections.unwrap_or(start.reflections),
        ..start
    }
}

/// User and system time of all threads of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
