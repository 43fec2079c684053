//! Of whom a change speaks that names none: of all that it can be said of, or of one of them, which
//! is told then.

use super::super::super::{
    Plan, Refusal,
    spec::{Class, Relation, SceneSpec, Thing},
    words::describe,
};
use super::super::{
    lexer::lexemes,
    lexicon::{self, Prop, Relative, Sense},
    reword::{is, with},
};
use super::{apply, whole, words::longest_noun};

/// What moves freely.
fn loose(thing: &Thing) -> bool {
    matches!(thing.kind.class(), Class::Solid | Class::Vessel)
}

/// "bouncier", "more friction", "slippery": a surface of nobody is that of all, where nothing was
/// spoken of yet.
pub fn of_all(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    if !present.about.is_empty() || present.things.iter().filter(|thing| loose(thing)).count() < 2 {
        return None;
    }
    let degrees = ["a", "bit", "little", "lot", "much", "way", "even"];
    let from = words.iter().take_while(|word| degrees.contains(&&***word)).count();
    let surface = |words: &[String]| {
        lexicon::meaning(&words.join(" ")).is_some_and(|entry| {
            matches!(entry.sense, Sense::Relative(Relative::Friction | Relative::Bounce, _))
        })
    };
    let rest = &words[from..];
    let amount = is(rest, 0, &["more", "less"])
        && rest.len() == 2
        && lexicon::meaning(&rest[1])
            .is_some_and(|entry| matches!(entry.sense, Sense::Prop(Prop::Friction | Prop::Bounce)));
    if amount {
        let verb = if rest[0] == "more" { "increase their" } else { "decrease their" };
        return Some(with(verb, &rest[1..]));
    }
    (!rest.is_empty() && surface(rest)).then(|| with("make them", words))
}

/// "increase their friction", "both at 2 m/s", of several that were named one by one: each of them,
/// where what was `done` is not said of all.
pub fn of_each(
    words: &[String],
    present: &SceneSpec,
    done: Option<Result<Plan, Refusal>>,
) -> Option<Result<Plan, Refusal>> {
    let meant = members(present);
    let together = words.iter().any(|word| word == "total")
        && words.iter().any(|word| matches!(&**word, "both" | "they" | "them" | "all"));
    if together && meant.len() > 1 {
        return Some(Err(Refusal::of("say what each of them should have")));
    }
    let Some(its) = of_it(words).filter(|_| meant.len() > 1) else { return done };
    if let Some(Ok(plan)) = &done
        && meant.iter().all(|name| is_otherwise(name, present, &plan.spec))
    {
        return done;
    }
    let mut plan: Option<Plan> = None;
    let mut warnings = Vec::new();
    for name in &meant {
        let before = plan.as_ref().map_or(present, |plan| &plan.spec);
        let before = SceneSpec { about: vec![name.clone()], ..before.clone() };
        // A table that the first was put on is there for the second.
        let its = if plan.is_some() { known(&its) } else { its.clone() };
        match whole(&its.join(" "), &its, &before)? {
            Ok(mut then) => {
                warnings.append(&mut then.warnings);
                plan = Some(then);
            }
            Err(refusal) if refusal.reason.starts_with("that changes nothing") => {}
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    let Some(mut plan) = plan else {
        return Some(Err(Refusal::of("that changes nothing in the scene that is there")));
    };
    warnings.dedup();
    plan.spec.about = meant.into_iter().filter(|name| plan.spec.thing(name).is_some()).collect();
    Some(Ok(Plan { warnings, ..plan }))
}

/// Of whom "they" is: what was spoken of last, or all that does not only stand there.
pub fn members(present: &SceneSpec) -> Vec<String> {
    let spoken = apply::spoken(present);
    if spoken.len() > 1 {
        return spoken.into_iter().map(|index| present.things[index].id.clone()).collect();
    }
    let moves = |thing: &&Thing| thing.kind.class() != Class::Furniture;
    present.things.iter().filter(moves).map(|thing| thing.id.clone()).collect()
}

fn is_otherwise(name: &str, before: &SceneSpec, after: &SceneSpec) -> bool {
    let stands = |spec: &SceneSpec| -> Vec<Relation> {
        spec.relations.iter().filter(|own| own.subject == name).cloned().collect()
    };
    before.thing(name) != after.thing(name) || stands(before) != stands(after)
}

/// "both at 2 m/s", said of one: "make it move at 2 m/s".
fn of_it(words: &[String]) -> Option<Vec<String>> {
    // What is done to several together, and what leaves some out.
    const JOINT: &[&str] = &[
        "swap",
        "exchange",
        "switch",
        "stack",
        "pile",
        "apart",
        "row",
        "line",
        "column",
        "circle",
        "ring",
        "grid",
        "together",
        "total",
        "same",
        "different",
        "between",
        "closer",
        "other",
        "others",
        "except",
        "but",
        "spread",
        "space",
        "connect",
        "tie",
        "link",
        "join",
        "equal",
        "rest",
        "half",
        "some",
        "random",
        "alternate",
        "top",
        "side",
        "collide",
        "touch",
    ];
    const THEY: &[&str] = &["both", "them", "they", "their", "all", "everything", "each"];
    if words.iter().any(|word| JOINT.contains(&&**word)) {
        return None;
    }
    let at = words.iter().position(|word| THEY.contains(&&**word))?;
    if at > 0 && is(words, at - 1, &["of"]) {
        return None;
    }
    let mut end = at + 1;
    if is(words, end, &["of"]) {
        if !is(words, end + 1, &["them", "these", "those"]) {
            return None;
        }
        end += 2;
    }
    end += usize::from(is(words, at, &["them", "they"]) && is(words, end, &["all", "both"]));
    let rest = &words[end..];
    // "all balls", "each red cube"
    let noun = rest
        .iter()
        .position(|word| !lexicon::meaning(word).is_some_and(|entry| entry.sense.is_adjective()));
    let named = noun.is_some_and(|noun| longest_noun(rest, noun).is_some())
        || is(rest, 0, &["the", "of", "those", "these", "one"]);
    if named && words[at] != "their" {
        return None;
    }
    if words[at] == "their" {
        let mut out = words.to_vec();
        out[at] = "its".into();
        return Some(out);
    }
    if at > 0 && rest.is_empty() && words[at] == "each" {
        // "2 kg each"
        return Some(with("make it", &words[..at]));
    }
    let mut out = words[..at].to_vec();
    out.push("it".into());
    if at > 0 {
        out.extend_from_slice(rest);
        return Some(out);
    }
    let verb = rest.first()?;
    out.clear();
    match &**verb {
        "should" | "must" | "shall" | "can" => out.extend(with("it", rest)),
        "are" | "become" => out.extend(with("it should be", &rest[1..])),
        "at" | "with" => out.extend(with("make it move", rest)),
        "weigh" | "have" => out.extend(with("it should", rest)),
        _ => out.extend(with("make it", rest)),
    }
    Some(out)
}

/// "on a table" is "on the table" when it is there.
fn known(words: &[String]) -> Vec<String> {
    let place = ["on", "in", "into", "onto", "under", "behind", "beside", "above", "to", "of"];
    let mut out = words.to_vec();
    for at in 1..out.len() {
        if is(words, at, &["a", "an"]) && place.contains(&&*words[at - 1]) {
            out[at] = "the".into();
        }
    }
    out
}

/// Which of several was taken, where the words name none and none was spoken of.
pub fn guessed(words: &[String], present: &SceneSpec, after: &SceneSpec) -> Option<String> {
    let names_one = lexemes(&words.join(" ")).iter().any(|lexeme| {
        matches!(
            lexeme.sense(),
            Some(Sense::Noun(_) | Sense::Group(_) | Sense::Ones | Sense::Which(_) | Sense::Each)
        )
    }) || words.iter().any(|word| word == "one");
    let several = present.things.iter().filter(|thing| loose(thing)).count() > 1;
    if names_one || !several || !present.about.is_empty() {
        return None;
    }
    let mut changed = present.things.iter().filter(|thing| after.thing(&thing.id) != Some(*thing));
    match (changed.next(), changed.next()) {
        (Some(one), None) if loose(one) => {
            Some(format!("of which thing was not said: '{}' was taken", describe(one)))
        }
        _ => None,
    }
}
