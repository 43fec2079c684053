//! `docs/protocol.json`: the messages of both directions as JSON Schema, of which the page's types
//! are made.
//!
//! What is sent describes itself. What is read is described here, in the form of types, and held to
//! what `client` and `acts` do: each field that is described is read, each that is required is
//! missed, and a message with all of them means something.

#![allow(dead_code, reason = "of these types only the schema is used")]

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use super::ServerMessage;

/// A candidate of ICE as browsers have it, `RTCIceCandidateInit`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClientCandidate {
    candidate: Option<String>,
    sdp_mid: Option<String>,
    #[serde(rename = "sdpMLineIndex")]
    sdp_mline_index: Option<u16>,
    username_fragment: Option<String>,
}

/// A message of a viewer.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    Offer {
        sdp: String,
    },
    /// Null is the end of them.
    #[serde(rename = "ice-candidate")]
    IceCandidate {
        candidate: Option<ClientCandidate>,
    },
    /// Answered with the same `t`.
    Ping {
        t: Value,
    },
    /// Whether to be told when frames were where.
    Stamps {
        on: Option<bool>,
    },
    MouseMove(Pointer),
    MouseDown(Pointer),
    MouseUp(Pointer),
    /// `dy` in notches, positive away; more than 10 are pixels.
    Scroll {
        x: Option<f64>,
        y: Option<f64>,
        dx: Option<f64>,
        dy: f64,
    },
    KeyDown(Key),
    KeyUp(Key),
    /// The video box, CSS px.
    Viewport {
        width: f64,
        height: f64,
        /// Device pixels per CSS px.
        dpr: Option<f64>,
    },
    /// `params` are those of `Commands` under its name.
    Command {
        #[schema(example = "play")]
        cmd: String,
        params: Option<BTreeMap<String, Value>>,
        /// Answered with the same.
        id: Option<Value>,
    },
}

/// A pointer over the video box.
#[derive(Serialize, ToSchema)]
struct Pointer {
    /// From the left, CSS px.
    x: f64,
    /// From the top, CSS px.
    y: f64,
    /// Those held: 1 left, 2 right, 4 middle.
    buttons: Option<u8>,
    /// The one that changed: 0 left, 1 middle, 2 right.
    button: Option<u8>,
    ctrl: Option<bool>,
    shift: Option<bool>,
    alt: Option<bool>,
    meta: Option<bool>,
}

/// A key of the keyboard.
#[derive(Serialize, ToSchema)]
struct Key {
    /// `KeyboardEvent.code`.
    code: String,
    key: Option<String>,
    alt: Option<bool>,
    ctrl: Option<bool>,
    shift: Option<bool>,
    meta: Option<bool>,
}

/// What commands take, by their names.
#[derive(Serialize, ToSchema)]
struct Commands {
    play: Nothing,
    start: Nothing,
    resume: Nothing,
    pause: Nothing,
    toggle: Nothing,
    stop: Nothing,
    reset: Nothing,
    step: Steps,
    speed: Speed,
    load_preset: LoadPreset,
    load_scene: LoadScene,
    reset_camera: Nothing,
    set_camera_preset: SetCameraPreset,
    set_camera: SetCamera,
    use_camera: UseCamera,
    set_quality: SetQuality,
    request_keyframe: Nothing,
    set_ctrl: Values,
    set_qpos: Values,
    set_qvel: Values,
    set_mocap: SetMocap,
    perturb: ApplyForce,
    apply_force: ApplyForce,
    select: Select,
    keyframe_load: Slot,
    keyframe_save: KeyframeSave,
    seek: Seek,
    follow: Follow,
    set_flags: SetFlags,
    set_options: BTreeMap<String, Value>,
    request_control: Nothing,
    grant_control: GrantControl,
    deny_control: Nothing,
    take_control: Nothing,
    release_control: Nothing,
}

#[derive(Serialize, ToSchema)]
struct Nothing {}

#[derive(Serialize, ToSchema)]
struct Steps {
    /// Back through the history where it is below 0.
    steps: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Factor {
    /// Simulated seconds per wall second.
    Number(f64),
    /// `max`: as fast as can be.
    Word(MaxWord),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MaxWord {
    Max,
}

#[derive(Serialize, ToSchema)]
struct Speed {
    factor: Factor,
}

#[derive(Serialize, ToSchema)]
struct LoadPreset {
    id: String,
}

#[derive(Serialize, ToSchema)]
struct LoadScene {
    /// MJCF.
    xml: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PresetName {
    Front,
    Side,
    Top,
}

#[derive(Serialize, ToSchema)]
struct SetCameraPreset {
    preset: PresetName,
}

#[derive(Serialize, ToSchema)]
struct SetCamera {
    /// Degrees.
    azimuth: Option<f64>,
    /// Degrees, [-90, 90].
    elevation: Option<f64>,
    /// m.
    distance: Option<f64>,
    #[schema(min_items = 3, max_items = 3)]
    lookat: Option<Vec<f64>>,
    /// Degrees.
    fovy: Option<f64>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum UseCamera {
    /// A body to follow, by its name or id.
    Track {
        track: BodyRef,
    },
    /// 1 for the next, -1 for the one before.
    Cycle {
        cycle: i8,
    },
    /// `free` for the free one.
    Name {
        name: String,
    },
    Index {
        index: u32,
    },
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum BodyRef {
    Name(String),
    Id(u32),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    Auto,
    Parity,
    Fast,
}

#[derive(Serialize, ToSchema)]
struct SetQuality {
    profile: ProfileName,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Number {
    One(f64),
    Several(Vec<f64>),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum ByIndexOrName {
    /// From 0 on.
    All(Vec<f64>),
    /// Some, by name or number.
    Some(BTreeMap<String, Number>),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Values {
    Many { values: ByIndexOrName },
    ByIndex { index: u32, value: f64 },
    ByName { name: String, value: f64 },
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum NameOrNumber {
    Name(String),
    Number(u32),
}

#[derive(Serialize, ToSchema)]
struct SetMocap {
    body: NameOrNumber,
    /// World, m.
    #[schema(min_items = 3, max_items = 3)]
    position: Option<Vec<f64>>,
    /// w first.
    #[schema(min_items = 4, max_items = 4)]
    orientation: Option<Vec<f64>>,
}

#[derive(Serialize, ToSchema)]
struct ApplyForce {
    body: NameOrNumber,
    /// World, N.
    #[schema(min_items = 3, max_items = 3)]
    force: Option<Vec<f64>>,
    /// World, N·m.
    #[schema(min_items = 3, max_items = 3)]
    torque: Option<Vec<f64>>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Select {
    /// What is under the point of the video box, CSS px.
    At {
        x: f64,
        y: f64,
    },
    Body {
        body: NameOrNumber,
    },
    /// Nothing.
    Nothing(Nothing),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Slot {
    Index { index: u32 },
    Name { name: String },
}

#[derive(Serialize, ToSchema)]
struct KeyframeSave {
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Seek {
    /// Along the timeline.
    Tick { tick: u64 },
    /// Simulated, s.
    Time { time: f64 },
    /// From here, back where it is below 0.
    Steps { steps: i64 },
}

#[derive(Serialize, ToSchema)]
struct Follow {
    /// Null for nobody.
    viewer_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct GrantControl {
    viewer_id: String,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Groups {
    /// From 0 on.
    All(Vec<bool>),
    /// By number.
    Some(BTreeMap<String, bool>),
}

#[derive(Serialize, ToSchema)]
struct SetFlags {
    vis: Option<BTreeMap<String, bool>>,
    render: Option<BTreeMap<String, bool>>,
    #[schema(example = "NONE")]
    label: Option<String>,
    #[schema(example = "NONE")]
    frame: Option<String>,
    groups: Option<BTreeMap<String, Groups>>,
}

#[derive(OpenApi)]
#[openapi(components(schemas(ClientMessage, Commands, ServerMessage)))]
struct Described;

/// The document.
fn document() -> Value {
    let described = serde_json::to_value(Described::openapi()).expect("JSON");
    let about = "Messages of the signaling socket, the data channels and the media socket: \
                 ClientMessage to the daemon, with Commands as the params of its commands, and \
                 ServerMessage from it. A number that is not finite \
                 is null. docs/openapi.json has the routes.";
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mjcast protocol",
        "description": about,
        "components": described["components"],
    })
}

mod tests;
