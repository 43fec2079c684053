//! What holds for all tools.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn every_tool_says_what_it_is() {
    let table = Table::new();
    let mut names = BTreeSet::new();
    for tool in &table.0 {
        let described = &tool.described;
        let name = &described.name;
        assert!(names.insert(name.clone()), "{name} is there twice");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        assert!(described.title.is_some(), "{name} has no title");
        assert!(described.description.as_ref().is_some_and(|text| text.len() > 20), "{name}");
        let hints = described.annotations.as_ref().expect("hints");
        assert!(hints.read_only_hint.is_some() && hints.destructive_hint.is_some(), "{name}");
        assert!(hints.idempotent_hint.is_some() && hints.open_world_hint == Some(false), "{name}");
        let output = described.output_schema.as_ref().expect("an output schema");
        for (which, schema) in [("input", &described.input_schema), ("output", output)] {
            assert_eq!(schema.get("type"), Some(&json!("object")), "{which} of {name}");
            let text = serde_json::to_string(schema).expect("JSON");
            assert!(!text.contains("$ref"), "{which} of {name}: {text}");
            let whole = Value::Object((**schema).clone());
            jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let properties = described.input_schema.get("properties").and_then(Value::as_object);
        for (field, schema) in properties.into_iter().flatten() {
            assert!(schema["description"].is_string(), "{field} of {name} is not described");
        }
        if let Some(session) = properties.and_then(|all| all.get("session_id")) {
            assert_eq!(session["x-mcp-header"], "Session", "{name}");
            assert_eq!(session["type"], "string", "{name}");
        }
    }
    for name in ["create_scene", "step_simulation", "get_state", "reset_simulation"] {
        assert!(names.contains(name), "{name}");
    }
    assert!(names.contains("close_viewer") && names.contains("execute_command"));
}

#[test]
fn long_answers_are_not_given() {
    let long = written(Reply::from("x".repeat(MAX_REPLY)));
    assert!(long.expect_err("refused").contains("ask for less"));
    assert!(written(Reply::from(json!({"a": 1}))).is_ok());
}

#[test]
fn cameras_of_sessions_are_remembered_within_bounds() {
    let cameras = Cameras::default();
    for n in 0..2 * MAX_CAMERAS {
        cameras.set(&n.to_string(), CameraSpec::Index(1));
    }
    assert_eq!(cameras.0.lock().expect("fine").len(), MAX_CAMERAS);
    cameras.set("default", CameraSpec::Index(2));
    assert!(matches!(cameras.of("default"), CameraSpec::Index(2)));
    cameras.forget("default");
    assert!(matches!(cameras.of("default"), CameraSpec::Name(name) if name == "free"));
}
