//! One viewer: what its sockets hold, and the task that listens to its peer.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use serde_json::Value;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tracing::{Instrument as _, Span};

use super::{
    Error, Handle, Notice,
    driver::Request,
    outlet::{Outlet, WeakOutlet},
};
use crate::{
    control::Event,
    peer::{
        self, Candidate, Channel, Item, Offering, Peer, PeerEvent, Tap, Telling,
        wire::{self, ClientMessage, ServerMessage},
    },
    units::{MediaClock, SessionId, ViewerId},
};

/// Peer events that may wait for the viewer's task; input beyond that waits in the peer.
const EVENTS: usize = 256;

/// Scenes that a viewer may have loading at a time, on each of its ways to ask: enough for a hasty
/// one to change its mind.
pub const MAX_LOADS: usize = 4;

/// A viewer's place in a session; dropping it leaves.
pub struct Viewer {
    id: ViewerId,
    notices: mpsc::Receiver<Notice>,
    notify: mpsc::Sender<Notice>,
    connection: Mutex<Option<Connection>>,
    /// Whether the last offer of a new connection was.
    refused: AtomicBool,
    session: Handle,
    span: Span,
}

/// What a viewer offered, until it is answered; dropping it gives it up.
pub struct Offer {
    offering: Offering,
    inbox: mpsc::Receiver<PeerEvent>,
}

impl Offer {
    /// As it is sent.
    pub fn sdp(&self) -> &str {
        self.offering.sdp()
    }
}

struct Connection {
    peer: Arc<Peer>,
    /// `a=fingerprint` of the other end's description: another one is another connection.
    fingerprint: String,
}

impl Viewer {
    pub(super) fn new(
        id: ViewerId,
        notices: mpsc::Receiver<Notice>,
        notify: mpsc::Sender<Notice>,
        session: Handle,
    ) -> Self {
        let (connection, refused) = (Mutex::new(None), AtomicBool::new(false));
        let span = tracing::error_span!(parent: None, "viewer", %id, session = %session.id());
        Self { id, notices, notify, connection, refused, session, span }
    }

    /// Whose viewer it is.
    pub fn session(&self) -> &Handle {
        &self.session
    }

    /// The viewer's number.
    pub fn id(&self) -> ViewerId {
        self.id
    }

    /// Answers an offer: the first makes the peer, later ones renegotiate it, and one from a new
    /// browser-side connection replaces it. The stream goes to a peer once it is connected; until
    /// then a media socket keeps it.
    ///
    /// # Errors
    /// [`Error::Peer`] when the offer cannot be answered; an existing connection stays up.
    pub async fn offer(&self, sdp: String) -> Result<String, Error> {
        self.offer_as(sdp, Telling::Trickled).await
    }

    /// The same, with the candidates of a new peer told in this way.
    ///
    /// # Errors
    /// As [`Self::offer`].
    pub async fn offer_as(&self, sdp: String, telling: Telling) -> Result<String, Error> {
        let fingerprint = fingerprint(&sdp).to_owned();
        let mut connection = self.connection.lock().await;
        if let Some(connection) = connection.as_ref().filter(|c| c.fingerprint == fingerprint) {
            return Ok(connection.peer.renegotiate(&sdp).await?);
        }
        let (events, inbox) = mpsc::channel(EVENTS);
        let config = self.session.peer_config();
        let answered = Peer::answer_as(config, &sdp, events, telling);
        let answered = answered.instrument(self.span.clone()).await;
        self.refused.store(answered.is_err(), Ordering::Relaxed);
        let (peer, answer) = answered?;
        self.connect(&mut connection, peer, inbox, fingerprint).await;
        Ok(answer)
    }

    /// Offers the stream to whoever answers.
    ///
    /// # Errors
    /// [`Error::Peer`] when it cannot be set up.
    pub async fn make_offer(&self) -> Result<Offer, Error> {
        let (events, inbox) = mpsc::channel(EVENTS);
        let offering = Offering::new(self.session.peer_config(), events);
        let offering = offering.instrument(self.span.clone()).await?;
        Ok(Offer { offering, inbox })
    }

    /// Takes the answer to an offer of this viewer's; the stream goes there once it is connected.
    ///
    /// # Errors
    /// [`Error::Peer`] when the answer cannot be used.
    pub async fn take_answer(&self, offer: Offer, sdp: &str) -> Result<(), Error> {
        let peer = offer.offering.accept(sdp).instrument(self.span.clone()).await?;
        let mut connection = self.connection.lock().await;
        self.connect(&mut connection, peer, offer.inbox, fingerprint(sdp).to_owned()).await;
        Ok(())
    }

    /// Listens to `peer`, in place of whatever was connected before.
    async fn connect(
        &self,
        connection: &mut Option<Connection>,
        peer: Peer,
        inbox: mpsc::Receiver<PeerEvent>,
        fingerprint: String,
    ) {
        let peer = Arc::new(peer);
        let listener = Listener {
            viewer: self.id,
            peer: Arc::downgrade(&peer),
            notify: self.notify.clone(),
            session: self.session.clone(),
            loads: Arc::new(Semaphore::new(MAX_LOADS)),
        };
        tokio::spawn(listener.run(inbox).instrument(self.span.clone()));
        if let Some(old) = connection.replace(Connection { peer, fingerprint }) {
            old.peer.close().await;
        }
    }

    /// Hands a candidate of the browser's end to the peer.
    ///
    /// # Errors
    /// [`Error::Invalid`] before the first offer, [`Error::Peer`] for a malformed candidate.
    pub async fn candidate(&self, candidate: Option<Candidate>) -> Result<(), Error> {
        let peer = self.connection.lock().await.as_ref().map(|c| Arc::clone(&c.peer));
        match peer {
            Some(peer) => Ok(peer.add_candidate(candidate).await?),
            // They were on their way when the offer was refused.
            None if self.refused.load(Ordering::Relaxed) => Ok(()),
            None => Err(Error::Invalid("send an offer first".into())),
        }
    }

    /// Acts on an event, as [`Door::event`] does.
    ///
    /// # Errors
    /// What the session says of it.
    pub fn event(&self, event: Event) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        self.door().event(event)
    }

    /// The way in for what else belongs to this viewer.
    pub fn door(&self) -> Door {
        Door { viewer: self.id, session: self.session.clone() }
    }

    /// Waits for the next notice; `None` when the session lets the viewer go, or has ended without
    /// room for a last word.
    pub async fn notice(&mut self) -> Option<Notice> {
        tokio::select! {
            biased;
            notice = self.notices.recv() => notice,
            () = self.session.requests.closed() => self.notices.try_recv().ok(),
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let (session, viewer) = (self.session.clone(), self.id);
        let connection = self.connection.get_mut().take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                session.tell(Request::Leave { viewer }).await;
                if let Some(connection) = connection {
                    connection.peer.close().await;
                }
            });
        }
    }
}

/// A way into a viewer's place, for what it does and for its media socket. It keeps nothing: once
/// the viewer has left, it leads nowhere.
#[derive(Clone)]
pub struct Door {
    viewer: ViewerId,
    session: Handle,
}

impl Door {
    /// Acts on an event. The future borrows nothing: loading a scene takes time, in which the
    /// viewer may say more.
    ///
    /// # Errors
    /// What the session says of it.
    pub fn event(&self, event: Event) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let (viewer, session, at) = (self.viewer, self.session.clone(), Instant::now());
        async move { session.event(viewer, event, at).await }
    }

    /// The session's id.
    pub fn session(&self) -> &SessionId {
        self.session.id()
    }

    /// The clock that frames and pongs are stamped with.
    pub fn clock(&self) -> MediaClock {
        self.session.clock()
    }

    /// Takes the viewer's stream for a socket, from a key frame on and from whichever way had it.
    pub async fn media(&self) -> Media {
        let (feed, tap) = peer::feed(self.session.peer_config().bitrate);
        let outlet = Outlet::Socket(Arc::new(feed));
        let media = Media { tap, outlet: outlet.downgrade(), door: self.clone() };
        self.session.tell(Request::Attach { viewer: self.viewer, outlet }).await;
        media
    }
}

/// A viewer's stream and texts, for a socket; dropping it gives them up.
pub struct Media {
    tap: Tap,
    outlet: WeakOutlet,
    door: Door,
}

impl Media {
    /// Waits for what is to be sent next; `None` when another way has the stream, or the viewer has
    /// left.
    pub async fn next(&mut self) -> Option<Item> {
        self.tap.next().await
    }

    /// Notes that the socket took from `from` until now for so many bytes of frames.
    pub fn wrote(&mut self, bytes: usize, from: Instant) {
        self.tap.wrote(bytes, from);
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        let Door { viewer, session } = self.door.clone();
        let outlet = self.outlet.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { session.tell(Request::Detach { viewer, outlet }).await });
        }
    }
}

/// The first `a=fingerprint` value of an SDP, or nothing.
fn fingerprint(sdp: &str) -> &str {
    sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:")).unwrap_or_default()
}

/// Listens to a peer until it ends.
struct Listener {
    viewer: ViewerId,
    /// Weak: the peer ends when the viewer and the driver let it go, not when this task does.
    peer: Weak<Peer>,
    notify: mpsc::Sender<Notice>,
    session: Handle,
    /// One permit per scene being loaded.
    loads: Arc<Semaphore>,
}

impl Listener {
    async fn run(self, mut events: mpsc::Receiver<PeerEvent>) {
        while let Some(event) = events.recv().await {
            match event {
                PeerEvent::Connected => self.connected().await,
                PeerEvent::KeyframeWanted => {
                    self.tell(Request::Keyframe { viewer: self.viewer }).await;
                }
                PeerEvent::ChannelOpen(channel) => {
                    tracing::debug!(?channel, "data channel open");
                }
                PeerEvent::LocalCandidate(candidate) => {
                    // A full socket loses a candidate; the answer already holds the host's.
                    let _ = self.notify.try_send(Notice::Candidate(candidate));
                }
                PeerEvent::Message { channel, text } => self.message(channel, &text).await,
                PeerEvent::Failed | PeerEvent::Closed => break,
            }
        }
        let outlet = WeakOutlet::Peer(Weak::clone(&self.peer));
        self.tell(Request::Detach { viewer: self.viewer, outlet }).await;
    }

    async fn connected(&self) {
        if let Some(peer) = self.peer.upgrade() {
            let outlet = Outlet::Peer(peer);
            self.tell(Request::Attach { viewer: self.viewer, outlet }).await;
        }
    }

    async fn tell(&self, request: Request) {
        self.session.tell(request).await;
    }

    async fn message(&self, channel: Channel, text: &str) {
        let received = Instant::now();
        match wire::parse(text) {
            Ok(ClientMessage::Event(event)) => self.event(event, received).await,
            Ok(ClientMessage::Ping { t }) => {
                let clock_us = self.session.clock().micros(received);
                self.reply(channel, ServerMessage::Pong { t, clock_us });
            }
            Ok(ClientMessage::Stamps { on }) => {
                if let Some(peer) = self.peer.upgrade() {
                    peer.tell_stamps(on);
                }
            }
            Ok(ClientMessage::Offer { .. } | ClientMessage::IceCandidate(_)) => {
                self.refuse("signaling belongs on the WebSocket".into());
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    async fn event(&self, event: Event, received: Instant) {
        let Event::Command { id, command } = &event else {
            if let Err(error) = self.session.event(self.viewer, event, received).await {
                let refusal = ServerMessage::error(error.code(), error.to_string());
                self.reply(Channel::Control, refusal);
            }
            return;
        };
        let id = id.clone();
        if command.loads() {
            return self.load(event, id, received);
        }
        // In the order of arrival: pause and then step is not step and then pause.
        let outcome = self.session.event(self.viewer, event, received).await;
        self.reply(Channel::Control, ServerMessage::result(id, outcome));
    }

    /// Loads a scene beside all else: pointer moves must not wait for it.
    fn load(&self, event: Event, id: Option<Value>, received: Instant) {
        let Ok(permit) = Arc::clone(&self.loads).try_acquire_owned() else {
            let busy = Error::Limit { what: "scenes loading for this viewer", limit: MAX_LOADS };
            let refusal = ServerMessage::result(id, Err::<(), _>(busy));
            return self.reply(Channel::Control, refusal);
        };
        let (viewer, session, peer) = (self.viewer, self.session.clone(), Weak::clone(&self.peer));
        tokio::spawn(async move {
            let outcome = session.event(viewer, event, received).await;
            drop(permit);
            if let Some(peer) = peer.upgrade() {
                peer.send(Channel::Control, ServerMessage::result(id, outcome).to_json());
            }
        });
    }

    fn refuse(&self, message: String) {
        self.reply(Channel::Control, ServerMessage::error("bad_message", message));
    }

    fn reply(&self, channel: Channel, message: ServerMessage) {
        if let Some(peer) = self.peer.upgrade() {
            peer.send(channel, message.to_json());
        }
    }
}
