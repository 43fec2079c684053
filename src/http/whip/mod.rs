//! WHIP: a session's picture is published to a relay, which serves whoever watches there (RFC 9725).
//!
//! ```text
//!  POST   …/whip                 session::Viewer ─► offer ─► relay ─► answer ─► 201
//!  GET    …/whip, …/whip/{key}   how it goes
//!  DELETE …/whip/{key}           the relay is told, the viewer leaves
//! ```
//! The daemon asks no place that `webrtc.whip_allow` does not name. What is said to the relay is in
//! [`relay`], and what goes on between the first answer and the end in [`publisher`].

mod publisher;
mod relay;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    http::{HeaderValue, StatusCode, header},
};

use super::{
    Context,
    api::{Answer, ok},
    body::Json,
    problem::Problem,
    routes::Route,
    sessions::{Below, at},
    whep,
};
use crate::session::Handle;
use publisher::{Publisher, Status};
use relay::Relay;

pub(super) use publisher::Publishers;

/// Longest text of a camera, a token or an address.
const MAX_TEXT: usize = 4096;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(publish, list, show, stop))]
pub(super) struct Operations;

/// `/api/sessions/{id}/whip` and what is below.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let all = Below::new(context, at("/whip"), "GET, HEAD, POST")
        .get(|context, session| async move { list(&context, &session) })
        .with_body(warp::post().boxed(), |context, session, body| async move {
            publish(&context, &session, body).await
        });
    let one = Below::new(context, whep::one_below("/whip"), "DELETE, GET, HEAD")
        .on(warp::get().boxed(), whep::key(), |context, session, key| async move {
            show(&context, &session, &key)
        })
        .on(warp::delete().boxed(), whep::key(), |context, session, key| async move {
            stop(&context, &session, &key).await
        });
    all.done().or(one.done()).unify().boxed()
}

/// Where to publish, and what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "http://relay.example:8889/robot/whip", "camera": "side"}))]
struct Publishing {
    /// The relay's WHIP endpoint; `webrtc.whip_allow` has to name it, or what it begins with.
    url: String,
    /// What the relay wants as `Authorization: Bearer`; it is kept in memory and shown nowhere.
    #[serde(default)]
    bearer_token: Option<String>,
    /// Name or number of a camera of the model; the free camera where it is missing.
    #[serde(default)]
    camera: Option<String>,
}

/// A picture that is published.
#[derive(Serialize, ToSchema)]
struct Publication {
    /// Its number.
    id: String,
    /// The relay's endpoint, without what follows a `?`.
    url: String,
    /// The camera that was named.
    camera: Option<String>,
    /// `connecting` until media can flow, `publishing` while it does, `waiting` after the
    /// connection ended, until the next try.
    state: &'static str,
    /// Why it is not published, where the last try failed.
    error: Option<String>,
    /// How often a relay answered.
    connections: u64,
}

impl Publication {
    fn new(id: &str, publisher: &publisher::About, status: &Status) -> Self {
        Self {
            id: id.to_owned(),
            url: publisher.url.clone(),
            camera: publisher.camera.clone(),
            state: status.state.name(),
            error: status.error.clone(),
            connections: status.connections,
        }
    }
}

/// All that is published of a session.
#[derive(Serialize, ToSchema)]
struct Publications {
    /// The latest last.
    publications: Vec<Publication>,
}

/// Publishes a session's picture to a relay, until it is told to stop or the session ends.
///
/// The relay (MediaMTX, LiveKit, Janus, Cloudflare and others that speak WHIP, RFC 9725) serves
/// whoever watches there, however many they are, and is one viewer here. The request is answered
/// when the relay has answered; a connection that is lost later is made anew, after 1 s and then
/// less and less often.
#[utoipa::path(
    post, path = "/api/sessions/{id}/whip", tag = "signaling", operation_id = "whip",
    request_body(content = Publishing),
    responses(
        (status = 201, description = "The relay has taken the offer.", body = Publication,
            headers(("location" = String, description = "Where to look, and to stop."))),
        (status = 400, description = "`url` is none of http or https, or there is no such camera."),
        (status = 403, description = "`webrtc.whip_allow` does not name this place."),
        (status = 502, description = "The relay refused, in its own words, or cannot be reached."),
        (status = 503, description = "The session has as many viewers as it may."),
        (status = 504, description = "The relay did not answer in time."),
    ),
)]
async fn publish(context: &Arc<Context>, session: &Handle, body: Json<Publishing>) -> Answer {
    let Publishing { url, bearer_token, camera } = body?;
    let texts = [Some(&url), bearer_token.as_ref(), camera.as_ref()];
    if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
        return Err(Problem::bad_request(format!("a text is longer than {MAX_TEXT} bytes")));
    }
    let relay = Relay::new(&url, bearer_token, context.config.webrtc.whip_allow.clone())?;
    let look = camera.as_deref().map(whep::use_camera).transpose()?;
    let patience = context.config.limits.connect_timeout;
    let publisher = Publisher::new(session.clone(), relay, look, camera, patience);
    let (id, about, status) = publisher.begin(context).await?;
    let location = format!("/api/sessions/{}/whip/{id}", session.id());
    let location = HeaderValue::try_from(location).expect("invariant: ids and numbers are ASCII");
    let reply = warp::reply::json(&Publication::new(&id, &about, &status));
    let reply = warp::reply::with_status(reply, StatusCode::CREATED);
    Ok(warp::reply::with_header(reply, header::LOCATION, location).into_response())
}

/// What is published of a session, and how it goes.
#[utoipa::path(
    get, path = "/api/sessions/{id}/whip", tag = "signaling", operation_id = "publications",
    responses((status = 200, description = "All.", body = Publications)),
)]
fn list(context: &Context, session: &Handle) -> Answer {
    let all = context.publishers.all(session.id());
    let publications =
        all.iter().map(|(id, about, status)| Publication::new(id, about, status)).collect();
    ok(&Publications { publications })
}

/// How a publication goes.
#[utoipa::path(
    get, path = "/api/sessions/{id}/whip/{publication}", tag = "signaling",
    operation_id = "publication",
    params(("publication" = String, Path, description = "Its number.")),
    responses(
        (status = 200, description = "It.", body = Publication),
        (status = 404, description = "There is none of this number, or no longer."),
    ),
)]
fn show(context: &Context, session: &Handle, key: &str) -> Answer {
    let (about, status) = context.publishers.find(session.id(), key)?;
    ok(&Publication::new(key, &about, &status))
}

/// Stops publishing. The relay is told.
#[utoipa::path(
    delete, path = "/api/sessions/{id}/whip/{publication}", tag = "signaling",
    operation_id = "stop_publication",
    params(("publication" = String, Path, description = "Its number.")),
    responses(
        (status = 204, description = "It has stopped."),
        (status = 404, description = "There is none of this number, or no longer."),
    ),
)]
async fn stop(context: &Context, session: &Handle, key: &str) -> Answer {
    context.publishers.stop(session.id(), key).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
