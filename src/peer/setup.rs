//! What every connection is set up with: codecs, extensions, interceptors, transports.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rtc::{
    interceptor::{
        CongestionControlBuilder, NackResponderBuilder, Registry, SenderReportBuilder,
        TwccSenderBuilder,
    },
    media_stream::MediaStreamTrack,
    peer_connection::configuration::{
        RTCConfigurationBuilder,
        interceptor_registry::Slot,
        media_engine::{MIME_TYPE_AV1, MIME_TYPE_H264, MIME_TYPE_HEVC, MediaEngine},
        setting_engine::{SettingEngine, SettingEngineBuilder},
    },
    peer_connection::transport::{RTCDtlsRole, RTCIceServer},
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters,
        RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RTCRtpParameters, RtpCodecKind,
    },
};
use webrtc::{
    error::Error as LibraryError,
    peer_connection::{PeerConnectionBuilder, PeerConnectionEventHandler},
};

use super::{
    Config, Error, channel,
    congestion::{Estimator, Limits},
    feedback::Feedback,
    link::Link,
    media::Counters,
    offer::{Chosen, Format},
    pacer::Pacer,
    port::Seat,
};
use crate::units::Codec;

/// Asks the browser to show each frame as soon as it is decoded.
pub(super) const PLAYOUT_DELAY: &str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

/// Numbers the packets of a connection, so that reports can tell when each arrived.
const TRANSPORT_WIDE: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// The interceptors' slot that sees all that others make; the library's own begin at 1000.
const NEXT_TO_THE_WIRE: usize = 500;

/// Makes a connection at `seat` that waits for an offer, to answer it with what was chosen.
pub(super) async fn connection(
    config: &Config,
    servers: Vec<RTCIceServer>,
    seat: Arc<Seat>,
    chosen: &Chosen,
    handler: Arc<dyn PeerConnectionEventHandler>,
    counters: Arc<Counters>,
) -> Result<Link, Error> {
    let media = media_engine(chosen).map_err(Error::Setup)?;
    let configuration = RTCConfigurationBuilder::new().with_ice_servers(servers).build();
    let addresses: Vec<_> = config.bind.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
    let streams = if seat.takes_streams() { addresses.clone() } else { Vec::new() };
    let building = PeerConnectionBuilder::new()
        .with_configuration(configuration)
        .with_media_engine(media)
        .with_setting_engine(settings(config))
        .with_interceptor_registry(interceptors(Limits::of(config.bitrate), counters))
        .with_handler(handler)
        .with_runtime(seat)
        .with_udp_addrs(addresses)
        .with_tcp_addrs(streams)
        .with_data_channel_send_buffer_limit(channel::UNSENT_BYTES);
    // In a task of its own: a caller that gives up half-way would leave a driver behind.
    let built = tokio::spawn(async move { building.build().await.map(Link::new) }).await;
    let stopped = |error: tokio::task::JoinError| LibraryError::Other(error.to_string());
    built.map_err(stopped).flatten().map_err(Error::Setup)
}

fn settings(config: &Config) -> SettingEngine {
    // The browser opens DTLS as soon as a pair works; a host pair is as good as any.
    SettingEngineBuilder::new()
        .with_include_loopback_candidate(config.include_loopback)
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_host_acceptance_min_wait(Some(Duration::ZERO))
        .with_prflx_acceptance_min_wait(Some(Duration::ZERO))
        .build()
}

/// Knows the formats that may be sent and no other.
fn media_engine(chosen: &Chosen) -> Result<MediaEngine, LibraryError> {
    let mut media = MediaEngine::default();
    for format in chosen.all() {
        let payload_type = format.payload_type;
        let codec = RTCRtpCodecParameters { rtp_codec: codec(format), payload_type };
        media.register_codec(codec, RtpCodecKind::Video)?;
    }
    for uri in [PLAYOUT_DELAY, TRANSPORT_WIDE] {
        let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        media.register_header_extension(extension, RtpCodecKind::Video, None)?;
    }
    Ok(media)
}

fn codec(format: &Format) -> RTCRtpCodec {
    let feedback =
        [("transport-cc", ""), ("goog-remb", ""), ("nack", ""), ("nack", "pli"), ("ccm", "fir")];
    let mime_type = match format.codec {
        Codec::H264 => MIME_TYPE_H264,
        Codec::Hevc => MIME_TYPE_HEVC,
        Codec::Av1 => MIME_TYPE_AV1,
    };
    RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: format.parameters.clone(),
        rtcp_feedback: feedback
            .map(|(typ, parameter)| RTCPFeedback { typ: typ.into(), parameter: parameter.into() })
            .into(),
    }
}

/// Retransmission on NACK, pacing, an estimate of what the path carries, sender reports, and an ear
/// for feedback: what a sender of one video needs, and nothing that costs CPU per packet beyond it.
fn interceptors(limits: Limits, counters: Arc<Counters>) -> Registry {
    let estimator = Estimator::new(limits, Arc::clone(&counters));
    Registry::new()
        .with(Slot::CongestionControl, CongestionControlBuilder::new(estimator).build())
        .with(Slot::TwccSender, TwccSenderBuilder::new().build())
        .with(Slot::Pacer, Pacer::new(Arc::clone(&counters)))
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(Slot::SenderReport, SenderReportBuilder::new().build())
        .with(NEXT_TO_THE_WIRE.into(), Feedback::new(limits, counters))
}

/// Whether the other end reports when each packet arrived.
pub(super) fn tells_of_packets(agreed: &RTCRtpParameters) -> bool {
    agreed.header_extensions.iter().any(|extension| extension.uri == TRANSPORT_WIDE)
}

/// The one video track.
pub(super) fn track(ssrc: u32, chosen: &Chosen) -> MediaStreamTrack {
    MediaStreamTrack::new(
        "mjcast".to_owned(),
        "video".to_owned(),
        "simulation".to_owned(),
        RtpCodecKind::Video,
        vec![RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec(&chosen.h264),
            ..Default::default()
        }],
    )
}

/// A synchronization source: random, so that two peers of one browser differ (RFC 3550 §8).
pub(super) fn random_ssrc() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    // Seeded by the system for every `RandomState`; no secret depends on it.
    (RandomState::new().hash_one(0u8) as u32).max(1)
}
