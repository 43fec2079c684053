//! Of whom a change speaks that names none: of all that it can be said of, or of one of them, which
//! is told then.

use super::super::super::{
    Plan, Refusal,
    spec::{Class, SceneSpec, Thing},
    words::describe,
};
use super::super::{
    lexer::lexemes,
    lexicon::{self, Prop, Relative, Sense},
    reword::{is, with},
};
use super::{apply, whole};

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

/// "increase their friction", of several that were named one by one: that of each.
pub fn their(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let at = words.iter().position(|word| word == "their")?;
    let spoken = apply::spoken(present);
    let meant: Vec<&Thing> = match spoken.len() {
        0 | 1 => present.things.iter().filter(|thing| loose(thing)).collect(),
        _ => spoken.iter().map(|index| &present.things[*index]).collect(),
    };
    if meant.len() < 2 || meant.iter().any(|thing| thing.count.is_some()) {
        return None;
    }
    let mut its = words.to_vec();
    its[at] = "its".into();
    let names: Vec<String> = meant.iter().map(|thing| thing.id.clone()).collect();
    let mut plan: Option<Plan> = None;
    for name in &names {
        let before = plan.as_ref().map_or(present, |plan| &plan.spec);
        let before = SceneSpec { about: vec![name.clone()], ..before.clone() };
        match whole(&its.join(" "), &its, &before)? {
            Ok(then) => plan = Some(then),
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    let mut plan = plan?;
    plan.spec.about = names;
    Some(Ok(plan))
}

/// Which of several was taken, where the words name none and none was spoken of.
pub fn guessed(words: &[String], present: &SceneSpec, after: &SceneSpec) -> Option<String> {
    let names_one = lexemes(&words.join(" ")).iter().any(|lexeme| {
        matches!(
            lexeme.sense(),
            Some(Sense::Noun(_) | Sense::Group(_) | Sense::Ones | Sense::Which(_) | Sense::Each)
        )
    });
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
