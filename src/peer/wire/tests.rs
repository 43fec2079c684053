//! Everything that the protocol lets a client say, everything that it refuses, and whatever else.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{ClientMessage, MAX_MESSAGE_BYTES, MAX_SCENE_BYTES, parse};
use crate::{
    config::Profile,
    control::{
        Buttons, CameraChoice, CameraPreset, CameraUpdate, Command, Event, Modifiers, Moment,
        PhysicsCommand, Pointer, Slot, StateSection,
    },
    scene::{
        mechanics::{Count, Flag, Scalar, Setting, Solver, Vector},
        options::{FrameMode, Grouped, LabelMode, OptionsUpdate, RenderFlag, VisFlag},
    },
    units::ViewerId,
};

fn event(message: &Value) -> Result<Event, String> {
    match parse(&message.to_string()) {
        Ok(ClientMessage::Event(event)) => Ok(event),
        Ok(other) => panic!("not an event: {other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

fn commanded(cmd: &str, params: Value) -> Result<Command, String> {
    match event(&json!({"type": "command", "cmd": cmd, "params": params, "id": 1}))? {
        Event::Command { command, id } => {
            assert_eq!(id, Some(json!(1)));
            Ok(command)
        }
        other => panic!("not a command: {other:?}"),
    }
}

fn named(name: &str) -> Slot {
    Slot::Name(name.into())
}

#[test]
fn events_become_what_they_say() {
    let pointer = |buttons, modifiers| Pointer {
        position: [1.5, -2.0],
        buttons: Buttons(buttons),
        modifiers,
    };
    let (none, all) =
        (Modifiers::default(), Modifiers { ctrl: true, shift: true, alt: true, meta: true });
    let cases = [
        (json!({"type": "mouse_move", "x": 1.5, "y": -2}), Event::PointerMove(pointer(0, none))),
        (
            json!({"type": "mouse_move", "x": 1.5, "y": -2, "buttons": 7, "ctrl": true,
                "shift": true, "alt": true, "meta": true}),
            Event::PointerMove(pointer(7, all)),
        ),
        (
            json!({"type": "mouse_down", "x": 1.5, "y": -2, "button": 1}),
            Event::PointerDown(pointer(4, none)),
        ),
        (
            json!({"type": "mouse_down", "x": 1.5, "y": -2, "button": 2, "buttons": 3}),
            Event::PointerDown(pointer(3, none)),
        ),
        (
            json!({"type": "mouse_up", "x": 1.5, "y": -2, "button": 0, "buttons": 16}),
            Event::PointerUp(pointer(0, none)),
        ),
        (
            json!({"type": "key_down", "code": "KeyA", "key": "a", "shift": true, "alt": null}),
            Event::KeyDown {
                code: "KeyA".into(),
                modifiers: Modifiers { shift: true, ..Modifiers::default() },
            },
        ),
        (json!({"type": "key_up", "code": "KeyA"}), Event::KeyUp { code: "KeyA".into() }),
        (
            json!({"type": "viewport", "width": 800, "height": 600}),
            Event::Viewport { width: 800.0, height: 600.0, dpr: 1.0 },
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(event(&message), Ok(expected.clone()), "{message}");
        assert_eq!(event(&json!({"type": "event", "data": message})), Ok(expected), "wrapped");
    }
}

#[test]
fn wheels_come_down_to_notches() {
    let cases = [
        (json!({"dy": 1}), 1.0),
        (json!({"dy": -10}), -10.0),
        (json!({"dy": 100}), 1.0),
        (json!({"dy": -250, "deltaY": 4}), -2.5),
        (json!({"dy": 1e6}), 10.0),
        (json!({"deltaY": 4}), 0.04),
        (json!({"deltaY": 100, "deltaMode": 0}), 1.0),
        (json!({"deltaY": -3, "deltaMode": 1}), -1.0),
        (json!({"deltaY": 1, "deltaMode": 2}), 3.0),
    ];
    for (mut message, notches) in cases {
        message["type"] = "scroll".into();
        assert_eq!(event(&message), Ok(Event::Scroll { notches }), "{message}");
    }
}

#[test]
fn commands_become_what_they_say() {
    let physics = Command::Physics;
    let cases = [
        ("play", json!({}), physics(PhysicsCommand::Play)),
        ("start", json!(null), physics(PhysicsCommand::Play)),
        ("resume", json!({"whatever": 1}), physics(PhysicsCommand::Play)),
        ("pause", json!({}), physics(PhysicsCommand::Pause)),
        ("toggle", json!({}), Command::Toggle),
        ("stop", json!({}), Command::Stop),
        ("reset", json!({}), physics(PhysicsCommand::Reset)),
        ("step", json!({}), physics(PhysicsCommand::Step(1))),
        ("step", json!({"steps": 10_000}), physics(PhysicsCommand::Step(10_000))),
        ("speed", json!({"factor": 0.001}), physics(PhysicsCommand::Speed(0.001))),
        ("load_preset", json!({"id": "car"}), Command::LoadPreset("car".into())),
        ("load_scene", json!({"xml": "<mujoco/>"}), Command::LoadScene("<mujoco/>".into())),
        ("reset_camera", json!({}), Command::ResetCamera),
        (
            "set_camera_preset",
            json!({"preset": "front"}),
            Command::CameraPreset(CameraPreset::Front),
        ),
        ("set_camera_preset", json!({"preset": "side"}), Command::CameraPreset(CameraPreset::Side)),
        ("set_camera_preset", json!({"preset": "top"}), Command::CameraPreset(CameraPreset::Top)),
        (
            "set_camera",
            json!({"azimuth": 400, "elevation": -90, "distance": 2, "lookat": [0, 1, 2], "fovy": 45}),
            Command::SetCamera(CameraUpdate {
                azimuth: Some(400.0),
                elevation: Some(-90.0),
                distance: Some(2.0),
                lookat: Some([0.0, 1.0, 2.0]),
                fovy: Some(45.0),
            }),
        ),
        ("use_camera", json!({"name": "free"}), Command::UseCamera(CameraChoice::Free)),
        (
            "use_camera",
            json!({"name": "top"}),
            Command::UseCamera(CameraChoice::Name("top".into())),
        ),
        ("use_camera", json!({"index": 3}), Command::UseCamera(CameraChoice::Index(3))),
        (
            "use_camera",
            json!({"track": "leg"}),
            Command::UseCamera(CameraChoice::Track(named("leg"))),
        ),
        (
            "use_camera",
            json!({"track": 2}),
            Command::UseCamera(CameraChoice::Track(Slot::Index(2))),
        ),
        ("use_camera", json!({"cycle": 1}), Command::UseCamera(CameraChoice::Cycle(1))),
        ("use_camera", json!({"cycle": -1}), Command::UseCamera(CameraChoice::Cycle(-1))),
        (
            "set_ctrl",
            json!({"values": {"2": 0.5, "0": -1}}),
            Command::Set(
                StateSection::Ctrl,
                vec![(Slot::Index(2), vec![0.5]), (Slot::Index(0), vec![-1.0])],
            ),
        ),
        (
            "set_ctrl",
            json!({"values": [0.5, 1]}),
            Command::Set(
                StateSection::Ctrl,
                vec![(Slot::Index(0), vec![0.5]), (Slot::Index(1), vec![1.0])],
            ),
        ),
        (
            "set_qpos",
            json!({"index": 4, "value": 0.25}),
            Command::Set(StateSection::Qpos, vec![(Slot::Index(4), vec![0.25])]),
        ),
        (
            "set_qvel",
            json!({"values": {"root": [0, 1], "hinge": 2}}),
            Command::Set(
                StateSection::Qvel,
                vec![(named("root"), vec![0.0, 1.0]), (named("hinge"), vec![2.0])],
            ),
        ),
        ("step", json!({"steps": -3}), Command::Seek(Moment::Steps(-3))),
        ("speed", json!({"factor": "max"}), physics(PhysicsCommand::Speed(f64::INFINITY))),
        ("keyframe_load", json!({"index": 0}), Command::LoadKeyframe(Slot::Index(0))),
        ("keyframe_load", json!({"name": "home"}), Command::LoadKeyframe(named("home"))),
        ("keyframe_save", json!({"name": "here"}), Command::SaveKeyframe(Some("here".into()))),
        ("keyframe_save", json!({}), Command::SaveKeyframe(None)),
        ("seek", json!({"tick": 120}), Command::Seek(Moment::Tick(120))),
        ("seek", json!({"time": 1.5}), Command::Seek(Moment::Time(1.5))),
        ("seek", json!({"steps": -10}), Command::Seek(Moment::Steps(-10))),
        ("follow", json!({"viewer_id": "viewer-7"}), Command::Follow(Some(ViewerId(7)))),
        ("follow", json!({"viewer_id": null}), Command::Follow(None)),
        ("grant_control", json!({"viewer_id": 3}), Command::GrantControl(ViewerId(3))),
        ("request_control", json!({}), Command::RequestControl),
        ("select", json!({"x": 10, "y": 20.5}), Command::Select(Some([10.0, 20.5]))),
        ("select", json!({}), Command::Select(None)),
        ("select", json!({"body": "torso"}), Command::SelectBody(named("torso"))),
        (
            "perturb",
            json!({"body": "torso", "force": [0, 0, 50]}),
            Command::ApplyForce { body: named("torso"), force: [0.0, 0.0, 50.0], torque: [0.0; 3] },
        ),
        (
            "set_mocap",
            json!({"body": 0, "quat": [1, 0, 0, 0]}),
            Command::SetMocap {
                body: Slot::Index(0),
                position: None,
                orientation: Some([1.0, 0.0, 0.0, 0.0]),
            },
        ),
        (
            "set_flags",
            json!({"vis": {"CONTACTPOINT": true}, "render": {"fog": 1}, "label": "BODY",
                "frame": "world", "groups": {"geom": {"3": true}}}),
            Command::SetFlags(Box::new(OptionsUpdate {
                vis: vec![(VisFlag::ContactPoint, true)],
                render: vec![(RenderFlag::Fog, true)],
                label: Some(LabelMode::Body),
                frame: Some(FrameMode::World),
                groups: vec![(Grouped::Geom, 3, true)],
            })),
        ),
        (
            "set_options",
            json!({"timestep": 0.001, "gravity": [0, 0, -1.62], "iterations": 20,
                "solver": "newton", "flags": {"Contact": 0}, "actuator_groups": [true, false]}),
            Command::Physics(PhysicsCommand::SetOptions(vec![
                Setting::Scalar(Scalar::Timestep, 0.001),
                Setting::Vector(Vector::Gravity, vec![0.0, 0.0, -1.62]),
                Setting::Count(Count::Iterations, 20),
                Setting::Solver(Solver::Newton),
                Setting::Flag(Flag::Contact, false),
                Setting::Actuators(0, true),
                Setting::Actuators(1, false),
            ])),
        ),
        ("set_quality", json!({"profile": "parity"}), Command::SetQuality(Profile::Parity)),
        ("set_quality", json!({"profile": "auto"}), Command::SetQuality(Profile::Auto)),
        ("request_keyframe", json!({}), Command::RequestKeyframe),
    ];
    for (cmd, params, expected) in cases {
        assert_eq!(commanded(cmd, params.clone()), Ok(expected), "{cmd} {params}");
    }
}

#[test]
fn a_wrong_parameter_is_named() {
    let cases = [
        ("step", json!({"steps": 0}), "'steps'"),
        ("step", json!({"steps": 10_001}), "'steps'"),
        ("step", json!({"steps": 1.5}), "'steps'"),
        ("step", json!({"steps": "1"}), "'steps'"),
        ("speed", json!({}), "'factor'"),
        ("speed", json!({"factor": 0}), "'factor'"),
        ("speed", json!({"factor": 1001}), "'factor'"),
        ("speed", json!([1]), "'params'"),
        ("load_preset", json!({"id": 7}), "'id'"),
        ("load_scene", json!({}), "'xml'"),
        ("set_camera_preset", json!({"preset": "back"}), "'preset'"),
        ("set_quality", json!({"profile": "pretty"}), "auto, parity or fast"),
        ("set_camera", json!({"elevation": 91}), "'elevation'"),
        ("set_camera", json!({"distance": 0}), "'distance'"),
        ("set_camera", json!({"distance": -1}), "'distance'"),
        ("set_camera", json!({"lookat": [0, 1]}), "'lookat'"),
        ("set_camera", json!({"lookat": [0, 1, "2"]}), "'lookat'"),
        ("set_camera", json!({"fovy": 180}), "'fovy'"),
        ("use_camera", json!({}), "'name'"),
        ("use_camera", json!({"index": -1}), "'index'"),
        ("use_camera", json!({"track": -1}), "'track'"),
        ("use_camera", json!({"cycle": 0}), "'cycle'"),
        ("use_camera", json!({"cycle": 0.5}), "'cycle'"),
        ("set_ctrl", json!({}), "'values'"),
        ("set_ctrl", json!({"values": 1}), "'values'"),
        ("set_ctrl", json!({"values": ["a"]}), "'values'"),
        ("set_ctrl", json!({"values": {"hip": [1, null]}}), "'values'"),
        ("perturb", json!({"force": [0, 0, 1]}), "'body'"),
        ("perturb", json!({"body": "a", "force": [0, 0, 1e10]}), "'force'"),
        ("set_mocap", json!({"body": "a", "quat": [0, 0, 0, 0]}), "'orientation'"),
        ("select", json!({"x": 3}), "'y'"),
        ("seek", json!({}), "'tick'"),
        ("seek", json!({"tick": -1}), "'tick'"),
        ("seek", json!({"steps": 0.5}), "'steps'"),
        ("follow", json!({"viewer_id": "bob"}), "'viewer_id'"),
        ("grant_control", json!({}), "'viewer_id'"),
        ("keyframe_save", json!({"name": "a\u{7}"}), "'name'"),
        ("set_flags", json!({"vis": {"SUN": true}}), "'SUN'"),
        ("set_flags", json!({"groups": {"geom": {"6": true}}}), "0 to 5"),
        ("set_flags", json!({"render": {"FOG": "yes"}}), "'FOG'"),
        ("set_options", json!({}), "no option"),
        ("set_options", json!({"timestep": 0}), "'timestep'"),
        ("set_options", json!({"timestep": "fast"}), "'timestep'"),
        ("set_options", json!({"gravity": [0, 0]}), "'gravity'"),
        ("set_options", json!({"gravity": -9.81}), "'gravity'"),
        ("set_options", json!({"iterations": 1.5}), "'iterations'"),
        ("set_options", json!({"iterations": 1001}), "'iterations'"),
        ("set_options", json!({"solver": "magic"}), "PGS CG Newton"),
        ("set_options", json!({"flags": {"sun": true}}), "'sun'"),
        ("set_options", json!({"flags": {"contact": "no"}}), "'contact'"),
        ("set_options", json!({"actuator_groups": {"6": true}}), "0 to 5"),
        ("set_options", json!({"colour": 1}), "'colour'"),
        ("set_qpos", json!({"index": 1}), "'value'"),
        ("keyframe_load", json!({}), "'index'"),
        ("keyframe_load", json!({"index": 0.5}), "'index'"),
        ("fly", json!({}), "'fly'"),
    ];
    for (cmd, params, name) in cases {
        let error = commanded(cmd, params.clone()).expect_err(cmd);
        assert!(error.contains(name), "{cmd} {params}: {error}");
    }
}

#[test]
fn a_wrong_field_is_named() {
    let long = "x".repeat(65);
    let cases = [
        (json!({"type": "mouse_move", "y": 0}), "'x'"),
        (json!({"type": "mouse_move", "x": "1", "y": 0}), "'x'"),
        (json!({"type": "mouse_move", "x": 1e9, "y": 0}), "'x'"),
        (json!({"type": "mouse_move", "x": 0, "y": 0, "buttons": -1}), "'buttons'"),
        (json!({"type": "mouse_move", "x": 0, "y": 0, "buttons": 1.5}), "'buttons'"),
        (json!({"type": "mouse_down", "x": 0, "y": 0, "button": "left"}), "'button'"),
        (json!({"type": "mouse_up", "x": 0, "y": 0, "ctrl": 1}), "'ctrl'"),
        (json!({"type": "scroll", "x": 0, "y": 0}), "'dy'"),
        (json!({"type": "scroll", "dy": 1e7}), "'dy'"),
        (json!({"type": "scroll", "deltaY": 1, "deltaMode": 3}), "'deltaMode'"),
        (json!({"type": "key_down"}), "'code'"),
        (json!({"type": "key_down", "code": long}), "'code'"),
        (json!({"type": "key_up", "code": 65}), "'code'"),
        (json!({"type": "viewport", "width": 0.5, "height": 1}), "'width'"),
        (json!({"type": "viewport", "width": 1, "height": 16_385}), "'height'"),
        (json!({"type": "viewport", "width": 1, "height": 1, "dpr": 0.2}), "'dpr'"),
        (json!({"type": "command"}), "'cmd'"),
        (json!({"type": "command", "cmd": "play", "params": 1}), "'params'"),
        (json!({"type": "offer"}), "'sdp'"),
        (json!({"type": "offer", "sdp": 1}), "'sdp'"),
        (json!({"type": "ice-candidate", "candidate": 1}), "'candidate'"),
        (
            json!({"type": "ice-candidate", "candidate": {"candidate": "c", "sdpMLineIndex": -1}}),
            "'sdpMLineIndex'",
        ),
        (json!({"type": "event"}), "'data'"),
        (json!({"type": "event", "data": 1}), "'data'"),
        // An event in an event is none, nor is an offer.
        (json!({"type": "event", "data": {"type": "event", "data": {}}}), "'event'"),
        (json!({"type": "event", "data": {"type": "offer", "sdp": ""}}), "'offer'"),
        (json!({"type": "welcome"}), "'welcome'"),
        (json!({}), "'type'"),
        (json!("play"), "object"),
    ];
    for (message, name) in cases {
        let error = parse(&message.to_string()).expect_err(name).to_string();
        assert!(error.contains(name), "{message}: {error}");
    }
}

#[test]
fn numbers_beyond_all_numbers_are_refused() {
    for number in ["1e999", "-1e999", "NaN", "Infinity"] {
        for message in [
            format!(r#"{{"type":"mouse_move","x":{number},"y":0}}"#),
            format!(r#"{{"type":"scroll","dy":{number}}}"#),
            format!(r#"{{"type":"command","cmd":"set_ctrl","params":{{"values":[{number}]}}}}"#),
        ] {
            assert!(parse(&message).is_err(), "{message}");
        }
    }
}

#[test]
fn nothing_but_a_scene_may_be_long() {
    let padding = " ".repeat(MAX_MESSAGE_BYTES);
    let refused = |message: Value| {
        let error = parse(&message.to_string()).expect_err("too long").to_string();
        assert!(error.contains("longer than"), "{error}");
    };
    refused(json!({"type": "mouse_move", "x": 0, "y": 0, "padding": padding}));
    refused(json!({"type": "event", "data": {"type": "key_up", "code": "A"}, "padding": padding}));
    refused(json!({"type": "command", "cmd": "load_preset", "params": {"id": padding}}));
    refused(json!({"type": "ping", "t": padding}));
    let scene = |xml: &str| json!({"type": "command", "cmd": "load_scene", "params": {"xml": xml}});
    assert!(event(&scene(&padding)).is_ok());
    assert!(event(&json!({"type": "event", "data": scene(&padding)})).is_ok());
    refused(scene(&" ".repeat(MAX_SCENE_BYTES)));
}

#[test]
fn a_ping_gives_back_what_it_held() {
    for t in [json!(1.5), json!("now"), json!([1, {"a": null}]), json!(null)] {
        let ping = parse(&json!({"type": "ping", "t": t}).to_string());
        assert_eq!(ping, Ok(ClientMessage::Ping { t }));
    }
}

#[test]
fn stamps_are_asked_for_and_no_longer() {
    for on in [true, false] {
        let asked = parse(&json!({"type": "stamps", "on": on}).to_string());
        assert_eq!(asked, Ok(ClientMessage::Stamps { on }));
    }
    assert!(parse(&json!({"type": "stamps", "on": "yes"}).to_string()).is_err());
}

/// Whatever was parsed, what later stages rely on holds.
fn check_invariants(event: &Event) {
    let finite = |values: &[f64]| assert!(values.iter().all(|value| value.is_finite()));
    match event {
        Event::PointerMove(p) | Event::PointerDown(p) | Event::PointerUp(p) => {
            finite(&p.position);
            assert!(p.buttons.0 < 8);
        }
        Event::Scroll { notches } => assert!(notches.abs() <= 10.0),
        Event::KeyDown { code, .. } | Event::KeyUp { code } => assert!(code.len() <= 64),
        Event::Viewport { width, height, dpr } => {
            assert!((1.0..=16_384.0).contains(width) && (1.0..=16_384.0).contains(height));
            assert!((0.25..=8.0).contains(dpr));
        }
        Event::Command { command, .. } => match command {
            Command::Physics(PhysicsCommand::Step(steps)) => assert!((1..=10_000).contains(steps)),
            Command::Physics(PhysicsCommand::Speed(s)) => {
                assert!((0.001..=1000.0).contains(s) || *s == f64::INFINITY);
            }
            Command::Physics(PhysicsCommand::SetOptions(settings)) => {
                settings.iter().for_each(|setting| assert_eq!(setting.check(), Ok(())));
            }
            Command::Set(_, values) => values.iter().for_each(|(_, numbers)| finite(numbers)),
            Command::ApplyForce { force, torque, .. } => {
                finite(force);
                finite(torque);
            }
            Command::Seek(Moment::Time(time)) => finite(&[*time]),
            Command::SetCamera(camera) => {
                finite(&camera.lookat.unwrap_or_default());
                finite(&[camera.azimuth.unwrap_or_default()]);
                assert!(camera.distance.is_none_or(|d| d > 0.0));
                assert!(camera.elevation.is_none_or(|e| e.abs() <= 90.0));
                assert!(camera.fovy.is_none_or(|f| f > 0.0 && f < 180.0));
            }
            _ => {}
        },
    }
}

const WORDS: &[&str] = &[
    "type",
    "event",
    "data",
    "offer",
    "sdp",
    "ice-candidate",
    "candidate",
    "sdpMLineIndex",
    "ping",
    "t",
    "mouse_move",
    "mouse_down",
    "mouse_up",
    "scroll",
    "key_down",
    "key_up",
    "viewport",
    "command",
    "x",
    "y",
    "dy",
    "deltaY",
    "deltaMode",
    "button",
    "buttons",
    "ctrl",
    "code",
    "width",
    "height",
    "dpr",
    "cmd",
    "params",
    "id",
    "step",
    "steps",
    "speed",
    "factor",
    "set_ctrl",
    "set_qpos",
    "values",
    "index",
    "value",
    "set_camera",
    "azimuth",
    "elevation",
    "distance",
    "lookat",
    "fovy",
    "use_camera",
    "name",
    "track",
    "cycle",
    "set_camera_preset",
    "preset",
    "top",
    "load_scene",
    "set_options",
    "timestep",
    "gravity",
    "iterations",
    "flags",
    "contact",
    "actuator_groups",
    "xml",
    "keyframe_load",
    "0",
    "7",
    "-1",
    "",
];

/// JSON of the protocol's own words, so that it gets past the first test.
fn any_json() -> impl Strategy<Value = Value> {
    let word = || prop::sample::select(WORDS);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-12_000_i64..12_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..8).prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(fields.collect::<Map<_, _>>())
            }),
        ]
    })
}

fn any_command() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(WORDS);
    (name, any_json())
        .prop_map(|(cmd, params)| json!({"type": "command", "cmd": cmd, "params": params}))
}

fn any_event() -> impl Strategy<Value = Value> {
    let fields = prop::collection::vec((prop::sample::select(WORDS), any_json()), 0..8);
    (prop::sample::select(WORDS), fields).prop_map(|(kind, fields)| {
        let mut message = json!({});
        for (name, value) in fields {
            message[name] = value;
        }
        message["type"] = kind.into();
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_comes_is_refused_or_in_range(
        message in prop_oneof![any_json(), any_command(), any_event()],
        wrapped in any::<bool>(),
    ) {
        let message = if wrapped { json!({"type": "event", "data": message}) } else { message };
        match parse(&message.to_string()) {
            Ok(ClientMessage::Event(event)) => check_invariants(&event),
            Ok(_) => {}
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
