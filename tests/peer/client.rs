//! A WebRTC client in this process, as far as a browser's part in the protocol goes.

use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use mjcast::{
    frame::EncodedFrame,
    peer::{self, Candidate, Peer, PeerEvent, Port},
    units::{Bitrate, Codec, Codecs, MediaClock, MediaTime, Size},
};
use rtc::{
    interceptor::Registry,
    peer_connection::configuration::{
        RTCConfigurationBuilder, RTCOfferOptions, media_engine::MediaEngine,
        setting_engine::SettingEngineBuilder,
    },
    rtcp,
    rtp::Packet,
    rtp_transceiver::{
        RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
        rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind},
    },
};
use tokio::{
    net::UdpSocket,
    sync::{Notify, mpsc, watch},
};
use webrtc::{
    data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit},
    media_stream::track_remote::{TrackRemote, TrackRemoteEvent},
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
        RTCIceGatheringState, RTCPeerConnectionState, RTCSessionDescription,
    },
};

/// Longest wait for anything; loaded machines are slow, hung ones are slower.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// Events and packets that may wait for a test to look.
const INBOX: usize = 4096;

/// What a client asks for.
#[derive(Clone, Copy)]
pub struct Wants {
    /// MIME type and format of the video codec, if any.
    pub video: Option<(&'static str, &'static str)>,
    /// Likewise, of one that it likes better.
    pub better: Option<(&'static str, &'static str)>,
    /// Whether to ask for audio as well.
    pub audio: bool,
    /// Whether to open the protocol's data channels.
    pub channels: bool,
}

impl Default for Wants {
    fn default() -> Self {
        let video = Some(("video/H264", BASELINE));
        Self { video, better: None, audio: false, channels: true }
    }
}

/// Constrained baseline with fragmentation, as every browser offers it.
pub const BASELINE: &str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";

/// The client's end.
pub struct Client {
    connection: Arc<dyn PeerConnection>,
    gathered: Arc<Notify>,
    state: watch::Receiver<RTCPeerConnectionState>,
    track: watch::Receiver<Option<Arc<dyn TrackRemote>>>,
    channels: HashMap<&'static str, Arc<dyn DataChannel>>,
    /// RTP as it comes.
    pub packets: mpsc::Receiver<Packet>,
}

impl Client {
    /// A client that has asked for nothing yet.
    pub async fn new(wants: Wants) -> Self {
        let gathered = Arc::new(Notify::new());
        let (state_tx, state) = watch::channel(RTCPeerConnectionState::New);
        let (track_tx, track) = watch::channel(None);
        let (packets_tx, packets) = mpsc::channel(INBOX);
        let handler = Handler {
            gathered: Arc::clone(&gathered),
            state: state_tx,
            track: track_tx,
            packets: packets_tx,
        };
        let connection = PeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(media_engine(wants))
            .with_setting_engine(
                SettingEngineBuilder::new().with_include_loopback_candidate(true).build(),
            )
            .with_interceptor_registry(Registry::new())
            .with_handler(Arc::new(handler))
            .with_udp_addrs(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))])
            .with_tcp_addrs(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))])
            .build()
            .await
            .expect("a free port");
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);
        let receive = || {
            Some(RTCRtpTransceiverInit {
                direction: RTCRtpTransceiverDirection::Recvonly,
                streams: Vec::new(),
                send_encodings: Vec::new(),
            })
        };
        if wants.audio {
            connection.add_transceiver_from_kind(RtpCodecKind::Audio, receive()).await.expect("a");
        }
        if wants.video.is_some() {
            connection.add_transceiver_from_kind(RtpCodecKind::Video, receive()).await.expect("v");
        }
        let mut channels = HashMap::new();
        for label in ["input", "control", "state"].into_iter().filter(|_| wants.channels) {
            let reliable = label == "control";
            let init = RTCDataChannelInit {
                ordered: reliable,
                max_retransmits: (!reliable).then_some(0),
                ..Default::default()
            };
            let channel = connection.create_data_channel(label, Some(init)).await.expect("made");
            channels.insert(label, channel);
        }
        Self { connection, gathered, state, track, channels, packets }
    }

    /// An offer with all candidates in it.
    pub async fn offer(&self, ice_restart: bool) -> String {
        let options = RTCOfferOptions { ice_restart };
        let offer = self.connection.create_offer(Some(options)).await.expect("an offer");
        self.connection.set_local_description(offer).await.expect("its own offer");
        within("gathering", self.gathered.notified()).await;
        self.connection.local_description().await.expect("set").sdp
    }

    /// Takes a candidate of the server's end.
    pub async fn candidate(&self, candidate: Candidate) {
        let init = RTCIceCandidateInit {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_mline_index: candidate.sdp_mline_index,
            username_fragment: candidate.username_fragment,
            url: None,
        };
        self.connection.add_ice_candidate(init).await.expect("a candidate");
    }

    /// Takes the answer.
    pub async fn accept(&self, answer: &str) {
        let answer = RTCSessionDescription::answer(answer.to_owned()).expect("an SDP");
        self.connection.set_remote_description(answer).await.expect("a fitting answer");
    }

    /// Waits until media can flow.
    pub async fn connected(&self) {
        let mut state = self.state.clone();
        let connected = state.wait_for(|state| *state == RTCPeerConnectionState::Connected);
        within("the connection", connected).await.expect("a living connection");
    }

    /// Offers to `peer` anew and takes its answer, which is returned.
    pub async fn renegotiate(&self, peer: &Peer, ice_restart: bool) -> String {
        let offer = self.offer(ice_restart).await;
        let answer = peer.renegotiate(&offer).await.expect("an answer");
        self.accept(&answer).await;
        answer
    }

    /// Sends RTCP about the video.
    pub async fn feedback(&self, packet: impl rtcp::Packet + 'static) {
        let mut track = self.track.clone();
        let track = within("a track", track.wait_for(Option::is_some)).await.expect("living");
        let track = track.clone().expect("waited for");
        track.write_rtcp(vec![Box::new(packet)]).await.expect("an open track");
    }

    /// One of the data channels.
    pub fn channel(&self, label: &str) -> &dyn DataChannel {
        &*self.channels[label]
    }

    /// The next text on a data channel.
    pub async fn text(&self, label: &str) -> String {
        let text = async {
            loop {
                match self.channels[label].poll().await.expect("an open channel") {
                    DataChannelEvent::OnMessage(m) => return String::from_utf8(m.data.to_vec()),
                    _ => continue,
                }
            }
        };
        within(label, text).await.expect("UTF-8")
    }

    /// Waits until a data channel can send.
    pub async fn opened(&self, label: &str) {
        let open = async {
            while !matches!(
                self.channels[label].poll().await.expect("an open channel"),
                DataChannelEvent::OnOpen
            ) {}
        };
        within(label, open).await;
    }

    /// The packets of the next frame: up to and with the marker.
    pub async fn frame(&mut self) -> Vec<Packet> {
        let mut packets = Vec::new();
        while !packets.last().is_some_and(|packet: &Packet| packet.header.marker) {
            packets.push(within("a packet", self.packets.recv()).await.expect("a track"));
        }
        packets
    }

    /// Ends the client's end.
    pub async fn close(self) {
        self.connection.close().await.expect("closes");
    }
}

/// A client and the peer that serves it, connected.
pub struct Pair {
    /// The browser's end.
    pub client: Client,
    /// The server's end.
    pub peer: Peer,
    /// What the server's end tells.
    pub events: mpsc::Receiver<PeerEvent>,
    /// What it told while the connection was made.
    early: VecDeque<PeerEvent>,
}

impl Pair {
    /// Connects over loopback.
    pub async fn connect(wants: Wants) -> Self {
        Self::connect_to(&loopback(), wants, |_| true).await
    }

    /// Connects to a peer with this configuration, of whose candidates the client learns those that
    /// are `known` to it.
    pub async fn connect_to(
        config: &peer::Config,
        wants: Wants,
        known: impl Fn(&str) -> bool,
    ) -> Self {
        let client = Client::new(wants).await;
        let (tell, events) = mpsc::channel(INBOX);
        let offer = client.offer(false).await;
        let (peer, answer) = Peer::answer(config, &offer, tell).await.expect("an answer");
        let lines = answer.split_inclusive('\n');
        let lines = lines.filter(|line| !line.starts_with("a=candidate:") || known(line));
        client.accept(&lines.collect::<String>()).await;
        let mut pair = Self { client, peer, events, early: VecDeque::new() };
        // Others follow, until one of them does.
        tokio::select! {
            () = pair.client.connected() => {}
            () = async {
                while let Some(event) = pair.events.recv().await {
                    match event {
                        PeerEvent::LocalCandidate(Some(candidate)) => {
                            if known(&candidate.candidate) {
                                pair.client.candidate(candidate).await;
                            }
                        }
                        other => pair.early.push_back(other),
                    }
                }
            } => panic!("the peer ended"),
        }
        pair
    }

    /// Connects over a path that loses one RTP packet to the client: number `lost`, from 0.
    pub async fn connect_losing(wants: Wants, lost: usize) -> Self {
        let client = Client::new(wants).await;
        let (tell, events) = mpsc::channel(INBOX);
        let offer = without_candidates(&client.offer(false).await);
        let (peer, answer) = Peer::answer(&loopback(), &offer, tell).await.expect("an answer");
        let server = candidate_address(&answer);
        let path = lossy_path(server, lost).await;
        let through = format!(" 127.0.0.1 {} typ", path.port());
        client
            .accept(&answer.replace(&format!(" 127.0.0.1 {} typ", server.port()), &through))
            .await;
        client.connected().await;
        Self { client, peer, events, early: VecDeque::new() }
    }

    /// Waits for an event for which `wanted` is true.
    pub async fn event(&mut self, wanted: impl Fn(&PeerEvent) -> bool) -> PeerEvent {
        let event = async {
            loop {
                let event = match self.early.pop_front() {
                    Some(early) => early,
                    None => self.events.recv().await.expect("a living peer"),
                };
                if wanted(&event) {
                    return event;
                }
            }
        };
        within("an event", event).await
    }
}

fn without_candidates(sdp: &str) -> String {
    sdp.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate:")).collect()
}

/// Where the only candidate of an answer leads.
fn candidate_address(sdp: &str) -> SocketAddr {
    let line = sdp.lines().find(|line| line.starts_with("a=candidate:")).expect("a candidate");
    let fields: Vec<_> = line.split(' ').collect();
    SocketAddr::new(fields[4].parse().expect("an address"), fields[5].parse().expect("a port"))
}

/// Carries datagrams between a client, who sends to the address given back, and `server`.
async fn lossy_path(server: SocketAddr, lost: usize) -> SocketAddr {
    let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    let (near, far) = (bind().await.expect("a port"), bind().await.expect("a port"));
    let address = near.local_addr().expect("bound");
    tokio::spawn(async move {
        let (mut up, mut down) = ([0; 2048], [0; 2048]);
        let (mut client, mut rtp) = (None, 0);
        loop {
            tokio::select! {
                Ok((n, from)) = near.recv_from(&mut up) => {
                    client = Some(from);
                    let _ = far.send_to(&up[..n], server).await;
                }
                Ok((n, _)) = far.recv_from(&mut down) => {
                    // RFC 7983 §7, RFC 5761 §4.
                    let is_rtp = (128..192).contains(&down[0]) && !(64..96).contains(&(down[1] & 127));
                    rtp += usize::from(is_rtp);
                    if let Some(client) = client && !(is_rtp && rtp == lost + 1) {
                        let _ = near.send_to(&down[..n], client).await;
                    }
                }
                else => return,
            }
        }
    });
    address
}

/// No STUN, no network but this machine's own.
pub fn loopback() -> peer::Config {
    peer::Config {
        ice_servers: Vec::new(),
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        port: Port::open(&[Ipv4Addr::LOCALHOST.into()], 0, None).expect("a free port"),
        advertise: Vec::new(),
        include_loopback: true,
        codecs: Codecs::ALL,
        bitrate: Bitrate::bps(3_000_000),
        clock: MediaClock::starting_at(Instant::now()),
        metrics: Arc::default(),
    }
}

/// A frame of about `bytes` bytes in NAL units as an encoder makes them, at `id`/30 s.
pub fn frame(id: u64, keyframe: bool, bytes: usize) -> Arc<EncodedFrame> {
    let mut data = Vec::with_capacity(bytes + 64);
    let mut nal = |header: u8, bytes: usize| {
        data.extend([0, 0, 0, 1, header]);
        // Without zeros, so that no start code arises.
        data.extend((0..bytes).map(|i| (i as u64 * 7 + id) as u8 | 1));
    };
    if keyframe {
        nal(0x67, 12);
        nal(0x68, 4);
    }
    nal(if keyframe { 0x65 } else { 0x61 }, bytes);
    let now = Instant::now();
    Arc::new(EncodedFrame {
        id,
        data: data.into(),
        codec: Codec::H264,
        pts: MediaTime::from_elapsed(Duration::from_secs(id) / 30),
        keyframe,
        size: Size::new(640, 480).expect("in range"),
        snapshot: id,
        sim_time: 0.0,
        stamps: mjcast::frame::Stamps::at(now),
    })
}

/// A temporal unit of AV1 of about `bytes` bytes, at `id`/30 s, without the delimiter, which does
/// not travel.
pub fn av1_frame(id: u64, keyframe: bool, bytes: usize) -> Arc<EncodedFrame> {
    const SEQUENCE_HEADER: u8 = 1;
    const FRAME: u8 = 6;
    let mut data = Vec::with_capacity(bytes + 64);
    let mut obu = |kind: u8, bytes: usize| {
        data.push(kind << 3 | 2);
        // Its size in LEB128.
        data.extend([bytes as u8 | 128, (bytes >> 7) as u8 | 128, (bytes >> 14) as u8]);
        data.extend((0..bytes).map(|i| (i as u64 * 7 + id) as u8));
    };
    if keyframe {
        obu(SEQUENCE_HEADER, 10);
    }
    obu(FRAME, bytes);
    let like = frame(id, keyframe, 0);
    Arc::new(EncodedFrame { data: data.into(), codec: Codec::Av1, ..(*like).clone() })
}

/// Awaits `future`, but not for ever.
pub async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let waited = tokio::time::timeout(DEADLINE, future).await;
    waited.unwrap_or_else(|_| panic!("{what}: nothing within {DEADLINE:?}"))
}

fn media_engine(wants: Wants) -> MediaEngine {
    let mut media = MediaEngine::default();
    let codec = |mime_type: &str, clock_rate, channels, format: &str, payload_type| {
        let nack =
            |parameter: &str| RTCPFeedback { typ: "nack".into(), parameter: parameter.into() };
        let rtp_codec = RTCRtpCodec {
            mime_type: mime_type.into(),
            clock_rate,
            channels,
            sdp_fmtp_line: format.into(),
            rtcp_feedback: vec![nack(""), nack("pli")],
        };
        RTCRtpCodecParameters { rtp_codec, payload_type }
    };
    for (wanted, payload_type) in [(wants.better, 45), (wants.video, 109)] {
        let Some((mime_type, format)) = wanted else { continue };
        let codec = codec(mime_type, 90_000, 0, format, payload_type);
        media.register_codec(codec, RtpCodecKind::Video).expect("known");
    }
    if wants.audio {
        let codec = codec("audio/opus", 48_000, 2, "", 111);
        media.register_codec(codec, RtpCodecKind::Audio).expect("known");
    }
    media
}

struct Handler {
    gathered: Arc<Notify>,
    state: watch::Sender<RTCPeerConnectionState>,
    track: watch::Sender<Option<Arc<dyn TrackRemote>>>,
    packets: mpsc::Sender<Packet>,
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
        self.track.send_replace(Some(Arc::clone(&track)));
        let packets = self.packets.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event
                    && packets.send(packet).await.is_err()
                {
                    return;
                }
            }
        });
    }
}
