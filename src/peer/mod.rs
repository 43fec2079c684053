//! One viewer's WebRTC connection: video out, data channels both ways.
//!
//! ```text
//!  FrameReceiver ─► media task ─► RTP packets ─► driver (SRTP, ICE, DTLS) ─► UDP
//!  send(channel) ─► channel task ─► SCTP ───────────┘        │
//!  PeerEvent ◄── handler, channel tasks, RTCP task ◄─────────┘
//! ```
//! A viewer whom no packets reach has a [`Feed`] instead, which a socket empties.
//!
//! The only module that names the `webrtc` and `rtc` crates. It knows no session: what viewers
//! send is handed on as text, and [`wire`] says what that text means.

pub mod turn;
pub mod wire;

mod advertise;
mod answer;
mod channel;
mod congestion;
mod draft;
mod feed;
mod feedback;
mod fragment;
mod handler;
mod hangup;
mod link;
mod media;
#[cfg(test)]
mod noise;
mod offer;
mod offering;
mod pacer;
mod playout;
mod port;
mod servers;
mod setup;
mod stamps;
mod watcher;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};
use tokio_util::sync::DropGuard;
use utoipa::ToSchema;
use webrtc::peer_connection::{PeerConnection, RTCIceCandidateInit, RTCSessionDescription};

use crate::{
    encode,
    frame::FrameReceiver,
    metrics::Metrics,
    units::{Bitrate, Codecs, MediaClock},
};
use advertise::Advertised;
use draft::Draft;
use link::Link;
use offer::Chosen;
use port::Seat;

pub use channel::Channel;
pub use feed::{Feed, Item, Tap, feed};
pub use fragment::{Credentials, Fragment, FragmentError};
pub use media::Stats;
pub use offering::Offering;
pub use port::{Port, is_media};
pub use watcher::{Seen, Watcher};

/// Gathering host candidates takes a few milliseconds; a STUN server that does not answer must
/// not hold up the answer, its candidate can follow.
const GATHERING: Duration = Duration::from_millis(150);
/// The same where nothing can follow: a server that answers at all does so by then.
const GATHERING_ALL: Duration = Duration::from_secs(1);
/// Candidates that an offer may hold, and that may follow it; each is checked from every address
/// of the server's. Browsers send a handful.
const MAX_CANDIDATES: u32 = 128;

/// How viewers are reached.
#[derive(Clone, Debug)]
pub struct Config {
    /// STUN and TURN servers, for the server's own candidates.
    pub ice_servers: Vec<IceServer>,
    /// Addresses to be reached at; an unspecified one stands for all of the machine's.
    pub bind: Vec<IpAddr>,
    /// Where all peers are reached.
    pub port: Port,
    /// Addresses to offer besides the bound ones: those that a NAT maps to this machine.
    pub advertise: Vec<IpAddr>,
    /// Whether loopback addresses are offered.
    pub include_loopback: bool,
    /// What may be sent beside H.264, because hardware encodes it.
    pub codecs: Codecs,
    /// What a stream is coded in at its best.
    pub bitrate: Bitrate,
    /// What frames are stamped with.
    pub clock: MediaClock,
    /// Where what is sent is counted.
    pub metrics: Arc<Metrics>,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URL.
    pub url: String,
    /// User name, at TURN servers.
    pub username: String,
    /// Password, at TURN servers.
    pub credential: String,
}

/// An ICE candidate as `RTCIceCandidateInit` spells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// `candidate:…`, RFC 8839 §5.1.
    pub candidate: String,
    /// The media section's id.
    #[schema(required)]
    pub sdp_mid: Option<String>,
    /// The media section's index.
    #[serde(rename = "sdpMLineIndex")]
    #[schema(required)]
    pub sdp_mline_index: Option<u16>,
    /// The ICE generation that it belongs to.
    #[schema(required)]
    pub username_fragment: Option<String>,
}

/// How a client learns of the server's candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// The answer has those found at once; others follow, those over TCP among them.
    Trickled,
    /// The answer has all: nothing can follow it.
    AtOnce,
}

impl Telling {
    fn patience(self) -> Duration {
        match self {
            Self::Trickled => GATHERING,
            Self::AtOnce => GATHERING_ALL,
        }
    }
}

/// What a peer tells its viewer's task.
#[derive(Clone, Debug, PartialEq)]
pub enum PeerEvent {
    /// Media can flow.
    Connected,
    /// The connection failed for good.
    Failed,
    /// The connection was closed.
    Closed,
    /// The decoder cannot go on without a key frame.
    KeyframeWanted,
    /// A candidate of the server's end; `None` ends them.
    LocalCandidate(Option<Candidate>),
    /// A data channel opened.
    ChannelOpen(Channel),
    /// Text arrived on a data channel.
    Message {
        /// Which one.
        channel: Channel,
        /// The text.
        text: String,
    },
}

/// Why a peer could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The offer or a candidate cannot be used; for the client.
    #[error("the {what} cannot be used: {source}")]
    Refused {
        /// What the client sent.
        what: &'static str,
        /// What is wrong with it.
        source: Reason,
    },
    /// The server's end cannot be set up.
    #[error("the connection cannot be set up: {0}")]
    Setup(#[source] webrtc::error::Error),
}

/// What is wrong with an offer or a candidate.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// Nothing asks for a picture.
    #[error("it has no video section; add a transceiver that receives video")]
    NoVideo,
    /// Video is to flow the other way or not at all.
    #[error("its video section does not receive")]
    NotReceiving,
    /// No codec in common.
    #[error("the offer has no H.264, which every stream can be sent in")]
    NoH264,
    /// H.264, but not as it is sent.
    #[error("the offer has no H.264 of profile Baseline, Main or High with packetization-mode=1")]
    H264Profile,
    /// An answer that takes no video.
    #[error("it takes no H.264 with packetization-mode=1")]
    Declined,
    /// More candidates than any browser has.
    #[error("more than {MAX_CANDIDATES} candidates")]
    Candidates,
    /// The library cannot use it.
    #[error(transparent)]
    Library(#[from] webrtc::error::Error),
}

/// A viewer's connection. Dropping it closes it.
pub struct Peer {
    connection: Link,
    sources: mpsc::Sender<FrameReceiver>,
    channels: channel::Senders,
    stats: Arc<media::Counters>,
    stamps: stamps::Wish,
    gathered: Arc<Notify>,
    seat: Arc<Seat>,
    advertised: Advertised,
    second: handler::Second,
    /// Candidates that the browser added since its last offer.
    candidates: AtomicU32,
    codecs: Codecs,
    chosen: Chosen,
    telling: Telling,
    cancel: DropGuard,
}

impl Peer {
    /// Answers an offer; gives the peer and the SDP with the candidates found so far.
    ///
    /// # Errors
    /// [`Error::Refused`] when the offer makes no sense or asks for no video that can be sent,
    /// [`Error::Setup`] when no port is free.
    pub async fn answer(
        config: &Config,
        offer: &str,
        events: mpsc::Sender<PeerEvent>,
    ) -> Result<(Self, String), Error> {
        Self::answer_as(config, offer, events, Telling::Trickled).await
    }

    /// The same, with the server's candidates told in this way.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub async fn answer_as(
        config: &Config,
        offer: &str,
        events: mpsc::Sender<PeerEvent>,
        telling: Telling,
    ) -> Result<(Self, String), Error> {
        let deadline = Instant::now() + telling.patience();
        let description = description(offer)?;
        let chosen = offer::choose(offer, config.codecs).map_err(refused)?;
        let draft = Draft::new(config, chosen, &events).await?;
        draft.connection.set_remote_description(description).await.map_err(refused)?;
        let sender = draft.connection.add_track(Arc::clone(&draft.track) as _).await;
        let sender = sender.map_err(refused)?;
        let answer = negotiate(&*draft.connection, &draft.seat, &draft.chosen).await?;
        let peer = draft.start(sender, events, telling).await?;
        let answer = peer.answer_with_candidates(offer, answer, deadline).await;
        Ok((peer, answer))
    }

    /// The local description once candidates are in it, or as it is when they take too long.
    async fn answer_with_candidates(
        &self,
        offer: &str,
        answer: String,
        deadline: Instant,
    ) -> String {
        if tokio::time::timeout_at(deadline, self.gathered.notified()).await.is_err() {
            tracing::debug!(telling = ?self.telling, "candidates are still being gathered");
        }
        let current = self.connection.local_description().await;
        let sdp = current.map_or(answer, |description| description.sdp);
        answer::mended(&self.advertised.rewrite(&sdp, self.telling), offer)
    }

    /// Answers a later offer of the same connection, an ICE restart included.
    ///
    /// # Errors
    /// [`Error::Refused`]; the connection goes on as before.
    pub async fn renegotiate(&self, offer: &str) -> Result<String, Error> {
        let deadline = Instant::now() + self.telling.patience();
        let description = description(offer)?;
        offer::choose(offer, self.codecs).map_err(refused)?;
        // What an earlier offer gathered late says nothing of this one.
        let _ = self.gathered.notified().now_or_never();
        let answer = match self.negotiate_anew(description).await {
            Ok(answer) => answer,
            Err(error) => {
                self.roll_back().await;
                return Err(error);
            }
        };
        self.candidates.store(0, Ordering::Relaxed);
        let answer = self.answer_with_candidates(offer, answer, deadline).await;
        // Unlike those over UDP they are not found anew: a restart keeps them.
        if let Some(now) = self.connection.local_description().await {
            let streams = self.advertised.streams(&now.sdp).into_iter().map(Some);
            self.second.tell(streams.collect());
        }
        Ok(answer)
    }

    async fn negotiate_anew(&self, description: RTCSessionDescription) -> Result<String, Error> {
        self.connection.set_remote_description(description).await.map_err(refused)?;
        negotiate(&*self.connection, &self.seat, &self.chosen).await
    }

    /// Forgets an offer that could not be answered: with one pending, the library takes no other.
    async fn roll_back(&self) {
        let rolled_back = match RTCSessionDescription::rollback(None) {
            Ok(rollback) => self.connection.set_remote_description(rollback).await,
            Err(error) => Err(error),
        };
        if let Err(error) = rolled_back {
            tracing::debug!(%error, "there was nothing to roll back");
        }
    }

    /// Adds a candidate of the browser's end; `None` ends them.
    ///
    /// # Errors
    /// [`Error::Refused`] when it cannot be parsed.
    pub async fn add_candidate(&self, candidate: Option<Candidate>) -> Result<(), Error> {
        let Some(candidate) = candidate else { return Ok(()) };
        if candidate.candidate.contains(".local ") {
            // A name that only the browser's own network can resolve. The browser's checks reach
            // the server's candidates all the same, and tell its address.
            return Ok(());
        }
        let refused = |source| Error::Refused { what: "candidate", source };
        if self.candidates.fetch_add(1, Ordering::Relaxed) >= MAX_CANDIDATES {
            return Err(refused(Reason::Candidates));
        }
        let init = RTCIceCandidateInit {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_mline_index: candidate.sdp_mline_index,
            username_fragment: candidate.username_fragment,
            url: None,
        };
        self.connection.add_ice_candidate(init).await.map_err(|error| refused(error.into()))
    }

    /// Sends the frames of `frames` from its next key frame on, in place of any earlier source.
    /// RTP sequence numbers run on; times are the frames' own.
    pub async fn play(&self, frames: FrameReceiver) {
        if self.sources.send(frames).await.is_err() {
            tracing::debug!("the peer is closing; its frames are dropped");
        }
    }

    /// Sends text on a data channel; `false` when it is gone or its queue is full. On `state` the
    /// latest text counts: one that a slow path has not taken yet is replaced.
    pub fn send(&self, channel: Channel, text: String) -> bool {
        self.channels.send(channel, text)
    }

    /// Tells on `state` when each frame was where, or no longer.
    pub fn tell_stamps(&self, on: bool) {
        self.stamps.set(on);
    }

    /// What the browser's decoder takes, settled with the first answer.
    pub fn formats(&self) -> encode::Formats {
        self.chosen.formats()
    }

    /// Begins with no more than a way before this one was found to carry; to be told before
    /// anything is played.
    pub fn expect(&self, known: Bitrate) {
        self.stats.expect(known);
    }

    /// What a stream to this viewer may take of what its path carries.
    pub fn carried(&self) -> Bitrate {
        self.stats.carried()
    }

    /// What was sent so far, and how it fared.
    pub fn stats(&self) -> Stats {
        self.stats.read()
    }

    /// Closes the connection and waits until its ports are free.
    pub async fn close(&self) {
        self.cancel.token().cancel();
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "a connection did not close cleanly");
        }
    }
}

fn refused(source: impl Into<Reason>) -> Error {
    Error::Refused { what: "offer", source: source.into() }
}

fn description(offer: &str) -> Result<RTCSessionDescription, Error> {
    RTCSessionDescription::offer(offer.to_owned()).map_err(refused)
}

async fn negotiate(
    connection: &dyn PeerConnection,
    seat: &Seat,
    chosen: &Chosen,
) -> Result<String, Error> {
    let answer = connection.create_answer(None).await.map_err(refused)?;
    offer::check_answer(&answer.sdp, chosen).map_err(refused)?;
    let sdp = answer.sdp.clone();
    seat.claim(&sdp);
    connection.set_local_description(answer).await.map_err(refused)?;
    Ok(sdp)
}
