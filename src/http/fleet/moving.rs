//! Sessions move: with their scene and full state, bit by bit, and under the same id.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt as _, future::join_all, stream};
use http_body_util::{BodyExt as _, Limited};
use hyper::{Method, Request, StatusCode, body::Incoming};

use super::{super::accept, super::problem::Problem, Fleet, INTERNAL, NodeState, PATIENCE, proxy};
use crate::{
    bundle,
    session::{Checkpoint, Handle},
    units::Node,
};

/// Sessions that move at a time.
const AT_ONCE: usize = 4;
/// How long one may take: its model is sent and compiled.
const PATIENCE_MOVE: Duration = Duration::from_secs(60);
/// What a checkpoint may take besides its model, bytes.
const STATE_BYTES: usize = 256 << 20;

impl Fleet {
    /// Moves all sessions but `default` to other daemons, each to the one with most room, within
    /// the time that the configuration gives. What cannot move stays and is kept here.
    pub async fn drain(&self) {
        self.sessions.note_draining();
        let begin = Instant::now();
        let all = self.sessions.list().into_iter().filter(|session| !session.id().is_default());
        let moves = stream::iter(all).for_each_concurrent(AT_ONCE, |session| async move {
            let id = session.id().clone();
            let outcome = match self.move_away(&session).await {
                Ok(node) => {
                    tracing::info!(session = %id, %node, "session moved");
                    "moved"
                }
                Err(why) => {
                    tracing::warn!(session = %id, why, "session stays");
                    "stayed"
                }
            };
            self.sessions.metrics().migrations.at([outcome]).add(1);
        });
        if tokio::time::timeout(self.config.drain, moves).await.is_err() {
            tracing::warn!("not all sessions moved in time");
        }
        tracing::info!(took_ms = begin.elapsed().as_millis() as u64, "drained");
    }

    /// # Errors
    /// Why the session stays.
    async fn move_away(&self, session: &Handle) -> Result<Node, String> {
        let mut refused = "no other daemon has room".to_owned();
        for node in self.by_room().await {
            let kept = session.depart().await.map_err(|error| error.to_string())?;
            let body = tokio::task::spawn_blocking(move || Bytes::from(kept.to_bytes())).await;
            let body = body.map_err(|error| error.to_string())?;
            let path = format!("{INTERNAL}sessions");
            match self.ask(&node, Method::POST, &path, body, PATIENCE_MOVE).await {
                Ok((StatusCode::CREATED, _)) => {
                    return Ok(self.gone(session, node).await);
                }
                Ok((status, body)) => {
                    let text = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
                    refused = format!("'{node}' refused it: {status} {text}");
                }
                // An answer that is lost is none: it may have it all the same.
                Err(_) if self.has(&node, session.id()).await => {
                    return Ok(self.gone(session, node).await);
                }
                Err(error) => refused = format!("'{node}': {error}"),
            }
            session.stay().await;
        }
        Err(refused)
    }

    /// Ends those of `kept` sessions that another daemon has for good: they had moved, but this
    /// daemon ended before it knew.
    pub async fn leave_what_moved(&self, kept: &[Handle]) {
        let others = self.others();
        let kept = kept.iter().filter(|session| !session.id().is_default());
        join_all(kept.map(|session| async {
            let asked = others.iter().map(|node| self.place(node, session.id()));
            let mut places = join_all(asked).await.into_iter().zip(&others);
            let has = places.find(|(place, _)| place.as_ref().is_some_and(|place| place.settled));
            if let Some((_, node)) = has {
                self.gone(session, node.clone()).await;
                tracing::info!(session = %session.id(), %node, "session had moved");
            }
        }))
        .await;
    }

    /// Ends a session that another daemon has.
    async fn gone(&self, session: &Handle, node: Node) -> Node {
        self.remember(session.id(), Some(node.clone()), true);
        session.moved().await;
        node
    }

    /// Daemons that take sessions, those with most room first.
    async fn by_room(&self) -> Vec<Node> {
        let path = format!("{INTERNAL}node");
        let asked = self.others().into_iter().map(|node| {
            let path = &path;
            async move {
                let (_, body) =
                    self.ask(&node, Method::GET, path, Bytes::new(), PATIENCE).await.ok()?;
                let state: NodeState = serde_json::from_slice(&body).ok()?;
                (state.free > 0 && !state.draining).then_some((state.free, node))
            }
        });
        let mut able: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        able.sort_by_key(|(free, _)| std::cmp::Reverse(*free));
        able.into_iter().map(|(_, node)| node).collect()
    }

    /// Takes over a session of another daemon.
    pub(super) async fn receive(
        &self,
        request: Request<Incoming>,
    ) -> Result<accept::Response, Problem> {
        let limit = self.bundle_bytes + STATE_BYTES;
        let body = Limited::new(request.into_body(), limit).collect().await;
        let body = body.map_err(|error| Problem::bad_request(error.to_string()))?.to_bytes();
        let limits = bundle::Limits { bytes: self.bundle_bytes };
        let read = tokio::task::spawn_blocking(move || Checkpoint::from_bytes(&body, &limits));
        let kept = read
            .await
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?
            .map_err(|damage| Problem::bad_request(damage.to_string()))?;
        let session = self.sessions.restore(kept).await?;
        self.forget(session.id());
        tracing::info!(session = %session.id(), "session received");
        let id = serde_json::json!({"id": session.id().as_str()});
        Ok(proxy::json(StatusCode::CREATED, &id))
    }
}
