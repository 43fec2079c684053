//! Server to client.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::options::{FlagsState, OptionsState};
use crate::{
    frame::EncodedFrame,
    peer::Candidate,
    scene::{Assets, camera::Camera},
    units::MediaClock,
};

/// A STUN or TURN server as browsers take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "each is the RTCIceServer field of its name")]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub credential: Option<String>,
}

/// Where a viewer whom WebRTC does not reach gets the same stream: a WebSocket at
/// `path?session=…&ticket=…`. `docs/streaming.md` says what comes on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MediaAddress {
    /// Path of the socket.
    pub path: &'static str,
    /// What lets this viewer in, 32 hexadecimal digits, as long as the signaling socket is open.
    pub ticket: String,
}

/// A message to a viewer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are the protocol's")]
pub enum ServerMessage {
    Welcome {
        viewer_id: String,
        session: String,
        role: &'static str,
        ice_servers: Vec<IceServer>,
        media: MediaAddress,
    },
    Answer {
        sdp: String,
    },
    #[serde(rename = "ice-candidate")]
    IceCandidate {
        #[schema(required)]
        candidate: Option<Candidate>,
    },
    SceneUpdated {
        xml: String,
        model_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        preset: Option<&'static str>,
    },
    Control {
        #[schema(required)]
        holder: Option<String>,
        /// The viewer's own.
        role: &'static str,
        /// Who waits for control, the first first.
        requests: Vec<String>,
        viewers: Vec<ViewerState>,
    },
    /// The session is with another daemon now.
    Moved {
        /// Where it is to be seen.
        url: String,
    },
    /// An agent is about to act.
    Act {
        agent: String,
        act: String,
        /// Whether it can be taken back.
        undo: bool,
    },
    Error {
        code: String,
        message: String,
    },
    Pong {
        t: Value,
        /// When the ping was answered, µs on the daemon's clock: that of [`FrameStamps`].
        clock_us: u64,
    },
    /// When frames were where, for a viewer who asked.
    Stamps {
        frames: Vec<FrameStamps>,
    },
    Result {
        #[schema(required)]
        id: Option<Value>,
        ok: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        error: Option<String>,
    },
    /// How the simulation is computed, once and whenever that changes.
    Options {
        options: Box<OptionsState>,
    },
    /// What is shown and how, once and whenever that changes.
    Flags {
        flags: Box<FlagsState>,
    },
    State(Box<State>),
}

/// When a frame was where, µs on the daemon's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FrameStamps {
    /// Its number within the stream.
    pub id: u64,
    /// The time stamp of its packets.
    pub rtp: u32,
    /// The oldest input that it is the first to show was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub input_us: Option<u64>,
    /// The snapshot that it is the first to show came from the simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state_us: Option<u64>,
    /// Drawing began.
    pub render_us: u64,
    /// Drawing ended and encoding began.
    pub encode_us: u64,
    /// Encoding ended.
    pub done_us: u64,
    /// Its last packet was handed to the network.
    pub sent_us: u64,
}

impl FrameStamps {
    /// Those of a frame that was sent with the time stamp `rtp`.
    pub fn new(frame: &EncodedFrame, rtp: u32, sent: Instant, clock: MediaClock) -> Self {
        let stamps = &frame.stamps;
        Self {
            id: frame.id,
            rtp,
            input_us: stamps.input.map(|at| clock.micros(at)),
            state_us: stamps.state.map(|at| clock.micros(at)),
            render_us: clock.micros(stamps.render),
            encode_us: clock.micros(stamps.encode),
            done_us: clock.micros(stamps.done),
            sent_us: clock.micros(sent),
        }
    }
}

/// A viewer of the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewerState {
    /// Its id.
    pub id: String,
    /// What it may do.
    pub role: &'static str,
    /// Whether it gets pictures.
    pub connected: bool,
    /// Whose camera it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub follows: Option<String>,
    /// Whose further view it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub beside: Option<String>,
}

/// What a viewer sees, and how fresh it is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct State {
    /// Simulated time, s.
    pub time: f64,
    /// Physics steps since the start or the last reset.
    pub step_count: u64,
    /// Physics steps along the timeline: only seeking takes it back.
    pub tick: u64,
    /// Whether time stands still.
    pub paused: bool,
    /// Asked-for simulated seconds per wall second; null: as fast as can be.
    #[schema(required)]
    pub speed: Option<f64>,
    /// Achieved simulated seconds per wall second.
    pub rtf: f64,
    /// Viewers of the session.
    pub viewers: usize,
    /// The viewer's camera.
    pub camera: CameraState,
    /// Names of the model's cameras, in id order.
    pub cameras: Vec<String>,
    /// What is selected.
    #[schema(required)]
    pub selected: Option<SelectionState>,
    /// What can be gone back to.
    #[schema(required)]
    pub history: Option<HistoryState>,
    /// Number of contacts.
    pub contacts: u64,
    /// Number of scalar constraints.
    pub constraints: u64,
    /// Iterations that the solver took in the last step.
    pub iterations: u64,
    /// Potential and kinetic energy, J.
    pub energy: [f64; 2],
    /// The first generalised positions.
    pub qpos: Vec<f64>,
    /// The first controls.
    pub ctrl: Vec<f64>,
    /// The first outputs of sensors.
    pub sensors: Vec<f64>,
    /// Pointers of those who see the same picture.
    pub cursors: Vec<CursorState>,
    /// The last frame that the viewer's stream made.
    pub frame: FrameState,
    /// What the last frames took.
    pub latency: LatencyState,
}

/// A selected body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SelectionState {
    /// Its id.
    pub body: u32,
    /// Its name, empty where unnamed.
    pub name: String,
    /// Whether it is being pulled at.
    pub held: bool,
}

/// A history, in steps along the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryState {
    /// The first that is kept.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// Where the simulation is, when it has gone back.
    #[schema(required)]
    pub cursor: Option<u64>,
}

/// A pointer over a picture.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CursorState {
    /// Whose.
    pub viewer_id: String,
    /// Part of the width from the left, `[0, 1)`.
    pub x: f64,
    /// Part of the height from the top, `[0, 1)`.
    pub y: f64,
}

/// A viewer's camera; the numbers of a model's camera are the model's.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "each is MuJoCo's mjvCamera field of its name")]
pub struct CameraState {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub azimuth: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub elevation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub distance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lookat: Option<[f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// The body that it follows, which need not have a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tracks: Option<u32>,
}

impl CameraState {
    /// A camera in a model of these assets.
    pub fn new(camera: &Camera, assets: &Assets) -> Self {
        let (free, name, tracks) = match *camera {
            Camera::Free(camera) => (Some(camera), None, None),
            Camera::Tracking { camera, body } => {
                (Some(camera), assets.model.bodies.get(body as usize).cloned(), Some(body))
            }
            Camera::Fixed(index) => {
                (None, assets.cameras.get(index as usize).map(|c| c.name.clone()), None)
            }
        };
        Self {
            azimuth: free.map(|camera| camera.azimuth),
            elevation: free.map(|camera| camera.elevation),
            distance: free.map(|camera| camera.distance),
            lookat: free.map(|camera| camera.lookat),
            name,
            tracks,
        }
    }
}

/// A frame of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FrameState {
    /// Its number within the stream.
    pub id: u64,
    /// Its time on the media clock, 90 kHz, 32 bits.
    pub rtp: u32,
    /// Width and height, px.
    pub size: [u32; 2],
    /// What encoded it, e.g. `openh264`; null before the first. `/api/stats` says why nothing
    /// better did.
    #[schema(required)]
    pub encoder: Option<&'static str>,
}

/// What recent frames took, median, ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "each is the stage of its name")]
pub struct LatencyState {
    pub render_ms: f64,
    pub encode_ms: f64,
}

impl ServerMessage {
    /// An error that the viewer should read; the connection stays.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Error { code: code.into(), message: message.into() }
    }

    /// The reply to a command that carried `id`.
    pub fn result<T, E: std::fmt::Display>(id: Option<Value>, outcome: Result<T, E>) -> Self {
        let error = outcome.err().map(|error| error.to_string());
        Self::Result { id, ok: error.is_none(), error }
    }

    /// The message as JSON text; numbers that are not finite become null.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: keys are text and nothing else can fail")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_have_the_protocol_s_names() {
        let cases = [
            (ServerMessage::Answer { sdp: "v=0".into() }, json!({"type": "answer", "sdp": "v=0"})),
            (
                ServerMessage::error("bad_message", "no"),
                json!({"type": "error", "code": "bad_message", "message": "no"}),
            ),
            (
                ServerMessage::result::<(), String>(Some(json!(7)), Ok(())),
                json!({"type": "result", "id": 7, "ok": true}),
            ),
            (
                ServerMessage::IceCandidate { candidate: None },
                json!({"type": "ice-candidate", "candidate": null}),
            ),
        ];
        for (message, expected) in cases {
            let sent: Value = serde_json::from_str(&message.to_json()).expect("JSON");
            assert_eq!(sent, expected);
        }
    }
}
