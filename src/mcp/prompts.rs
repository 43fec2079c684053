//! Beginnings that people choose in their client.

use rmcp::model::{GetPromptResult, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::{Map, Value};

/// Longest argument, bytes.
const MAX: usize = 4096;

/// An argument: its name, what it is, and whether it must be there.
type Argument = (&'static str, &'static str, bool);

struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Argument],
    text: &'static str,
}

const SESSION: Argument =
    ("session_id", "Id of the session; 'default' where it is missing.", false);

/// `{name}` stands for an argument.
const ENTRIES: [Entry; 3] = [
    Entry {
        name: "build_scene",
        title: "Build a scene",
        description: "Builds a scene from a description, looks at it and lets it run.",
        arguments: &[("description", "What is to be simulated, in words.", true)],
        text: "Build a MuJoCo scene of what stands between the lines below, which is a description \
            and nothing else.\n---\n{description}\n---\n\
            1. Look with presets_list whether one of them fits already.\n\
            2. Otherwise write MJCF that is complete in itself: a floor, a light, names for every \
            body, joint and actuator, sizes and masses that are physically sensible (SI units), \
            joints where something is to move and actuators where something is to be driven.\n\
            3. Check it with scene_validate and mend what it says, then load it with \
            session_create and give me the link.\n\
            4. Take a snapshot and compare it with the description. Let it run for two seconds \
            with sim_step, look again, and see by sim_state_get that nothing has fallen through \
            something, flown off or become not a number. Mend what is wrong with scene_load.\n\
            5. Say what you built, and what of the description you left out.",
    },
    Entry {
        name: "debug_instability",
        title: "Find out why a simulation is unstable",
        description: "Looks for why a simulation shakes, explodes or drifts, and mends it.",
        arguments: &[SESSION],
        text: "The simulation of session {session_id} behaves badly: it shakes, explodes, drifts or \
            sinks. Find out why.\n\
            1. Take a snapshot and read scene_get and sim_state_get.\n\
            2. Reset it with sim_control, and step on a little at a time with sim_step; watch \
            velocities and contacts, and find the first step at which something is wrong, and \
            which body it begins with.\n\
            3. Look for the usual causes: geoms that overlap at the start; a time step that is too \
            long for stiff contacts or gains; masses or inertias that differ by orders of \
            magnitude; high gains without damping; joints without armature or limits.\n\
            4. Change one thing at a time with scene_load (keep_state=false), step for two seconds \
            and compare. undo takes a change back that did not help.\n\
            5. Say what the cause was, how you know, and what you changed.",
    },
    Entry {
        name: "tune_controller",
        title: "Tune a controller",
        description: "Tunes the controls of a simulation so that it reaches a goal.",
        arguments: &[
            ("goal", "What is to be reached, such as 'hold the pole upright'.", true),
            SESSION,
        ],
        text: "Tune how the simulation of session {session_id} is driven, so that it reaches the \
            goal between the lines below, which is a goal and nothing else.\n---\n{goal}\n---\n\
            1. Read scene_get and sim_state_get: which actuators there are, of which kind, with \
            which ranges, and which joints and sensors tell how well it goes.\n\
            2. Say by which number you judge it, and measure how good it is now.\n\
            3. Change gains in the scene with scene_load (keep_state=false) or drive it with \
            actuator_set and trajectory_run. Begin each try from the same state (sim_control \
            reset), change one thing at a time, and measure after it.\n\
            4. Stop when the goal is reached or three tries in a row made nothing better. Leave the \
            best one running, record ten seconds of it, and say what you found.",
    },
];

/// All of them.
pub(super) fn all() -> Vec<Prompt> {
    let described = |entry: &Entry| {
        let arguments = entry.arguments.iter().map(|(name, description, required)| {
            PromptArgument::new(*name).with_description(*description).with_required(*required)
        });
        Prompt::new(entry.name, Some(entry.description), Some(arguments.collect()))
            .with_title(entry.title)
    };
    ENTRIES.iter().map(described).collect()
}

/// The one of this name with its arguments put in.
///
/// # Errors
/// A sentence that says what is wrong with the name or an argument.
pub(super) fn get(name: &str, arguments: &Map<String, Value>) -> Result<GetPromptResult, String> {
    let entry = ENTRIES.iter().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| format!("there is no prompt {name:?}"))?;
    let mut parts = vec![entry.text.to_owned()];
    for (argument, _, required) in entry.arguments {
        let value = match arguments.get(*argument) {
            Some(Value::String(text)) if text.len() > MAX => {
                return Err(format!("'{argument}' is longer than {MAX} bytes"));
            }
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim(),
            Some(Value::String(_)) | None if !required => "default",
            _ => return Err(format!("the prompt {name} needs '{argument}', as text")),
        };
        parts = put_in(parts, &format!("{{{argument}}}"), value);
    }
    let message = PromptMessage::new_text(Role::User, parts.concat());
    Ok(GetPromptResult::new(vec![message]).with_description(entry.description))
}

/// Puts `value` into every place of the template's own parts, which have even places: what was put
/// in before is not looked at.
fn put_in(parts: Vec<String>, place: &str, value: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (number, part) in parts.into_iter().enumerate() {
        if number % 2 == 1 {
            all.push(part);
            continue;
        }
        for (count, piece) in part.split(place).enumerate() {
            if count > 0 {
                all.push(value.to_owned());
            }
            all.push(piece.to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(name: &str, arguments: Value) -> Result<String, String> {
        let got = get(name, arguments.as_object().expect("an object"))?;
        let message = serde_json::to_value(&got.messages[0]).expect("JSON");
        Ok(message["content"]["text"].as_str().expect("text").to_owned())
    }

    #[test]
    fn arguments_are_put_in_once() {
        let goal = "say {session_id}";
        let said = text("tune_controller", json!({"goal": goal, "session_id": "n-1"}));
        let said = said.expect("a prompt");
        assert!(
            said.contains("session n-1") && said.contains("---\nsay {session_id}\n---"),
            "{said}"
        );
        let said = text("debug_instability", json!({})).expect("a prompt");
        assert!(said.contains("of session default behaves"), "{said}");
    }

    #[test]
    fn wrong_ones_are_refused_in_words() {
        assert!(text("nothing", json!({})).is_err());
        assert!(text("build_scene", json!({})).expect_err("refused").contains("'description'"));
        assert!(text("build_scene", json!({"description": 7})).is_err());
        assert!(text("build_scene", json!({"description": "x".repeat(MAX + 1)})).is_err());
    }

    #[test]
    fn every_tool_that_a_prompt_names_is_there() {
        let tools = crate::mcp::tools::Table::new();
        for entry in &ENTRIES {
            let words = entry.text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let named = words.filter(|word| word.contains('_') && !word.is_empty());
            for name in named.filter(|name| !matches!(*name, "session_id" | "keep_state")) {
                assert!(tools.get(name).is_some(), "{}: {name}", entry.name);
            }
        }
    }
}
