//! `/ws/media`: a viewer's stream, texts and input on one socket, for who is not reached by WebRTC.
//!
//! ```text
//!  Media (frames, states) ─► write ─► binary: frames, text: as data channels carry
//!  Session ◄─ Talk ◄─ read ◄───────── text: events, commands, pings
//!                       └─ replies ─► write
//! ```
//! Reading and writing go on side by side, so that a client on a slow path is still heard. A reply
//! waits for room among [`REPLIES`], and with it what the client says next. What a slow client does
//! not take in time is dropped where it waits (`peer::feed`), and a client that takes nothing is let
//! go.

mod packet;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{
    StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use serde::Deserialize;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, OpenApi};
use warp::{
    http::StatusCode,
    reply::Response,
    ws::{Message, WebSocket, Ws},
};

use super::{
    Context, api,
    problem::Problem,
    socket::upgraded,
    talk::{End, PING_EVERY, Said, Talk, close, deliver, goodbye, send},
};
use crate::{
    frame::EncodedFrame,
    metrics::{Metrics, Stage},
    peer::{Item, wire::ServerMessage},
    session::{Door, Media},
};
use packet::{Format, Packer};

/// Where the socket is.
pub(super) const PATH: &str = "/ws/media";
/// Replies and pings that may wait to be sent; then nothing more is heard until there is room.
const REPLIES: usize = 32;
/// How long a client may take to say which format it wants.
const OPENING: Duration = Duration::from_secs(10);

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(open))]
pub(super) struct Operations;

/// Whose stream it is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the routes read it; this describes it")]
struct MediaParameters {
    /// Id of a session.
    #[param(default = "default")]
    session: Option<String>,
    /// As `media` of the viewer's `welcome` tells; good as long as the signaling socket is open.
    #[param(example = "0f3c9a7be2514d6880d1c5a2b94e7f36")]
    ticket: String,
}

/// Gives a viewer its stream without WebRTC: a WebSocket with frames and JSON text.
///
/// The first message is `{"type": "media", "format": "annexb"}`, or `fmp4`. Then the stream is this
/// socket's, from a key frame on: a binary message is a frame behind a header of 48 bytes (version,
/// flags, codec, its length, time, number, width, height, stamps), and text is what data channels would
/// carry, both ways. When the stream goes another way, the socket is closed with 4409; a flood
/// closes it with 1008, an oversized message with 1009, and silence with 1001.
#[utoipa::path(
    get, path = "/ws/media", tag = "signaling", operation_id = "media",
    params(MediaParameters),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 403, description = "The ticket is no viewer's of this session, or the request is not for this daemon."),
        (status = 426, description = "The request asks for no upgrade."),
        (status = 503, description = "As many sockets are open as may be."),
    ),
)]
pub(super) fn open(
    context: Arc<Context>,
    id: &str,
    ticket: Option<String>,
    upgrade: Option<Ws>,
) -> Result<Response, Problem> {
    let session = api::session(&context, id)?;
    let door = ticket.and_then(|ticket| context.tickets.admit(session.id().as_str(), &ticket));
    let door = door.ok_or_else(|| {
        let detail = "this ticket is no viewer's of this session: the signaling socket gives one";
        Problem::new(StatusCode::FORBIDDEN, detail)
    })?;
    upgraded(context, upgrade, async move |socket, context| serve(socket, &context, door).await)
}

async fn serve(mut socket: WebSocket, context: &Context, door: Door) {
    let closing = &context.work.closing;
    let mut talk = Talk::new(door.clone(), &context.config.limits);
    let opened = tokio::select! {
        opened = timeout(OPENING, opening(&mut socket, &mut talk)) => opened
            .unwrap_or(Err(End::with(close::POLICY, "no format was asked for"))),
        () = closing.cancelled() => Err(CLOSING),
    };
    let end = match opened {
        Err(end) => end,
        Ok(format) => {
            let (sink, stream) = socket.split();
            let (out, replies) = mpsc::channel(REPLIES);
            let mut reader = Reader { stream, talk, out };
            let packer = Packer::new(format, door.clock());
            let metrics = Arc::clone(context.sessions.metrics());
            let mut writer = Writer { sink, media: door.media().await, replies, packer, metrics };
            let end = tokio::select! {
                end = reader.run(closing) => end,
                end = writer.run() => end,
            };
            let Ok(whole) = reader.stream.reunite(writer.sink) else { return };
            socket = whole;
            end
        }
    };
    if let End::With(code, reason) = end {
        goodbye(socket, code, reason).await;
    }
}

const CLOSING: End = End::with(close::GOING_AWAY, "the daemon ends");

/// The first message.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Opening {
    Media { format: Format },
}

/// Waits for the format; whatever else comes first ends the socket.
async fn opening(socket: &mut WebSocket, talk: &mut Talk<'_>) -> Result<Format, End> {
    const WANTED: &str = r#"the first message is {"type": "media", "format": "annexb" or "fmp4"}"#;
    loop {
        let Ok(text) = talk.text(socket.next().await)? else { break };
        // Pings and pongs.
        let Some(text) = text else { continue };
        match serde_json::from_str(&text) {
            Ok(Opening::Media { format }) => return Ok(format),
            Err(_) => break,
        }
    }
    send(socket, ServerMessage::error("bad_message", WANTED)).await?;
    Err(End::with(close::POLICY, "no format was asked for"))
}

/// What comes from the client.
struct Reader<'a> {
    stream: SplitStream<WebSocket>,
    talk: Talk<'a>,
    out: mpsc::Sender<Message>,
}

impl Reader<'_> {
    async fn run(&mut self, closing: &CancellationToken) -> End {
        let mut pings = interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                biased;
                () = closing.cancelled() => Err(CLOSING),
                reply = self.talk.loaded() => self.reply(reply).await,
                _ = pings.tick() => match self.talk.is_alive() {
                    Ok(()) => self.tell(Message::ping(Vec::new())).await,
                    Err(end) => Err(end),
                },
                message = self.stream.next() => self.receive(message).await,
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn receive(&mut self, message: Option<Result<Message, warp::Error>>) -> Result<(), End> {
        let reply = match self.talk.hear(message).await? {
            Said::Done(reply) => reply,
            Said::Signal(_) => {
                let elsewhere = "signaling belongs on /ws/signaling";
                Some(ServerMessage::error("bad_message", elsewhere))
            }
        };
        self.reply(reply).await
    }

    async fn reply(&mut self, reply: Option<ServerMessage>) -> Result<(), End> {
        match reply {
            Some(reply) => self.tell(Message::text(reply.to_json())).await,
            None => Ok(()),
        }
    }

    async fn tell(&mut self, message: Message) -> Result<(), End> {
        // The writer lives as long as this does.
        self.out.send(message).await.map_err(|_| End::Broken)
    }
}

/// What goes to the client.
struct Writer {
    sink: SplitSink<WebSocket, Message>,
    media: Media,
    replies: mpsc::Receiver<Message>,
    packer: Packer,
    metrics: Arc<Metrics>,
}

impl Writer {
    async fn run(&mut self) -> End {
        loop {
            let outcome = tokio::select! {
                biased;
                Some(reply) = self.replies.recv() => deliver(&mut self.sink, reply).await,
                item = self.media.next() => match item {
                    Some(Item::Frame(frame)) => self.show(&frame).await,
                    Some(Item::Text(text)) => deliver(&mut self.sink, Message::text(text)).await,
                    None => Err(End::with(close::REPLACED, "the stream goes another way")),
                },
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn show(&mut self, frame: &EncodedFrame) -> Result<(), End> {
        let messages = self.packer.pack(frame, Instant::now()).map_err(|error| {
            tracing::error!(%error, "a frame cannot be packed");
            End::with(close::INTERNAL, "a frame cannot be packed")
        })?;
        let (began, mut bytes) = (Instant::now(), 0);
        for message in messages {
            bytes += message.len();
            deliver(&mut self.sink, Message::binary(message)).await?;
        }
        self.media.wrote(bytes, began);
        let since = |then: Instant| then.elapsed();
        self.metrics.passed(Stage::Send, since(frame.stamps.done));
        frame.stamps.input.into_iter().for_each(|input| self.metrics.to_wire.record(since(input)));
        Ok(())
    }
}
