//! Lets packets go no faster than the path takes them.
//!
//! A frame passes at once as long as a quarter of a second's worth of the target has not been used
//! up; what is larger, key frames above all, leaves at [`PACE`] times the target, so that it does
//! not fill the queue of the narrowest link by itself. Packets that are sent again go first.
//!
//! It stands between what hears which packets are lost and what keeps them, and asks for them in
//! the browser's place: a request of the browser's own may be lost like the packet was, and a
//! picture that waits for the next one has frozen.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use rtc::{
    interceptor::{
        Attribute, AttributedPacket, Interceptor, Pacer as Bucket, Packet, StreamInfo, TaggedPacket,
    },
    rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack},
    sansio::Protocol,
    shared::marshal::MarshalSize,
};
use webrtc::error::Error;

use super::media::Counters;

/// Of the target: faster than the mean, so that a frame is not spread over its whole time.
const PACE: f64 = 2.5;
/// Packets that may wait: some seconds of a slow path. What comes beyond is lost, which the browser
/// notices and asks for.
const MOST: usize = 2048;
/// Of the target, while a queue stands or may stand: for what is sent again.
const SPARE: f64 = 0.25;
/// Packets that are known to have been sent again.
const REMEMBERED: usize = 256;

/// The interceptor between what makes packets and what counts them as sent.
pub(super) struct Pacer {
    bucket: Bucket,
    /// What may be sent again then.
    spare: Bucket,
    counters: Arc<Counters>,
    waiting: VecDeque<TaggedPacket>,
    /// What was sent again of late: its number, and when.
    again: VecDeque<(u16, Instant)>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Pacer {
    /// Follows the target in `counters`.
    pub fn new(counters: Arc<Counters>) -> Self {
        let bucket = Bucket::new(PACE * counters.estimate());
        let spare = Bucket::new(SPARE * counters.estimate());
        let (waiting, again, reads, writes) = Default::default();
        Self { bucket, spare, counters, waiting, again, reads, writes }
    }

    fn refill(&mut self, now: Instant) {
        self.bucket.set_target_bitrate(PACE * self.counters.estimate());
        self.bucket.refill(now);
    }

    /// Whether to send a packet again. A browser asks again and again for what waits in a queue, and
    /// for what found no room there: an answer to each would keep the queue full.
    fn is_worth_it(&mut self, message: &TaggedPacket) -> bool {
        let Packet::Rtp(packet) = &message.message.packet else { return true };
        let number = packet.header.sequence_number;
        let known = self.again.iter().rev().find(|(sent, _)| *sent == number);
        let response = self.counters.to_answer().unwrap_or_default();
        if known.is_some_and(|(_, at)| message.now.duration_since(*at) < response) {
            return false;
        }
        if !response.is_zero() {
            let bits = bits(message);
            self.spare.set_target_bitrate(SPARE * self.counters.estimate());
            self.spare.refill(message.now);
            if !self.spare.can_release(bits) {
                return false;
            }
            self.spare.consume(bits);
        }
        if self.again.len() == REMEMBERED {
            self.again.pop_front();
        }
        self.again.push_back((number, message.now));
        true
    }

    /// The end of a frame once more, where packets are lost and there is room: that it is missing
    /// shows with the next frame only, and the picture has frozen by the time that it is back.
    fn spare_end(&self, message: &TaggedPacket) -> Option<TaggedPacket> {
        let ends = matches!(&message.message.packet, Packet::Rtp(packet) if packet.header.marker);
        if !ends || self.counters.queue().is_some() || !self.counters.is_lossy() {
            return None;
        }
        let twice = message.message.clone().with(Attribute::Retransmission);
        Some(TaggedPacket { now: message.now, transport: message.transport, message: twice })
    }

    /// Lets go what may leave now.
    fn release(&mut self, now: Instant) {
        while let Some(first) = self.waiting.front() {
            let bits = bits(first);
            if !self.bucket.can_release(bits) {
                return;
            }
            self.bucket.consume(bits);
            let Some(mut packet) = self.waiting.pop_front() else { return };
            // It departs now: waiting here is not the network's doing.
            packet.now = now;
            self.writes.push_back(packet);
        }
    }
}

fn bits(message: &TaggedPacket) -> f64 {
    match &message.message.packet {
        Packet::Rtp(packet) => (packet.marshal_size() * 8) as f64,
        _ => 0.0,
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Pacer {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        let (now, transport) = (message.now, message.transport);
        self.reads.push_back(message);
        for (ssrc, number) in self.counters.take_lost() {
            let nacks = vec![NackPair { packet_id: number, lost_packets: 0 }];
            let request = TransportLayerNack { sender_ssrc: 0, media_ssrc: ssrc, nacks };
            let message = AttributedPacket::from(Packet::Rtcp(vec![Box::new(request)]));
            self.reads.push_back(TaggedPacket { now, transport, message });
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if !matches!(message.message.packet, Packet::Rtp(_)) {
            // Reports are small, and old ones are useless.
            self.writes.push_back(message);
            return Ok(());
        }
        let now = message.now;
        let again = |a: &Attribute| matches!(a, Attribute::Retransmission);
        if message.message.attributes.iter().any(again) {
            if self.is_worth_it(&message) {
                self.waiting.push_front(message);
            }
        } else if self.waiting.len() < MOST {
            let twice = self.spare_end(&message);
            self.waiting.push_back(message);
            self.waiting.extend(twice);
        }
        self.refill(now);
        self.release(now);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.refill(now);
        self.release(now);
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.waiting.front().and_then(|first| self.bucket.releasable_at(bits(first)))
    }
}

impl Interceptor for Pacer {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rtc::{
        rtp::{self, header::Header},
        shared::TransportContext,
    };

    use super::*;

    fn message(now: Instant, number: u16, again: bool) -> TaggedPacket {
        let header = Header { version: 2, sequence_number: number, ..Header::default() };
        let packet = rtp::Packet { header, payload: vec![0; 988].into() };
        let mut message = AttributedPacket::from(Packet::Rtp(packet));
        if again {
            message.add(Attribute::Retransmission);
        }
        TaggedPacket { now, transport: TransportContext::default(), message }
    }

    fn numbers(pacer: &mut Pacer) -> Vec<u16> {
        let number = |message: TaggedPacket| match message.message.packet {
            Packet::Rtp(packet) => packet.header.sequence_number,
            _ => u16::MAX,
        };
        std::iter::from_fn(|| pacer.poll_write()).map(number).collect()
    }

    /// Players without transport-wide feedback ask for all that they miss whenever something new is
    /// missing: on a full path an answer to each would leave room for nothing else.
    #[test]
    fn where_nobody_tells_of_queues_little_is_sent_again() {
        let counters = Arc::new(Counters::new(Arc::default()));
        counters.estimated(1e6);
        counters.reported(0.3, Some(Duration::from_millis(400)));
        let mut pacer = Pacer::new(Arc::clone(&counters));
        let start = Instant::now();
        let mut sent = 0;
        for ms in 0..2000 {
            let now = start + Duration::from_millis(ms);
            pacer.handle_write(message(now, (ms % 100) as u16, true)).expect("takes it");
            pacer.handle_timeout(now).expect("no failure");
            sent += numbers(&mut pacer).len();
        }
        // A quarter of 1 Mbit/s is 31 packets a second.
        assert!((40..90).contains(&sent), "{sent}");
        // The same one at most once in a round trip.
        let now = start + Duration::from_secs(10);
        let mut again = |ms| {
            let now = now + Duration::from_millis(ms);
            pacer.handle_write(message(now, 7, true)).expect("takes it");
            numbers(&mut pacer).len()
        };
        assert_eq!([again(0), again(100), again(399), again(401)], [1, 0, 0, 1]);
    }

    fn pacer(target: f64) -> Pacer {
        let counters = Arc::new(Counters::new(Arc::default()));
        counters.estimated(target);
        counters.measured();
        Pacer::new(counters)
    }

    /// Sends 100 packets of 1,000 bytes at once; gives when each left, ms.
    fn departures(pacer: &mut Pacer) -> Vec<u128> {
        let start = Instant::now();
        let mut now = start;
        for number in 0..100 {
            pacer.handle_write(message(now, number, false)).expect("takes it");
        }
        let mut left = Vec::new();
        loop {
            let sent = numbers(pacer).len();
            left.extend(std::iter::repeat_n((now - start).as_millis(), sent));
            let Some(due) = pacer.poll_timeout() else { return left };
            assert!(due > now, "it would spin");
            now = due;
            pacer.handle_timeout(now).expect("nothing fails");
        }
    }

    #[test]
    fn what_fits_leaves_at_once() {
        let left = departures(&mut pacer(4e6));
        assert_eq!((left.len(), left.last()), (100, Some(&0)));
    }

    #[test]
    fn a_key_frame_is_spread_by_the_target() {
        let mut pacer = pacer(4e5);
        let left = departures(&mut pacer);
        assert_eq!(left.len(), 100);
        // A quarter of a second of the target is 12.5 packets; the rest leaves at 1 Mbit/s.
        let at_once = left.iter().filter(|at| **at == 0).count();
        assert_eq!(at_once, 12);
        let last = *left.last().expect("some");
        assert!((690..=710).contains(&last), "{last}");
    }

    #[test]
    fn what_reports_miss_is_asked_for_in_the_browsers_place() {
        let mut pacer = pacer(1e6);
        pacer.counters.lost([(7, 41), (7, 43)]);
        let report = AttributedPacket::from(Packet::Rtcp(Vec::new()));
        let (now, transport) = (Instant::now(), TransportContext::default());
        for _ in 0..2 {
            let message = report.clone();
            pacer.handle_read(TaggedPacket { now, transport, message }).expect("takes it");
        }
        let asked = std::iter::from_fn(|| pacer.poll_read()).map(|message| {
            let Packet::Rtcp(packets) = message.message.packet else { panic!("RTCP") };
            packets.first().map(|packet| {
                let nack = packet.as_any().downcast_ref::<TransportLayerNack>().expect("a request");
                (nack.media_ssrc, nack.nacks[0].packet_id)
            })
        });
        assert_eq!(asked.collect::<Vec<_>>(), [None, Some((7, 41)), Some((7, 43)), None]);
    }

    #[test]
    fn while_a_queue_stands_nothing_is_sent_again_twice_in_a_round_trip() {
        let mut pacer = pacer(1e6);
        let now = Instant::now();
        let ms = |ms| now + Duration::from_millis(ms);
        pacer.counters.queued(Some(Duration::from_millis(300)));
        for (at, number) in [(0, 7), (100, 7), (100, 8), (250, 7), (310, 7)] {
            pacer.handle_write(message(ms(at), number, true)).expect("takes it");
        }
        assert_eq!(numbers(&mut pacer), [7, 8, 7]);
        pacer.counters.queued(None);
        pacer.handle_write(message(ms(320), 7, true)).expect("takes it");
        assert_eq!(numbers(&mut pacer), [7]);
    }

    #[test]
    fn on_a_lossy_path_the_end_of_a_frame_is_sent_twice() {
        let sent = |loss, marker| {
            let mut pacer = pacer(1e6);
            pacer.counters.reported(loss, None);
            let mut message = message(Instant::now(), 7, false);
            if let Packet::Rtp(packet) = &mut message.message.packet {
                packet.header.marker = marker;
            }
            pacer.handle_write(message).expect("takes it");
            numbers(&mut pacer).len()
        };
        assert_eq!((sent(0.0, false), sent(0.0, true)), (1, 1));
        assert_eq!((sent(0.05, false), sent(0.05, true)), (1, 2));
    }

    #[test]
    fn what_is_sent_again_goes_first_and_nothing_waits_without_bounds() {
        let mut pacer = pacer(1e5);
        let now = Instant::now();
        for number in 0..3000 {
            pacer.handle_write(message(now, number, false)).expect("takes it");
        }
        let sent = numbers(&mut pacer).len();
        assert_eq!(pacer.waiting.len(), MOST);
        pacer.handle_write(message(now, 7, true)).expect("takes it");
        pacer.handle_timeout(now + Duration::from_millis(40)).expect("nothing fails");
        assert_eq!(numbers(&mut pacer), [7]);
        assert!(sent < 5, "{sent}");
    }
}
