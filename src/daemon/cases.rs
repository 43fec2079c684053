//! Many pictures from a list: `mjcast render --cases`.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use serde::{Deserialize, Serialize};

use super::{Failure, gpu_options, open_renderer, picture::encode_png, read_model, worker_limits};
use crate::{
    batch::{self, CameraSpec, Choice, Flags},
    config::Config,
    control::PhysicsCommand,
    render::{self, Renderer, Settings, View},
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye},
        options::SceneOptions,
    },
    units::Size,
    worker::{Bundle, Worker},
};

/// Longest name of a case, bytes.
const MAX_NAME: usize = 200;
/// `mjtStereo`, in its order; without a window the second is drawn as the third.
const STEREO: [&str; 3] = ["NONE", "QUADBUFFERED", "SIDEBYSIDE"];

/// What is to be drawn, and where to.
#[derive(Clone, Debug)]
pub struct CasesRequest {
    /// A JSON file: an array of cases. Models are named relative to it.
    pub cases: PathBuf,
    /// The folder that is written to, made where it is missing.
    pub out: PathBuf,
}

/// What became of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Cases in the file.
    pub total: usize,
    /// Those that could not be drawn; `manifest.json` says why.
    pub failed: usize,
}

/// One case as it is written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    model: PathBuf,
    #[serde(default)]
    steps: u32,
    #[serde(default)]
    camera: CameraSpec,
    #[serde(default = "default_width")]
    width: u32,
    #[serde(default = "default_height")]
    height: u32,
    #[serde(default = "default_samples")]
    samples: u32,
    #[serde(default)]
    vis: Flags,
    #[serde(default)]
    render: Flags,
    #[serde(default)]
    label: Option<Choice>,
    #[serde(default)]
    frame: Option<Choice>,
    #[serde(default)]
    stereo: Option<Choice>,
}

fn default_width() -> u32 {
    640
}

fn default_height() -> u32 {
    480
}

fn default_samples() -> u32 {
    1
}

/// A case that was checked.
struct Plan {
    case: Case,
    size: Size,
    settings: Settings,
    options: SceneOptions,
    stereo: bool,
}

#[derive(Serialize)]
struct Manifest {
    adapter: String,
    cases: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    drawn: Option<Drawn>,
}

/// What was drawn. Keep in step with docs/rendering.md.
#[derive(Serialize)]
struct Drawn {
    width: u32,
    height: u32,
    samples: u32,
    /// Simulated time, s.
    time: f64,
    /// The planes between which depth is, m.
    near: f32,
    far: f32,
    orthographic: bool,
    milliseconds: f64,
}

/// Draws all cases one after the other and writes `manifest.json` last; a case that cannot be
/// drawn is told there and the rest go on. `progress` is told the number and name of each.
///
/// # Errors
/// [`Failure::Environment`] without an adapter; [`Failure::Failed`] when the list cannot be read
/// or nothing can be written.
pub async fn render_cases(
    config: Config,
    request: CasesRequest,
    progress: impl Fn(usize, usize, &str),
) -> Result<Tally, Failure> {
    let cases = read_cases(&request.cases).map_err(Failure::Failed)?;
    fs::create_dir_all(&request.out).map_err(|error| unwritten(&request.out, &error))?;
    let (renderer, adapter) = open_renderer(&gpu_options(&config))?;
    let total = cases.len();
    let mut manifest = Manifest { adapter: adapter.name, cases: Vec::with_capacity(total) };
    let mut names = HashSet::new();
    for (index, value) in cases.into_iter().enumerate() {
        let named = value.get("name").and_then(serde_json::Value::as_str);
        let name = named.map_or_else(|| format!("#{index}"), str::to_owned);
        progress(index, total, &name);
        let plan = if names.insert(name.clone()) {
            plan(value)
        } else {
            Err("another case has this name".to_owned())
        };
        let result = match plan {
            Ok(plan) => draw_case(&config, &request, &renderer, plan).await,
            Err(error) => Err(error),
        };
        let (drawn, error) = match result {
            Ok(drawn) => (Some(drawn), None),
            Err(error) => (None, Some(error)),
        };
        manifest.cases.push(Entry { name, error, drawn });
    }
    let path = request.out.join("manifest.json");
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| Failure::Failed(error.to_string()))?;
    fs::write(&path, text + "\n").map_err(|error| unwritten(&path, &error))?;
    let failed = manifest.cases.iter().filter(|entry| entry.error.is_some()).count();
    Ok(Tally { total, failed })
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}", path.display()))
}

fn read_cases(path: &Path) -> Result<Vec<serde_json::Value>, String> {
    let shown = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("{shown} is not an array of cases: {error}"))
}

/// Checks a case and translates its words.
fn plan(value: serde_json::Value) -> Result<Plan, String> {
    let case: Case = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let plain = |c: char| c.is_alphanumeric() || "._-+ ".contains(c);
    if case.name.is_empty()
        || case.name.len() > MAX_NAME
        || case.name.starts_with('.')
        || !case.name.chars().all(plain)
    {
        return Err(format!(
            "a name is 1 to {MAX_NAME} letters, digits, spaces and ._-+, no full stop first"
        ));
    }
    batch::check_steps(case.steps)?;
    let size = Size::new(case.width, case.height).ok_or_else(|| {
        format!("width and height must be within 1 and {}, in pixels", Size::MAX_SIDE)
    })?;
    let stereo = match &case.stereo {
        Some(choice) => batch::one_of(choice, &STEREO, "stereo")? > 0,
        None => false,
    };
    if stereo && size.width() < 2 {
        return Err("a stereo picture must be 2 pixels wide at least".into());
    }
    let settings = settings(&case)?;
    let (label, frame) = (case.label.as_ref(), case.frame.as_ref());
    let options = batch::scene_options(&case.vis, label, frame)?;
    Ok(Plan { size, settings, options, stereo, case })
}

/// How to draw, from MuJoCo's defaults and the case's render flags.
fn settings(case: &Case) -> Result<Settings, String> {
    let samples = batch::samples(case.samples)?;
    let settings = Settings { samples, data: true, bottom_up: true, ..Settings::PARITY };
    batch::with_flags(settings, &case.render)
}

async fn draw_case(
    config: &Config,
    request: &CasesRequest,
    renderer: &Arc<Renderer>,
    plan: Plan,
) -> Result<Drawn, String> {
    let started = Instant::now();
    let folder = request.cases.parent().unwrap_or(Path::new(""));
    let bundle = read_model(config, &folder.join(&plan.case.model))?;
    let (assets, snapshot) = simulate(config, &bundle, &plan).await?;
    let camera = plan.case.camera.of(&assets)?;
    let (renderer, out) = (Arc::clone(renderer), request.out.clone());
    let drawing = tokio::task::spawn_blocking(move || {
        let eye = camera.eye(&assets, &snapshot);
        draw(&renderer, &plan, &assets, &snapshot, &camera)
            .and_then(|picture| picture.write(&out, &plan.case.name))?;
        Ok(Drawn {
            width: plan.size.width(),
            height: plan.size.height(),
            samples: plan.settings.samples,
            time: snapshot.time,
            near: eye.near,
            far: eye.far,
            orthographic: eye.orthographic,
            milliseconds: started.elapsed().as_secs_f64() * 1e3,
        })
    });
    drawing.await.map_err(|error| format!("drawing failed: {error}"))?
}

/// The model after its steps, with what is to be shown of it.
async fn simulate(
    config: &Config,
    bundle: &Bundle,
    plan: &Plan,
) -> Result<(Arc<Assets>, Arc<Snapshot>), String> {
    let (worker, assets) = Worker::spawn(bundle, &worker_limits(config))
        .await
        .map_err(|error| format!("{}: {error}", plan.case.model.display()))?;
    let shown = PhysicsCommand::Show(Box::new(plan.options.clone()));
    let moment = async {
        batch::obeyed(&worker, shown).await?;
        batch::step(&worker, plan.case.steps).await
    };
    let snapshot = moment.await.map_err(|error| error.to_string())?;
    Ok((assets, snapshot))
}

/// A picture with its data, rows from the top.
struct Picture {
    size: Size,
    rgba: Vec<u8>,
    ids: Vec<u32>,
    depth: Vec<f32>,
}

fn draw(
    renderer: &Arc<Renderer>,
    plan: &Plan,
    assets: &Assets,
    snapshot: &Snapshot,
    camera: &Camera,
) -> Result<Picture, String> {
    let scene = renderer.upload(assets).map_err(|error| error.to_string())?;
    let draw_eye = |eye: &Eye, size: Size| -> Result<Picture, render::Error> {
        let mut view = View::new(renderer, size, plan.settings)?;
        view.draw_from(&scene, assets, snapshot, eye)?;
        let rgba = view.read_rgba()?.rows().flatten().copied().collect();
        Ok(Picture { size, rgba, ids: view.read_ids()?, depth: view.read_depth()? })
    };
    let drawn = if plan.stereo {
        let half = Size::new(plan.size.width() / 2, plan.size.height())
            .ok_or("a stereo picture must be 2 pixels wide at least")?;
        camera
            .pair(assets, snapshot)
            .iter()
            .map(|eye| draw_eye(eye, half))
            .collect::<Result<Vec<_>, _>>()
            .map(|halves| Picture::side_by_side(plan.size, &halves))
    } else {
        draw_eye(&camera.eye(assets, snapshot), plan.size)
    };
    drawn.map_err(|error| error.to_string())
}

impl Picture {
    /// One picture from halves; a column that is left over stays black.
    fn side_by_side(size: Size, halves: &[Self]) -> Self {
        let mut whole = Self {
            size,
            rgba: [0, 0, 0, 255].repeat(size.pixels()),
            ids: vec![0; size.pixels()],
            depth: vec![0.0; size.pixels()],
        };
        let width = size.width() as usize;
        for (number, half) in halves.iter().enumerate() {
            let part = half.size.width() as usize;
            for row in 0..size.height() as usize {
                let (to, from) = (row * width + number * part, row * part);
                whole.rgba[4 * to..][..4 * part]
                    .copy_from_slice(&half.rgba[4 * from..][..4 * part]);
                whole.ids[to..][..part].copy_from_slice(&half.ids[from..][..part]);
                whole.depth[to..][..part].copy_from_slice(&half.depth[from..][..part]);
            }
        }
        whole
    }

    fn write(&self, folder: &Path, name: &str) -> Result<(), String> {
        let png = encode_png(self.size, &self.rgba)
            .map_err(|error| format!("the PNG cannot be written: {error}"))?;
        let write = |suffix: &str, bytes: &[u8]| {
            let path = folder.join(format!("{name}.{suffix}"));
            fs::write(&path, bytes)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))
        };
        let ids: Vec<u8> = self.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        let depth: Vec<u8> = self.depth.iter().flat_map(|z| z.to_le_bytes()).collect();
        write("png", &png)?;
        write("seg", &ids)?;
        write("z", &depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::Show,
        scene::options::{FrameMode, LabelMode},
    };

    fn planned(json: &str) -> Result<Plan, String> {
        plan(serde_json::from_str(json).expect("JSON"))
    }

    #[test]
    fn a_case_needs_a_name_and_a_model_only() {
        let plan = planned(r#"{"name":"a","model":"m.xml"}"#).expect("a plan");
        assert_eq!((plan.size, plan.stereo), (Size::new(640, 480).expect("a size"), false));
        assert_eq!(plan.options, SceneOptions::default());
        assert_eq!((plan.settings.samples, plan.settings.show), (1, Show::Color));
    }

    #[test]
    fn flags_go_by_mujocos_names() {
        let plan = planned(
            r#"{"name":"a","model":"m.xml","vis":{"CONTACTFORCE":1,"tendon":false},
                "render":{"SHADOW":0,"SEGMENT":1,"IDCOLOR":1},"stereo":"SIDEBYSIDE",
                "label":"BODY","frame":7,"camera":{"azimuth":3,"orthographic":1}}"#,
        )
        .expect("a plan");
        assert!(!plan.settings.shadows && plan.stereo);
        assert_eq!(plan.settings.show, Show::Ids);
        assert_eq!((plan.options.label, plan.options.frame), (LabelMode::Body, FrameMode::World));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_allowed() {
        let wrong = |more: &str| {
            planned(&format!(r#"{{"name":"a","model":"m.xml",{more}}}"#)).map(|_| ()).unwrap_err()
        };
        assert!(wrong(r#""render":{"GLOW":1}"#).contains("CULL_FACE"));
        assert!(wrong(r#""vis":{"GLOW":1}"#).contains("CONTACTPOINT"));
        assert!(wrong(r#""label":"GLOW""#).contains("CONTACTFORCE"));
        assert!(wrong(r#""frame":9"#).contains("WORLD"));
        assert!(wrong(r#""width":0"#).contains("8192"));
        assert!(wrong(r#""height":100000"#).contains("8192"));
        assert!(wrong(r#""samples":3"#).contains("1 4"));
        assert!(wrong(r#""size":3"#).contains("camera"));
        assert!(planned(r#"{"name":"../a","model":"m.xml"}"#).is_err());
    }

    #[test]
    fn halves_are_laid_side_by_side() {
        let half = |id: u32| Picture {
            size: Size::new(2, 1).expect("a size"),
            rgba: vec![id as u8; 8],
            ids: vec![id; 2],
            depth: vec![id as f32; 2],
        };
        let size = Size::new(5, 1).expect("a size");
        let whole = Picture::side_by_side(size, &[half(1), half(2)]);
        assert_eq!(whole.ids, [1, 1, 2, 2, 0]);
        assert_eq!(whole.rgba[4..12], [1, 1, 1, 1, 2, 2, 2, 2]);
        assert_eq!(whole.rgba[16..], [0, 0, 0, 255]);
    }
}
