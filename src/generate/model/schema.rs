//! JSON schemas that every provider takes as they are: what they have in common, and no more.
//!
//! Each provider documents a subset of JSON Schema of its own; this is their intersection. What a
//! schema cannot say here (ranges, lengths, formats) the judge of a plan says afterwards.

use serde_json::{Map, Value};

/// Deepest nesting, as OpenAI documents it.
const MAX_DEPTH: usize = 10;
/// Largest schema, bytes.
const MAX_BYTES: usize = 64 << 10;
/// Longest name, as OpenAI documents it.
const MAX_NAME: usize = 64;

/// A schema that every provider takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    name: String,
    value: Value,
}

/// Why a schema is none of these.
#[derive(Debug, thiserror::Error)]
#[error("the schema '{name}' cannot be given to models: {at}: {told}")]
pub struct Unfit {
    /// Its name.
    pub name: String,
    /// Where in it, as a JSON pointer.
    pub at: String,
    /// What is wrong there.
    pub told: String,
}

impl Schema {
    /// Checks `value`, a schema of an object. Every property has to be required (one that may be
    /// missing is `null` by `anyOf`), objects closed, and choices made by `anyOf` or `enum`;
    /// `$defs` and `$ref` to them are fine.
    ///
    /// # Errors
    /// [`Unfit`] names the place.
    pub fn new(name: &str, value: Value) -> Result<Self, Unfit> {
        let unfit =
            |at: &str, told: String| Unfit { name: name.to_owned(), at: at.to_owned(), told };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(plain) {
            return Err(unfit("", "its name has other characters than a-z, 0-9 and _".into()));
        }
        if value.to_string().len() > MAX_BYTES {
            return Err(unfit("", format!("it is longer than {MAX_BYTES} bytes")));
        }
        let Some(root) =
            value.as_object().filter(|root| root.get("type") == Some(&"object".into()))
        else {
            return Err(unfit("", "its root is no object".into()));
        };
        let check = Check { root };
        check.schema(&value, "", 0).map_err(|(at, told)| unfit(&at, told))?;
        Ok(Self { name: name.to_owned(), value })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

type Checked = Result<(), (String, String)>;

struct Check<'a> {
    root: &'a Map<String, Value>,
}

impl Check<'_> {
    fn schema(&self, value: &Value, at: &str, depth: usize) -> Checked {
        let fault = |told: &str| Err((at.to_owned(), told.to_owned()));
        if depth > MAX_DEPTH {
            return fault("it is nested too deeply");
        }
        let Some(object) = value.as_object() else { return fault("it is no object") };
        for key in object.keys() {
            let known = match key.as_str() {
                "type"
                | "description"
                | "properties"
                | "required"
                | "additionalProperties"
                | "items"
                | "anyOf"
                | "enum"
                | "const"
                | "$ref" => true,
                "$defs" => at.is_empty(),
                _ => false,
            };
            if !known {
                return fault(&format!("'{key}' is not known to all providers"));
            }
        }
        if let Some(defs) = object.get("$defs") {
            for (name, schema) in defs.as_object().into_iter().flatten() {
                self.schema(schema, &format!("/$defs/{name}"), 0)?;
            }
        }
        if let Some(target) = object.get("$ref") {
            return self.reference(object, target, at);
        }
        if let Some(forms) = object.get("anyOf") {
            if object.contains_key("type") && !at.is_empty() {
                return fault("it has a type beside 'anyOf'");
            }
            let forms = forms.as_array().filter(|forms| !forms.is_empty() && !at.is_empty());
            let Some(forms) = forms else {
                return fault("'anyOf' has to be a list below the root");
            };
            for (index, form) in forms.iter().enumerate() {
                self.schema(form, &format!("{at}/anyOf/{index}"), depth + 1)?;
            }
            return Ok(());
        }
        match object.get("type").and_then(Value::as_str) {
            Some("object") => self.object(object, at, depth),
            Some("array") => match object.get("items") {
                Some(items) => self.schema(items, &format!("{at}/items"), depth + 1),
                None => fault("it does not say what is in the list"),
            },
            Some("string" | "integer" | "number" | "boolean" | "null") => Ok(()),
            _ => fault("its type is none, or several: choose by 'anyOf'"),
        }
    }

    fn object(&self, object: &Map<String, Value>, at: &str, depth: usize) -> Checked {
        let fault = |told: String| Err((at.to_owned(), told));
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            return fault("'additionalProperties' is not false".into());
        }
        let properties = object.get("properties").and_then(Value::as_object);
        let Some(properties) = properties else { return fault("it has no properties".into()) };
        let required = object.get("required").and_then(Value::as_array);
        let required: Vec<_> = required.into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(name) = properties.keys().find(|name| !required.contains(&name.as_str())) {
            return fault(format!("'{name}' is not required: let it be null by 'anyOf' instead"));
        }
        if let Some(name) = required.iter().find(|name| !properties.contains_key(**name)) {
            return fault(format!("'{name}' is required, but no property"));
        }
        for (name, schema) in properties {
            self.schema(schema, &format!("{at}/properties/{name}"), depth + 1)?;
        }
        Ok(())
    }

    fn reference(&self, object: &Map<String, Value>, target: &Value, at: &str) -> Checked {
        let fault = |told: String| Err((at.to_owned(), told));
        if object.len() > 1 {
            return fault("'$ref' stands beside others".into());
        }
        let name = target.as_str().and_then(|target| target.strip_prefix("#/$defs/"));
        let defs = self.root.get("$defs").and_then(Value::as_object);
        match name.filter(|name| defs.is_some_and(|defs| defs.contains_key(*name))) {
            Some(_) => Ok(()),
            None => fault(format!("{target} leads nowhere")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(value: Value) -> String {
        Schema::new("plan", value).map_or_else(|unfit| unfit.to_string(), |_| "fine".into())
    }

    fn with(property: Value) -> Value {
        json!({
            "type": "object",
            "properties": {"x": property},
            "required": ["x"],
            "additionalProperties": false,
            "$defs": {"point": {
                "type": "object",
                "properties": {"x": {"type": "number"}},
                "required": ["x"],
                "additionalProperties": false,
            }},
        })
    }

    #[test]
    fn what_all_take_passes() {
        for property in [
            json!({"type": "string", "description": "A name.", "enum": ["a", "b"]}),
            json!({"anyOf": [{"type": "number"}, {"type": "null"}], "description": "m"}),
            json!({"type": "array", "items": {"$ref": "#/$defs/point"}}),
            json!({"anyOf": [{"$ref": "#/$defs/point"}, {"type": "null"}]}),
        ] {
            assert_eq!(told(with(property.clone())), "fine", "{property}");
        }
    }

    #[test]
    fn what_some_refuse_is_named_with_its_place() {
        for (property, word) in [
            (json!({"type": "number", "minimum": 0}), "minimum"),
            (json!({"type": "string", "format": "date"}), "format"),
            (json!({"type": "array", "items": {"type": "number"}, "minItems": 3}), "minItems"),
            (json!({"oneOf": [{"type": "number"}]}), "oneOf"),
            (json!({"type": ["number", "null"]}), "anyOf"),
            (json!({"type": "array"}), "list"),
            (json!({"$ref": "#/$defs/line"}), "nowhere"),
            (json!({"$ref": "#/$defs/point", "description": "m"}), "beside"),
            (json!({"type": "object", "properties": {}, "required": []}), "additionalProperties"),
            (
                json!({
                    "type": "object", "properties": {"y": {"type": "null"}}, "required": [],
                    "additionalProperties": false,
                }),
                "not required",
            ),
        ] {
            let told = told(with(property.clone()));
            assert!(told.contains("/properties/x") && told.contains(word), "{property}: {told}");
        }
        assert!(told(json!({"type": "array"})).contains("root"));
        let mut deep = json!({"type": "null"});
        for _ in 0..12 {
            deep = json!({"type": "array", "items": deep});
        }
        assert!(told(with(deep)).contains("deeply"));
        assert!(Schema::new("a plan", with(json!({"type": "null"}))).is_err());
    }
}
