//! `/api/tokens`: admins make and revoke tokens while the daemon runs.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::path::FullPath,
    http::{StatusCode, header},
    path,
    reply::Response,
};

use super::{
    Context,
    api::{self, Answer, ok},
    body::{self, Json},
    problem::Problem,
    routes::{Route, resource},
    sessions::name,
};
use crate::{
    auth::{Error, Made, Wish},
    units::{Role, rfc3339},
};

/// Longest time that a token may be good for, s: ten years.
const MAX_LASTS_S: u64 = 10 * 365 * 86_400;
const PLACE: &str = "/api/tokens/";

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(list, make, revoke))]
pub(super) struct Operations;

pub(super) fn routes(context: &Arc<Context>) -> Route {
    let (listing, making, revoking) =
        (Arc::clone(context), Arc::clone(context), Arc::clone(context));
    let list = warp::get().map(move || list(&listing).into_response());
    let make = warp::post().and(body::json(&context.config.limits)).then(move |body| {
        let context = Arc::clone(&making);
        async move { make(&context, body).await.into_response() }
    });
    let revoke = warp::delete().and(path::full()).then(move |full: FullPath| {
        let context = Arc::clone(&revoking);
        async move {
            let id = full.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            revoke(&context, id.to_owned()).await.into_response()
        }
    });
    let one = path!("api" / "tokens" / String).map(|_| ()).untuple_one().boxed();
    resource(path!("api" / "tokens").boxed(), "GET, HEAD, POST", list.or(make).unify().boxed())
        .or(resource(one, "DELETE", revoke.boxed()))
        .unify()
        .boxed()
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken, example = json!({"name": "lab screen", "role": "view", "expires_s": 86400}))]
struct TokenRequest {
    /// What people call it by: 1 to 128 characters on one line.
    name: String,
    /// `view`, `control` or `admin`.
    role: String,
    /// How long it is good for, s, at most ten years, and less than a second more; without it, until it
    /// is revoked.
    #[schema(minimum = 1, maximum = 315_360_000)]
    expires_s: Option<u64>,
    /// The one session that it is for; without it, it is for the daemon.
    session: Option<String>,
}

/// What is known of a token.
#[derive(Debug, Serialize, ToSchema)]
struct Token {
    /// What it is revoked by.
    id: String,
    /// What people call it by.
    name: String,
    /// `view`, `control` or `admin`.
    role: &'static str,
    /// The one session that it is for; `null`: it is for the daemon.
    session: Option<String>,
    /// When it was made (RFC 3339).
    made: String,
    /// When it ends (RFC 3339); `null`: not by itself.
    expires: Option<String>,
    /// The token itself, when it was just made. Nobody can have it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// The tokens that were made by HTTP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenList)]
struct Tokens {
    /// Without themselves.
    tokens: Vec<Token>,
}

impl From<Made> for Token {
    fn from(made: Made) -> Self {
        Self {
            id: made.id,
            name: made.name,
            role: made.grant.role.name(),
            session: made.grant.session,
            made: rfc3339(made.made),
            expires: made.grant.expires.map(rfc3339),
            token: None,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Unknown => StatusCode::NOT_FOUND,
            Error::Store(_) => StatusCode::INSUFFICIENT_STORAGE,
            Error::NoBits => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

/// The tokens that were made by HTTP.
#[utoipa::path(
    get, path = "/api/tokens", tag = "access", operation_id = "tokens",
    responses((status = 200, description = "What is known of them.", body = Tokens)),
)]
fn list(context: &Context) -> Answer {
    let all = context.gate.tokens().all(SystemTime::now());
    ok(&Tokens { tokens: all.into_iter().map(Token::from).collect() })
}

/// Makes a token. It is told here and never again: only a hash of it is kept.
#[utoipa::path(
    post, path = "/api/tokens", tag = "access", operation_id = "make_token",
    request_body = TokenRequest,
    responses(
        (status = 201, description = "It is good.", body = Token,
            headers(("location" = String, description = "Where it is revoked."))),
        (status = 404, description = "There is no such session."),
        (status = 503, description = "There are as many as there may be (`limits.tokens`)."),
        (status = 507, description = "It cannot be kept."),
    ),
)]
async fn make(context: &Context, request: Json<TokenRequest>) -> Answer {
    let TokenRequest { name: called, role, expires_s, session } = request?;
    let wrong = || Problem::bad_request("'role' must be view, control or admin");
    let role = Role::parse(&role).ok_or_else(wrong)?;
    if expires_s.is_some_and(|s| !(1..=MAX_LASTS_S).contains(&s)) {
        let text = format!("'expires_s' is not within 1 to {MAX_LASTS_S}");
        return Err(Problem::bad_request(text));
    }
    if let Some(session) = &session {
        api::session(context, session)?;
    }
    let wish = Wish {
        name: name(&called)?.as_str().to_owned(),
        role,
        session,
        lasts: expires_s.map(Duration::from_secs),
    };
    let tokens = Arc::clone(context.gate.tokens());
    let made = kept(move || tokens.make(wish, SystemTime::now())).await?;
    let shown = Token { token: Some(made.0.reveal().to_owned()), ..Token::from(made.1) };
    let place = format!("{PLACE}{}", shown.id);
    let mut response = ok(&shown)?;
    *response.status_mut() = StatusCode::CREATED;
    let place = place.try_into().expect("invariant: ids are ASCII");
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// Revokes a token. Whoever uses it is let go at once.
#[utoipa::path(
    delete, path = "/api/tokens/{token}", tag = "access", operation_id = "revoke_token",
    params(("token" = String, Path, description = "Its `id`.", example = "5f0c9a1be2d4")),
    responses(
        (status = 204, description = "It is good no more."),
        (status = 404, description = "There is no such token."),
        (status = 507, description = "It is good no more until the daemon starts anew: that \
            cannot be kept."),
    ),
)]
async fn revoke(context: &Context, id: String) -> Answer {
    let tokens = Arc::clone(context.gate.tokens());
    kept(move || tokens.revoke(&id)).await?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Does what waits for the disk.
async fn kept<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(act).await;
    let failed = |error: tokio::task::JoinError| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    };
    Ok(done.map_err(failed)??)
}
