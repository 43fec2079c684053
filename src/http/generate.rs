//! Scenes from words: made, tried, and loaded where that is wanted.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};
use warp::{Filter, Reply, http::StatusCode, path};

use super::{
    Context,
    api::{self, Answer, SessionParameter},
    body::{self, Json},
    problem::Problem,
    reply::Generated,
    routes::{Route, resource, session_id},
    sessions::{Below, at},
};
use crate::{
    generate::{self, Kept, Mode},
    session::{Handle, Source},
};

/// Scenes that are made at a time: each is tried in a worker of its own.
pub(super) const MAX_AT_ONCE: usize = 2;
/// How long one waits for those before it.
const PATIENCE: Duration = Duration::from_secs(10);

/// `POST /api/scene/generate`, and `scene/generate` below a session.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let shared = Arc::clone(context);
    let first = warp::post()
        .and(session_id())
        .and(body::json::<Tolerant>(&context.config.limits))
        .then(move |id: String, request: Json<Tolerant>| {
            let context = Arc::clone(&shared);
            async move {
                let answer = match api::session(&context, &id) {
                    Ok(session) => default_session(&context, &session, request).await,
                    Err(problem) => Err(problem),
                };
                answer.into_response()
            }
        });
    let below = Below::new(context, at("/scene/generate"), "POST")
        .with_body(warp::post().boxed(), |context, session, request| async move {
            one_session(&context, &session, request).await
        });
    resource(path!("api" / "scene" / "generate").boxed(), "POST", first.boxed())
        .or(below.done())
        .unify()
        .boxed()
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(default_session, one_session))]
pub(super) struct Operations;

/// What should be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"prompt": "a stack of five red cubes next to a table"}))]
pub(super) struct Wanted {
    /// The scene in words, at most 4096 bytes; or what should change in the scene that runs, where
    /// that was made from words.
    prompt: String,
    /// How.
    #[serde(default)]
    #[schema(required = false)]
    mode: Way,
    /// Which provider of language models, where one is configured.
    provider: Option<String>,
    /// Which of its models.
    model: Option<String>,
    /// Whether the scene is only answered, and not loaded.
    #[serde(default)]
    #[schema(required = false, default = false)]
    preview: bool,
}

/// The same for the route that older clients know, which ignores what it does not know.
#[derive(Debug, Deserialize)]
struct Tolerant {
    prompt: String,
    #[serde(default)]
    mode: Way,
    provider: Option<String>,
    model: Option<String>,
    #[serde(default)]
    preview: bool,
}

impl From<Tolerant> for Wanted {
    fn from(Tolerant { prompt, mode, provider, model, preview }: Tolerant) -> Self {
        Self { prompt, mode, provider, model, preview }
    }
}

/// How a scene is to be made.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// By a language model where one is configured, and offline else; the reply says which.
    #[default]
    Auto,
    /// By the daemon itself, always the same for the same words.
    Offline,
    /// By a language model.
    Llm,
}

impl From<Way> for Mode {
    fn from(way: Way) -> Self {
        match way {
            Way::Auto => Self::Auto,
            Way::Offline => Self::Offline,
            Way::Llm => Self::Llm,
        }
    }
}

impl Wanted {
    /// A scene by the daemon itself, to be loaded.
    pub fn offline(prompt: String) -> Self {
        Self { prompt, mode: Way::Offline, provider: None, model: None, preview: false }
    }
}

/// Makes a scene of words and loads it.
///
/// The words are read by a grammar: `understood` says what they were taken for, `warnings` what had
/// to be chosen. The scene is compiled and settles for two simulated seconds before it is answered.
/// Words that are not known are refused, never guessed. What changes the scene that runs ("make the
/// ball blue", "add two more") needs one that was made from words and has not been edited since.
#[utoipa::path(
    post, path = "/api/scene/generate", tag = "scenes", operation_id = "generate_scene",
    params(SessionParameter), request_body = Wanted,
    responses(
        (status = 200, description = "It runs, unless only a preview was wanted.", body = Generated),
        (status = 400, description = "The prompt is empty or longer than 4096 bytes, has control \
            characters, or the body is not what it should be."),
        (status = 404, description = "There is no such session."),
        (status = 422, description = "It is not understood, or the scene does not hold; `detail` \
            says why, and `unknown` lists the words."),
        (status = 501, description = "A language model is wanted, and none is configured."),
        (status = 503, description = "Other scenes are being made."),
    ),
)]
async fn default_session(context: &Context, session: &Handle, request: Json<Tolerant>) -> Answer {
    api::ok(&make(context, session, request?.into()).await?)
}

/// Makes a scene of words and loads it.
///
/// As `POST /api/scene/generate`.
#[utoipa::path(
    post, path = "/api/sessions/{id}/scene/generate", tag = "scenes",
    operation_id = "session_generate_scene", request_body = Wanted,
    responses(
        (status = 200, description = "It runs, unless only a preview was wanted.", body = Generated),
        (status = 422, description = "It is not understood, or the scene does not hold; `detail` \
            says why, and `unknown` lists the words."),
        (status = 501, description = "A language model is wanted, and none is configured."),
        (status = 503, description = "Other scenes are being made."),
    ),
)]
async fn one_session(context: &Context, session: &Handle, request: Json<Wanted>) -> Answer {
    api::ok(&make(context, session, request?).await?)
}

/// Makes a scene for a session.
pub(super) async fn make(
    context: &Context,
    session: &Handle,
    wanted: Wanted,
) -> Result<Generated, Problem> {
    if Mode::from(wanted.mode) == Mode::Llm {
        let named = wanted.provider.or(wanted.model).map_or(String::new(), |name| {
            format!(
                " ('{}')",
                name.chars().filter(|c| !c.is_control()).take(40).collect::<String>()
            )
        });
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            format!("no language model is configured{named}: leave mode out, or say offline"),
        ));
    }
    let refused = |refusal| Problem::not_understood(StatusCode::UNPROCESSABLE_ENTITY, refusal);
    generate::readable(&wanted.prompt)
        .map_err(|refusal| Problem::not_understood(StatusCode::BAD_REQUEST, refusal))?;
    let turn = tokio::time::timeout(PATIENCE, context.makings.acquire()).await;
    let _turn = turn.map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "other scenes are being made")
    })?;
    let present = session.scene().await?.map(|scene| generate::kept(&scene.xml));
    let present = match &present {
        Some(Kept::Plan(spec)) => Some(&**spec),
        Some(Kept::Changed | Kept::None) | None => None,
    };
    let plan = generate::offline(&wanted.prompt, present).map_err(refused)?;
    let built = generate::build(&plan.spec).map_err(|faults| refused(faults.into()))?;
    let limits = &context.sessions.settings().worker;
    generate::check(&built, limits).await.map_err(|faults| refused(faults.into()))?;
    let things = plan.spec.things.len();
    let what = if things == 1 { "one thing".to_owned() } else { format!("{things} things") };
    let message = if wanted.preview {
        format!("A scene with {what}, not loaded yet.")
    } else {
        session.load(Source::Mjcf(built.xml.clone())).await?;
        format!("Made a scene with {what}.")
    };
    Ok(Generated {
        success: true,
        scene_xml: built.xml,
        message,
        mode: "offline",
        warnings: plan.warnings,
        understood: plan.understood,
        rounds: 0,
        applied: !wanted.preview,
        spec: plan.spec,
    })
}
