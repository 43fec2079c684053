//! More ways of asking for a change, before the others are read: wishes without a verb, how many are
//! enough, the bigger of two, limits of joints, motors on hinges, the same thing again in another way.

use super::{
    lexer::{self, Lex},
    lexicon::{self, Sense},
    measure::number_word,
    reword::{begins, is, mark, says, with},
};

/// The words as the rules of changes read them. `name` is what the scene is about.
pub fn plain(mut words: Vec<String>, name: Option<&str>) -> Vec<String> {
    for at in (0..words.len()).rev() {
        compared(&mut words, at);
    }
    for rule in
        [both, enough, fewer, same, rather, has_a, as_heavy, limited, motor, other_way, centre]
    {
        if let Some(better) = rule(&words) {
            words = better;
        }
    }
    if let Some(better) = another_there(&words, name) {
        words = better;
    }
    words
}

fn number(word: &str) -> Option<f64> {
    number_word(word).or_else(|| word.parse().ok())
}

fn is_noun(word: &str) -> bool {
    lexicon::meaning(word).is_some_and(|entry| matches!(entry.sense, Sense::Noun(_)))
}

/// "the bigger one": of what is there, the biggest.
fn compared(words: &mut [String], at: usize) {
    const MOST: &[(&str, &str)] = &[
        ("bigger", "biggest"),
        ("larger", "largest"),
        ("smaller", "smallest"),
        ("heavier", "heaviest"),
        ("lighter", "lightest"),
        ("taller", "tallest"),
        ("shorter", "shortest"),
        ("longer", "longest"),
        ("higher", "highest"),
        ("upper", "top"),
        ("lower", "bottom"),
    ];
    if at == 0 || words[at - 1] != "the" {
        return;
    }
    let one = words.get(at + 1).is_some_and(|word| word == "one" || is_noun(word));
    if let (true, Some((_, most))) = (one, MOST.iter().find(|(word, _)| *word == words[at])) {
        words[at] = (*most).to_owned();
    }
}

/// "drop them both", "both of them": them.
fn both(words: &[String]) -> Option<Vec<String>> {
    let at = (0..words.len()).find(|at| {
        is(words, *at, &["them", "they"]) && is(words, at + 1, &["both", "all"])
            || is(words, *at, &["both", "all"])
                && is(words, at + 1, &["of"])
                && is(words, at + 2, &["them", "these", "those"])
                && at + 3 == words.len()
    })?;
    let mut out = words.to_vec();
    let length = if words[at] == "both" || words[at] == "all" { 3 } else { 2 };
    out.splice(at..at + length, says("them"));
    Some(out)
}

/// "four boxes are enough", "three will do", "I only need two": keep so many.
fn enough(words: &[String]) -> Option<Vec<String>> {
    const ENDS: &[&[&str]] = &[
        &["are", "enough"],
        &["is", "enough"],
        &["is", "sufficient"],
        &["are", "sufficient"],
        &["would", "be", "enough"],
        &["will", "be", "enough"],
        &["should", "be", "enough"],
        &["will", "do"],
        &["would", "do"],
        &["should", "do"],
        &["suffice"],
        &["suffices"],
        &["will", "suffice"],
    ];
    const ASKS: &[&[&str]] = &[
        &["i", "only", "need"],
        &["i", "only", "want"],
        &["i", "need", "only"],
        &["i", "want", "only"],
        &["i", "just", "need"],
        &["i", "just", "want"],
        &["we", "only", "need"],
        &["reduce", "them", "to"],
        &["reduce", "it", "to"],
        &["only"],
    ];
    let end =
        ENDS.iter().find(|end| words.len() > end.len() && words.ends_with(&says(&end.join(" "))));
    let ask = ASKS.iter().find(|ask| begins(words, ask));
    let inner = match (end, ask) {
        (Some(end), _) => &words[..words.len() - end.len()],
        (_, Some(ask)) => &words[ask.len()..],
        _ => return None,
    };
    let inner = inner.strip_prefix(&["only".to_owned()]).unwrap_or(inner);
    let (many, of) = inner.split_first()?;
    number(many)?;
    let of = of.strip_prefix(&["of".to_owned()]).unwrap_or(of);
    let of = of.strip_prefix(&["the".to_owned()]).unwrap_or(of);
    let mut out = says("keep");
    out.push(many.clone());
    out.extend(says("of"));
    match of {
        [] => out.push("them".into()),
        [them] if is(of, 0, &["them", "these", "those", "ones"]) || them == "one" => {
            out.push("them".into());
        }
        // One word or two, which name what there is.
        [..] if of.len() < 3 && of.iter().any(|word| is_noun(word)) => {
            out.push("the".into());
            out.extend_from_slice(of);
        }
        _ => return None,
    }
    Some(out)
}

/// "two cubes less", "one ball fewer": remove so many.
fn fewer(words: &[String]) -> Option<Vec<String>> {
    let verb = usize::from(is(words, 0, &["make", "use", "take"]))
        + usize::from(is(words, 1, &["it", "them", "that"]) && is(words, 0, &["make"]));
    let rest = &words[verb..];
    let (many, behind) = rest.split_first()?;
    number(many)?;
    let last = behind.last()?;
    let less = matches!(&**last, "less" | "fewer");
    let first = behind.first().is_some_and(|word| matches!(&**word, "less" | "fewer"));
    let noun = if first { &behind[1..] } else { &behind[..behind.len() - 1] };
    if !(less || first) || noun.len() > 1 || noun.iter().any(|word| !is_noun(word)) {
        return None;
    }
    let mut out = says("remove");
    out.push(many.clone());
    match noun {
        [] => out.extend(says("of them")),
        _ => out.extend_from_slice(noun),
    }
    Some(out)
}

/// "same thing in yellow", "the same but bigger", "in brown": what is there should be so.
fn same(words: &[String]) -> Option<Vec<String>> {
    const SAME: &[&[&str]] = &[
        &["the", "same", "thing"],
        &["the", "same", "scene"],
        &["the", "same"],
        &["same", "thing"],
        &["same", "scene"],
        &["same"],
        &["that"],
        &["this"],
    ];
    let same = SAME.iter().find(|same| begins(words, same)).map_or(0, |same| same.len());
    let mut at = same;
    while is(words, at, &["but", ",", "only", "just", "however"]) {
        at += 1;
    }
    let it = if same > 0 { "make everything" } else { "make it" };
    if is(words, at, &["in"]) {
        let rest = &words[at + 1..];
        let colours = rest.len() < 4
            && lexer::lexemes(&rest.join(" ")).iter().all(|lexeme| {
                matches!(
                    lexeme.sense(),
                    Some(
                        Sense::Colour(_)
                            | Sense::Dark
                            | Sense::Light
                            | Sense::Material(_)
                            | Sense::Filler
                    )
                )
            });
        return (colours && !rest.is_empty()).then(|| with(it, rest));
    }
    if same == 0 || at == same && same == 1 && words[0] != "same" {
        return None;
    }
    let lexemes = lexer::lexemes(&words[at..].join(" "));
    let told = lexemes.first().is_some_and(|lexeme| {
        matches!(
            lexeme.sense(),
            Some(Sense::Comparative(_) | Sense::Relative(..) | Sense::Twice | Sense::Colour(_))
        )
    });
    told.then(|| with(it, &words[at..]))
}

/// "I'd rather have it in white", "I want the ball twice as big": make it so.
fn rather(words: &[String]) -> Option<Vec<String>> {
    const ASKS: &[&[&str]] = &[
        &["i", "would", "rather", "have"],
        &["i", "d", "rather", "have"],
        &["i", "would", "rather", "see"],
        &["i", "d", "rather", "see"],
        &["i", "would", "prefer"],
        &["i", "d", "prefer"],
        &["i", "prefer"],
        &["i", "would", "like", "to", "have"],
        &["i", "d", "like", "to", "have"],
        &["i", "would", "like"],
        &["i", "d", "like"],
        &["i", "want", "to", "have"],
        &["i", "want"],
        &["i", "need"],
        &["let", "me", "have"],
        &["can", "i", "have"],
        &["could", "i", "have"],
        &["can", "you", "do"],
        &["give", "me"],
        &["have"],
    ];
    let asks = ASKS.iter().find(|asks| begins(words, asks))?.len();
    let rest = &words[asks..];
    let to = rest.iter().position(|word| matches!(&**word, "be" | "have" | "weigh" | "become"));
    let known = is(rest, 0, &["it", "them", "this", "that", "both", "everything"]);
    let what = match rest.first().map(|word| &**word)? {
        _ if known => 1,
        "the" => (1..rest.len().min(5)).find(|at| is_noun(&rest[*at]) || rest[*at] == "one")? + 1,
        _ => return None,
    };
    if to.is_some() || rest.len() == what || rest.iter().any(|word| word == "instead") {
        return None;
    }
    let placed = is(rest, what, &["on", "under", "behind", "beside", "next", "between", "above"])
        || is(rest, what, &["in"]) && is(rest, what + 1, &["front", "the", "a"])
        || is(rest, what, &["to", "that", "which", "with", "and", ",", "of"]);
    if placed {
        return None;
    }
    let mut out = says("make");
    out.extend_from_slice(&rest[..what]);
    let colour = usize::from(is(rest, what, &["in"]));
    out.extend_from_slice(&rest[what + colour..]);
    Some(out)
}

/// "the ring should have a radius of 2 m": change the radius of the ring to 2 m.
fn has_a(words: &[String]) -> Option<Vec<String>> {
    let at = words.iter().position(|word| matches!(&**word, "should" | "must" | "shall"))?;
    let a = usize::from(is(words, at + 2, &["a", "an"]));
    let prop = words.get(at + 2 + a)?;
    let measured = lexicon::meaning(prop)
        .is_some_and(|entry| matches!(entry.sense, Sense::Prop(_) | Sense::Dim(_)));
    let of = at + 3 + a;
    let figure = matches!(
        lexer::lexemes(&words.get(of + 1..)?.join(" "))[..],
        [lexer::Lexeme { lex: Lex::Measure(_), .. }]
    );
    if !(is(words, at + 1, &["have"]) && measured && is(words, of, &["of"]) && figure) || at == 0 {
        return None;
    }
    let mut out = says("change the");
    out.push(prop.clone());
    out.push("of".into());
    out.extend_from_slice(&words[..at]);
    out.push("to".into());
    out.extend_from_slice(&words[of + 1..]);
    Some(out)
}

/// "weigh twice as much": be twice as heavy.
fn as_heavy(words: &[String]) -> Option<Vec<String>> {
    let at = words.windows(2).position(|two| two[0] == "as" && two[1] == "much")?;
    let weigh = words[..at].iter().position(|word| matches!(&**word, "weigh" | "weighs"))?;
    let mut out = words.to_vec();
    out[at + 1] = "heavy".into();
    out[weigh] = "be".into();
    Some(out)
}

/// "limit the opening angle to 120 degrees": it opens so far at most.
fn limited(words: &[String]) -> Option<Vec<String>> {
    if !is(words, 0, &["limit", "restrict", "constrain"]) {
        return None;
    }
    let to = words.iter().position(|word| word == "to")?;
    let opens = words[1..to].iter().any(|word| matches!(&**word, "opening" | "door" | "hinge"));
    let mut out = says(if opens { "it should open by" } else { return None });
    out.extend_from_slice(&words[to + 1..]);
    out.extend(says("at most"));
    Some(out)
}

/// "add a motor to the hinge": to what has it.
fn motor(words: &[String]) -> Option<Vec<String>> {
    const PARTS: &[&str] = &[
        "hinge", "hinges", "pivot", "joint", "joints", "axle", "axis", "cart", "it", "them", "its",
        "the", "shoulder", "of",
    ];
    let verb = is(words, 0, &["add", "attach", "mount", "put", "fit", "install", "place"]);
    let motor = words.iter().position(|word| {
        matches!(&**word, "motor" | "motors" | "servo" | "servos" | "actuator" | "actuators")
    })?;
    let rest = words.get(motor + 1..)?;
    let (to, place) = rest.split_first()?;
    let parts = matches!(&**to, "to" | "on" | "in" | "at" | "into")
        && place.iter().all(|word| PARTS.contains(&&**word));
    (verb && parts).then(|| with("add", &words[1..=motor]))
}

/// "the other way round": what is there changes places; "twice that height": doubled.
fn other_way(words: &[String]) -> Option<Vec<String>> {
    let round = begins(words, &["the", "other", "way", "round"])
        || begins(words, &["the", "other", "way", "around"])
        || begins(words, &["other", "way", "round"]);
    if round && words.len() < 5 {
        return Some(says("swap them"));
    }
    let twice = words
        .windows(3)
        .any(|three| three[0] == "twice" && is(three, 1, &["that", "the"]) && three[2] == "height");
    let falls = words.iter().any(|word| {
        matches!(&**word, "fall" | "drop" | "dropped" | "release" | "released" | "falls")
    });
    (twice && falls).then(|| says("double the height"))
}

/// "a red ball in the centre of the ring": of what is there, in the middle.
fn centre(words: &[String]) -> Option<Vec<String>> {
    let the = usize::from(words.len() > 2 && words[words.len() - 2] == "the");
    let from = words.len().checked_sub(5 + the)?;
    let middle = is(words, from, &["in", "at", "into"])
        && is(words, from + 1, &["the"])
        && is(words, from + 2, &["middle", "centre", "center"])
        && is(words, from + 3, &["of"]);
    let named = middle.then(|| words.last()).flatten()?;
    let it = matches!(&**named, "it" | "them" | "ring" | "circle");
    it.then(|| with("", &[&words[..from], &says("in the middle")].concat()))
}

/// "put another one beside it": another table.
fn another_there(words: &[String], name: Option<&str>) -> Option<Vec<String>> {
    let at = words.windows(2).position(|two| two[0] == "another" && two[1] == "one")?;
    let place = words.get(at + 2).is_some_and(|word| {
        matches!(
            &**word,
            "beside" | "behind" | "next" | "to" | "in" | "on" | "near" | "under" | "above"
        )
    });
    let name = name.filter(|_| place && !words.iter().any(|word| mark(word)))?;
    let mut out = words.to_vec();
    out[at + 1] = name.to_owned();
    Some(out)
}
