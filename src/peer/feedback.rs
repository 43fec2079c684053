//! What the browser's RTCP says: key frame requests for the application, loss and round trip for
//! the figures.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::{
    interceptor::{Attribute, Interceptor, Packet, StreamInfo, TaggedPacket, convert_twcc},
    rtcp::{
        payload_feedbacks::{
            full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication,
            receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
        },
        receiver_report::ReceiverReport,
        reception_report::ReceptionReport,
        sender_report::SenderReport,
        transport_feedbacks::transport_layer_cc::TransportLayerCc,
    },
    sansio::Protocol,
};
use tokio::sync::mpsc;
use webrtc::{
    error::Error,
    media_stream::track_local::{TrackLocal, TrackLocalEvent, static_rtp::TrackLocalStaticRTP},
};

use super::{
    PeerEvent,
    congestion::{Limits, Reports},
    media::Counters,
};

/// Sender reports that a receiver report may refer to: one is sent each second.
const REPORTS: usize = 8;

/// Tells the viewer's task of each key frame request until the track ends.
pub(super) async fn listen(track: Arc<TrackLocalStaticRTP>, events: mpsc::Sender<PeerEvent>) {
    while let Some(event) = track.poll().await {
        let TrackLocalEvent::OnRtcpPacket(packets) = event else { continue };
        // Requests that wait already say the same: a full queue loses nothing.
        if packets.iter().any(|packet| is_request(&**packet)) {
            let _ = events.try_send(PeerEvent::KeyframeWanted);
        }
    }
}

fn is_request(packet: &dyn rtc::rtcp::Packet) -> bool {
    let packet = packet.as_any();
    packet.is::<PictureLossIndication>() || packet.is::<FullIntraRequest>()
}

/// An interceptor that marks key frame requests for the application (without a mark, inbound RTCP
/// ends with the interceptors) and takes down what reports say.
pub(super) struct Feedback {
    counters: Arc<Counters>,
    /// What is made of reports where no packets are reported by themselves.
    reports: Reports,
    ssrc: Option<u32>,
    sent: SentReports,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Feedback {
    /// Takes down what it hears in `counters`.
    pub fn new(limits: Limits, counters: Arc<Counters>) -> Self {
        let (reads, writes) = Default::default();
        let reports = Reports::new(limits);
        Self { counters, reports, ssrc: None, sent: SentReports::default(), reads, writes }
    }

    /// Takes down what a report says of this stream.
    fn heard(&mut self, packet: &dyn rtc::rtcp::Packet, now: Instant) {
        if let Some(advice) = packet.as_any().downcast_ref::<ReceiverEstimatedMaximumBitrate>() {
            self.reports.advised(now);
            self.counters.advised(f64::from(advice.bitrate));
        }
        if let Some(report) = packet.as_any().downcast_ref::<TransportLayerCc>() {
            // The library takes what no report spoke of for lost, too. A lost report is not lost
            // packets.
            let missing = convert_twcc(report).into_iter().filter(|packet| !packet.arrived);
            self.counters.missed(missing.map(|packet| packet.sequence_number));
        }
        if let Some(report) = packet.as_any().downcast_ref::<ReceiverReport>() {
            for report in report.reports.iter().filter(|report| Some(report.ssrc) == self.ssrc) {
                let loss = f64::from(report.fraction_lost) / 256.0;
                let rtt = self.sent.round_trip(report, now);
                self.counters.reported(loss, rtt);
                if !self.counters.is_measured() {
                    let target = self.reports.hear(now, self.counters.estimate(), loss, rtt);
                    self.counters.estimated(target);
                }
            }
        }
    }

    fn said(&mut self, message: &TaggedPacket) {
        match &message.message.packet {
            Packet::Rtcp(packets) => {
                let reports = packets.iter().filter_map(|p| p.as_any().downcast_ref());
                reports.for_each(|report| self.sent.note(report, message.now));
            }
            Packet::Rtp(_) => {
                let again = |a: &Attribute| matches!(a, Attribute::Retransmission);
                if message.message.attributes.iter().any(again) {
                    self.counters.resent();
                }
            }
            _ => {}
        }
    }
}

/// When the latest sender reports left, by the middle 32 bits of their NTP time.
#[derive(Default)]
struct SentReports(VecDeque<(u32, Instant)>);

impl SentReports {
    fn note(&mut self, report: &SenderReport, now: Instant) {
        if self.0.len() == REPORTS {
            self.0.pop_front();
        }
        // The cast takes the low half of what is left: bits 16 to 47.
        self.0.push_back(((report.ntp_time >> 16) as u32, now));
    }

    /// RFC 3550 §6.4.1: arrival, less the time of the sender report that is referred to, less the
    /// browser's delay, which is in 1/65536 s.
    fn round_trip(&self, report: &ReceptionReport, now: Instant) -> Option<Duration> {
        let (_, at) = self.0.iter().find(|(ntp, _)| *ntp == report.last_sender_report)?;
        let delay = Duration::from_secs_f64(f64::from(report.delay) / 65_536.0);
        now.checked_duration_since(*at)?.checked_sub(delay)
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Feedback {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &message.message.packet {
            let now = message.now;
            packets.iter().for_each(|packet| self.heard(&**packet, now));
            if packets.iter().any(|packet| is_request(&**packet)) {
                message.message.add(Attribute::DeliverToApplication);
            }
        }
        self.reads.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.said(&message);
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for Feedback {
    fn bind_local_stream(&mut self, stream: &StreamInfo) {
        self.ssrc = Some(stream.ssrc);
    }

    fn unbind_local_stream(&mut self, stream: &StreamInfo) {
        self.ssrc = self.ssrc.filter(|ssrc| *ssrc != stream.ssrc);
    }

    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bitrate;

    const SSRC: u32 = 7;

    fn report(last_sender_report: u32, delay: u32) -> ReceptionReport {
        ReceptionReport {
            ssrc: SSRC,
            fraction_lost: 64,
            last_sender_report,
            delay,
            ..ReceptionReport::default()
        }
    }

    fn sender_report(seconds: u64) -> SenderReport {
        SenderReport { ssrc: SSRC, ntp_time: seconds << 32, ..SenderReport::default() }
    }

    #[test]
    fn a_round_trip_is_without_the_browser_s_own_delay() {
        let start = Instant::now();
        let mut sent = SentReports::default();
        for second in 0..20 {
            sent.note(&sender_report(second), start + Duration::from_secs(second));
        }
        let now = start + Duration::from_millis(19_600);
        let half = 1 << 15;
        let trip = |lsr: u32, delay| sent.round_trip(&report(lsr << 16, delay), now);
        assert_eq!(trip(19, half), Some(Duration::from_millis(100)));
        assert_eq!(trip(18, half), Some(Duration::from_millis(1100)));
        // Forgotten, never sent, and a delay longer than there was time for.
        assert_eq!(trip(3, half), None);
        assert_eq!(trip(40, half), None);
        assert_eq!(trip(19, u32::MAX), None);
    }

    #[test]
    fn only_reports_of_the_own_stream_count() {
        let counters = Arc::new(Counters::new(Arc::default()));
        let limits = Limits::of(Bitrate::bps(3_000_000));
        let mut feedback = Feedback::new(limits, Arc::clone(&counters));
        let now = Instant::now();
        let said = ReceiverReport { reports: vec![report(0, 0)], ..ReceiverReport::default() };
        feedback.heard(&said, now);
        assert_eq!(counters.read().loss, None);
        feedback.bind_local_stream(&StreamInfo { ssrc: SSRC, ..StreamInfo::default() });
        feedback.heard(&said, now);
        assert_eq!(counters.read().loss, Some(0.25));
        assert_eq!(counters.read().rtt, None);
    }

    #[test]
    fn key_frame_requests_are_for_the_application() {
        assert!(is_request(&PictureLossIndication::default()));
        assert!(is_request(&FullIntraRequest::default()));
        assert!(!is_request(&SenderReport::default()));
    }
}
