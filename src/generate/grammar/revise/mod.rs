//! Changes as people ask for them: without what is only chatted, one after another where there are
//! several, with the words that they leave out, and of those that they mean.
//!
//! ```text
//!  words ─► chat ─► whole, or in steps ─► brief ─► refer, apply ─► the grammar of changes
//! ```

mod acts;
mod alike;
mod apply;
mod brief;
mod chat;
mod doubt;
mod refer;
#[cfg(test)]
mod tests;
mod together;
mod turns;
mod value;
mod words;

use super::super::{Plan, Refusal, spec::SceneSpec};
use super::{
    edit::once,
    lexicon::{self, Sense},
    reword::is,
    token::tokens,
};

pub use apply::{about, spoken};
pub use turns::TURNS;

/// Most changes in one text.
const MOST: usize = 6;

/// The plan after what a text asks for; nothing when it asks for a scene of its own.
pub fn said(prompt: &str, present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let spoken: Vec<String> = tokens(prompt).into_iter().map(|token| token.text).collect();
    let present = &as_many(&spoken, present);
    let mut warnings = Vec::new();
    let words = match chat::plain(spoken.clone(), &mut warnings) {
        Ok(words) => words,
        Err(refusal) => return Some(Err(refusal)),
    };
    let plainer = super::turns::change(&words.join(" "), &mut warnings);
    let words: Vec<String> = tokens(&plainer).into_iter().map(|token| token.text).collect();
    let text = if words == spoken { prompt.to_owned() } else { words.join(" ") };
    // What goes on with another verb is another change.
    let several = several(&words).then(|| in_turn(&words, present, MOST)).flatten();
    let outcome = match several.map(Ok).or_else(|| whole(&text, &words, present)) {
        Some(Ok(plan)) => Some(Ok(plan)),
        None if super::plan(prompt).is_ok() => {
            let unclear = || {
                Err(Refusal::of(format!(
                    "it is not clear what should change: '{}'",
                    words.join(" ")
                )))
            };
            brief::speaks_of_what_is_there(&words, present)
                .then(|| in_turn(&words, present, MOST).map_or_else(unclear, Ok))
        }
        refused => match in_turn(&words, present, MOST) {
            Some(plan) => Some(Ok(plan)),
            None => refused,
        },
    };
    // "and a spoon" comes to what is there; "a round table instead" comes in the stead of something.
    let outcome = match outcome {
        None if spoken.first().is_some_and(|word| word == "and" || word == "plus") => {
            once(&format!("add {text}"), Some(present))
        }
        outcome => outcome,
    };
    let vague = spoken.last().is_some_and(|word| word == "instead") && outcome.is_none()
        || is(&words, 0, &["something"])
        || is(&words, 0, &["from"]) && is(&words, 1, &["twice", "half"]);
    if vague {
        return Some(Err(Refusal::of(format!(
            "it is not clear which thing that is about: '{}'",
            words.join(" ")
        ))));
    }
    outcome.map(|outcome| {
        outcome.map(|mut plan| {
            warnings.append(&mut plan.warnings);
            warnings.extend(doubt::guessed(&words, present, &plan.spec));
            warnings.extend(brief::as_a_whole(&words, present));
            Plan { warnings, ..plan }
        })
    })
}

/// One of several is spoken of as "it"; "them" are all.
fn as_many(words: &[String], present: &SceneSpec) -> SceneSpec {
    let mut spec = present.clone();
    let they = words.iter().any(|word| matches!(&**word, "them" | "they" | "their"))
        && !words.iter().any(|word| {
            matches!(&**word, "other" | "others" | "rest" | "but" | "except" | "one" | "two")
        });
    if let ([one], true) = (&mut *spec.about, they)
        && let Some((whole, _)) = one.split_once('#')
    {
        *one = whole.to_owned();
    }
    spec
}

/// Whether a new sentence begins, or a clause with a verb of its own.
fn several(words: &[String]) -> bool {
    (1..words.len()).any(|at| {
        let stop = matches!(&*words[at], "." | "!" | "?" | ";" | "\n");
        let joins = matches!(&*words[at], "and" | "," | "then" | "but");
        let mut next = at + 1;
        while is(words, next, &["and", "then", "also", "now", ","]) {
            next += 1;
        }
        next < words.len()
            && (stop
                || joins
                    && is(words, next, IMPERATIVES)
                    && !is(words, next + 1, &["go", "fall", "swing"]))
    })
}

/// Verbs with which a change of its own begins.
const IMPERATIVES: &[&str] = &[
    "make", "paint", "put", "add", "remove", "delete", "move", "give", "set", "turn", "change",
    "replace", "double", "halve", "colour", "color", "throw", "place", "take", "swap", "increase",
    "decrease", "reduce", "lower", "raise", "tilt",
];

/// What is asked for at once.
fn whole(text: &str, words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    doubt::of_each(words, present, of_one(text, words, present))
}

fn of_one(text: &str, words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    if let Some(refusal) = brief::unfit(words, present) {
        return Some(Err(refusal));
    }
    let done = together::done(words, present).or_else(|| value::upwards(words, present));
    if let Some(done) = done {
        return Some(done);
    }
    if let Some(done) = acts::done(words, present).or_else(|| value::again(words, present)) {
        return Some(done);
    }
    if let Some(plainer) = alike::told(words, &refer::Stage::of(present)) {
        return match apply::changed(&plainer, present) {
            Some(done) => Some(done),
            None => once(&plainer.join(" "), Some(present)),
        };
    }
    if let Some(fuller) = brief::plain(words, present) {
        let done = apply::changed(&fuller, present);
        let done = done.or_else(|| once(&fuller.join(" "), Some(present)));
        return doubt::of_each(&fuller, present, done);
    }
    match apply::changed(words, present) {
        Some(done) => Some(done),
        None if apply::leaves_out(words) => Some(Err(Refusal::of(
            "it is not clear which of them are left out: name them by their number, place or colour",
        ))),
        None => once(text, Some(&told_apart(words, present))),
    }
}

/// Where "it" and "its" are one of several, that is a thing of its own.
fn told_apart(words: &[String], present: &SceneSpec) -> SceneSpec {
    let partly = present.about.iter().any(|name| name.contains('#'));
    let speaks =
        words.iter().any(|word| matches!(&**word, "it" | "its" | "that" | "them" | "their"));
    if !(partly && speaks) {
        return present.clone();
    }
    apply::own_things(present).unwrap_or_else(|| present.clone())
}

/// Several changes, each in its turn: all of them, or none.
fn in_turn(words: &[String], present: &SceneSpec, most: usize) -> Option<Plan> {
    if most == 0 {
        return None;
    }
    for strong in [true, false] {
        for at in 1..words.len() {
            let stop = matches!(&*words[at], "." | "!" | "?" | ";" | "\n");
            let joins = matches!(&*words[at], "and" | "," | "then" | "but" | "plus" | "/");
            if !(if strong { stop } else { joins }) {
                continue;
            }
            let mut next = at;
            while words.get(next).is_some_and(|word| {
                matches!(
                    &**word,
                    "." | "!"
                        | "?"
                        | ";"
                        | "\n"
                        | "and"
                        | ","
                        | "then"
                        | "but"
                        | "plus"
                        | "also"
                        | "now"
                        | "/"
                )
            }) {
                next += 1;
            }
            let (first, rest) = (&words[..at], &words[next..]);
            if rest.is_empty() || first.is_empty() {
                continue;
            }
            let Some(Ok(plan)) = whole(&first.join(" "), first, present) else { continue };
            for rest in continued(first, rest) {
                // What goes on with another verb is another change.
                let parted = several(&rest).then(|| in_turn(&rest, &plan.spec, most - 1)).flatten();
                let then = parted.or_else(|| match whole(&rest.join(" "), &rest, &plan.spec) {
                    Some(Ok(then)) => Some(then),
                    _ => in_turn(&rest, &plan.spec, most - 1),
                });
                if let Some(mut then) = then {
                    let mut warnings = plan.warnings.clone();
                    warnings.append(&mut then.warnings);
                    return Some(Plan { warnings, ..then });
                }
            }
        }
    }
    None
}

/// The next change as it was said, and with the verb of the one before: "and the cube blue".
fn continued(first: &[String], rest: &[String]) -> Vec<Vec<String>> {
    // "except the last, which is white": of what was named last.
    if is(rest, 0, &["which", "that", "who"]) && is(rest, 1, &["is", "are", "should", "must"]) {
        let named = first.iter().rposition(|word| word == "the");
        return named
            .map(|named| {
                let mut made = first[named..].to_vec();
                made.extend_from_slice(&rest[1..]);
                made
            })
            .into_iter()
            .collect();
    }
    let mut out = vec![rest.to_vec()];
    let verb = first.first().filter(|word| {
        lexicon::meaning(word).is_some_and(|entry| matches!(entry.sense, Sense::Verb(_)))
            || is(first, 0, &["make", "paint", "put", "give", "set", "let"])
    });
    let own = rest
        .first()
        .and_then(|word| lexicon::meaning(word))
        .is_some_and(|entry| matches!(entry.sense, Sense::Verb(_)));
    if let (Some(verb), false) = (verb, own) {
        let mut led = vec![verb.clone()];
        // "make it red and bigger"
        if !is(rest, 0, &["the", "it", "them", "all", "both", "each", "every", "its"]) {
            led.push("it".into());
        }
        led.extend_from_slice(rest);
        out.push(led);
        if first.iter().any(|word| matches!(&**word, "should" | "can" | "could")) {
            let mut made = vec!["make".to_owned()];
            made.extend_from_slice(rest);
            out.push(made);
        }
    } else if !own && first.iter().any(|word| matches!(&**word, "should" | "must" | "be")) {
        let mut made = vec!["make".to_owned()];
        made.extend_from_slice(rest);
        out.push(made);
    }
    out
}
