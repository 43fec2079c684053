//! Replies about models with their files.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{bundle::Bundle, generate::SceneSpec, scene::ModelInfo, session::Scene};

/// A model that runs now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Loaded {
    /// Always true; a failure has another status and is a problem.
    success: bool,
    /// `<mujoco model="…">`.
    model_name: String,
    /// The file that was taken for the model.
    #[schema(example = "robot/scene.xml")]
    root: String,
    /// All files, by name.
    files: Vec<String>,
}

impl From<&Scene> for Loaded {
    fn from(scene: &Scene) -> Self {
        Self {
            success: true,
            model_name: scene.model_name.clone(),
            root: scene.bundle.root().to_owned(),
            files: scene.bundle.files().map(|(name, _)| name.to_owned()).collect(),
        }
    }
}

/// A scene that was made of words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Generated {
    /// Always true; a failure has another status and is a problem.
    pub success: bool,
    /// The scene as MJCF, complete in itself, with its plan in the last line.
    pub scene_xml: String,
    /// What was done, in words.
    pub message: String,
    /// Which way was taken: `offline` or `llm`.
    #[schema(example = "offline")]
    pub mode: &'static str,
    /// Whose language model planned it; `null` offline.
    pub provider: Option<&'static str>,
    /// Which model, as the provider calls it; `null` offline.
    pub model: Option<String>,
    /// What had to be chosen or mended, and what a model could not show.
    pub warnings: Vec<String>,
    /// What was understood, a phrase for each part.
    pub understood: Vec<String>,
    /// How many plans a model wrote until one held, 1 to 3; 0 offline.
    pub rounds: u32,
    /// What the model read and wrote in all rounds.
    pub tokens: Tokens,
    /// How long it took, ms.
    pub ms: f64,
    /// Whether it runs in the session.
    pub applied: bool,
    /// The plan that it was built of.
    pub spec: SceneSpec,
}

/// Tokens of a language model, as the provider counts them; 0 offline.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Tokens {
    /// Read by it.
    pub input: u64,
    /// Written by it, its thoughts among them.
    pub output: u64,
}

/// What is to be said of a model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Verdict {
    /// It compiles.
    Valid(Valid),
    /// It does not.
    Invalid(Invalid),
}

/// A model that compiles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Valid {
    /// True.
    valid: bool,
    /// None.
    errors: Vec<Mistake>,
    /// The file that was taken for the model.
    root: String,
    /// `<mujoco model="…">`.
    model_name: String,
    /// Bodies, the world among them.
    nbody: usize,
    /// Generalised positions.
    nq: u32,
    /// Degrees of freedom.
    nv: u32,
    /// Controls.
    nu: u32,
    /// Physics time step, s.
    timestep: f64,
}

/// A model that does not compile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invalid {
    /// False.
    valid: bool,
    /// What is wrong.
    errors: Vec<Mistake>,
}

/// Something wrong in a model.
#[derive(Debug, Serialize, ToSchema)]
struct Mistake {
    /// In words: MuJoCo's own, or of the checks before it.
    message: String,
    /// Where in its file, from 1; missing where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    line: Option<u32>,
}

impl Verdict {
    /// It compiles, into this.
    pub fn valid(bundle: &Bundle, model: &ModelInfo) -> Self {
        Self::Valid(Valid {
            valid: true,
            errors: Vec::new(),
            root: bundle.root().to_owned(),
            model_name: model.name.clone(),
            nbody: model.bodies.len(),
            nq: model.nq,
            nv: model.nv,
            nu: model.nu,
            timestep: model.timestep,
        })
    }

    /// It does not.
    pub fn invalid(message: String, line: Option<u32>) -> Self {
        Self::Invalid(Invalid { valid: false, errors: vec![Mistake { message, line }] })
    }
}
