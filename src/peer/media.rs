//! Frames to RTP.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc::{
    rtp::{
        Packet,
        codec::{av1::Av1Payloader, h264::H264Payloader, h265::HevcPayloader},
        header::Header,
        packetizer::Payloader,
    },
    rtp_transceiver::rtp_sender::RTCRtpParameters,
};
use tokio::sync::mpsc;
use webrtc::media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP};

use super::{
    offer::{Chosen, Format},
    playout::Playout,
    setup::PLAYOUT_DELAY,
    stamps::Teller,
};
use crate::{
    frame::{EncodedFrame, FrameReceiver},
    metrics::{Metrics, Stage},
    units::{Bitrate, Codec},
};

/// Longest RTP payload: with headers, SRTP and UDP over IPv6 below 1280 bytes, the least that
/// every IPv6 link carries (RFC 8200 §5).
const MAX_PAYLOAD: usize = 1180;

/// A path that loses this share is not one that loses a packet now and then.
const LOSSY: f64 = 0.01;
/// Of what a path carries, at most so much is set aside for sending again.
const MOST_SENT_AGAIN: f64 = 0.3;
/// Packets that are sent again at most for one report: more is no loss but an outage.
const MOST_LOST: usize = 64;
/// Packets that are remembered as missing until the estimator asks: some seconds' worth.
const MOST_MISSED: usize = 1024;
/// What is taken for the round trip before a report tells it.
const UNKNOWN_RTT: Duration = Duration::from_millis(100);
/// Of what a path carries, so much is for frames; the rest is for what wraps them and for a frame
/// that comes out larger than was asked for.
const FOR_FRAMES: f64 = 0.9;

/// What was sent so far, and how it fared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Frames.
    pub frames: u64,
    /// RTP packets, without retransmissions.
    pub packets: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// RTP packets sent again because the browser missed them.
    pub resent: u64,
    /// The share of packets lost on the way of late, [0, 1]; `None` before the first report.
    pub loss: Option<f64>,
    /// Time to the browser and back; `None` before a report of a sender report.
    pub rtt: Option<Duration>,
    /// What the path is taken to carry.
    pub estimate: Bitrate,
}

/// The running figures behind [`Stats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    frames: AtomicU64,
    packets: AtomicU64,
    bytes: AtomicU64,
    resent: AtomicU64,
    /// bit/s.
    estimate: AtomicU32,
    /// The most that the receiver wants, bit/s; 0 as long as it has not said so.
    wanted: AtomicU32,
    /// Whether packets' arrivals are reported: the estimate is this end's own.
    measured: AtomicBool,
    /// Time to the browser and back while a queue stands, ms; 0 while none does.
    queued: AtomicU32,
    path: Mutex<Path>,
    /// Packets that the browser's reports miss, to be sent again.
    lost: Mutex<Vec<(u32, u16)>>,
    /// What the latest reports said to be missing, by transport-wide number.
    missed: Mutex<Vec<u16>>,
    /// Of all peers.
    metrics: Arc<Metrics>,
}

/// What the last receiver reports said.
#[derive(Clone, Copy, Debug, Default)]
struct Path {
    loss: Option<f64>,
    /// The same, smoothed: a report covers few packets.
    mean_loss: f64,
    rtt: Option<Duration>,
}

impl Counters {
    /// Figures of a peer that are part of `metrics`.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..Self::default() }
    }

    /// The figures as of now.
    pub fn read(&self) -> Stats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Path { loss, rtt, .. } = *self.path();
        Stats {
            frames: count(&self.frames),
            packets: count(&self.packets),
            bytes: count(&self.bytes),
            resent: count(&self.resent),
            loss,
            rtt,
            estimate: Bitrate::bps(self.estimate.load(Ordering::Relaxed)),
        }
    }

    /// Notes what the path is taken to carry, bit/s.
    pub fn estimated(&self, bps: f64) {
        self.estimate.store(bps as u32, Ordering::Relaxed);
    }

    /// Notes what a connection before this one found the path to carry, before anything is sent.
    pub fn expect(&self, known: Bitrate) {
        self.estimate.fetch_min(known.as_bps(), Ordering::Relaxed);
    }

    /// What the path is taken to carry, bit/s.
    pub fn estimate(&self) -> f64 {
        f64::from(self.estimate.load(Ordering::Relaxed))
    }

    /// Notes that the estimate comes from reports of single packets.
    pub fn measured(&self) {
        self.measured.store(true, Ordering::Relaxed);
    }

    /// Whether it does.
    pub fn is_measured(&self) -> bool {
        self.measured.load(Ordering::Relaxed)
    }

    /// Notes packets that did not arrive, by SSRC and number.
    pub fn lost(&self, packets: impl IntoIterator<Item = (u32, u16)>) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_LOST.saturating_sub(lost.len());
        lost.extend(packets.into_iter().take(room));
    }

    /// Takes them.
    pub fn take_lost(&self) -> Vec<(u32, u16)> {
        std::mem::take(&mut self.lost.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes packets that a report says are missing, by transport-wide number.
    pub fn missed(&self, packets: impl Iterator<Item = u16>) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        if missed.len() > MOST_MISSED {
            missed.clear();
        }
        missed.extend(packets);
    }

    /// Takes them.
    pub fn take_missed(&self) -> Vec<u16> {
        std::mem::take(&mut self.missed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes whether a queue stands on the path, and how long an answer takes then.
    pub fn queued(&self, response: Option<Duration>) {
        let ms = response.map_or(0, |response| response.as_millis().max(1) as u32);
        self.queued.store(ms, Ordering::Relaxed);
    }

    /// How long an answer takes, while a queue stands.
    pub fn queue(&self) -> Option<Duration> {
        let ms = self.queued.load(Ordering::Relaxed);
        (ms > 0).then(|| Duration::from_millis(ms.into()))
    }

    /// How long an answer takes, where what is sent again must not be more than there is room for:
    /// while a queue stands, and always where nobody can tell whether one does.
    pub fn to_answer(&self) -> Option<Duration> {
        let unknown = !self.is_measured();
        self.queue().or_else(|| unknown.then(|| self.path().rtt.unwrap_or(UNKNOWN_RTT)))
    }

    /// The share of packets lost, smoothed, and the round trip.
    pub fn trouble(&self) -> (f64, Option<Duration>) {
        let path = self.path();
        (path.mean_loss, path.rtt)
    }

    /// Whether the path loses enough that the end of a frame is better sent twice.
    pub fn is_lossy(&self) -> bool {
        self.path().mean_loss >= LOSSY
    }

    /// Notes the receiver's own estimate, bit/s: the most that it wants, and what it gets where it
    /// reports no single packets.
    pub fn advised(&self, bps: f64) {
        self.wanted.store((bps as u32).max(1), Ordering::Relaxed);
        if !self.is_measured() {
            self.estimated(bps);
        }
    }

    /// The most that the receiver wants, bit/s.
    pub fn wanted(&self) -> f64 {
        match self.wanted.load(Ordering::Relaxed) {
            0 => f64::INFINITY,
            bps => f64::from(bps),
        }
    }

    /// What frames may take of it: packets that are lost are sent again.
    pub fn carried(&self) -> Bitrate {
        // Sent again when asked for and when reported, and some of it before either.
        let lost = (2.0 * self.path().mean_loss).clamp(0.0, MOST_SENT_AGAIN);
        Bitrate::bps((self.estimate() * FOR_FRAMES * (1.0 - lost)) as u32)
    }

    /// Counts a retransmission.
    pub fn resent(&self) {
        self.resent.fetch_add(1, Ordering::Relaxed);
        self.metrics.resent.add(1);
    }

    /// Counts a frame of `bytes` that was handed to the network at `now`.
    fn sent(&self, frame: &EncodedFrame, bytes: u64, now: Instant) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.metrics.sent_bytes.add(bytes);
        let since = |then| now.saturating_duration_since(then);
        self.metrics.passed(Stage::Send, since(frame.stamps.done));
        frame.stamps.input.into_iter().for_each(|input| self.metrics.to_wire.record(since(input)));
    }

    /// Notes a report: the share lost, and the round trip where the report tells it.
    pub fn reported(&self, loss: f64, rtt: Option<Duration>) {
        rtt.into_iter().for_each(|rtt| self.metrics.rtt.record(rtt));
        let mut path = self.path();
        path.mean_loss = if path.loss.is_some() { 0.7 * path.mean_loss + 0.3 * loss } else { loss };
        path.loss = Some(loss);
        path.rtt = rtt.or(path.rtt);
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        // Two assignments under the lock; neither panics.
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A payload type, and how frames become payloads of it.
struct Payload {
    codec: Codec,
    number: u8,
    payloader: Box<dyn Payloader>,
}

impl Payload {
    fn new(format: &Format) -> Self {
        let payloader: Box<dyn Payloader> = match format.codec {
            Codec::H264 => Box::new(H264Payloader::default()),
            Codec::Hevc => Box::new(HevcPayloader),
            Codec::Av1 => Box::new(Av1Payloader::default()),
        };
        Self { codec: format.codec, number: format.payload_type, payloader }
    }
}

/// Turns frames into packets of one RTP stream.
pub(super) struct Sender {
    track: Arc<TrackLocalStaticRTP>,
    header: Header,
    /// With the number of its extension, where the browser takes it.
    playout: Option<(u8, Playout)>,
    payloads: Vec<Payload>,
    counters: Arc<Counters>,
    teller: Teller,
    /// Added to media time: RFC 3550 §5.1 wants a random start.
    offset: u32,
}

impl Sender {
    /// A stream as negotiated.
    pub fn new(
        track: Arc<TrackLocalStaticRTP>,
        ssrc: u32,
        chosen: &Chosen,
        parameters: &RTCRtpParameters,
        counters: Arc<Counters>,
        teller: Teller,
    ) -> Self {
        let header =
            Header { version: 2, ssrc, sequence_number: (ssrc >> 16) as u16, ..Header::default() };
        let extension = parameters.header_extensions.iter().find(|e| e.uri == PLAYOUT_DELAY);
        let playout = extension.map(|extension| (extension.id as u8, Playout::default()));
        let offset = ssrc.rotate_left(13);
        let payloads = chosen.all().map(Payload::new).collect();
        Self { track, header, playout, payloads, counters, teller, offset }
    }

    /// Sends what comes from the latest source, until cancelled.
    pub async fn run(mut self, mut sources: mpsc::Receiver<FrameReceiver>) {
        let Some(mut source) = sources.recv().await else { return };
        loop {
            tokio::select! {
                biased;
                newer = sources.recv() => match newer {
                    Some(newer) => source = newer,
                    None => return,
                },
                frame = source.recv() => match frame {
                    Some(frame) => self.send(&frame).await,
                    // The view has ended; another will come.
                    None => match sources.recv().await {
                        Some(newer) => source = newer,
                        None => return,
                    },
                },
            }
        }
    }

    async fn send(&mut self, frame: &EncodedFrame) {
        let agreed = self.payloads.iter_mut().find(|payload| payload.codec == frame.codec);
        let Some(Payload { number, payloader, .. }) = agreed else {
            tracing::error!(codec = %frame.codec, "a frame is coded in what was not agreed on");
            return;
        };
        self.header.payload_type = *number;
        let payloads = match payloader.payload(MAX_PAYLOAD, &frame.data) {
            Ok(payloads) => payloads,
            Err(error) => {
                tracing::error!(%error, "a frame cannot be packetised");
                return;
            }
        };
        if let Some((id, playout)) = &mut self.playout {
            let (loss, rtt) = self.counters.trouble();
            let delay = Bytes::copy_from_slice(&playout.next(payloads.len(), loss, rtt));
            if let Err(error) = self.header.set_extension(*id, delay) {
                tracing::debug!(%error, "no playout delay extension");
            }
        }
        self.header.timestamp = frame.pts.rtp().wrapping_add(self.offset);
        let last = payloads.len().saturating_sub(1);
        let mut total = 0;
        for (at, payload) in payloads.into_iter().enumerate() {
            let bytes = payload.len() as u64;
            total += bytes;
            self.header.marker = at == last;
            let packet = Packet { header: self.header.clone(), payload };
            self.header.sequence_number = self.header.sequence_number.wrapping_add(1);
            if let Err(error) = self.track.write_rtp(packet).await {
                tracing::debug!(%error, "the peer takes no more packets");
                return;
            }
            self.counters.packets.fetch_add(1, Ordering::Relaxed);
            self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        let now = Instant::now();
        self.counters.sent(frame, total, now);
        self.teller.sent(frame, self.header.timestamp, now);
    }
}
