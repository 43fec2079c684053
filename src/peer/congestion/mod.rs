//! How much a viewer's path carries: transport-wide feedback in, a bit rate out.
//!
//! ```text
//!  reports ─► Path: queueing delay, delivery rate, loss ─► Estimator: target ─► pacer, session
//! ```
//! A sender notices a full link in two ways. Packets wait: they arrive later after they left than
//! the fastest of late, and as long as even the fastest of the last few frames waited, a queue
//! stands. What is delivered meanwhile is what the link carries, however little was asked of it
//! before. Or packets are lost, where a link has no queue to speak of.
//!
//! A queue takes the target just below what was delivered, by so much more as empties the queue;
//! an empty one lets it grow, slowly near what the link carried last. Loss counts only above what
//! the path loses anyhow: radio links lose some packets at any rate, and giving up bit rate would
//! not bring them back.
//!
//! What reports say is lost is told on ([`Counters::lost`]) unless the link is full: it can be sent
//! again before the browser's own request for it arrives, or in place of one that was lost, too.
//!
//! Pure: time comes as an argument, and [`scenarios`] runs it over links of all kinds.

mod path;
mod reports;
#[cfg(test)]
mod scenarios;
mod throughput;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::interceptor::{BandwidthEstimator, PacketReport};

use super::media::Counters;
use crate::units::Bitrate;
use path::Path;
pub(super) use reports::{FIRST, Reports};
pub(super) use throughput::Throughput;

/// The least that is ever aimed for: a small picture, a few times a second.
const LEAST: f64 = 100_000.0;
/// A queue that stands for so long is the link's, not a frame's.
const OVER: Duration = Duration::from_millis(25);
/// Below this a queue counts as empty.
const EMPTY: Duration = Duration::from_millis(10);
/// Of what a full link delivers, so much is aimed for.
const SHARE: f64 = 0.95;
/// At most so much less, to empty the queue…
const DRAIN: f64 = 0.35;
/// …and of the share so much, when it is empty.
const AFTER_DRAIN: f64 = 0.95;
/// A queue that is a link's beyond doubt.
const LONG: Duration = Duration::from_millis(100);
/// Before it is so long, no step goes below this share of the target: what looks like a full link
/// may be a machine that was busy for a moment.
const LEAST_STEP: f64 = 0.6;
/// A queue that is no shorter after a step calls for another, whatever is delivered.
const MOST_STEP: f64 = 0.95;
/// So many steps in vain show that there is no queue.
const MOST_STUCK: u32 = 3;
/// It is shorter below so much of what it was.
const SHRINKING: f64 = 0.8;
/// Growth in a second with the link's limit unknown.
const GROWTH: f64 = 1.3;
/// A stream that takes this share of the target uses it.
const USED: f64 = 0.7;
/// The same while little of the target is used, so that little is known of what would fit.
const UNUSED_GROWTH: f64 = 1.1;
/// A large packet, bits: growth near the limit, in the time that its effect takes to show.
const STEP: f64 = 9_600.0;
/// The limit is near above so much of it.
const NEAR: f64 = 0.85;
/// Of a limit, so much is there still while hardly any queue stands.
const KNOWN: f64 = 0.95;
/// How long a limit is remembered.
const REMEMBERED: Duration = Duration::from_secs(30);
/// A target so far above a limit has shown that it is none any more.
const PASSED: f64 = 1.12;
/// Loss beyond the path's own that a target gives way to; half of it keeps the target from growing.
const LOSS: f64 = 0.1;
/// So long after its answer the effect of a step shows: a queue is judged by as much of the past.
/// One that is long cannot wait for it.
const SHOWS: Duration = Duration::from_millis(300);
/// Without reports for so long, the path was cut: what was learnt of its delay is void.
const SILENCE: Duration = Duration::from_secs(1);
/// What is aimed for after a cut, of the target before it.
const AFTER_SILENCE: f64 = 0.75;

/// Bounds of an estimate.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What is aimed for before anything is known.
    pub initial: Bitrate,
    /// More is of no use.
    pub most: Bitrate,
}

impl Limits {
    /// For a stream that is coded in `best` when nothing is in its way: on a good network there is
    /// no reason to begin with less, and some room above it shows how far the path is from its end.
    pub fn of(best: Bitrate) -> Self {
        let times = |factor: f64| Bitrate::bps((f64::from(best.as_bps()) * factor) as u32);
        Self { initial: times(1.25), most: times(2.0) }
    }
}

/// Follows what one path carries.
pub(super) struct Estimator {
    path: Path,
    target: f64,
    most: f64,
    /// What a full link delivered last, and when.
    limit: Option<(f64, Instant)>,
    /// The latest reduction: the next waits until this one shows.
    reduced: Option<Instant>,
    /// The queue at that moment.
    queued: Duration,
    /// How often it was no shorter after a step.
    stuck: u32,
    /// What to aim for once it is empty.
    drained: Option<f64>,
    grown: Option<Instant>,
    heard: Option<Instant>,
    /// From a packet's departure to its report, smoothed.
    response: Duration,
    counters: Arc<Counters>,
}

impl Estimator {
    /// Writes its target to `counters`.
    pub fn new(limits: Limits, counters: Arc<Counters>) -> Self {
        let most = f64::from(limits.most.as_bps()).max(LEAST);
        let target = f64::from(limits.initial.as_bps()).clamp(LEAST, most);
        counters.estimated(target);
        Self {
            path: Path::default(),
            target,
            most,
            limit: None,
            reduced: None,
            queued: Duration::ZERO,
            stuck: 0,
            drained: None,
            grown: None,
            heard: None,
            response: Duration::from_millis(100),
            counters,
        }
    }

    fn hear(&mut self, now: Instant, reports: &[PacketReport]) {
        if self.heard.is_none() {
            // A connection before this one may have known the path.
            self.target = self.target.min(self.counters.estimate()).max(LEAST);
        }
        let silent = self.heard.replace(now).is_some_and(|last| now - last > SILENCE);
        if silent {
            self.path = Path::default();
            self.target = (self.target * AFTER_SILENCE).max(LEAST);
            self.grown = Some(now);
            // The reports tell of packets that the cut took.
            return;
        }
        let latest = reports.iter().filter(|report| report.arrived).map(|report| report.departure);
        if let Some(trip) = latest.max().and_then(|at| now.checked_duration_since(at)) {
            self.response = self.response.mul_f64(0.8) + trip.mul_f64(0.2);
        }
        let missed = self.counters.take_missed();
        let lost = self.path.hear(now, reports, |number| missed.contains(&number));
        let full = self.queue().is_some_and(|queue| queue > OVER);
        self.counters.queued(full.then_some(self.response));
        // On a full link it would only make the queue longer.
        if !full {
            self.counters.lost(lost);
        }
    }

    /// The queue that stands, beyond what a slow link takes for a large packet where it took less
    /// for a small one.
    fn queue(&self) -> Option<Duration> {
        let large = Duration::from_secs_f64(STEP / self.target);
        self.path.standing_queue().map(|queue| queue.saturating_sub(large))
    }

    fn decide(&mut self, now: Instant) {
        let queue = self.queue();
        let loss = self.path.excess_loss();
        let long = queue.is_some_and(|queue| queue > OVER * 2);
        let shows = self.response + if long { OVER * 4 } else { SHOWS };
        let settled = self.reduced.is_none_or(|at| now - at > shows);
        if let Some(queue) = queue.filter(|queue| *queue > OVER) {
            if settled {
                self.give_way(now, queue);
            }
        } else if let Some(loss) = loss.filter(|loss| *loss > LOSS) {
            if settled {
                tracing::debug!(loss, target = self.target, "too much is lost");
                self.limit = self.path.delivered().map(|delivered| (delivered, now)).or(self.limit);
                self.reduce(now, self.target * (1.0 - loss / 2.0));
            }
        } else if queue.is_some_and(|queue| queue < EMPTY)
            && loss.is_some_and(|loss| loss < LOSS / 2.0)
        {
            (self.queued, self.stuck) = (Duration::ZERO, 0);
            // It has been emptied: what was given up for that is free again.
            self.target = self.target.max(self.drained.take().unwrap_or(0.0));
            self.grow(now);
            return;
        }
        self.grown = Some(now);
    }

    /// A queue stands: what is delivered is what the link carries.
    fn give_way(&mut self, now: Instant, queue: Duration) {
        let Some(mut delivered) = self.path.delivered_when_full() else { return };
        if let Some((limit, _)) = self.limit.filter(|_| queue < OVER * 2) {
            // A link that slows down has more of a queue than this; one that barely has one may
            // not have been full all along.
            delivered = delivered.max(limit * KNOWN);
        }
        self.limit = Some((delivered, now));
        let drain = queue.as_secs_f64().min(DRAIN);
        tracing::debug!(?queue, delivered, target = self.target, "a queue stands");
        // One that gets shorter is left to it.
        let shrinks = queue < self.queued.mul_f64(SHRINKING);
        self.stuck = if shrinks || queue > LONG { 0 } else { self.stuck + 1 };
        if self.stuck > MOST_STUCK {
            // Whatever is sent it stays as it is: it is no queue, but a longer way.
            self.path.rerouted();
            (self.stuck, self.limit, self.queued) = (0, None, Duration::ZERO);
            return;
        }
        let most = if shrinks { self.target } else { self.target * MOST_STEP };
        self.queued = queue;
        self.drained =
            (drain > LONG.as_secs_f64() * 1.5).then_some(delivered * SHARE * AFTER_DRAIN);
        let target = delivered * (SHARE - drain);
        let least = if queue > LONG { 0.0 } else { self.target * LEAST_STEP };
        self.reduce(now, target.clamp(least, most));
    }

    fn reduce(&mut self, now: Instant, target: f64) {
        self.target = target.max(LEAST);
        self.reduced = Some(now);
        self.path.heeded();
    }

    fn grow(&mut self, now: Instant) {
        let Some(before) = self.grown.replace(now) else { return };
        let elapsed = (now - before).min(SILENCE);
        let holds =
            |(limit, at): &(f64, Instant)| now - *at < REMEMBERED && self.target < limit * PASSED;
        let known = self.limit.filter(holds).map(|(limit, _)| limit);
        let grown = if known.is_some_and(|limit| self.target > limit * NEAR) {
            let steps = elapsed.as_secs_f64() / (self.response + OVER * 4).as_secs_f64();
            self.target + STEP * steps
        } else {
            let used = self.path.delivered().is_some_and(|rate| rate > self.target * USED);
            let growth = if used { GROWTH } else { UNUSED_GROWTH };
            self.target * growth.powf(elapsed.as_secs_f64())
        };
        self.target = grown.min(self.most);
    }
}

impl BandwidthEstimator for Estimator {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        if reports.is_empty() {
            return;
        }
        self.hear(now, reports);
        self.decide(now);
        self.target = self.target.min(self.counters.wanted()).max(LEAST);
        self.counters.measured();
        self.counters.estimated(self.target);
    }

    fn target_bitrate(&self) -> f64 {
        self.target
    }
}
