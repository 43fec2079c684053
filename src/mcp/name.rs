//! What agents say of themselves and of what they do, as text that people can be shown.

use crate::session::Name;

/// Longest name, characters.
const MAX_NAME: usize = 48;
/// Longest account of an act, characters.
const MAX_ACT: usize = 120;
/// What an agent is called that gives no name.
const NAMELESS: &str = "an agent";

/// An agent's name, from what it calls itself.
pub(super) fn of_agent(said: Option<&str>) -> Name {
    let name = said.map(|said| plain(said, MAX_NAME)).filter(|name| !name.is_empty());
    let name = name.as_deref().unwrap_or(NAMELESS);
    name.parse().unwrap_or_else(|_| NAMELESS.parse().expect("invariant: it is a name"))
}

/// What a tool is asked to do, on one line.
pub(super) fn of_act(tool: &str, arguments: &serde_json::Map<String, serde_json::Value>) -> String {
    let told = arguments.iter().filter(|(name, _)| !matches!(&***name, "session_id" | "model_id"));
    let told: Vec<String> = told.map(|(name, value)| format!("{name}={value}")).collect();
    plain(&format!("{tool} {}", told.join(" ")), MAX_ACT)
}

/// One line of at most `most` characters, without any that are not seen or that turn the others
/// around.
fn plain(text: &str, most: usize) -> String {
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c,
                '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    // Four times as many are looked at: the rest of a novel is not.
    let spaced = text.chars().take(4 * most).map(|c| if c.is_whitespace() { ' ' } else { c });
    let line: String = spaced.filter(seen).collect();
    let line = line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_one_short_line() {
        for (said, wanted) in [
            (Some("Claude Code"), "Claude Code"),
            (Some("  two\nlines\u{202E} \u{0007}"), "two lines"),
            (Some("\u{200B}\n"), NAMELESS),
            (Some(""), NAMELESS),
            (None, NAMELESS),
            (Some("<img onerror=x>"), "<img onerror=x>"),
        ] {
            assert_eq!(of_agent(said).as_str(), wanted);
        }
        assert_eq!(of_agent(Some(&"ä".repeat(500))).as_str().chars().count(), MAX_NAME + 1);
    }

    #[test]
    fn acts_are_told_without_the_session_and_in_short() {
        let arguments = json!({"session_id": "default", "steps": 10});
        let arguments = arguments.as_object().expect("an object");
        assert_eq!(of_act("sim_step", arguments), "sim_step steps=10");
        let long = json!({"mjcf": "<mujoco>".repeat(10_000)});
        let told = of_act("scene_load", long.as_object().expect("an object"));
        assert_eq!(told.chars().count(), MAX_ACT + 1);
    }
}
