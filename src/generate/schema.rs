//! The schema of plans, in what the structured outputs of all providers have in common.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema as _};

use super::spec::SceneSpec;

#[cfg(test)]
/// Words of JSON Schema that every provider takes.
const COMMON: &[&str] = &[
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "type",
];

/// JSON Schema of [`SceneSpec`]: every property required, no others, `anyOf` for what may be
/// null, no limits on numbers.
pub fn schema() -> Value {
    let mut definitions = Vec::new();
    SceneSpec::schemas(&mut definitions);
    let root = serde_json::to_value(<SceneSpec as PartialSchema>::schema()).unwrap_or_default();
    let mut root = strict(root);
    let defs: Map<String, Value> = definitions
        .into_iter()
        .map(|(name, schema)| (name, strict(serde_json::to_value(schema).unwrap_or_default())))
        .collect();
    if let Value::Object(object) = &mut root {
        object.insert("$defs".into(), Value::Object(defs));
    }
    root
}

fn strict(schema: Value) -> Value {
    let Value::Object(object) = schema else { return schema };
    let mut out = Map::new();
    for (key, value) in object {
        match (&*key, value) {
            ("oneOf" | "anyOf", Value::Array(choices)) => {
                // What stands beside a reference is lost below.
                let about = choices.iter().find_map(|choice| choice.get("description")).cloned();
                out.insert("anyOf".into(), choices.into_iter().map(strict).collect());
                out.extend(about.map(|about| ("description".to_owned(), about)));
            }
            ("$ref", Value::String(target)) => {
                let name = target.rsplit('/').next().unwrap_or_default();
                out.insert(key, json!(format!("#/$defs/{name}")));
            }
            ("properties", Value::Object(properties)) => {
                let properties: Map<String, Value> =
                    properties.into_iter().map(|(name, schema)| (name, strict(schema))).collect();
                out.insert("required".into(), properties.keys().cloned().collect());
                out.insert("additionalProperties".into(), false.into());
                out.insert(key, Value::Object(properties));
            }
            ("items", items) => {
                out.insert(key, strict(items));
            }
            ("description" | "type" | "enum", value) => {
                out.insert(key, value);
            }
            _ => {}
        }
    }
    // A name beside a reference is not understood everywhere.
    if out.contains_key("$ref") {
        out.retain(|key, _| key == "$ref");
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(schema: &Value, at: &str) {
        let Value::Object(object) = schema else { panic!("{at} is no schema") };
        for (key, value) in object {
            assert!(COMMON.contains(&&**key), "{at} has {key}");
            match (&**key, value) {
                ("properties" | "$defs", Value::Object(inner)) => {
                    inner.iter().for_each(|(name, schema)| walk(schema, &format!("{at}.{name}")));
                }
                ("anyOf", Value::Array(inner)) => inner.iter().for_each(|schema| walk(schema, at)),
                ("items", schema) => walk(schema, at),
                _ => {}
            }
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            let required: Vec<&str> = object["required"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(required, properties.keys().collect::<Vec<_>>(), "{at}");
            assert_eq!(object["additionalProperties"], json!(false), "{at}");
        }
    }

    #[test]
    fn the_schema_is_what_all_providers_take() {
        let schema = schema();
        walk(&schema, "plan");
        let text = schema.to_string();
        assert!(text.contains("newtons_cradle") && text.contains("\"null\""), "{text}");
        for reference in text.split("#/$defs/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            assert!(schema["$defs"].get(name).is_some(), "{name} is not defined");
        }
    }
}
