//! Request bodies: bounded in size and time, and JSON.

use std::{pin::pin, sync::Arc};

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
                let bytes = read(&headers, body, &limits).await?;
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
                let bytes = read(&headers, body, &limits).await?;
                if bytes.is_empty() {
                    return Ok(empty());
                }
                is_json(&headers)?;
                parse(&bytes)
            }
        })
        .boxed()
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Json<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::bad_request(format!("the request body is not the JSON wanted: {error}"))
    })
}

/// Passes JSON, and bodies that do not say what they are.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let kind = kind.to_str().unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "application/json" || media.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("the body's Content-Type is '{kind}': send application/json"),
    ))
}

/// Reads a body of at most `limits.body_bytes` within `limits.body_timeout`.
async fn read<B: Buf, E: std::fmt::Display>(
    headers: &HeaderMap,
    body: impl Stream<Item = Result<B, E>>,
    limits: &Limits,
) -> Result<Bytes, Problem> {
    let limit = limits.body_bytes;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > limit) {
        return Err(Problem::too_large(limit));
    }
    let mut body = pin!(body);
    let all = async {
        let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default());
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| {
                Problem::bad_request(format!("the request body broke off: {error}"))
            })?;
            if bytes.len() + part.remaining() > limit {
                return Err(Problem::too_large(limit));
            }
            extend(&mut bytes, part);
        }
        Ok(bytes.freeze())
    };
    tokio::time::timeout(limits.body_timeout, all).await.unwrap_or_else(|_| {
        let seconds = limits.body_timeout.as_secs_f64();
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
