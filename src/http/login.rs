//! `/api/login`: browsers exchange a token for a cookie, which no script can read.

use std::{sync::Arc, time::SystemTime};

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    http::{HeaderValue, StatusCode, header},
    path,
    reply::Response,
};

use super::{
    Context,
    api::{Answer, ok},
    body::{self, Json},
    gate::{Caller, Sender},
    problem::Problem,
    routes::{Route, resource, sender},
};
use crate::units::rfc3339;

/// How long a browser keeps the token of who does not come back, s: 30 days.
const KEPT_S: u64 = 30 * 86_400;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(who, login, logout))]
pub(super) struct Operations;

pub(super) fn routes(context: &Arc<Context>) -> Route {
    let (entering, leaving) = (Arc::clone(context), Arc::clone(context));
    let ask = warp::get().and(sender()).map(|sender| who(sender).into_response());
    let enter = warp::post().and(sender()).and(body::json(&context.config.limits)).then(
        move |sender, body| {
            let context = Arc::clone(&entering);
            async move { login(&context, sender, body).await.into_response() }
        },
    );
    let leave = warp::delete().and(sender());
    let leave = leave.map(move |sender| logout(&leaving, sender).into_response());
    let all = ask.or(enter).unify().or(leave).unify().boxed();
    resource(path!("api" / "login").boxed(), "GET, HEAD, POST, DELETE", all)
}

/// A token to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "mjc_0123456789abcdef"}))]
struct LoginRequest {
    /// Of the configuration, or made by `POST /api/tokens`.
    token: String,
}

/// What who asks may do.
#[derive(Debug, Serialize, ToSchema)]
struct Login {
    /// `view`, `control` or `admin`.
    role: &'static str,
    /// The one session that it is for; `null`: it is for the daemon.
    session: Option<String>,
    /// When it ends (RFC 3339); `null`: not by itself.
    expires: Option<String>,
    /// Whether by a token, and not because everybody may.
    by_token: bool,
}

impl From<&Caller> for Login {
    fn from(caller: &Caller) -> Self {
        Self {
            role: caller.grant.role.name(),
            session: caller.grant.session.clone(),
            expires: caller.grant.expires.map(rfc3339),
            by_token: caller.by_token,
        }
    }
}

/// What who asks may do.
#[utoipa::path(
    get, path = "/api/login", tag = "access", operation_id = "who",
    responses((status = 200, description = "The role.", body = Login)),
)]
fn who(sender: Option<Sender>) -> Answer {
    let caller = sender.and_then(|sender| sender.caller).ok_or_else(nobody)?;
    ok(&Login::from(&caller))
}

/// Signs a browser in: from here on it sends the token as a cookie, which scripts cannot read.
#[utoipa::path(
    post, path = "/api/login", tag = "access", operation_id = "login", request_body = LoginRequest,
    responses(
        (status = 200, description = "It is signed in.", body = Login,
            headers(("set-cookie" = String, description = "The token."))),
        (status = 401, description = "The token is none that counts."),
        (status = 429, description = "Too many wrong tokens came from this address; \
            `retry-after` says when to go on."),
    ),
)]
async fn login(context: &Context, sender: Option<Sender>, body: Json<LoginRequest>) -> Answer {
    let sender = sender.ok_or_else(nobody)?;
    let LoginRequest { token } = body?;
    let token = token.trim();
    let grant = context.gate.check(token, sender.ip).await?;
    let left = grant.expires.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
    let kept = left.map_or(KEPT_S, |left| left.as_secs().min(KEPT_S));
    let mut response = ok(&Login::from(&Caller { grant, by_token: true }))?;
    set(context, &sender, &mut response, token, kept)?;
    Ok(response)
}

/// Signs a browser out: its cookie is taken away. The token stays good.
#[utoipa::path(
    delete, path = "/api/login", tag = "access", operation_id = "logout",
    responses((status = 204, description = "It is signed out.")),
)]
fn logout(context: &Context, sender: Option<Sender>) -> Answer {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(context, &sender.ok_or_else(nobody)?, &mut response, "", 0)?;
    Ok(response)
}

fn nobody() -> Problem {
    Problem::unauthorized("nobody knows who asks", false)
}

fn set(
    context: &Context,
    sender: &Sender,
    response: &mut Response,
    token: &str,
    kept_s: u64,
) -> Result<(), Problem> {
    let (name, secure) = (context.gate.cookie(), if sender.secure { "; Secure" } else { "" });
    let cookie =
        format!("{name}={token}; Path=/; Max-Age={kept_s}; HttpOnly; SameSite=Strict{secure}");
    let cookie = HeaderValue::try_from(cookie);
    let mut cookie = cookie.map_err(|_| Problem::bad_request("that is no token"))?;
    cookie.set_sensitive(true);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(())
}
