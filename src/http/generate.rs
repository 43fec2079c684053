//! Scenes from words: made, tried, and loaded where that is wanted.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};
use warp::{Filter, filters::BoxedFilter, http::StatusCode, path};

use super::{
    Context,
    api::{self, Answer, SessionParameter},
    body::{self, Json},
    problem::Problem,
    progress,
    reply::{Generated, Tokens},
    routes::{Route, resource, session_id},
    sessions::{Below, at},
};
use crate::{
    config::{Model, Provider},
    generate::{
        self, Built, Kept, Plan, SceneSpec, Trial, Wish,
        model::{self, Progress},
    },
    session::{Handle, Source},
};

/// Scenes that are tried at a time: each is tried in a worker of its own.
pub(super) const MAX_AT_ONCE: usize = 2;
/// How long one waits for those before it.
const PATIENCE: Duration = Duration::from_secs(10);

/// `POST /api/scene/generate`, and `scene/generate` below a session.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let shared = Arc::clone(context);
    let first = warp::post().and(session_id()).and(requested::<Tolerant>(context)).then(
        move |id: String, request: Request<Tolerant>| {
            let context = Arc::clone(&shared);
            async move {
                let answer = match api::session(&context, &id) {
                    Ok(session) => default_session(&context, session, request).await,
                    Err(problem) => Err(problem),
                };
                warp::Reply::into_response(answer)
            }
        },
    );
    let below = Below::new(context, at("/scene/generate"), "POST").on(
        warp::post().boxed(),
        requested::<Wanted>(context),
        |context, session, request| async move { one_session(&context, session, request).await },
    );
    resource(path!("api" / "scene" / "generate").boxed(), "POST", first.boxed())
        .or(below.done())
        .unify()
        .boxed()
}

/// A body, and the path where progress is to be told of.
type Request<T> = (Json<T>, Option<String>);

fn requested<T: serde::de::DeserializeOwned + Send + 'static>(
    context: &Arc<Context>,
) -> BoxedFilter<(Request<T>,)> {
    let body = body::json::<T>(&context.config.limits);
    body.and(progress::is_wanted()).map(|body, told| (body, told)).boxed()
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(default_session, one_session))]
pub(super) struct Operations;

/// What should be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"prompt": "a stack of five red cubes next to a table"}))]
pub(crate) struct Wanted {
    /// The scene in words, at most 4096 bytes; or what should change in the scene that runs, where
    /// that was made from words.
    pub prompt: String,
    /// How.
    #[serde(default)]
    #[schema(required = false)]
    pub mode: Way,
    /// Which provider of language models: `openai`, `anthropic` (or `claude`), `google` (or
    /// `gemini`), or `compatible`. With `auto`, naming one asks it.
    pub provider: Option<String>,
    /// Which of its models, by the provider's own name; else the one of the configuration.
    pub model: Option<String>,
    /// Whether the scene is only answered, and not loaded.
    #[serde(default)]
    #[schema(required = false, default = false)]
    pub preview: bool,
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
pub(crate) enum Way {
    /// By a language model where one is configured, and offline else; the reply says which.
    #[default]
    Auto,
    /// By the daemon itself, always the same for the same words.
    Offline,
    /// By a language model.
    Llm,
}

impl Wanted {
    /// A scene by the daemon itself unless something else is said, to be loaded.
    pub fn command(
        prompt: String,
        mode: Option<Way>,
        provider: Option<String>,
        model: Option<String>,
    ) -> Self {
        let named = provider.is_some() || model.is_some();
        let mode = mode.unwrap_or(if named { Way::Llm } else { Way::Offline });
        Self { prompt, mode, provider, model, preview: false }
    }

    /// A scene by the daemon itself.
    pub fn offline(prompt: String, preview: bool) -> Self {
        Self { prompt, mode: Way::Offline, provider: None, model: None, preview }
    }

    /// What is meant, before anything is begun.
    pub(super) fn checked(self, context: &Context) -> Result<Order, Problem> {
        let Self { prompt, mode, provider, model, preview } = self;
        generate::readable(&prompt)
            .map_err(|refusal| Problem::not_understood(StatusCode::BAD_REQUEST, refusal))?;
        let named = provider.is_some() || model.is_some();
        let asked = match mode {
            Way::Offline if named => {
                return Err(Problem::bad_request(
                    "offline asks no language model: leave provider and model out, or say llm",
                ));
            }
            Way::Offline => None,
            Way::Auto if !named && context.models.nobody_is_there() => None,
            Way::Auto | Way::Llm => {
                let provider = provider.map(|name| super::llm::named(Some(&name))).transpose()?;
                Some(context.models.choose(provider, model.as_deref())?)
            }
        };
        Ok(Order { prompt, asked, preview })
    }
}

/// What is to be made, and how.
pub(super) struct Order {
    prompt: String,
    /// Which model of whom plans it; `None`: the daemon itself.
    asked: Option<(Provider, Model)>,
    preview: bool,
}

impl Order {
    /// Whether no language model is asked.
    pub fn is_offline(&self) -> bool {
        self.asked.is_none()
    }
}

/// Makes a scene of words and loads it.
///
/// `mode` in the reply says which way was taken. Offline, the words are read by a grammar:
/// `understood` says what they were taken for, `warnings` what had to be chosen, and words that are
/// not known are refused, never guessed. With a language model, its plan is built by the same
/// builder, and `warnings` has what it could not show. Either way the scene is compiled and settles
/// for two simulated seconds before it is answered, and where one way fails, the other is not taken
/// in its place. What changes the scene that runs ("make the ball blue", "add two more") needs one
/// that was made from words and has not been edited since.
///
/// With `Accept: text/event-stream` the answer is a stream: events `progress`
/// (`{stage, round, received_bytes, tokens, again_in_s}`; stages are `making`, and with a model
/// `asking`, `pausing`, `thinking`, `receiving` and `judging`), then one `scene` or `problem`, whose
/// data are what the answer would have been without it. Whoever hangs up ends it.
#[utoipa::path(
    post, path = "/api/scene/generate", tag = "scenes", operation_id = "generate_scene",
    params(SessionParameter), request_body = Wanted,
    responses(
        (status = 200, description = "It runs, unless only a preview was wanted.", content(
            (Generated = "application/json"), (String = "text/event-stream"),
        )),
        (status = 400, description = "The prompt is empty or longer than 4096 bytes, has control \
            characters, or the body is not what it should be."),
        (status = 404, description = "There is no such session."),
        (status = 409, description = "The language model that is wanted is not configured; \
            `detail` says what is missing."),
        (status = 422, description = "It is not understood, or the scene does not hold; `detail` \
            says why, and `unknown` lists the words. Or the model declined, was cut off, or its \
            plan was still wrong after all rounds."),
        (status = 429, description = "A limit of requests or tokens is met; `Retry-After` says \
            when to come again."),
        (status = 502, description = "The provider failed or refused; `detail` has its words."),
        (status = 503, description = "Other scenes are being made."),
        (status = 504, description = "The provider was too slow."),
    ),
)]
async fn default_session(
    context: &Arc<Context>,
    session: Handle,
    (request, told): Request<Tolerant>,
) -> Answer {
    answer(context, session, request?.into(), told).await
}

/// Makes a scene of words and loads it.
///
/// As `POST /api/scene/generate`.
#[utoipa::path(
    post, path = "/api/sessions/{id}/scene/generate", tag = "scenes",
    operation_id = "session_generate_scene", request_body = Wanted,
    responses(
        (status = 200, description = "It runs, unless only a preview was wanted.", content(
            (Generated = "application/json"), (String = "text/event-stream"),
        )),
        (status = 409, description = "The language model that is wanted is not configured."),
        (status = 422, description = "It is not understood, or the scene does not hold; `detail` \
            says why, and `unknown` lists the words."),
        (status = 429, description = "A limit of requests or tokens is met."),
        (status = 502, description = "The provider failed or refused; `detail` has its words."),
        (status = 503, description = "Other scenes are being made."),
        (status = 504, description = "The provider was too slow."),
    ),
)]
async fn one_session(
    context: &Arc<Context>,
    session: Handle,
    (request, told): Request<Wanted>,
) -> Answer {
    answer(context, session, request?, told).await
}

async fn answer(
    context: &Arc<Context>,
    session: Handle,
    wanted: Wanted,
    told: Option<String>,
) -> Answer {
    let order = wanted.checked(context)?;
    let Some(path) = told else {
        return api::ok(&make(context, &session, order, &mut |_| {}).await?);
    };
    let shared = Arc::clone(context);
    let closing = context.work.closing.clone();
    Ok(progress::reply("scene", path, closing, move |teller| async move {
        make(&shared, &session, order, &mut |progress| teller.tell(progress)).await
    }))
}

/// Makes a scene for a session.
pub(super) async fn make(
    context: &Context,
    session: &Handle,
    order: Order,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Generated, Problem> {
    let started = Instant::now();
    let present = session.scene().await?.map(|scene| generate::kept(&scene.xml));
    let present = match &present {
        Some(Kept::Plan(spec)) => Some(&**spec),
        Some(Kept::Changed | Kept::None) | None => None,
    };
    let way = if order.asked.is_some() { "llm" } else { "offline" };
    let made = match &order.asked {
        None => offline(context, &order.prompt, present).await?,
        Some(asked) => by_model(context, session, asked, &order.prompt, present, progress).await?,
    };
    let Made { plan, built, by } = made;
    let metrics = context.sessions.metrics();
    metrics.generations.at([way]).record(started.elapsed());
    let things = plan.spec.things.len();
    let what = if things == 1 { "one thing".to_owned() } else { format!("{things} things") };
    let planned = by.as_ref().map_or(String::new(), |by| format!(", planned by {}", by.told()));
    let message = if order.preview {
        format!("A scene with {what}{planned}, not loaded yet.")
    } else {
        session.load(Source::Mjcf(built.xml.clone())).await?;
        format!("Made a scene with {what}{planned}.")
    };
    let (rounds, tokens) = by.as_ref().map_or((0, Tokens::default()), |by| {
        (by.rounds, Tokens { input: by.usage.input, output: by.usage.output })
    });
    Ok(Generated {
        success: true,
        scene_xml: built.xml,
        message,
        mode: way,
        provider: by.as_ref().map(|by| by.provider.name()),
        model: by.map(|by| by.model),
        warnings: plan.warnings,
        understood: plan.understood,
        rounds,
        tokens,
        ms: started.elapsed().as_secs_f64() * 1e3,
        applied: !order.preview,
        spec: plan.spec,
    })
}

/// A scene that holds.
struct Made {
    plan: Plan,
    built: Built,
    by: Option<By>,
}

/// Which model planned it, and what that took.
struct By {
    provider: Provider,
    model: String,
    rounds: u32,
    usage: model::Usage,
}

impl By {
    fn told(&self) -> String {
        format!("{} ({})", self.provider, self.model)
    }
}

async fn offline(
    context: &Context,
    prompt: &str,
    present: Option<&SceneSpec>,
) -> Result<Made, Problem> {
    let refused = |refusal| Problem::not_understood(StatusCode::UNPROCESSABLE_ENTITY, refusal);
    let turn = tokio::time::timeout(PATIENCE, context.makings.acquire()).await;
    let _turn = turn.map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "other scenes are being made")
    })?;
    let plan = generate::offline(prompt, present).map_err(refused)?;
    let built = generate::build(&plan.spec).map_err(|faults| refused(faults.into()))?;
    let limits = &context.sessions.settings().worker;
    generate::check(&built, limits).await.map_err(|faults| refused(faults.into()))?;
    Ok(Made { plan, built, by: None })
}

async fn by_model(
    context: &Context,
    session: &Handle,
    (provider, model): &(Provider, Model),
    prompt: &str,
    present: Option<&SceneSpec>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Made, Problem> {
    let id = session.id().to_string();
    let wish = Wish {
        provider: Some(*provider),
        model: Some(model.name()),
        session: &id,
        prompt,
        present,
    };
    let trial = Trial { limits: &context.sessions.settings().worker, turns: &context.makings };
    let generate::Authored { plan, built, provider, model, rounds, usage, .. } =
        generate::by_model(&context.models, &wish, &trial, progress).await?;
    Ok(Made { plan, built, by: Some(By { provider, model, rounds, usage }) })
}
