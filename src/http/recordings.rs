//! Recordings below a session: begun, listed, ended, fetched, removed.
//!
//! A recording outlives its session: what a former daemon has left can be fetched, too.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use utoipa::{IntoParams, OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    path::Tail,
    reply::Response,
};

use super::{
    Context, api,
    body::{self, Json},
    download,
    openapi::File,
    problem::Problem,
    reply::{Recording, Recordings},
};
use crate::{batch::CameraSpec, record::Part, session::Wish, units::Size};

type Answer = Result<Response, Problem>;

/// What is said of a recording that someone ended.
const STOPPED: &str = "it was stopped";

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(list, start, show, remove, stop, video, states))]
pub(super) struct Operations;

/// What to record; all of it may be missing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"name": "take 1", "max_duration_s": 10}))]
pub(crate) struct StartRequest {
    /// What to call it: any text.
    pub name: String,
    /// What to look through; the free camera where it is missing.
    pub camera: Option<CameraSpec>,
    /// Width of its pictures, px; with `height`, or the size of streams.
    pub width: Option<u32>,
    /// Height of its pictures, px.
    pub height: Option<u32>,
    /// Seconds of video after which it ends by itself.
    pub max_duration_s: Option<f64>,
}

/// Which file of a recording.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`segment` reads it; this describes it")]
struct SegmentParameter {
    /// Number of the file, from 0: another one begins where the stream changes.
    #[param(default = 0)]
    segment: Option<usize>,
}

/// What a request is about: method, session, path below `recordings`, query, headers and body.
struct Asked {
    method: Method,
    session: String,
    below: Vec<String>,
    query: String,
    headers: HeaderMap,
    body: Json<StartRequest>,
}

/// `/api/sessions/{id}/recordings` and all below.
pub(super) fn routes(context: &Arc<Context>) -> BoxedFilter<(Response,)> {
    let shared = Arc::clone(context);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path!("api" / "sessions" / String / "recordings" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(body::json_or(&context.config.limits, StartRequest::default))
        .then(move |session, below: Tail, method, query, headers, body| {
            let context = Arc::clone(&shared);
            let below = below.as_str().split('/').filter(|part| !part.is_empty());
            let below = below.map(str::to_owned).collect();
            let asked = Asked { method, session, below, query, headers, body };
            async move { answer(&context, asked).await.into_response() }
        })
        .boxed()
}

async fn answer(context: &Context, asked: Asked) -> Answer {
    let below: Vec<&str> = asked.below.iter().map(String::as_str).collect();
    let (method, session) = (&asked.method, asked.session.as_str());
    match (below.as_slice(), method.as_str()) {
        ([], "GET") => list(context, session),
        ([], "POST") => start(context, session, asked.body).await,
        ([], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        ([id], "GET") => show(context, session, id),
        ([id], "DELETE") => remove(context, session, id).await,
        ([_], _) => Err(Problem::method_not_allowed("GET, HEAD, DELETE")),
        ([id, "stop"], "POST") => stop(context, session, id).await,
        ([_, "stop"], _) => Err(Problem::method_not_allowed("POST")),
        ([id, "video.mp4"], "GET") => video(context, session, id, &asked).await,
        ([id, "state.jsonl"], "GET") => states(context, session, id, &asked).await,
        ([_, "video.mp4" | "state.jsonl"], _) => Err(Problem::method_not_allowed("GET, HEAD")),
        _ => Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource")),
    }
}

/// The recordings of a session, those of a session that ended among them.
#[utoipa::path(
    get, path = "/api/sessions/{id}/recordings", tag = "recordings",
    operation_id = "list_recordings",
    responses((status = 200, description = "The recordings.", body = Recordings)),
)]
fn list(context: &Context, session: &str) -> Answer {
    let infos = context.sessions.recordings().of_session(session);
    if infos.is_empty() {
        api::session(context, session)?;
    }
    api::ok(&Recordings { recordings: infos.iter().map(Into::into).collect() })
}

/// Begins a recording of a session.
#[utoipa::path(
    post, path = "/api/sessions/{id}/recordings", tag = "recordings",
    operation_id = "start_recording", request_body = Option<StartRequest>,
    responses(
        (status = 201, description = "It runs.", body = Recording,
            headers(("location" = String, description = "Its path."))),
        (status = 429, description = "As many as may run at once do."),
        (status = 507, description = "There is no room, or no folder, for it."),
    ),
)]
async fn start(context: &Context, session: &str, body: Json<StartRequest>) -> Answer {
    let handle = api::session(context, session)?;
    let wish = wish(body?).map_err(Problem::bad_request)?;
    let info = handle.record(wish).await?;
    let mut response = api::ok(&Recording::from(&info))?;
    *response.status_mut() = StatusCode::CREATED;
    let location = Recording::address(&info);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// How a recording stands.
#[utoipa::path(
    get, path = "/api/sessions/{id}/recordings/{recording}", tag = "recordings",
    operation_id = "recording",
    responses((status = 200, description = "The recording.", body = Recording)),
)]
fn show(context: &Context, session: &str, id: &str) -> Answer {
    api::ok(&Recording::from(&context.sessions.recordings().info(session, id)?))
}

/// Ends a recording.
#[utoipa::path(
    post, path = "/api/sessions/{id}/recordings/{recording}/stop", tag = "recordings",
    operation_id = "stop_recording",
    responses((status = 200, description = "It has ended, and all of it is there.", body = Recording)),
)]
async fn stop(context: &Context, session: &str, id: &str) -> Answer {
    let info = context.sessions.recordings().stop(session, id, STOPPED).await?;
    api::ok(&Recording::from(&info))
}

pub(super) fn wish(request: StartRequest) -> Result<Wish, String> {
    let size = match (request.width, request.height) {
        (None, None) => None,
        (Some(width), Some(height)) => {
            let size = Size::new(width, height);
            Some(size.ok_or_else(|| format!("sides are within 1 and {} px", Size::MAX_SIDE))?)
        }
        _ => return Err("send both width and height, or neither".into()),
    };
    let wanted = request.max_duration_s.map(|seconds| {
        let duration = Duration::try_from_secs_f64(seconds).ok().filter(|d| !d.is_zero());
        duration.ok_or_else(|| format!("max_duration_s must be above 0, not {seconds}"))
    });
    let max_duration = wanted.transpose()?;
    Ok(Wish { name: request.name, camera: request.camera, size, max_duration })
}

/// Removes a recording with its files.
#[utoipa::path(
    delete, path = "/api/sessions/{id}/recordings/{recording}", tag = "recordings",
    operation_id = "remove_recording",
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It runs: stop it first."),
    ),
)]
async fn remove(context: &Context, session: &str, id: &str) -> Answer {
    let store = Arc::clone(context.sessions.recordings());
    let (session, id) = (session.to_owned(), id.to_owned());
    let removed = tokio::task::spawn_blocking(move || store.remove(&session, &id)).await;
    removed.map_err(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the recording could not be removed")
    })??;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// `?segment=N`, or 0.
fn segment(query: &str) -> Result<usize, Problem> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let Some((_, text)) = pairs.find(|(name, _)| *name == "segment") else { return Ok(0) };
    text.parse().map_err(|_| Problem::bad_request("segment is a number from 0"))
}

/// The video of a recording, whole or in part, also while it runs.
#[utoipa::path(
    get, path = "/api/sessions/{id}/recordings/{recording}/video.mp4", tag = "recordings",
    operation_id = "recording_video", params(SegmentParameter),
    responses(
        (status = 200, description = "All of it; `x-recording: running` while it grows.",
            body = File, content_type = "video/mp4"),
        (status = 206, description = "The range of bytes that was asked for.",
            body = File, content_type = "video/mp4"),
        (status = 304, description = "The copy with this entity tag is still right."),
        (status = 416, description = "There are no such bytes.",
            headers(("content-range" = String, description = "`bytes */` and how many there are."))),
    ),
)]
async fn video(context: &Context, session: &str, id: &str, asked: &Asked) -> Answer {
    let part = Part::Video(segment(&asked.query)?);
    fetch(context, session, id, part, &asked.headers).await
}

/// The states that a recording shows, as lines of JSON (docs/recordings.md).
#[utoipa::path(
    get, path = "/api/sessions/{id}/recordings/{recording}/state.jsonl", tag = "recordings",
    operation_id = "recording_states",
    responses(
        (status = 200, description = "All of it; `x-recording: running` while it grows.",
            body = File, content_type = "application/jsonl"),
        (status = 206, description = "The range of bytes that was asked for.",
            body = File, content_type = "application/jsonl"),
        (status = 304, description = "The copy with this entity tag is still right."),
        (status = 416, description = "There are no such bytes.",
            headers(("content-range" = String, description = "`bytes */` and how many there are."))),
    ),
)]
async fn states(context: &Context, session: &str, id: &str, asked: &Asked) -> Answer {
    fetch(context, session, id, Part::State, &asked.headers).await
}

async fn fetch(
    context: &Context,
    session: &str,
    id: &str,
    part: Part,
    headers: &HeaderMap,
) -> Answer {
    let readable = context.sessions.recordings().read(session, id, part)?;
    let (kind, tag, name) = match part {
        Part::Video(segment) => {
            ("video/mp4", format!("\"{id}-{segment}\""), format!("{id}-{segment:03}.mp4"))
        }
        Part::State => {
            ("application/jsonl", format!("\"{id}-state\""), format!("{id}.state.jsonl"))
        }
    };
    let file = download::File {
        path: readable.path,
        bytes: readable.bytes,
        // What still grows and is put right in place must not be pieced together.
        tag: readable.complete.then_some(tag),
        kind,
    };
    let mut response = download::answer(file, headers).await?;
    let disposition = format!("inline; filename=\"{name}\"");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    if !readable.complete {
        let name = HeaderName::from_static("x-recording");
        response.headers_mut().insert(name, HeaderValue::from_static("running"));
    }
    Ok(response)
}
