//! `/api/sessions` and what is below: sessions come, change and go here.
//!
//! What other files add below one session begins with [`at`], which names the place, and
//! [`Below`], which finds the session and answers for methods that the place lacks.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::{BoxedFilter, path::FullPath},
    http::{HeaderValue, StatusCode, header},
    path,
    reply::Response,
};

use super::{
    Context,
    api::{self, Answer, LoadRequest, ok},
    body::{self, Json},
    problem::Problem,
    reply::{Clock, Commands, Session, Sessions, representation},
    routes::resource,
};
use crate::{
    control::Command,
    peer::wire,
    session::{self, Change, Handle, Name},
    units::ViewerId,
};

/// Longest time that a session may be told to wait for someone, s: a year. Keep it in step with
/// what [`Creation`] and [`Patch`] say of themselves.
const MAX_PATIENCE_S: u64 = 365 * 86_400;
/// Commands in one request.
const MAX_COMMANDS: usize = 100;

type Route = BoxedFilter<(Response,)>;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(list, create, show, change, delete, commands))]
pub(super) struct Operations;

/// Everything below `/api/sessions` that this file has.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let one = Below::new(context, at(""), "GET, HEAD, PATCH, DELETE")
        .get(|context, session| async move { show(&context, &session).await })
        .with_body(warp::patch().boxed(), |context, session, body| async move {
            change(&context, &session, body).await
        })
        .delete(|context, session| async move { delete(&context, &session).await });
    let commands = Below::new(context, at("/commands"), "POST")
        .with_body(warp::post().boxed(), |_, session, body| async move {
            commands(&session, body).await
        });
    resource(path!("api" / "sessions").boxed(), "GET, HEAD, POST", collection(context))
        .or(one.done())
        .unify()
        .or(commands.done())
        .unify()
        .boxed()
}

fn collection(context: &Arc<Context>) -> Route {
    let (listing, creating) = (Arc::clone(context), Arc::clone(context));
    let list = warp::get().then(move || {
        let context = Arc::clone(&listing);
        async move { list(&context).await.into_response() }
    });
    let create = warp::post().and(body::json(&context.config.limits)).then(move |body| {
        let context = Arc::clone(&creating);
        async move { create(&context, body).await.into_response() }
    });
    list.or(create).unify().boxed()
}

// ---- places below one session ---------------------------------------------------------------

/// The place `/api/sessions/{id}` followed by `rest`, which is empty or begins with a slash; gives
/// the id as it stands in the path.
pub(super) fn at(rest: &'static str) -> BoxedFilter<(String,)> {
    let matches = move |full: FullPath| {
        let id = full.as_str().strip_prefix("/api/sessions/").and_then(|p| p.strip_suffix(rest));
        let id = id.filter(|id| !id.is_empty() && !id.contains('/')).map(str::to_owned);
        async move { id.ok_or_else(warp::reject::not_found) }
    };
    path::full().and_then(matches).boxed()
}

/// The parameters of a query.
pub(super) type Query = std::collections::BTreeMap<String, String>;

/// The parameters of the query, none if there is no query.
pub(super) fn query() -> BoxedFilter<(Query,)> {
    warp::query::<Query>().or(warp::any().map(Query::new)).unify().boxed()
}

/// A place below one session, with what answers there.
pub(super) struct Below {
    context: Arc<Context>,
    place: BoxedFilter<(String,)>,
    allow: &'static str,
    routes: Option<Route>,
}

impl Below {
    /// A place where nothing answers yet; `allow` are the methods that will be there.
    pub fn new(context: &Arc<Context>, place: BoxedFilter<(String,)>, allow: &'static str) -> Self {
        Self { context: Arc::clone(context), place, allow, routes: None }
    }

    /// Answers `method` with what `handler` makes of the session and of what `extra` takes from the
    /// request.
    pub fn on<E, F, A>(self, method: BoxedFilter<()>, extra: BoxedFilter<(E,)>, handler: F) -> Self
    where
        E: Send + 'static,
        F: Fn(Arc<Context>, Handle, E) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let context = Arc::clone(&self.context);
        // The place first: of what is elsewhere, a wrong method says nothing.
        let route = self.place.clone().and(method).and(extra).then(move |id: String, extra| {
            let (context, handler) = (Arc::clone(&context), handler.clone());
            async move {
                let answer = match api::session(&context, &id) {
                    Ok(session) => handler(context, session, extra).await,
                    Err(problem) => Err(problem),
                };
                answer.into_response()
            }
        });
        self.or(route.boxed())
    }

    /// Answers GET and HEAD.
    pub fn get<F, A>(self, handler: F) -> Self
    where
        F: Fn(Arc<Context>, Handle) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        self.without_body(warp::get().boxed(), handler)
    }

    /// Answers GET and HEAD, with the parameters of the query.
    pub fn query<F, A>(self, handler: F) -> Self
    where
        F: Fn(Arc<Context>, Handle, Query) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        self.on(warp::get().boxed(), query(), handler)
    }

    /// Answers DELETE.
    pub fn delete<F, A>(self, handler: F) -> Self
    where
        F: Fn(Arc<Context>, Handle) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        self.without_body(warp::delete().boxed(), handler)
    }

    fn without_body<F, A>(self, method: BoxedFilter<()>, handler: F) -> Self
    where
        F: Fn(Arc<Context>, Handle) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let nothing = warp::any().map(|| ()).boxed();
        self.on(method, nothing, move |context, session, ()| handler(context, session))
    }

    /// Answers a method that has a JSON body.
    pub fn with_body<T, F, A>(self, method: BoxedFilter<()>, handler: F) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        F: Fn(Arc<Context>, Handle, Json<T>) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let body = body::json(&self.context.config.limits);
        self.on(method, body, handler)
    }

    fn or(mut self, route: Route) -> Self {
        self.routes = Some(match self.routes.take() {
            Some(before) => before.or(route).unify().boxed(),
            None => route,
        });
        self
    }

    /// The routes, and a 405 for other methods.
    pub fn done(self) -> Route {
        let allow = self.allow;
        let refuse = move |_: String| async move {
            Err::<Response, _>(warp::reject::custom(Problem::method_not_allowed(allow)))
        };
        let refused = self.place.and_then(refuse).boxed();
        match self.routes {
            Some(routes) => routes.or(refused).unify().boxed(),
            None => refused,
        }
    }
}

// ---- bodies ---------------------------------------------------------------------------------

/// A session to be; all of it may be missing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSession, example = json!({"preset": "robot-arm", "name": "arm"}))]
struct Creation {
    /// 1 to 128 characters on one line.
    name: Option<String>,
    /// Its first scene: id of a preset.
    preset: Option<String>,
    /// Instead: MJCF, complete in itself.
    xml: Option<String>,
    /// Instead: id of an entry of the library.
    library: Option<String>,
    limits: Option<LimitsBody>,
    /// Seconds without use after which it is paused; 0: never. As configured where it is missing.
    #[schema(maximum = 31_536_000)]
    idle_pause_s: Option<u64>,
    /// Seconds without use after which it ends; 0: never. As configured where it is missing.
    #[schema(maximum = 31_536_000)]
    expire_s: Option<u64>,
}

/// What to change of a session; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SessionChange, example = json!({"name": "left arm", "limits": {"viewers": 4}}))]
struct Patch {
    /// 1 to 128 characters on one line; `null` takes the name away.
    #[serde(default, deserialize_with = "given")]
    name: Option<Option<String>>,
    limits: Option<LimitsBody>,
    /// Seconds without use after which it is paused; 0: never.
    #[schema(maximum = 31_536_000)]
    idle_pause_s: Option<u64>,
    /// Seconds without use after which it ends; 0: never. `default` never does.
    #[schema(maximum = 31_536_000)]
    expire_s: Option<u64>,
}

/// What a session is to be allowed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLimits)]
struct LimitsBody {
    /// Most viewers; those above it stay until they leave.
    viewers: Option<usize>,
}

/// One command or a list of them.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(example = json!([{"cmd": "pause"}, {"cmd": "step", "params": {"steps": 10}}]))]
#[allow(dead_code, reason = "`parse_all` reads it, for mistakes to be named by number")]
enum CommandsBody {
    /// One.
    One(CommandBody),
    /// 1 to 100, done in order.
    Many(Vec<CommandBody>),
}

/// One command, as viewers send them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Command)]
struct CommandBody {
    /// What to do.
    cmd: String,
    /// How; what a command does not know is passed over.
    #[serde(default)]
    #[schema(value_type = Object)]
    params: Map<String, Value>,
}

/// Tells `null` from a field that is not there.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

pub(super) fn name(text: &str) -> Result<Name, Problem> {
    text.parse().map_err(|why: String| Problem::bad_request(format!("'name': {why}")))
}

/// The viewer of this id, which the parameter `name` has.
pub(super) fn viewer(name: &str, id: &str) -> Result<ViewerId, Problem> {
    let number = id.strip_prefix("viewer-").and_then(|number| number.parse().ok());
    let wrong =
        || Problem::bad_request(format!("'{name}' must be the id of a viewer, e.g. viewer-7"));
    number.map(ViewerId).ok_or_else(wrong)
}

/// What the numbers of a body change.
fn terms(
    limits: Option<LimitsBody>,
    idle_pause_s: Option<u64>,
    expire_s: Option<u64>,
) -> Result<Change, Problem> {
    let after = |field: &str, seconds: Option<u64>| match seconds {
        None => Ok(None),
        Some(0) => Ok(Some(None)),
        Some(seconds) if seconds <= MAX_PATIENCE_S => Ok(Some(Some(Duration::from_secs(seconds)))),
        Some(_) => Err(Problem::bad_request(format!("'{field}' is 0 to {MAX_PATIENCE_S} seconds"))),
    };
    Ok(Change {
        name: None,
        viewers: limits.unwrap_or_default().viewers,
        pause_after: after("idle_pause_s", idle_pause_s)?,
        expire_after: after("expire_s", expire_s)?,
    })
}

// ---- handlers -------------------------------------------------------------------------------

/// All sessions. Looking at them is no use of them.
#[utoipa::path(
    get, path = "/api/sessions", tag = "sessions", operation_id = "list_sessions",
    responses((status = 200, description = "The sessions.", body = Sessions)),
)]
async fn list(context: &Context) -> Answer {
    ok(&all(context).await?)
}

/// Every session.
pub(super) async fn all(context: &Context) -> Result<Sessions, Problem> {
    let glances = context.sessions.list().into_iter().map(|session| async move {
        let glance = session.glance().await;
        (session, glance)
    });
    let shown = join_all(glances).await.into_iter().filter_map(|(session, glance)| match glance {
        Ok(glance) => Some(Ok(representation(context, &session, &glance))),
        // It ended in between.
        Err(session::Error::Gone) => None,
        Err(error) => Some(Err(error)),
    });
    let sessions = shown.collect::<Result<_, _>>()?;
    Ok(Sessions { sessions, max_sessions: context.sessions.rules().most })
}

/// Creates a session, with a scene or without.
#[utoipa::path(
    post, path = "/api/sessions", tag = "sessions", operation_id = "create_session",
    request_body = Creation,
    responses(
        (status = 201, description = "It is there.", body = Session,
            headers(("location" = String, description = "Its path."))),
        (status = 400, description = "A field is unknown or makes no sense, or MuJoCo refuses the \
            scene."),
        (status = 404, description = "There is no such preset or entry of the library."),
        (status = 503, description = "There are as many sessions as there may be; `retry-after` \
            says when to try again."),
    ),
)]
async fn create(context: &Context, request: Json<Creation>) -> Answer {
    let Creation { name: called, preset, xml, library, limits, idle_pause_s, expire_s } = request?;
    let called = called.as_deref().map(name).transpose()?;
    let source = match (&xml, &preset, &library) {
        (None, None, None) => None,
        _ => {
            let request = LoadRequest { xml, preset, library, version: None };
            Some(api::chosen(context, request).await?)
        }
    };
    let change = terms(limits, idle_pause_s, expire_s)?;
    let session = context.sessions.create(called, change, source).await?;
    created(context, &session).await
}

/// 201 with a session that has just been made.
pub(super) async fn created(context: &Context, session: &Handle) -> Answer {
    let mut response = show(context, session).await?;
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("/api/sessions/{}", session.id());
    let location = HeaderValue::try_from(location).expect("invariant: ids are ASCII");
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// A session at a glance. Looking at it is no use of it.
#[utoipa::path(
    get, path = "/api/sessions/{id}", tag = "sessions", operation_id = "session",
    responses((status = 200, description = "The session.", body = Session)),
)]
async fn show(context: &Context, session: &Handle) -> Answer {
    ok(&shown(context, session).await?)
}

/// A session as clients see it.
pub(super) async fn shown(context: &Context, session: &Handle) -> Result<Session, Problem> {
    let glance = session.glance().await?;
    Ok(representation(context, session, &glance))
}

/// Changes a session's name or what it is allowed.
#[utoipa::path(
    patch, path = "/api/sessions/{id}", tag = "sessions", operation_id = "change_session",
    request_body = Patch,
    responses((status = 200, description = "The session as it is now.", body = Session)),
)]
async fn change(context: &Context, session: &Handle, request: Json<Patch>) -> Answer {
    let Patch { name: called, limits, idle_pause_s, expire_s } = request?;
    let called = called.map(|called| called.as_deref().map(name).transpose()).transpose()?;
    let change = Change { name: called, ..terms(limits, idle_pause_s, expire_s)? };
    let session = context.sessions.change(session.id().as_str(), change)?;
    show(context, &session).await
}

/// Ends a session. Its viewers are told; its recordings stay.
#[utoipa::path(
    delete, path = "/api/sessions/{id}", tag = "sessions", operation_id = "delete_session",
    responses(
        (status = 204, description = "It has ended."),
        (status = 409, description = "`default` is always there."),
    ),
)]
async fn delete(context: &Context, session: &Handle) -> Answer {
    context.sessions.delete(session.id().as_str()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Does one command or a list of them, in order.
///
/// After one that fails the rest is left undone. A list with a command that makes no sense does
/// nothing at all. What is about one viewer's view (cameras, quality, control) has its place on
/// that viewer's connection.
///
/// | `cmd` | `params` |
/// |---|---|
/// | `play`, `pause`, `toggle`, `reset` | |
/// | `stop` | pauses and resets |
/// | `step` | `steps`: how many, back through the history where it is below 0 |
/// | `speed` | `factor`: simulated seconds per wall second, 0.001 to 1000, or `"max"` |
/// | `load_preset` | `id` |
/// | `load_scene` | `xml`: MJCF |
/// | `set_ctrl`, `set_qpos`, `set_qvel` | `values`: a list, or an object by name; or `index` or `name`, and `value` |
/// | `set_mocap` | `body`, `position` (m), `orientation` (w first) |
/// | `apply_force` | `body`, `force` (N), `torque` (N·m), world |
/// | `select` | `body` |
/// | `keyframe_load` | `name` or `index` |
/// | `keyframe_save` | `name` |
/// | `seek` | `tick`, `time` (s) or `steps` |
/// | `set_flags` | `vis`, `render`, `label`, `frame`, `groups` |
/// | `set_options` | as `PATCH /api/sessions/{id}/options` |
#[utoipa::path(
    post, path = "/api/sessions/{id}/commands", tag = "simulation", operation_id = "commands",
    request_body = CommandsBody,
    responses((status = 200, description = "What came of each; `ok` says whether all were done.",
        body = Commands)),
)]
async fn commands(session: &Handle, request: Json<Value>) -> Answer {
    let mut results = Vec::new();
    let mut failed = false;
    for command in parse_all(request?)? {
        let outcome = if failed {
            Err("not done, as a command before it failed".to_owned())
        } else {
            session.obey(command).await.map_err(|error| error.to_string())
        };
        failed |= outcome.is_err();
        results.push(outcome.into());
    }
    let state = Clock::from(&session.glance().await?);
    ok(&Commands { ok: !failed, results, state })
}

/// All or none: a list with a mistake in it does nothing.
fn parse_all(body: Value) -> Result<Vec<Command>, Problem> {
    match body {
        Value::Array(all) if (1..=MAX_COMMANDS).contains(&all.len()) => {
            let one = |(number, value)| {
                parse(value).map_err(|why| Problem::bad_request(format!("command {number}: {why}")))
            };
            all.into_iter().enumerate().map(one).collect()
        }
        Value::Array(_) => {
            Err(Problem::bad_request(format!("a list has 1 to {MAX_COMMANDS} commands")))
        }
        one => parse(one).map(|command| vec![command]).map_err(Problem::bad_request),
    }
}

fn parse(value: Value) -> Result<Command, String> {
    let body: CommandBody = serde_json::from_value(value)
        .map_err(|error| format!("the request body is not the JSON wanted: {error}"))?;
    let command =
        wire::parse_command(&body.cmd, &body.params).map_err(|error| error.to_string())?;
    if command.needs_viewer() {
        return Err(format!(
            "'{}' is about what one viewer sees: send it over that viewer's connection",
            body.cmd
        ));
    }
    Ok(command)
}
