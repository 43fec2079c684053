//! Notices that a client has closed its end: the library takes a DTLS `close_notify` for no change
//! of the connection, which would look alive until ICE gives it up half a minute later.

use std::{sync::Arc, time::Duration};

use rtc::peer_connection::transport::RTCDtlsTransportState;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use webrtc::rtp_transceiver::RtpSender;

use super::PeerEvent;

/// How often it is looked for: nothing tells of it.
const EVERY: Duration = Duration::from_millis(500);

/// Waits until the client has closed the transport of `sender`, and tells the viewer's task.
pub(super) async fn notice(sender: Arc<dyn RtpSender>, events: mpsc::Sender<PeerEvent>) {
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !is_closed(&*sender).await {
        looks.tick().await;
    }
    // The viewer's task may have gone first.
    let _ = events.send(PeerEvent::Closed).await;
}

async fn is_closed(sender: &dyn RtpSender) -> bool {
    match sender.transport().await {
        Ok(Some(transport)) => {
            matches!(transport.state().await, Ok(RTCDtlsTransportState::Closed))
        }
        Ok(None) | Err(_) => false,
    }
}
