//! Recordings below a session: begun, listed, ended, fetched, removed.
//!
//! A recording outlives its session: what a former daemon has left can be fetched, too.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
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
    problem::Problem,
};
use crate::{
    batch::CameraSpec,
    record::{Info, Part, State},
    session::Wish,
    units::Size,
};

type Answer = Result<Response, Problem>;

/// What is said of a recording that someone ended.
const STOPPED: &str = "it was stopped";

/// The body of `POST …/recordings`; all of it may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StartRequest {
    name: String,
    camera: Option<CameraSpec>,
    width: Option<u32>,
    height: Option<u32>,
    max_duration_s: Option<f64>,
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
        ([id], "GET") => {
            let info = context.sessions.recordings().info(session, id)?;
            api::ok(&described(&info))
        }
        ([id], "DELETE") => remove(context, session, id).await,
        ([_], _) => Err(Problem::method_not_allowed("GET, HEAD, DELETE")),
        ([id, "stop"], "POST") => {
            let info = context.sessions.recordings().stop(session, id, STOPPED).await?;
            api::ok(&described(&info))
        }
        ([_, "stop"], _) => Err(Problem::method_not_allowed("POST")),
        ([id, "video.mp4"], "GET") => {
            let part = Part::Video(segment(&asked.query)?);
            fetch(context, session, id, part, &asked.headers).await
        }
        ([id, "state.jsonl"], "GET") => {
            fetch(context, session, id, Part::State, &asked.headers).await
        }
        ([_, "video.mp4" | "state.jsonl"], _) => Err(Problem::method_not_allowed("GET, HEAD")),
        _ => Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource")),
    }
}

fn list(context: &Context, session: &str) -> Answer {
    let infos = context.sessions.recordings().of_session(session);
    if infos.is_empty() {
        api::session(context, session)?;
    }
    let recordings: Vec<Value> = infos.iter().map(described).collect();
    api::ok(&json!({"recordings": recordings}))
}

async fn start(context: &Context, session: &str, body: Json<StartRequest>) -> Answer {
    let handle = api::session(context, session)?;
    let wish = wish(body?).map_err(Problem::bad_request)?;
    let info = handle.record(wish).await?;
    let mut response = api::ok(&described(&info))?;
    *response.status_mut() = StatusCode::CREATED;
    let location = address(&info);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn wish(request: StartRequest) -> Result<Wish, String> {
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

fn address(info: &Info) -> String {
    format!("/api/sessions/{}/recordings/{}", info.session, info.id)
}

fn described(info: &Info) -> Value {
    let address = address(info);
    let segments = info.segments.iter().enumerate().map(|(number, segment)| {
        json!({
            "url": format!("{address}/video.mp4?segment={number}"),
            "start_s": segment.start_s,
            "duration_s": segment.duration_s,
            "frames": segment.frames,
            "bytes": segment.bytes,
        })
    });
    json!({
        "id": info.id,
        "session": info.session,
        "name": info.name,
        "state": match info.state {
            State::Recording => "recording",
            State::Finished => "finished",
            State::Interrupted => "interrupted",
            State::Failed => "failed",
        },
        "reason": info.reason,
        "started": info.started,
        "ended": info.ended,
        "model_name": info.model_name,
        "camera": info.camera,
        "width": info.size[0],
        "height": info.size[1],
        "bytes": info.bytes,
        "state_bytes": info.state_bytes,
        "frames": info.frames,
        "dropped": info.dropped,
        "duration_s": info.duration_s,
        "video": format!("{address}/video.mp4"),
        "states": format!("{address}/state.jsonl"),
        "segments": segments.collect::<Vec<_>>(),
    })
}
