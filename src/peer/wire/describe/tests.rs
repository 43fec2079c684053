//! Holds the description to what is read and sent.

use serde_json::{Map, Value, json};

use super::{super::parse, document};
use crate::{
    peer::{
        Candidate,
        wire::{
            CameraState, CursorState, FlagsState, FrameStamps, FrameState, HistoryState, IceServer,
            LatencyState, MediaAddress, SelectionState, ServerMessage, State, ViewerState,
        },
    },
    render,
    scene::options::SceneOptions,
};

/// Fields that browsers send along and nobody reads.
const UNREAD: [(&str, &[&str]); 5] = [
    ("mouse_move", &["button"]),
    ("mouse_up", &["button"]),
    ("scroll", &["x", "y", "dx"]),
    ("key_down", &["key"]),
    ("key_up", &["key", "alt", "ctrl", "shift", "meta"]),
];

fn shapes() -> Shapes {
    Shapes(document())
}

#[test]
fn the_committed_document_is_this_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.json");
    let told = serde_json::to_string_pretty(&document()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, told).expect("writes");
    } else {
        let kept = std::fs::read_to_string(path).expect("docs/protocol.json");
        assert!(kept == told, "run the tests with UPDATE_DOCS=1");
    }
}

/// Asks `read` for each form of `schema` with what it requires, with each optional field
/// beside that, without each required one, and with each in a form that it cannot have.
fn hold(
    shapes: &Shapes,
    schema: &Value,
    what: &str,
    unread: &[&str],
    read: &dyn Fn(Value) -> Result<(), String>,
) {
    for (properties, required) in shapes.forms(schema) {
        let value = |name: &str| shapes.example(&properties[name]);
        let base: Map<_, _> =
            required.iter().map(|n| (n.clone(), value(n).unwrap_or(json!(1)))).collect();
        let told = |object: &Map<String, Value>| read(Value::Object(object.clone()));
        assert_eq!(told(&base), Ok(()), "{what} {base:?}");
        for name in properties.keys().filter(|name| *name != "type") {
            let mut with = base.clone();
            let Some(example) = value(name) else { continue };
            with.insert(name.clone(), example);
            assert_eq!(told(&with), Ok(()), "{what} with {name}");
            if required.contains(name) {
                with.remove(name);
                // Without it this may be another form.
                let other = shapes.check(schema, &Value::Object(with.clone()), what).is_ok();
                assert!(other || told(&with).is_err(), "{what} without {name} is taken");
            }
            if !unread.contains(&name.as_str()) {
                with.insert(name.clone(), json!([{"": []}]));
                assert!(told(&with).is_err(), "{what} does not read {name}");
            }
        }
    }
}

#[test]
fn what_is_described_is_what_is_read() {
    let shapes = shapes();
    let forms = shapes.named("ClientMessage")["oneOf"].as_array().expect("messages");
    for form in forms {
        let (properties, _) = shapes.forms(form).swap_remove(0);
        let name = properties["type"]["enum"][0].as_str().expect("a name").to_owned();
        let read = |message: Value| {
            parse(&message.to_string()).map(drop).map_err(|error| error.to_string())
        };
        let unread = UNREAD.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, all)| all);
        hold(&shapes, form, &name, unread, &read);
    }
    assert!(forms.len() > 10);
}

#[test]
fn commands_take_what_is_described() {
    let shapes = shapes();
    let commands = shapes.named("Commands")["properties"].as_object().expect("commands");
    for (name, params) in commands {
        let read = |params: Value| {
            let message = json!({"type": "command", "cmd": name, "params": params});
            parse(&message.to_string()).map(drop).map_err(|error| error.to_string())
        };
        // Which options there are `PhysicsOptions` says.
        if name != "set_options" {
            hold(&shapes, params, name, &[], &read);
        }
    }
}

#[test]
fn every_command_that_is_read_is_described() {
    let source = concat!(include_str!("../client.rs"), include_str!("../acts.rs"));
    let commands = shapes().named("Commands")["properties"].clone();
    let mut count = 0;
    let bodies = source.split("match name {").skip(1);
    let arms = bodies.flat_map(|body| {
        body.lines()
            .take_while(|line| !matches!(line.trim().split(' ').next(), Some("_" | "other")))
    });
    for arm in arms {
        let Some((names, _)) = arm.trim().split_once(" => ") else { continue };
        for name in names.split('|').filter_map(|name| name.trim().strip_prefix('"')) {
            let name = name.trim_end_matches('"');
            assert!(commands.get(name).is_some(), "{name} is not described");
            count += 1;
        }
    }
    assert_eq!(count, commands.as_object().map_or(0, Map::len));
}

#[test]
fn what_is_sent_is_as_described() {
    let shapes = shapes();
    let messages = sent();
    for message in &messages {
        let value: Value = serde_json::from_str(&message.to_json()).expect("JSON");
        let forms = shapes.named("ServerMessage")["oneOf"].as_array().expect("messages");
        let form =
            forms.iter().find(|form| shapes.forms(form)[0].0["type"]["enum"][0] == value["type"]);
        let form = form.unwrap_or_else(|| panic!("{} is not described", value["type"]));
        assert_eq!(shapes.check(form, &value, "message"), Ok(()));
    }
    let mut wrong = json!({"type": "answer", "sdp": 5});
    assert!(shapes.check(shapes.named("ServerMessage"), &wrong, "message").is_err());
    wrong["sdp"] = json!("");
    wrong["more"] = json!(1);
    assert!(shapes.check(shapes.named("ServerMessage"), &wrong, "message").is_err());
}

/// One of each message, and more where something may be absent.
fn sent() -> Vec<ServerMessage> {
    let text = String::new;
    let stamps = FrameStamps {
        id: 1,
        rtp: 1,
        input_us: Some(1),
        state_us: None,
        render_us: 1,
        encode_us: 1,
        done_us: 1,
        sent_us: 1,
    };
    let viewer = ViewerState {
        id: text(),
        role: "view",
        connected: true,
        follows: Some(text()),
        beside: Some(text()),
    };
    let ice = IceServer { urls: vec![text()], username: Some(text()), credential: None };
    let media = MediaAddress { path: "/", ticket: text() };
    let flags = FlagsState::new(&SceneOptions::default(), &render::Settings::PARITY);
    let state = |full: bool| State {
        time: 0.5,
        step_count: 1,
        tick: 1,
        paused: true,
        speed: full.then_some(1.0),
        rtf: 1.0,
        viewers: 1,
        camera: CameraState {
            azimuth: full.then_some(1.0),
            elevation: None,
            distance: None,
            lookat: full.then_some([0.0; 3]),
            name: full.then(text),
            tracks: full.then_some(1),
        },
        cameras: vec![text()],
        selected: full.then(|| SelectionState { body: 1, name: text(), held: true }),
        history: full.then_some(HistoryState { first: 1, last: 2, cursor: None }),
        contacts: 1,
        constraints: 1,
        iterations: 1,
        energy: [0.5; 2],
        qpos: vec![0.5],
        ctrl: vec![0.5],
        sensors: vec![0.5],
        cursors: vec![CursorState { viewer_id: text(), x: 0.5, y: 0.5 }],
        frame: FrameState { id: 1, rtp: 1, size: [2, 2], encoder: full.then_some("openh264") },
        latency: LatencyState { render_ms: 0.5, encode_ms: 0.5 },
    };
    vec![
        ServerMessage::Welcome {
            viewer_id: text(),
            session: text(),
            role: "view",
            ice_servers: vec![ice],
            media,
        },
        ServerMessage::Answer { sdp: text() },
        ServerMessage::IceCandidate { candidate: None },
        ServerMessage::IceCandidate { candidate: Some(Candidate::default()) },
        ServerMessage::SceneUpdated { xml: text(), model_name: text(), preset: Some("car") },
        ServerMessage::Control {
            holder: None,
            role: "view",
            requests: vec![text()],
            viewers: vec![viewer],
        },
        ServerMessage::Act { agent: text(), act: text(), undo: true },
        ServerMessage::error("code", "message"),
        ServerMessage::Pong { t: json!(1), clock_us: 1 },
        ServerMessage::Stamps { frames: vec![stamps] },
        ServerMessage::result(Some(json!("c1")), Err::<(), _>("no")),
        ServerMessage::result(None, Ok::<_, String>(())),
        ServerMessage::Flags { flags: Box::new(flags) },
        ServerMessage::State(Box::new(state(true))),
        ServerMessage::State(Box::new(state(false))),
    ]
}

/// An object of the document with its references followed and its parts (`allOf`) put together.
struct Shapes(Value);

impl Shapes {
    fn schema<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(at) => self.schema(self.0.pointer(&at[1..]).expect("a reference leads somewhere")),
            None => schema,
        }
    }

    fn named(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// Each form that an object may have: its properties and which of them are required.
    fn forms(&self, schema: &Value) -> Vec<(Map<String, Value>, Vec<String>)> {
        let schema = self.schema(schema);
        if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return all.iter().flat_map(|one| self.forms(one)).collect();
        }
        let (mut properties, mut required) = (Map::new(), Vec::new());
        let own = [schema.clone()];
        for part in schema["allOf"].as_array().map_or(&own[..], Vec::as_slice) {
            let part = self.schema(part);
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            let names = part["required"].as_array().into_iter().flatten();
            required.extend(names.filter_map(Value::as_str).map(str::to_owned));
        }
        vec![(properties, required)]
    }

    /// Something that fits, or nothing where anything does.
    fn example(&self, schema: &Value) -> Option<Value> {
        let schema = self.schema(schema);
        if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return all.iter().rev().find_map(|one| self.example(one).filter(|v| !v.is_null()));
        }
        if let Some(one) = schema.get("example").or(schema["enum"].get(0)) {
            return Some(one.clone());
        }
        Some(match kind(schema)? {
            "object" => {
                let (properties, _) = self.forms(schema).swap_remove(0);
                properties
                    .iter()
                    .map(|(k, v)| (k.clone(), self.example(v).unwrap_or(json!(1))))
                    .collect()
            }
            "array" => {
                let count = schema["minItems"].as_u64().unwrap_or(1);
                (0..count).map(|_| self.example(&schema["items"]).unwrap_or(json!(1))).collect()
            }
            "boolean" => json!(true),
            "integer" | "number" => json!(1),
            "null" => Value::Null,
            _ => json!("viewer-1"),
        })
    }

    /// Whether `value` is as `schema` says, with nothing beyond it; else where it is not.
    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = self.schema(schema);
        if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let found: Vec<_> =
                all.iter().filter_map(|one| self.check(one, value, at).err()).collect();
            return if found.len() < all.len() { Ok(()) } else { Err(found.join("; ")) };
        }
        if let Some(allowed) = schema["enum"].as_array() {
            return allowed.contains(value).then_some(()).ok_or(format!("{at} is {value}"));
        }
        if schema["allOf"].is_array() || schema["properties"].is_object() {
            let (properties, required) = self.forms(schema).swap_remove(0);
            let object = value.as_object().ok_or(format!("{at} is no object"))?;
            let missing = required.iter().find(|name| !object.contains_key(*name));
            if let Some(name) = missing {
                return Err(format!("{at} has no {name}"));
            }
            return object.iter().try_for_each(|(name, value)| {
                let part = properties.get(name).ok_or(format!("{at} has {name} beyond"))?;
                self.check(part, value, &format!("{at}.{name}"))
            });
        }
        let kinds = match &schema["type"] {
            Value::Null => return Ok(()),
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = kinds.iter().any(|kind| kind == is || (kind == "number" && is == "integer"));
        if !fits {
            return Err(format!("{at} is {is}"));
        }
        let items = value.as_array().into_iter().flatten();
        items.clone().try_for_each(|item| self.check(&schema["items"], item, at))
    }
}

/// The type that is not null.
fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        one => one.as_str(),
    }
}
