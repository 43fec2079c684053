//! WHEP: a player that knows nothing of mjcast watches a session (draft-ietf-wish-whep-03; what it
//! shares with WHIP is cited from RFC 9725).
//!
//! ```text
//!  POST  …/whep            offer ─► session::Viewer that may only watch ─► 201, answer, place
//!  PATCH …/whep/{player}   fragment ─► candidates: 204 │ other credentials: ICE anew, 200
//!  DELETE …/whep/{player}  leaves ─► 200
//! ```
//! A player's place is known to itself alone: it is the key to it. What happens there is in
//! [`player`], and how it is said over HTTP here and in [`headers`].

mod headers;
mod player;

use std::{sync::Arc, time::SystemTime};

use serde_json::{Map, Value};
use utoipa::{IntoParams, OpenApi};
use warp::{
    Filter,
    filters::{BoxedFilter, path::FullPath},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{
    Context,
    api::Answer,
    body::{self, Limit},
    gate::{Caller, Sender},
    problem::Problem,
    routes::{Route, sender},
    sessions::{self, Below, Query, at, query},
    socket,
};
use crate::{
    control::{Command, Event},
    peer::{self, Fragment, Telling, wire},
    session::{Error, Handle, Role},
    units::ViewerId,
};
use headers::{Condition, Methods, is_shared};
use player::{Patched, Player};

pub(super) use player::Players;

/// What is offered and answered.
const SDP: &str = "application/sdp";
/// What is said of ICE alone (RFC 8840 §9).
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// Parameters of the place where players begin.
const KNOWN: [&str; 5] = ["beside", "camera", "height", "session", "width"];

/// Methods of the place where players begin.
const BEGIN: Methods = Methods { allow: "GET, HEAD, OPTIONS, POST", accept: ("accept-post", SDP) };
/// Methods of a player's own place.
const OWN: Methods =
    Methods { allow: "DELETE, GET, HEAD, OPTIONS, PATCH", accept: ("accept-patch", FRAGMENT) };

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(begin, begin_options, begin_nothing, change, leave, own_options, own_nothing))]
pub(super) struct Operations;

/// `/api/sessions/{id}/whep` and what is below.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let begun = Below::new(context, at("/whep"), BEGIN.allow)
        .get(|_, _| async { begin_nothing() })
        .on(warp::options().boxed(), nothing(), |_, _, ()| async { begin_options() })
        .on(
            warp::post().boxed(),
            text(context, SDP).and(query()).and(sender()).map(Asked::new).boxed(),
            |context, session, asked| async move { begin(&context, &session, asked).await },
        );
    let own =
        Below::new(context, at_player(), OWN.allow)
            .get(|_, _| async { own_nothing() })
            .on(warp::options().boxed(), nothing(), |_, _, ()| async { own_options() })
            .on(
                warp::patch().boxed(),
                key().and(text(context, FRAGMENT)).map(|key, text| (key, text)).boxed(),
                |context, session, (key, text)| async move {
                    change(&context, &session, &key, text).await
                },
            )
            .on(warp::delete().boxed(), key(), |context, session, key| async move {
                leave(&context, &session, &key).await
            });
    shared(begun.done(), BEGIN).or(shared(own.done(), OWN)).unify().boxed()
}

/// Lets pages of other origins that may be here at all (see [`super::guard`]) read the answers.
fn shared(routes: Route, methods: Methods) -> Route {
    let origin = warp::header::headers_cloned()
        .map(|headers: HeaderMap| headers.get(header::ORIGIN).cloned());
    origin
        .and(routes)
        .map(move |origin: Option<HeaderValue>, mut response: Response| {
            is_shared(&mut response, origin, methods);
            response
        })
        .boxed()
}

fn nothing() -> BoxedFilter<((),)> {
    warp::any().map(|| ()).boxed()
}

/// The place of a player, `/api/sessions/{id}/whep/{player}`; gives the session's id.
fn at_player() -> BoxedFilter<(String,)> {
    one_below("/whep")
}

/// A place `/api/sessions/{id}{rest}/{key}`; gives the session's id.
pub(super) fn one_below(rest: &'static str) -> BoxedFilter<(String,)> {
    let matches = move |full: FullPath| {
        let below = full.as_str().strip_prefix("/api/sessions/");
        let id = below.and_then(|below| below.rsplit_once('/')).and_then(|(before, key)| {
            let id = before.strip_suffix(rest)?;
            (!id.is_empty() && !id.contains('/') && !key.is_empty()).then(|| id.to_owned())
        });
        async move { id.ok_or_else(warp::reject::not_found) }
    };
    warp::path::full().and_then(matches).boxed()
}

/// The key that such a place ends in.
pub(super) fn key() -> BoxedFilter<(String,)> {
    let last = |full: FullPath| full.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    warp::path::full().map(last).boxed()
}

/// What a request brings: its headers, and its body if that is what it should be.
struct Text {
    headers: HeaderMap,
    body: Result<String, Problem>,
}

/// Reads a body of the media type `wanted`. It never rejects: the handler looks at the result.
fn text(context: &Arc<Context>, wanted: &'static str) -> BoxedFilter<(Text,)> {
    let limits = context.config.limits.clone();
    let limit = Limit { bytes: limits.socket_message_bytes, key: "limits.socket_message_bytes" };
    let patience = limits.body_timeout;
    warp::header::headers_cloned()
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| async move {
            let reading = async {
                match body::media_type(&headers) {
                    Some(media) if media == wanted => {}
                    media => return Err(wrong_type(media.as_deref(), wanted)),
                }
                let bytes = body::read(&headers, body, limit, patience).await?;
                let wrong = |_| Problem::bad_request("the request body is not UTF-8");
                String::from_utf8(bytes.into()).map_err(wrong)
            };
            let body = reading.await;
            Text { headers, body }
        })
        .boxed()
}

fn wrong_type(media: Option<&str>, wanted: &str) -> Problem {
    let detail = match media {
        Some(media) => format!("the body's Content-Type is '{media}': send {wanted}"),
        None => format!("the body has no Content-Type: send {wanted}"),
    };
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

// ---- where players begin --------------------------------------------------------------------

/// An offer, and what else the request says.
struct Asked {
    offer: Result<String, Problem>,
    query: Query,
    caller: Option<Caller>,
}

impl Asked {
    fn new(text: Text, query: Query, sender: Option<Sender>) -> Self {
        Self { offer: text.body, query, caller: sender.and_then(|sender| sender.caller) }
    }
}

/// What a player looks at.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`camera`, `beside` and `place` read it; this describes it")]
struct CameraParameter {
    /// Name or number of a camera of the model; the free camera where it is missing.
    #[param(example = "side")]
    camera: Option<String>,
    /// The viewer whose further view this is: it is not counted as another person, and its free
    /// camera begins as that viewer's is now.
    #[param(example = "viewer-7")]
    beside: Option<String>,
    /// Width of the place that the picture is for, px, with `height`: the stream takes its shape,
    /// and no more pixels than the daemon streams at most. Without them it has the daemon's size.
    #[param(example = 640, minimum = 16, maximum = 8192)]
    width: Option<u32>,
    /// Its height, px.
    #[param(example = 360, minimum = 16, maximum = 8192)]
    height: Option<u32>,
}

/// Watches a session by WHEP: an SDP offer to receive video is answered with one to send it.
///
/// For players that know WHEP (draft-ietf-wish-whep), such as GStreamer's and relays. Who watches
/// so is a viewer as others are, with the role `view`. The answer has all of the daemon's
/// candidates; the player's may follow by `PATCH` to the place in `location`, which nobody guesses,
/// and `DELETE` there leaves. A player leaves, too, when its connection ends, or is not there 30 s
/// after the answer.
#[utoipa::path(
    post, path = "/api/sessions/{id}/whep", tag = "signaling", operation_id = "whep",
    params(CameraParameter),
    request_body(content = String, content_type = "application/sdp",
        description = "An offer as RFC 9429 §5.2.1 has it, with a video section that receives."),
    responses(
        (status = 201, description = "The SDP answer.", body = String,
            content_type = "application/sdp",
            headers(
                ("location" = String, description = "The player's own place."),
                ("etag" = String, description = "Stands for these ICE credentials, in `if-match`."),
                ("accept-patch" = String, description = "What may be sent there."),
                ("link" = String, description = "One for each STUN and TURN server that may be \
                    used, with the login: `rel=\"ice-server\"` (RFC 9725 §4.6)."),
            )),
        (status = 400, description = "The offer is malformed, or there is no such camera."),
        (status = 406, description = "The player takes no H.264 as it is sent here."),
        (status = 413, description = "The offer is larger than `limits.socket_message_bytes`."),
        (status = 415, description = "The body is not `application/sdp`."),
        (status = 422, description = "The offer asks for no video."),
        (status = 503, description = "The session has as many viewers as it may; `retry-after` \
            says when to try again."),
    ),
)]
async fn begin(context: &Arc<Context>, session: &Handle, asked: Asked) -> Answer {
    let offer = asked.offer?;
    let (camera, place) = (camera(&asked.query)?, place(&asked.query)?);
    let viewer = session.join_beside(Role::View, beside(&asked.query)?).await?;
    if let Some([width, height]) = place {
        viewer.event(Event::Viewport { width, height, dpr: 1.0 }).await?;
    }
    if let Some(command) = camera {
        viewer.event(Event::Command { id: None, command }).await?;
    }
    let answer = viewer.offer_as(offer.clone(), Telling::AtOnce).await.map_err(refused)?;
    let servers = socket::ice_servers(&context.config.webrtc, viewer.id(), SystemTime::now());
    let (key, tag) = Player::admit(context, session.id(), (viewer, asked.caller), offer)?;
    let mut response = written(StatusCode::CREATED, SDP, answer, &tag);
    let headers = response.headers_mut();
    let location = format!("/api/sessions/{}/whep/{key}", session.id());
    let location = HeaderValue::try_from(location).expect("invariant: ids and keys are ASCII");
    headers.insert(header::LOCATION, location);
    headers.insert("accept-patch", HeaderValue::from_static(FRAGMENT));
    servers.iter().flat_map(headers::links).for_each(|link| {
        headers.append(header::LINK, link);
    });
    Ok(response)
}

/// The command to look through the camera that a query names.
fn camera(query: &Query) -> Result<Option<Command>, Problem> {
    let known = |name: &String| KNOWN.contains(&name.as_str());
    if let Some(unknown) = query.keys().find(|name| !known(name)) {
        return Err(Problem::bad_request(format!("unknown parameter {unknown:?}")));
    }
    query.get("camera").map(|named| use_camera(named)).transpose()
}

/// The size of the place that a query says the picture is for, px.
fn place(query: &Query) -> Result<Option<[f64; 2]>, Problem> {
    let side = |name: &str| {
        let Some(text) = query.get(name) else { return Ok(None) };
        let side = text.parse::<u16>().ok().filter(|side| (16..=8192).contains(side));
        let wrong = || Problem::bad_request(format!("'{name}' must be within 16 to 8192 px"));
        side.map(|side| Some(f64::from(side))).ok_or_else(wrong)
    };
    match (side("width")?, side("height")?) {
        (None, None) => Ok(None),
        (Some(width), Some(height)) => Ok(Some([width, height])),
        _ => Err(Problem::bad_request("'width' and 'height' go together")),
    }
}

/// Whose further view a query asks for.
fn beside(query: &Query) -> Result<Option<ViewerId>, Problem> {
    let Some(id) = query.get("beside") else { return Ok(None) };
    sessions::viewer("beside", id).map(Some)
}

/// The command to look through a camera of this name or number.
pub(super) fn use_camera(named: &str) -> Result<Command, Problem> {
    let (field, value) = match named.parse::<u32>() {
        Ok(index) => ("index", Value::from(index)),
        Err(_) => ("name", Value::from(named)),
    };
    let params = Map::from_iter([(field.to_owned(), value)]);
    let command = wire::parse_command("use_camera", &params);
    command.map_err(|error| Problem::bad_request(error.to_string()))
}

/// What is said of an offer that cannot be answered.
fn refused(error: Error) -> Problem {
    use peer::Reason;
    let Error::Peer(peer::Error::Refused { what: "offer", source }) = &error else {
        return error.into();
    };
    let status = match source {
        Reason::NoVideo | Reason::NotReceiving => StatusCode::UNPROCESSABLE_ENTITY,
        Reason::NoH264 | Reason::H264Profile => StatusCode::NOT_ACCEPTABLE,
        Reason::Candidates | Reason::Declined | Reason::Library(_) => StatusCode::BAD_REQUEST,
    };
    Problem::new(status, error.to_string())
}

/// What may be done where players begin, as browsers ask before they send an offer.
#[utoipa::path(
    options, path = "/api/sessions/{id}/whep", tag = "signaling", operation_id = "whep_options",
    responses((status = 200, description = "`allow` has the methods, `accept-post` the media type.")),
)]
fn begin_options() -> Answer {
    Ok(BEGIN.told())
}

/// Nothing: there is only something to be sent to (RFC 9725 §4.1).
#[utoipa::path(
    get, path = "/api/sessions/{id}/whep", tag = "signaling", operation_id = "whep_nothing",
    responses((status = 204, description = "Nothing.")),
)]
fn begin_nothing() -> Answer {
    Ok(empty(StatusCode::NO_CONTENT))
}

// ---- where a player is ----------------------------------------------------------------------

/// Tells of the player's candidates, or starts ICE anew.
///
/// A fragment with the credentials of before brings candidates (RFC 8840); one with others restarts
/// ICE, and is answered with the daemon's new credentials and candidates. `if-match` says which ICE
/// session is meant: the tag that came last, or `*`, which a restart should have.
#[utoipa::path(
    patch, path = "/api/sessions/{id}/whep/{player}", tag = "signaling",
    operation_id = "change_whep",
    params(
        ("player" = String, Path, description = "From `location`."),
        ("if-match" = String, Header, description = "The entity tag that came last, or `*`."),
    ),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag",
        description = "`a=ice-ufrag`, `a=ice-pwd` and candidates (RFC 8840 §4.4)."),
    responses(
        (status = 200, description = "ICE starts anew: the daemon's credentials and candidates.",
            body = String, content_type = "application/trickle-ice-sdpfrag",
            headers(("etag" = String, description = "Stands for the new credentials."))),
        (status = 204, description = "The candidates are known."),
        (status = 400, description = "The fragment is malformed; nothing has changed."),
        (status = 404, description = "There is no such player, or no longer."),
        (status = 412, description = "Another ICE session is meant than there is."),
        (status = 413, description = "The body is larger than `limits.socket_message_bytes`."),
        (status = 415, description = "The body is not `application/trickle-ice-sdpfrag`."),
        (status = 428, description = "`if-match` is missing."),
    ),
)]
async fn change(context: &Context, session: &Handle, key: &str, text: Text) -> Answer {
    let player = context.players.find(session.id(), key)?;
    let condition = Condition::of(&text.headers)?;
    let fragment = Fragment::parse(&text.body?);
    let fragment = fragment.map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(match player.patch(condition, fragment).await? {
        Patched::Known => empty(StatusCode::NO_CONTENT),
        Patched::Restarted { fragment, tag } => written(StatusCode::OK, FRAGMENT, fragment, &tag),
    })
}

/// Leaves: the player's connection ends, and its place is gone.
#[utoipa::path(
    delete, path = "/api/sessions/{id}/whep/{player}", tag = "signaling",
    operation_id = "leave_whep",
    params(("player" = String, Path, description = "From `location`.")),
    responses(
        (status = 200, description = "It has left."),
        (status = 404, description = "There is no such player, or no longer."),
    ),
)]
async fn leave(context: &Context, session: &Handle, key: &str) -> Answer {
    context.players.find(session.id(), key)?.leave().await?;
    Ok(empty(StatusCode::OK))
}

/// What may be done where a player is, as browsers ask before they do it.
#[utoipa::path(
    options, path = "/api/sessions/{id}/whep/{player}", tag = "signaling",
    operation_id = "player_options",
    params(("player" = String, Path, description = "From `location`.")),
    responses((status = 200, description = "`allow` has the methods, `accept-patch` the media type.")),
)]
fn own_options() -> Answer {
    Ok(OWN.told())
}

/// Nothing, whether there is a player or not (RFC 9725 §4.1).
#[utoipa::path(
    get, path = "/api/sessions/{id}/whep/{player}", tag = "signaling",
    operation_id = "player_nothing",
    params(("player" = String, Path, description = "From `location`.")),
    responses((status = 204, description = "Nothing.")),
)]
fn own_nothing() -> Answer {
    Ok(empty(StatusCode::NO_CONTENT))
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

fn written(status: StatusCode, media: &'static str, text: String, tag: &HeaderValue) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::ETAG, tag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
