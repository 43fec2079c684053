//! Connections that this end offers: a relay that is published to only answers (RFC 9725 §4.2).

use std::sync::Arc;

use tokio::{sync::mpsc, time::Instant};
use webrtc::{
    peer_connection::RTCSessionDescription,
    rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit},
};

use super::{
    Config, Error, Peer, PeerEvent, Reason, Telling, answer,
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
        let draft = Draft::new(config, Chosen::own(), &events).await?;
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
        let none = || Error::Setup(webrtc::error::Error::Other("there is no offer".to_owned()));
        let sdp = description.ok_or_else(none)?.sdp;
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

fn refused(source: Reason) -> Error {
    Error::Refused { what: "answer", source }
}
