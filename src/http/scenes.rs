//! Scenes from outside: text, archives, folders; to load, or to be judged only.
//!
//! ```text
//!  a place (few at a time) ─► body, bounded ─► bundle, in a blocking thread ─► session: load
//!                                                                          └─► worker: judge
//! ```

use std::{sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt as _};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, IntoResponses, OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderMap, StatusCode, header},
    path,
};

use super::{
    Context,
    api::{self, Answer, LoadRequest, SessionParameter},
    body::{self, Limit},
    openapi::File,
    problem::Problem,
    reply::{Loaded, Message, SceneText, Verdict},
    routes::{Route, resource, session_id},
    sessions::{Below, Query, at, query},
};
use crate::{
    bundle::{self, Bundle, MAX_FILES},
    session::{self, Handle, Scene, Source},
    worker::{LoadError, Worker},
};

/// How long an upload waits for those before it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest text of a part that is no file, bytes.
const MAX_FIELD: usize = 4096;

/// `POST /api/scene/load`, and what is below `/api/sessions/{id}/scene`.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let shared = Arc::clone(context);
    let first = warp::post().and(session_id()).and(upload()).then(move |id: String, upload| {
        let context = Arc::clone(&shared);
        async move {
            let answer = match api::session(&context, &id) {
                Ok(session) => load(&context, &session, upload).await,
                Err(problem) => Err(problem),
            };
            answer.into_response()
        }
    });
    let scene = Below::new(context, at("/scene"), "GET, HEAD, PUT")
        .get(|_, session| async move { show(&session).await })
        .on(warp::put().boxed(), upload(), |context, session, upload| async move {
            replace(&context, &session, upload).await
        });
    let judged = Below::new(context, at("/scene/validate"), "POST").on(
        warp::post().boxed(),
        upload(),
        |context, session, upload| async move { validate(&context, &session, upload).await },
    );
    resource(path!("api" / "scene" / "load").boxed(), "POST", first.boxed())
        .or(scene.done())
        .unify()
        .or(judged.done())
        .unify()
        .boxed()
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(load, show, replace, validate))]
pub(super) struct Operations;

/// How a model is read, and what becomes of the one before it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`loaded` and `source` read it; this describes it")]
struct UploadParameters {
    /// The model's file, where that is not obvious: from the top, or from the folder that all files
    /// are in.
    #[param(example = "robot/scene.xml")]
    root: Option<String>,
    /// Whether joints, actuators and mocap bodies that both models have by name keep their state,
    /// and time goes on as it did.
    #[param(default = false)]
    keep_state: Option<bool>,
    /// Whether a model that comes as text takes the place of the root file of the model that runs,
    /// whose other files stay.
    #[param(default = false)]
    keep_files: Option<bool>,
}

/// A folder, one part per file.
#[derive(ToSchema)]
#[allow(dead_code, reason = "`folder` reads it; this describes it")]
struct Folder {
    /// Each file; its `filename` is its name within the folder.
    #[schema(value_type = Vec<File>)]
    files: Vec<u8>,
    /// As the parameter `root`.
    #[schema(nullable = false)]
    root: Option<String>,
}

/// Why a model is not loaded.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "`loaded` answers with them; this describes it")]
enum Refusals {
    /// There is no model, or no fit one, or MuJoCo refuses it, whose message `detail` has; or the
    /// body is not what it says.
    #[response(status = 400)]
    NoModel,
    /// This machine cannot confine a simulation, so that only presets are loaded; or the request is
    /// not from a page of this daemon.
    #[response(status = 403)]
    Unconfined,
    /// There is no such session, preset or entry of the library.
    #[response(status = 404)]
    NotFound,
    /// The saved scene is broken.
    #[response(status = 409)]
    Broken,
    /// The text is larger than `limits.body_bytes`, the archive or folder than
    /// `limits.upload_bytes`, or what it unpacks to than `limits.bundle_bytes`.
    #[response(status = 413)]
    TooLarge,
    /// The body is neither JSON, XML, zip nor a form.
    #[response(status = 415)]
    Unknown,
    /// No process could be started for it, or other models are being uploaded.
    #[response(status = 503)]
    Busy,
}

/// What a request brings.
struct Upload {
    query: Query,
    headers: HeaderMap,
    body: Body,
}

type Body = std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send>>;

fn upload() -> BoxedFilter<(Upload,)> {
    query()
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .map(|query, headers, body| Upload { query, headers, body: Box::pin(bytes_of(body)) })
        .boxed()
}

fn bytes_of(
    body: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> impl Stream<Item = Result<Bytes, warp::Error>> + Send {
    body.map(|part| part.map(|mut part| part.copy_to_bytes(part.remaining())))
}

/// Loads a scene into a session.
///
/// The scene is compiled beside the one that runs, and takes its place with its first pose: a scene
/// with a mistake changes nothing. Every viewer is told.
#[utoipa::path(
    post, path = "/api/scene/load", tag = "scenes", operation_id = "load_scene",
    params(SessionParameter, UploadParameters),
    request_body(content(
        (LoadRequest = "application/json"), (String = "application/xml"),
        (File = "application/zip"), (Folder = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "It runs.", body = Message),
        Refusals,
    ),
)]
async fn load(context: &Context, session: &Handle, upload: Upload) -> Answer {
    let scene = loaded(context, session, upload).await?;
    let name = if scene.model_name.is_empty() { "an unnamed model" } else { &scene.model_name };
    api::ok(&Message { success: true, message: format!("loaded {name}") })
}

/// The scene of a session.
#[utoipa::path(
    get, path = "/api/sessions/{id}/scene", tag = "scenes", operation_id = "session_scene",
    responses(
        (status = 200, description = "The text of the model's root file.", body = SceneText),
        (status = 404, description = "There is no such session, or it has no scene."),
    ),
)]
async fn show(session: &Handle) -> Answer {
    api::scene(session).await
}

/// Loads a scene into a session.
///
/// As `POST /api/scene/load`, and says which files it is made of.
#[utoipa::path(
    put, path = "/api/sessions/{id}/scene", tag = "scenes", operation_id = "replace_scene",
    params(UploadParameters),
    request_body(content(
        (LoadRequest = "application/json"), (String = "application/xml"),
        (File = "application/zip"), (Folder = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "It runs.", body = Loaded),
        Refusals,
    ),
)]
async fn replace(context: &Context, session: &Handle, upload: Upload) -> Answer {
    let scene = loaded(context, session, upload).await?;
    api::ok(&Loaded::from(&*scene))
}

async fn loaded(
    context: &Context,
    session: &Handle,
    upload: Upload,
) -> Result<Arc<Scene>, Problem> {
    let keeps = flag(&upload.query, "keep_state")?;
    let keeps_files = flag(&upload.query, "keep_files")?;
    let (mut source, _place) = source(context, upload).await?;
    if keeps_files {
        source = with_files(session, source).await?;
    }
    let scene = if keeps { session.reload(source?).await } else { session.load(source?).await };
    Ok(scene?)
}

/// Says what is wrong with a model, if anything.
///
/// It is compiled as a load would, and thrown away; the session goes on as it is.
#[utoipa::path(
    post, path = "/api/sessions/{id}/scene/validate", tag = "scenes",
    operation_id = "validate_scene",
    params(
        ("root" = Option<String>, Query, description = "As for loading.",
            example = "robot/scene.xml"),
        ("keep_files" = Option<bool>, Query, description = "As for loading."),
    ),
    request_body(content(
        (LoadRequest = "application/json"), (String = "application/xml"),
        (File = "application/zip"), (Folder = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "The verdict.", body = Verdict),
        (status = 400, description = "The body is not what it says."),
        (status = 403, description = "This machine cannot confine a simulation; or the request is \
            not from a page of this daemon."),
        (status = 404, description = "There is no such session, preset or entry of the library."),
        (status = 413, description = "The body is larger than `limits.body_bytes` for text, or \
            `limits.upload_bytes` for an archive or folder."),
        (status = 415, description = "The body is neither JSON, XML, zip nor a form."),
        (status = 503, description = "No process could be started for it, or other models are \
            being uploaded."),
    ),
)]
async fn validate(context: &Context, session: &Handle, upload: Upload) -> Answer {
    let keeps_files = flag(&upload.query, "keep_files")?;
    let (mut source, place) = source(context, upload).await?;
    if keeps_files {
        source = with_files(session, source).await?;
    }
    // No session bounds the processes of those who only ask.
    let _place = match place {
        Some(place) => place,
        None => upload_place(context).await?,
    };
    api::ok(&judged(context, source).await?)
}

/// The verdict on a model that comes alone, without a request's body.
pub(super) async fn judge(context: &Context, source: Source) -> Result<Verdict, Problem> {
    let _place = upload_place(context).await?;
    judged(context, Ok(source)).await
}

async fn judged(
    context: &Context,
    source: Result<Source, bundle::Error>,
) -> Result<Verdict, Problem> {
    let bundle = match source {
        Ok(source) => blocking(|| source.bundle()).await?,
        Err(error) => Err(error.into()),
    };
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(session::Error::Bundle(error)) => {
            return Ok(Verdict::invalid(error.to_string(), error.line()));
        }
        Err(error) => return Err(error.into()),
    };
    let limits = &context.sessions.settings().worker;
    match Worker::spawn(&bundle, limits).await {
        Ok((_worker, assets)) => Ok(Verdict::valid(&bundle, &assets.model)),
        // Not the model's fault: no process could be started for it.
        Err(error @ (LoadError::Spawn(_) | LoadError::Unconfined(_))) => {
            Err(session::Error::from(error).into())
        }
        Err(error) => {
            let message = error.to_string();
            let line = line_in(&message);
            Ok(Verdict::invalid(message, line))
        }
    }
}

/// Whether a parameter says `true`.
fn flag(query: &Query, name: &str) -> Result<bool, Problem> {
    match query.get(name).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::bad_request(format!("{name} is true or false"))),
    }
}

/// A text with the files of the scene that runs, where there is one.
async fn with_files(
    session: &Handle,
    source: Result<Source, bundle::Error>,
) -> Result<Result<Source, bundle::Error>, Problem> {
    let Ok(Source::Mjcf(xml)) = source else { return Ok(source) };
    match session.scene().await? {
        None => Ok(Ok(Source::Mjcf(xml))),
        Some(scene) => blocking(move || scene.bundle.with_text(xml).map(Source::Bundle)).await,
    }
}

/// The line that MuJoCo's sentence ends with.
fn line_in(message: &str) -> Option<u32> {
    let (_, rest) = message.rsplit_once("line ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// What a request asks to load, and the place among the uploads that it holds: archives and folders
/// need one. The inner error is one of the model, the outer one of the request.
async fn source(
    context: &Context,
    upload: Upload,
) -> Result<(Result<Source, bundle::Error>, Option<OwnedSemaphorePermit>), Problem> {
    let limits = &context.config.limits;
    let Upload { mut query, headers, body } = upload;
    let root = query.remove("root");
    let text = Limit { bytes: limits.body_bytes, key: "limits.body_bytes" };
    let packed = Limit { bytes: limits.upload_bytes, key: "limits.upload_bytes" };
    let unpacked = bundle::Limits { bytes: limits.bundle_bytes };
    let patience = limits.body_timeout;
    let media = body::media_type(&headers);
    let mut place = None;
    let source = match media.as_deref() {
        Some("application/xml" | "text/xml") => {
            let bytes = body::read(&headers, body, text, patience).await?;
            match String::from_utf8(bytes.into()) {
                Ok(xml) => Ok(Source::Mjcf(api::mjcf(xml)?)),
                Err(_) => return Err(Problem::bad_request("the scene is not UTF-8")),
            }
        }
        Some("application/zip" | "application/x-zip-compressed") => {
            body::announced(&headers, packed)?;
            let held = upload_place(context).await?;
            let archive = body::read(&headers, body, packed, patience).await?;
            // The place goes along: the work goes on when the client has gone.
            let unpack =
                move || (Bundle::from_zip(archive, root.as_deref(), &unpacked), Some(held));
            let (bundle, held) = blocking(unpack).await?;
            place = held;
            bundle.map(Source::Bundle)
        }
        Some("multipart/form-data") => {
            body::announced(&headers, packed)?;
            let held = upload_place(context).await?;
            let reading = folder(&headers, body, packed);
            let (files, named) = body::in_time(reading, patience).await?;
            let root = root.or(named);
            let gather =
                move || (Bundle::from_files(files, root.as_deref(), &unpacked), Some(held));
            let (bundle, held) = blocking(gather).await?;
            place = held;
            bundle.map(Source::Bundle)
        }
        None => Ok(json_source(context, &headers, body, text).await?),
        Some(media) if body::is_json_type(media) => {
            Ok(json_source(context, &headers, body, text).await?)
        }
        Some(media) => {
            let detail = format!(
                "the body's Content-Type is '{media}': send application/json, application/xml, \
                 application/zip or multipart/form-data"
            );
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    };
    Ok((source, place))
}

pub(super) async fn upload_place(context: &Context) -> Result<OwnedSemaphorePermit, Problem> {
    let text = "other models are being uploaded (limits.uploads of the configuration)";
    let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, text);
    let place = tokio::time::timeout(PATIENCE, Arc::clone(&context.uploads).acquire_owned()).await;
    place.map_err(|_| busy())?.map_err(|_| busy())
}

async fn json_source(
    context: &Context,
    headers: &HeaderMap,
    body: Body,
    limit: Limit,
) -> Result<Source, Problem> {
    let patience = context.config.limits.body_timeout;
    let bytes = body::read(headers, body, limit, patience).await?;
    api::chosen(context, body::parse::<LoadRequest>(&bytes)?).await
}

/// Unpacking and checking may take a second, which no other request should wait for.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the model cannot be read"))
}

/// The files of a folder, one part each, by the names that they have there; and what the part
/// `root` says.
async fn folder(
    headers: &HeaderMap,
    body: Body,
    limit: Limit,
) -> Result<(Vec<(String, Bytes)>, Option<String>), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let broken = |error: multer::Error| match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            limit.exceeded()
        }
        error => Problem::bad_request(format!("the form is not understood: {error}")),
    };
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(broken)?;
    let sizes = SizeLimit::new().whole_stream(limit.bytes as u64);
    let constraints = Constraints::new().size_limit(sizes);
    let mut form = Multipart::with_constraints(body, boundary, constraints);
    let (mut files, mut root) = (Vec::new(), None);
    let mut parts = 0;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        parts += 1;
        if parts > 2 * MAX_FILES {
            return Err(bundle::Error::TooManyFiles { most: MAX_FILES }.into());
        }
        match name_of(&field) {
            Some(name) => files.push((name, field.bytes().await.map_err(broken)?)),
            None if field.name() == Some("root") => {
                let text = field.bytes().await.map_err(broken)?;
                let text = text.get(..MAX_FIELD).unwrap_or(&text);
                root = Some(String::from_utf8_lossy(text).into_owned());
            }
            None => drop(field.bytes().await.map_err(broken)?),
        }
    }
    Ok((files, root))
}

/// The name of a part that is a file, as it was sent.
fn name_of(field: &Field<'_>) -> Option<String> {
    field.file_name().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_sentence_is_found() {
        assert_eq!(line_in("XML Error: x Element 'geom', line 12"), Some(12));
        assert_eq!(line_in("XML Error: x Element 'geom', line 12 more"), Some(12));
        assert_eq!(line_in("no line number"), None);
    }
}
