//! The side-car of a recording: JSON Lines, one per frame, with the state that the frame shows.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

use crate::{frame::EncodedFrame, scene::Snapshot};

/// Numbers of one array that a line holds; longer arrays are left out of every line.
pub const MAX_NUMBERS: usize = 4096;
/// Moments that are remembered until their frame comes: several seconds of the fastest stream
/// that is behind by a full queue.
const MOMENTS: usize = 256;

/// The latest moments of a session, for whoever records it. Shared and cheap to clone.
#[derive(Clone, Default)]
pub struct Moments {
    latest: Arc<Mutex<VecDeque<Arc<Moment>>>>,
}

impl Moments {
    /// Remembers a moment; the oldest is forgotten.
    pub fn note(&self, snapshot: &Snapshot) {
        let moment = Arc::new(Moment::of(snapshot));
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == MOMENTS {
            latest.pop_front();
        }
        latest.push_back(moment);
    }

    /// The moment that `frame` shows.
    pub(super) fn shown_by(&self, frame: &EncodedFrame) -> Option<Arc<Moment>> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        // Numbers start again with each worker: the newest with this number and time is meant.
        let shown = latest.iter().rev().find(|moment| {
            moment.sequence == frame.snapshot && moment.time.to_bits() == frame.sim_time.to_bits()
        });
        shown.cloned()
    }
}

/// What of a snapshot goes into the side-car.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    sequence: u64,
    time: f64,
    steps: u64,
    qpos: Option<Vec<f64>>,
    ctrl: Option<Vec<f64>>,
}

impl Moment {
    fn of(snapshot: &Snapshot) -> Self {
        let bounded = |numbers: &Vec<f64>| (numbers.len() <= MAX_NUMBERS).then(|| numbers.clone());
        Self {
            sequence: snapshot.sequence,
            time: snapshot.time,
            steps: snapshot.steps,
            qpos: bounded(&snapshot.qpos),
            ctrl: bounded(&snapshot.ctrl),
        }
    }
}

/// What a recording shows: the first line of its side-car, and a line for each scene after that.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Scene {
    /// `<mujoco model="…">`.
    pub model_name: String,
    /// SHA-256 of the MJCF text, in hexadecimal.
    pub scene_sha256: String,
    /// Names of the joints, in the order of `qpos`.
    pub joints: Vec<String>,
    /// Where each joint's numbers begin in `qpos`.
    pub qpos_addresses: Vec<u32>,
    /// Names of the actuators, in the order of `ctrl`.
    pub actuators: Vec<String>,
    /// How many numbers `qpos` has; above [`MAX_NUMBERS`] no line holds them.
    pub nq: u32,
    /// How many numbers `ctrl` has; above [`MAX_NUMBERS`] no line holds them.
    pub nu: u32,
}

/// The first line.
#[derive(Serialize)]
pub(super) struct Opening<'a> {
    pub kind: &'static str,
    pub session: &'a str,
    pub name: &'a str,
    pub started: &'a str,
    pub camera: &'a serde_json::Value,
    pub size: [u32; 2],
    /// Ticks of `pts` per second.
    pub timescale: u64,
    /// Longest array that lines hold.
    pub max_numbers: usize,
    #[serde(flatten)]
    pub scene: &'a Scene,
}

/// A line for another scene in the same recording.
#[derive(Serialize)]
pub(super) struct SceneChange<'a> {
    pub kind: &'static str,
    /// Ticks since the recording's first frame.
    pub pts: u64,
    #[serde(flatten)]
    pub scene: &'a Scene,
}

/// A line for a frame.
#[derive(Serialize)]
struct Line<'a> {
    pts: u64,
    segment: usize,
    sim_time: f64,
    step: Option<u64>,
    qpos: Option<&'a [f64]>,
    ctrl: Option<&'a [f64]>,
}

/// The line for `frame` at `pts` (ticks since the recording's first frame).
pub(super) fn line(
    frame: &EncodedFrame,
    pts: u64,
    segment: usize,
    moment: Option<&Moment>,
) -> Vec<u8> {
    json(&Line {
        pts,
        segment,
        sim_time: frame.sim_time,
        step: moment.map(|moment| moment.steps),
        qpos: moment.and_then(|moment| moment.qpos.as_deref()),
        ctrl: moment.and_then(|moment| moment.ctrl.as_deref()),
    })
}

/// A value on a line of its own.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    // Only maps with keys that are no text, or a failing `Serialize`, can go wrong: none is here.
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        frame::Stamps,
        units::{MediaTime, Size},
    };

    fn frame(snapshot: u64, sim_time: f64) -> EncodedFrame {
        let now = Instant::now();
        EncodedFrame {
            id: 1,
            data: bytes::Bytes::new(),
            codec: crate::units::Codec::H264,
            pts: MediaTime::from_elapsed(Duration::ZERO),
            keyframe: true,
            size: Size::new(2, 2).expect("valid"),
            snapshot,
            sim_time,
            stamps: Stamps::at(now),
        }
    }

    #[test]
    fn a_line_tells_the_state_that_its_frame_shows() {
        let moments = Moments::default();
        for (sequence, time) in [(1, 0.5), (2, 1.0), (1, 0.0)] {
            let qpos = vec![time, f64::NAN];
            moments.note(&Snapshot { sequence, time, qpos, steps: 7, ..Snapshot::default() });
        }
        let frame = frame(1, 0.5);
        let shown = moments.shown_by(&frame).expect("remembered");
        let text = String::from_utf8(line(&frame, 90, 0, Some(&shown))).expect("UTF-8");
        let wanted =
            r#"{"pts":90,"segment":0,"sim_time":0.5,"step":7,"qpos":[0.5,null],"ctrl":[]}"#;
        assert_eq!(text, format!("{wanted}\n"));
    }

    #[test]
    fn long_arrays_and_forgotten_moments_are_left_out() {
        let moments = Moments::default();
        let long = Snapshot { qpos: vec![0.0; MAX_NUMBERS + 1], ..Snapshot::default() };
        moments.note(&long);
        assert!(moments.shown_by(&frame(0, 0.0)).expect("remembered").qpos.is_none());
        for sequence in 1..=MOMENTS as u64 {
            moments.note(&Snapshot { sequence, ..Snapshot::default() });
        }
        assert!(moments.shown_by(&frame(0, 0.0)).is_none());
        assert!(moments.shown_by(&frame(1, 0.0)).is_some());
    }
}
