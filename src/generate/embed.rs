//! The plan of a scene inside of its MJCF, so that it lasts as long as the text does: across
//! reloads, undo, export and other sessions.
//!
//! It is a comment in the last line, with a digest of all before it. Where someone has changed the
//! text since, the digest differs, and the plan is not taken for the scene.

use sha2::{Digest as _, Sha256};

use super::spec::SceneSpec;

const OPEN: &str = "<!-- mjcast:scene ";
const CLOSE: &str = " -->\n";

/// What a text says about the plan that it was built of.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// It was built of this plan.
    Plan(Box<SceneSpec>),
    /// It was, but has been changed since.
    Changed,
    /// It was not built of a plan.
    None,
}

/// The text with the plan behind it.
pub fn embedded(xml: &str, spec: &SceneSpec) -> String {
    // Two hyphens would end a comment: JSON has another way to write one.
    let json = serde_json::to_string(&Lean::of(spec)).unwrap_or_default().replace('-', "\\u002d");
    format!("{xml}{OPEN}{} {json}{CLOSE}", digest(xml))
}

/// The plan that a text was built of.
pub fn kept(xml: &str) -> Kept {
    let Some((body, rest)) = xml.rsplit_once(OPEN) else { return Kept::None };
    let parts =
        rest.trim_end().strip_suffix("-->").and_then(|rest| rest.trim_end().split_once(' '));
    let Some((stamp, json)) = parts else { return Kept::Changed };
    if stamp != digest(body) {
        return Kept::Changed;
    }
    match serde_json::from_str::<SceneSpec>(&json.replace("\\u002d", "-")) {
        Ok(spec) if spec.faults().is_empty() => Kept::Plan(Box::new(spec)),
        _ => Kept::Changed,
    }
}

fn digest(xml: &str) -> String {
    Sha256::digest(xml.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A plan without what is null.
struct Lean(serde_json::Value);

impl Lean {
    fn of(spec: &SceneSpec) -> Self {
        fn lean(value: serde_json::Value) -> serde_json::Value {
            match value {
                serde_json::Value::Object(object) => object
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| (key, lean(value)))
                    .collect(),
                serde_json::Value::Array(list) => list.into_iter().map(lean).collect(),
                value => value,
            }
        }
        Self(lean(serde_json::to_value(spec).unwrap_or_default()))
    }
}

impl serde::Serialize for Lean {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
