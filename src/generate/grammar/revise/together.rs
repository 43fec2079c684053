//! What is done to several that were named one by one, together: "stack them", "put them 50 cm
//! apart".

use super::super::super::{
    Plan, Refusal,
    spec::{Class, Kind, Place, Relation, SceneSpec, Thing},
};
use super::super::{
    lexer::{Lex, lexemes},
    measure::Unit,
    reword::{begins, is},
};
use super::{acts::planned, doubt::members};

/// The plan in which they stand so; nothing where no such thing is asked for.
pub fn done(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let mut ids = members(present);
    let single = |id: &String| {
        present.thing(id).is_some_and(|thing| {
            matches!(thing.kind.class(), Class::Solid | Class::Vessel)
                && thing.count.is_none()
                && thing.arrangement.is_none()
        })
    };
    if ids.len() < 2 || !ids.iter().all(single) {
        return None;
    }
    let stacked = begins(words, &["stack", "them"]) && words.len() < 4
        || begins(words, &["pile", "them", "up"])
        || begins(words, &["put", "them", "on", "top", "of", "each", "other"])
        || begins(words, &["make", "them", "a", "stack"])
        || begins(words, &["make", "a", "stack", "of", "them"])
        || begins(words, &["put", "them", "in", "a", "stack"]);
    let apart = apart(words);
    let arranged = is(words, 1, &["them"])
        && words.iter().any(|word| matches!(&**word, "circle" | "ring" | "grid" | "pyramid"));
    if arranged {
        return Some(Err(Refusal::of(
            "only several of a kind can be arranged so: say where each should stand",
        )));
    }
    if !stacked && apart.is_none() {
        return None;
    }
    if stacked {
        // Nothing rests on what is round or pointed.
        let last = |id: &String| {
            present
                .thing(id)
                .is_some_and(|thing: &Thing| matches!(thing.kind, Kind::Sphere | Kind::Cone))
        };
        ids.sort_by_key(last);
    }
    let mut spec = present.clone();
    if stacked {
        let within = |own: &Relation| own.subject == ids[0] && ids.contains(&own.reference);
        spec.relations.retain(|own| !(ids[1..].contains(&own.subject) || within(own)));
    }
    for two in ids.windows(2) {
        // What is to the left of it stays there.
        let pair = |own: &&mut Relation| {
            two.contains(&own.subject) && two.contains(&own.reference) && apart.is_some()
        };
        if let Some(own) = spec.relations.iter_mut().find(pair) {
            own.gap = apart;
            continue;
        }
        spec.relations.push(Relation {
            subject: two[1].clone(),
            place: if stacked { Place::On } else { Place::RightOf },
            reference: two[0].clone(),
            member: None,
            other: None,
            gap: apart,
        });
    }
    spec.about = ids;
    Some(planned(spec, present))
}

/// "put them 50 cm apart", "2 m apart": free space, m.
fn apart(words: &[String]) -> Option<f64> {
    let lead = 2 * usize::from(
        is(words, 0, &["put", "place", "move", "set", "make", "space"]) && is(words, 1, &["them"]),
    );
    let (last, figure) = words.get(lead..)?.split_last()?;
    if last != "apart" {
        return None;
    }
    match &*lexemes(&figure.join(" ")) {
        [only] => match only.lex {
            Lex::Measure(measure) if measure.unit == Unit::Length => Some(measure.value),
            _ => None,
        },
        _ => None,
    }
}
