//! What is done to what is there, and what comes flying: "push the first one over", "throw a ball at
//! the tower", "reverse the direction", "stand it up".

use super::super::super::{
    Plan, Refusal, build,
    spec::{Class, Kind, Place, Relation, SceneSpec, Xyz},
};
use super::super::{
    edit::once,
    lexicon::{self, Sense},
    reword::{begins, is, says, with},
};
use super::{apply, refer::Stage, words::longest_noun};

/// The plan after it; nothing where no such thing is asked for.
pub fn done(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    by_so_many(words, present)
        .or_else(|| toppled(words, present))
        .or_else(|| reversed(words, present))
        .or_else(|| stopped(words, present))
        .or_else(|| comes(words, present))
        .or_else(|| plainly(words, present))
}

/// What is meant from `at` on, or what the scene is about where nothing is said.
fn things(words: &[String], at: usize, present: &SceneSpec) -> Option<(Vec<usize>, usize)> {
    let stage = Stage::of(present);
    if let Some(meant) = stage.phrase(words, at, false) {
        return Some((meant.ones, meant.end));
    }
    if is(words, at, &["it", "that", "this", "them"]) {
        let about = apply::spoken(present);
        let last = present.things.iter().rposition(|thing| thing.kind.class() != Class::Furniture);
        let thing = about.last().copied().or(last).or(present.things.len().checked_sub(1))?;
        let ones = (0..stage.ones.len()).filter(|one| stage.ones[*one].thing == thing).collect();
        return Some((ones, at + 1));
    }
    None
}

pub fn planned(spec: SceneSpec, present: &SceneSpec) -> Result<Plan, Refusal> {
    if spec.things == present.things && spec.relations == present.relations {
        return Err(Refusal::of("that changes nothing in the scene that is there"));
    }
    for thing in &spec.things {
        if let Some(what) = super::super::told::idle(thing) {
            return Err(Refusal::of(format!("'{}' cannot be built with {what}", thing.id)));
        }
    }
    Ok(Plan {
        understood: super::super::super::words::understood(&spec),
        spec,
        warnings: Vec::new(),
    })
}

/// "5 by 5", "make it 3 x 4 x 2": so many columns, rows and layers.
fn by_so_many(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    use super::super::super::spec::{Arrangement, Pattern};
    let mut at = 0;
    while is(
        words,
        at,
        &[
            "make", "it", "them", "that", "a", "the", "grid", "be", "should", "wall", "to", "into",
            "change",
        ],
    ) {
        at += 1;
    }
    let mut end = words.len();
    while end > at && is(words, end - 1, &["grid", "instead", "array", "wall", "square"]) {
        end -= 1;
    }
    let number = |word: &String| {
        let value = super::super::measure::number_word(word).or_else(|| word.parse().ok())?;
        super::super::parse::whole(value)
    };
    let figures: Vec<u32> = words[at..end].iter().step_by(2).map(number).collect::<Option<_>>()?;
    let joined =
        words[at..end].iter().skip(1).step_by(2).all(|word| matches!(&**word, "by" | "x" | "×"));
    if !joined || !(2..=3).contains(&figures.len()) || (end - at).is_multiple_of(2) {
        return None;
    }
    let about = apply::spoken(present);
    let groups = |thing: &usize| {
        present.things[*thing].arrangement.is_some()
            || present.things[*thing].count.is_some_and(|n| n > 1)
    };
    let thing =
        about.into_iter().rfind(groups).or_else(|| (0..present.things.len()).rfind(groups))?;
    let mut spec = present.clone();
    let own = &mut spec.things[thing];
    let wall = own.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Wall);
    let arrangement = own.arrangement.get_or_insert(Arrangement::new(Pattern::Grid));
    match (&*figures, wall) {
        (&[columns, layers], true) => {
            (arrangement.columns, arrangement.layers) = (Some(columns), Some(layers));
        }
        (&[columns, rows], false) => {
            arrangement.pattern = Pattern::Grid;
            (arrangement.columns, arrangement.rows, arrangement.layers) =
                (Some(columns), Some(rows), None);
        }
        (&[columns, rows, layers], false) => {
            arrangement.pattern = Pattern::Grid;
            (arrangement.columns, arrangement.rows, arrangement.layers) =
                (Some(columns), Some(rows), Some(layers));
        }
        _ => return None,
    }
    own.count = own.count.and(Some(figures.iter().product()));
    if own.colours.len() > 1 {
        own.colours.truncate(1);
    }
    spec.about = vec![own.id.clone()];
    Some(planned(spec, present))
}

/// "push the first one over", "knock over one chair", "tip it over".
fn toppled(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    if !is(words, 0, &["push", "knock", "tip", "kick", "topple", "throw", "tilt"]) {
        return None;
    }
    let first = usize::from(is(words, 1, &["over", "down"]));
    let at = 1 + first;
    // "one chair" is any of them.
    let mut said = words.to_vec();
    if is(&said, at, &["one", "a"]) && longest_noun(&said, at + 1).is_some() {
        said.splice(at..=at, says("the first"));
    }
    let (ones, end) = things(&said, at, present)?;
    let last = usize::from(is(&said, end, &["over", "down"]));
    if first + last != 1 && words[0] != "topple" || end + last != said.len() {
        return None;
    }
    let stage = Stage::of(present);
    let row = |one: &usize| present.things[stage.ones[*one].thing].kind == Kind::Dominoes;
    // A row of dominoes falls by itself, from its first one on.
    if let [one] = *ones
        && row(&one)
        && stage.ones[one].member == 1
    {
        return once(
            "make it toppling",
            Some(&SceneSpec {
                about: vec![present.things[stage.ones[one].thing].id.clone()],
                ..present.clone()
            }),
        );
    }
    let mut spec = match apply::alone(&stage, &ones, present) {
        Ok(spec) => spec,
        Err(refusal) => return Some(Err(refusal)),
    };
    let about = spec.about.clone();
    for thing in spec.things.iter_mut().filter(|thing| about.contains(&thing.id)) {
        let [x, _, z] = build::extents(thing);
        if !matches!(thing.kind.class(), Class::Solid | Class::Vessel) || x <= 0.0 || z <= 0.0 {
            return Some(Err(Refusal::of(format!("'{}' cannot be pushed over", thing.id))));
        }
        // As fast about its lower edge as it takes to get over it, and half as much again.
        let far = x * x + z * z;
        let over = (3.0 * 9.81 * (far.sqrt() - z).max(0.02 * z) / far).sqrt() * 1.5;
        let turn = (over * 100.0).round() / 100.0;
        thing.spin = Some(Xyz { x: 0.0, y: turn, z: 0.0 });
        let speed = (turn * z / 2.0 * 100.0).round() / 100.0;
        thing.velocity = Some(Xyz { x: speed, y: 0.0, z: 0.0 });
        thing.fixed = Some(false);
    }
    Some(planned(spec, present))
}

/// "reverse the direction", "run it in reverse", "make it roll the other way".
fn reversed(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let text = words.join(" ");
    let asks = [
        "reverse",
        "reverse it",
        "reverse the direction",
        "reverse its direction",
        "in reverse",
        "reverse direction",
        "run it in reverse",
        "the other way",
        "in the other direction",
        "in the opposite direction",
        "reverse the motion",
        "change direction",
        "change its direction",
        "reverse the rotation",
        "reverse the spin",
    ];
    let whole = asks.contains(&&*text);
    let tail = [
        "the other way",
        "the other way round",
        "the other way around",
        "in the other direction",
        "in the opposite direction",
        "backwards instead",
        "backwards",
        "backward",
    ]
    .iter()
    .find(|tail| text.ends_with(&format!(" {tail}")));
    let back = tail.is_some_and(|tail| tail.starts_with("backward"));
    let any_moves =
        present.things.iter().any(|thing| thing.velocity.is_some() || thing.spin.is_some());
    if !whole && tail.is_none() || back && !any_moves || words.len() > 9 {
        return None;
    }
    let at = usize::from(is(
        words,
        0,
        &["make", "let", "have", "roll", "spin", "turn", "throw", "drive", "push"],
    ));
    let moves =
        |thing: &super::super::super::spec::Thing| thing.velocity.is_some() || thing.spin.is_some();
    let named = if whole { None } else { things(words, at, present) };
    let indices: Vec<usize> = match named {
        Some((ones, end)) => {
            let told = words.get(end..)?;
            let idle = told.iter().all(|word| {
                matches!(
                    &**word,
                    "roll"
                        | "spin"
                        | "turn"
                        | "go"
                        | "move"
                        | "slide"
                        | "drive"
                        | "fly"
                        | "orbit"
                        | "rotate"
                        | "run"
                        | "backwards"
                        | "backward"
                        | "the"
                        | "other"
                        | "way"
                        | "in"
                        | "opposite"
                        | "direction"
                        | "round"
                        | "around"
                        | "should"
                )
            });
            if !idle {
                return None;
            }
            let stage = Stage::of(present);
            ones.iter().map(|one| stage.ones[*one].thing).collect()
        }
        None => {
            let about: Vec<usize> = apply::spoken(present);
            let about: Vec<usize> =
                about.into_iter().filter(|at| moves(&present.things[*at])).collect();
            let all: Vec<usize> =
                (0..present.things.len()).filter(|at| moves(&present.things[*at])).collect();
            if about.is_empty() { all } else { about }
        }
    };
    let mut spec = present.clone();
    let turned = |v: &mut Option<Xyz>| {
        if let Some(Xyz { x, y, z }) = v {
            (*x, *y, *z) = (-*x, -*y, -*z);
        }
    };
    let mut any = false;
    for thing in indices {
        let thing = spec.things.get_mut(thing)?;
        any |= moves(thing);
        turned(&mut thing.velocity);
        turned(&mut thing.spin);
        // What falls does so in any case.
        spec.about = vec![thing.id.clone()];
    }
    if !any {
        return Some(Err(Refusal::of("nothing of it moves or turns by itself")));
    }
    let strikes = |relation: &super::super::super::spec::Relation| {
        relation.place == super::super::super::spec::Place::Striking
            && spec.about.contains(&relation.subject)
    };
    if spec.relations.iter().any(strikes) {
        return Some(Err(Refusal::of("it is on its way to something: say where it should go")));
    }
    Some(planned(spec, present))
}

/// "stop it", "make the ball stop": it begins at rest.
fn stopped(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let at = usize::from(is(words, 0, &["stop", "make", "let"]));
    let (ones, end) = things(words, at, present)?;
    let rest: Vec<&str> = words[end..].iter().map(|word| &**word).collect();
    let asks = match *rest {
        [] => words[0] == "stop",
        ["stop" | "rest"]
        | ["stand", "still"]
        | ["be" | "start", "at", "rest"]
        | ["should", "not", "move"] => true,
        ["from", "moving" | "spinning" | "rolling" | "turning"] => words[0] == "stop",
        _ => false,
    };
    if !asks {
        return None;
    }
    let stage = Stage::of(present);
    let mut spec = present.clone();
    spec.about.clear();
    for one in ones {
        let thing = spec.things.get_mut(stage.ones[one].thing)?;
        (thing.velocity, thing.spin) = (None, None);
        spec.about.push(thing.id.clone());
    }
    spec.about.dedup();
    Some(planned(spec, present))
}

/// "throw a ball at the tower", "drop a heavy ball on top", "roll a ball into it".
fn comes(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let first = &**words.first()?;
    let flies = matches!(
        first,
        "throw"
            | "shoot"
            | "fire"
            | "launch"
            | "kick"
            | "toss"
            | "hurl"
            | "fling"
            | "send"
            | "crash"
    );
    let rolls = matches!(first, "roll" | "slide" | "push");
    let falls = matches!(first, "drop");
    if !(flies || rolls || falls) || !is(words, 1, &["a", "an", "another", "one", "two", "three"]) {
        return None;
    }
    let on = (2..words.len()).find(|at| {
        if falls {
            is(words, *at, &["on", "onto", "over", "above", "upon", "into", "in"])
        } else {
            is(words, *at, &["at", "into", "against", "towards", "toward", "through", "onto", "to"])
        }
    })?;
    let mut to = on + 1;
    if falls && is(words, on, &["on"]) && is(words, on + 1, &["top"]) {
        to += 1 + usize::from(is(words, on + 2, &["of"]));
    }
    let stage = Stage::of(present);
    let (target, end) = match words.get(to) {
        None if falls => (None, to),
        _ => {
            let group = group(words, to, present);
            match (stage.phrase(words, to, false), group) {
                (_, Some((thing, end))) => (Some(thing), end),
                (Some(meant), None) => {
                    let things: Vec<usize> =
                        meant.ones.iter().map(|one| stage.ones[*one].thing).collect();
                    if things.windows(2).any(|two| two[0] != two[1]) {
                        return None;
                    }
                    (things.first().copied(), meant.end)
                }
                (None, None) if is(words, to, &["it", "them", "that"]) => {
                    (things(words, to, present).map(|(ones, _)| stage.ones[ones[0]].thing), to + 1)
                }
                _ => return None,
            }
        }
    };
    let what = words.get(1..on)?;
    let verb = match (falls, rolls) {
        (true, _) => match words[on].as_str() {
            "into" | "in" => "falling into it",
            _ => "falling onto it",
        },
        (_, true) if first == "slide" || first == "push" => "sliding towards it",
        (_, true) => "rolling towards it",
        _ => "thrown at it",
    };
    let target = target.or_else(|| {
        apply::spoken(present).last().copied().or(present.things.len().checked_sub(1))
    })?;
    let mut out = with("add", what);
    out.extend(says(verb));
    out.extend_from_slice(&words[end..]);
    let about = SceneSpec { about: vec![present.things[target].id.clone()], ..present.clone() };
    let done = once(&out.join(" "), Some(&about))?;
    Some(done.and_then(|plan| {
        // It is on its way to what was named, and nothing else came.
        let new =
            plan.spec.things.iter().filter(|thing| present.thing(&thing.id).is_none()).count();
        let tied = plan.spec.relations.iter().any(|r| {
            r.reference == present.things[target].id && present.thing(&r.subject).is_none()
        });
        if new == 0 || !tied {
            return Err(Refusal::of(format!(
                "it is not clear how that should go: '{}'",
                words.join(" ")
            )));
        }
        Ok(plan)
    }))
}

/// "the tower", "the pyramid": several that stand so.
fn group(words: &[String], at: usize, present: &SceneSpec) -> Option<(usize, usize)> {
    if !is(words, at, &["the", "this", "that"]) {
        return None;
    }
    let Some(Sense::Group(pattern)) = lexicon::meaning(words.get(at + 1)?).map(|entry| entry.sense)
    else {
        return None;
    };
    let own = |thing: &super::super::super::spec::Thing| {
        thing.arrangement.as_ref().is_some_and(|a| a.pattern == pattern)
    };
    let thing = present.things.iter().rposition(own)?;
    Some((thing, at + 2))
}

/// What is said in other words than the grammar knows.
fn plainly(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let stage = Stage::of(present);
    let first = &**words.first()?;
    let object = |at: usize| {
        stage
            .phrase(words, at, false)
            .map(|meant| meant.end)
            .or_else(|| is(words, at, &["it", "them", "that", "this"]).then_some(at + 1))
    };
    let make = |from: usize, to: usize, how: &str, rest: &[String]| {
        let mut out = with("make", &words[from..to]);
        out.extend(says(how));
        out.extend_from_slice(rest);
        out
    };
    let plainer = match first {
        // "stand it up", "set the cylinder upright"
        "stand" | "set" | "put" | "place" => {
            let end = object(1)?;
            let rest = &words[end..];
            let up = begins(rest, &["up"]) && rest.len() == 1 && first != "put"
                || begins(rest, &["upright"]) && rest.len() == 1
                || begins(rest, &["on", "its", "end"]) && rest.len() == 3
                || begins(rest, &["back", "up"]) && rest.len() == 2;
            let flat = begins(rest, &["flat"])
                || begins(rest, &["on", "its", "side"])
                || begins(rest, &["on", "their", "sides"]);
            let floor = (0..4.min(rest.len())).find(|at| is(rest, *at, &["floor", "ground"]));
            let down = floor.is_some_and(|at| {
                at + 1 == rest.len()
                    && rest[..at].iter().all(|word| {
                        matches!(&**word, "down" | "on" | "onto" | "to" | "the" | "back")
                    })
            });
            if down {
                let mut out = with("move", &words[1..end]);
                out.extend(says("to the floor"));
                return once(&out.join(" "), Some(present));
            }
            // "put it up on a shelf"
            let high = begins(rest, &["up", "on"]);
            if up {
                make(1, end, "upright", &[])
            } else if flat && rest.len() < 4 {
                make(1, end, "lying", &[])
            } else if high {
                let mut out = words[..end].to_vec();
                out.extend_from_slice(&rest[1..]);
                out
            } else {
                return None;
            }
        }
        "throw" | "toss" | "kick" | "shoot" | "launch" | "fire" => {
            let end = object(1)?;
            let rest = &words[end..];
            if !begins(rest, &["up"]) {
                return None;
            }
            let mut out = with("throw", &words[1..end]);
            out.extend(says("upwards"));
            out.extend_from_slice(&rest[1..]);
            out
        }
        // "swing it 45 degrees to the side", "start it at 20 degrees"
        "swing" | "pull" | "start" | "displace" | "deflect" | "hold" | "tilt" => {
            let end = object(1)?;
            let mut at = end;
            while is(
                words,
                at,
                &[
                    "from", "at", "by", "to", "go", "back", "out", "aside", "start", "an", "angle",
                    "of",
                ],
            ) {
                at += 1;
            }
            let read = super::super::lexer::lexemes(&words[at..].join(" "));
            let angle = matches!(read.first().map(|lexeme| lexeme.lex), Some(super::super::lexer::Lex::Measure(m))
                if m.unit == super::super::measure::Unit::Angle);
            let swings = things(words, 1, present).is_some_and(|(ones, _)| {
                ones.iter().all(|one| {
                    matches!(
                        present.things[stage.ones[*one].thing].kind,
                        Kind::Pendulum
                            | Kind::Swing
                            | Kind::Chain
                            | Kind::InvertedPendulum
                            | Kind::CartPole
                            | Kind::WreckingBall
                    )
                })
            });
            if first == "start" && at < words.len() && !angle {
                let mut out = with("let", &words[1..end]);
                out.push("start".to_owned());
                out.extend_from_slice(&words[end..]);
                return once(&out.join(" "), Some(present));
            }
            let length = words[at..]
                .iter()
                .position(|word| word.starts_with("deg") || word.starts_with('°'))?
                + 1;
            let tail = &words[at + length..];
            let side = tail.iter().all(|word| {
                matches!(
                    &**word,
                    "to" | "the"
                        | "side"
                        | "sideways"
                        | "aside"
                        | "left"
                        | "right"
                        | "one"
                        | "back"
                        | "out"
                        | "and"
                        | "let"
                        | "go"
                        | "it"
                        | "release"
                        | "from"
                        | "vertical"
                        | "at"
                        | "start"
                )
            });
            if !(angle && swings && side) {
                return None;
            }
            let mut out = with("release", &words[1..end]);
            out.push("from".to_owned());
            out.extend_from_slice(&words[at..at + length]);
            out
        }
        // "make it drive forward at 2 m/s", "have the ball roll to the left"
        "make" | "have" | "let" | "get" => {
            let end = object(1)?;
            let how = match &**words.get(end)? {
                "drive" | "go" | "move" | "run" | "travel" => "moving",
                "roll" => "rolling",
                "slide" => "sliding",
                "fly" => "thrown",
                "spin" | "turn" | "rotate" => "spinning",
                "fall" | "drop" => "falling",
                _ => return None,
            };
            let rest = words[end + 1..].to_vec();
            // "make it roll twice as fast"
            let quick = rest
                .last()
                .is_some_and(|word| matches!(&**word, "fast" | "faster" | "slower" | "quicker"));
            if quick && !is(&rest, 0, &["very", "fast", "really"]) {
                let out = make(1, end, "", &rest);
                return match apply::changed(&out, present) {
                    Some(done) => Some(done),
                    None => once(&out.join(" "), Some(present)),
                };
            }
            // A car goes to the right.
            let rest: Vec<String> = rest
                .into_iter()
                .flat_map(|word| match &*word {
                    "backwards" | "backward" => says("to the left"),
                    _ => vec![word],
                })
                .collect();
            let rest: Vec<String> = rest
                .into_iter()
                .filter(|word| !matches!(&**word, "ahead" | "off" | "along"))
                .collect();
            make(1, end, how, &rest)
        }
        "drive" => {
            let end = object(1).unwrap_or(1);
            let mut out = says("make");
            out.extend(if end == 1 { says("it") } else { words[1..end].to_vec() });
            out.push("moving".to_owned());
            out.extend_from_slice(&words[end..]);
            out
        }
        "no" | "without" | "frictionless" => {
            let what = words.get(1).filter(|word| {
                matches!(&***word, "friction" | "damping" | "gravity" | "wind" | "motor" | "motors")
            })?;
            let idle = words[2..].iter().all(|word| {
                matches!(
                    &**word,
                    "in" | "the"
                        | "joints"
                        | "joint"
                        | "at"
                        | "all"
                        | "anywhere"
                        | "any"
                        | "more"
                        | "anymore"
                        | "its"
                        | "hinges"
                        | "hinge"
                        | "here"
                )
            });
            if !idle || what.starts_with("motor") {
                return None;
            }
            // Of what stands on something, that between both is meant, not that of the floor.
            let borne = |own: &Relation| matches!(own.place, Place::On | Place::AtTop);
            if what == "friction" && present.relations.iter().any(borne) {
                let many = super::doubt::members(present).len() > 1;
                with(if many { "make them" } else { "make it" }, &says("frictionless"))
            } else {
                with("remove the", std::slice::from_ref(what))
            }
        }
        // "lower the second one by 30 %"
        "lower" | "raise" | "heighten" => {
            if stage.phrase(words, 1, false).is_some_and(|meant| !meant.plain) {
                return None;
            }
            let end = object(1)?;
            let rest = words.get(end..)?;
            if !(is(rest, 0, &["by"])
                && rest.last().is_some_and(|word| matches!(&**word, "%" | "percent")))
            {
                return None;
            }
            let mut out = says(if first == "lower" {
                "decrease the height of"
            } else {
                "increase the height of"
            });
            out.extend_from_slice(&words[1..]);
            return once(&out.join(" "), Some(present));
        }
        // "add three mugs to it", to what bears things.
        "add" => {
            let to = words.iter().rposition(|word| word == "to")?;
            let noun = |length: usize| {
                to.checked_sub(length)
                    .and_then(|at| longest_noun(words, at))
                    .is_some_and(|(_, n, _)| n == length)
            };
            if !(1..=3).any(noun) {
                return None;
            }
            let named = stage.phrase(words, to + 1, false);
            let (thing, end) = match named {
                Some(meant) => (stage.ones[*meant.ones.first()?].thing, meant.end),
                None if is(words, to + 1, &["it", "that"]) => {
                    let (ones, end) = things(words, to + 1, present)?;
                    (stage.ones[*ones.first()?].thing, end)
                }
                None => return None,
            };
            let kind = present.things[thing].kind;
            let bears =
                matches!(kind.class(), Class::Furniture | Class::Vessel) || kind.is_hollow();
            if end != words.len()
                || !bears
                || is(words, 1, &["more", "another"])
                || is(words, 2, &["more"])
                || longest_noun(words, 1).is_none()
                    && longest_noun(words, 2).is_none()
                    && longest_noun(words, 3).is_none()
            {
                return None;
            }
            let mut out = words.to_vec();
            out[to] = if kind.class() == Class::Vessel || kind.is_hollow() { "in" } else { "on" }
                .to_owned();
            let about =
                SceneSpec { about: vec![present.things[thing].id.clone()], ..present.clone() };
            return once(&out.join(" "), Some(&about));
        }
        "spin" | "rotate" | "turn" | "roll" | "run" | "slide" | "push" => {
            let end = object(1)?;
            // "spin it faster"
            let rest = &words[end..];
            if matches!(rest, [how] if matches!(&**how, "faster" | "slower" | "quicker")) {
                let out = with("make", &words[1..]);
                return match apply::changed(&out, present) {
                    Some(done) => Some(done),
                    None => once(&out.join(" "), Some(present)),
                };
            }
            // "roll it off the edge"
            let off = begins(rest, &["off"])
                && rest[1..].iter().all(|word| {
                    matches!(
                        &**word,
                        "the"
                            | "edge"
                            | "table"
                            | "it"
                            | "of"
                            | "desk"
                            | "platform"
                            | "shelf"
                            | "side"
                    )
                });
            let rolls = matches!(first, "roll" | "slide" | "push");
            if off && rolls {
                let how = if first == "roll" { "rolling" } else { "sliding" };
                let out = make(1, end, how, &[]);
                return match apply::changed(&out, present) {
                    Some(done) => Some(done),
                    None => once(&out.join(" "), Some(present)),
                };
            }
            return None;
        }
        _ => return None,
    };
    if plainer == words {
        return None;
    }
    match apply::changed(&plainer, present) {
        Some(done) => Some(done),
        None => once(&plainer.join(" "), Some(present)),
    }
}
