//! Data channels: by label, text only, bounded both ways.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use super::PeerEvent;

/// Messages that may wait for a channel. `state` messages say the same anew each time, and
/// replies on `control` are as frequent as a person's commands.
const QUEUE: usize = 32;
/// Bytes that a channel may hold unacknowledged before its queue waits: some hundred `state`
/// messages. The library's own limit is none.
pub(super) const UNSENT_BYTES: usize = 256 << 10;
/// Labels and what they mean.
const LABELS: [(&str, Channel); 3] =
    [("input", Channel::Input), ("control", Channel::Control), ("state", Channel::State)];

/// A data channel of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Pointer moves, unordered and never repeated.
    Input,
    /// Everything else from the viewer, and all replies.
    Control,
    /// What the viewer sees, unordered and never repeated.
    State,
}

/// The sending ends of a peer's channels.
pub(super) struct Senders([mpsc::Sender<String>; LABELS.len()]);

impl Senders {
    /// Queues `text`; `false` when the queue is full or the channel is gone.
    pub fn send(&self, channel: Channel, text: String) -> bool {
        self.0[channel as usize].try_send(text).is_ok()
    }
}

/// The queues that wait for their channels to open.
pub(super) struct Outlets(Mutex<[Option<mpsc::Receiver<String>>; LABELS.len()]>);

impl Outlets {
    /// The queue for the channel called `label`, once.
    pub fn take(&self, label: &str) -> Option<(Channel, mpsc::Receiver<String>)> {
        let (_, channel) = LABELS.iter().find(|(name, _)| *name == label)?;
        // Taking is all that happens under the lock.
        let mut outlets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some((*channel, outlets[*channel as usize].take()?))
    }
}

/// Makes the queues of a peer.
pub(super) fn queues() -> (Senders, Outlets) {
    let pairs = LABELS.map(|_| mpsc::channel(QUEUE));
    let mut receivers = [const { None }; LABELS.len()];
    let mut at = 0;
    let senders = pairs.map(|(sender, receiver)| {
        receivers[at] = Some(receiver);
        at += 1;
        sender
    });
    (Senders(senders), Outlets(Mutex::new(receivers)))
}

/// Serves a channel until it closes.
pub(super) async fn serve(
    channel: Arc<dyn DataChannel>,
    kind: Channel,
    outlet: mpsc::Receiver<String>,
    events: mpsc::Sender<PeerEvent>,
) {
    let open = Notify::new();
    // Side by side: what the viewer says is heard while it takes nothing itself.
    tokio::select! {
        () = read(&*channel, kind, &open, events) => {}
        () = write(&*channel, kind, &open, outlet) => {}
    }
}

/// Hands on what arrives, until the channel closes or nobody listens. While the viewer's task is
/// behind, messages wait in the library, whose own queue holds back the sender when it is full.
async fn read(
    channel: &dyn DataChannel,
    kind: Channel,
    open: &Notify,
    events: mpsc::Sender<PeerEvent>,
) {
    loop {
        let told = match channel.poll().await {
            Some(DataChannelEvent::OnOpen) => {
                open.notify_one();
                PeerEvent::ChannelOpen(kind)
            }
            Some(DataChannelEvent::OnMessage(message)) if message.is_string => {
                match String::from_utf8(message.data.to_vec()) {
                    Ok(text) => PeerEvent::Message { channel: kind, text },
                    Err(_) => continue,
                }
            }
            Some(DataChannelEvent::OnClose) | None => return,
            Some(_) => continue,
        };
        if events.send(told).await.is_err() {
            return;
        }
    }
}

/// Sends what is queued once the channel is open; waits while [`UNSENT_BYTES`] are unacknowledged.
async fn write(
    channel: &dyn DataChannel,
    kind: Channel,
    open: &Notify,
    mut outlet: mpsc::Receiver<String>,
) {
    open.notified().await;
    while let Some(text) = outlet.recv().await {
        if let Err(error) = channel.send_text(&text).await {
            tracing::debug!(%error, ?kind, "a message was not sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_channel_has_a_queue_of_its_own_once() {
        let (senders, outlets) = queues();
        assert!(senders.send(Channel::State, "s".into()));
        assert!(senders.send(Channel::Control, "c".into()));
        let (kind, mut control) = outlets.take("control").expect("known");
        assert_eq!(kind, Channel::Control);
        assert_eq!(control.recv().await.as_deref(), Some("c"));
        assert!(outlets.take("control").is_none());
        assert!(outlets.take("video").is_none());
    }

    #[test]
    fn a_queue_that_nobody_reads_is_bounded() {
        let (senders, _outlets) = queues();
        let sent = (0..100).filter(|_| senders.send(Channel::State, String::new())).count();
        assert_eq!(sent, QUEUE);
    }
}
