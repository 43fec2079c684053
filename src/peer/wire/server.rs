//! Server to client.

use serde::Serialize;
use serde_json::Value;

use crate::peer::Candidate;

/// A STUN or TURN server as browsers take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each is the RTCIceServer field of its name")]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// A message to a viewer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are the protocol's")]
pub enum ServerMessage {
    Welcome {
        viewer_id: String,
        session: String,
        role: &'static str,
        ice_servers: Vec<IceServer>,
    },
    Answer {
        sdp: String,
    },
    #[serde(rename = "ice-candidate")]
    IceCandidate {
        candidate: Option<Candidate>,
    },
    SceneUpdated {
        xml: String,
        model_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        preset: Option<&'static str>,
    },
    Control {
        holder: Option<String>,
        role: &'static str,
    },
    Error {
        code: String,
        message: String,
    },
    Pong {
        t: Value,
    },
    Result {
        id: Option<Value>,
        ok: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    State(State),
}

/// What a viewer sees, and how fresh it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    /// Simulated time, s.
    pub time: f64,
    /// Physics steps since the start or the last reset.
    pub step_count: u64,
    /// Whether time stands still.
    pub paused: bool,
    /// Asked-for simulated seconds per wall second.
    pub speed: f64,
    /// Achieved simulated seconds per wall second.
    pub rtf: f64,
    /// Viewers of the session.
    pub viewers: usize,
    /// The viewer's camera.
    pub camera: CameraState,
    /// Names of the model's cameras, in id order.
    pub cameras: Vec<String>,
    /// The last frame that the viewer's stream made.
    pub frame: FrameState,
    /// What the last frames took.
    pub latency: LatencyState,
}

/// A viewer's camera; the numbers of a model's camera are the model's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "each is MuJoCo's mjvCamera field of its name")]
pub struct CameraState {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azimuth: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elevation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookat: Option<[f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A frame of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FrameState {
    /// Its number within the stream.
    pub id: u64,
    /// Its time on the media clock, 90 kHz, 32 bits.
    pub rtp: u32,
    /// Width and height, px.
    pub size: [u32; 2],
}

/// What recent frames took, median, ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
