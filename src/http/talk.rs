//! What the sockets of a viewer have in common: how what the client says is bounded, understood and
//! acted on, and how a socket ends.
//!
//! A malformed message gets an `error` reply and the socket stays; a flood closes it with 1008, an
//! oversized message with 1009, silence with 1001.

use std::time::{Duration, Instant};

use futures_util::{Sink, SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{task::JoinSet, time::timeout};
use warp::ws::{Message, WebSocket};

use super::flood::Bucket;
use crate::{
    config::Limits,
    control::{Command, Event},
    peer::{
        Candidate,
        wire::{self, ClientMessage, ServerMessage},
    },
    session::{Door, Error, MAX_LOADS},
};

/// How often a ping goes out.
pub(super) const PING_EVERY: Duration = Duration::from_secs(15);
/// A client that was not heard for this long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// A client that does not take a message for this long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(5);
/// How long a goodbye waits for the client's.
const GOODBYE: Duration = Duration::from_secs(1);

/// Close codes of RFC 6455 §7.4.1 and its registry.
pub(super) mod close {
    pub const GOING_AWAY: u16 = 1001;
    pub const POLICY: u16 = 1008;
    pub const TOO_BIG: u16 = 1009;
    pub const INTERNAL: u16 = 1011;
    pub const TRY_AGAIN_LATER: u16 = 1013;
    /// By a client: nothing comes through, and it comes back by another socket. Ours, like HTTP's 408.
    pub const SILENT: u16 = 4408;
    /// The stream has gone another way, or the viewer has left. Ours, from the private range, and
    /// like HTTP's 409.
    pub const REPLACED: u16 = 4409;
    /// The session is no more, so that coming back is of no use. Like HTTP's 410.
    pub const ENDED: u16 = 4410;
}

/// Why a socket ends.
pub(super) enum End {
    /// The daemon ends it, with the code and the reason that the client is told.
    With(u16, &'static str),
    /// The client has closed it.
    Closed,
    /// It broke: the client may not know, and may come back.
    Broken,
}

impl End {
    pub const fn with(code: u16, reason: &'static str) -> Self {
        Self::With(code, reason)
    }
}

const TOO_BIG: End =
    End::with(close::TOO_BIG, "the message is too large (limits.socket_message_bytes)");

/// What came of a message.
pub(super) enum Said {
    /// It was acted on; the client is told this of it.
    Done(Option<ServerMessage>),
    /// It is about the WebRTC connection.
    Signal(Signal),
}

/// What a client says of its WebRTC connection.
pub(super) enum Signal {
    /// An SDP offer.
    Offer(String),
    /// A candidate, or the end of them.
    Candidate(Option<Candidate>),
}

/// One side of a conversation: the client's.
pub(super) struct Talk<'a> {
    door: Door,
    limits: &'a Limits,
    /// Scenes being loaded for the client, with what it is then told; at most [`MAX_LOADS`].
    loads: JoinSet<Option<ServerMessage>>,
    bucket: Bucket,
    /// When the client was last heard.
    heard: Instant,
}

impl<'a> Talk<'a> {
    pub fn new(door: Door, limits: &'a Limits) -> Self {
        let now = Instant::now();
        let bucket = Bucket::new(limits.socket_messages_per_s, now);
        Self { door, limits, loads: JoinSet::new(), bucket, heard: now }
    }

    /// Takes what came in as text, if it is some that may be.
    pub fn text(
        &mut self,
        message: Option<Result<Message, warp::Error>>,
    ) -> Result<Result<Option<String>, ServerMessage>, End> {
        let message = match message {
            None => return Err(End::Broken),
            Some(Err(error)) => return Err(end_of(&error)),
            Some(Ok(message)) => message,
        };
        if let Some((code, _)) = message.close_frame() {
            return Err(if code == close::SILENT { End::Broken } else { End::Closed });
        }
        if message.is_close() {
            return Err(End::Closed);
        }
        let size = message.as_bytes().len();
        if !self.bucket.take(size, Instant::now()) {
            return Err(End::with(
                close::POLICY,
                "too many messages (limits.socket_messages_per_s)",
            ));
        }
        if size > self.limits.body_bytes {
            return Err(TOO_BIG);
        }
        self.note(Instant::now());
        match message.to_str() {
            Ok(text) => Ok(Ok(Some(text.to_owned()))),
            Err(()) if message.is_binary() => {
                Ok(Err(ServerMessage::error("bad_message", "messages are JSON text")))
            }
            // Pings are answered by the socket itself.
            Err(()) => Ok(Ok(None)),
        }
    }

    /// Acts on what came in.
    pub async fn hear(
        &mut self,
        message: Option<Result<Message, warp::Error>>,
    ) -> Result<Said, End> {
        let said = match self.text(message)? {
            Ok(Some(text)) => self.obey(&text).await?,
            Ok(None) => Said::Done(None),
            Err(refusal) => Said::Done(Some(refusal)),
        };
        self.note(Instant::now());
        Ok(said)
    }

    async fn obey(&mut self, text: &str) -> Result<Said, End> {
        let message = wire::parse(text);
        let carries_scene = matches!(
            message,
            Ok(ClientMessage::Event(Event::Command { command: Command::LoadScene(_), .. }))
        );
        if text.len() > self.limits.socket_message_bytes && !carries_scene {
            return Err(TOO_BIG);
        }
        Ok(Said::Done(match message {
            Ok(ClientMessage::Event(event)) => self.event(event).await,
            Ok(ClientMessage::Ping { t }) => {
                let clock_us = self.door.clock().micros(self.heard);
                Some(ServerMessage::Pong { t, clock_us })
            }
            // Frames on a socket always carry their stamps, and signaling carries no frames.
            Ok(ClientMessage::Stamps { .. }) => None,
            Ok(ClientMessage::Offer { sdp }) => return Ok(Said::Signal(Signal::Offer(sdp))),
            Ok(ClientMessage::IceCandidate(candidate)) => {
                return Ok(Said::Signal(Signal::Candidate(candidate)));
            }
            Err(error) => Some(ServerMessage::error("bad_message", error.to_string())),
        }))
    }

    /// Acts on an event; one that takes long is answered when it is done, and others pass it.
    async fn event(&mut self, event: Event) -> Option<ServerMessage> {
        let (id, is_load) = match &event {
            Event::Command { id, command } => (id.clone(), command.loads()),
            _ => (None, false),
        };
        if is_load && self.loads.len() == MAX_LOADS {
            let busy =
                Err(Error::Limit { what: "scenes loading for this viewer", limit: MAX_LOADS });
            return answer(id, busy);
        }
        let outcome = self.door.event(event);
        if is_load {
            self.loads.spawn(async move { answer(id, outcome.await) });
            return None;
        }
        answer(id, outcome.await)
    }

    /// Waits for a scene to be loaded; gives what the client is told of it.
    pub async fn loaded(&mut self) -> Option<ServerMessage> {
        match self.loads.join_next().await {
            Some(Ok(reply)) => reply,
            // A panic has said what there is to say.
            Some(Err(_)) => None,
            None => std::future::pending().await,
        }
    }

    /// Notes that the client was heard.
    pub fn note(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Fails when the client was not heard for too long.
    pub fn is_alive(&self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE {
            return Err(End::with(close::GOING_AWAY, "no sign of life"));
        }
        Ok(())
    }
}

/// What a client is told of what it asked for: a result where it gave an id, else only a refusal.
fn answer(id: Option<Value>, outcome: Result<(), Error>) -> Option<ServerMessage> {
    match id {
        Some(id) => Some(ServerMessage::result(Some(id), outcome)),
        None => outcome.err().map(refusal),
    }
}

pub(super) fn refusal(error: Error) -> ServerMessage {
    ServerMessage::error(error.code(), error.to_string())
}

/// What a broken socket can still be told.
fn end_of(error: &warp::Error) -> End {
    // warp hides the type; this is tungstenite's text for `Error::Capacity`, and a test holds it.
    if error.to_string().starts_with("Space limit exceeded") {
        return TOO_BIG;
    }
    tracing::debug!(%error, "a socket broke off");
    End::Broken
}

pub(super) async fn send(socket: &mut WebSocket, message: ServerMessage) -> Result<(), End> {
    deliver(socket, Message::text(message.to_json())).await
}

/// Sends a message to a client that takes it in time.
pub(super) async fn deliver(
    socket: &mut (impl Sink<Message> + Unpin),
    message: Message,
) -> Result<(), End> {
    match timeout(SEND_DEADLINE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Broken),
    }
}

/// Closes with a code, and reads on until the client has: unread data would make the kernel reset
/// the connection, and the client might never see the code.
pub(super) async fn goodbye(mut socket: WebSocket, code: u16, reason: &'static str) {
    let farewell = async {
        if socket.send(Message::close_with(code, reason)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    if timeout(GOODBYE, farewell).await.is_err() {
        tracing::debug!(code, "a client did not answer the goodbye");
    }
}
