//! What the connection reports, handed on to the viewer's task.
//!
//! The library awaits each callback in the task that also drives ICE, DTLS and every timer, so
//! none of them waits: reports go through a queue and a cell of their own to a relay task.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use webrtc::{
    data_channel::DataChannel,
    peer_connection::{
        PeerConnectionEventHandler, RTCIceCandidateInit, RTCIceGatheringState,
        RTCPeerConnectionIceEvent, RTCPeerConnectionState,
    },
};

use super::{
    Candidate, PeerEvent,
    advertise::{Advertised, is_tcp},
    channel::{self, Outlets},
};

/// Candidates that may wait for the viewer's task: more than a machine has addresses. Those
/// beyond are dropped; the answer holds the machine's own.
const CANDIDATES: usize = 64;

/// How long UDP is tried alone. A browser takes whatever pair works first and may stay with it for
/// seconds, and a stream over TCP stalls with every loss.
const HEAD_START: Duration = Duration::from_millis(400);

/// Receives the connection's callbacks.
pub(super) struct Handler {
    second: Second,
    state: watch::Sender<RTCPeerConnectionState>,
    events: mpsc::Sender<PeerEvent>,
    outlets: Outlets,
    gathered: Arc<Notify>,
    advertised: Advertised,
}

/// The way to tell candidates that are second to others.
#[derive(Clone)]
pub(super) struct Second {
    candidates: mpsc::Sender<Option<Candidate>>,
    state: watch::Receiver<RTCPeerConnectionState>,
    cancel: CancellationToken,
}

impl Second {
    /// Tells candidates once [`HEAD_START`] has passed, unless there is a connection by then.
    pub fn tell(&self, candidates: Vec<Option<Candidate>>) {
        let Self { candidates: queue, state, cancel } = self.clone();
        let telling = async move {
            tokio::time::sleep(HEAD_START).await;
            if *state.borrow() != RTCPeerConnectionState::Connected {
                candidates.into_iter().for_each(|candidate| drop(queue.try_send(candidate)));
            }
        };
        tokio::spawn(cancel.run_until_cancelled_owned(telling));
    }
}

impl Handler {
    /// Hands everything on to `events` until `cancel`, and notifies `gathered` of the end of the
    /// candidates.
    pub fn new(
        events: mpsc::Sender<PeerEvent>,
        outlets: Outlets,
        gathered: Arc<Notify>,
        advertised: Advertised,
        cancel: CancellationToken,
    ) -> Self {
        let (candidates, inbox) = mpsc::channel(CANDIDATES);
        let (state, states) = watch::channel(RTCPeerConnectionState::New);
        let relay = relay(inbox, states, events.clone());
        tokio::spawn(cancel.clone().run_until_cancelled_owned(relay));
        let second = Second { candidates, state: state.subscribe(), cancel };
        Self { second, state, events, outlets, gathered, advertised }
    }

    /// How candidates are told later.
    pub fn second(&self) -> Second {
        self.second.clone()
    }

    fn candidate(&self, candidate: Option<Candidate>) {
        if self.second.candidates.try_send(candidate).is_err() {
            tracing::debug!("nobody takes the local candidates; one is dropped");
        }
    }
}

/// Tells `events` of candidates, and of the latest state whenever it has changed.
async fn relay(
    mut candidates: mpsc::Receiver<Option<Candidate>>,
    mut states: watch::Receiver<RTCPeerConnectionState>,
    events: mpsc::Sender<PeerEvent>,
) {
    loop {
        let event = tokio::select! {
            candidate = candidates.recv() => match candidate {
                Some(candidate) => PeerEvent::LocalCandidate(candidate),
                None => return,
            },
            changed = states.changed() => {
                if changed.is_err() {
                    return;
                }
                let state = *states.borrow_and_update();
                match state {
                    RTCPeerConnectionState::Connected => PeerEvent::Connected,
                    RTCPeerConnectionState::Failed => PeerEvent::Failed,
                    RTCPeerConnectionState::Closed => PeerEvent::Closed,
                    _ => continue,
                }
            }
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        let init = match event.candidate.to_json() {
            Ok(init) => init,
            Err(error) => return tracing::debug!(%error, "a local candidate cannot be told"),
        };
        let own = candidate(init);
        let text = own.candidate.strip_prefix("candidate:").unwrap_or(&own.candidate);
        let told = self.advertised.told(text).into_iter().map(|text| {
            let candidate = format!("candidate:{text}");
            Some(Candidate { candidate, ..own.clone() })
        });
        if is_tcp(text) {
            return self.second.tell(told.collect());
        }
        told.for_each(|candidate| self.candidate(candidate));
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.notify_one();
            // After those that are told later.
            self.second.tell(vec![None]);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        tracing::debug!(%state, "peer connection");
        self.state.send_replace(state);
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        let label = channel.label().await.unwrap_or_default();
        match self.outlets.take(&label) {
            Some((kind, outlet)) => {
                let task = channel::serve(channel, kind, outlet, self.events.clone());
                tokio::spawn(self.second.cancel.clone().run_until_cancelled_owned(task));
            }
            None => {
                tracing::debug!(label, "unknown or repeated data channel");
                let _ = channel.close().await;
            }
        }
    }
}

fn candidate(init: RTCIceCandidateInit) -> Candidate {
    Candidate {
        candidate: init.candidate,
        sdp_mid: init.sdp_mid,
        sdp_mline_index: init.sdp_mline_index,
        username_fragment: init.username_fragment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Port;

    #[tokio::test]
    async fn callbacks_do_not_wait_for_a_viewer_that_listens_to_nothing() {
        let (events, mut inbox) = mpsc::channel(1);
        let (_senders, outlets) = channel::queues();
        let cancel = CancellationToken::new();
        let port = Port::open(&[], 0, None).expect("nothing is bound");
        let advertised = Advertised::new(&[], port.seat(Vec::new()).expect("a runtime"));
        let handler = Handler::new(events, outlets, Arc::default(), advertised, cancel);
        // Far more than fits; returning at all is the point.
        for _ in 0..10 * CANDIDATES {
            handler.on_ice_gathering_state_change(RTCIceGatheringState::Complete).await;
            handler.on_connection_state_change(RTCPeerConnectionState::Connected).await;
        }
        handler.on_connection_state_change(RTCPeerConnectionState::Failed).await;
        // The last state is never among what is dropped.
        let mut told = 0;
        while inbox.recv().await.expect("the handler lives") != PeerEvent::Failed {
            told += 1;
            assert!(told <= CANDIDATES + 4, "bounded");
        }
    }
}
