//! `/ws/signaling`: one socket per viewer, JSON text both ways.
//!
//! What is wrong with what a client says, and what comes of it, is in [`super::talk`]. Dropping the
//! socket's [`Viewer`] leaves.

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use futures_util::StreamExt as _;
use tokio::time::{MissedTickBehavior, interval_at};
use utoipa::{IntoParams, OpenApi};
use warp::{
    Reply,
    http::StatusCode,
    reply::Response,
    ws::{Message, WebSocket, Ws},
};

use super::{
    Context, api,
    gate::{self, Caller},
    media,
    problem::Problem,
    talk::{End, PING_EVERY, Said, Signal, Talk, close, deliver, goodbye, refusal, send},
    tickets::{Claim, Place},
};
use crate::{
    config::{self, Login},
    peer::{
        turn,
        wire::{FlagsState, IceServer, MediaAddress, ServerMessage, ViewerState},
    },
    session::{self, Company, Handle, Notice, Role},
    units::ViewerId,
};

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
    /// When it is there, even empty, the viewer keeps its place and its stream for 15 s if the
    /// socket breaks, or is closed with 4408. With the ticket of such a place (`media` of `welcome`) it comes back to it,
    /// and `welcome` tells the same `viewer_id`; where that place is no more, it tells another.
    #[param(example = "")]
    resume: Option<String>,
}

/// As whom a client comes.
pub(super) struct Joining {
    /// The session's id.
    pub id: String,
    /// The most that it may.
    pub role: Role,
    /// The ticket of a place to come back to; an empty one only asks that places be kept.
    pub resume: Option<String>,
    /// What lets the client in.
    pub caller: Option<Caller>,
}

/// Joins a session as a viewer: a WebSocket with JSON text both ways.
///
/// The viewer sends `offer` and `ice-candidate` and gets `welcome`, `answer` and `ice-candidate`;
/// a stream comes by WebRTC, or on the socket that `media` of `welcome` leads to. A malformed message gets an `error`, and the socket stays. A flood
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
    joining: Joining,
    upgrade: Option<Ws>,
) -> Result<Response, Problem> {
    let session = api::session(&context, &joining.id)?;
    upgraded(context, upgrade, async move |socket, context| {
        serve(socket, &context, session, joining).await;
    })
}

/// Opens a socket, if as many may be, and serves it.
pub(super) fn upgraded<F>(
    context: Arc<Context>,
    upgrade: Option<Ws>,
    serve: impl FnOnce(WebSocket, Arc<Context>) -> F + Send + 'static,
) -> Result<Response, Problem>
where
    F: Future<Output = ()> + Send,
{
    let upgrade = upgrade.ok_or_else(|| {
        let detail = "this resource is a WebSocket: ask for an upgrade";
        Problem::new(StatusCode::UPGRADE_REQUIRED, detail)
    })?;
    let permit = Arc::clone(&context.sockets).try_acquire_owned().map_err(|_| {
        let detail = format!(
            "{} sockets are open already (limits.connections of the configuration)",
            context.config.limits.connections
        );
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    // Twice what is accepted: a message a little too large can then be read and refused with a
    // reason, where the protocol's own limit would have to cut the connection.
    let most = context.config.limits.body_bytes.saturating_mul(2);
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    let task = context.work.tasks.token();
    let reply = upgrade.on_upgrade(move |socket| async move {
        serve(socket, context).await;
        drop((permit, task));
    });
    Ok(reply.into_response())
}

async fn serve(mut socket: WebSocket, context: &Context, session: Handle, joining: Joining) {
    let place = match place(context, session, &joining).await {
        Ok(place) => place,
        Err((word, reason)) => {
            let _ = send(&mut socket, word).await;
            return goodbye(socket, close::TRY_AGAIN_LATER, reason).await;
        }
    };
    let (viewer, ticket) = (&place.viewer, place.ticket().to_owned());
    let welcome = ServerMessage::Welcome {
        viewer_id: viewer.id().to_string(),
        session: joining.id,
        role: joining.role.name(),
        ice_servers: ice_servers(&context.config.webrtc, viewer.id(), SystemTime::now()),
        media: MediaAddress { path: media::PATH, ticket },
    };
    let talk = Talk::new(viewer.door(), &context.config.limits);
    let mut line = Line { socket, place, talk, heir: None };
    let end = tokio::select! {
        end = line.talk(welcome, context) => end,
        () = gate::over(joining.caller) => End::with(close::POLICY, "the token was revoked or has ended"),
    };
    let Line { socket, place, heir, .. } = line;
    // First: the goodbye may take a second.
    match (heir, &end) {
        (Some(heir), _) => drop(heir.send(place)),
        (None, End::Broken) if joining.resume.is_some() => {
            context.work.closing.run_until_cancelled(place.keep()).await;
        }
        (None, _) => drop(place),
    }
    if let End::With(code, reason) = end {
        goodbye(socket, code, reason).await;
    }
}

/// The place that a client comes back to, or a new one; else what it is told, and why it must go.
async fn place(
    context: &Context,
    session: Handle,
    joining: &Joining,
) -> Result<Place, (ServerMessage, &'static str)> {
    if let Some(ticket) = joining.resume.as_deref().filter(|ticket| !ticket.is_empty())
        && let Some(place) = context.tickets.claim(&joining.id, ticket).await
    {
        return Ok(place);
    }
    let viewer = session.join(joining.role).await;
    let viewer = viewer.map_err(|error| (refusal(error), "the session cannot be joined"))?;
    context.tickets.issue(viewer).map_err(|error| {
        tracing::error!(%error, "no ticket can be made");
        let reason = "the system has no random bits";
        (ServerMessage::error("internal", reason.to_owned()), reason)
    })
}

/// A socket with the viewer at its end.
struct Line<'a> {
    socket: WebSocket,
    place: Place,
    talk: Talk<'a>,
    /// Who takes the place over.
    heir: Option<Claim>,
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
                // In this order: a client hears where its session has gone before it hears that the
                // daemon ends, and of the new scene before it hears that its load is done; one that
                // talks without end still hears the goodbye.
                biased;
                notice = self.place.viewer.notice() => self.pass_on(notice, context).await,
                () = context.work.closing.cancelled() => {
                    Err(End::with(close::GOING_AWAY, "the daemon ends"))
                }
                Some(claim) = self.place.claims.recv() => {
                    self.heir = Some(claim);
                    Err(End::with(close::REPLACED, "the viewer has come back by another socket"))
                }
                reply = self.talk.loaded() => self.tell(reply).await,
                _ = pings.tick() => self.ping().await,
                message = self.socket.next() => self.receive(message).await,
            };
        }
    }

    async fn receive(&mut self, message: Option<Result<Message, warp::Error>>) -> Result<(), End> {
        let reply = match self.talk.hear(message).await? {
            Said::Done(reply) => reply,
            Said::Signal(signal) => self.signal(signal).await,
        };
        // Answering an offer takes time in which nothing is heard.
        self.talk.note(Instant::now());
        self.tell(reply).await
    }

    /// Acts on what is about the connection, and returns what the client is told of it.
    async fn signal(&mut self, signal: Signal) -> Option<ServerMessage> {
        match signal {
            Signal::Offer(sdp) => Some(match self.place.viewer.offer(sdp).await {
                Ok(sdp) => ServerMessage::Answer { sdp },
                Err(error) => refusal(error),
            }),
            Signal::Candidate(candidate) => {
                self.place.viewer.candidate(candidate).await.err().map(refusal)
            }
        }
    }

    async fn tell(&mut self, reply: Option<ServerMessage>) -> Result<(), End> {
        match reply {
            Some(reply) => send(&mut self.socket, reply).await,
            None => Ok(()),
        }
    }

    async fn pass_on(&mut self, notice: Option<Notice>, context: &Context) -> Result<(), End> {
        let message = match notice {
            None => return Err(End::with(close::POLICY, "the session let the viewer go")),
            Some(Notice::Closing(why)) => {
                if let (session::End::Moved, Some(fleet)) = (why, &context.fleet) {
                    let url = fleet.url_of(self.place.viewer.session().id());
                    send(&mut self.socket, ServerMessage::Moved { url }).await?;
                }
                return Err(last_word(why));
            }
            Some(Notice::SceneUpdated(scene)) => ServerMessage::SceneUpdated {
                xml: scene.xml.to_string(),
                model_name: scene.model_name.clone(),
                preset: scene.preset,
            },
            Some(Notice::Company(company)) => control_message(self.place.viewer.id(), &company),
            Some(Notice::Options(options)) => {
                ServerMessage::Options { options: Box::new((&*options).into()) }
            }
            Some(Notice::Flags(shown)) => {
                let flags = FlagsState::new(&shown.0, &shown.1);
                ServerMessage::Flags { flags: Box::new(flags) }
            }
            Some(Notice::Candidate(candidate)) => ServerMessage::IceCandidate { candidate },
            Some(Notice::Act { agent, act, undo }) => {
                ServerMessage::Act { agent: agent.as_str().to_owned(), act, undo }
            }
            Some(Notice::Error { code, message }) => ServerMessage::error(code, message),
        };
        send(&mut self.socket, message).await
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.talk.is_alive()?;
        deliver(&mut self.socket, Message::ping(Vec::new())).await
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
                beside: member.beside.map(|other| other.to_string()),
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
        session::End::Moved => End::with(close::GOING_AWAY, "the session is with another daemon"),
    }
}

/// The servers that a viewer may use, with a login of their own where the servers know such.
pub(super) fn ice_servers(
    webrtc: &config::Webrtc,
    viewer: ViewerId,
    now: SystemTime,
) -> Vec<IceServer> {
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
