//! The REST handlers. Field names are the outside contract's.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{
    Context,
    body::Json,
    problem::Problem,
    stats,
    words::{self, Wish},
};
use crate::{
    batch::{self, Batch, Subject},
    config::LogFormat,
    library,
    session::{self, Handle, Phase, Source},
    worker::Bundle,
};

pub(super) type Answer = Result<Response, Problem>;

/// The body of `POST /api/scene/load`; unknown fields are ignored, as older clients send some.
#[derive(Debug, Deserialize)]
pub(super) struct LoadRequest {
    pub xml: Option<String>,
    pub preset: Option<String>,
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

/// The body of `POST /api/execute-command`.
#[derive(Debug, Deserialize)]
pub(super) struct CommandRequest {
    command: String,
}

/// The session with this id.
pub(super) fn session(context: &Context, id: &str) -> Result<Handle, Problem> {
    Ok(context.sessions.get(id)?)
}

pub(super) fn health(context: &Context) -> Answer {
    let overview = context.sessions.overview();
    let status = if overview.reasons.is_empty() { "healthy" } else { "degraded" };
    let report = ok(&json!({
        "status": status,
        "version": env!("CARGO_PKG_VERSION"),
        "clients_connected": overview.viewers,
        "renderer": {
            "adapter": overview.adapter.name,
            "backend": overview.adapter.backend,
            "software": overview.adapter.software,
        },
        "encoder": {"name": overview.encoder.name, "hardware": overview.encoder.hardware},
        "reasons": overview.reasons,
    }));
    report.map(|mut response| {
        if !overview.can_draw {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    })
}

pub(super) fn config(context: &Context) -> Answer {
    let config = &context.config;
    let urls = |prefix: &str| -> Vec<&str> {
        let urls = config.webrtc.ice_servers.iter().map(|server| server.url.as_str());
        urls.filter(|url| url.starts_with(prefix)).collect()
    };
    ok(&json!({
        "host": config.server.ip,
        "port": config.server.port,
        "frame_width": config.video.frame_size.width(),
        "frame_height": config.video.frame_size.height(),
        "frame_rate": config.video.frame_rate.hz(),
        "bitrate_kbps": config.video.bitrate.as_bps() / 1000,
        "stun_server": urls("stun").first(),
        "ice_servers": urls(""),
        "debug_mode": config.server.debug,
        "log_level": config.server.log_level.name(),
        "log_format": match config.server.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        },
        "max_body_bytes": config.limits.body_bytes,
        "max_viewers": config.limits.viewers,
        "max_sessions": config.limits.sessions,
    }))
}

pub(super) async fn statistics(context: &Context, id: &str) -> Answer {
    let handle = session(context, id)?;
    let status = handle.status().await;
    let overview = context.sessions.overview_of(&handle);
    ok(&stats::stats(&overview, status.as_ref().map(Option::as_ref)))
}

pub(super) async fn scene(context: &Context, id: &str) -> Answer {
    match session(context, id)?.scene().await? {
        Some(scene) => ok(&json!({"success": true, "xml": &*scene.xml})),
        None => Err(Problem::new(StatusCode::NOT_FOUND, "no scene has been loaded")),
    }
}

pub(super) fn presets() -> Answer {
    let preset = |preset: &library::Preset| {
        json!({
            "id": preset.id,
            "name": preset.name,
            "description": preset.description,
            "tags": preset.tags,
        })
    };
    let presets: Vec<Value> = library::presets().iter().map(preset).collect();
    ok(&json!({"presets": presets}))
}

pub(super) async fn load(context: &Context, id: &str, request: Json<LoadRequest>) -> Answer {
    let handle = session(context, id)?;
    let scene = handle.load(source(request?)?).await?;
    let name = if scene.model_name.is_empty() { "an unnamed model" } else { &scene.model_name };
    ok(&json!({"success": true, "message": format!("loaded {name}")}))
}

/// The scene that `request` names.
pub(super) fn source(request: LoadRequest) -> Result<Source, Problem> {
    match (request.xml, request.preset) {
        (Some(_), Some(_)) => Err(Problem::bad_request("send xml or preset, not both")),
        (None, None) => Err(Problem::bad_request("send xml or preset")),
        (None, Some(preset)) => Ok(Source::Preset(preset)),
        (Some(xml), None) => mjcf(xml).map(Source::Mjcf),
    }
}

fn mjcf(xml: String) -> Result<String, Problem> {
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

/// Draws a batch of pictures; one batch at a time, as each may take all of the device's memory.
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
    let model = |xml: &str| Subject::Model(Bundle::of_text(xml), settings.worker.clone());
    let subject = match (request.xml, request.preset, request.session) {
        (Some(xml), None, None) => model(&mjcf(xml)?),
        (None, Some(preset), None) => model(&session::Source::Preset(preset).mjcf()?),
        (None, None, named) => {
            let handle = session(context, named.as_deref().unwrap_or(id))?;
            if batch.states.is_empty() {
                let status = handle.status().await?.ok_or(session::Error::NoScene)?;
                Subject::Moment(status.assets, status.snapshot)
            } else {
                let scene = handle.scene().await?.ok_or(session::Error::NoScene)?;
                model(&scene.xml)
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

pub(super) async fn command(context: &Context, id: &str, request: Json<CommandRequest>) -> Answer {
    let handle = session(context, id)?;
    match words::parse(&request?.command).map_err(Problem::bad_request)? {
        Wish::State => {
            let state = current_state(context, &handle).await?;
            ok(&json!({
                "success": true,
                "result": "The state of the simulation.",
                "actions_taken": [],
                "state": state,
            }))
        }
        Wish::Act(commands, result) => {
            let mut actions = Vec::with_capacity(commands.len());
            for command in commands {
                actions.push(words::name(&command));
                handle.command(command).await?;
            }
            let state = current_state(context, &handle).await?;
            ok(&json!({
                "success": true,
                "result": result,
                "actions_taken": actions,
                "state": state,
            }))
        }
    }
}

async fn current_state(context: &Context, handle: &Handle) -> Result<Value, Problem> {
    let status = handle.status().await?;
    Ok(stats::state(&context.sessions.overview_of(handle), Ok(status.as_ref())))
}

pub(super) fn live() -> Answer {
    ok(&json!({"status": "alive"}))
}

/// Ready: the session answers, and has a scene that can be drawn.
pub(super) async fn ready(context: &Context, id: &str) -> Answer {
    let handle = session(context, id)?;
    // At a glance: probes must not keep a session from being idle.
    let phase = handle.glance().await?.phase;
    let running = matches!(phase, Phase::Running | Phase::Paused);
    let mut reasons = context.sessions.overview_of(&handle).reasons;
    if reasons.is_empty() && running {
        return ok(&json!({"status": "ready"}));
    }
    let why = if reasons.is_empty() { "no scene is running yet".into() } else { reasons.remove(0) };
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, why))
}

/// A reply of JSON that nobody keeps.
pub(super) fn ok(body: &Value) -> Answer {
    let mut response = warp::reply::json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
