//! The library: what can be loaded by name, and what users save.

mod artist;

use std::{path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{IntoParams, OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    path::Tail,
    reply::Response,
};

use super::{
    Context,
    api::{self, Answer, SessionParameter},
    body::{self, Json},
    download,
    openapi::File,
    problem::Problem,
    reply::{EntryKind, LibraryEntry, LibraryPage, LibraryScene, Picture},
    scenes,
    sessions::{self, Query},
};
use crate::{
    bundle::Bundle,
    library::{
        self, Entry, Error, Kind, Library,
        store::{About, Content, Version},
    },
    session::{self, Handle},
};

pub(super) use artist::{Artist, run};

/// Entries in one reply unless it is said, and at most.
const ENTRIES: (usize, usize) = (60, 500);
/// Longest query, bytes.
const MAX_WORDS: usize = 1000;
/// How long a picture is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(list, save, show, change, remove, version, thumbnail, archive))]
pub(super) struct Operations;

/// What is looked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`wanted` reads it; this describes it")]
struct ListParameters {
    /// Words that must all be in an entry's name, description, tags, path or kind.
    #[param(example = "robot gripper")]
    q: Option<String>,
    /// Of this kind alone.
    #[param(inline)]
    kind: Option<EntryKind>,
    /// Most entries.
    #[param(default = 60, minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// How many to pass over.
    #[param(default = 0)]
    offset: Option<usize>,
    /// Looks through the folders again, rather than only when something in them has changed.
    #[param(default = false)]
    rescan: Option<bool>,
}

/// What to save a scene as. The model is the one that the session runs, with its files.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaveScene, example = json!({"name": "Gripper, second try", "tags": ["gripper"]}))]
pub(crate) struct Save {
    /// What to call it: any text of 1 to 128 characters on one line; it need not be another one's.
    pub name: String,
    /// What is in it, at most 2000 characters.
    #[serde(default)]
    pub description: String,
    /// At most 16 words to find it by, of at most 40 characters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What is said of its first version, at most 128 characters.
    #[serde(default)]
    pub note: String,
}

/// What to change of a saved scene; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SceneChange, example = json!({"name": "Gripper, third try"}))]
struct Change {
    /// What to call it.
    name: Option<String>,
    /// What is in it.
    description: Option<String>,
    /// Words to find it by.
    tags: Option<Vec<String>>,
}

/// What the next version is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewVersion, example = json!({"note": "with a softer grip"}))]
struct NewVersion {
    /// What is said of it, at most 128 characters.
    note: String,
    /// The number of an older one that it is to be; the model that the session runs where it is
    /// missing.
    restore: Option<u32>,
}

/// Which version.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`number` reads it; this describes it")]
struct VersionParameter {
    /// Number of a saved scene's version; the newest where it is missing.
    version: Option<u32>,
}

/// What a request is about: method, path below `library`, query, headers and body.
struct Asked {
    method: Method,
    below: Vec<String>,
    query: Query,
    headers: HeaderMap,
    body: Json<Value>,
}

impl Asked {
    fn session(&self, context: &Context) -> Result<Handle, Problem> {
        let id = self.query.get("session").map_or(session::DEFAULT, String::as_str);
        api::session(context, id)
    }

    /// A parameter that is a number.
    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let wrong = || Problem::bad_request(format!("{name} is a whole number, from 0 on"));
        let text = self.query.get(name);
        text.map(|text| text.parse().map_err(|_| wrong())).transpose()
    }

    fn body<T: DeserializeOwned>(self) -> Json<T> {
        serde_json::from_value(self.body?).map_err(|error| {
            Problem::bad_request(format!("the request body is not the JSON wanted: {error}"))
        })
    }
}

/// `/api/library` and all below.
pub(super) fn routes(context: &Arc<Context>) -> BoxedFilter<(Response,)> {
    let shared = Arc::clone(context);
    let empty = || Value::Object(serde_json::Map::new());
    warp::path!("api" / "library" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(sessions::query())
        .and(warp::header::headers_cloned())
        .and(body::json_or(&context.config.limits, empty))
        .then(move |below: Tail, method, query, headers, body| {
            let context = Arc::clone(&shared);
            let below = below.as_str().split('/').filter(|part| !part.is_empty());
            let below = below.map(str::to_owned).collect();
            let asked = Asked { method, below, query, headers, body };
            async move { answer(&context, asked).await.into_response() }
        })
        .boxed()
}

async fn answer(context: &Context, asked: Asked) -> Answer {
    let (below, method) = (asked.below.clone(), asked.method.clone());
    let below: Vec<&str> = below.iter().map(String::as_str).collect();
    match (below.as_slice(), method.as_str()) {
        ([], "GET") => list(context, &asked).await,
        ([], "POST") => save(context, asked).await,
        ([], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        ([id], "GET") => show(context, id).await,
        ([id], "PATCH") => change(context, id, asked).await,
        ([id], "DELETE") => remove(context, id).await,
        ([_], _) => Err(Problem::method_not_allowed("GET, HEAD, PATCH, DELETE")),
        ([id, "versions"], "POST") => version(context, id, asked).await,
        ([_, "versions"], _) => Err(Problem::method_not_allowed("POST")),
        ([id, "thumbnail"], "GET") => thumbnail(context, id, &asked.headers).await,
        ([id, "model.zip"], "GET") => archive(context, id, &asked).await,
        ([_, "thumbnail" | "model.zip"], _) => Err(Problem::method_not_allowed("GET, HEAD")),
        _ => Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource")),
    }
}

/// What can be loaded by name: saved scenes, presets, and models in folders.
///
/// Pictures of what is listed are drawn in the background: `thumbnail` is `null` until then.
#[utoipa::path(
    get, path = "/api/library", tag = "library", operation_id = "library", params(ListParameters),
    responses((status = 200, description = "What was found.", body = LibraryPage)),
)]
async fn list(context: &Context, asked: &Asked) -> Answer {
    let kind = asked.query.get("kind").map(|name| {
        let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| Problem::bad_request("kind is one of own, preset and folder"))
    });
    let query = library::Query {
        words: asked.query.get("q").cloned().unwrap_or_default(),
        kind: kind.transpose()?,
        limit: asked.number("limit")?.unwrap_or(ENTRIES.0),
        offset: asked.number("offset")?.unwrap_or(0),
    };
    let again = asked.query.get("rescan").is_some_and(|flag| flag == "true");
    api::ok(&found(context, query, again).await?)
}

/// A page of the library.
pub(super) async fn found(
    context: &Context,
    query: library::Query,
    again: bool,
) -> Result<LibraryPage, Problem> {
    let most = ENTRIES.1;
    if !(1..=most).contains(&query.limit) {
        return Err(Problem::bad_request(format!("limit is 1 to {most}")));
    }
    if query.words.len() > MAX_WORDS {
        return Err(Problem::bad_request(format!("q has at most {MAX_WORDS} bytes")));
    }
    let artist = Arc::clone(&context.artist);
    on(context, move |library| {
        let mut page = library.list(&query, again);
        let entries = std::mem::take(&mut page.entries).into_iter();
        let entries = entries.map(|entry| shown(&artist, library, entry)).collect();
        Ok(LibraryPage::new(&page, query.kind, entries))
    })
    .await
}

fn shown(artist: &Artist, library: &Library, entry: Entry) -> LibraryEntry {
    let picture = artist.picture(library, &entry);
    LibraryEntry::new(entry, picture)
}

/// Works with the library where that may block.
async fn on<T: Send + 'static>(
    context: &Context,
    work: impl FnOnce(&Library) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let library = Arc::clone(&context.shelf);
    Ok(scenes::blocking(move || work(&library)).await??)
}

/// An entry of the library.
#[utoipa::path(
    get, path = "/api/library/{entry}", tag = "library", operation_id = "library_entry",
    responses((status = 200, description = "The entry, with its versions.", body = LibraryScene)),
)]
async fn show(context: &Context, id: &str) -> Answer {
    api::ok(&scene(context, id.to_owned()).await?)
}

async fn scene(context: &Context, id: String) -> Result<LibraryScene, Problem> {
    let artist = Arc::clone(&context.artist);
    on(context, move |library| {
        let (entry, versions) = library.entry(&id)?;
        Ok(LibraryScene::new(shown(&artist, library, entry), versions))
    })
    .await
}

/// The id among saved scenes.
fn own(id: &str) -> Result<String, Error> {
    match library::parsed(id)? {
        (Kind::Own, own) => Ok(own.to_owned()),
        _ => Err(Error::Invalid("only saved scenes can be changed: save it as one first".into())),
    }
}

/// Saves the model that a session runs as a new scene.
#[utoipa::path(
    post, path = "/api/library", tag = "library", operation_id = "save_scene",
    params(SessionParameter), request_body = Save,
    responses(
        (status = 201, description = "It is saved.", body = LibraryScene,
            headers(("location" = String, description = "Its path."))),
        (status = 409, description = "The session has no scene."),
        (status = 507, description = "There is no room, or no folder, for it; `detail` names the \
            limit."),
    ),
)]
async fn save(context: &Context, asked: Asked) -> Answer {
    let session = asked.session(context)?;
    created(saved(context, &session, asked.body()?).await?)
}

/// Saves what a session runs.
pub(super) async fn saved(
    context: &Context,
    session: &Handle,
    save: Save,
) -> Result<LibraryScene, Problem> {
    let Save { name, description, tags, note } = save;
    let about = About { name: Some(name), description: Some(description), tags: Some(tags) };
    let (bundle, model_name) = running(session).await?;
    // As many at a time as may be unpacked: each is packed in memory.
    let _place = scenes::upload_place(context).await?;
    let id = on(context, move |library| {
        let content = Content { bundle: &bundle, model_name: &model_name, note: &note };
        Ok(library.own.save(about, &content)?.id)
    });
    scene(context, format!("own.{}", id.await?)).await
}

async fn running(session: &Handle) -> Result<(Bundle, String), Problem> {
    let scene = session.scene().await?.ok_or(session::Error::NoScene)?;
    Ok((scene.bundle.clone(), scene.model_name.clone()))
}

fn created(scene: LibraryScene) -> Answer {
    let mut response = api::ok(&scene)?;
    *response.status_mut() = StatusCode::CREATED;
    let location = HeaderValue::try_from(format!("/api/library/{}", scene.entry.id));
    let location = location.expect("invariant: ids are ASCII");
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Saves another version of a scene: the model that a session runs, or an older version again.
///
/// The oldest version goes where there are more than `library.max_versions`.
#[utoipa::path(
    post, path = "/api/library/{entry}/versions", tag = "library", operation_id = "save_version",
    params(SessionParameter), request_body = Option<NewVersion>,
    responses(
        (status = 201, description = "It is saved.", body = LibraryScene,
            headers(("location" = String, description = "Path of the scene."))),
        (status = 409, description = "The session has no scene, or the saved one is broken."),
        (status = 507, description = "There is no room for it; `detail` names the limit."),
    ),
)]
async fn version(context: &Context, id: &str, asked: Asked) -> Answer {
    let session = asked.session(context)?;
    let NewVersion { note, restore } = asked.body()?;
    created(added(context, &session, id, note, restore).await?)
}

/// Saves what a session runs, or an older version, as a scene's next version.
pub(super) async fn added(
    context: &Context,
    session: &Handle,
    id: &str,
    note: String,
    restore: Option<u32>,
) -> Result<LibraryScene, Problem> {
    let own = own(id)?;
    let running = match restore {
        None => Some(running(session).await?),
        Some(_) => None,
    };
    let _place = scenes::upload_place(context).await?;
    on(context, move |library| {
        match (&running, restore) {
            (Some((bundle, model_name)), _) => {
                library.own.add(&own, &Content { bundle, model_name, note: &note })
            }
            (None, number) => library.own.restore(&own, number.unwrap_or_default()),
        }
        .map(drop)
    })
    .await?;
    scene(context, id.to_owned()).await
}

/// Changes what is said of a saved scene.
#[utoipa::path(
    patch, path = "/api/library/{entry}", tag = "library", operation_id = "change_scene",
    request_body = Change,
    responses(
        (status = 200, description = "The scene as it is now.", body = LibraryScene),
        (status = 409, description = "The scene is broken."),
        (status = 507, description = "There is no room, or no folder, for it."),
    ),
)]
async fn change(context: &Context, id: &str, asked: Asked) -> Answer {
    let own = own(id)?;
    let Change { name, description, tags } = asked.body()?;
    let about = About { name, description, tags };
    on(context, move |library| library.own.change(&own, about)).await?;
    show(context, id).await
}

/// Deletes a saved scene with all versions.
#[utoipa::path(
    delete, path = "/api/library/{entry}", tag = "library", operation_id = "delete_scene",
    responses(
        (status = 204, description = "It is gone."),
        (status = 507, description = "The disk does not let it go."),
    ),
)]
async fn remove(context: &Context, id: &str) -> Answer {
    let own = own(id)?;
    on(context, move |library| library.own.remove(&own)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The picture of an entry, drawn by the daemon.
#[utoipa::path(
    get, path = "/api/library/{entry}/thumbnail", tag = "library", operation_id = "thumbnail",
    params(("of" = Option<String>, Query, description = "Passed over: what tells contents apart in \
        an entry's `thumbnail`.")),
    responses(
        (status = 200, description = "480 × 300 px.", body = File, content_type = "image/jpeg"),
        (status = 206, description = "The range of bytes that was asked for.", body = File,
            content_type = "image/jpeg"),
        (status = 304, description = "The copy with this entity tag is still right."),
        (status = 404, description = "There is no such entry, or it cannot be drawn; `detail` says \
            why."),
        (status = 416, description = "There are no such bytes.",
            headers(("content-range" = String, description = "`bytes */` and how many there are."))),
        (status = 503, description = "It is not drawn yet."),
    ),
)]
async fn thumbnail(context: &Context, id: &str, headers: &HeaderMap) -> Answer {
    let wanted = async {
        let mut news = context.artist.news.subscribe();
        loop {
            let (artist, id) = (Arc::clone(&context.artist), id.to_owned());
            let looked = on(context, move |library| {
                let (entry, _) = library.entry(&id)?;
                let picture = artist.picture(library, &entry);
                let found = match &picture {
                    Picture::Drawn(digest) => library.pictures.find(digest),
                    _ => None,
                };
                Ok((picture, found))
            });
            match looked.await? {
                (Picture::Drawn(digest), Some((path, bytes))) => {
                    let tag = Some(format!("\"{digest}\""));
                    return Ok(download::File { path, bytes, tag, kind: "image/jpeg" });
                }
                (Picture::Never(why), _) => {
                    let told = format!("there is no picture of it: {why}");
                    return Err(Problem::new(StatusCode::NOT_FOUND, told));
                }
                _ => drop(news.changed().await),
            }
        }
    };
    let late = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the picture is not drawn yet");
    let found = tokio::time::timeout(PATIENCE, wanted).await;
    download::answer(found.map_err(|_| late())??, headers).await
}

/// The model of an entry with all its files.
#[utoipa::path(
    get, path = "/api/library/{entry}/model.zip", tag = "library", operation_id = "library_model",
    params(VersionParameter),
    responses(
        (status = 200, description = "All of it.", body = File, content_type = "application/zip"),
        (status = 206, description = "The range of bytes that was asked for.", body = File,
            content_type = "application/zip"),
        (status = 304, description = "The copy with this entity tag is still right."),
        (status = 409, description = "The scene is broken."),
        (status = 413, description = "The model is larger than `limits.bundle_bytes`."),
        (status = 416, description = "There are no such bytes.",
            headers(("content-range" = String, description = "`bytes */` and how many there are."))),
        (status = 503, description = "Other models are being packed."),
    ),
)]
async fn archive(context: &Context, id: &str, asked: &Asked) -> Answer {
    let number: Option<u32> = asked.number("version")?;
    let _place = scenes::upload_place(context).await?;
    let own = id.to_owned();
    let (name, found) = on(context, move |library| {
        let (entry, _) = library.entry(&own)?;
        let found = match library::parsed(&own)? {
            (Kind::Own, id) => {
                let (path, Version { bytes, digest, .. }) = library.own.archive(id, number)?;
                Archive::Kept { path, bytes, digest }
            }
            _ => Archive::Made(library.model(&own, number)?.to_zip()?),
        };
        Ok((entry.name, found))
    })
    .await?;
    let mut response = match found {
        Archive::Kept { path, bytes, digest } => {
            let tag = Some(format!("\"{digest}\""));
            let file = download::File { path, bytes, tag, kind: "application/zip" };
            download::answer(file, &asked.headers).await?
        }
        Archive::Made(bytes) => {
            let kind =
                [(header::CONTENT_TYPE, "application/zip"), (header::CACHE_CONTROL, "no-store")];
            let mut response = Response::new(bytes.into());
            for (name, value) in kind {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
    };
    let called = format!("attachment; filename=\"{}.zip\"", plain(&name));
    if let Ok(value) = HeaderValue::from_str(&called) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// An archive that is on the disk, or that was made just now.
enum Archive {
    Kept { path: PathBuf, bytes: u64, digest: String },
    Made(Vec<u8>),
}

/// What any file system takes for a name.
fn plain(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let text: String = name.chars().map(fits).take(80).collect();
    let words: Vec<_> = text.split_whitespace().collect();
    if words.is_empty() { "scene".into() } else { words.join("-") }
}

/// The model of an entry, to be loaded.
pub(super) async fn model(
    context: &Context,
    id: String,
    version: Option<u32>,
) -> Result<Bundle, Problem> {
    on(context, move |library| library.model(&id, version)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_have_names_for_any_disk() {
        for (name, wanted) in [
            ("Gripper, second try", "gripper-second-try"),
            ("../../etc/passwd", "etc-passwd"),
            ("a\"; filename=\"b.exe", "a-filename-b-exe"),
            ("机器人", "scene"),
        ] {
            assert_eq!(plain(name), wanted);
        }
    }
}
