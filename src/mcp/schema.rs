//! JSON schemas of what tools take and give, from the types that HTTP describes itself by
//! (OpenAPI 3.1's schemas are JSON Schema 2020-12). References are written out: some clients follow
//! none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::SESSION_HEADER;

/// References within references that are written out; no type here has as many.
const DEPTH: usize = 16;
/// Where references lead.
const PLACE: &str = "#/components/schemas/";

type Object = Map<String, Value>;

/// What a tool takes. `session_id` is marked to travel in a header, too.
pub(super) fn input<T: ToSchema>() -> Object {
    let mut schema = object(of::<T>());
    let session = schema.get_mut("properties").and_then(|all| all.get_mut("session_id"));
    if let Some(session) = session {
        session["x-mcp-header"] = SESSION_HEADER.into();
    }
    schema.insert("additionalProperties".into(), Value::Bool(false));
    schema
}

/// What a tool gives. A number that is not finite is `null`: JSON has no other word for it.
pub(super) fn output<T: ToSchema>() -> Object {
    let mut schema = of::<T>();
    let_numbers_be_null(&mut schema);
    object(schema)
}

/// The same, of which all but `kept` may be missing.
pub(super) fn partial<T: ToSchema>(kept: &[&str]) -> Object {
    let mut schema = output::<T>();
    schema.insert("required".into(), json!(kept));
    schema
}

fn of<T: ToSchema>() -> Value {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let value = |schema| serde_json::to_value(schema).expect("invariant: schemas are JSON");
    let named: BTreeMap<String, Value> =
        named.into_iter().map(|(name, schema)| (name, value(schema))).collect();
    let mut schema = value(T::schema());
    write_out(&mut schema, &named, DEPTH);
    schema
}

fn object(schema: Value) -> Object {
    let mut schema = match schema {
        Value::Object(schema) => schema,
        _ => Object::new(),
    };
    // One of several objects is an object: clients want to read so at the top.
    schema.entry("type").or_insert("object".into());
    schema.remove("example");
    schema
}

fn write_out(schema: &mut Value, named: &BTreeMap<String, Value>, depth: usize) {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(PLACE));
    if let Some(target) = target {
        let description = schema.get("description").cloned();
        let found = named.get(target).filter(|_| depth > 0);
        *schema = found.cloned().unwrap_or_else(|| json!({}));
        if let (Some(description), Value::Object(schema)) = (description, &mut *schema) {
            schema.insert("description".into(), description);
        }
        return write_out(schema, named, depth.saturating_sub(1));
    }
    match schema {
        Value::Object(fields) => {
            // A value may fit several of what serde tries in turn.
            if let Some(several) = fields.remove("oneOf") {
                fields.insert("anyOf".into(), several);
            }
            fields.values_mut().for_each(|inner| write_out(inner, named, depth));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| write_out(inner, named, depth)),
        _ => {}
    }
}

fn let_numbers_be_null(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(|kind| kind == "number") {
                fields.insert("type".into(), json!(["number", "null"]));
            }
            fields.values_mut().for_each(let_numbers_be_null);
        }
        Value::Array(items) => items.iter_mut().for_each(let_numbers_be_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::NamedState;

    #[derive(ToSchema)]
    #[allow(dead_code, reason = "only its schema is looked at")]
    struct Wanted {
        /// Whose.
        session_id: String,
        /// Through which.
        camera: Option<crate::batch::CameraSpec>,
    }

    #[test]
    fn schemas_are_whole_objects() {
        let input = input::<Wanted>();
        assert_eq!(input["type"], "object");
        assert_eq!(input["required"], json!(["session_id"]));
        assert_eq!(input["properties"]["session_id"]["x-mcp-header"], "Session");
        assert_eq!(input["properties"]["session_id"]["type"], "string");
        let all = serde_json::to_string(&(&input, output::<NamedState>())).expect("JSON");
        assert!(!all.contains("$ref") && !all.contains("oneOf"), "{all}");
        assert!(all.contains("azimuth") && all.contains("contacts"));
    }

    #[test]
    fn what_a_tool_gives_validates_with_numbers_that_are_not_finite() {
        let schema = Value::Object(output::<NamedState>());
        assert_eq!(schema["properties"]["time"]["type"], json!(["number", "null"]));
        let some = Value::Object(partial::<NamedState>(&["time"]));
        let validator = jsonschema::validator_for(&some).expect("a schema");
        assert!(validator.is_valid(&json!({"time": null, "qpos": {"hinge": null}})));
        assert!(!validator.is_valid(&json!({"qpos": {}})));
    }
}
