//! Which path leads where. Whatever goes wrong on the way becomes a [`Problem`].

use std::{convert::Infallible, sync::Arc};

use warp::{
    Filter, Rejection, Reply,
    filters::{BoxedFilter, path::FullPath},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    path,
    reply::Response,
};

use super::{
    Context, api, body, command, events, frames, gate::Sender, generate, library, llm, login,
    media, model, openapi, pages, problem::Problem, recordings, scenes, schema, sessions, socket,
    state, tokens, whep, whip,
};
use crate::{
    config::Server,
    session::{self, Role},
};

/// What a page may load and do. Scripts and styles come from the daemon alone: a hostile body or
/// camera name that found its way into the page could not run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; \
    worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";

/// Headers of every response.
pub(super) fn headers(server: &Server) -> [(header::HeaderName, HeaderValue); 4] {
    let policy = server
        .frame_ancestors
        .iter()
        .fold(POLICY.to_owned(), |policy, origin| policy + " " + origin);
    let policy = HeaderValue::try_from(policy).expect("invariant: checked origins are ASCII");
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ]
}

pub(super) type Route = BoxedFilter<(Response,)>;

/// Every route, guarded, with problems rendered.
pub(super) fn all(context: &Arc<Context>) -> Route {
    let known = api_routes(context)
        .or(scene_routes(context))
        .unify()
        .or(recordings::routes(context))
        .unify()
        .or(frames::routes(context))
        .unify()
        .or(scenes::routes(context))
        .unify()
        .or(library::routes(context))
        .unify()
        .or(schema::routes(context))
        .unify()
        .or(llm::routes(context))
        .unify()
        .or(sessions::routes(context))
        .unify()
        .or(state::routes(context))
        .unify()
        .or(model::routes(context))
        .unify()
        .or(generate::routes(context))
        .unify()
        .or(events::routes(context))
        .unify()
        .or(socket_routes(context))
        .unify()
        .or(whep::routes(context))
        .unify()
        .or(whip::routes(context))
        .unify()
        .or(login::routes(context))
        .unify()
        .or(tokens::routes(context))
        .unify()
        .or(page_routes(context))
        .unify();
    let sessions = context.sessions.clone();
    let counted = move |response: Response| {
        sessions.metrics().requests.at([class(response.status())]).add(1);
        response
    };
    finished(openapi::described().and(known).boxed(), &context.config.server).map(counted).boxed()
}

/// The class of a status, as `/metrics` names it.
pub(super) fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// Answers for what `routes` reject, and completes every response.
pub(super) fn finished(routes: Route, server: &Server) -> Route {
    let headers = headers(server);
    let answered = routes.recover(answer_for).map(Reply::into_response);
    path::full()
        .and(answered)
        .map(move |path: FullPath, mut response: Response| {
            if let Some(problem) = response.extensions_mut().remove::<Problem>() {
                let headers = std::mem::take(response.headers_mut());
                response = problem.render(path.as_str());
                response.headers_mut().extend(headers);
            }
            response.headers_mut().extend(headers.clone());
            response
        })
        .boxed()
}

async fn answer_for(rejection: Rejection) -> Result<Response, Infallible> {
    let problem = if let Some(problem) = rejection.find::<Problem>() {
        problem.clone()
    } else if rejection.is_not_found() {
        Problem::new(StatusCode::NOT_FOUND, "there is no such resource")
    } else {
        tracing::debug!(?rejection, "request rejected");
        Problem::bad_request("the request is malformed")
    };
    Ok(problem.into_response())
}

/// A path with its handlers; other methods than `allow` get a 405.
pub(super) fn resource(path: BoxedFilter<()>, allow: &'static str, handlers: Route) -> Route {
    let refuse = move || async move {
        Err::<Response, _>(warp::reject::custom(Problem::method_not_allowed(allow)))
    };
    path.clone().and(handlers).or(path.and_then(refuse)).unify().boxed()
}

/// Methods of what can only be read.
pub(super) const READ: &str = "GET, HEAD";

fn api_routes(context: &Arc<Context>) -> Route {
    let health = get(context, |context, _| async move { api::health(&context) });
    let config = get(context, |context, _| async move { api::config(&context) });
    let stats = get(context, |context, id| async move { api::statistics(&context, &id).await });
    let live = get(context, |context, _| async move { api::live(&context) });
    let started = get(context, |context, _| async move { api::started(&context) });
    let ready = get(context, |context, id| async move { api::ready(&context, &id).await });
    let metrics = get(context, |context, _| async move { Ok(api::metrics(&context)) });
    let render =
        post(context, |context, id, body| async move { api::render(&context, &id, body).await });
    resource(path!("api" / "health").boxed(), READ, health)
        .or(resource(path!("api" / "config").boxed(), READ, config))
        .unify()
        .or(resource(path!("api" / "stats").boxed(), READ, stats))
        .unify()
        .or(resource(path!("livez").boxed(), READ, live))
        .unify()
        .or(resource(path!("startupz").boxed(), READ, started))
        .unify()
        .or(resource(path!("readyz").boxed(), READ, ready))
        .unify()
        .or(resource(path!("metrics").boxed(), READ, metrics))
        .unify()
        .or(resource(path!("api" / "render").boxed(), "POST", render))
        .unify()
        .or(command::routes(context))
        .unify()
        .boxed()
}

fn scene_routes(context: &Arc<Context>) -> Route {
    let current =
        get(context, |context, id| async move { api::scene(&api::session(&context, &id)?).await });
    let presets = get(context, |_, _| async { api::presets() });
    resource(path!("api" / "scene" / "current").boxed(), READ, current)
        .or(resource(path!("api" / "scene" / "presets").boxed(), READ, presets))
        .unify()
        .boxed()
}

fn socket_routes(context: &Arc<Context>) -> Route {
    let upgrade = warp::ws().map(Some).or(warp::any().map(|| None)).unify();
    let shared = Arc::clone(context);
    let joining = session_id().and(role()).and(parameter("resume")).and(sender());
    let joining = joining.map(|id, role, resume, sender: Option<Sender>| {
        let caller = sender.and_then(|sender| sender.caller);
        socket::Joining { id, role, resume, caller }
    });
    let signaling = warp::get().and(joining).and(upgrade).then(
        move |joining, upgrade: Option<warp::ws::Ws>| {
            let context = Arc::clone(&shared);
            async move { socket::open(context, joining, upgrade).await.into_response() }
        },
    );
    let shared = Arc::clone(context);
    let media = warp::get().and(session_id()).and(parameter("ticket")).and(upgrade).then(
        move |id: String, ticket: Option<String>, upgrade: Option<warp::ws::Ws>| {
            let context = Arc::clone(&shared);
            async move { media::open(context, &id, ticket, upgrade).into_response() }
        },
    );
    resource(path!("ws" / "signaling").boxed(), "GET", signaling.boxed())
        .or(resource(path!("ws" / "media").boxed(), "GET", media.boxed()))
        .unify()
        .boxed()
}

fn page_routes(context: &Arc<Context>) -> Route {
    let serve = |context: &Arc<Context>| {
        let context = Arc::clone(context);
        warp::get()
            .and(path::full())
            .and(warp::header::headers_cloned())
            .map(move |path: FullPath, headers: HeaderMap| {
                let path = path.as_str().trim_start_matches('/');
                page(&context.site, path, &headers)
            })
            .boxed()
    };
    let assets = path("assets").and(path::tail()).map(|_| ()).untuple_one().boxed();
    let description = warp::get()
        .and(warp::header::headers_cloned())
        .map(|headers: HeaderMap| openapi::answer(&headers))
        .boxed();
    let own = resource(path!("openapi.json").boxed(), READ, description)
        .or(resource(assets, READ, serve(context)))
        .unify()
        .boxed();
    pages::PLACES.iter().fold(own, |routes, (place, _)| {
        routes.or(resource(exactly(place), READ, serve(context))).unify().boxed()
    })
}

fn exactly(place: &'static str) -> BoxedFilter<()> {
    let matches = move |path: FullPath| async move {
        if path.as_str() == place { Ok(()) } else { Err(warp::reject::not_found()) }
    };
    path::full().and_then(matches).untuple_one().boxed()
}

fn page(site: &pages::Site, path: &str, headers: &HeaderMap) -> Response {
    site.answer(path, headers).into_response()
}

fn get<F, A>(context: &Arc<Context>, handler: F) -> Route
where
    F: Fn(Arc<Context>, String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let context = Arc::clone(context);
    warp::get()
        .and(session_id())
        .then(move |id| {
            let answer = handler(Arc::clone(&context), id);
            async move { answer.await.into_response() }
        })
        .boxed()
}

fn post<T, F, A>(context: &Arc<Context>, handler: F) -> Route
where
    T: serde::de::DeserializeOwned + Send + 'static,
    F: Fn(Arc<Context>, String, body::Json<T>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let shared = Arc::clone(context);
    warp::post()
        .and(session_id())
        .and(body::json(&context.config.limits))
        .then(move |id, body| {
            let answer = handler(Arc::clone(&shared), id, body);
            async move { answer.await.into_response() }
        })
        .boxed()
}

/// `?role=view` for whoever only wants to watch. Nobody gets more than their token gives, and to be
/// an admin has to be asked for.
fn role() -> BoxedFilter<(Role,)> {
    parameter("role")
        .and(sender())
        .map(|asked: Option<String>, sender: Option<Sender>| {
            let asked = asked.and_then(|role| Role::parse(&role)).unwrap_or(Role::Control);
            let caller = sender.and_then(|sender| sender.caller);
            asked.min(caller.map_or(Role::View, |caller| caller.grant.role))
        })
        .boxed()
}

/// Who sends the request.
pub(super) fn sender() -> BoxedFilter<(Option<Sender>,)> {
    warp::ext::optional().boxed()
}

/// `?session=ID`, or the default session's.
pub(super) fn session_id() -> BoxedFilter<(String,)> {
    parameter("session")
        .map(|id: Option<String>| id.unwrap_or_else(|| session::DEFAULT.to_owned()))
        .boxed()
}

/// A parameter of the query. None that is wanted needs percent-encoding: one that has some is not
/// ours.
pub(super) fn parameter(name: &'static str) -> BoxedFilter<(Option<String>,)> {
    let named =
        warp::query::raw().map(move |query: String| value_of(&query, name).map(str::to_owned));
    named.or(warp::any().map(|| None)).unify().boxed()
}

/// The value of a parameter in a query.
pub(super) fn value_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
