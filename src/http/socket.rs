//! `/ws/signaling`: one socket per viewer, JSON text both ways.
//!
//! A malformed message gets an `error` reply and the socket stays; a flood closes it with 1008, an
//! oversized message with 1009, silence with 1001. Dropping the socket's [`Viewer`] leaves.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval_at, timeout},
};
use utoipa::{IntoParams, OpenApi};
use warp::{
    Reply,
    http::StatusCode,
    reply::Response,
    ws::{Message, WebSocket, Ws},
};

use super::{Context, api, flood::Bucket, problem::Problem};
use crate::{
    config::{self, Login},
    control::{Command, Event},
    peer::{
        turn,
        wire::{self, ClientMessage, IceServer, ServerMessage, ViewerState},
    },
    session::{self, Company, Error, Handle, MAX_LOADS, Notice, Role, Viewer},
    units::ViewerId,
};

/// How often a ping goes out.
const PING_EVERY: Duration = Duration::from_secs(15);
/// A client that was not heard for this long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// A client that does not take a message for this long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(5);
/// How long a goodbye waits for the client's.
const GOODBYE: Duration = Duration::from_secs(1);

/// Close codes of RFC 6455 §7.4.1 and its registry.
mod close {
    pub const GOING_AWAY: u16 = 1001;
    pub const POLICY: u16 = 1008;
    pub const TOO_BIG: u16 = 1009;
    pub const TRY_AGAIN_LATER: u16 = 1013;
    /// The session is no more, so that coming back is of no use. Ours, from the private range, and
    /// like HTTP's 410.
    pub const ENDED: u16 = 4410;
}

/// Why a socket ends, with the code and the reason that the client is told.
struct End(Option<(u16, &'static str)>);

impl End {
    const GONE: Self = Self(None);

    const fn with(code: u16, reason: &'static str) -> Self {
        Self(Some((code, reason)))
    }
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(open))]
pub(super) struct Operations;

/// What a viewer joins, and as whom.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the routes read it; this describes it")]
struct JoinParameters {
    /// Id of a session.
    #[param(default = "default")]
    session: Option<String>,
    /// `view` for whoever only wants to watch.
    #[param(default = "control")]
    role: Option<String>,
}

/// Joins a session as a viewer: a WebSocket with JSON text both ways.
///
/// The viewer sends `offer` and `ice-candidate` and gets `welcome`, `answer` and `ice-candidate`;
/// a stream comes by WebRTC. A malformed message gets an `error`, and the socket stays. A flood
/// closes it with 1008, an oversized message with 1009, silence with 1001, and the end of the
/// session with 4410.
#[utoipa::path(
    get, path = "/ws/signaling", tag = "signaling", operation_id = "signaling",
    params(JoinParameters),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 426, description = "The request asks for no upgrade."),
        (status = 503, description = "As many sockets are open as may be."),
    ),
)]
pub(super) async fn open(
    context: Arc<Context>,
    id: String,
    role: Role,
    upgrade: Option<Ws>,
) -> Result<Response, Problem> {
    let session = api::session(&context, &id)?;
    let upgrade = upgrade.ok_or_else(|| {
        let detail = "this resource is a WebSocket: ask for an upgrade";
        Problem::new(StatusCode::UPGRADE_REQUIRED, detail)
    })?;
    let permit = Arc::clone(&context.sockets).try_acquire_owned().map_err(|_| {
        let detail = format!("{} sockets are open already", context.config.limits.connections);
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    // Twice what is accepted: a message a little too large can then be read and refused with a
    // reason, where the protocol's own limit would have to cut the connection.
    let most = context.config.limits.body_bytes.saturating_mul(2);
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    let task = context.work.tasks.token();
    let reply = upgrade.on_upgrade(move |socket| async move {
        serve(socket, &context, session, (id, role)).await;
        drop((permit, task));
    });
    Ok(reply.into_response())
}

async fn serve(
    mut socket: WebSocket,
    context: &Context,
    session: Handle,
    (id, role): (String, Role),
) {
    let viewer = match session.join(role).await {
        Ok(viewer) => viewer,
        Err(error) => {
            let refusal = refusal(error);
            let _ = send(&mut socket, refusal).await;
            return goodbye(socket, close::TRY_AGAIN_LATER, "the session cannot be joined").await;
        }
    };
    let mut line = Line {
        socket,
        viewer,
        limits: &context.config.limits,
        loads: JoinSet::new(),
        bucket: Bucket::new(context.config.limits.socket_messages_per_s, Instant::now()),
        heard: Instant::now(),
    };
    let welcome = ServerMessage::Welcome {
        viewer_id: line.viewer.id().to_string(),
        session: id,
        role: role.name(),
        ice_servers: ice_servers(&context.config.webrtc, line.viewer.id(), SystemTime::now()),
    };
    let end = line.talk(welcome, context).await;
    let Line { socket, viewer, .. } = line;
    // Leave first: the goodbye may take a second.
    drop(viewer);
    if let End(Some((code, reason))) = end {
        goodbye(socket, code, reason).await;
    }
}

/// A socket with the viewer at its end.
struct Line<'a> {
    socket: WebSocket,
    viewer: Viewer,
    limits: &'a config::Limits,
    /// Scenes being loaded for the client, with what it is then told.
    loads: JoinSet<Option<ServerMessage>>,
    bucket: Bucket,
    /// When the client was last heard.
    heard: Instant,
}

impl Line<'_> {
    /// Talks until one side ends it.
    async fn talk(&mut self, welcome: ServerMessage, context: &Context) -> End {
        let mut pings = interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut outcome = send(&mut self.socket, welcome).await;
        loop {
            if let Err(end) = outcome {
                return end;
            }
            outcome = tokio::select! {
                // In this order: a client hears of the new scene before it hears that its load is
                // done, and one that talks without end still hears the goodbye.
                biased;
                () = context.work.closing.cancelled() => {
                    Err(End::with(close::GOING_AWAY, "the daemon ends"))
                }
                notice = self.viewer.notice() => self.pass_on(notice).await,
                Some(loaded) = self.loads.join_next() => match loaded {
                    Ok(Some(reply)) => send(&mut self.socket, reply).await,
                    // A panic has said what there is to say.
                    Ok(None) | Err(_) => Ok(()),
                },
                _ = pings.tick() => self.ping().await,
                message = self.socket.next() => self.receive(message).await,
            };
        }
    }

    async fn receive(&mut self, message: Option<Result<Message, warp::Error>>) -> Result<(), End> {
        let message = match message {
            None => return Err(End::GONE),
            Some(Err(error)) => return Err(end_of(&error)),
            Some(Ok(message)) => message,
        };
        if message.is_close() {
            return Err(End::GONE);
        }
        let size = message.as_bytes().len();
        if !self.bucket.take(size, Instant::now()) {
            return Err(End::with(close::POLICY, "too many messages"));
        }
        if size > self.limits.body_bytes {
            return Err(TOO_BIG);
        }
        let outcome = match message.to_str() {
            Ok(text) => self.obey(text).await,
            Err(()) if message.is_binary() => {
                send(
                    &mut self.socket,
                    ServerMessage::error("bad_message", "messages are JSON text"),
                )
                .await
            }
            // Pings are answered by the socket itself.
            Err(()) => Ok(()),
        };
        // After acting, not before: answering an offer takes time in which nothing is heard.
        self.heard = Instant::now();
        outcome
    }

    async fn obey(&mut self, text: &str) -> Result<(), End> {
        let message = wire::parse(text);
        let carries_scene = matches!(
            message,
            Ok(ClientMessage::Event(Event::Command { command: Command::LoadScene(_), .. }))
        );
        if text.len() > self.limits.socket_message_bytes && !carries_scene {
            return Err(TOO_BIG);
        }
        let reply = match message {
            Ok(message) => self.act(message).await,
            Err(error) => Some(ServerMessage::error("bad_message", error.to_string())),
        };
        match reply {
            Some(reply) => send(&mut self.socket, reply).await,
            None => Ok(()),
        }
    }

    /// Acts on a message and returns what the client is told of it.
    async fn act(&mut self, message: ClientMessage) -> Option<ServerMessage> {
        match message {
            ClientMessage::Ping { t } => Some(ServerMessage::Pong { t }),
            ClientMessage::Offer { sdp } => Some(match self.viewer.offer(sdp).await {
                Ok(sdp) => ServerMessage::Answer { sdp },
                Err(error) => refusal(error),
            }),
            ClientMessage::IceCandidate(candidate) => {
                self.viewer.candidate(candidate).await.err().map(refusal)
            }
            ClientMessage::Event(event) => self.event(event).await,
        }
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
        let outcome = self.viewer.event(event);
        if is_load {
            self.loads.spawn(async move { answer(id, outcome.await) });
            return None;
        }
        answer(id, outcome.await)
    }

    async fn pass_on(&mut self, notice: Option<Notice>) -> Result<(), End> {
        let message = match notice {
            None => return Err(End::with(close::POLICY, "the session let the viewer go")),
            Some(Notice::Closing(why)) => return Err(last_word(why)),
            Some(Notice::SceneUpdated(scene)) => ServerMessage::SceneUpdated {
                xml: scene.xml.to_string(),
                model_name: scene.model_name.clone(),
                preset: scene.preset,
            },
            Some(Notice::Company(company)) => control_message(self.viewer.id(), &company),
            Some(Notice::Candidate(candidate)) => ServerMessage::IceCandidate { candidate },
            Some(Notice::Error { code, message }) => ServerMessage::error(code, message),
        };
        send(&mut self.socket, message).await
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE {
            return Err(End::with(close::GOING_AWAY, "no sign of life"));
        }
        deliver(&mut self.socket, Message::ping(Vec::new())).await
    }
}

/// What a client is told of what it asked for: a result where it gave an id, else only a refusal.
fn answer(id: Option<Value>, outcome: Result<(), Error>) -> Option<ServerMessage> {
    match id {
        Some(id) => Some(ServerMessage::result(Some(id), outcome)),
        None => outcome.err().map(refusal),
    }
}

/// Who is there and who is in control, as `viewer` is told.
fn control_message(viewer: ViewerId, company: &[Company]) -> ServerMessage {
    let own = company.iter().find(|member| member.viewer == viewer);
    let mut waiting: Vec<_> = company.iter().filter(|member| member.waiting.is_some()).collect();
    waiting.sort_by_key(|member| member.waiting);
    let id = |member: &Company| member.viewer.to_string();
    ServerMessage::Control {
        holder: company.iter().find(|member| member.in_control).map(id),
        role: own.map_or(Role::View, |member| member.role).name(),
        requests: waiting.into_iter().map(id).collect(),
        viewers: company
            .iter()
            .map(|member| ViewerState {
                id: member.viewer.to_string(),
                role: member.role.name(),
                connected: member.connected,
                follows: member.follows.map(|leader| leader.to_string()),
            })
            .collect(),
    }
}

/// What a viewer is told when its session ends.
fn last_word(why: session::End) -> End {
    match why {
        session::End::Deleted => End::with(close::ENDED, "the session was deleted"),
        session::End::Expired => End::with(close::ENDED, "the session was not used and has ended"),
        session::End::Shutdown => End::with(close::GOING_AWAY, "the daemon ends"),
    }
}

fn refusal(error: Error) -> ServerMessage {
    ServerMessage::error(error.code(), error.to_string())
}

const TOO_BIG: End = End::with(close::TOO_BIG, "the message is too large");

/// What a broken socket can still be told.
fn end_of(error: &warp::Error) -> End {
    // warp hides the type; this is tungstenite's text for `Error::Capacity`, and a test holds it.
    if error.to_string().starts_with("Space limit exceeded") {
        return TOO_BIG;
    }
    tracing::debug!(%error, "a socket broke off");
    End::GONE
}

async fn send(socket: &mut WebSocket, message: ServerMessage) -> Result<(), End> {
    deliver(socket, Message::text(message.to_json())).await
}

async fn deliver(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_DEADLINE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::GONE),
    }
}

/// Closes with a code, and reads on until the client has: unread data would make the kernel reset
/// the connection, and the client might never see the code.
async fn goodbye(mut socket: WebSocket, code: u16, reason: &'static str) {
    let farewell = async {
        if socket.send(Message::close_with(code, reason)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    if timeout(GOODBYE, farewell).await.is_err() {
        tracing::debug!(code, "a client did not answer the goodbye");
    }
}

/// The servers that a viewer may use, with a login of their own where the servers know such.
fn ice_servers(webrtc: &config::Webrtc, viewer: ViewerId, now: SystemTime) -> Vec<IceServer> {
    let server = |server: &config::IceServer| {
        let login = server.login.as_ref().map(|login| match login {
            Login::Fixed { username, credential } => (username.clone(), credential.clone()),
            Login::Minted { secret, ttl } => turn::login(secret, &viewer.to_string(), *ttl, now),
        });
        let (username, credential) = login.unzip();
        IceServer { urls: vec![server.url.clone()], username, credential }
    };
    webrtc.ice_servers.iter().map(server).collect()
}
