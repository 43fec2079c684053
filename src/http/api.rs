//! The REST handlers. Field names are the outside contract's.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, OpenApi, PartialSchema, ToSchema, openapi};
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{
    Context,
    body::Json,
    openapi::File,
    problem::Problem,
    reply::{Health, Live, Presets, Ready, SceneText, Settings},
    stats::Stats,
};
use crate::{
    batch::{self, Batch, Subject},
    library::{self, Kind},
    metrics::Levels,
    session::{self, Handle, Phase, Source},
};

/// How long a loop may be silent until the daemon is taken for stuck.
const LOOP_PATIENCE: Duration = Duration::from_secs(10);

pub(super) type Answer = Result<Response, Problem>;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(
    health, config, statistics, scene, presets, render, live, started, ready, metrics
))]
pub(super) struct Operations;

/// Which session it is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the routes read it; this describes it")]
pub(super) struct SessionParameter {
    /// Id of a session.
    #[param(default = "default")]
    session: Option<String>,
}

/// A scene, by one of its fields; unknown fields are ignored, as older clients send some.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"preset": "robot-arm"}))]
pub(crate) struct LoadRequest {
    /// MJCF, complete in itself.
    pub xml: Option<String>,
    /// Id of a preset.
    pub preset: Option<String>,
    /// Id of an entry of the library.
    pub library: Option<String>,
    /// Number of a saved scene's version, the newest where it is missing; with `library`.
    pub version: Option<u32>,
}

/// The body of `POST /api/render`: whose pictures, and all that [`Batch`] has.
#[derive(Debug, Deserialize)]
pub(super) struct RenderRequest {
    xml: Option<String>,
    preset: Option<String>,
    /// A session whose scene to draw, `default` where there is neither text nor preset.
    session: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

impl PartialSchema for RenderRequest {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        let mut schema = Batch::schema();
        if let openapi::RefOr::T(openapi::Schema::Object(object)) = &mut schema {
            for (name, description) in [
                ("session", "A session whose scene to draw, `default` where no other is named."),
                ("preset", "Instead: id of a preset."),
                ("xml", "Instead: MJCF, complete in itself."),
            ] {
                let text = openapi::ObjectBuilder::new().schema_type(openapi::Type::String);
                let text = text.description(Some(description)).build();
                object.properties.shift_insert(0, name.into(), text.into());
            }
            object.description = Some("Whose pictures, and what is wanted of them.".into());
            object.example = Some(serde_json::json!({
                "preset": "pendulum",
                "states": [{"steps": 100}, {"from": "previous", "steps": 100}],
                "modes": ["rgb", "depth"],
            }));
        }
        schema
    }
}

impl ToSchema for RenderRequest {
    fn schemas(schemas: &mut Vec<(String, openapi::RefOr<openapi::Schema>)>) {
        Batch::schemas(schemas);
    }
}

/// The session with this id.
pub(super) fn session(context: &Context, id: &str) -> Result<Handle, Problem> {
    Ok(context.sessions.get(id)?)
}

/// How the daemon is.
#[utoipa::path(
    get, path = "/api/health", tag = "daemon", operation_id = "health",
    responses(
        (status = 200, description = "It can draw; what is amiss is in `reasons`.", body = Health),
        (status = 503, description = "It cannot draw: the same report.", body = Health),
    ),
)]
pub(super) fn health(context: &Context) -> Answer {
    let overview = context.sessions.overview();
    let can_draw = overview.can_draw;
    let mut response = ok(&Health::from(overview))?;
    if !can_draw {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

/// The settings that a client may know.
#[utoipa::path(
    get, path = "/api/config", tag = "daemon", operation_id = "config",
    responses((status = 200, description = "The settings.", body = Settings)),
)]
pub(super) fn config(context: &Context) -> Answer {
    ok(&Settings::from(&context.config))
}

/// What the daemon has done, and what a session is doing.
#[utoipa::path(
    get, path = "/api/stats", tag = "daemon", operation_id = "stats", params(SessionParameter),
    responses((status = 200, description = "The figures.", body = Stats)),
)]
pub(super) async fn statistics(context: &Context, id: &str) -> Answer {
    let handle = session(context, id)?;
    let status = handle.status().await;
    let overview = context.sessions.overview_of(&handle);
    ok(&Stats::new(&overview, status.as_ref().map(Option::as_ref)))
}

/// The scene that a session has.
#[utoipa::path(
    get, path = "/api/scene/current", tag = "scenes", operation_id = "scene",
    params(SessionParameter),
    responses(
        (status = 200, description = "The scene.", body = SceneText),
        (status = 404, description = "There is no such session, or it has no scene."),
    ),
)]
pub(super) async fn scene(session: &Handle) -> Answer {
    match session.scene().await? {
        Some(scene) => ok(&SceneText { success: true, xml: scene.xml.to_string() }),
        None => Err(Problem::new(StatusCode::NOT_FOUND, "no scene has been loaded")),
    }
}

/// The scenes that come with the daemon.
#[utoipa::path(
    get, path = "/api/scene/presets", tag = "scenes", operation_id = "presets",
    responses((status = 200, description = "The presets.", body = Presets)),
)]
pub(super) fn presets() -> Answer {
    ok(&all_presets())
}

/// The scenes that come with the daemon.
pub(super) fn all_presets() -> Presets {
    Presets { presets: library::presets().iter().map(Into::into).collect() }
}

/// What a JSON body asks to load, an entry of the library among that.
pub(super) async fn chosen(context: &Context, request: LoadRequest) -> Result<Source, Problem> {
    match request {
        LoadRequest { xml: None, preset: None, library: Some(id), version } => {
            match library::parsed(&id)? {
                (Kind::Preset, preset) => Ok(Source::Preset(preset.to_owned())),
                _ => Ok(Source::Bundle(super::library::model(context, id, version).await?)),
            }
        }
        LoadRequest { library: Some(_), .. } => {
            Err(Problem::bad_request("send only one of xml, preset and library"))
        }
        request => source(request),
    }
}

/// What a JSON body asks to load: a text or a preset.
pub(super) fn source(request: LoadRequest) -> Result<Source, Problem> {
    match (request.xml, request.preset) {
        (Some(_), Some(_)) => Err(Problem::bad_request("send xml or preset, not both")),
        (None, None) => Err(Problem::bad_request("send xml or preset")),
        (None, Some(preset)) => Ok(Source::Preset(preset)),
        (Some(xml), None) => mjcf(xml).map(Source::Mjcf),
    }
}

/// A scene as text, if it can be one at all.
pub(super) fn mjcf(xml: String) -> Result<String, Problem> {
    let text = xml.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        Err(Problem::bad_request("the scene is empty"))
    } else if !text.starts_with('<') {
        Err(Problem::bad_request("the scene is not XML: it does not start with '<'"))
    } else {
        Ok(xml)
    }
}

/// How long a batch waits for the one before.
const BATCH_PATIENCE: Duration = Duration::from_secs(30);

/// Draws many pictures of one model: every state from every camera in every mode.
///
/// The reply is a NumPy archive with an array for each mode. One batch is drawn at a time, as each
/// may take all of the device's memory. A session that is drawn goes on undisturbed.
#[utoipa::path(
    post, path = "/api/render", tag = "pictures", operation_id = "render",
    params(SessionParameter), request_body = RenderRequest,
    responses(
        (status = 200, description = "An npz file. `rgb` is uint8 of shape (states, cameras, \
            height, width, 3); `depth` is float32 in m of shape (states, cameras, height, width); \
            `segmentation` is int32 of shape (states, cameras, height, width, 2), id and `mjtObj` \
            of the object, −1 where nothing is.", body = File, content_type = "application/zip"),
        (status = 409, description = "The session has no scene."),
        (status = 422, description = "The simulation ended under way."),
        (status = 503, description = "Another batch is being drawn, or nothing can be drawn now."),
    ),
)]
pub(super) async fn render(context: &Context, id: &str, request: Json<RenderRequest>) -> Answer {
    let request = request?;
    let batch: Batch = serde_json::from_value(Value::Object(request.rest))
        .map_err(|error| Problem::bad_request(format!("the batch is not understood: {error}")))?;
    let busy = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "another batch is being drawn");
    let turn = tokio::time::timeout(BATCH_PATIENCE, context.batches.acquire());
    let _turn = turn.await.map_err(busy)?;
    let Some(renderer) = context.sessions.renderer() else {
        let reason = context.sessions.overview().reasons.into_iter().next().unwrap_or_default();
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    };
    let settings = context.sessions.settings();
    let model = |source: Source| -> Result<Subject, Problem> {
        Ok(Subject::Model(source.bundle()?, settings.worker.clone()))
    };
    let subject = match (request.xml, request.preset, request.session) {
        (Some(xml), None, None) => model(Source::Mjcf(mjcf(xml)?))?,
        (None, Some(preset), None) => model(Source::Preset(preset))?,
        (None, None, named) => {
            let handle = session(context, named.as_deref().unwrap_or(id))?;
            if batch.states.is_empty() {
                let status = handle.status().await?.ok_or(session::Error::NoScene)?;
                Subject::Moment(status.assets, status.snapshot)
            } else {
                let scene = handle.scene().await?.ok_or(session::Error::NoScene)?;
                model(Source::Bundle(scene.bundle.clone()))?
            }
        }
        _ => return Err(Problem::bad_request("send one of xml, preset and session")),
    };
    let npz = batch::render(renderer, subject, batch, settings.render).await?;
    let mut response = Response::new(npz.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"pictures.npz\""),
    );
    Ok(response)
}

/// Whether the process runs and all its loops go on.
#[utoipa::path(
    get, path = "/livez", tag = "daemon", operation_id = "live",
    responses(
        (status = 200, description = "It does.", body = Live),
        (status = 503, description = "A loop is stuck: it is to be started anew."),
    ),
)]
pub(super) fn live(context: &Context) -> Answer {
    let stuck = context.sessions.metrics().pulses.stuck(Instant::now(), LOOP_PATIENCE);
    if stuck.is_empty() {
        return ok(&Live { status: "alive" });
    }
    let why = format!("stuck: {}", stuck.join(", "));
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, why))
}

/// Whether the daemon has started: sessions that were kept go on, or the first scene is loaded.
#[utoipa::path(
    get, path = "/startupz", tag = "daemon", operation_id = "started",
    responses(
        (status = 200, description = "It has.", body = Live),
        (status = 503, description = "Not yet."),
    ),
)]
pub(super) fn started(context: &Context) -> Answer {
    if context.sessions.have_started() {
        return ok(&Live { status: "started" });
    }
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the daemon is starting"))
}

/// What is counted and timed, for Prometheus; `docs/metrics.md` lists it.
#[utoipa::path(
    get, path = "/metrics", tag = "daemon", operation_id = "metrics",
    responses((
        status = 200, description = "The figures in Prometheus' text format.",
        content((String = "text/plain")),
    )),
)]
pub(super) fn metrics(context: &Context) -> Response {
    let sessions = &context.sessions;
    let overview = sessions.overview();
    let text = sessions.metrics().text(&Levels {
        ready: overview.can_draw,
        draining: sessions.are_draining(),
        sessions: sessions.list().len(),
        slots: sessions.rules().most,
        viewers: overview.viewers,
        connections: overview.total_connections,
        events: overview.events_received,
        frames_sent: overview.frames_sent,
        rebuilds: overview.rebuilds,
        gpu_memory: sessions.gpu_memory(),
    });
    const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";
    warp::reply::with_header(text, header::CONTENT_TYPE, KIND).into_response()
}

/// Whether a session answers and has a scene that can be drawn.
#[utoipa::path(
    get, path = "/readyz", tag = "daemon", operation_id = "ready", params(SessionParameter),
    responses(
        (status = 200, description = "It does.", body = Ready),
        (status = 503, description = "It does not, or not yet; `detail` says why."),
    ),
)]
pub(super) async fn ready(context: &Context, id: &str) -> Answer {
    let handle = session(context, id)?;
    // At a glance: probes must not keep a session from being idle.
    let phase = handle.glance().await?.phase;
    let running = matches!(phase, Phase::Running | Phase::Paused);
    if context.sessions.are_draining() {
        let text = "the daemon ends, and its sessions move away";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, text));
    }
    let mut reasons = context.sessions.overview_of(&handle).reasons;
    if reasons.is_empty() && running {
        return ok(&Ready { status: "ready" });
    }
    let why = if reasons.is_empty() { "no scene is running yet".into() } else { reasons.remove(0) };
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, why))
}

/// A reply of JSON that nobody keeps.
pub(super) fn ok(body: &impl Serialize) -> Answer {
    let mut response = warp::reply::json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
