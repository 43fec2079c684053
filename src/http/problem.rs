//! Errors as clients see them: RFC 9457 problem details, with the two fields that older clients
//! read. Here is the one table from session errors to HTTP status.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reject::Reject,
    reply::Response,
};

use crate::{
    batch, bundle,
    generate::{Refusal, model},
    library, record, render, session,
    worker::LoadError,
};

/// Seconds after which a client that met a limit may try again.
const RETRY_AFTER_S: u16 = 5;

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body {
    /// Always `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Bad Request")]
    title: &'static str,
    /// The status.
    #[schema(example = 400)]
    status: u16,
    /// A sentence that says what is wrong, and what to change where something can be.
    #[schema(example = "send xml or preset")]
    detail: String,
    /// The path that was asked for.
    #[schema(example = "/api/scene/load")]
    instance: String,
    /// Always false, for older clients.
    success: bool,
    /// The same as `detail`, for older clients.
    error: String,
    /// Words of a prompt that are not known or make no sense; only where there are such.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    unknown: Vec<String>,
}

/// A refusal: a status and a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    /// The sentence.
    pub detail: String,
    /// Words of a prompt that it is about.
    unknown: Vec<String>,
    /// What few refusals have.
    more: Box<More>,
}

#[derive(Clone, Debug, Default)]
struct More {
    /// Methods that the resource has, in a 405.
    allow: Option<&'static str>,
    /// When to come again, where it is not [`RETRY_AFTER_S`].
    after: Option<Duration>,
    /// Where it is instead.
    location: Option<String>,
    /// The cookie that a browser shall forget.
    stale: Option<String>,
    /// How to sign in, in a 401.
    challenge: Option<&'static str>,
}

impl Reject for Problem {}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), unknown: Vec::new(), more: Box::default() }
    }

    fn with(mut self, more: impl FnOnce(&mut More)) -> Self {
        more(&mut self.more);
        self
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Who is not signed in, or with a token that is `wrong` (RFC 6750 §3).
    pub fn unauthorized(detail: impl Into<String>, wrong: bool) -> Self {
        let challenge = match wrong {
            true => "Bearer realm=\"mjcast\", error=\"invalid_token\"",
            false => "Bearer realm=\"mjcast\"",
        };
        Self::new(StatusCode::UNAUTHORIZED, detail).with(|more| more.challenge = Some(challenge))
    }

    /// The same, with where to go instead.
    pub fn at(self, location: String) -> Self {
        self.with(|more| more.location = Some(location))
    }

    /// The same, and the browser forgets this cookie: a page that tries again has no wrong token.
    pub fn forgetting(self, cookie: &str) -> Self {
        self.with(|more| more.stale = Some(format!("{cookie}=; Path=/; Max-Age=0")))
    }

    /// Too much at a time; `after` is when to come again.
    pub fn too_many(detail: impl Into<String>, after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail).with(|more| more.after = Some(after))
    }

    pub fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("this resource has only the methods {allow}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail).with(|more| more.allow = Some(allow))
    }

    /// A prompt that is not understood, or whose scene does not hold.
    pub fn not_understood(status: StatusCode, refusal: Refusal) -> Self {
        Self { unknown: refusal.unknown, ..Self::new(status, refusal.reason) }
    }

    /// `key` is the one that sets the limit, in bytes.
    pub fn too_large(limit: usize, key: &str) -> Self {
        let detail =
            format!("the request body is larger than {limit} bytes ({key} of the configuration)");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// The response's body; `path` is the resource asked for.
    pub(super) fn body(&self, path: &str) -> Body {
        Body {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            instance: path.to_owned(),
            success: false,
            error: self.detail.clone(),
            detail: self.detail.clone(),
            unknown: self.unknown.clone(),
        }
    }

    /// The response's body and headers; `path` is the resource asked for.
    pub fn render(self, path: &str) -> Response {
        let body = self.body(path);
        let text = serde_json::to_vec(&body).expect("invariant: no map, no number that can fail");
        let mut response = Response::new(text.into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        // Whole seconds, and none too few.
        let after_s = self.more.after.map(|after| after.as_secs_f64().ceil().max(1.0) as u64);
        if self.status == StatusCode::SERVICE_UNAVAILABLE || after_s.is_some() {
            let after_s = after_s.unwrap_or(RETRY_AFTER_S.into());
            headers.insert(header::RETRY_AFTER, after_s.into());
        }
        if let Some(stale) = self.more.stale.and_then(|cookie| cookie.try_into().ok()) {
            headers.insert(header::SET_COOKIE, stale);
        }
        if let Some(location) = self.more.location.and_then(|place| place.try_into().ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(challenge) = self.more.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(allow) = self.more.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

impl Reply for Problem {
    /// An empty response that carries the problem: [`super::routes`] renders it where the path is
    /// known.
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

impl From<session::Error> for Problem {
    fn from(error: session::Error) -> Self {
        use session::{Denied, Error};
        let status = match &error {
            // Not the scene's fault: no process could be started for it.
            Error::Scene(LoadError::Spawn(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Scene(LoadError::Unconfined(_)) => StatusCode::FORBIDDEN,
            Error::Bundle(error) if error.is_size() => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Scene(_)
            | Error::Bundle(_)
            | Error::Render(_)
            | Error::Invalid(_)
            | Error::Peer(_) => StatusCode::BAD_REQUEST,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Unknown(_) => StatusCode::BAD_REQUEST,
            Error::Denied(Denied::Role | Denied::NotAdmin) => StatusCode::FORBIDDEN,
            Error::NoScene
            | Error::Denied(_)
            | Error::Permanent
            | Error::Taken(_)
            | Error::Nothing => StatusCode::CONFLICT,
            Error::Recording(error) => return Self::from_recording(error),
            // Not 404: it may well exist. A front end that knows several nodes can ask the owner,
            // whose answer counts (RFC 9110 §15.5.20).
            Error::Elsewhere { .. } => StatusCode::MISDIRECTED_REQUEST,
            Error::Gone => StatusCode::GONE,
            Error::Limit { .. } | Error::Full { .. } | Error::Draining | Error::Command(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Error::NoId(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Error::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
        };
        Self::new(status, error.to_string())
    }
}

impl From<record::Error> for Problem {
    fn from(error: record::Error) -> Self {
        Self::from_recording(&error)
    }
}

impl Problem {
    fn from_recording(error: &record::Error) -> Self {
        use record::Error;
        let status = match error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::BAD_REQUEST,
            Error::Running => StatusCode::CONFLICT,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Closing => StatusCode::SERVICE_UNAVAILABLE,
            Error::Full(_) | Error::Disk { .. } | Error::Nowhere => {
                StatusCode::INSUFFICIENT_STORAGE
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<library::Error> for Problem {
    fn from(error: library::Error) -> Self {
        use library::Error;
        let status = match error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::BAD_REQUEST,
            Error::Broken(_) => StatusCode::CONFLICT,
            Error::Bundle(error) => return error.into(),
            Error::Full(_) | Error::Nowhere | Error::Disk { .. } => {
                StatusCode::INSUFFICIENT_STORAGE
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<bundle::Error> for Problem {
    fn from(error: bundle::Error) -> Self {
        session::Error::from(error).into()
    }
}

impl From<model::Error> for Problem {
    fn from(error: model::Error) -> Self {
        use model::Error;
        let status = match &error {
            Error::Invalid(_) => StatusCode::BAD_REQUEST,
            // What the daemon lacks, and a request cannot change.
            Error::NoProvider | Error::NotConfigured { .. } => StatusCode::CONFLICT,
            Error::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            // The words were understood, and no scene came of them.
            Error::Declined { .. }
            | Error::Cut { .. }
            | Error::Endless { .. }
            | Error::Spent { .. }
            | Error::Unfit { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Untried(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::TimedOut { .. } => StatusCode::GATEWAY_TIMEOUT,
            // The provider's own words.
            Error::RateLimited { .. }
            | Error::Overloaded { .. }
            | Error::Unreachable { .. }
            | Error::Redirected { .. }
            | Error::Money { .. }
            | Error::KeyRefused { .. }
            | Error::UnknownModel { .. }
            | Error::Failed { .. }
            | Error::Rejected { .. }
            | Error::Broken { .. } => StatusCode::BAD_GATEWAY,
        };
        Self::new(status, error.to_string()).with(|more| more.after = error.retry_after())
    }
}

impl From<batch::Error> for Problem {
    fn from(error: batch::Error) -> Self {
        use batch::Error;
        let status = match &error {
            Error::Load(LoadError::Spawn(_)) | Error::Render(render::Error::DeviceLost) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Error::Invalid(_) | Error::Load(_) | Error::Render(_) => StatusCode::BAD_REQUEST,
            Error::Stopped(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Write(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}
