//! The other end of a connection, without a decoder: what measures a daemon from outside.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rtc::{
    interceptor::Registry,
    peer_connection::configuration::{
        RTCConfigurationBuilder,
        media_engine::{MIME_TYPE_H264, MediaEngine},
        setting_engine::SettingEngineBuilder,
    },
    rtp_transceiver::{
        RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
        rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind},
    },
};
use tokio::sync::{Notify, mpsc, watch};
use webrtc::{
    data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit},
    error::Error as LibraryError,
    media_stream::track_remote::{TrackRemote, TrackRemoteEvent},
    peer_connection::{
        PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
        RTCIceGatheringState, RTCPeerConnectionState, RTCSessionDescription,
    },
};

use super::{Candidate, Channel, Error, link::Link};

/// How long a connection may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// What may wait to be looked at; more is forgotten.
const SEEN: usize = 1024;
/// What every browser offers.
const FORMAT: &str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";

/// What arrived.
#[derive(Debug)]
pub enum Seen {
    /// The last packet of a frame.
    Frame {
        /// The time stamp of its packets.
        rtp: u32,
        /// When it was there.
        at: Instant,
    },
    /// Text on the channel `state`.
    State(String),
}

/// A viewer of this process; dropping it leaves.
pub struct Watcher {
    connection: Link,
    state: watch::Receiver<RTCPeerConnectionState>,
    input: Arc<dyn DataChannel>,
    control: Arc<dyn DataChannel>,
    opened: watch::Receiver<bool>,
    frames: Arc<AtomicU64>,
}

impl Watcher {
    /// A viewer, what arrives at it, and the offer that it makes with all of its candidates, of
    /// loopback alone.
    ///
    /// # Errors
    /// [`Error::Setup`] when no port is free.
    pub async fn new() -> Result<(Self, mpsc::Receiver<Seen>, String), Error> {
        let gathered = Arc::new(Notify::new());
        let frames = Arc::new(AtomicU64::new(0));
        let (tell_state, state) = watch::channel(RTCPeerConnectionState::New);
        let (tell, seen) = mpsc::channel(SEEN);
        let handler = Handler {
            gathered: Arc::clone(&gathered),
            state: tell_state,
            frames: Arc::clone(&frames),
            seen: tell.clone(),
        };
        let any = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        let built = PeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(media_engine().map_err(Error::Setup)?)
            .with_setting_engine(
                SettingEngineBuilder::new().with_include_loopback_candidate(true).build(),
            )
            .with_interceptor_registry(Registry::new())
            .with_handler(Arc::new(handler))
            .with_udp_addrs(any)
            .build()
            .await;
        let connection = Link::new(built.map_err(Error::Setup)?);
        let receive = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Recvonly,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        };
        let video = connection.add_transceiver_from_kind(RtpCodecKind::Video, Some(receive)).await;
        video.map_err(Error::Setup)?;
        let input = open(&connection, "input", false).await?;
        let control = open(&connection, "control", true).await?;
        let states = open(&connection, "state", false).await?;
        let (tell_open, opened) = watch::channel(false);
        tokio::spawn(hear(Arc::clone(&control), move |event| {
            if matches!(event, DataChannelEvent::OnOpen) {
                tell_open.send_replace(true);
            }
        }));
        tokio::spawn(hear(Arc::clone(&input), |_| {}));
        tokio::spawn(hear(states, move |event| {
            if let DataChannelEvent::OnMessage(message) = event
                && let Ok(text) = String::from_utf8(message.data.to_vec())
            {
                let _ = tell.try_send(Seen::State(text));
            }
        }));
        let offer = connection.create_offer(None).await.map_err(Error::Setup)?;
        connection.set_local_description(offer).await.map_err(Error::Setup)?;
        within(gathered.notified()).await?;
        let offer = connection.local_description().await;
        let offer = offer.ok_or_else(|| failed("there is no offer"))?.sdp;
        Ok((Self { connection, state, input, control, opened, frames }, seen, offer))
    }

    /// Takes the answer.
    ///
    /// # Errors
    /// [`Error::Refused`] when it does not fit the offer.
    pub async fn accept(&self, answer: String) -> Result<(), Error> {
        let refused =
            |source: LibraryError| Error::Refused { what: "answer", source: source.into() };
        let answer = RTCSessionDescription::answer(answer).map_err(refused)?;
        self.connection.set_remote_description(answer).await.map_err(refused)
    }

    /// Takes a candidate of the daemon's.
    ///
    /// # Errors
    /// [`Error::Refused`] when it cannot be parsed.
    pub async fn add_candidate(&self, candidate: Candidate) -> Result<(), Error> {
        let init = RTCIceCandidateInit {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_mline_index: candidate.sdp_mline_index,
            username_fragment: candidate.username_fragment,
            url: None,
        };
        let added = self.connection.add_ice_candidate(init).await;
        added.map_err(|source| Error::Refused { what: "candidate", source: source.into() })
    }

    /// Waits until media can flow and commands can be sent.
    ///
    /// # Errors
    /// [`Error::Setup`] when it takes too long.
    pub async fn connected(&self) -> Result<(), Error> {
        let (mut state, mut opened) = (self.state.clone(), self.opened.clone());
        let connected = state.wait_for(|state| *state == RTCPeerConnectionState::Connected);
        within(connected).await?.map_err(|_| failed("the connection ended"))?;
        within(opened.wait_for(|open| *open)).await?.map_err(|_| failed("a channel ended"))?;
        Ok(())
    }

    /// Says something on `input` or `control`.
    ///
    /// # Errors
    /// [`Error::Setup`] when the channel is not open.
    pub async fn say(&self, channel: Channel, text: &str) -> Result<(), Error> {
        let channel = if channel == Channel::Input { &self.input } else { &self.control };
        channel.send_text(text).await.map_err(Error::Setup)
    }

    /// Frames that arrived so far.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }
}

async fn open(
    connection: &Link,
    label: &str,
    reliable: bool,
) -> Result<Arc<dyn DataChannel>, Error> {
    let init = RTCDataChannelInit {
        ordered: reliable,
        max_retransmits: (!reliable).then_some(0),
        ..Default::default()
    };
    connection.create_data_channel(label, Some(init)).await.map_err(Error::Setup)
}

async fn hear(channel: Arc<dyn DataChannel>, mut take: impl FnMut(DataChannelEvent)) {
    while let Some(event) = channel.poll().await {
        take(event);
    }
}

async fn within<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    let late = |_| failed(&format!("no connection within {} s", DEADLINE.as_secs()));
    tokio::time::timeout(DEADLINE, work).await.map_err(late)
}

fn failed(why: &str) -> Error {
    Error::Setup(LibraryError::Other(why.to_owned()))
}

fn media_engine() -> Result<MediaEngine, LibraryError> {
    let feedback =
        |parameter: &str| RTCPFeedback { typ: "nack".into(), parameter: parameter.into() };
    let rtp_codec = RTCRtpCodec {
        mime_type: MIME_TYPE_H264.into(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: FORMAT.into(),
        rtcp_feedback: vec![feedback(""), feedback("pli")],
    };
    let codec = RTCRtpCodecParameters { rtp_codec, payload_type: 109 };
    let mut media = MediaEngine::default();
    media.register_codec(codec, RtpCodecKind::Video)?;
    Ok(media)
}

struct Handler {
    gathered: Arc<Notify>,
    state: watch::Sender<RTCPeerConnectionState>,
    frames: Arc<AtomicU64>,
    seen: mpsc::Sender<Seen>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.notify_one();
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.state.send_replace(state);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let (frames, seen) = (Arc::clone(&self.frames), self.seen.clone());
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                let TrackRemoteEvent::OnRtpPacket(packet) = event else { continue };
                if packet.header.marker {
                    frames.fetch_add(1, Ordering::Relaxed);
                    let rtp = packet.header.timestamp;
                    let _ = seen.try_send(Seen::Frame { rtp, at: Instant::now() });
                }
            }
        });
    }
}
