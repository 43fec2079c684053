//! Data channels: by label, text only, bounded both ways.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, mpsc, watch};
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use super::PeerEvent;

/// Messages that may wait for a channel: replies are as frequent as a person's commands.
const QUEUE: usize = 32;
/// Bytes that a channel may hold unacknowledged before its queue waits: a scene's worth of
/// replies. The library's own limit is none.
pub(super) const UNSENT_BYTES: usize = 256 << 10;
/// Bytes of `state` that may be on their way: a few messages. On a slow path more would only be
/// older by the time they arrive.
const STATE_BYTES: usize = 8 << 10;
/// Messages about frames that may wait: a slow path loses them.
const STAMPS: usize = 8;
/// How soon a slow path is looked at again; below the time between two states.
const STATE_RETRY: Duration = Duration::from_millis(50);
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
pub(super) struct Senders {
    input: mpsc::Sender<String>,
    control: mpsc::Sender<String>,
    state: watch::Sender<String>,
    stamps: mpsc::Sender<String>,
}

impl Senders {
    /// Where messages about frames go, which share the channel `state`.
    pub fn stamps(&self) -> mpsc::Sender<String> {
        self.stamps.clone()
    }

    /// Queues `text`, or on `state` puts it in the place of what waits there; `false` when the
    /// queue is full or the channel is gone.
    pub fn send(&self, channel: Channel, text: String) -> bool {
        match channel {
            Channel::Input => self.input.try_send(text).is_ok(),
            Channel::Control => self.control.try_send(text).is_ok(),
            Channel::State => self.state.send(text).is_ok(),
        }
    }
}

/// The receiving end of one channel's messages.
pub(super) enum Outlet {
    /// Each is sent.
    Every(mpsc::Receiver<String>),
    /// The latest is sent, when there is room for it; beside it each of the others for which there
    /// is room at once.
    Latest(watch::Receiver<String>, mpsc::Receiver<String>),
}

impl Outlet {
    /// What to send next on `channel`; `None` once the peer is gone.
    async fn next(&mut self, channel: &dyn DataChannel) -> Option<String> {
        match self {
            Self::Every(queue) => queue.recv().await,
            Self::Latest(value, others) => {
                let crowded = || async {
                    channel.outstanding_bytes().await.is_ok_and(|bytes| bytes > STATE_BYTES)
                };
                loop {
                    tokio::select! {
                        changed = value.changed() => break changed.ok()?,
                        Some(other) = others.recv() => if !crowded().await {
                            return Some(other);
                        },
                    }
                }
                while crowded().await {
                    tokio::time::sleep(STATE_RETRY).await;
                }
                Some(value.borrow_and_update().clone())
            }
        }
    }
}

/// The outlets that wait for their channels to open.
pub(super) struct Outlets(Mutex<[Option<Outlet>; LABELS.len()]>);

impl Outlets {
    /// The outlet for the channel called `label`, once.
    pub fn take(&self, label: &str) -> Option<(Channel, Outlet)> {
        let (_, channel) = LABELS.iter().find(|(name, _)| *name == label)?;
        // Taking is all that happens under the lock.
        let mut outlets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some((*channel, outlets[*channel as usize].take()?))
    }
}

/// Makes the queues of a peer.
pub(super) fn queues() -> (Senders, Outlets) {
    let (senders, Texts { input, control, state, stamps }) = texts();
    // In the order of `LABELS` and `Channel`.
    let outlets = [Outlet::Every(input), Outlet::Every(control), Outlet::Latest(state, stamps)];
    (senders, Outlets(Mutex::new(outlets.map(Some))))
}

/// The receiving ends of all channels' messages, where they are not sent on channels.
pub(super) struct Texts {
    input: mpsc::Receiver<String>,
    control: mpsc::Receiver<String>,
    state: watch::Receiver<String>,
    /// Of no use to a socket, whose frames carry their stamps.
    stamps: mpsc::Receiver<String>,
}

/// The same queues, for somebody who sends all on one way.
pub(super) fn texts() -> (Senders, Texts) {
    let (input, inputs) = mpsc::channel(QUEUE);
    let (control, controls) = mpsc::channel(QUEUE);
    let (state, states) = watch::channel(String::new());
    let (stamps, told) = mpsc::channel(STAMPS);
    let texts = Texts { input: inputs, control: controls, state: states, stamps: told };
    (Senders { input, control, state, stamps }, texts)
}

impl Texts {
    /// What to send next: replies before states; `None` once the sender is gone.
    pub async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            text = self.control.recv() => text,
            text = self.input.recv() => text,
            changed = self.state.changed() => {
                changed.ok()?;
                Some(self.state.borrow_and_update().clone())
            }
        }
    }
}

/// Serves a channel until it closes.
pub(super) async fn serve(
    channel: Arc<dyn DataChannel>,
    kind: Channel,
    outlet: Outlet,
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
async fn write(channel: &dyn DataChannel, kind: Channel, open: &Notify, mut outlet: Outlet) {
    open.notified().await;
    while let Some(text) = outlet.next(channel).await {
        if let Err(error) = channel.send_text(&text).await {
            tracing::debug!(%error, ?kind, "a message was not sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_channel_has_an_outlet_of_its_own_once() {
        let (senders, outlets) = queues();
        assert!(senders.send(Channel::Input, "i".into()));
        assert!(senders.send(Channel::Control, "c".into()));
        for (label, channel, text) in
            [("control", Channel::Control, "c"), ("input", Channel::Input, "i")]
        {
            let Some((kind, Outlet::Every(mut queue))) = outlets.take(label) else {
                panic!("{label} has a queue");
            };
            assert_eq!((kind, queue.recv().await.as_deref()), (channel, Some(text)));
            assert!(outlets.take(label).is_none());
        }
        assert!(outlets.take("video").is_none());
    }

    #[test]
    fn a_queue_that_nobody_reads_is_bounded() {
        let (senders, _outlets) = queues();
        let sent = (0..100).filter(|_| senders.send(Channel::Control, String::new())).count();
        assert_eq!(sent, QUEUE);
    }

    #[test]
    fn a_state_takes_the_place_of_the_one_before() {
        let (senders, outlets) = queues();
        assert!((0..100).all(|at| senders.send(Channel::State, at.to_string())));
        let Some((Channel::State, Outlet::Latest(mut value, others))) = outlets.take("state")
        else {
            panic!("state has a value");
        };
        assert_eq!(*value.borrow_and_update(), "99");
        assert!(!value.has_changed().expect("a living peer"));
        drop((value, others));
        assert!(!senders.send(Channel::State, "late".into()));
    }
}
