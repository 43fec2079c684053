//! Client to server.

use serde_json::Value;

use super::{
    acts,
    fields::{Fields, WireError, index, missing},
};
use crate::{
    config::Profile,
    control::{
        Buttons, CameraChoice, CameraPreset, CameraUpdate, Command, Event, Modifiers,
        PhysicsCommand, Pointer, Slot,
    },
    peer::Candidate,
};

/// Longest message but for one with a scene: an offer with every codec and extension that
/// browsers have is below 16 KiB.
pub const MAX_MESSAGE_BYTES: usize = 64 << 10;
/// Longest message with a scene.
pub const MAX_SCENE_BYTES: usize = 8 << 20;
/// Farther out than any screen is wide, CSS px.
const MAX_PIXELS: f64 = 65_536.0;
/// Notches of a wheel in one event; beyond that the value is in pixels.
const MAX_NOTCHES: f64 = 10.0;
/// Pixels that browsers report per notch.
const PIXELS_PER_NOTCH: f64 = 100.0;
/// Lines that browsers report per notch, where they report lines.
const LINES_PER_NOTCH: f64 = 3.0;
/// A page is three notches' worth.
const NOTCHES_PER_PAGE: f64 = 3.0;
/// More than any wheel turns between two events, pixels.
const MAX_SCROLL: f64 = 1e6;
/// Farther than any scene is large, m.
const MAX_LENGTH: f64 = 1e6;
/// Most steps in one command.
const MAX_STEPS: u32 = 10_000;

/// A message from a viewer.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientMessage {
    /// An SDP offer.
    Offer {
        /// Its text.
        sdp: String,
    },
    /// A candidate, or the end of them.
    IceCandidate(Option<Candidate>),
    /// Input or a command.
    Event(Event),
    /// Wants a pong with the same `t`.
    Ping {
        /// Whatever the client sent.
        t: Value,
    },
    /// Wants to be told when its frames were where, or no longer.
    Stamps {
        /// Which of both.
        on: bool,
    },
}

/// Parses one message.
///
/// # Errors
/// [`WireError`] with a sentence for the client.
pub fn parse(text: &str) -> Result<ClientMessage, WireError> {
    if text.len() > MAX_SCENE_BYTES {
        return Err(WireError::new(format!("the message is longer than {MAX_SCENE_BYTES} bytes")));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| WireError::new(format!("the message is not JSON: {error}")))?;
    let fields = Fields::of(&value, "a message")?;
    let kind = fields.required_text(&["type"])?;
    let message = match kind {
        "offer" => Ok(ClientMessage::Offer { sdp: fields.required_text(&["sdp"])?.to_owned() }),
        "ice-candidate" => candidate(fields).map(ClientMessage::IceCandidate),
        "ping" => Ok(ClientMessage::Ping { t: value.get("t").cloned().unwrap_or(Value::Null) }),
        "stamps" => fields.flag(&["on"]).map(|on| ClientMessage::Stamps { on }),
        "event" => {
            let data = fields.get(&["data"]).ok_or_else(|| missing("data"))?;
            let data = Fields::of(data, "'data'")?;
            event(data.required_text(&["type"])?, data).map(ClientMessage::Event)
        }
        kind => event(kind, fields).map(ClientMessage::Event),
    }?;
    if text.len() > MAX_MESSAGE_BYTES && !holds_a_scene(&message) {
        return Err(WireError::new(format!(
            "the message is longer than {MAX_MESSAGE_BYTES} bytes"
        )));
    }
    Ok(message)
}

/// Parses a command by its name and parameters, as events carry them.
///
/// # Errors
/// [`WireError`] with a sentence for the client.
pub fn parse_command(
    cmd: &str,
    params: &serde_json::Map<String, Value>,
) -> Result<Command, WireError> {
    command(cmd, Fields(params))
}

fn holds_a_scene(message: &ClientMessage) -> bool {
    let ClientMessage::Event(Event::Command { command, .. }) = message else { return false };
    matches!(command, Command::LoadScene(_))
}

fn candidate(fields: Fields<'_>) -> Result<Option<Candidate>, WireError> {
    let Some(value) = fields.get(&["candidate"]) else { return Ok(None) };
    if let Some(text) = value.as_str() {
        // The flat form: the candidate's line itself, `sdpMid` and the rest beside it.
        return candidate_of(text, fields);
    }
    let inner = Fields::of(value, "'candidate'")?;
    candidate_of(inner.text(&["candidate"])?.unwrap_or_default(), inner)
}

fn candidate_of(line: &str, fields: Fields<'_>) -> Result<Option<Candidate>, WireError> {
    if line.is_empty() {
        return Ok(None);
    }
    let mline = fields.index(&["sdpMLineIndex"], u32::from(u16::MAX))?;
    Ok(Some(Candidate {
        candidate: line.to_owned(),
        sdp_mid: fields.text(&["sdpMid"])?.map(str::to_owned),
        sdp_mline_index: mline.and_then(|index| u16::try_from(index).ok()),
        username_fragment: fields.text(&["usernameFragment"])?.map(str::to_owned),
    }))
}

fn event(kind: &str, fields: Fields<'_>) -> Result<Event, WireError> {
    match kind {
        "mouse_move" => pointer(fields).map(Event::PointerMove),
        "mouse_down" => pressed(fields).map(Event::PointerDown),
        "mouse_up" => pointer(fields).map(Event::PointerUp),
        "scroll" => scroll(fields),
        "key_down" => Ok(Event::KeyDown { code: code(fields)?, modifiers: modifiers(fields)? }),
        "key_up" => Ok(Event::KeyUp { code: code(fields)? }),
        "viewport" => Ok(Event::Viewport {
            width: fields.required_number(&["width"], 1.0..=16_384.0)?,
            height: fields.required_number(&["height"], 1.0..=16_384.0)?,
            dpr: fields.number(&["dpr"], 0.25..=8.0)?.unwrap_or(1.0),
        }),
        "command" => {
            let none = Value::Object(serde_json::Map::new());
            let params = fields.get(&["params"]).unwrap_or(&none);
            let name = fields.required_text(&["cmd"])?;
            let command = command(name, Fields::of(params, "'params'")?)?;
            Ok(Event::Command { command, id: fields.get(&["id"]).cloned() })
        }
        other => Err(WireError::new(format!("unknown message type '{}'", shortened(other)))),
    }
}

fn pointer(fields: Fields<'_>) -> Result<Pointer, WireError> {
    let axis = |name| fields.required_number(&[name], -MAX_PIXELS..=MAX_PIXELS);
    let buttons = fields.index(&["buttons"], 255)?.unwrap_or(0);
    Ok(Pointer {
        position: [axis("x")?, axis("y")?],
        buttons: Buttons((buttons & 0b111) as u8),
        modifiers: modifiers(fields)?,
    })
}

/// A press: older clients send only `button` (0 left, 1 middle, 2 right), not the mask.
fn pressed(fields: Fields<'_>) -> Result<Pointer, WireError> {
    let mut pointer = pointer(fields)?;
    let pressed = match fields.index(&["button"], 255)? {
        Some(0) => 1,
        Some(1) => 4,
        Some(2) => 2,
        _ => 0,
    };
    pointer.buttons.0 |= pressed;
    Ok(pointer)
}

fn modifiers(fields: Fields<'_>) -> Result<Modifiers, WireError> {
    Ok(Modifiers {
        ctrl: fields.flag(&["ctrl", "ctrlKey"])?,
        shift: fields.flag(&["shift", "shiftKey"])?,
        alt: fields.flag(&["alt", "altKey"])?,
        meta: fields.flag(&["meta", "metaKey"])?,
    })
}

/// `dy` is in notches or, when that would be too many, in pixels; `deltaY` is the browser's own,
/// in pixels unless its `deltaMode` says lines or pages.
fn scroll(fields: Fields<'_>) -> Result<Event, WireError> {
    let notches = match fields.number(&["dy"], -MAX_SCROLL..=MAX_SCROLL)? {
        Some(dy) if dy.abs() <= MAX_NOTCHES => dy,
        Some(dy) => dy / PIXELS_PER_NOTCH,
        None => {
            let Some(delta) = fields.number(&["deltaY"], -MAX_SCROLL..=MAX_SCROLL)? else {
                return Err(missing("dy"));
            };
            match fields.index(&["deltaMode"], 2)? {
                Some(1) => delta / LINES_PER_NOTCH,
                Some(2) => delta * NOTCHES_PER_PAGE,
                _ => delta / PIXELS_PER_NOTCH,
            }
        }
    };
    Ok(Event::Scroll { notches: notches.clamp(-MAX_NOTCHES, MAX_NOTCHES) })
}

fn code(fields: Fields<'_>) -> Result<String, WireError> {
    /// Longer than any `KeyboardEvent.code`.
    const MAX: usize = 64;
    let code = fields.required_text(&["code"])?;
    if code.len() > MAX {
        return Err(WireError::new(format!("'code' is longer than {MAX} bytes")));
    }
    Ok(code.to_owned())
}

fn command(name: &str, params: Fields<'_>) -> Result<Command, WireError> {
    let physics = Command::Physics;
    Ok(match name {
        "play" | "start" | "resume" => physics(PhysicsCommand::Play),
        "pause" => physics(PhysicsCommand::Pause),
        "toggle" => Command::Toggle,
        "stop" => Command::Stop,
        "reset" => physics(PhysicsCommand::Reset),
        "step" => acts::steps(params, MAX_STEPS)?,
        "speed" => acts::speed(params)?,
        "load_preset" => Command::LoadPreset(params.required_text(&["id", "preset"])?.to_owned()),
        "load_scene" => Command::LoadScene(params.required_text(&["xml"])?.to_owned()),
        "reset_camera" => Command::ResetCamera,
        "set_camera_preset" => Command::CameraPreset(preset(params)?),
        "set_camera" => Command::SetCamera(camera_update(params)?),
        "use_camera" => Command::UseCamera(camera_choice(params)?),
        "set_quality" => Command::SetQuality(profile(params)?),
        "request_keyframe" => Command::RequestKeyframe,
        other => {
            let unknown = || WireError::new(format!("unknown command '{}'", shortened(other)));
            acts::command(other, params)?.ok_or_else(unknown)?
        }
    })
}

fn preset(params: Fields<'_>) -> Result<CameraPreset, WireError> {
    match params.required_text(&["preset"])? {
        "front" => Ok(CameraPreset::Front),
        "side" => Ok(CameraPreset::Side),
        "top" => Ok(CameraPreset::Top),
        other => Err(WireError::new(format!(
            "'preset' must be front, side or top, not '{}'",
            shortened(other)
        ))),
    }
}

fn profile(params: Fields<'_>) -> Result<Profile, WireError> {
    match params.required_text(&["profile"])? {
        "auto" => Ok(Profile::Auto),
        "parity" => Ok(Profile::Parity),
        "fast" => Ok(Profile::Fast),
        other => Err(WireError::new(format!(
            "'profile' must be auto, parity or fast, not '{}'",
            shortened(other)
        ))),
    }
}

fn camera_update(params: Fields<'_>) -> Result<CameraUpdate, WireError> {
    Ok(CameraUpdate {
        azimuth: params.number(&["azimuth"], -1e6..=1e6)?,
        elevation: params.number(&["elevation"], -90.0..=90.0)?,
        distance: params.number(&["distance"], 1e-6..=MAX_LENGTH)?,
        lookat: params.vector(&["lookat", "target"], MAX_LENGTH)?,
        fovy: params.number(&["fovy", "fov"], 0.1..=179.0)?,
    })
}

fn camera_choice(params: Fields<'_>) -> Result<CameraChoice, WireError> {
    match params.get(&["track"]) {
        None => {}
        Some(Value::String(body)) => return Ok(CameraChoice::Track(Slot::Name(body.clone()))),
        Some(body) => {
            return index(body, "track", u32::MAX).map(|id| CameraChoice::Track(Slot::Index(id)));
        }
    }
    if let Some(by) = params.get(&["cycle"]) {
        return match by.as_f64() {
            Some(1.0) => Ok(CameraChoice::Cycle(1)),
            Some(-1.0) => Ok(CameraChoice::Cycle(-1)),
            _ => Err(WireError::new("'cycle' must be 1 or -1")),
        };
    }
    match params.get(&["name", "camera", "index"]) {
        Some(Value::String(name)) if name == "free" => Ok(CameraChoice::Free),
        Some(Value::String(name)) => Ok(CameraChoice::Name(name.clone())),
        Some(value) => index(value, "index", u32::MAX).map(CameraChoice::Index),
        None => Err(missing("name")),
    }
}

/// What a client sent, cut to a length that fits in a sentence.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parsed(value: Value) -> Result<ClientMessage, String> {
        parse(&value.to_string()).map_err(|error| error.to_string())
    }

    fn command_of(value: Value) -> Result<Command, String> {
        match parsed(value)? {
            ClientMessage::Event(Event::Command { command, .. }) => Ok(command),
            other => panic!("not a command: {other:?}"),
        }
    }

    #[test]
    fn flat_and_wrapped_events_are_the_same() {
        let flat = json!({"type": "mouse_move", "x": 120, "y": 240, "buttons": 1});
        let wrapped = json!({"type": "event", "data": flat});
        assert_eq!(parsed(flat), parsed(wrapped));
    }

    #[test]
    fn the_guide_s_examples_are_understood() {
        let down = json!({"type": "mouse_down", "x": 120, "y": 240, "button": 2});
        let Ok(ClientMessage::Event(Event::PointerDown(pointer))) = parsed(down) else {
            panic!("a press is understood");
        };
        assert!(pointer.buttons.right());
        let key = json!({"type": "key_down", "code": "Space", "alt": false, "ctrl": false});
        assert!(matches!(
            parsed(key),
            Ok(ClientMessage::Event(Event::KeyDown { code, .. })) if code == "Space"
        ));
        let pause = json!({"type": "command", "cmd": "pause", "params": {}});
        assert_eq!(command_of(pause), Ok(Command::Physics(PhysicsCommand::Pause)));
    }

    #[test]
    fn wheels_count_in_notches_whatever_they_are_sent_in() {
        for (sent, expected) in [(1.0, 1.0), (-3.0, -3.0), (120.0, 1.2), (1e5, 10.0)] {
            let scroll = json!({"type": "scroll", "x": 0, "y": 0, "dy": sent});
            assert_eq!(
                parsed(scroll),
                Ok(ClientMessage::Event(Event::Scroll { notches: expected }))
            );
        }
    }

    #[test]
    fn every_command_is_known() {
        let cases = [
            json!({"cmd": "play"}),
            json!({"cmd": "start"}),
            json!({"cmd": "resume"}),
            json!({"cmd": "toggle"}),
            json!({"cmd": "stop"}),
            json!({"cmd": "reset"}),
            json!({"cmd": "step", "params": {"steps": 5}}),
            json!({"cmd": "speed", "params": {"factor": 0.5}}),
            json!({"cmd": "set_ctrl", "params": {"values": [0.1, 0.2]}}),
            json!({"cmd": "set_qpos", "params": {"values": {"3": 0.2}}}),
            json!({"cmd": "keyframe_load", "params": {"index": 0}}),
            json!({"cmd": "load_preset", "params": {"id": "car"}}),
            json!({"cmd": "load_scene", "params": {"xml": "<mujoco/>"}}),
            json!({"cmd": "reset_camera"}),
            json!({"cmd": "set_camera_preset", "params": {"preset": "top"}}),
            json!({"cmd": "set_camera", "params": {"azimuth": 10, "lookat": [0, 0, 1]}}),
            json!({"cmd": "use_camera", "params": {"name": "free"}}),
            json!({"cmd": "use_camera", "params": {"index": 1}}),
            json!({"cmd": "use_camera", "params": {"track": "torso"}}),
            json!({"cmd": "request_keyframe"}),
        ];
        for mut case in cases {
            case["type"] = "command".into();
            assert!(command_of(case.clone()).is_ok(), "{case}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (json!({"type": "mouse_move", "x": 1}), "'y' is missing"),
            (json!({"type": "dance"}), "unknown message type 'dance'"),
            (json!({"type": "command", "cmd": "fly"}), "unknown command 'fly'"),
            (json!({"type": "command", "cmd": "speed"}), "'factor' is missing"),
            (json!([1, 2]), "a message must be an object"),
            (json!({"type": "event"}), "'data' is missing"),
            (json!({"type": 5}), "'type' must be text"),
        ];
        for (message, expected) in cases {
            assert_eq!(parsed(message), Err(expected.into()));
        }
        let negative = json!({"type": "command", "cmd": "speed", "params": {"factor": -1}});
        assert!(parsed(negative).expect_err("refused").contains("'factor'"));
        let huge = r#"{"type":"mouse_move","x":1e999,"y":0}"#;
        assert!(parse(huge).is_err());
    }

    #[test]
    fn candidates_end_with_null_or_nothing() {
        for end in [json!(null), json!(""), json!({"candidate": ""})] {
            let message = json!({"type": "ice-candidate", "candidate": end});
            assert_eq!(parsed(message), Ok(ClientMessage::IceCandidate(None)));
        }
        let line = "candidate:1 1 udp 1 127.0.0.1 9 typ host";
        let one = json!({"type": "ice-candidate",
            "candidate": {"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0}});
        let Ok(ClientMessage::IceCandidate(Some(candidate))) = parsed(one) else {
            panic!("a candidate is understood");
        };
        assert_eq!((candidate.candidate.as_str(), candidate.sdp_mline_index), (line, Some(0)));
    }

    #[test]
    fn only_scenes_may_be_long() {
        let long = "x".repeat(MAX_MESSAGE_BYTES);
        assert!(parsed(json!({"type": "offer", "sdp": long})).is_err());
        let scene = json!({"type": "command", "cmd": "load_scene", "params": {"xml": long}});
        assert!(parsed(scene).is_ok());
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn arbitrary_fields_never_panic(
            kind in "(mouse_move|mouse_down|scroll|key_down|viewport|command|event|offer)",
            name in "(x|y|dy|buttons|button|cmd|params|data|width|code|sdp)",
            number in any::<f64>(),
        ) {
            let _ = parse(&json!({"type": kind, name: number}).to_string());
        }
    }
}
