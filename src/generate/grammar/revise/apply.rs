//! Changes of some of what is there: which are meant is found first, then what becomes of them.

use std::collections::BTreeMap;

use super::super::super::{
    Plan, Refusal,
    spec::{SceneSpec, Thing},
};
use super::super::{
    alter::{of_each, one_of_them},
    edit::{Wish, finish, once, read},
    lexicon::{self, Sense},
    parse::Parser,
    reword::{is, says},
    settle,
};
use super::refer::{Meant, Stage};

/// Verbs behind which it is said what becomes of something.
const CHANGES: &[&str] = &[
    "make", "paint", "colour", "color", "turn", "set", "give", "let", "dye", "change", "get",
    "have", "recolour", "recolor", "do", "put", "keep",
];
/// Verbs that take away.
const REMOVES: &[&[&str]] = &[
    &["remove"],
    &["delete"],
    &["erase"],
    &["take", "away"],
    &["take", "out"],
    &["take", "off"],
    &["pull", "out"],
    &["throw", "away"],
    &["get", "rid", "of"],
    &["lose"],
    &["drop", "out"],
    &["leave", "out"],
    &["discard"],
    &["eliminate"],
    &["take"],
    &["pull"],
];
/// Words between what is meant and what becomes of it.
const BECOMES: &[&[&str]] = &[
    &["should", "all", "be"],
    &["should", "be", "made"],
    &["should", "be"],
    &["should", "become"],
    &["should", "have"],
    &["must", "be"],
    &["shall", "be"],
    &["has", "to", "be"],
    &["have", "to", "be"],
    &["needs", "to", "be"],
    &["need", "to", "be"],
    &["ought", "to", "be"],
    &["is", "to", "be"],
    &["are", "to", "be"],
    &["can", "be"],
    &["could", "be"],
    &["gets"],
    &["get"],
    &["is"],
    &["are"],
    &["should"],
    &["must"],
    &["to", "be"],
    &["in"],
    &["be"],
];

/// The plan after a change of some of what is there. Nothing where the words name no such some.
pub fn changed(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let stage = Stage::of(present);
    // "only the middle one red"
    let words = if is(words, 0, &["only", "just"]) { &words[1..] } else { words };
    let placing = is(words, 0, &["move", "put", "place", "bring", "shift", "set", "push", "roll"]);
    let removal = REMOVES
        .iter()
        .find(|verb| verb.iter().enumerate().all(|(by, word)| is(words, by, &[word])));
    if let Some(verb) = removal
        && let Some(done) = taken_away(words, verb.len(), &stage, present)
    {
        return Some(done);
    }
    if is(words, 0, &["keep", "leave"])
        && let Some(done) = kept(words, &stage, present)
    {
        return Some(done);
    }
    if let Some(plainer) = property_of(words, &stage)
        && let Some(done) = changed(&plainer, present)
    {
        return Some(done);
    }
    let verb = usize::from(is(words, 0, CHANGES));
    if let Some(meant) = stage.phrases(words, verb, !placing) {
        let asked = verb == 1 && !placing;
        if let Some(done) = become_so(words, &meant, asked, &stage, present) {
            return Some(done);
        }
    }
    acted(words, &stage, present)
}

/// "change the colour of the second row to red": make the second row red.
fn property_of(words: &[String], stage: &Stage) -> Option<Vec<String>> {
    let the = usize::from(is(words, 1, &["the"]));
    let of = 2 + the;
    if !(is(words, 0, &["change", "set", "make", "turn"]) && is(words, of, &["of"])) {
        return None;
    }
    let tail = match &*words[1 + the] {
        "colour" | "color" | "mass" | "weight" | "material" | "size" => "",
        "height" => "high",
        "length" => "long",
        "width" => "wide",
        "thickness" => "thick",
        "radius" => "radius",
        "diameter" => "diameter",
        _ => return None,
    };
    let meant = stage.phrase(words, of + 1, true)?;
    let to = meant.end + usize::from(is(words, meant.end, &["to", "into"]));
    if meant.plain || to == meant.end || to >= words.len() {
        return None;
    }
    let mut out = says("make");
    out.extend_from_slice(&words[of + 1..meant.end]);
    out.extend_from_slice(&words[to..]);
    out.extend(says(tail));
    Some(out)
}

/// Whether words leave something out of all: what is not understood of that must not be lost.
pub fn leaves_out(words: &[String]) -> bool {
    is(words, 0, &["all", "everything", "make", "paint", "colour", "color"])
        && (1..words.len()).any(|at| {
            super::words::except(words, at).is_some()
                && (words[at] != "but" || is(words, at - 1, &["all", "everything", "them", "ones"]))
                && !is(words, at, &["not", "without", ","])
        })
}

/// Those that are meant, by their things: all of one, or some members.
fn by_thing(stage: &Stage, ones: &[usize]) -> Vec<(usize, Vec<u32>, bool)> {
    let mut things: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for one in ones {
        let one = &stage.ones[*one];
        things.entry(one.thing).or_default().push(one.member);
    }
    things
        .into_iter()
        .map(|(thing, members)| {
            let many = stage.ones.iter().find(|one| one.thing == thing).map_or(1, |one| one.many);
            let whole = members.len() == many as usize;
            (thing, members, whole)
        })
        .collect()
}

/// "the other two blue", "make every second one heavier", "all of them red except the last".
fn become_so(
    words: &[String],
    meant: &Meant,
    asked: bool,
    stage: &Stage,
    present: &SceneSpec,
) -> Option<Result<Plan, Refusal>> {
    let mut ones = meant.ones.clone();
    let mut plain = meant.plain;
    let mut rest = words.get(meant.end..)?.to_vec();
    let joined =
        BECOMES.iter().find(|some| some.iter().enumerate().all(|(by, w)| is(&rest, by, &[w])));
    let told = joined.is_some();
    if let Some(joined) = joined {
        rest.drain(..joined.len());
    }
    // "red except the last"
    let out = (1..rest.len()).find_map(|at| {
        let by = super::words::except(&rest, at)?;
        let but = stage.alone(&rest, at + by, true, &ones)?;
        (but.end == rest.len()).then_some((at, but.ones))
    });
    if let Some((at, but)) = out {
        rest.truncate(at);
        ones.retain(|one| !but.contains(one));
        plain = false;
    }
    if plain || rest.is_empty() || ones.is_empty() || !(told || asked || is_predicate(&rest)) {
        return None;
    }
    let text = format!("make it {}", rest.join(" "));
    let mut warnings = Vec::new();
    let mut parser = read(&text, Some(present), &mut warnings);
    if !(parser.lexemes.first().is_some_and(|l| l.text == "make")
        && parser.lexemes.get(1).is_some_and(|l| l.text == "it"))
    {
        return None;
    }
    parser.know(present);
    let known = parser.drafts.len();
    parser.at = 2;
    let mut end = 2;
    for (thing, members, whole) in by_thing(stage, &ones) {
        parser.at = 2;
        parser.it = Some(thing);
        let done = if whole {
            of_each(&mut parser, vec![thing])
        } else {
            one_of_them(&mut parser, thing, &members)
        };
        if let Err(refusal) = done {
            return Some(Err(refusal));
        }
        end = end.max(parser.at);
    }
    parser.at = end;
    let before = warnings.clone();
    Some(finish(parser, Wish::Change, known, Vec::new(), present, warnings).or_else(|refusal| {
        if refusal.unknown.is_empty() && refusal.reason.starts_with("that changes nothing") {
            let mut plan = Plan {
                spec: present.clone(),
                understood: super::super::super::words::understood(present),
                warnings: before,
            };
            plan.warnings.push("that is so already".to_owned());
            return Ok(plan);
        }
        Err(refusal)
    }))
}

/// Whether words can say what becomes of something without a verb: "blue", "a bit heavier", "10 kg".
fn is_predicate(words: &[String]) -> bool {
    let first = words.iter().find(|word| {
        !matches!(
            &***word,
            "a" | "bit" | "little" | "much" | "lot" | "slightly" | "even" | "also" | "in"
        )
    });
    first.is_some_and(|word| {
        word.parse::<f64>().is_ok()
            || lexicon::meaning(word).is_some_and(|entry| {
                entry.sense.is_adjective()
                    || matches!(
                        entry.sense,
                        Sense::Comparative(_) | Sense::Relative(..) | Sense::Twice | Sense::Half
                    )
            })
    })
}

/// "remove the first two", "take three of them away", "delete all but the red one".
fn taken_away(
    words: &[String],
    at: usize,
    stage: &Stage,
    present: &SceneSpec,
) -> Option<Result<Plan, Refusal>> {
    let meant = stage.phrase(words, at, true)?;
    let rest: Vec<&str> = words[meant.end..].iter().map(|word| &**word).collect();
    let off = matches!(*rest, [] | ["away" | "out" | "off"] | ["again"]);
    let verb = !matches!(&*words[0], "take" | "pull") || at > 1 || !rest.is_empty();
    if meant.plain || !off || !verb {
        return None;
    }
    Some(without(stage, &meant.ones, present))
}

/// "keep only the red ones", "leave the first three".
fn kept(words: &[String], stage: &Stage, present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let only = usize::from(is(words, 1, &["only", "just"]));
    let meant = stage.phrase(words, 1 + only, true)?;
    if meant.plain || meant.end != words.len() || words[0] == "leave" && only == 0 {
        return None;
    }
    // All others of the same kinds.
    let things: Vec<usize> = meant.ones.iter().map(|one| stage.ones[*one].thing).collect();
    let alike = |one: &usize| {
        let noun =
            |thing: usize| super::super::edit::noun_of(&present.things[thing]).map(|n| n.words);
        let own = noun(stage.ones[*one].thing);
        things.iter().any(|thing| noun(*thing) == own)
    };
    let gone: Vec<usize> =
        (0..stage.ones.len()).filter(|one| alike(one) && !meant.ones.contains(one)).collect();
    if gone.is_empty() {
        return Some(Err(Refusal::of("that changes nothing in the scene that is there")));
    }
    Some(without(stage, &gone, present))
}

/// The plan without some.
fn without(stage: &Stage, ones: &[usize], present: &SceneSpec) -> Result<Plan, Refusal> {
    let mut parser = Parser::default();
    parser.know(present);
    let known = parser.drafts.len();
    let mut gone = Vec::new();
    for (thing, members, whole) in by_thing(stage, ones) {
        if whole {
            gone.push(thing);
            continue;
        }
        let loose = parser.drafts[thing].thing.arrangement.as_ref().is_none_or(|a| {
            use super::super::super::spec::Pattern::{Column, Ring, Row, Scatter, Stack};
            matches!(a.pattern, Row | Column | Stack | Ring | Scatter) && a.layers.is_none()
        });
        if !loose || parser.drafts[thing].count.is_none() {
            return Err(Refusal::of(
                "of what stands in such a pattern no single one can be taken out",
            ));
        }
        // From the last to the first, so that numbers hold.
        for member in members.into_iter().rev() {
            parser.without(thing, member);
        }
    }
    finish(parser, Wish::Remove, known, gone, present, Vec::new())
}

/// "push the first one over", "move the other one left of the box": they become things of their own,
/// and then it is said of them.
fn acted(words: &[String], stage: &Stage, present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let first = lexicon::meaning(words.first()?)?.sense;
    let verb = matches!(first, Sense::Verb(_) | Sense::Trait(_)) || is(words, 0, VERBS);
    if !verb {
        return None;
    }
    let joint = is(words, 0, JOINT);
    let begin = (1..words.len().min(4)).find_map(|at| {
        let meant =
            if joint { stage.phrase(words, at, false) } else { stage.phrases(words, at, false) }?;
        Some((at, meant))
    });
    let (at, meant) = begin?;
    let bare = meant.end == at + 1;
    if meant.plain || bare {
        return None;
    }
    let mut spoken = match alone(stage, &meant.ones, present) {
        Ok(spoken) => spoken,
        Err(refusal) => return Some(Err(refusal)),
    };
    let rest = &words[meant.end..];
    let joint = joint || rest.iter().any(|word| matches!(&**word, "apart" | "together"));
    let said = |pronoun: &str, rest: &[String]| {
        let mut said = words[..at].to_vec();
        said.push(pronoun.to_owned());
        said.extend_from_slice(rest);
        said.join(" ")
    };
    if meant.ones.len() == 1 || joint {
        let text = said(if joint { "them" } else { "it" }, rest);
        return again(&text, &spoken);
    }
    // Of each by itself.
    let rest: Vec<String> = rest.iter().flat_map(|word| singular(word)).collect();
    let names = spoken.about.clone();
    let mut warnings = Vec::new();
    for name in &names {
        spoken.about = vec![name.clone()];
        match again(&said("it", &rest), &spoken)? {
            Ok(mut plan) => {
                warnings.append(&mut plan.warnings);
                spoken = plan.spec;
            }
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    warnings.dedup();
    spoken.about = names.into_iter().filter(|name| spoken.thing(name).is_some()).collect();
    Some(Ok(Plan {
        understood: super::super::super::words::understood(&spoken),
        spec: spoken,
        warnings,
    }))
}

/// What is said of what is spoken of now.
fn again(text: &str, present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    super::acts::done(&words, present).or_else(|| once(text, Some(present)))
}

/// What is done to several together.
const JOINT: &[&str] = &[
    "swap", "exchange", "switch", "connect", "tie", "link", "join", "stack", "pile", "arrange",
    "line", "spread", "space",
];

/// Of each by itself "stools" are a stool.
fn singular(word: &str) -> Vec<String> {
    match lexicon::meaning(word) {
        Some(entry) if entry.plural => match entry.sense {
            Sense::Noun(noun) => {
                vec!["a".to_owned(), super::super::draft::first_word(noun.words).to_owned()]
            }
            _ => vec![word.to_owned()],
        },
        _ => vec![word.to_owned()],
    }
}

/// Verbs that are nouns elsewhere, or not known as such.
const VERBS: &[&str] = &[
    "push",
    "kick",
    "hit",
    "knock",
    "tip",
    "flip",
    "rotate",
    "spin",
    "roll",
    "throw",
    "shoot",
    "drop",
    "release",
    "pull",
    "swing",
    "tilt",
    "lay",
    "stand",
    "raise",
    "lower",
    "lift",
    "slide",
    "move",
    "hang",
    "nudge",
    "toss",
    "fire",
    "launch",
    "turn",
    "lengthen",
    "shorten",
    "shrink",
    "enlarge",
    "scale",
    "widen",
    "double",
    "halve",
    "replace",
    "swap",
    "connect",
    "push",
    "flick",
    "put",
    "place",
    "bring",
    "shift",
    "duplicate",
    "copy",
    "increase",
    "decrease",
    "reduce",
    "fix",
    "attach",
];

/// A plan in which those that are meant are things of their own, and are spoken of.
pub fn alone(stage: &Stage, ones: &[usize], present: &SceneSpec) -> Result<SceneSpec, Refusal> {
    let mut parser = Parser::default();
    parser.know(present);
    for (thing, members, whole) in by_thing(stage, ones) {
        if whole {
            parser.drafts[thing].spoken = Some(Vec::new());
            continue;
        }
        let all = parser.parted(thing)?;
        for member in members {
            if let Some(index) = all.get(member as usize - 1) {
                parser.drafts[*index].spoken = Some(Vec::new());
            }
        }
    }
    settle(parser, &present.title, &mut Vec::new())
}

/// A plan in which what is spoken of are things of their own.
pub fn own_things(present: &SceneSpec) -> Option<SceneSpec> {
    let stage = Stage::of(present);
    alone(&stage, stage.about(), present).ok()
}

/// What is spoken of in a plan, by the numbers of its things.
pub fn spoken(spec: &SceneSpec) -> Vec<usize> {
    let index = |name: &String| {
        let id = name.split('#').next().unwrap_or_default();
        spec.things.iter().position(|thing| thing.id == id)
    };
    let mut found: Vec<usize> = spec.about.iter().filter_map(index).collect();
    found.dedup();
    found
}

/// What a change was about: what came, what became otherwise, what was placed.
pub fn about(before: &SceneSpec, after: &SceneSpec) -> Vec<String> {
    let new: Vec<String> = after
        .things
        .iter()
        .filter(|thing| before.thing(&thing.id).is_none())
        .map(|thing| thing.id.clone())
        .collect();
    if !new.is_empty() {
        return new;
    }
    let mut names = Vec::new();
    for thing in &after.things {
        let Some(old) = before.thing(&thing.id).filter(|old| *old != thing) else { continue };
        // One more of them is the last.
        let many = old.count.unwrap_or(1) + 1;
        let one_more = thing.count == Some(many)
            && Thing { count: None, arrangement: None, ..thing.clone() }
                == Thing { count: None, arrangement: None, ..old.clone() };
        names.push(if one_more { format!("{}#{many}", thing.id) } else { thing.id.clone() });
    }
    if names.is_empty() {
        let placed = after.relations.iter().filter(|own| !before.relations.contains(own));
        names.extend(placed.map(|own| own.subject.clone()));
    }
    if names.is_empty() {
        let there = |name: &&String| {
            let id = name.split('#').next().unwrap_or_default();
            after.things.iter().any(|thing| thing.id == id)
        };
        names.extend(before.about.iter().filter(there).cloned());
    }
    names
}
