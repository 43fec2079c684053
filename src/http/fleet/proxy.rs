//! Requests to other daemons, by HTTP/1.1 within the fleet.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::{Body, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderName, HeaderValue},
    http::uri::Authority,
};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;

use super::{super::accept, HOP};
use crate::units::Node;

/// Numbered names that are looked for: as many replicas as a fleet may have.
pub(super) const MAX_NUMBERED: usize = 32;
/// How long a connection within the fleet may take.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest answer that one daemon gives another, bytes.
const MAX_ANSWER: usize = 1 << 20;
/// A connection by which a request can be passed on.
pub(super) type Sender = SendRequest<Incoming>;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Passes a request on, and what follows an upgrade in both directions.
pub(super) async fn forward(
    mut request: Request<Incoming>,
    mut sender: Sender,
    from: &Node,
    peer: Option<SocketAddr>,
) -> Result<accept::Response, String> {
    let headers = request.headers_mut();
    let from = HeaderValue::from_str(from.as_str()).map_err(|error| error.to_string())?;
    headers.insert(HOP, from);
    if let Some(peer) = peer {
        let before = headers.get(&FORWARDED_FOR).and_then(|value| value.to_str().ok());
        let chain = before.map_or_else(String::new, |before| format!("{before}, "));
        let chain = HeaderValue::try_from(format!("{chain}{}", peer.ip()));
        headers.insert(FORWARDED_FOR, chain.map_err(|error| error.to_string())?);
    }
    let upgrades = headers.contains_key(header::UPGRADE);
    let ours = upgrades.then(|| hyper::upgrade::on(&mut request));
    let mut response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    if let Some(ours) = ours.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS) {
        let theirs = hyper::upgrade::on(&mut response);
        tokio::spawn(async move {
            let tied = async {
                let (ours, theirs) = tokio::try_join!(ours, theirs)?;
                let (mut ours, mut theirs) = (TokioIo::new(ours), TokioIo::new(theirs));
                let copied = tokio::io::copy_bidirectional(&mut ours, &mut theirs).await;
                // Either end may go at any time.
                drop(copied);
                Ok::<_, hyper::Error>(())
            };
            if let Err(error) = tied.await {
                tracing::debug!(%error, "a forwarded socket did not open");
            }
        });
    }
    Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
}

/// Asks another daemon as one of the fleet.
pub(super) async fn ask(
    address: &Authority,
    method: Method,
    path: &str,
    secret: &str,
    body: Bytes,
) -> Result<(StatusCode, Bytes), String> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, address.as_str())
        .header(header::AUTHORIZATION, format!("Bearer {secret}"))
        .body(Full::new(body))
        .map_err(|error| error.to_string())?;
    let mut sender = connect(address).await?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_ANSWER).collect().await;
    Ok((head.status, body.map_err(|error| error.to_string())?.to_bytes()))
}

pub(super) async fn connect<B>(address: &Authority) -> Result<SendRequest<B>, String>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(address.as_str())).await;
    let stream = stream.map_err(|_| "no connection in time")?.map_err(|error| error.to_string())?;
    let _ = stream.set_nodelay(true);
    let shaken = handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| error.to_string())?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection within the fleet ended early");
        }
    });
    Ok(sender)
}

/// An answer of JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> accept::Response {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
    let mut response = accept::Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
