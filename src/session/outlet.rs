//! How a viewer is reached: by a WebRTC peer, or by a socket. The driver knows no difference.

use std::sync::{Arc, Weak};

use crate::{
    encode,
    frame::FrameReceiver,
    peer::{Channel, Feed, Peer},
    units::Bitrate,
};

/// A viewer's way to its stream and its texts.
#[derive(Clone)]
pub(super) enum Outlet {
    /// RTP and data channels.
    Peer(Arc<Peer>),
    /// A media socket.
    Socket(Arc<Feed>),
}

/// By which way a viewer gets its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// WebRTC, over whatever pair of addresses the browser chose.
    Webrtc,
    /// A WebSocket.
    Websocket,
}

impl Via {
    /// In replies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webrtc => "webrtc",
            Self::Websocket => "websocket",
        }
    }
}

impl Outlet {
    /// Sends the frames of `frames` from its next key frame on, in place of any earlier source.
    pub async fn play(&self, frames: FrameReceiver) {
        match self {
            Self::Peer(peer) => peer.play(frames).await,
            Self::Socket(feed) => feed.play(frames),
        }
    }

    /// Sends text; `false` when the queue for it is full or the viewer is gone.
    pub fn send(&self, channel: Channel, text: String) -> bool {
        match self {
            Self::Peer(peer) => peer.send(channel, text),
            Self::Socket(feed) => feed.send(channel, text),
        }
    }

    /// What the viewer's decoder takes. On a socket it is H.264 of profile Main, which every
    /// decoder of browsers takes; a socket offers nothing to choose from.
    pub fn formats(&self) -> encode::Formats {
        match self {
            Self::Peer(peer) => peer.formats(),
            Self::Socket(_) => encode::Profile::Main.into(),
        }
    }

    /// Begins with no more than the way before this one was found to carry.
    pub fn expect(&self, known: Bitrate) {
        match self {
            Self::Peer(peer) => peer.expect(known),
            Self::Socket(feed) => feed.expect(known),
        }
    }

    /// What the way to the viewer carries of a stream.
    pub fn carried(&self) -> Bitrate {
        match self {
            Self::Peer(peer) => peer.carried(),
            Self::Socket(feed) => feed.estimate(),
        }
    }

    /// What the way to the viewer is taken to carry in all.
    pub fn estimate(&self) -> Bitrate {
        match self {
            Self::Peer(peer) => peer.stats().estimate,
            Self::Socket(feed) => feed.estimate(),
        }
    }

    /// Which way it is.
    pub fn via(&self) -> Via {
        match self {
            Self::Peer(_) => Via::Webrtc,
            Self::Socket(_) => Via::Websocket,
        }
    }

    /// Ends it.
    pub async fn close(&self) {
        match self {
            Self::Peer(peer) => peer.close().await,
            Self::Socket(feed) => feed.close(),
        }
    }

    /// The same without keeping it.
    pub fn downgrade(&self) -> WeakOutlet {
        match self {
            Self::Peer(peer) => WeakOutlet::Peer(Arc::downgrade(peer)),
            Self::Socket(feed) => WeakOutlet::Socket(Arc::downgrade(feed)),
        }
    }
}

/// An [`Outlet`] for whoever must not keep it.
#[derive(Clone)]
pub(super) enum WeakOutlet {
    /// RTP and data channels.
    Peer(Weak<Peer>),
    /// A media socket.
    Socket(Weak<Feed>),
}

impl WeakOutlet {
    /// Whether it is the same as `outlet`.
    pub fn is(&self, outlet: &Outlet) -> bool {
        match (self, outlet) {
            (Self::Peer(weak), Outlet::Peer(peer)) => weak.as_ptr() == Arc::as_ptr(peer),
            (Self::Socket(weak), Outlet::Socket(feed)) => weak.as_ptr() == Arc::as_ptr(feed),
            _ => false,
        }
    }
}
