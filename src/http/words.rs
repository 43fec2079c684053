//! What `POST /api/execute-command` understands.

use crate::control::PhysicsCommand;

/// Most steps that one command may take.
const MAX_STEPS: u32 = 10_000;
/// Words that carry no meaning here.
const FILLERS: &[&str] = &["please", "the", "simulation", "sim", "now", "a", "for", "physics"];

/// What a text asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    /// Something for physics; the text says what was done.
    Act(Vec<PhysicsCommand>, &'static str),
    /// The state.
    State,
    /// Nothing of these: a scene, maybe.
    Other,
}

/// Reads a command in words, or says what is understood.
pub(super) fn parse(text: &str) -> Result<Wish, String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split_whitespace()
        // Punctuation at either end goes, but not a minus sign: `step -3` is no `step 3`.
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-'))
        .filter(|word| !word.is_empty() && !FILLERS.contains(word))
        .collect();
    use PhysicsCommand::{Pause, Play, Reset};
    Ok(match words.as_slice() {
        ["play" | "start" | "run" | "resume" | "continue" | "unpause" | "go"] => {
            Wish::Act(vec![Play], "The simulation runs.")
        }
        ["pause" | "freeze" | "hold"] => Wish::Act(vec![Pause], "The simulation is paused."),
        ["stop" | "halt"] => Wish::Act(vec![Pause, Reset], "The simulation is stopped."),
        ["reset" | "restart"] => Wish::Act(vec![Reset], "The simulation is back at its start."),
        ["step"] => steps("1")?,
        ["step" | "advance", count] | ["step" | "advance", count, "step" | "steps"] => {
            steps(count)?
        }
        [count, "step" | "steps"] => steps(count)?,
        ["state" | "status"] | ["get" | "show", "state" | "status"] => Wish::State,
        [] => return Err("the command is empty".into()),
        _ => Wish::Other,
    })
}

/// What is written of a command that was carried out, in the words that ask for it.
pub(super) fn name(command: &PhysicsCommand) -> String {
    match command {
        PhysicsCommand::Play => "play".into(),
        PhysicsCommand::Pause => "pause".into(),
        PhysicsCommand::Reset => "reset".into(),
        PhysicsCommand::Step(count) => format!("step {count}"),
        other => format!("{other:?}"),
    }
}

fn steps(count: &str) -> Result<Wish, String> {
    match count.parse() {
        Ok(count @ 1..=MAX_STEPS) => {
            Ok(Wish::Act(vec![PhysicsCommand::Step(count)], "The simulation took the steps."))
        }
        _ => {
            Err(format!("'{}' is not a number of steps within 1 to {MAX_STEPS}", shortened(count)))
        }
    }
}

/// At most the first 80 characters: nobody wants a whole novel back in an error.
fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_words() {
        use PhysicsCommand::{Pause, Play, Reset, Step};
        for (text, wanted) in [
            ("play", vec![Play]),
            ("Please start the simulation!", vec![Play]),
            ("PAUSE", vec![Pause]),
            ("stop", vec![Pause, Reset]),
            ("reset the simulation.", vec![Reset]),
            ("step", vec![Step(1)]),
            ("step 10", vec![Step(10)]),
            ("advance 100 steps", vec![Step(100)]),
            ("5 steps", vec![Step(5)]),
        ] {
            match parse(text) {
                Ok(Wish::Act(commands, _)) => assert_eq!(commands, wanted, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert_eq!(parse("show the state"), Ok(Wish::State));
    }

    #[test]
    fn wrong_numbers_of_steps_are_refused_in_words() {
        for text in ["", "  ", "step 0", "step 10001", "step two"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert_eq!(parse("a red ball on a table"), Ok(Wish::Other));
        let long = parse(&format!("step {}", "9".repeat(1000))).expect_err("refused");
        assert!(long.len() < 250, "{long}");
    }
}
