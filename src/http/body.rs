//! Request bodies: bounded in size and time, and JSON.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use serde::de::DeserializeOwned;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, StatusCode, header},
};

use super::problem::Problem;
use crate::config::Limits;

/// What a route makes of a request's body.
pub(super) type Json<T> = Result<T, Problem>;

/// Reads the body as JSON. It never rejects: the handler decides when to look at the result.
pub(super) fn json<T: DeserializeOwned + Send + 'static>(
    limits: &Limits,
) -> BoxedFilter<(Json<T>,)> {
    let limits = Arc::new(limits.clone());
    warp::header::headers_cloned()
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| {
            let limits = Arc::clone(&limits);
            async move {
                is_json(&headers)?;
                let limit = Limit { bytes: limits.body_bytes, key: "limits.body_bytes" };
                let bytes = read(&headers, body, limit, limits.body_timeout).await?;
                parse(&bytes)
            }
        })
        .boxed()
}

/// The same, where a request without a body means `empty`.
pub(super) fn json_or<T: DeserializeOwned + Send + 'static>(
    limits: &Limits,
    empty: fn() -> T,
) -> BoxedFilter<(Json<T>,)> {
    let limits = Arc::new(limits.clone());
    warp::header::headers_cloned()
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| {
            let limits = Arc::clone(&limits);
            async move {
                let limit = Limit { bytes: limits.body_bytes, key: "limits.body_bytes" };
                let bytes = read(&headers, body, limit, limits.body_timeout).await?;
                if bytes.is_empty() {
                    return Ok(empty());
                }
                is_json(&headers)?;
                parse(&bytes)
            }
        })
        .boxed()
}

/// JSON as what is wanted.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Json<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::bad_request(format!("the request body is not the JSON wanted: {error}"))
    })
}

/// Passes JSON, and bodies that do not say what they are.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers) {
        None => Ok(()),
        Some(media) if is_json_type(&media) => Ok(()),
        Some(media) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("the body's Content-Type is '{media}': send application/json"),
        )),
    }
}

pub(super) fn is_json_type(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

/// What a body says it is, in lower case and without parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// How large a body may be, and the key of the configuration that says so.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub bytes: usize,
    pub key: &'static str,
}

impl Limit {
    pub fn exceeded(self) -> Problem {
        Problem::too_large(self.bytes, self.key)
    }
}

/// The length that a body announces, where that is not too much.
pub(super) fn announced(headers: &HeaderMap, limit: Limit) -> Result<Option<usize>, Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    match length {
        Some(bytes) if bytes > limit.bytes => Err(limit.exceeded()),
        length => Ok(length),
    }
}

/// Memory that is set aside for a body before any of it has come.
const FIRST_BYTES: usize = 1 << 20;

/// Reads a body within its limit and `patience`.
pub(super) async fn read<B: Buf, E: std::fmt::Display>(
    headers: &HeaderMap,
    body: impl Stream<Item = Result<B, E>>,
    limit: Limit,
    patience: Duration,
) -> Result<Bytes, Problem> {
    let announced = announced(headers, limit)?;
    let mut body = pin!(body);
    let all = async {
        let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default().min(FIRST_BYTES));
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| {
                Problem::bad_request(format!("the request body broke off: {error}"))
            })?;
            if bytes.len() + part.remaining() > limit.bytes {
                return Err(limit.exceeded());
            }
            extend(&mut bytes, part);
        }
        Ok(bytes.freeze())
    };
    in_time(all, patience).await
}

/// What `reading` gives, if the body arrives within `patience`.
pub(super) async fn in_time<T>(
    reading: impl Future<Output = Result<T, Problem>>,
    patience: Duration,
) -> Result<T, Problem> {
    tokio::time::timeout(patience, reading).await.unwrap_or_else(|_| {
        let seconds = patience.as_secs_f64();
        let detail = format!("the request body did not arrive within {seconds} s");
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail))
    })
}

fn extend(bytes: &mut BytesMut, mut part: impl Buf) {
    while part.has_remaining() {
        let chunk = part.chunk();
        bytes.extend_from_slice(chunk);
        let length = chunk.len();
        part.advance(length);
    }
}
