//! Replies about recordings.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    batch::CameraSpec,
    record::{self, State},
};

/// The recordings of a session, the running ones among them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recordings {
    /// Each of them.
    pub recordings: Vec<Recording>,
}

/// A recording: a video, and the states that it shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recording {
    /// Random and url-safe.
    id: String,
    /// The session that it shows.
    session: String,
    /// What its maker called it.
    name: String,
    /// How it stands.
    state: RecordingState,
    /// Why it ended, in words.
    #[schema(required = true)]
    reason: Option<String>,
    /// When it was begun, RFC 3339.
    started: String,
    /// When it ended, RFC 3339.
    #[schema(required = true)]
    ended: Option<String>,
    /// Name of the model that it began with.
    model_name: String,
    /// The camera, as it was asked for.
    #[schema(value_type = Option<CameraSpec>, required = true)]
    camera: serde_json::Value,
    /// Width of its pictures, px.
    width: u32,
    /// Height of its pictures, px.
    height: u32,
    /// Bytes of video.
    bytes: u64,
    /// Bytes of the states.
    state_bytes: u64,
    /// Pictures.
    frames: u64,
    /// Pictures that are missing because the disk was too slow.
    dropped: u64,
    /// How long it plays, s.
    duration_s: f64,
    /// Path of the first file of video.
    video: String,
    /// Path of the states.
    states: String,
    /// Files of video: another one begins where the stream changes.
    segments: Vec<Segment>,
}

/// How a recording stands: `recording`; `finished`, and all of it is there; `interrupted` when the
/// daemon went away under it, and what was written by then is there; `failed`, as `reason` says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RecordingState {
    /// It runs.
    Recording,
    /// It was ended, and all of it is there.
    Finished,
    /// The daemon went away under it; what was written by then is there.
    Interrupted,
    /// It could not go on; `reason` says why.
    Failed,
}

/// A file of video.
#[derive(Debug, Serialize, ToSchema)]
struct Segment {
    /// Its path.
    url: String,
    /// When it begins, s since the recording's first picture.
    start_s: f64,
    /// How long it plays, s.
    duration_s: f64,
    /// Pictures in it.
    frames: u64,
    /// Its bytes.
    bytes: u64,
}

impl Recording {
    /// Where it is.
    pub fn address(info: &record::Info) -> String {
        format!("/api/sessions/{}/recordings/{}", info.session, info.id)
    }
}

impl From<&record::Info> for Recording {
    fn from(info: &record::Info) -> Self {
        let address = Self::address(info);
        let segments = info.segments.iter().enumerate().map(|(number, segment)| Segment {
            url: format!("{address}/video.mp4?segment={number}"),
            start_s: segment.start_s,
            duration_s: segment.duration_s,
            frames: segment.frames,
            bytes: segment.bytes,
        });
        Self {
            segments: segments.collect(),
            id: info.id.clone(),
            session: info.session.clone(),
            name: info.name.clone(),
            state: match info.state {
                State::Recording => RecordingState::Recording,
                State::Finished => RecordingState::Finished,
                State::Interrupted => RecordingState::Interrupted,
                State::Failed => RecordingState::Failed,
            },
            reason: info.reason.clone(),
            started: info.started.clone(),
            ended: info.ended.clone(),
            model_name: info.model_name.clone(),
            camera: info.camera.clone(),
            width: info.size[0],
            height: info.size[1],
            bytes: info.bytes,
            state_bytes: info.state_bytes,
            frames: info.frames,
            dropped: info.dropped,
            duration_s: info.duration_s,
            video: format!("{address}/video.mp4"),
            states: format!("{address}/state.jsonl"),
        }
    }
}
