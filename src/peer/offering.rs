//! Connections that this end offers: a relay that is published to only answers (RFC 9725 §4.2).

use std::{
    borrow::Cow,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    sync::Arc,
};

use tokio::{sync::mpsc, time::Instant};
use webrtc::{
    peer_connection::RTCSessionDescription,
    rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit},
};

use super::{
    Config, Error, Peer, PeerEvent, Port, Reason, Telling, answer,
    draft::Draft,
    offer::{self, Chosen},
};

/// A connection whose offer waits for its answer. Dropping it closes it.
pub struct Offering {
    draft: Draft,
    sdp: String,
    events: mpsc::Sender<PeerEvent>,
}

impl Offering {
    /// Offers a video, in H.264, and nothing else. The offer has all candidates.
    ///
    /// # Errors
    /// [`Error::Setup`] when no port is free.
    pub async fn new(config: &Config, events: mpsc::Sender<PeerEvent>) -> Result<Self, Error> {
        let deadline = Instant::now() + Telling::AtOnce.patience();
        let config = outward(config).map_err(|error| failed(error.to_string()))?;
        let draft = Draft::new(&config, Chosen::own(), &events).await?;
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Sendonly,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        };
        let connection = &draft.connection;
        let added =
            connection.add_transceiver_from_track(Arc::clone(&draft.track) as _, Some(init));
        added.await.map_err(Error::Setup)?;
        let offer = connection.create_offer(None).await.map_err(Error::Setup)?;
        draft.seat.claim(&offer.sdp);
        connection.set_local_description(offer).await.map_err(Error::Setup)?;
        if tokio::time::timeout_at(deadline, draft.gathered.notified()).await.is_err() {
            tracing::debug!("candidates are still being gathered");
        }
        let description = connection.local_description().await;
        let sdp = description.ok_or_else(|| failed("there is no offer".to_owned()))?.sdp;
        let sdp = answer::mended(&draft.advertised.rewrite(&sdp, Telling::AtOnce), "");
        Ok(Self { draft, sdp, events })
    }

    /// The offer.
    pub fn sdp(&self) -> &str {
        &self.sdp
    }

    /// Takes the answer; media flows once the peer is connected.
    ///
    /// # Errors
    /// [`Error::Refused`] when it makes no sense or takes no video.
    pub async fn accept(self, sdp: &str) -> Result<Peer, Error> {
        offer::check_accepted(sdp, &self.draft.chosen).map_err(refused)?;
        let description = RTCSessionDescription::answer(sdp.to_owned());
        let description = description.map_err(|error| refused(error.into()))?;
        let connection = &self.draft.connection;
        let taken = connection.set_remote_description(description).await;
        taken.map_err(|error| refused(error.into()))?;
        let sender = connection.get_senders().await.into_iter().next();
        let sender = sender.ok_or_else(|| refused(Reason::Declined))?;
        self.draft.start(sender, self.events, Telling::AtOnce).await
    }
}

/// The common port, or one of this connection's own where that one is for this machine alone: the
/// other end is asked from here, and may be on another.
fn outward(config: &Config) -> io::Result<Cow<'_, Config>> {
    if !config.bind.iter().all(IpAddr::is_loopback) {
        return Ok(Cow::Borrowed(config));
    }
    let mut bind: Vec<IpAddr> = vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    bind.retain(|ip| UdpSocket::bind((*ip, 0)).is_ok());
    let port = Port::open(&bind, 0, None)?;
    Ok(Cow::Owned(Config { bind, port, include_loopback: true, ..config.clone() }))
}

fn failed(why: String) -> Error {
    Error::Setup(webrtc::error::Error::Other(why))
}

fn refused(source: Reason) -> Error {
    Error::Refused { what: "answer", source }
}
