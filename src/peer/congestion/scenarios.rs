//! The estimator over links of all kinds, in virtual time and with seeded chance.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::interceptor::{BandwidthEstimator as _, PacketReport};
use rtc::rtcp::transport_feedbacks::cc_feedback_report::Ecn;

use super::{Estimator, Limits};
use crate::{peer::media::Counters, units::Bitrate};

const PACKET: usize = 1_200;
const FRAME_RATE: f64 = 30.0;
/// How often a browser sends reports, roughly.
const REPORTS: f64 = 0.1;

/// A bottleneck; times in seconds, rates in bit/s.
#[derive(Clone, Copy)]
struct Link {
    rate: f64,
    delay: f64,
    jitter: f64,
    loss: f64,
    /// The longest wait before packets are dropped.
    queue: f64,
    /// How long the receiver is busy with something else, twice a second.
    stall: f64,
}

impl Link {
    const fn of(rate: f64) -> Self {
        Self { rate, delay: 0.05, jitter: 0.0, loss: 0.0, queue: 0.3, stall: 0.0 }
    }
}

/// What a stream asks for: the target, or less.
#[derive(Clone, Copy)]
struct Stream {
    most: f64,
    key_frame_every: Option<u32>,
}

const HUNGRY: Stream = Stream { most: f64::INFINITY, key_frame_every: None };

/// xorshift64: chance that is the same every time.
struct Chance(u64);

impl Chance {
    /// [0, 1).
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// At one moment of a run.
#[derive(Clone, Copy)]
struct Sample {
    at: f64,
    target: f64,
    /// How long a packet that enters the link now would wait.
    queue: f64,
    /// Delivered since the beginning, bits.
    delivered: f64,
}

struct Run {
    estimator: Estimator,
    counters: Arc<Counters>,
    start: Instant,
    chance: Chance,
    now: f64,
    frames: u32,
    free_at: f64,
    next_id: u64,
    delivered: f64,
    /// Packets by when their fate is known.
    under_way: VecDeque<(f64, PacketReport)>,
    next_report: f64,
    /// What a report that was lost spoke of.
    unreported: Vec<PacketReport>,
    samples: Vec<Sample>,
}

impl Run {
    fn new(initial: f64, most: f64) -> Self {
        let limits =
            Limits { initial: Bitrate::bps(initial as u32), most: Bitrate::bps(most as u32) };
        let counters = Arc::new(Counters::new(Arc::default()));
        Self {
            estimator: Estimator::new(limits, Arc::clone(&counters)),
            counters,
            start: Instant::now(),
            chance: Chance(0x9e37_79b9_7f4a_7c15),
            now: 0.0,
            frames: 0,
            free_at: 0.0,
            next_id: 0,
            delivered: 0.0,
            under_way: VecDeque::new(),
            next_report: REPORTS,
            unreported: Vec::new(),
            samples: Vec::new(),
        }
    }

    fn instant(&self, at: f64) -> Instant {
        self.start + Duration::from_secs_f64(at)
    }

    /// Streams over `link` for so many seconds; without a link nothing passes either way.
    fn over(&mut self, link: Option<Link>, stream: Stream, seconds: f64) -> &mut Self {
        let end = self.now + seconds;
        while self.now < end {
            self.frame(link, stream);
            self.now += 1.0 / FRAME_RATE;
            if link.is_some() && self.now >= self.next_report {
                self.report(link.unwrap_or(Link::of(1e6)));
            }
            let queue = (self.free_at - self.now).max(0.0);
            let target = self.estimator.target_bitrate();
            let delivered = self.delivered;
            self.samples.push(Sample { at: self.now, target, queue, delivered });
        }
        self
    }

    fn frame(&mut self, link: Option<Link>, stream: Stream) {
        self.frames += 1;
        let key = stream.key_frame_every.is_some_and(|every| self.frames.is_multiple_of(every));
        let mean = self.estimator.target_bitrate().min(stream.most) / FRAME_RATE / 8.0;
        let size = mean * (0.75 + self.chance.next() / 2.0) * if key { 6.0 } else { 1.0 };
        let packets = (size / PACKET as f64).ceil().max(1.0);
        for number in 0..packets as u32 {
            // As the pacer lets them go.
            let left = self.now + f64::from(number) * 0.001;
            self.packet(link, left, (size / packets) as usize);
        }
    }

    fn packet(&mut self, link: Option<Link>, left: f64, size: usize) {
        let arrival = link.and_then(|link| {
            let lost = self.chance.next() < link.loss;
            let begins = self.free_at.max(left);
            if lost || begins - left > link.queue {
                return None;
            }
            self.free_at = begins + size as f64 * 8.0 / link.rate;
            self.delivered += size as f64 * 8.0;
            let at = self.free_at + link.delay + self.chance.next() * link.jitter;
            let phase = at % 0.5;
            Some(if phase < link.stall { at - phase + link.stall } else { at })
        });
        let report = PacketReport {
            ssrc: 1,
            id: self.next_id,
            rtp_sequence_number: self.next_id as u16,
            is_twcc: true,
            twcc_sequence_number: self.next_id as u16,
            size,
            arrived: arrival.is_some(),
            departure: self.instant(left),
            // The receiver's clock began long before.
            arrival: arrival.map(|at| Duration::from_secs_f64(1_000.0 + at)),
            ecn: Ecn::default(),
        };
        self.next_id += 1;
        let known = arrival.unwrap_or_else(|| left.max(self.free_at) + 0.05);
        self.under_way.push_back((known, report));
    }

    /// A report of what arrived by now reaches the sender after the way back, or is lost there.
    fn report(&mut self, link: Link) {
        self.next_report = self.now + REPORTS;
        let mut reports = Vec::new();
        while self.under_way.front().is_some_and(|(at, _)| *at + link.delay <= self.now) {
            reports.extend(self.under_way.pop_front().map(|(_, report)| report));
        }
        if self.chance.next() < link.loss {
            for report in &mut reports {
                (report.arrived, report.arrival) = (false, None);
            }
            self.unreported.append(&mut reports);
            return;
        }
        let missing = reports.iter().filter(|report| !report.arrived);
        self.counters.missed(missing.map(|report| report.twcc_sequence_number));
        reports.splice(..0, self.unreported.drain(..));
        let now = self.instant(self.now);
        self.estimator.on_reports(now, &reports);
    }

    fn between(&self, from: f64, to: f64) -> impl Iterator<Item = Sample> + '_ {
        self.samples.iter().copied().filter(move |sample| (from..to).contains(&sample.at))
    }

    fn mean_target(&self, from: f64, to: f64) -> f64 {
        let count = self.between(from, to).count();
        self.between(from, to).map(|sample| sample.target).sum::<f64>() / count as f64
    }

    /// Each second's mean target.
    fn seconds(&self, from: u32, to: u32) -> Vec<f64> {
        (from..to).map(|at| self.mean_target(f64::from(at), f64::from(at + 1))).collect()
    }

    /// The wait that one in twenty moments exceeds.
    fn queue_p95(&self, from: f64, to: f64) -> f64 {
        let mut queues: Vec<_> = self.between(from, to).map(|sample| sample.queue).collect();
        queues.sort_by(f64::total_cmp);
        queues[queues.len() * 95 / 100]
    }

    /// Mean delivered rate.
    fn goodput(&self, from: f64, to: f64) -> f64 {
        let first = self.between(from, to).next().expect("ran");
        let last = self.between(from, to).last().expect("ran");
        (last.delivered - first.delivered) / (last.at - first.at)
    }
}

fn assert_within(rates: &[f64], of: f64, share: f64) {
    let (least, most) = (of * (1.0 - share), of * (1.0 + share));
    let fits = rates.iter().all(|rate| (least..=most).contains(rate));
    assert!(fits, "{:?} are not within {share} of {of}", Kilo(rates));
}

/// Rates in kbit/s, for reading.
struct Kilo<'a>(&'a [f64]);

impl std::fmt::Debug for Kilo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|rate| (rate / 1e3).round())).finish()
    }
}

#[test]
fn two_megabits_with_five_percent_lost() {
    let mut run = Run::new(3e6, 6e6);
    let link = Link { loss: 0.05, ..Link::of(2e6) };
    run.over(Some(link), HUNGRY, 30.0);
    assert_within(&run.seconds(5, 30), 2e6, 0.15);
    let queue = run.queue_p95(5.0, 30.0);
    assert!(queue < 0.1, "{queue}");
    let goodput = run.goodput(5.0, 30.0);
    assert!(goodput > 0.8 * 2e6, "{goodput}");
}

#[test]
fn links_of_all_rates_are_found() {
    for rate in [150e3, 300e3, 1e6, 4e6] {
        for delay in [0.005, 0.15] {
            let mut run = Run::new(3e6, 6e6);
            run.over(Some(Link { delay, ..Link::of(rate) }), HUNGRY, 30.0);
            // The slowest takes 32 ms for half a packet.
            let share = if rate < 200e3 { 0.25 } else { 0.2 };
            assert_within(&run.seconds(8, 30), rate, share);
            let queue = run.queue_p95(8.0, 30.0);
            // Two large packets, and some.
            let most = 0.1 + 2.0 * super::STEP / rate;
            assert!(queue < most, "{queue} at {rate}, {delay}");
        }
    }
}

#[test]
fn a_link_that_slows_down_is_noticed_at_once() {
    let mut run = Run::new(3e6, 6e6);
    run.over(Some(Link::of(2.5e6)), HUNGRY, 10.0).over(Some(Link::of(5e5)), HUNGRY, 10.0);
    let soon = run.mean_target(11.5, 12.5);
    assert!(soon < 6e5, "{soon}");
    let queue = run.queue_p95(13.0, 20.0);
    assert!(queue < 0.12, "{queue}");
    assert_within(&run.seconds(14, 20), 5e5, 0.2);
}

#[test]
fn a_link_that_gets_faster_is_used() {
    let mut run = Run::new(3e6, 6e6);
    run.over(Some(Link::of(5e5)), HUNGRY, 15.0).over(Some(Link::of(2.5e6)), HUNGRY, 25.0);
    let late = run.mean_target(35.0, 40.0);
    assert!(late > 0.8 * 2.5e6, "{late}: {:?}", Kilo(&run.seconds(14, 40)));
}

#[test]
fn what_radio_links_and_busy_machines_do_by_themselves_costs_nothing() {
    for link in [
        Link { jitter: 0.02, ..Link::of(50e6) },
        Link { loss: 0.05, ..Link::of(50e6) },
        Link { jitter: 0.01, loss: 0.08, ..Link::of(50e6) },
        Link { stall: 0.1, ..Link::of(50e6) },
        Link { stall: 0.2, loss: 0.05, ..Link::of(50e6) },
    ] {
        let mut run = Run::new(3e6, 6e6);
        run.over(Some(link), HUNGRY, 20.0);
        let least = run.between(1.0, 20.0).map(|sample| sample.target).fold(6e6, f64::min);
        assert!(least >= 3e6, "{least}");
        assert!(run.mean_target(15.0, 20.0) > 5.5e6, "{:?}", Kilo(&run.seconds(0, 20)));
    }
}

#[test]
fn a_link_that_drops_instead_of_queueing_is_not_flooded() {
    let mut run = Run::new(3e6, 6e6);
    run.over(Some(Link { queue: 0.02, ..Link::of(1e6) }), HUNGRY, 30.0);
    let goodput = run.goodput(10.0, 30.0);
    assert!(goodput > 0.6 * 1e6, "{goodput}");
    let target = run.mean_target(10.0, 30.0);
    assert!(target < 1.4e6, "{target}");
}

#[test]
fn key_frames_are_not_taken_for_a_full_link() {
    let mut run = Run::new(3e6, 6e6);
    let stream = Stream { most: 1e6, key_frame_every: Some(60) };
    run.over(Some(Link::of(3e6)), stream, 30.0);
    let least = run.between(0.0, 30.0).map(|sample| sample.target).fold(6e6, f64::min);
    assert!(least > 1.5e6, "{least}");
}

#[test]
fn a_light_scene_does_not_talk_the_path_down() {
    let mut run = Run::new(3e6, 6e6);
    let light = Stream { most: 200e3, key_frame_every: None };
    run.over(Some(Link::of(10e6)), light, 20.0);
    let least = run.between(0.0, 20.0).map(|sample| sample.target).fold(6e6, f64::min);
    assert!(least >= 3e6, "{least}");
    // Few packets, of which chance takes more at times.
    let mut run = Run::new(3e6, 6e6);
    let lighter = Stream { most: 40e3, key_frame_every: None };
    run.over(Some(Link { loss: 0.05, ..Link::of(10e6) }), lighter, 120.0);
    let least = run.between(0.0, 120.0).map(|sample| sample.target).fold(6e6, f64::min);
    assert!(least >= 3e6, "{least}");
}

#[test]
fn after_a_cut_it_goes_on_where_it_was() {
    for cut in [3.0, 12.0] {
        let mut run = Run::new(3e6, 6e6);
        let link = Some(Link::of(2e6));
        run.over(link, HUNGRY, 10.0).over(None, HUNGRY, cut).over(link, HUNGRY, 6.0);
        let again = run.mean_target(10.0 + cut + 1.0, 10.0 + cut + 2.0);
        assert!(again > 1e6, "{again} after {cut}");
        let later = run.mean_target(10.0 + cut + 4.0, 10.0 + cut + 6.0);
        assert!(later > 1.6e6, "{later} after {cut}");
    }
}

#[test]
fn a_longer_way_is_not_a_queue() {
    let mut run = Run::new(3e6, 3e6);
    let line = |delay| Some(Link { delay, ..Link::of(20e6) });
    run.over(line(0.01), HUNGRY, 12.0).over(line(0.06), HUNGRY, 12.0);
    let least = run.between(12.0, 24.0).map(|sample| sample.target).fold(3e6, f64::min);
    assert!(least > 1e6, "{least}");
    assert!(run.mean_target(17.0, 24.0) > 2.5e6, "{:?}", Kilo(&run.seconds(10, 24)));
}

#[test]
fn a_receiver_that_wants_less_gets_less() {
    let mut run = Run::new(3e6, 6e6);
    let link = Some(Link::of(20e6));
    run.over(link, HUNGRY, 5.0);
    run.counters.advised(5e5);
    run.over(link, HUNGRY, 5.0);
    let most = run.between(5.5, 10.0).map(|sample| sample.target).fold(0.0, f64::max);
    assert_eq!(most, 5e5);
    run.counters.advised(2e6);
    run.over(link, HUNGRY, 20.0);
    assert_within(&run.seconds(25, 30), 2e6, 0.01);
}

#[test]
fn bounds_hold() {
    let mut run = Run::new(3e6, 3e6);
    run.over(Some(Link::of(20e6)), HUNGRY, 5.0).over(Some(Link::of(20e3)), HUNGRY, 20.0);
    let targets = run.samples.iter().map(|sample| sample.target);
    let (least, most) = targets.fold((6e6f64, 0f64), |(l, m), t| (l.min(t), m.max(t)));
    assert!(least >= super::LEAST && most <= 3e6, "{least} {most}");
}
