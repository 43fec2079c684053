//! `/api/sessions/{id}/events`: what happens in a session, as server-sent events (HTML Living
//! Standard, 9.2).

use std::{convert::Infallible, sync::Arc, time::Duration};

use futures_util::{Stream, stream};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Interval, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, OpenApi};
use warp::{Filter, Reply, filters::BoxedFilter, http::StatusCode, sse};

use super::{
    Context,
    api::Answer,
    problem::Problem,
    reply::{NamedState, Session, Viewers, representation},
    routes::Route,
    sessions::{Below, Query, at, query},
};
use crate::{
    session::{Author, End, Follower, Handle, Hold, Item, News, Told},
    units::rfc3339,
};

/// Highest rate of `state` events, Hz.
const MAX_STATE_HZ: u32 = 60;
/// How often a quiet stream shows that it lives: proxies cut what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The stream of each session.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    Below::new(context, at("/events"), "GET, HEAD")
        .on(warp::get().boxed(), wishes(), |context, session, (query, last)| async move {
            events(&context, session, &query, last.as_deref()).await
        })
        .done()
}

fn wishes() -> BoxedFilter<((Query, Option<String>),)> {
    query().and(warp::header::optional("last-event-id")).map(|query, last| (query, last)).boxed()
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(events))]
pub(super) struct Operations;

/// How much is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`events` reads it; this describes it")]
struct EventParameters {
    /// Events `state` per second, at most; none by default.
    #[param(default = 0, maximum = 60)]
    state_hz: Option<u32>,
}

/// Follows what happens in a session, as server-sent events.
///
/// | event | data |
/// |---|---|
/// | `session` | first of all: the session as `GET /api/sessions/{id}` shows it |
/// | `scene` | another scene runs: `{model_name, preset, root, by, agent?}` |
/// | `viewers` | as `GET /api/sessions/{id}/viewers` |
/// | `act` | an agent is about to act, by one or many commands: `{agent, act, undo}`; `undo` says whether it can be taken back |
/// | `command` | somebody acted: `{by, cmd, params, tick, agent?}`; `by` is a viewer, or `null` for a program; `agent` is the name of one that came by MCP |
/// | `error` | `{code, message}` |
/// | `state` | with `state_hz`: as `GET /api/sessions/{id}/state`, when it has changed |
/// | `missed` | `{count}`: so many events are lost, as the client read too slowly |
/// | `ended` | `{reason}`: `deleted`, `expired` or `shutdown`; nothing follows |
///
/// All but `session`, `state` and `missed` have an id and the time `at`, RFC 3339; a client that
/// comes back with `Last-Event-ID` gets what it missed.
#[utoipa::path(
    get, path = "/api/sessions/{id}/events", tag = "sessions", operation_id = "events",
    params(
        EventParameters,
        ("last-event-id" = Option<u64>, Header, description = "The last event that was read."),
    ),
    responses(
        (status = 200, description = "The stream; it ends with the session.",
            body = String, content_type = "text/event-stream"),
        (status = 400, description = "`state_hz` is out of range, or the request is malformed."),
        (status = 503, description = "Too many clients follow sessions, or the session is busy."),
    ),
)]
async fn events(
    context: &Arc<Context>,
    session: Handle,
    query: &Query,
    last: Option<&str>,
) -> Answer {
    let hz = match query.get("state_hz").map(|hz| hz.parse()) {
        None => 0,
        Some(Ok(hz @ 0..=MAX_STATE_HZ)) => hz,
        Some(_) => {
            let text = format!("'state_hz' must be a whole number within 0 and {MAX_STATE_HZ}");
            return Err(Problem::bad_request(text));
        }
    };
    let busy = |_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many clients follow sessions (half of limits.connections of the configuration)",
        )
    };
    let place = Arc::clone(&context.followers).try_acquire_owned().map_err(busy)?;
    // An id that is none is that of another server.
    let news = session.follow(last.and_then(|last| last.trim().parse().ok()));
    let glance = session.glance().await?;
    let stream = Events {
        first: Some(representation(context, &session, &glance)),
        news,
        states: (hz > 0).then(|| every(Duration::from_secs(1) / hz)),
        shown: None,
        over: false,
        closing: context.work.closing.clone(),
        _awake: session.hold(),
        session,
        _place: place,
    };
    let keep = sse::keep_alive().interval(KEEP_ALIVE);
    Ok(sse::reply(keep.stream(stream.run())).into_response())
}

fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// One client's stream.
struct Events {
    first: Option<Session>,
    news: Follower,
    states: Option<Interval>,
    /// Tick, steps and commands of the state sent last.
    shown: Option<(u64, u64, u64)>,
    over: bool,
    closing: CancellationToken,
    session: Handle,
    _awake: Hold,
    _place: OwnedSemaphorePermit,
}

impl Events {
    fn run(self) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static {
        stream::unfold(self, |mut events| async move {
            let event = events.next().await?;
            Some((Ok(event), events))
        })
    }

    async fn next(&mut self) -> Option<sse::Event> {
        if let Some(session) = self.first.take() {
            return Some(event("session", &session));
        }
        if self.over {
            return None;
        }
        loop {
            let told = tokio::select! {
                told = self.news.next() => told?,
                () = tick(&mut self.states) => match self.state().await {
                    Some(state) => return Some(event("state", &state)),
                    None => continue,
                },
                () = self.closing.cancelled() => {
                    self.over = true;
                    return Some(event("ended", &ended(End::Shutdown)));
                }
            };
            return Some(match told {
                Told::Missed(count) => event("missed", &json!({"count": count})),
                Told::Item(item) => told_as(&item),
            });
        }
    }

    /// The state, if it is another than before.
    async fn state(&mut self) -> Option<NamedState> {
        // A session that is gone says so by its news.
        let status = self.session.status().await.ok()??;
        let snapshot = &status.snapshot;
        let now = (snapshot.tick, snapshot.steps, snapshot.obeyed);
        if self.shown.replace(now) == Some(now) {
            return None;
        }
        Some(NamedState::new(&status.assets, snapshot))
    }
}

async fn tick(ticks: &mut Option<Interval>) {
    match ticks {
        Some(ticks) => drop(ticks.tick().await),
        None => std::future::pending().await,
    }
}

fn event(name: &str, data: &impl Serialize) -> sse::Event {
    let data = serde_json::to_string(data).expect("invariant: replies are JSON");
    sse::Event::default().event(name).data(data)
}

fn told_as(item: &Item) -> sse::Event {
    let (name, data) = told(item);
    event(name, &data).id(item.id.to_string())
}

/// News by name, with what is told of it.
pub(super) fn told(item: &Item) -> (&'static str, Value) {
    let (name, mut data) = match &item.news {
        News::Scene { model_name, preset, root, by } => {
            let data = json!({"model_name": model_name, "preset": preset, "root": root});
            ("scene", signed(data, by))
        }
        News::Act { agent, act, undo } => {
            ("act", json!({"agent": agent.as_str(), "act": act, "undo": undo}))
        }
        News::Company(all) => ("viewers", json!(Viewers::from(&**all))),
        News::Command { by, cmd, params, tick } => {
            let data = json!({"by": null, "cmd": cmd, "params": params, "tick": tick});
            ("command", signed(data, by))
        }
        News::Error { code, message } => ("error", json!({"code": code, "message": message})),
        News::Ended(why) => ("ended", ended(*why)),
    };
    data["at"] = rfc3339(item.at).into();
    (name, data)
}

/// Says who it was.
fn signed(mut data: Value, by: &Author) -> Value {
    data["by"] = match by {
        Author::Viewer(viewer) => viewer.to_string().into(),
        Author::Program | Author::Agent(_) => Value::Null,
    };
    if let Author::Agent(name) = by {
        data["agent"] = name.as_str().into();
    }
    data
}

fn ended(why: End) -> Value {
    json!({"reason": match why {
        End::Deleted => "deleted",
        End::Expired => "expired",
        End::Shutdown => "shutdown",
        End::Moved => "moved",
    }})
}
