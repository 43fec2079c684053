//! Which language models there are, and their keys. A key goes in and never comes out.

use std::{net::IpAddr, sync::Arc};

use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use warp::{
    Filter, Reply as _,
    filters::BoxedFilter,
    http::{HeaderMap, StatusCode},
    path,
};

use super::{
    Context,
    accept::Peer,
    api::{Answer, ok},
    body::{self, Json},
    problem::Problem,
    reply::{Message, Providers},
    routes::{READ, Route, parameter, resource},
};
use crate::config::Provider;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(providers, keys, give, forget))]
pub(super) struct Operations;

/// Headers by which a proxy says that it asks for someone else.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// A key of a provider. The handler reads the fields itself: what is wrong with a body is told
/// without any of it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes the body")]
#[schema(example = json!({"provider": "openai", "api_key": "sk-..."}))]
struct KeyRequest {
    /// `openai`, `anthropic` (or `claude`), `google` (or `gemini`), or `compatible`.
    provider: String,
    /// The key; empty: forgets the one that was sent before.
    api_key: String,
}

pub(super) fn routes(context: &Arc<Context>) -> Route {
    let shared = Arc::clone(context);
    let listed = warp::get().map(move || providers(&shared).into_response()).boxed();
    let shared = Arc::clone(context);
    let shown = warp::get().map(move || keys(&shared).into_response()).boxed();
    let shared = Arc::clone(context);
    let given = warp::post().and(asker()).and(body::json(&context.config.limits));
    let given = given.map(move |asker, body| give(&shared, &asker, body).into_response()).boxed();
    let shared = Arc::clone(context);
    let forgotten = warp::delete().and(asker()).and(parameter("provider"));
    let forgotten = forgotten.map(move |asker, provider: Option<String>| {
        forget(&shared, &asker, provider.as_deref()).into_response()
    });
    let keys = shown.or(given).unify().or(forgotten).unify().boxed();
    resource(path!("api" / "llm" / "providers").boxed(), READ, listed)
        .or(resource(path!("api" / "config" / "api-key").boxed(), "GET, HEAD, POST, DELETE", keys))
        .unify()
        .boxed()
}

/// Who asks.
struct Asker {
    ip: Option<IpAddr>,
    forwarded: bool,
}

fn asker() -> BoxedFilter<(Asker,)> {
    let asker = |peer: Option<Peer>, headers: HeaderMap| Asker {
        ip: peer.map(|Peer(address)| address.ip()),
        forwarded: FORWARDED.iter().any(|name| headers.contains_key(*name)),
    };
    warp::ext::optional().and(warp::header::headers_cloned()).map(asker).boxed()
}

impl Asker {
    /// Whether the one who asks may set keys: someone at this machine, or anyone where the
    /// configuration says so.
    fn may_set_keys(&self, allow_remote: bool) -> Result<(), Problem> {
        let local = self.ip.is_some_and(|ip| ip.to_canonical().is_loopback());
        let who = match (allow_remote, local, self.forwarded) {
            (true, _, _) | (_, true, false) => return Ok(()),
            (_, _, true) => "it came through a proxy".to_owned(),
            _ => self.ip.map_or("from an unknown place".into(), |ip| format!("it came from {ip}")),
        };
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!(
                "keys are taken from this machine alone, and {who}: use the environment or \
                 generate.keys_dir, or set generate.allow_remote_keys"
            ),
        ))
    }
}

/// Which language models can be asked for scenes.
#[utoipa::path(
    get, path = "/api/llm/providers", tag = "scenes", operation_id = "llm_providers",
    responses((status = 200, description = "The providers, without keys.", body = Providers)),
)]
fn providers(context: &Context) -> Answer {
    ok(&Providers::from(&*context.models))
}

/// The same, where clients of the guide look for it.
#[utoipa::path(
    get, path = "/api/config/api-key", tag = "scenes", operation_id = "api_keys",
    responses((status = 200, description = "The providers, without keys.", body = Providers)),
)]
fn keys(context: &Context) -> Answer {
    providers(context)
}

/// Takes the key of a provider, and keeps it in memory until the daemon ends.
///
/// It is taken from this machine alone, unless `generate.allow_remote_keys` says otherwise.
#[utoipa::path(
    post, path = "/api/config/api-key", tag = "scenes", operation_id = "give_api_key",
    request_body = KeyRequest,
    responses(
        (status = 200, description = "It was taken, or forgotten.", body = Message),
        (status = 403, description = "The request is from elsewhere."),
    ),
)]
fn give(context: &Context, asker: &Asker, body: Json<Value>) -> Answer {
    asker.may_set_keys(context.config.generate.allow_remote_keys)?;
    let body = body.map_err(|problem| match problem.status {
        StatusCode::BAD_REQUEST => Problem::bad_request("the request body is no JSON"),
        _ => problem,
    })?;
    let provider = named(body["provider"].as_str())?;
    let Some(key) = body["api_key"].as_str() else {
        return Err(Problem::bad_request("api_key is missing, or no text"));
    };
    set(context, provider, key)
}

/// Which provider's key to forget.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the routes read it; this describes it")]
struct ProviderParameter {
    /// `openai`, `anthropic`, `google` or `compatible`.
    provider: String,
}

/// Forgets the key that a request brought. One of the configuration counts again.
#[utoipa::path(
    delete, path = "/api/config/api-key", tag = "scenes", operation_id = "forget_api_key",
    params(ProviderParameter),
    responses(
        (status = 200, description = "It was forgotten.", body = Message),
        (status = 403, description = "The request is from elsewhere."),
    ),
)]
fn forget(context: &Context, asker: &Asker, provider: Option<&str>) -> Answer {
    asker.may_set_keys(context.config.generate.allow_remote_keys)?;
    set(context, named(provider)?, "")
}

fn set(context: &Context, provider: Provider, key: &str) -> Answer {
    context.models.give_key(provider, key)?;
    let standings = context.models.standings();
    let left = standings.iter().find(|standing| standing.provider == provider);
    let left = left.and_then(|standing| standing.origin).map(|origin| origin.name());
    let message = match (key.trim().is_empty(), left) {
        (false, _) => format!("the key of {provider} is kept in memory until the daemon ends"),
        (true, None) => format!("{provider} has no key now"),
        (true, Some(left)) => {
            format!("the key of {provider} that was given is forgotten; that of '{left}' counts")
        }
    };
    ok(&Message { success: true, message })
}

pub(super) fn named(provider: Option<&str>) -> Result<Provider, Problem> {
    Provider::named(provider.unwrap_or_default()).map_err(Problem::bad_request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_this_machine_alone() {
        let asker = |ip: &str, forwarded| Asker { ip: ip.parse().ok(), forwarded };
        for (ip, forwarded, fine) in [
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            // A proxy on this machine asks for anyone.
            ("127.0.0.1", true, false),
            ("192.0.2.7", false, false),
            ("?", false, false),
        ] {
            let verdict = asker(ip, forwarded).may_set_keys(false);
            assert_eq!(verdict.is_ok(), fine, "{ip} {forwarded}");
            if let Err(problem) = verdict {
                assert_eq!(problem.status, StatusCode::FORBIDDEN);
                assert!(problem.detail.contains("generate.allow_remote_keys"));
            }
            assert!(asker(ip, forwarded).may_set_keys(true).is_ok());
        }
    }

    #[test]
    fn what_stands_in_place_of_a_name_is_not_repeated() {
        let problem = named(Some("sk-secret")).expect_err("no provider");
        assert!(problem.detail.contains("openai") && !problem.detail.contains("sk-secret"));
    }
}
