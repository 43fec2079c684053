//! `/api/sessions` and what is below: sessions come, change and go here.
//!
//! What other files add below one session begins with [`at`], which names the place, and
//! [`Below`], which finds the session and answers for methods that the place lacks.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value, json};
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
    routes::resource,
};
use crate::{
    control::Command,
    peer::wire,
    session::{self, Change, Glance, Handle, Name, Phase},
    units::rfc3339,
};

/// Longest time that a session may be told to wait for someone, s: a year.
const MAX_PATIENCE_S: u64 = 365 * 86_400;
/// Commands in one request.
const MAX_COMMANDS: usize = 100;

type Route = BoxedFilter<(Response,)>;

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
        let context = Arc::clone(&self.context);
        let none = warp::any().map(Query::new);
        let query = warp::query::<Query>().or(none).unify();
        let route =
            self.place.clone().and(warp::get()).and(query).then(move |id: String, query| {
                let (context, handler) = (Arc::clone(&context), handler.clone());
                async move {
                    let answer = match api::session(&context, &id) {
                        Ok(session) => handler(context, session, query).await,
                        Err(problem) => Err(problem),
                    };
                    answer.into_response()
                }
            });
        self.or(route.boxed())
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
        let context = Arc::clone(&self.context);
        // The place first: of what is elsewhere, a wrong method says nothing.
        let route = self.place.clone().and(method).then(move |id: String| {
            let (context, handler) = (Arc::clone(&context), handler.clone());
            async move {
                let answer = match api::session(&context, &id) {
                    Ok(session) => handler(context, session).await,
                    Err(problem) => Err(problem),
                };
                answer.into_response()
            }
        });
        self.or(route.boxed())
    }

    /// Answers a method that has a JSON body.
    pub fn with_body<T, F, A>(self, method: BoxedFilter<()>, handler: F) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        F: Fn(Arc<Context>, Handle, Json<T>) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let context = Arc::clone(&self.context);
        let body = body::json(&context.config.limits);
        let route = self.place.clone().and(method).and(body).then(move |id: String, body| {
            let (context, handler) = (Arc::clone(&context), handler.clone());
            async move {
                let answer = match api::session(&context, &id) {
                    Ok(session) => handler(context, session, body).await,
                    Err(problem) => Err(problem),
                };
                answer.into_response()
            }
        });
        self.or(route.boxed())
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

/// The body of `POST /api/sessions`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    name: Option<String>,
    preset: Option<String>,
    xml: Option<String>,
    limits: Option<LimitsBody>,
    idle_pause_s: Option<u64>,
    expire_s: Option<u64>,
}

/// The body of `PATCH /api/sessions/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    /// `null` takes the name away.
    #[serde(default, deserialize_with = "given")]
    name: Option<Option<String>>,
    limits: Option<LimitsBody>,
    idle_pause_s: Option<u64>,
    expire_s: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsBody {
    viewers: Option<usize>,
}

/// One command, as events have it (PROTOCOL §4).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandBody {
    cmd: String,
    #[serde(default)]
    params: Map<String, Value>,
}

/// Tells `null` from a field that is not there.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

pub(super) fn name(text: &str) -> Result<Name, Problem> {
    text.parse().map_err(|why: String| Problem::bad_request(format!("'name': {why}")))
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

async fn list(context: &Context) -> Answer {
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
    let shown: Vec<Value> = shown.collect::<Result<_, _>>()?;
    ok(&json!({"sessions": shown, "max_sessions": context.sessions.rules().most}))
}

async fn create(context: &Context, request: Json<Creation>) -> Answer {
    let Creation { name: called, preset, xml, limits, idle_pause_s, expire_s } = request?;
    let called = called.as_deref().map(name).transpose()?;
    let source = match (&xml, &preset) {
        (None, None) => None,
        _ => Some(api::source(LoadRequest { xml, preset })?),
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

async fn show(context: &Context, session: &Handle) -> Answer {
    let glance = session.glance().await?;
    ok(&representation(context, session, &glance))
}

async fn change(context: &Context, session: &Handle, request: Json<Patch>) -> Answer {
    let Patch { name: called, limits, idle_pause_s, expire_s } = request?;
    let called = called.map(|called| called.as_deref().map(name).transpose()).transpose()?;
    let change = Change { name: called, ..terms(limits, idle_pause_s, expire_s)? };
    let session = context.sessions.change(session.id().as_str(), change)?;
    show(context, &session).await
}

async fn delete(context: &Context, session: &Handle) -> Answer {
    context.sessions.delete(session.id().as_str()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Does one command or a list of them, in order; after one that fails the rest is left undone.
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
        results.push(match outcome {
            Ok(()) => json!({"ok": true}),
            Err(error) => json!({"ok": false, "error": error}),
        });
    }
    let glance = session.glance().await?;
    ok(&json!({
        "ok": !failed,
        "results": results,
        "state": {
            "time": glance.time,
            "step_count": glance.steps,
            "paused": glance.phase != Phase::Running,
        },
    }))
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

// ---- what clients are shown -----------------------------------------------------------------

/// A session as clients see it.
fn representation(context: &Context, session: &Handle, glance: &Glance) -> Value {
    let (info, id) = (session.info(), session.id());
    let terms = info.terms();
    let seconds = |after: Option<Duration>| after.map_or(0, |after| after.as_secs());
    let under = |rest: &str| format!("/api/sessions/{id}{rest}");
    let mut shown = json!({
        "id": id.as_str(),
        "name": info.name().as_ref().map(Name::as_str),
        "created": rfc3339(info.created()),
        "node": context.sessions.rules().node.as_str(),
        "state": match glance.phase {
            Phase::Empty => "empty",
            Phase::Loading => "loading",
            Phase::Running => "running",
            Phase::Paused => "paused",
            Phase::Failed => "failed",
        },
        "model_name": glance.model_name,
        "viewers": glance.viewers,
        "streams": glance.streams,
        "time": glance.time,
        "speed": glance.speed,
        "real_time_factor": glance.real_time_factor,
        "limits": {"viewers": terms.viewers},
        "idle_pause_s": seconds(terms.patience.pause_after),
        "expire_s": seconds(terms.patience.expire_after),
        "links": {
            "self": under(""),
            "viewers": under("/viewers"),
            "commands": under("/commands"),
            "scene": format!("/api/scene/current?session={id}"),
            "state": under("/state"),
            "history": under("/history"),
            "keyframes": under("/keyframes"),
            "recordings": under("/recordings"),
            "cameras": under("/cameras"),
            "signaling": format!("/ws/signaling?session={id}"),
        },
    });
    if let Some(at) = glance.expires_at {
        shown["expires_at"] = rfc3339(at).into();
    }
    if let Some(failure) = &glance.failure {
        shown["failure"] = failure.as_str().into();
    }
    shown
}
